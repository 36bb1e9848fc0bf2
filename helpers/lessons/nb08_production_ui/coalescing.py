"""Notebook 08: what waits for a slow face, made shorter without loss."""

from dataclasses import dataclass
from typing import Any

from helpers.lessons.checking.part import Case, Misconception, Namespace, Outcome, Part

__all__ = ["PARTS"]

NOTEBOOK = "08_production_ui"

STUB = '''\
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
    """Add an event to those that a slow face hasn't taken yet.

    waiting: a list of events, oldest first; changed in place.
    event: of one of these two classes, or of another.
    """
    waiting.append(event)
'''

REFERENCE = '''\
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
    """Add an event to those that a slow face hasn't taken yet."""
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
'''


@dataclass(frozen=True)
class Piece:
    """The learner's Piece, as a value that doesn't depend on whose class it is of."""

    index: int
    text: str


@dataclass(frozen=True)
class Step:
    """The learner's Step, likewise."""

    call: str
    done: int


def told(event: Any) -> Any:
    """A learner's event as one of these; others as they are."""
    match type(event).__name__:
        case "Piece":
            return Piece(event.index, event.text)
        case "Step":
            return Step(event.call, event.done)
    return event


def added(*said: object) -> Any:
    """A run that adds these events to an empty list, and says what waits then."""

    def run(my: Namespace) -> object:
        waiting: list[Any] = []
        for event in said:
            match event:
                case Piece():
                    my.add(waiting, my.Piece(event.index, event.text))
                case Step():
                    my.add(waiting, my.Step(event.call, event.done))
                case _:
                    my.add(waiting, event)
        return [told(event) for event in waiting]

    return run


def shown(*said: object) -> str:
    """The same in the learner's words."""
    lines = ["waiting = []"]
    for event in said:
        lines.append(f"add(waiting, {event!r})")
    return "\n".join([*lines, "waiting"])


def coalescing(
    name: str,
    why: str,
    said: list[Any],
    expected: list[Any],
    *mistakes: Misconception,
) -> Case:
    """A case that asks what waits after some events."""
    return Case(name, why, shown(*said), added(*said), expected, (*mistakes, *COMMON), alike)


def alike(returned: Any, expected: Any) -> bool:
    """Whether the same waits; a progress may stand anywhere, it shows one number."""
    if not isinstance(returned, list):
        return False
    numbers = [one for one in expected if isinstance(one, Step)]
    return [one for one in returned if one not in numbers] == [
        one for one in expected if one not in numbers
    ] and all(returned.count(one) == 1 for one in numbers)


def texts(out: Outcome) -> str:
    """All text that waits, in its order."""
    return "".join(one.text for one in out.returned if isinstance(one, Piece))


CALL = ("call", "toolu_1", "get_weather")
DONE = ("finished", "toolu_1", "31 °C")

COMMON = (
    Misconception(
        id="changes-an-event",
        looks_like="an event changed in place: others hold the same one, such as a log or a second "
        "face; and these classes are frozen",
        try_next="Make a new event, and put it where the old one was.",
        matches=lambda out: type(out.error).__name__ == "FrozenInstanceError",
    ),
    Misconception(
        id="changes-another-list",
        looks_like="a new list, where the one that waits was to be changed",
        try_next="Write to `waiting[...]` or call `waiting.append`; `waiting = …` only renames.",
        matches=lambda out: out.returned == [],
    ),
)
KEEPS_EVERYTHING = Misconception(
    id="keeps-everything",
    looks_like="a queue that grows by one for each token",
    try_next="Look at the last event that waits. Is it text of the same block?",
    matches=lambda out: len(out.returned) > len(out.expected) and texts(out) == "No word from",
)

