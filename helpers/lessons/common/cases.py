"""Cases of a kind: what all of an exercise have in common is said once."""

from collections.abc import Callable, Sequence
from typing import Any

from helpers.lessons.checking.case import Case, Misconception, Namespace, equal

__all__ = ["case_with"]


def case_with(
    always: Sequence[Misconception],
    name: str,
    why: str,
    code: str,
    run: Callable[[Namespace], Any],
    expected: Any,
    *mistakes: Misconception,
    same: Callable[[Any, Any], bool] = equal,
) -> Case:
    """Return a case that also knows the mistakes that can show in any case of its exercise.

    Args:
        always: these, which are tried before the case's own.
    """
    return Case(name, why, code, run, expected, (*always, *mistakes), same)
