"""Recordings: what is written is read again, no key is in it, and it replays as it was."""

import errno
import json
import os
from pathlib import Path
from typing import Any

import httpx
import pytest
from exchange import HEADERS, body, question
from hypothesis import given
from hypothesis import strategies as st

from helpers.mock.engine import MockAPI, VirtualClock
from helpers.mock.plan import TimedBytes
from helpers.mock.recordings import Exchange, RecordingError, Writer, exchange, read
from helpers.mock.recordings import writer as writing
from helpers.mock.recordings.scrub import Scrubber
from helpers.mock.settings import Settings
from helpers.mock.transport import in_process_transport

KEY = "sk-ant-api03-" + "aB3_-" * 8
STREAM = {"content-type": "text/event-stream; charset=utf-8"}


def write(
    path: Path,
    chunks: list[tuple[float, bytes]],
    *,
    sent: bytes | None = None,
    headers: dict[str, str] | None = None,
    status: int = 200,
    answer_headers: dict[str, str] | None = None,
    end: str = exchange.COMPLETE,
    end_at: float | None = None,
    address: str = "/v1/messages",
) -> list[Exchange]:
    """Record one exchange and read it again."""
    writer = Writer(path)
    sent = body("Count to three.", stream=True) if sent is None else sent
    tape = writer.exchange("POST", address, HEADERS | (headers or {}), sent)
    tape.response(0.05, status, STREAM | (answer_headers or {}))
    for at, data in chunks:
        tape.chunk(at, data)
    tape.end(chunks[-1][0] if end_at is None else end_at, end)
    writer.close()
    return read(path)


# The file


def test_a_person_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "one.jsonl"
    write(path, [(0.1, b"event: ping\n"), (0.25, "é".encode()[:1]), (0.3, "é👋".encode()[1:])])
    lines = [json.loads(line) for line in path.read_text("utf-8").split("\n")[:-1]]
    assert lines[0] == {"recording": 1}
    assert lines[1]["request"]["json"]["messages"][0]["content"] == "Count to three."
    assert lines[2] == {"exchange": 1, "response": {"at": 0.05, "status": 200, "headers": STREAM}}
    assert lines[3] == {"exchange": 1, "at": 0.1, "text": "event: ping\n"}
    assert lines[4] == {"exchange": 1, "at": 0.25, "base64": "ww=="}
    assert lines[6] == {"exchange": 1, "end": "complete", "at": 0.3}
    if os.name == "posix":
        assert path.stat().st_mode & 0o077 == 0  # a conversation is nobody else's business


chunk_lists = st.lists(
    st.tuples(st.floats(0, 100).map(lambda at: round(at, 6)), st.binary(min_size=1)), min_size=1
).map(lambda chunks: sorted(chunks, key=lambda chunk: chunk[0]))


@given(chunk_lists, st.sampled_from(exchange.ENDS))
def test_what_is_written_is_read_again(
    tmp_path_factory: Any, chunks: list[tuple[float, bytes]], end: str
) -> None:
    path = tmp_path_factory.mktemp("recording") / "x.jsonl"
    (one,) = write(path, chunks, end=end)
    assert list(one.chunks) == chunks
    assert (one.end, one.method, one.path, one.status) == (end, "POST", "/v1/messages", 200)
    assert one.body == question("Count to three.", stream=True)


def test_exchanges_that_run_at_the_same_time(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "x.jsonl")
    tapes = [writer.exchange("POST", "/v1/messages", HEADERS, b"{}") for _ in range(3)]
    for tape in tapes:
        tape.response(0.1, 200, STREAM)
    for at in range(1, 4):
        for tape in reversed(tapes):
            tape.chunk(at, b"%d at %d" % (tape.number, at))
    for tape in tapes:
        tape.note("Event 1: something.")
        tape.end(4, exchange.COMPLETE)
    writer.close()
    for number, one in enumerate(read(tmp_path / "x.jsonl"), start=1):
        assert one.number == number
        assert list(one.chunks) == [(at, b"%d at %d" % (number, at)) for at in range(1, 4)]
        assert one.notes == ("Event 1: something.",)


