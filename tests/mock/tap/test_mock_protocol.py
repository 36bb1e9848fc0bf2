"""The checker: silent over everything that the offline API says, and clear about what is wrong."""

import contextlib
import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from exchange import HEADERS, WEATHER_TOOL, body
from hypothesis import given
from hypothesis import strategies as st

from helpers.mock.engine import MockAPI
from helpers.mock.script import Scenario, load
from helpers.mock.tap.protocol import Reader, Stream, check, checker_for
from tests.sweeps import sweep

Event = dict[str, Any]

START: Event = {
    "type": "message_start",
    "message": {
        "id": "msg_01",
        "type": "message",
        "role": "assistant",
        "model": "offline-mock",
        "content": [],
        "stop_reason": None,
        "usage": {"input_tokens": 9, "output_tokens": 1},
    },
}
STOP: Event = {"type": "message_stop"}


def start_block(index: Any, kind: str = "text") -> Event:
    return {"type": "content_block_start", "index": index, "content_block": {"type": kind}}


def delta(index: Any, kind: str = "text_delta", **fields: Any) -> Event:
    fields = fields or {"text": "a"}
    return {"type": "content_block_delta", "index": index, "delta": {"type": kind} | fields}


def stop_block(index: Any) -> Event:
    return {"type": "content_block_stop", "index": index}


def last(reason: str | None = "end_turn", **usage: Any) -> Event:
    usage = usage or {"output_tokens": 5}
    return {"type": "message_delta", "delta": {"stop_reason": reason}, "usage": usage}


def wire(*events: Event | bytes) -> bytes:
    return b"".join(
        e if isinstance(e, bytes) else f"event: {e['type']}\ndata: {json.dumps(e)}\n\n".encode()
        for e in events
    )


def check_events(*events: Event | bytes) -> str:
    return "\n".join(check([wire(*events)]))


PING = wire({"type": "ping"})
TEXT = (start_block(0), delta(0), stop_block(0))
WHOLE = (START, *TEXT, last(), STOP)
CALL = (
    start_block(0, "tool_use"),
    delta(0, "input_json_delta", partial_json='{"a": 1'),
    stop_block(0),
)


@pytest.mark.parametrize(
    "events",
    [
        WHOLE,
        (PING, *WHOLE),
        (START, start_block(0), PING, delta(0), PING, stop_block(0), last(), PING, STOP),
        (START, {"type": "something_new"}, *TEXT, last(), STOP),
        (
            START,
            start_block(0, "new"),
            delta(0, "new_delta", x=1),
            stop_block(0),
            last("new_reason"),
            STOP,
        ),
        (START, start_block(0, "tool_use"), stop_block(0), last("tool_use"), STOP),
        (START, *CALL, last("max_tokens"), STOP),
        (START, start_block(0), {"type": "error", "error": {"type": "api_error", "message": "x"}}),
        (START, *TEXT, last(None, output_tokens=2), last(), STOP),
        (b": a comment\n\n", wire(*WHOLE).replace(b"\n", b"\r\n")),
        (wire(*WHOLE).replace(b"\n", b"\r"),),
        (wire(*WHOLE).replace(b"}\n", b"     }\n"),),
    ],
)
def test_what_is_allowed(events: tuple[Event | bytes, ...]) -> None:
    assert check_events(*events) == ""


