"""The course's folder as one file to download, for people who want it on their machine."""

import zipfile
from pathlib import Path

from helpers.lessons import LESSONS
from helpers.site.own_files import own_files

__all__ = ["write_archive"]

ROOT = LESSONS.parents[1]
TOP = "streaming-agents"  # the folder that it unpacks to
KINDS = ("*.md", "*.py", "*.toml", "*.yml", "*.lock")  # at its top
FOLDERS = ("benchmarks", "docs", "helpers", "notebooks", "tests")


def write_archive(path: Path) -> None:
    """Write the archive; the same files give the same bytes."""
    found = [file for kind in KINDS for file in ROOT.glob(kind) if not file.name.startswith(".")]
    found += [file for name in FOLDERS for file in own_files(ROOT / name)]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(found):
            # A date of its own would make each archive another one.
            parts = file.relative_to(ROOT).parts
            entry = zipfile.ZipInfo("/".join((TOP, *parts)), (2026, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, file.read_bytes())
