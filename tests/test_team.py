"""A team against the offline API, on a clock that jumps; and how it is left."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from typing import Any

import httpx
import pytest

from helpers.agent import (
    AgentEvent,
    RunFinished,
    TextDelta,
    ToolFinished,
    ToolProgress,
    ToolStarted,
    TurnFinished,
)
from helpers.client import StreamTruncated, open_stream
from helpers.mock.engine import MockAPI, VirtualClock
from helpers.mock.settings import Settings
from helpers.mock.transport import in_process_transport
from helpers.retry import Recovery
from helpers.simulation.checkout import QUESTION, SPECIALISTS, SUPERVISOR
from helpers.simulation.virtual_time import LoopClock, simulate
from helpers.team import Asked, Member, TeamEvent, run_team
from helpers.tools import tool

HEADERS = {"authorization": "Bearer mock-key", "anthropic-version": "2026-10-21"}


def client(clock: Any, **settings: Any) -> httpx.AsyncClient:
    api = MockAPI(Settings.from_json(settings), clock=clock)
    transport = in_process_transport(httpx, api)
    return httpx.AsyncClient(base_url="http://mock", headers=HEADERS, transport=transport)


def team(http: httpx.AsyncClient, clock: Any, **options: Any) -> Any:
    given: dict[str, Any] = {
        "model": "offline-mock",
        "supervisor": SUPERVISOR,
        "specialists": SPECIALISTS,
        "clock": clock,
        "random": lambda: 0,
    }
    return run_team(http, QUESTION, **(given | options))


def run(**options: Any) -> list[tuple[float, TeamEvent]]:
    async def events(clock: LoopClock) -> AsyncIterator[TeamEvent]:
        async with client(clock) as http:
            async for event in team(http, clock, **options):
                yield event

    return simulate(events)


def of(name: str, pairs: list[tuple[float, TeamEvent]]) -> list[tuple[float, Any]]:
    return [(at, event) for at, (who, event) in pairs if who == name]


def first(kind: type, events: list[tuple[float, Any]]) -> float:
    return next(at for at, event in events if isinstance(event, kind))


def join_text(events: list[tuple[float, AgentEvent]]) -> str:
    return "".join(event.text for _, event in events if isinstance(event, TextDelta))


def test_specialists_are_asked_by_tools_and_their_answers_are_the_results() -> None:
    pairs = run()
    assert of("supervisor", pairs)[0] == (0.0, Asked(QUESTION))
    for name, found in (("logs", "312 of 4,120 requests"), ("metrics", "p95 latency rose")):
        events = of(name, pairs)
        assert isinstance(events[0][1], Asked)
        assert events[0][1].task.startswith(("Search the checkout logs", "Read the checkout"))
        assert found in join_text(events)
        assert events[-1][1].reason == "end_turn"
    answer = join_text(of("supervisor", pairs))
    assert "312 of 4,120 requests" in answer and "p95 latency rose" in answer
    last = pairs[-1][1]
    assert last[0] == "supervisor" and isinstance(last[1], RunFinished)
    assert (last[1].reason, last[1].turns) == ("end_turn", 2)
    results = [event for _, event in of("supervisor", pairs) if isinstance(event, ToolFinished)]
    # An answer is what the last turn says, without "I'll search" of the turn before.
    assert not any("I'll" in str(result.content) for result in results)
    assert len([event for _, event in of("logs", pairs) if isinstance(event, ToolProgress)]) == 6


def test_they_work_side_by_side_and_before_the_supervisor_has_finished_writing() -> None:
    pairs = run()
    supervisor, logs, metrics = (of(name, pairs) for name in ("supervisor", "logs", "metrics"))
    assert first(Asked, logs) < first(TurnFinished, supervisor)
    assert first(Asked, metrics) < first(RunFinished, logs)
    assert first(Asked, logs) < first(RunFinished, metrics)


def test_the_same_run_comes_out_the_same() -> None:
    assert run() == run()


def test_a_specialist_that_fails_is_an_error_which_the_supervisor_reads() -> None:
    @asynccontextmanager
    async def breaks_for_logs(http: Any, body: Mapping[str, Any]) -> AsyncIterator[Any]:
        async with open_stream(http, body) as events:
            if "You read logs" in body["system"]:
                raise StreamTruncated("cut")
            yield events

    pairs = run(open_stream=breaks_for_logs, recovery=Recovery(attempts=1))
    assert of("logs", pairs)[-1][1].reason == "failed"
    supervisor = of("supervisor", pairs)
    results = [event for _, event in supervisor if isinstance(event, ToolFinished)]
    assert [(result.call.name, result.is_error) for result in results] == [
        ("ask_logs", True),
        ("ask_metrics", False),
    ]
    assert "only part of the picture" in join_text(supervisor)
    assert "logs has no whole answer" in join_text(supervisor)
    assert "cut" in results[0].content
    assert supervisor[-1][1].reason == "end_turn"


async def test_a_specialist_asked_twice_has_two_names() -> None:
    clock = VirtualClock()
    twice = Member("weather", "Tell the weather of a city.")

    @tool(name="get_weather")
    async def weather(city: str) -> str:
        """Tell the weather of a city."""
        return "31 degrees"

    asks: list[dict[str, Any]] = [
        {"type": "tool_use", "name": "ask_weather", "input": {"task": f"Weather in {city}?"}}
        for city in ("Lagos", "Oslo")
    ]

    @asynccontextmanager
    async def open_scripted_stream(http: Any, body: Mapping[str, Any]) -> AsyncIterator[Any]:
        is_supervisor = any(one["name"] == "ask_weather" for one in body.get("tools", ()))
        wants = asks if is_supervisor and len(body["messages"]) == 1 else []

        async def give() -> AsyncIterator[dict[str, Any]]:
            yield {"type": "message_start", "message": {"content": [], "usage": {}}}
            for index, block in enumerate(wants or [{"type": "text", "text": "Warm."}]):
                content = {**block, "id": f"toolu_{index}"} if wants else block
                yield {
                    "type": "content_block_start",
                    "index": index,
                    "content_block": content,
                }
                yield {"type": "content_block_stop", "index": index}
            reason = "tool_use" if wants else "end_turn"
            yield {"type": "message_delta", "delta": {"stop_reason": reason}, "usage": {}}
            yield {"type": "message_stop"}

        yield give()

    async with client(clock) as http:
        members = {"supervisor": Member("boss"), "specialists": [twice]}
        events = [
            one async for one in team(http, clock, open_stream=open_scripted_stream, **members)
        ]
    asked = [(name, event.task) for name, event in events if isinstance(event, Asked)]
    assert asked[1:] == [("weather", "Weather in Lagos?"), ("weather 2", "Weather in Oslo?")]


async def test_leaving_closes_every_stream_and_cancels_every_tool() -> None:
    clock = VirtualClock()
    open_now: set[str] = set()
    cancelled: list[str] = []

    @asynccontextmanager
    async def open_and_note(http: Any, body: Mapping[str, Any]) -> AsyncIterator[Any]:
        key = body["system"]
        open_now.add(key)
        try:
            async with open_stream(http, body) as events:
                yield events
        finally:
            open_now.discard(key)

    @tool(name="search_logs")
    async def for_ever(service: str) -> str:
        """Search the logs."""
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(service)
            raise
        return ""

    logs = Member("logs", "Read logs.", "You read logs.", (for_ever,))
    before = asyncio.all_tasks()
    async with client(clock, pace={"tokens_per_second": 20}) as http:
        given = {"open_stream": open_and_note, "specialists": [logs, SPECIALISTS[1]]}
        async with aclosing(team(http, clock, **given)) as events:
            searching = False
            async for name, event in events:
                searching |= name == "logs" and isinstance(event, ToolStarted)
                if (
                    searching
                    and "You read metrics. Say what you found in one sentence." in open_now
                ):
                    break
    assert open_now == set()
    assert cancelled == ["checkout"]
    assert asyncio.all_tasks() == before


async def test_cancelling_who_iterates_leaves_nothing_behind() -> None:
    clock = VirtualClock()
    before = asyncio.all_tasks()
    begun = asyncio.Event()

    async def follow() -> None:
        async with client(clock) as http:
            async with aclosing(team(http, clock)) as events:
                async for name, _ in events:
                    if name == "metrics":
                        begun.set()

    task = asyncio.create_task(follow())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert asyncio.all_tasks() == before


async def test_members_need_different_names_and_say_what_they_do() -> None:
    async with client(VirtualClock()) as http:
        namesakes = [Member("logs", "Read logs."), Member("logs", "Read logs, too.")]
        with pytest.raises(ValueError, match="different names: supervisor, logs, logs"):
            await anext(team(http, None, specialists=namesakes))
        with pytest.raises(TypeError, match="ask_logs can't be a tool: the model needs a doc"):
            await anext(team(http, None, specialists=[Member("logs")]))
