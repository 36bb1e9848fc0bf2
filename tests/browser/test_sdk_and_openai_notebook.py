"""Notebook 11 in the real JupyterLab, in a real browser, used as a learner uses it."""

import re

import pytest
from playwright.sync_api import Page, expect

from helpers.lessons import find_exercise
from tests.browser.lab import Lab, cell, check_access, look_in_the_dark, output, shot, write

pytestmark = pytest.mark.long

NOTEBOOK = "11_sdk_and_openai"
# Widgets, and one under each build cell.
VIEWS = 8


def test_a_newcomer_compares_three_ways_and_reads_the_wire(lab: Lab, learner: Page):
    lab.open(learner, NOTEBOOK)
    lab.run_all(learner)
    lab.wait_until_idle(learner)
    look_in_the_dark(learner, NOTEBOOK, VIEWS)
    faults = output(cell(learner, "FAULTS = {"))
    expect(faults).to_contain_text("stop_reason None")
    for quirk, words in (
        ("interleaved_calls", "call 0 is done: ''"),
        ("ids_missing", "SDK:    None None"),
        ("error_number", "429  ErrorEvent: rate_limit_error in mid-stream"),
    ):
        told = cell(learner, f'"{quirk}"')
        expect(output(told)).to_contain_text(words)
        output(told).scroll_into_view_if_needed()
        shot(learner, f"11-{quirk}")

    view = cell(learner, "course.three_ways(COMPARE, tools=[get_weather])")
    view = view.locator(".sa-timeline").first
    view.scroll_into_view_if_needed()
    expect(view.get_by_role("radio", name="All at once")).to_be_checked()
    view.get_by_role("button", name="Start").click()
    expect(view.get_by_role("button", name="Start again")).to_be_enabled(timeout=60_000)
    status = view.get_by_role("status")
    for way in ("By hand", "Anthropic tool_runner", "OpenAI chat"):
        expect(status).to_contain_text(re.compile(rf"{way}: ✓ Done after \d+\.\d s in 2 turns"))
    expect(status).to_contain_text("after the ideal")
    shot(learner, "11-three-ways")

    for part, wrong, words, right in (
        ("does_it_raise", "trusts_the_end", "closes in good order", "plain"),
        ("chat_calls", "keys_by_id", "only the first of each call has", "match"),
        ("read_the_wire", "overlooks_the_end", "read without its end", "plain"),
    ):
        build = cell(learner, f"%%build {part}")
        source = (find_exercise(part).answers / f"wrong_{wrong}.py").read_text("utf-8")
        write(build, f"%%build {part}\n{source}")
        expect(output(build)).to_contain_text(words, timeout=60_000)
        output(build).scroll_into_view_if_needed()
        shot(learner, f"11-{part}-diagnosis")
        source = (find_exercise(part).answers / f"right_{right}.py").read_text("utf-8")
        write(build, f"%%build {part}\n{source}")
        expect(output(build)).to_contain_text(re.compile("passed", re.I), timeout=60_000)
    check_access(learner)
