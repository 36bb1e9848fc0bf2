"""Writes the site's pages into a folder: the same files for the same course, byte for byte."""

import json
import shutil
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from helpers.environment.problem import Problem
from helpers.lessons import LESSONS
from helpers.site.reading import start
from helpers.site.reading.archive import write_archive
from helpers.site.reading.cells import exporter, read_notebook
from helpers.site.reading.pages import DOCUMENTS, link_from, page_of, text_of
from helpers.site.reading.prose import Prose, Section
from helpers.site.reading.style import style

__all__ = ["PAGES", "write"]

ROOT = LESSONS.parents[1]
HERE = Path(__file__).parent
PAGES = "read"
NAME = "Streaming agents, by hand"
SCRIPTS = ("page.js", "search.js", "start.js", "preview.png", "icon.svg")
# The lines of a table of contents; exercises have level 4.
CONTENTS = (2, 3, 4)


def write(folder: Path, run: str = "run", address: str = "") -> None:
    """Write the start page, and a page for each notebook, into a folder.

    Args:
        folder: of the site; it is made. Of what is there, only earlier pages are replaced.
        run: the folder of the running edition, from the site's own.
        address: where the site will be found, such as https://example.org/course/. With it,
            other sites show the preview's picture; without it, some of them don't.

    Raises:
        Problem: a folder of our name is there, and holds something else.
        OSError: it can't be written to.
    """
    out = folder / PAGES
    if out.exists():
        if not (out / "assets" / "site.css").is_file():
            raise Problem(f"{out} holds something else: name another folder.")
        shutil.rmtree(out)
    for name in ("assets", "pictures"):
        (out / name).mkdir(parents=True)
    _Site(folder, run, address).write()


class _Site:
    """The site while it is written."""

    def __init__(self, folder: Path, run: str, address: str) -> None:
        self.folder, self.out = folder, folder / PAGES
        self.run, self.address = run.strip("/"), address and address.rstrip("/") + "/"
        self.found: list[tuple[str, str, Section]] = []  # page, its title, section
        self.layout = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=StrictUndefined,
        )

    def write(self) -> None:
        self.notebooks()
        self.documents()
        self.start()
        self.assets()

    def notebooks(self) -> None:
        stops, export, link = start.stops(), exporter(), link_from("notebooks")
        for number, stop in enumerate(stops):
            content = read_notebook(ROOT / "notebooks" / f"{stop.name}.ipynb", export, link)
            for name, svg in content.pictures.items():
                _put(self.out / "pictures" / name, svg)
            self.page(
                page_of(stop.name),
                "notebook.html.j2",
                content.sections,
                about=content.about,
                content=content.html,
                stop=stop,
                before=stops[number - 1] if number else None,
                after=stops[number + 1] if number + 1 < len(stops) else None,
            )

    def documents(self) -> None:
        for one in DOCUMENTS:
            prose = Prose(link_from(one.source.rpartition("/")[0]))
            html = prose.html(text_of(one))
            self.page(one.page, "document.html.j2", prose.sections, about=one.about, content=html)

    def page(self, name: str, template: str, sections: list[Section], **more: Any) -> None:
        first, *rest = sections
        self.found += [(name, first.title, section) for section in sections]
        contents = [section for section in rest if section.level in CONTENTS]
        self.put(self.out / name, template, "../", title=first.title, contents=contents, **more)

    def start(self) -> None:
        view = start.wire()
        picture, words = start.agent_picture()
        _put(self.out / "pictures" / "wire.svg", start.wire_picture(view))
        _put(self.out / "pictures" / "agent.svg", picture)
        _put(self.out / "assets" / "wire.js", start.wire_script(view))
        archive = self.out / "streaming-agents.zip"
        write_archive(archive)
        stops = start.stops()
        prose = Prose(lambda _: "")
        self.put(
            self.folder / "index.html",
            "start.html.j2",
            "",
            title=NAME,
            about="Write your own streaming agent, from the first byte on the wire.",
            lead=start.lead(prose),
            wire_title=view.title,
            wire_words=view.text_alternative(),
            agent_words=words,
            archive=f"{PAGES}/{archive.name}",
            archive_size=f"{archive.stat().st_size / 1e6:.1f} MB",
            stops=stops,
            hours=round(sum(stop.total for stop in stops) / 60),
        )

    def put(self, path: Path, template: str, up: str, **values: Any) -> None:
        # Only a whole address is one for the sites that show previews; others take what is here.
        preview = f"{self.address or up}{PAGES}/assets/preview.png"
        html = self.layout.get_template(template).render(
            site=NAME,
            up=up,
            read=f"{up}{PAGES}/" if not up else "",
            run=f"{up}{self.run}/lab/index.html?path=",
            preview=preview,
            page_of=page_of,
            **values,
        )
        _put(path, html)

    def assets(self) -> None:
        assets = self.out / "assets"
        for name in SCRIPTS:
            shutil.copyfile(HERE / "static" / name, assets / name)
        _put(assets / "site.css", style())
        entries = [
            {
                "page": page,
                "of": "" if section.level == 1 else title,
                "id": "" if section.level == 1 else section.id,
                "title": section.title,
                "text": " ".join(section.words),
                "names": " ".join(section.names),
            }
            for page, title, section in self.found
        ]
        index = json.dumps(entries, ensure_ascii=False, separators=(",", ":"))
        _put(assets / "search-index.js", f"window.courseIndex = {index};\n")


def _put(path: Path, text: str) -> None:
    path.write_text(text, "utf-8", newline="\n")
