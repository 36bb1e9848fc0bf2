"""One request to the Messages API, and its answer as a stream of event dicts.

    async with open_stream(http, request) as events:
        async for event in events:
            ...

This is the only stage that touches the network. An adapter says what the payloads of an
API mean: `MessagesAdapter` gives them nearly as they are, those of openai.py translate.

Whatever goes wrong on the way has a name, chosen by what the caller can do about it. What
goes wrong behind a whole answer has none: it takes nothing away.

    StreamError
    ├── InvalidRequest    a mistake on this side: nothing was sent
    ├── ConnectFailed     nothing was sent back: the request may be repeated
    ├── StatusError       an HTTP error instead of a stream: its status says why
    ├── ErrorEvent        an `error` event after the 200: the answer ends there
    ├── StreamTruncated   the bytes ended before the message did
    ├── StreamStalled     the bytes stopped coming for longer than the read timeout
    └── ProtocolError     bytes that are no event stream, or events that make no sense
"""

import asyncio
import json
import re
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager, suppress
from typing import Any, NoReturn, TypeVar

import httpx

from helpers.sse import EventTooLarge, ServerSentEvent, SSEDecoder
from helpers.wire.abandoned import close_abandoned
from helpers.wire.failures import (
    ConnectFailed,
    ErrorEvent,
    InvalidRequest,
    ProtocolError,
    StatusError,
    StreamError,
    StreamStalled,
    StreamTruncated,
    error_of,
    error_of_body,
    request_id,
)
from helpers.wire.keys import keep_out_of_logs, strike
from helpers.wire.payloads import REASONING_FIELDS, Adapter, Event, MessagesAdapter

__all__ = [
    "Adapter",
    "ConnectFailed",
    "ErrorEvent",
    "Event",
    "InvalidRequest",
    "MessagesAdapter",
    "OpenStream",
    "ProtocolError",
    "StatusError",
    "StreamError",
    "StreamStalled",
    "StreamTruncated",
    "open_events",
    "open_stream",
    "read_events",
    "stream_text",
]

T = TypeVar("T")

# What opens a stream: open_stream below, or another that takes and gives the same.
OpenStream = Callable[
    [httpx.AsyncClient, Mapping[str, Any]], AbstractAsyncContextManager[AsyncIterator[Event]]
]

# Source: RFC 9110, section 5.5.
HEADER_VALUE = re.compile(rb"(?! )[\x20-\x7e\x80-\xff]([\t\x20-\x7e\x80-\xff]*(?<![ \t]))?|")
NO_HEADER = "a header of the request, such as the key, holds a character that none may have"
NO_ADDRESS = "the base URL is no address that a request can go to"

# A body ends right behind its last event. A server that holds it open is not waited for.
DRAIN_SECONDS = 0.5

# Behind a whole answer its usage or its last event may come, and comes soon.
LATE_SECONDS = 5.0

DONE = "[DONE]"  # ends the stream of a chat completion, and of any API behind some gateways
PINGS = ("ping", "keepalive", "heartbeat")  # names of events whose data says nothing
PING: Event = {"type": "ping"}

# An error that stands between the events: a line `error: …`, or bare JSON.
STRAY = re.compile(r"^(error:)?[ \t]*(?=[{\[])|^error:(.+)", re.MULTILINE)

# So much of an answer that is no stream is read to say what it was; it might never end.
MAX_ERROR_BYTES = 64 * 1024


def open_stream(
    http: httpx.AsyncClient, request: Mapping[str, Any]
) -> AbstractAsyncContextManager[AsyncIterator[Event]]:
    """Post a request and give its events; leaving the block closes the socket.

    Args:
        http: a client whose base URL and headers are set for the API.
        request: the body of POST /v1/messages; `stream` is added here.

    Raises:
        StreamError: one of the family above, here or while iterating.
    """
    body = {**request, "stream": True}
    if "messages" in body:
        body["messages"] = [_without_reasoning(message) for message in body["messages"]]
    return open_events(http, "/v1/messages", body, MessagesAdapter())


def _without_reasoning(message: Any) -> Any:
    """Return a message without the reasoning of other servers: this API hasn't signed it."""
    match message:
        case {"content": list(blocks)}:
            own = [block for block in blocks if block.get("signature") not in REASONING_FIELDS]
            return message if len(own) == len(blocks) else {**message, "content": own}
    return message


