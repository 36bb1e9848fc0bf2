"""A run as bars on one clock: a plain value, made of what `render.run_state` reads.

    timeline = fold(timed_events)        # (seconds since the start, AgentEvent) pairs
    distance(timeline)                   # seconds by which it missed the ideal finish

No I/O and no clock: times are arguments.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from helpers.render import run_state
from helpers.render.endings import DONE, Ending
from helpers.render.run_parts import Block, Note, ToolRun
from helpers.render.run_state import RunState

__all__ = [
    "STRATEGIES",
    "Bar",
    "Mark",
    "Timeline",
    "Turn",
    "calls",
    "distance",
    "first_turn",
    "fold",
    "ideal_finish",
    "table",
    "timeline_of",
    "under",
]

# When the tools of a turn run, from the latest to the earliest.
STRATEGIES = {
    "end_of_turn": "End of turn, one by one",
    "serial": "Mid-stream, one by one",
    "parallel": "Mid-stream, side by side",
}

# What has bars, and what it is called there. A call's is its input.
KINDS = {"text": "text", "thinking": "thinking", "call": "input"}


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
        state: open, done, failed, cut, or superseded: a turn that was asked for again.
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
        ending: how it ended, once it has.
    """

    state: str = "ready"
    bars: tuple[Bar, ...] = ()
    marks: tuple[Mark, ...] = ()
    turns: tuple[Turn, ...] = ()
    ended: float | None = None
    ending: Ending | None = None


# Building it


def fold(timed_events: Iterable[tuple[float, Any]]) -> Timeline:
    """Return the timeline of so many (seconds since the start, event) pairs."""
    return timeline_of(run_state.fold(timed_events))


def timeline_of(run: RunState) -> Timeline:
    """Return the timeline of a run, as far as it has come."""
    placed = [pair for part in (_waiting(run), *map(_bars, run.blocks)) for pair in part]
    return Timeline(
        run.state,
        tuple(bar for _, bar in sorted(placed, key=lambda pair: pair[0])),
        tuple(sorted(_marks(run), key=lambda mark: mark.at)),
        tuple(Turn(turn.number, turn.began, turn.stopped, turn.ended) for turn in run.turns),
        run.ended,
        run.ending,
    )


def _waiting(run: RunState) -> Iterator[tuple[int, Bar]]:
    """Give a bar for each request, until its answer began, with its place among all."""
    for turn in run.turns:
        for request in turn.requests:
            ended = request.ended if request.answered is None else request.answered
            state = "open" if ended is None else "cut" if request.answered is None else "done"
            bar = Bar("waiting", turn.number, -1, request.began, ended, state=state)
            yield request.place, bar


def _bars(block: Block) -> Iterator[tuple[int, Bar]]:
    """Give the bar of a block, and that of its tool's run, with their places among all."""
    if block.kind not in KINDS:
        return
    state = "open" if block.state == "closed" else block.state
    name = "" if block.kind == "thinking" else block.name
    place = block.turn, block.index
    written = Bar(KINDS[block.kind], *place, block.began, block.ended, block.ready, name)
    spells = tuple(block.spells)
    yield block.place, replace(written, words=block.text, state=state, pieces=spells)
    if (run := block.run) is not None:
        state = (
            "superseded"
            if block.state == "superseded"
            else "open"
            if run.ended is None
            else run.state
        )
        words = run.progress or run.status
        yield run.place, Bar("run", *place, run.began, _over(run), None, name, words, state)


def _over(run: ToolRun) -> float | None:
    """Return when a tool was over: while one blocks the loop, the news of that come late."""
    if run.ended is None or run.seconds is None:
        return run.ended
    return min(run.ended, run.began + run.seconds)


def _marks(run: RunState) -> Iterator[Mark]:
    for turn in run.turns:
        firsts = [one.first_token for one in turn.requests if one.first_token is not None]
        if firsts:
            yield Mark("first_token", firsts[0], turn.number)
        for request in turn.requests:
            if request.stopped is not None:
                yield Mark("message_stop", request.stopped, turn.number)
    for note in run.items:
        if isinstance(note, Note):
            yield Mark(note.kind, note.at, note.turn, note.reason)


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
        if bar.kind == "input" and bar.state != "superseded" and turn in (None, bar.turn)
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
        ending=timeline.ending if ended is None else DONE,
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
_STATES = {"failed": " ✕ failed", "cut": " ✕ cut off", "superseded": " (superseded)"}


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
