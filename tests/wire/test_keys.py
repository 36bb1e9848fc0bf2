"""A key is mended or refused where it enters, and nothing that anybody sees ever holds it."""

import asyncio
import contextlib
import io
import json
import logging
import traceback
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from helpers.agent import AgentEvent, Retrying, RunFinished, run_agent
from helpers.client import InvalidRequest, StreamError
from helpers.history import Conversation
from helpers.mock.connection import Protocol
from helpers.mock.tap.__main__ import Tap, open_client, open_recording
from helpers.mock.tap.screen import Screen as TapScreen
from helpers.providers.openai import PROVIDERS
from helpers.retry import Recovery, worth_retrying
from helpers.session.session import Session
from helpers.telemetry import traced
from helpers.terminal.events import show
from helpers.terminal.screen import PlainScreen
from helpers.web.wire import Encoder, LogEntry, message, sse
from helpers.widgets.cards import model as cards_model
from helpers.widgets.cards import snapshot as cards_snapshot
from helpers.widgets.switch.view import Switch
from helpers.widgets.timeline import model as timeline_model
from helpers.widgets.timeline import snapshot as timeline_snapshot
from helpers.widgets.timeline import words as timeline_words
from helpers.widgets.transcript.view import OpenEvents, Transcript
from helpers.wire import keys
from helpers.wire.keys import HIDDEN, clean_headers, clean_key, strike
from tests.sweeps import examples

MARK = "PLANTED"
KEY = f"sk-{MARK}-0123456789"  # its first characters are the mark: half a key shows it, too
RECOVERY = Recovery(attempts=2, first_wait=0.001, longest_wait=0.001)

# ---- Mended or refused

BLANKS = st.text(st.sampled_from(" \t\r\n\x0b\u00a0\u2028\ufeff\u200b"), max_size=3)
UNFIT = st.sampled_from("\n\r\x00\x1b\x7f\u00e9\u0394\u2019\U0001f600\ud83d")


@given(before=BLANKS, behind=BLANKS)
def test_white_space_around_a_key_is_taken_off(before: str, behind: str):
    assert clean_key(before + KEY + behind, "X") == KEY
    headers = clean_headers({"x-api-key": before + KEY + behind, "a": 1})
    assert headers == {"x-api-key": KEY.encode(), "a": b"1"}


@given(place=st.integers(1, len(KEY) - 1), unfit=UNFIT)
def test_what_no_header_can_hold_is_refused_without_repeating_it(place: int, unfit: str):
    broken = KEY[:place] + unfit + KEY[place:]
    session = Session({})
    ways = [
        lambda: clean_key(broken, "X"),
        lambda: session.use("anthropic", key=broken),
        lambda: session.http(headers={"x-api-key": broken}),
        lambda: session.http(headers={"Authorization": f"Bearer {broken}"}),
    ]
    for way in ways:
        with pytest.raises(ValueError) as refusal:
            way()
        assert_hidden(refusal.value)
        assert str(refusal.value).count(". ") == 0
    for variable in ("ANTHROPIC_API_KEY", "OPENAI_API_KEY"):
        provider = "anthropic" if variable.startswith("A") else "openai-chat"
        live = {"COURSE_BASE_URL": "http://127.0.0.1:9", "COURSE_PROVIDER": provider}
        session = Session({**live, variable: broken})
        assert session.mode == "mock"
        assert variable in session.problem
        assert_hidden(session.problem)
        assert Session({variable: broken}).problem == ""  # the offline API needs no key
        assert not Session({variable: broken}).has_key


@pytest.mark.parametrize(
    "url",
    [
        KEY,
        f"http://{KEY}\n.example",
        f"http://user:{KEY}@127.0.0.1:9",
        f"http://{KEY}@127.0.0.1:9",
        f"http://127.0.0.1:9/?key={KEY}",
        f"http://127.0.0.1:9/#{KEY}",
        f"http://127.0.0.1:{KEY}",
        f"http://[{KEY}]",
        f"ftp://{KEY}",
        f"http://{KEY}\u2100.example",
    ],
)
def test_an_address_that_holds_a_key_is_refused_without_repeating_it(url: str):
    session = Session({})
    with pytest.raises(ValueError) as refusal:
        session.use("custom", base_url=url)
    assert_hidden(refusal.value)
    for mode in ("custom", "mock"):
        wish = Session({"COURSE_MODE": mode, "COURSE_BASE_URL": url})
        assert wish.problem
        assert_hidden(wish.problem, wish.describe())


def assert_hidden(*shown: object) -> None:
    for one in shown:
        for text in [one] if isinstance(one, str) else chain(one):
            assert MARK.lower() not in text.lower(), text


