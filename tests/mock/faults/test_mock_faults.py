"""Each fault as a client meets it: bytes of a real socket; and any composition of them."""

import gzip
import json
import socket
import time
import zlib
from dataclasses import fields
from typing import Any
from urllib.parse import urlsplit

import pytest
from exchange import HEADERS, WEATHER_TOOL, body, read_events
from hypothesis import given
from hypothesis import strategies as st

from helpers.mock.engine import MockAPI
from helpers.mock.faults import FAULTS, KINDS, PLACES, Attempts, Fault, each, words
from helpers.mock.faults.event import read, rewritten
from helpers.mock.faults.events import UNKNOWN_BLOCK
from helpers.mock.plan import Plan
from helpers.mock.server import MockServer
from helpers.mock.settings import Pace, Settings, SettingsError

QUICK = Pace(first_token=0.01, tokens_per_second=5000)
DEMO = "Show me what streaming looks like."
WEATHER = "What is the weather in Lagos?"
RESET = "the connection was reset"


class Answer:
    """What a socket gave: the bytes as they came, and how the connection ended."""

    def __init__(self, received: bytes, reset: bool) -> None:
        head, _, self.raw = received.partition(b"\r\n\r\n")
        self.reset = reset
        self.received = received
        lines = head.decode().split("\r\n")
        self.status = lines[0]
        self.headers = dict(line.split(": ", 1) for line in lines[1:])
        self.chunks: list[bytes] = []
        rest = self.raw
        self.complete = False
        while rest:
            size, _, rest = rest.partition(b"\r\n")
            if not int(size, 16):
                self.complete = True
                break
            self.chunks.append(rest[: int(size, 16)])
            rest = rest[int(size, 16) + 2 :]
        self.body = b"".join(self.chunks)


def ask(server: MockServer, fault: Any, prompt: str = DEMO, **more: Any) -> Answer:
    settings = {"fault": fault} | more.pop("settings", {})
    extra = more.pop("headers", {})
    tools = [WEATHER_TOOL] if prompt == WEATHER else None
    data = body(prompt, **({"stream": True} | ({"tools": tools} if tools else {}) | more))
    sent = HEADERS | {"mock-settings": json.dumps(settings), "host": "x"} | extra
    head = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
    head += f"connection: close\r\ncontent-length: {len(data)}\r\n\r\n"
    address = urlsplit(server.base_url)
    received, reset = b"", False
    with socket.create_connection((address.hostname or "", address.port or 0)) as connection:
        connection.settimeout(60)
        connection.sendall(f"POST /v1/messages HTTP/1.1\r\n{head}".encode() + data)
        try:
            while piece := connection.recv(65536):
                received += piece
        except ConnectionResetError:
            reset = True
    return Answer(received, reset)


@pytest.fixture
def healthy(server: MockServer) -> Answer:
    return ask(server, None)


def read_types(events: list[dict[str, Any]]) -> list[str]:
    return [event["type"] for event in events]


def test_a_reset_is_a_reset(server: MockServer, healthy: Answer) -> None:
    answer = ask(server, {"kind": "reset", "at_event": 5})
    assert answer.reset
    assert answer.chunks == healthy.chunks[:5]
    assert not answer.complete


def test_a_drop_leaves_the_chunked_body_unfinished(server: MockServer, healthy: Answer) -> None:
    answer = ask(server, {"kind": "drop", "at_byte": 100})
    assert (answer.reset, answer.complete) == (False, False)
    assert answer.body == healthy.body[:100]


def test_a_close_ends_the_body_without_message_stop(server: MockServer, healthy: Answer) -> None:
    answer = ask(server, {"kind": "close", "at": "after_message_delta"})
    assert (answer.reset, answer.complete) == (False, True)
    assert answer.chunks == healthy.chunks[:-1]
    assert read_types(read_events(answer.body))[-1] == "message_delta"


@pytest.mark.parametrize("kind", ["reset", "drop", "close"])
def test_before_the_headers_nothing_comes(server: MockServer, kind: str) -> None:
    answer = ask(server, {"kind": kind, "at": "before_headers"})
    assert (answer.received, answer.reset) == (b"", kind == "reset")


