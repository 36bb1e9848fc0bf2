"""The offline API through a real socket: its bytes, its chunks, its life and its end."""

import asyncio
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
from exchange import HEADERS, body, read_events, until

from helpers.mock.app import App
from helpers.mock.engine import MockAPI
from helpers.mock.faults import Fault
from helpers.mock.server import MockServer, start_server
from helpers.mock.settings import Pace, Settings, SettingsError
from tests.processes import has_ended

DEMO = "Show me what streaming looks like."


def send(base_url: str, data: bytes, **headers: str) -> socket.socket:
    """Send a request by hand and return the socket to read its answer from."""
    host = urlsplit(base_url)
    fields = HEADERS | {"host": "x", "content-length": str(len(data)), **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    connection = socket.create_connection((host.hostname, host.port or 0), timeout=60)
    connection.sendall(b"POST /v1/messages?beta=true HTTP/1.1\r\n" + head.encode() + b"\r\n" + data)
    return connection


def read_answer(connection: socket.socket) -> tuple[str, dict[str, str], list[bytes]]:
    """Return status line, headers and the chunks of the body as the server cut them."""
    with connection, connection.makefile("rb") as stream:
        status = stream.readline().decode().strip()
        headers = {}
        while line := stream.readline().decode().strip():
            name, _, value = line.partition(": ")
            headers[name.lower()] = value
        return status, headers, list(read_chunks(stream))


def read_chunks(stream: Any) -> Iterator[bytes]:
    while size := int(stream.readline(), 16):
        yield stream.read(size)
        assert stream.read(2) == b"\r\n"


def answer_of(
    server: MockServer, prompt: str, **more: Any
) -> tuple[str, dict[str, str], list[bytes]]:
    return read_answer(send(server.base_url, body(prompt, stream=True, **more)))


@pytest.mark.long
def test_it_is_up_in_under_a_second() -> None:
    def seconds_to_the_first_answer() -> float:
        """Return the processor time of a server that answers once and ends."""
        before = os.times()
        with start_server() as server:
            host = urlsplit(server.base_url)
            with socket.create_connection((host.hostname, host.port or 0)) as connection:
                connection.sendall(b"GET /mock/settings HTTP/1.1\r\nhost: localhost\r\n\r\n")
                assert connection.recv(15) == b"HTTP/1.1 200 OK"
        after = os.times()
        spent = ("children_user", "children_system")
        return sum(getattr(after, name) - getattr(before, name) for name in spent)

    assert min(seconds_to_the_first_answer() for _ in range(3)) < 1


def test_headers(server: MockServer) -> None:
    status, headers, _ = answer_of(server, "Count to three.")
    assert status == "HTTP/1.1 200 OK"
    assert headers["content-type"] == "text/event-stream; charset=utf-8"
    assert headers["cache-control"] == "no-cache"
    assert headers["transfer-encoding"] == "chunked"
    assert re.fullmatch(r"req_011C[0-9A-Za-z]{20}", headers["request-id"])
    assert "anthropic-organization-id" in headers
    assert "server" not in headers
    for limit in ("requests", "tokens", "input-tokens", "output-tokens"):
        for what in ("limit", "remaining"):
            assert headers[f"anthropic-ratelimit-{limit}-{what}"].isdigit()
        reset = headers[f"anthropic-ratelimit-{limit}-reset"]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", reset)


# Each line of a stream, padding included: names in the order in which the API writes them.
TEXT = r'"(?:[^"\\\x00-\x1f]|\\.)*"'
USAGE = (
    r'{"input_tokens":\d+,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,'
    r'"cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":0},'
    r'"output_tokens":1,"service_tier":"standard","inference_geo":"not_available"}'
)
SHAPES = {
    "message_start": r'{"type":"message_start","message":{"model":"offline-mock",'
    r'"id":"msg_01[0-9A-Za-z]{22}","type":"message","role":"assistant","content":\[\],'
    r'"stop_reason":null,"stop_sequence":null,"stop_details":null,"usage":' + USAGE + "} {0,15}}",
    "content_block_start": r'{"type":"content_block_start","index":\d,"content_block":'
    r'(?:{"type":"text","text":""}|{"type":"tool_use","id":"toolu_01[0-9A-Za-z]{22}",'
    r'"name":"get_weather","input":{},"caller":{"type":"direct"}}) {0,15}}',
    "ping": r'{"type": "ping"}',
    "content_block_delta": r'{"type":"content_block_delta","index":\d,"delta":'
    rf'(?:{{"type":"text_delta","text":{TEXT}}}'
    rf'|{{"type":"input_json_delta","partial_json":{TEXT}}}) {{0,15}}}}',
    "content_block_stop": r'{"type":"content_block_stop","index":\d {0,15}}',
    "message_delta": r'{"type":"message_delta","delta":{"stop_reason":"tool_use",'
    r'"stop_sequence":null,"stop_details":null},"usage":{"input_tokens":\d+,'
    r'"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":\d+} {0,15}}',
    "message_stop": r'{"type":"message_stop" {0,15}}',
}


def test_every_line_has_the_shape_of_the_api(server: MockServer) -> None:
    tools = [{"name": "get_weather", "input_schema": {"type": "object"}}]
    _, _, chunks = answer_of(server, "What's the weather in Lagos?", tools=tools)
    seen = []
    for chunk in chunks:
        # Not split by lines: a text may hold line separators, which must stay raw.
        name, data = re.fullmatch(rb"event: (\w+)\ndata: ([^\r\n]*)\n\n", chunk).groups()
        seen.append(name.decode())
        assert re.fullmatch(SHAPES[seen[-1]], data.decode()), chunk
    assert set(seen) == set(SHAPES)
    assert seen[:4] == ["message_start", "content_block_start", "ping", "content_block_delta"]
    assert seen[-2:] == ["message_delta", "message_stop"]


def test_text_is_raw_utf8(server: MockServer) -> None:
    _, _, chunks = answer_of(server, DEMO)
    stream = b"".join(chunks)
    for character in ("é", "👋", "\u2028"):
        assert character.encode() in stream
    assert b"\\u" not in stream


@pytest.mark.parametrize("chunking", ["event", "byte", "whole", "random"])
def test_chunks_on_the_network_are_those_of_the_plan(server: MockServer, chunking: str) -> None:
    settings = Settings(Pace(first_token=0.01, tokens_per_second=50_000), chunking=chunking)
    server.configure(settings)
    _, _, chunks = answer_of(server, DEMO)
    plan = MockAPI(settings).plan("POST", "/v1/messages", HEADERS, body(DEMO, stream=True))
    assert chunks == [chunk.data for chunk in plan.chunks]


def test_same_request_same_bytes_from_another_process(server: MockServer) -> None:
    first = answer_of(server, DEMO)[2]
    with start_server() as other:
        other.configure(Settings(Pace(first_token=0, tokens_per_second=50_000)))
        assert answer_of(other, DEMO)[2] == first


def test_tokens_come_at_their_pace(server: MockServer) -> None:
    pace = json.dumps({"pace": {"first_token": 0.4, "duration": 0.8}})
    started = time.monotonic()
    connection = send(
        server.base_url, body("Count to three.", stream=True), **{"mock-settings": pace}
    )
    arrived = {}
    with connection, connection.makefile("rb") as stream:
        for line in stream:
            if line.startswith(b"event: "):
                arrived.setdefault(line.split()[1].decode(), time.monotonic() - started)
            if line.startswith(b"event: message_stop"):
                break
    # Never early, and each by itself; how late is for benchmarks/mock_load.py to say.
    for event, due in (("message_start", 0.2), ("content_block_delta", 0.4), ("message_stop", 0.8)):
        assert due <= arrived[event], arrived
    assert arrived["message_start"] < arrived["content_block_delta"] < arrived["message_stop"]


def test_a_whole_answer_takes_the_time_of_the_stream(server: MockServer) -> None:
    pace = json.dumps({"pace": {"first_token": 0.1, "duration": 0.5}})
    started = time.monotonic()
    status, headers, chunks = read_answer(
        send(server.base_url, body("Count to three."), **{"mock-settings": pace})
    )
    assert time.monotonic() - started >= 0.5
    assert (status, headers["content-type"], len(chunks)) == (
        "HTTP/1.1 200 OK",
        "application/json",
        1,
    )
    assert json.loads(chunks[0])["content"] == [{"type": "text", "text": "One, two, three."}]


def test_a_connection_serves_one_request_after_another(server: MockServer) -> None:
    data = body("Count to three.", stream=True)
    with send(server.base_url, data) as connection, connection.makefile("rb") as stream:
        for _ in range(3):
            while stream.readline().strip():
                pass
            assert read_events(b"".join(read_chunks(stream)))[-1] == {"type": "message_stop"}
            stream.readline()  # the empty line after the last chunk
            head = f"POST /v1/messages HTTP/1.1\r\nhost: x\r\ncontent-length: {len(data)}\r\n"
            keys = "".join(f"{name}: {value}\r\n" for name, value in HEADERS.items())
            connection.sendall((head + keys + "\r\n").encode() + data)


def test_reset_ends_the_connection_inside_the_body(server: MockServer) -> None:
    server.configure(Settings(Pace(first_token=0.01, tokens_per_second=5000), fault="reset"))
    with send(server.base_url, body(DEMO, stream=True)) as connection:
        received = b""
        with pytest.raises(ConnectionResetError):
            while data := connection.recv(65536):
                received += data
    assert b"text_delta" in received
    assert not received.endswith(b"0\r\n\r\n")


def test_wrong_settings_are_refused_in_words(server: MockServer) -> None:
    settings = Settings()
    object.__setattr__(settings, "seed", "x")  # past Python's own check
    with pytest.raises(SettingsError, match="seed must be a whole number, not 'x'"):
        server.configure(settings)


def test_it_says_nothing_while_it_serves() -> None:
    program = Program("--parent-pipe")
    answer_of(program, "Count to three.")
    read_answer(send(program.base_url, b"garbage"))
    send(program.base_url, body(DEMO, stream=True)).close()
    send(
        program.base_url, body(DEMO, stream=True), **{"mock-settings": '{"fault": "reset"}'}
    ).close()
    with socket.create_connection(
        ("127.0.0.1", urlsplit(program.base_url).port or 0)
    ) as connection:
        connection.sendall(b"not HTTP at all\r\n\r\n")
        connection.recv(1000)
    time.sleep(0.5)
    out, err = program.process.communicate(timeout=60)  # closes its standard input
    assert (out, err, program.process.returncode) == ("", "", 0)


async def test_a_client_that_leaves_ends_its_answer() -> None:
    """In this process, so that leftover tasks can be seen."""
    import uvicorn

    closed = asyncio.Event()

    class Watched(MockAPI):
        async def bursts(self, plan: Any) -> Any:
            try:
                async for burst in super().bursts(plan):
                    yield burst
            finally:
                closed.set()

    api = Watched(
        Settings(Pace(first_token=0.02, tokens_per_second=1000), fault=Fault("stall", seconds=600))
    )
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(App(api), lifespan="off", log_config=None))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    data = body(DEMO, stream=True)
    head = "".join(f"{name}: {value}\r\n" for name, value in HEADERS.items())
    await until(lambda: server.started)
    before = asyncio.all_tasks()
    reader, writer = await asyncio.open_connection(*listener.getsockname())
    request = f"POST /v1/messages HTTP/1.1\r\nhost: x\r\n{head}content-length: {len(data)}\r\n\r\n"
    writer.write(request.encode() + data)
    assert b"text_delta" in await reader.readuntil(b"text_delta")
    assert not closed.is_set()
    writer.close()
    await writer.wait_closed()
    async with asyncio.timeout(60):  # the stall would last longer
        await closed.wait()
        await until(lambda: asyncio.all_tasks() == before)
    server.should_exit = True
    await serving