@asynccontextmanager
async def open_events(
    http: httpx.AsyncClient, path: str, body: Event, adapter: Adapter
) -> AsyncGenerator[AsyncIterator[Event]]:
    """Post a body to any API that streams; give what the adapter makes of its answer.

    Args:
        http: a client whose base URL and headers are set for the API.
        path: where to post, such as "/v1/messages".
        body: what to post, as JSON.
        adapter: a fresh one; it sees every payload of this answer.

    Raises:
        StreamError: one of the family above, here or while iterating.
    """
    post = _request(http, path, body)
    keep_out_of_logs(post.headers)
    try:
        response = await _send(http, post)
        try:
            # A generator left in the middle would wait for the garbage collector:
            # aclosing ends it together with this block.
            async with aclosing(read_events(response, adapter)) as events:
                yield events
        finally:
            await response.aclose()
    except StreamError as error:
        strike(error, post.headers)  # a server may repeat the key that it doesn't like
        raise


async def stream_text(events: AsyncIterable[Event]) -> AsyncIterator[str]:
    """Give the pieces of text in a stream of events as they arrive."""
    async for event in events:
        match event:
            case {"delta": {"type": "text_delta", "text": str(text)}}:
                yield text


def _request(http: httpx.AsyncClient, path: str, body: Event) -> httpx.Request:
    """Return the request, ready to be sent.

    Raises:
        InvalidRequest: there is none to be sent; the text repeats nothing of it.
    """
    try:
        post = http.build_request("POST", path, json=body)
        mistake = _mistake(post)
    except (TypeError, ValueError):
        mistake = "the request is no JSON: it holds NaN, half a character, or an object"
    except httpx.InvalidURL:
        mistake = NO_ADDRESS
    if mistake:  # not inside `except`: what was to be sent must not hang on this error
        raise InvalidRequest(mistake)
    return post


def _mistake(post: httpx.Request) -> str:
    """Return what is wrong with a request, or "": httpx would print it, and write it into logs."""
    if post.url.userinfo:
        return "the base URL holds a password: give it to the client as `auth`"
    fits = all(HEADER_VALUE.fullmatch(value) for _, value in post.headers.raw)
    return "" if fits else NO_HEADER


async def _send(http: httpx.AsyncClient, post: httpx.Request) -> httpx.Response:
    """Send the request; return the open response, which is an event stream."""
    server = f"{post.url.scheme}://{post.url.netloc.decode()}"  # without a password in it
    mistake = ""
    try:
        response = await http.send(post, stream=True)
    except (httpx.ReadTimeout, httpx.WriteTimeout) as error:
        raise StreamStalled(f"no answer from {server} before the read timeout") from error
    except (httpx.UnsupportedProtocol, httpx.InvalidURL):
        mistake = NO_ADDRESS
    except (httpx.LocalProtocolError, UnicodeError):
        mistake = NO_HEADER
    except httpx.TransportError as error:
        reason = str(error) or type(error).__name__  # timeouts carry no text
        raise ConnectFailed(f"no answer from {server}: {reason}") from error
    except asyncio.CancelledError:
        await close_abandoned(http, post.url)
        raise
    if mistake:  # not inside `except`, as above
        raise InvalidRequest(mistake)
    content_type = response.headers.get("content-type", "no content type")
    if response.status_code == 200 and content_type.lower().startswith("text/event-stream"):
        return response
    try:
        raw = await _beginning(response)
    finally:
        await response.aclose()
    if response.status_code != 200:
        raise _status_error(response, raw)
    raise _error_of_no_stream(response, content_type, raw)


async def _beginning(response: httpx.Response) -> bytes:
    """Read a body that is no stream: all of it, or what arrives of it."""
    raw = b""
    with suppress(httpx.RequestError):
        async for chunk in response.aiter_bytes():
            raw += chunk
            if len(raw) > MAX_ERROR_BYTES:
                break
    return raw


