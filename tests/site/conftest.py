"""The site, built once for all tests of a run, and the browsers that open it.

COURSE_SITE names a folder that has it already: then nothing is built.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import browser
from tests.programs import find_firefox
from tests.sharing import make_once
from tests.site.firefox import running_firefox
from tests.site.newcomer import Chromium, Page
from tests.site.tab import serving_site

__all__ = ["browser"]

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def site_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the whole site."""
    if already := os.environ.get("COURSE_SITE"):
        return Path(already)
    return make_once(tmp_path_factory, "site", build)


def build(folder: Path) -> None:
    command = [sys.executable, "-P", "-m", "helpers.site", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="session")
def address(site_folder: Path) -> Iterator[str]:
    """The address of the running edition."""
    with serving_site(str(site_folder)) as url:
        yield url


@pytest.fixture
def chromium(browser: Browser) -> Iterator[Page]:
    """A page of Chromium."""
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    yield Chromium(context.new_page())
    context.close()


@pytest.fixture
def firefox(request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page of Firefox; a test may give settings for it."""
    program = find_firefox()
    if program is None:
        pytest.skip("no Firefox found (Debian: apt install firefox-esr)")
    with running_firefox(program, getattr(request, "param", None)) as page:
        yield page
