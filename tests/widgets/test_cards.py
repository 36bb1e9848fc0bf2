"""The cards view: what it makes of agents' events, what a page gets, and live runs."""

import asyncio
import json
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import course
from helpers.agent import (
    BlockStarted,
    BlockStopped,
    InputDelta,
    Interrupted,
    MessageStarted,
    Retrying,
    RunFinished,
    TextDelta,
    ThinkingDelta,
    ToolCall,
    ToolFinished,
    ToolProgress,
    ToolStarted,
    TurnFinished,
    TurnStarted,
    UsageUpdated,
)
from helpers.client import StreamTruncated
from helpers.render.cost import amount
from helpers.render.endings import STOPPED
from helpers.render.run_parts import Block, Note
from helpers.retry import Recovery
from helpers.session import clients
from helpers.session.session import Session
from helpers.simulation.checkout import search_logs
from helpers.team import Asked
from helpers.tools import ToolError, tool
from helpers.widgets.cards.model import Board, Lane, about_call, fold, readable
from helpers.widgets.cards.snapshot import draw, lane_words, lines_for, note_words, tell
from helpers.widgets.cards.view import CardsView
from tests.sweeps import examples

PROMPT = "Search the checkout logs from 12:00 to 12:10 for errors and slow requests."
FAST = {"first_token": 0.01, "tokens_per_second": 2000.0}
CALL = ToolCall(2, "toolu_2", "search", {"q": "rain"}, '{"q": "rain"}')

ONE_TURN: list[tuple[float, Any]] = [
    (0.0, Asked("Will it rain?")),
    (0.0, TurnStarted(1)),
    (0.2, MessageStarted({"usage": {"input_tokens": 20, "output_tokens": 1}})),
    (0.2, UsageUpdated({"input_tokens": 20, "output_tokens": 1})),
    (0.3, BlockStarted(0, {"type": "thinking", "thinking": ""})),
    (0.4, ThinkingDelta(0, "hm")),
    (0.5, BlockStopped(0, {})),
    (0.5, BlockStarted(1, {"type": "text", "text": ""})),
    (0.6, TextDelta(1, "**Let** me\nlo")),
    (0.7, TextDelta(1, "ok.")),
    (0.8, BlockStopped(1, {})),
    (0.8, BlockStarted(2, {"type": "tool_use", "name": "search", "input": {}})),
    (0.9, InputDelta(2, '{"q": ')),
    (1.0, InputDelta(2, '"rain"}')),
    (1.0, BlockStopped(2, {})),
    (1.1, CALL),
    (1.1, ToolStarted(CALL, "Searching for rain")),
    (1.5, ToolProgress(CALL, "1 of 2", 1, 2)),
    (2.1, ToolFinished(CALL, "It will.", False, 1.0)),
    (2.1, UsageUpdated({"input_tokens": 20, "output_tokens": 30})),
    (2.1, TurnFinished(1, {}, "tool_use")),
    (2.2, TurnStarted(2)),
    (2.3, MessageStarted({"usage": {}})),
    (2.3, UsageUpdated({"input_tokens": 50, "output_tokens": 1})),
    (2.4, BlockStarted(0, {"type": "text", "text": ""})),
    (2.5, TextDelta(0, "Yes.")),
    (2.6, BlockStopped(0, {})),
    (2.6, UsageUpdated({"input_tokens": 50, "output_tokens": 3})),
    (2.6, RunFinished("end_turn", {"input_tokens": 70, "output_tokens": 33}, 2)),
]


def add_name(pairs: list[tuple[float, Any]], name: str = "") -> list[tuple[float, tuple[str, Any]]]:
    return [(at, (name, event)) for at, event in pairs]


def board_after(*pairs: tuple[float, Any]) -> Board:
    board = Board([Lane()])
    for at, event in pairs:
        board.take("", event, at)
    return board


def item_of(board: Board, kind: str) -> Block:
    return next(block for block in board.lanes[0].run.blocks if block.kind == kind)


def card_of(board: Board) -> dict[str, Any]:
    """Return what the first card shows."""
    return about_call(item_of(board, "call"), board.lanes[0].run.ending is not None)


# The value


