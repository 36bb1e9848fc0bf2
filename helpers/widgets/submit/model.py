"""The steps to a submission as a value: in words, and as a picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from helpers.svg import look, still

__all__ = ["STEPS", "Step", "draw", "rows", "sentence", "tell"]


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
    Step("bundle", "Bundle", "puts your parts together to one file", "agent.py"),
    Step("check", "Check", "tries each behaviour over the wire", "report.html"),
    Step("record", "Record", "films a terminal with your agent in it", "recording.cast, .svg"),
    Step("measure", "Measure", "times the first token, beside a raw socket", "ttft.json, .svg"),
    Step("note", "Check the note", "reads what you say about the hardest case", "note.md"),
    Step("package", "Package", "puts all of it into one folder", "submission/"),
)
MARKS = {"waiting": "○", "running": "…", "done": "✓", "failed": "✕"}
INKS = {
    "waiting": look.INK_2,
    "running": look.ON_TOOL,
    "done": look.ON_DONE,
    "failed": look.ON_FAILED,
}

ROW, TOP = 26.0, 34.0  # pixels
COLUMNS = (40.0, 150.0, 470.0)
LETTERS = 88  # of a line of words


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


def tell(steps: Sequence[Step]) -> str:
    """Return all of it in words."""
    lines = [f"Submit your build: {sentence(steps)}"]
    for step in steps:
        lines.append(f"{MARKS[step.state]} {step.name}: {step.does} ({step.makes})")
        lines += [f"    {line}" for line in (*step.words.splitlines(), *step.details)]
    return "\n".join(lines)


def draw(steps: Sequence[Step]) -> str:
    """Return the steps as SVG."""
    parts, y = [still.text(16, 24, sentence(steps), fill=look.INK, bold=True)], TOP
    for step in steps:
        y += ROW
        parts.append(
            still.text(16, y, MARKS[step.state], fill=INKS[step.state], bold=True, anchor="start")
        )
        for x, words, ink in zip(
            COLUMNS,
            (step.name, step.does, step.makes),
            (look.INK, look.INK_1, look.INK_2),
            strict=True,
        ):
            parts.append(still.text(x, y, words, fill=ink, bold=x == COLUMNS[0]))
        for line in still.wrapped("\n".join((step.words, *step.details)).strip(), LETTERS):
            if line:
                y += 18
                parts.append(still.text(COLUMNS[0], y, line, fill=look.INK_2, size=12))
    return still.picture(y + 20, "Submit your build", tell(steps), parts)
