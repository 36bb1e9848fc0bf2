# looks like: the newest piece in place of the older ones, whose words are lost: a delta isn't the
#   text, it is what has been added to it
# try next: Join the two.
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
                waiting[place] = event
                return
    last = waiting[-1] if waiting else None
    if isinstance(event, Piece) and isinstance(last, Piece) and last.index == event.index:
        waiting[-1] = event
        return
    waiting.append(event)
