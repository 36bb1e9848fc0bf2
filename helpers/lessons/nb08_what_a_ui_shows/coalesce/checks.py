"""What is tried with `coalesce`, and what its mistakes are recognised by."""

from dataclasses import dataclass
from typing import Any

from helpers.lessons.checking.case import Case, Misconception, Namespace, Outcome

__all__ = ["CASES"]


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


@dataclass(frozen=True)
class Thought:
    """Another class of events: it has the fields of a Piece, and is none."""

    index: int
    text: str


@dataclass(frozen=True)
class Finished:
    """Another class of events: it tells the end of a call."""

    call: str
    content: str


def read_event(event: Any) -> Any:
    """A learner's event as one of these; others as they are."""
    match type(event).__name__:
        case "Piece":
            return Piece(event.index, event.text)
        case "Step":
            return Step(event.call, event.done)
    return event


def add_all(*said: object) -> Any:
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
        return [read_event(event) for event in waiting]

    return run


def write_code(*said: object) -> str:
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
    return Case(name, why, write_code(*said), add_all(*said), expected, (*mistakes, *COMMON))


def texts(out: Outcome) -> str:
    """All text that waits, in its order."""
    return "".join(one.text for one in out.returned if isinstance(one, Piece))


CALL = ("call", "toolu_1", "get_weather")
DONE = Finished("toolu_1", "31 °C")
THOUGHTS = [Thought(0, "Is 7 "), Thought(0, "odd?"), Piece(0, "It is.")]

COMMON = (
    Misconception(
        id="changes-an-event",
        about=(AttributeError,),
        matches=lambda out: type(out.error).__name__ == "FrozenInstanceError",
    ),
    Misconception(
        id="changes-another-list",
        matches=lambda out: out.returned == [],
    ),
)
KEEPS_EVERYTHING = Misconception(
    id="keeps-everything",
    matches=lambda out: len(out.returned) > len(out.expected) and texts(out) == "No word from",
)


CASES = (
    coalescing(
        "three pieces of text",
        "They come within 2 milliseconds. A screen shows a new picture only every 16 milliseconds.",
        [Piece(0, "No "), Piece(0, "word "), Piece(0, "from")],
        [Piece(0, "No word from")],
        Misconception(
            id="drops-text",
            matches=lambda out: texts(out) == "from",
        ),
        Misconception(
            id="keeps-the-oldest",
            matches=lambda out: texts(out) == "No ",
        ),
        Misconception(
            id="joins-backwards",
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
            matches=lambda out: len(out.returned) == 1,
        ),
    ),
    coalescing(
        "a call in between",
        "Don't join text from before a call with text from after it.",
        [Piece(0, "Let me look."), CALL, Piece(0, "While we wait:")],
        [Piece(0, "Let me look."), CALL, Piece(0, "While we wait:")],
        Misconception(
            id="overtakes",
            matches=lambda out: len(out.returned) == 2 and CALL in out.returned,
        ),
        Misconception(
            id="drops-the-rest",
            matches=lambda out: CALL not in out.returned,
        ),
    ),
    coalescing(
        "a tool that tells its progress",
        "A loop over a million rows reports a million times, but a progress bar shows one number.",
        [CALL, Step("toolu_1", 1), Step("toolu_1", 2)],
        [CALL, Step("toolu_1", 2)],
        Misconception(
            id="keeps-old-progress",
            matches=lambda out: (
                Step("toolu_1", 1) in out.returned and Step("toolu_1", 2) in out.returned
            ),
        ),
        Misconception(
            id="ignores-new-progress",
            matches=lambda out: Step("toolu_1", 2) not in out.returned,
        ),
    ),
    coalescing(
        "two tools at once",
        "The steps of two tools alternate. So the older step of the same tool is never the last"
        " event in the list.",
        [
            Step("toolu_1", 1),
            Step("toolu_2", 10),
            Step("toolu_1", 2),
            Step("toolu_2", 20),
        ],
        [Step("toolu_1", 2), Step("toolu_2", 20)],
        Misconception(
            id="mixes-up-calls",
            matches=lambda out: len(out.returned) == 1,
        ),
        Misconception(
            id="looks-at-the-last-only",
            matches=lambda out: len(out.returned) > 2,
        ),
    ),
    coalescing(
        "progress in its place",
        "Replace the older step where it is. The step came before the text, and must stay "
        "before it.",
        [Step("toolu_1", 1), Piece(0, "While we wait:"), Step("toolu_1", 2)],
        [Step("toolu_1", 2), Piece(0, "While we wait:")],
        Misconception(
            id="moves-progress-to-the-end",
            matches=lambda out: out.returned == out.expected[::-1],
        ),
        Misconception(
            id="looks-at-the-last-only",
            matches=lambda out: len(out.returned) > 2,
        ),
    ),
    coalescing(
        "events that only look like those",
        "Thinking has an index and a text, too. The end of a call has an id, too.",
        [*THOUGHTS, Step("toolu_1", 1), DONE],
        [*THOUGHTS, Step("toolu_1", 1), DONE],
        Misconception(
            id="goes-by-the-fields",
            matches=lambda out: len(out.returned) < len(out.expected),
        ),
    ),
    coalescing(
        "the end",
        "A result or an end comes only once. Keep it.",
        [Piece(0, "It is "), DONE, DONE, Piece(0, "warm.")],
        [Piece(0, "It is "), DONE, DONE, Piece(0, "warm.")],
        Misconception(
            id="drops-the-rest",
            matches=lambda out: out.returned.count(DONE) < 2,
        ),
    ),
)
