"""The running edition in Chromium: every cell's output, every check, and nothing sent elsewhere."""

import ast
import io
import json
import time
import zipfile
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import nbformat
import pytest
from nbval.plugin import coalesce_streams
from playwright.sync_api import Browser

from helpers.browser.machine_only import sentence_for
from helpers.lessons import exercise_ids, find_exercise
from helpers.mock.server import start_server
from helpers.mock.settings import Settings
from tests.classroom.serving import serving
from tests.site.tab import Tab

pytestmark = pytest.mark.long

ROOT = Path(__file__).resolve().parents[2]
# A tab needs minutes for all notebooks and exercises: the second layer tries two notebooks.
tab_alone = pytest.mark.tab
NOTEBOOKS = [
    pytest.param(path, marks=[tab_alone] if number > 1 else [], id=path.stem)
    for number, path in enumerate(sorted((ROOT / "notebooks").glob("*.ipynb")))
]
FIRST_CELL = "from helpers import course"
# A notebook tells what a program hears where nobody listens.
NOBODY = "http://127.0.0.1:9/"

# The cells whose output is another in a tab, each with its reason. Those that
# helpers/browser/machine_only.py names say a sentence in place of running.
OTHERWISE = {
    ("03_tool_json", "def growth(parse, small, large):"): "a tab's clock ticks in 0.1 ms",
}
FORGET = """
import sys
for name in [name for name in sys.modules if name.split(".")[0] == "helpers"]:
    del sys.modules[name]
"""


@pytest.fixture(scope="module")
def tab(address: str, browser: Browser) -> Iterator[Tab]:
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    opened = Tab(context.new_page(), address)
    yield opened
    assert {one for one in opened.outside() if one != NOBODY} == set()
    context.close()


def texts(outputs: list[dict[str, Any]]) -> dict[str, str]:
    """Return what nbval compares of a cell's outputs: each kind of text, streams in one piece."""
    found: dict[str, str] = {}
    for one in coalesce_streams([nbformat.from_dict(output) for output in outputs]):
        if one["output_type"] == "stream":
            found[one["name"]] = found.get(one["name"], "") + one["text"]
        elif one["output_type"] == "error":
            found["error"] = f"{one['ename']}: {one['evalue']}"
        else:
            for kind, data in one["data"].items():
                if kind != "application/vnd.jupyter.widget-view+json":
                    found[kind] = found.get(kind, "") + str(data)
    return found


def is_otherwise(name: str, source: str) -> bool:
    return any(name == other and sign in source for other, sign in OTHERWISE)


def test_the_first_notebook_opens_and_a_right_answer_passes(tab: Tab):
    assert "mock mode" in tab.run_and_read(FIRST_CELL)
    outputs = tab.execute(f"%%build hello\n{find_exercise('hello').reference_source()}")
    assert "passed" in texts(outputs)["text/plain"]


@pytest.mark.parametrize("path", NOTEBOOKS)
def test_a_notebook_gives_its_stored_outputs(path: Path, tab: Tab):
    tab.execute("%reset -f")
    tab.execute(FORGET + "import shutil; shutil.rmtree('/drive/my', ignore_errors=True)")
    differing = []
    for number, cell in enumerate(nbformat.read(path, as_version=4).cells):
        if cell["cell_type"] != "code":
            continue
        source = cell["source"]
        found, stored = texts(tab.execute(source)), texts(cell["outputs"])
        if not source.startswith("%%") and (sentence := sentence_for(source)):
            stored = {"stdout": sentence + "\n"}
        if found != stored and not (is_otherwise(path.stem, source) and "error" not in found):
            differing.append((number, found, stored))
    assert differing == []


CHECK = """
import json
from helpers.lessons import find_exercise
from helpers.lessons.checking.runner import check
found = {}
for name, source in json.loads(%r).items():
    report = check(find_exercise(name), source)
    first = report.diagnosis
    found[name] = [report.status, first and f"{first.misconception} {first.where}"]
print(json.dumps(found))
"""


def check_sources(tab: Tab, sources: dict[str, str]) -> dict[str, list[str]]:
    return dict(json.loads(tab.run_and_read(CHECK % json.dumps(sources))))


@tab_alone
@pytest.mark.parametrize("name", exercise_ids())
def test_a_right_answer_passes(name: str, tab: Tab):
    tab.run_and_read(FIRST_CELL)
    found = check_sources(tab, {name: find_exercise(name).reference_source()})
    assert found == {name: ["passed", None]}


