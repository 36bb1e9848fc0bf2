"""Run sheets as Markdown, for an instructor who has a second screen or paper."""

from helpers.lessons import find_exercise
from helpers.lessons.teaching.notebook import exercises_of, notebook_title
from helpers.lessons.teaching.sheets import (
    RunSheet,
    Session,
    Slot,
    clock_time,
    kit,
    path_names,
    run_sheet,
)

__all__ = ["guide", "sheet_words"]

WRITTEN = (
    "<!-- Written by `python3 course.py teaching` from helpers/lessons/teaching/paths.toml. -->"
)
SHORT = 14  # lines of an answer that fits into a run sheet


def guide() -> str:
    """Return the page that all run sheets share: before a class, its rules, its symptoms."""
    found = kit()
    rows = [
        WRITTEN,
        "# Teaching a class",
        "Five paths through the course, each with a clock. A path's notebook has the cells of the "
        "course's notebooks, with the same exercises, and `lab --path` opens it. "
        "`class --path` opens the board with a clock: it shows which step is on, how late you "
        "are, and what to cut. It offers the predictions of the sheet as questions: one click "
        "asks everybody.",
        "| path | for whom | run sheet | slides | commands |\n|---|---|---|---|---|\n"
        + "\n".join(map(_row, map(run_sheet, path_names()))),
        "## Two days before",
        _list(found.two_days_before, "- [ ] "),
        "## 15 minutes before",
        _list(found.fifteen_minutes_before, "- [ ] "),
        "## In the room",
        _list(found.rules),
        "## What goes wrong",
        "| you see | do this |\n|---|---|\n"
        + "\n".join(f"| {seen} | {cure} |" for seen, cure in found.symptoms),
    ]
    return "\n\n".join(rows) + "\n"


def _row(sheet: RunSheet) -> str:
    return (
        f"| **{sheet.title}** | {sheet.audience} | [{sheet.file}.md]({sheet.file}.md) | "
        f"[{sheet.file}.html](slides/{sheet.file}.html) | "
        f"`lab --path {sheet.name}`, `class --path {sheet.name}` |"
    )


def sheet_words(sheet: RunSheet) -> str:
    """Return a path's run sheet."""
    rows = [
        WRITTEN,
        f"# {sheet.title}",
        sheet.audience,
        f"**Everybody takes home:** {sheet.leaves_with}",
        f"`python3 course.py lab --path {sheet.name}` opens the notebook of this path, "
        f"`python3 course.py class --path {sheet.name}` the board with its clock. "
        f"[Slides](slides/{sheet.file}.html): open them in a browser, press N for notes. "
        "[Before the class, and what goes wrong](README.md).",
    ]
    for session in sheet.sessions:
        rows += _session(session)
    rows += [
        "## Three questions for discussion",
        "\n".join(
            f"{number}. {question}" for number, question in enumerate(sheet.discussion, start=1)
        ),
        "## Homework",
        "\n".join(map(_homework, sheet.homework)),
    ]
    return "\n\n".join(rows) + "\n"


def _session(session: Session) -> list[str]:
    table = ["| from | to | step | who types |", "|---|---|---|---|"]
    table += [
        f"| {clock_time(slot.starts)} | {clock_time(slot.starts + slot.minutes)} | "
        f"{slot.step.title} | {_who(slot)} |"
        for slot in session.slots
    ]
    title = session.title or "The clock"
    return [f"## {title}: {session.minutes} minutes", "\n".join(table), *map(_slot, session.slots)]


def _who(slot: Slot) -> str:
    return {
        "demo": "you",
        "guided": "everybody, after you",
        "hands-on": "everybody",
        "talk": "nobody",
        "pause": "nobody",
    }[slot.step.kind]


def _slot(slot: Slot) -> str:
    step = slot.step
    ends = clock_time(slot.starts + slot.minutes)
    rows = [f"### {clock_time(slot.starts)} to {ends} · {step.title}"]
    if step.notebook:
        link = f"[{notebook_title(step.notebook)}](../../notebooks/{step.notebook}.ipynb)"
        rows.append(f"{link}: {' · '.join(step.sections)}")
    lines = [f"**Say:** {sentence}" for sentence in step.say]
    for name, words in (("Show", step.show), ("Do", step.do), ("Ask", step.ask)):
        lines += [f"**{name}:** {words}"] if words else []
    lines += [
        f"**Predict:** {one.question} ({' / '.join(one.choices)}) *{one.answer}*"
        for one in step.predictions
    ]
    if step.cut:
        lines.append(f"**When late** ({step.cut.minutes} min): {step.cut.words}")
    if lines:
        rows.append(_list(tuple(lines)))
    rows += [answer for id in exercises_of(step) if (answer := _answer(id))]
    return "\n\n".join(rows)


def _answer(id: str) -> str:
    """Return an exercise with its answer, if that is short."""
    exercise = find_exercise(id)
    source = exercise.reference_source().strip()
    if len(source.splitlines()) > SHORT:
        return (
            f"Exercise `{id}`, about {exercise.minutes} minutes. Its hints end with one way to "
            "write it."
        )
    about = f"Exercise `{id}`, about {exercise.minutes} minutes; one answer:"
    return f"{about}\n\n```python\n{source}\n```"


def _homework(id: str) -> str:
    exercise = find_exercise(id)
    link = f"[{notebook_title(exercise.notebook)}](../../notebooks/{exercise.notebook}.ipynb)"
    return f"- `{id}`, about {exercise.minutes} minutes: {link}"


def _list(lines: tuple[str, ...], mark: str = "- ") -> str:
    return "\n".join(mark + line for line in lines)
