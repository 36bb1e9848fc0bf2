"""The run sheet's clock: which step is on, how late the class is, what to cut. No I/O."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from helpers.lessons.teaching import Prediction, RunSheet
from helpers.lessons.teaching.places import sections

__all__ = ["Plan", "Planned", "clock", "plan_of"]

LATE_SECONDS = 60.0  # less than that is no reason to cut anything


@dataclass(frozen=True)
class Planned:
    """A step as the run sheet plans it.

    Attributes:
        title: what it is.
        session: which of the path's sessions it is in, from 0.
        starts: minutes after the start of its session.
        minutes: how long it takes.
        cut_minutes: what can be saved; 0 if nothing.
        cut_words: how.
        places: the sections that it is made of, by notebook and number.
        questions: those that everybody may predict.
    """

    title: str
    session: int
    starts: int
    minutes: int
    cut_minutes: int = 0
    cut_words: str = ""
    places: frozenset[tuple[str, int]] = frozenset()
    questions: tuple[Prediction, ...] = ()


@dataclass(frozen=True)
class Plan:
    """A path as the board shows it: its title, its notebook's and slides' file, its steps."""

    title: str
    file: str
    steps: tuple[Planned, ...]

    def place(self, notebook: str, section: int, now: int | None = None) -> tuple[str, int]:
        """Return where somebody is, as a step of this path if it has that place.

        Args:
            notebook: where they are; the path's own notebook has steps for sections.
            section: which one.
            now: the step that is on. Two steps may share a section: then it is this one.
        """
        if notebook == self.file:
            return self.file, min(section, len(self.steps) - 1)
        found = [
            number for number, step in enumerate(self.steps) if (notebook, section) in step.places
        ]
        if not found:
            return notebook, section
        return self.file, now if now in found else found[0]


def plan_of(sheet: RunSheet) -> Plan:
    """Return what a board needs of a run sheet."""
    headings = sections().headings
    steps = [
        Planned(
            slot.step.title,
            number,
            slot.starts,
            slot.minutes,
            slot.step.cut.minutes if slot.step.cut else 0,
            slot.step.cut.words if slot.step.cut else "",
            frozenset(
                (slot.step.notebook, headings[slot.step.notebook, title])
                for title in slot.step.sections
            ),
            slot.step.predictions,
        )
        for number, session in enumerate(sheet.sessions)
        for slot in session.slots
    ]
    return Plan(sheet.title, sheet.file, tuple(steps))


def clock(plan: Plan, begun: Sequence[tuple[int, float]], now: float) -> dict[str, Any]:
    """Return what the board's clock shows, as JSON.

    Args:
        plan: the path.
        begun: which step began when, in the order in which they did.
        now: the time; all times are in seconds.
    """
    known = [(step, at) for step, at in begun if step < len(plan.steps)]
    shown: dict[str, Any] = {
        "title": plan.title,
        "file": plan.file,
        "slides": f"slides/{plan.file}.html",
        "steps": [
            {
                "title": one.title,
                "starts": one.starts,
                "minutes": one.minutes,
                "questions": [asdict(question) for question in one.questions],
            }
            for one in plan.steps
        ],
        "now": None,
    }
    if not known:
        return shown
    number, began = known[-1]
    step = plan.steps[number]
    start = _start(plan, known, step.session)
    late = began - start - step.starts * 60 + max(0.0, now - began - step.minutes * 60)
    return shown | {
        "now": number,
        "elapsed": round(now - start),
        "in_step": round(now - began),
        "late": round(late),
        "cuts": _cuts(plan, number, now - began, late),
    }


def _start(plan: Plan, known: Sequence[tuple[int, float]], session: int) -> float:
    """Return when a session began; each evening has a clock of its own."""
    for number, at in known:
        if plan.steps[number].session == session:
            return at - plan.steps[number].starts * 60
    return known[-1][1]


def _cuts(plan: Plan, number: int, in_step: float, late: float) -> list[dict[str, Any]]:
    """Return what to leave out, the nearest first, until the class is on time again."""
    cuts: list[dict[str, Any]] = []
    saved = 0
    session = plan.steps[number].session
    for index, step in enumerate(plan.steps):
        comes = index > number or (index == number and in_step < step.minutes * 60)
        if late < LATE_SECONDS or saved * 60 >= late:
            break
        if comes and step.session == session and step.cut_minutes:
            cuts.append({"title": step.title, "minutes": step.cut_minutes, "words": step.cut_words})
            saved += step.cut_minutes
    return cuts
