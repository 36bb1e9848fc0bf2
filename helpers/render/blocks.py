"""The blocks of Markdown: which containers a line stands in, and what it is there.

    line ──▶ Blocks.row ──▶ Row(start=quotes, indents and signs; kind; text)

A quote or an item of a list is a container: what stands in it is Markdown again, a fence of code
among it. A line says only by its beginning in which containers it stands, so what is kept from
line to line is the containers that are open, and the fence, if there is one. Nothing here looks
ahead: a line that was read stays what it is.

Source: https://spec.commonmark.org/0.31.2/#container-blocks and the sections before it. Left out
is what only a later line decides: a line of ==== or ---- makes no heading of the one above it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["Blocks", "Row", "expand_tabs"]

# What a line begins with, behind the containers that it stands in. Up to three spaces mean
# nothing; four make code of it.
FENCE = re.compile(r" {0,3}(?:(`{3,})([^`]*)|(~{3,})(.*))$")
HEADING = re.compile(r" {0,3}(#{1,6})(?:\s+|$)")
CLOSING = re.compile(r"(?:^|\s)#+$")  # a heading may end in these, for symmetry
RULE = re.compile(r" {0,3}([-*_])(?:\s*\1){2,}\s*$")
ITEM = re.compile(r"( {0,3})([-*+]|\d{1,9}[.)])( +|$)(?:\[([ xX])\] +(?=\S))?")
QUOTE = re.compile(r" {0,3}> ?")
PREFIX = re.compile(r"(?:[ \t]*(?:[-*+>]|\d{1,9}[.)]))*[ \t]+")

# HTML in which Markdown means nothing, up to the line in which it ends.
RAW = "pre|script|style|textarea"
HTML = tuple(
    (re.compile(r" {0,3}<" + begins, re.IGNORECASE), ends)
    for begins, ends in (
        (rf"(?:{RAW})(?:\s|>|$)", rf"</(?:{RAW})>"),
        ("!--", "-->"),
        (r"\?", r"\?>"),
        (r"!\[CDATA\[", r"\]\]>"),
        ("![a-z]", ">"),
    )
)

INDENT = 4  # columns that make code of a line
DEEPEST = 32  # containers; no person nests more

_QUOTE = 0  # as a container; another number is the columns of an item


@dataclass(frozen=True)
class Row:
    """A line, taken apart.

    Attributes:
        start: what stands in front of what it says: ("quote" | "space" | "sign", words).
        kind: "text", "item", "heading", "rule", "fence", "code" or "html".
        text: what it says; of a fence, with its signs.
        level: of a heading, from 1 to 6.
        quoted: whether it stands in a quote.
    """

    start: tuple[tuple[str, str], ...]
    kind: str
    text: str
    level: int = 0

    @property
    def quoted(self) -> bool:
        """Whether it stands in a quote."""
        return any(kind == "quote" for kind, _ in self.start)


class Blocks:
    """What is open after the lines so far."""

    def __init__(self) -> None:
        self._open: list[int] = []  # containers: quotes, and items with their columns
        self._fence = ""  # the signs that opened the code that we are in
        self._fence_indent = 0
        self._html = ""  # the pattern that ends the HTML that we are in
        self._in_paragraph = False

    def row(self, text: str) -> Row:
        """Take the next line apart.

        Args:
            text: the line, printable and without its end.
        """
        rest, start, stays = self._inside(text)
        whole = stays == len(self._open)
        if whole and self._fence:
            return self._code(rest, start)
        if whole and self._html:
            return self._html_line(rest, start)
        if not rest.strip():
            return self._blank(start, stays)
        return self._begin(rest, start, stays)

    def _inside(self, text: str) -> tuple[str, list[tuple[str, str]], int]:
        """Return what stands inside the open containers, and in how many of them it stands."""
        start: list[tuple[str, str]] = []
        for place, columns in enumerate(self._open):
            quote = QUOTE.match(text)
            if columns == _QUOTE and quote:
                start.append(("quote", "│ "))
                text = text[quote.end() :]
            elif columns and not text.strip():
                text = ""  # an empty line belongs to the item
            elif columns and _indent(text) >= columns:
                start.append(("space", " " * columns))
                text = text[columns:]
            else:
                return text, start, place
        return text, start, len(self._open)

    def _code(self, rest: str, start: list[tuple[str, str]]) -> Row:
        """Return a line inside a fence, or the fence that closes it."""
        bare = rest.strip()
        closes = bare.startswith(self._fence) and not bare.strip(self._fence[0])
        if closes and _indent(rest) < INDENT:
            self._fence = ""
            return Row((*start,), "fence", bare)
        # The code is moved to the right by as much as its fence.
        return Row((*start,), "code", rest[min(_indent(rest), self._fence_indent) :])

    def _html_line(self, rest: str, start: list[tuple[str, str]]) -> Row:
        if re.search(self._html, rest, re.IGNORECASE):
            self._html = ""
        return Row((*start,), "html", rest)

    def _blank(self, start: list[tuple[str, str]], stays: int) -> Row:
        """Return an empty line, which ends a paragraph, and a quote that it isn't part of."""
        self._close(stays)
        return Row(tuple(part for part in start if part[0] == "quote"), "text", "")

    def _close(self, stays: int) -> None:
        """Close the containers from a place on, and what stands in them."""
        if stays < len(self._open):
            self._fence = self._html = ""
        del self._open[stays:]
        self._in_paragraph = False

    def _begin(self, rest: str, start: list[tuple[str, str]], stays: int) -> Row:
        """Return a line that says something, and open the containers that begin in it."""
        paragraph = self._in_paragraph
        whole = stays == len(self._open)
        new: list[int] = []
        signs = False
        while len(self._open) + len(new) < DEEPEST and _indent(rest) < INDENT:
            interrupts = paragraph and whole and not new
            if quote := QUOTE.match(rest):
                new.append(_QUOTE)
                start.append(("quote", "│ "))
                rest = rest[quote.end() :]
                signs = False
            elif not RULE.match(rest) and (item := ITEM.match(rest)) and _may(item, interrupts):
                columns, rest, sign = _item(item, rest)
                new.append(columns)
                start += [("space", item[1]), ("sign", sign + " ")]
                signs = True
            else:
                break
        leaf = self._leaf(rest, start, paragraph and not new)
        if leaf is None and paragraph and not whole and not new:
            # A paragraph may go on without the signs of its containers.
            start += [_draw_indent(columns) for columns in self._open[stays:]]
            return Row(_add_spaces(start, rest), "text", rest.lstrip())
        self._close(stays)
        self._open += new
        if leaf is not None:
            self._enter(leaf, rest)
            return leaf
        self._in_paragraph = bool(rest.strip())
        kind = "item" if signs else "text"
        return Row(_add_spaces(start, rest), kind, rest.lstrip())

    def _leaf(self, rest: str, start: list[tuple[str, str]], paragraph: bool) -> Row | None:
        """Return the line if it is something else than a part of a paragraph."""
        at = (*start,)
        if _indent(rest) >= INDENT:
            code = Row((*at, ("space", rest[:INDENT])), "code", rest[INDENT:])
            return None if paragraph else code
        if FENCE.match(rest):
            return Row(at, "fence", rest)
        if heading := HEADING.match(rest):
            title = CLOSING.sub("", rest[heading.end() :]).rstrip()
            return Row(at, "heading", title, len(heading[1]))
        if RULE.match(rest):
            return Row(at, "rule", rest)
        if any(begins.match(rest) for begins, _ in HTML):
            return Row(at, "html", rest)
        return None

    def _enter(self, leaf: Row, rest: str) -> None:
        """Remember the fence or the HTML that begins with a line."""
        if leaf.kind == "fence" and (fence := FENCE.match(rest)):
            self._fence = fence[1] or fence[3]
            self._fence_indent = _indent(rest)
        elif leaf.kind == "html":
            for begins, ends in HTML:
                begun = begins.match(rest)
                if begun and not re.search(ends, rest[begun.end() :], re.IGNORECASE):
                    self._html = ends


