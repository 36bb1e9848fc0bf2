"""What a run consists of: turns with their requests, blocks with their tools' runs, notes.

`render.run_state` makes them of a run's events. All times are in seconds since the start.
"""

from dataclasses import dataclass, field
from typing import Any

from helpers.render.endings import sentence

__all__ = ["Block", "Item", "Note", "Request", "ToolRun", "Turn", "duration"]

# Deltas that are further apart than this leave a gap, in seconds.
STALL = 0.25


@dataclass(slots=True)
class ToolRun:
    """A run of a tool.

    Attributes:
        began: when, in seconds since the start.
        status: what the tool does, for a person.
        state: running, done, failed, or cut: the agent's run ended before it.
        progress: what the tool says about how far it is.
        done: how much of the total is done, if the tool knows.
        total: of how much.
        content: what it gave back, or the error.
        ended: when it was over.
        seconds: how long it took, as the agent has measured it.
        place: its place among all that began: requests, blocks and runs of tools.
    """

    began: float
    status: str = ""
    state: str = "running"
    progress: str = ""
    done: float | None = None
    total: float | None = None
    content: str | list[dict[str, Any]] = ""
    ended: float | None = None
    seconds: float | None = None
    place: int = 0


@dataclass(slots=True)
class Block:
    """A content block: text, thinking, or a call of a tool.

    Attributes:
        kind: text, thinking, call, or other (shown by its name alone).
        turn: in which turn.
        index: its number on the wire.
        name: the tool's; "redacted" for thinking that nobody may read; the type of others.
        state: open; closed: a call whose end has come, but which may be cut off; done; cut; or
            superseded: its turn was asked for again.
        began: when, in seconds since the start.
        ended: when its end came, or when it was cut.
        ready: when a call was known to be complete, so that its tool could run.
        pieces: the text, the thinking, or the call's input as JSON, as it came.
        spells: (from, to) pairs in which something came, without the stalls between.
        run: of the call's tool, once it has started.
        place: its place among all that began.
    """

    kind: str
    turn: int
    index: int
    name: str = ""
    state: str = "open"
    began: float = 0.0
    ended: float | None = None
    ready: float | None = None
    pieces: list[str] = field(default_factory=list)
    spells: list[tuple[float, float]] = field(default_factory=list)
    run: ToolRun | None = None
    place: int = 0

    @property
    def text(self) -> str:
        """All that came for it."""
        return "".join(self.pieces)

    @property
    def seconds(self) -> float | None:
        """How long it was written, once it has ended."""
        return None if self.ended is None else self.ended - self.began

    def cut(self, at: float) -> bool:
        """End it, and its tool, if they have not ended; say whether that changed anything."""
        written = self.state not in ("open", "closed")
        ran = self.run is None or self.run.ended is not None
        if not written:
            self.state, self.ended = "cut", at if self.ended is None else self.ended
        if self.run is not None and not ran:
            self.run.state, self.run.ended = "cut", at
        return not (written and ran)

    def reach(self, at: float) -> None:
        """Let what has come reach to this moment, or leave a gap after a stall."""
        if not self.spells:
            self.spells.append((self.began, self.began))
        begin, reached = self.spells[-1]
        if at - reached > STALL:
            self.spells.append((at, at))
        else:
            self.spells[-1] = begin, at


@dataclass(slots=True)
class Note:
    """Something that happened to the run: "retry" or "interrupted".

    Attributes:
        kind: which of the two.
        turn: in which turn.
        at: when, in seconds since the start.
        reason: why the turn is asked for again.
        seconds: how long the agent waits before.
        restarts: what the turn has shown is superseded.
    """

    kind: str
    turn: int
    at: float
    reason: str = ""
    seconds: float = 0.0
    restarts: bool = False

    @property
    def words(self) -> str:
        """What a person is told of it."""
        if self.kind == "interrupted":
            return "Interrupted."
        return f"{sentence(self.reason)} Trying again in {duration(self.seconds)}."

    @property
    def sign(self) -> str:
        """The sign that stands before the words."""
        return "■" if self.kind == "interrupted" else "↻"


Item = Block | Note


@dataclass(slots=True)
class Request:
    """One request to the API, and what is known of its answer.

    Attributes:
        began: when it was decided on, in seconds since the start.
        wait: how long the agent waits before it sends it.
        answered: when the first block began, or the message ended without one.
        first_token: when the first token came.
        last_token: when the latest one came.
        usage: the API's counts, as far as it has told them.
        uncounted: characters that came since it told them.
        stop_reason: why the model stopped, once the message is whole.
        stopped: when the message was whole.
        ended: when the answer was over, whole or not.
        place: its place among all that began.
    """

    began: float
    wait: float = 0.0
    answered: float | None = None
    first_token: float | None = None
    last_token: float | None = None
    usage: dict[str, int] = field(default_factory=dict)
    uncounted: int = 0
    stop_reason: str | None = None
    stopped: float | None = None
    ended: float | None = None
    place: int = 0

    def end(self, at: float) -> None:
        """End it, unless it has ended."""
        self.ended = at if self.ended is None else self.ended


@dataclass(slots=True)
class Turn:
    """A turn: the requests that it took, the last of which was answered, and its tools."""

    number: int
    began: float
    requests: list[Request]
    ended: float | None = None

    @property
    def stopped(self) -> float | None:
        """When its message was whole."""
        return self.requests[-1].stopped


def duration(seconds: float) -> str:
    """Return a time as precise as it means something."""
    return f"{seconds * 1000:.0f} ms" if seconds < 0.1 else f"{seconds:.1f} s"
