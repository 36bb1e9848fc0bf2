"""The client against a server of exact bytes: real sockets, and what the server sees of them."""

import ast
import asyncio
import gzip
import json
import re
import socket
import struct
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from helpers import client
from helpers.client import (
    ConnectFailed,
    ErrorEvent,
    Event,
    ProtocolError,
    StatusError,
    StreamError,
    StreamStalled,
    StreamTruncated,
    open_stream,
    stream_text,
)

SOON = 60  # seconds: what must happen at once does so within them, also on a busy machine
REQUEST = {"model": "offline-mock", "max_tokens": 100, "messages": []}

# --- Exact bytes --------------------------------------------------------------------------


def sse(type: str, **fields: Any) -> bytes:
    return f"event: {type}\ndata: {json.dumps({'type': type, **fields})}\n\n".encode()


def text(piece: str) -> bytes:
    return sse("content_block_delta", index=0, delta={"type": "text_delta", "text": piece})


START = sse("message_start", message={"id": "msg_01", "content": []})
PING = b'event: ping\ndata: {"type": "ping"}\n\n'
STOP_REASON = sse("message_delta", delta={"stop_reason": "end_turn"}, usage={"output_tokens": 2})
STOP = sse("message_stop")
WHOLE = START + PING + text("Hel") + text("lo") + STOP_REASON + STOP
WHOLE_TYPES = [
    *("message_start", "ping", "content_block_delta", "content_block_delta"),
    *("message_delta", "message_stop"),
]
OVERLOADED = sse("error", error={"type": "overloaded_error", "message": "Overloaded"})
LAST_CHUNK = b"0\r\n\r\n"


def head(status: str = "200 OK", **headers: str) -> bytes:
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode()


STREAM_HEAD = head(
    content_type="text/event-stream; charset=utf-8",
    transfer_encoding="chunked",
    request_id="req_011",
)


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def stream(*pieces: bytes) -> bytes:
    """A response whose body is not ended: LAST_CHUNK would be missing."""
    return STREAM_HEAD + b"".join(map(chunk, pieces))


def refusal(status: str, body: bytes, **headers: str) -> bytes:
    return head(status, content_length=str(len(body)), **headers) + body


# --- The server ---------------------------------------------------------------------------


