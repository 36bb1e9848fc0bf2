"""Markdown by the line as HTML: what a web page may show of what a model says.

    text ──▶ MarkdownHtml.feed ──▶ HTML of the lines that are finished, to be appended
                    └──▶ .open: the line in progress, to be set as plain text

What a model says is foreign text, and may repeat what somebody hostile wrote. Three walls
stand between it and the page, and each would do alone against a script:

- HTML in the text isn't HTML here. All text is escaped; the tags are our own.
- A link leads to a web page or an address for mail, or it is no link. Its address always
  stands beside it, because a link whose address can't be seen could lead anywhere. Pictures
  are links too: a page that fetches one tells its server what the address says.
- nh3, a sanitizer that parses HTML as browsers do, takes out whatever is not on its list.
  (There is no nh3 for a kernel in a browser's tab. There Python's own parser reads the HTML,
  and what is on the list is written anew.)
"""

import importlib.util
import re
from collections.abc import Callable, Iterable
from html import escape
from html.parser import HTMLParser
from itertools import groupby

from helpers.browser import IN_BROWSER
from helpers.render.markdown import LONGEST, Line, MarkdownLines
from helpers.render.spans import Span, printable

__all__ = ["ALLOWED", "MarkdownHtml", "html_of"]

# Everything that may stand in the HTML: tags, with their attributes.
ALLOWED: dict[str, set[str]] = {
    "p": {"class", "dir"},
    "blockquote": {"class", "dir"},
    "pre": {"class"},
    "h3": {"dir"},
    "h4": {"dir"},
    "h5": {"dir"},
    "h6": {"dir"},
    "hr": set(),
    "a": {"href", "rel", "target"},
    "span": {"class"},
    "strong": set(),
    "em": set(),
    "code": set(),
    "s": set(),
}

MARK_TAGS = {"strong": "strong", "emphasis": "em", "struck": "s", "code": "code"}
MARK_CLASSES = {"faint": "md-faint", "bullet": "md-bullet"}

# The page itself has the levels above.
TOP_HEADING, LOWEST_HEADING = 3, 6

COLUMNS_PER_STEP, DEEPEST_STEP = 2, 8  # of an item's indentation

# A host in letters, figures and points: a name that imitates another shows its "xn--" or "%".
SAFE_URL = re.compile(
    r"https?://[A-Za-z0-9.\-]+(?::\d+)?(?:[/?#]\S*)?|mailto:[^\s?]+", re.IGNORECASE
)


def _third_wall() -> Callable[[str], str]:
    """Return what takes out of HTML whatever is not on the list."""
    if IN_BROWSER and importlib.util.find_spec("nh3") is None:
        return _write_list
    import nh3

    return nh3.Cleaner(
        tags=set(ALLOWED),
        attributes={tag: names - {"rel", "target"} for tag, names in ALLOWED.items()},
        url_schemes={"http", "https", "mailto"},
        url_relative="deny",
        link_rel="noopener noreferrer",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    ).clean


class _Listed(HTMLParser):
    """Writes anew what is on the list."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Write a tag and its attributes."""
        names = ALLOWED.get(tag, set())
        kept = [f' {name}="{escape(value or "")}"' for name, value in attrs if name in names]
        if tag in ALLOWED:
            self.written.append(f"<{tag}{''.join(kept)}>")

    def handle_endtag(self, tag: str) -> None:
        """Write a tag's end."""
        if tag in ALLOWED:
            self.written.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        """Write text."""
        self.written.append(escape(data, quote=False))


def _write_list(html: str) -> str:
    parser = _Listed()
    parser.feed(html)
    parser.close()
    return "".join(parser.written)


_clean = _third_wall()


