"""The assembler: each update, when a call is complete, and the SDK's opinion on all of it."""

import copy
import gc
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache, partial
from typing import Any

import anthropic
import httpx2
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from helpers.client import ProtocolError
from helpers.history import Conversation
from helpers.message import (
    BlockStarted,
    BlockStopped,
    CitationDelta,
    InputDelta,
    MessageAssembler,
    MessageStarted,
    MessageStopped,
    TextDelta,
    ThinkingDelta,
    ToolCall,
    Update,
    UsageUpdated,
)
from helpers.mock.engine import MockAPI, VirtualClock
from helpers.mock.script import Scenario, load
from helpers.mock.script.parts import ServerToolUse, ToolUse
from helpers.sse import SSEDecoder
from helpers.wire import tool_input as tool_input_module
from helpers.wire.tool_input import read_input
from tests.sweeps import examples, sweep

Event = dict[str, Any]
Block = dict[str, Any]

SENT: Event = {
    "model": "claude-sonnet-5-5",
    "id": "msg_01",
    "type": "message",
    "role": "assistant",
    "content": [],
    "stop_reason": None,
    "stop_sequence": None,
    "stop_details": None,
    "usage": {"input_tokens": 25, "cache_read_input_tokens": 0, "output_tokens": 1},
}
START: Event = {"type": "message_start", "message": SENT}
STOP: Event = {"type": "message_stop"}
TEXT: Block = {"type": "text", "text": ""}
THINKING: Block = {"type": "thinking", "thinking": "", "signature": ""}
CALL: Block = {"type": "tool_use", "id": "toolu_1", "name": "get_weather", "input": {}}
SERVED: Block = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {}}
CITATION = {
    "type": "web_search_result_location",
    "url": "https://example.org",
    "title": None,
    "cited_text": "yes",
    "encrypted_index": "Eo8B",
}


def block_start(index: int, block: Block) -> Event:
    return {"type": "content_block_start", "index": index, "content_block": block}


def delta(index: int, type: str, **fields: Any) -> Event:
    return {"type": "content_block_delta", "index": index, "delta": {"type": type, **fields}}


def text(index: int, text: str) -> Event:
    return delta(index, "text_delta", text=text)


def fragment(index: int, json: str) -> Event:
    return delta(index, "input_json_delta", partial_json=json)


def block_stop(index: int) -> Event:
    return {"type": "content_block_stop", "index": index}


def end(reason: str | None, usage: object = None, **more: Any) -> Event:
    counts = {"output_tokens": 15} if usage is None else usage
    said = {"stop_reason": reason, "stop_sequence": None, "stop_details": None} | more
    return {"type": "message_delta", "delta": said, "usage": counts}


def block(index: int, start: Block, *deltas: Event) -> list[Event]:
    return [block_start(index, start), *deltas, block_stop(index)]


def call(index: int, *fragments: str, **more: Any) -> list[Event]:
    start = CALL | {"id": f"toolu_{index}"} | more
    return block(index, start, *[fragment(index, json) for json in fragments])


def whole(*events: Event, reason: str = "end_turn") -> list[Event]:
    return [START, *events, end(reason), STOP]


def feed_all(events: Iterable[Event]) -> tuple[MessageAssembler, list[Update]]:
    assembler = MessageAssembler()
    return assembler, [update for event in events for update in assembler.updates(event)]


def calls(updates: Iterable[Update]) -> list[ToolCall]:
    return [update for update in updates if isinstance(update, ToolCall)]


def content(events: Iterable[Event]) -> list[Block]:
    found: list[Block] = feed_all(events)[0].message["content"]
    return found


# --- Each update --------------------------------------------------------------------------


def test_a_text_from_its_first_event_to_its_last() -> None:
    assembler, updates = feed_all(whole(*block(0, TEXT, text(0, "Hel"), text(0, "lo"))))
    said = {"type": "text", "text": "Hello"}
    usage = {"input_tokens": 25, "cache_read_input_tokens": 0, "output_tokens": 15}
    message = SENT | {"content": [said], "stop_reason": "end_turn", "usage": usage}
    assert updates == [
        MessageStarted(SENT),
        UsageUpdated(SENT["usage"]),
        BlockStarted(0, TEXT),
        TextDelta(0, "Hel"),
        TextDelta(0, "lo"),
        BlockStopped(0, said),
        UsageUpdated(usage),
        MessageStopped(message),
    ]
    assert assembler.message == message
    assert assembler.finished
    assert assembler.stop_reason == "end_turn"
    assert assembler.incomplete == {}


def test_before_anything_came() -> None:
    assembler = MessageAssembler()
    assert assembler.message == {"content": [], "usage": {}}
    assert assembler.usage == {}
    assert assembler.stop_reason is None
    assert not assembler.finished
    assert assembler.incomplete == {}


def test_the_message_grows_with_the_events() -> None:
    assembler, _ = feed_all([START, block_start(0, TEXT), text(0, "Hel")])
    assert assembler.message["content"] == [{"type": "text", "text": "Hel"}]
    assert assembler.message["stop_reason"] is None
    assert not assembler.finished


def test_text_that_a_block_begins_with_counts() -> None:
    assert content([START, *block(0, TEXT | {"text": "He"}, text(0, "llo"))]) == [
        {"type": "text", "text": "Hello"}
    ]


def test_a_text_block_that_says_nothing_of_its_text() -> None:
    for empty in ({"type": "text"}, {"type": "text", "text": None}):
        assert content([START, block_start(0, empty)]) == [TEXT]


@pytest.mark.parametrize(("kind", "update"), [("text", TextDelta), ("thinking", ThinkingDelta)])
def test_what_a_block_begins_with_is_told_like_the_rest(kind: str, update: Any) -> None:
    start = {"text": TEXT, "thinking": THINKING}[kind]
    more = delta(0, f"{kind}_delta", **{kind: "llo"})
    assembler, updates = feed_all([START, *block(0, start | {kind: "He"}, more)])
    assert updates[2:5] == [BlockStarted(0, start), update(0, "He"), update(0, "llo")]
    assert assembler.message["content"] == [start | {kind: "Hello"}]


def test_what_was_compacted_is_kept() -> None:
    start = {"type": "compaction", "content": None}
    brought = delta(0, "compaction_delta", content="So far: …", encrypted_content="EqQB")
    whole = {"type": "compaction", "content": "So far: …", "encrypted_content": "EqQB"}
    assert content([START, *block(0, start, brought)]) == [whole]


