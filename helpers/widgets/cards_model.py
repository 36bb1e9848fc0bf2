"""Agents' runs as lanes of words and cards: a plain value, built from their events.

    board = fold(timed_events)        # (seconds, (name of the agent, AgentEvent)) pairs

No I/O and no clock: times are arguments. Events are known by the names of their classes,
so that those of a learner's own agent are as good as the course's. What stands in a lane
is only ever added to or changed in place, so a page can follow with small updates.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from helpers.render.endings import DONE, STOPPED, Ending, ending, failure

__all__ = [
    "Board",
    "Card",
    "Lane",
    "Note",
    "Words",
    "apply",
    "end",
    "fold",
    "readable",
]

# What a person is shown of a result; the model gets all of it.
LONGEST_RESULT = 600

OVER = ("done", "failed", "cut", "void")


@dataclass(frozen=True)
class Words:
    """Text, or thinking, as far as it has come.

    Attributes:
        kind: text or thinking.
        turn: in which turn.
        index: of its content block.
        state: open, done, cut, or void: its turn was asked for again.
        began: when, in seconds since the start.
        seconds: how long it took, once it has ended.
    """

    kind: str
    turn: int
    index: int
    text: str = ""
    state: str = "open"
    began: float = 0.0
    seconds: float | None = None


@dataclass(frozen=True)
class Card:
    """A call of a tool, from its first byte to its result.

    Attributes:
        turn: in which turn.
        index: of its content block.
        name: the tool's.
        input: what the model gives to it, raw JSON, as far as it has come.
        state: writing, ready (to run), running, done, failed, cut or void.
        status: what it does, for a person.
        progress: what the tool says about how far it is.
        done: how much of the total is done, if the tool knows.
        total: of how much.
        result: what it gave back, or the error.
        began: when the state it is in began, in seconds since the start.
        seconds: how long it ran, once it has ended.
    """

    turn: int
    index: int
    name: str
    input: str = ""
    state: str = "writing"
    status: str = ""
    progress: str = ""
    done: float | None = None
    total: float | None = None
    result: str = ""
    began: float = 0.0
    seconds: float | None = None


@dataclass(frozen=True)
class Note:
    """Something that happened to the run: it was asked again, or interrupted."""

    words: str


Item = Words | Card | Note


@dataclass(frozen=True)
class Lane:
    """One agent: what it was asked, and all that has come of it.

    Attributes:
        name: the agent's; empty if there is only one.
        state: waiting, running, done, failed or stopped (short of its end, by whomever).
        task: what it was asked, if that was told.
        turn: the present one; 0 before the first.
        items: words, cards and notes, in the order in which they began.
        counted: tokens of the answers that are over, by the names in the API's usage.
        usage: those of the present answer, as the API has said so far.
        deltas: how many have come since it said so: about one a token.
        ended: when it was over, in seconds since the start.
        problem: one sentence on what went wrong.
        ending: how it ended, once it has.
    """

    name: str = ""
    state: str = "waiting"
    task: str = ""
    turn: int = 0
    items: tuple[Item, ...] = ()
    counted: Mapping[str, int] = field(default_factory=dict)
    usage: Mapping[str, Any] = field(default_factory=dict)
    deltas: int = 0
    ended: float | None = None
    problem: str = ""
    ending: Ending | None = None

    @property
    def tokens(self) -> dict[str, int]:
        """All tokens so far, by the names in the API's usage; of an open answer, about."""
        present = {name: count for name, count in self.usage.items() if type(count) is int}
        present["output_tokens"] = max(present.get("output_tokens", 0), self.deltas)
        return dict(Counter(self.counted) + Counter(present))


@dataclass(frozen=True)
class Board:
    """All that has happened in a run, or in the runs of a team.

    Attributes:
        state: ready, running, done, failed or stopped.
        lanes: one for each agent.
        ended: when all was over, in seconds since the start.
        problem: one sentence on what went wrong.
        ending: how it all ended, once it has.
    """

    state: str = "ready"
    lanes: tuple[Lane, ...] = ()
    ended: float | None = None
    problem: str = ""
    ending: Ending | None = None

    @property
    def tokens(self) -> dict[str, int]:
        """The tokens of all lanes."""
        return dict(sum((Counter(lane.tokens) for lane in self.lanes), Counter[str]()))

    @property
    def turns(self) -> int:
        """The turns of all lanes."""
        return sum(lane.turn for lane in self.lanes)


