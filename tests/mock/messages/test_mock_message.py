"""Whatever is said, and wherever it is cut: streamed or whole, it is the same message."""

import json
from typing import Any

import pytest
from exchange import HEADERS, assemble, body, read_events
from hypothesis import given
from hypothesis import strategies as st

from helpers.mock.engine import MockAPI
from helpers.mock.messages import tokens
from helpers.mock.script import Scenario, Turn
from helpers.mock.script.parts import (
    Page,
    Part,
    RedactedThinking,
    SearchResults,
    ServerToolUse,
    Stop,
    Text,
    Thinking,
    ToolUse,
    Whole,
)

TOOLS: list[dict[str, Any]] = [
    {"name": "act", "input_schema": {"type": "object"}},
    {"type": "web_search_20260318", "name": "web_search"},
]
CITATION = {
    "type": "web_search_result_location",
    "url": "https://example.org",
    "title": None,
    "cited_text": "yes",
}

texts = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
searches = [ServerToolUse("web_search", {"query": "tcp"}), ServerToolUse("web_search", {})]
parts = st.one_of(
    st.builds(Text, texts, st.sampled_from([(), (CITATION,)])),
    st.builds(ToolUse, st.just("act"), st.dictionaries(texts, values, max_size=4)),
    st.builds(Thinking, texts),
    st.builds(RedactedThinking, texts),
    st.sampled_from(searches),
    st.builds(SearchResults, st.lists(st.builds(Page, texts, texts, texts), max_size=2).map(tuple)),
    st.just(Whole({"type": "container_upload", "file_id": "file_1"})),
)
stops = st.sampled_from([[], [Stop("pause_turn")], [Stop("refusal", {"type": "refusal"})]])
contents = st.builds(list.__add__, st.lists(parts, min_size=1, max_size=5), stops)
requests = st.fixed_dictionaries(
    {"max_tokens": st.integers(1, 60)},
    optional={
        "thinking": st.fixed_dictionaries(
            {"type": st.just("adaptive")},
            optional={"display": st.sampled_from(["summarized", "omitted"])},
        ),
        "stop_sequences": st.lists(st.sampled_from(["a", "e ", "0"]), max_size=2),
        "cache_control": st.just({"type": "ephemeral"}),
    },
)


def api_that_says(content: list[Part]) -> MockAPI:
    turn = Turn(tuple(content), tuple(content))
    return MockAPI(scenarios=[Scenario("say", "say", (frozenset({"say"}),), (turn,), ())])


def both_ways(api: MockAPI, **request: Any) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    streamed = api.plan("POST", "/v1/messages", HEADERS, body("say", stream=True, **request))
    whole = api.plan("POST", "/v1/messages", HEADERS, body("say", **request))
    assert (streamed.status, whole.status) == (200, 200)
    return (
        read_events(b"".join(chunk.data for chunk in streamed.chunks)),
        json.loads(b"".join(chunk.data for chunk in whole.chunks)),
    )


@given(texts)
def test_tokens_join_to_their_text(text: str) -> None:
    pieces = tokens.split(text)
    assert "".join(pieces) == text
    assert all(0 < len(piece) <= 10 for piece in pieces)


def test_tokens_of_english_have_a_realistic_size() -> None:
    pieces = tokens.split("Everything I've read about retransmission fits on one page.")
    assert pieces[:4] == ["Everyt", "hing", " I", "'ve"]
    assert 3 < sum(map(len, pieces)) / len(pieces) < 6


@given(contents, requests)
def test_the_events_assemble_to_the_whole_message(
    content: list[Part], request: dict[str, Any]
) -> None:
    events, whole = both_ways(api_that_says(content), tools=TOOLS, **request)
    assert assemble(events) == whole
    assert whole["usage"]["output_tokens"] <= request["max_tokens"]


