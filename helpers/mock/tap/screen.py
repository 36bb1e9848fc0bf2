"""What the tap shows in the terminal: a line for each stream, which counts while it runs.

On a terminal the lines of running streams stand at the bottom and are drawn over. Where nothing
can be drawn over (a file, a pipe), each stream gets its line when it ends.
"""

import shutil
import sys
import time
from dataclasses import dataclass
from typing import TextIO

PERIOD = 0.1  # seconds between two drawings
UP = "\x1b[{}F"  # to the beginning of the line so many above
CLEAR = "\x1b[J"  # everything below


@dataclass
class Row:
    """One exchange as its line shows it.

    seconds: since the request.
    outcome: how it ended, in a few words; empty while it runs.
    started: when it began, on the monotonic clock, for counting on while nothing comes.
    """

    number: int
    title: str
    status: int = 0
    chunks: int = 0
    bytes: int = 0
    events: int = 0
    seconds: float = 0.0
    outcome: str = ""
    started: float | None = None

    def line(self) -> str:
        """Return the line."""
        cells = [
            f"#{self.number}",
            self.title,
            str(self.status or "..."),
            count(self.events, "event"),
            count(self.chunks, "chunk"),
            count(self.bytes, "byte"),
            f"{self.seconds:.1f} s",
            self.outcome or "running",
        ]
        return "  ".join(cells)


class Screen:
    """Shows rows on a stream of text."""

    def __init__(self, out: TextIO | None = None) -> None:
        self.out = out or sys.stdout
        self.live = self.out.isatty()
        self._running: list[Row] = []
        self._drawn = 0

    def say(self, line: str) -> None:
        """Show a line that stays."""
        self._over([line])

    def begin(self, row: Row) -> None:
        """Show a row from now on."""
        self._running.append(row)
        self.draw()

    def note(self, row: Row, sentence: str) -> None:
        """Show at once what is wrong in a row's stream."""
        self._over([f"#{row.number}  ! {sentence}"])

    def end(self, row: Row) -> None:
        """Show a row for the last time."""
        self._running.remove(row)
        self._over([row.line()])

    def draw(self) -> None:
        """Draw the running rows anew; nothing where nothing can be drawn over."""
        if self.live:
            for row in self._running:
                if row.started is not None:
                    row.seconds = time.monotonic() - row.started
            self._over([])

    def _over(self, lines: list[str]) -> None:
        if not self.live:
            self._write("".join(f"{printable(line)}\n" for line in lines))
            return
        width, height = shutil.get_terminal_size()
        rows = [row.line() for row in self._running][-(height - 2) :]
        text = UP.format(self._drawn) if self._drawn else ""
        text += CLEAR + "".join(f"{printable(line)}\n" for line in lines)
        text += "".join(f"{printable(row)[: width - 1]}\n" for row in rows)
        self._drawn = len(rows)
        self._write(text)

    def _write(self, text: str) -> None:
        try:
            self.out.write(text)
            self.out.flush()
        except OSError:
            pass  # nobody reads any more; the recording goes on


def count(number: int, noun: str) -> str:
    """Return a number with its noun."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def printable(line: str) -> str:
    """Return the line without what would steer a terminal; a stream may hold anything."""
    return "".join(c if c.isprintable() else "�" for c in line)
