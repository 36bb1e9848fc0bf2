"""The timeline on a bare page: in motion, by keyboard, in the dark, and with harmful names."""

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from bridge import Bridge
from playwright.sync_api import Page

from helpers import course
from helpers.agent import (
    BlockStarted,
    InputDelta,
    RunFinished,
    TextDelta,
    ToolCall,
    ToolFinished,
    ToolStarted,
    TurnStarted,
)
from helpers.tools import Tool, tool
from helpers.widgets import live
from helpers.widgets.timeline.view import TimelineView

PROMPT = "Compare the weather in Lagos and Oslo."
PACE = {"first_token": 0.2, "tokens_per_second": 100.0}
LONGER_THAN_THE_RUN = 3.0  # seconds; it takes 1.7
HOSTILE = "<img src=x onerror=window.harmed=1><script>window.harmed=1</script>"


@tool
async def get_weather(city: str, details: str = "") -> str:
    """Tell the weather of a city."""
    await asyncio.sleep(0.4)
    return "31 degrees"


class Door:
    """A tool that blocks the loop of the streams while it is shut."""

    def __init__(self) -> None:
        self.reached, self.open = threading.Event(), threading.Event()
        self.open.set()

    def tool(self) -> Tool:
        @tool(name="get_weather")
        async def blocking(city: str, details: str = "") -> str:
            """Tell the weather of a city."""
            self.reached.set()
            self.open.wait(60)
            return "31 degrees"

        return blocking


def waiting_for(gate: asyncio.Event) -> Tool:
    """Return a tool that ends when the gate is open."""

    @tool(name="get_weather")
    async def waits(city: str, details: str = "") -> str:
        """Tell the weather of a city."""
        await gate.wait()
        return "31 degrees"

    return waits


def make(tools: Tool = get_weather, **options: Any) -> TimelineView:
    return course.timeline(PROMPT, tools=[tools], autostart=False, **{"pace": PACE} | options)


def compare() -> TimelineView:
    return course.compare_dispatch(PROMPT, tools=[get_weather], pace=PACE)


def height(page: Page) -> int:
    return int(page.evaluate("document.querySelector('.sa').offsetHeight"))


def has_begun(view: TimelineView) -> bool:
    return any(bar.kind == "run" for one in view.timelines.values() for bar in one.bars)


def over(view: TimelineView) -> bool:
    return bool(view.state["begun"] and not view.state["running"])


def clock(page: Page) -> float:
    return float(page.locator(".sa-timeline-clock").inner_text().split()[0])


def grave(page: Page) -> list[Any]:
    """Return what axe-core finds serious."""
    found = Axe().run(page, context=".sa", options={"resultTypes": ["violations"]})
    return [
        (violation["id"], [node["target"] for node in violation["nodes"]])
        for violation in found.response["violations"]
        if violation["impact"] in ("serious", "critical")
    ]


def test_bars_grow_while_the_run_goes_on_and_nothing_jumps(page: Page) -> None:
    gate = asyncio.Event()
    gate.set()  # while the run is simulated
    view = make(waiting_for(gate))
    gate.clear()
    bridge = Bridge(page, view)
    before = height(page)
    assert page.get_by_role("status").inner_text() == "Press Start."
    page.get_by_role("button", name="Start").click()
    bridge.until(lambda: has_begun(view))
    bridge.pump()
    wide = page.locator(".sa-timeline-picture [fill='#0072b2']").count()
    assert height(page) == before
    assert page.get_by_role("status").inner_text() == "Running."
    live.call(gate.set)
    bridge.until(lambda: over(view), seconds=60)
    bridge.run(0.1)
    assert page.locator(".sa-timeline-picture [fill='#0072b2']").count() > wide
    assert height(page) == before
    assert page.get_by_role("status").inner_text().startswith("✓ Done after")
    assert "done at" in page.locator(".sa-timeline-picture").inner_text()
    assert page.get_by_role("button", name="Start again").is_enabled()


