"""What is tried with a cell: a case, what came back, and the mistakes that people make."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Case", "Misconception", "MissingName", "Namespace", "Outcome", "equal"]


class MissingName(AttributeError):
    """A case asked for a name that the cell does not define."""


class Namespace:
    """The names that a cell defines, as attributes."""

    def __init__(self, names: Mapping[str, Any]) -> None:
        self._names = names

    def __getattr__(self, name: str) -> Any:
        try:
            return self._names[name]
        except KeyError:
            raise MissingName(f"nothing here is called {name}", name=name) from None

    def __dir__(self) -> list[str]:
        return [name for name in self._names if not name.startswith("_")]

    def __repr__(self) -> str:
        return f"<names: {', '.join(sorted(dir(self)))}>"


@dataclass(frozen=True)
class Outcome:
    """What came back from one case.

    Attributes:
        returned: what `Case.run` returned, as the very object.
        error: what it raised instead, also SystemExit and the like.
        printed: what the code printed meanwhile (the first part of it).
        timed_out: seconds that it was given and still running after; 0 if it ended.
        expected: the case's expected value, for comparison.
    """

    returned: Any = None
    error: BaseException | None = None
    printed: str = ""
    timed_out: float = 0
    expected: Any = None


@dataclass(frozen=True)
class Misconception:
    """A mistake that people really make, recognised by what came back.

    What is said of it stands at the head of the answer that shows it: `wrong_returns_str.py`
    for "returns-str".

    Attributes:
        id: stable and unique within the exercise, such as "returns-str".
        matches: says whether an outcome shows it. An exception counts as no. Where a case
            raised or did not end, it has to look at that: it can't claim what it never saw.
        about: what this mistake is about, though it would be told otherwise: exceptions of
            Python such as TypeError, and ids of facts (helpers/lessons/checking/facts.py).
    """

    id: str
    matches: Callable[[Outcome], bool]
    about: tuple[type[BaseException] | str, ...] = ()


def equal(returned: Any, expected: Any) -> bool:
    """Compare the plain way."""
    return bool(returned == expected)


@dataclass(frozen=True)
class Case:
    """One thing that an exercise asks for.

    Attributes:
        name: a few words that say what is tried.
        why: one sentence: where this happens in real life.
        code: what is run, as the learner would write it; shown, never executed.
        run: gets the learner's names and returns what came back. An `async def` is
            run on an event loop of its own.
        expected: what should come back.
        misconceptions: tried in this order on an outcome that is not right.
        same: decides whether the returned value is right; given (returned, expected).
        topic: what it is about. A mistake that shows in one topic doesn't show in another.
    """

    name: str
    why: str
    code: str
    run: Callable[[Namespace], Any]
    expected: Any
    misconceptions: tuple[Misconception, ...] = ()
    same: Callable[[Any, Any], bool] = equal
    topic: str = ""
