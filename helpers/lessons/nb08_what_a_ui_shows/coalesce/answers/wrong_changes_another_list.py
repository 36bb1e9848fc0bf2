# looks like: a new list, where the one that waits was to be changed
# try next: Write to `waiting[...]` or call `waiting.append`; `waiting = …` only renames.
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
    waiting = [*waiting, event]
    return waiting
