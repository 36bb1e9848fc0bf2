"""Clients that behave badly, again and again: none of them costs anything that lasts."""

import asyncio
import contextlib
import json
import socket
import struct
import time
import urllib.request
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import psutil
import pytest
from exchange import until

from helpers.mock.app import App
from helpers.mock.connection import Protocol
from helpers.mock.engine import MockAPI
from helpers.mock.server import MockServer, start_server
from helpers.mock.settings import Pace, Settings

pytestmark = pytest.mark.long

DATA = json.dumps(
    {
        "model": "offline-mock",
        "max_tokens": 1000,
        "stream": True,
        "messages": [{"role": "user", "content": "Something no scenario knows."}],
    }
).encode()
HEAD = (
    "POST /v1/messages HTTP/1.1\r\nhost: x\r\nx-api-key: none\r\n"
    f"anthropic-version: 2023-06-01\r\ncontent-length: {len(DATA)}\r\n\r\n"
).encode()


@pytest.fixture
def server() -> Iterator[MockServer]:
    with start_server() as server:
        server.configure(Settings(Pace(first_token=0.01, tokens_per_second=100)))
        yield server


def leave_in_the_middle(connection: socket.socket) -> None:
    connection.sendall(HEAD + DATA)
    connection.recv(1000)


def reset_in_the_middle(connection: socket.socket) -> None:
    leave_in_the_middle(connection)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def leave_before_the_answer(connection: socket.socket) -> None:
    connection.sendall(HEAD + DATA)


def send_garbage(connection: socket.socket) -> None:
    connection.sendall(bytes(range(256)) * 20)


def send_half_a_head(connection: socket.socket) -> None:
    connection.sendall(HEAD[:40])


def send_half_a_body(connection: socket.socket) -> None:
    connection.sendall(HEAD + DATA[:40])


def send_a_huge_header(connection: socket.socket) -> None:
    with contextlib.suppress(ConnectionError):  # the server has had enough
        connection.sendall(HEAD[:-2] + b"x-much: " + b"x" * 3_000_000)


def send_nothing(connection: socket.socket) -> None:
    pass


BAD_CLIENTS: list[Callable[[socket.socket], None]] = [
    leave_in_the_middle,
    reset_in_the_middle,
    leave_before_the_answer,
    send_garbage,
    send_half_a_head,
    send_half_a_body,
    send_a_huge_header,
    send_nothing,
]


def under_way(server: MockServer) -> int:
    with urllib.request.urlopen(f"{server.base_url}/mock/status", timeout=60) as answer:
        return int(json.load(answer)["under_way"])


def connections(process: psutil.Process) -> int:
    return sum(one.status == psutil.CONN_ESTABLISHED for one in process.net_connections("tcp"))


def test_bad_clients_leave_nothing_behind(server: MockServer) -> None:
    address = urlsplit(server.base_url)
    process = psutil.Process(server.process.pid)
    memory = []
    for _ in range(8):
        for _ in range(25):
            for behave in BAD_CLIENTS:
                with socket.create_connection((address.hostname, address.port)) as connection:
                    behave(connection)
        deadline = time.monotonic() + 60
        while (under_way(server) or connections(process)) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert (under_way(server), connections(process)) == (0, 0)
        memory.append(process.memory_info().rss)
    # The first rounds warm up; 800 bad clients after them may not cost 1.3 KB each.
    assert memory[-1] - memory[3] < 2**20, memory


def test_connections_that_stay_are_counted_out_when_they_leave(server: MockServer) -> None:
    # So slow that no answer ends before all have begun.
    server.configure(Settings(Pace(first_token=0.01, tokens_per_second=1)))
    address = urlsplit(server.base_url)
    process = psutil.Process(server.process.pid)
    idle = [socket.create_connection((address.hostname, address.port)) for _ in range(50)]
    for connection in idle[:25]:
        connection.sendall(HEAD + DATA)
        assert connection.recv(100)
    assert under_way(server) == 25
    for connection in idle:
        connection.close()
    deadline = time.monotonic() + 60
    while (under_way(server) or connections(process)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert (under_way(server), connections(process)) == (0, 0)


async def test_no_task_outlives_its_client_and_silence_is_hung_up_on() -> None:
    """In this process, so that leftover tasks can be seen."""
    import uvicorn

    class Impatient(Protocol):
        PATIENCE = 0.3

    listener = socket.create_server(("127.0.0.1", 0))
    pace = Settings(Pace(first_token=0.01, tokens_per_second=100))
    config = uvicorn.Config(
        App(MockAPI(pace)), http=Impatient, lifespan="off", log_config=None, log_level="critical"
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    await until(lambda: server.started)
    before = asyncio.all_tasks()
    for start in (b"", HEAD[:40], HEAD + DATA, b"garbage\r\n\r\n"):
        reader, writer = await asyncio.open_connection(*listener.getsockname())
        writer.write(start)
        if start == HEAD + DATA:
            await reader.readuntil(b"message_start")
            writer.close()
        else:
            async with asyncio.timeout(60):  # these clients stay: the server must hang up
                await reader.read()
            writer.close()
    async with asyncio.timeout(60):
        await until(lambda: asyncio.all_tasks() == before and not server.server_state.connections)
    server.should_exit = True
    await serving
