"""Markdown by the line: each line gets its style the moment it is finished.

A document that still grows can't be parsed as a whole for every token: that would cost more
with every line, and lines already shown would change their look. So blocks are told apart by
how their lines begin, with no memory but whether a fence is open, and only what stands inside
a line goes to a Markdown parser.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import mistune

from helpers.render.spans import Span, printable

__all__ = ["Line", "MarkdownLines"]

# Longer ones are shown as they are: no person wrote them.
LONGEST = 10_000

FENCE = re.compile(r" {0,3}(`{3,}|~{3,})\s*([^`]*)$")
HEADING = re.compile(r" {0,3}(#{1,6})(?:\s+|$)")
CLOSING = re.compile(r"(?:^|\s)#+$")  # a heading may end in these, for symmetry
RULE = re.compile(r" {0,3}([-*_])(?:\s*\1){2,}\s*$")
ITEM = re.compile(r"(\s*)([-*+]|\d{1,9}[.)])\s+(?:\[([ xX])\]\s+)?(?=\S)")
QUOTE = re.compile(r" {0,3}>\s?")

# The parser's names for what stands in a line, and the marks that faces know.
MARKS = {
    "strong": "strong",
    "emphasis": "emphasis",
    "codespan": "code",
    "strikethrough": "struck",
    "link": "link",
    "image": "link",
}

FAINT = frozenset({"faint"})

_inline = mistune.create_markdown(renderer=None, plugins=["strikethrough"]).inline


@dataclass(frozen=True)
class Line:
    """A finished line, ready to be shown.

    Attributes:
        spans: its text, in styles.
        indent: columns by which a face moves what doesn't fit into the first row.
        verbatim: whether a face leaves it as it is: code, whose spaces and line ends mean
            something, or a line too long to look at.
        kind: "text", "heading", "item", "rule", "fence", "code" or "long".
        level: of a heading, from 1 to 6.
        start: how many of the spans come before what the line says: its indentation, the
            mark of a quote, the sign of an item.
        quoted: whether it stands in a quote.
    """

    spans: tuple[Span, ...]
    indent: int = 0
    verbatim: bool = False
    kind: str = "text"
    level: int = 0
    start: int = 0
    quoted: bool = False


class MarkdownLines:
    """Style the lines of one text, in their order."""

    def __init__(self) -> None:
        self._fence = ""  # what opened the block of code that we are in

    def line(self, text: str) -> Line:
        """Return the next line in its style.

        Args:
            text: the line, without its end; control characters are taken out here.
        """
        text = printable(text).replace("\n", " ").rstrip()
        if len(text) > LONGEST:
            return Line((Span(text),), verbatim=True, kind="long")
        fence = FENCE.match(text)
        if self._fence:
            if fence and fence[1].startswith(self._fence) and not fence[2]:
                self._fence = ""
                return Line((Span(fence[1], FAINT),), verbatim=True, kind="fence")
            return Line((Span(text, frozenset({"code"})),), verbatim=True, kind="code")
        if fence:
            self._fence = fence[1]
            return Line((Span(text.strip(), FAINT),), verbatim=True, kind="fence")
        if heading := HEADING.match(text):
            title = CLOSING.sub("", text[heading.end() :]).rstrip()
            spans = tuple(_inline_spans(title, frozenset({"heading"})))
            return Line(spans, kind="heading", level=len(heading[1]))
        if RULE.match(text):
            return Line((Span("─" * 20, FAINT),), kind="rule")
        return self._paragraph(text)

    def _paragraph(self, text: str) -> Line:
        """Return a line of text, which may be quoted or an item of a list."""
        start: list[Span] = []
        marks: frozenset[str] = frozenset()
        kind = "text"
        while quote := QUOTE.match(text):
            start.append(Span("│ ", FAINT))
            marks = frozenset({"quote"})
            text = text[quote.end() :]
        if item := ITEM.match(text):
            kind = "item"
            sign = item[2] if item[2][0].isdigit() else "•"
            if item[3]:  # a task is done, or it isn't
                sign += " [ ]" if item[3] == " " else " [x]"
            start += [Span(item[1]), Span(sign + " ", frozenset({"bullet"}))]
            text = text[item.end() :]
        else:
            bare = text.lstrip()
            start.append(Span(" " * (len(text) - len(bare))))
            text = bare
        start = [span for span in start if span.text]
        indent = sum(len(span.text) for span in start)
        spans = (*start, *_inline_spans(text, marks))
        return Line(spans, indent, kind=kind, start=len(start), quoted="quote" in marks)


def _inline_spans(text: str, marks: frozenset[str]) -> Iterable[Span]:
    state = _inline.state_cls({})
    state.src = text
    try:
        tokens = _inline.parse(state)
    except RecursionError:  # nested deeper than anybody writes
        return [Span(text, marks)]
    return [span for span in _spans(tokens, marks) if span.text]


def _spans(tokens: Iterable[dict[str, Any]], marks: frozenset[str]) -> Iterable[Span]:
    for token in tokens:
        own = marks | {MARKS[token["type"]]} if token["type"] in MARKS else marks
        children = token.get("children")
        if children is None:
            yield Span(printable(str(token.get("raw", " "))).replace("\n", " "), own)
            continue
        url = printable(str(token.get("attrs", {}).get("url", ""))).replace("\n", " ")
        inner = [span._replace(url=url or span.url) for span in _spans(children, own)]
        yield from inner
        # A link whose address can't be seen could lead anywhere.
        if url and url != "".join(span.text for span in inner):
            yield Span(f" ({url})", marks | FAINT)
