"""What a learner has saved in the browser: after an update of the course, and with two tabs."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.lab import shot
from tests.site.newcomer import Chromium, Newcomer
from tests.site.tab import serving_site

pytestmark = pytest.mark.long

FIRST = "00_start_here.ipynb"
BESIDE = "00_start_here (new edition).ipynb"
CHANGE = """(words) => {
  const [cell] = window.jupyterapp.shell.currentWidget.content.model.sharedModel.cells;
  cell.setSource(words);
}"""
HAS = """async (name) => {
  try {
    const { contents } = window.jupyterapp.serviceManager;
    return (await contents.get(name, { content: true })).content.cells[0].source;
  } catch {
    return "";
  }
}"""
HOLDS = f"async (name, words) => (await ({HAS})(name)) === words"
NAMES = """async () => (await window.jupyterapp.serviceManager.contents.get("")).content
  .map((file) => file.name)"""
SAVE = "() => { window.jupyterapp.commands.execute('docmanager:save'); }"


@pytest.fixture
def edition(site_folder: Path, tmp_path: Path) -> Path:
    """A copy of the site, whose files can be replaced."""
    folder = tmp_path / "site"
    shutil.copytree(site_folder, folder, copy_function=os.link)
    return folder


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(viewport={"width": 1366, "height": 768})
    yield opened
    opened.close()


def visit(page: Page, url: str) -> Newcomer:
    person = Newcomer(Chromium(page))
    page.goto(f"{url}lab/index.html?path={FIRST}")
    person.opens(FIRST)
    return person


def replace(file: Path, text: str) -> None:
    file.unlink()  # the other site has the same file
    file.write_text(text, encoding="utf-8")


def publish(site: Path, words: str) -> None:
    """Give the site another edition of the first notebook."""
    file, record = site / "run" / "files" / FIRST, site / "run" / "editions.json"
    notebook, editions = json.loads(file.read_text("utf-8")), json.loads(record.read_text("utf-8"))
    notebook["cells"][0]["source"] = words
    editions[FIRST] = notebook["metadata"]["course_edition"] = words
    replace(file, json.dumps(notebook))
    replace(record, json.dumps(editions))


def test_a_new_edition_comes_beside_what_a_learner_has_saved(
    edition: Path, context: BrowserContext
):
    page = context.new_page()
    with serving_site(str(edition)) as url:
        person = visit(page, url)
        page.evaluate(CHANGE, "# Mine")
        page.evaluate(SAVE)
        person.wait(HOLDS, FIRST, "# Mine")

        publish(edition, "# Newer")
        person = visit(page, url)
        person.wait(HOLDS, BESIDE, "# Newer")
        said = page.get_by_text(f"“{BESIDE}” is new in the course. Yours stays")
        expect(said.first).to_be_visible()
        shot(page, "tab-new-edition")
        assert page.evaluate(HAS, FIRST) == "# Mine"

        publish(edition, "# Newest")  # the one beside was not touched: it is replaced
        person = visit(page, url)
        person.wait(HOLDS, BESIDE, "# Newest")
        assert page.evaluate(HAS, FIRST) == "# Mine"
        assert len([name for name in page.evaluate(NAMES) if name.startswith("00_")]) == 2


def test_a_second_tab_says_so_and_replaces_nothing_unasked(address: str, context: BrowserContext):
    one, other = context.new_page(), context.new_page()
    visit(one, address)
    second = visit(other, address)
    expect(other.get_by_text("The course is open in another tab, too.").first).to_be_visible()
    shot(other, "tab-second")
    one.evaluate(CHANGE, "# Mine")
    one.evaluate(SAVE)
    second.wait(HOLDS, FIRST, "# Mine")
    other.evaluate(CHANGE, "# Other")
    other.evaluate(SAVE)
    asked = other.get_by_role("dialog").filter(has_text="has changed on disk")
    expect(asked).to_be_visible()
    shot(other, "tab-asks")
    assert other.evaluate(HAS, FIRST) == "# Mine"
