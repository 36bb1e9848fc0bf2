"""The timeline: what it makes of events, the simulation, the pictures, and live runs."""

import asyncio
import re
import threading
import time
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import course
from helpers.agent import (
    BlockStarted,
    BlockStopped,
    InputDelta,
    MessageStopped,
    Retrying,
    RunFinished,
    TextDelta,
    ThinkingDelta,
    ToolCall,
    ToolFinished,
    ToolStarted,
    TurnFinished,
    TurnStarted,
)
from helpers.client import StreamTruncated
from helpers.dispatch import ToolDispatcher
from helpers.render import run_state
from helpers.render.endings import DONE, STOPPED, Ending, failure
from helpers.retry import Recovery
from helpers.simulation.timeline_runs import replay
from helpers.simulation.virtual_time import simulate
from helpers.tools import Tool, tool
from helpers.widgets.timeline import view as timeline
from helpers.widgets.timeline.model import (
    STRATEGIES,
    Timeline,
    calls,
    distance,
    first_turn,
    fold,
    ideal_finish,
    table,
    timeline_of,
    under,
)
from helpers.widgets.timeline.snapshot import draw, span_for
from helpers.widgets.timeline.view import Run, TimelineView
from helpers.widgets.timeline.words import Track, rows, sentence, tell

PROMPT = "Compare the weather in Lagos and Oslo."
FAST = {"first_token": 0.02, "tokens_per_second": 2000.0}
HEIGHT = 228  # of a picture with two calls, however much of it has happened
SVG = "{http://www.w3.org/2000/svg}"


def weather(seconds: float, kind: str = "async") -> Tool:
    """Return the same tool each time: async, one that blocks the loop, or sync."""

    async def waits(city: str, details: str = "") -> str:
        """Tell the weather of a city."""
        await asyncio.sleep(seconds)
        return "31 degrees"

    async def blocks(city: str, details: str = "") -> str:
        """Tell the weather of a city."""
        time.sleep(seconds)  # noqa: ASYNC251
        return "31 degrees"

    def sync(city: str, details: str = "") -> str:
        """Tell the weather of a city."""
        time.sleep(seconds)
        return "31 degrees"

    function = {"async": waits, "blocks": blocks, "sync": sync}[kind]
    return tool(name="get_weather")(function)


def call(index: int = 1, name: str = "f") -> ToolCall:
    return ToolCall(index, f"toolu_{index}", name, {"a": 1}, '{"a": 1}')


def block(index: int, type: str = "text", **more: Any) -> BlockStarted:
    return BlockStarted(index, {"type": type, **more})


ONE_TURN = [
    (0.0, TurnStarted(1)),
    (0.5, block(0)),
    (0.5, TextDelta(0, "one ")),
    (0.7, TextDelta(0, "two ")),
    (0.8, BlockStopped(0, {})),
    (0.8, block(1, "tool_use", name="f")),
    (0.9, InputDelta(1, '{"a"')),
    (1.0, InputDelta(1, ": 1}")),
    (1.1, BlockStopped(1, {})),
    (1.2, ToolCall(1, "toolu_1", "f", {"a": 1}, '{"a": 1}')),
    (1.2, ToolStarted(call(), "f")),
    (2.0, MessageStopped({})),
    (3.2, ToolFinished(call(), "ok", False, 2.0)),
    (3.2, TurnFinished(1, {}, "tool_use")),
    (3.2, RunFinished("end_turn", {}, 1)),
]


def end_run(events: list[tuple[float, Any]], how: Ending, at: float) -> Timeline:
    """Return the timeline of a run that is ended from without."""
    run = run_state.fold(events)
    run.end(how, at)
    return timeline_of(run)


# The value


def test_events_become_bars_marks_and_turns() -> None:
    timeline = fold(ONE_TURN)
    bars = [(bar.kind, bar.began, bar.ended, bar.state) for bar in timeline.bars]
    assert bars == [
        ("waiting", 0.0, 0.5, "done"),
        ("text", 0.5, 0.8, "done"),
        ("input", 0.8, 1.1, "done"),
        ("run", 1.2, 3.2, "done"),
    ]
    assert [(mark.kind, mark.at) for mark in timeline.marks] == [
        ("first_token", 0.5),
        ("message_stop", 2.0),
    ]
    assert (timeline.state, timeline.ended) == ("done", 3.2)
    assert (timeline.turns[0].stopped, timeline.turns[0].ended) == (2.0, 3.2)
    ((written, run),) = calls(timeline)
    assert written.words == '{"a": 1}'
    assert written.ready == 1.2
    assert run is not None and run.name == "f"


