"""The steps to a submission as a value, in a sentence and as a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["MARKS", "STEPS", "Step", "rows", "sentence"]


@dataclass(frozen=True)
class Step:
    """One step, and how far it is.

    Attributes:
        id: such as "bundle".
        name: what its button says.
        does: what it is for, as a clause.
        makes: the file that comes of it.
        state: waiting, running, done or failed.
        words: what came of it.
        details: more of that, a line each.
        done, total: how far it is, where that can be counted.
    """

    id: str
    name: str
    does: str
    makes: str
    state: str = "waiting"
    words: str = ""
    details: tuple[str, ...] = ()
    done: int = 0
    total: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return what a page draws."""
        return {**vars(self), "details": list(self.details), "mark": MARKS[self.state]}


STEPS = (
    Step("bundle", "Bundle", "puts your parts into one file", "agent.py"),
    Step("check", "Check", "tries each behaviour over the wire", "report.html"),
    Step("record", "Record", "films a terminal with your agent in it", "recording.cast, .svg"),
    Step("measure", "Measure", "times the first token, beside a raw socket", "ttft.json, .svg"),
    Step("note", "Check the note", "reads what you say about the hardest case", "note.md"),
    Step("package", "Package", "puts all of it into one folder", "submission/"),
)
MARKS = {"waiting": "○", "running": "…", "done": "✓", "failed": "✕"}


def sentence(steps: Sequence[Step]) -> str:
    """Return how far it is, in a sentence."""
    done = [step for step in steps if step.state == "done"]
    failed = [step.name.lower() for step in steps if step.state == "failed"]
    running = [step.name.lower() for step in steps if step.state == "running"]
    if running:
        return f"Running: {running[0]}."
    if failed:
        return f"✕ {len(done)} of {len(steps)} steps done; look at: {', '.join(failed)}."
    if len(done) == len(steps):
        return f"✓ All {len(steps)} steps done."
    return f"{len(done)} of {len(steps)} steps done."


def rows(steps: Sequence[Step]) -> list[tuple[str, ...]]:
    """Return the steps as a table: a heading, then a row each."""
    head = ("", "step", "what it does", "what it makes")
    return [head, *((MARKS[one.state], one.name, one.does, one.makes) for one in steps)]
