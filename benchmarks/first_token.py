"""How long a request takes to its first text on loopback, and what of that is ours.

    python benchmarks/first_token.py [rounds]

The server, in a process of its own, is as small as it can be and answers each request at
once with the same bytes, so that the clients' share of the time is as large as it can be;
the offline API would think for longer than any client takes. Every client keeps its
connection open, turns its request into JSON each time, and stops the clock when it has
the first piece of text. They take turns, one request each; figures are medians. The order
changes from round to round, because whoever follows a slow one finds a cold cache.
"""

# ruff: noqa: T201, D103 (a script whose output is its purpose)

import asyncio
import json
import random
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).parent.parent))

import anthropic
import httpx

from helpers.agent import run_agent
from helpers.client import open_stream, stream_text
from helpers.history import Conversation
from helpers.message import TextDelta

REQUEST: dict[str, Any] = {
    "model": "offline-mock",
    "max_tokens": 4096,
    "messages": [{"role": "user", "content": "Say hello."}],
}
HEADERS = {"x-api-key": "none", "anthropic-version": "2026-10-21"}

# What the server sends: a head, and a short answer in one chunk of HTTP for each event.
MESSAGE = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "offline-mock",
    "content": [],
    "stop_reason": None,
    "stop_sequence": None,
    "usage": {"input_tokens": 10, "output_tokens": 1},
}
EVENTS: list[dict[str, Any]] = [
    {"type": "message_start", "message": MESSAGE},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hello"}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "!"}},
    {"type": "content_block_stop", "index": 0},
    {
        "type": "message_delta",
        "delta": {"stop_reason": "end_turn", "stop_sequence": None},
        "usage": {"output_tokens": 2},
    },
    {"type": "message_stop"},
]
END = b"0\r\n\r\n"

THINKING_SECONDS = 0.002  # between the first text and the rest

FirstText = Callable[[], Awaitable[float]]  # seconds until the first text


def answer() -> tuple[bytes, bytes]:
    """Return what is sent at once, and what is sent later."""
    head = (
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nrequest-id: req_1\r\n"
        b"transfer-encoding: chunked\r\n\r\n"
    )
    chunks = []
    for event in EVENTS:
        sse = f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()
        chunks.append(b"%x\r\n%b\r\n" % (len(sse), sse))
    return head + b"".join(chunks[:3]), b"".join(chunks[3:]) + END


async def serve() -> None:
    """Answer every request on every connection; the first line printed is the port."""
    at_once, later = answer()

    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
                await reader.readexactly(int(length))
                writer.write(at_once)
                await asyncio.sleep(THINKING_SECONDS)
                writer.write(later)
        except asyncio.IncompleteReadError:
            writer.close()

    server = await asyncio.start_server(connection, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)  # until the parent ends or closes the pipe


def request_bytes() -> bytes:
    body = json.dumps({**REQUEST, "stream": True}).encode()
    fields = {**HEADERS, "host": "x", "content-length": str(len(body))}
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"POST /v1/messages HTTP/1.1\r\n{lines}\r\n".encode() + body


# The clients: each is opened once, and then asked again and again on one connection.


