"""The pages of the site, and where a link of a notebook or a document leads on it."""

import posixpath
from collections.abc import Callable
from typing import NamedTuple

from helpers.lessons.learner.map import NOTEBOOKS

__all__ = ["DOCUMENTS", "PICTURES", "Document", "link_from", "page_of"]


class Document(NamedTuple):
    """A text of the repository that is a page.

    Attributes:
        source: its file, from the top of the repository.
        page: its name in the site's folder of pages.
        about: what it is for, in a sentence.
    """

    source: str
    page: str
    about: str


DOCUMENTS = (
    Document(
        "README.md",
        "course.html",
        "What the course needs, its commands, live mode, conda, and what there is for a class.",
    ),
    Document(
        "docs/your-agent.md",
        "your-agent.html",
        "What an agent that you wrote elsewhere must do to be a submission.",
    ),
)
PICTURES = {"docs/wire.png": "assets/wire.png"}


def page_of(name: str) -> str:
    """Return the page of a notebook."""
    return f"{name}.html"


_PLACES = {
    **{f"notebooks/{one.name}.ipynb": page_of(one.name) for one in NOTEBOOKS},
    **{one.source: one.page for one in DOCUMENTS},
    **PICTURES,
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
