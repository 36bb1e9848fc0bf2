"""Notebooks 08 and 09 in the real JupyterLab, in a real browser, used as a learner uses it."""

import re

import pytest
from playwright.sync_api import Page, expect

from helpers.lessons import find_exercise
from tests.browser.lab import (
    Lab,
    cell,
    check_access,
    look_in_the_dark,
    output,
    run_again,
    shot,
    write,
)

pytestmark = pytest.mark.long

SHOWS, TELLS = "08_what_a_ui_shows", "09_what_a_ui_tells"
# Of cards and queues, or of cards and a team; the switch, and one under each build cell.
VIEWS = {SHOWS: 8, TELLS: 4}


def build(learner: Page, part: str, wrong: str, words: str, right: str) -> None:
    """Write a wrong answer into a build cell, see what is said of it, and write a right one."""
    found = cell(learner, f"%%build {part}")
    source = (find_exercise(part).answers / f"wrong_{wrong}.py").read_text("utf-8")
    write(found, f"%%build {part}\n{source}")
    expect(output(found)).to_contain_text(words, timeout=60_000)
    output(found).scroll_into_view_if_needed()
    shot(learner, f"ui-{part}-diagnosis")
    check_access(learner)
    source = (find_exercise(part).answers / f"right_{right}.py").read_text("utf-8")
    write(found, f"%%build {part}\n{source}")
    expect(output(found)).to_contain_text(re.compile("passed", re.I), timeout=60_000)


def test_a_newcomer_watches_text_errs_and_then_builds_a_ui(lab: Lab, learner: Page):
    lab.open(learner, SHOWS)
    lab.run_all(learner)
    cards = cell(learner, "course.cards(LONG").locator(".sa").first
    expect(cards).to_contain_text("✓ done", timeout=60_000)
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
    lab.wait_until_idle(learner)
    check_access(learner)
    look_in_the_dark(learner, SHOWS, VIEWS[SHOWS])

    build(learner, "coalesce", "drops_text", "whose words are lost", "pop")
    build(learner, "sentences", "ends_at_the_full_stop", "middle of a number", "characters")
    again = run_again(learner, "coalesce, sentences = map", 'course.simulate("Tell me a story.")')
    expect(output(again)).to_contain_text("the rest of her life", timeout=60_000)
    shot(learner, "08-built")


def test_a_newcomer_watches_tools_and_a_team_and_then_writes_a_bill(lab: Lab, learner: Page):
    lab.open(learner, TELLS)
    lab.run_all(learner)
    cards = cell(learner, "course.cards(LOGS").locator(".sa").first
    expect(cards).to_contain_text("6 of 6 files", timeout=60_000)
    expect(cards).to_contain_text("312 of 4,120 requests failed", timeout=60_000)
    cards.scroll_into_view_if_needed()
    shot(learner, "09-cards")

    team = cell(learner, "course.team(").locator(".sa").first
    team.scroll_into_view_if_needed()
    expect(team).to_contain_text("database connections", timeout=60_000)
    shot(learner, "09-team")
    lab.wait_until_idle(learner)
    check_access(learner)
    look_in_the_dark(learner, TELLS, VIEWS[TELLS])

    build(learner, "bill", "adds_up_totals", "total", "chain")
    again = run_again(learner, 'bill = course.part("bill")')
    expect(output(again)).to_contain_text("2 requests, $0.000844", timeout=60_000)
