"""Write docs/teaching/ from paths.toml: `python3 course.py teaching`."""

import sys
from pathlib import Path

from helpers.lessons import LESSONS
from helpers.lessons.teaching.notebook import MissingPlace
from helpers.lessons.teaching.sheets import path_names, run_sheet
from helpers.lessons.teaching.slides import slides
from helpers.lessons.teaching.words import guide, sheet_words

__all__ = ["FOLDER", "main", "pages"]

FOLDER = LESSONS.parents[1] / "docs" / "teaching"


def pages() -> dict[Path, str]:
    """Return each written file of docs/teaching/, with its text."""
    found = {FOLDER / "README.md": guide()}
    for sheet in map(run_sheet, path_names()):
        found[FOLDER / f"{sheet.file}.md"] = sheet_words(sheet)
        found[FOLDER / "slides" / f"{sheet.file}.html"] = slides(sheet)
    return found


def main() -> int:
    """Write what has changed; return an exit code."""
    try:
        found = pages()
    except MissingPlace as problem:
        sys.stderr.write(f"Nothing was written. {problem}\n")
        return 1
    for path, text in found.items():
        if not path.exists() or path.read_text("utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8", newline="\n")
            sys.stdout.write(f"{path.relative_to(FOLDER.parents[1]).as_posix()}: written\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
