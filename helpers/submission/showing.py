"""Takes what a gallery shows out of a submission's files; it belongs inside the container."""

from collections.abc import Mapping

from helpers.submission.consistency import cast_in, load_json
from helpers.submission.picture import last_screen
from helpers.submission.readme import note_text
from helpers.submission.recording import CannotRecord
from helpers.submission.shown import COLUMNS, LONGEST_NOTE, ROWS, Shown, on_one_line

__all__ = ["find_shown"]


def find_shown(files: Mapping[str, bytes]) -> Shown:
    """Return what a gallery shows of some files; what can't be read is left out.

    Without consent nothing is taken out at all.
    """
    manifest = load_json(files, "manifest.json")
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
    return Shown(
        True, on_one_line(title), on_one_line(author), on_one_line(note, LONGEST_NOTE), screen
    )