def test_events_become_words_and_cards_in_their_order() -> None:
    board = fold(add_name(ONE_TURN))
    (lane,) = board.lanes
    assert (lane.task, lane.state, lane.run.turn, lane.run.ended) == (
        *("Will it rain?", "done"),
        *(2, 2.6),
    )
    thought, text, call, answer = lane.run.blocks
    assert lane.items == [thought, text, call, answer]
    assert (thought.kind, thought.text, thought.seconds) == ("thinking", "hm", pytest.approx(0.2))
    assert (text.text, text.state) == ("**Let** me\nlook.", "done")
    card = card_of(board)
    assert (call.name, call.text, card["status"]) == ("search", CALL.raw, "Searching for rain")
    assert (card["state"], card["result"], card["seconds"]) == ("done", "It will.", 1.0)
    assert (card["progress"], card["done"], card["total"]) == ("1 of 2", 1, 2)
    assert answer.turn == 2 and answer.text == "Yes."
    assert board.tokens == {"input_tokens": 70, "output_tokens": 33}


def test_a_card_says_at_every_moment_how_far_its_call_is() -> None:
    states = {}
    for length in range(12, len(ONE_TURN)):
        shown = card_of(board_after(*ONE_TURN[:length]))
        states[type(ONE_TURN[length - 1][1]).__name__] = shown["state"]
    assert states["InputDelta"] == "writing"
    assert states["ToolCall"] == "ready"
    assert states["ToolStarted"] == states["ToolProgress"] == "running"
    assert states["ToolFinished"] == "done"
    # A block's end proves nothing: what is cut off ends as well.
    assert card_of(board_after(*ONE_TURN[:15]))["state"] == "writing"


def test_tokens_of_a_turn_add_to_those_before_it_and_never_count_twice() -> None:
    counts = []
    for length in range(1, len(ONE_TURN) + 1):
        counts.append(board_after(*ONE_TURN[:length]).tokens.get("output_tokens", 0))
    assert counts == sorted(counts)
    assert (counts[-6], counts[-1]) == (31, 33)


def test_what_the_api_has_not_counted_yet_is_about_so_much() -> None:
    board = board_after(*ONE_TURN[:10])
    assert board.tokens == {"input_tokens": 20, "output_tokens": 5}
    assert lane_words(board.lanes[0]) == "turn 1 · ~5 tokens"
    board.end(1.0, STOPPED)
    assert lane_words(board.lanes[0]) == "stopped after 1.0 s · ~5 tokens"
    assert lane_words(fold(add_name(ONE_TURN)).lanes[0]) == "✓ done after 2.6 s · 33 tokens"


def test_what_breaks_off_is_cut_and_what_is_asked_again_is_void() -> None:
    broken = ONE_TURN[:13]
    again = Retrying(2, 0.5, "the stream was cut", restarts=True)
    board = board_after(*broken, (1.0, again))
    note = board.lanes[0].items[-1]
    assert {item.state for item in board.lanes[0].run.blocks} == {"superseded"}
    assert card_of(board)["state"] == "superseded"
    assert isinstance(note, Note)
    assert note_words(note) == "↻ The stream was cut. Trying again in 0.5 s."
    # The same block comes once more, beside the superseded one.
    board.take("", BlockStarted(1, {"type": "text"}), 1.5)
    board.take("", TextDelta(1, "again"), 1.6)
    assert board.lanes[0].run.blocks[-1].text == "again"
    assert board.lanes[0].run.blocks[1].text == "**Let** me\nlook."
    kept = board_after(*broken, (1.0, Retrying(2, 0.5, "cut", restarts=False)))
    assert card_of(kept)["state"] == "cut"
    assert item_of(kept, "text").state == "done"


def test_failure_interruption_and_stop_leave_nothing_open() -> None:
    error = StreamTruncated("the stream ended too soon")
    failed = board_after(*ONE_TURN[:13], (1.0, RunFinished("failed", {}, 1, error)))
    assert failed.lanes[0].state == "failed" and "too soon" in failed.lanes[0].problem
    assert card_of(failed)["state"] == "cut"
    spoken = board_after(*ONE_TURN[:13], (1.0, Interrupted()))
    note = spoken.lanes[0].items[-1]
    assert isinstance(note, Note) and note_words(note) == "■ Interrupted."
    for length in (16, 18):
        stopped = board_after(*ONE_TURN[:length])
        stopped.end(1.7, STOPPED)
        assert (stopped.state, stopped.lanes[0].state) == ("stopped", "stopped")
        assert card_of(stopped)["state"] == "cut"
        stopped.end(9.0)
        assert (stopped.state, stopped.ended) == ("stopped", 1.7)


