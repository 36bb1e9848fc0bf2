"""Notebooks 04 to 07 in the real JupyterLab, in a real browser, used as a learner uses them."""

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

# How many views each notebook has: widgets, and one under each build cell.
VIEWS = {
    "04_mid_stream_tools": 9,
    "05_agent_loop": 14,
    "06_edge_cases": 9,
    "07_retries_and_timeouts": 6,
}


def test_tools_run_while_text_streams_and_a_frozen_one_holds_it_up(lab: Lab, learner: Page):
    lab.open(learner, "04_mid_stream_tools")
    lab.run_all(learner)
    view = cell(learner, "PROMPT = ").locator(".sa-timeline").first
    status = view.get_by_role("status")
    expect(status).to_contain_text("Done after", timeout=60_000)
    expect(status).to_contain_text("2 turns")
    view.scroll_into_view_if_needed()
    shot(learner, "04-timeline")
    lab.wait_until_idle(learner)
    check_access(learner)

    compared = cell(learner, "course.compare_dispatch(")
    compared.scroll_into_view_if_needed()  # JupyterLab takes its time with what nobody sees
    view = compared.locator(".sa-timeline").first
    view.get_by_role("button", name="Start").click()
    expect(view.locator(".sa-timeline-picture")).to_contain_text("the ideal", timeout=60_000)
    expect(view.get_by_role("button", name="Start again")).to_be_enabled(timeout=60_000)
    view.scroll_into_view_if_needed()
    shot(learner, "04-compared")
    check_access(learner)

    held_up = cell(learner, "tools=[frozen]")
    held_up.scroll_into_view_if_needed()
    view = held_up.locator(".sa-timeline").first
    view.get_by_role("button", name="Start").click()
    expect(view.get_by_role("status")).to_contain_text("after the ideal", timeout=60_000)
    shot(learner, "04-frozen")


def test_a_newcomer_errs_and_then_dispatches(lab: Lab, learner: Page):
    lab.open(learner, "04_mid_stream_tools")
    lab.run_all(learner)
    lab.wait_until_idle(learner)
    look_in_the_dark(learner, "04_mid_stream_tools", VIEWS["04_mid_stream_tools"])
    last = cell(learner, "for one in (failing, endless)")
    expect(output(last)).to_contain_text("paid: [40]")  # everything was skipped so far

    freezes = cell(learner, "%%build thaw")
    write(freezes, "%%build thaw\nasync def read_page(fetch, url):\n return await fetch(url)")
    expect(output(freezes)).to_contain_text("there is nothing to wait for", timeout=60_000)

    answers = find_exercise("dispatch").answers
    build = cell(learner, "%%build dispatch")
    wrong = (answers / "wrong_dispatches_at_message_stop.py").read_text("utf-8")
    write(build, f"%%build dispatch\n{wrong}")
    expect(output(build)).to_contain_text("wait for the end of the reply", timeout=60_000)
    output(build).scroll_into_view_if_needed()
    shot(learner, "04-diagnosis")
    check_access(learner)
    write(build, f"%%build dispatch\n{(answers / 'right_callbacks.py').read_text('utf-8')}")
    expect(output(build)).to_contain_text(re.compile("passed", re.I), timeout=60_000)
    output(build).scroll_into_view_if_needed()
    shot(learner, "04-passed")
    assert "add_done_callback" in (lab.home / "parts" / "dispatch.py").read_text("utf-8")

    mine = run_again(learner, "dispatcher=ToolDispatcher)")
    view = mine.locator(".sa-timeline").first
    expect(view.get_by_role("status")).to_contain_text("Done after", timeout=60_000)
    run_again(learner, "def endless(", "for one in (failing, endless)")
    lab.wait_until_idle(learner)
    expect(output(last)).to_contain_text("paid: [40]")
    shot(learner, "04-mine")


USE_MY_LOOP = 'run_agent = course.part("loop").run_agent\nprint(run_agent.__globals__["Turn"])'


def test_the_history_is_drawn_and_an_agent_with_a_tool_of_ones_own_runs(lab: Lab, learner: Page):
    lab.open(learner, "05_agent_loop")
    lab.run_all(learner)
    timeline = cell(learner, 'course.timeline("What').locator(".sa-timeline").first
    expect(timeline).to_contain_text("Done after", timeout=60_000)
    lab.wait_until_idle(learner)
    look_in_the_dark(learner, "05_agent_loop", VIEWS["05_agent_loop"])
    picture = (
        cell(learner, "await results_for(reply, get_weather)})")
        .locator(".sa-history svg:not(.sa-full svg)")
        .first
    )
    picture.scroll_into_view_if_needed()
    expect(picture).to_contain_text("The API would accept this.")
    shot(learner, "05-history")
    verdicts = output(cell(learner, "for name, built in lists.items()"))
    expect(verdicts).to_contain_text("200  results in another order")
    expect(verdicts).to_contain_text("ids were found without `tool_result` blocks")
    check_access(learner)

    for part, wrong, words, right in (
        ("results_message", "in_completion_order", "in the order in which", "two_functions"),
        ("last_turn", "takes_the_tools_away", "without its tools", "copy"),
        ("loop", "turn_without_its_results", "before its results", "while"),
    ):
        build = cell(learner, f"%%build {part}")
        source = (find_exercise(part).answers / f"wrong_{wrong}.py").read_text("utf-8")
        write(build, f"%%build {part}\n{source}")
        expect(output(build)).to_contain_text(words, timeout=60_000)
        output(build).scroll_into_view_if_needed()
        shot(learner, f"05-{part}-diagnosis")
        check_access(learner)
        source = (find_exercise(part).answers / f"right_{right}.py").read_text("utf-8")
        write(build, f"%%build {part}\n{source}")
        expect(output(build)).to_contain_text(re.compile("passed", re.I), timeout=60_000)
    assert "class Turn" in (lab.home / "parts" / "loop.py").read_text("utf-8")

    # From here on it is the learner's own loop, with a tool that no scenario knows.
    write(cell(learner, 'run_agent, stream_text = course.part("loop")'), USE_MY_LOOP)
    write(
        cell(learner, "def count_letter("),
        "@tool\ndef shout(text: str) -> str:\n '''Shout a text.'''\n return text.upper()\n\n"
        "count_letter, prompt = shout, 'Shout the text \"good evening\".'",
    )
    mine = run_again(learner, "run_agent(http, mine, [count_letter]")
    expect(output(mine)).to_contain_text("): GOOD EVENING", timeout=60_000)
    mine.scroll_into_view_if_needed()
    shot(learner, "05-own-tool")


