# looks like: a look at the last event alone, which is the other tool's: the queue grows with each
#   step of the two
# try next: For progress, go through all that waits.
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
    if isinstance(event, Step) and isinstance(last, Step) and last.call == event.call:
        waiting[-1] = event
        return
    waiting.append(event)
