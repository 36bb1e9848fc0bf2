"""What a check found out, as plain values."""

from dataclasses import asdict, dataclass
from typing import Any, Literal, NamedTuple

__all__ = ["CaseResult", "Diagnosis", "Line", "Report", "Span", "plain"]


class Span(NamedTuple):
    """A piece of a line; `differs` marks the piece to look at."""

    text: str
    differs: bool = False


Line = tuple[Span, ...]


def plain(text: str) -> Line:
    """Return a line with nothing marked."""
    return (Span(text),)


@dataclass(frozen=True)
class Diagnosis:
    """Why a case did not pass.

    Attributes:
        misconception: the id of the mistake, of the exercise's own or a general one.
        ran: what was run.
        came_back: what came back.
        expected: what was expected; empty if nothing in particular was.
        looks_like: which mistake that looks like.
        try_next: what to try.
        where: the line of the learner's cell, with its number; or empty.
        printed: what the code printed, shortened; or empty.
    """

    misconception: str
    ran: str
    came_back: Line
    expected: Line
    looks_like: str
    try_next: str
    where: str = ""
    printed: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return it as values that JSON knows."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Diagnosis":
        """Return what `to_json` was made of."""
        lines = {
            key: tuple(Span(*span) for span in values[key]) for key in ("came_back", "expected")
        }
        return cls(**{**values, **lines})


@dataclass(frozen=True)
class CaseResult:
    """One case of a report."""

    name: str
    why: str
    status: Literal["passed", "failed", "not_run"]
    diagnosis: Diagnosis | None = None


@dataclass(frozen=True)
class Report:
    """What a check found out.

    Attributes:
        status: passed; failed: a case did not pass; not_attempted: the stub, untouched;
            broken: the cell could not be run to its end, so no case was tried.
        cases: all cases of the exercise, in order.
        diagnosis: of the first thing that went wrong; None if nothing did.
        notes: sentences about other things worth knowing.
        loaded: the cell itself ran to its end, so its names can be defined.
    """

    status: Literal["passed", "failed", "not_attempted", "broken"]
    cases: tuple[CaseResult, ...]
    diagnosis: Diagnosis | None = None
    notes: tuple[str, ...] = ()
    loaded: bool = False

    @property
    def passed(self) -> int:
        """How many cases passed."""
        return sum(case.status == "passed" for case in self.cases)