def test_thinking_is_shown_and_signed() -> None:
    events = [
        delta(0, "thinking_delta", thinking="Let "),
        delta(0, "thinking_delta", thinking="me see."),
        delta(0, "signature_delta", signature="EqQB"),
    ]
    assembler, updates = feed_all([START, *block(0, THINKING, *events)])
    assert updates[3:5] == [ThinkingDelta(0, "Let "), ThinkingDelta(0, "me see.")]
    signed = {"type": "thinking", "thinking": "Let me see.", "signature": "EqQB"}
    assert updates[5:] == [BlockStopped(0, signed)]
    assert assembler.message["content"] == [signed]


def test_omitted_thinking_is_empty_and_signed() -> None:
    deltas = [
        delta(0, "thinking_delta", thinking=""),
        delta(0, "signature_delta", signature="EqQB"),
    ]
    assert content([START, *block(0, THINKING, *deltas)]) == [THINKING | {"signature": "EqQB"}]


def test_the_last_signature_counts() -> None:
    signatures = [delta(0, "signature_delta", signature=one) for one in ("first", "last")]
    assert content([START, *block(0, THINKING, *signatures)])[0]["signature"] == "last"


def test_thinking_that_was_cut_has_no_signature() -> None:
    cut = [START, block_start(0, THINKING), delta(0, "thinking_delta", thinking="Let")]
    assert content(cut) == [{"type": "thinking", "thinking": "Let", "signature": ""}]


def test_redacted_thinking_comes_whole() -> None:
    redacted = {"type": "redacted_thinking", "data": "EmwKAhgB"}
    _, updates = feed_all([START, *block(0, redacted)])
    assert updates[2:] == [BlockStarted(0, redacted), BlockStopped(0, redacted)]


def test_citations_come_before_their_text() -> None:
    cited = delta(0, "citations_delta", citation=CITATION)
    other = delta(0, "citations_delta", citation={"type": "char_location"})
    start = TEXT | {"citations": []}
    assembler, updates = feed_all([START, *block(0, start, cited, text(0, "Yes."), other)])
    assert updates[3:6] == [
        CitationDelta(0, CITATION),
        TextDelta(0, "Yes."),
        CitationDelta(0, {"type": "char_location"}),
    ]
    found = {"type": "text", "text": "Yes.", "citations": [CITATION, {"type": "char_location"}]}
    assert assembler.message["content"] == [found]
    assert start == TEXT | {"citations": []}  # what was fed isn't touched


