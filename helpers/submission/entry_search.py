"""Takes what a gallery shows out of a submission's files; it belongs inside the container."""

from collections.abc import Mapping

from helpers.submission.consistency import cast_in, load_json
from helpers.submission.gallery_entry import COLUMNS, LONGEST_NOTE, ROWS, GalleryEntry, on_one_line
from helpers.submission.picture import last_screen
from helpers.submission.readme import note_text
from helpers.submission.recording import CannotRecord

__all__ = ["find_entry"]


def find_entry(files: Mapping[str, bytes]) -> GalleryEntry:
    """Return what a gallery shows of some files; what can't be read is left out.

    Without consent nothing is taken out at all.
    """
    manifest = load_json(files, "manifest.json")
    if not isinstance(manifest, dict) or manifest.get("gallery") is not True:
        return GalleryEntry()
    title, author = (
        word if isinstance(word := manifest.get(name), str) else "" for name in ("title", "author")
    )
    note = note_text(files.get("note.md", b"")[: 8 * LONGEST_NOTE].decode("utf-8", "replace"))
    try:
        screen = last_screen(cast_in(files), COLUMNS, ROWS)
    except CannotRecord:
        screen = ()
    return GalleryEntry(
        True, on_one_line(title), on_one_line(author), on_one_line(note, LONGEST_NOTE), screen
    )
