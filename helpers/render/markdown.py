"""Markdown by the line: each line gets its style the moment it is finished.

A document that still grows can't be parsed as a whole for every token: that would cost more
with every line, and lines already shown would change their look. So blocks are told apart by
how their lines begin, in the containers that are open there (blocks.py), and only what stands
inside a line goes to a Markdown parser.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import mistune

from helpers.render.blocks import Blocks, expand_tabs
from helpers.render.spans import Span, printable

__all__ = ["Line", "MarkdownLines"]

# Longer ones are shown as they are: no person wrote them.
LONGEST = 10_000

# The parser's names for what stands in a line, and the marks that front ends know.
MARKS = {
    "strong": "strong",
    "emphasis": "emphasis",
    "codespan": "code",
    "strikethrough": "struck",
    "link": "link",
    "image": "link",
}

FAINT = frozenset({"faint"})

# What stands in front of a line, by its kind.
_START = {"quote": FAINT, "space": frozenset[str](), "sign": frozenset({"bullet"})}

_inline = mistune.create_markdown(renderer=None, plugins=["strikethrough"]).inline


@dataclass(frozen=True)
class Line:
    """A finished line, ready to be shown.

    Attributes:
        spans: its text, in styles.
        indent: columns by which a front end moves what doesn't fit into the first row.
        verbatim: whether a front end leaves it as it is: code, whose spaces and line ends mean
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
        self._blocks = Blocks()

    def line(self, text: str) -> Line:
        """Return the next line in its style.

        Args:
            text: the line, without its end; control characters are taken out here.
        """
        text = printable(expand_tabs(text)).replace("\n", " ").rstrip()
        if len(text) > LONGEST:
            return Line((Span(text),), verbatim=True, kind="long")
        row = self._blocks.row(text)
        start = [Span(words, _START[kind]) for kind, words in row.start if words]
        begins = len(start)
        match row.kind:
            case "code":
                spans = (*start, Span(row.text, frozenset({"code"})))
                return Line(spans, verbatim=True, kind="code", start=begins, quoted=row.quoted)
            case "fence":
                spans = (*start, Span(row.text.strip(), FAINT))
                return Line(spans, verbatim=True, kind="fence", start=begins, quoted=row.quoted)
            case "heading":
                said = tuple(_inline_spans(row.text, frozenset({"heading"})))
                indent = _columns(start)
                return Line((*start, *said), indent, False, "heading", row.level, begins)
            case "rule":
                return Line((*start, Span("─" * 20, FAINT)), kind="rule", start=begins)
        marks = frozenset({"quote"}) if row.quoted else frozenset[str]()
        inline = [Span(row.text, marks)] if row.kind == "html" else _inline_spans(row.text, marks)
        kind = "item" if row.kind == "item" else "text"
        spans = (*start, *inline)
        return Line(spans, _columns(start), kind=kind, start=begins, quoted=row.quoted)


def _columns(spans: Iterable[Span]) -> int:
    return sum(len(span.text) for span in spans)


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