def test_a_server_tool_and_its_result() -> None:
    result = {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": []}
    search = block(0, SERVED, fragment(0, ""), fragment(0, '{"query": '), fragment(0, '"tcp"}'))
    assembler, updates = feed_all(whole(*search, *block(1, result)))
    assert calls(updates) == []  # the API runs it, not we
    assert updates[3:6] == [
        InputDelta(0, ""),
        InputDelta(0, '{"query": '),
        InputDelta(0, '"tcp"}'),
    ]
    assert assembler.message["content"] == [SERVED | {"input": {"query": "tcp"}}, result]


def test_usage_is_a_total() -> None:
    first = end(None, {"output_tokens": 10, "server_tool_use": {"web_search_requests": 1}})
    last = end(
        "end_turn",
        {
            "input_tokens": 12284,
            "cache_read_input_tokens": None,
            "output_tokens": 30,
            "server_tool_use": {"web_search_requests": 2},
        },
    )
    assembler, updates = feed_all([START, first, last, STOP])
    told = [update.usage for update in updates if isinstance(update, UsageUpdated)]
    assert [usage["output_tokens"] for usage in told] == [1, 10, 30]
    assert told[1]["input_tokens"] == 25
    assert assembler.message["usage"] == {
        "input_tokens": 12284,
        "cache_read_input_tokens": 0,
        "output_tokens": 30,
        "server_tool_use": {"web_search_requests": 2},
    }
    assert assembler.usage == {
        "input_tokens": 12284,
        "cache_read_input_tokens": 0,
        "output_tokens": 30,
    }


def test_no_count_is_below_zero() -> None:
    start = {**START, "message": {**SENT, "usage": {"input_tokens": -990, "output_tokens": 1}}}
    counts = {"output_tokens": -1, "cache_read_input_tokens": -5}
    assembler, _ = feed_all([start, end("end_turn", counts), STOP])
    assert set(assembler.usage.values()) == {0}
    assert assembler.message["usage"] == assembler.usage


def test_an_end_without_usage_is_an_end() -> None:
    assembler, updates = feed_all([START, {"type": "message_delta", "delta": {"stop_reason": "x"}}])
    assert assembler.stop_reason == "x"
    assert updates[2:] == []


def test_stop_details_and_their_company() -> None:
    details = {"type": "refusal", "category": "cyber", "explanation": None}
    message = feed_all([START, end("refusal", stop_details=details, container={"id": "c"})])[
        0
    ].message
    assert message["stop_reason"] == "refusal"
    assert message["stop_details"] == details
    assert message["container"] == {"id": "c"}
    message = feed_all([START, end("stop_sequence", stop_sequence="END")])[0].message
    assert message["stop_sequence"] == "END"


def test_an_end_says_nothing_of_the_content() -> None:
    odd = end("end_turn", content="none") | {"usage": "none"}
    message = feed_all([START, *block(0, TEXT, text(0, "Hello")), odd])[0].message
    assert message["content"] == [{"type": "text", "text": "Hello"}]
    assert message["usage"] == SENT["usage"]


def test_indexes_may_have_gaps_and_any_order() -> None:
    events = [*block(7, TEXT, text(7, "last")), *block(2, TEXT, text(2, "first"))]
    assert [block["text"] for block in content([START, *events])] == ["first", "last"]


def test_blocks_may_be_interleaved() -> None:
    events = [
        block_start(0, TEXT),
        block_start(1, CALL),
        text(0, "Hel"),
        fragment(1, '{"city": '),
        text(0, "lo"),
        block_stop(0),
        fragment(1, '"Lagos"}'),
        block_stop(1),
    ]
    assembler, updates = feed_all(whole(*events, reason="tool_use"))
    said, called = assembler.message["content"]
    assert said == {"type": "text", "text": "Hello"}
    assert called == CALL | {"input": {"city": "Lagos"}}
    raw = '{"city": "Lagos"}'
    assert calls(updates) == [ToolCall(1, "toolu_1", "get_weather", {"city": "Lagos"}, raw)]


# --- What nobody knows yet ----------------------------------------------------------------


def test_pings_and_unknown_events_say_nothing() -> None:
    assembler = MessageAssembler()
    unknown: Event = {"type": "sneeze", "index": 3, "delta": {"type": "text_delta"}}
    for event in [{"type": "ping"}, unknown, {"type": "error"}]:
        assert assembler.updates(event) == []
    assert feed_all([START, unknown, STOP])[0].message == SENT


def test_unknown_deltas_say_nothing() -> None:
    for start in (TEXT, THINKING, CALL):
        sneeze = delta(0, "sneeze_delta", strength=9)
        assert content([START, *block(0, start, sneeze)]) == [start]


@pytest.mark.parametrize(
    "unknown",
    [
        {"type": "container_upload", "file_id": "file_1"},
        {"type": "fallback", "from": {"model": "a"}, "to": {"model": "b"}},
        {"type": "sneeze", "text": {"a": 1}, "input": "as it is", "citations": {"enabled": True}},
        {"type": "sneeze", "input": [1]},
    ],
)
def test_unknown_blocks_pass_through(unknown: Block) -> None:
    assembler, updates = feed_all(whole(*block(0, unknown)))
    assert assembler.message["content"] == [unknown]
    assert updates[2:4] == [BlockStarted(0, unknown), BlockStopped(0, unknown)]
    assert assembler.incomplete == {}


def test_an_unknown_block_may_grow_by_what_is_known() -> None:
    start = {"type": "sneeze", "text": "A", "input": {}}
    grown = [text(0, "tchoo"), fragment(0, '{"a": 1}')]
    assembler, updates = feed_all(whole(*block(0, start, *grown), reason="tool_use"))
    assert assembler.message["content"] == [start | {"text": "Atchoo", "input": {"a": 1}}]
    assert calls(updates) == []


# --- When a call is complete --------------------------------------------------------------

LAGOS = call(0, "", '{"ci', 'ty": "Lagos"}')
COMPLETE = ToolCall(0, "toolu_0", "get_weather", {"city": "Lagos"}, '{"city": "Lagos"}')


def test_the_end_of_its_block_does_not_complete_a_call() -> None:
    assembler, updates = feed_all([START, *LAGOS])
    assert calls(updates) == []
    assert isinstance(updates[-1], BlockStopped)
    assert assembler.incomplete == {0: '{"city": "Lagos"}'}


def test_the_next_block_completes_a_call() -> None:
    assembler, _ = feed_all([START, *LAGOS])
    assert assembler.updates(block_start(1, TEXT)) == [COMPLETE, BlockStarted(1, TEXT)]
    assert assembler.incomplete == {}


@pytest.mark.parametrize(
    "other", [text(1, "Hi"), delta(1, "sneeze_delta"), delta(1, "citations_delta", citation={})]
)
def test_a_delta_of_another_block_completes_a_call(other: Event) -> None:
    assembler, before = feed_all([START, block_start(1, TEXT), *LAGOS])
    assert calls(before) == []
    assert assembler.updates(other)[0] == COMPLETE


def test_the_end_of_another_block_does_not() -> None:
    _, updates = feed_all([START, block_start(1, TEXT), *LAGOS, block_stop(1)])
    assert calls(updates) == []


def test_wanting_tools_completes_a_call() -> None:
    assembler, _ = feed_all([START, *LAGOS])
    updates = assembler.updates(end("tool_use"))
    assert updates[0] == COMPLETE
    assert isinstance(updates[1], UsageUpdated)
    assert assembler.incomplete == {}


@pytest.mark.parametrize("reason", ["end_turn", "stop_sequence", "pause_turn", "eos", "sneeze"])
def test_so_does_any_end_of_a_whole_reply(reason: str) -> None:
    assembler, updates = feed_all([START, *LAGOS, *call(1, ""), end(reason), STOP])
    assert [one.input for one in calls(updates)] == [{"city": "Lagos"}, {}]
    assert assembler.incomplete == {}


@pytest.mark.parametrize("reason", ["end_turn", "eos", "sneeze"])
def test_but_it_runs_no_call_that_does_not_parse(reason: str) -> None:
    assembler, updates = feed_all([START, *LAGOS, *call(1, '{"city": "Os'), end(reason), STOP])
    assert calls(updates) == [COMPLETE]  # the next one had begun
    assert assembler.incomplete == {1: '{"city": "Os'}


@pytest.mark.parametrize(
    "reason",
    [
        *["max_tokens", "refusal", "model_context_window_exceeded", None],
        *["incomplete", "max_messages", "steered"],
    ],
)
def test_the_end_of_a_reply_that_was_cut_or_refused_does_not(reason: str | None) -> None:
    assembler, updates = feed_all([START, *LAGOS, end(reason), STOP])
    assert calls(updates) == []
    assert assembler.incomplete == {0: '{"city": "Lagos"}'}


def test_pings_do_not() -> None:
    _, updates = feed_all([START, *LAGOS, {"type": "ping"}, {"type": "sneeze"}])
    assert calls(updates) == []


def test_only_the_last_of_two_calls_can_be_cut() -> None:
    assembler, updates = feed_all(whole(*LAGOS, *call(1, '{"city": "Os'), reason="max_tokens"))
    assert calls(updates) == [COMPLETE]
    assert assembler.incomplete == {1: '{"city": "Os'}
    assert assembler.message["content"][1]["input"] == {}


def test_calls_come_in_the_order_of_their_blocks() -> None:
    events = [block_start(0, CALL), *call(1), block_stop(0), end("tool_use")]
    assert [call.index for call in calls(feed_all([START, *events])[1])] == [0, 1]


def test_a_stop_that_is_missing_is_made_up_for() -> None:
    said = [block_start(0, TEXT), text(0, "Hello")]
    called = [block_start(1, CALL), fragment(1, '{"city": "Lagos"}')]
    _, updates = feed_all([START, *said, *called, end("tool_use"), STOP])
    closed = [update for update in updates if isinstance(update, BlockStopped)]
    assert [update.index for update in closed] == [0, 1]
    assert [call.input for call in calls(updates)] == [{"city": "Lagos"}]
    assembler, updates = feed_all([START, *said, *called, end("max_tokens"), STOP])
    assert calls(updates) == []
    assert assembler.incomplete == {1: '{"city": "Lagos"}'}


def test_a_message_that_stops_without_a_reason_is_closed_too() -> None:
    assembler, updates = feed_all([START, block_start(0, CALL), STOP])
    assert [type(update) for update in updates[-2:]] == [BlockStopped, MessageStopped]
    assert assembler.stop_reason is None
    assert calls(updates) == []


# --- What a call says ---------------------------------------------------------------------


def input_of(*fragments: str, **start: Any) -> dict[str, Any] | None:
    assembler, updates = feed_all(whole(*call(0, *fragments, **start), reason="tool_use"))
    (found,) = calls(updates)
    assert found.raw == "".join(fragments)
    assert assembler.message["content"][0]["input"] == (found.input or {})
    assert assembler.incomplete == ({0: found.raw} if found.input is None else {})
    return found.input


def test_a_tool_without_arguments() -> None:
    assert input_of("") == {}
    assert input_of() == {}
    assert input_of("{}") == {}
    assert input_of(" ", "\n") == {}


def test_an_input_that_is_given_at_the_start() -> None:
    assert input_of(input={"city": "Lagos"}) == {"city": "Lagos"}
    assert input_of("", input={"city": "Lagos"}) == {"city": "Lagos"}
    assert input_of('{"city": "Oslo"}', input={"city": "Lagos"}) == {"city": "Oslo"}
    assert input_of('{"city": "Os', input={"city": "Lagos"}) is None


def test_an_input_that_the_start_says_nothing_of() -> None:
    start = {"type": "tool_use", "id": "toolu_1", "name": "get_weather"}
    for opening in (start, start | {"input": None}):
        events = block(0, opening, fragment(0, '{"city": "Lagos"}'))
        assembler, updates = feed_all(whole(*events, reason="tool_use"))
        assert assembler.message["content"] == [start | {"input": {"city": "Lagos"}}]
        assert calls(updates)[0].input == {"city": "Lagos"}


def test_an_input_that_is_given_as_text() -> None:
    assert input_of(input='{"city": "Lagos"}') == {"city": "Lagos"}
    assert input_of(input=" ") == {}


def test_calls_with_the_same_id_or_none_get_their_own() -> None:
    ids: list[Any] = ["toolu_a", "toolu_a", "", None, "toolu_a", "toolu_b"]
    events = [event for index, id in enumerate(ids) for event in call(index, "{}", id=id)]
    assembler, updates = feed_all(whole(*events, reason="tool_use"))
    told = [one.id for one in calls(updates)]
    assert (told[0], told[-1], len(set(told))) == ("toolu_a", "toolu_b", len(ids))
    assert told == [one["id"] for one in assembler.message["content"]]
    started = [update.block["id"] for update in updates if isinstance(update, BlockStarted)]
    assert started == told


@pytest.mark.parametrize(
    "raw",
    [
        '{"city": "Lag',
        '{"city": "Lagos"',
        '{"city": "Lagos"} and more',
        '{"city": "Lagos"}}',
        "{'city': 'Lagos'}",
        '{"a": NaN}',
        '{"a": -Infinity}',
        '{"a": 1' + "0" * 5000 + "}",
        "null",
        "7",
        '["Lagos"]',
        '"{}"',
        '{"a":' * 5000,
        '{"a":' * 900 + "1" + "}" * 900,
        '{"a": 1}], [{"b": 2}',
        '{"a": 1}]',
        "]}, {[",
        '{"a":' * 100_000 + "1" + "}" * 100_000,
    ],
    ids=lambda raw: raw[:20],
)
def test_an_input_that_is_no_object(raw: str) -> None:
    assert input_of(raw[:7], raw[7:]) is None
    assert read_input(raw) is None


def test_an_input_may_be_nested() -> None:
    raw = '{"a":' * 99 + "[1]" + "}" * 99
    assert input_of(raw) == json.loads(raw)


def test_half_a_character_is_no_mistake_of_the_json() -> None:
    assert input_of('{"a": "\\ud83d"}') == {"a": "\ud83d"}
    assert input_of('{"a": "\\ud83d', '\\ude00"}') == {"a": "😀"}
    assert json.loads(json.dumps(content([START, *block(0, TEXT, text(0, "\ud83d"))])))


@given(st.text(st.characters(min_codepoint=0x1F600, max_codepoint=0x1F64F) | st.sampled_from("ab")))
def test_halves_of_characters_are_joined_before_anybody_sees_them(said: str) -> None:
    units = said.encode("utf-16-le")
    halves = [
        units[i : i + 2].decode("utf-16-le", "surrogatepass") for i in range(0, len(units), 2)
    ]
    events = block(0, TEXT, *[text(0, half) for half in halves])
    assembler, updates = feed_all([START, *events])
    pieces = [update.text for update in updates if isinstance(update, TextDelta)]
    assert "".join(pieces) == said
    assert all(piece.encode() is not None for piece in pieces)  # no half is left
    assert assembler.message["content"][0]["text"] == said


def test_a_half_without_its_other_half_is_marked() -> None:
    assert (
        content([START, *block(0, TEXT, text(0, "a\ud83d"), text(0, "b"))])[0]["text"] == "a\ufffdb"
    )
    assert content([START, *block(0, TEXT, text(0, "\ude00b"))])[0]["text"] == "\ufffdb"


# --- What contradicts the protocol --------------------------------------------------------

CONTRADICTIONS: dict[str, list[Event]] = {
    "a second start": [START, START],
    "a start after the stop": [START, STOP, START],
    "a stop without a start": [STOP],
    "an end without a start": [end("end_turn")],
    "two stops": [START, STOP, STOP],
    "an end after the stop": [START, STOP, end("end_turn")],
    "a block without a start": [block_start(0, TEXT)],
    "a block after the end": [START, end("end_turn"), block_start(0, TEXT)],
    "a block after the stop": [START, STOP, block_start(0, TEXT)],
    "a block twice": [START, block_start(0, TEXT), block_start(0, TEXT)],
    "a block again": [START, *block(0, TEXT), block_start(0, TEXT)],
    "a stop of no block": [START, block_stop(0)],
    "two stops of a block": [START, *block(0, TEXT), block_stop(0)],
    "a delta of no block": [START, block_start(0, TEXT), text(1, "Hi")],
    "a delta before all": [text(0, "Hi")],
    "a delta of a closed block": [START, *block(0, TEXT), text(0, "Hi")],
    "a delta after the end": [START, block_start(0, TEXT), end("end_turn"), text(0, "Hi")],
    "a delta after the stop": [START, block_start(0, TEXT), STOP, text(0, "Hi")],
    "an empty start": [{"type": "message_start"}],
    "an empty block start": [START, {"type": "content_block_start"}],
    "an empty block stop": [START, {"type": "content_block_stop"}],
    "an empty end": [START, {"type": "message_delta"}],
    "an empty delta": [START, block_start(0, TEXT), {"type": "content_block_delta"}],
    "a delta of no type": [START, block_start(0, TEXT), {**text(0, ""), "delta": {}}],
    "a delta that is no object": [START, block_start(0, TEXT), {**text(0, ""), "delta": "Hi"}],
    "an index that is a list": [START, block_start(0, TEXT), {**text(0, ""), "index": [0]}],
    "a block of no type": [START, block_start(0, {})],
    "a block of an odd type": [START, block_start(0, {"type": ["text"]})],
    "a text that is a number": [START, block_start(0, TEXT | {"text": 5})],
    "citations that are a number": [START, block_start(0, TEXT | {"citations": 5})],
    "a signature that is a number": [START, block_start(0, THINKING | {"signature": 5})],
    "a call whose id is a number": [START, block_start(0, CALL | {"id": 5})],
    "an input that is broken text": [START, block_start(0, CALL | {"input": '{"city"'})],
    "a call without a name": [START, block_start(0, {"type": "tool_use", "id": "a", "input": {}})],
    "an input that is a list": [START, block_start(0, CALL | {"input": [1]})],
    "a piece that is a number": [START, block_start(0, TEXT), delta(0, "text_delta", text=5)],
    "a piece that is missing": [START, block_start(0, TEXT), delta(0, "text_delta")],
    "a fragment that is null": [
        START,
        block_start(0, CALL),
        delta(0, "input_json_delta", partial_json=None),
    ],
    "a seal that is a number": [
        START,
        block_start(0, THINKING),
        delta(0, "signature_delta", signature=5),
    ],
    "a seal that is missing": [START, block_start(0, THINKING), delta(0, "signature_delta")],
    "a source that is a text": [
        START,
        block_start(0, TEXT),
        delta(0, "citations_delta", citation="x"),
    ],
    "text for a call": [START, block_start(0, CALL), text(0, "Hi")],
    "text for thinking": [START, block_start(0, THINKING), text(0, "Hi")],
    "an input for a text": [START, block_start(0, TEXT), fragment(0, "{}")],
    "a seal for a text": [START, block_start(0, TEXT), delta(0, "signature_delta", signature="x")],
    "a source for a call": [START, block_start(0, CALL), delta(0, "citations_delta", citation={})],
    "a thought for a call": [
        START,
        block_start(0, SERVED),
        delta(0, "thinking_delta", thinking="x"),
    ],
}


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_a_contradiction_is_named(name: str) -> None:
    *before, odd = CONTRADICTIONS[name]
    assembler, _ = feed_all(before)
    message = copy.deepcopy(assembler.message)
    with pytest.raises(ProtocolError) as raised:
        assembler.feed(odd)
    assert odd["type"] in str(raised.value)
    assert "\n" not in str(raised.value)
    assert assembler.message == message  # a contradiction adds nothing


DEEP: dict[str, Any] = {}
for _ in range(2000):
    DEEP = {"a": DEEP}


def test_what_is_no_json_is_a_contradiction() -> None:
    nan = block_start(0, CALL | {"input": {"a": float("nan")}})
    for odd in (
        block_start(0, CALL | {"input": DEEP}),
        {**block_start(0, TEXT), "index": DEEP},
        nan,
    ):
        with pytest.raises(ProtocolError):
            feed_all([START, odd])


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
scalars = st.none() | st.booleans() | st.integers(-(10**20), 10**20) | texts
values = st.recursive(
    scalars | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
TYPES = [
    *["ping", "message_start", "content_block_start", "content_block_delta"],
    *["content_block_stop", "message_delta", "message_stop", "error", "sneeze"],
]
INNER = [
    *["text", "thinking", "redacted_thinking", "tool_use", "server_tool_use", "mcp_tool_use"],
    *["text_delta", "thinking_delta", "signature_delta", "input_json_delta", "citations_delta"],
    *["web_search_tool_result", "sneeze"],
]
odd_objects = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(INNER) | values,
        **{
            name: st.just({}) | values
            for name in [
                *["text", "thinking", "signature", "input", "partial_json", "citation"],
                *["citations", "id", "name", "data", "stop_reason", "content", "usage"],
                *["tool_use_id"],
            ]
        },
    },
)
odd_events = st.fixed_dictionaries(
    {"type": st.sampled_from(TYPES)},
    optional={
        "index": st.integers(0, 2) | values,
        "content_block": odd_objects | values,
        "delta": odd_objects | values,
        "message": odd_objects | values,
        "usage": values,
        "error": values,
    },
)


