"""A path as one notebook, made of the notebooks' own cells."""

from copy import deepcopy
from functools import cache
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from helpers.lessons import LESSONS, find_exercise
from helpers.lessons.learner.map import NOTEBOOKS
from helpers.lessons.teaching.origin import id_in_path
from helpers.lessons.teaching.places import HEADING
from helpers.lessons.teaching.sheets import RunSheet, Session, Slot, Step, clock_time

__all__ = [
    "MissingPlace",
    "cells_of",
    "exercises_of",
    "notebook_title",
    "path_notebook",
    "write_path",
]

FOLDER = LESSONS.parents[1] / "notebooks"
FIRST_CELL = "from helpers import course"
BUILD = "%%build "
BROUGHT = "First, code from this step's notebook, which the cells below use:"
JOIN = (
    "**In a class**, run `course.join()` in a new cell. It asks for the link on the board and for "
    "a name, and it says what is sent. Nothing is sent before you join, and you can leave. On a "
    "hub whose class runs, the first cell asks for the name alone."
)


class MissingPlace(ValueError):
    """A step names a section or a cell that its notebook doesn't have; the message says which."""


@cache
def _cells(name: str) -> tuple[NotebookNode, ...]:
    return tuple(nbformat.read(FOLDER / f"{name}.ipynb", as_version=4).cells)


@cache
def _sections(name: str) -> dict[str, tuple[int, ...]]:
    """Return the numbers of the cells below each heading, up to the next heading."""
    found: dict[str, list[int]] = {}
    open_ones: list[str] = []
    for number, cell in enumerate(_cells(name)):
        titles = HEADING.findall(cell.source) if cell.cell_type == "markdown" else []
        open_ones = titles or open_ones
        for title in open_ones:
            found.setdefault(title, []).append(number)
    return {title: tuple(numbers) for title, numbers in found.items()}


def cells_of(step: Step) -> list[int]:
    """Return the numbers of a step's cells: first those that must run before, then its sections.

    Raises:
        MissingPlace: its notebook has no such section, or not exactly one such cell.
    """
    if not step.notebook:
        return []
    return list(dict.fromkeys([*_first(step), *_in_sections(step)]))


def _first(step: Step) -> list[int]:
    return [_find_cell(step.notebook, piece) for piece in step.first]


def _in_sections(step: Step) -> list[int]:
    for title in step.sections:
        if title not in _sections(step.notebook):
            known = ", ".join(_sections(step.notebook))
            raise MissingPlace(f"{step.notebook} has no section {title!r}; it has: {known}.")
    found = [number for title in step.sections for number in _sections(step.notebook)[title]]
    return list(dict.fromkeys(found))


def _find_cell(name: str, piece: str) -> int:
    numbers = [
        number
        for number, cell in enumerate(_cells(name))
        if cell.cell_type == "code" and piece in cell.source
    ]
    if not numbers:
        raise MissingPlace(f"{name} has no cell with {piece!r}.")
    return numbers[0]


def exercises_of(step: Step) -> list[str]:
    """Return the ids of the exercises in a step's cells."""
    sources = [_cells(step.notebook)[number].source for number in cells_of(step)]
    return [one.split()[1] for one in sources if one.startswith(BUILD)]


def notebook_title(name: str) -> str:
    """Return a notebook's number and title."""
    facts = next(one for one in NOTEBOOKS if one.name == name)
    return f"{name[:2]} · {facts.title}"


def path_notebook(sheet: RunSheet) -> NotebookNode:
    """Return a path as a notebook; its cells have no outputs, which would answer predictions.

    Raises:
        MissingPlace: a step names what its notebook doesn't have.
    """
    cells = [_text(_opening(sheet))]
    before = 0
    for session in sheet.sessions:
        cells += _of_session(session, before, len(sheet.slots))
        before += len(session.slots)
    cells.append(_text(_ending(sheet)))
    seen: dict[str, int] = {}
    for number, cell in enumerate(cells):
        wish = cell.get("id") or f"path-{number:02}"
        seen[wish] = seen.get(wish, 0) + 1
        cell["id"] = wish if seen[wish] == 1 else f"{wish}-{seen[wish]}"
    notebook: NotebookNode = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata = NotebookNode(
        kernelspec={"display_name": "Python 3", "language": "python", "name": "python3"},
        language_info={"name": "python"},
    )
    nbformat.validate(notebook)
    return notebook


def write_path(sheet: RunSheet, folder: Path) -> Path:
    """Write a path's notebook into a folder; return the file."""
    file = folder / f"{sheet.file}.ipynb"
    file.write_text(nbformat.writes(path_notebook(sheet)) + "\n", "utf-8", newline="\n")
    return file


