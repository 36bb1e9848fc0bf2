"""Notebook 13 and its view: a newcomer errs, is diagnosed, passes, and submits."""

import asyncio
import re
import threading
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from bridge import Bridge
from playwright.sync_api import Locator, Page, expect

from helpers import course
from helpers.lessons import find_exercise
from helpers.lessons.learner import progress
from helpers.submission import steps
from helpers.submission.conformance.suite import Result
from helpers.submission.recording import Cast
from helpers.submission.steps import Ready
from helpers.submission.ttft import Measured
from helpers.widgets.submit import view as submit
from helpers.widgets.submit.view import SubmitView
from tests.browser.lab import Lab, cell, check_access, click_into, output, shot, write

ANSWERS = find_exercise("main").answers
NOTE = (
    "A character of three bytes came in two chunks. My decoder showed a replacement sign for it. "
    "Now it keeps the bytes until the character is whole."
)
HOSTILE = "<img src=x onerror=window.harmed=1><script>window.harmed=1</script>"


def run(learner: Page, source: str) -> Locator:
    """Run a cell; return it."""
    found = cell(learner, source)
    click_into(found.locator(".cm-content"))
    learner.keyboard.press("Shift+Enter")
    return found


@pytest.mark.long
def test_a_newcomer_errs_passes_and_submits(lab: Lab, learner: Page):
    lab.open(learner, "13_submit_your_build")
    run(learner, "from helpers import course")
    film = output(run(learner, "animated_svg(cast)")).locator("img")
    expect(film).to_be_visible(timeout=60_000)
    shot(learner, "13-finished")

    build = cell(learner, "async def answer(")
    wrong = (ANSWERS / "wrong_shows_text_twice.py").read_text("utf-8")
    write(build, f"%%build main\n{wrong}")
    expect(output(build)).to_contain_text("begins again after the half", timeout=60_000)
    output(build).scroll_into_view_if_needed()
    shot(learner, "13-diagnosis")
    check_access(learner)
    write(build, f"%%build main\n{(ANSWERS / 'right_class.py').read_text('utf-8')}")
    expect(output(build)).to_contain_text(re.compile("passed", re.I), timeout=60_000)
    assert "class Patience" in (lab.home / "parts" / "main.py").read_text("utf-8")

    view = run(learner, "course.submit()").locator(".sa-submit").first
    expect(view.get_by_role("status")).to_have_text("0 of 6 steps done.", timeout=60_000)
    view.get_by_label("Your note").fill(NOTE)
    view.get_by_role("button", name="Save and check").click()
    expect(view).to_contain_text("3 sentences, and an edge case by name.", timeout=60_000)
    view.get_by_role("button", name="Do all").click()
    expect(view.get_by_role("status")).to_have_text("✓ All 6 steps done.", timeout=120_000)
    expect(view).to_contain_text("yours are main; the course's own are sse")
    expect(view.locator("img:visible")).to_have_count(2)
    view.scroll_into_view_if_needed()
    shot(learner, "13-submitted")
    check_access(learner)
    assert "class Patience" in (lab.home / "submission" / "agent.py").read_text("utf-8")


# The view on a bare page, where its slow steps take as long as the test wants


class Slow:
    """Stands in for the slow steps; the check goes on when it is let go."""

    def __init__(self) -> None:
        self.go = threading.Event()

    def write_agent(self) -> Ready:
        file = progress.home() / "build" / "agent.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("print('Hello.')\n", encoding="utf-8")
        return Ready(file, {"main": "yours"})

    async def try_agent(self, file: Path, seeds: list[int]) -> AsyncGenerator[Result]:
        yield Result("loops", "loops", "", 7, True, "a word")
        await asyncio.to_thread(self.go.wait)
        yield Result("key", "keeps the key", "", 7, False, "a call", HOSTILE, "the key, for one")

    def record(self, *_: object) -> Cast:
        return Cast(80, 24, "python agent.py", ((0.1, f"{HOSTILE}\r\n"),))

    def measure(self, *_: object) -> Measured:
        return Measured("mock", "offline-mock", (0.3, 0.31), (0.32, 0.33), "a machine", "3.11")


@pytest.fixture
def slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "my"))
    slow = Slow()
    monkeypatch.setattr(steps, "build_agent", slow.write_agent)
    monkeypatch.setattr(submit, "tried", slow.try_agent)
    monkeypatch.setattr(submit, "record", slow.record)
    monkeypatch.setattr(submit, "measured", slow.measure)
    yield slow
    slow.go.set()


def is_settled(view: SubmitView) -> bool:
    return view._running is not None and view._running.done and not view.state["running"]