def check_that_only_protocol_errors_come(events: Iterable[Event]) -> None:
    assembler = MessageAssembler()
    for event in events:
        before = copy.deepcopy(event)
        try:
            updates = assembler.updates(event)
        except ProtocolError:
            updates = []
        assert event == before
        assert isinstance(updates, list)
        assert isinstance(json.dumps(assembler.message), str)
        assert isinstance(assembler.message["content"], list)
        assert isinstance(assembler.stop_reason, str | None)
        assert all(isinstance(count, int) for count in assembler.usage.values())
        assert all(isinstance(raw, str) for raw in assembler.incomplete.values())
    for one in assembler.message["content"]:
        if one["type"] in ("tool_use", "server_tool_use", "mcp_tool_use"):
            assert isinstance(one["input"], dict)
            assert isinstance(one["id"], str)
    # The history takes what there is, too.
    conversation = Conversation([{"role": "user", "content": "Hi"}])
    conversation.add_turn(assembler.message["content"])
    conversation.say("Go on.")
    assert isinstance(json.dumps(conversation.take(), allow_nan=False), str)


def begins(index: int, **block: Any) -> Event:
    return {"type": "content_block_start", "index": index, "content_block": block}


@settings(max_examples=examples(120))
@given(st.lists(odd_events, max_size=12), st.booleans())
@example([begins(0, type="text", id={}), begins(1, type="text")], True)
@example([begins(0, type="web_search_tool_result", tool_use_id={})], True)
def test_odd_events_are_protocol_errors_or_nothing(events: list[Event], started: bool) -> None:
    check_that_only_protocol_errors_come([START, *events] if started else events)


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Give the way to every value inside of one, its own type left out."""
    inner: Any = enumerate(value) if isinstance(value, list) else ()
    for key, one in value.items() if isinstance(value, dict) else inner:
        if (*path, key) != ("type",):
            yield (*path, key)
            yield from paths(one, (*path, key))


@given(st.data())
def test_broken_streams_are_protocol_errors_or_nothing(data: st.DataObject) -> None:
    events = copy.deepcopy(data.draw(st.sampled_from(mock_events())))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(events) - 1))
        match data.draw(st.sampled_from(["drop", "repeat", "move", "value"])):
            case "drop" if len(events) > 1:
                del events[place]
            case "repeat":
                events.insert(data.draw(st.integers(0, len(events))), events[place])
            case "move":
                events.insert(data.draw(st.integers(0, len(events) - 1)), events.pop(place))
            case "value" if found := [*paths(events[place])]:
                *way, key = data.draw(st.sampled_from(found))
                inside: Any = copy.deepcopy(events[place])
                events[place] = inside
                for step in way:
                    inside = inside[step]
                inside[key] = data.draw(values | st.integers(0, 3))
    check_that_only_protocol_errors_come(events)


# --- Any chunking -------------------------------------------------------------------------

HEADERS = {"x-api-key": "any", "anthropic-version": "2026-10-21"}


def scenario_streams(scenario: Scenario, thinking: dict[str, Any]) -> Iterator[bytes]:
    """Give the bytes of every turn of a scenario, its tools all answered."""
    parts = [part for turn in scenario.turns for part in turn.content]
    own = {part.name for part in parts if isinstance(part, ServerToolUse)}
    ours = {part.name for part in parts if isinstance(part, ToolUse)}
    tools: list[dict[str, Any]] = [{"type": f"{name}_20260318", "name": name} for name in own]
    tools += [{"name": name, "input_schema": {"type": "object"}} for name in ours]
    api = MockAPI(scenarios=[scenario], clock=VirtualClock())
    messages: list[dict[str, Any]] = [{"role": "user", "content": scenario.prompt}]
    for _ in range(4):
        request = {"model": "offline-mock", "max_tokens": 4000, "stream": True} | thinking
        body = json.dumps(request | {"messages": messages, "tools": tools}).encode()
        plan = api.plan("POST", "/v1/messages", HEADERS, body)
        stream = b"".join(chunk.data for chunk in plan.chunks)
        assert plan.status == 200, stream
        yield stream
        message = feed_all(decode([stream]))[0].message
        messages.append({"role": "assistant", "content": message["content"]})
        results = [
            {"type": "tool_result", "tool_use_id": block["id"], "content": "seen"}
            for block in message["content"]
            if block["type"] == "tool_use"
        ]
        if message["stop_reason"] == "tool_use":
            messages.append({"role": "user", "content": results})
        elif message["stop_reason"] != "pause_turn":
            return


def decode(chunks: Iterable[bytes]) -> list[Event]:
    decoder = SSEDecoder()
    return [json.loads(event.data) for chunk in chunks for event in decoder.feed(chunk)]


SCENARIOS = {scenario.name: scenario for scenario in load()}


@cache
def streams_of(name: str) -> list[bytes]:
    """Return the streams of a scenario: without thinking, with it, and with it hidden."""
    shown = {"thinking": {"type": "adaptive", "display": "summarized"}}
    hidden = {"thinking": {"type": "adaptive", "display": "omitted"}}
    found = [scenario_streams(SCENARIOS[name], thinking) for thinking in ({}, shown, hidden)]
    return [stream for streams in found for stream in streams]


@cache
def mock_streams() -> list[bytes]:
    return [stream for name in SCENARIOS for stream in streams_of(name)]


@cache
def mock_events() -> list[list[Event]]:
    return [decode([stream]) for stream in mock_streams()]


def pieces(stream: bytes, cuts: Iterable[int]) -> list[bytes]:
    ends = [*sorted(cut % len(stream) for cut in cuts), len(stream)]
    return [stream[a:b] for a, b in zip([0, *ends], ends, strict=False)]


def test_the_mock_sends_all_there_is() -> None:
    kinds = {block["type"] for events in mock_events() for block in content(events)}
    assert kinds >= {
        *["text", "thinking", "redacted_thinking", "tool_use", "server_tool_use"],
        *["web_search_tool_result", "web_fetch_tool_result"],
    }


@pytest.mark.parametrize("name", sweep(SCENARIOS, first=6))
def test_single_bytes_make_the_same_message(name: str) -> None:
    for stream in streams_of(name):
        assembler, updates = feed_all(decode([stream]))
        bytewise = feed_all(decode([stream[i : i + 1] for i in range(len(stream))]))
        assert bytewise[1] == updates
        assert bytewise[0].message == assembler.message
        assert assembler.finished


@given(st.data(), st.lists(st.integers(0, 10**6), max_size=30))
def test_any_chunking_makes_the_same_message(data: st.DataObject, cuts: list[int]) -> None:
    stream = data.draw(st.sampled_from(mock_streams()))
    assembler, updates = feed_all(decode([stream]))
    other, same_updates = feed_all(decode(pieces(stream, cuts)))
    assert same_updates == updates
    assert other.message == assembler.message


# --- Any message: fragments, interleavings, and what the updates add up to ----------------

ids = st.uuids().map(lambda id: id.hex)
names = st.sampled_from(["get_weather", "look", "write"])
inputs = st.dictionaries(texts, values, max_size=3)
citations = st.just(CITATION) | st.builds(
    lambda cited, start: {
        "type": "char_location",
        "cited_text": cited,
        "document_index": 0,
        "document_title": None,
        "start_char_index": start,
        "end_char_index": start + len(cited),
    },
    texts,
    st.integers(0, 99),
)


@st.composite
def cut(draw: st.DrawFn, whole: str) -> list[str]:
    """Draw a text in pieces, empty ones among them."""
    places = sorted(draw(st.lists(st.integers(0, len(whole)), max_size=5)))
    return [whole[a:b] for a, b in zip([0, *places], [*places, len(whole)], strict=True)]


Growing = tuple[Block, list[dict[str, Any]]]  # how a block begins, and its deltas


@st.composite
def growing_texts(draw: st.DrawFn) -> Growing:
    deltas = [{"type": "text_delta", "text": piece} for piece in draw(cut(draw(texts)))]
    cited = draw(st.lists(citations, max_size=2))
    start = TEXT | ({"citations": []} if cited else {})
    return start, [{"type": "citations_delta", "citation": one} for one in cited] + deltas


@st.composite
def growing_thoughts(draw: st.DrawFn) -> Growing:
    pieces = draw(cut(draw(texts)))
    deltas = [{"type": "thinking_delta", "thinking": piece} for piece in pieces]
    return THINKING, [*deltas, {"type": "signature_delta", "signature": draw(texts)}]


@st.composite
def growing_calls(draw: st.DrawFn) -> Growing:
    kind = draw(st.sampled_from(["tool_use", "tool_use", "server_tool_use"]))
    name = "web_search" if kind == "server_tool_use" else draw(names)
    start: Block = {"type": kind, "id": draw(ids), "name": name, "input": {}}
    if draw(st.booleans()):
        start["caller"] = {"type": "direct"}
    given = draw(inputs)
    if draw(st.integers(0, 4)) == 0:  # some servers say it all at the start
        return start | {"input": given}, []
    raw = json.dumps(given, ensure_ascii=draw(st.booleans())) if given else ""
    fragments = ["", *draw(cut(raw))]
    return start, [{"type": "input_json_delta", "partial_json": one} for one in fragments]


def come_whole(draw_id: str) -> list[Block]:
    return [
        {"type": "redacted_thinking", "data": "EmwKAhgB"},
        {"type": "container_upload", "file_id": "file_1"},
        {
            "type": "web_search_tool_result",
            "tool_use_id": draw_id,
            "content": [
                {
                    "type": "web_search_result",
                    "title": "A page",
                    "url": "https://example.org",
                    "encrypted_content": "EqgB",
                    "page_age": None,
                }
            ],
            "caller": {"type": "direct"},
        },
    ]


wholes = ids.map(come_whole).flatmap(st.sampled_from).map(lambda block: (block, []))
growing = st.lists(growing_texts() | growing_thoughts() | growing_calls() | wholes, max_size=5)
reasons = st.sampled_from(["tool_use", "end_turn", "max_tokens", "pause_turn", "stop_sequence"])
usages = st.fixed_dictionaries(
    {"output_tokens": st.integers(0, 999)},
    optional={
        "input_tokens": st.none() | st.integers(0, 999),
        "cache_read_input_tokens": st.none() | st.integers(0, 999),
        "server_tool_use": st.fixed_dictionaries(
            {"web_search_requests": st.integers(0, 9), "web_fetch_requests": st.integers(0, 9)}
        ),
        "output_tokens_details": st.fixed_dictionaries({"thinking_tokens": st.integers(0, 9)}),
    },
)


def events_of(index: int, one: Growing) -> list[Event]:
    start, deltas = one
    grown = [{"type": "content_block_delta", "index": index, "delta": each} for each in deltas]
    return block(index, start, *grown)


@st.composite
def interleave(draw: st.DrawFn, found: list[Growing]) -> list[Event]:
    """Draw the events of all blocks in any order that keeps each block's own."""
    lines = [events_of(index, one) for index, one in enumerate(found)]
    order = draw(st.permutations([index for index, line in enumerate(lines) for _ in line]))
    taken = Counter[int]()
    events = []
    for index in order:
        events.append(lines[index][taken[index]])
        taken[index] += 1
    return events


