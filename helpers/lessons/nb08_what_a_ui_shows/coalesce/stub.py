from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Piece:  # a piece of text, like a TextDelta
    index: int  # index of its block
    text: str


@dataclass(frozen=True)
class Step:  # the progress of a tool, like a ToolProgress
    call: str  # id of its call
    done: int


def add(waiting, event):
    """Add an event to those that a slow UI hasn't taken yet.

    waiting: a list of events, oldest first; changed in place.
    event: a Piece, a Step, or an event of another class.
    """
    waiting.append(event)