def test_an_input_is_not_complete_before_the_model_has_moved_on() -> None:
    states = [calls(fold(ONE_TURN[:length]))[0][0].state for length in (7, 9, 10)]
    assert states == ["open", "open", "done"]
    cut = fold([*ONE_TURN[:9], (1.5, RunFinished("max_tokens", {}, 1))])
    assert calls(cut)[0][0].state == "cut"


def test_the_ideal_starts_each_tool_with_the_last_byte_of_its_input() -> None:
    timeline = fold(ONE_TURN)
    # The input was there at 1.1 and the tool took 2.0, so 3.1; the answer ended before that.
    assert ideal_finish(timeline) == pytest.approx(3.1)
    assert distance(timeline) == pytest.approx(0.1)
    assert distance(fold(ONE_TURN[:-1])) is None
    assert distance(Timeline()) is None


def test_a_stall_leaves_a_gap() -> None:
    came = [(at, TextDelta(0, "x")) for at in (0.1, 0.2, 0.3, 1.3, 1.4)]
    timeline = fold([(0.0, TurnStarted(1)), (0.1, block(0)), *came])
    assert timeline.bars[-1].pieces == ((0.1, 0.3), (1.3, 1.4))


def test_what_is_asked_again_is_void_and_its_tools_run_on() -> None:
    timeline = fold(
        [
            *ONE_TURN[:11],
            (1.5, Retrying(2, 1.0, "it broke off", True)),
            (2.5, block(0)),
            (2.5, TextDelta(0, "one ")),
        ]
    )
    states = [(bar.kind, bar.state) for bar in timeline.bars]
    assert states[:4] == [
        ("waiting", "done"),
        ("text", "superseded"),
        ("input", "superseded"),
        ("run", "superseded"),
    ]
    assert states[4:] == [("waiting", "done"), ("text", "open")]
    assert timeline.bars[4].ended == 2.5
    assert calls(timeline) == []
    assert ("retry", "it broke off") in [(mark.kind, mark.words) for mark in timeline.marks]


def test_a_tool_that_fails_says_so_also_if_it_never_started() -> None:
    failed = fold([*ONE_TURN[:11], (2.0, ToolFinished(call(), "no", True, 0.8))])
    assert (failed.bars[-1].kind, failed.bars[-1].state) == ("run", "failed")
    never = fold([*ONE_TURN[:10], (1.3, ToolFinished(call(), "no such tool", True, 0.0))])
    assert (never.bars[-1].began, never.bars[-1].ended) == (1.3, 1.3)
    assert never.bars[-1].state == "failed"


def test_a_run_that_fails_keeps_the_first_end() -> None:
    events = [*ONE_TURN[:4], (1.0, RunFinished("failed", {}, 1, StreamTruncated("cut")))]
    timeline = fold(events)
    assert (timeline.state, timeline.ended, timeline.ending) == ("failed", 1.0, failure("cut"))
    assert timeline.bars[-1].state == "cut"
    assert end_run(events, DONE, 2.0) == timeline


def test_a_learners_own_events_count_by_their_names() -> None:
    class TurnStarted:
        turn = 1

    class BlockStarted:
        index, block = 0, {"type": "text"}

    class TextDelta:
        index, text = 0, "hello"

    class Unheard:
        pass

    events = [(0.0, TurnStarted()), (0.1, BlockStarted()), (0.2, TextDelta())]
    timeline = fold(events)
    assert timeline.bars[-1].words == "hello"
    assert fold([*events, (0.3, Unheard())]) == timeline


def test_thinking_and_blocks_of_unknown_types() -> None:
    timeline = fold(
        [
            (0.0, TurnStarted(1)),
            (0.1, block(0, "thinking")),
            (0.2, ThinkingDelta(0, "hm")),
            (0.3, BlockStopped(0, {})),
            (0.3, block(1, "something_new")),
            (0.4, BlockStopped(1, {})),
        ]
    )
    assert [bar.kind for bar in timeline.bars] == ["waiting", "thinking"]


