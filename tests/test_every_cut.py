"""A part of every cut on each run, and the same over real sockets. (All: tests/every_cut.py.)"""

import asyncio
import gc
import json
import random
import threading
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import httpx
import pytest

from helpers.agent import AgentEvent, Interrupted, RunFinished, TextDelta, ToolStarted, run_agent
from helpers.history import Conversation
from helpers.mock.faults import KINDS, QUIRKS, Fault
from helpers.mock.server import MockServer, start_server
from helpers.retry import Recovery
from helpers.tools import tool
from tests.every_cut import HEADERS, PASSING, SITUATIONS, STALL, Case, cases, check_all, healthy_run
from tests.processes import connections_to

pytestmark = pytest.mark.long

# --- In process, at speed zero ------------------------------------------------------------


def all_hold(some: list[Case]) -> None:
    count, failed = asyncio.run(check_all(some))
    print(f"{count} cases")  # noqa: T201
    assert failed == []
    assert count == len(some)


@pytest.mark.parametrize("situation", ["count_to_three", "what_time_is_it+once"])
def test_a_cut_at_every_byte(situation: str) -> None:
    # Each byte once here; every kind of cut at every byte is what every_cut.py does.
    kinds = [Fault(kind, at_byte=0, seconds=STALL if kind == "stall" else None) for kind in PASSING]
    some = []
    for number, plan in enumerate(healthy_run(situation).plans, 1):
        for byte in range(sum(len(chunk.data) for chunk in plan.chunks) + 1):
            kind = kinds[byte % len(kinds)]
            fault = Fault(kind.kind, at_byte=byte, seconds=kind.seconds)
            some.append(
                Case(situation, (fault,), number, after_text="restart" if byte % 3 else "stop")
            )
    assert len(some) > 1500
    all_hold(some)


@pytest.mark.parametrize("situation", SITUATIONS)
def test_a_sample_of_every_case(situation: str) -> None:
    all_hold(random.Random(situation).sample([*cases(situation, every=41)], 60))


@pytest.mark.parametrize("then", ["leave", "cancel", "speak"])
def test_an_end_after_every_event(then: Any) -> None:
    situation = "weather_in_two_cities+once"
    moments = range(1, healthy_run(situation).events + 1)
    assert len(moments) > 80
    all_hold([Case(situation, then=then, after=after) for after in moments])


def test_the_cases_leave_nothing_out() -> None:
    found = [*cases("what_time_is_it")]
    assert len(found) == len({*found}) > 20_000
    # What other servers do differently breaks nothing: it is another way to write a stream.
    assert {fault.kind for case in found for fault in case.faults} == {*KINDS} - {*QUIRKS}
    plans = healthy_run("what_time_is_it").plans
    for number, plan in enumerate(plans, 1):
        size = sum(len(chunk.data) for chunk in plan.chunks)
        for kind in PASSING:
            struck = {
                fault.at_byte
                for case in found
                for fault in case.faults
                if case.request == number and fault.kind == kind and len(case.faults) == 1
            }
            assert struck >= {*range(size + 1)}
    moments = {(case.then, case.after) for case in found if case.then and not case.faults}
    events = healthy_run("what_time_is_it").events
    assert moments == {
        (then, after) for then in ("leave", "cancel", "speak") for after in range(1, events + 1)
    }


# --- Over real sockets --------------------------------------------------------------------


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    with start_server() as server:
        yield server


@tool
def get_weather(city: str, unit: str = "celsius") -> str:
    """Give the weather in a city."""
    time.sleep(0.05)  # blocks, in a thread of its own
    return f"31 degrees {unit} in {city}"


WEATHER = "What's the weather in Lagos and Oslo?"
TCP = "Explain in detail how a TCP connection recovers from a lost packet."


def eventually(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 60
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.02)
    return holds()


