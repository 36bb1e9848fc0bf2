# looks like: text that overtakes the call in front of it
# try next: Join text only to the very last event that waits.
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
    if isinstance(event, Piece):
        for place, old in enumerate(waiting):
            if isinstance(old, Piece) and old.index == event.index:
                waiting[place] = Piece(old.index, old.text + event.text)
                return
    waiting.append(event)
