"""The real JupyterLab, started as `course.py lab` starts it, and a person at its keyboard."""

import json
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.listening import wait_until_it_listens

START_SECONDS = 60
PROMPTS = ".jp-NotebookPanel:visible .jp-CodeCell .jp-InputPrompt"

ROOT = Path(__file__).resolve().parents[2]
FITS = 650  # pixels of height that are seen at once in a window of 1366 × 768

# Kept after the run, to be looked at; never committed.
SHOTS = ROOT / "screenshots"


class Lab:
    """A running JupyterLab.

    url: its address, with the token that lets a browser in.
    home: the learner's folder.
    """

    def __init__(self, url: str, home: Path) -> None:
        self.url = url
        self.home = home

    def open(self, page: Page, name: str) -> None:
        """Open a notebook in the browser and wait until its kernel is idle."""
        address, _, token = self.url.partition("?")
        base, _, _ = address.partition("/lab/")
        page.goto(f"{base}/lab/tree/notebooks/{name}.ipynb?reset&{token}")
        expect(page.locator(".jp-NotebookPanel:visible .jp-Cell").first).to_be_visible(
            timeout=60_000
        )
        self.wait_until_idle(page)

    def set_theme(self, page: Page, theme: str) -> None:
        """Choose a theme, by its name, for the pages that are opened next."""
        address, _, token = self.url.partition("?")
        base, _, _ = address.partition("/lab/")
        setting = "@jupyterlab/apputils-extension:themes"
        answer = page.request.put(
            f"{base}/lab/api/settings/{setting}",
            data={"raw": json.dumps({"theme": theme})},
            headers={"Authorization": f"token {token.removeprefix('token=')}"},
        )
        assert answer.ok, answer.text()

    def wait_until_idle(self, page: Page) -> None:
        """Wait until the kernel of the notebook has nothing left to do."""
        # Before a kernel is there, the notebook's own indicator says "idle" as well.
        status = page.locator("#jp-main-statusbar").get_by_text("Python 3 (ipykernel) | Idle")
        expect(status).to_be_visible(timeout=90_000)
        waiting = page.locator(PROMPTS).get_by_text("[*]:", exact=True)
        expect(waiting).to_have_count(0, timeout=90_000)
        expect(status).to_be_visible(timeout=90_000)

    def run_all(self, page: Page) -> None:
        """Choose "Run All Cells" from the menu, as a person does; every cell is then under way."""
        last = page.locator(PROMPTS).last
        # A quick notebook is idle again before anybody could have seen it busy. But a cell
        # that is asked to run writes its prompt anew, at once.
        last.evaluate("prompt => { prompt.textContent = 'not asked yet'; }")
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        expect(last).not_to_have_text("not asked yet", timeout=60_000)


def cell(page: Page, source: str) -> Locator:
    """Return the code cell that holds this piece of source now, whatever is typed into it."""
    cells = page.locator(".jp-NotebookPanel:visible .jp-CodeCell")
    expect(cells.filter(has_text=source).first).to_be_attached(timeout=60_000)
    number = cells.evaluate_all(
        "(cells, source) => cells.findIndex((cell) =>"
        " cell.querySelector('.jp-InputArea-editor').textContent.includes(source))",
        source,
    )
    return cells.nth(number)


def run_again(page: Page, *sources: str) -> Locator:
    """Run cells again, each found by its source; return the last."""
    for source in sources:
        again = cell(page, source)
        click_into(again.locator(".cm-content"))
        page.keyboard.press("Shift+Enter")
    return again


def output(code_cell: Locator) -> Locator:
    """Return the last output of a code cell."""
    return code_cell.locator(".jp-OutputArea-output").last


