"""What a gallery shows of a submission: taken out of its files, and bounded.

`shown_in` opens a stranger's files, so it belongs behind the wall. What comes out is plain text
and rows of letters; the picture is drawn from them by us, on this side.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from helpers.build.evidence import cast_in, loaded
from helpers.build.manifest import LONGEST
from helpers.build.picture import COLOURS, Row, Run, last_screen
from helpers.build.readme import note_text
from helpers.build.recording import CannotRecord

__all__ = ["COLUMNS", "ROWS", "NoShown", "Shown", "shown_in"]

COLUMNS, ROWS = 56, 12  # so much of a screen can be read on a card
LONGEST_NOTE = 320  # characters


class NoShown(ValueError):
    """What should be a submission to be shown is none."""


@dataclass(frozen=True)
class Shown:
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
            NoShown: it is of another form.
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
                note = _line(note, LONGEST_NOTE)
                return cls(consent, _line(title), _line(author), note, screen)
        raise NoShown("a submission to be shown, of another form")


def shown_in(files: Mapping[str, bytes]) -> Shown:
    """Return what a gallery shows of some files; what can't be read is left out.

    Without consent nothing is taken out at all.
    """
    manifest = loaded(files, "manifest.json")
    if not isinstance(manifest, dict) or manifest.get("gallery") is not True:
        return Shown()
    title, author = (
        word if isinstance(word := manifest.get(name), str) else "" for name in ("title", "author")
    )
    note = note_text(files.get("note.md", b"")[: 8 * LONGEST_NOTE].decode("utf-8", "replace"))
    try:
        screen = last_screen(cast_in(files), COLUMNS, ROWS)
    except CannotRecord:
        screen = ()
    return Shown(True, _line(title), _line(author), _line(note, LONGEST_NOTE), screen)


def _line(text: str, most: int = LONGEST) -> str:
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
                raise NoShown("a row of a screen, of another form")
    return tuple(runs)
