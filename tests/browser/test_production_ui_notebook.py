"""Notebook 08 in the real JupyterLab, in a real browser, used as a learner uses it."""

import re

import pytest
from playwright.sync_api import Page, expect

from helpers.lessons import find_exercise
from tests.browser.lab import Lab, cell, check_access, check_in_the_dark, output, shot, write

pytestmark = pytest.mark.long

NAME = "08_production_ui"
# Two of cards, two of queues, a team, the switch, and one under each build cell.
VIEWS = {NAME: 10}


def test_a_newcomer_watches_faces_errs_and_then_builds_one(lab: Lab, learner: Page):
    lab.open(learner, NAME)
    lab.run_all(learner)
    cards = cell(learner, "course.cards(LOGS").locator(".sa").first
    expect(cards).to_contain_text("6 of 6 files", timeout=60_000)
    expect(cards).to_contain_text("312 of 4,120 requests failed", timeout=60_000)
    cards.scroll_into_view_if_needed()
    shot(learner, "08-cards")

    queue = cell(learner, "course.queue()").locator(".sa").first
    queue.scroll_into_view_if_needed()
    queue.get_by_role("radio", name=re.compile("coalesce", re.I)).check()
    queue.get_by_role("button", name="Start").click()
    expect(queue.get_by_role("button", name="Start again")).to_be_enabled(timeout=60_000)
    shot(learner, "08-queue")

    hostile = cell(learner, "course.cards(UMBRELLA").locator(".sa").first
    hostile.scroll_into_view_if_needed()
    expect(hostile).to_contain_text('<img src=x onerror="steal()">', timeout=60_000)
    expect(hostile).to_contain_text("(javascript:steal())")
    assert hostile.locator("img[src='x'], script, a[href^='javascript']").count() == 0
    shot(learner, "08-hostile")

    team = cell(learner, "course.team(").locator(".sa").first
    team.scroll_into_view_if_needed()
    expect(team).to_contain_text("database connections", timeout=60_000)
    shot(learner, "08-team")
    lab.wait_until_idle(learner)
    check_access(learner)
    expect(learner.locator(".jp-NotebookPanel:visible .sa")).to_have_count(VIEWS[NAME])

    for part, wrong, words, right in (
        ("coalesce", "drops_text", "whose words are lost", "pop"),
        ("sentences", "ends_at_the_full_stop", "middle of a number", "characters"),
    ):
        build = cell(learner, f"%%build {part}")
        source = (find_exercise(part).answers / f"wrong_{wrong}.py").read_text("utf-8")
        write(build, f"%%build {part}\n{source}")
        expect(output(build)).to_contain_text(words, timeout=60_000)
        output(build).scroll_into_view_if_needed()
        shot(learner, f"08-{part}-diagnosis")
        check_access(learner)
        source = (find_exercise(part).answers / f"right_{right}.py").read_text("utf-8")
        write(build, f"%%build {part}\n{source}")
        expect(output(build)).to_contain_text(re.compile("passed", re.I), timeout=60_000)

    for source in ("coalesce, sentences, bill", "def look(", "heard = ["):
        again = cell(learner, source)
        again.locator(".cm-content").click()
        learner.keyboard.press("Shift+Enter")
    expect(output(again)).to_contain_text("The requests waited for a connection", timeout=60_000)
    shot(learner, "08-built")


def test_the_views_hold_in_the_dark(lab: Lab, learner: Page):
    check_in_the_dark(lab, learner, VIEWS)
