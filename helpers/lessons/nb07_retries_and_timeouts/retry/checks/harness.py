"""How `retry` is tried, and the mistakes that several of its cases know."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any

from helpers.lessons.checking.case import Case, Misconception, Namespace, Outcome

NOW = 1_800_000_000  # seconds since 1970: a moment in January 2027
GONE = formatdate(NOW - 30, usegmt=True)


def close(returned: Any, expected: Any) -> bool:
    """Whether two results say the same, up to the last digits of a float."""
    match returned, expected:
        case dict(), dict():
            return returned.keys() == expected.keys() and all(
                close(returned[key], expected[key]) for key in expected
            )
        case [*_], [*_]:
            return len(returned) == len(expected) and all(map(close, returned, expected))
        case bool(), _:
            return returned is expected
        case int() | float(), int() | float():
            return abs(returned - expected) < 1e-6
    return bool(returned == expected)


def case(
    name: str,
    why: str,
    code: str,
    run: Callable[[Namespace], object],
    expected: object,
    *mistakes: Misconception,
) -> Case:
    """A case whose numbers needn't agree to the last digit."""
    return Case(name, why, code, run, expected, mistakes, same=close)


@dataclass(frozen=True, eq=False)
class Failure:
    """A failure: its status, the error's type, and its headers."""

    status: int
    type: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        words = [str(self.status) if self.status else "no status", self.type]
        words += [f"{name}: {value}" for name, value in self.headers.items()]
        return ", ".join(filter(None, words))


def is_number(out: Outcome) -> bool:
    """Whether a number came back."""
    return isinstance(out.returned, int | float)
