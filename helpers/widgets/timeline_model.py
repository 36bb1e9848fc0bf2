"""A run as bars on one clock: a plain value, built from the agent's events.

    timeline = fold(timed_events)        # (seconds since the start, AgentEvent) pairs
    distance(timeline)                   # seconds by which it missed the ideal finish

No I/O and no clock: times are arguments. Events are known by the names of their
classes, so that those of a learner's own agent are as good as the course's.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from helpers.render.endings import STOPPED, Ending, ending, failure

__all__ = [
    "STRATEGIES",
    "Bar",
    "Mark",
    "Timeline",
    "Turn",
    "apply",
    "calls",
    "distance",
    "end",
    "first_turn",
    "fold",
    "ideal_finish",
    "table",
    "under",
]

# When the tools of a turn run, from the latest to the earliest.
STRATEGIES = {
    "end_of_turn": "End of turn, one by one",
    "serial": "Mid-stream, one by one",
    "parallel": "Mid-stream, side by side",
}

# Deltas that are further apart than this leave a gap in their bar, in seconds.
STALL = 0.25


@dataclass(frozen=True)
class Bar:
    """Something that takes time.

    Attributes:
        kind: waiting, thinking, text, input (a call being written) or run (of a tool).
        turn: in which turn.
        index: of its content block; -1 for waiting.
        began: when, in seconds since the start of the run.
        ended: when it was over.
        ready: when an input was known to be complete, so that its tool could run.
        name: the tool's.
        words: the text, the input's raw JSON, or what a tool says it does.
        state: open, done, failed, cut, or void: a turn that was asked for again.
        pieces: (from, to) pairs in which something came, without the stalls between.
    """

    kind: str
    turn: int
    index: int
    began: float
    ended: float | None = None
    ready: float | None = None
    name: str = ""
    words: str = ""
    state: str = "open"
    pieces: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True)
class Mark:
    """Something that happens at a moment: first token, message_stop, retry, interruption."""

    kind: str
    at: float
    turn: int
    words: str = ""


@dataclass(frozen=True)
class Turn:
    """A request, its answer and the runs of its tools; it ends when they have results."""

    number: int
    began: float
    stopped: float | None = None  # message_stop
    ended: float | None = None


@dataclass(frozen=True)
class Timeline:
    """All that has happened in a run so far.

    Attributes:
        state: ready, running, done, stopped or failed.
        bars: in the order in which they began.
        ended: when the run was over, in seconds.
        problem: one sentence on what went wrong.
        ending: how it ended, once it has told.
    """

    state: str = "ready"
    bars: tuple[Bar, ...] = ()
    marks: tuple[Mark, ...] = ()
    turns: tuple[Turn, ...] = ()
    ended: float | None = None
    problem: str = ""
    ending: Ending | None = None


# Building it


def fold(timed_events: Iterable[tuple[float, Any]]) -> Timeline:
    """Return the timeline of so many (seconds since the start, event) pairs."""
    timeline = Timeline("running")
    for at, event in timed_events:
        timeline = apply(timeline, event, at)
    return timeline


def apply(timeline: Timeline, event: Any, at: float) -> Timeline:
    """Return the timeline with one more event.

    Args:
        timeline: what had happened before.
        event: an AgentEvent, or one with the same name and fields; others change nothing.
        at: when it came, in seconds since the start of the run.
    """
    turn = timeline.turns[-1].number if timeline.turns else 0
    match type(event).__name__:
        case "TurnStarted":
            turns = (*timeline.turns, Turn(event.turn, at))
            return _add(replace(timeline, turns=turns), Bar("waiting", event.turn, -1, at))
        case "BlockStarted":
            kind = _kind(event.block)
            bar = Bar(kind, turn, event.index, at, name=str(event.block.get("name", "")))
            return _add(_close(timeline, at, "waiting"), bar) if kind else timeline
        case "TextDelta":
            return _grow(timeline, event.index, event.text, at)
        case "ThinkingDelta":
            return _grow(timeline, event.index, event.thinking, at)
        case "InputDelta":
            return _grow(timeline, event.index, event.fragment, at)
        case "BlockStopped":
            # An input that ends here may have been cut off: it is not complete before ToolCall.
            timeline = _reach(timeline, event.index, at)
            timeline = _change(timeline, "input", event.index, ended=at)
            timeline = _change(timeline, "thinking", event.index, ended=at, state="done")
            return _change(timeline, "text", event.index, ended=at, state="done")
        case "ToolCall":
            return _change(timeline, "input", event.index, ready=at, state="done")
        case "ToolStarted":
            call = event.call
            words = str(getattr(event, "status", ""))
            return _add(timeline, Bar("run", turn, call.index, at, name=call.name, words=words))
        case "ToolProgress":
            return _change(timeline, "run", event.call.index, words=str(event.message))
        case "ToolFinished":
            return _finish_tool(timeline, event, at, turn)
        case "MessageStopped":
            timeline = _mark(_close(timeline, at, "waiting"), "message_stop", at)
            return _change_turn(timeline, stopped=at)
        case "TurnFinished":
            return _change_turn(timeline, ended=at)
        case "Retrying":
            timeline = _close(
                timeline, at, *(("waiting", "text", "thinking", "input")), state="cut"
            )
            if event.restarts:
                timeline = _void(timeline, turn)
            timeline = _mark(timeline, "retry", at, str(event.reason))
            return _add(timeline, Bar("waiting", turn, -1, at))
        case "Interrupted":
            return _change_turn(_mark(timeline, "interrupted", at), ended=at)
        case "RunFinished":
            error = getattr(event, "error", None)
            how = ending(str(event.reason), error)
            timeline = end(timeline, how.state, at, str(error or ""))
            return replace(timeline, ending=how)
    return timeline


def end(timeline: Timeline, state: str, at: float, problem: str = "") -> Timeline:
    """Return the timeline of a run that is over; the first end stands.

    Args:
        timeline: what had happened until then.
        state: done, stopped or failed.
        at: when, in seconds since the start.
        problem: one sentence, when it failed.
    """
    if timeline.ended is not None:
        return timeline
    timeline = _close(timeline, at, "waiting", "text", "thinking", "input", "run", state="cut")
    how = {"stopped": STOPPED, "failed": failure(problem)}.get(state)
    return replace(timeline, state=state, ended=at, problem=problem, ending=how)


def _kind(block: Mapping[str, Any]) -> str:
    """Return the kind of bar for a content block; "" for what has none."""
    type = str(block.get("type", ""))
    if type.endswith("tool_use"):  # the client's own, the server's, an MCP server's
        return "input"
    return {"text": "text", "thinking": "thinking", "redacted_thinking": "thinking"}.get(type, "")


def _add(timeline: Timeline, bar: Bar) -> Timeline:
    return replace(timeline, bars=(*timeline.bars, bar))


def _mark(timeline: Timeline, kind: str, at: float, words: str = "") -> Timeline:
    turn = timeline.turns[-1].number if timeline.turns else 0
    return replace(timeline, marks=(*timeline.marks, Mark(kind, at, turn, words)))


def _find(timeline: Timeline, kind: str, index: int) -> int | None:
    """Return the place of a bar of the present turn; what was void is not found."""
    turn = timeline.turns[-1].number if timeline.turns else 0
    for place in reversed(range(len(timeline.bars))):
        bar = timeline.bars[place]
        if (bar.kind, bar.turn, bar.index) == (kind, turn, index) and bar.state != "void":
            return place
    return None


def _change(timeline: Timeline, kind: str, index: int, **changes: Any) -> Timeline:
    """Change the bar of a block of the present turn, if there is one."""
    place = _find(timeline, kind, index)
    if place is None:
        return timeline
    bars = list(timeline.bars)
    bars[place] = replace(bars[place], **changes)
    return replace(timeline, bars=tuple(bars))


def _change_turn(timeline: Timeline, **changes: Any) -> Timeline:
    if not timeline.turns:
        return timeline
    return replace(timeline, turns=(*timeline.turns[:-1], replace(timeline.turns[-1], **changes)))


def _close(timeline: Timeline, at: float, *kinds: str, state: str = "done") -> Timeline:
    """End the open bars of these kinds."""
    bars = tuple(
        replace(bar, state=state, ended=at if bar.ended is None else bar.ended)
        if bar.kind in kinds and bar.state == "open"
        else bar
        for bar in timeline.bars
    )
    return replace(timeline, bars=bars)


def _void(timeline: Timeline, turn: int) -> Timeline:
    """Mark what was shown of a turn as asked for again; runs of tools go on."""
    bars = tuple(
        replace(bar, state="void") if bar.turn == turn and bar.kind != "waiting" else bar
        for bar in timeline.bars
    )
    return replace(timeline, bars=bars)


def _grow(timeline: Timeline, index: int, piece: str, at: float) -> Timeline:
    """Add what came for a block to its bar."""
    if not piece:
        return timeline
    turn = timeline.turns[-1].number if timeline.turns else 0
    if not any(mark.kind == "first_token" and mark.turn == turn for mark in timeline.marks):
        timeline = _mark(timeline, "first_token", at)
    for kind in ("text", "thinking", "input"):
        place = _find(timeline, kind, index)
        if place is not None:
            words = timeline.bars[place].words + piece
            return _reach(_change(timeline, kind, index, words=words), index, at)
    return timeline


def _reach(timeline: Timeline, index: int, at: float) -> Timeline:
    """Let what has come for a block reach to this moment, or leave a gap after a stall."""
    for kind in ("text", "thinking", "input"):
        place = _find(timeline, kind, index)
        if place is not None:
            bar = timeline.bars[place]
            pieces = bar.pieces or ((bar.began, bar.began),)
            begin, reached = pieces[-1]
            stalled = at - reached > STALL
            pieces = (*pieces, (at, at)) if stalled else (*pieces[:-1], (begin, at))
            return _change(timeline, kind, index, pieces=pieces)
    return timeline


def _finish_tool(timeline: Timeline, event: Any, at: float, turn: int) -> Timeline:
    """End the run of a tool; one that never started is a moment, and a failed one."""
    state = "failed" if getattr(event, "is_error", False) else "done"
    place = _find(timeline, "run", event.call.index)
    if place is not None and timeline.bars[place].ended is None:
        return _change(timeline, "run", event.call.index, ended=at, state=state)
    bar = Bar("run", turn, event.call.index, at, at, name=event.call.name, state=state)
    return _add(timeline, bar)


# Reading it


def calls(timeline: Timeline, turn: int | None = None) -> list[tuple[Bar, Bar | None]]:
    """Return the inputs of the tools' calls, each with its run if there was one.

    Args:
        timeline: where to look.
        turn: of one turn only.
    """
    runs = {(bar.turn, bar.index): bar for bar in timeline.bars if bar.kind == "run"}
    return [
        (bar, runs.get((bar.turn, bar.index)))
        for bar in timeline.bars
        if bar.kind == "input" and bar.state != "void" and turn in (None, bar.turn)
    ]


def _ideal(timeline: Timeline, turn: Turn) -> float | None:
    """Return when a turn could have been over at the earliest.

    That is when its answer has ended, and each tool has taken as long as it did from the
    moment at which the last byte of its input was there.
    """
    if turn.stopped is None or turn.ended is None:
        return None
    ends = [turn.stopped]
    for written, run in calls(timeline, turn.number):
        if run is not None and run.ended is not None and written.ended is not None:
            ends.append(written.ended + run.ended - run.began)
    return min(max(ends), turn.ended)


def distance(timeline: Timeline) -> float | None:
    """Return by how many seconds a run missed its ideal finish, summed over its turns.

    None until it is over, or if one of its turns didn't get to its end.
    """
    lost = 0.0
    for turn in timeline.turns:
        ideal = _ideal(timeline, turn)
        if ideal is None or turn.ended is None:
            return None
        lost += turn.ended - ideal
    return lost if timeline.turns and timeline.ended is not None else None


def ideal_finish(timeline: Timeline) -> float | None:
    """Return when the run would have ended had no tool ever waited; None if unknown."""
    lost = distance(timeline)
    return None if lost is None or timeline.ended is None else timeline.ended - lost


def first_turn(timeline: Timeline) -> Timeline:
    """Return the timeline as if the run had ended with its first turn."""
    turns = timeline.turns[:1]
    ended = turns[0].ended if turns else None
    return replace(
        timeline,
        state=timeline.state if ended is None else "done",
        bars=tuple(bar for bar in timeline.bars if turns and bar.turn == turns[0].number),
        marks=tuple(mark for mark in timeline.marks if turns and mark.turn == turns[0].number),
        turns=turns,
        ended=timeline.ended if ended is None else ended,
    )


def under(timeline: Timeline, strategy: str) -> Timeline:
    """Return the first turn of a run as it would have been under another strategy.

    The answer arrives as it did and each tool takes as long as it did; only when the
    tools start differs.

    Args:
        timeline: a run whose first turn has ended.
        strategy: one of STRATEGIES.

    Raises:
        ValueError: there is no such strategy, or no such turn.
    """
    if strategy not in STRATEGIES:
        raise ValueError(f"There is no strategy {strategy!r}: {', '.join(STRATEGIES)}.")
    turn_one = first_turn(timeline)
    if not turn_one.turns or (stopped := turn_one.turns[0].stopped) is None:
        raise ValueError("The first turn of this run has no end.")
    free, last, runs = 0.0, stopped, []
    for written, run in calls(turn_one):
        if run is None or run.ended is None or written.ready is None:
            continue
        start = stopped if strategy == "end_of_turn" else written.ready
        if strategy != "parallel":
            start = max(start, free)
        free = start + run.ended - run.began
        last = max(last, free)
        runs.append(replace(run, began=start, ended=free))
    written_bars = [bar for bar in turn_one.bars if bar.kind != "run"]
    return replace(
        turn_one,
        state="done",
        bars=tuple(sorted([*written_bars, *runs], key=lambda bar: bar.began)),
        turns=(replace(turn_one.turns[0], ended=last),),
        ended=last,
    )


_WORDS = {
    "waiting": "waiting",
    "thinking": "thinking",
    "text": "text",
    "input": "input of {name}",
    "run": "{name} runs",
    "first_token": "first token",
    "message_stop": "message_stop",
    "retry": "✕ asked again",
    "interrupted": "interrupted",
}
_STATES = {"failed": " ✕ failed", "cut": " ✕ cut off", "void": " (void)"}


def table(timeline: Timeline) -> list[tuple[str, str, str, str, str]]:
    """Return all bars and marks as rows: turn, what, from, to, takes; in order of time."""
    rows = [
        (
            bar.began,
            str(bar.turn),
            _WORDS[bar.kind].format(name=bar.name) + _STATES.get(bar.state, ""),
            _at(bar.began),
            "…" if bar.ended is None else _at(bar.ended),
            "…" if bar.ended is None else _at(bar.ended - bar.began),
        )
        for bar in timeline.bars
    ]
    rows += [
        (mark.at, str(mark.turn), _WORDS[mark.kind], _at(mark.at), "", "")
        for mark in timeline.marks
    ]
    return [row[1:] for row in sorted(rows, key=lambda row: row[0])]


def _at(seconds: float) -> str:
    return f"{seconds:.2f} s"
