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
        waiting[:] = [old for old in waiting if getattr(old, "call", None) != event.call or not isinstance(old, ToolProgress)]
    elif isinstance(event, TextDelta) and waiting:
        last = waiting[-1]
        if isinstance(last, TextDelta) and last.index == event.index:
            waiting[-1] = replace(last, text=last.text + event.text)
            return
    waiting.append(event)
