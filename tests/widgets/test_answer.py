"""The plain value behind the transcript: what any stream of events makes of it."""

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streams import BEGIN, END, closing, delta, start, stop, text_answer

from helpers.render.endings import STOPPED, failure
from helpers.widgets.answer import NOTHING, Answer, changes, fold, state_of


def add_times(*events: dict[str, Any], step: float = 0.1) -> list[tuple[float, dict[str, Any]]]:
    return [(round(step * number, 3), event) for number, event in enumerate(events)]


def cut_at(text: str, places: list[int]) -> list[str]:
    edges = [0, *sorted(place % (len(text) + 1) for place in places), len(text)]
    return [text[a:b] for a, b in pairwise(edges)]


@given(st.text(), st.lists(st.integers(0, 1000), max_size=8))
def test_any_split_of_the_text_gives_the_same_answer(text: str, places: list[int]) -> None:
    def final(pieces: list[str]) -> dict[str, Any]:
        shown = state_of(fold((0.0, event) for event in text_answer(*pieces)))
        shown.pop("first_token")  # an empty piece carries none
        return shown

    assert final(cut_at(text, places)) == final([text])
    assert final([text])["blocks"][0]["text"] == text


class Page:
    """What a page does with updates, and nothing more."""

    def __init__(self) -> None:
        self.blocks: list[dict[str, Any]] = []
        self.figures: dict[str, Any] = {}

    def take(self, updates: list[dict[str, Any]]) -> None:
        for update in json.loads(json.dumps(updates)):
            match update:
                case {"figures": figures}:
                    self.figures = figures
                case {"block": number, "kind": kind, "name": name}:
                    assert number == len(self.blocks)
                    self.blocks.append(
                        {"kind": kind, "name": name, "text": "", "state": "open", "seconds": None}
                    )
                case {"block": number, "text": text}:
                    self.blocks[number]["text"] += text
                case {"block": number, **more}:
                    self.blocks[number].update(more)


words = st.text(max_size=4)
indices = st.integers(0, 3)
events = st.one_of(
    st.just(BEGIN),
    st.just(END),
    st.just({"type": "ping"}),
    st.builds(start, indices),
    st.builds(lambda i: start(i, type="tool_use", name="f", input={}), indices),
    st.builds(lambda i: start(i, type="thinking", thinking=""), indices),
    st.builds(delta, words, indices, st.sampled_from(["text", "thinking", "tool"])),
    st.builds(stop, indices),
    st.builds(closing, st.sampled_from(["end_turn", "max_tokens", "tool_use"]), indices),
)


@given(st.lists(events), st.lists(st.booleans()))
def test_a_page_that_gets_only_changes_ends_up_with_the_whole(
    stream: list[dict[str, Any]], frames: list[bool]
) -> None:
    """Whatever the order of events, and wherever a frame falls between them."""
    page, shown, answer = Page(), NOTHING, Answer(begun=True)
    for number, event in enumerate(stream):
        answer.take(event, number / 10)
        if number < len(frames) and frames[number]:
            now = state_of(answer)
            page.take(changes(shown, now))
            shown = now
    page.take(changes(shown, state_of(answer)))
    assert {**page.figures, "blocks": page.blocks} == state_of(answer)


keys = st.sampled_from(
    ["index", "delta", "text", "usage", "message", "error", "content_block", "output_tokens"]
)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from(["text", "text_delta", "tool_use", ""]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(keys | st.just("type"), inner, max_size=4)
    ),
    max_leaves=12,
)
types = st.sampled_from(
    [
        "message_start",
        "content_block_start",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "error",
        "ping",
        "from_the_future",
    ]
)


@given(st.lists(st.tuples(types, st.dictionaries(keys, json_values)), max_size=6))
def test_events_of_any_shape_are_survived(shapes: list[tuple[str, dict[str, Any]]]) -> None:
    answer = Answer(begun=True)
    for type, more in shapes:
        answer.take({**more, "type": type}, 1.0)
    json.dumps(state_of(answer))
    _ = answer.rate, answer.tokens, answer.text


@given(st.sampled_from([{"type": "ping"}, {"type": "from_the_future", "index": 0, "delta": {}}]))
def test_pings_and_unknown_events_change_nothing(event: dict[str, Any]) -> None:
    answer, same = (fold(add_times(*text_answer("one ", "two")[:4])) for _ in range(2))
    answer.take(event, 9.0)
    assert answer == same


