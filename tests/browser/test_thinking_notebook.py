"""Notebook 10 in the real JupyterLab, in a real browser, used as a learner uses it."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from helpers.lessons import find_exercise
from tests.browser.lab import Lab, cell, check_access, output, run_again, shot, write

pytestmark = pytest.mark.long

NAME = "10_thinking_and_structured_output"

# Two transcripts, four forms, the switch, and a view under each of four build cells.
VIEWS = 12


@pytest.fixture
def in_the_dark(lab: Lab, learner: Page) -> Iterator[Page]:
    lab.set_theme(learner, "JupyterLab Dark")
    yield learner
    lab.set_theme(learner, "JupyterLab Light")


def test_the_views_show_thinking_and_how_answers_end_in_the_dark(lab: Lab, in_the_dark: Page):
    learner = in_the_dark
    lab.open(learner, NAME)
    lab.run_all(learner)
    lab.wait_until_idle(learner)
    view = cell(learner, "RIDDLE = ").locator(".sa-transcript").first
    expect(view).to_contain_text("stop reason", timeout=60_000)
    thought = view.locator("details.sa-thinking")
    expect(thought).not_to_have_attribute("open", "")
    thought.locator("summary").focus()
    learner.keyboard.press("Enter")
    expect(thought.locator(".sa-thought")).to_be_visible()
    expect(thought.locator(".sa-thought")).to_contain_text("footprints")
    view.scroll_into_view_if_needed()
    shot(learner, "10-thought-dark")

    hidden = cell(learner, "course.request(RIDDLE, **omits), **SLOWLY").locator(".sa-transcript")
    expect(hidden.first).to_contain_text("not shown by the API", timeout=60_000)
    for source, state in (
        ("PANCAKES = ", "valid"),
        ("course.form(Recipe, short", "cut"),
        ("course.form(Recipe, MUSHROOMS", "refused"),
    ):
        form = cell(learner, source).locator(f".sa-form[data-state={state}]")
        expect(form).to_be_visible(timeout=60_000)
        form.scroll_into_view_if_needed()
        shot(learner, f"10-{state}-dark")
    # A label stands on one line: JupyterLab has a style of its own for lists.
    assert form.locator(".sa-form-row").first.evaluate("row => row.offsetHeight") < 60
    refused = (
        cell(learner, "course.history(with_result(rest)")
        .locator(".sa-history svg:not(.sa-full svg)")
        .first
    )
    expect(refused).to_contain_text("400 invalid_request_error")
    expect(learner.locator(".jp-NotebookPanel:visible .sa")).to_have_count(VIEWS)
    check_access(learner)


PANCAKES = "Write a recipe for pancakes."
IS_MINE = 'print("escaped" in committed.__code__.co_varnames)'


def test_a_newcomer_errs_and_then_fills_a_form(lab: Lab, learner: Page):
    lab.open(learner, NAME)
    lab.run_all(learner)
    lab.wait_until_idle(learner)
    again = cell(learner, "for title, prompt, most in (")
    expect(output(again)).to_contain_text("refused, and it shows 0 fields")
    for part, wrong, words, right in (
        ("sealed", "drops_empty_thinking", "is in the signature", "set"),
        ("tags", "misses_the_second_start", "the tag began", "state_machine"),
        ("commit", "shows_half_a_number", "the next digit may be on its way", "scanner"),
        ("outcome", "repairs_what_was_cut", "half a recipe that looks like", "match"),
    ):
        build = cell(learner, f"%%build {part}")
        source = (find_exercise(part).answers / f"wrong_{wrong}.py").read_text("utf-8")
        write(build, f"%%build {part}\n{source}")
        expect(output(build)).to_contain_text(words, timeout=60_000)
        output(build).scroll_into_view_if_needed()
        shot(learner, f"10-{part}-diagnosis")
        source = (find_exercise(part).answers / f"right_{right}.py").read_text("utf-8")
        write(build, f"%%build {part}\n{source}")
        expect(output(build)).to_contain_text(re.compile("passed", re.I), timeout=60_000)
    check_access(learner)
    assert "in_string" in (lab.home / "parts" / "commit.py").read_text("utf-8")

    # From here on it is the learner's own.
    run_again(learner, 'committed = course.part("commit").committed')
    write(again, f'fill_form(course.request("{PANCAKES}", **asked))\n{IS_MINE}')
    expect(output(again)).to_contain_text("done, and it shows 5 fields", timeout=60_000)
    expect(output(again)).to_contain_text("True")
    again.scroll_into_view_if_needed()
    shot(learner, "10-mine")
