"""What a page is told of what an agent does, and how that looks on the wire."""

import json
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import pytest
from agents import Reader, kind_of
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
from helpers.render.endings import STOPPED
from helpers.render.html import MarkdownHtml
from helpers.sse import SSEDecoder
from helpers.web.wire import HEARTBEAT, RETRY, Encoder, LogEntry, merge, message, sse

CALL = ToolCall(1, "call_1", "get_weather", {"city": "Lagos"}, '{"city": "Lagos"}')
TEXT = BlockStarted(0, {"type": "text", "text": ""})


class Clock:
    """Goes on by a second whenever it is looked at."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 1
        return self.now


def encode(events: Iterable[AgentEvent], clock: Any = lambda: 0.0) -> list[dict[str, Any]]:
    telling = Encoder(clock, lambda usage: 0.25)
    return [page for event in events for page in telling.feed(event)]


def kinds(pages: Iterable[dict[str, Any]]) -> list[str]:
    return [kind_of(page) for page in pages]


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
    pages = merge_pages(encode(WHOLE))
    assert kinds(pages) == [
        *("waiting", "thinking open", "answering", "more", "figures", "more", "thinking done"),
        *("tool input", "more", "tool running", "figures", "tool running", "tool done"),
        *("waiting", "answering", "text open", "text", "text done", "figures", "end"),
    ]
    tools = [page for page in pages if page.get("kind") == "tool"]
    thought = pages[1]["part"]
    assert {page["part"] for page in tools} == {tools[0]["part"]} != {thought}
    assert [page["text"] for page in pages if page["type"] == "more"] == [
        *("Let me ", "see.", '{"city": "Lagos"}')
    ]
    assert tools[-1] == {
        **{"type": "part", "part": tools[0]["part"], "kind": "tool", "name": "get_weather"},
        **{"state": "done", "words": "Asking for Lagos", "progress": None},
        **{"result": "31 °C", "seconds": 1.235},
    }
    assert tools[-2]["progress"] == {"message": "half", "done": 1, "total": 2}
    lines = [line for page in pages for line in page.get("lines", ())]
    assert lines == [
        '<p dir="auto">It is <strong>31 °C</strong>.</p>',
        '<p dir="auto">Take water</p>',
    ]
    figures = pages[-1]["figures"]
    assert figures["tokens_in"] == 47 and figures["tokens_out"] == 25
    assert figures["dollars"] == 0.25 and figures["over"]


def merge_pages(pages: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one.page for one in merge(LogEntry(id, page) for id, page in enumerate(pages, 1))]


def test_the_rate_counts_only_the_time_in_which_tokens_came():
    [figures] = [page["figures"] for page in encode(WHOLE, Clock()) if page["type"] == "end"]
    assert figures["first_token"] < figures["seconds"]
    assert figures["rate"] > figures["tokens_out"] / figures["seconds"]


@pytest.mark.parametrize("cut", range(1, len(WHOLE)))
def test_wherever_it_stops_nothing_is_left_growing(cut: int):
    telling = Encoder(lambda: 0.0)
    pages = [page for event in WHOLE[:cut] for page in telling.feed(event)]
    pages += telling.end(STOPPED)
    assert pages[-1]["type"] == "end" and kinds(pages).count("end") == 1
    states = {page["part"]: page["state"] for page in pages if page["type"] == "part"}
    assert not {"open", "input", "running"} & {*states.values()}
    assert [page for page in pages if page["type"] == "text"][-1:] == [
        page for page in pages if page["type"] == "text" and not page["text"]
    ][-1:]


def test_a_retry_that_begins_again_says_so():
    pages = encode([TurnStarted(1), TEXT, TextDelta(0, "Half"), Retrying(2, 0.5, "it broke", True)])
    assert kinds(pages)[-3:] == ["text done", "text superseded", "waiting"]
    assert pages[-1]["note"] == "↻ It broke. Trying again in 0.5 s."
    assert pages[-4]["lines"] == ['<p dir="auto">Half</p>']


@pytest.mark.parametrize(
    ("finished", "outcome", "note"),
    [
        (RunFinished("end_turn", {}, 1), "done", ""),
        (RunFinished("max_tokens", {}, 1), "stopped", "■ The answer was cut off"),
        (RunFinished("failed", {}, 1, StreamTruncated("it broke")), "failed", "✕ It broke."),
    ],
)
def test_an_end_has_its_words(finished: RunFinished, outcome: str, note: str):
    page = encode([finished])[-1]
    assert page["outcome"] == outcome and page["note"].startswith(note)
    assert bool(page["note"]) == bool(note)


def test_a_result_for_nobody_to_read_is_cut():
    [page, *_] = encode([ToolFinished(CALL, "x" * 100_000, False, 0.1)])
    assert len(page["result"]) < 5_000
    [page, *_] = encode([ToolFinished(CALL, [{"type": "text", "text": "é"}], False, 0.1)])
    assert page["result"] == '[{"type": "text", "text": "é"}]'


@given(st.text(), st.lists(st.integers(0, 60)))
def test_any_cut_of_a_text_gives_the_same_page(text: str, cuts: list[int]):
    places = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    pieces = [text[a:b] for a, b in pairwise(places)]
    reader = Reader()
    pages = encode([TurnStarted(1), TEXT, *(TextDelta(0, piece) for piece in pieces)])
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
    raw = RETRY + HEARTBEAT + sse(LogEntry(7, page)) + HEARTBEAT
    decoder = SSEDecoder()
    events = decoder.feed(raw[:cut]) + decoder.feed(raw[cut:])
    assert len(events) == 1 and events[0].id == "7"
    clean = json.loads(json.dumps(page, ensure_ascii=False).encode("utf-8", "replace"))
    assert json.loads(events[0].data) == clean
    assert json.loads(message(LogEntry(7, page))) == {"id": 7} | clean


def test_lone_surrogates_do_not_break_the_wire():
    assert b"?" in sse(LogEntry(1, {"type": "text", "text": "\ud800"}))


def test_joining_has_an_end_so_that_no_event_grows_past_what_readers_take():
    page = {"type": "text", "part": 1, "lines": ["x" * 1000], "text": ""}
    joined = merge(LogEntry(id, page) for id in range(1, 1001))
    assert 20 < len(joined) < 40 and joined[-1].id == 1000
    assert sum(len(one.page["lines"]) for one in joined) == 1000


def test_what_was_stopped_before_it_was_counted_is_estimated():
    telling = Encoder(lambda: 0.0)
    for event in [
        TurnStarted(1),
        UsageUpdated({"input_tokens": 10, "output_tokens": 1}),
        TEXT,
        TextDelta(0, "x" * 400),
    ]:
        telling.feed(event)
    figures = telling.end(STOPPED)[-1]["figures"]
    assert (figures["tokens_out"], figures["counted"]) == (101, False)
    counted = [page["counted"] for page in encode(WHOLE) if page["type"] == "figures"]
    assert counted == [False, True, True]
