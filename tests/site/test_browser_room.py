"""What the kernel in a tab does otherwise, tried where it can be: on a machine."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.browser import IN_BROWSER, loops, packages, waiting
from helpers.browser.machine_only import sentence_for
from helpers.render.html import _clean, _write_list, html_of
from helpers.render.markdown import MarkdownLines
from helpers.session.serving_inside import serve


def test_a_machine_is_no_browser():
    assert not IN_BROWSER


def test_another_loop_runs_to_the_end_of_its_work():
    async def work() -> str:
        async with asyncio.timeout(60):
            await asyncio.sleep(0.001)
            return await asyncio.to_thread(str, 7)

    assert loops.run(work()) == "7"


def test_a_loop_says_that_it_waits_for_nothing():
    async def work() -> None:
        await asyncio.get_running_loop().create_future()

    with pytest.raises(RuntimeError, match="doesn't come"):
        loops.run(work())


def test_a_cell_gets_the_packages_that_the_course_imports_for_it():
    assert packages.find_packages("client = course.sdk()") == ["anthropic"]
    assert packages.find_packages("print('course')") == []


ROOT = Path(__file__).resolve().parents[2]
LOADED = """
import json, sys
from importlib.metadata import packages_distributions
found = packages_distributions()
modules = {name.partition(".")[0] for name in sys.modules}
names = {one for name in modules for one in found.get(name, ())}
print(json.dumps(sorted(one.lower().replace("_", "-") for one in names)))
"""


def list_packages(cell: str) -> set[str]:
    """Return the packages that are there after a cell has run."""
    done = subprocess.run(
        [sys.executable, "-c", cell + LOADED], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout))


def test_the_first_cell_needs_nothing_that_a_tab_lacks():
    lock = json.loads((ROOT / "helpers" / "site" / "running" / "lock.json").read_text("utf-8"))
    there = {one["name"] for one in lock["wheels"]}
    theirs = list_packages("import IPython, ipywidgets, anywidget")
    ours = list_packages("from helpers import course\ncourse.map()")
    assert ours - theirs - there == set()


def test_a_cell_that_needs_a_machine_says_so():
    assert "another process" in sentence_for("import subprocess\nsubprocess.run(['x'])")
    assert sentence_for("import subprocess\nimport sys") == ""


async def test_a_cell_awaits_what_it_waits_for():
    began = ["one = 1\n", "view.wait(2)  # the end\n", "async with x:\n", "    view.wait(2)\n"]
    found = waiting.add_awaits(began)
    assert found[1] == f"await {waiting.FUNCTION}(view, 2)  # the end\n"
    assert [found[0], *found[2:]] == [began[0], *began[2:]]

    class View:
        looks = 0

        def wait(self, timeout: float) -> bool:
            self.looks += 1
            return self.looks == 2

    assert await waiting.wait(View(), 60)
    assert not await waiting.wait(View(), 0)


@pytest.mark.parametrize(
    "source",
    [
        "def record(word):\n    return word\n\nrecord('x')",
        "attempt(1)",
        "socket = connect('here')",
        "stopped()",
        "tried('x')",
        "measured = 3",
    ],
)
def test_a_learners_own_names_need_no_machine(source: str):
    assert sentence_for(source) == ""


TEXT = """# A *title* & "more"

- [link](https://a.example/?q=1&b='2') and `code <b>`
> <script>alert(1)</script> ![p](javascript:x)
"""


def test_both_third_walls_write_the_same():
    lines = MarkdownLines()
    for text in TEXT.splitlines():
        html = html_of(lines.line(text))
        assert _write_list(html) == _clean(html)


def test_the_other_third_wall_takes_out_what_is_not_on_the_list():
    hostile = '<p onclick="x()">a<script>b</script><img src=x><a href="u" style="s">c</a></p>'
    assert _write_list(hostile) == '<p>ab<a href="u">c</a></p>'


async def test_an_application_streams_and_notices_who_leaves():
    left = asyncio.Event()

    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            raise NotImplementedError
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"one", "more_body": True})
        assert (await receive())["type"] == "http.disconnect"
        left.set()

    async with serve(app) as http:
        async with http.stream("GET", "/") as response:
            async for chunk in response.aiter_raw():
                assert chunk == b"one"
                break
        async with asyncio.timeout(60):
            await left.wait()
