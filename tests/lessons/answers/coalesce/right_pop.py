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
    kind = type(event).__name__
    if kind == "TextDelta" and waiting and type(waiting[-1]) is type(event):
        if waiting[-1].index == event.index:
            event = TextDelta(event.index, waiting.pop().text + event.text)
    if kind == "ToolProgress":
        older = [n for n, old in enumerate(waiting) if type(old) is type(event) and old.call == event.call]
        for n in reversed(older):
            del waiting[n]
    waiting.append(event)