# The simulation


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("seconds", [0.0, 0.3, 1.5, 5.0])
def test_the_arithmetic_is_what_the_agent_does(strategy: str, seconds: float) -> None:
    tools = [weather(seconds)]
    expected = under(fold(course.simulate(PROMPT, tools=tools)), strategy)
    happened = first_turn(fold(course.simulate(PROMPT, tools=tools, strategy=strategy)))
    runs = [
        [moment for bar in one.bars if bar.kind == "run" for moment in (bar.began, bar.ended)]
        for one in (expected, happened)
    ]
    assert runs[0] == pytest.approx(runs[1])
    assert expected.ended == pytest.approx(happened.ended)


@given(st.floats(0, 10))
def test_no_strategy_is_before_the_ideal_and_earlier_is_never_later(seconds: float) -> None:
    shifted = [(at + (seconds if at >= 3.2 else 0), event) for at, event in ONE_TURN]
    timeline = fold(shifted)
    ends = [under(timeline, strategy).ended for strategy in STRATEGIES]
    assert ends == sorted(ends, reverse=True)  # type: ignore[type-var]
    for strategy in STRATEGIES:
        missed = distance(under(timeline, strategy))
        assert missed is not None and missed >= 0


def test_strategies_that_do_not_exist_and_turns_without_an_end() -> None:
    with pytest.raises(ValueError, match="no strategy 'later'"):
        under(fold(ONE_TURN), "later")
    with pytest.raises(ValueError, match="has no end"):
        under(fold(ONE_TURN[:5]), "serial")


def test_a_simulation_takes_no_time_and_is_the_same_every_time() -> None:
    began = time.monotonic()
    first = course.simulate(PROMPT, tools=[weather(28)])
    assert first[-1][0] > 28 > time.monotonic() - began
    second = course.simulate(PROMPT, tools=[weather(28)])
    assert [at for at, _ in first] == [at for at, _ in second]
    assert table(fold(first)) == table(fold(second))


def test_a_sync_tool_takes_its_time_and_stops_nobody() -> None:
    waits, sync = (
        fold(course.simulate(PROMPT, tools=[weather(1.5, kind)])) for kind in ("async", "sync")
    )
    assert waits.ended == sync.ended
    assert distance(sync) == pytest.approx(0, abs=0.01)


def test_a_tool_that_blocks_the_loop_freezes_the_text() -> None:
    tools = [weather(1.5, "blocks")]
    frozen = fold(course.simulate(PROMPT, tools=tools))
    texts = [bar for bar in frozen.bars if bar.kind == "text" and bar.turn == 1]
    assert [len(bar.pieces) for bar in texts] == [1, 2, 2]
    free = fold(course.simulate(PROMPT, tools=tools, unblocked=True))
    assert all(len(bar.pieces) == 1 for bar in free.bars if bar.kind == "text")
    assert free == fold(course.simulate(PROMPT, tools=[weather(1.5)]))
    assert (frozen.ended or 0) > (free.ended or 0) + 0.3


def test_time_sleep_is_left_as_it_was_also_when_a_tool_raises() -> None:
    before = time.sleep

    @tool(name="get_weather")
    async def fails(city: str) -> str:
        """Fail."""
        time.sleep(1)  # noqa: ASYNC251
        raise ValueError("no weather today")

    for unblocked in (False, True):
        timeline = fold(course.simulate(PROMPT, tools=[fails], unblocked=unblocked))
        runs = [bar for bar in timeline.bars if bar.kind == "run"]
        assert [bar.state for bar in runs] == ["failed", "failed"]
        took = [(bar.ended or 0) - bar.began for bar in runs]
        assert took == pytest.approx([1, 1])  # its own time, also while another one blocks
    assert time.sleep is before


