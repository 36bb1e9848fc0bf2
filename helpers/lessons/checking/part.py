"""The old form of an exercise, for lessons that are no folders yet."""

import ast
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from helpers.lessons.checking import case
from helpers.lessons.checking.case import Case, MissingName, Namespace, Outcome
from helpers.lessons.exercise import SUPPORT, Words

__all__ = ["SUPPORT", "Case", "Misconception", "MissingName", "Namespace", "Outcome", "Part"]


class Misconception(case.Misconception):
    """A mistake with its words."""

    looks_like: str
    try_next: str

    def __init__(
        self, id: str, looks_like: str, try_next: str, matches: Callable[[Outcome], bool]
    ) -> None:
        super().__init__(id, matches)
        object.__setattr__(self, "looks_like", looks_like)
        object.__setattr__(self, "try_next", try_next)


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

    @property
    def kind(self) -> str:
        """What the notebook calls it."""
        return "part" if self.in_build else "exercise"

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

    def words(self, mistake: str) -> Words:
        """Return what is said of a mistake."""
        found = [m for case in self.cases for m in case.misconceptions if m.id == mistake]
        return Words(found[0].looks_like, found[0].try_next)  # type: ignore[attr-defined]
