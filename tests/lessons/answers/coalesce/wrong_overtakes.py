# misconception: overtakes
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
    if isinstance(event, TextDelta):
        for place, old in enumerate(waiting):
            if isinstance(old, TextDelta) and old.index == event.index:
                waiting[place] = TextDelta(old.index, old.text + event.text)
                return
    waiting.append(event)
