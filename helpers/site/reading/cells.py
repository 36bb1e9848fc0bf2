"""A notebook as content: nbconvert lays its cells out by our template.

Before that, each cell is made ready: Markdown becomes HTML, a stored picture a file of the site,
and from a stored check goes what would give the answer away.
"""

import re
from collections.abc import Callable
from html import escape, unescape
from pathlib import Path
from typing import NamedTuple

import nbformat
from nbconvert.exporters.templateexporter import TemplateExporter
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from traitlets.config import Config

from helpers.site.reading.prose import Prose, Section

__all__ = ["Content", "exporter", "read_notebook"]

TEMPLATES = Path(__file__).with_name("templates")
# A check's output has the style that JupyterLab needs; pages have a sheet for all.
STYLE = re.compile(r"<style>.*?</style>", re.DOTALL)
ONE_WAY = re.compile(
    r'<details class="check-hint"><summary>Show one way</summary>.*?</details>', re.DOTALL
)
HREF = re.compile(r'href="([^"#:]+\.ipynb)"')
# Of what an output holds, the first that there is.
SHOWN = ["image/svg+xml", "text/html", "text/plain"]
TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)


class Content(NamedTuple):
    """What a page shows of a notebook.

    Attributes:
        html: the cells, one after the other.
        sections: where links lead to; the first is the notebook itself.
        about: its first sentences.
        pictures: the files that it shows, by their names.
    """

    html: str
    sections: list[Section]
    about: str
    pictures: dict[str, str]


def exporter() -> TemplateExporter:
    """Return what lays out cells by the template of this room."""
    made = TemplateExporter(
        template_name="cells",
        extra_template_basedirs=[str(TEMPLATES)],
        template_extension=".html.j2",
        config=Config({"NbConvertBase": {"display_data_priority": SHOWN}}),
    )
    made.register_filter("python", _python)
    return made


# No name of ours begins like this: Pygments calls some tokens `sa`, as the views' root is called.
_FORMAT = HtmlFormatter(classprefix="hl-", nowrap=True)
_PYTHON = get_lexer_by_name("ipython3")


def _python(source: str) -> str:
    first, line_end, rest = source.partition("\n")
    if not first.startswith("%%"):
        first, line_end, rest = "", "", source
    magic = f'<span class="hl-magic">{escape(first, quote=False)}</span>{line_end}' if first else ""
    code = highlight(rest, _PYTHON, _FORMAT).rstrip()
    return f'<pre class="code" tabindex="0"><code>{magic}{code}</code></pre>'


def read_notebook(path: Path, export: TemplateExporter, link: Callable[[str], str]) -> Content:
    """Return a notebook as content.

    Args:
        path: the notebook.
        export: made by `exporter`; one serves all notebooks.
        link: as `Prose` has it.
    """
    notebook = nbformat.read(path, as_version=4)
    prose, pictures = Prose(link), dict[str, str]()
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type == "markdown":
            cell.metadata.html = prose.html(cell.source)
            continue
        prose.add_code(cell.source)
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "image/svg+xml" in data:
                name = f"{path.stem}-{number}.svg"
                pictures[name] = data["image/svg+xml"]
                output.metadata.picture = name
                output.metadata.title = _title(data["image/svg+xml"])
            elif "text/html" in data:
                data["text/html"] = _readable(data["text/html"], link)
    html, _ = export.from_notebook_node(notebook)
    first = prose.sections[0]
    return Content(html, prose.sections, first.words[0], pictures)


def _title(svg: str) -> str:
    found = TITLE.search(svg)
    return unescape(found[1]) if found else "A picture"


def _readable(html: str, link: Callable[[str], str]) -> str:
    html = ONE_WAY.sub("", STYLE.sub("", html))
    html = HREF.sub(lambda found: f'href="{link(found[1])}"', html)
    return re.sub(r"<table>.*?</table>", r'<div class="scrolls" tabindex="0">\g<0></div>', html)
