"""The notebooks' one import: `from helpers import course`.

It says which mode the course is in, registers `%%build`, and hands out what lessons
work with: clients, recordings, parts and live views.
"""

import json
import sys
import threading
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from helpers.client import Event, open_stream
from helpers.clock import RealClock
from helpers.lessons import progress
from helpers.mock.engine import MockAPI, TimedBytes, VirtualClock
from helpers.mock.recording import Exchange, RecordingError
from helpers.mock.recording import read as read_recording
from helpers.mock.settings import Settings
from helpers.mock.transport import in_process_transport
from helpers.models import OFFLINE_MODEL, price
from helpers.session import API_VERSION, MOCK_KEY, Session
from helpers.sse import SSEDecoder

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic

    from helpers.build.steps import Ready
    from helpers.lessons.machine import Findings
    from helpers.lessons.map import Map
    from helpers.recovery import Recovery
    from helpers.tools import Tool
    from helpers.widgets.chaos import ChaosView
    from helpers.widgets.history_view import HistoryView
    from helpers.widgets.race import Race
    from helpers.widgets.submit import SubmitView
    from helpers.widgets.switch import Switch
    from helpers.widgets.timeline import TimelineView
    from helpers.widgets.transcript import Transcript
    from helpers.widgets.wire import Wire

session = Session()


def __getattr__(name: str) -> Any:
    """Give `course.mode`, `course.model` and `course.base_url` as they are now."""
    if name in ("mode", "model", "base_url"):
        return getattr(session, name)
    raise AttributeError(f"the course has no {name!r}")


# Asking the API


def request(prompt: str, *, max_tokens: int = 1024, **more: Any) -> dict[str, Any]:
    """Return the body of a request with one user message.

    Args:
        prompt: what the user says.
        max_tokens: the most tokens that the answer may have.
        more: other fields of POST /v1/messages, such as `system` or `tools`.
    """
    return {
        "model": session.model,
        "max_tokens": max_tokens,
        **more,
        "messages": [{"role": "user", "content": prompt}],
    }


def http(*, mock: dict[str, Any] | None = None, **options: Any) -> httpx.AsyncClient:
    """Return an HTTP client for the API of this mode; use it in `async with`.

    Args:
        mock: fields of the mock's settings, for this client's requests alone; without
            effect in live modes.
        options: anything that httpx.AsyncClient takes.
    """
    if mock and session.mode == "mock":
        options["headers"] = {**options.get("headers", {}), **_overrides(mock)}
    return session.http(**options)


def bench(**changes: Any) -> tuple[httpx.AsyncClient, VirtualClock]:
    """Return a client of the offline API on a clock that jumps instead of waiting.

    The bytes and their times are those of a real run, but nothing waits for them, so
    what is measured on this clock is the same on every machine.

    Args:
        changes: fields of the mock's settings, such as `pace` or `seed`.
    """
    clock = VirtualClock()
    api = MockAPI(_settings(changes), clock=clock)
    transport = in_process_transport(httpx, api)
    return httpx.AsyncClient(
        base_url="http://mock", headers=_MOCK_HEADERS, transport=transport
    ), clock


def sdk(**changes: Any) -> "AsyncAnthropic":
    """Return the official SDK's client, connected to the offline API in every mode.

    Its requests stay in this process and its clock jumps, as on the bench: it is there to
    be compared with.

    Args:
        changes: fields of the mock's settings, such as `seed` or `fault`.
    """
    import httpx2
    from anthropic import AsyncAnthropic

    transport = in_process_transport(httpx2, MockAPI(_settings(changes), clock=VirtualClock()))
    return AsyncAnthropic(
        api_key=MOCK_KEY,
        base_url="http://mock",
        http_client=httpx2.AsyncClient(transport=transport),
    )


def recording(body: dict[str, Any] | str, **changes: Any) -> list[TimedBytes]:
    """Return the chunks of the offline API's answer, each with its time.

    Args:
        body: a request, or just a prompt.
        changes: fields of the mock's settings, such as `chunking` or `seed`.
    """
    body = request(body) if isinstance(body, str) else body
    content = json.dumps({**body, "stream": True}).encode()
    plan = MockAPI(_settings(changes)).plan("POST", "/v1/messages", _MOCK_HEADERS, content)
    return list(plan.chunks)


