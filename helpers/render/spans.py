"""Styled text as a value: spans, how wide they are, and how they are cut into rows.

What a model says is foreign text. It may hold escape sequences that would move the cursor,
change the window's title or write to the clipboard, and characters that reorder what a reader
sees. `printable` takes them out; everything that is shown has to pass through it.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

from wcwidth import wcswidth

__all__ = ["Span", "columns", "printable", "wrap"]

# These can't be seen and mean something: they join or part the letters of many languages
# (Khmer's spaces, Arabic's joiners), say where a word may be broken, or lead figures.
UNSEEN = frozenset(
    "\u00ad\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2062\u2063\u2064"
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
)
# The others of their kind reorder the text around them, so that code can be shown as what it
# is not, or hide a text in it.
INVISIBLE = {"Cf", "Cc", "Cs", "Co", "Cn"}

# The flags of England, Scotland and Wales: letters that can't be seen, behind a black flag.
FLAG = re.compile("\U0001f3f4[\U000e0061-\U000e007a]{3,6}\U000e007f")
HALVES = re.compile("[\ud800-\udfff]")


class Span(NamedTuple):
    """A piece of text in one style.

    Attributes:
        text: what is shown; one line, printable.
        marks: words of styles, such as "strong"; a front end decides how they look.
        url: where it leads if it is a link, as the text says: nobody has looked at it yet.
    """

    text: str
    marks: frozenset[str] = frozenset()
    url: str = ""


def printable(text: str) -> str:
    """Return a text without what would steer a terminal or mislead a reader.

    Line feeds stay, tabs and unusual spaces become spaces, and an escape character becomes
    a mark that shows that something was there.
    """
    if _is_plain(text):
        return text
    if HALVES.search(text):  # a character that came in two halves is one
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    at, parts = 0, []
    for flag in FLAG.finditer(text):
        parts += [*map(_printable, text[at : flag.start()]), flag[0]]
        at = flag.end()
    return "".join([*parts, *map(_printable, text[at:])])


def _is_plain(text: str) -> bool:
    return all(line.isprintable() for line in text.split("\n"))


def _printable(character: str) -> str:
    if character.isprintable() or character == "\n" or character in UNSEEN:
        return character
    if character == "\t":
        return "    "
    if character in "\r\ufeff":  # half of a line end; a byte order mark
        return ""
    return "�" if unicodedata.category(character) in INVISIBLE else " "


def columns(text: str) -> int:
    """Return how many columns of a terminal a printable text takes."""
    width = wcswidth(text)
    return width if width >= 0 else len(text)


def wrap(spans: Iterable[Span], width: int, indent: int = 0) -> list[list[Span]]:
    """Cut one line into rows that fit, between words where that is possible.

    Args:
        spans: the line.
        width: columns of a row; at least one character goes into each all the same.
        indent: columns by which all rows but the first are moved to the right.
    """
    indent = min(indent, width // 2)
    rows: list[list[Span]] = [[]]
    used = 0
    for word in _words(spans):
        size = sum(columns(span.text) for span in word)
        blank = word[0].text.isspace()
        start = indent if len(rows) > 1 else 0
        if used + size > width and used > start and not blank:
            _end(rows[-1])
            rows.append([Span(" " * indent)] if indent else [])
            used = start = indent
        if used + size <= width:
            rows[-1] += word
            used += size
        elif not blank:  # longer than a row: cut anywhere
            for text, marks, _ in word:
                for character in text:
                    size = columns(character)
                    if used + size > width and used > start:
                        rows.append([Span(" " * indent)] if indent else [])
                        used = start = indent
                    rows[-1].append(Span(character, marks))
                    used += size
    return [_join(row) for row in rows]


def _words(spans: Iterable[Span]) -> Iterable[list[Span]]:
    """Give runs of characters without a space, and runs of spaces, whatever their styles."""
    word: list[Span] = []
    for text, marks, _ in spans:
        for piece in re.findall(r" +|[^ ]+", text):
            if word and (piece[0] == " " or word[0].text[0] == " "):
                yield word
                word = []
            word.append(Span(piece, marks))
    if word:
        yield word


def _end(row: list[Span]) -> None:
    """Take the space off the end of a row."""
    while len(row) > 1 and row[-1].text.isspace():
        row.pop()


def _join(row: list[Span]) -> list[Span]:
    """Join neighbours of the same style."""
    joined: list[Span] = []
    for span in row:
        if joined and joined[-1].marks == span.marks:
            joined[-1] = Span(joined[-1].text + span.text, span.marks)
        else:
            joined.append(span)
    return joined
