"""Every cut: the agent against each fault at each place, each moment to leave, each to speak.

    python tests/every_cut.py [--every N] [--minutes M] [--processes P] [situation ...]

For each situation (a scenario of the offline API, its tools, its fields) the cases are: each
kind of fault at each byte of each answer, or at each event if that is what it strikes;
each policy for an answer whose text was shown; leaving, and speaking, after each event.
Whatever happens, a run ends or recovers, no tool that must not repeat runs twice, nothing
is left open, and the conversation can be sent again. All of them take hours; --every 50
takes one byte in fifty, and fewer events. Faults of whole events strike at the event that a
byte is in, so they are tried at each event only.

All of it is the real agent, client and offline API in one process, at speed zero. Only the
planning of an answer is remembered between cases: each case cuts it anew.
"""
# ruff: noqa: T201

import argparse
import asyncio
import json
import multiprocessing
import sys
import threading
import time
from collections import Counter
from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, Literal

import httpx

sys.path.insert(0, str(Path(__file__).parents[1]))

from helpers.agent import (
    AgentEvent,
    Retrying,
    RunFinished,
    TextDelta,
    ToolFinished,
    ToolStarted,
    TurnFinished,
    TurnStarted,
    run_agent,
)
from helpers.history import Conversation, Message, text_of
from helpers.mock.chance import fingerprint
from helpers.mock.delivery import deliver
from helpers.mock.engine import MockAPI, VirtualClock
from helpers.mock.faults import OF_EVENTS, PLACES, Fault, apply
from helpers.mock.plan import Plan, Request
from helpers.mock.script import load
from helpers.mock.settings import Settings
from helpers.mock.transport import in_process_transport
from helpers.retry import Recovery
from helpers.tools import Tool, tool

HEADERS = {"authorization": "Bearer mock-key", "anthropic-version": "2026-10-21"}
AT_ONCE = {"first_token": 0, "duration": 0, "jitter": 0}
EVENT_BY_EVENT = {"first_token": 0.01, "tokens_per_second": 1000, "duration": None}
IDLE, STALL = 1.0, 3.0  # seconds; on a clock that jumps
MOST_EVENTS = 100_000
HARMLESS = ("pings", "unknown_event", "unknown_delta", "crlf", "cr", "gzip", "slow_start")
OTHER_CONTENT = ("unknown_block", "long_line", "large_tool_input")
PASSING = ("reset", "drop", "close", "stall")  # what a second attempt doesn't meet again
NEXT = "Count to three."

Strikes = Literal["once", "each", "always"]
STRIKES: tuple[Strikes, ...] = ("once", "each", "always")
ONCE_OR_ALWAYS: tuple[Strikes, ...] = ("once", "always")

# --- Scenes: what is asked, and with which tools ------------------------------------------

SERVER_TOOLS = [
    {"type": "web_search_20260318", "name": "web_search"},
    {"type": "web_fetch_20260318", "name": "web_fetch"},
]
THINKING = {"thinking": {"type": "adaptive", "display": "summarized"}}


@dataclass(frozen=True)
class Situation:
    """A conversation with the offline API that a case breaks.

    Attributes:
        once: whether its tools must not run twice.
    """

    name: str
    prompt: str
    once: bool = False
    model: str = "offline-mock"
    fields: Mapping[str, Any] = field(default_factory=dict)
    max_tokens: int = 4096


def situations() -> dict[str, Situation]:
    """Return every scenario as a situation, with thinking and without, and some more."""
    found: dict[str, Situation] = {}
    for scenario in load():
        situation = Situation(scenario.name, scenario.prompt)
        parts = [type(part).__name__ for turn in scenario.turns for part in turn.content]
        more = [situation]
        if "Thinking" in parts or "RedactedThinking" in parts:
            more.append(replace(situation, name=f"{situation.name}+thinking", fields=THINKING))
        if "ToolUse" in parts:
            more.append(replace(more[-1], name=f"{more[-1].name}+once", once=True))
        found |= {one.name: one for one in more}
    prefill = replace(found["count_to_three"], name="count+prefill", model="claude-haiku-4-5")
    cut = replace(found["write_guide"], name="write_guide+no_room", max_tokens=100)
    return found | {one.name: one for one in (prefill, cut)}


