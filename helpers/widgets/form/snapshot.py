"""A form as a picture and in words."""

from helpers.svg import look, snapshot
from helpers.widgets.form.model import Cell, Form, Row
from helpers.widgets.transcript.snapshot import seconds

__all__ = ["draw", "tell", "verdict", "write_thinking"]

COLUMNS = 66  # characters of a value in the picture
NO_BREAK = "\u00a0"
MARKS = {"pending": "○", "writing": "…", "committed": "✓", "lost": "✕"}
INKS = {
    "pending": look.INK_2,
    "writing": look.INK_2,
    "committed": look.ON_DONE,
    "lost": look.ON_FAILED,
}


def write_thinking(form: Form) -> str:
    """Return the line about the thinking; "" if the model has shown none."""
    if not form.thoughts:
        return ""
    began, ended = form.thoughts[0].began, form.thoughts[-1].ended
    return "Thinking…" if ended is None else f"Thought for {seconds(ended - began)}"


def verdict(form: Form) -> str:
    """Return what a program gets from the answer; "" until that is known."""
    name = form.model.__name__
    match form.verdict:
        case "valid":
            return f"✓ An instance of {name}: every field fits the class."
        case "refused":
            return f"✕ {form.problem} Don't use what came before."
        case "cut" | "invalid" | "failed":
            return f"✕ {form.problem} There is no {name}."
        case "stopped":
            return f"Stopped by you. There is no {name}."
    return ""


def tell(prompt: str, form: Form) -> str:
    """Return a form in words.

    Args:
        prompt: what was asked.
        form: the form, as far as it is filled.
    """
    lines = [f"You: {prompt}"]
    if words := write_thinking(form):
        lines.append(f"[{words}]")
    for row in form.rows():
        when = f" (after {seconds(row.at)})" if row.at is not None else ""
        lines.append(f"{_mark(row)} {row.name}: {_line(row)}{when}")
    lines.append(verdict(form) or "press Start")
    lines.append(" · ".join(_footer(form)))
    return "\n".join(line for line in lines if line)


def draw(prompt: str, form: Form) -> str:
    """Return a form as an SVG picture; the arguments are those of `tell`."""
    parts: list[str] = []
    y = 26.0
    parts.append(snapshot.text(16, y, "You", fill=look.INK_2, size=look.AXIS_SIZE))
    for line in snapshot.wrap_words(prompt, COLUMNS + 14):
        parts.append(snapshot.text(140, y, line, fill=look.INK))
        y += 19
    y += 8
    if words := write_thinking(form):
        parts.append(snapshot.text(140, y, words, fill=look.ON_THINKING))
        parts.append(
            snapshot.line(
                131.5, y - 12, 131.5, y + 4, look.THINKING,
                stroke_width=3, stroke_dasharray="3 3",
            )
        )  # fmt: skip
        y += 26
    refused = form.state == "refused"
    for row in form.rows():
        state = _state(row)
        ink = look.INK_2 if refused and state == "committed" else INKS[state]
        parts.append(snapshot.text(16, y, MARKS[state], fill=ink, bold=True))
        parts.append(snapshot.text(34, y, row.name, fill=look.INK_1))
        when = seconds(row.at) if row.at is not None else ""
        parts.append(
            snapshot.text(684, y, when, fill=look.INK_2, size=look.AXIS_SIZE, anchor="end")
        )
        ink = look.INK_2 if refused or state != "committed" else look.INK
        for line in snapshot.wrap_words(_line(row), COLUMNS):
            parts.append(snapshot.text(140, y, line, fill=ink))
            y += 19
        y += 5
    parts.append(snapshot.line(16, y - 10, snapshot.WIDTH - 16, y - 10))
    y += 10
    if words := verdict(form):
        ink = look.ON_DONE if form.state == "valid" else look.ON_FAILED
        for line in snapshot.wrap_words(words, COLUMNS + 26):
            parts.append(snapshot.text(16, y, line, fill=ink))
            y += 19
    for line in snapshot.wrap_words(" · ".join(_footer(form)), COLUMNS + 30):
        parts.append(snapshot.text(16, y, line, fill=look.INK_2, size=look.AXIS_SIZE + 1))
        y += 18
    return snapshot.picture(y - 4, "Form", tell(prompt, form), parts)


def _footer(form: Form) -> list[str]:
    entries = []
    if form.first is not None:
        entries.append(f"first field {seconds(form.first)}")
    if form.ended is not None:
        entries.append(f"end {seconds(form.ended)}")
        entries.append(f"{len(form.fields)} field{'s' * (len(form.fields) != 1)}")
    if form.answer.stop_reason is not None:
        entries += [f"{form.answer.tokens} tokens"]
        entries += [f"stop reason {form.answer.stop_reason}"]
    return entries


def _line(row: Row) -> str:
    """Return the values of a row in one line."""
    return " · ".join(map(_value, row.cells))


def _value(cell: Cell) -> str:
    # What is short stays on one line with its label: the space between them is no break.
    label = f"{cell.label}:{' ' if ' ' in cell.text else NO_BREAK}" if cell.label else ""
    match cell.state:
        case "pending":
            return f"{label}to come"
        case "writing":
            return f"{label}{cell.text}…"
        case "lost":
            return f"{label}{cell.text}… cut off" if cell.text else f"{label}never came"
    return f"{label}{cell.text}"


def _state(row: Row) -> str:
    """Return how far a row is: as far as its least complete value."""
    states = [cell.state for cell in row.cells]
    return next((one for one in ("lost", "writing", "pending") if one in states), "committed")


def _mark(row: Row) -> str:
    return MARKS[_state(row)]
