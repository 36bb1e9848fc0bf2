"""Which cell runs: a tab's kernel has it in the request, and doesn't hand it on."""

from typing import Any

from helpers.browser import IN_BROWSER

__all__ = ["running_cell"]


def running_cell(shell: Any) -> str | None:
    """Return the id of the cell that a tab's kernel runs; None elsewhere, or if nobody knows.

    Args:
        shell: IPython's, with the kernel of jupyterlite-pyodide-kernel.
    """
    if not IN_BROWSER:
        return None
    cell_id = shell.kernel.get_parent().get("metadata", {}).get("cellId")
    return cell_id if isinstance(cell_id, str) else None
