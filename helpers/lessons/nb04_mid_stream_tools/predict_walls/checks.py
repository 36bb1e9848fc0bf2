"""What is tried with `predict_walls`, and what its mistakes are recognised by."""

import math
from typing import Any

from helpers.lessons.checking.case import Case, Misconception, Namespace

__all__ = ["CASES"]


def wall(name: str, why: str, expected: float, *mistakes: Misconception) -> Case:
    """A case that asks for one of the four figures."""

    def run(my: Namespace) -> object:
        return my.SECONDS[name]

    def close(returned: Any, expected: Any) -> bool:
        return not isinstance(returned, bool) and math.isclose(returned, expected, abs_tol=0.05)

    missing = Misconception(
        id="not-filled-in",
        matches=lambda out: (
            isinstance(out.error, KeyError) if out.error else out.returned in (..., None)
        ),
    )
    return Case(name, why, f"SECONDS[{name!r}]", run, expected, (missing, *mistakes), close)


def figure(
    number: float,
    id: str,
) -> Misconception:
    """A mistake that is known by its figure."""
    return Misconception(id, lambda out: math.isclose(out.returned, number, abs_tol=0.05))


CASES = (
    wall(
        "after the reply, one at a time",
        "The simplest loop reads the reply, then calls one tool after the other.",
        4.0,
        figure(
            3.0,
            "forgets-the-second-tool",
        ),
        figure(
            2.0,
            "tools-take-no-time",
        ),
    ),
    wall(
        "after the reply, side by side",
        "Most frameworks do this.",
        3.0,
        figure(
            4.0,
            "adds-what-overlaps",
        ),
    ),
    wall(
        "at once, one at a time",
        "Each tool runs when its call is complete, but never two at the same time.",
        2.5,
        figure(
            2.2,
            "two-at-once",
        ),
        figure(
            4.0,
            "starts-after-the-reply",
        ),
        figure(
            2.0,
            "ends-with-the-reply",
        ),
    ),
    wall(
        "at once, side by side",
        "You build this in the last exercise.",
        2.2,
        figure(
            2.0,
            "forgets-who-outlives-the-reply",
        ),
        figure(
            1.5,
            "forgets-the-reply",
        ),
    ),
)
