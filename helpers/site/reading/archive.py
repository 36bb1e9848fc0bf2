"""The course's folder as one file to download, for people who want it on their machine."""

import zipfile
from pathlib import Path

from helpers.lessons import LESSONS

__all__ = ["write_archive"]

ROOT = LESSONS.parents[1]
TOP = "streaming-agents"  # the folder that it unpacks to
WHAT = (
    "*.md",
    "*.py",
    "*.toml",
    "*.yml",
    "*.lock",
    *(f"{name}/**/*" for name in ("benchmarks", "docs", "helpers", "notebooks", "tests")),
)
# What Python and tools leave behind; besides, names that begin with a dot.
LEFT_OUT = ("__pycache__", "node_modules")


def write_archive(path: Path) -> None:
    """Write the archive; the same files give the same bytes."""
    found = sorted({one for pattern in WHAT for one in ROOT.glob(pattern) if one.is_file()})
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in found:
            parts = file.relative_to(ROOT).parts
            if any(part in LEFT_OUT or part.startswith(".") for part in parts):
                continue
            # A date of its own would make each archive another one.
            entry = zipfile.ZipInfo("/".join((TOP, *parts)), (2026, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, file.read_bytes())
