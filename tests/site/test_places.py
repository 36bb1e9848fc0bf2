"""The site on a phone, in a folder of another site, and while a quick stream runs in it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page

from tests.browser.lab import SHOTS, shot
from tests.site.newcomer import Chromium, Newcomer
from tests.site.tab import serving_site

pytestmark = [pytest.mark.long, pytest.mark.tab]

FIRST = "00_start_here.ipynb"
IMPORT = "from helpers import course"
FILLS = """() => document.querySelector(".jp-NotebookPanel").getBoundingClientRect().width
  > 0.9 * window.innerWidth"""
TOOLBAR, POPUP = ".jp-NotebookPanel-toolbar", ".jp-Toolbar-responsive-popup"
WIDTH = "() => [document.documentElement.scrollWidth, window.innerWidth]"
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
}
GAPS = """(milliseconds) => new Promise((resolve) => {
  const gaps = [];
  const begin = performance.now();
  const frame = (before) => requestAnimationFrame((now) => {
    gaps.push(now - before);
    if (now - begin < milliseconds) frame(now);
    else resolve(gaps.sort((one, other) => one - other));
  });
  requestAnimationFrame(frame);
})"""
# How long after a click on Stop the view changes for the last time, in milliseconds.
STOP = """() => new Promise((resolve) => {
  const view = [...document.querySelectorAll(".jp-CodeCell")].at(-1).querySelector(".sa");
  const stop = [...view.querySelectorAll("button")].find((one) => one.textContent.includes("Stop"));
  if (!stop?.offsetParent) throw new Error("It has ended by itself.");
  const clicked = performance.now();
  let last = 0;
  new MutationObserver(() => { last = performance.now() - clicked; })
    .observe(view, { subtree: true, childList: true, characterData: true, attributes: true });
  stop.click();
  setTimeout(() => resolve(last), 5000);
})"""
QUICK = """course.transcript(
    "Write a long essay, of 3000 words, on how TCP recovers.",
    pace={"first_token": 0, "tokens_per_second": 500},
)"""
GROWS = """() => {
  const view = [...document.querySelectorAll(".jp-CodeCell")].at(-1).querySelector(".sa");
  return view !== null && view.textContent.length > 200;
}"""
ENDED = """() => [...[...document.querySelectorAll(".jp-CodeCell")].at(-1)
  .querySelectorAll(".sa button")].every(
    (one) => !one.textContent.includes("Stop") || !one.offsetParent || one.disabled)"""
SHOW = """() => [...document.querySelectorAll(".jp-CodeCell")].at(-1).querySelector(".sa")
  .scrollIntoView({ block: "end" })"""


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(**PHONE)  # type: ignore[arg-type]
    yield opened
    opened.close()


def test_a_phone_reads_the_site_and_runs_a_first_cell(phone: BrowserContext, address: str):
    page, site = phone.new_page(), address.removesuffix("run/")
    for name in ("", "read/01_sse_by_hand.html", "run/"):
        page.goto(site + name)
        wide, seen = page.evaluate(WIDTH)
        assert wide <= seen, name
        shot(page, f"phone-{name.strip('/').replace('/', '-') or 'first'}")
    person = open_first_notebook(page, address)
    person.wait(FILLS)
    page.locator(".jp-CodeCell .cm-content").first.tap()
    run = page.locator(f":is({TOOLBAR}, {POPUP}) [data-jp-item-name='run']")
    if not run.is_visible():  # the toolbar has no place for it
        page.locator(f"{TOOLBAR} [data-jp-item-name='toolbar-popup-opener']").tap()
    run.tap()
    person.sees(IMPORT, "mock mode")
    shot(page, "phone-run")


def test_the_running_edition_stands_in_a_folder_of_another_site(
    browser: Browser, site_folder: Path, tmp_path: Path
):
    (tmp_path / "some").mkdir()
    os.symlink(site_folder, tmp_path / "some" / "folder", target_is_directory=True)
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    page, missing = context.new_page(), []
    page.on("response", lambda one: missing.append(one.url) if one.status >= 400 else None)
    with serving_site(str(tmp_path)) as url:
        address = url.replace("/run/", "/some/folder/run/")
        page.goto(address.removesuffix("run/"))
        page.goto(address)
        person = open_first_notebook(page, address)
        person.adds(IMPORT)
        person.sees(IMPORT, "mock mode")
    context.close()
    assert missing == []


def test_the_page_stays_smooth_while_a_quick_stream_runs_and_stop_ends_it(
    browser: Browser, address: str
):
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    page = context.new_page()
    person = open_first_notebook(page, address)
    person.adds(IMPORT)
    person.sees(IMPORT, "mock mode")
    session = context.new_cdp_session(page)
    # Not of the wall: on that one, what others compute meanwhile would count as well.
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    person.adds(QUICK)
    person.wait(GROWS)
    page.evaluate(SHOW)
    before = spent(session)
    gaps = page.evaluate(GAPS, 1000)
    work = (spent(session) - before) * 1000
    stopped = page.evaluate(STOP)
    person.wait(ENDED)
    shot(page, "tab-quick-stream")
    context.close()
    said = f"frames: p95 {share(gaps, 0.95):.0f} ms, worst {gaps[-1]:.0f} ms; the page's own work: "
    said += f"{work:.0f} of {sum(gaps):.0f} ms; Stop after {stopped:.0f} ms"
    (SHOTS / "tab-pace.txt").write_text(said, encoding="utf-8")
    # A busy machine draws frames late without any stream, too: the page's own work counts.
    assert work <= sum(gaps) / 2, said


def spent(session: CDPSession) -> float:
    """Return the seconds that the page has worked for what it shows."""
    found = session.send("Performance.getMetrics")["metrics"]
    names = ("ScriptDuration", "LayoutDuration", "RecalcStyleDuration")
    return float(sum(one["value"] for one in found if one["name"] in names))


def share(gaps: list[float], part: float) -> float:
    return gaps[int(part * (len(gaps) - 1))]


def open_first_notebook(page: Page, address: str) -> Newcomer:
    person = Newcomer(Chromium(page))
    page.goto(f"{address}lab/index.html?path={FIRST}")
    person.opens(FIRST)
    return person
