"""Cards and queue on a bare page: in motion, by keyboard, in the dark, and with harmful text."""

import asyncio
from collections.abc import AsyncIterator
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
    ToolProgress,
    ToolStarted,
    TurnStarted,
)
from helpers.team import Asked
from helpers.widgets.cards.view import CardsView
from helpers.widgets.queue.view import QueueView

HARM = "<img src=x onerror=window.harmed=1><script>window.harmed=1</script>"
CALL = ToolCall(1, "toolu_1", "search", {"q": HARM}, f'{{"q": "{HARM}"}}')


def height(page: Page) -> int:
    return int(page.evaluate("document.querySelector('.sa').offsetHeight"))


def grave(page: Page) -> list[Any]:
    """Return what axe-core finds serious."""
    found = Axe().run(page, context=".sa", options={"resultTypes": ["violations"]})
    return [
        (violation["id"], [node["target"] for node in violation["nodes"]])
        for violation in found.response["violations"]
        if violation["impact"] in ("serious", "critical")
    ]


def darken(page: Page) -> None:
    page.evaluate("document.body.dataset.jpThemeLight = 'false'")


class Played:
    """A view whose run goes on whenever the test says so: nothing depends on the machine."""

    def __init__(self, steps: list[list[Any]], names: tuple[str, ...] = ("",)) -> None:
        self._steps = steps
        self._loop: asyncio.AbstractEventLoop | None = None
        self._go = asyncio.Event()
        self.taken = 0
        self.view = CardsView(self._events, names=names, autostart=False)

    async def _events(self) -> AsyncIterator[Any]:
        self._loop = asyncio.get_running_loop()
        for step in self._steps:
            for event in step:
                yield event if isinstance(event, tuple) else ("", event)
            self.taken += 1
            await self._go.wait()
            self._go.clear()

    def step(self) -> None:
        """Let the run take its next step."""
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._go.set)


STEPS: list[list[Any]] = [
    [
        Asked("Will it rain?"),
        TurnStarted(1),
        BlockStarted(0, {"type": "text"}),
        TextDelta(0, f"# A title\n**Bold** and {HARM}\nnot yet {HARM}"),
    ],
    [
        BlockStarted(1, {"type": "tool_use", "name": "search"}),
        InputDelta(1, CALL.raw),
        CALL,
        ToolStarted(CALL, f"Searching {HARM}"),
        ToolProgress(CALL, f"1 of 4 {HARM}", 1, 4),
    ],
    [ToolFinished(CALL, f"It will. {HARM}", False, 1.25)],
    [RunFinished("end_turn", {"input_tokens": 5, "output_tokens": 7}, 1)],
]


def at_step(bridge: Bridge, played: Played, number: int) -> None:
    bridge.until(lambda: played.taken >= number)
    bridge.run(0.15)


def test_text_comes_by_the_line_and_a_card_follows_its_tool(page: Page) -> None:
    played = Played(STEPS)
    bridge = Bridge(page, played.view)
    before = height(page)
    page.get_by_role("button", name="Start").click()
    at_step(bridge, played, 1)
    text = page.locator(".sa-cards-text")
    assert text.locator("h3").inner_text() == "A title"
    assert text.locator("strong").inner_text() == "Bold"
    assert text.locator(".sa-cards-open").inner_text().startswith("not yet <img")
    assert page.locator(".sa-caret").count() == 1
    played.step()
    at_step(bridge, played, 2)
    card = page.get_by_role("region", name="Tool search")
    assert card.get_attribute("data-state") == "running"
    assert "Searching" in card.inner_text() and "1 of 4" in card.inner_text()
    bar = card.get_by_role("progressbar")
    assert bar.get_attribute("aria-valuenow") == "25"
    assert page.get_by_role("status").inner_text().startswith("Searching")
    assert grave(page) == []
    played.step()
    at_step(bridge, played, 3)
    assert card.get_attribute("data-state") == "done"
    assert "✓ done after 1.3 s" in " ".join(card.inner_text().split())
    assert "It will." in card.inner_text()
    played.step()
    at_step(bridge, played, 4)
    played.step()
    bridge.until(lambda: played.view.state["state"] == "done")
    bridge.run(0.1)
    assert page.locator(".sa-caret").count() == 0
    assert "5 tokens in, 7 out" in page.locator(".sa-cards-footer").inner_text()
    assert page.get_by_role("status").inner_text().startswith("✓ done")
    assert "A title" in page.get_by_role("log").inner_text()
    # Words are words: nothing of the model's, or of a tool's, became an element.
    assert page.locator(".sa img, .sa script").count() == 0
    assert page.evaluate("window.harmed") is None
    assert height(page) == before


def test_the_cards_by_keyboard_alone_and_as_saved(page: Page) -> None:
    played = Played(STEPS)
    bridge = Bridge(page, played.view)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    at_step(bridge, played, 1)
    played.step()
    at_step(bridge, played, 2)
    focused = "document.activeElement.textContent"
    assert page.evaluate(focused) == "Stop"
    page.keyboard.press("Tab")  # Full screen
    page.keyboard.press("Tab")
    assert "says and does" in page.evaluate("document.activeElement.getAttribute('aria-label')")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.locator(".sa-card details").get_attribute("open") is not None
    for _ in range(3):
        page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    bridge.until(lambda: played.view.state["state"] == "stopped")
    bridge.run(0.1)
    assert page.evaluate(focused) == "Start again"
    assert page.get_by_role("region", name="Tool search").get_attribute("data-state") == "cut"
    # A view that comes late has the saved state alone.
    shown = page.locator(".sa-lane-body").inner_text()
    page.evaluate("window.show()")
    assert page.locator(".sa-lane-body").last.inner_text() == shown


