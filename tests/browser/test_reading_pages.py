"""The pages to read in a real browser: found, searched, printed, on a phone, without JavaScript."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from helpers.site.reading import write
from tests.browser.lab import wait_until_narrow
from tests.sharing import make_once

SHOWN = ("index.html", "read/01_sse_by_hand.html", "read/00_start_here.html")
LAUNCH = "../run/lab/index.html?path=01_sse_by_hand.ipynb"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_once(tmp_path_factory, "pages", write)


@pytest.fixture
def reader(page: Page, site: Path) -> Iterator[Page]:
    """A page that asks for files of the site and for nothing else, and whose console is quiet."""
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    yield page
    assert [url for url in asked if not url.startswith(site.as_uri())] == []
    assert said == []


def open_page(browser: Browser, site: Path, name: str, **options: Any) -> Page:
    page = browser.new_context(**options).new_page()
    page.goto((site / name).as_uri())
    return page


def test_a_reader_searches_by_keyboard_and_finds_a_section(reader: Page, site: Path):
    reader.goto((site / SHOWN[1]).as_uri())
    reader.keyboard.press("/")
    search = reader.get_by_role("searchbox", name="Search all pages")
    expect(search).to_be_focused()
    reader.keyboard.type("crlf cut")
    found = reader.get_by_role("search").get_by_role("link")
    expect(found.first).to_contain_text("3. CRLF, cut in two")
    reader.keyboard.press("ArrowDown")
    expect(found.first).to_be_focused()
    reader.keyboard.press("Enter")
    expect(reader).to_have_url((site / SHOWN[1]).as_uri() + "#crlf-cut-in-two")
    expect(reader.get_by_role("heading", name="3. CRLF, cut in two")).to_be_in_viewport()
    reader.keyboard.press("/")
    reader.keyboard.press("Escape")
    expect(found.first).to_be_hidden()


@pytest.mark.long
def test_the_wire_of_the_start_page_moves_by_itself(reader: Page, site: Path):
    reader.goto((site / "index.html").as_uri())
    expect(reader.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    expect(reader.get_by_text("the stream ends here")).to_be_visible()
    expect(reader.get_by_role("img", name="What's the weather")).to_be_hidden()
    reader.get_by_role("button", name="Step back one chunk").click()
    expect(reader.get_by_text("Chunk 17 of 18")).to_be_visible()


@pytest.mark.long
@pytest.mark.parametrize(
    "options", [{"java_script_enabled": False}, {"reduced_motion": "reduce"}], ids=str
)
def test_it_stands_still_for_who_wants_that(browser: Browser, site: Path, options: dict[str, Any]):
    page = open_page(browser, site, "index.html", **options)
    expect(page.get_by_role("img", name="What's the weather")).to_be_visible()
    assert page.locator(".wire").count() == 0
    page.get_by_text("In words").click()
    expect(page.get_by_text("18 chunks, 4,153 bytes, 29 events")).to_be_visible()
    page.context.close()


@pytest.mark.long
def test_a_notebook_is_read_without_javascript(browser: Browser, site: Path):
    page = open_page(browser, site, SHOWN[1], java_script_enabled=False)
    answer = page.get_by_text("[b'one\\xe2\\x80\\xa8two']")
    expect(answer).to_be_hidden()
    page.get_by_text("Predict first.").nth(1).click()
    expect(answer).to_be_visible()
    page.get_by_text("Hint 1").click()
    expect(page.get_by_text("Work in this order")).to_be_visible()
    contents = page.get_by_role("navigation", name="On this page")
    contents.get_by_role("link", name="Exercise sse").click()
    expect(page.locator("#exercise-sse")).to_be_in_viewport()
    launch = page.get_by_role("link", name="Run this notebook here")
    assert launch.get_attribute("href") == LAUNCH
    assert page.get_by_role("search").count() == 0
    page.get_by_role("link", name="Next 02 · Text, as it arrives").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("02 · Text, as it arrives")
    page.context.close()


@pytest.mark.long
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_fit_a_phone_and_axe_finds_nothing(browser: Browser, site: Path, scheme: Any):
    page = open_page(browser, site, SHOWN[0], color_scheme=scheme)
    for name in SHOWN:
        page.set_viewport_size({"width": 1366, "height": 768})
        page.goto((site / name).as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
        assert page.evaluate("[...document.images].every(one => one.naturalWidth > 0)"), name
        if name == "index.html":  # what moves is looked at when it stands
            expect(page.get_by_text("the stream ends here")).to_be_visible()
        found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found] == [], name
        for width in (360, 1366):
            page.set_viewport_size({"width": width, "height": 740})
            wait_until_narrow(page, width)
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == ("rgb(255, 255, 255)" if scheme == "light" else "rgb(20, 23, 26)")
    page.context.close()


@pytest.mark.long
def test_paper_shows_what_is_folded_and_no_navigation(browser: Browser, site: Path):
    page = open_page(browser, site, SHOWN[1], java_script_enabled=False)
    page.emulate_media(media="print", color_scheme="dark")
    for words in ("[b'one\\xe2\\x80\\xa8two']", "Work in this order", "9 chunks, 1,769 bytes"):
        expect(page.get_by_text(words).first).to_be_visible()
    expect(page.get_by_role("navigation")).to_have_count(0)
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(53, 58, 63)"
    page.context.close()
