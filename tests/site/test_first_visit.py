"""What a first visit costs: how much is loaded, and how often a kernel starts."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.site.newcomer import Newcomer, Page

pytestmark = [pytest.mark.long, pytest.mark.tab]

MOST = 30e6  # bytes, until the first cell has run, from a server that compresses nothing
KERNELS = "() => [...window.jupyterapp.serviceManager.kernels.running()].length"
# What is compiled at the build is not compiled in the tab, in Python's own library neither.
COMPILED = """
import sys, os, asyncio, httpx, IPython
from importlib.util import MAGIC_NUMBER
from helpers import course
for module in (asyncio, httpx, IPython, course):
    file = module.__spec__.cached if module is not asyncio else module.__file__
    if file.startswith("/lib/python314.zip/"):
        head = module.__loader__.get_data(file)[:4]
    else:
        head = open(file, "rb").read(4)
    print(module.__name__, head == MAGIC_NUMBER)
print("that is all")
"""


def test_a_first_visit_is_light_and_starts_one_kernel(
    chromium: Page, address: str, site_folder: Path
):
    person = Newcomer(chromium)
    chromium.goto(f"{address}lab/index.html?path=00_start_here.ipynb")
    person.opens("00_start_here.ipynb")
    person.adds(COMPILED)
    shown = person.sees(COMPILED, "that is all")
    for name in ("asyncio", "httpx", "IPython", "helpers.course"):
        assert f"{name} True" in shown.replace('", "', " "), shown
    assert chromium.evaluate(KERNELS) == 1
    paths = {urlsplit(url).path.lstrip("/") for url in chromium.requests if url.startswith("http")}
    files = [file for file in (site_folder / path for path in paths) if file.is_file()]
    assert len(files) > 50
    assert sum(file.stat().st_size for file in files) <= MOST