@asynccontextmanager
async def blocking_socket(url: str) -> AsyncIterator[FirstText]:
    parts = urlsplit(url)
    connection = socket.create_connection((parts.hostname, parts.port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    async def first_text() -> float:
        began = time.perf_counter()
        connection.sendall(request_bytes())
        raw = b""
        while b"text_delta" not in raw:
            raw += connection.recv(65_536)
        took = time.perf_counter() - began
        while not raw.endswith(END):
            raw += connection.recv(65_536)
        return took

    with connection:
        yield first_text


@asynccontextmanager
async def asyncio_socket(url: str) -> AsyncIterator[FirstText]:
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)

    async def first_text() -> float:
        began = time.perf_counter()
        writer.write(request_bytes())
        raw = b""
        while b"text_delta" not in raw:
            raw += await reader.read(65_536)
        took = time.perf_counter() - began
        while not raw.endswith(END):
            raw += await reader.read(65_536)
        return took

    yield first_text
    writer.close()


@asynccontextmanager
async def bare_httpx(url: str) -> AsyncIterator[FirstText]:
    async with httpx.AsyncClient(base_url=url, headers=HEADERS) as http:

        async def first_text() -> float:
            took = 0.0
            began = time.perf_counter()
            body = {**REQUEST, "stream": True}
            async with http.stream("POST", "/v1/messages", json=body) as response:
                async for chunk in response.aiter_bytes():
                    if not took and b"text_delta" in chunk:
                        took = time.perf_counter() - began
            return took

        yield first_text


@asynccontextmanager
async def our_stream(url: str) -> AsyncIterator[FirstText]:
    async with httpx.AsyncClient(base_url=url, headers=HEADERS) as http:

        async def first_text() -> float:
            took = 0.0
            began = time.perf_counter()
            async with open_stream(http, REQUEST) as events:
                async for _ in stream_text(events):
                    took = took or time.perf_counter() - began
            return took

        yield first_text


@asynccontextmanager
async def our_agent(url: str) -> AsyncIterator[FirstText]:
    async with httpx.AsyncClient(base_url=url, headers=HEADERS) as http:

        async def first_text() -> float:
            took = 0.0
            conversation = Conversation()
            conversation.say("Say hello.")
            began = time.perf_counter()
            async with aclosing(run_agent(http, conversation, model="offline-mock")) as events:
                async for event in events:
                    if not took and isinstance(event, TextDelta):
                        took = time.perf_counter() - began
            return took

        yield first_text


@asynccontextmanager
async def sdk(url: str) -> AsyncIterator[FirstText]:
    async with anthropic.AsyncAnthropic(base_url=url, api_key="none", max_retries=0) as client:

        async def first_text() -> float:
            took = 0.0
            began = time.perf_counter()
            async for event in await client.messages.create(**REQUEST, stream=True):
                if not took and event.type == "content_block_delta":
                    took = time.perf_counter() - began
            return took

        yield first_text


CLIENTS = {
    "a blocking socket": blocking_socket,
    "an asyncio socket": asyncio_socket,
    "bare httpx": bare_httpx,
    "ours, open_stream": our_stream,
    "ours, run_agent": our_agent,
    "anthropic, create(stream=True)": sdk,
}


async def race(url: str, rounds: int) -> dict[str, list[float]]:
    """Return each client's times to its first text, in seconds."""
    taken: dict[str, list[float]] = {name: [] for name in CLIENTS}
    async with AsyncExitStack() as stack:
        clients = {
            name: await stack.enter_async_context(client(url)) for name, client in CLIENTS.items()
        }
        order = list(clients)
        rng = random.Random(1)
        warm_up = rounds // 10
        for number in range(warm_up + rounds):
            rng.shuffle(order)
            for name in order:
                seconds = await clients[name]()
                assert seconds, name
                if number >= warm_up:
                    taken[name].append(seconds)
    return taken


def main(rounds: int = 500) -> None:
    """Print the medians, and our own share of the time."""
    command = [sys.executable, __file__, "serve"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        assert server.stdin and server.stdout
        url = f"http://127.0.0.1:{int(server.stdout.readline())}"
        taken = asyncio.run(race(url, rounds))
        server.stdin.close()
    bare = taken["bare httpx"]
    print(f"Microseconds to the first text, {rounds} requests each, taking turns.\n")
    print(f"{'':32}{'median':>8}{'p95':>8}   over bare httpx")
    for name, times in taken.items():
        median, late = statistics.median(times), statistics.quantiles(times, n=20)[-1]
        more = median - statistics.median(bare)
        print(
            f"{name:32}{median * 1e6:8,.0f}{late * 1e6:8,.0f}"
            f"{more * 1e6:+9,.0f} us {more / statistics.median(bare):+6.0%}"
        )
    share = statistics.median(taken["ours, open_stream"]) / statistics.median(bare) - 1
    print(f"\nThe share of open_stream over bare httpx: {share:.1%}; target under 10 %: ", end="")
    print("met" if share < 0.1 else "missed")


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        asyncio.run(serve())
    else:
        main(*map(int, sys.argv[1:]))
