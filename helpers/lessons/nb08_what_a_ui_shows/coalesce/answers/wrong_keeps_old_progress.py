# looks like: progress kept that nobody will see: a newer one of the same call is after it
# try next: Progress is a state and no addition: the newest is enough.
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
    last = waiting[-1] if waiting else None
    if isinstance(event, Piece) and isinstance(last, Piece) and last.index == event.index:
        waiting[-1] = Piece(last.index, last.text + event.text)
        return
    waiting.append(event)
