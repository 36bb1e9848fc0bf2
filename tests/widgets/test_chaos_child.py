"""The chaos map's process: what can be sent there, that it makes the same map, and how it ends."""

import asyncio
import re
import threading
import time
from collections.abc import AsyncGenerator, Callable
from typing import Any

import pytest

from helpers import course
from helpers.client import open_stream
from helpers.parts.loop import run_agent
from helpers.simulation.chaos_runs import Worker
from helpers.tools import Tool, tool
from helpers.widgets.chaos import child
from helpers.widgets.chaos.child import ChildWorker, worker_of
from helpers.widgets.chaos.model import places
from helpers.widgets.chaos.portable import NotPortable, portable
from helpers.widgets.chaos.view import ChaosView

LAGOS = "What's the weather in Lagos?"
Events = AsyncGenerator[dict[str, Any]]


@tool(idempotent=False, timeout=9)
async def get_weather(city: str) -> str:
    """Tell the weather of a city."""
    await asyncio.sleep(1)
    return "31 degrees"


async def never_gives_the_lock_back(
    http: Any, messages: list[Any], tools: Any, *, model: str, **_: Any
) -> Events:
    """After a cut, read with a pattern that takes longer than anybody has."""
    try:
        body = {"model": model, "max_tokens": 99, "messages": messages}
        async with open_stream(http, body) as events:
            async for event in events:
                yield event
        messages.append({"role": "assistant", "content": "ok"})
    except Exception:
        re.match(r"(a+)+$", "a" * 64 + "b")


@pytest.fixture(scope="module")
def view() -> ChaosView:
    return course.chaos(LAGOS, tools=[get_weather], run=run_agent, every=64)


def test_the_process_makes_the_map_that_the_thread_makes(view: ChaosView) -> None:
    there, here = worker_of(view._runner, 64), Worker(view._runner, 64)
    assert isinstance(there, ChildWorker)
    there.wait()
    here.wait()
    assert (there.cuts, there.answers, there.problem) == (here.cuts, here.answers, "")
    assert len(there.cuts) == len(places(here.answers, 64))


def test_a_busy_kernel_holds_no_cut_up(view: ChaosView) -> None:
    worker = worker_of(view._runner, 8)
    while not worker.cuts:
        time.sleep(0.01)
    made = len(worker.cuts)
    # It holds the interpreter's lock all the while: nothing is read here, and cuts are made there.
    re.match(r"(a+)+$", "a" * 25 + "b")
    worker.stop()
    while not worker._process.stdout.closed:
        time.sleep(0.01)
    assert len(worker.cuts) > made + 5


@pytest.mark.long
def test_code_that_holds_the_lock_for_ever_is_a_hung_cut() -> None:
    view = course.chaos("Count to three.", run=never_gives_the_lock_back, every=100_000)
    assert [cut.outcome for cut in view.chaos.cuts] == ["hung"]
    assert "nothing could stop it" in view.chaos.cuts[0].words
    assert view.chaos.state == "done"


def test_stop_ends_the_process_at_once(view: ChaosView) -> None:
    worker = worker_of(view._runner, 1)
    assert isinstance(worker, ChildWorker)
    while not worker.cuts:
        time.sleep(0.01)
    worker.stop()
    assert worker.done and worker._process.poll() is not None
    assert worker.problem == ""


def test_no_thread_is_left(view: ChaosView) -> None:
    before = threading.active_count()
    worker = worker_of(view._runner, 4096)
    worker.wait()
    end = time.monotonic() + 60
    while threading.active_count() > before and time.monotonic() < end:
        time.sleep(0.01)
    assert threading.active_count() <= before


def test_a_tool_keeps_what_it_was_made_with() -> None:
    _, (made,) = portable(None, [get_weather]).load()
    assert isinstance(made, Tool)
    assert made.definition == get_weather.definition
    assert (made.idempotent, made.timeout, made.status) == (False, 9, get_weather.status)


def test_what_stands_in_a_module_is_imported_from_there() -> None:
    run, _ = portable(run_agent, []).load()
    assert run is run_agent


def cell(source: str) -> dict[str, Any]:
    """Run a cell of a notebook whose module is `__main__`, as a kernel does."""
    import linecache

    names: dict[str, Any] = {"__name__": "__main__"}
    file = f"<a cell {abs(hash(source))}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    exec(compile(source, file, "exec"), names)
    return names


OF_A_NOTEBOOK = """
from helpers import course
import asyncio

open_stream = course.part("text").open_stream
recovery = course.part("recovery")
LIMIT = {"tokens": 99}


def body(model, messages):
    return {"model": model, "max_tokens": LIMIT["tokens"], "messages": messages}


async def run(http, messages, tools, *, model):
    await asyncio.sleep(0)
    recovery.kept([], ())
    async with open_stream(http, body(model, messages)) as events:
        async for event in events:
            yield event
    messages.append({"role": "assistant", "content": "ok"})
"""


def test_cells_of_a_notebook_bring_what_they_use() -> None:
    made = portable(cell(OF_A_NOTEBOOK)["run"], [])
    run, _ = made.load()
    assert run is not None and run.__name__ == "run"
    for line in ("LIMIT = {'tokens': 99}", "def body(model, messages):"):
        assert line in made.source
    assert "helpers.client" in made.source and "helpers.parts.recovery" in made.source


def around() -> Callable[..., Any]:
    here = object()

    async def run(*_: Any) -> Events:
        yield {"here": here}

    return run


@pytest.mark.parametrize(
    ("run", "why"),
    [
        (around(), "variables of the function around it"),
        (cell("x = object()\ndef run():\n    return x\n")["run"], "x is no plain value: object"),
        (eval("lambda: 1"), "has no source"),
    ],
)
def test_what_cannot_leave_says_why_and_stays(run: Callable[..., Any], why: str) -> None:
    with pytest.raises(NotPortable, match=why):
        portable(run, [])
    runner = course.chaos("Count to three.", every=4096)._runner
    runner.run = run
    assert isinstance(worker_of(runner, 4096), Worker)


def test_a_browser_has_no_processes(view: ChaosView, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "IN_BROWSER", True)
    assert isinstance(worker_of(view._runner, 4096), Worker)
