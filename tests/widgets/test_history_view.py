"""The history: cards, ties between calls and results, and the API's own verdict."""

import re
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import course
from helpers.svg import snapshot
from helpers.widgets.history.view import HistoryView
from tests.sweeps import examples

QUESTION = {"role": "user", "content": "What's the weather in Lagos and Oslo?"}


def call(id: str, city: str) -> dict[str, Any]:
    return {"type": "tool_use", "id": id, "name": "get_weather", "input": {"city": city}}


def result(id: str, content: str, **more: Any) -> dict[str, Any]:
    return {"type": "tool_result", "tool_use_id": id, "content": content, **more}


CALLS = {
    "role": "assistant",
    "content": [
        {"type": "text", "text": "I'll look up both cities."},
        call("toolu_01AAAA", "Lagos"),
        call("toolu_01BBBB", "Oslo"),
    ],
}
RESULTS = {
    "role": "user",
    "content": [result("toolu_01AAAA", "31 °C"), result("toolu_01BBBB", "4 °C")],
}
ANSWER = {"role": "assistant", "content": "Take water, and a jacket."}
WHOLE = [QUESTION, CALLS, RESULTS, ANSWER]


def ties(svg: str) -> int:
    return len(re.findall(r"<path d=", svg))


def test_a_whole_conversation_is_accepted_and_tied():
    shown = course.history(WHOLE)
    ElementTree.fromstring(shown.svg)
    assert ties(shown.svg) == 2
    assert shown.words.splitlines() == [
        "History: 4 messages",
        "  0 user       What's the weather in Lagos and Oslo?",
        "  1 assistant  I'll look up both cities.",
        '               tool_use get_weather …AAAA: {"city": "Lagos"}',
        '               tool_use get_weather …BBBB: {"city": "Oslo"}',
        "  2 user       ✓ tool_result …AAAA: 31 °C",
        "               ✓ tool_result …BBBB: 4 °C",
        "  3 assistant  Take water, and a jacket.",
        "✓ The API would accept this, with what the user says next.",
    ]
    assert course.history(WHOLE[:3]).words.endswith("✓ The API would accept this.")
    assert repr(shown) == shown.words
    data, _ = shown._repr_mimebundle_()
    assert (data["image/svg+xml"], data["text/plain"]) == (
        snapshot.image(shown.svg),
        shown.words,
    )


def test_a_call_without_its_result_is_named_in_the_apis_words():
    shown = course.history([QUESTION, CALLS])
    assert ties(shown.svg) == 0
    assert "✕ 1 assistant" in shown.words
    *_, seal = shown.words.splitlines()
    assert seal.startswith(
        "✕ messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: "
        "toolu_01AAAA, toolu_01BBBB."
    )
    assert "✕ messages.1 · assistant" in shown.svg
    assert "400 invalid_request_error" in shown.svg


def test_the_block_at_fault_is_marked():
    stray = {"role": "user", "content": [*RESULTS["content"], result("toolu_01CCCC", "?")]}
    shown = course.history([QUESTION, CALLS, stray])
    (marked,) = [line for line in shown.words.splitlines()[:-1] if line.startswith("✕")]
    assert "…CCCC" in marked
    assert "messages.2.content.2: unexpected `tool_use_id`" in shown.words
    assert ties(shown.svg) == 2


def test_a_tool_that_failed_has_a_result_too():
    failed = {
        "role": "user",
        "content": [result("toolu_01AAAA", "no such city", is_error=True), RESULTS["content"][1]],
    }
    words = course.history([QUESTION, CALLS, failed]).words
    assert "✕ tool_result …AAAA is_error: no such city" in words
    assert words.endswith("✓ The API would accept this.")


def test_thinking_says_whether_it_is_signed():
    thought = {"type": "thinking", "thinking": "Hm.", "signature": ""}
    shown = course.history([QUESTION, {"role": "assistant", "content": [thought]}])
    assert "thinking, not signed: Hm." in shown.words
    assert "Invalid `signature`" in shown.words


def test_no_messages_are_refused_and_shown():
    shown = course.history([])
    assert shown.words == "History: 0 messages\n✕ messages: at least one message is required"
    ElementTree.fromstring(shown.svg)


def test_the_same_messages_give_the_same_bytes():
    assert course.history(WHOLE).svg == course.history(WHOLE).svg


@pytest.mark.parametrize("mode", ["anthropic", "custom"])
def test_the_offline_api_is_asked_in_every_mode(mode: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(course.session, "mode", mode)
    assert course.history(WHOLE).words.endswith("next.")


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=200),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=5,
)
kinds = st.sampled_from(["text", "tool_use", "tool_result", "thinking", "image", "new"])
blocks = st.fixed_dictionaries(
    {"type": kinds},
    optional={"text": values, "id": values, "tool_use_id": values, "name": values}
    | {"input": values, "content": values, "thinking": values, "signature": values},
)


@settings(max_examples=examples(60), deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {"role": st.sampled_from(["user", "assistant"])},
            optional={"content": st.text(max_size=200) | st.lists(blocks | values, max_size=4)},
        ),
        max_size=4,
    ),
    st.text(max_size=100),
)
def test_whatever_stands_in_the_messages_can_be_drawn(messages, refusal):
    ElementTree.fromstring(HistoryView(messages, refusal).svg)