def test_figures_are_measured_from_first_token_to_last() -> None:
    answer = fold(add_times(*text_answer("one ", "two ", "three", tokens=11)))
    assert answer.first_token == 0.2
    assert answer.last_token == 0.4
    assert answer.tokens == 11
    assert answer.rate == pytest.approx(10 / 0.2)
    assert (answer.state, answer.stop_reason, answer.run.ended) == ("done", "end_turn", 0.7)


def test_until_the_api_has_counted_the_tokens_are_an_estimate() -> None:
    answer = fold(add_times(*text_answer("one ", "two ", "three", tokens=11)[:5]))
    assert (answer.tokens, answer.counted) == (4, False)


def test_a_single_token_has_no_rate() -> None:
    assert fold(add_times(*text_answer("one", tokens=1))).rate is None


def test_hidden_thinking_counts_as_writing() -> None:
    """Its tokens are in usage; without its time the rate would be a fantasy."""
    stream = add_times(
        BEGIN,
        start(0, type="thinking", thinking=""),
        delta("", 0, "thinking"),
        stop(0),
        start(1),
        delta("42", 1),
        closing(tokens=101),
        step=1.0,
    )
    answer = fold(stream)
    assert answer.first_token == 5.0
    assert answer.rate == pytest.approx(100 / 4)


def tool(*more: dict[str, Any]) -> Answer:
    return fold(
        add_times(
            BEGIN,
            start(0),
            stop(0),
            start(1, type="tool_use", name="get_weather", input={}),
            delta('{"city":', 1, "tool"),
            delta(' "Lagos"}', 1, "tool"),
            *more,
        )
    )


def test_a_tools_input_is_complete_only_when_the_model_has_moved_on() -> None:
    def state(*more: dict[str, Any]) -> str:
        block = tool(*more).blocks[1]
        assert (block.kind, block.name, block.text) == ("call", "get_weather", '{"city": "Lagos"}')
        return block.state

    assert state() == "open"
    assert state(stop(1)) == "closed"
    assert state(stop(1), start(2)) == "done"
    assert state(stop(1), closing("tool_use")) == "done"
    assert state(closing("tool_use")) == "done"
    assert state(stop(1), closing("max_tokens")) == "cut"


def test_a_stream_that_ends_early_cuts_what_was_open() -> None:
    answer, how = tool(), failure("The connection closed.")
    answer.end(3.0, how)
    assert [block.state for block in answer.blocks] == ["done", "cut"]
    assert (answer.state, answer.run.ended, answer.run.ending) == ("failed", 3.0, how)


def test_the_first_end_stands() -> None:
    answer, same = (fold(add_times(*text_answer("one"))) for _ in range(2))
    answer.end(99.0, STOPPED)
    assert answer == same


def test_an_error_event_ends_it() -> None:
    event = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    answer = fold([*add_times(*text_answer("one")[:3]), (2.0, event)])
    assert answer.run.ending == failure("overloaded_error in mid-stream: Overloaded")
    assert answer.text == "one"


def test_usage_is_cumulative_and_replaces() -> None:
    answer = fold(add_times(BEGIN, start(), delta("one"), closing(tokens=4), closing(tokens=7)))
    assert answer.usage == {"input_tokens": 25, "output_tokens": 7}


def test_blocks_that_overlap_keep_their_own_text() -> None:
    answer = fold(add_times(start(0), start(1), delta("a", 0), delta("b", 1), delta("c", 0)))
    assert [block.text for block in answer.blocks] == ["ac", "b"]


def test_other_tools_and_other_blocks_have_a_place() -> None:
    answer = fold(
        add_times(
            start(0, type="server_tool_use", name="web_search", input={"query": "SSE"}),
            start(1, type="web_search_tool_result", tool_use_id="srvtoolu_1", content=[]),
            start(2, type="redacted_thinking", data="x"),
        )
    )
    assert [(block.kind, block.name) for block in answer.blocks] == [
        ("call", "web_search"),
        ("other", "web_search_tool_result"),
        ("thinking", "redacted"),
    ]
    assert answer.blocks[0].text == '{"query": "SSE"}'


def test_half_a_surrogate_pair_can_be_sent() -> None:
    """JSON can hold one; a notebook's messages, which are UTF-8, can't."""
    half = json.loads('"\\ud83e"')
    answer = fold(
        add_times(
            start(0),
            delta(f"🧵 {half}"),
            start(1, type="tool_use", name=half, input={}),
            {"type": "error", "error": {"type": half, "message": half}},
        )
    )
    json.dumps(state_of(answer), ensure_ascii=False).encode()
    assert answer.text.startswith("🧵 ")
    assert answer.text == "🧵 \ufffd"