class Server:
    """Answers each request with the same bytes and notes what it sees.

    After the bytes it holds the connection, closes it, or resets it once `go` is set.
    """

    def __init__(self, answer: bytes, then: str) -> None:
        self.answer = answer
        self.then = then
        self.go = asyncio.Event()
        self.connections = 0
        self.heads: list[str] = []
        self.bodies: list[Any] = []
        self.seen_closed = asyncio.Event()  # the client's end of a connection is closed
        self.url = ""

    async def serve_connection(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.connections += 1
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                self.heads.append(head)
                length = re.search(r"(?i)^content-length: (\d+)", head, re.MULTILINE)
                assert length is not None
                self.bodies.append(json.loads(await reader.readexactly(int(length[1]))))
                writer.write(self.answer)
                if self.then == "close":
                    break
                if self.then == "reset":
                    await self.go.wait()
                    linger = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
                    connection = writer.get_extra_info("socket")
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            self.seen_closed.set()
        finally:
            writer.close()

    async def sees_closed(self) -> None:
        async with asyncio.timeout(SOON):
            await self.seen_closed.wait()


@asynccontextmanager
async def serving(answer: bytes, then: str = "hold") -> AsyncIterator[Server]:
    server = Server(answer, then)
    listener = await asyncio.start_server(server.serve_connection, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    try:
        yield server
    finally:
        listener.close()


def http_to(server: Server, **options: Any) -> httpx.AsyncClient:
    options = {"timeout": SOON, "trust_env": False, "verify": False, **options}
    return httpx.AsyncClient(base_url=server.url, **options)


async def collect(server: Server, **options: Any) -> list[Event]:
    async with http_to(server, **options) as http, open_stream(http, REQUEST) as events:
        return [event async for event in events]


async def failure(
    answer: bytes, then: str = "hold", **options: Any
) -> tuple[StreamError, list[str]]:
    """The error that a stream ends with, and the types of the events before it.

    The client stays open meanwhile: nothing but the stream's own end closes the socket.
    """
    types = []
    async with serving(answer, then) as server, http_to(server, **options) as http:
        with pytest.raises(StreamError) as caught:
            async with asyncio.timeout(SOON), open_stream(http, REQUEST) as events:
                async for event in events:
                    types.append(event["type"])
                    server.go.set()
        if then == "hold":
            await server.sees_closed()
    return caught.value, types


# --- A good stream ------------------------------------------------------------------------


async def test_every_event_is_given_also_pings_and_unknown_ones() -> None:
    new = sse("brand_new", more=[1, 2])
    async with serving(stream(START, PING, new, text("hi"), STOP) + LAST_CHUNK) as server:
        assert await collect(server) == [
            {"type": "message_start", "message": {"id": "msg_01", "content": []}},
            {"type": "ping"},
            {"type": "brand_new", "more": [1, 2]},
            {
                "type": "content_block_delta",
                "index": 0,
                "delta": {"type": "text_delta", "text": "hi"},
            },
            {"type": "message_stop"},
        ]


@pytest.mark.parametrize("size", [1, 7, 100_000])
async def test_any_chunks_of_the_network_give_the_same_events(size: int) -> None:
    pieces = [WHOLE[i : i + size] for i in range(0, len(WHOLE), size)]
    async with serving(stream(*pieces) + LAST_CHUNK) as server:
        assert [event["type"] for event in await collect(server)] == WHOLE_TYPES


async def test_a_body_that_ends_with_the_connection_is_whole_too() -> None:
    answer = head(content_type="text/event-stream") + WHOLE
    async with serving(answer, then="close") as server:
        assert [event["type"] for event in await collect(server)] == WHOLE_TYPES


async def test_an_event_is_given_before_the_next_has_come() -> None:
    async with serving(stream(START, text("first"))) as server, http_to(server) as http:
        async with asyncio.timeout(SOON), open_stream(http, REQUEST) as events:
            assert (await anext(events))["type"] == "message_start"
            assert (await anext(events))["delta"]["text"] == "first"


async def test_a_comment_is_a_sign_of_life() -> None:
    answer = stream(START, b": still here\n", b"\n: and here\n\n", text("hi"), STOP)
    async with serving(answer + LAST_CHUNK) as server:
        types = [event["type"] for event in await collect(server)]
    assert types.count("ping") >= 1
    assert [one for one in types if one != "ping"] == [
        *("message_start", "content_block_delta", "message_stop"),
    ]


async def test_silence_behind_a_whole_answer_takes_nothing_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(client, "LATE_SECONDS", 0.01)
    async with serving(stream(START, text("hi"), STOP_REASON)) as server:
        types = [event["type"] for event in await collect(server, timeout=60)]
        await server.sees_closed()
    assert types == ["message_start", "content_block_delta", "message_delta"]


async def test_the_stream_ends_at_message_stop() -> None:
    async with serving(stream(WHOLE, text("never shown")) + LAST_CHUNK) as server:
        assert [event["type"] for event in await collect(server)] == WHOLE_TYPES


async def test_a_compressed_stream_is_read_as_it_comes() -> None:
    answer = head(content_type="text/event-stream", content_encoding="gzip") + gzip.compress(WHOLE)
    async with serving(answer, then="close") as server:
        assert [event["type"] for event in await collect(server)] == WHOLE_TYPES


async def test_the_content_type_is_compared_without_regard_to_case() -> None:
    answer = head(content_type="Text/Event-Stream;charset=UTF-8") + WHOLE
    async with serving(answer, then="close") as server:
        assert len(await collect(server)) == 6


async def test_a_stop_reason_is_enough_when_message_stop_is_left_out() -> None:
    async with serving(stream(START, text("hi"), STOP_REASON) + LAST_CHUNK) as server:
        types = [event["type"] for event in await collect(server)]
    assert types == ["message_start", "content_block_delta", "message_delta"]


# --- The request --------------------------------------------------------------------------


async def test_the_request_is_posted_with_stream_added_and_left_as_it_was() -> None:
    request = {**REQUEST, "stream": False, "system": "naïve — 日本"}
    before = json.dumps(request)
    async with serving(stream(WHOLE) + LAST_CHUNK) as server, http_to(server) as http:
        async with open_stream(http, request):
            pass
    assert server.bodies == [{**request, "stream": True}]
    assert json.dumps(request) == before


async def test_the_clients_own_base_url_and_headers_are_used() -> None:
    async with serving(stream(WHOLE) + LAST_CHUNK) as server:
        http = http_to(server, headers={"x-api-key": "k"})
        http.base_url = httpx.URL(f"{server.url}/gateway/")
        async with http:
            async with open_stream(http, REQUEST):
                pass
    line, *headers = server.heads[0].lower().split("\r\n")
    assert line == "post /gateway/v1/messages http/1.1"
    assert "x-api-key: k" in headers
    assert "content-type: application/json" in headers
    assert "accept: */*" in headers  # a stream, or an error in JSON


# --- The connection -----------------------------------------------------------------------


async def test_a_whole_stream_leaves_the_connection_for_the_next() -> None:
    async with serving(stream(WHOLE) + LAST_CHUNK) as server, http_to(server) as http:
        for _ in range(2):
            async with open_stream(http, REQUEST) as events:
                assert len([event async for event in events]) == 6
    assert (len(server.bodies), server.connections) == (2, 1)


async def test_a_refusal_leaves_the_connection_for_the_next() -> None:
    async with serving(refusal("429 Too Many Requests", b"{}")) as server, http_to(server) as http:
        for _ in range(2):
            with pytest.raises(StatusError):
                async with open_stream(http, REQUEST):
                    pass
    assert (len(server.bodies), server.connections) == (2, 1)


async def test_a_body_held_open_after_message_stop_is_not_waited_for() -> None:
    async with serving(stream(WHOLE)) as server, http_to(server, timeout=60) as http:
        async with asyncio.timeout(SOON), open_stream(http, REQUEST) as events:
            assert len([event async for event in events]) == 6
        await server.sees_closed()


async def leave_unread(http: httpx.AsyncClient) -> None:
    async with open_stream(http, REQUEST):
        pass


async def leave_by_break(http: httpx.AsyncClient) -> None:
    async with open_stream(http, REQUEST) as events:
        async for _ in events:
            break


async def leave_by_an_exception(http: httpx.AsyncClient) -> None:
    with pytest.raises(ZeroDivisionError):
        async with open_stream(http, REQUEST) as events:
            async for _ in events:
                raise ZeroDivisionError


async def leave_by_cancellation_between_events(http: httpx.AsyncClient) -> None:
    async def consume() -> None:
        async with open_stream(http, REQUEST) as events:
            async for _ in events:
                reading.set()

    reading = asyncio.Event()
    task = asyncio.create_task(consume())
    await reading.wait()
    await asyncio.sleep(0.05)  # so that it waits for the event that never comes
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def leave_by_a_deadline(http: httpx.AsyncClient) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1.0), open_stream(http, REQUEST) as events:
            async for _ in events:
                pass


async def leave_by_closing_the_iterator(http: httpx.AsyncClient) -> None:
    async with open_stream(http, REQUEST) as events:
        await anext(events)
        await events.aclose()  # type: ignore[attr-defined]
        assert [event async for event in events] == []


async def leave_by_closing_a_generator_around_it(http: httpx.AsyncClient) -> None:
    async def pieces() -> AsyncIterator[str]:
        async with open_stream(http, REQUEST) as events:
            async for piece in stream_text(events):
                yield piece

    words = pieces()
    assert await anext(words) == "Hel"
    await words.aclose()  # type: ignore[attr-defined]


async def leave_by_read_timeout(http: httpx.AsyncClient) -> None:
    http.timeout = httpx.Timeout(SOON, read=1.0)
    with pytest.raises(StreamStalled):
        async with open_stream(http, REQUEST) as events:
            async for _ in events:
                pass


@pytest.mark.parametrize(
    "leave",
    [
        leave_unread,
        leave_by_break,
        leave_by_an_exception,
        leave_by_cancellation_between_events,
        leave_by_a_deadline,
        leave_by_closing_the_iterator,
        leave_by_closing_a_generator_around_it,
        leave_by_read_timeout,
    ],
)
async def test_every_way_out_closes_the_socket(
    leave: Callable[[httpx.AsyncClient], Awaitable[None]],
) -> None:
    async with serving(stream(START, text("Hel"))) as server, http_to(server) as http:
        await leave(http)
        await server.sees_closed()  # while the client itself is still open


async def test_after_the_block_there_are_no_more_events() -> None:
    async with serving(stream(START, text("Hel"))) as server, http_to(server) as http:
        async with open_stream(http, REQUEST) as events:
            await anext(events)
        assert [event async for event in events] == []


@pytest.mark.parametrize("answer", [b"", head("500 Oops", content_length="99") + b"<html>"])
async def test_cancellation_before_the_stream_closes_the_socket(answer: bytes) -> None:
    async with serving(answer) as server, http_to(server) as http:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1.0), open_stream(http, REQUEST):
                raise AssertionError("there is no stream")
        await server.sees_closed()


