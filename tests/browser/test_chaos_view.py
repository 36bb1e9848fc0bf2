"""The chaos map on a bare page: filling, by keyboard and by clicks, and in the dark."""

import json
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from bridge import Bridge
from playwright.sync_api import Page

from helpers import course
from helpers.widgets.chaos.model import rows
from helpers.widgets.chaos.snapshot import corner_of
from helpers.widgets.chaos.view import ChaosView

HOSTILE = "<img src=x onerror=window.harmed=1><script>window.harmed=1</script>"


async def believes(
    http: httpx.AsyncClient, messages: list[dict[str, Any]], tools: Any, *, model: str, **_: Any
) -> Any:
    """Take whatever came for the answer."""
    body = {"model": model, "max_tokens": 100, "stream": True, "messages": messages}
    text = ""
    try:
        async with http.stream("POST", "/v1/messages", json=body) as response:
            async for line in response.aiter_lines():
                if line.startswith("data: "):
                    event = json.loads(line[6:])
                    text += event.get("delta", {}).get("text", "")
                    yield event
    except httpx.HTTPError:
        pass
    messages.append({"role": "assistant", "content": text})


async def harms(*_: Any, **__: Any) -> Any:
    raise RuntimeError(HOSTILE)
    yield {}


def make(every: int = 8, run: Any = believes) -> ChaosView:
    return course.chaos("Count to three.", run=run, every=every)


@pytest.fixture(scope="module")
def finished_view() -> ChaosView:
    """A whole map, for the tests that only look at one."""
    view = make()
    view.start()
    assert view.wait(60)
    return view


def height(page: Page) -> int:
    return int(page.evaluate("document.querySelector('.sa').offsetHeight"))


def over(view: ChaosView) -> bool:
    return bool(view.state["begun"] and not view.state["running"])


def grave(page: Page) -> list[Any]:
    """Return what axe-core finds serious."""
    seen = Axe().run(page, context=".sa", options={"resultTypes": ["violations"]})
    return [
        (violation["id"], [node["target"] for node in violation["nodes"]])
        for violation in seen.response["violations"]
        if violation["impact"] in ("serious", "critical")
    ]


@pytest.mark.long
def test_cells_fill_while_it_runs_and_nothing_jumps(page: Page) -> None:
    view = make(every=1)
    bridge = Bridge(page, view)
    before = height(page)
    assert page.get_by_role("status").inner_text() == "Press Start."
    page.get_by_role("button", name="Start").click()
    bridge.until(lambda: len(view._chaos.cuts) > 20)
    bridge.run(0.3)
    assert page.get_by_role("status").inner_text() == "Running."
    done = int(page.locator("progress").evaluate("node => node.value"))
    assert done > 20
    assert height(page) == before
    bridge.until(lambda: over(view), seconds=60)
    bridge.run(0.1)
    assert page.get_by_role("status").inner_text().startswith("✕ ")
    assert page.locator("progress").evaluate("node => node.value == node.max")
    assert "recovered" in page.locator(".sa-chaos-picture").inner_text()
    assert height(page) == before
    assert page.get_by_role("button", name="Start again").is_enabled()


def test_it_is_used_by_keyboard_alone(page: Page) -> None:
    view = make(every=1)
    bridge = Bridge(page, view)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    bridge.until(lambda: len(view._chaos.cuts) > 200, seconds=60)
    bridge.pump()
    focused = "document.activeElement.textContent"
    assert page.evaluate(focused) == "Stop"
    page.keyboard.press("Enter")
    bridge.until(lambda: over(view))
    bridge.run(0.1)
    assert page.evaluate(focused) == "Start again"
    assert page.get_by_role("status").inner_text().startswith("Stopped after")
    page.keyboard.press("Tab")  # Full screen
    page.keyboard.press("Tab")
    slider = page.get_by_role("slider", name="Place of the cut")
    assert slider.get_attribute("aria-valuetext") == "No cell is chosen."
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    bridge.run(0.1)
    words = str(slider.get_attribute("aria-valuetext"))
    assert words.startswith("Answer 1, after byte 65: ") and "not cut yet" not in words
    assert slider.get_attribute("aria-valuenow") == "65"
    assert page.locator(".sa-chaos-sentence").inner_text() == words
    assert '"message":{"mo✂del"' in page.locator(".sa-chaos-bytes").inner_text()
    page.keyboard.press("End")
    bridge.run(0.1)
    assert "not cut yet" in str(slider.get_attribute("aria-valuetext"))
    page.keyboard.press("Tab")
    assert page.evaluate(focused) == "As a table"
    page.keyboard.press("Enter")
    bridge.run(0.1)
    cells = [row.locator("th, td").all_inner_texts() for row in page.locator("tr").all()]
    assert cells == view.state["rows"]