ends = st.builds(end, reasons, usages)


@given(st.data(), growing, ends)
def test_any_interleaving_makes_the_same_message(
    data: st.DataObject, found: list[Growing], last: Event
) -> None:
    in_turn = [event for index, one in enumerate(found) for event in events_of(index, one)]
    mixed = data.draw(interleave(found))
    expected, _ = feed_all([START, *in_turn, last, STOP])
    assembler, updates = feed_all([START, *mixed, last, STOP])
    assert assembler.message == expected.message
    # Each call comes once at most, not before its block's end, and all of them if tools are due.
    due = [index for index, (start, _) in enumerate(found) if start["type"] == "tool_use"]
    seen = calls(updates)
    assert len({call.index for call in seen}) == len(seen)
    for one in seen:
        at = updates.index(one)
        assert any(isinstance(u, BlockStopped) and u.index == one.index for u in updates[:at])
        whole = assembler.message["content"][one.index]
        assert (one.id, one.name, one.input) == (whole["id"], whole["name"], whole["input"])
    if assembler.stop_reason != "max_tokens":
        assert sorted(call.index for call in seen) == due
    assert {call.index for call in seen} | set(assembler.incomplete) >= set(due)


@given(st.data(), growing, ends)
def test_a_call_is_complete_as_soon_as_something_follows(
    data: st.DataObject, found: list[Growing], last: Event
) -> None:
    """The rule once more, in the most direct words."""
    assembler = MessageAssembler()
    waiting: list[int] = []
    for event in [START, *data.draw(interleave(found)), last, STOP]:
        completed = [call.index for call in calls(assembler.updates(event))]
        follows = event["type"] in ("content_block_start", "content_block_delta")
        if follows or (event is last and last["delta"]["stop_reason"] != "max_tokens"):
            assert completed == sorted(waiting)
            waiting = []
        else:
            assert completed == []
        if event["type"] == "content_block_stop" and found[event["index"]][0]["type"] == "tool_use":
            waiting.append(event["index"])