_MOCK_HEADERS = {
    "authorization": f"Bearer {MOCK_KEY}",
    "anthropic-version": API_VERSION,
    "content-type": "application/json",
}


def open_recording(path: Path | str) -> list[Exchange]:
    """Return the exchanges that the tap has recorded in a file.

    Each has `chunks` with their times; `wire` shows one.

    Raises RecordingError if the file can't be read or is no recording.
    """
    return read_recording(Path(path))


def _settings(changes: dict[str, Any]) -> Settings:
    return Settings.from_json({**session.mock.to_json(), **changes})


def _events(chunks: Iterable[TimedBytes]) -> list[tuple[float, Event]]:
    """Decode a recording into events with their times."""
    decoder = SSEDecoder()
    return [
        (chunk.at, json.loads(sse.data)) for chunk in chunks for sse in decoder.feed(chunk.data)
    ]


# Live views


def wire(body: dict[str, Any] | str | Path | Exchange, **changes: Any) -> "Wire":
    """Return the wire view of an answer's bytes; "Record again" reads the real socket.

    Args:
        body: a request, or just a prompt. Or what the tap has recorded: the path of its
            file, whose first stream is shown, or one exchange of `open_recording`.
        changes: fields of the mock's settings, such as `chunking` or `seed`.
    """
    from helpers.widgets.wire import Wire

    if isinstance(body, Path):
        exchanges = open_recording(body)
        # A recording may begin with questions that were not about a stream.
        streams = [one for one in exchanges if one.is_stream and one.chunks]
        if not streams:
            raise RecordingError(f"{body} holds no stream to show.")
        body = streams[0]
    if isinstance(body, Exchange):
        return Wire(body.chunks, title=f"Exchange {body.number}, {body.method} {body.path}")
    body = request(body) if isinstance(body, str) else body

    async def record() -> list[tuple[float, bytes]]:
        return await _record(body, changes)

    return Wire(recording(body, **changes), record=record)


def transcript(
    body: dict[str, Any] | str, *, autostart: bool = True, **changes: Any
) -> "Transcript":
    """Return a live transcript of an answer, as a user of a product would see it.

    Args:
        body: a request, or just a prompt.
        autostart: start streaming at once, without a press on Start; in mock mode only.
        changes: fields of the mock's settings, such as `pace` or `fault`.
    """
    from helpers.widgets.transcript import Transcript

    body = request(body) if isinstance(body, str) else body
    if session.mode == "mock":
        _ = session.mock_url  # its start is no part of the time to first token

    @asynccontextmanager
    async def open_events() -> AsyncGenerator[AsyncIterator[Event]]:
        async with http(mock=changes) as client, session.open_stream(client, body) as events:
            yield events

    return Transcript(
        body["messages"][-1]["content"],
        open_events,
        expected=_expected(body, changes),
        price=(lambda usage: price(body["model"], usage)) if session.mode != "mock" else None,
        at_most=session.estimate(body) if session.mode != "mock" else None,
        max_tokens=body["max_tokens"],
        # What costs money waits for a person who has seen what it can cost.
        autostart=autostart and session.mode == "mock",
    )


def race(**numbers: Any) -> "Race":
    """Return two deliveries of the same answer side by side, streamed and blocking.

    It runs on the offline API in every mode, because its times are what is compared.

    Args:
        numbers: other starting values for the sliders; see `Race`.
    """
    from helpers.widgets.race import Race

    def body(tokens: int) -> dict[str, Any]:
        return {**request(RACE_PROMPT, max_tokens=tokens), "model": OFFLINE_MODEL}

    def client(duration: float, first_token: float) -> httpx.AsyncClient:
        pace = {"first_token": first_token, "duration": duration, "jitter": 0.2}
        headers = {**_MOCK_HEADERS, **_overrides({"pace": pace, "fault": None})}
        return httpx.AsyncClient(
            base_url=session.mock_url, headers=headers, timeout=60, trust_env=False
        )

    @asynccontextmanager
    async def run_stream(
        first_token: float, duration: float, tokens: int
    ) -> AsyncGenerator[AsyncIterator[Event]]:
        async with client(duration, first_token) as http_client:
            async with open_stream(http_client, body(tokens)) as events:
                yield events

    async def run_blocking(duration: float, tokens: int) -> str:
        async with client(duration, duration / 2) as http_client:
            response = await http_client.post("/v1/messages", json=body(tokens))
            return str(response.json()["content"][0]["text"])

    return Race(run_stream, run_blocking, **numbers)