def test_a_tool_may_use_threads_and_its_deadline_holds() -> None:
    @tool(name="get_weather", timeout=2.0)
    async def asks_a_thread(city: str) -> str:
        """Wait in a thread."""
        await asyncio.to_thread(time.sleep, 3 if city == "Oslo" else 1)
        return "wet"

    for unblocked in (False, True):
        timeline = fold(course.simulate(PROMPT, tools=[asks_a_thread], unblocked=unblocked))
        runs = [bar for bar in timeline.bars if bar.kind == "run"]
        assert [bar.state for bar in runs] == ["done", "failed"]
        assert [(bar.ended or 0) - bar.began for bar in runs] == pytest.approx([1, 2])


def test_it_can_be_simulated_within_a_running_loop() -> None:
    async def within() -> list[tuple[float, Any]]:
        return course.simulate(PROMPT, tools=[weather(1)])

    assert asyncio.run(within())[-1][0] > 1


def test_a_fault_is_simulated_too() -> None:
    cut = {"kind": "close", "at_event": 6, "times": 1}
    patient = Recovery(after_text="restart")
    pairs = course.simulate(PROMPT, tools=[weather(1)], recovery=patient, fault=cut)
    timeline = fold(pairs)
    assert "retry" in [mark.kind for mark in timeline.marks]
    assert timeline.state == "done"


@pytest.mark.parametrize("kind", ["async", "sync", "blocks"])
def test_a_dispatcher_of_ones_own_is_seen_at_its_tools(kind: str) -> None:
    class AtTheEnd:
        """Wait for the end of the turn, then run the calls one by one."""

        def __init__(self, tools: Any, emit: Any) -> None:
            self.tools = {tool.name: tool for tool in tools}
            self.calls: list[Any] = []

        def start(self, call: Any) -> None:
            self.calls.append(call)

        def release(self) -> None:
            pass

        async def results(self) -> list[dict[str, Any]]:
            results = []
            for call in self.calls:
                tool = self.tools[call.name]
                content = tool.function(**tool.arguments(call.input))
                content = await content if tool.is_async else content
                results.append({"type": "tool_result", "tool_use_id": call.id, "content": content})
            return results

        async def cancel(self) -> None:
            pass

    tools = [weather(1.5, kind)]
    timeline = fold(course.simulate(PROMPT, tools=tools, dispatcher=AtTheEnd))
    assert timeline.state == "done"
    assert distance(first_turn(timeline)) == pytest.approx(
        distance(under(fold(course.simulate(PROMPT, tools=[weather(1.5)])), "end_of_turn")),
        abs=0.1,
    )
    course_own = fold(course.simulate(PROMPT, tools=tools[:1], dispatcher=ToolDispatcher))
    assert len([bar for bar in course_own.bars if bar.kind == "run"]) == 2


# Snapshot and text alternative


def tracks(state: str = "done") -> list[Track]:
    ends = {"done": DONE, "stopped": STOPPED, "failed": failure("it broke")}
    timeline = end_run(ONE_TURN[:-1], ends[state], 3.2)
    return [Track("", timeline, ideal_finish(timeline))]


def test_the_text_alternative_is_a_sentence_and_a_table() -> None:
    timeline = fold(
        [
            *ONE_TURN[:-3],
            (5.0, ToolFinished(call(), "ok", False, 3.8)),
            (5.0, TurnFinished(1, {}, "tool_use")),
            (5.0, RunFinished("end_turn", {}, 1)),
        ]
    )
    assert tell([Track("", timeline, 3.1)]).splitlines() == [
        "Timeline: ✓ Done after 5.0 s, 1.9 s after the ideal.",
        "turn  what          from    to      takes",
        "1     waiting       0.00 s  0.50 s  0.50 s",
        "1     text          0.50 s  0.80 s  0.30 s",
        "1     first token   0.50 s",
        "1     input of f    0.80 s  1.10 s  0.30 s",
        "1     f runs        1.20 s  5.00 s  3.80 s",
        "1     message_stop  2.00 s",
    ]


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("done", "✓ Done after 3.2 s: the ideal."),
        ("stopped", "Stopped after 3.2 s."),
        ("failed", "✕ Failed after 3.2 s: It broke."),
    ],
)
def test_a_sentence_says_how_it_ended(state: str, words: str) -> None:
    assert sentence(tracks(state)[0]) == words
    assert sentence(Track("", Timeline())) == "Not started."