@pytest.mark.parametrize(
    ("events", "sentence"),
    [
        ((), "At the end: nothing came but pings, if anything."),
        ((PING,), "At the end: nothing came but pings, if anything."),
        (WHOLE[1:], "Event 1 (content_block_start): the stream begins with content_block_start, "),
        ((START, *WHOLE), "Event 2 (message_start): a second message_start"),
        (
            (START, start_block(1), stop_block(1), last(), STOP),
            "its index is 1, and the next block is ",
        ),
        ((START, *TEXT, *TEXT, last(), STOP), "there was a block 0 already."),
        ((START, start_block("0"), last(), STOP), 'its index is "0", not a whole number.'),
        ((START, start_block(True), last(), STOP), "its index is true, not a whole number."),
        ((START, delta(0), last(), STOP), "a delta for block 0, which is not open."),
        (
            (START, *TEXT, delta(0), last(), STOP),
            "Event 5 (content_block_delta): a delta for block",
        ),
        (
            (START, stop_block(0), last(), STOP),
            "content_block_stop for block 0, which is not open.",
        ),
        ((START, *TEXT, stop_block(0), last(), STOP), "block 0, which is not open any more."),
        (
            (START, start_block(0), start_block(1), stop_block(1), last(), STOP),
            "is missing for block 0.",
        ),
        (
            (START, start_block(0), last(), STOP),
            "Event 3 (message_delta): content_block_stop is missing",
        ),
        (
            (START, *TEXT, last(), start_block(1), stop_block(1), STOP),
            "a block begins after message_delta",
        ),
        ((START, *TEXT, STOP), "message_stop without a message_delta before it."),
        ((START, *TEXT, last(None), STOP), "the stream stops without a stop_reason."),
        ((START, *TEXT, last()), "At the end: message_stop is missing: the answer was cut off."),
        ((START, start_block(0)), "At the end: content_block_stop is missing for block 0."),
        ((START, start_block(0)), "At the end: message_delta is missing"),
        ((*WHOLE, PING), "ping comes after message_stop, which ends the stream."),
        ((*WHOLE, b"event: x"), "At the end: the last event has no blank line after it"),
        ((START, *TEXT, last(output_tokens=0), STOP), "usage.output_tokens goes down from 1 to 0"),
        ((START, *TEXT, last(input_tokens=3), STOP), "usage.input_tokens goes down from 9 to 3"),
        ((START, *TEXT, last(input_tokens=9), STOP), "usage.output_tokens is missing."),
        ((START, b"event: ping\ndata: {\n\n", *WHOLE[1:]), "Event 2 (ping): its data is not JSON"),
        ((START, b'data: {"type":"ping","x":NaN}\n\n'), "NaN is not a JSON value"),
        ((START, b"data: " + b"[" * 100_000 + b"\n\n"), "nested too deeply"),
        ((START, b"event: ping\ndata: []\n\n"), "its data is a list, not a JSON object."),
        ((START, b"event: ping\n\n"), "it has no data: line, so readers drop it."),
        ((START, b"event: ping\ndata: {}\n\n"), "its data has no type."),
        ((*WHOLE[:-1], b"data: [DONE]\n\n"), "[DONE] ends a chat completion's stream"),
        ((START, b'data: {"type":"ping"}\n\n'), "the event: line is missing (ping)"),
        ((START, b'event: pong\ndata: {"type":"ping"}\n\n'), "says pong and its data says ping."),
        ((START, b"event: p\xffng\n\n", *WHOLE[1:]), "After event 1: the bytes ff are not UTF-8."),
        ((START, *CALL, last("tool_use"), STOP), "the input of tool call 1 is not JSON"),
        ((START, *TEXT, last("tool_use"), STOP), "stop_reason is tool_use, and no block is"),
        (
            (START, start_block(0, "thinking"), stop_block(0), last(), STOP),
            "thinking block 0 has no signature",
        ),
        ((START, start_block(0, "tool_use"), delta(0)), "text_delta in a block of type tool_use."),
        ((START, start_block(0), delta(0, "text_delta", txt="a")), "text_delta without text."),
        ((START, start_block(0), delta(0, "text_delta", text=None)), "text is null, not a string."),
        ((START, {"type": "error", "error": "x"}), "the error has no type."),
        ((START, {"type": "error", "error": {}}, STOP), "message_stop comes after error"),
        (({"type": "message_start"},), "message_start carries no message."),
    ],
)
def test_what_is_not(events: tuple[Event | bytes, ...], sentence: str) -> None:
    assert sentence in check_events(*events)


def test_one_mistake_gives_one_sentence() -> None:
    missing_stop = check_events(START, start_block(0), start_block(1), stop_block(1), last(), STOP)
    assert missing_stop.count("\n") == 0
    wrong_index = check_events(START, start_block(1), delta(1), stop_block(1), last(), STOP)
    assert wrong_index.count("\n") == 0
    # Here a second: message_delta has no message_start before it.
    assert check_events(*WHOLE[1:]).count("\n") == 1


@given(st.data())
def test_chunks_change_nothing(data: st.DataObject) -> None:
    events = data.draw(st.lists(st.sampled_from([*WHOLE, PING, b"data: {\r\n\r\n", b"x\r"])))
    stream = wire(*events)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)))))
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert check(pieces) == check([stream])


@given(
    st.lists(st.sampled_from([b"event: a", b"data", b"data:b", b"\n", b"\r", b"\r\n", b":", b""]))
)
def test_the_reader_agrees_with_another_one(pieces: list[bytes]) -> None:
    from httpx_sse._decoders import SSEDecoder

    text = b"".join(pieces).decode()
    decoder = SSEDecoder()
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")[:-1]
    expected = [e for e in map(decoder.decode, lines) if e is not None]
    found = [raw for raw in Reader().feed(text.encode()) if raw.data]
    assert [(raw.name or "message", raw.data) for raw in found] == [
        (event.event, event.data) for event in expected if event.data
    ]


# The offline API itself


def requests(scenario: Scenario) -> list[bytes]:
    """The first turn of a scenario in each way that a request can change it."""
    ask: Callable[..., bytes] = lambda **more: body(scenario.prompt, stream=True, **more)  # noqa: E731
    return [
        ask(),
        ask(tools=[WEATHER_TOOL]),
        ask(max_tokens=1),
        ask(max_tokens=7),
        ask(stop_sequences=[" "]),
    ]


