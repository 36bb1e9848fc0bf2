# looks like: events that are told apart by their fields: another class may have the same
# try next: Ask for the class: `isinstance`, or a `match` with the class's name.
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
    """Add an event to those that a slow UI hasn't taken yet."""
    if hasattr(event, "text") and waiting and hasattr(waiting[-1], "text"):
        if waiting[-1].index == event.index:
            waiting[-1] = replace(event, text=waiting[-1].text + event.text)
            return
    if hasattr(event, "call"):
        for place, old in enumerate(waiting):
            if getattr(old, "call", None) == event.call:
                waiting[place] = event
                return
    waiting.append(event)