def grave(page: Page) -> list[Any]:
    """Return what axe-core finds serious."""
    seen = Axe().run(page, context=".sa", options={"resultTypes": ["violations"]})
    return [
        (violation["id"], [node["target"] for node in violation["nodes"]])
        for violation in seen.response["violations"]
        if violation["impact"] in ("serious", "critical")
    ]


def test_progress_is_seen_and_the_keyboard_keeps_its_place(page: Page, slow: Slow) -> None:
    view = course.submit()
    bridge = Bridge(page, view)
    focused = "document.activeElement.textContent"
    page.keyboard.press("Tab")
    assert page.evaluate(focused) == "Do all"
    page.keyboard.press("Enter")
    bridge.until(lambda: view._steps["check"].done == 1, seconds=60)
    bridge.run(0.3)
    assert page.get_by_role("status").inner_text() == "Running: check."
    assert page.evaluate(focused) == "Stop"
    bar = page.get_by_role("progressbar")
    assert bar.evaluate("node => [node.value, node.max]") == [1, view._steps["check"].total]
    assert "1 of" in page.get_by_role("listitem", name="Check: running").inner_text()
    page.keyboard.press("Enter")
    bridge.until(lambda: is_settled(view), seconds=60)
    bridge.run(0.2)
    assert page.get_by_role("status").inner_text() == "1 of 6 steps done."
    assert page.evaluate(focused) == "Do all"
    slow.go.set()
    page.get_by_role("button", name="Run: Check", exact=True).click()
    bridge.until(lambda: bool(view._results) and is_settled(view), seconds=60)
    bridge.run(0.2)
    assert page.get_by_role("status").inner_text().endswith("look at: check.")


@pytest.mark.long
@pytest.mark.parametrize(("theme", "width"), [("light", 1366), ("dark", 700)])
def test_all_of_it_can_be_read_by_everybody(page: Page, slow: Slow, theme: str, width: int) -> None:
    slow.go.set()
    page.set_viewport_size({"width": width, "height": 900})
    view = course.submit()
    bridge = Bridge(page, view)
    page.evaluate(
        "theme => { document.body.dataset.jpThemeLight = String(theme === 'light') }", theme
    )
    assert grave(page) == []
    page.get_by_label("Your note").fill("It was hard.")
    page.get_by_role("button", name="Save and check").click()
    bridge.until(lambda: view._steps["note"].state == "failed" and is_settled(view), seconds=60)
    bridge.run(0.1)
    assert "three to five" in page.get_by_role("listitem", name="Check the note").inner_text()
    page.get_by_label("Your note").fill(NOTE)
    page.get_by_role("button", name="Save and check").click()
    bridge.until(lambda: view._steps["note"].state == "done" and is_settled(view), seconds=60)
    bridge.pump()  # the last picture, in which "Do all" can be clicked
    page.get_by_label("Its title").fill(f"{HOSTILE} of mine")
    page.get_by_label("By whom it is").fill("Ann")
    page.get_by_label("A gallery of my class may show it").check()
    page.get_by_role("button", name="Do all").click()
    bridge.until(lambda: view._steps["package"].state == "done" and is_settled(view), seconds=60)
    assert view.about == {"title": f"{HOSTILE} of mine", "author": "Ann", "gallery": True}
    assert page.get_by_label("Its title").input_value() == view.about["title"]
    bridge.run(0.2)
    assert page.get_by_role("status").inner_text() == "✕ 5 of 6 steps done; look at: check."
    assert "keeps the key: sent a call" in page.locator(".sa-submit-details").nth(1).inner_text()
    assert page.locator(".sa img:visible").evaluate_all(
        "all => all.map((one) => one.naturalWidth > 0)"
    ) == [
        True,
        True,
    ]
    page.get_by_label("Its title").scroll_into_view_if_needed()
    shot(page, f"submit-{theme}")
    assert page.evaluate("window.harmed") is None
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("window.errors") == []
    assert grave(page) == []


@pytest.mark.long
def test_a_page_that_comes_late_shows_the_same(page: Page, slow: Slow) -> None:
    slow.go.set()
    view = course.submit()
    view.start("measure")
    assert view.wait(60)
    Bridge(page, view, views=2)
    assert page.get_by_role("status").all_inner_texts() == ["2 of 6 steps done."] * 2
    assert page.locator(".sa img:visible").count() == 2
    fields = page.locator("textarea").evaluate_all("all => all.map((one) => one.id)")
    assert len(set(fields)) == 2
    for control in page.locator(".sa :is(button, textarea):enabled:visible").all():
        control.focus()
        assert control.get_attribute("data-lm-suppress-shortcuts") == "true"