def _status_error(response: httpx.Response, raw: bytes) -> StatusError:
    try:
        error = json.loads(raw)["error"]
        type, message = str(error.get("type") or "unknown_error"), str(error["message"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        type = "unknown_error"  # it is a proxy's page, not the API's error
        message = raw[:200].decode("utf-8", "replace") or response.reason_phrase
    return StatusError(response.status_code, type, message, response.headers)


def _error_of_no_stream(response: httpx.Response, content_type: str, raw: bytes) -> StreamError:
    """Return the error that a body of a 200 tells of, or say that it is no event stream."""
    with suppress(ValueError, RecursionError):
        if error := error_of_body(json.loads(raw)):
            error.request_id = request_id(response.headers)
            return error
    return ProtocolError(f"asked for an event stream, got {content_type}: {raw[:80]!r}")


async def read_events(response: httpx.Response, adapter: Adapter) -> AsyncGenerator[Event]:
    """Decode an open response into event dicts, to the end of the message and no further.

    Args:
        response: an event stream whose body nobody has read.
        adapter: a fresh one.

    Raises:
        StreamError: one of the family above.
    """
    decoder = SSEDecoder()
    chunks = response.aiter_bytes()
    try:
        while (chunk := await _next(chunks, adapter)) is not None:
            comments = _beside(decoder, "comments", 0)
            strays = _beside(decoder, "strays", "")
            for sse in decoder.feed(chunk):
                for event in _meaning(sse, adapter):
                    yield event
                if adapter.finished:
                    await _drain(chunks)
                    return
            if _beside(decoder, "comments", 0) != comments:  # some servers' sign of life
                yield {**PING}
            if _beside(decoder, "strays", "") != strays:
                _raise_stray_error(_beside(decoder, "strays", ""))
        unfinished = _beside(decoder, "pending", b"").decode("utf-8", "replace")
        _raise_stray_error(_beside(decoder, "strays", "") + unfinished)
    except (StreamError, EventTooLarge, httpx.RequestError) as error:
        if not adapter.complete:
            _raise_by_name(error, response)
    for event in adapter.close():
        yield event


async def _next(chunks: AsyncIterator[bytes], adapter: Adapter) -> bytes | None:
    """Return the next chunk; None at the end, which behind a whole answer comes soon."""
    if not adapter.complete:
        return await anext(chunks, None)
    with suppress(TimeoutError):
        async with asyncio.timeout(LATE_SECONDS):
            return await anext(chunks, None)
    return None


def _beside(decoder: SSEDecoder, name: str, nothing: T) -> T:
    """Return what a decoder has seen beside events; one of your own keeps none of it.

    It may use such a name for something else, so the type has to be that of `nothing`.
    """
    value = getattr(decoder, name, nothing)
    return value if isinstance(value, type(nothing)) else nothing


async def _drain(chunks: AsyncIterator[bytes]) -> None:
    """Read the end of the body, so that the connection can serve the next turn."""
    with suppress(httpx.RequestError, TimeoutError):
        async with asyncio.timeout(DRAIN_SECONDS):
            async for _ in chunks:
                pass


def _meaning(sse: ServerSentEvent, adapter: Adapter) -> list[Event]:
    """Return the events that a server-sent event means."""
    data = sse.data.strip()
    if data == DONE:
        return adapter.close(done=True)
    if sse.event in PINGS or (not data and sse.event == "message"):
        return [{**PING}]
    return adapter.feed(_payload(sse.event, data or "{}"))


def _payload(name: str, data: str) -> Event:
    """Return the JSON of an event; its name stands in for a type that is missing.

    Raises:
        ProtocolError: it is no JSON object, and no error either.
    """
    try:
        payload = json.loads(data)
    except (ValueError, RecursionError) as error:
        if name != "error":
            raise ProtocolError(f"an event's data is not JSON: {data[:80]!r}") from error
        payload = data
    if name == "error" and not (isinstance(payload, dict) and error_of(payload)):
        return {"type": "error", "error": payload}
    if not isinstance(payload, dict):
        raise ProtocolError(f"an event's data is no JSON object: {data[:80]!r}")
    if name != "message" and not payload.get("type"):
        payload["type"] = name
    return payload


def _raise_stray_error(text: str) -> None:
    """Raise the error that the lines between the events tell of, if they do."""
    for found in STRAY.finditer(text):
        error = error_of({"error": found[2].strip()}) if found[2] else None
        with suppress(ValueError, RecursionError):  # the rest of it may still come
            body, _ = json.JSONDecoder().raw_decode(text, found.end())
            error = error_of_body({"error": body} if found[1] and "error" not in body else body)
        if error:
            raise error


def _raise_by_name(error: Exception, response: httpx.Response) -> NoReturn:
    """Raise what an error means for the answer, in the names of the family."""
    match error:
        case ErrorEvent():
            error.request_id = request_id(response.headers)
            raise error
        case StreamError():
            raise error
        case httpx.DecodingError():
            raise ProtocolError(f"the compressed body is broken: {error}") from error
        case httpx.TimeoutException():
            raise StreamStalled("no byte arrived before the read timeout") from error
        case httpx.RequestError():
            reason = str(error) or type(error).__name__  # a reset carries no text
            raise StreamTruncated(f"the connection broke in mid-answer: {reason}") from error
    raise ProtocolError(str(error)) from error