def _of_session(session: Session, before: int, steps: int) -> list[NotebookNode]:
    """Return a session's cells.

    Args:
        session: which.
        before: how many steps of the path come before it.
        steps: how many the path has.
    """
    cells = []
    if session.title:
        cells.append(_text(f"# {session.title}\n\nRun the next cell first, after each start."))
    course = next(cell for cell in _cells("00_start_here") if cell.source == FIRST_CELL)
    cells.append(_copy("00_start_here", course, before))
    there: set[int] = set()  # cells of one notebook run once, until another notebook comes
    last = ""
    for number, slot in enumerate(session.slots, start=before):
        step = slot.step
        cells.append(_text(_heading(slot, f"Step {number + 1} of {steps}")))
        if number == 0:
            cells.append(_text(JOIN))
        if step.notebook:
            if step.notebook != last:
                there, last = set(), step.notebook
            cells += _of_step(step, number, there)
            there |= set(cells_of(step))
        if step.ask:
            cells.append(_text(f"**To talk about:** {step.ask}"))
    return cells


def _of_step(step: Step, place: int, there: set[int]) -> list[NotebookNode]:
    """Return a step's cells that are not there yet, with texts that stand alone.

    A text may end one section and begin the next. What ends a section comes with it; what ends
    one that the step has not is left out.
    """
    own, all_cells = _in_sections(step), _cells(step.notebook)
    first = [one for one in _first(step) if one not in there and one not in own]
    cells = [_text(BROUGHT)] if first else []
    cells += [_copy(step.notebook, all_cells[one], place) for one in first]
    for number in own:
        cell = all_cells[number]
        if cell.cell_type == "code":
            if number not in there:
                cells.append(_copy(step.notebook, cell, place))
            following = all_cells[number + 1] if number + 1 < len(all_cells) else None
            if following is None or number + 1 in own or following.cell_type == "code":
                continue
            source, cell = _pieces(following.source)[0][1], following
        else:
            source = "".join(
                text
                for title, text in _pieces(cell.source)
                if title in step.sections or (not title and number - 1 in own)
            )
        for spoken, alone in step.words:
            source = source.replace(spoken, alone)
        if source.strip():
            copy = _copy(step.notebook, cell, place)
            copy.source = source.strip()
            cells.append(copy)
    return cells


def _pieces(source: str) -> list[tuple[str, str]]:
    """Return a text cut before each heading, with the titles; the first has none."""
    places = list(HEADING.finditer(source))
    edges = [0, *(found.start() for found in places), len(source)]
    titles = ["", *(found[1] for found in places)]
    return [
        (title, source[start:end])
        for title, start, end in zip(titles, edges, edges[1:], strict=False)
    ]


def _copy(name: str, cell: NotebookNode, step: int) -> NotebookNode:
    copy = deepcopy(cell)
    copy["id"] = id_in_path(name, cell.id, step)
    if copy.cell_type == "code":
        copy.execution_count, copy.outputs = None, []
    return copy


def _text(source: str) -> NotebookNode:
    cell: NotebookNode = nbformat.v4.new_markdown_cell(source)
    del cell["id"]  # numbered later: the same path gives the same file
    return cell


def _opening(sheet: RunSheet) -> str:
    rows = [f"# {sheet.title}: streaming agents, by hand\n", f"{sheet.leaves_with}\n"]
    for session in sheet.sessions:
        rows.append(f"**{session.title}**\n" if session.title else "")
        rows.append("| from | what | about |\n|---|---|---|")
        rows += [
            f"| {clock_time(slot.starts)} | {slot.step.title} | {slot.minutes} min |"
            for slot in session.slots
        ]
        rows.append("")
    rows.append(
        "Run each cell with <kbd>Shift</kbd>+<kbd>Enter</kbd>, from the top. The cells are those "
        "of the course's notebooks, and what passes here has passed there, too. Where a text says "
        "**predict**, write your answer down before you run the cell. `course.map()` in a new cell "
        "shows these steps, with what has passed."
    )
    return "\n".join(rows)


def _heading(slot: Slot, place: str) -> str:
    step = slot.step
    lines = [f"# {step.title}", f"**{place} · {slot.minutes} minutes.**"]
    if step.notebook:
        lines[-1] += f" From [{notebook_title(step.notebook)}]({step.notebook}.ipynb)."
    if step.do:
        lines.append(step.do)
    return "\n\n".join(lines)


def _ending(sheet: RunSheet) -> str:
    rows = ["# Talk about it, and go on", *(f"- {question}" for question in sheet.discussion)]
    homework = map(find_exercise, sheet.homework)
    links = [
        f"- `{one.id}`, about {one.minutes} minutes: "
        f"[{notebook_title(one.notebook)}]({one.notebook}.ipynb)"
        for one in homework
    ]
    return "\n".join([rows[0], "", *rows[1:], "", "**Homework:**", "", *links])