RACE_PROMPT = "Explain in detail how a TCP connection recovers from a lost packet."


def rehearse(
    body: dict[str, Any] | str,
    *,
    tools: "Iterable[Tool]" = (),
    dispatcher: Any = None,
    strategy: str = "parallel",
    max_turns: int = 10,
    recovery: "Recovery | None" = None,
    unblocked: bool = False,
    **changes: Any,
) -> list[tuple[float, Any]]:
    """Run the agent against the offline API in no time; return its events with their times.

    Times are in seconds since the start, and the same on every machine: the run goes by a
    clock that jumps, also for what its tools sleep. They do run, so mind what they do.

    Args:
        body: a request, or just a prompt.
        tools: what the model may call.
        dispatcher: a class like ToolDispatcher, to be used instead of the agent's own.
        strategy: "end_of_turn", "serial" (mid-stream) or "parallel" (mid-stream, too).
        max_turns: requests at most.
        recovery: how the agent deals with failures.
        unblocked: let tools stop nobody but themselves, as if none ever blocked the loop.
        changes: fields of the mock's settings, such as `pace` or `fault`.
    """
    from helpers.widgets.rehearsal import LoopClock, rehearse, rehearsed

    body, settings = _body(body), _settings(_visible(changes))
    acted = [rehearsed(tool, unblocked=unblocked) for tool in tools]

    async def run(clock: LoopClock) -> AsyncGenerator[Any]:
        transport = in_process_transport(httpx, MockAPI(settings, clock=clock))
        async with httpx.AsyncClient(
            base_url="http://mock", headers=_MOCK_HEADERS, transport=transport
        ) as client:
            async for event in _agent_events(
                client,
                body,
                acted,
                dispatcher,
                max_turns,
                strategy=strategy,
                recovery=recovery,
                clock=clock,
                random=lambda: 0.5,
            ):
                yield event

    return rehearse(run)


def timeline(
    body: dict[str, Any] | str | list[tuple[float, Any]],
    *,
    tools: "Iterable[Tool]" = (),
    dispatcher: Any = None,
    max_turns: int = 10,
    recovery: "Recovery | None" = None,
    autostart: bool = True,
    **changes: Any,
) -> "TimelineView":
    """Return the timeline of an agent's run: its answers and tools on one clock, live.

    Args:
        body: a request, or just a prompt. Or a recorded run to be played again: pairs of
            seconds and event, such as `rehearse` returns.
        tools: what the model may call. In mock mode they run once more beforehand, on a
            clock that jumps, so that the view knows its length and its ideal.
        dispatcher: a class like ToolDispatcher, such as yours, to dispatch the calls.
        max_turns: requests at most.
        recovery: how the agent deals with failures.
        autostart: start at once, without a press on Start; in mock mode only.
        changes: fields of the mock's settings, such as `pace` or `fault`.
    """
    from helpers.widgets.timeline import Run, TimelineView
    from helpers.widgets.timeline_model import fold, ideal_finish
    from helpers.widgets.timeline_runs import replay

    if isinstance(body, list):
        pairs = body
        recorded = Run(lambda: replay(pairs, RealClock()), expected=fold(pairs))
        return TimelineView({"run": recorded}, autostart=autostart)
    asked, tools, changes = _body(body), list(tools), _visible(changes)

    async def run() -> AsyncGenerator[Any]:
        async with http(mock=changes) as client:
            async for event in _agent_events(
                client, asked, tools, dispatcher, max_turns, recovery=recovery
            ):
                yield event

    if session.mode != "mock":
        at_most = session.estimate(asked)
        return TimelineView({"run": Run(run)}, at_most=at_most, autostart=False)
    _ = session.mock_url  # its start is no part of the time to first token
    options = {"tools": tools, "max_turns": max_turns, "recovery": recovery, **changes}
    expected = fold(rehearse(asked, dispatcher=dispatcher, **options))
    free = fold(rehearse(asked, unblocked=True, **options))
    return TimelineView(
        {"run": Run(run, expected=expected, ideal=ideal_finish(free))}, autostart=autostart
    )


