"""Notebook 12 in the real JupyterLab: its pages live in their frames, and its exercises."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from helpers.lessons import find_exercise
from tests.browser.lab import Lab, cell, check_access, click_into, output, run_again, shot, write

pytestmark = pytest.mark.long

NOTEBOOK = "12_web_ui"
ANSWERS = find_exercise("while_read").answers


def run(code_cell: Locator) -> None:
    """Run a cell with the keyboard."""
    click_into(code_cell.locator(".cm-content"))
    code_cell.page.keyboard.press("Shift+Enter")


def test_a_newcomer_asks_a_page_errs_and_then_listens(lab: Lab, learner: Page):
    lab.open(learner, NOTEBOOK)
    lab.run_all(learner)
    first = cell(learner, 'course.page("fetch")')
    page = first.frame_locator("iframe")
    page.get_by_role("button", name="What's the weather in Lagos and Oslo?").click(timeout=60_000)
    answer = page.locator(".conversation")
    expect(answer).to_contain_text("In Oslo: 4", timeout=60_000)
    first.scroll_into_view_if_needed()
    shot(learner, "12-page")
    lab.wait_until_idle(learner)

    stuck = output(cell(learner, "for source in (Radio(), Log())"))
    expect(stuck).to_contain_text("Log    all 300")
    build = cell(learner, "%%build while_read")
    wrong = (ANSWERS / "wrong_does_not_wait_for_the_end.py").read_text("utf-8")
    write(build, f"%%build while_read\n{wrong}")
    expect(output(build)).to_contain_text("Cancelling is a wish", timeout=60_000)
    output(build).scroll_into_view_if_needed()
    shot(learner, "12-diagnosis")
    check_access(learner)
    right = (ANSWERS / "right_suppress.py").read_text("utf-8")
    write(build, f"%%build while_read\n{right}")
    expect(output(build)).to_contain_text(re.compile("passed", re.I), timeout=60_000)

    mine = run_again(learner, 'course.part("while_read").while_read', "async def stopped()")
    lab.wait_until_idle(learner)
    expect(output(mine)).to_have_text("it stopped\n")


def test_the_pages_are_dark_in_the_dark_and_stop_by_keyboard(lab: Lab, learner: Page):
    lab.set_theme(learner, "JupyterLab Dark")
    try:
        lab.open(learner, NOTEBOOK)
        # However busy the machine is, the answer is still under way when Escape is pressed.
        first = cell(learner, "from helpers import course")
        write(
            first,
            "from helpers import course\nfrom helpers.session.clients import mock_settings\n"
            'slowly = {"first_token": 0.1, "tokens_per_second": 3}\n'
            'course.session.use_mock(mock_settings({"pace": slowly}))',
        )
        shown = cell(learner, 'course.page("eventsource")')
        run(shown)
        page = shown.frame_locator("iframe")
        question = page.get_by_label("Your question")
        expect(question).to_be_visible(timeout=60_000)
        expect(page.locator(".suggestions button")).to_have_count(4, timeout=60_000)  # it listens
        ground = page.locator("body").evaluate("body => getComputedStyle(body).backgroundColor")
        assert max(map(int, re.findall(r"\d+", ground)[:3])) < 90, ground
        question.fill("Explain in detail how a TCP connection recovers from a lost packet.")
        question.press("Enter")
        expect(page.get_by_role("button", name="Stop")).to_be_visible(timeout=60_000)
        expect(page.locator(".conversation")).to_contain_text("first token", timeout=60_000)
        learner.keyboard.press("Escape")
        expect(page.locator(".conversation")).to_contain_text("Stopped", timeout=60_000)
        shown.scroll_into_view_if_needed()
        shot(learner, "12-dark")
        check_access(learner)
    finally:
        lab.set_theme(learner, "JupyterLab Light")