async def test_a_request_cancelled_at_any_moment_leaves_no_connection() -> None:
    async def ask(http: httpx.AsyncClient) -> list[str]:
        async with open_stream(http, REQUEST) as events:
            return [event["type"] async for event in events]

    async with serving(stream(START, STOP_REASON, STOP) + LAST_CHUNK) as server:
        for turns in range(1000):
            async with http_to(server) as http:
                cancelled, beside = (asyncio.create_task(ask(http)) for _ in range(2))
                for _ in range(turns):  # so many turns of the loop
                    await asyncio.sleep(0)
                ended = not cancelled.cancel()
                await asyncio.wait({cancelled})
                pool = http._transport._pool  # type: ignore[attr-defined]
                open_for = [request.connection for request in pool._requests]
                for connection in pool.connections:
                    assert connection.is_idle() or connection in open_for
                # The request beside it is answered.
                assert await beside == ["message_start", "message_delta", "message_stop"]
            if ended:
                return
    raise AssertionError("the request never ended")


# --- Refusals -----------------------------------------------------------------------------


async def status_error(answer: bytes, then: str = "hold") -> StatusError:
    async with serving(answer, then) as server, http_to(server) as http:
        with pytest.raises(StatusError) as caught:
            async with asyncio.timeout(SOON), open_stream(http, REQUEST):
                raise AssertionError("there is no stream")
    return caught.value


