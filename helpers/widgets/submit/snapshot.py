"""The snapshot of the way to a submission: its steps, and the same in words."""

from collections.abc import Sequence

from helpers.svg import look, snapshot
from helpers.widgets.submit.model import MARKS, Step, sentence

__all__ = ["draw", "tell"]

INKS = {
    "waiting": look.INK_2,
    "running": look.ON_TOOL,
    "done": look.ON_DONE,
    "failed": look.ON_FAILED,
}
ROW, TOP = 26.0, 34.0  # pixels
COLUMNS = (40.0, 150.0, 470.0)
LETTERS = 88  # of a line of words


def tell(steps: Sequence[Step]) -> str:
    """Return all of it in words."""
    lines = [f"Submit your build: {sentence(steps)}"]
    for step in steps:
        lines.append(f"{MARKS[step.state]} {step.name}: {step.does} ({step.makes})")
        lines += [f"    {line}" for line in (*step.words.splitlines(), *step.details)]
    return "\n".join(lines)


def draw(steps: Sequence[Step]) -> str:
    """Return the steps as SVG."""
    parts, y = [snapshot.text(16, 24, sentence(steps), fill=look.INK, bold=True)], TOP
    for step in steps:
        y += ROW
        parts.append(
            snapshot.text(
                16, y, MARKS[step.state], fill=INKS[step.state], bold=True, anchor="start"
            )
        )
        for x, words, ink in zip(
            COLUMNS,
            (step.name, step.does, step.makes),
            (look.INK, look.INK_1, look.INK_2),
            strict=True,
        ):
            parts.append(snapshot.text(x, y, words, fill=ink, bold=x == COLUMNS[0]))
        for line in snapshot.wrap_words("\n".join((step.words, *step.details)).strip(), LETTERS):
            if line:
                y += 18
                parts.append(snapshot.text(COLUMNS[0], y, line, fill=look.INK_2, size=12))
    return snapshot.picture(y + 20, "Submit your build", tell(steps), parts)
