"""Which files of a folder are the course's own, and not what Python and tools left there."""

import os
from pathlib import Path

__all__ = ["own_files"]

LEFT_BEHIND = {"__pycache__", "node_modules"}  # besides, names that begin with a dot


def own_files(folder: Path) -> list[Path]:
    """Return all files of the course below a folder, in order."""
    found = []
    for path, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if _is_own(name)]
        found += [Path(path, name) for name in files if _is_own(name)]
    return sorted(found)


def _is_own(name: str) -> bool:
    return name not in LEFT_BEHIND and not name.startswith(".")
