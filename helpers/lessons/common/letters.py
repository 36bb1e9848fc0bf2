"""Exercises that ask for a verdict on each of some cases, which go by letters."""

from collections.abc import Sequence
from typing import NamedTuple

from helpers.lessons.checking.case import Case, Misconception, Namespace, Outcome

__all__ = ["Letter", "make_cases"]


class Letter(NamedTuple):
    """One row of such an exercise.

    Attributes:
        letter: the key in the learner's dict.
        what: what it is about; a clause becomes a sentence.
        right: the verdict that should stand there.
        mistake: the id of the mistake that another verdict shows.
    """

    letter: str
    what: str
    right: bool | int
    mistake: str


def is_unanswered(outcome: Outcome) -> bool:
    """Whether nothing stands at a letter yet."""
    if outcome.error:
        return isinstance(outcome.error, KeyError)
    return outcome.returned is ... or outcome.returned is None


def make_cases(table: str, kind: str, letters: Sequence[Letter]) -> tuple[Case, ...]:
    """Return a case for each letter.

    Args:
        table: the dict in which the learner answers.
        kind: what each letter stands for, such as "history".
        letters: in the order of the stub.
    """
    return tuple(_case(table, kind, row) for row in letters)


def _case(table: str, kind: str, row: Letter) -> Case:
    def run(my: Namespace) -> object:
        return getattr(my, table)[row.letter]

    return Case(
        f"{kind} {row.letter}",
        row.what if row.what.endswith((".", "?", ">")) else f"{row.what[0].upper()}{row.what[1:]}.",
        f'{table}["{row.letter}"]',
        run,
        row.right,
        (
            Misconception(id="not-answered", matches=is_unanswered),
            Misconception(
                id=row.mistake, matches=lambda out: isinstance(out.returned, type(row.right))
            ),
        ),
        topic=row.letter,
    )
