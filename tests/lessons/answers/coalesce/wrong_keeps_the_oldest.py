# misconception: keeps-the-oldest
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
    last = waiting[-1] if waiting else None
    if isinstance(event, TextDelta) and isinstance(last, TextDelta) and last.index == event.index:
        return
    waiting.append(event)
