"""A run as far as it has come: the one reading of an agent's events.

    AgentEvent ──▶ RunState.take ──▶ RunState ──▶ terminal, web pages, views, pictures, traces

    state = RunState()
    for at, event in timed_events:
        state.take(event, at)
    state.items, state.turns, state.tokens, state.ending

Every front end shows a projection of this value, so that no two of them can tell different
things. No I/O and no clock: times are arguments, in seconds since the start. Events are known
by the names of their classes, so that those of a learner's own agent are as good as the
course's. An event takes the same time however long the run is.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from helpers.render.endings import Ending, ending
from helpers.render.run_parts import Block, Item, Note, Request, ToolRun, Turn

__all__ = ["RunState", "fold"]

CHARACTERS_PER_TOKEN = 4  # about

KINDS = {"text": "text", "thinking": "thinking", "redacted_thinking": "thinking"}
DELTAS = {
    "TextDelta": ("text", "text"),
    "ThinkingDelta": ("thinking", "thinking"),
    "InputDelta": ("call", "fragment"),
}


@dataclass(slots=True)
class RunState:
    """All that has happened in a run so far.

    Attributes:
        items: blocks and notes, in the order in which they began.
        turns: the turns, each with its requests.
        ended: when the run was over, in seconds since the start.
        ending: how it ended, once it has.
    """

    items: list[Item] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    ended: float | None = None
    ending: Ending | None = None
    _present: dict[int, Block] = field(default_factory=dict)  # blocks of this attempt, by index
    _begun: int = 0  # requests, blocks and runs of tools
    _told: dict[str, int] = field(default_factory=dict)  # the usage that the run's end has told

    # Reading it

    @property
    def state(self) -> str:
        """running, done, failed, or stopped short of its goal."""
        return "running" if self.ending is None else self.ending.state

    @property
    def turn(self) -> int:
        """The number of the present turn; 0 before the first."""
        return self.turns[-1].number if self.turns else 0

    @property
    def requests(self) -> list[Request]:
        """The requests of all turns."""
        return [request for turn in self.turns for request in turn.requests]

    @property
    def request(self) -> Request | None:
        """The latest request."""
        return self.turns[-1].requests[-1] if self.turns else None

    @property
    def waiting(self) -> bool:
        """Whether a request is under way that has shown nothing yet."""
        request = self.request
        return request is not None and request.answered is None and request.ended is None

    @property
    def blocks(self) -> list[Block]:
        """The blocks, without the notes."""
        return [item for item in self.items if isinstance(item, Block)]

    @property
    def calls(self) -> list[Block]:
        """The calls that count: those of replies that were not asked for again."""
        return [
            block for block in self.blocks if block.kind == "call" and block.state != "superseded"
        ]

    @property
    def counted(self) -> bool:
        """Whether the API has counted all that came of the latest answer."""
        return self.request is None or not self.request.uncounted

    @property
    def usage(self) -> dict[str, int]:
        """The API's counts, summed over all requests."""
        total: Counter[str] = Counter()
        for request in self.requests:
            total.update(request.usage)
        return {**total, **self._told}

    @property
    def tokens(self) -> dict[str, int]:
        """The same; what the API has not counted yet is estimated by its characters."""
        usage = self.usage
        if self.request and self.request.uncounted:
            about = self.request.uncounted // CHARACTERS_PER_TOKEN
            usage["output_tokens"] = usage.get("output_tokens", 0) + about
        return usage

    def block(self, index: int) -> Block | None:
        """Return a block of the present attempt, by its number on the wire."""
        return self._present.get(index)

    # Building it

    def take(self, event: Any, at: float) -> list[Item]:
        """Go on by one event; return the items that it has changed.

        Args:
            event: an AgentEvent, or a learner's own of the same name, which may have fewer
                fields; others change nothing.
            at: when it came, in seconds since the start.
        """
        match type(event).__name__:
            case "TextDelta" | "ThinkingDelta" | "InputDelta" as name:  # by far the most frequent
                kind, attribute = DELTAS[name]
                return self._grow(kind, event.index, getattr(event, attribute), at)
            case "TurnStarted":
                self.turns.append(Turn(event.turn, at, [Request(at, place=self._place())]))
                self._present = {}
            case "UsageUpdated":
                self._count(event.usage, at)
            case "BlockStarted":
                return self._open(event.index, event.block, at)
            case "BlockStopped":
                return self._close(event.index, at)
            case "ToolCall":
                block = self._call(event, at)
                block.state, block.ready = "done", at
                if block.text != event.raw:
                    block.pieces = [event.raw]
                return [block]
            case "ToolStarted" | "ToolProgress" | "ToolFinished":
                return self._run_tool(event, at)
            case "MessageStopped":
                return self._message_stop(getattr(event, "message", {}), at)
            case "TurnFinished":
                self._request(at).end(at)
                self.turns[-1].ended = at
            case "Retrying":
                return self._retry(event, at)
            case "Interrupted":
                self._request(at).end(at)
                self.turns[-1].ended = at
                changed = self._cut(at, runs=True)
                return [*changed, self._note(Note("interrupted", self.turn, at))]
            case "RunFinished":
                self._finish(_counts(getattr(event, "usage", None)))
                return self.end(ending(str(event.reason), getattr(event, "error", None)), at)
        return []

    def end(self, how: Ending, at: float) -> list[Item]:
        """End the run, unless it has ended; return the items that this has changed.

        Args:
            how: as `endings.ending` tells it, or STOPPED by a person.
            at: when, in seconds since the start.
        """
        if self.ending is not None:
            return []
        self.ending, self.ended = how, at
        if self.request:
            self.request.end(at)
        return [*self._cut(at, runs=True)]

    def _request(self, at: float) -> Request:
        """Return the present request; events without a turn have one all the same."""
        if not self.turns:
            self.turns.append(Turn(0, at, [Request(at, place=self._place())]))
        return self.turns[-1].requests[-1]

    def _count(self, usage: Mapping[str, Any], at: float) -> None:
        request = self._request(at)
        request.usage |= _counts(usage)  # totals, not increments
        request.uncounted = 0

    def _place(self) -> int:
        self._begun += 1
        return self._begun

    def _answer(self, at: float) -> None:
        """Tell all that wait that they have an answer: a turn may go on where another broke off."""
        self._request(at)
        for request in self.requests:
            if request.answered is None and request.ended is None:
                request.answered = at

    def _finish(self, told: dict[str, int]) -> None:
        """Take what the run's end tells of its usage: more than its requests, if they told none."""
        more = told.get("output_tokens", 0) > self.usage.get("output_tokens", 0)
        if self.request and more:
            self.request.uncounted = 0
        self._told = told

    def _add(self, block: Block, at: float) -> Block:
        self._answer(at)
        block.turn, block.place = self.turn, self._place()
        self._present[block.index] = block
        self.items.append(block)
        return block

    def _note(self, note: Note) -> Note:
        self.items.append(note)
        return note

    def _open(self, index: int, content: Mapping[str, Any], at: float) -> list[Item]:
        type = str(content.get("type", "unknown"))
        kind, name = KINDS.get(type, "other"), type
        if type.endswith("tool_use"):  # the client's own, the server's, an MCP server's
            kind, name = "call", str(content.get("name", "tool"))
        elif kind != "other":
            name = "redacted" if type == "redacted_thinking" else ""
        return [self._add(Block(kind, self.turn, index, name, began=at), at)]

    def _grow(self, kind: str, index: int, piece: str, at: float) -> list[Item]:
        """Add what came for a block to it; one that nobody has opened begins here."""
        if not piece:
            return []
        block = self._present.get(index)
        if block is None:
            block = self._add(Block(kind, self.turn, index, began=at), at)
        request = self._request(at)
        request.first_token = at if request.first_token is None else request.first_token
        request.last_token = at
        request.uncounted += len(piece)
        block.pieces.append(piece)
        block.reach(at)
        return [block]

    def _close(self, index: int, at: float) -> list[Item]:
        block = self._present.get(index)
        if block is None or block.state != "open":
            return []
        block.reach(at)
        # The input of a call may have been cut off here: it is not complete before ToolCall.
        block.state, block.ended = "closed" if block.kind == "call" else "done", at
        return [block]

    def _call(self, call: Any, at: float) -> Block:
        """Return the block of a call; one that nobody has opened begins here."""
        block = self._present.get(call.index)
        if block is None or block.kind != "call":
            block = Block("call", self.turn, call.index, call.name, "done", at, at, at, [call.raw])
            self._add(block, at)
        return block

    def _run_tool(self, event: Any, at: float) -> list[Item]:
        block = self._call(event.call, at)
        match type(event).__name__:
            case "ToolStarted":
                status = str(getattr(event, "status", ""))
                block.run = ToolRun(at, status, place=self._place())
            case "ToolProgress" if block.run is not None:
                run = block.run
                run.progress, run.done, run.total = str(event.message), event.done, event.total
            case "ToolFinished":
                # What could not even start is a run all the same.
                run = block.run = block.run or ToolRun(at, place=self._place())
                run.state = "failed" if getattr(event, "is_error", False) else "done"
                run.content, run.ended = event.content, at
                run.seconds = getattr(event, "seconds", at - run.began)
        return [block]

    def _message_stop(self, message: Mapping[str, Any], at: float) -> list[Item]:
        self._answer(at)
        request = self._request(at)
        request.stopped, request.stop_reason = at, message.get("stop_reason")
        request.end(at)
        cut = [block for block in self._present.values() if block.state in ("open", "closed")]
        for block in cut:
            block.cut(at)
        return [*cut]

    def _retry(self, event: Any, at: float) -> list[Item]:
        self._request(at).end(at)
        changed: list[Block] = self._cut(at)
        if event.restarts:
            shown = [block for block in self.blocks if block.turn == self.turn]
            changed = [block for block in shown if block.state != "superseded"]
            for block in changed:
                block.state = "superseded"
            self._present = {}
        self.turns[-1].requests.append(Request(at, event.seconds, place=self._place()))
        note = Note("retry", self.turn, at, str(event.reason), event.seconds, event.restarts)
        return [*changed, self._note(note)]

    def _cut(self, at: float, runs: bool = False) -> list[Block]:
        """End what is still being written, and if so wanted also the tools that run."""
        present = [block for block in self.blocks if block.state != "superseded"]
        return [block for block in present if (runs or block.run is None) and block.cut(at)]


def fold(timed_events: Iterable[tuple[float, Any]]) -> RunState:
    """Return the state after so many (seconds since the start, event) pairs."""
    state = RunState()
    for at, event in timed_events:
        state.take(event, at)
    return state


def _counts(usage: Mapping[str, Any] | None) -> dict[str, int]:
    return {name: count for name, count in (usage or {}).items() if type(count) is int}