@pytest.mark.long
def test_lost_frames_are_made_good(page: Page) -> None:
    played = Played(STEPS)
    bridge = Bridge(page, played.view)
    bridge.lose = lambda message: message["op"] == "frame"
    page.get_by_role("button", name="Start").click()
    for number in range(1, len(STEPS) + 1):
        at_step(bridge, played, number)
        played.step()
    bridge.until(lambda: played.view.state["state"] == "done")
    bridge.run(0.1)
    assert page.locator(".sa-cards-text strong").inner_text() == "Bold"
    assert "It will." in page.get_by_role("region", name="Tool search").inner_text()
    bridge.lose = lambda message: False
    page.get_by_role("button", name="Start again").click()
    bridge.until(lambda: played.taken == len(STEPS) + 1)
    bridge.run(0.1)
    assert page.locator(".sa-card").count() == 0
    assert page.locator(".sa-cards-text strong").count() == 1
    played.view.stop()


@pytest.mark.long
@pytest.mark.parametrize("width", [700, 1366])
def test_a_team_fits_the_page_in_the_dark(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    events = [(name, event) for event in STEPS[0] + STEPS[1] for name in ("boss", "logs", "it")]
    played = Played([events, [("it 2", event) for event in STEPS[0]]], ("boss", "logs", "it"))
    bridge = Bridge(page, played.view)
    darken(page)
    before = height(page)
    page.get_by_role("button", name="Start").click()
    at_step(bridge, played, 1)
    assert height(page) == before
    assert page.locator(".sa-lane-head h3").all_inner_texts() == ["boss", "logs", "it"]
    assert grave(page) == []
    played.step()
    at_step(bridge, played, 2)
    assert page.locator(".sa-lane-head h3").all_inner_texts() == ["boss", "logs", "it", "it 2"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    played.view.stop()


# The queue


def ran(view: QueueView, policy: str) -> bool:
    return view.curves[policy].state == "done" and not view.state["running"]


def areas(page: Page) -> int:
    """Return how many curves are drawn: the only areas in blue."""
    return page.locator(".sa-queue-picture path[fill='#0072b2']").count()


def test_the_queue_is_chosen_and_run_by_keyboard(page: Page) -> None:
    page.set_viewport_size({"width": 700, "height": 900})
    # All of the stream at once, so that a run takes a third of a second.
    view = course.queue(tokens_per_second=20_000)
    bridge = Bridge(page, view)
    before = height(page)
    assert grave(page) == []
    page.get_by_role("radio", name="Wait").focus()
    page.keyboard.press("ArrowDown")
    bridge.pump()
    page.get_by_role("button", name="Start").focus()
    page.keyboard.press("Enter")
    bridge.until(lambda: ran(view, "drop"), seconds=60)
    bridge.run(0.1)
    assert page.evaluate("document.activeElement.textContent") == "Start again"
    assert areas(page) == 1
    assert "tokens lost" in page.locator(".sa-queue-picture").inner_text()
    page.get_by_role("radio", name="Coalesce").check()
    bridge.pump()
    page.get_by_role("button", name="Start again").click()
    bridge.until(lambda: ran(view, "coalesce"), seconds=60)
    bridge.run(0.1)
    rows = [row.locator("th, td").all_inner_texts() for row in page.locator("tr").all()]
    assert rows == view.state["rows"] and rows[1][1:] == ["–"] * 6
    assert page.get_by_role("status").inner_text().startswith("✓ Nothing lost")
    assert areas(page) == 2
    assert height(page) == before
    darken(page)
    assert grave(page) == []
    ground = "getComputedStyle(document.querySelector('.sa-queue-picture svg > rect')).fill"
    text = "getComputedStyle(document.querySelector('.sa-queue-picture path[fill]')).fill"
    assert page.evaluate(text) == "rgb(61, 155, 214)"
    assert page.evaluate(ground) == page.evaluate(
        "getComputedStyle(document.querySelector('.sa')).backgroundColor"
    )
    # What a page without a kernel shows is the same.
    page.evaluate("window.show()")
    assert page.locator(".sa-queue input:checked").count() == 2  # each makes its own choice
    texts = page.locator(".sa-queue table").all_inner_texts()
    assert texts[0] == texts[1]
    assert areas(page) == 4


@pytest.mark.long
def test_a_queue_that_waits_is_stopped(page: Page) -> None:
    page.set_viewport_size({"width": 700, "height": 900})
    view = course.queue(tokens_per_second=200, ui_per_second=20)
    bridge = Bridge(page, view)
    before = height(page)
    page.get_by_role("button", name="Start").click()
    bridge.until(lambda: view.curves["wait"].now.shown > 50, seconds=60)
    bridge.pump()
    page.get_by_role("button", name="Stop").click()
    bridge.until(lambda: view.curves["wait"].state == "stopped", seconds=60)
    bridge.until(lambda: not view.state["running"], seconds=60)
    bridge.run(0.1)
    assert page.get_by_role("status").inner_text().startswith("Stopped after")
    assert height(page) == before
    assert page.evaluate("document.documentElement.scrollWidth") <= 700


@pytest.mark.long
def test_a_lost_picture_of_the_queue_is_made_good(page: Page) -> None:
    view = course.queue(tokens_per_second=20_000)
    bridge = Bridge(page, view)
    bridge.lose = lambda message: message["op"] == "picture"
    view.choose("drop")
    page.get_by_role("button", name="Start").click()
    bridge.until(lambda: ran(view, "drop"), seconds=60)
    bridge.run(0.1)
    assert areas(page) == 1  # the trait has it
