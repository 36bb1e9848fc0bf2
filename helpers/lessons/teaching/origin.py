"""Where a cell of a path's notebook comes from."""

import re

from helpers.lessons.learner.map import NOTEBOOKS

__all__ = ["origin"]

ID = re.compile(r"(\d\d)-(cell-\d+)")


def origin(cell_id: str | None) -> tuple[str, str] | None:
    """Return the notebook and the id there of a cell of a path; None if it is of none."""
    found = ID.match(cell_id or "")
    if not found:
        return None
    name = next((one.name for one in NOTEBOOKS if one.name.startswith(found[1])), None)
    return (name, found[2]) if name else None
