# misconception: looks-at-the-last-only
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
    last = waiting[-1] if waiting else None
    if isinstance(event, TextDelta) and isinstance(last, TextDelta) and last.index == event.index:
        waiting[-1] = TextDelta(last.index, last.text + event.text)
        return
    if isinstance(event, ToolProgress) and isinstance(last, ToolProgress) and last.call == event.call:
        waiting[-1] = event
        return
    waiting.append(event)
