"""The exercises of the course: what each part asks for, and how it is checked.

part ──▶ runner (a child process: sandbox) ──▶ report ──▶ diagnosis ──▶ the notebook
"""

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from helpers.lessons.part import Part

__all__ = ["MODULES", "find_part"]

# Part id -> the module that holds it, in the order of the notebooks. A module is
# imported only when one of its parts is asked for.
MODULES = {
    "hello": "helpers.lessons.start_here",
    "sse": "helpers.lessons.sse_by_hand",
    "text": "helpers.lessons.text_streaming",
}


@cache
def find_part(part_id: str, module: str = "") -> "Part":
    """Return the part with this id.

    Args:
        part_id: such as "sse".
        module: where to look instead of the registry.

    Raises:
        KeyError: there is no such part.
    """
    for part in import_module(module or MODULES[part_id]).PARTS:
        if part.id == part_id:
            found: Part = part
            return found
    raise KeyError(part_id)