@given(contents)
def test_nothing_is_lost_when_nothing_cuts_it(content: list[Part]) -> None:
    thinking = {"type": "adaptive", "display": "summarized"}
    api = api_that_says(content)
    _, whole = both_ways(api, tools=TOOLS, max_tokens=100_000, thinking=thinking)
    kinds: dict[str, list[Any]] = {}
    for block in whole["content"]:
        said = [block[name] for name in ("text", "input", "thinking") if name in block]
        kinds.setdefault(block["type"], []).extend(said)
    for kind, shape, name in (
        ("text", Text, "text"),
        ("tool_use", ToolUse, "input"),
        ("thinking", Thinking, "text"),
        ("server_tool_use", ServerToolUse, "input"),
    ):
        said = [getattr(part, name) for part in content if isinstance(part, shape)]
        assert kinds.get(kind, []) == [value for value in said if value != ""]


def test_every_block_opens_fills_and_stops_in_turn() -> None:
    content: list[Part] = [Text("Let me look."), ToolUse("act", {"a": 10})]
    events, _ = both_ways(api_that_says(content), tools=TOOLS)
    kinds = [event["type"] for event in events]
    assert kinds[:3] == ["message_start", "content_block_start", "ping"]
    assert kinds[-3:] == ["content_block_stop", "message_delta", "message_stop"]
    assert [event["index"] for event in events if event["type"] == "content_block_start"] == [0, 1]
    assert events[-2]["delta"]["stop_reason"] == "tool_use"


def test_tool_input_is_cut_anywhere_after_an_empty_fragment() -> None:
    call = ToolUse("act", {"city": "Lagos", "days": [1, 2]})
    events, whole = both_ways(api_that_says([call]), tools=TOOLS)
    fragments = [e["delta"]["partial_json"] for e in events if e["type"] == "content_block_delta"]
    assert fragments[0] == ""
    assert len(fragments) > 2
    assert "".join(fragments) == '{"city": "Lagos", "days": [1, 2]}'
    (opening,) = [e["content_block"] for e in events if e["type"] == "content_block_start"]
    assert opening["input"] == {}
    assert opening["caller"] == {"type": "direct"}
    assert opening["id"] == whole["content"][0]["id"]


def test_a_tool_without_arguments_sends_one_empty_fragment() -> None:
    events, whole = both_ways(api_that_says([ToolUse("act", {})]), tools=TOOLS)
    deltas = [e["delta"] for e in events if e["type"] == "content_block_delta"]
    assert deltas == [{"type": "input_json_delta", "partial_json": ""}]
    assert whole["content"][0]["input"] == {}
    assert whole["usage"]["output_tokens"] > 0


@pytest.mark.parametrize("max_tokens", range(1, 12))
def test_a_value_that_max_tokens_cuts_never_goes_out(max_tokens: int) -> None:
    call = ToolUse("act", {"path": "notes/today.txt", "content": "a line\nanother line"})
    events, whole = both_ways(api_that_says([call]), tools=TOOLS, max_tokens=max_tokens)
    fragments = "".join(e["delta"].get("partial_json", "") for e in events if "delta" in e)
    assert fragments in ("", '{"path": "notes/today.txt"', json.dumps(call.input))
    assert [e["type"] for e in events][-3] == "content_block_stop"  # closed all the same
    assert (whole["stop_reason"] == "tool_use") == (whole["content"][0]["input"] == call.input)


def test_max_tokens_cuts_the_answer_there() -> None:
    _, whole = both_ways(api_that_says([Text("One, two, three.")]), max_tokens=3)
    assert whole["content"] == [{"type": "text", "text": "One, two"}]
    assert whole["stop_reason"] == "max_tokens"
    assert whole["usage"]["output_tokens"] == 3


def test_exactly_enough_tokens_is_no_cut() -> None:
    _, whole = both_ways(api_that_says([Text("One, two, three.")]), max_tokens=6)
    assert whole["stop_reason"] == "end_turn"


def test_the_earliest_stop_sequence_ends_the_answer() -> None:
    api = api_that_says([Text("One, two, three."), Text("More.")])
    _, whole = both_ways(api, stop_sequences=["three", "wo"])
    assert whole["content"] == [{"type": "text", "text": "One, t"}]
    assert (whole["stop_reason"], whole["stop_sequence"]) == ("stop_sequence", "wo")


def test_a_stop_sequence_beyond_max_tokens_is_never_reached() -> None:
    api = api_that_says([Text("One, two, three.")])
    _, whole = both_ways(api, stop_sequences=["three"], max_tokens=2)
    assert (whole["stop_reason"], whole["stop_sequence"]) == ("max_tokens", None)