@pytest.mark.parametrize("scenario", sweep(load(), first=8), ids=lambda scenario: scenario.name)
@pytest.mark.parametrize("chunking", ["event", "random"])
def test_the_offline_api_breaks_no_rule(scenario: Scenario, chunking: str) -> None:
    headers = HEADERS | {"mock-settings": json.dumps({"chunking": chunking})}
    for data in requests(scenario):
        plan = MockAPI().plan("POST", "/v1/messages", headers, data)
        if plan.status == 200:
            assert check(chunk.data for chunk in plan.chunks) == []


BROKEN = {"cut", "reset", "drop", "malformed", "duplicate_stop", "missing_stop", "index_gap"}


@pytest.mark.parametrize(
    "fault", [*sorted(BROKEN), "stall", "overloaded", "unknown_delta", "pings", "cr"]
)
def test_faults_that_break_the_protocol_are_seen_and_no_others(fault: str) -> None:
    headers = HEADERS | {"mock-settings": json.dumps({"fault": fault})}
    plan = MockAPI().plan("POST", "/v1/messages", headers, body("Count to three.", stream=True))
    received = []
    with contextlib.suppress(ConnectionResetError):
        for chunk in plan.chunks:
            received.append(chunk.data)
    assert bool(check(received)) == (fault in BROKEN)


def test_any_one_event_left_out_or_doubled_or_moved_is_seen() -> None:
    plan = MockAPI().plan(
        "POST",
        "/v1/messages",
        HEADERS,
        body("What's the weather in Lagos?", stream=True, tools=[WEATHER_TOOL]),
    )
    events = [chunk.data for chunk in plan.chunks]
    free = (b"event: ping", b"event: content_block_delta")  # any number of these is right
    numbers = random.Random(0)
    for place, event in enumerate(events):
        if event.startswith(free):
            continue
        assert check(events[:place] + events[place + 1 :]), event
        twice = check([*events[: place + 1], event, *events[place + 1 :]])
        assert twice or event.startswith(b"event: message_delta"), event  # may come again
        moved = events[:place] + events[place + 1 :]
        target = numbers.choice([i for i in range(len(moved)) if abs(i - place) > 3])
        assert check([*moved[:target], event, *moved[target:]]), event


# The other API


def chat(**more: Any) -> bytes:
    chunk = {"id": "c", "object": "chat.completion.chunk", "choices": [], **more}
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


FINISHED = chat(choices=[{"index": 0, "delta": {}, "finish_reason": "stop"}])
DONE = b"data: [DONE]\n\n"


@pytest.mark.parametrize(
    ("stream", "sentence"),
    [
        (chat() + FINISHED + DONE, ""),
        (chat() + FINISHED, "At the end: [DONE] is missing: the answer was cut off."),
        (chat() + DONE, "Event 2: [DONE] without a finish_reason before it."),
        (FINISHED + DONE + chat(), "Event 3: it comes after [DONE], which ends the stream."),
        (chat() + chat(id="d"), "Event 2: its id is another than that of the chunks before."),
        (chat(object="x"), "Event 1: its object is not chat.completion.chunk."),
        (b'data: {"error": {"message": "x"}}\n\n', ""),
    ],
)
def test_chat_completions(stream: bytes, sentence: str) -> None:
    assert (check([stream], "/v1/chat/completions") or [""])[0] == sentence


def response(number: Any, kind: str) -> bytes:
    return wire({"type": kind, "sequence_number": number})


@pytest.mark.parametrize(
    ("stream", "sentence"),
    [
        (response(0, "response.created") + response(1, "response.completed"), ""),
        (response(0, "response.created"), "At the end: response.completed is missing"),
        (response(0, "response.completed"), "the stream begins with response.completed"),
        (response(0, "response.created") + response(2, "x"), "its sequence_number is 2 after 0."),
        (response(None, "response.created"), "it has no sequence_number."),
        (response(0, "error") + response(1, "x"), "it comes after error, which ends the stream."),
    ],
)
def test_responses(stream: bytes, sentence: str) -> None:
    assert sentence in "\n".join(check([stream], "/v1/responses") or [""])


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/responses"])
def test_the_offline_api_breaks_no_rule_there_either(path: str) -> None:
    question = {"model": "gpt-5", "stream": True}
    said = "Count to three."
    more = {"input": said} if "resp" in path else {"messages": [{"role": "user", "content": said}]}
    key = {"authorization": "Bearer any"}
    plan = MockAPI().plan("POST", path, key, json.dumps(question | more).encode())
    assert plan.status == 200
    assert check((chunk.data for chunk in plan.chunks), path) == []


def test_of_another_stream_it_only_counts_events() -> None:
    stream = Stream(checker_for("/events"))
    assert stream.feed(b"data: 1\n\ndata: 2\n\n") == []
    assert stream.end() == []
    assert stream.events == 2
