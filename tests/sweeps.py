"""Sweeps: many cases of one kind, of which the first layer of the tests takes a few."""

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import settings


def sweep(cases: Iterable[Any], first: int) -> list[Any]:
    """Return the cases for parametrize; those that the first layer leaves out are marked.

    Args:
        cases: values, or tuples of them for several parameters.
        first: how many the first layer takes, from everywhere in the list.
    """
    found = list(cases)
    taken = {len(found) * number // first for number in range(first)}
    return [
        case if place in taken else pytest.param(*as_tuple(case), marks=pytest.mark.long)
        for place, case in enumerate(found)
    ]


def as_tuple(case: Any) -> tuple[Any, ...]:
    return case if isinstance(case, tuple) else (case,)


def examples(count: int) -> int:
    """Return how many examples of a property to try: in the first layer a tenth, at least 5."""
    return max(5, count * settings.default.max_examples // 100)
