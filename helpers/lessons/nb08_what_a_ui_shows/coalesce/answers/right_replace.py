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
        same = [isinstance(old, Step) and old.call == event.call for old in waiting]
        if any(same):
            waiting[same.index(True)] = event
            return
    elif isinstance(event, Piece) and waiting:
        last = waiting[-1]
        if isinstance(last, Piece) and last.index == event.index:
            waiting[-1] = replace(last, text=last.text + event.text)
            return
    waiting.append(event)
