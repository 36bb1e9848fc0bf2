# looks like: progress of one call in place of another's
# try next: Compare the two `call`.
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
        for place, old in enumerate(waiting):
            if isinstance(old, Step):
                waiting[place] = event
                return
    last = waiting[-1] if waiting else None
    if isinstance(event, Piece) and isinstance(last, Piece) and last.index == event.index:
        waiting[-1] = Piece(last.index, last.text + event.text)
        return
    waiting.append(event)
