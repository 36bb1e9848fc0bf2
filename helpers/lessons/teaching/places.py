"""Where a cell stands: in a section of its notebook, or in a step of a class's path."""

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from helpers.lessons import LESSONS
from helpers.lessons.teaching.origin import origin, step_of
from helpers.lessons.teaching.sheets import RunSheet, path_names, run_sheet

__all__ = ["HEADING", "Sections", "notebook_name", "path_of", "place_of", "sections"]

NOTEBOOKS = LESSONS.parents[1] / "notebooks"
HEADING = re.compile(r"^##+ (.+)$", re.MULTILINE)


class Sections(NamedTuple):
    """The sections of the course's notebooks, counted from 0.

    Attributes:
        cells: of each cell, by notebook and cell id.
        headings: of each heading, by notebook and title.
    """

    cells: dict[tuple[str, str | None], int]
    headings: dict[tuple[str, str], int]


def notebook_name(environment: Mapping[str, str]) -> str:
    """Return the name of the notebook whose kernel this is; "" if nobody knows.

    Jupyter's server tells a kernel which file it was started for. A copy may be a new edition.
    """
    file = Path(environment.get("JPY_SESSION_NAME", ""))
    return file.stem.partition(" (")[0] if file.suffix == ".ipynb" else ""


def path_of(notebook: str) -> RunSheet | None:
    """Return the path whose notebook has this name; None if it is none of a path."""
    return next((one for one in map(run_sheet, path_names()) if one.file == notebook), None)


def place_of(notebook: str, cell_id: str | None) -> tuple[str, int] | None:
    """Return where a cell stands: its notebook, and which section or step; None if unknown.

    Args:
        notebook: the name of its notebook; "" if nobody knows.
        cell_id: the cell's.
    """
    step = step_of(cell_id)
    if step is not None and path_of(notebook):
        return notebook, step
    place: tuple[str, str | None] = (notebook, cell_id)
    if place not in sections().cells:  # a kernel that doesn't know in which path it is
        place = origin(cell_id) or place
    section = sections().cells.get(place)
    return None if section is None else (place[0], section)


@cache
def sections() -> Sections:
    """Return the sections of all notebooks."""
    found = Sections({}, {})
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        section = 0
        cells: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))["cells"]
        for cell in cells:
            source = "".join(cell["source"])
            if cell["cell_type"] == "markdown":
                section += source.startswith("## ")
                for title in HEADING.findall(source):
                    found.headings.setdefault((path.stem, title), section)
            found.cells[path.stem, cell.get("id")] = section
    return found