class MarkdownHtml:
    """Turn a growing text into HTML that only ever gets longer.

    Each line is looked at once, when it is finished, so the cost is linear in the text, and
    what a reader sees never changes under their eyes.
    """

    def __init__(self) -> None:
        self._lines = MarkdownLines()
        self._open = ""
        self._cut = False  # the line in progress is too long: its beginning is out already

    @property
    def open(self) -> str:
        """The line in progress, for a node of text: its style isn't known yet."""
        return printable(self._open)

    def feed(self, text: str) -> list[str]:
        """Take the next piece of the text, cut anywhere.

        Returns:
            the HTML of each line that is finished with it; append them and forget them.
        """
        first, *others = text.split("\n")
        html = self._grow(first)
        for other in others:
            html += self._end_line()
            html += self._grow(other)
        return html

    def close(self) -> list[str]:
        """Take the end of the text; return the HTML of its last line. Another text may follow."""
        html = self._end_line() if self._open else []
        self._lines = MarkdownLines()
        return html

    def _grow(self, text: str) -> list[str]:
        """Add to the line in progress; what is too long for a line goes out in pieces."""
        self._open += text
        if len(self._open) <= LONGEST:
            return []
        self._cut = True
        cuts = range(0, len(self._open), LONGEST)
        *pieces, self._open = [self._open[cut : cut + LONGEST] for cut in cuts]
        return [_as_it_is(piece) for piece in pieces]

    def _end_line(self) -> list[str]:
        # Halves of a character join in the line: who feeds this may have cut them apart.
        text = self._open.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        self._open = ""
        if self._cut:
            self._cut = False
            return [_as_it_is(text)]
        html = html_of(self._lines.line(text))
        return [html] if html else []


def html_of(line: Line) -> str:
    """Return the HTML of a line, safe to put into a page; empty if there is nothing to show."""
    said = _inline(line.spans[line.start :])
    sign = _sign(line)  # an item may begin with something else than a paragraph
    match line.kind:
        case "heading":
            tag = f"h{min(TOP_HEADING + line.level - 1, LOWEST_HEADING)}"
            html = f'{sign}<{tag} dir="auto">{said}</{tag}>'
        case "rule":
            html = f"{sign}<hr>"
        case "fence":  # tells a person which language it is, or nothing
            language = _text(line).strip("`~ ")
            told = f'<p class="md-fence{_place(line)}">{escape(language)}</p>' if language else ""
            html = sign + told
        case "code" | "long":
            html = f'{sign}<pre class="md-{line.kind}{_place(line)}">{escape(_text(line))}</pre>'
        case _:
            html = _paragraph(line, said)
    return _clean(html)


def _paragraph(line: Line, said: str) -> str:
    tag = "blockquote" if line.quoted else "p"
    if line.kind == "item":
        return f'<{tag} class="md-item md-in{_step(line)}" dir="auto">{_bullet(line)}{said}</{tag}>'
    if not said:
        return '<p class="md-blank"></p>'
    return f'<{tag} dir="auto">{said}</{tag}>'


def _sign(line: Line) -> str:
    """Return the sign of the item that begins in a line, in a line of its own; or nothing."""
    bullet = _bullet(line)
    return f'<p class="md-item md-in{_step(line)}" dir="auto">{bullet}</p>' if bullet else ""


def _bullet(line: Line) -> str:
    return _inline(span for span in line.spans[: line.start] if "bullet" in span.marks)


def _step(line: Line) -> int:
    return min(_indent(line) // COLUMNS_PER_STEP + 1, DEEPEST_STEP)


def _place(line: Line) -> str:
    """Return the classes that put code where its item or its quote is."""
    begun = 1 if _bullet(line) else 0  # behind the sign of its own item
    steps = min(_indent(line) // COLUMNS_PER_STEP + begun, DEEPEST_STEP)
    inside = f" md-in{steps}" if steps and line.kind != "long" else ""
    return inside + (" md-quoted" if line.quoted else "")


def _indent(line: Line) -> int:
    return sum(len(span.text) for span in line.spans[: line.start] if span.text.isspace())


def _inline(spans: Iterable[Span]) -> str:
    """Return spans as HTML, those of one link in one."""
    html = ""
    for url, linked in groupby(spans, key=lambda span: span.url):
        inner = "".join(map(_span, linked))
        safe = SAFE_URL.fullmatch(url)
        html += f'<a href="{escape(url)}">{inner}</a>' if safe else inner
    return html


def _span(span: Span) -> str:
    html = escape(span.text)
    for mark in sorted(span.marks):
        if mark in MARK_TAGS:
            html = f"<{MARK_TAGS[mark]}>{html}</{MARK_TAGS[mark]}>"
        elif mark in MARK_CLASSES:
            html = f'<span class="{MARK_CLASSES[mark]}">{html}</span>'
    return html


def _text(line: Line) -> str:
    return "".join(span.text for span in line.spans[line.start :])


def _as_it_is(text: str) -> str:
    return html_of(Line((Span(printable(text).replace("\n", " ")),), verbatim=True, kind="long"))
