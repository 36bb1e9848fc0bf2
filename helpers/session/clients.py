"""Whom the course asks: the API of its mode, or the offline one on a clock that jumps.

What a lesson takes from `course` to send requests and to read what comes back.
"""

import json
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from secrets import token_hex
from types import ModuleType
from typing import TYPE_CHECKING, Any

import httpx

from helpers.browser import IN_BROWSER
from helpers.client import Event
from helpers.mock.engine import MockAPI, TimedBytes, VirtualClock
from helpers.mock.recordings import Exchange
from helpers.mock.recordings import read as read_recording
from helpers.mock.settings import RUN_HEADER, Settings
from helpers.mock.transport import blocking_transport, in_process_transport
from helpers.session.session import API_VERSION, MOCK_KEY, Session
from helpers.sse import SSEDecoder
from helpers.wire.keys import keep_out_of_logs
from helpers.wire.proxies import network_options

if TYPE_CHECKING:
    from anthropic import Anthropic, AsyncAnthropic
    from openai import AsyncOpenAI


session = Session()


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
        options["headers"] = {**options.get("headers", {}), **overrides(mock)}
    return session.http(**options)


def virtual_client(**changes: Any) -> tuple[httpx.AsyncClient, VirtualClock]:
    """Return a client of the offline API on a clock that jumps instead of waiting.

    The bytes and their times are those of a real run, but nothing waits for them, so
    what is measured on this clock is the same on every machine.

    Args:
        changes: fields of the mock's settings, such as `pace` or `seed`.
    """
    clock = VirtualClock()
    return client_on(mock_settings(changes), clock), clock


def sdk(**changes: Any) -> "AsyncAnthropic":
    """Return the official SDK's client, connected to the offline API in every mode.

    Its requests stay in this process, and its clock jumps as that of `virtual_client`: it is
    there to be compared with.

    Args:
        changes: fields of the mock's settings, such as `seed` or `fault`.
    """
    import httpx2
    from anthropic import AsyncAnthropic

    transport = in_process_transport(httpx2, MockAPI(mock_settings(changes), clock=VirtualClock()))
    return AsyncAnthropic(
        api_key=MOCK_KEY,
        base_url="http://mock",
        http_client=httpx2.AsyncClient(transport=transport),
    )


def blocking_sdk(**changes: Any) -> "Anthropic":
    """Return the official SDK's client for programs without async; otherwise as `sdk`.

    Args:
        changes: fields of the mock's settings, such as `seed` or `fault`.
    """
    import httpx2
    from anthropic import Anthropic

    transport = blocking_transport(httpx2, MockAPI(mock_settings(changes)))
    return Anthropic(
        api_key=MOCK_KEY, base_url="http://mock", http_client=httpx2.Client(transport=transport)
    )


def openai_sdk(**changes: Any) -> "AsyncOpenAI":
    """Return OpenAI's official client, connected to the offline API as `sdk` is.

    Args:
        changes: fields of the mock's settings, such as `seed` or `fault`.
    """
    import httpx2
    from openai import AsyncOpenAI

    transport = in_process_transport(httpx2, MockAPI(mock_settings(changes), clock=VirtualClock()))
    return AsyncOpenAI(
        api_key=MOCK_KEY,
        base_url="http://mock/v1",
        http_client=httpx2.AsyncClient(transport=transport),
    )


def planned_chunks(body: dict[str, Any] | str, **changes: Any) -> list[TimedBytes]:
    """Return the chunks of the offline API's answer, each with its time.

    Args:
        body: a request, or just a prompt.
        changes: fields of the mock's settings, such as `chunking` or `seed`.
    """
    body = request(body) if isinstance(body, str) else body
    content = json.dumps({**body, "stream": True}).encode()
    plan = MockAPI(mock_settings(changes)).plan("POST", "/v1/messages", MOCK_HEADERS, content)
    return list(plan.chunks)


def open_recording(path: Path | str) -> list[Exchange]:
    """Return the exchanges that the tap has recorded in a file.

    Each has `chunks` with their times; `wire` shows one.

    Raises RecordingError if the file can't be read or is no recording.
    """
    return read_recording(Path(path))


MOCK_HEADERS = {
    "authorization": f"Bearer {MOCK_KEY}",
    "anthropic-version": API_VERSION,
    "content-type": "application/json",
}


def mock_settings(changes: dict[str, Any]) -> Settings:
    """Return the offline API's settings of this session, with some of them changed."""
    return Settings.from_json({**session.mock.to_json(), **changes})


