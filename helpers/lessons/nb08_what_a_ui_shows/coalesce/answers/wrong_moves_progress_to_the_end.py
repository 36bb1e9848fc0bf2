# looks like: the newer progress at the end of the list, where the older one is only taken out
# try next: Put the new one where the older one stands: `waiting[place] = event`.
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Piece:  # of text, as a TextDelta is
    index: int  # the block's
    text: str


@dataclass(frozen=True)
class Step:  # of a tool, as a ToolProgress is
    call: str  # its id
    done: int


def add(waiting, event):
    """Add an event to those that a slow UI hasn't taken yet."""
    match waiting, event:
        case [*_, Piece(index, text)], Piece(same, more) if index == same:
            waiting[-1] = Piece(index, text + more)
        case _, Step(call):
            for place, old in enumerate(waiting):
                if isinstance(old, Step) and old.call == call:
                    del waiting[place]
                    break
            waiting.append(event)
        case _:
            waiting.append(event)