def chain(error: object) -> list[str]:
    """Return all that an exception and its causes say, in each way in which they may say it."""
    said = []
    while isinstance(error, BaseException):
        said += [str(error), repr(error), repr(error.args)]
        said += ["".join(traceback.format_exception(error))]
        error = error.__cause__ or error.__context__
    return said


# ---- What is sent, and what goes wrong

ECHO = b"You sent %s, which is wrong"


class Server:
    """Answers every request in one way; in what it says stands the key that it was given."""

    def __init__(self, way: str) -> None:
        self.way = way
        self.keys: list[str] = []
        self.handling: list[asyncio.Task[Any]] = []

    async def __aenter__(self) -> "Server":
        self.server = await asyncio.start_server(self.handle, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self.server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self.server.close()
        for task in self.handling:
            task.cancel()
        await asyncio.gather(*self.handling, return_exceptions=True)

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.handling.append(task)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")
            headers = dict(line.lower().split(b": ", 1) for line in head[1:] if b": " in line)
            await reader.readexactly(int(headers.get(b"content-length", b"0")))
            lines = dict(line.split(b": ", 1) for line in head[1:] if b": " in line)
            names = (b"authorization", b"x-api-key", b"cookie")
            key = b", ".join(lines[n] for n in lines if n.lower() in names)
            self.keys.append(key.decode("latin-1"))
            writer.write(WAYS[self.way](key))
            await writer.drain()
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


def status(code: str, body: bytes) -> bytes:
    head = f"HTTP/1.1 {code}\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n"
    return head.encode() + body


def stream(body: bytes) -> bytes:
    kind = b"content-type: text/event-stream\r\nconnection: close\r\n\r\n"
    return b"HTTP/1.1 200 OK\r\n" + kind + body


def error_body(key: bytes) -> bytes:
    words = (ECHO % key).decode("latin-1")
    error = {"type": "authentication_error", "code": "x", "message": words}
    return json.dumps({"type": "error", "error": error}).encode()


WAYS = {
    "refused": lambda key: status("401 Unauthorized", error_body(key)),
    "overloaded": lambda key: status("529 Overloaded", error_body(key)),
    "a page": lambda key: status("502 Bad Gateway", b"<html>" + ECHO % key),
    "a long page": lambda key: status("502 Bad Gateway", b"." * (195 - len(key) // 2) + key),
    "no stream": lambda key: status("200 OK", b"." * 60 + key),
    "no JSON": lambda key: stream(b"data: " + b"." * 60 + key + b"\n\n"),
    "an event": lambda key: stream(b"event: error\ndata: " + error_body(key) + b"\n\n"),
    "no HTTP": lambda key: b"HTTP/9 " + key + b"\r\n\r\n",
    "a header": lambda key: b"HTTP/1.1 200 OK\r\n" + key + b"\r\n\r\n",
    "a length": lambda key: b"HTTP/1.1 200 OK\r\ncontent-length: " + key + b"\r\n\r\n",
    "a chunk": lambda key: (
        stream(b"").replace(b"connection: close", b"transfer-encoding: chunked") + key + b"\r\n"
    ),
    "silence": lambda key: b"",
    "cut": lambda key: stream(b'event: ping\ndata: {"type": "ping"}\n\n'),
}

# Each gives a client with a key in one place. What follows "raw" is no client of the course's.
PLACES = {
    "the environment": lambda s, key: s.http(trust_env=False),
    "the switch": lambda s, key: s.http(trust_env=False),
    "a header": lambda s, key: s.http(trust_env=False, headers={"X-Api-Key": key}),
    "a cookie": lambda s, key: s.http(trust_env=False, headers={"cookie": f"session={key}"}),
    "raw x-api-key": lambda s, key: raw(s, headers={"x-api-key": key}),
    "raw bearer": lambda s, key: raw(s, headers={"authorization": f"Bearer {key}"}),
    "raw bytes": lambda s, key: raw(s, headers={b"x-api-key": key.encode() + b"\xff"}),
    "raw line end": lambda s, key: raw(s, headers={"x-api-key": key + "\n"}),
    "raw password": lambda s, key: raw(s, url=s.base_url.replace("://", f"://user:{key}@")),
    "raw basic": lambda s, key: raw(s, auth=("user", key)),
}


def raw(session: Session, url: str = "", **options: Any) -> httpx.AsyncClient:
    options = {"trust_env": False, "verify": False, **options}
    return httpx.AsyncClient(base_url=url or session.base_url, **options)


def session_with(place: str, key: str, url: str, provider: str) -> tuple[Session, list[object]]:
    """Return a session that has a key, and what its switch has shown."""
    variable = "ANTHROPIC_API_KEY" if provider == "anthropic" else "OPENAI_API_KEY"
    environment = {"COURSE_BASE_URL": url, "COURSE_PROVIDER": provider}
    if place == "the environment":
        environment[variable] = key
    session = Session(environment)
    assert session.mode == "custom", session.problem
    if place != "the switch":
        return session, []
    switch = Switch(session)
    use = {"op": "use", "mode": "custom", "base_url": url, "key": key, "provider": provider}
    switch._receive(None, use, None)
    shown = [
        json.dumps(switch.get_state(), default=str),
        switch.snapshot(),
        switch.text_alternative(),
    ]
    switch.close()
    assert session.has_key
    return session, shown


def opener(session: Session, place: Any, key: str) -> OpenEvents:
    """Return what opens a stream on a client of its own: a view has its own event loop."""

    @asynccontextmanager
    async def open_events() -> AsyncIterator[AsyncIterator[Any]]:
        async with place(session, key) as http:
            async with session.open_stream(http, {"model": "m", "messages": []}) as events:
                yield events

    return open_events


async def events_of(session: Session, http: httpx.AsyncClient) -> list[tuple[float, AgentEvent]]:
    conversation = Conversation()
    conversation.say("hi")
    agent = run_agent(
        http,
        conversation,
        model="m",
        open_stream=session.open_stream,
        recovery=RECOVERY,
    )
    async with aclosing(agent):
        return [(float(at), event) async for at, event in count(agent)]


async def count(source: AsyncGenerator[AgentEvent]) -> AsyncIterator[tuple[int, AgentEvent]]:
    at = 0
    async for event in source:
        yield at, event
        at += 1


async def replay(events: list[tuple[float, AgentEvent]]) -> AsyncGenerator[AgentEvent]:
    for _, event in events:
        yield event


async def show_everywhere(events: list[tuple[float, AgentEvent]]) -> list[object]:
    """Return what each front end, each trace and each web page makes of a run."""
    terminal = io.StringIO()
    await show(replay(events), PlainScreen(terminal))
    telling = Encoder(lambda: 1.0)
    pages = [page for _, event in events for page in telling.feed(event)]
    told = [LogEntry(id, page) for id, page in enumerate(pages)]
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracer = provider.get_tracer("test")
    async for _ in traced(replay(events), tracer, model="m", content=True):
        pass
    board = cards_model.fold([(at, ("", event)) for at, event in events])
    line = timeline_model.fold(events)
    return [
        terminal.getvalue(),
        *[sse(one).decode() + message(one) for one in told],
        *[span.to_json() for span in exporter.get_finished_spans()],
        repr(board),
        cards_snapshot.draw(board, "", "Agent"),
        repr(line),
        timeline_snapshot.draw([timeline_words.Track("", line)], span=9.0),
        repr(events),
        *[event.error for _, event in events if isinstance(event, RunFinished) and event.error],
    ]


class Lines(logging.Handler):
    """Keeps what everything logs."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(self.format(record))


@contextlib.contextmanager
def read_log() -> Any:
    lines, root = Lines(), logging.getLogger()
    before = root.level
    root.addHandler(lines)
    root.setLevel(logging.DEBUG)
    try:
        yield lines.said
    finally:
        root.removeHandler(lines)
        root.setLevel(before)


@settings(max_examples=examples(30), suppress_health_check=[HealthCheck.too_slow])
@given(
    place=st.sampled_from(sorted(PLACES)),
    way=st.sampled_from([*sorted(WAYS), "nobody listens"]),
    provider=st.sampled_from(sorted(PROVIDERS)),
    ends=st.sampled_from(["", "\n", "\r\n", " "]),
)
@example("raw line end", "refused", "anthropic", "")
@example("the environment", "refused", "openai-chat", "\r\n")
@example("a header", "a long page", "anthropic", "\n")
@example("raw password", "nobody listens", "anthropic", "")
@example("raw bytes", "refused", "openai-responses", "")
@example("raw basic", "no HTTP", "anthropic", "")
@example("raw x-api-key", "a header", "openai-chat", "")
@example("a header", "a length", "anthropic", "")
def test_no_face_no_trace_and_no_log_ever_holds_a_key(
    place: str, way: str, provider: str, ends: str
):
    async def play() -> None:
        keys._KEY_FILTER.secrets.clear()  # of the examples before
        server = Server("silence" if way == "nobody listens" else way)
        async with server:
            session, shown = session_with(place, KEY + ends, server.url, provider)
            if way == "nobody listens":
                server.server.close()
            key = KEY if place.startswith("raw") else KEY + ends
            with read_log() as lines:
                async with PLACES[place](session, key) as http:
                    events = await events_of(session, http)
                view = Transcript("hi", opener(session, PLACES[place], key))
                await asyncio.to_thread(view.wait, 30)
        assert_hidden(*shown, *await show_everywhere(events), *lines)
        assert_hidden(json.dumps(view.state), repr(session), session.describe())
        view.close()
        error = events[-1][1].error
        assert isinstance(error, StreamError)
        local = place in ("raw line end", "raw password")
        assert local == isinstance(error, InvalidRequest)
        if local:
            assert not server.keys
            assert not [event for _, event in events if isinstance(event, Retrying)]
        elif way != "nobody listens" and place != "raw basic":
            assert KEY in server.keys[0]  # it was sent, and no line end with it
        if way in ("refused", "a page") and not local and "raw b" not in place:
            assert HIDDEN in str(error)

    asyncio.run(play())


# ---- Mistakes on this side


@pytest.mark.parametrize(
    "body",
    [
        {"temperature": float("nan")},
        {"metadata": {KEY}},
        {"metadata": KEY + "\ud83d"},
        {"metadata": object()},
    ],
)
async def test_what_is_no_json_is_not_sent_and_not_repeated(body: Mapping[str, Any]):
    calls = []
    transport = httpx.MockTransport(lambda request: calls.append(request))
    conversation = Conversation()
    conversation.say("hi")
    async with httpx.AsyncClient(base_url="http://mock", transport=transport) as http:
        agent = run_agent(http, conversation, model="m", recovery=RECOVERY, **body)
        events = [event async for event in agent]
    assert not calls
    assert not [event for event in events if isinstance(event, Retrying)]
    assert isinstance(events[-1].error, InvalidRequest)
    assert_hidden(events[-1].error)


@pytest.mark.parametrize("url", ["", "nowhere", "ftp://x", f"http://{KEY.lower()}:0x"])
async def test_an_address_that_is_none_is_a_mistake_of_ours(url: str):
    conversation = Conversation()
    conversation.say("hi")
    try:
        client = httpx.AsyncClient(base_url=url, trust_env=False)
    except httpx.InvalidURL:
        return  # httpx refuses it before we see it
    async with client as http:
        events = [event async for event in run_agent(http, conversation, model="m")]
    assert not [event for event in events if isinstance(event, Retrying)]
    assert isinstance(events[-1].error, InvalidRequest)
    assert not worth_retrying(events[-1].error)


def test_keys_are_struck_out_of_the_whole_chain():
    headers = httpx.Headers({"authorization": f"Bearer {KEY}", "accept": "text/event-stream"})
    inner = ValueError(f"got b'Bearer {KEY}'", 7)
    error = StreamError(f"bad: 'text/event-stream {KEY[:12]}'")
    error.__cause__ = inner
    strike(error, headers)
    assert error.args == (f"bad: 'text/event-stream {HIDDEN}'",)
    assert_hidden(error)
    assert inner.args[1] == 7


# ---- What the tap records


@pytest.mark.parametrize("way", ["refused", "a page", "an event", "no HTTP", "silence"])
async def test_the_tap_records_no_key(way: str, tmp_path: Path):
    path = tmp_path / "recording.jsonl"
    out = io.StringIO()
    async with Server(way) as server, tapping(server.url, path, out) as tap_url:
        for name, value in (("x-api-key", KEY), ("authorization", f"Bearer {KEY}")):
            session = Session({"COURSE_BASE_URL": tap_url})
            async with session.http(trust_env=False, headers={name: value}) as http:
                events = await events_of(session, http)
                assert_hidden(*await show_everywhere(events))
        assert KEY in server.keys[0]
    assert path.read_text("utf-8")
    assert_hidden(path.read_text("utf-8"), out.getvalue())


async def until(true: Callable[[], bool], seconds: float = 30) -> None:
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110 - uvicorn has no event to wait for
            await asyncio.sleep(0.01)


@asynccontextmanager
async def tapping(upstream: str, path: Path, out: io.StringIO) -> AsyncIterator[str]:
    url, writer = httpx.URL(upstream), open_recording(path)
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        async with open_client(url) as client:
            config = uvicorn.Config(
                Tap(url, client, writer, TapScreen()),
                http=Protocol,
                port=0,
                lifespan="off",
                ws="none",
                log_config=None,
                log_level=60,
            )
            server = uvicorn.Server(config)
            serving = asyncio.create_task(server.serve())
            await until(lambda: server.started)
            try:
                port = server.servers[0].sockets[0].getsockname()[1]
                yield f"http://127.0.0.1:{port}"
            finally:
                server.should_exit = True
                await serving
                writer.close()
