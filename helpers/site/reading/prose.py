"""Markdown as HTML, and the sections that a page has."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape, unescape

import mistune

__all__ = ["Prose", "Section", "plain"]

TAG = re.compile(r"<[^>]*>")
# What headers of exercises begin with; `helpers.lessons.texts` writes them.
EXERCISE = re.compile(r"<strong>(Exercise|Part) <code>(\w+)</code></strong>")
# A section keeps its id when another one comes before it.
NUMBER = re.compile(r"^\d+\.\s+")
NAME = re.compile(r"[A-Za-z_]\w{2,}")
OUTSIDE = re.compile(r"^(?:https?|mailto):")
# A table that is wider than a phone scrolls inside its box.
TABLE = re.compile(r"<table>.*?</table>", re.DOTALL)


@dataclass
class Section:
    """A piece of a page that a link can lead to.

    Attributes:
        id: stays the same when other sections come or go.
        title: its heading, as plain text.
        level: of the heading; 4 for an exercise.
        words: what it says, piece by piece, for the search.
        names: those in its code, for the search.
    """

    id: str
    title: str
    level: int
    words: list[str] = field(default_factory=list)
    names: dict[str, None] = field(default_factory=dict)  # in order, each once


def plain(html: str) -> str:
    """Return the text of some HTML in one line."""
    return " ".join(unescape(TAG.sub("", html)).split())


class Prose(mistune.HTMLRenderer):
    """Turns the Markdown of one page into HTML, and collects its sections.

    Args:
        link: gives the address of what a link names, seen from the page; "" if the site
            doesn't have it.

    Attributes:
        sections: those that have come so far. The first one is the page itself.
    """

    def __init__(self, link: Callable[[str], str]) -> None:
        super().__init__(escape=False)
        self.sections: list[Section] = []
        self._link = link
        self._markdown = mistune.create_markdown(renderer=self, plugins=["table"])

    def html(self, source: str) -> str:
        """Return Markdown as HTML."""
        html = str(self._markdown(source))
        return TABLE.sub(r'<div class="scrolls" tabindex="0">\g<0></div>', html)

    def add_code(self, source: str) -> None:
        """Let the search find names of some code under the section that came last."""
        self.sections[-1].names |= dict.fromkeys(NAME.findall(source))

    def _add_words(self, html: str) -> None:
        if self.sections:
            self.sections[-1].words.append(plain(html))

    def _add(self, words: str, title: str, level: int) -> str:
        """Begin a section; return its id."""
        base = re.sub(r"[^\w-]", "", NUMBER.sub("", words).lower().replace(" ", "-"))
        taken = {section.id for section in self.sections}
        numbered = (f"{base}-{number}" for number in range(2, len(taken) + 3))
        name = next(one for one in (base, *numbered) if one not in taken)
        self.sections.append(Section(name, title, level))
        return name

    def heading(self, text: str, level: int, **attrs: object) -> str:
        """Return a heading with its id, and a link to itself."""
        title = plain(text)
        name = self._add(title, title, level)
        if level == 1:
            return f'<h1 id="{name}">{text}</h1>\n'
        # Beside the heading and not in it, so that the heading's name is its text alone.
        heading = f'<h{level} id="{name}">{text}</h{level}>'
        return f'<div class="heading level-{level}">{heading}{_anchor(name, title)}</div>\n'

    def paragraph(self, text: str) -> str:
        """Return a paragraph; the header of an exercise has an id, and a link to itself."""
        self._add_words(text)
        found = EXERCISE.match(text)
        if not found:
            return f"<p>{text}</p>\n"
        title = f"{found[1]} {found[2]}"
        name = self._add(title, title, 4)
        return f'<p class="exercise" id="{name}">{text}{_anchor(name, title)}</p>\n'

    def block_text(self, text: str) -> str:
        """Return what stands in an item of a list."""
        self._add_words(text)
        return text

    def table_cell(self, text: str, align: str | None = None, head: bool = False) -> str:
        """Return a cell of a table."""
        self._add_words(text)
        return f'<th scope="col">{text}</th>' if head else f"<td>{text}</td>"

    def block_code(self, code: str, info: str | None = None) -> str:
        """Return code, in a box that the keyboard can scroll."""
        return f'<pre tabindex="0"><code>{escape(code, quote=False)}</code></pre>\n'

    def link(self, text: str, url: str, title: str | None = None) -> str:
        """Return a link, or only its text if the site doesn't have what it names."""
        target = url if OUTSIDE.match(url) else self._link(url)
        if not target:
            return text
        outside = ' rel="noreferrer"' if OUTSIDE.match(url) else ""
        return f'<a href="{escape(target)}"{outside}>{text}</a>'

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """Return a picture, or only its words if the site doesn't have it."""
        target = self._link(url)
        return f'<img src="{escape(target)}" alt="{escape(text)}">' if target else text


def _anchor(name: str, title: str) -> str:
    label = escape(f"Link to “{title}”")
    return f'<a class="anchor" href="#{name}" aria-label="{label}">#</a>'
