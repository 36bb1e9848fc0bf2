# looks like: a queue that grows by one for each token
# try next: Look at the last event that waits. Is it text of the same block?
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
    waiting.append(event)
