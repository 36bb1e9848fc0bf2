"""The pages as they stand in this folder, each by its name."""

from functools import cache
from pathlib import Path

from helpers.web.requests import Refused

__all__ = ["NAMES", "page", "static"]

FOLDER = Path(__file__).parent
RENDER = FOLDER.parents[1] / "render"  # the look of lines of Markdown, which all front ends share

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
    path = _files().get(name)
    if path is None:
        raise Refused(404, "There is no such file.")
    # Read anew each time, so that who edits a page sees it after loading it again.
    return path.read_bytes(), KINDS[path.suffix]


@cache
def _files() -> dict[str, Path]:
    """Return every file that may be given out, by its name; no name leads elsewhere."""
    files = [RENDER / "html.css", *FOLDER.iterdir()]
    return {path.name: path for path in files if path.suffix in KINDS}