class Line:
    """A client of the real server, and what it has open."""

    def __init__(
        self, server: MockServer, fault: Any = None, tokens_per_second: float = 400
    ) -> None:
        self.server = server
        pace = {"first_token": 0.02, "tokens_per_second": tokens_per_second}
        self.settings = json.dumps({"pace": pace, "fault": fault})
        # Only a stall is to be given up: a busy machine is silent for a while, too.
        idle = 1.0 if fault and fault["kind"] == "stall" else 60.0
        self.recovery = Recovery(first_wait=0.01, idle=idle, after_text="restart")

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[httpx.AsyncClient]:
        """Give a client, and see afterwards that nothing of it is left."""
        assert self.under_way() == 0
        tasks = asyncio.all_tasks()
        async with httpx.AsyncClient(
            base_url=self.server.base_url,
            headers={**HEADERS, "mock-settings": self.settings},
            verify=False,  # there is no https, and certificates take a while to load
            **self.recovery.client_options(),
        ) as http:
            yield http
            assert eventually(lambda: self.under_way() == 0)
            pool = http._transport._pool  # type: ignore[attr-defined]
            assert all(connection.is_idle() for connection in pool.connections)
            # What isn't kept for the next request is closed.
            assert eventually(lambda: len(self.sockets()) == len(pool.connections))
        assert self.sockets() == []
        assert asyncio.all_tasks() == tasks
        assert eventually(lambda: "tool" not in [thread.name for thread in threading.enumerate()])
        gc.collect()  # a socket that was only forgotten would warn here, which fails the test

    def under_way(self) -> int:
        """Return how many answers the server is sending."""
        status = f"{self.server.base_url}/mock/status"
        return int(httpx.get(status, verify=False).json()["under_way"])

    def sockets(self) -> list[Any]:
        """Return this process's connections to the server."""
        return connections_to(int(self.server.base_url.rpartition(":")[2]))

    def run(self, http: httpx.AsyncClient, conversation: Conversation) -> Any:
        return run_agent(
            http,
            conversation,
            model="offline-mock",
            tools=[get_weather],
            recovery=self.recovery,
        )


def asking(prompt: str) -> Conversation:
    conversation = Conversation()
    conversation.say(prompt)
    return conversation


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "reset", "at_byte": 1500},
        {"kind": "reset", "at": "before_headers"},
        {"kind": "reset", "at": "inside_tool_json"},
        {"kind": "drop", "at_byte": 1500},
        {"kind": "drop", "at": "before_headers"},
        {"kind": "close", "at_byte": 1500},
        {"kind": "stall", "at_byte": 1500, "seconds": 60},
        {"kind": "stall", "at": "middle", "seconds": 60, "ping_every": 0.1},
        {"kind": "error", "at": "middle"},
        {"kind": "status", "status": 529},
    ],
    ids=json.dumps,
)
async def test_a_broken_answer_leaves_no_socket(server: MockServer, fault: Any) -> None:
    line = Line(server, fault | {"times": 1})
    conversation = asking(WEATHER)
    async with line.open() as http:
        events: list[AgentEvent] = [event async for event in line.run(http, conversation)]
        last = events[-1]
        assert isinstance(last, RunFinished)
        assert last.reason == "end_turn", last.error
    assert len([event for event in events if isinstance(event, ToolStarted)]) >= 2
    assert "31 degrees celsius in Lagos" in str(conversation.messages[-1])


@pytest.mark.parametrize("kind", ["reset", "stall", "malformed"])
async def test_a_run_that_fails_leaves_no_socket(server: MockServer, kind: str) -> None:
    line = Line(
        server, {"kind": kind, "at": "middle"} | ({"seconds": 60} if kind == "stall" else {})
    )
    conversation = asking(WEATHER)
    async with line.open() as http:
        events = [event async for event in line.run(http, conversation)]
    assert events[-1].reason == "failed"
    assert len(conversation.messages) == 1


@pytest.mark.parametrize("prompt", [TCP, WEATHER])
@pytest.mark.parametrize("after", [1, 2, 5, 12, 25])
async def test_leaving_leaves_no_socket(server: MockServer, prompt: str, after: int) -> None:
    line = Line(server)
    async with line.open() as http:
        async with aclosing(line.run(http, asking(prompt))) as events:
            async for _ in events:
                after -= 1
                if not after:
                    break


@pytest.mark.parametrize("prompt", [TCP, WEATHER])
@pytest.mark.parametrize("seconds", [0.0, 0.01, 0.05, 0.1, 0.2])
async def test_cancelling_leaves_no_socket(server: MockServer, prompt: str, seconds: float) -> None:
    line = Line(server, tokens_per_second=60)
    async with line.open() as http:

        async def read() -> None:
            async with aclosing(line.run(http, asking(prompt))) as events:
                async for _ in events:
                    pass

        reader = asyncio.create_task(read())
        await asyncio.sleep(seconds)
        reader.cancel()
        await asyncio.wait({reader})
        assert reader.cancelled()


async def test_interrupting_leaves_no_socket(server: MockServer) -> None:
    line, conversation = Line(server), asking(TCP)
    async with line.open() as http:
        seen: list[Any] = []
        texts, prompts = 0, [WEATHER, "Count to three."]
        async for event in line.run(http, conversation):
            seen.append(event)
            texts = 0 if isinstance(event, Interrupted) else texts + isinstance(event, TextDelta)
            # Each once, and the second not before the first has interrupted.
            if texts == 5 and isinstance(event, TextDelta) and prompts:
                conversation.say(prompts.pop(0))
        assert len([event for event in seen if isinstance(event, Interrupted)]) == 2
        assert seen[-1].reason == "end_turn"
    assert "three" in str(conversation.messages[-1])
