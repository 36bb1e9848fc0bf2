"""The pages of the site, and where a link of a notebook or a document leads on it."""

import posixpath
from collections.abc import Callable
from typing import NamedTuple

from helpers.lessons import LESSONS
from helpers.lessons.learner.map import NOTEBOOKS

__all__ = ["DOCUMENTS", "Document", "link_from", "page_of", "text_of"]


class Document(NamedTuple):
    """A text of the repository that is a page.

    Attributes:
        source: its file, from the top of the repository.
        page: its name in the site's folder of pages.
        about: what it is for, in a sentence.
        title, start: what the page is called instead, and where in the text it begins.
    """

    source: str
    page: str
    about: str
    title: str = ""
    start: str = ""


DOCUMENTS = (
    Document(
        "README.md",
        "course.html",
        "What the course needs, its commands, live mode, conda, and what there is for a class.",
        title="Guide",
        start="## Start\n",
    ),
    Document(
        "docs/your-agent.md",
        "your-agent.html",
        "What an agent that you wrote elsewhere must do to be a submission.",
    ),
    Document(
        "docs/hosting.md",
        "hosting.html",
        "How this site is put on GitHub Pages, another host, a classroom's network or a hub.",
    ),
)


def text_of(document: Document) -> str:
    """Return the Markdown of a document's page."""
    text = (LESSONS.parents[1] / document.source).read_text("utf-8")
    if not document.start:
        return text
    return f"# {document.title}\n\n{text[text.index(document.start) :]}"


def page_of(name: str) -> str:
    """Return the page of a notebook."""
    return f"{name}.html"


_PLACES = {
    **{f"notebooks/{one.name}.ipynb": page_of(one.name) for one in NOTEBOOKS},
    **{one.source: one.page for one in DOCUMENTS},
}


def link_from(folder: str) -> Callable[[str], str]:
    """Return what turns a link in a folder of the repository into one between pages.

    It gives "" for what the site doesn't have.
    """

    def link(url: str) -> str:
        path, sharp, fragment = url.partition("#")
        if not path:
            return url
        place = _PLACES.get(posixpath.normpath(posixpath.join(folder, path)), "")
        return f"{place}{sharp}{fragment}" if place else ""

    return link