def test_every_moment_of_a_run_can_be_drawn() -> None:
    for length in range(len(ONE_TURN) + 1):
        at = ONE_TURN[length - 1][0] if length else 0.0
        svg = draw([Track("", fold(ONE_TURN[:length]))], span=4, now=at, calls_expected=2)
        tree = ElementTree.fromstring(svg)
        assert float(tree.get("height", 0)) == HEIGHT
        for node in tree.iter():
            for name in ("x", "x1", "x2"):
                assert -1 <= float(node.get(name, 0)) <= 700


def test_names_that_mean_harm_are_only_words() -> None:
    hostile = "<script>alert(1)</script>\x00\ud800"
    events = [
        (0.0, TurnStarted(1)),
        (0.1, block(0, "tool_use", name=hostile)),
        (0.2, InputDelta(0, '{"a": "<script>"}')),
        (0.3, ToolCall(0, "toolu_0", hostile, {"a": "<script>"}, '{"a": "<script>"}')),
        (0.3, ToolStarted(call(0, hostile), hostile)),
        (2.3, ToolFinished(call(0, hostile), hostile, True, 2.0)),
    ]
    tree = ElementTree.fromstring(draw([Track(hostile, fold(events))], span=3))
    assert not list(tree.iter(f"{SVG}script"))


@given(st.floats(0, 100_000))
def test_any_run_fits_its_clock(seconds: float) -> None:
    span = span_for(seconds)
    assert span >= seconds
    timeline = fold([(0.0, TurnStarted(1)), (seconds, RunFinished("end_turn", {}, 1))])
    svg = draw([Track("", timeline)], span=span)
    labels = [node.text for node in ElementTree.fromstring(svg).iter(f"{SVG}text")]
    assert len([label for label in labels if re.fullmatch(r"[\d.e+]+ s", label or "")]) < 2500


def test_the_dark_theme_knows_every_colour_of_the_picture() -> None:
    css = (Path(timeline.__file__).parents[1] / "picture.css").read_text("utf-8")
    running = [Track("a", fold(ONE_TURN[:8]), 3.1), Track("b", fold(ONE_TURN), 2.0)]
    thinking = fold(
        [(0, TurnStarted(1)), (0.1, block(0, "thinking")), (0.2, ThinkingDelta(0, "x"))]
    )
    failed = end_run(ONE_TURN[:11], failure("cut"), 2.0)
    retried = fold([*ONE_TURN[:11], (1.5, Retrying(2, 1.0, "it broke off", True))])
    pictures = [
        draw(running, span=4, now=2.0),
        draw([Track("", thinking)], span=4, now=2.0),
        draw([Track("", failed)], span=4),
        draw([Track("", retried)], span=4, now=2.0),
    ]
    used = {found for svg in pictures for found in re.findall(r'(fill|stroke)="(#\w+)"', svg)}
    assert len(used) > 10
    for kind, colour in used:
        assert f'[{kind}="{colour}"]' in css, (kind, colour)


def test_the_rows_of_several_runs_name_them() -> None:
    both = [Track("a", fold(ONE_TURN)), Track("b", fold(ONE_TURN))]
    cells = rows(both)
    assert cells[0] == ["run", "what", "from", "to", "takes"]
    assert {row[0] for row in cells[1:]} == {"a", "b"}


# The live view


def test_a_run_fills_the_view_and_the_final_state_stands_in_the_trait() -> None:
    view = course.timeline(PROMPT, tools=[weather(0.1)], pace=FAST)
    assert view.wait(60)
    assert view.timeline.state == "done"
    assert view.state["running"] is False
    assert view.state["words"][0].startswith("✓ Done after")
    assert [row[1] for row in view.state["rows"]].count("get_weather runs") == 2
    ElementTree.fromstring(view.state["svg"])


def test_the_snapshot_is_known_before_anything_has_run() -> None:
    view = course.timeline(PROMPT, tools=[weather(1.5)], autostart=False)
    assert view.timeline.state == "ready"
    assert view.text_alternative().startswith(
        "Timeline: ✓ Done after 5.0 s in 2 turns: the ideal.\n"
    )
    assert (
        view.snapshot() == course.timeline(PROMPT, tools=[weather(1.5)], autostart=False).snapshot()
    )
    assert view.state["rows"] == [["turn", "what", "from", "to", "takes"]]
    assert repr(view) == "<TimelineView>"