async def test_an_error_of_the_api() -> None:
    body = {"type": "error", "error": {"type": "rate_limit_error", "message": "Slow down."}}
    error = await status_error(
        refusal(
            "429 Too Many Requests",
            json.dumps(body).encode(),
            content_type="application/json",
            request_id="req_011",
            retry_after="7",
        )
    )
    assert (error.status, error.type, error.request_id) == (429, "rate_limit_error", "req_011")
    assert error.headers["Retry-After"] == "7"
    assert str(error) == "HTTP 429 rate_limit_error: Slow down."


async def test_a_page_of_a_proxy() -> None:
    error = await status_error(refusal("502 Bad Gateway", b"<html>\xff</html>"))
    assert (error.status, error.type, error.request_id) == (502, "unknown_error", "")
    assert str(error) == "HTTP 502 unknown_error: <html>\ufffd</html>"


@pytest.mark.parametrize(
    "body", [b"[]", b"null", b'"no"', b"{}", b'{"error": "no"}', b'{"error": {}}', b"[" * 60_000]
)
async def test_json_that_is_no_error_of_the_api(body: bytes) -> None:
    error = await status_error(refusal("500 Oops", body))
    assert (error.status, error.type) == (500, "unknown_error")
    assert body[:200].decode() in str(error)


async def test_an_empty_body_is_named_by_its_status() -> None:
    error = await status_error(refusal("503 Service Unavailable", b""))
    assert str(error) == "HTTP 503 unknown_error: Service Unavailable"


@pytest.mark.parametrize("body", [b"", b'{"error": {"type": "api_err'])
async def test_a_body_that_is_cut(body: bytes) -> None:
    error = await status_error(head("529 Busy", content_length="999") + body, then="close")
    assert (error.status, error.type) == (529, "unknown_error")
    assert str(error) == f"HTTP 529 unknown_error: {body.decode() or 'Busy'}"


async def test_a_redirect_is_a_refusal() -> None:
    error = await status_error(refusal("307 Temporary Redirect", b"", location="/elsewhere"))
    assert error.status == 307


async def test_a_body_without_end_is_not_read_to_the_end() -> None:
    answer = head("500 Oops") + b"x" * (client.MAX_ERROR_BYTES + 1)  # and the rest never comes
    async with serving(answer) as server, http_to(server) as http:
        with pytest.raises(StatusError):
            async with asyncio.timeout(SOON), open_stream(http, REQUEST):
                raise AssertionError("there is no stream")
        await server.sees_closed()


async def test_a_refusal_is_one_whatever_its_content_type() -> None:
    error = await status_error(refusal("500 Oops", OVERLOADED, content_type="text/event-stream"))
    assert error.status == 500


