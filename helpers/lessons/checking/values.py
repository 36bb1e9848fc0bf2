"""Two values side by side, shortened, with the difference marked."""

import re
from typing import Any

from helpers.lessons.checking.report import Line, Span, plain

__all__ = ["difference", "format_value", "shorten"]

# One line of a diagnosis at a readable size, in characters.
WIDTH = 160
BEFORE = 40
MARKED = 80
AFTER = 30
# Nobody reads further, and a value of a gigabyte must not be compared by character.
LONGEST = 100_000

# An escape such as \n or \u2028 is one thing to a reader: it is never cut in two.
TOKEN = re.compile(r"\\(?:x..|u.{4}|U.{8}|.)|.", re.DOTALL)
ADDRESS = re.compile(r" at 0x[0-9A-Fa-f]+")


def format_value(value: Any) -> str:
    """Return the repr of a value, the same on every run, whatever its class does."""
    try:
        text = repr(value)
    except Exception as error:
        return f"<a {type(value).__name__} whose repr raised {type(error).__name__}>"
    # The address of an object says nothing and is another one each time.
    return ADDRESS.sub("", text[:LONGEST]).replace("\n", "⏎")


def difference(returned: Any, expected: Any) -> tuple[Line, Line]:
    """Return both values as lines in which the piece that differs is marked."""
    left, right = TOKEN.findall(format_value(returned)), TOKEN.findall(format_value(expected))
    if left == right:
        # They look alike, so it must be the type, or something that isn't shown.
        notes = f"  (a {type(returned).__name__})", f"  (a {type(expected).__name__})"
        return (
            (*plain(shorten(format_value(returned))), Span(notes[0], True)),
            (*plain(shorten(format_value(expected))), Span(notes[1], True)),
        )
    shorter = min(len(left), len(right))
    start = 0
    while start < shorter and left[start] == right[start]:
        start += 1
    alike = 0
    while alike < shorter - start and left[-1 - alike] == right[-1 - alike]:
        alike += 1
    return _line(left, start, alike), _line(right, start, alike)


def shorten(text: str, width: int = WIDTH) -> str:
    """Cut a text to a width in characters."""
    return text if len(text) <= width else text[: width - 1] + "…"


def _line(tokens: list[str], start: int, alike: int) -> Line:
    """Mark what stands between `start` and the last `alike` tokens."""
    end = len(tokens) - alike
    before, marked, after = tokens[:start], tokens[start:end], tokens[end:]
    if len(tokens) > WIDTH:
        if len(before) > BEFORE:
            before = ["…", *before[-BEFORE:]]
        if len(marked) > MARKED:
            marked = [*marked[: MARKED - 1], "…"]
        if len(after) > AFTER:
            after = [*after[:AFTER], "…"]
    spans = (Span("".join(before)), Span("".join(marked), True), Span("".join(after)))
    return tuple(span for span in spans if span.text or span.differs)
