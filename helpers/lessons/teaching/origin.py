"""Where a cell of a path's notebook comes from, and in which step it stands: its id says both."""

import re

from helpers.lessons.learner.map import NOTEBOOKS

__all__ = ["id_in_path", "origin", "step_of"]

ID = re.compile(r"(\d\d)-(cell-\d+)")
STEP = re.compile(r"-step-(\d+)(?:-\d+)?$")


def id_in_path(notebook: str, cell_id: str, step: int) -> str:
    """Return the id in a path of a cell of a notebook, such as "01-cell-12-step-3"."""
    return f"{notebook[:2]}-{cell_id}-step-{step}"


def origin(cell_id: str | None) -> tuple[str, str] | None:
    """Return the notebook and the id there of a cell of a path; None if it is of none."""
    found = ID.match(cell_id or "")
    if not found:
        return None
    name = next((one.name for one in NOTEBOOKS if one.name.startswith(found[1])), None)
    return (name, found[2]) if name else None


def step_of(cell_id: str | None) -> int | None:
    """Return in which step of its path a cell stands, from 0; None if its id doesn't say."""
    found = STEP.search(cell_id or "")
    return int(found[1]) if found else None