# --- Errors in mid-stream -----------------------------------------------------------------


@pytest.mark.parametrize("before", [[], [START, text("Hel")]])
async def test_an_error_event(before: list[bytes]) -> None:
    error, types = await failure(stream(*before, OVERLOADED))
    assert isinstance(error, ErrorEvent)
    assert (error.type, error.request_id) == ("overloaded_error", "req_011")
    assert str(error) == "overloaded_error in mid-stream: Overloaded"
    assert len(types) == len(before)  # what came before it, in the same chunk or not, is given


async def test_events_in_the_same_chunk_as_the_error_come_first() -> None:
    error, types = await failure(stream(START + text("Hel") + OVERLOADED))
    assert isinstance(error, ErrorEvent)
    assert types == ["message_start", "content_block_delta"]


@pytest.mark.parametrize("fields", [{}, {"error": None}, {"error": "no"}, {"error": {}}])
async def test_an_error_event_that_does_not_say_which(fields: Event) -> None:
    error, _ = await failure(stream(sse("error", **fields)))
    assert isinstance(error, ErrorEvent)
    assert error.type == "unknown_error"


@pytest.mark.parametrize(
    ("answer", "then"),
    [
        (stream(START, text("Hel")) + LAST_CHUNK, "hold"),  # a clean end
        (stream(START, text("Hel"), text("lo")[:-1]) + LAST_CHUNK, "hold"),  # inside an event
        (stream(START, text("Hel")), "close"),  # between two chunks
        (stream(START, text("Hel")) + chunk(text("lo"))[:20], "close"),  # inside a chunk
        (stream(START, text("Hel")), "reset"),
        (head(content_type="text/event-stream") + START + text("Hel"), "close"),
        (head(content_type="text/event-stream", content_length="9999") + START + PING, "close"),
    ],
)
async def test_an_answer_that_ends_too_early(answer: bytes, then: str) -> None:
    async with serving(answer, then) as server, http_to(server) as http:
        types = []
        with pytest.raises(StreamTruncated):
            async with asyncio.timeout(SOON), open_stream(http, REQUEST) as events:
                async for event in events:
                    types.append(event["type"])
                    if len(types) == 2:
                        server.go.set()
    assert len(types) == 2  # what did arrive is given


async def test_an_empty_stream_is_truncated() -> None:
    async with serving(stream() + LAST_CHUNK) as server:
        with pytest.raises(StreamTruncated):
            await collect(server)


async def test_a_compressed_stream_that_is_cut() -> None:
    answer = head(content_type="text/event-stream", content_encoding="gzip")
    error, _ = await failure(answer + gzip.compress(WHOLE)[:-30], "close")
    assert isinstance(error, StreamTruncated)


async def test_silence_before_the_headers() -> None:
    error, _ = await failure(b"", timeout=httpx.Timeout(SOON, read=1.0))
    assert isinstance(error, StreamStalled)


async def test_silence_in_mid_stream() -> None:
    error, types = await failure(stream(START, PING), timeout=httpx.Timeout(SOON, read=1.0))
    assert isinstance(error, StreamStalled)
    assert types == ["message_start", "ping"]


async def test_a_closed_port() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: nobody else gets it
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        async with httpx.AsyncClient(base_url=url, trust_env=False) as http:
            with pytest.raises(ConnectFailed, match=url):
                async with open_stream(http, REQUEST):
                    raise AssertionError("there is no stream")


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 OK\r\ncontent-"])
async def test_a_server_that_hangs_up_before_the_headers_end(answer: bytes) -> None:
    error, _ = await failure(answer, "close")
    assert isinstance(error, ConnectFailed)


async def test_a_busy_pool_is_named() -> None:
    # httpx's time-outs have no text of their own.
    options = {
        "limits": httpx.Limits(max_connections=1),
        "timeout": httpx.Timeout(SOON, pool=0.1),
    }
    async with serving(stream(START)) as server, http_to(server, **options) as http:
        async with open_stream(http, REQUEST):
            with pytest.raises(ConnectFailed, match="PoolTimeout"):
                async with open_stream(http, REQUEST):
                    raise AssertionError("there is no second connection")


# --- Not the protocol ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content_type", "body"),
    [("application/json", b'{"type": "message"}'), ("text/html", b"<html>Log in first.</html>")],
)
async def test_an_answer_that_is_no_stream(content_type: str, body: bytes) -> None:
    error, _ = await failure(refusal("200 OK", body, content_type=content_type), "close")
    assert isinstance(error, ProtocolError)
    assert content_type in str(error) and body.decode() in str(error)