@given(st.data(), growing, ends)
def test_the_updates_add_up_to_the_message(
    data: st.DataObject, found: list[Growing], last: Event
) -> None:
    assembler, updates = feed_all([START, *data.draw(interleave(found)), last, STOP])
    message = assembler.message
    assert updates[0] == MessageStarted(SENT)
    assert updates[-1] == MessageStopped(message)
    for index, one in enumerate(message["content"]):
        mine = [update for update in updates if getattr(update, "index", None) == index]
        assert isinstance(mine[0], BlockStarted)
        assert [u.block for u in mine if isinstance(u, BlockStopped)] == [one]
        said = "".join(update.text for update in mine if isinstance(update, TextDelta))
        assert said == one.get("text", "")
        thought = "".join(u.thinking for u in mine if isinstance(u, ThinkingDelta))
        assert thought == one.get("thinking", "")
        cited = [update.citation for update in mine if isinstance(update, CitationDelta)]
        assert cited == one.get("citations", [])
        raw = "".join(update.fragment for update in mine if isinstance(update, InputDelta))
        assert not raw or json.loads(raw) == one["input"]
    assert [u.usage for u in updates if isinstance(u, UsageUpdated)][-1] == message["usage"]


# --- The SDK's opinion --------------------------------------------------------------------


def plain(value: Any) -> Any:
    """Return a message without its fields that are null.

    The SDK's models have every field there is, so null and absent are the same to it. This is
    the only difference allowed for, and none is in a tool's input, which is the model's word.
    """
    if isinstance(value, list):
        return [plain(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        name: one if name == "input" else plain(one)
        for name, one in value.items()
        if one is not None
    }


@cache
def sdk() -> tuple[anthropic.Anthropic, dict[str, bytes]]:
    """Return a client of the SDK, and where to put the bytes that it is to receive."""
    body: dict[str, bytes] = {}

    def answer(_: httpx2.Request) -> httpx2.Response:
        headers = {"content-type": "text/event-stream; charset=utf-8"}
        return httpx2.Response(200, headers=headers, content=body["next"])

    http = httpx2.Client(transport=httpx2.MockTransport(answer))
    return anthropic.Anthropic(api_key="any", http_client=http, max_retries=0), body


def by_the_sdk(events: list[Event]) -> dict[str, Any]:
    """Return the final message of the SDK's own stream helper, as JSON."""
    client, body = sdk()
    lines = [f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events]
    body["next"] = "".join(lines).encode()
    ask: Any = {"model": "claude-sonnet-5-5", "max_tokens": 9}
    ask["messages"] = [{"role": "user", "content": "Hi"}]
    with client.messages.stream(**ask) as stream:
        return stream.get_final_message().to_dict(mode="json")


@pytest.mark.parametrize("name", sweep(SCENARIOS, first=6))
def test_the_sdk_reads_the_same_message_from_the_mock(name: str) -> None:
    for stream in streams_of(name):
        events = decode([stream])
        assert plain(feed_all(events)[0].message) == plain(by_the_sdk(events))


def in_order_of_their_start(events: list[Event]) -> list[Event]:
    """Number the blocks as they begin: the SDK takes the order of starts for the index."""
    number: dict[int, int] = {}
    for event in events:
        number.setdefault(event["index"], len(number))
    return [event | {"index": number[event["index"]]} for event in events]


@given(st.data(), growing, ends, st.booleans())
def test_the_sdk_reads_the_same_message(
    data: st.DataObject, found: list[Growing], last: Event, counted: bool
) -> None:
    details = {"type": "refusal", "category": "cyber", "explanation": None}
    some = st.fixed_dictionaries({}, optional={"stop_details": st.just(details)})
    last = last | {"delta": last["delta"] | data.draw(some)}
    ping: Event = {"type": "ping"}
    mixed = in_order_of_their_start(data.draw(interleave(found)))
    early = [end(None, data.draw(usages))] if counted else []
    events = [START, *mixed[:2], ping, *mixed[2:], *early, last, STOP]
    assert plain(feed_all(events)[0].message) == plain(by_the_sdk(events))


# --- Linear -------------------------------------------------------------------------------


def work(fragments: int, monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Return how often each function ran for an input in so many pieces."""
    raw = json.dumps({"text": "x" * (20 * fragments - 12)})
    cuts = [raw[i : i + 20] for i in range(0, len(raw), 20)]
    assert len(cuts) == fragments
    events = whole(*call(0, *cuts), reason="tool_use")
    ran: Counter[str] = Counter()
    parsed: list[str] = []
    loads = json.loads

    def counting(text: str, **options: Any) -> Any:
        parsed.append(text)
        return loads(text, **options)

    def profile(frame: Any, kind: str, argument: Any) -> None:
        if kind == "c_call":
            ran[argument.__name__] += 1
        elif kind == "call":
            ran[frame.f_code.co_name] += 1

    assembler = MessageAssembler()
    with monkeypatch.context() as patch:
        patch.setattr(tool_input_module.json, "loads", counting)
        before = sys.getprofile()
        gc.disable()  # it would run whenever other tests have left enough behind
        sys.setprofile(profile)
        try:
            for event in events:
                updates = assembler.updates(event)
                assert len(updates) <= 2
        finally:
            sys.setprofile(before)
            gc.enable()
    assert assembler.message["content"][0]["input"] == loads(raw)
    assert [text.strip("[]") for text in parsed] == [raw]  # once, and all of it
    return ran


def test_feed_gives_the_calls_alone_as_its_stub_promises() -> None:
    events = whole(*LAGOS, *call(1, ""), reason="tool_use")
    assembler = MessageAssembler()
    given = [assembler.feed(event) for event in events]
    assert [call for some in given for call in some] == calls(feed_all(events)[1])
    assert assembler.message == feed_all(events)[0].message


def test_the_work_is_linear_in_the_fragments(monkeypatch: pytest.MonkeyPatch) -> None:
    once, twice, thrice = (work(n, monkeypatch) for n in (100, 200, 300))
    grew = {name: twice[name] - once[name] for name in twice if twice[name] != once[name]}
    assert grew == {name: thrice[name] - twice[name] for name in grew}
    assert grew["updates"] == 100
    # What touches all of the input so far is done no more often for more fragments.
    assert not {"join", "content", "message", "loads", "stop", "read_input"} & set(grew)
    assert once["join"] == twice["join"] == thrice["join"] > 0


def test_each_input_is_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[str] = []
    loads = partial(json.loads)
    monkeypatch.setattr(
        tool_input_module.json,
        "loads",
        lambda text, **options: parsed.append(text) or loads(text, **options),
    )
    search = block(2, SERVED, fragment(2, '{"query": "tcp"}'))
    events = whole(*LAGOS, *call(1, ""), *search, *call(3, '{"a"'), reason="tool_use")
    assembler, updates = feed_all(events)
    for _ in range(3):
        assert assembler.message and assembler.incomplete == {3: '{"a"'}
    bare = [text.strip("[]") for text in parsed]
    assert bare == ['{"city": "Lagos"}', '{"query": "tcp"}', '{"a"']
    assert [call.input for call in calls(updates)] == [{"city": "Lagos"}, {}, None]
