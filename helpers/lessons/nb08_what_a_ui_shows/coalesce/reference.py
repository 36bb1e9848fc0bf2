from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Piece:  # a piece of text, like a TextDelta
    index: int  # index of its block
    text: str


@dataclass(frozen=True)
class Step:  # the progress of a tool, like a ToolProgress
    call: str  # id of its call
    done: int


def add(waiting, event):
    """Add an event to those that a slow UI hasn't taken yet."""
    match waiting, event:
        case [*_, Piece(index, text)], Piece(same, more) if index == same:
            waiting[-1] = Piece(index, text + more)
        case _, Step(call):
            for place, old in enumerate(waiting):
                if isinstance(old, Step) and old.call == call:
                    waiting[place] = event
                    return
            waiting.append(event)
        case _:
            waiting.append(event)