@contextmanager
def running_lab(home: Path) -> Iterator[Lab]:
    """Start JupyterLab on a free port with a folder of its own; stop it in the end."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = os.environ | {
        "COURSE_HOME": str(home),
        **{
            f"JUPYTER_{kind}_DIR": str(home / ".test" / kind.lower())
            for kind in ("CONFIG", "DATA", "RUNTIME")
        },
        "JUPYTERLAB_SETTINGS_DIR": str(home / ".test" / "settings"),
        "IPYTHONDIR": str(home / ".test" / "ipython"),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "helpers.lessons.lab", "--no-browser", "--port", str(port)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    said: list[str] = []
    address: list[str] = []
    told = threading.Event()

    def listen() -> None:
        for line in process.stdout or ():
            said.append(line)
            if found := re.search(r"http://127\.0\.0\.1:\d+/\S*token=\w+", line):
                address.append(found.group())
                told.set()
        told.set()

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    try:
        assert told.wait(START_SECONDS) and address, "".join(said)
        wait_until_it_listens(port)
        yield Lab(address[0], home)
    finally:
        process.terminate()
        try:
            process.wait(60)
        finally:  # who ran it must not have to kill it: an error says so
            process.kill()
            process.wait()
            listener.join(60)
            if process.stdout:
                process.stdout.close()


def shot(page: Page, name: str) -> None:
    """Keep a picture of the page as it is now."""
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png")


def check_access(page: Page, within: str = ".sa") -> None:
    """Look at every view on the page as axe-core does; nothing serious may be found."""
    found = Axe().run(page, context=within, options={"resultTypes": ["violations"]})
    grave = [
        (violation["id"], [node["target"] for node in violation["nodes"]])
        for violation in found.response["violations"]
        if violation["impact"] in ("serious", "critical")
    ]
    assert grave == []


def wait_until_narrow(page: Page, width: int) -> None:
    """Wait until a page is no wider; its views follow a new size a frame later."""
    page.wait_for_function(
        "width => document.documentElement.scrollWidth <= width", arg=width, timeout=60_000
    )


def click_into(editor: Locator) -> None:
    """Click into an editor; again if an output has moved it away, as a person does."""
    for _ in range(12):
        editor.click()
        with suppress(AssertionError):
            expect(editor).to_be_focused(timeout=5_000)
            return
    expect(editor).to_be_focused()


def write(code_cell: Locator, text: str) -> None:
    """Replace a cell's source by typing, and run it with the keyboard."""
    editor = code_cell.locator(".cm-content")
    click_into(editor)
    keyboard = code_cell.page.keyboard
    keyboard.press("ControlOrMeta+a")
    keyboard.insert_text(text)
    expect(editor).to_contain_text(text.rstrip().splitlines()[-1])
    keyboard.press("Shift+Enter")


def choose_theme(page: Page, theme: str) -> None:
    """Choose a theme from the menu, as a person does; the page that is open changes."""
    page.get_by_role("menuitem", name="Settings", exact=True).click()
    labels = page.locator(".lm-Menu-itemLabel")  # JupyterLab gives submenus no role
    labels.get_by_text("Theme", exact=True).hover()
    labels.get_by_text(theme, exact=True).click()
    light = str(theme == "JupyterLab Light").lower()
    expect(page.locator("body")).to_have_attribute("data-jp-theme-light", light)


def look_in_the_dark(page: Page, name: str, count: int) -> None:
    """Make a notebook that has run dark, look at its views, and make it light again."""
    choose_theme(page, "JupyterLab Dark")
    check_dark_views(page, name, count)
    choose_theme(page, "JupyterLab Light")


def check_dark_views(page: Page, name: str, count: int) -> None:
    """Look at the views of a notebook that has run in the dark.

    Args:
        page: shows the notebook.
        name: of the notebook.
        count: how many views it has: widgets, and one under each build cell.
    """
    seen = page.locator(".jp-NotebookPanel:visible .sa")
    expect(seen).to_have_count(count, timeout=60_000)
    high = seen.evaluate_all(
        "(seen, fits) => seen.filter((one) => one.offsetHeight > fits"
        " && one.querySelector('button:not(.sa-full)'))"
        ".map((one) => [one.className, one.offsetHeight])",
        FITS,
    )
    assert high == [], high  # a view's start and what comes of it are seen together
    pictures = page.locator(".jp-NotebookPanel:visible .jp-RenderedSVG img")
    schemes = pictures.evaluate_all(
        "pictures => pictures.map((one) => getComputedStyle(one).colorScheme)"
    )
    assert set(schemes) <= {"dark"}
    shot(page, f"{name[:2]}-dark")
    check_access(page)