@pytest.mark.long
def test_it_is_used_by_keyboard_alone(page: Page) -> None:
    # So slow that it is not over before it is stopped.
    view = make(pace={"first_token": 0.2, "tokens_per_second": 8.0})
    bridge = Bridge(page, view)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    bridge.until(lambda: has_begun(view))
    bridge.pump()
    focused = "document.activeElement.textContent"
    assert page.evaluate(focused) == "Stop"
    page.keyboard.press("Enter")
    bridge.until(lambda: over(view))
    bridge.run(0.1)
    assert view.timeline.state == "stopped"
    assert page.get_by_role("status").inner_text().startswith("Stopped after")
    assert page.evaluate(focused) == "Start again"
    page.keyboard.press("Tab")  # Full screen
    page.keyboard.press("Tab")
    assert page.evaluate(focused) == "As a table"
    page.keyboard.press("Enter")
    bridge.run(0.1)
    assert page.get_by_role("table").is_visible()


@pytest.mark.long
def test_the_table_says_what_the_picture_shows(page: Page) -> None:
    view = make()
    bridge = Bridge(page, view)
    page.locator("summary").click()
    page.get_by_role("button", name="Start").click()
    bridge.until(lambda: over(view), seconds=60)
    bridge.run(0.1)
    cells = [row.locator("th, td").all_inner_texts() for row in page.locator("tr").all()]
    assert cells == view.state["rows"]
    assert len(cells) > 10


def test_one_of_three_is_chosen_by_keyboard_and_only_it_runs(page: Page) -> None:
    view = compare()
    bridge = Bridge(page, view)
    before = height(page)
    page.get_by_role("radio", name="All at once").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.get_by_role("radio", name="Mid-stream, one by one").is_checked()
    bridge.pump()
    page.get_by_role("button", name="Start").click()
    bridge.until(lambda: over(view), seconds=60)
    bridge.run(0.1)
    assert [one.state for one in view.timelines.values()] == ["ready", "done", "ready"]
    page.get_by_role("radio", name="All at once").check()
    bridge.pump()
    page.get_by_role("button", name="Start again").click()
    bridge.until(begin := lambda: view._runs())
    bridge.until(lambda: not begin(), seconds=60)
    bridge.run(0.1)
    assert [one.state for one in view.timelines.values()] == ["done"] * 3
    assert page.get_by_role("status").inner_text().count("✓ Done after") == 3
    assert height(page) == before


@pytest.mark.long
def test_while_a_tool_blocks_the_page_keeps_time(page: Page) -> None:
    door = Door()
    view = make(door.tool())  # which simulates the run
    door.reached.clear()
    door.open.clear()
    bridge = Bridge(page, view)
    page.get_by_role("button", name="Start").click()
    try:
        bridge.until(door.reached.is_set)
        bridge.until(lambda: clock(page) > 0)  # nothing more comes: the loop is blocked
        bars, at = view.timeline.bars, clock(page)
        # Longer than the whole run takes: what waits in the socket meanwhile can't make it up.
        bridge.until(lambda: clock(page) >= at + LONGER_THAN_THE_RUN, seconds=60)
        assert view.timeline.bars == bars
    finally:
        door.open.set()
    bridge.until(lambda: over(view), seconds=60)
    assert "after the ideal" in view.state["words"][0]


@pytest.mark.long
@pytest.mark.parametrize("build", [make, compare])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_serious_is_found_in_it(
    page: Page, build: Callable[[], TimelineView], theme: str
) -> None:
    view = build()
    bridge = Bridge(page, view)
    if theme == "dark":
        page.evaluate("document.body.dataset.jpThemeLight = 'false'")
    assert grave(page) == []
    page.get_by_role("button", name="Start").click()
    bridge.until(lambda: has_begun(view))
    bridge.pump()
    assert grave(page) == []
    page.locator("summary").click()
    bridge.until(lambda: over(view), seconds=60)
    bridge.run(0.1)
    assert grave(page) == []


@pytest.mark.long
@pytest.mark.parametrize("build", [make, compare])
@pytest.mark.parametrize("width", [700, 1366, 1920])
def test_nothing_is_wider_than_the_page(
    page: Page, build: Callable[[], TimelineView], width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 700})
    view = build()
    bridge = Bridge(page, view)
    view.start()
    bridge.until(lambda: has_begun(view))
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    view.stop()