COALESCE = Part(
    id="coalesce",
    title="What waits for a slow face",
    notebook=NOTEBOOK,
    minutes=8,
    difficulty="medium",
    teaches="You can shorten what waits, and nobody misses anything.",
    stub=STUB,
    reference=REFERENCE,
    cases=(
        coalescing(
            "three pieces of text",
            "They come in 2 milliseconds; a screen shows the next picture in 16.",
            [Piece(0, "No "), Piece(0, "word "), Piece(0, "from")],
            [Piece(0, "No word from")],
            Misconception(
                id="drops-text",
                looks_like="the newest piece in place of the older ones, whose words are lost: "
                "a delta isn't the text, it is what has been added to it",
                try_next="Join the two.",
                matches=lambda out: texts(out) == "from",
            ),
            Misconception(
                id="keeps-the-oldest",
                looks_like="the newest piece dropped, and its words with it",
                try_next="Join the two.",
                matches=lambda out: texts(out) == "No ",
            ),
            Misconception(
                id="joins-backwards",
                looks_like="the newer piece in front of the older",
                try_next="What has waited longer comes first.",
                matches=lambda out: texts(out) == "from" + "word " + "No ",
            ),
            KEEPS_EVERYTHING,
        ),
        coalescing(
            "text of two blocks",
            "A model may end one block of text and begin another.",
            [Piece(0, "Let me look."), Piece(2, "It is warm."), Piece(2, " And dry.")],
            [Piece(0, "Let me look."), Piece(2, "It is warm. And dry.")],
            Misconception(
                id="joins-across-blocks",
                looks_like="text of one block joined to that of another",
                try_next="Compare the two `index`.",
                matches=lambda out: len(out.returned) == 1,
            ),
        ),
        coalescing(
            "a call in between",
            "What the model said before a call isn't what it says after it.",
            [Piece(0, "Let me look."), CALL, Piece(0, "While we wait:")],
            [Piece(0, "Let me look."), CALL, Piece(0, "While we wait:")],
            Misconception(
                id="overtakes",
                looks_like="text that overtakes the call in front of it",
                try_next="Join text only to the very last event that waits.",
                matches=lambda out: len(out.returned) == 2 and CALL in out.returned,
            ),
            Misconception(
                id="drops-the-rest",
                looks_like="an event lost that is neither text nor progress: a card would never "
                "open, or never close",
                try_next="Everything else is kept, in its place.",
                matches=lambda out: CALL not in out.returned,
            ),
        ),
        coalescing(
            "a tool that tells its progress",
            "A loop over a million rows tells it a million times; a bar shows one number.",
            [CALL, Step("toolu_1", 1), Step("toolu_1", 2)],
            [CALL, Step("toolu_1", 2)],
            Misconception(
                id="keeps-old-progress",
                looks_like="progress kept that nobody will see: a newer one of the same call is "
                "behind it",
                try_next="Progress is a state and no addition: the newest is enough.",
                matches=lambda out: (
                    Step("toolu_1", 1) in out.returned and Step("toolu_1", 2) in out.returned
                ),
            ),
            Misconception(
                id="ignores-new-progress",
                looks_like="the old progress kept and the new one dropped",
                try_next="Which of the two is true now?",
                matches=lambda out: Step("toolu_1", 2) not in out.returned,
            ),
        ),
        coalescing(
            "two tools at once",
            "Their steps come in turn, so a call's older one is never the last that waits.",
            [
                Step("toolu_1", 1),
                Step("toolu_2", 10),
                Step("toolu_1", 2),
                Step("toolu_2", 20),
            ],
            [Step("toolu_1", 2), Step("toolu_2", 20)],
            Misconception(
                id="mixes-up-calls",
                looks_like="progress of one call in place of another's",
                try_next="Compare the two `call`.",
                matches=lambda out: len(out.returned) == 1,
            ),
            Misconception(
                id="looks-at-the-last-only",
                looks_like="a look at the last event alone, which is the other tool's: the queue "
                "grows with each step of the two",
                try_next="For progress, go through all that waits.",
                matches=lambda out: len(out.returned) > 2,
            ),
        ),
        coalescing(
            "the end",
            "Results and ends happen once, and are waited for.",
            [Piece(0, "It is "), DONE, DONE, Piece(0, "warm.")],
            [Piece(0, "It is "), DONE, DONE, Piece(0, "warm.")],
            Misconception(
                id="drops-the-rest",
                looks_like="an event lost that is neither text nor progress: a card would never "
                "open, or never close",
                try_next="Everything else is kept, in its place.",
                matches=lambda out: out.returned.count(DONE) < 2,
            ),
        ),
    ),
    hints=(
        "Two kinds of events can be made fewer, and for different reasons. Text adds up: join it. "
        "Progress is a state: replace it. Everything else stays.",
        "Text: only if the very last event that waits is text with the same `index`; make a new "
        "Piece and put it in `waiting[-1]`. Progress: look for an older one with the same "
        "`call`, anywhere, and put the new one in its place.",
        "One match:",
    ),
    module=__name__,
    in_build=False,
)

PARTS = (COALESCE,)