# Building it


def fold(timed_events: Iterable[tuple[float, tuple[str, Any]]], names: Iterable[str] = ()) -> Board:
    """Return the board of so many events.

    Args:
        timed_events: (seconds since the start, (name of the agent, event)) pairs.
        names: agents who have a lane from the start.
    """
    board = Board("running", tuple(map(Lane, names)))
    last = 0.0
    for last, (name, event) in timed_events:
        board = apply(board, name, event, last)
    return end(board, "failed" if any(lane.problem for lane in board.lanes[:1]) else "done", last)


def apply(board: Board, name: str, event: Any, at: float) -> Board:
    """Return the board with one more event.

    Args:
        board: what had happened before.
        name: of the agent whose event it is; a new one gets a lane.
        event: an AgentEvent, or one with the same name and fields; others change nothing.
        at: when it came, in seconds since the start.
    """
    for place, lane in enumerate(board.lanes):
        if lane.name == name:
            lanes = list(board.lanes)
            lanes[place] = _with_event(lane, event, at)
            return replace(board, lanes=tuple(lanes))
    return replace(board, lanes=(*board.lanes, _with_event(Lane(name), event, at)))


def end(board: Board, state: str, at: float, problem: str = "") -> Board:
    """Return the board of a run that is over; the first end stands.

    Args:
        board: what had happened until then.
        state: done, failed or stopped.
        at: when, in seconds since the start.
        problem: one sentence, when it failed.
    """
    if board.ended is not None:
        return board
    lanes = tuple(
        lane if lane.ended is not None or not lane.turn else _end_lane(lane, STOPPED, at)
        for lane in board.lanes
    )
    first = next((lane.ending for lane in board.lanes[:1]), None) or DONE
    how = {"stopped": STOPPED, "failed": failure(problem) if problem else first}.get(state, first)
    return replace(board, state=how.state, lanes=lanes, ended=at, problem=problem, ending=how)


def readable(content: str | list[dict[str, Any]]) -> str:
    """Return what a tool gave back, as a person would read it, and not too much of it."""
    if not isinstance(content, str):
        said = [str(block.get("text", f"[{block.get('type')}]")) for block in content]
        content = "\n".join(said)
    cut = len(content) > LONGEST_RESULT
    return content[:LONGEST_RESULT].rstrip() + "…" if cut else content


def _with_event(lane: Lane, event: Any, at: float) -> Lane:
    match type(event).__name__:
        case "Asked":
            return replace(lane, task=event.task)
        case "TurnStarted":
            return replace(lane, state="running", turn=event.turn)
        case "MessageStarted":
            return replace(lane, counted=lane.tokens, usage={}, deltas=0)
        case "UsageUpdated":
            return replace(lane, usage=event.usage, deltas=0)
        case "BlockStarted":
            return _open(lane, event.index, event.block, at)
        case "TextDelta":
            return _grow(lane, event.index, event.text)
        case "ThinkingDelta":
            return _grow(lane, event.index, event.thinking)
        case "InputDelta":
            return _grow(lane, event.index, event.fragment)
        case "BlockStopped":
            return _stop(lane, event.index, at)
        case "ToolCall":
            return _change(lane, Card, event.index, state="ready", began=at, input=event.raw)
        case "ToolStarted":
            changes = {"state": "running", "began": at, "status": event.status}
            return _change(lane, Card, event.call.index, **changes)
        case "ToolProgress":
            changes = {"progress": event.message, "done": event.done, "total": event.total}
            return _change(lane, Card, event.call.index, **changes)
        case "ToolFinished":
            state = "failed" if event.is_error else "done"
            result = readable(event.content)
            changes = {"state": state, "result": result, "seconds": event.seconds}
            return _change(lane, Card, event.call.index, **changes)
        case "Retrying":
            return _ask_again(lane, event, at)
        case "Interrupted":
            return replace(_cut(lane, at), items=(*_cut(lane, at).items, Note("Interrupted.")))
        case "RunFinished":
            error = event.error
            how = ending(event.reason, error)
            lane = replace(lane, counted=event.usage, usage={}, deltas=0, problem=str(error or ""))
            return _end_lane(lane, how, at)
    return lane