def test_before_the_first_byte_the_headers_come(server: MockServer) -> None:
    answer = ask(server, {"kind": "reset", "at_byte": 0}, settings={"chunking": "byte"})
    assert (answer.status, answer.raw, answer.reset) == ("HTTP/1.1 200 OK", b"", True)


def test_inside_a_character(server: MockServer) -> None:
    prompt = "Zwölf Boxkämpfer jagen Eva über den Deich"  # the fallback repeats it
    answer = ask(server, {"kind": "reset", "at": "inside_character"}, prompt)
    with pytest.raises(UnicodeDecodeError, match="unexpected end of data"):
        answer.body.decode()
    whole = ask(server, None, prompt).body
    assert whole.startswith(answer.body)
    assert whole[: len(answer.body)].decode(errors="ignore").isascii()


def test_inside_tool_json(server: MockServer) -> None:
    answer = ask(server, {"kind": "close", "at": "inside_tool_json"}, WEATHER)
    events = read_events(answer.body)
    written = "".join(e["delta"]["partial_json"] for e in events if "partial_json" in str(e))
    assert written.startswith("{")
    with pytest.raises(ValueError, match=r"."):
        json.loads(written)


def test_a_stall_is_silent_for_its_time(server: MockServer, healthy: Answer) -> None:
    started = time.monotonic()
    answer = ask(server, {"kind": "stall", "seconds": 0.5, "at_event": 4})
    assert time.monotonic() - started >= 0.5
    assert answer.body == healthy.body


def test_a_stall_with_pings(server: MockServer, healthy: Answer) -> None:
    answer = ask(server, {"kind": "stall", "seconds": 0.5, "ping_every": 0.1, "at_event": 6})
    ping = b'event: ping\ndata: {"type": "ping"}\n\n'
    assert answer.chunks == [*healthy.chunks[:6], *[ping] * 4, *healthy.chunks[6:]]


@pytest.mark.parametrize("kind", ["overloaded_error", "api_error", "made_up_error"])
def test_an_error_inside_a_200(server: MockServer, healthy: Answer, kind: str) -> None:
    answer = ask(server, {"kind": "error", "error": kind, "at_event": 7})
    assert answer.status == "HTTP/1.1 200 OK"
    assert answer.chunks[:7] == healthy.chunks[:7]
    (event,) = read_events(b"".join(answer.chunks[7:]))
    assert (event["type"], event["error"]["type"]) == ("error", kind)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, "authentication_error"),
        (429, "rate_limit_error"),
        (500, "api_error"),
        (529, "overloaded_error"),
    ],
)
def test_a_status_comes_with_the_apis_body(server: MockServer, status: int, kind: str) -> None:
    answer = ask(server, {"kind": "status", "status": status})
    assert answer.status.split()[1] == str(status)
    said = json.loads(answer.body)
    assert (said["type"], said["error"]["type"]) == ("error", kind)
    assert said["request_id"] == answer.headers["request-id"]
    assert answer.headers["x-should-retry"] == ("false" if status == 401 else "true")


def test_retry_after_in_all_its_forms(server: MockServer) -> None:
    from email.utils import parsedate_to_datetime

    fault = {"kind": "status", "status": 429}
    answer = ask(server, fault | {"retry_after": 3, "retry_after_ms": 250})
    assert (answer.headers["retry-after"], answer.headers["retry-after-ms"]) == ("3", "250")
    before = time.time()
    answer = ask(server, fault | {"retry_after_date": 60})
    date = parsedate_to_datetime(answer.headers["retry-after"]).timestamp()
    assert before + 60 <= date <= time.time() + 61  # in whole seconds, rounded up


def test_malformed_json_in_one_event(server: MockServer, healthy: Answer) -> None:
    answer = ask(server, {"kind": "malformed", "at_event": 5})
    assert answer.chunks[:5] + answer.chunks[6:] == healthy.chunks[:5] + healthy.chunks[6:]
    with pytest.raises(ValueError, match="delimiter"):
        json.loads(answer.chunks[5].split(b"data: ")[1])