def decode(chunks: Iterable[TimedBytes]) -> list[tuple[float, Event]]:
    """Decode a recording into events with their times."""
    decoder = SSEDecoder()
    return [
        (chunk.at, json.loads(sse.data)) for chunk in chunks for sse in decoder.feed(chunk.data)
    ]


# Slow enough to watch, unless a pace was chosen.
VISIBLE_PACE = {"first_token": 0.4, "tokens_per_second": 30.0}


def visible(changes: dict[str, Any]) -> dict[str, Any]:
    """Return changes of the settings with a pace that one can watch, unless one was chosen."""
    chosen = "pace" in changes or session.mock.pace != Settings().pace
    return changes if chosen else {**changes, "pace": VISIBLE_PACE}


def as_body(body: dict[str, Any] | str) -> dict[str, Any]:
    """Return a request's body, also of just a prompt."""
    return request(body) if isinstance(body, str) else body


def overrides(changes: dict[str, Any]) -> dict[str, str]:
    """Return the header that changes the mock's settings for one request."""
    return {"mock-settings": json.dumps(changes)}


def predict_events(
    body: dict[str, Any], changes: dict[str, Any]
) -> list[tuple[float, Event]] | None:
    """Return the events that the offline API will give; None if another API answers."""
    if session.mode != "mock" or session.provider != "anthropic":
        return None
    try:
        return decode(planned_chunks(body, **changes))
    except ConnectionResetError:
        return None


async def record_anew(body: dict[str, Any], changes: dict[str, Any]) -> list[tuple[float, bytes]]:
    """Read an answer off the real socket; return its chunks with their times."""
    chunks, start = [], time.monotonic()
    async with http(mock=changes) as client:
        stream = client.stream("POST", "/v1/messages", json={**body, "stream": True})
        async with stream as response:
            async for chunk in response.aiter_raw():
                chunks.append((time.monotonic() - start, chunk))
    return chunks


def local_client(library: ModuleType = httpx, **options: Any) -> Any:
    """Return a client of httpx or httpx2 for an API on this machine.

    No proxy stands between, and loading certificates for a client that checks none takes 20 ms.

    Args:
        library: one of the two.
        options: anything that its AsyncClient takes.
    """
    return library.AsyncClient(**{"timeout": 60, "trust_env": False, "verify": False, **options})


def class_client(address: str, secret: str = "") -> httpx.AsyncClient:
    """Return a client for a class's server.

    Args:
        address: the server's.
        secret: the seat's, once it has one.
    """
    headers = {"authorization": f"Bearer {secret}"} if secret else {}
    keep_out_of_logs(httpx.Headers(headers))
    options = {"base_url": address, "headers": headers, "timeout": 10}
    return httpx.AsyncClient(**network_options(address, options))


def client_of(api: Any, headers: Mapping[str, str] | None = None) -> httpx.AsyncClient:
    """Return a client of an offline API in this process."""
    transport = in_process_transport(httpx, api)
    headers = MOCK_HEADERS if headers is None else headers
    client = local_client(base_url="http://mock", headers=headers, transport=transport)
    assert isinstance(client, httpx.AsyncClient)
    return client


def client_on(settings: Settings, clock: Any) -> httpx.AsyncClient:
    """Return a client of an offline API in this process, which goes by this clock."""
    return client_of(MockAPI(settings, clock=clock))


def mock_client(changes: dict[str, Any]) -> httpx.AsyncClient:
    """Return a client of the offline API that listens, in every mode.

    Args:
        changes: fields of the mock's settings, for this client's requests alone.
    """
    headers = {**MOCK_HEADERS, RUN_HEADER: token_hex(8), **overrides(changes)}
    client = local_client(base_url=session.mock_url, headers=headers)
    assert isinstance(client, httpx.AsyncClient)
    return client


def opener(
    body: dict[str, Any], changes: dict[str, Any]
) -> "Callable[[], AbstractAsyncContextManager[AsyncIterator[Event]]]":
    """Return what opens a request to the API of this mode and gives its events."""
    if session.mode == "mock":
        _ = session.mock_url  # its start is no part of the time to first token

    @asynccontextmanager
    async def open_events() -> AsyncGenerator[AsyncIterator[Event]]:
        async with http(mock=changes) as client, session.open_stream(client, body) as events:
            yield events

    return open_events


def serve(app: Any) -> "AbstractAsyncContextManager[httpx.AsyncClient]":
    """Run a web application on this machine, in `async with`, which gives a client for it.

    Args:
        app: an ASGI application, such as a FastAPI one.
    """
    if IN_BROWSER:
        from helpers.session.serving_inside import serve
    else:
        from helpers.session.serving import serve

    return serve(app)