def test_a_killed_tap_leaves_a_recording_that_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    write(path, [(0.1, b"a"), (0.2, b"b")])
    lines = path.read_bytes().split(b"\n")
    path.write_bytes(b"\n".join(lines[:4]) + b"\n" + lines[4][:20])
    (one,) = read(path)
    assert list(one.chunks) == [(0.1, b"a")]
    assert one.end == exchange.STOPPED


def test_a_full_disk_is_told_once_and_raises_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = Writer(tmp_path / "x.jsonl")

    def full(file: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(writing.os, "write", full)
    tape = writer.exchange("POST", "/v1/messages", HEADERS, b"{}")
    tape.end(1, exchange.COMPLETE)
    monkeypatch.undo()
    assert f"can't be written ({os.strerror(errno.ENOSPC)})." in writer.problem
    writer.close()


FIRST = '{"recording": 1}\n'
ASK = '{"exchange": 1, "request": {"method": "POST", "path": "/", "headers": {}}}\n'


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "is empty, so it is no recording of the tap."),
        ("hello\n", 'is no recording of the tap: its first line is not {"recording": 1}.'),
        ("{}\n", "is no recording of the tap"),
        ('{"recording": 2}\n', "of version 2; this course reads version 1."),
        (FIRST + ASK + "{\n", "line 3: this is not a JSON object, so the file is damaged."),
        (FIRST + ASK + "[" * 100_000 + "\n", "line 3: this is not a JSON object"),
        (FIRST + '{"at": 1}\n', "line 2: exchange must be a number."),
        (FIRST + '{"exchange": 1, "note": "x"}\n', "line 2: exchange 1 has no request before"),
        (FIRST + ASK + '{"exchange": 1}\n', "line 3: this is no whole request, response, text,"),
        (FIRST + ASK + '{"exchange": 1, "at": -1, "text": ""}\n', "line 3: at must be a number"),
        (FIRST + ASK + '{"exchange": 1, "at": NaN, "text": ""}\n', "line 3: at must be a number"),
        (FIRST + ASK + '{"exchange": 1, "at": 1, "base64": "?"}\n', "base64 holds something else"),
        (FIRST + ASK + '{"exchange": 1, "at": 1, "end": "x"}\n', "end must be one of complete,"),
        (
            FIRST + ASK + '{"exchange": 1, "response": {"at": 1, "status": 9, "headers": {}}}\n',
            "status must be from 200 to 599, not 9.",
        ),
        (
            FIRST
            + ASK
            + '{"exchange": 1, "response": {"at": 1, "status": 200, "headers": {"a": "\\n"}}}\n',
            "the response's header 'a' must be one line of ASCII.",
        ),
    ],
)
def test_a_damaged_recording(tmp_path: Path, content: str, sentence: str) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(content)
    with pytest.raises(RecordingError) as caught:
        read(path)
    assert sentence in str(caught.value)
    assert str(caught.value).startswith(str(path))


def test_a_recording_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"none\.jsonl can't be read: No such file"):
        read(tmp_path / "none.jsonl")


@given(st.integers(0, 5000), st.binary(min_size=1, max_size=3))
def test_no_damage_ends_in_a_traceback(tmp_path_factory: Any, place: int, instead: bytes) -> None:
    path = tmp_path_factory.mktemp("damaged") / "x.jsonl"
    write(path, [(0.1, b"event: ping\n"), (0.2, b"\xff")])
    data = path.read_bytes()
    place %= len(data)
    path.write_bytes(data[:place] + instead + data[place + len(instead) :])
    try:
        for one in read(path):
            assert one.status == 0 or one.plan().status == one.status
    except RecordingError as error:
        assert len(str(error).splitlines()) == 1


