"""The form on a bare page, joined to the real widget."""

import json
from collections.abc import Callable
from typing import Any

from bridge import Bridge
from playwright.sync_api import Page
from pydantic import BaseModel
from test_views_page import ending, hanging, opener, text, thinking

from helpers.widgets.form.view import FormView

HOSTILE = "<img src=x onerror=window.harmed=1><script>window.harmed=1</script>"


class Step(BaseModel):
    text: str
    minutes: int


class Recipe(BaseModel):
    title: str
    steps: list[Step]


WHOLE = json.dumps({"title": HOSTILE, "steps": [{"text": "Knead", "minutes": 10}]})


def form(open_events: Callable[[], Any], **options: Any) -> FormView:
    return FormView(Recipe, "Bake.", open_events, **options)


def rows(page: Page) -> list[str]:
    words = page.locator(".sa-form-row").all_inner_texts()
    return [" ".join(row.split()) for row in words]


def states(page: Page) -> list[str | None]:
    found = page.locator(".sa-form-row").all()
    return [row.get_attribute("data-state") for row in found]


def test_fields_fill_as_they_commit_and_stop_says_what_is_lost(page: Page) -> None:
    half = WHOLE[: WHOLE.index("ead")]
    events = [*thinking("hm"), *text(*half, index=1)[:-1]]
    view = form(hanging(*events), autostart=False)
    bridge = Bridge(page, view)
    assert states(page) == ["pending", "pending"]
    page.get_by_role("button", name="Start").focus()
    page.keyboard.press("Enter")
    bridge.until(lambda: states(page) == ["committed", "writing"] and "Kn" in rows(page)[1])
    assert rows(page)[0].startswith(f"✓ Title {HOSTILE}")
    assert page.evaluate("window.harmed") is None
    assert page.locator(".sa-form-thought").inner_text().startswith("Thought for")
    assert page.get_by_role("button", name="Stop").evaluate("e => e === document.activeElement")
    page.keyboard.press("Enter")
    bridge.until(lambda: view.state["state"] == "stopped")
    bridge.until(lambda: states(page) == ["committed", "lost"])
    assert "There is no Recipe" in page.locator(".sa-verdict").inner_text()


def test_a_whole_answer_is_said_to_be_an_instance_and_read_aloud(page: Page) -> None:
    view = form(opener([*text(*WHOLE), *ending()], gap=0.002), autostart=False)
    bridge = Bridge(page, view)
    page.get_by_role("button", name="Start").click()
    bridge.until(lambda: view.state["state"] == "valid", seconds=60)
    bridge.until(lambda: "An instance of Recipe" in page.locator(".sa-verdict").inner_text())
    assert rows(page)[1].startswith("✓ Steps 1 Text Knead Minutes 10")
    assert "Steps 1: Text Knead Minutes 10" in page.get_by_role("log").inner_text()
    assert page.get_by_role("status").inner_text().startswith("✓ done after")


def test_a_page_without_a_kernel_shows_what_was_saved(page: Page) -> None:
    """Nothing is pumped here: all there is are the traits."""
    view = form(opener([*text(WHOLE[:-3]), *ending("refusal")]))
    assert view.wait(60)
    Bridge(page, view)
    assert "✕ refused" in page.locator(".sa-state").inner_text()
    assert "Don't use what came before" in page.locator(".sa-verdict").inner_text()
    struck = page.locator(".sa-cell[data-state=committed] .sa-value").first
    assert "line-through" in struck.evaluate("e => getComputedStyle(e).textDecoration")
