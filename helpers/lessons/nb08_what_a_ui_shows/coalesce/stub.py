from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Piece:  # of text, as a TextDelta is
    index: int  # the block's
    text: str


@dataclass(frozen=True)
class Step:  # of a tool, as a ToolProgress is
    call: str  # its id
    done: int


def add(waiting, event):
    """Add an event to those that a slow UI hasn't taken yet.

    waiting: a list of events, oldest first; changed in place.
    event: of one of these two classes, or of another.
    """
    waiting.append(event)
