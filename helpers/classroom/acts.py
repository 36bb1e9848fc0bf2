"""What a seat may tell its class. Each act is checked field by field; no field holds free text."""

import re
from dataclasses import asdict, dataclass
from typing import Any

from helpers.lessons import exercise_ids
from helpers.lessons.teaching.places import path_of

__all__ = [
    "LONGEST_NAME",
    "Act",
    "At",
    "Chosen",
    "Hand",
    "NoAct",
    "Ready",
    "Tried",
    "act_of",
    "seat_name",
]

LONGEST_NAME = 24  # characters of a seat's name
MOST_SECTIONS = 99
MOST_CASES = 999  # of an exercise
MOST_CHOICES = 6
MISTAKE = re.compile(r"[a-z0-9-]{1,60}")
NOTEBOOK = re.compile(r"\d\d[a-z]?_[a-z0-9_]{1,60}")
# What `ready` looks at, by the word that a board shows.
SYMPTOMS = (
    *("python", "packages", "folder", "offline API"),
    *("space", "browser", "port", "clock"),
)


class NoAct(ValueError):
    """It is no act; the message says in one sentence what is wrong with it."""


@dataclass(frozen=True)
class Tried:
    """An exercise was checked.

    Attributes:
        exercise: its id.
        passed: whether it passed.
        mistake: the id of the mistake that the check named; "" if it named none.
        right: how many of its cases passed.
        cases: how many it has; 0 if that was not told.
    """

    exercise: str
    passed: bool
    mistake: str = ""
    right: int = 0
    cases: int = 0


@dataclass(frozen=True)
class At:
    """A cell was run.

    Attributes:
        notebook: its name, such as "01_sse_by_hand"; that of a class's path is "75_minutes".
        section: which of its sections, from 0; in a path, which of its steps.
    """

    notebook: str
    section: int


@dataclass(frozen=True)
class Hand:
    """A hand was raised, or taken down."""

    up: bool


@dataclass(frozen=True)
class Ready:
    """The machine was looked at.

    Attributes:
        symptoms: those of SYMPTOMS that are not as they should be.
    """

    symptoms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Chosen:
    """An answer to the instructor's question.

    Attributes:
        question: its number.
        choice: which of its choices, from 0.
    """

    question: int
    choice: int


Act = Tried | At | Hand | Ready | Chosen


def act_of(value: Any) -> Act:
    """Return the act that a seat sent.

    Raises:
        NoAct: it is none, or holds something that no act may hold.
    """
    match value:
        case {"kind": "tried", "exercise": str(exercise), "passed": bool(passed), **more}:
            mistake: Any = more.get("mistake", "")
            named = isinstance(mistake, str) and (not mistake or MISTAKE.fullmatch(mistake))
            right: Any = more.get("right", 0)
            cases: Any = more.get("cases", 0)
            if named and _is_count(right, cases) and exercise in exercise_ids():
                return Tried(exercise, passed, str(mistake), right, cases)
        case {"kind": "at", "notebook": str(notebook), "section": int(section)}:
            known = NOTEBOOK.fullmatch(notebook) or path_of(notebook)
            if known and 0 <= section <= MOST_SECTIONS:
                return At(notebook, int(section))
        case {"kind": "hand", "up": bool(up)}:
            return Hand(up)
        case {"kind": "ready", "symptoms": list() | tuple() as symptoms}:
            if all(one in SYMPTOMS for one in symptoms):
                return Ready(tuple(one for one in SYMPTOMS if one in symptoms))
        case {"kind": "chosen", "question": int(question), "choice": int(choice)}:
            if question >= 0 and 0 <= choice < MOST_CHOICES:
                return Chosen(int(question), int(choice))
    raise NoAct("This is no act of a seat: its kind or one of its fields is not known.")


def _is_count(right: Any, cases: Any) -> bool:
    return type(right) is type(cases) is int and 0 <= right <= cases <= MOST_CASES


def json_of(act: Act) -> dict[str, Any]:
    """Return an act as JSON; `act_of` reads it back."""
    return {"kind": type(act).__name__.lower(), **asdict(act)}


def seat_name(text: Any) -> str:
    """Return the name of a seat as everybody may see it.

    Raises:
        NoAct: it is none; the message says what a name is.
    """
    name = " ".join(text.split()) if isinstance(text, str) else ""
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise NoAct(f"A seat's name is one line of 1 to {LONGEST_NAME} letters.")
    return name