async def test_an_answer_of_no_type() -> None:
    error, _ = await failure(refusal("200 OK", b""), "close")
    assert isinstance(error, ProtocolError)
    assert "no content type" in str(error)


@pytest.mark.parametrize(
    "data",
    [
        *("{", "[]", "null", "1", '"ping"', "{}", '{"type": null}', '{"type": 1}'),
        '{"n": ' + "9" * 5000 + "}",
        "[" * 60_000,
    ],
)
async def test_data_that_is_no_event(data: str) -> None:
    error, types = await failure(stream(START, b"data: " + data.encode() + b"\n\n", STOP))
    assert isinstance(error, ProtocolError)
    assert repr(data[:80]) in str(error) and len(str(error)) < 200
    assert types == ["message_start"]


async def test_an_event_without_end_is_too_large() -> None:
    error, types = await failure(stream(START, b"data: ", *[b"x" * 2**20] * 17))
    assert isinstance(error, ProtocolError)
    assert "16,777,216 bytes" in str(error)
    assert types == ["message_start"]


async def test_compression_that_is_broken() -> None:
    answer = head(content_type="text/event-stream", content_encoding="gzip")
    error, _ = await failure(answer + b"this is no gzip")
    assert isinstance(error, ProtocolError)


async def test_an_error_of_the_callers_own_keeps_its_name() -> None:
    mine = httpx.ReadError("another request, made inside the block")
    async with serving(stream(WHOLE) + LAST_CHUNK) as server, http_to(server) as http:
        with pytest.raises(httpx.ReadError) as caught:
            async with open_stream(http, REQUEST) as events:
                async for _ in events:
                    raise mine
    assert caught.value is mine


# --- Text ---------------------------------------------------------------------------------


async def test_stream_text_gives_the_text_and_nothing_else() -> None:
    async def events() -> AsyncIterator[Event]:
        def delta(**delta: str) -> Event:
            return {"type": "content_block_delta", "index": 0, "delta": delta}

        yield {"type": "message_start"}
        yield {"type": "content_block_start", "content_block": {"type": "text", "text": ""}}
        yield {"type": "ping", "text": "no"}
        yield delta(type="text_delta", text="Hel")
        yield delta(type="thinking_delta", thinking="no")
        yield delta(type="brand_new_delta", text="no")
        yield {"type": "content_block_delta"}
        yield delta(type="input_json_delta", partial_json="no")
        yield delta(type="text_delta", text="")
        yield delta(type="text_delta", text="lo")
        yield {"type": "message_stop"}

    assert [piece async for piece in stream_text(events())] == ["Hel", "", "lo"]


async def test_stream_text_over_a_stream() -> None:
    async with serving(stream(WHOLE) + LAST_CHUNK) as server, http_to(server) as http:
        async with open_stream(http, REQUEST) as events:
            assert "".join([piece async for piece in stream_text(events)]) == "Hello"


# --- The house ----------------------------------------------------------------------------


def test_the_tree_in_the_docstring_is_the_tree_of_the_classes() -> None:
    assert client.__doc__ is not None
    root = re.search(r"^    (\w+)$", client.__doc__, re.MULTILINE)
    drawn = re.findall(r"^    [├└]── (\w+) ", client.__doc__, re.MULTILINE)
    assert root is not None and root[1] == "StreamError"
    assert [cls.__name__ for cls in StreamError.__subclasses__()] == drawn
    assert all(cls.__subclasses__() == [] for cls in StreamError.__subclasses__())
    assert {root[1], *drawn} < set(client.__all__)


def test_it_stands_on_earlier_stages_and_httpx_alone() -> None:
    assert client.__file__ is not None
    with open(client.__file__, encoding="utf-8") as file:
        nodes = list(ast.walk(ast.parse(file.read())))
    modules = {name.name for node in nodes if isinstance(node, ast.Import) for name in node.names}
    modules |= {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}
    beyond = {name for name in modules if name.partition(".")[0] not in sys.stdlib_module_names}
    assert beyond == {
        *(
            "httpx",
            "helpers.wire.abandoned",
            "helpers.wire.failures",
            "helpers.wire.keys",
            "helpers.wire.payloads",
            "helpers.sse",
        )
    }