def test_a_newcomer_mends_what_breaks_in_production(lab: Lab, learner: Page):
    lab.open(learner, "06_edge_cases")
    lab.run_all(learner)
    view = cell(learner, "from helpers.retry import Recovery").locator(".sa-timeline").first
    expect(view).to_contain_text("cut off", timeout=60_000)
    expect(view.get_by_role("status")).to_contain_text("Done after", timeout=60_000)
    view.scroll_into_view_if_needed()
    shot(learner, "06-continued")
    lab.wait_until_idle(learner)
    look_in_the_dark(learner, "06_edge_cases", VIEWS["06_edge_cases"])
    broken = output(cell(learner, "def next_question(content)"))
    broken.scroll_into_view_if_needed()
    shot(learner, "06-poisoned")
    check_access(learner)
    for way, source in (
        ("stdio", '"notifications/cancelled"'),
        ("http", 'http.stream("POST", url'),
    ):
        stopped = cell(learner, source)
        expect(output(stopped)).to_contain_text("in the server: the tool has stopped")
        stopped.scroll_into_view_if_needed()
        shot(learner, f"06-stopped-{way}")

    answers = find_exercise("recovery").answers
    build = cell(learner, "%%build recovery")
    wrong = (answers / "wrong_keeps_cut_thinking.py").read_text("utf-8")
    write(build, f"%%build recovery\n{wrong}")
    expect(output(build)).to_contain_text("takes for a forgery", timeout=60_000)
    output(build).scroll_into_view_if_needed()
    shot(learner, "06-diagnosis")
    check_access(learner)
    write(build, f"%%build recovery\n{(answers / 'right_rules.py').read_text('utf-8')}")
    expect(output(build)).to_contain_text(re.compile("passed", re.I), timeout=60_000)
    assert "def complete" in (lab.home / "parts" / "recovery.py").read_text("utf-8")

    mine = run_again(learner, 'recovery = course.part("recovery")', 'tally["accepted"')
    lab.wait_until_idle(learner)
    expect(output(mine)).to_contain_text("{'accepted': 39}")
    shot(learner, "06-mine")

    chaos = cell(learner, "run=sturdy_agent").locator(".sa").first
    chaos.scroll_into_view_if_needed()
    chaos.get_by_role("button", name="Start").click()
    # Three hundred runs: a busy machine takes minutes.
    expect(chaos.get_by_role("button", name="Start again")).to_be_enabled(timeout=600_000)
    shot(learner, "06-chaos")
    check_access(learner)
    expect(learner.locator(".jp-NotebookPanel:visible .sa")).to_have_count(VIEWS["06_edge_cases"])


def test_a_newcomer_errs_and_then_retries_well(lab: Lab, learner: Page):
    lab.open(learner, "07_retries_and_timeouts")
    lab.run_all(learner)
    view = cell(learner, "course.timeline(").locator(".sa").first
    expect(view).to_contain_text("asked again", timeout=60_000)
    expect(view).to_contain_text("Done", timeout=60_000)
    view.scroll_into_view_if_needed()
    shot(learner, "07-asked-again")
    lab.wait_until_idle(learner)
    look_in_the_dark(learner, "07_retries_and_timeouts", VIEWS["07_retries_and_timeouts"])
    check_access(learner)
    plot = output(cell(learner, "plots.arrivals(crowds, title="))
    plot.scroll_into_view_if_needed()
    expect(plot.locator("img")).to_be_visible()
    shot(learner, "07-crowd")

    dog = cell(learner, "%%build watchdog")
    wrong = find_exercise("watchdog").wrong_answer("pings-are-life").read_text("utf-8")
    write(dog, f"%%build watchdog\n{wrong}")
    expect(output(dog)).to_contain_text("not that the answer does", timeout=60_000)

    answers = find_exercise("retry").answers
    build = cell(learner, "def worth_retrying")
    wrong = (answers / "wrong_ignores_the_date.py").read_text("utf-8")
    write(build, f"%%build retry\n{wrong}")
    expect(output(build)).to_contain_text("parsedate_to_datetime", timeout=60_000)
    output(build).scroll_into_view_if_needed()
    shot(learner, "07-diagnosis")
    check_access(learner)
    write(build, f"%%build retry\n{(answers / 'right_match.py').read_text('utf-8')}")
    expect(output(build)).to_contain_text(re.compile("passed", re.I), timeout=60_000)
    output(build).scroll_into_view_if_needed()
    shot(learner, "07-passed")
    assert "def until" in (lab.home / "parts" / "retry.py").read_text("utf-8")

    sources = ("retry = course.part", "async def answer(fault)", "await answer({")
    again = run_again(learner, *sources)
    lab.wait_until_idle(learner)
    expect(output(again)).to_contain_text("12.60 s  answered")
    expect(output(again)).to_contain_text("given up")