@pytest.mark.long
def test_the_dark_theme_leaves_no_colour_of_the_light_one(page: Page) -> None:
    view = make()
    bridge = Bridge(page, view)
    page.evaluate("document.body.dataset.jpThemeLight = 'false'")
    view.start()
    bridge.until(lambda: over(view), seconds=60)
    bridge.run(0.1)
    assert (
        page.evaluate(
            "getComputedStyle(document.querySelector('.sa-timeline-picture svg > rect')).fill"
        )
        == "rgb(17, 17, 17)"
    )
    inks = page.evaluate(
        "[...document.querySelectorAll('.sa-timeline-picture text')]"
        ".map((node) => getComputedStyle(node).fill)"
    )
    bright = [sum(map(int, ink[4:-1].split(", "))) for ink in inks]
    assert min(bright) > 330


def test_names_that_mean_harm_are_only_words(page: Page) -> None:
    call = ToolCall(0, "toolu_0", HOSTILE, {"a": HOSTILE}, "{}")
    pairs = [
        (0.0, TurnStarted(1)),
        (0.01, BlockStarted(0, {"type": "tool_use", "name": HOSTILE})),
        (0.02, InputDelta(0, '{"a": "<script>window.harmed=1</script>"}')),
        (0.03, call),
        (0.04, ToolStarted(call, HOSTILE)),
        (0.05, ToolFinished(call, HOSTILE, True, 0.1)),
        (0.06, BlockStarted(1, {"type": "text"})),
        (0.07, TextDelta(1, HOSTILE)),
        (0.08, RunFinished("end_turn", {}, 1)),
    ]
    view = course.timeline(pairs)
    bridge = Bridge(page, view)
    page.locator("summary").click()
    bridge.until(lambda: over(view))
    bridge.run(0.2)
    assert "<img" in page.get_by_role("table").inner_text()
    assert page.evaluate("window.harmed") is None
    assert page.locator(".sa script, .sa img").count() == 0


@pytest.mark.long
def test_a_page_without_a_kernel_and_one_that_comes_late_show_the_same(page: Page) -> None:
    view = make()
    view.start()
    assert view.wait(60)
    Bridge(page, view, views=2)  # nothing is pumped here: all there is are the traits
    page.evaluate("window.show()")
    words = page.get_by_role("status").all_inner_texts()
    assert len(words) == 3
    assert {line.startswith("✓ Done after") for line in words} == {True}
    assert len(set(page.locator(".sa-timeline-picture").all_inner_texts())) == 1


@pytest.mark.long
def test_a_view_that_comes_in_the_middle_of_a_run_joins_it(page: Page) -> None:
    view = make(pace={"first_token": 0.2, "tokens_per_second": 8.0})
    view.start()
    deadline = time.monotonic() + 60
    while not has_begun(view):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    bridge = Bridge(page, view)
    bridge.run(0.2)
    assert page.get_by_role("button", name="Stop").is_enabled()
    assert page.locator(".sa-timeline-picture [stroke='#e69f00']").count() > 1
    bridge.until(lambda: over(view), seconds=180)


@pytest.mark.long
def test_lost_pictures_do_no_harm(page: Page) -> None:
    view = make()
    bridge = Bridge(page, view)
    bridge.lose = lambda message: True
    page.get_by_role("button", name="Start").click()
    bridge.until(lambda: over(view), seconds=60)
    bridge.run(0.1)
    assert page.get_by_role("status").inner_text().startswith("✓ Done after")


@pytest.mark.long
def test_keys_stay_in_the_view_and_every_control_has_a_name(page: Page) -> None:
    Bridge(page, compare())
    for control in page.locator(".sa :is(button, input, summary):enabled:visible").all():
        control.focus()
        assert control.get_attribute("data-lm-suppress-shortcuts") == "true"
    nameless = page.evaluate(
        "[...document.querySelectorAll('.sa :is(button, input)')].filter((node) =>"
        "!(node.textContent || node.ariaLabel || node.labels?.[0]?.textContent)).length"
    )
    assert nameless == 0


@pytest.mark.long
def test_a_view_that_is_removed_listens_no_more(page: Page) -> None:
    view = make()
    bridge = Bridge(page, view)
    view.start()
    bridge.until(lambda: has_begun(view))
    page.evaluate("window.ends[0]()")
    before = page.locator(".sa-timeline-picture").inner_html()
    bridge.run(0.3)
    assert page.locator(".sa-timeline-picture").inner_html() == before
    view.stop()
