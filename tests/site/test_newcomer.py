"""A newcomer opens the site, reads, runs two notebooks, goes away, comes back, takes all along."""

import io
import zipfile
from collections.abc import Iterator

import pytest

from helpers.lessons import find_exercise
from tests.site.newcomer import Newcomer, Page

pytestmark = pytest.mark.long

HEADING = "(words) => document.querySelector('h1')?.textContent.includes(words)"


@pytest.fixture(params=[pytest.param("chromium", marks=pytest.mark.tab), "firefox"])
def page(request: pytest.FixtureRequest) -> Iterator[Page]:
    yield request.getfixturevalue(request.param)


def test_a_newcomer_reads_runs_passes_comes_back_and_takes_all_along(page: Page, address: str):
    person, site = Newcomer(page), address.removesuffix("run/")
    hello, sse = (find_exercise(name).reference_source() for name in ("hello", "sse"))
    page.goto(site)
    person.click("a[href='read/01_sse_by_hand.html']")
    person.wait(HEADING, "Server-sent events")
    page.goto(site)
    person.click("a.button[href$='00_start_here.ipynb']")
    person.opens("00_start_here.ipynb")
    assert errors(person.runs_all()) == []
    person.passes("hello", hello)

    page.goto(f"{address}lab/index.html?path=00_start_here.ipynb")
    person.opens("00_start_here.ipynb")
    assert f"%%build hello\n{hello}" in person.sources()

    page.goto(f"{address}lab/index.html?path=01_sse_by_hand.ipynb")
    person.opens("01_sse_by_hand.ipynb")
    assert errors(person.runs_all()) == []
    person.passes("sse", sse)
    person.adds("course.download()")
    person.sees("course.download()", "lab --from work.zip")
    person.click("a[download='work.zip']")
    taken = zipfile.ZipFile(io.BytesIO(page.read_download("work.zip")))
    assert {"parts/hello.py", "parts/sse.py", "progress.json"} <= set(taken.namelist())
    assert [one for one in page.requests if not one.startswith((site, "data:", "blob:"))] == []


STREAM = 'view = course.transcript("Write a haiku.", pace={"first_token": 0.5})'
WAIT = """view.wait(60)
await asyncio.sleep(0)
print("ended:", view._running.done)"""


@pytest.mark.tab
@pytest.mark.parametrize(
    "firefox", [{"javascript.options.wasm_js_promise_integration": False}], indirect=True
)
def test_a_cell_waits_where_the_engine_cant_block(firefox: Page, address: str):
    person = Newcomer(firefox)
    firefox.goto(f"{address}lab/index.html?path=00_start_here.ipynb")
    person.opens("00_start_here.ipynb")
    assert firefox.evaluate("() => 'Suspending' in WebAssembly") is False
    person.adds("import asyncio; from helpers import course")
    person.adds(STREAM)
    person.adds(WAIT)
    person.sees("view.wait", "ended: True")


def errors(cells: list[dict]) -> list[dict]:
    return [one for cell in cells for one in cell["outputs"] if one["output_type"] == "error"]
