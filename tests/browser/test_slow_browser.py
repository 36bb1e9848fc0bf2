"""A browser that is slow to load a view's module: anywidget gives it up, and it works all the same.

Here anywidget's two seconds are over at once, so that each module comes too late.
"""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import GIVEN_UP, PATIENCE
from tests.browser.lab import Lab, cell, write

pytestmark = pytest.mark.long

# anywidget's own clock; what else has a limit of time keeps it.
NO_PATIENCE = """
const timeout = AbortSignal.timeout.bind(AbortSignal);
AbortSignal.timeout = (ms) => {
  if (ms !== 2000) return timeout(ms);
  const over = new AbortController();
  queueMicrotask(() => over.abort());
  window.givenUp = true;
  return over.signal;
};
"""


@pytest.fixture
def slow(browser: Browser):
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    context.set_default_timeout(PATIENCE)
    context.add_init_script(NO_PATIENCE)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    # anywidget may say what it did; nothing else may fail.
    assert set(errors) <= {GIVEN_UP}


def test_a_view_that_was_given_up_hears_the_kernel(lab: Lab, slow: Page) -> None:
    lab.open(slow, "02_text_streaming")
    write(cell(slow, "from helpers import course"), "from helpers import course")
    lab.wait_until_idle(slow)
    streaming = cell(slow, 'course.transcript("Explain')
    write(streaming, 'course.transcript("Count to three.")')
    view = streaming.locator(".sa-transcript").first
    expect(view.locator(".sa-state")).to_contain_text("done")
    expect(view).to_contain_text("three")
    view.get_by_role("button", name="Start again").click()
    expect(view.get_by_role("button", name="Start again")).to_be_enabled()
    expect(view.locator(".sa-state")).to_contain_text("done")
    assert slow.evaluate("window.givenUp")