def _open(lane: Lane, index: int, block: Mapping[str, Any], at: float) -> Lane:
    type = str(block.get("type", ""))
    item: Item
    if type.endswith("tool_use"):  # the client's own, the server's, an MCP server's
        item = Card(lane.turn, index, str(block.get("name", "tool")), began=at)
    elif type == "text":
        item = Words("text", lane.turn, index, str(block.get("text", "")), began=at)
    elif type in ("thinking", "redacted_thinking"):
        item = Words("thinking", lane.turn, index, str(block.get("thinking", "")), began=at)
    else:
        return lane
    return replace(lane, items=(*lane.items, item))


def _find(lane: Lane, kind: type[Item], index: int) -> int | None:
    """Return the place of a block of the present turn; what was void is not found."""
    for place in reversed(range(len(lane.items))):
        item = lane.items[place]
        if isinstance(item, Note) or not isinstance(item, kind) or item.state == "void":
            continue
        if (item.turn, item.index) == (lane.turn, index):
            return place
    return None


def _put(lane: Lane, place: int, item: Item) -> Lane:
    return replace(lane, items=(*lane.items[:place], item, *lane.items[place + 1 :]))


def _change(lane: Lane, kind: type[Card] | type[Words], index: int, **changes: Any) -> Lane:
    place = _find(lane, kind, index)
    return lane if place is None else _put(lane, place, replace(lane.items[place], **changes))


def _grow(lane: Lane, index: int, piece: str) -> Lane:
    """Add what came for a block to it."""
    place = _find(lane, Words, index)
    place = _find(lane, Card, index) if place is None else place
    if place is None or not piece:
        return lane
    lane = replace(lane, deltas=lane.deltas + 1)
    return _put(lane, place, _longer(lane.items[place], piece))


def _longer(item: Item, piece: str) -> Item:
    if isinstance(item, Words):
        return replace(item, text=item.text + piece)
    return replace(item, input=item.input + piece) if isinstance(item, Card) else item


def _stop(lane: Lane, index: int, at: float) -> Lane:
    # The input of a call may have been cut off here: it is not complete before ToolCall.
    place = _find(lane, Words, index)
    if place is None:
        return lane
    words = lane.items[place]
    assert isinstance(words, Words)
    return _put(lane, place, replace(words, state="done", seconds=at - words.began))


def _ask_again(lane: Lane, event: Any, at: float) -> Lane:
    """Tell that a turn is asked for again; what was shown of it is cut, or void."""
    lane = _cut(lane, at)
    items = [
        replace(item, state="void")
        if event.restarts and not isinstance(item, Note) and item.turn == lane.turn
        else item
        for item in lane.items
    ]
    why = Note(f"✕ {event.reason}. Asking again (attempt {event.attempt}).")
    return replace(lane, items=(*items, why), counted=lane.tokens, usage={}, deltas=0)


def _cut(lane: Lane, at: float) -> Lane:
    """End what is still open; cards of tools that run are ended by their own events."""
    items = [_cut_item(item, at) for item in lane.items]
    return replace(lane, items=tuple(items))


def _cut_item(item: Words | Card | Note, at: float) -> Words | Card | Note:
    match item:
        case Words(state="open"):
            return replace(item, state="cut", seconds=at - item.began)
        case Card(state="writing"):
            return replace(item, state="cut")
    return item


def _end_lane(lane: Lane, how: Ending, at: float) -> Lane:
    items = [
        replace(item, state="cut") if isinstance(item, Card) and item.state not in OVER else item
        for item in _cut(lane, at).items
    ]
    return replace(lane, state=how.state, items=tuple(items), ended=at, ending=how)