# What is never in it


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
@pytest.mark.parametrize("where", ["x-api-key", "authorization", "api-key", "cookie", "address"])
def test_a_key_is_struck_out_everywhere(tmp_path: Path, where: str, size: int) -> None:
    key = "not-of-any-known-shape/+=%"
    value = {"authorization": f"Bearer {key}", "cookie": f"a=1; session={key}"}.get(where, key)
    address = f"/v1/messages?key={key}" if where == "address" else f"/v1/messages?beta=true&x={key}"
    stream = f'data: {{"you sent": "{key}", "and": "{key[:-1]}!"}}\n\n'.encode()
    chunks = [(0.1 + i, stream[i : i + size]) for i in range(0, len(stream), size)]
    path = tmp_path / "x.jsonl"
    (one,) = write(
        path,
        chunks,
        headers={where: value},
        sent=json.dumps({"messages": f"my key is {key}", key: [key]}).encode(),
        answer_headers={"retry-after": key},
        address=address,
    )
    assert key not in path.read_text("utf-8")
    received = b"".join(chunk.data for chunk in one.chunks)
    # Struck out byte by byte: each chunk keeps its size, and all else its place.
    assert received == stream.replace(key.encode(), b"*" * len(key))
    assert [(chunk.at, len(chunk.data)) for chunk in one.chunks] == [(a, len(d)) for a, d in chunks]


