"""What a page is told of what an agent does, and how that looks on the wire."""

import json
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import pytest
from agents import Reader
from hypothesis import given
from hypothesis import strategies as st

from helpers.agent import (
    AgentEvent,
    BlockStarted,
    BlockStopped,
    InputDelta,
    MessageStarted,
    MessageStopped,
    Retrying,
    RunFinished,
    TextDelta,
    ThinkingDelta,
    ToolCall,
    ToolFinished,
    ToolProgress,
    ToolStarted,
    TurnStarted,
    UsageUpdated,
)
from helpers.client import StreamTruncated
from helpers.render.html import MarkdownHtml
from helpers.sse import SSEDecoder
from helpers.web.wire import HEARTBEAT, RETRY, Telling, Told, merged, message, sse

CALL = ToolCall(1, "call_1", "get_weather", {"city": "Lagos"}, '{"city": "Lagos"}')
TEXT = BlockStarted(0, {"type": "text", "text": ""})


class Clock:
    """Goes on by a second whenever it is looked at."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 1
        return self.now


def told(events: Iterable[AgentEvent], clock: Any = lambda: 0.0) -> list[dict[str, Any]]:
    telling = Telling(clock, lambda usage: 0.25)
    return [page for event in events for page in telling.feed(event)]


def kinds(pages: Iterable[dict[str, Any]]) -> list[str]:
    return [page["type"] for page in pages]


WHOLE: list[AgentEvent] = [
    TurnStarted(1),
    MessageStarted({}),
    BlockStarted(0, {"type": "thinking", "thinking": ""}),
    ThinkingDelta(0, "Let me "),
    ThinkingDelta(0, "see."),
    BlockStopped(0, {}),
    BlockStarted(1, {"type": "tool_use", "id": "call_1", "name": "get_weather", "input": {}}),
    InputDelta(1, '{"city": '),
    InputDelta(1, '"Lagos"}'),
    BlockStopped(1, {}),
    UsageUpdated({"input_tokens": 10, "output_tokens": 20, "service_tier": "standard"}),
    CALL,
    ToolStarted(CALL, "Asking for Lagos"),
    MessageStopped({}),
    ToolProgress(CALL, "half", 1, 2),
    ToolFinished(CALL, "31 °C", False, 1.23456),
    TurnStarted(2),
    TEXT,
    TextDelta(0, "It is **31"),
    TextDelta(0, " °C**.\nTake water"),
    UsageUpdated({"input_tokens": 30, "output_tokens": 5, "cache_read_input_tokens": 7}),
    MessageStopped({}),
    RunFinished("end_turn", {}, 2),
]


def test_a_whole_run_in_the_words_of_a_page():
    pages = told(WHOLE)
    assert kinds(merged_pages(pages)) == [
        *("turn", "thinking", "figures", "thinking", "thought"),
        *("tool", "input", "running", "figures", "progress", "result"),
        *("turn", "text", "figures", "end"),
    ]
    by_kind = {page["type"]: page for page in merged_pages(pages)}
    assert by_kind["input"]["text"] == '{"city": "Lagos"}'
    parts = {by_kind[kind]["part"] for kind in ("tool", "input", "running", "progress", "result")}
    assert len(parts) == 1 and by_kind["thinking"]["part"] not in parts
    assert by_kind["result"] == {
        **{"type": "result", "part": parts.pop(), "text": "31 °C"},
        **{"failed": False, "seconds": 1.235},
    }
    assert by_kind["text"]["lines"] == [
        '<p dir="auto">It is <strong>31 °C</strong>.</p>',
        '<p dir="auto">Take water</p>',
    ]
    figures = by_kind["end"]["figures"]
    assert figures["tokens_in"] == 47 and figures["tokens_out"] == 25
    assert figures["dollars"] == 0.25


def merged_pages(pages: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one.page for one in merged(Told(id, page) for id, page in enumerate(pages, 1))]


def test_the_rate_counts_only_the_time_in_which_tokens_came():
    [figures] = [page["figures"] for page in told(WHOLE, Clock()) if page["type"] == "end"]
    assert figures["first_token"] < figures["seconds"]
    assert figures["rate"] > figures["tokens_out"] / figures["seconds"]


@pytest.mark.parametrize("cut", range(1, len(WHOLE)))
def test_wherever_it_stops_nothing_is_left_growing(cut: int):
    telling = Telling(lambda: 0.0)
    pages = [page for event in WHOLE[:cut] for page in telling.feed(event)]
    pages += telling.end("stopped", "Stopped.")
    assert pages[-1]["type"] == "end" and kinds(pages).count("end") == 1
    begun = {page["part"] for page in pages if page["type"] == "thinking"}
    assert begun == {page["part"] for page in pages if page["type"] == "thought"}
    assert [page for page in pages if page["type"] == "text"][-1:] == [
        page for page in pages if page["type"] == "text" and not page["text"]
    ][-1:]


def test_a_retry_that_begins_again_says_so():
    pages = told([TurnStarted(1), TEXT, TextDelta(0, "Half"), Retrying(2, 0.5, "it broke", True)])
    assert pages[-1] == {
        **{"type": "retry", "attempt": 2, "seconds": 0.5},
        **{"reason": "It broke.", "restarts": True},
    }
    assert pages[-2]["lines"] == ['<p dir="auto">Half</p>']


@pytest.mark.parametrize(
    ("finished", "outcome", "words"),
    [
        (RunFinished("end_turn", {}, 1), "done", ""),
        (RunFinished("max_tokens", {}, 1), "done", "The answer was cut off"),
        (RunFinished("failed", {}, 1, StreamTruncated("it broke")), "failed", "It broke."),
    ],
)
def test_an_end_has_its_words(finished: RunFinished, outcome: str, words: str):
    page = told([finished])[-1]
    assert page["outcome"] == outcome and page["words"].startswith(words)
    assert bool(page["words"]) == bool(words)


def test_a_result_for_nobody_to_read_is_cut():
    [page] = told([ToolFinished(CALL, "x" * 100_000, False, 0.1)])
    assert len(page["text"]) < 5_000
    [page] = told([ToolFinished(CALL, [{"type": "text", "text": "é"}], False, 0.1)])
    assert page["text"] == '[{"type": "text", "text": "é"}]'


@given(st.text(), st.lists(st.integers(0, 60)))
def test_any_cut_of_a_text_gives_the_same_page(text: str, cuts: list[int]):
    places = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    pieces = [text[a:b] for a, b in pairwise(places)]
    reader = Reader()
    pages = told([TurnStarted(1), TEXT, *(TextDelta(0, piece) for piece in pieces)])
    for id, page in enumerate(pages, 1):
        reader.take(id, page)
    expected = MarkdownHtml()
    assert reader.lines == expected.feed(text)
    assert reader.open == expected.open


@given(
    st.dictionaries(st.text(max_size=5), st.text(alphabet=st.characters(), max_size=20)),
    st.integers(1, 99),
)
def test_what_is_sent_is_what_is_read(page: dict[str, str], cut: int):
    page = {"type": "text"} | page
    raw = RETRY + HEARTBEAT + sse(Told(7, page)) + HEARTBEAT
    decoder = SSEDecoder()
    events = decoder.feed(raw[:cut]) + decoder.feed(raw[cut:])
    assert len(events) == 1 and events[0].id == "7"
    clean = json.loads(json.dumps(page, ensure_ascii=False).encode("utf-8", "replace"))
    assert json.loads(events[0].data) == clean
    assert json.loads(message(Told(7, page))) == {"id": 7} | clean


def test_lone_surrogates_do_not_break_the_wire():
    assert b"?" in sse(Told(1, {"type": "text", "text": "\ud800"}))


def test_joining_has_an_end_so_that_no_event_grows_past_what_readers_take():
    page = {"type": "text", "part": 1, "lines": ["x" * 1000], "text": ""}
    joined = merged(Told(id, page) for id in range(1, 1001))
    assert 20 < len(joined) < 40 and joined[-1].id == 1000
    assert sum(len(one.page["lines"]) for one in joined) == 1000


def test_what_was_stopped_before_it_was_counted_is_estimated():
    telling = Telling(lambda: 0.0)
    for event in [
        TurnStarted(1),
        UsageUpdated({"input_tokens": 10, "output_tokens": 1}),
        TEXT,
        TextDelta(0, "x" * 400),
    ]:
        telling.feed(event)
    figures = telling.end("stopped")[-1]["figures"]
    assert (figures["tokens_out"], figures["counted"]) == (101, False)
    counted = [page["counted"] for page in told(WHOLE) if page["type"] == "figures"]
    assert counted == [False, True, True]
