# looks like: the old progress kept and the new one dropped
# try next: Which of the two is true now?
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
            if isinstance(old, Step) and old.call == event.call:
                return
    last = waiting[-1] if waiting else None
    if isinstance(event, Piece) and isinstance(last, Piece) and last.index == event.index:
        waiting[-1] = Piece(last.index, last.text + event.text)
        return
    waiting.append(event)
