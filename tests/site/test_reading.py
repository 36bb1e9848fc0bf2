"""The pages of the site as files: whole, with no link into nothing, and with no answer."""

import os
import re
import subprocess
import sys
import zipfile
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat
import pytest

from helpers.environment.problem import Problem
from helpers.lessons import exercise_ids, find_exercise
from helpers.lessons.learner.map import NOTEBOOKS
from helpers.site.reading import write
from helpers.site.reading.pages import link_from
from helpers.site.reading.prose import Prose
from tests.sharing import make_once

ROOT = Path(__file__).parents[2]
# Elements that load what they name; all others only lead there.
LOADS = ("script", "link", "img", "iframe", "source", "video", "audio", "object", "embed")


class Page(HTMLParser):
    """What a test asks of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.ids: list[str] = []
        self.links: list[tuple[str, str]] = []
        self.pictures: list[dict[str, str | None]] = []
        self.words = ""
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids += [given["id"]] if given.get("id") else []
        self.links += [(tag, given[name]) for name in ("href", "src") if given.get(name)]
        if tag == "img":
            self.pictures.append(given)

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_once(tmp_path_factory, "pages", write)


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Page]:
    return {path: Page(path) for path in sorted(site.rglob("*.html"))}


def test_each_notebook_has_a_page_that_leads_to_where_it_runs(pages: dict[Path, Page], site: Path):
    for one in NOTEBOOKS:
        page = pages[site / "read" / f"{one.name}.html"]
        assert ("a", f"../run/lab/index.html?path={one.name}.ipynb") in page.links
        start = pages[site / "index.html"]
        assert ("a", f"read/{one.name}.html") in start.links
        assert f"{sum(one.minutes)}" and one.title in start.words


def test_each_cell_and_each_stored_output_is_on_the_page(pages: dict[Path, Page], site: Path):
    for one in NOTEBOOKS:
        notebook = nbformat.read(ROOT / "notebooks" / f"{one.name}.ipynb", as_version=4)
        page = pages[site / "read" / f"{one.name}.html"]
        words = "".join(page.words.split())
        outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
        for cell in notebook.cells:
            assert cell.cell_type == "markdown" or "".join(cell.source.split()) in words
        for output in outputs:
            data = output.get("data", {})
            if "text" in output or "image/svg+xml" in data:
                text = output.get("text") or data["text/plain"]
                assert "".join(text.split()) in words
        folded = sum("hide-output" in cell.metadata.get("tags", []) for cell in notebook.cells)
        assert page.words.count("Predict first. Then open") == folded


def test_each_link_leads_somewhere(pages: dict[Path, Page], site: Path):
    wrong = []
    for page in pages.values():
        for _, url in page.links:
            parts = urlsplit(url)
            target = page.path if not parts.path else page.path.parent / unquote(parts.path)
            if parts.scheme or (site / "run") in target.resolve().parents:
                continue
            target = target.resolve()
            if not target.is_file() or (parts.fragment and parts.fragment not in pages[target].ids):
                wrong.append((page.path.name, url))
    assert wrong == []


def test_nothing_is_loaded_from_elsewhere(pages: dict[Path, Page], site: Path):
    for page in pages.values():
        for tag, url in page.links:
            assert tag not in LOADS or (not urlsplit(url).scheme and not url.startswith("//")), url
    for path in [*site.rglob("*.css"), *site.rglob("*.svg")]:
        text = path.read_text("utf-8").replace('xmlns="http://www.w3.org/2000/svg"', "")
        assert not re.search(r"url\(|@import|href=", text), path


def test_each_picture_has_words_and_each_id_is_there_once(pages: dict[Path, Page]):
    for page in pages.values():
        assert [one for one in page.pictures if not one.get("alt")] == []
        assert [name for name, count in Counter(page.ids).items() if count > 1] == []


def test_each_exercise_can_be_linked_to_and_no_page_has_an_answer(
    pages: dict[Path, Page], site: Path
):
    for exercise in map(find_exercise, exercise_ids()):
        page = pages[site / "read" / f"{exercise.notebook}.html"]
        assert f"exercise-{exercise.id}" in page.ids
        words = {line.strip() for line in page.words.splitlines()}
        stored = nbformat.read(ROOT / "notebooks" / f"{exercise.notebook}.ipynb", as_version=4)
        said = {line.strip() for cell in stored.cells for line in cell.source.splitlines()}
        answer = {line.strip() for line in exercise.reference_source().splitlines()}
        given_away = {line for line in answer & words - said if len(line) > 20}
        assert given_away == set(), exercise.id
        assert all(hint.split("`")[0].split("\n")[0] in page.words for hint in exercise.hints[:2])


def test_the_search_knows_each_section(pages: dict[Path, Page], site: Path):
    index = (site / "read" / "assets" / "search-index.js").read_text("utf-8")
    for one in NOTEBOOKS:
        page = pages[site / "read" / f"{one.name}.html"]
        sections = [url[1:] for tag, url in page.links if tag == "a" and url[:1] == "#"]
        for name in set(sections) - {"content"}:
            assert f'"page":"{one.name}.html","of":' in index and f'"id":"{name}"' in index


def test_the_course_is_there_to_download(site: Path, tmp_path: Path):
    with zipfile.ZipFile(site / "read" / "streaming-agents.zip") as archive:
        archive.extractall(tmp_path)
    top = tmp_path / "streaming-agents"
    for name in ("README.md", "requirements.lock", "notebooks/00_start_here.ipynb"):
        assert (top / name).read_bytes() == (ROOT / name).read_bytes()
    assert not [path for path in top.rglob("*") if path.name[0] == "." or "__py" in path.name]
    done = subprocess.run([sys.executable, "course.py", "--help"], cwd=top, capture_output=True)
    assert done.returncode == 0 and b"course.py lab" in done.stdout


@pytest.mark.long
def test_the_same_course_gives_the_same_bytes(site: Path, tmp_path: Path):
    environment = {**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": str(ROOT), "TZ": "Asia/Tokyo"}
    command = [sys.executable, "-P", "-m", "helpers.site.reading", str(tmp_path)]
    subprocess.run(command, env=environment, cwd=tmp_path, check=True)
    first, again = (
        {
            path.relative_to(folder): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file()
        }
        for folder in (site, tmp_path)
    )
    assert first == again


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path):
    (tmp_path / "read").mkdir()
    (tmp_path / "read" / "mine.txt").write_text("mine", "utf-8")
    with pytest.raises(Problem, match="name another folder"):
        write(tmp_path)
    assert (tmp_path / "read" / "mine.txt").read_text("utf-8") == "mine"


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("02_text_streaming.ipynb", "02_text_streaming.html"),
        ("02_text_streaming.ipynb#see-it", "02_text_streaming.html#see-it"),
        ("../docs/your-agent.md", "your-agent.html"),
        ("#see-it", "#see-it"),
        ("../helpers/dispatch.py", ""),
        ("../../elsewhere.html", ""),
    ],
)
def test_a_link_of_a_notebook_leads_to_a_page_or_nowhere(url: str, place: str):
    assert link_from("notebooks")(url) == place


def test_a_section_keeps_its_id():
    prose = Prose(lambda _: "")
    html = prose.html("# A *page*\n\n## 2. What's `new`?\n\ntext\n\n## 3. What's new?\n")
    assert [section.id for section in prose.sections] == ["a-page", "whats-new", "whats-new-2"]
    assert '<h2 id="whats-new">' in html and 'href="#whats-new-2"' in html
    assert prose.sections[1].words == ["text"]


def test_a_link_that_the_site_lacks_is_only_text():
    prose = Prose(link_from("notebooks"))
    assert prose.html("[a file](../helpers/sse.py)") == "<p>a file</p>\n"
    assert "href" not in prose.html("[x](javascript:alert(1))")
