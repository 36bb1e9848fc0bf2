"""A class's submissions on one page, for anybody: index.html and pictures, and nothing else.

Shown is what was verified, and what its author has let be shown. The page has no script, asks
for nothing from elsewhere, and holds a stranger's words only as text.
"""

import base64
import hashlib
import os
import re
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from helpers.submission.gallery_entry import COLUMNS, ROWS, GalleryEntry
from helpers.submission.picture import still_svg
from helpers.submission.readme import TITLE
from helpers.submission.report import STYLE
from helpers.submission.verdict import Verdict

__all__ = ["CannotShow", "Entry", "entries", "page", "write"]

OWN_STYLE = Path(__file__).with_name("gallery.css")
SIGN = '<meta name="generator" content="streaming-agents gallery">'
PICTURES = "pictures"
PICTURE = re.compile(r"\d{1,4}\.svg")


class CannotShow(Exception):
    """There is no gallery; the message says why, and what to do."""


class Entry(NamedTuple):
    """One submission on the page.

    Attributes:
        shown: what its author says, and the last screen of its recording.
        own: how many parts are the author's own, such as "3 of 8".
        checks: how many things were looked at, and passed.
        link: where it is, from the page.
        kind: what is there: "README" of a folder, or "archive".
    """

    shown: GalleryEntry
    own: str
    checks: int
    link: str
    kind: str


def entries(verdicts: Iterable[tuple[Path, Verdict]], out: Path) -> tuple[list[Entry], str]:
    """Return what is shown, and a sentence on what is not; that names nobody.

    Args:
        verdicts: each submission, and what verify says about it.
        out: the gallery's folder.
    """
    found, silent, failed = [], 0, 0
    for path, verdict in verdicts:
        if verdict.shown is None or not verdict.shown.consent:
            silent += 1
        elif not verdict.passed:
            failed += 1
        else:
            kind = "archive" if path.is_file() else "README"
            target = path if kind == "archive" else path / "README.md"
            entry = Entry(verdict.shown, verdict.own, len(verdict.checks), _link(target, out), kind)
            found.append(entry)
    left_out = [
        f"{number} {words}"
        for number, words in ((silent, "without their author's consent"), (failed, "not passed"))
        if number
    ]
    return found, f"Left out: {', '.join(left_out)}." if left_out else "Nothing was left out."


def _link(target: Path, out: Path) -> str:
    """Return the way from the page to a file, as a link holds it."""
    try:
        way = os.path.relpath(target.resolve(), out.resolve())
    except ValueError:  # Windows: on another drive
        return target.resolve().as_uri()
    parts = way.split(os.sep)
    # `./` keeps a name with a colon from being taken for a protocol.
    return "./" + "/".join(quote(os.fsencode(part), safe="") for part in parts)


def write(out: Path, shown: Sequence[Entry]) -> None:
    """Write the page and its pictures; those of an earlier gallery go.

    Raises:
        CannotShow: the folder holds something else.
        OSError: it can't be written to.
    """
    index, pictures = out / "index.html", out / PICTURES
    if out.exists() and any(out.iterdir()) and not _is_gallery(index):
        raise CannotShow(f"{out} is no gallery, and not empty: name another folder with --out.")
    pictures.mkdir(parents=True, exist_ok=True)
    for old in pictures.iterdir():
        if PICTURE.fullmatch(old.name):
            old.unlink()
    for number, entry in enumerate(shown, 1):
        svg = still_svg(entry.shown.screen, "python agent.py", COLUMNS, ROWS)
        (pictures / f"{number}.svg").write_text(svg, encoding="utf-8", newline="\n")
    index.write_text(page(shown), encoding="utf-8", newline="\n")


def _is_gallery(index: Path) -> bool:
    try:
        return SIGN in index.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False


def page(shown: Sequence[Entry]) -> str:
    """Return the page."""
    style = "".join(path.read_text(encoding="utf-8") for path in (STYLE, OWN_STYLE))
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; img-src 'self'; style-src 'sha256-{digest}'; base-uri 'none'; "
        "form-action 'none'"
    )
    many = f"{len(shown)} submission{'' if len(shown) == 1 else 's'}"
    cards = "".join(_card(number, entry) for number, entry in enumerate(shown, 1))
    body = (
        f'<ul class="cards">\n{cards}</ul>\n' if shown else "<p>No submission is shown yet.</p>\n"
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="referrer" content="no-referrer">\n{SIGN}\n'
        f"<title>Streaming agents, by hand: {many}</title>\n<style>{style}</style>\n</head>\n"
        '<body>\n<main class="wide">\n<h1>Streaming agents, by hand</h1>\n'
        f"<p>{many}, each an agent in one file. Each was run again by the course, with values "
        f"that nobody knew, and is shown because its author said so.</p>\n{body}"
        "</main>\n</body>\n</html>\n"
    )


def _title(entry: Entry) -> str:
    return entry.shown.title or TITLE


def _card(number: int, entry: Entry) -> str:
    shown, title = entry.shown, escape(_title(entry))
    author = f'<p class="author">by {escape(shown.author)}</p>\n' if shown.author else ""
    said = " ".join("".join(run.text for run in row).strip() for row in shown.screen)
    alternative = escape(f"The end of a session with it: {' '.join(said.split())[:300]}")
    return (
        f'<li>\n<article aria-labelledby="t{number}">\n'
        f'<img src="{PICTURES}/{number}.svg" alt="{alternative}" width="465" height="274">\n'
        f'<div class="words">\n<h2 id="t{number}">{title}</h2>\n{author}'
        f"<blockquote>{escape(shown.note)}</blockquote>\n"
        f"<dl><dt>own parts</dt><dd>{escape(entry.own)}</dd>"
        f"<dt>checks passed</dt><dd>{entry.checks} of {entry.checks}</dd></dl>\n"
        f'<p><a href="{escape(entry.link)}">{_words(entry.kind)}'
        f'<span class="hidden">: {title}</span></a></p>\n</div>\n</article>\n</li>\n'
    )


def _words(kind: str) -> str:
    return "Its archive" if kind == "archive" else "Read and run it"
