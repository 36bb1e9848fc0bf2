"""A newcomer opens the site, reads, runs two notebooks, goes away, comes back, takes all along."""

import io
import zipfile
from collections.abc import Iterator

import pytest

from helpers.lessons import find_exercise
from tests.site.newcomer import Newcomer, Page

pytestmark = pytest.mark.long

HEADING = "() => document.querySelector('h1')?.textContent"


@pytest.fixture(params=["chromium", "firefox"])
def page(request: pytest.FixtureRequest) -> Iterator[Page]:
    yield request.getfixturevalue(request.param)


def test_a_newcomer_reads_runs_passes_comes_back_and_takes_all_along(page: Page, address: str):
    person, site = Newcomer(page), address.removesuffix("run/")
    hello, sse = (find_exercise(name).reference_source() for name in ("hello", "sse"))
    page.goto(site)
    person.click("a[href='read/01_sse_by_hand.html']")
    assert "Server-sent events" in person.wait(HEADING)
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
    taken = zipfile.ZipFile(io.BytesIO(page.downloaded("work.zip")))
    assert {"parts/hello.py", "parts/sse.py", "progress.json"} <= set(taken.namelist())
    assert [one for one in page.requests if not one.startswith((site, "data:", "blob:"))] == []


def errors(cells: list[dict]) -> list[dict]:
    return [one for cell in cells for one in cell["outputs"] if one["output_type"] == "error"]