class Program:
    """`python -m helpers.mock` as someone starts it."""

    def __init__(self, *arguments: str, script: str | None = None) -> None:
        command = ["-c", script] if script else ["-m", "helpers.mock"]
        self.process = subprocess.Popen(
            [sys.executable, *command, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.base_url = self.process.stdout.readline().strip()


def test_it_prints_its_address_on_one_line() -> None:
    program = Program("--parent-pipe")
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", program.base_url)
    assert program.process.communicate(timeout=60) == ("", "")


def test_it_listens_on_loopback_only(server: MockServer) -> None:
    listening = [
        connection.laddr.ip
        for connection in psutil.Process(server.process.pid).net_connections()
        if connection.status == psutil.CONN_LISTEN
    ]
    assert listening == ["127.0.0.1"]


def test_a_port_in_use_is_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        program = Program("--port", str(port))
        out, err = program.process.communicate(timeout=60)
    assert (program.base_url, out, program.process.returncode) == ("", "", 1)
    assert re.fullmatch(
        rf"The offline API can't listen on port {port} \(.+\): stop what uses it, choose another "
        r"with --port, or leave --port out to get a free one\.\n",
        err,
    )


@pytest.mark.parametrize("port", ["-1", "65536", "http"])
def test_an_impossible_port_is_one_sentence(port: str) -> None:
    program = Program(f"--port={port}")
    _, err = program.process.communicate(timeout=60)
    assert program.process.returncode == 2
    assert f"{port!r} is not a port; take a number from 0 to 65535" in err


# Ctrl-C as the main thread sees it, on every system: when told to by a line on standard input.
INTERRUPTED = """
import _thread, runpy, sys, threading
threading.Thread(target=lambda: (sys.stdin.readline(), _thread.interrupt_main())).start()
sys.argv = ["helpers.mock"]
runpy.run_module("helpers.mock", run_name="__main__")
"""


@pytest.mark.parametrize("streaming", [False, True])
@pytest.mark.long
def test_ctrl_c_ends_with_one_line(streaming: bool) -> None:
    program = Program(script=INTERRUPTED)
    # A stream that would go on for much longer than anybody waits here.
    slow = {"mock-settings": '{"pace": {"first_token": 0, "duration": 600}}'}
    connection = send(program.base_url, body(DEMO, stream=streaming), **slow)
    with connection:
        if streaming:
            connection.recv(100)
        out, err = program.process.communicate("now\n", timeout=60)
    assert (out, err) == ("", "The offline API has stopped.\n")
    assert program.process.returncode == 0


PARENT = """
import time
from helpers.mock.server import start_server
server = start_server()
print(server.process.pid, server.base_url, flush=True)
time.sleep(60)
"""


def test_it_dies_with_its_parent_even_when_that_is_killed() -> None:
    parent = Program(script=PARENT)
    pid_text, base_url = parent.base_url.split()
    pid = int(pid_text)
    # It's in the middle of an answer, as it would be.
    slow = {"mock-settings": '{"pace": {"first_token": 0, "duration": 60}}'}
    connection = send(base_url, body(DEMO, stream=True), **slow)
    with connection:
        connection.recv(100)
        assert not has_ended(pid)
        parent.process.kill()
        parent.process.communicate(timeout=60)
        deadline = time.monotonic() + 60
        while not has_ended(pid) and time.monotonic() < deadline:
            time.sleep(0.02)
    assert has_ended(pid)
    with pytest.raises(ConnectionRefusedError):
        send(base_url, b"")


@pytest.mark.long
def test_close_can_be_called_twice() -> None:
    server = start_server()
    server.close()
    server.close()
    assert server.process.returncode == 0
