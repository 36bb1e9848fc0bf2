"""The cell magic `%%build`: run a part's cell, check it, say what came of it, keep it."""

from collections.abc import Callable
from typing import Any

from IPython.core.interactiveshell import InteractiveShell
from IPython.display import display

from helpers.lessons import UnknownExercise, exercise_ids, find_exercise, find_needs
from helpers.lessons.checking.diagnosis import render, render_sentence
from helpers.lessons.checking.report import Report
from helpers.lessons.checking.runner import check
from helpers.lessons.checking.where import earlier_part, remember
from helpers.lessons.exercise import Exercise
from helpers.lessons.learner import progress

__all__ = ["build", "on_check", "register_magics"]

# What hears of each check, with its report.
_listeners: list[Callable[[Exercise, Report], None]] = []


def on_check(callback: Callable[[Exercise, Report], None]) -> None:
    """Call a function after each check of a cell."""
    _listeners.append(callback)


# In the cell, the line with `%%build` is line 1.
FIRST_LINE = 2


def register_magics(shell: InteractiveShell) -> None:
    """Make `%%build` known to a notebook."""

    def build_cell(line: str, cell: str = "") -> None:
        """Check the code of this cell: `%%build sse` as the first line."""
        build(line, cell, shell.user_ns)

    register: Callable[..., None] = shell.register_magic_function
    register(build_cell, "cell", "build")
    shell.input_transformers_cleanup.append(_with_body)


def _with_body(lines: list[str]) -> list[str]:
    """Let a `%%build` line that stands alone come here: IPython would call it an error."""
    return [*lines, "\n"] if len(lines) == 1 and lines[0].startswith("%%build") else lines


def build(line: str, cell: str, names: dict[str, Any]) -> None:
    """Check a cell, show the diagnosis, keep what has passed, and define its names.

    Args:
        line: what follows `%%build`: the id of a part.
        cell: the cell without that line.
        names: the notebook's namespace.
    """
    try:
        exercise = find_exercise(line.strip())
    except UnknownExercise as problem:
        known = ", ".join(exercise_ids())
        _say(str(problem) if line.strip() else f"Say which exercise: `%%build` and one of {known}.")
        return
    if not cell.strip():
        _say(
            f"The cell is empty: write your answer to {exercise.id} under the first line and run "
            "it again."
        )
        return
    earlier = {one.id: own for one in find_needs(exercise) if (own := progress.source(one.id))}
    try:
        report = check(exercise, cell, earlier=earlier, first_line=FIRST_LINE)
    except KeyboardInterrupt:
        _say("Interrupted: the check was stopped, and nothing was saved.")
        return
    for callback in _listeners:
        callback(exercise, report)
    kept = _keep(exercise, cell, report.status)
    if report.status != "not_attempted":
        diagnosis = report.diagnosis
        mistake = diagnosis.misconception if diagnosis else ""
        progress.note_try(exercise.id, mistake, report.passed, len(report.cases))
    html, text = render(exercise, report, (*report.notes, *kept))
    _show(html, text)
    if report.loaded:
        _define(exercise, cell, names)


def _keep(exercise: Exercise, cell: str, status: str) -> list[str]:
    """Save a part that has passed; return what there is to say about it."""
    if status != "passed":
        if progress.source(exercise.id) is None:
            return []
        return [f"Your part {exercise.id} that passed before is kept, and stays in use."]
    try:
        progress.save(exercise.id, cell)
    except progress.NotSaved as problem:
        return [str(problem)]
    return [f'Saved. From now on `course.part("{exercise.id}")` is yours.']


def _define(exercise: Exercise, cell: str, names: dict[str, Any]) -> None:
    """Define the names of the cell in the notebook, to play with."""
    for one in find_needs(exercise):
        earlier = progress.part_namespace(one.id)
        for name in dir(earlier):
            names.setdefault(name, getattr(earlier, name))
    filename, padded = earlier_part(exercise.id), "\n" * (FIRST_LINE - 1) + cell
    remember(filename, padded)
    exec(compile(padded, filename, "exec", dont_inherit=True), names)


def _say(sentence: str) -> None:
    _show(*render_sentence(sentence))


def _show(html: str, text: str) -> None:
    display({"text/html": html, "text/plain": text}, raw=True)  # type: ignore[no-untyped-call]