def compare_dispatch(
    body: dict[str, Any] | str,
    *,
    tools: "Iterable[Tool]",
    autostart: bool = False,
    **changes: Any,
) -> "TimelineView":
    """Return the same turn three times on one clock: tools at its end, or in mid-stream.

    It runs on the offline API in every mode, because its times are what is compared.

    Args:
        body: a request, or just a prompt.
        tools: what the model may call; they also run beforehand, on a clock that jumps.
        autostart: start all three at once, without a click.
        changes: fields of the mock's settings, such as `pace` or `seed`.
    """
    from helpers.widgets.timeline import Run, TimelineView
    from helpers.widgets.timeline_model import STRATEGIES, first_turn, fold, ideal_finish, under
    from helpers.widgets.timeline_runs import until_first_turn

    body, tools = {**_body(body), "model": OFFLINE_MODEL}, list(tools)
    changes = {"fault": None, **_visible(changes)}
    expected = fold(rehearse(body, tools=tools, unblocked=True, **changes))
    ideal = ideal_finish(first_turn(expected))
    _ = session.mock_url  # its start is no part of any of the three

    async def run(strategy: str) -> AsyncGenerator[Any]:
        headers = {**_MOCK_HEADERS, **_overrides(changes)}
        async with httpx.AsyncClient(
            base_url=session.mock_url, headers=headers, timeout=60, trust_env=False, verify=False
        ) as client:
            events = _agent_events(client, body, tools, None, 2, strategy=strategy)
            async for event in until_first_turn(events):
                yield event

    runs = {
        strategy: Run(partial(run, strategy), name, under(expected, strategy), ideal)
        for strategy, name in STRATEGIES.items()
    }
    return TimelineView(runs, title="Timelines: three ways to dispatch", autostart=autostart)


# Slow enough to watch, unless a pace was chosen.
VISIBLE_PACE = {"first_token": 0.4, "tokens_per_second": 30.0}


def _visible(changes: dict[str, Any]) -> dict[str, Any]:
    chosen = "pace" in changes or session.mock.pace != Settings().pace
    return changes if chosen else {**changes, "pace": VISIBLE_PACE}


def _body(body: dict[str, Any] | str) -> dict[str, Any]:
    return request(body) if isinstance(body, str) else body


def _agent_events(
    client: httpx.AsyncClient,
    body: dict[str, Any],
    tools: "list[Tool]",
    dispatcher: Any,
    max_turns: int,
    **options: Any,
) -> AsyncGenerator[Any]:
    """Return the events of the agent, or of the barest one around another dispatcher."""
    from helpers.widgets.timeline_runs import agent_run, own_run

    if dispatcher is None:
        return agent_run(client, body, tools, max_turns=max_turns, **options)
    return own_run(client, body, tools, dispatcher, max_turns=max_turns)


def chaos(
    body: dict[str, Any] | str,
    *,
    tools: "Iterable[Tool]" = (),
    run: Callable[..., Any] | None = None,
    every: int = 8,
    fault: str = "reset",
    recovery: "Recovery | None" = None,
    max_turns: int = 10,
    autostart: bool = False,
    **changes: Any,
) -> "ChaosView":
    """Return the map of what becomes of an agent whose connection breaks, byte by byte.

    Each answer is cut once at every so many bytes, and each cut is a whole run against the
    offline API, in every mode, on time that jumps. The tools really run, thousands of times.

    Args:
        body: a request, or just a prompt.
        tools: what the model may call.
        run: the agent, such as your `run_agent(http, messages, tools, *, model, max_turns)`;
            without it, the course's own.
        every: bytes between two cuts. The still takes fewer.
        fault: how an answer breaks off: "reset", or "close", which looks like its end.
        recovery: how the course's agent deals with failures.
        max_turns: requests at most.
        autostart: start at once, without a press on Start.
        changes: other fields of the mock's settings, such as `seed` or `chunking`.

    Raises:
        ValueError: `every` is less than a byte, or there is no such fault.
    """
    from helpers.widgets.chaos import ChaosView
    from helpers.widgets.chaos_runs import AT_ONCE, Bench

    if every < 1:
        raise ValueError(f"every is a number of bytes, from 1; it is {every!r}.")
    if fault not in ("reset", "close"):
        raise ValueError(f'fault is "reset" or "close" here, not {fault!r}.')
    bench = Bench(
        {**_body(body), "model": OFFLINE_MODEL},
        tools,
        _settings({**changes, "pace": AT_ONCE, "fault": None}),
        _MOCK_HEADERS,
        run=run,
        fault=fault,
        recovery=recovery,
        max_turns=max_turns,
    )
    return ChaosView(bench, every=every, autostart=autostart)


