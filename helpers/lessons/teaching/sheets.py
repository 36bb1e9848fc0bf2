"""What paths.toml says, as values: a run sheet has sessions, a session has steps by the clock."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

__all__ = [
    "KINDS",
    "Cut",
    "Kit",
    "Prediction",
    "RunSheet",
    "Session",
    "Slot",
    "Step",
    "UnknownPath",
    "clock_time",
    "kit",
    "path_names",
    "run_sheet",
]

FILE = Path(__file__).with_name("paths.toml")
# Who types: only the instructor; everybody after the instructor; everybody alone; nobody.
KINDS = ("demo", "guided", "hands-on", "talk", "pause")


class UnknownPath(ValueError):
    """There is no path with this name; the message names those that there are."""


@dataclass(frozen=True)
class Prediction:
    """A question that everybody answers before a cell runs.

    Attributes:
        question: its words.
        answer: what is expected, and why.
        choices: answers to choose from, for a show of hands or the class's board.
        right: which of them is right, from 0.
        shows: a piece of what the cells print; "" if they print nothing of it.
    """

    question: str
    answer: str
    choices: tuple[str, ...]
    right: int
    shows: str = ""


@dataclass(frozen=True)
class Cut:
    """What to leave out when the class is late.

    Attributes:
        minutes: what that saves.
        words: what to do.
    """

    minutes: int
    words: str


@dataclass(frozen=True)
class Step:
    """One step of a class.

    Attributes:
        id: its name in paths.toml.
        title: what everybody sees.
        kind: one of KINDS.
        notebook: where its cells stand, without the ending; "" if it has none.
        sections: their titles there.
        first: pieces of code cells that run before them, if they have not run yet.
        words: pieces of their texts that stand alone here only in other words, and those.
        say: what the instructor says.
        show: what is shown.
        do: what everybody does.
        ask: what is asked.
        predictions: questions with their expected answers.
        cut: what to leave out; None if nothing.
    """

    id: str
    title: str
    kind: str
    notebook: str = ""
    sections: tuple[str, ...] = ()
    first: tuple[str, ...] = ()
    words: tuple[tuple[str, str], ...] = ()
    say: tuple[str, ...] = ()
    show: str = ""
    do: str = ""
    ask: str = ""
    predictions: tuple[Prediction, ...] = ()
    cut: Cut | None = None


@dataclass(frozen=True)
class Slot:
    """A step in a session.

    Attributes:
        step: which.
        starts: minutes after the session's start.
        minutes: how long it takes.
    """

    step: Step
    starts: int
    minutes: int


@dataclass(frozen=True)
class Session:
    """What is done without going home: a class, or one of two evenings."""

    title: str
    minutes: int
    slots: tuple[Slot, ...]


@dataclass(frozen=True)
class RunSheet:
    """A path through the notebooks, by the clock.

    Attributes:
        name: as commands take it.
        title: how long it is.
        file: the name of its files, without their endings.
        audience: for whom it is.
        leaves_with: the one thing that everybody should take home.
        homework: ids of exercises.
        discussion: three questions.
        sessions: in their order.
    """

    name: str
    title: str
    file: str
    audience: str
    leaves_with: str
    homework: tuple[str, ...]
    discussion: tuple[str, ...]
    sessions: tuple[Session, ...]

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The steps of all sessions."""
        return tuple(slot for session in self.sessions for slot in session.slots)


@dataclass(frozen=True)
class Kit:
    """What holds for every path: rules, preparations, and symptoms with what to do."""

    rules: tuple[str, ...]
    two_days_before: tuple[str, ...]
    fifteen_minutes_before: tuple[str, ...]
    symptoms: tuple[tuple[str, str], ...]


@cache
def _facts() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text("utf-8"))


def path_names() -> tuple[str, ...]:
    """Return the names of all paths, the shortest first."""
    return tuple(_facts()["paths"])


@cache
def run_sheet(name: str) -> RunSheet:
    """Return the run sheet of a path.

    Args:
        name: such as "75".

    Raises:
        UnknownPath: there is none.
    """
    if name not in path_names():
        known = ", ".join(path_names())
        raise UnknownPath(f"There is no path {name!r}. The paths are: {known}.")
    facts = _facts()["paths"][name]
    return RunSheet(
        name=name,
        title=facts["title"],
        file=facts["file"],
        audience=facts["audience"],
        leaves_with=facts["leaves_with"],
        homework=tuple(facts["homework"]),
        discussion=tuple(facts["discussion"]),
        sessions=tuple(map(_session, facts["sessions"])),
    )


@cache
def kit() -> Kit:
    """Return what holds for every path."""
    facts = _facts()["kit"]
    return Kit(
        rules=tuple(facts["rules"]),
        two_days_before=tuple(facts["two_days_before"]),
        fifteen_minutes_before=tuple(facts["fifteen_minutes_before"]),
        symptoms=tuple((one["seen"], one["do"]) for one in facts["symptoms"]),
    )


def _session(facts: dict[str, Any]) -> Session:
    slots: list[Slot] = []
    for entry in facts["steps"]:
        starts = slots[-1].starts + slots[-1].minutes if slots else 0
        slots.append(Slot(_step(entry["step"]), starts, entry["minutes"]))
    return Session(facts.get("title", ""), facts["minutes"], tuple(slots))


@cache
def _step(id: str) -> Step:
    facts = dict(_facts()["steps"][id])
    cut = facts.pop("cut", None)
    predictions = tuple(
        Prediction(**{**one, "choices": tuple(one["choices"])})
        for one in facts.pop("predictions", ())
    )
    words = tuple((one["of"], one["to"]) for one in facts.pop("words", ()))
    lists: dict[str, Any] = {
        name: tuple(facts.pop(name, ())) for name in ("sections", "first", "say")
    }
    return Step(
        id=id,
        words=words,
        predictions=predictions,
        cut=Cut(**cut) if cut else None,
        **lists,
        **facts,
    )


def clock_time(minutes: int) -> str:
    """Return minutes as a clock shows them, such as "1:05"."""
    return f"{minutes // 60}:{minutes % 60:02}"
