"""The pages as they stand in this folder, each by its name."""

from functools import cache
from pathlib import Path

from helpers.web.requests import Refused

__all__ = ["NAMES", "page", "static"]

FOLDER = Path(__file__).parent

# The first one is shown at the server's bare address.
NAMES = ("eventsource", "fetch", "websocket", "react")

KINDS = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


def page(name: str) -> tuple[bytes, str]:
    """Return a page and its media type.

    Raises:
        Refused: there is none of this name.
    """
    if name not in NAMES:
        raise Refused(404, f"There is no such page: there are {', '.join(NAMES)}.")
    return static(f"{name}.html")


def static(name: str) -> tuple[bytes, str]:
    """Return a file that the pages load, and its media type.

    Raises:
        Refused: there is none of this name.
    """
    kind = _kinds().get(name)
    if kind is None:
        raise Refused(404, "There is no such file.")
    # Read anew each time, so that who edits a page sees it after loading it again.
    return (FOLDER / name).read_bytes(), kind


@cache
def _kinds() -> dict[str, str]:
    """Return the media type of every file that may be given out; no name leads elsewhere."""
    files = (path for path in FOLDER.iterdir() if path.suffix in KINDS)
    return {path.name: KINDS[path.suffix] for path in files}
