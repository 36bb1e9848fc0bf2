# misconception: keeps-everything
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class TextDelta:
    index: int
    text: str


@dataclass(frozen=True)
class ToolProgress:
    call: str
    done: int


def add(waiting, event):
    if isinstance(event, ToolProgress):
        for place, old in enumerate(waiting):
            if isinstance(old, ToolProgress) and old.call == event.call:
                waiting[place] = event
                return
    waiting.append(event)
