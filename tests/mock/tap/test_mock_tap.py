"""The tap through real sockets: what passes, when it passes, and what is kept of it."""

import contextlib
import gzip
import io
import json
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import anthropic
import httpx
import pytest
from exchange import HEADERS, body, read_events

from helpers.mock.engine import MockAPI
from helpers.mock.plan import ConnectionCut
from helpers.mock.recordings import read
from helpers.mock.server import MockServer
from helpers.mock.tap.__main__ import Problem, main, open_recording, refuse_a_circle
from helpers.mock.tap.protocol import check
from helpers.mock.tap.screen import Row, Screen

KEY = "sk-ant-api03-" + "aB3_-" * 8
STOP = signal.CTRL_BREAK_EVENT if sys.platform == "win32" else signal.SIGINT
WINDOWS = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP} if STOP != signal.SIGINT else {}


class Tap:
    """A running tap; `stop` returns all that it has said."""

    def __init__(self, upstream: str, path: Path) -> None:
        self.path = path
        self.process = subprocess.Popen(
            [sys.executable, "-m", "helpers.mock.tap", "--upstream", upstream, "--out", str(path)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            **WINDOWS,
        )
        assert self.process.stdout is not None
        self.base_url = self.process.stdout.readline().strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", self.base_url), self.base_url

    def stop(self) -> str:
        if self.process.poll() is None:
            self.process.send_signal(STOP)
        said, _ = self.process.communicate(timeout=60)
        assert "Traceback" not in said
        assert self.process.returncode == 0, said
        return said


@pytest.fixture
def start_tap(tmp_path: Path) -> Iterator[Callable[[str], Tap]]:
    taps: list[Tap] = []

    def start(upstream: str) -> Tap:
        taps.append(Tap(upstream, tmp_path / f"{len(taps)}.jsonl"))
        return taps[-1]

    yield start
    for tap in taps:
        tap.process.kill()
        tap.process.communicate()


class Upstream:
    """An API made by hand: it reads one request a connection and lets `answer` do the rest."""

    def __init__(self, answer: Callable[[socket.socket, bytes], None]) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.base_url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.answer = answer
        self.requests: list[bytes] = []
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        with contextlib.suppress(OSError):  # the listener is closed
            while True:
                connection, _ = self.listener.accept()
                threading.Thread(target=self.one, args=(connection,), daemon=True).start()

    def one(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            data = b""
            while b"\r\n\r\n" not in data:
                data += connection.recv(65536)
            head, _, content = data.partition(b"\r\n\r\n")
            length = re.search(rb"(?i)content-length: (\d+)", head)
            while length and len(content) < int(length[1]):
                content += connection.recv(65536)
            self.requests.append(head + b"\r\n\r\n" + content)
            self.answer(connection, content)


@pytest.fixture
def upstream() -> Iterator[Callable[[Callable[[socket.socket, bytes], None]], Upstream]]:
    made: list[Upstream] = []

    def make(answer: Callable[[socket.socket, bytes], None]) -> Upstream:
        made.append(Upstream(answer))
        return made[-1]

    yield make
    for one in made:
        one.listener.close()


ROUNDED = 0.002  # seconds: a recording has its times in whole milliseconds
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n"


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def send(base_url: str, data: bytes, target: str = "/v1/messages", **headers: str) -> Any:
    """Send a request by hand; return the socket."""
    place = urlsplit(base_url)
    fields = HEADERS | {"host": "x", "content-length": str(len(data)), **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    connection = socket.create_connection((place.hostname, place.port), timeout=60)
    connection.sendall(f"POST {target} HTTP/1.1\r\n{head}\r\n".encode() + data)
    return connection


def receive(
    connection: socket.socket, came: Callable[[], object] = lambda: None
) -> tuple[bytes, list[tuple[float, bytes]], bool]:
    """Return the head, the chunks with the time when each came, and whether the end came.

    Args:
        connection: what the answer comes from.
        came: called with each chunk.
    """
    chunks = []
    with connection, connection.makefile("rb") as stream:
        head = b"".join(iter(stream.readline, b"\r\n"))
        if b"chunked" not in head:
            return (
                head,
                [(time.monotonic(), stream.read(int(re.findall(rb"th: (\d+)", head)[0])))],
                True,
            )
        with contextlib.suppress(ConnectionResetError):
            while size := stream.readline():
                if int(size, 16) == 0:
                    return head, chunks, True
                data = stream.read(int(size, 16))
                stream.readline()
                chunks.append((time.monotonic(), data))
                came()
        return head, chunks, False


DEMO = "Show me what streaming looks like."


def test_the_sdk_sees_no_difference(server: MockServer, start_tap: Callable[[str], Tap]) -> None:
    tap = start_tap(server.base_url)
    found = []
    for base_url in (server.base_url, tap.base_url):
        with anthropic.Anthropic(base_url=base_url, api_key=KEY, max_retries=0) as client:
            request: Any = {"model": "claude-sonnet-5-5", "max_tokens": 900}
            request["messages"] = [{"role": "user", "content": DEMO}]
            with client.messages.stream(**request) as stream:
                found.append([event.to_dict() for event in stream])
                found[-1].append(stream.request_id)
            found[-1].append(client.messages.create(**request).to_dict())
            with pytest.raises(anthropic.NotFoundError) as error:
                client.messages.create(**request | {"model": "gpt-9"})
            found[-1].append(str(error.value))
    assert found[0] == found[1]
    said = tap.stop()
    assert "#1  POST /v1/messages  200" in said
    assert "end_turn" in said
    assert "!" not in said
    assert KEY not in said
    assert KEY not in tap.path.read_text("utf-8")
    assert [one.status for one in read(tap.path)] == [200, 200, 404]


@pytest.mark.parametrize("chunking", ["event", "random", "byte"])
@pytest.mark.long
def test_what_is_recorded_is_what_came(
    server: MockServer, start_tap: Callable[[str], Tap], chunking: str
) -> None:
    """From the scenario through two sockets into the file, and out of a replay again."""
    tap = start_tap(server.base_url)
    sent = body("Count to three.", stream=True)
    settings = {"mock-settings": json.dumps({"chunking": chunking})}
    plan = MockAPI().plan("POST", "/v1/messages", HEADERS | settings, sent)
    expected = [one.data for one in plan.chunks]
    head, chunks, whole = receive(send(tap.base_url, sent, **settings))
    assert whole
    assert b"request-id: req_" in head
    assert b"".join(data for _, data in chunks) == b"".join(expected)
    tap.stop()
    (one,) = read(tap.path)
    if chunking != "byte":  # single bytes may arrive together; no one can tell then
        assert [data for _, data in chunks] == expected
        assert [data for _, data in one.chunks] == expected
    assert b"".join(data for _, data in one.chunks) == b"".join(expected)
    replay = MockAPI(recordings=[one]).plan("POST", "/v1/messages", HEADERS, sent)
    assert [data for data in replay.chunks if data.data] == list(one.chunks)
    assert check(data.data for data in replay.chunks) == []


def test_each_chunk_passes_at_once(
    upstream: Callable[..., Upstream], start_tap: Callable[[str], Tap]
) -> None:
    sent_at: list[float] = []
    came = threading.Semaphore(0)

    def answer(connection: socket.socket, _: bytes) -> None:
        connection.sendall(HEAD + b"\r\n")
        for number in range(20):
            sent_at.append(time.monotonic())
            connection.sendall(chunk(b"data: %d\n\n" % number))
            if not came.acquire(timeout=60):  # the next waits until this one is through
                return
        connection.sendall(b"0\r\n\r\n")

    tap = start_tap(upstream(answer).base_url)
    _, chunks, whole = receive(send(tap.base_url, b"{}", "/events"), came.release)
    assert whole
    assert [data for _, data in chunks] == [b"data: %d\n\n" % number for number in range(20)]
    tap.stop()
    (one,) = read(tap.path)
    assert len(one.chunks) == 20
    # Each was recorded between its being sent and its coming.
    for number in range(19):
        gap = one.chunks[number + 1].at - one.chunks[number].at
        shortest = sent_at[number + 1] - chunks[number][0]
        longest = chunks[number + 1][0] - sent_at[number]
        assert shortest - ROUNDED <= gap <= longest + ROUNDED


def test_the_head_passes_before_the_first_chunk(
    upstream: Callable[..., Upstream], start_tap: Callable[[str], Tap]
) -> None:
    go = threading.Event()

    def answer(connection: socket.socket, _: bytes) -> None:
        connection.sendall(HEAD + b"\r\n")
        go.wait(60)
        connection.sendall(b"0\r\n\r\n")

    tap = start_tap(upstream(answer).base_url)
    connection = send(tap.base_url, b"{}")
    assert connection.recv(15) == b"HTTP/1.1 200 OK"
    go.set()
    connection.close()


def test_the_request_goes_on_as_it_is(
    upstream: Callable[..., Upstream], start_tap: Callable[[str], Tap]
) -> None:
    def answer(connection: socket.socket, _: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nset-cookie: a=b\r\n\r\n{}")

    api = upstream(answer)
    tap = start_tap(api.base_url + "/some/prefix/")
    data = '{"a":  "é"}'.encode()
    headers = {
        "X-Api-Key": KEY,
        "accept-encoding": "br, gzip;q=0.5, zstd",
        "x-custom": "1",
        "connection": "close",
    }
    head, _, _ = receive(send(tap.base_url, data, "/v1/a%20b?beta=true&x=%C3%A9", **headers))
    assert b"set-cookie: a=b" in head
    received, _, content = api.requests[0].partition(b"\r\n\r\n")
    lines = received.decode().split("\r\n")
    assert lines[0] == "POST /some/prefix/v1/a%20b?beta=true&x=%C3%A9 HTTP/1.1"
    assert content == data
    fields = {line.partition(": ")[0].lower(): line.partition(": ")[2] for line in lines[1:]}
    assert fields.pop("host") == urlsplit(api.base_url).netloc
    fields.pop("connection", None)
    assert fields == HEADERS | {
        "x-api-key": KEY,
        "accept-encoding": "gzip;q=0.5",
        "x-custom": "1",
        "content-length": str(len(data)),
    }


def test_a_packed_stream_passes_packed_and_is_recorded_unpacked(
    upstream: Callable[..., Upstream], start_tap: Callable[[str], Tap]
) -> None:
    pieces = [b'event: ping\ndata: {"type": "ping"}\n\n', b"data: " + KEY.encode() + b"\n\n"]
    packed = []
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb") as packer:
        for piece in pieces:
            packer.write(piece)
            packer.flush()
            packed.append(buffer.getvalue())
            buffer.seek(0)
            buffer.truncate()
    packed.append(buffer.getvalue())

    def answer(connection: socket.socket, _: bytes) -> None:
        connection.sendall(HEAD + b"content-encoding: gzip\r\n\r\n")
        connection.sendall(b"".join(map(chunk, packed)) + b"0\r\n\r\n")

    tap = start_tap(upstream(answer).base_url)
    head, chunks, _ = receive(send(tap.base_url, b"{}", **{"x-api-key": KEY}))
    assert b"content-encoding: gzip" in head
    assert [data for _, data in chunks] == packed
    said = tap.stop()
    (one,) = read(tap.path)
    assert "content-encoding" not in one.answer_headers
    assert [data for _, data in one.chunks if data] == [
        pieces[0],
        pieces[1].replace(KEY.encode(), b"*" * len(KEY)),
    ]
    assert "Event 2: its data is not JSON" in said


def test_a_client_that_leaves_takes_the_upstream_with_it(
    upstream: Callable[..., Upstream], start_tap: Callable[[str], Tap]
) -> None:
    gone = threading.Event()

    def answer(connection: socket.socket, _: bytes) -> None:
        connection.sendall(HEAD + b"\r\n" + chunk(b"data: 1\n\n"))
        connection.settimeout(60)
        if connection.recv(1) == b"":
            gone.set()

    tap = start_tap(upstream(answer).base_url)
    connection = send(tap.base_url, b'{"stream": true}')
    while b"data: 1" not in connection.recv(65536):
        pass
    connection.close()
    assert gone.wait(60)
    said = tap.stop()
    assert "client left" in said
    assert read(tap.path)[0].end == "client left"
    assert "At the end" not in said  # nothing is missing: it was the client's own wish


@pytest.mark.parametrize("how", ["reset", "close"])
@pytest.mark.long
def test_an_upstream_that_drops_is_a_drop_here(
    upstream: Callable[..., Upstream], start_tap: Callable[[str], Tap], how: str
) -> None:
    def answer(connection: socket.socket, _: bytes) -> None:
        connection.sendall(HEAD + b"\r\n" + chunk(b'event: ping\ndata: {"type": "ping"}\n\n'))
        time.sleep(0.1)
        if how == "reset":
            linger = b"\1\0\0\0\0\0\0\0" if sys.platform != "win32" else b"\1\0\0\0"
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

    tap = start_tap(upstream(answer).base_url)
    _, chunks, whole = receive(send(tap.base_url, body("Hi.", stream=True)))
    assert len(chunks) == 1
    assert not whole
    said = tap.stop()
    assert "#1  POST /v1/messages  200  1 event  1 chunk" in said
    end = {"close": "dropped", "reset": "reset"}[how]
    assert end in said
    (one,) = read(tap.path)
    assert one.end == end
    with pytest.raises(ConnectionResetError) as drop:
        list(one.plan().chunks)
    assert isinstance(drop.value, ConnectionCut) == (how == "close")


def test_an_upstream_that_is_not_there(start_tap: Callable[[str], Tap]) -> None:
    with socket.socket() as taken:  # nobody listens there, and nobody else is given the port
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        tap = start_tap(address)
        head, [(_, data)], _ = receive(send(tap.base_url, body("Hi.", stream=True)))
    assert head.startswith(b"HTTP/1.1 502 ")
    error = json.loads(data)["error"]
    assert error["type"] == "api_error"
    assert error["message"].startswith(f"The tap can't reach {address}: ")
    assert f"#1  ! The tap can't reach {address}" in tap.stop()
    (one,) = read(tap.path)
    assert (one.status, one.end) == (0, "unreachable")


def test_an_upstream_that_says_nothing_in_http(
    upstream: Callable[..., Upstream], start_tap: Callable[[str], Tap]
) -> None:
    tap = start_tap(upstream(lambda connection, _: connection.sendall(b"hello\r\n\r\n")).base_url)
    head, [(_, data)], _ = receive(send(tap.base_url, b"{}"))
    assert head.startswith(b"HTTP/1.1 502 ")
    assert b"The tap can't reach" in data


def test_violations_are_told_while_the_stream_runs(
    upstream: Callable[..., Upstream], start_tap: Callable[[str], Tap]
) -> None:
    go = threading.Event()

    def answer(connection: socket.socket, _: bytes) -> None:
        wrong = b'event: content_block_stop\ndata: {"type":"content_block_stop","index":0}\n\n'
        connection.sendall(HEAD + b"\r\n" + chunk(wrong))
        go.wait(60)
        connection.sendall(b"0\r\n\r\n")

    tap = start_tap(upstream(answer).base_url)
    connection = send(tap.base_url, body("Hi.", stream=True))
    assert tap.process.stdout is not None
    said = [tap.process.stdout.readline() for _ in range(3)]
    assert said[1:] == [
        "#1  ! Event 1 (content_block_stop): the stream begins with content_block_stop, "
        "not with message_start.\n",
        "#1  ! Event 1 (content_block_stop): content_block_stop for block 0, which is not open.\n",
    ]
    go.set()
    receive(connection)
    assert "#1  ! At the end: message_stop is missing: the answer was cut off." in tap.stop()
    assert len(read(tap.path)[0].notes) == 4


def test_a_stream_that_was_asked_for_and_is_none(
    upstream: Callable[..., Upstream], start_tap: Callable[[str], Tap]
) -> None:
    def answer(connection: socket.socket, _: bytes) -> None:
        head = b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 2\r\n\r\n"
        connection.sendall(head + b"ok")

    tap = start_tap(upstream(answer).base_url)
    receive(send(tap.base_url, body("Hi.", stream=True)))
    assert "The request asked for a stream, and the answer is text/html." in tap.stop()


def test_no_key_in_the_file_nor_on_the_terminal(
    upstream: Callable[..., Upstream], start_tap: Callable[[str], Tap]
) -> None:
    """An upstream that gives back all it was told, byte by byte, and a client that tells all."""

    def answer(connection: socket.socket, content: bytes) -> None:
        echo = b"event: " + KEY.encode() + b"\ndata: " + content + b"\n\n"
        head = HEAD + b"request-id: " + KEY.encode() + b"\r\nx-echo: " + KEY.encode() + b"\r\n\r\n"
        connection.sendall(head)
        for byte in echo:
            connection.sendall(chunk(bytes([byte])))
        connection.sendall(b"0\r\n\r\n")

    tap = start_tap(upstream(answer).base_url)
    other = "another-secret-of-no-known-shape"
    sent = json.dumps({"stream": True, "type": KEY, other: [KEY, other]}).encode()
    headers = {"x-api-key": other, "authorization": f"Bearer {KEY}", "cookie": f"s={KEY}"}
    _, chunks, _ = receive(send(tap.base_url, sent, f"/{KEY}?key={other}&{KEY}=1", **headers))
    received = b"".join(data for _, data in chunks)
    assert KEY.encode() in received  # to the client everything passes
    assert other.encode() in received
    said = tap.stop()
    recorded = b"".join(data for _, data in read(tap.path)[0].chunks)
    for secret in (KEY, other):
        assert secret not in said
        assert secret not in tap.path.read_text("utf-8")
        assert secret.encode() not in recorded
    assert len(recorded) == len(received)


@pytest.mark.long
def test_many_streams_at_once(server: MockServer, start_tap: Callable[[str], Tap]) -> None:
    tap = start_tap(server.base_url)
    prompts = [f"Count to three. {number}" for number in range(30)]
    connections = [send(tap.base_url, body(prompt, stream=True)) for prompt in prompts]
    streams = [b"".join(data for _, data in receive(each)[1]) for each in connections]
    assert all(read_events(stream)[-1] == {"type": "message_stop"} for stream in streams)
    tap.stop()
    exchanges = {one.body["messages"][0]["content"]: one for one in read(tap.path)}
    for prompt, stream in zip(prompts, streams, strict=True):
        assert b"".join(data for _, data in exchanges[prompt].chunks) == stream


# What a person gets wrong


@pytest.fixture
def get_refusal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., str]:
    """Runs the tap in this process; it must refuse, in one line, which is returned."""

    def run(*arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", ["tap", *arguments])
        assert main() == 1
        out, err = capsys.readouterr()
        assert out == ""
        (line,) = err.splitlines()
        return str(line)

    return run


@pytest.mark.parametrize(
    ("upstream", "sentence"),
    [
        ("nonsense", "--upstream: 'nonsense' is not an address; write one like https://"),
        ("", "--upstream: '' is not an address"),
        ("ftp://127.0.0.1", "--upstream: 'ftp://127.0.0.1' is not an address"),
        ("http://", "--upstream: 'http://' is not an address"),
        ("http://[", "--upstream: 'http://[' is not an address"),
        ("http://a:99999", "--upstream: 'http://a:99999' is not an address"),
        ("https://me:secret@host", "--upstream takes an address without a name, a password,"),
        ("https://host/?key=secret", "--upstream takes an address without a name, a password,"),
        ("me:secret@host", "--upstream: The value is not an address"),
    ],
)
def test_a_bad_address(
    get_refusal: Callable[..., str], upstream: str, sentence: str, tmp_path: Path
) -> None:
    line = get_refusal("--upstream", upstream, "--out", str(tmp_path / "x.jsonl"))
    assert line.startswith(sentence)
    assert "secret" not in line


@pytest.mark.parametrize("port", ["x", "-1", "65536", "²"])
def test_a_bad_port(get_refusal: Callable[..., str], port: str, tmp_path: Path) -> None:
    line = get_refusal(
        "--upstream", "http://a", f"--port={port}", "--out", str(tmp_path / "x.jsonl")
    )
    assert line == f"--port: {port!r} is not a port; take a number from 0 to 65535."


def test_a_port_in_use(get_refusal: Callable[..., str], tmp_path: Path) -> None:
    out = tmp_path / "x.jsonl"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
        line = get_refusal("--upstream", "http://a", "--port", port, "--out", str(out))
    assert re.match(rf"The tap can't listen on port {port} \([^()]+\): stop what uses it", line)
    assert not out.exists()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_tap_that_would_be_its_own_upstream(host: str) -> None:
    refuse_a_circle(httpx.URL(f"http://{host}:8000"), 8001)
    with pytest.raises(Problem, match="is the tap itself; name the API, or another port"):
        refuse_a_circle(httpx.URL(f"http://{host}:8000"), 8000)


def test_files_that_cannot_be_written(get_refusal: Callable[..., str], tmp_path: Path) -> None:
    there = tmp_path / "there.jsonl"
    there.write_text("precious")
    line = get_refusal("--upstream", "http://a", "--out", str(there))
    assert line.startswith(f"{there} is there already, and the tap writes over nothing: choose")
    assert there.read_text() == "precious"
    nowhere = tmp_path / "no" / "x.jsonl"
    line = get_refusal("--upstream", "http://a", "--out", str(nowhere))
    assert line.startswith(f"{nowhere} can't be written (No such file or directory): choose")


def test_without_out_it_records_in_the_learners_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "my"))
    writer = open_recording(None)
    writer.close()
    assert writer.path.parent == tmp_path / "my" / "recordings"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d-\d{6}\.jsonl", writer.path.name)
    assert read(writer.path) == []


# The terminal


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def read_screen(text: str) -> list[str]:
    """The lines that stand on a terminal after this text, as far as the screen uses one."""
    lines: list[str] = []
    for part in re.split(r"(\x1b\[\d*[FJ]|\n)", text):
        if found := re.fullmatch(r"\x1b\[(\d+)F", part):
            assert int(found[1]) <= len(lines)
            del lines[len(lines) - int(found[1]) :]
        elif part not in ("\n", "\x1b[J", ""):
            assert "\x1b" not in part
            lines.append(part)
    return lines


def test_on_a_terminal_running_streams_are_drawn_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("LINES", "24")
    out = Terminal()
    screen = Screen(out)
    one, two = Row(1, "POST /v1/messages"), Row(2, "POST \x1b[2J/é")
    screen.say("http://127.0.0.1:1")
    screen.begin(one)
    screen.begin(two)
    one.status, one.events, one.chunks, one.bytes, one.seconds = 200, 3, 1, 1234, 0.5
    screen.draw()
    running = "#1  POST /v1/messages  200  3 events  1 chunk  1,234 bytes  0.5 s  running"
    other = "#2  POST �[2J/é  ...  0 events  0 chunks  0 bytes  0.0 s  running"
    assert read_screen(out.getvalue()) == ["http://127.0.0.1:1", running, other]
    screen.note(one, "Event 4: something.")
    one.outcome = "end_turn"
    screen.end(one)
    ended = running.replace("running", "end_turn")
    note = "#1  ! Event 4: something."
    assert read_screen(out.getvalue()) == ["http://127.0.0.1:1", note, ended, other]


def test_where_nothing_can_be_drawn_over_lines_are_plain() -> None:
    out = io.StringIO()
    screen = Screen(out)
    row = Row(1, "GET /v1/models", 200, 1, 10, 0, 0.25)
    screen.begin(row)
    screen.draw()
    assert out.getvalue() == ""
    row.outcome = "complete"
    screen.end(row)
    assert out.getvalue() == (
        "#1  GET /v1/models  200  0 events  1 chunk  10 bytes  0.2 s  complete\n"
    )


def test_more_streams_than_lines_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    monkeypatch.setenv("LINES", "6")
    out = Terminal()
    screen = Screen(out)
    for number in range(10):
        screen.begin(Row(number, "POST /v1/messages"))
    lines = read_screen(out.getvalue())
    assert len(lines) == 4
    assert all(len(line) <= 29 for line in lines)