def test_stop_ends_the_run_and_cancels_its_tools() -> None:
    cancelled = threading.Event()

    @tool(name="get_weather")
    async def slow(city: str) -> str:
        """Take an hour."""
        try:
            await asyncio.sleep(20)
        except asyncio.CancelledError:
            cancelled.set()
            raise
        return "late"

    view = course.timeline(PROMPT, tools=[slow], pace=FAST)
    cancelled.clear()  # the simulation may have cancelled it, too
    deadline = time.monotonic() + 60
    while not any(bar.kind == "run" for bar in view.timeline.bars):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    view._handle_custom_msg({"op": "stop"}, [])
    assert view.wait(60)
    assert cancelled.is_set()
    assert view.timeline.state == "stopped"
    assert view.state["words"][0].startswith("Stopped after")
    assert next(bar.state for bar in view.timeline.bars if bar.kind == "run") in ("cut", "failed")


def test_stop_right_after_start_says_so() -> None:
    for _ in range(10):
        view = TimelineView({"run": Run(lambda: _never())}, autostart=True)
        view.stop()
        assert view.wait(60)
        assert view.timeline.state == "stopped"


async def _never() -> Any:
    await asyncio.sleep(3600)
    yield None


def test_a_run_that_raises_ends_in_one_sentence() -> None:
    async def break_off() -> Any:
        yield TurnStarted(1)
        raise ValueError("no such luck")

    view = TimelineView({"run": Run(break_off)}, autostart=True)
    assert view.wait(60)
    assert view.timeline.ending == failure("ValueError: no such luck.")
    assert view.state["words"][0].endswith("ValueError: no such luck.")


def test_a_recorded_run_is_played_again_at_its_own_pace() -> None:
    pairs = [(at / 20, event) for at, event in ONE_TURN]
    given = simulate(lambda clock: replay(pairs, clock))
    assert [event for _, event in given] == [event for _, event in pairs]
    assert [at for at, _ in given] == pytest.approx([at for at, _ in pairs])
    view = course.timeline(pairs)
    assert view.wait(60)
    assert view.timeline.state == "done"
    assert (view.timeline.ended or 0) >= 0.16
    assert table(fold(ONE_TURN))[0][1] == table(view.timeline)[0][1]


def test_three_ways_are_run_at_once_or_one_by_one() -> None:
    view = course.compare_dispatch(PROMPT, tools=[weather(1.5)], pace=FAST)
    assert {timeline.state for timeline in view.timelines.values()} == {"ready"}
    view._handle_custom_msg({"op": "choose", "run": "serial"}, [])
    view._handle_custom_msg({"op": "choose", "run": "faster"}, [])
    view._handle_custom_msg({"op": "start"}, [])
    assert view.wait(60)
    assert [timeline.state for timeline in view.timelines.values()] == ["ready", "done", "ready"]
    view.choose("all")
    view.start()
    assert view.wait(60)
    assert {timeline.state for timeline in view.timelines.values()} == {"done"}
    assert all(len(timeline.turns) == 1 for timeline in view.timelines.values())
    slow, serial, parallel = (timeline.ended or 0 for timeline in view.timelines.values())
    assert parallel + 0.5 < serial < slow + 0.5
    with pytest.raises(ValueError, match="no run 'faster'"):
        view.choose("faster")


def test_the_comparison_states_what_each_way_costs() -> None:
    view = course.compare_dispatch(PROMPT, tools=[weather(1.5)])
    assert view.text_alternative().splitlines()[:3] == [
        "End of turn, one by one: ✓ Done after 6.7 s, 2.9 s after the ideal.",
        "Mid-stream, one by one: ✓ Done after 4.3 s, 0.5 s after the ideal.",
        "Mid-stream, side by side: ✓ Done after 3.9 s: the ideal.",
    ]


def test_a_dispatcher_of_ones_own_runs_live() -> None:
    view = course.timeline(
        PROMPT, tools=[weather(0.1, "sync")], pace=FAST, dispatcher=ToolDispatcher
    )
    assert view.wait(60)
    assert view.timeline.state == "done"
    assert len([bar for bar in view.timeline.bars if bar.kind == "run"]) == 2