def test_a_mistake_is_named(tab: Tab):
    answers = ROOT / "helpers/lessons/nb01_sse_by_hand/sse/answers"
    source = (answers / "wrong_strips_spaces.py").read_text("utf-8")
    status, words = check_sources(tab, {"sse": source})["sse"]
    assert (status, words.split()[0]) == ("failed", "strips-spaces")


def test_a_loop_that_never_ends_is_ended_with_its_line(tab: Tab):
    source = "def hello_event(name):\n    while True:\n        name += '!'\n"
    assert ast.parse(source)
    status, words = check_sources(tab, {"hello": source})["hello"]
    assert status == "failed" and "line" in words
    assert tab.run_and_read("print(6 * 7)") == "42\n"


def test_a_part_is_there_after_a_reload_and_all_work_can_be_taken_away(tab: Tab):
    tab.execute("import shutil; shutil.rmtree('/drive/my', ignore_errors=True)")
    tab.run_and_read(FIRST_CELL)
    source = find_exercise("hello").reference_source()
    tab.execute(f"%%build hello\n{source}")
    again = Tab(tab.page, tab.url)  # the page is loaded anew, and a new kernel starts
    again.run_and_read(FIRST_CELL)
    passed = "from helpers.lessons.learner import progress; print(progress.find_passed())"
    assert again.run_and_read(passed) == "['hello']\n"
    (shown,) = again.execute("course.download()")
    assert "lab --from work.zip" in shown["data"]["text/html"]
    data = shown["data"]["text/html"].partition("base64,")[2].partition('"')[0]
    names = zipfile.ZipFile(io.BytesIO(b64decode(data))).namelist()
    assert {"parts/hello.py", "progress.json", "notebooks/00_start_here.ipynb"} <= set(names)


LIVE = """
from helpers import course
from helpers.client import open_stream
course.session.use("custom", base_url=%r, key="a-key")
async with (
    course.http() as http,
    open_stream(http, course.request("Explain in detail how TCP recovers.")) as events,
):
    async for event in events:
        print(event["type"])
        break
course.session.use("mock")
"""


def under_way(url: str) -> int:
    return int(httpx.get(f"{url}/mock/status", trust_env=False).json()["under_way"])


def test_a_live_request_leaves_through_the_page_and_ends_at_the_server(tab: Tab):
    tab.run_and_read(FIRST_CELL)
    with start_server(Settings.from_json({"pace": {"tokens_per_second": 0.5}})) as server:
        assert tab.run_and_read(LIVE % server.base_url) == "message_start\n"
        until = time.monotonic() + 60
        while under_way(server.base_url) and time.monotonic() < until:
            time.sleep(0.1)
        assert under_way(server.base_url) == 0
        sent = [one for one in tab.outside() if one.startswith(server.base_url)]
        assert {one.removeprefix(server.base_url) for one in sent} == {"/v1/messages"}
        tab.requests[:] = [one for one in tab.requests if one not in sent]


JOIN = """
import asyncio
from helpers import course

view = course.join(%r, "Ada")
view._receive(view, {"op": "join", "link": view.state["link"], "name": "Ada"}, None)
joined = course._join_class()
async with asyncio.timeout(60):
    while not (joined.seat and joined.seat.connected) and not joined.problem:
        await asyncio.sleep(0.05)
print(joined.problem or "joined")
"""
TOLD = """
async with asyncio.timeout(60):
    while joined.seat._waiting or joined.seat.said != "Five minutes.":
        await asyncio.sleep(0.05)
print(joined.seat.said)
"""


def test_a_tab_takes_a_seat_in_a_class_and_the_board_sees_what_passes(tab: Tab, tmp_path: Path):
    cells = nbformat.read(ROOT / "notebooks" / "02_text_streaming.ipynb", 4).cells
    section = sum(one.source.startswith("## ") for one in cells[:6])
    with serving(tmp_path) as start:
        served = start()
        assert tab.run_and_read(JOIN % served.link).endswith("joined\n")
        tab.execute(cells[5].source, cells[5].id)
        tab.execute(f"%%build hello\n{find_exercise('hello').reference_source()}")
        served.order(kind="say", words="Five minutes.")
        assert tab.run_and_read(TOLD) == "Five minutes.\n"
        [seat] = served.board()["seats"]
        assert (seat["name"], seat["passed"]) == ("Ada", 1)
        assert seat["at"] == ["02_text_streaming", section]
        tab.run_and_read("_ = joined.leave()")
        until = time.monotonic() + 60
        while served.board()["seats"] and time.monotonic() < until:
            time.sleep(0.1)
        assert served.board()["seats"] == []
        sent = [one for one in tab.outside() if one.startswith(served.address)]
        tab.requests[:] = [one for one in tab.requests if one not in sent]
