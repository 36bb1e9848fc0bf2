"""Where a cell stands: in a section of its notebook, or in a step of a class's path."""

import json
import re
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

from helpers.lessons import LESSONS
from helpers.lessons.teaching.origin import origin, step_of
from helpers.lessons.teaching.sheets import RunSheet, path_names, run_sheet

__all__ = [
    *("FILE", "HEADING", "Sections", "find_notebook", "from_json", "notebook_name"),
    *("path_of", "place_of", "sections", "to_json"),
]

NOTEBOOKS = LESSONS.parents[1] / "notebooks"
FILE = Path(__file__).with_name("sections.json")  # in a browser's tab, which has no notebooks
HEADING = re.compile(r"^##+ (.+)$", re.MULTILINE)


class Sections(NamedTuple):
    """The sections of the course's notebooks, counted from 0.

    Attributes:
        cells: of each cell, by notebook and cell id.
        headings: of each heading, by notebook and title.
        sources: the notebooks that have a cell, by its id and the checksum of its source.
    """

    cells: dict[tuple[str, str | None], int]
    headings: dict[tuple[str, str], int]
    sources: dict[tuple[str | None, int], set[str]]


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


def find_notebook(cell_id: str | None, source: str) -> str:
    """Return the one notebook that has such a cell; "" if none has it, or several have.

    For kernels that are told nothing about their notebook, as in a browser's tab.
    """
    found = sections().sources.get((cell_id, _checksum(source)), set())
    return next(iter(found)) if len(found) == 1 else ""


@cache
def sections() -> Sections:
    """Return the sections of all notebooks."""
    if FILE.exists():
        return from_json(json.loads(FILE.read_text("utf-8")))
    found = Sections({}, {}, defaultdict(set))
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
            found.sources[cell.get("id"), _checksum(source)].add(path.stem)
    return found


def to_json(found: Sections) -> dict[str, Any]:
    """Return the sections as JSON has them, without the headings."""
    notebooks: dict[str, dict[str, Any]] = {}
    for (notebook, cell_id), section in found.cells.items():
        notebooks.setdefault(notebook, {})[cell_id or ""] = [section]
    for (cell_id, checksum), names in found.sources.items():
        for name in names:
            notebooks[name][cell_id or ""].append(checksum)
    return notebooks


def from_json(notebooks: dict[str, Any]) -> Sections:
    """Return the sections that `to_json` has written."""
    found = Sections({}, {}, defaultdict(set))
    for notebook, cells in notebooks.items():
        for cell_id, (section, checksum) in cells.items():
            found.cells[notebook, cell_id or None] = section
            found.sources[cell_id or None, checksum].add(notebook)
    return found


def _checksum(source: str) -> int:
    return crc32(source.strip().encode())  # a kernel may get a cell with a line's end more