def switch() -> "Switch":
    """Return the switch: mode, model, pace and fault of the whole course."""
    from helpers.widgets.switch import Switch

    return Switch(session)


def history(messages: Iterable[dict[str, Any]], **fields: Any) -> "HistoryView":
    """Return the messages as cards, with what the API would say about them.

    The offline API is asked, in every mode. Where the assistant has the last word, it is
    asked with a further message of the user, as it would be next.

    Args:
        messages: as a request has them.
        fields: others of the request, such as `thinking`.
    """
    from helpers.widgets.history_view import view

    asked = [*messages]
    spoken = [*asked, {"role": "user", "content": "Go on."}]
    ends_in_reply = bool(asked) and asked[-1]["role"] == "assistant"
    body = {"model": OFFLINE_MODEL, "max_tokens": 1024, **fields}
    content = json.dumps({**body, "messages": spoken if ends_in_reply else asked}).encode()
    api = MockAPI(Settings(), scenarios=())  # whether it answers is the question, not what
    plan = api.plan("POST", "/v1/messages", _MOCK_HEADERS, content)
    refused = plan.status != 200 and json.loads(b"".join(chunk.data for chunk in plan.chunks))
    return view(asked, refused["error"]["message"] if refused else "")


def _overrides(changes: dict[str, Any]) -> dict[str, str]:
    """Return the header that changes the mock's settings for one request."""
    return {"mock-settings": json.dumps(changes)}


def _expected(body: dict[str, Any], changes: dict[str, Any]) -> list[tuple[float, Event]] | None:
    """Return the events that the offline API will give; None if another API answers."""
    if session.mode != "mock" or session.provider != "anthropic":
        return None
    try:
        return _events(recording(body, **changes))
    except ConnectionResetError:
        return None


async def _record(body: dict[str, Any], changes: dict[str, Any]) -> list[tuple[float, bytes]]:
    """Read an answer off the real socket; return its chunks with their times."""
    chunks, start = [], time.monotonic()
    async with http(mock=changes) as client:
        stream = client.stream("POST", "/v1/messages", json={**body, "stream": True})
        async with stream as response:
            async for chunk in response.aiter_raw():
                chunks.append((time.monotonic() - start, chunk))
    return chunks


# Parts


def part(name: str) -> Any:
    """Return the names of a part: the learner's if it has passed, else the course's own.

    Args:
        name: such as "sse"; `course.part("sse").SSEDecoder`.
    """
    return progress.part_namespace(name)


def bundle() -> "Ready":
    """Write my/build/agent.py: your parts as one file, and the course's where there are none.

    Returns the file, and whose each part is.

    Raises:
        CannotBundle: a part can't become part of one file; the message says which line.
        CannotSubmit: your folder can't be written to.
    """
    from helpers.build.steps import bundled

    return bundled()


def submit(agent: Path | str | None = None, *, seeds: int = 1, runs: int = 5) -> "SubmitView":
    """Return the way to a submission: a button for each step, from your parts to one folder.

    Everything runs on the offline API. `python3 course.py submit` does the same without a
    notebook.

    Args:
        agent: a file that you wrote elsewhere, in place of your parts.
        seeds: how often each behaviour is tried, each time with other values.
        runs: how often the time to first token is taken.
    """
    from helpers.widgets.submit import SubmitView

    return SubmitView(None if agent is None else Path(agent), seeds=seeds, runs=runs)


def map() -> "Map":
    """Return the way through the notebooks, and which parts are built."""
    from helpers.lessons.map import Map

    return Map(set(progress.passed()))


def check_machine() -> "Findings":
    """Say whether this machine has what the course needs, and what to do if not."""
    from helpers.lessons.machine import check

    return check(session)


def _open() -> None:
    """Say the mode, register `%%build`, and start the offline API in the background."""
    try:
        shell = get_ipython()  # type: ignore[name-defined]
    except NameError:  # imported by a program, not by a notebook
        return
    from helpers.lessons.build import register_magics

    register_magics(shell)
    if session.mode == "mock" and sys.platform != "emscripten":
        threading.Thread(target=lambda: session.mock_url, daemon=True).start()
    print(session.describe())


_open()