# --- Cases --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """One run and what happens to it.

    Attributes:
        faults: what strikes an answer.
        request: the request that they strike first, from 1.
        strikes: that request only, the first attempt of each, or it and all that follow.
        then: leave, be cancelled or speak, after so many events.
    """

    situation: str
    faults: tuple[Fault, ...] = ()
    request: int = 1
    strikes: Strikes = "once"
    after_text: Literal["stop", "restart", "continue"] = "stop"
    then: Literal["", "leave", "cancel", "speak"] = ""
    after: int = 0
    chunking: str | int = "event"


def cases(situation: str, every: int = 1) -> Iterator[Case]:
    """Yield every case of a situation, always in the same order.

    every: leave out all bytes but one in so many, and most events.
    """
    healthy = healthy_run(situation)
    yield Case(situation)
    for number, plan in enumerate(healthy.plans, 1):
        case = Case(situation, request=number)
        yield from _of_the_connection(case, plan, every)
        yield from _of_events(case, range(0, len(list(plan.chunks)) + 1, 1 + every // 20))
    yield from _of_people(situation, healthy, range(1, healthy.events + 1, 1 + every // 20))


def _of_the_connection(case: Case, plan: Plan, every: int) -> Iterator[Case]:
    """Yield the cases that strike at a byte."""
    for byte in range(0, _size(plan) + 1, every):
        for kind in PASSING:
            seconds = STALL if kind == "stall" else None
            struck = replace(case, faults=(Fault(kind, at_byte=byte, seconds=seconds),))
            yield struck
            if byte % 17 == 0:
                yield replace(struck, strikes="each", after_text="restart")
                for after_text in ("stop", "restart", "continue"):
                    yield replace(struck, strikes="always", after_text=after_text)
        if byte % 3 == 0:
            cut = replace(case, faults=(Fault("reset", at_byte=byte),))
            yield replace(cut, after_text="restart")
            yield replace(cut, after_text="continue")
        if byte % 13 == 0:
            short = Fault("stall", at_byte=byte, seconds=0.5 * IDLE)
            yield replace(case, faults=(short,))
            pings = Fault("stall", at_byte=byte, seconds=STALL, ping_every=0.25)
            yield replace(case, faults=(pings,), after_text="restart")
        if byte % 19 == 0:
            for chunking in ("byte", "random", "whole", 64):
                cut = replace(case, chunking=chunking, after_text="restart")
                yield replace(cut, faults=(Fault("close", at_byte=byte),))
    for kind, step in {"crlf": 7, "cr": 7, "gzip": 3}.items():
        yield replace(case, faults=(Fault(kind),))
        other = apply([Fault(kind)], plan, may_compress=True)
        for byte in range(0, _size(other) + 1, step * every):
            fault = Fault("drop" if byte % 2 else "close", at_byte=byte)
            yield replace(case, faults=(Fault(kind), fault), after_text="restart")


def _of_events(case: Case, places: range) -> Iterator[Case]:
    """Yield the cases that strike at an event, at a place with a name, or as a whole."""
    size, count = {"long_line": 2000}, {"pings": 10}
    waits: list[dict[str, Any]] = [
        {},
        {"retry_after": 2},
        {"retry_after_ms": 300},
        {"retry_after": 300},
    ]
    errors = ("overloaded_error", "api_error", "rate_limit_error", "invalid_request_error")
    for at in places:
        for kind in (*OF_EVENTS, "malformed"):
            fault = Fault(kind, at_event=at, size=size.get(kind), count=count.get(kind))
            struck = replace(case, faults=(fault,))
            for strikes in ONCE_OR_ALWAYS:
                yield replace(struck, strikes=strikes)
                yield replace(struck, strikes=strikes, after_text="restart")
        for error in errors:
            struck = replace(case, faults=(Fault("error", at_event=at, error=error),))
            for after_text in ("stop", "restart", "continue"):
                for strikes in STRIKES:
                    yield replace(struck, strikes=strikes, after_text=after_text)
    for kind in (*PASSING, "error", *OF_EVENTS, "malformed"):
        for place in PLACES:
            for strikes in ONCE_OR_ALWAYS:
                yield replace(case, faults=(Fault(kind, at=place),), strikes=strikes)
    for status in (400, 401, 403, 404, 408, 409, 413, 429, 500, 503, 529):
        for asked in waits:
            for strikes in STRIKES:
                fault = Fault("status", status=status, **asked)
                yield replace(case, faults=(fault,), strikes=strikes)
    for fault in (
        Fault("slow_start", seconds=0.5 * IDLE),
        Fault("slow_start", seconds=STALL),
        Fault("large_tool_input", size=2000),
        Fault("gzip", forced=True),
    ):
        yield replace(case, faults=(fault,), after_text="restart")


def _of_people(situation: str, healthy: "Healthy", moments: range) -> Iterator[Case]:
    """Yield the cases in which someone leaves or speaks, also while a cut is mended."""
    for then in ("leave", "cancel", "speak"):
        for after in moments:
            yield Case(situation, then=then, after=after)
        for number, plan in enumerate(healthy.plans, 1):
            for byte in range(0, _size(plan) + 1, _size(plan) // 5):
                fault = Fault("reset", at_byte=byte)
                struck = Case(situation, (fault,), number, after_text="restart", then=then)
                for after in moments[::3]:
                    yield replace(struck, after=after)
                    yield replace(struck, after=after, after_text="continue")


def _size(plan: Plan) -> int:
    return sum(len(chunk.data) for chunk in plan.chunks)


# --- The setup ----------------------------------------------------------------------------


class RememberingAPI(MockAPI):
    """The offline API, which plans a healthy answer to a request only once."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__(Settings.from_json({"pace": AT_ONCE}), clock=clock)
        self.known: dict[tuple[str, bytes], Plan] = {}

    def plan(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Plan:
        """Return the response; of the settings in its header, nothing but faults differs."""
        wish = json.loads(headers.get("mock-settings", "{}"))
        key = (json.dumps(wish.get("pace")), body)
        if (plan := self.known.get(key)) is None:
            plain = {**headers, "mock-settings": json.dumps({"pace": wish.get("pace", {})})}
            plan = super().plan(method, path, plain, body)
            chunks = list(plan.chunks)
            plan = replace(plan, render=lambda: iter(chunks))
            if len(self.known) > 500:
                self.known.clear()
            self.known[key] = plan
        if plan.status != 200:
            return plan
        request = Request(method, path, headers, body)
        source = fingerprint(body.decode(), 0)
        return deliver(self.state, request, self.state.settings_for(request), plan, source)


@dataclass
class Healthy:
    """What a situation gives when nothing goes wrong.

    Attributes:
        plans: its answers, one for each request.
        runs: how often each tool ran, by name and input.
        events: how many AgentEvents there were.
        retries: how many of them were Retrying.
    """

    messages: list[Message]
    reason: str
    plans: list[Plan]
    runs: Counter[str]
    events: int
    retries: int


class Setup:
    """The agent and the offline API, used again for every case."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.api = RememberingAPI(self.clock)
        self.http = httpx.AsyncClient(
            base_url="http://mock",
            headers=HEADERS,
            transport=in_process_transport(httpx, self.api),
            event_hooks={"request": [self.before], "response": [self.after]},
        )
        self.tools = {once: self.make_tools(once) for once in (False, True)}
        self.case = Case("")
        self.requests: list[httpx.Request] = []
        self.runs: Counter[str] = Counter()
        self.refused: list[bytes] = []

    def make_tools(self, once: bool) -> list[Tool]:
        """Return the tools that the scenarios call; each takes a little (virtual) time."""

        async def work(name: str, argument: str = "") -> None:
            self.runs[f"{name} {argument}"] += 1
            await self.clock.sleep(0.002)

        @tool(idempotent=not once)
        async def get_weather(city: str, unit: str = "celsius") -> str:
            """Give the weather in a city."""
            await work("get_weather", city)
            return f"31 degrees {unit} in {city}"

        @tool(idempotent=not once)
        async def get_time() -> str:
            """Give the time."""
            await work("get_time")
            return "12:30"

        @tool(idempotent=not once)
        async def write_file(path: str, content: str) -> str:
            """Write a file."""
            await work("write_file", path)
            return "written"

        return [get_weather, get_time, write_file]

    async def before(self, request: httpx.Request) -> None:
        """Ask the offline API for the case's faults, if this is the request that they strike."""
        case = self.case
        self.requests.append(request)
        number = len(self.requests)
        wish: dict[str, Any] = {"chunking": case.chunking}
        if case.then:
            wish["pace"] = EVENT_BY_EVENT
        if (
            number == case.request
            or (number > case.request and case.strikes == "always")
            or case.strikes == "each"
        ):
            times = {"times": 1} if case.strikes == "each" else {}
            wish["fault"] = [fault.to_json() | times for fault in case.faults] or None
        request.headers["mock-settings"] = json.dumps(wish)

    async def after(self, response: httpx.Response) -> None:
        """Note a refusal that no fault has asked for: the agent sent what it must not."""
        if response.status_code == 400 and not any(f.kind == "status" for f in self.case.faults):
            self.refused.append(await response.aread())

    def fields(self, situation: Situation) -> dict[str, Any]:
        """Return what a situation gives to run_agent."""
        return {
            "model": situation.model,
            "tools": [*self.tools[situation.once], *SERVER_TOOLS],
            "max_tokens": situation.max_tokens,
            **situation.fields,
        }

    @asynccontextmanager
    async def run(
        self, case: Case, conversation: Conversation
    ) -> AsyncGenerator[AsyncGenerator[AgentEvent]]:
        """Give the events of a case's run."""
        self.case = case
        self.requests, self.runs, self.refused = [], Counter(), []
        self.api.state.attempts.forget()
        recovery = Recovery(idle=IDLE, total=60, after_text=case.after_text)
        events = run_agent(
            self.http,
            conversation,
            recovery=recovery,
            clock=self.clock,
            random=lambda: 0.5,
            **self.fields(SITUATIONS[case.situation]),
        )
        async with aclosing(events):
            yield events

    def refusal(self, situation: Situation, messages: list[Message]) -> str:
        """Return why the API would refuse these messages; "" if it wouldn't."""
        definitions = [tool.definition for tool in self.tools[situation.once]]
        body = {
            "model": situation.model,
            "max_tokens": 4096,
            "stream": True,
            "tools": [*definitions, *SERVER_TOOLS],
            "messages": messages,
            **situation.fields,
        }
        headers = {**HEADERS, "content-type": "application/json"}
        plan = self.api.plan("POST", "/v1/messages", headers, json.dumps(body).encode())
        return "" if plan.status == 200 else str([chunk.data for chunk in plan.chunks])


SITUATIONS = situations()


@cache
def healthy_run(situation: str) -> Healthy:
    """Return what a situation gives when nothing goes wrong."""
    return asyncio.run(_healthy_run(situation))


async def _healthy_run(situation: str) -> Healthy:
    setup, conversation, view = Setup(), Conversation(), View()
    conversation.say(SITUATIONS[situation].prompt)
    async with setup.run(Case(situation), conversation) as events:
        async for event in events:
            view.show(event)
    plans = []
    for request in setup.requests:
        del request.headers["mock-settings"]
        plans.append(setup.api.plan("POST", "/v1/messages", request.headers, request.content))
    last = view.last
    assert isinstance(last, RunFinished) and not setup.refused, (last, setup.refused)
    return Healthy(conversation.messages, last.reason, plans, setup.runs, view.count, view.retries)


# --- What has to hold ---------------------------------------------------------------------


class View:
    """What a front end shows of a run: a person must not be left with something that isn't so."""

    def __init__(self) -> None:
        self.count = 0
        self.text = ""
        self.said = ""  # in whole turns
        self.running: set[str] = set()
        self.finished: set[str] = set()
        self.retries = 0
        self.last: AgentEvent | None = None

    def show(self, event: AgentEvent) -> None:
        """Take one event."""
        self.count += 1
        assert self.count < MOST_EVENTS, "the run doesn't end"
        assert not isinstance(self.last, RunFinished), "an event after the end"
        self.last = event
        match event:
            case TurnStarted():
                self.text, self.running, self.finished = "", set(), set()
            case TextDelta(text=text):
                self.text += text
            case Retrying(restarts=restarts):
                self.retries += 1
                if restarts:
                    self.text, self.running, self.finished = "", set(), set()
            case ToolStarted(call=call):
                assert call.id not in self.running | self.finished, "a call started twice"
                self.running.add(call.id)
            case ToolFinished(call=call):
                assert call.id not in self.finished, "a call finished twice"
                self.running.discard(call.id)
                self.finished.add(call.id)
            case TurnFinished(message=message):
                assert self.text == text_of(message), "what was shown is not what was said"
                assert not self.running, "a turn finished before its tools"
                self.said, self.text = self.said + self.text, ""


async def check(setup: Setup, case: Case) -> None:
    """Run a case. Raises AssertionError if something doesn't hold."""
    situation, healthy = SITUATIONS[case.situation], healthy_run(case.situation)
    conversation, view = Conversation(), View()
    conversation.say(situation.prompt)
    before, threads = asyncio.all_tasks(), {*threading.enumerate()}
    async with asyncio.timeout(60):
        if case.then == "cancel":
            reader = asyncio.create_task(_read(setup, case, conversation, view))
            await asyncio.wait({reader})
            assert reader.cancelled() or reader.exception() is None, reader.exception()
        else:
            await _read(setup, case, conversation, view)
    assert asyncio.all_tasks() == before, "a task is left"
    assert not setup.api.state.streams, "an answer is still being sent"
    assert not setup.clock._sleepers, "something still sleeps"
    assert {*threading.enumerate()} <= threads, "a thread is left"
    assert not setup.refused, f"refused: {setup.refused}"
    messages = conversation.messages
    if messages[-1]["role"] == "user":
        assert not (why := setup.refusal(situation, messages)), f"can't be sent: {why} {messages}"
    conversation.say("And now?")
    more = conversation.messages
    assert not (why := setup.refusal(situation, more)), f"can't go on: {why} {more}"
    _check_runs(setup, case, situation, healthy, messages)
    if case.then in ("leave", "cancel"):
        if view.count >= case.after and healthy.reason != "refusal" and not case.faults:
            kept = "".join(text_of(m) for m in messages if m["role"] == "assistant")
            shown = view.said + view.text
            assert not shown.strip() or kept.startswith(shown), "what was shown is lost"
    elif case.then == "speak":
        assert isinstance(view.last, RunFinished)
        # An answer that was continued stands in several messages; the last may add nothing.
        asked = max((at for at, m in enumerate(messages) if NEXT in str(m)), default=len(messages))
        said = "".join(text_of(m) for m in messages[asked:] if m["role"] == "assistant")
        answered = "three" in said
        unheard = messages[-1]["role"] == "user" and NEXT in str(messages[-1])
        fails = view.last.reason == "failed" and case.faults
        assert view.count < case.after or answered or unheard or fails, "the user isn't answered"
    else:
        _check_end(setup, case, healthy, view, messages)


async def _read(setup: Setup, case: Case, conversation: Conversation, view: View) -> None:
    async with setup.run(case, conversation) as events:
        async for event in events:
            view.show(event)
            if view.count == case.after:
                match case.then:
                    case "leave":
                        break
                    case "cancel":
                        task = asyncio.current_task()
                        assert task is not None
                        task.cancel()
                    case "speak":
                        conversation.say(NEXT)


def _check_runs(
    setup: Setup, case: Case, situation: Situation, healthy: Healthy, messages: list[Message]
) -> None:
    """No tool runs again for a call that it has served, and none that counts is forgotten."""
    called: Counter[str] = Counter()
    for message in messages:
        if message["role"] == "assistant":
            for block in message["content"]:
                if block["type"] == "tool_use":
                    argument = next(iter(block["input"].values()), "")
                    called[f"{block['name']} {argument}"] += 1
    if not any(fault.kind == "large_tool_input" for fault in case.faults):
        for run, times in setup.runs.items():
            most = max(healthy.runs[run], called[run])
            if case.after_text == "continue":  # a turn that failed for good isn't in the history
                most += 1
            assert times <= most, f"{run} ran {times} times, and was called {most} times"
    if situation.once:
        assert setup.runs <= called, f"ran {setup.runs}, but the history has {called}"


def _check_end(
    setup: Setup, case: Case, healthy: Healthy, view: View, messages: list[Message]
) -> None:
    """A run that nobody stopped has recovered, or failed for a reason."""
    last = view.last
    assert isinstance(last, RunFinished), "the run has no end"
    assert (last.error is not None) == (last.reason == "failed")
    assert len(setup.requests) <= 4 * (len(healthy.plans) + 3), "too many requests"
    kinds = [fault.kind for fault in case.faults]
    errors = [fault.error for fault in case.faults]
    passing = any(kind in PASSING for kind in kinds) or set(errors) & {
        "overloaded_error",
        "api_error",
        "rate_limit_error",
    }
    if all(kind in HARMLESS for kind in kinds) and not _stalls(case):
        assert view.retries == healthy.retries, "retried without a reason"
        assert last.reason == healthy.reason
    if last.reason == "failed":
        assert case.faults, last.error
        shown = view.text.strip()
        continued = case.strikes == "each" and case.after_text == "continue"  # and struck again
        if passing and case.strikes != "always" and not continued:
            assert case.after_text == "stop" and shown, f"gave up too early: {last.error}"
    elif case.after_text != "continue" and not set(kinds) & set(OTHER_CONTENT):
        assert last.reason == healthy.reason
        assert messages == healthy.messages, f"other than the healthy run: {messages}"
        assert view.retries > healthy.retries or setup.runs == healthy.runs


def _stalls(case: Case) -> bool:
    return any((fault.seconds or 0) > IDLE for fault in case.faults)


# --- All of them --------------------------------------------------------------------------


async def check_all(some: Iterable[Case], until: float = float("inf")) -> tuple[int, list[str]]:
    """Check cases until a time (time.monotonic); return how many, and what failed."""
    setup, count, failed = Setup(), 0, []
    for case in some:
        if time.monotonic() > until:
            break
        count += 1
        try:
            await check(setup, case)
        except Exception as error:
            failed.append(f"{case}: {type(error).__name__}: {error}")
            setup = Setup()  # what one case left open is not the next one's
    return count, failed


def _batch(job: tuple[str, list[Case], float]) -> tuple[str, int, list[str]]:
    situation, some, until = job
    healthy_run(situation)
    return situation, *asyncio.run(check_all(some, until))


def _batches(names: list[str], every: int, until: float) -> Iterator[tuple[str, list[Case], float]]:
    """Yield batches of cases, in turn from each situation: a run that stops has seen all."""
    left = {name: cases(name, every) for name in names}
    while left and time.monotonic() < until:
        for name in [*left]:
            if some := list(islice(left[name], 200)):
                yield name, some, until
            else:
                del left[name]


def main() -> int:
    """Check every case on all cores; return 1 if one fails."""
    parser = argparse.ArgumentParser(description="The agent against every cut.")
    parser.add_argument("--every", type=int, default=1, help="one byte in so many")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="stop after these")
    parser.add_argument("--processes", type=int, default=None, help="by default one a core")
    parser.add_argument("situation", nargs="*", default=[*SITUATIONS], help="by default all")
    asked = parser.parse_args()
    began = time.monotonic()
    done, failed = Counter[str](), list[str]()
    batches = _batches(asked.situation, asked.every, began + 60 * asked.minutes)
    with multiprocessing.Pool(asked.processes) as pool:
        said = began
        for situation, count, wrong in pool.imap_unordered(_batch, batches):
            done[situation] += count
            failed += wrong
            for line in wrong[:3]:
                print(line[:1000])
            if time.monotonic() > said + 10:
                said = time.monotonic()
                took = said - began
                print(f"{done.total():,} cases, {len(failed)} failed, {took:.0f} s", flush=True)
    for situation, count in done.items():
        print(f"{situation:32}{count:>12,} cases")
    took = time.monotonic() - began
    print(f"{'all':32}{done.total():>12,} cases, {len(failed)} failed, {took:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
