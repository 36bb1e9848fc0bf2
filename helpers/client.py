"""One request to the Messages API, and its answer as a stream of event dicts.

    async with open_stream(http, request) as events:
        async for event in events:
            ...

This is the only stage that touches the network. An adapter says what the payloads of an
API mean: `MessagesAdapter` gives them as they are, those of openai.py translate.

Whatever goes wrong on the way has a name, chosen by what the caller can do about it:

    StreamError
    ├── ConnectFailed     nothing was sent back: the request may be repeated
    ├── StatusError       an HTTP error instead of a stream: its status says why
    ├── ErrorEvent        an `error` event after the 200: the answer ends there
    ├── StreamTruncated   the bytes ended before the message did
    ├── StreamStalled     the bytes stopped coming for longer than the read timeout
    └── ProtocolError     bytes that are no event stream, or events that make no sense
"""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager, suppress
from typing import Any, Protocol

import httpx

from helpers.sse import EventTooLarge, SSEDecoder

__all__ = [
    "Adapter",
    "ConnectFailed",
    "ErrorEvent",
    "Event",
    "MessagesAdapter",
    "OpenStream",
    "ProtocolError",
    "StatusError",
    "StreamError",
    "StreamStalled",
    "StreamTruncated",
    "open_events",
    "open_stream",
    "stream_text",
]

Event = dict[str, Any]

# What opens a stream: open_stream below, or another that takes and gives the same.
OpenStream = Callable[
    [httpx.AsyncClient, Mapping[str, Any]], AbstractAsyncContextManager[AsyncIterator[Event]]
]

# A body ends right behind its last event. A server that holds it open is not waited for.
DRAIN_SECONDS = 0.5

# So much of an answer that is no stream is read to say what it was; it might never end.
MAX_ERROR_BYTES = 64 * 1024


class StreamError(Exception):
    """The answer did not arrive whole."""


class ConnectFailed(StreamError):
    """The server could not be reached, or hung up before its first byte."""


class StatusError(StreamError):
    """The server refused the request with an HTTP status.

    Attributes:
        status: the HTTP status code, such as 429.
        type: the API's name for the error, such as "rate_limit_error".
        request_id: what to quote when asking the provider about it.
        headers: the answer's headers, `retry-after` among them.
    """

    def __init__(self, status: int, type: str, message: str, headers: Mapping[str, str]) -> None:
        super().__init__(f"HTTP {status} {type}: {message}")
        self.status = status
        self.type = type
        self.request_id = _request_id(headers)
        self.headers = headers


class ErrorEvent(StreamError):
    """The server gave up in the middle of an answer that had begun with a 200.

    Attributes:
        type: the API's name for the error, such as "overloaded_error".
        request_id: what to quote when asking the provider about it.
    """

    def __init__(self, type: str, message: str, request_id: str = "") -> None:
        super().__init__(f"{type} in mid-stream: {message}")
        self.type = type
        self.request_id = request_id  # open_events fills it in: an event has no headers


class StreamTruncated(StreamError):
    """The connection ended, cleanly or not, before the message was complete."""


class StreamStalled(StreamError):
    """No byte arrived for longer than the client's read timeout."""


class ProtocolError(StreamError):
    """What arrived is not the protocol: no event stream, no JSON, or no sense."""


class Adapter(Protocol):
    """What an API's payloads mean: told in events of the Messages API.

    Attributes:
        end_mark: data that is no JSON and ends the stream, such as "[DONE]"; or None.
        finished: whether the message is whole, so that nothing more is read.
    """

    end_mark: str | None
    finished: bool

    def feed(self, payload: Event) -> list[Event]:
        """Take the next payload; return the events that it means."""

    def close(self) -> list[Event]:
        """Take the end of the stream; return the events that were held back for it.

        Raises:
            StreamTruncated: the message isn't complete.
        """


