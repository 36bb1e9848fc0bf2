"""What notebooks and the README say of exercises, written from their folders.

A fact stands once: in `exercise.md` and `stub.py` of an exercise, or in a notebook's
`__init__.py`. Everything else that is said of them is written here.
"""

import re
from importlib import import_module
from pathlib import Path

from nbformat import NotebookNode

from helpers.lessons import LESSONS, find_exercise
from helpers.lessons.exercise import Exercise
from helpers.lessons.learner.map import NOTEBOOKS, Notebook, builds, minutes_of
from helpers.lessons.minutes import SECOND_SITTING

__all__ = ["README", "MissingCell", "header", "write_notebook", "write_readme"]

README = LESSONS.parents[1] / "README.md"
BUILD = "%%build "
HEADER = re.compile(r"^\*\*(?:Part|Exercise) `(\w+)`\*\*", re.MULTILINE)
# A heading with nothing between it and the header is the exercise's title.
HEADING = re.compile(r"^### .*\n\n\Z", re.MULTILINE)
TITLE = re.compile(r"\A# .*")
MINUTES = re.compile(r"^\*\*About \d+ minutes[^*]*\.\*\*", re.MULTILINE)
ROW = re.compile(r"^\| \[\d\d · .*\n", re.MULTILINE)


class MissingCell(ValueError):
    """A notebook has no place for an exercise; the message says which."""


def write_notebook(notebook: NotebookNode, name: str) -> None:
    """Write headers, tasks and stubs into a notebook's cells.

    Args:
        notebook: it is changed in place.
        name: its file, without its ending.

    Raises:
        MissingCell: an exercise of the notebook has no header, or no build cell.
    """
    facts = next(one for one in NOTEBOOKS if one.name == name)
    _write_top(notebook, facts)
    order = import_module(f"helpers.lessons.nb{name}").ORDER
    headers, cells = [], []
    for cell in notebook.cells:
        found = HEADER.search(cell.source) if cell.cell_type == "markdown" else None
        if found and found[1] in order:
            headers.append(found[1])
            _write_task(cell, found.start(), find_exercise(found[1]))
        if cell.cell_type == "code" and cell.source.startswith(BUILD):
            exercise = find_exercise(cell.source.partition("\n")[0].removeprefix(BUILD).strip())
            cells.append(exercise.id)
            cell.source = f"{BUILD}{exercise.id}\n{exercise.stub.rstrip()}"
    if not headers == cells == list(order):
        raise MissingCell(
            f"{name}.ipynb has the headers {headers} and the build cells {cells}; "
            f"ORDER in its folder is {list(order)}. Each exercise needs a text with "
            "**Exercise `id`** and below it a cell with %%build id."
        )


def _write_top(notebook: NotebookNode, facts: Notebook) -> None:
    top, number = notebook.cells[0], facts.name.partition("_")[0]
    first, *later = facts.minutes
    then = "".join(f", then {minutes} in a second sitting" for minutes in later)
    top.source = TITLE.sub(f"# {number} · {facts.title}", top.source)
    top.source = MINUTES.sub(f"**About {first} minutes{then}.**", top.source)
    second = [cell for cell in notebook.cells if cell.source.startswith(SECOND_SITTING)]
    for cell, minutes in zip(second, later, strict=True):
        cell.source = MINUTES.sub(f"**About {minutes} minutes.**", cell.source)


def _write_task(cell: NotebookNode, start: int, exercise: Exercise) -> None:
    before = cell.source[:start]
    if exercise.kind == "exercise":
        before = HEADING.sub(lambda _: f"### {exercise.title}\n\n", before)
    cell.source = f"{before}{header(exercise)}\n\n{exercise.task}".rstrip()


def header(exercise: Exercise) -> str:
    """Return the line above the task."""
    return (
        f"**Exercise `{exercise.id}`** · difficulty: {exercise.difficulty} · "
        f"about {exercise.minutes} minutes · what it teaches: {exercise.teaches}."
    )


def write_readme(text: str) -> str:
    """Return the README with the rows of its map written again."""
    rows = "".join(map(_row, NOTEBOOKS))
    places = list(ROW.finditer(text))
    return text[: places[0].start()] + rows + text[places[-1].end() :]


def _row(facts: Notebook) -> str:
    number = facts.name.partition("_")[0]
    part = f"`{facts.part}`" if facts.part else builds(facts)
    link = f"[{number} · {facts.title}]({Path('notebooks', facts.name).as_posix()}.ipynb)"
    return f"| {link} | {facts.turns} | {part} | {minutes_of(facts)} min |\n"
