"""What a gallery shows of a submission: plain words and rows of letters, bounded."""

from dataclasses import asdict, dataclass
from typing import Any, Self

from helpers.submission.manifest import LONGEST
from helpers.submission.picture import COLOURS, Row, Run

__all__ = ["COLUMNS", "LONGEST_NOTE", "ROWS", "GalleryEntry", "NoEntry", "on_one_line"]

COLUMNS, ROWS = 56, 12  # so much of a screen can be read on a card
LONGEST_NOTE = 320  # characters


class NoEntry(ValueError):
    """What should be a submission to be shown is none."""


@dataclass(frozen=True)
class GalleryEntry:
    """What a gallery shows of a submission.

    Attributes:
        consent: whether its author has said that a gallery may show it.
        title, author: by its manifest; "" where it says none.
        note: the first lines of its note.
        screen: what the last screen of its recording holds, row by row.
    """

    consent: bool = False
    title: str = ""
    author: str = ""
    note: str = ""
    screen: tuple[Row, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON takes it."""
        rows = [[list(run) for run in row] for row in self.screen]
        return {**asdict(self), "screen": rows}

    @classmethod
    def from_json(cls, given: Any) -> Self:
        """Return what somebody reports; nothing that it says is trusted.

        Raises:
            NoEntry: it is of another form.
        """
        match given:
            case {
                "consent": bool(consent),
                "title": str(title),
                "author": str(author),
                "note": str(note),
                "screen": list(rows),
            }:
                screen = tuple(_row(row) for row in rows[:ROWS])
                note = on_one_line(note, LONGEST_NOTE)
                return cls(consent, on_one_line(title), on_one_line(author), note, screen)
        raise NoEntry("a submission to be shown, of another form")


def on_one_line(text: str, most: int = LONGEST) -> str:
    """Return a text on one line, without what can't be printed."""
    words = " ".join(text[: 4 * most].split())
    words = "".join(c if c.isprintable() else "\ufffd" for c in words)
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


def _row(given: Any) -> Row:
    runs = []
    for run in given[:COLUMNS] if isinstance(given, list) else ():
        match run:
            case [int(column), str(text), str(colour), bool(bold)] if (
                0 <= column < COLUMNS and colour in ("", *COLOURS.values())
            ):
                runs.append(Run(column, text[: 4 * COLUMNS], colour, bold))
            case _:
                raise NoEntry("a row of a screen, of another form")
    return tuple(runs)