def expand_tabs(text: str) -> str:
    """Return a line whose tabs in front of what it says are spaces: a tab stops at every fourth."""
    prefix = PREFIX.match(text)
    if prefix is None or "\t" not in prefix[0]:
        return text
    return prefix[0].expandtabs(INDENT) + text[prefix.end() :]


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip(" "))


def _may(item: re.Match[str], interrupts: bool) -> bool:
    """Say whether an item may begin here: in a paragraph, "1986." and "-" may be words of it."""
    if not interrupts:
        return True
    empty = item.end() == len(item.string)
    return not empty and (not item[2][0].isdigit() or item[2][:-1] == "1")


def _item(item: re.Match[str], rest: str) -> tuple[int, str, str]:
    """Return the columns of an item's sign, what stands behind it, and the sign to be shown."""
    spaces = len(item[3])
    if not 1 <= spaces <= INDENT:  # nothing behind it, or code that begins in its line
        spaces = 1
    columns = len(item[1]) + len(item[2]) + spaces
    sign = item[2] if item[2][0].isdigit() else "•"
    if item[4] is None:
        return columns, rest[columns:], sign
    done = "[ ]" if item[4] == " " else "[x]"  # a task is done, or it isn't
    return columns, rest[item.end() :], f"{sign} {done}"


def _draw_indent(columns: int) -> tuple[str, str]:
    return ("quote", "│ ") if columns == _QUOTE else ("space", " " * columns)


def _add_spaces(start: Iterable[tuple[str, str]], rest: str) -> tuple[tuple[str, str], ...]:
    """Return what stands in front of a line, its own spaces among it."""
    return (*start, ("space", " " * _indent(rest)))