@pytest.mark.parametrize("kind", ["unknown_event", "unknown_delta", "pings"])
def test_more_events_come(server: MockServer, healthy: Answer, kind: str) -> None:
    answer = ask(server, {"kind": kind, "at_event": 6} | ({"count": 50} if kind == "pings" else {}))
    more = answer.chunks[6 : len(answer.chunks) - len(healthy.chunks) + 6]
    assert answer.chunks == [*healthy.chunks[:6], *more, *healthy.chunks[6:]]
    known = {
        "unknown_event": ["future_event"],
        "unknown_delta": ["content_block_delta"],
        "pings": ["ping"] * 50,
    }
    assert read_types(read_events(b"".join(more))) == known[kind]


def test_an_unknown_block_has_a_number_of_its_own(server: MockServer) -> None:
    answer = ask(server, {"kind": "unknown_block", "at_event": 0}, WEATHER)
    starts = [e for e in read_events(answer.body) if e["type"] == "content_block_start"]
    assert [start["index"] for start in starts] == list(range(len(starts)))
    assert starts[0]["content_block"]["type"] == "future_block"


def test_the_api_takes_back_an_unknown_block_that_it_has_sent() -> None:
    def status(role: str) -> int:
        said = [UNKNOWN_BLOCK, {"type": "text", "text": "Two, three."}]
        messages = [
            {"role": "user", "content": "Count to three." if role == "assistant" else said},
            {"role": "assistant", "content": said if role == "assistant" else "Two, three."},
            {"role": "user", "content": "And now?"},
        ]
        sent = body("", messages=messages)
        return MockAPI().plan("POST", "/v1/messages", HEADERS, sent).status

    assert (status("assistant"), status("user")) == (200, 400)


@pytest.mark.parametrize(("kind", "stops"), [("duplicate_stop", 2), ("missing_stop", 0)])
def test_content_block_stop(server: MockServer, kind: str, stops: int) -> None:
    assert read_types(read_events(ask(server, kind).body)).count("content_block_stop") == stops


def test_an_index_gap(server: MockServer) -> None:
    events = read_events(ask(server, "index_gap").body)
    assert {event["index"] for event in events if "index" in event} == {1}


def test_a_long_line(server: MockServer, healthy: Answer) -> None:
    answer = ask(server, {"kind": "long_line", "size": 200_000})
    assert max(len(line) for line in answer.body.split(b"\n")) > 200_000
    assert len(read_events(answer.body)) == len(healthy.chunks)


def test_a_large_tool_input_is_valid_json(server: MockServer) -> None:
    def input_of(answer: Answer) -> dict[str, Any]:
        events = read_events(answer.body)
        pieces = [e["delta"]["partial_json"] for e in events if "partial_json" in str(e)]
        return dict(json.loads("".join(pieces)))

    usual = input_of(ask(server, None, WEATHER))
    large = input_of(ask(server, {"kind": "large_tool_input", "size": 50_000}, WEATHER))
    assert large.keys() == usual.keys()
    assert len(json.dumps(large)) == len(json.dumps(usual)) + 50_000


@pytest.mark.parametrize(("kind", "ending"), [("crlf", b"\r\n"), ("cr", b"\r")])
def test_line_ends(server: MockServer, healthy: Answer, kind: str, ending: bytes) -> None:
    assert ask(server, kind).body == healthy.body.replace(b"\n", ending)


