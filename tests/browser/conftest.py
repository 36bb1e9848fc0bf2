"""A real browser for the tests: the one that is on the machine, none is downloaded."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.lab import Lab, running_lab
from tests.programs import find_browser

ARGUMENTS = (
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # Chromium's sandbox does not start for root, nor in most containers.
    *(["--no-sandbox"] if sys.platform == "linux" else []),
)


PATIENCE = 60_000  # milliseconds; a busy machine takes its time, and what comes ends the wait


# On a busy machine anywidget gives views up that load slowly. They work all the same:
# test_slow_browser.py holds them to it.
GIVEN_UP = "[anywidget] Failed to initialize model."


# Not for the whole session: while it is open, playwright's loop runs on this thread, and
# no test of another file could await anything.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = find_browser()
    if path is None:
        pytest.skip("no browser found: install Chromium or Chrome (Debian: apt install chromium)")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=Path(path), args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of its own; a script's error on it fails the test."""
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    context.set_default_timeout(PATIENCE)
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    context.close()
    assert [error for error in errors if error != GIVEN_UP] == []


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with running_lab(tmp_path_factory.mktemp("learner")) as running:
        yield running


@pytest.fixture
def learner(lab: Lab, page: Page) -> Iterator[Page]:
    """A page that may reach this machine and nothing else."""
    left: list[str] = []

    def watch(url: str) -> None:
        if not re.match(r"(http|ws)://127\.0\.0\.1:|data:|blob:", url):
            left.append(url)

    page.on("request", lambda request: watch(request.url))
    page.on("websocket", lambda socket: watch(socket.url))
    yield page
    assert left == []