def test_a_key_that_no_header_carried_is_known_by_its_shape(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    sent = json.dumps({"messages": f"{KEY} in a task-oriented-interface-of-risk-management"})
    write(path, [(0.1, KEY[:9].encode()), (0.2, KEY[9:].encode()), (0.3, b".")], sent=sent.encode())
    assert KEY not in path.read_text("utf-8")
    (one,) = read(path)
    assert b"".join(chunk.data for chunk in one.chunks) == b"*" * len(KEY) + b"."
    assert "task-oriented-interface-of-risk-management" in path.read_text("utf-8")


def test_headers_that_identify_are_left_out(tmp_path: Path) -> None:
    identifying = {
        "request-id": "req_011CabcdefghijklmnopA",
        "anthropic-organization-id": "00000000-1111-2222-3333-444444444444",
        "anthropic-workspace-id": "wrkspc_01abcdefghij",
        "openai-organization": "some-organisation",
        "openai-project": "proj_abcdefgh",
        "set-cookie": "__cf_bm=abcdefghijklmnop; path=/; HttpOnly",
        "cf-ray": "8f0000000000abcd-FRA",
        "x-something-new": "who knows what",
    }
    path = tmp_path / "x.jsonl"
    error = json.dumps({"type": "error", "request_id": identifying["request-id"]}).encode()
    mine = {"user-agent": "me/1.0", "x-forwarded-for": "10.1.2.3", "idempotency-key": "abc-123-def"}
    sent = json.dumps({"messages": "x", "metadata": {"user_id": "user_abcdef"}}).encode()
    write(path, [(0.1, error)], headers=mine, sent=sent, answer_headers=identifying)
    text = path.read_text("utf-8")
    for name, value in (identifying | mine).items():
        assert name not in text
        assert value not in text
    assert "user_abcdef" not in text
    assert "__cf_bm" not in text
    assert '"anthropic-version":"2026-10-21"' in text


def test_a_packed_request_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    write(path, [(0.1, b"a")], headers={"content-encoding": "gzip"}, sent=b"packed")
    assert "packed" not in path.read_text("utf-8")


@given(
    st.lists(st.binary(max_size=5)),
    st.sets(st.text("ab*", min_size=6, max_size=8), max_size=3),
    st.randoms(use_true_random=False),
)
def test_striking_out_does_not_depend_on_chunks(
    pieces: list[bytes], keys: set[str], numbers: Any
) -> None:
    told = list(pieces)
    for key in keys:
        told.insert(numbers.randint(0, len(told)), key.encode())
    text = b"".join(told)
    cuts = sorted(numbers.randint(0, len(text)) for _ in range(5))
    chunks = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    scrubber = Scrubber(keys)
    out = [one for at, chunk in enumerate(chunks) for one in scrubber.feed(at, chunk)]
    out += scrubber.end()
    assert [(at, len(data)) for at, data in out] == [(at, len(c)) for at, c in enumerate(chunks)]
    joined = b"".join(data for _, data in out)
    assert not any(key.encode() in joined for key in keys if "*" not in key)
    assert all(a == b or b == ord("*") for a, b in zip(text, joined, strict=True))


@given(st.data(), st.sampled_from([KEY, "not-of-any-known-shape"]))
def test_a_key_that_a_model_spells_out_is_struck_out(data: st.DataObject, key: str) -> None:
    said = f'Your key is {key}, isn\'t it? Keep {key} "safe".'
    cuts = sorted(data.draw(st.lists(st.integers(0, len(said)), max_size=30)))
    pieces = [said[a:b] for a, b in zip([0, *cuts], [*cuts, len(said)], strict=True)]
    pieces = [p for p in pieces if p]
    events = [{"type": "content_block_delta", "delta": {"text": piece}} for piece in pieces]
    ping = b'event: ping\ndata: {"type": "ping"}\n\n'
    stream = ping.join(f"event: x\ndata: {json.dumps(e)}\n\n".encode() for e in events)
    size = data.draw(st.sampled_from([1, 3, 50, 120, 10_000]))
    scrubber = Scrubber({"not-of-any-known-shape"})
    chunks = [stream[i : i + size] for i in range(0, len(stream), size)]
    out = [one for at, chunk in enumerate(chunks) for one in scrubber.feed(at, chunk)]
    out += scrubber.end()
    assert [(at, len(d)) for at, d in out] == [(at, len(c)) for at, c in enumerate(chunks)]
    received = b"".join(d for _, d in out)
    told = [json.loads(line[6:]) for line in received.split(b"\n") if line.startswith(b"data")]
    text = "".join(event["delta"]["text"] for event in told if "delta" in event)
    assert text == said.replace(key, "*" * len(key))


LIMITS = {
    "x-ratelimit-limit-tokens-usage": "400000",
    "x-token-budget": "400000",
    "x-max-tokens": "400000",
    "anthropic-priority-token": "123456",
    "x-secret-number": "message_start",
    "x-cache-key": "content_block_delta",
    "set-cookie": "n=400000; path=/",
    "x-request-id": "20260101",
    "openai-project": "default",
    "x-account-id": "text_delta",
}


@pytest.mark.parametrize(("name", "value"), LIMITS.items())
def test_a_responses_headers_strike_nothing_out(tmp_path: Path, name: str, value: str) -> None:
    sent = body("Count to three.", stream=True)
    event = {"type": "message_start", "usage": {"tokens": 400000, "cost": 1234567.5}, "a": value}
    data = f"event: message_start\ndata: {json.dumps(event)}\n\n".encode()
    (found,) = write(tmp_path / "x.jsonl", [(0.1, data)], answer_headers={name: value}, sent=sent)
    assert b"".join(chunk.data for chunk in found.chunks) == data


@given(
    name=st.sampled_from(["x-api-key", "authorization", "cookie", "x-auth-token", "api-key"]),
    value=st.sampled_from(["400000", "123456", "111111", "-1234.5", "messages", "message_start"])
    | st.from_regex(r"[0-9]{6,9}", fullmatch=True),
)
def test_a_recording_replays_whatever_the_key(tmp_path_factory: Any, name: str, value: str) -> None:
    number = f"1{value.strip('-')}" if value[-1].isdigit() else "1"
    event = f'{{"type": "message_start", "usage": {{"input_tokens": {number}}}}}'
    data = f"event: message_start\ndata: {event}\n\n".encode()
    sent = body("Count to three.", stream=True)
    path = tmp_path_factory.mktemp("tape") / "x.jsonl"
    found = write(path, [(0.1, data)], headers={name: f"a={value}" if name == "cookie" else value})
    api = MockAPI(recordings=found)
    plan = api.plan("POST", "/v1/messages", HEADERS, sent)  # with another key
    told = b"".join(chunk.data for chunk in plan.chunks)
    assert told.startswith(b"event: message_start\ndata: ") and len(told) == len(data)
    assert json.loads(told.split(b"data: ")[1])["type"] == "message_start"


def test_a_key_of_digits_is_struck_out_of_numbers_too(tmp_path: Path) -> None:
    for key in ("4000001", "1111111", "2121212"):
        data = f'data: {{"n": {key}, "s": "{key}"}}\n\n'.encode()
        path = tmp_path / f"{key}.jsonl"
        (found,) = write(path, [(0.1, data)], headers={"x-api-key": key})
        assert key not in path.read_text("utf-8")
        json.loads(found.chunks[0].data[6:])


# Replaying


async def receive(
    api: MockAPI, clock: VirtualClock, sent: bytes, **headers: str
) -> tuple[int, dict[str, str], list[tuple[float, bytes]], str]:
    """Return status, headers, the chunks with their times, and how the body ended."""
    transport = in_process_transport(httpx, api)
    chunks, end = [], "end"
    async with httpx.AsyncClient(base_url="http://x", transport=transport, timeout=None) as client:
        start = clock.now()
        request = client.stream("POST", "/v1/messages", content=sent, headers=HEADERS | headers)
        async with request as response:
            try:
                async for chunk in response.aiter_raw():
                    chunks.append((round(clock.now() - start, 9), chunk))
            except httpx.ReadError:
                end = "reset"
            except httpx.RemoteProtocolError:
                end = "dropped"
            end += f" at {clock.now() - start:g}"
    return response.status_code, dict(response.headers), chunks, end


CHUNKS = [(0.123456, b"event: ping\n"), (0.123457, b"data: {}"), (7.5, b"\n\n\xff")]


@pytest.mark.parametrize(
    ("end", "seen"),
    [
        (exchange.COMPLETE, "end at 9"),
        (exchange.DROPPED, "dropped at 9"),
        (exchange.RESET, "reset at 9"),
    ],
)
async def test_the_same_bytes_at_the_same_times(tmp_path: Path, end: str, seen: str) -> None:
    exchanges = write(tmp_path / "x.jsonl", CHUNKS, end=end, end_at=9.0)
    clock = VirtualClock()
    api = MockAPI(Settings(seed=99), clock=clock, recordings=exchanges)
    for _ in range(2):  # no counter: the same again
        status, headers, chunks, ended = await receive(
            api, clock, body("Count to three.", stream=True)
        )
        assert (status, chunks, ended) == (200, CHUNKS, seen)
        assert headers["content-type"] == STREAM["content-type"]
        assert headers["request-id"].startswith("req_")


async def test_a_recording_of_the_offline_api_replays_as_the_offline_api(tmp_path: Path) -> None:
    """Through file and replay, nothing of a scenario's plan is lost."""
    sent = body("Show me what streaming looks like.", stream=True)
    for chunking in ("event", "random"):
        plan = MockAPI(Settings(chunking=chunking)).plan("POST", "/v1/messages", HEADERS, sent)
        told = [(round(chunk.at, 6), chunk.data) for chunk in plan.chunks]
        exchanges = write(tmp_path / f"{chunking}.jsonl", told, sent=sent)
        clock = VirtualClock()
        _, _, chunks, _ = await receive(MockAPI(clock=clock, recordings=exchanges), clock, sent)
        assert chunks == told


def first_words(api: MockAPI, sent: bytes, **headers: str) -> bytes:
    plan = api.plan("POST", "/v1/messages", HEADERS | headers, sent)
    return b"".join(chunk.data for chunk in plan.chunks)


def ask(**fields: Any) -> bytes:
    return json.dumps({"model": "m", "stream": True} | fields).encode()


USER = {"role": "user", "content": "Hi."}
BLOCK = {"type": "text", "text": "Hi.", "cache_control": {"type": "ephemeral"}}


@pytest.mark.parametrize(
    ("fields", "answered"),
    [
        ({"messages": [USER]}, True),
        ({"messages": [USER], "model": "claude-opus-5-5", "max_tokens": 9}, True),
        ({"messages": [{"role": "user", "content": [BLOCK]}]}, True),
        ({"messages": [{"content": "Hi.", "role": "user"}]}, True),
        ({"messages": [USER], "metadata": {"user_id": "somebody else"}}, True),
        ({"messages": [USER], "system": "Be brief."}, False),
        ({"messages": [USER, {"role": "assistant", "content": "Yes?"}, USER]}, False),
        ({"messages": [{"role": "user", "content": "Hi!"}]}, False),
        ({"messages": [USER], "stream": False}, False),
    ],
)
def test_a_request_is_known_by_its_conversation(
    tmp_path: Path, fields: dict[str, Any], answered: bool
) -> None:
    exchanges = write(tmp_path / "x.jsonl", [(0.1, b"recorded")], sent=ask(messages=[USER]))
    api = MockAPI(recordings=exchanges)
    assert (first_words(api, ask(**fields)) == b"recorded") == answered


def test_anything_else_is_answered_by_a_scenario(tmp_path: Path) -> None:
    exchanges = write(tmp_path / "x.jsonl", [(0.1, b"recorded")])
    api = MockAPI(recordings=exchanges)
    assert b"haiku" not in first_words(api, body("Count to three.", stream=True))
    assert b"message_start" in first_words(api, body("A haiku about TCP.", stream=True))
    assert api.plan("GET", "/nowhere", HEADERS, b"").status == 404
    assert api.plan("POST", "/v1/messages", HEADERS, b"{").status == 400


def test_a_request_with_a_key_in_it_is_found_again(tmp_path: Path) -> None:
    sent = ask(messages=f"my key is {KEY}")
    exchanges = write(tmp_path / "x.jsonl", [(0.1, b"recorded")], sent=sent)
    assert first_words(MockAPI(recordings=exchanges), sent) == b"recorded"


def test_of_several_the_one_asked_most_alike(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "x.jsonl")

    def record(answer: bytes, retry: str, **fields: Any) -> None:
        headers = HEADERS | {"x-stainless-retry-count": retry}
        tape = writer.exchange("POST", "/v1/messages", headers, ask(messages=[USER], **fields))
        tape.response(0, 529 if retry == "0" else 200, STREAM)
        tape.chunk(0, answer)
        tape.end(0, exchange.COMPLETE)

    record(b"overloaded", "0")
    record(b"answer", "1")
    record(b"with tools", "1", tools=[{"name": "a"}])
    writer.exchange("POST", "/v1/messages", HEADERS, ask(messages=[USER])).end(1, "unreachable")
    writer.close()
    api = MockAPI(recordings=read(tmp_path / "x.jsonl"))
    sent = ask(messages=[USER])
    # A client that tries again gets the answer that it got then.
    assert first_words(api, sent, **{"x-stainless-retry-count": "0"}) == b"overloaded"
    assert first_words(api, sent, **{"x-stainless-retry-count": "1"}) == b"answer"
    assert first_words(api, ask(messages=[USER], tools=[{"name": "a"}])) == b"with tools"


def test_a_time_is_exact_to_the_microsecond() -> None:
    assert writing.seconds(1.23456789) == 1.234568
    assert TimedBytes(writing.seconds(0.1 + 0.2), b"").at == 0.3