class MessagesAdapter:
    """The Messages API's own events: given as they are, and watched for their end."""

    end_mark: str | None = None

    def __init__(self) -> None:
        self.finished = False
        self._complete = False

    def feed(self, payload: Event) -> list[Event]:
        """Return the event, unless it is an error."""
        match payload:
            case {"type": "content_block_delta"}:  # by far the most frequent comes first
                pass
            case {"type": "message_delta", "delta": {"stop_reason": str()}}:
                self._complete = True
            case {"type": "message_stop"}:
                self.finished = True
            case {"type": "error"}:
                error = payload.get("error")
                said = error if isinstance(error, dict) else {}
                type = str(said.get("type", "unknown_error"))
                raise ErrorEvent(type, str(said.get("message", "no message")))
            case {"type": str()}:
                pass
            case _:
                raise ProtocolError(f"an event has no type: {json.dumps(payload)[:80]!r}")
        return [payload]

    def close(self) -> list[Event]:
        """Accept the end after a stop reason: some gateways leave message_stop out."""
        if not self._complete:
            raise StreamTruncated("the connection closed before the message was complete")
        return []


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
    return open_events(http, "/v1/messages", {**request, "stream": True}, MessagesAdapter())


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
    response = await _send(http, path, body)
    try:
        # A generator left in the middle would wait for the garbage collector:
        # aclosing ends it together with this block.
        async with aclosing(_events(response, adapter)) as events:
            yield events
    finally:
        await response.aclose()


async def stream_text(events: AsyncIterable[Event]) -> AsyncIterator[str]:
    """Give the pieces of text in a stream of events as they arrive."""
    async for event in events:
        match event:
            case {"type": "content_block_delta", "delta": {"type": "text_delta", "text": text}}:
                yield text


async def _send(http: httpx.AsyncClient, path: str, body: Event) -> httpx.Response:
    """Post the body; return the open response, which is an event stream."""
    post = http.build_request("POST", path, json=body)
    try:
        response = await http.send(post, stream=True)
    except (httpx.ReadTimeout, httpx.WriteTimeout) as error:
        raise StreamStalled(f"no answer from {http.base_url} before the read timeout") from error
    except httpx.TransportError as error:
        reason = str(error) or type(error).__name__  # timeouts carry no text
        raise ConnectFailed(f"no answer from {http.base_url}: {reason}") from error
    content_type = response.headers.get("content-type", "no content type")
    if response.status_code == 200 and content_type.lower().startswith("text/event-stream"):
        return response
    try:
        raw = await _beginning(response)
    finally:
        await response.aclose()
    if response.status_code != 200:
        raise _status_error(response, raw)
    raise ProtocolError(f"asked for an event stream, got {content_type}: {raw[:80]!r}")


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
        type, message = str(error["type"] or "unknown_error"), str(error["message"])
    except (ValueError, KeyError, TypeError, RecursionError):  # a proxy's page, not the API's
        type = "unknown_error"
        message = raw[:200].decode("utf-8", "replace") or response.reason_phrase
    return StatusError(response.status_code, type, message, response.headers)


async def _events(response: httpx.Response, adapter: Adapter) -> AsyncGenerator[Event]:
    """Decode the body into event dicts, to the end of the message and no further."""
    decoder = SSEDecoder()
    chunks = response.aiter_bytes()
    try:
        async for chunk in chunks:
            for sse in decoder.feed(chunk):
                ended = sse.data == adapter.end_mark
                for event in adapter.close() if ended else adapter.feed(_payload(sse.data)):
                    yield event
                if adapter.finished:
                    await _drain(chunks)
                    return
    except ErrorEvent as error:
        error.request_id = _request_id(response.headers)
        raise
    except EventTooLarge as error:
        raise ProtocolError(str(error)) from error
    except httpx.DecodingError as error:
        raise ProtocolError(f"the compressed body is broken: {error}") from error
    except httpx.TimeoutException as error:
        raise StreamStalled("no byte arrived before the read timeout") from error
    except httpx.TransportError as error:
        reason = str(error) or type(error).__name__  # a reset carries no text
        raise StreamTruncated(f"the connection broke in mid-answer: {reason}") from error
    for event in adapter.close():
        yield event


async def _drain(chunks: AsyncIterator[bytes]) -> None:
    """Read the end of the body, so that the connection can serve the next turn."""
    with suppress(httpx.RequestError, TimeoutError):
        async with asyncio.timeout(DRAIN_SECONDS):
            async for _ in chunks:
                pass


def _payload(data: str) -> Event:
    try:
        payload = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ProtocolError(f"an event's data is not JSON: {data[:80]!r}") from error
    if not isinstance(payload, dict):
        raise ProtocolError(f"an event's data is no JSON object: {data[:80]!r}")
    return payload


def _request_id(headers: Mapping[str, str]) -> str:
    """Return the id under which the provider knows a request; OpenAI's has an x-."""
    return headers.get("request-id") or headers.get("x-request-id", "")
