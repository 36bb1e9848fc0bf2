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
    kind = type(event).__name__
    if kind == "Piece" and waiting and type(waiting[-1]) is type(event):
        if waiting[-1].index == event.index:
            event = Piece(event.index, waiting.pop().text + event.text)
    if kind == "Step":
        older = [n for n, old in enumerate(waiting) if type(old) is type(event) and old.call == event.call]
        for n in older:
            waiting[n] = event
            return
    waiting.append(event)
