"""A section that a learner comes back to runs after the notebook's first cell alone."""

from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from helpers.lessons.minutes import SECOND_SITTING
from helpers.lessons.refresh import execute
from tests.notebooks.conftest import PATHS

BUILT = "## What you built"


def section(notebook: NotebookNode, heading: str) -> Iterator[NotebookNode]:
    """Give the cells below a heading, up to the next of its level; a sitting goes to the end."""
    inside = False
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and cell.source.startswith("## "):
            begins = cell.source.startswith(heading)
            inside = begins or (inside and heading == SECOND_SITTING)
        if inside:
            yield cell


def alone(notebook: NotebookNode, heading: str) -> NotebookNode:
    """Return a notebook of the first code cell and of one section."""
    first = next(cell for cell in notebook.cells if cell.cell_type == "code")
    assert first.source == "from helpers import course"
    notebook.cells = [first, *section(notebook, heading)]
    return notebook


def headings(path: Path) -> list[str]:
    """Return which of the two headings a notebook has."""
    cells = nbformat.read(path, as_version=4).cells
    starts = [cell.source.partition("\n")[0] for cell in cells if cell.cell_type == "markdown"]
    return [
        one for one in (BUILT, SECOND_SITTING) if any(start.startswith(one) for start in starts)
    ]


SECTIONS = [(path, heading) for path in PATHS for heading in headings(path)]


@pytest.mark.parametrize("path", PATHS[1:], ids=lambda path: path.stem)
def test_every_notebook_says_what_was_built(path: Path):
    assert BUILT in headings(path)


@pytest.mark.long
@pytest.mark.parametrize(
    ("path", "heading"), SECTIONS, ids=[f"{path.stem}, {heading[3:]}" for path, heading in SECTIONS]
)
def test_a_section_runs_after_the_first_cell_alone(path: Path, heading: str, tmp_path: Path):
    notebook = alone(nbformat.read(path, as_version=4), heading)
    assert len(notebook.cells) > 2
    execute(notebook, home=tmp_path)
