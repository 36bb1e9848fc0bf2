"""What a part of the build is: its stub, its cases, the mistakes people make, its hints."""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["SUPPORT", "Case", "Misconception", "MissingName", "Namespace", "Outcome", "Part"]

# What the course's own parts take from the library, since no part stands for it: how other
# servers differ from the API. A file for others gets a copy of what is used of it.
SUPPORT = (
    "helpers.wire.failures",
    "helpers.wire.keys",
    "helpers.wire.payloads",
    "helpers.wire.tool_input",
)


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

    Attributes:
        id: stable and unique within the part, such as "returns-str".
        looks_like: completes "This looks like": a noun phrase or a clause, one sentence.
        try_next: one or two sentences that help on without giving the answer away.
        matches: says whether an outcome shows it. An exception counts as no.
    """

    id: str
    looks_like: str
    try_next: str
    matches: Callable[[Outcome], bool]


def equal(returned: Any, expected: Any) -> bool:
    """Compare the plain way."""
    return bool(returned == expected)


@dataclass(frozen=True)
class Case:
    """One thing that a part must do.

    Attributes:
        name: a few words that say what is tried.
        why: one sentence: where this happens in real life.
        code: what is run, as the learner would write it; shown, never executed.
        run: gets the learner's names and returns what came back. An `async def` is
            run on an event loop of its own.
        expected: what should come back.
        misconceptions: tried in this order on an outcome that is not right.
        same: decides whether the returned value is right; given (returned, expected).
    """

    name: str
    why: str
    code: str
    run: Callable[[Namespace], Any]
    expected: Any
    misconceptions: tuple[Misconception, ...] = ()
    same: Callable[[Any, Any], bool] = equal


@dataclass(frozen=True)
class Part:
    """One exercise: a part of the learner's build, or a small step before it.

    Attributes:
        id: stable for ever: progress and saved files go by it.
        title: what it is, in a few words.
        notebook: the notebook it belongs to, without its ending.
        minutes: how long it takes most people.
        difficulty: in a word.
        teaches: what one can do afterwards, in one sentence.
        stub: what the cell holds at first, without its `%%build` line.
        reference: the library file that solves it, or its source.
        cases: run in this order, each on the same names.
        hints: two steps, then the sentence above the reference.
        module: `__name__` of the lesson module: the child process finds the part there.
        needs: ids of the parts whose names its code may use.
        in_build: it becomes a part of the learner's agent.
    """

    id: str
    title: str
    notebook: str
    minutes: int
    difficulty: str
    teaches: str
    stub: str
    reference: Path | str
    cases: tuple[Case, ...]
    hints: tuple[str, str, str]
    module: str
    needs: tuple[str, ...] = ()
    in_build: bool = True

    def reference_source(self) -> str:
        """Return the reference as a learner would write it: no other part is imported."""
        if isinstance(self.reference, str):
            return self.reference
        source = self.reference.read_text(encoding="utf-8")
        lines = source.splitlines(keepends=True)
        for node in ast.parse(source).body:
            module = (isinstance(node, ast.ImportFrom) and node.module) or ""
            if module.startswith("helpers") and module not in SUPPORT:
                lines[node.lineno - 1 : node.end_lineno] = [""] * (
                    (node.end_lineno or node.lineno) - node.lineno + 1
                )
        return "".join(lines)
