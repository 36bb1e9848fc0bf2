"""How long a notebook takes, by one rule; its header, the map and the README say it.

    python -m helpers.lessons.minutes            what is counted, and the minutes
    python -m helpers.lessons.minutes --write    the same, and write MINUTES of each folder

The rule: prose is read at 150 words a minute, code at 15 lines a minute. A cell takes 20 seconds
to run and to look at. An exercise takes the minutes of its front matter. A sum is rounded up to
five minutes. What stands under "Go further" is extra and is not counted.
"""

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import nbformat
from nbformat import NotebookNode

from helpers.lessons import LESSONS, find_exercise, lesson_names
from helpers.lessons.learner.map import NOTEBOOKS

__all__ = ["GO_FURTHER", "LIMIT", "SECOND_SITTING", "Count", "counts", "main"]

WORDS_A_MINUTE, LINES_A_MINUTE, SECONDS_A_CELL = 150, 15, 20
# Nobody should have to sit longer: a notebook above it has a second sitting.
LIMIT = 60
SECOND_SITTING, GO_FURTHER = "## Second sitting", "## Go further"
BUILD = "%%build "
# Of a link, people read the words.
TARGET = re.compile(r"\]\([^)]*\)")


class Count(NamedTuple):
    """What one sitting asks of a person.

    Attributes:
        words: of prose.
        lines: of code that is there to be read.
        cells: to run.
        exercises: their minutes together.
    """

    words: int = 0
    lines: int = 0
    cells: int = 0
    exercises: int = 0

    @property
    def minutes(self) -> int:
        """What all of it takes, rounded up to five minutes."""
        seconds = (
            self.words * 60 // WORDS_A_MINUTE
            + self.lines * 60 // LINES_A_MINUTE
            + self.cells * SECONDS_A_CELL
            + self.exercises * 60
        )
        return -(-seconds // 300) * 5


def counts(notebook: NotebookNode) -> tuple[Count, ...]:
    """Return what each sitting of a notebook asks of a person."""
    sittings, extra = [Count()], False
    for cell in notebook.cells:
        start = cell.source.partition("\n")[0]
        if start.startswith(SECOND_SITTING):
            sittings.append(Count())
        extra = extra or start == GO_FURTHER
        if not extra:
            sittings[-1] = _with(sittings[-1], cell)
    return tuple(sittings)


def _with(count: Count, cell: NotebookNode) -> Count:
    words, lines, cells, exercises = count
    if cell.cell_type == "markdown":
        return Count(words + len(TARGET.sub("]", cell.source).split()), lines, cells, exercises)
    if cell.source.startswith(BUILD):
        exercise = find_exercise(cell.source.split()[1])
        return Count(words, lines, cells + 1, exercises + exercise.minutes)
    return Count(words, lines + _lines(cell.source), cells + 1, exercises)


def _lines(code: str) -> int:
    return sum(1 for line in code.splitlines() if line.strip())


def main(arguments: Sequence[str]) -> int:
    """Print what is counted; return an exit code: 1 if a folder says something else."""
    notebooks = LESSONS.parents[1] / "notebooks"
    wrong = []
    print(f"{'notebook':34}  words  lines  cells  exercises  minutes")
    for lesson, facts in zip(lesson_names(), NOTEBOOKS, strict=True):
        found = counts(nbformat.read(notebooks / f"{facts.name}.ipynb", as_version=4))
        for count in found:
            words, lines, cells, exercises = count
            print(
                f"{facts.name:34} {words:6} {lines:6} {cells:6} {exercises:10} {count.minutes:8}"
                + ("  too long for one sitting" if count.minutes > LIMIT else "")
            )
        minutes = tuple(count.minutes for count in found)
        if minutes != facts.minutes:
            wrong.append(f"{lesson}: MINUTES = {minutes}")
            if "--write" in arguments:
                _write(LESSONS / lesson / "__init__.py", minutes)
    if wrong and "--write" not in arguments:
        print("\nThese folders say something else (--write writes it):", *wrong, sep="\n")
        return 1
    if wrong:
        print("\nWritten. `python3 course.py notebooks --texts` writes the headers and the README.")
    return 0


def _write(module: Path, minutes: tuple[int, ...]) -> None:
    text = re.sub(r"(?m)^MINUTES = .*$", f"MINUTES = {minutes}", module.read_text("utf-8"))
    module.write_text(text, "utf-8", newline="\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
