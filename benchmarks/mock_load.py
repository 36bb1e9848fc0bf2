"""What the offline API costs when a whole class streams at once, beside the least possible.

    python benchmarks/mock_load.py [rounds]

50, 200 and 500 clients in a second process ask for an answer of 400 tokens at 80 a second, each
for an answer of its own. They start within one second of each other. An event is late by the
time between the moment its plan names (counted from when the request was sent) and its arrival.
The limit is an ASGI application on the same server that only sleeps and sends. The two take
turns, so that a busy machine disturbs both alike; the figures are medians of the rounds.
"""
# ruff: noqa: T201

import asyncio
import gc
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))

from helpers.mock.__main__ import serve
from helpers.mock.app import App
from helpers.mock.engine import MockAPI
from helpers.mock.script import Scenario, Turn
from helpers.mock.script.parts import Text

CLASSES = (50, 200, 500)
RATE = 80  # events a second for each client
TOKENS = 5 * RATE
EVENT = b'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,' + (
    b'"delta":{"type":"text_delta","text":" again"}       }\n\n'
)
HEADERS = "host: x\r\nx-api-key: none\r\nanthropic-version: 2026-10-21\r\n"
SAY = (Text("Once" + " again" * (TOKENS - 1)),)
SCENARIO = Scenario("again", "Again.", (frozenset({"again"}),), (Turn(SAY, SAY),), SAY)


class Figures(dict[str, float]):
    """The figures of one run, by name; times in milliseconds unless the name says else."""


async def bare(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answer as an ASGI application does that has nothing to think about."""
    start = time.monotonic()
    await receive()
    headers = [(b"content-type", b"text/event-stream")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    for at in bare_times():
        wait = start + at - time.monotonic()
        if wait > 0:
            await asyncio.sleep(wait)
        await send({"type": "http.response.body", "body": EVENT, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def bare_times() -> list[float]:
    """Return when each event of the bare application is due, in seconds."""
    return [0.35 + place / RATE for place in range(TOKENS)]


def body(number: int) -> bytes:
    """Return the request of one client; no two get the same bytes."""
    message = {"role": "user", "content": f"Again, please, for number {number}."}
    request = {"model": "offline-mock", "max_tokens": 4096, "stream": True, "messages": [message]}
    return json.dumps(request).encode()


def mock_times(number: int) -> list[float]:
    """Return when each event of one client's answer is due, in seconds."""
    headers = {"x-api-key": "none", "anthropic-version": "2026-10-21"}
    plan = MockAPI(scenarios=[SCENARIO]).plan("POST", "/v1/messages", headers, body(number))
    return [chunk.at for chunk in plan.chunks]


class Client(asyncio.Protocol):
    """Notes when events arrive; does so little that it doesn't delay the next."""

    def __init__(self) -> None:
        self.sent = 0.0
        self.arrivals: list[tuple[float, int]] = []
        self.tail = b""
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        """Remember whom to send to."""
        self.transport = transport

    def ask(self, data: bytes) -> None:
        """Send the request."""
        self.sent = time.monotonic()
        head = f"POST /v1/messages HTTP/1.1\r\n{HEADERS}content-length: {len(data)}\r\n\r\n"
        self.transport.write(head.encode() + data)

    def data_received(self, data: bytes) -> None:
        """Count the events that are complete now."""
        self.arrivals.append((time.monotonic(), (self.tail + data).count(b"\n\n")))
        self.tail = b"\n" if data.endswith(b"\n") and not data.endswith(b"\n\n") else b""
        if data.endswith(b"0\r\n\r\n") and not self.done.done():
            self.done.set_result(None)

    def connection_lost(self, error: Exception | None) -> None:
        """Note an end that came too early."""
        if not self.done.done():
            self.done.set_exception(ConnectionError("The server closed the connection."))


async def load(port: int, kind: str, count: int) -> Figures:
    """Be a class of `count` clients; return what it saw."""
    due = [mock_times(number) if kind == "mock" else bare_times() for number in range(count)]
    loop = asyncio.get_running_loop()
    clients = [(await loop.create_connection(Client, "127.0.0.1", port))[1] for _ in range(count)]
    gc.disable()
    for number, client in enumerate(clients):
        loop.call_later(number / count, client.ask, body(number))
    await asyncio.gather(*[client.done for client in clients])
    late: list[float] = []
    rates: list[float] = []
    for client, times in zip(clients, due, strict=True):
        arrived = [at - client.sent for at, events in client.arrivals for _ in range(events)]
        if len(arrived) != len(times):
            raise ConnectionError(f"{len(arrived)} events came instead of {len(times)}")
        late += [at - planned for at, planned in zip(arrived, times, strict=True)]
        rates.append((times[-1] - times[0]) / (arrived[-1] - arrived[0]))
        client.transport.close()
    parts = statistics.quantiles(late, n=100)
    return Figures(
        events=len(late), pace=statistics.fmean(rates), p50=parts[49] * 1000, p99=parts[98] * 1000
    )


def run(kind: str, count: int) -> Figures:
    """Start a server and a class; return the figures of both."""
    command = [sys.executable, __file__]
    server = subprocess.Popen(
        [*command, "serve", kind], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    try:
        port = server.stdout.readline().rpartition(":")[2].strip()
        process = psutil.Process(server.pid)
        before = sum(process.cpu_times()[:2])
        seen = subprocess.run(
            [*command, "load", port, kind, str(count)], check=True, stdout=subprocess.PIPE
        )
        figures = Figures(json.loads(seen.stdout))
        cpu = sum(process.cpu_times()[:2]) - before
        figures["cpu"] = cpu / figures["events"] * 1e6
        figures["rss"] = process.memory_info().rss / 2**20
    finally:
        server.kill()
        server.wait()
    return figures


def report(rounds: int) -> None:
    """Print the table."""
    print(f"load before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; {rounds} rounds")
    print("clients  server  pace kept   late p50   late p99  (best)   memory   CPU an event")
    for count in CLASSES:
        runs = {kind: [] for kind in ("bare", "mock")}
        for _ in range(rounds):
            for kind, results in runs.items():
                results.append(run(kind, count))
        cpu = {}
        for kind, results in runs.items():
            middle = {name: statistics.median(r[name] for r in results) for name in results[0]}
            cpu[kind] = middle["cpu"]
            print(
                f"{count:7}  {kind:6}  {middle['pace']:8.1%}  {middle['p50']:6.2f} ms  "
                f"{middle['p99']:6.2f} ms  ({min(r['p99'] for r in results):.1f})  "
                f"{middle['rss']:4.0f} MiB  {middle['cpu']:6.1f} µs"
            )
        print(f"{'':7}  the offline API costs {cpu['mock'] / cpu['bare']:.2f} times the limit")
    print(f"load after: {os.getloadavg()[0]:.1f}")


def main(arguments: list[str]) -> None:
    """Be the server, the class, or the one who starts both."""
    try:
        from uvloop import run as run_loop
    except ImportError:
        run_loop = asyncio.run
    match arguments:
        case ["serve", kind]:
            app = App(MockAPI(scenarios=[SCENARIO])) if kind == "mock" else bare
            serve(socket.create_server(("127.0.0.1", 0), backlog=1024), app)
        case ["load", port, kind, count]:
            print(json.dumps(run_loop(load(int(port), kind, int(count)))))
        case _:
            report(int(arguments[0]) if arguments else 3)


if __name__ == "__main__":
    main(sys.argv[1:])
