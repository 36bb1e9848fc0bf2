"""The site's pages: each notebook to read, a start page, and a search over all of them.

    notebook ─▶ cells ─▶ content ─▶ page ─▶ a folder of files

In reading order:

    prose      Markdown as HTML; the sections of a page, with ids that stay
    cells      a notebook as content: pictures, folds, no answer of an exercise
    style      the one style sheet, from the look that views and pages have
    start      what the start page shows: the wire, an agent at work, the map
    archive    the course's folder, to download
    pages      what the pages are, and where a link leads
    folder     writes all of it
"""

from helpers.site.reading.folder import write

__all__ = ["write"]