def test_gzip_when_it_is_offered(server: MockServer, healthy: Answer) -> None:
    for offer in ("identity", "gzip;q=0, *"):
        assert ask(server, "gzip", headers={"accept-encoding": offer}).body == healthy.body
    answer = ask(server, "gzip", headers={"accept-encoding": "br, gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(answer.body) == healthy.body
    # Every chunk can be read at once.
    first = zlib.decompressobj(wbits=31).decompress(answer.chunks[0])
    assert first == healthy.chunks[0]
    assert "content-encoding" in ask(server, {"kind": "gzip", "forced": True}).headers


def test_slow_start(server: MockServer, healthy: Answer) -> None:
    started = time.monotonic()
    assert ask(server, {"kind": "slow_start", "seconds": 0.4}).body == healthy.body
    assert time.monotonic() - started >= 0.4


def test_a_chunk_of_so_many_bytes(server: MockServer, healthy: Answer) -> None:
    answer = ask(server, None, settings={"chunking": 7})
    assert answer.body == healthy.body
    assert {len(chunk) for chunk in answer.chunks[:-1]} == {7}


def test_times_lets_the_next_attempt_succeed(server: MockServer, healthy: Answer) -> None:
    faults = [{"kind": "status", "status": 529, "times": 1}, {"kind": "reset", "times": 2}]
    attempts = [ask(server, faults) for _ in range(3)]
    assert [a.status.split()[1] if a.status else "" for a in attempts] == ["529", "200", "200"]
    assert [a.reset for a in attempts] == [True, True, False]
    assert attempts[2].body == healthy.body
    other = ask(server, faults, "Count to three.")
    assert other.status.split()[1] == "529"  # another request has a count of its own
    server.configure(Settings(QUICK))
    assert ask(server, faults).status.split()[1] == "529"  # and a change of settings starts anew


@pytest.mark.parametrize(
    "other",
    [
        {"mock-run": "another"},  # as each client of the course's has it
        {"x-api-key": "another"},
        {"user-agent": "another/1.0"},
    ],
)
def test_times_are_counted_for_each_client(server: MockServer, other: dict[str, str]) -> None:
    fault = {"kind": "status", "status": 529, "times": 1}
    attempts = [ask(server, fault, headers=headers) for headers in ({}, other, other, {})]
    assert [a.status.split()[1] for a in attempts] == ["529", "529", "200", "200"]
    server.configure(Settings(QUICK))


def test_faults_compose(server: MockServer, healthy: Answer) -> None:
    faults = ["crlf", {"kind": "pings", "count": 3, "at_event": 2}, {"kind": "drop", "at_byte": 40}]
    answer = ask(server, faults, settings={"chunking": "byte"})
    assert answer.body == healthy.body.replace(b"\n", b"\r\n")[:40]


def test_a_break_strikes_what_is_under_way(server: MockServer) -> None:
    server.configure(Settings(Pace(first_token=0.01, tokens_per_second=20)))
    address = urlsplit(server.base_url)
    connections = []
    for number in range(3):
        data = body(DEMO + "!" * number, stream=True)
        head = "".join(f"{name}: {value}\r\n" for name, value in HEADERS.items())
        connection = socket.create_connection((address.hostname or "", address.port or 0))
        connection.settimeout(60)
        head = f"POST /v1/messages HTTP/1.1\r\nhost: x\r\n{head}content-length: {len(data)}\r\n\r\n"
        connection.sendall(head.encode() + data)
        assert connection.recv(100).startswith(b"HTTP/1.1 200")
        connections.append(connection)
    assert server.break_streams() == 3
    for connection in connections:
        with connection, pytest.raises(ConnectionResetError):
            while connection.recv(65536):
                pass
    assert server.break_streams(Fault("close")) == 0
    with pytest.raises(SettingsError, match="What is under way can be broken by reset"):
        server.break_streams(Fault("crlf"))


# The value itself.


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({}, "fault needs a kind, one of close, reset"),
        ({"kind": "fire"}, "fault.kind must be one of close, reset"),
        ({"kind": "reset", "where": 1}, "fault can't hold 'where'; it knows kind, at"),
        ({"kind": "reset", "seconds": 1}, "A fault of the kind reset can't hold 'seconds'"),
        ({"kind": "reset", "at": "never"}, "fault.at must be one of middle, before_headers"),
        ({"kind": "reset", "at_event": -1}, "fault.at_event must be a whole number from 0"),
        ({"kind": "reset", "at_byte": 1, "at_event": 1}, "fault can strike at one place, not at"),
        ({"kind": "reset", "times": True}, "fault.times must be a whole number from 1"),
        ({"kind": "status", "status": 200}, "fault.status must be a whole number from 400"),
        ({"kind": "error", "error": "\ud800"}, "fault.error holds half a character"),
        ([[["cut"]]], "a list in fault must hold faults, not"),
    ],
)
def test_a_wrong_fault_gets_one_sentence(data: Any, sentence: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_json({"fault": data})
    assert str(caught.value).startswith(sentence)
    assert "\n" not in str(caught.value)


def test_counts_are_bounded() -> None:
    attempts = Attempts()
    fault = Fault("reset", times=1)
    for number in range(Attempts.MOST + 10):
        assert attempts.striking([fault], str(number)) == [fault]
    assert attempts.striking([fault], str(number)) == []
    assert attempts.striking([fault], "0") == [fault]  # long forgotten


VALUES: dict[str, st.SearchStrategy[Any]] = {
    "seconds": st.floats(0, 30),
    "ping_every": st.floats(1, 30),
    "status": st.integers(400, 599),
    "error": st.sampled_from(["overloaded_error", "api_error", "x"]),
    "message": st.just("words"),
    "retry_after": st.floats(0, 9),
    "retry_after_ms": st.floats(0, 9),
    "count": st.integers(1, 9),
    "size": st.integers(1, 300),
    "forced": st.booleans(),
}


@st.composite
def some_fault(draw: st.DrawFn) -> Fault:
    kind = draw(st.sampled_from(sorted(KINDS)))
    takes = KINDS[kind].takes
    more = {name: draw(VALUES[name]) for name in takes if name in VALUES and draw(st.booleans())}
    if "at" in takes:
        more |= draw(
            st.one_of(
                st.just({}),
                st.builds(lambda at: {"at": at}, st.sampled_from(sorted(PLACES))),
                st.builds(lambda at: {"at_event": at}, st.integers(0, 80)),
                st.builds(lambda at: {"at_byte": at}, st.integers(0, 9000)),
            )
        )
    return Fault(kind, **more)


@given(some_fault())
def test_a_fault_is_its_json(fault: Fault) -> None:
    assert Fault.from_json(json.loads(json.dumps(fault.to_json()))) == fault
    assert words(fault).endswith(".")


def chunks_of(plan: Plan) -> list[tuple[float, bytes]]:
    chunks = []
    try:
        for chunk in plan.chunks:
            chunks.append((chunk.at, chunk.data))
    except ConnectionResetError:
        pass
    return chunks


@given(
    st.lists(some_fault(), min_size=1, max_size=4),
    st.sampled_from(["/v1/messages", "/v1/chat/completions", "/v1/responses"]),
    st.sampled_from([DEMO, WEATHER]),
    st.sampled_from(["event", "byte", "whole", "random", 64]),
    st.booleans(),
)
def test_any_composition_is_a_plan(
    faults: list[Fault], path: str, prompt: str, chunking: str | int, stream: bool
) -> None:
    api = MockAPI(Settings(fault=tuple(faults), chunking=chunking))
    request: dict[str, Any] = {"model": "offline-mock", "stream": stream}
    headers = HEADERS | {"authorization": "Bearer x", "accept-encoding": "gzip"}
    if path == "/v1/responses":
        request["input"] = prompt
    else:
        request |= {"messages": [{"role": "user", "content": prompt}], "max_tokens": 200}
    if prompt == WEATHER and path == "/v1/messages":
        request["tools"] = [WEATHER_TOOL]
    plan = api.plan("POST", path, headers, json.dumps(request).encode())
    chunks = chunks_of(plan)
    assert chunks_of(plan) == chunks
    times = [at for at, _ in chunks]
    assert times == sorted(times)
    # Faults that change no event leave the bytes in their order: they end sooner at most.
    plain = {"reset", "drop", "close", "slow_start"}
    if {fault.kind for fault in faults} <= plain:
        whole = MockAPI(Settings()).plan("POST", path, headers, json.dumps(request).encode())
        sent = b"".join(data for _, data in chunks)
        assert b"".join(data for _, data in chunks_of(whole)).startswith(sent)


def test_half_a_character_is_written_as_its_number() -> None:
    event = {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "a\ud83d"}}
    data = rewritten(b"event: content_block_delta\ndata: {}\n\n", event)
    assert data.startswith(b"event: content_block_delta\ndata: {")
    assert b"a\\ud83d" in data
    assert read(data) == event


def test_every_field_and_every_name_is_known() -> None:
    names = {field.name for field in fields(Fault)}
    assert {name for kind in KINDS.values() for name in kind.takes} == names - {"kind", "times"}
    assert [each(name) for name in FAULTS] == [(fault,) for fault in FAULTS.values()]
