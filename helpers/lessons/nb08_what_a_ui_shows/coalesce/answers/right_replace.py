from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Piece:
    index: int
    text: str


@dataclass(frozen=True)
class Step:
    call: str
    done: int


def add(waiting, event):
    if isinstance(event, Step):
        waiting[:] = [old for old in waiting if getattr(old, "call", None) != event.call or not isinstance(old, Step)]
    elif isinstance(event, Piece) and waiting:
        last = waiting[-1]
        if isinstance(last, Piece) and last.index == event.index:
            waiting[-1] = replace(last, text=last.text + event.text)
            return
    waiting.append(event)