def test_each_agent_has_a_lane_and_a_new_one_gets_one() -> None:
    pairs = [*add_name(ONE_TURN, "a"), *add_name(ONE_TURN, "b"), *add_name(ONE_TURN[:9], "b 2")]
    board = fold(pairs, names=["a", "b"])
    assert [lane.name for lane in board.lanes] == ["a", "b", "b 2"]
    assert board.lanes[0].run == board.lanes[1].run
    assert [lane.state for lane in board.lanes] == ["done", "done", "stopped"]
    assert fold([], names=["a", "b"]).lanes[1].state == "waiting"


def test_results_are_read_as_a_person_reads_them() -> None:
    assert readable("x") == "x"
    picture = {"type": "image", "source": {}}
    assert readable([{"type": "text", "text": "one"}, picture]) == "one\n[image]"
    assert len(readable("word " * 1000)) <= 601


def test_snapshot_and_text_tell_the_run() -> None:
    board = fold(add_name(ONE_TURN))
    said = tell(board, "the end").splitlines()
    assert said[0] == "Asked: Will it rain?"
    assert "Let me" in said and "look." in said
    assert "[search, ✓ done after 1.0 s: Searching for rain]" in said
    assert said[-1] == "the end"
    root = ElementTree.fromstring(draw(board, "the end", "A run"))
    words = [node.text for node in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "✓ done after 1.0 s" in words and "It will." in words
    assert 6 <= lines_for(board.lanes[0], 88, 6, 16) <= 16


# What a page gets


def page_after(view: CardsView, messages: list[dict[str, Any]]) -> dict[str, Any]:
    """Do what cards.js does with the messages: return lanes of items."""
    lanes: list[dict[str, Any]] = []
    for message in messages:
        if message["op"] == "reset":
            lanes = []
        for update in message.get("updates", ()):
            if "figures" in update or "clock" in update:
                continue
            while len(lanes) <= update["lane"]:
                lanes.append({"items": []})
            lane = lanes[update["lane"]]
            if "item" not in update:
                lane |= {name: value for name, value in update.items() if name != "lane"}
                continue
            if "kind" in update:
                opened = {"kind": update["kind"], "name": update["name"]}
                text = {"html": [], "open": ""} if update["kind"] == "text" else {"text": ""}
                lane["items"].append({**opened, **text})
            item = lane["items"][update["item"]]
            if "html" in update:
                item["html"] = item["html"] + update["html"]
                item["open"] = update["open"]
            if "text" in update:
                item["text"] = item["text"] * update["add"] + update["text"]
            if "about" in update:
                item["about"] = update["about"]
    return {"lanes": lanes}


def run_of(pairs: list[tuple[float, Any]], pause: float = 0.0) -> CardsView:
    async def events() -> AsyncIterator[Any]:
        for _, event in pairs:
            await asyncio.sleep(pause)
            yield "", event

    return CardsView(events, autostart=False)


@given(st.lists(st.booleans(), min_size=len(ONE_TURN), max_size=len(ONE_TURN)))
@settings(max_examples=examples(40), deadline=None)
def test_whenever_frames_are_sent_the_page_ends_with_the_saved_state(shows: list[bool]) -> None:
    view = run_of([])
    sent: list[dict[str, Any]] = []
    view._feed._send = sent.append
    view._board = Board([Lane()])
    for (at, event), show in zip(ONE_TURN, shows, strict=True):
        view._board.take("", event, at)
        if show:
            view._show()
    view._board.end(3.0)
    view._show()
    saved = json.loads(json.dumps(view._state_now()))["lanes"]
    got = json.loads(json.dumps(page_after(view, sent)))["lanes"]
    for lane in (*saved, *got):
        for item in lane["items"]:
            item.pop("add", None)
    assert got == saved
    html = saved[0]["items"][1]
    assert [line.replace(' dir="auto"', "") for line in html["html"]] == [
        "<p><strong>Let</strong> me</p>",
        "<p>look.</p>",
    ]
    view.close()


def test_what_a_model_says_reaches_the_page_without_a_script() -> None:
    harm = "<script>window.harmed=1</script><img src=x onerror=alert(1)> [x](javascript:alert(1))"
    view = run_of([(0, TurnStarted(1)), (0, BlockStarted(0, {"type": "text"}))])
    view._board = board_after(
        (0, TurnStarted(1)),
        (0, BlockStarted(0, {"type": "text"})),
        (0, TextDelta(0, harm + "\nopen <b>")),
    )
    view._show()
    item = view._state_now()["lanes"][0]["items"][0]
    assert "<script" not in item["html"][0] and "<img" not in item["html"][0]
    assert "href" not in item["html"][0]
    assert item["open"] == "open <b>"  # set as text, not as HTML
    view.close()


# Live runs


def test_a_live_run_ends_with_what_was_expected() -> None:
    view = course.cards(PROMPT, tools=[search_logs], pace=FAST)
    assert view.wait(60)
    lane = view.board.lanes[0]
    assert (view.board.state, lane.task) == ("done", PROMPT)
    card = card_of(view.board)
    assert (card["state"], card["done"], card["total"]) == ("done", 6, 6)
    assert "312 of 4,120 requests" in view.text_alternative()
    assert "2 turns" in view.state["footer"] and "no cost (mock)" in view.state["footer"]
    assert [item["kind"] for item in view.state["lanes"][0]["items"]] == ["text", "card", "text"]
    view.close()


def test_a_tool_that_fails_and_a_stream_that_breaks_are_told() -> None:
    @tool(name="search_logs")
    async def raise_error(service: str) -> str:
        """Search logs."""
        raise ToolError("the logs are away")

    view = course.cards(PROMPT, tools=[raise_error], pace=FAST)
    assert view.wait(60)
    assert "[search_logs, ✕ failed after 0 ms" in view.text_alternative()
    card = card_of(view.board)
    assert (card["state"], card["result"]) == ("failed", "the logs are away")
    cut = course.cards(
        PROMPT, tools=[raise_error], pace=FAST, fault="reset", recovery=Recovery(attempts=1)
    )
    assert cut.wait(60)
    assert cut.board.state == "failed" and cut.board.lanes[0].problem
    assert "✕" in cut.text_alternative()


def test_it_is_stopped_and_its_tools_with_it() -> None:
    cancelled: list[str] = []

    @tool(name="search_logs")
    async def for_ever(service: str) -> str:
        """Search logs."""
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            cancelled.append(service)
            raise
        return ""

    view = course.cards(PROMPT, tools=[for_ever], pace=FAST, autostart=False)
    cancelled.clear()  # beforehand it was given up after its 30 seconds, which took none
    view.start()
    deadline = time.monotonic() + 60
    while not any(
        call.run and call.run.state == "running" for call in view.board.lanes[0].run.calls
    ):
        assert not view._running.wait(0.05) and time.monotonic() < deadline
    view.stop()
    assert view.wait(60)
    assert cancelled == ["checkout"]
    assert view.board.state == "stopped" and "stopped by you" in view.state["footer"]
    assert card_of(view.board)["state"] in ("failed", "cut")


def test_what_costs_money_waits_for_a_person_and_says_what_it_cost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    live = Session({})
    live.use("custom", base_url=course.session.mock_url, key="sk-test-key")
    live.use_model("claude-sonnet-5-5")
    monkeypatch.setattr(clients, "session", live)
    view, team = course.cards("Count to three."), course.team()
    for one in (view, team):
        assert one.state["state"] == "ready" and one.setup["at_most"] > 0
        assert "Press Start" in one.text_alternative() and "✓" not in one.text_alternative()
        assert "sk-test-key" not in json.dumps([one.get_state(), one.snapshot()], default=str)
    view.start()
    assert view.wait(60)
    assert view.board.state == "done"
    assert amount(live.spent) in view.state["footer"] and live.spent > 0


def test_a_team_has_a_lane_for_each_and_all_of_it_is_known_beforehand() -> None:
    view = course.team(autostart=False)
    assert [lane.name for lane in view.board.lanes] == ["supervisor", "logs", "metrics"]
    assert view.state["lanes"][1]["words"] == "not asked yet"
    said = view.text_alternative()
    for words in (
        "supervisor (✓ done after",
        "logs (✓ done after",
        "Asked: Read the checkout metrics",
        "ask_logs, ✓ done",
        "search_logs, ✓ done after 2.1 s: Searching the logs of checkout",
        "✓ done · 6 turns · 1,046 tokens in, 296 out · no cost (mock)",
    ):
        assert words in said
    again = course.team(autostart=False)
    assert (again.snapshot(), again.text_alternative()) == (view.snapshot(), said)
    ElementTree.fromstring(view.snapshot())
    assert view.setup["title"] == "A team of agents"
