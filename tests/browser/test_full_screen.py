"""Every view fills the screen by one button, in type that the last row can read."""

from collections.abc import Callable

import pytest
from bridge import Bridge
from playwright.sync_api import Page, expect

from helpers import course
from helpers.widgets.view import View
from tests.browser.lab import check_access, shot

# The smallest label that is seen, in pixels of the screen. In a picture, the picture's own scale
# counts as well.
SMALLEST = """
root => {
  const sizes = [];
  for (const node of root.querySelectorAll("*")) {
    const words = [...node.childNodes].some((one) => one.nodeType === 3 && one.data.trim());
    if (!words || !node.checkVisibility() || node.closest(".sa-text-alternative")) continue;
    const own = parseFloat(getComputedStyle(node).fontSize);
    const scale = node.getScreenCTM ? node.getScreenCTM().a : root.currentCSSZoom;
    sizes.push([own * scale, node.textContent.trim().slice(0, 30)]);
  }
  return sizes.sort((one, other) => one[0] - other[0])[0];
}
"""

VIEWS: dict[str, Callable[[], View]] = {
    "wire": lambda: course.wire(course.request("Count to three.")),
    "timeline": lambda: course.timeline("Count to three.", autostart=False),
    "race": course.race,
}


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_fills_the_screen_by_keyboard_and_esc_ends_it(page: Page, name: str):
    page.set_viewport_size({"width": 1920, "height": 1080})
    Bridge(page, VIEWS[name]())
    root = page.locator(".sa")
    before = root.bounding_box()
    button = root.get_by_role("button", name="Full screen", exact=True)
    for _ in range(30):
        page.keyboard.press("Tab")
        if button.evaluate("one => one === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(root.get_by_role("button", name="Leave full screen (Esc)")).to_be_visible()
    assert root.evaluate("root => document.fullscreenElement === root")
    pixels, words = root.evaluate(SMALLEST)
    assert pixels >= 16, words
    # What is pressed and what comes of it are seen at once, and nothing is cut at the side.
    page.wait_for_function(
        "one => one.scrollWidth <= one.clientWidth + 1 && one.scrollHeight <= one.clientHeight + 1",
        arg=root.element_handle(),
        timeout=60_000,
    )
    check_access(page)
    for theme in ("true", "false"):
        page.evaluate("theme => { document.body.dataset.jpThemeLight = theme; }", theme)
        shot(page, f"full-{name}-{'light' if theme == 'true' else 'dark'}")
    page.keyboard.press("Escape")
    expect(button).to_be_visible()
    assert page.evaluate("document.fullscreenElement") is None
    assert root.bounding_box() == before