@pytest.mark.long
@pytest.mark.parametrize("width", [700, 1366])
def test_a_click_on_a_cell_says_what_happened_there(
    page: Page, finished_view: ChaosView, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    view = finished_view
    bridge = Bridge(page, view)
    bridge.run(0.1)
    assert len(rows(view._chaos)) > 1
    x, y = corner_of(view._chaos, 1, 7)
    scale = page.locator(".sa-chaos-picture svg").evaluate("node => node.clientWidth") / 700
    place = {"x": scale * (x + 4.5), "y": scale * (y + 4.5)}
    page.locator(".sa-chaos-picture").click(position=place)
    bridge.run(0.1)
    words = page.locator(".sa-chaos-sentence").inner_text()
    cut = view.chaos.cuts[64 + 7]
    assert words == f"Answer 1, after byte {cut.at:,}: {cut.outcome}. {cut.words}"
    assert page.locator(".sa-chaos-cursor").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.long
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_serious_is_found_in_it(page: Page, theme: str) -> None:
    view = make(every=4)
    bridge = Bridge(page, view)
    if theme == "dark":
        page.evaluate("document.body.dataset.jpThemeLight = 'false'")
    assert grave(page) == []
    page.get_by_role("button", name="Start").click()
    bridge.until(lambda: len(view._chaos.cuts) > 20)
    bridge.pump()
    assert grave(page) == []
    bridge.until(lambda: over(view), seconds=60)
    page.locator("summary").click()
    page.get_by_role("slider").press("Enter")
    bridge.run(0.1)
    assert grave(page) == []


def luminance(colour: str) -> float:
    """Return how bright a colour is, as WCAG has it."""
    parts = [int(part) / 255 for part in colour[4:-1].split(",")]
    red, green, blue = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.long
@pytest.mark.parametrize("light", ["true", "false"])
def test_the_letters_have_contrast(page: Page, light: str) -> None:
    Bridge(page, make())
    page.evaluate("light => { document.body.dataset.jpThemeLight = light }", light)
    pairs = page.evaluate(
        "[...document.querySelectorAll('.sa-chaos-picture rect[width=\"16\"]')].map((node) =>"
        " [node, node.nextElementSibling].map((one) => getComputedStyle(one).fill))"
    )
    assert len(pairs) == 6
    for pair in pairs:
        dark, bright = sorted(map(luminance, pair))
        assert (bright + 0.05) / (dark + 0.05) >= 4.5, pair


def test_words_that_mean_harm_are_only_words(page: Page) -> None:
    view = make(run=harms)
    bridge = Bridge(page, view)
    bridge.run(0.2)
    assert "<img" in page.get_by_role("status").inner_text()
    assert page.evaluate("window.harmed") is None
    assert page.locator(".sa script, .sa img").count() == 0


@pytest.mark.long
def test_a_page_that_comes_late_shows_the_same(page: Page, finished_view: ChaosView) -> None:
    Bridge(page, finished_view, views=2)  # nothing is pumped here: all there is are the traits
    page.evaluate("window.show()")
    words = page.get_by_role("status").all_inner_texts()
    assert len(words) == 3 and len(set(words)) == 1 and words[0].startswith("✕")


@pytest.mark.long
def test_lost_pictures_do_no_harm(page: Page) -> None:
    view = make()
    bridge = Bridge(page, view)
    bridge.lose = lambda message: True
    page.get_by_role("button", name="Start").click()
    bridge.until(lambda: over(view), seconds=60)
    bridge.run(0.1)
    assert page.get_by_role("status").inner_text().startswith("✕")


@pytest.mark.long
def test_keys_stay_in_the_view(page: Page) -> None:
    Bridge(page, make())
    for control in page.locator(".sa :is(button, summary, [tabindex='0']):enabled:visible").all():
        control.focus()
        assert control.get_attribute("data-lm-suppress-shortcuts") == "true"


@pytest.mark.long
def test_a_view_that_is_removed_listens_no_more(page: Page) -> None:
    view = make(every=1)
    bridge = Bridge(page, view)
    view.start()
    bridge.until(lambda: len(view._chaos.cuts) > 20)
    page.evaluate("window.ends[0]()")
    before = page.locator(".sa-chaos-picture").inner_html()
    bridge.run(0.4)
    assert page.locator(".sa-chaos-picture").inner_html() == before
    view.stop()
