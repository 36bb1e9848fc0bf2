"""Notebooks in the real JupyterLab, in a real browser, used as a learner uses them."""

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from helpers.lessons import find_part
from tests.browser.lab import Lab, cell, output, running_lab

ROOT = Path(__file__).resolve().parents[2]
# Kept after the run, to be looked at; never committed.
SHOTS = ROOT / "screenshots"
# How many views each notebook has: widgets, and one under each build cell.
VIEWS = {
    "00_start_here": 3,
    "01_sse_by_hand": 2,
    "02_text_streaming": 5,
    "03_tool_json": 7,
    "04_mid_stream_tools": 8,
    "06_edge_cases": 7,
    "07_retries_and_timeouts": 5,
}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with running_lab(tmp_path_factory.mktemp("learner")) as running:
        yield running


@pytest.fixture
def learner(lab: Lab, page: Page) -> Iterator[Page]:
    """A page that may reach this machine and nothing else."""
    left: list[str] = []

    def watch(url: str) -> None:
        if not re.match(r"(http|ws)://127\.0\.0\.1:|data:|blob:", url):
            left.append(url)

    page.on("request", lambda request: watch(request.url))
    page.on("websocket", lambda socket: watch(socket.url))
    yield page
    assert left == []


def shot(page: Page, name: str) -> None:
    """Keep a picture of the page as it is now."""
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png")


def check_access(page: Page) -> None:
    """Look at every view on the page as axe-core does; nothing serious may be found."""
    found = Axe().run(page, context=".sa", options={"resultTypes": ["violations"]})
    grave = [
        (violation["id"], [node["target"] for node in violation["nodes"]])
        for violation in found.response["violations"]
        if violation["impact"] in ("serious", "critical")
    ]
    assert grave == []


def write(code_cell: Locator, text: str) -> None:
    """Replace a cell's source by typing, and run it with the keyboard."""
    code_cell.locator(".cm-content").click()
    keyboard = code_cell.page.keyboard
    keyboard.press("ControlOrMeta+a")
    keyboard.insert_text(text)
    keyboard.press("Shift+Enter")


def test_a_newcomer_passes_the_first_part(lab: Lab, learner: Page):
    lab.open(learner, "00_start_here")
    shot(learner, "00-before-the-first-run")
    lab.run_all(learner)
    lab.wait_until_idle(learner)
    expect(output(cell(learner, "course.check_machine()"))).to_contain_text("API answers")
    build = cell(learner, "%%build hello")
    expect(output(build)).to_contain_text("not attempted yet")

    write(build, "%%build hello\ndef hello_event(name):\n return f'event: hello'")
    expect(output(build)).to_contain_text("bytes are what travels", timeout=20_000)
    build.scroll_into_view_if_needed()
    shot(learner, "00-diagnosis")
    check_access(learner)

    write(build, f"%%build hello\n{find_part('hello').reference_source()}")
    expect(output(build)).to_contain_text(re.compile("passed", re.I), timeout=20_000)
    shot(learner, "00-passed")
    check_access(learner)
    progress = json.loads((lab.home / "progress.json").read_text("utf-8"))
    assert progress["parts"]["hello"]["passed"] is True
    assert "event: hello" in (lab.home / "parts" / "hello.py").read_text("utf-8")


def test_the_wire_is_stepped_by_keyboard_and_a_decoder_passes(lab: Lab, learner: Page):
    lab.open(learner, "01_sse_by_hand")
    lab.run_all(learner)
    lab.wait_until_idle(learner)
    view = cell(learner, "course.wire(").locator(".wire")
    expect(view).to_be_visible()
    view.scroll_into_view_if_needed()
    status = view.locator(".wire-status")
    expect(status).to_contain_text("Chunk 1 of")
    view.locator(".wire-bytes").focus()
    learner.keyboard.press("ArrowRight")
    expect(status).to_contain_text("Chunk 2 of")
    learner.keyboard.press("ArrowRight")
    expect(status).to_contain_text("Chunk 3 of")
    view.locator(".wire-chip").first.click()
    expect(view.locator(".wire-panel")).to_contain_text("message_start")
    shot(learner, "01-wire")
    check_access(learner)

    build = cell(learner, "%%build sse")
    write(build, "%%build sse\nclass SSEDecoder:\n    def feed(self, chunk):\n  pass")
    expect(output(build)).to_contain_text("IndentationError", timeout=20_000)
    shot(learner, "01-syntax-error")
    write(build, f"%%build sse\n{find_part('sse').reference_source()}")
    expect(output(build)).to_contain_text(re.compile("passed", re.I), timeout=30_000)
    output(build).scroll_into_view_if_needed()
    shot(learner, "01-passed")


def test_tokens_grow_in_the_page_and_stop_stops(lab: Lab, learner: Page):
    lab.open(learner, "02_text_streaming")
    lab.run_all(learner)
    view = cell(learner, 'course.transcript("Explain').locator(".sa-transcript").first
    expect(view).to_be_visible(timeout=30_000)
    view.scroll_into_view_if_needed()
    state, answer = view.locator(".sa-state"), view.locator(".sa-answer")
    expect(state).to_contain_text("streaming", timeout=20_000)
    sizes = []
    for _ in range(4):
        sizes.append(len(answer.inner_text()))
        time.sleep(0.2)
    assert sizes == sorted(sizes) and len(set(sizes)) > 1, sizes
    expect(state).to_contain_text("streaming")  # it grew before the stream had ended
    shot(learner, "02-streaming")
    check_access(learner)
    view.get_by_role("button", name="Stop").click()
    expect(state).to_contain_text("stopped by you", timeout=5_000)
    stopped_at = len(answer.inner_text())
    assert 0 < stopped_at < 4000
    time.sleep(0.5)
    assert len(answer.inner_text()) == stopped_at
    shot(learner, "02-stopped")
    check_access(learner)
    lab.wait_until_idle(learner)


def test_stop_works_while_another_cell_runs(lab: Lab, learner: Page):
    lab.open(learner, "02_text_streaming")
    write(cell(learner, "from helpers import course"), "from helpers import course")
    lab.wait_until_idle(learner)
    streaming = cell(learner, 'course.transcript("Explain')
    write(streaming, 'course.transcript("Explain in detail how TCP recovers from loss.")')
    view = streaming.locator(".sa-transcript").first
    expect(view.locator(".sa-state")).to_contain_text("streaming", timeout=20_000)
    computing = cell(learner, "async def events_of")
    write(computing, "import time\ntime.sleep(8)\nprint('computed')")
    running = computing.locator(".jp-InputPrompt", has_text="[*]")
    expect(running).to_be_visible(timeout=10_000)
    view.get_by_role("button", name="Stop").click()
    expect(view.locator(".sa-state")).to_contain_text("stopped by you", timeout=5_000)
    expect(running).to_be_visible(timeout=1)  # the cell is still at it
    view.get_by_role("button", name="Start").click()
    expect(view.locator(".sa-state")).to_contain_text("streaming", timeout=3_000)
    expect(running).to_be_visible(timeout=1)
    expect(output(computing)).to_contain_text("computed", timeout=20_000)
    expect(view.locator(".sa-state")).to_contain_text("done", timeout=20_000)


def test_the_race_runs_on_two_real_requests(lab: Lab, learner: Page):
    lab.open(learner, "02_text_streaming")
    write(cell(learner, "from helpers import course"), "from helpers import course")
    lab.wait_until_idle(learner)
    race = cell(learner, "course.race()")
    write(race, "course.race(streamed=3, blocking=2)")
    view = race.locator(".sa").first
    expect(view).to_be_visible(timeout=20_000)
    view.get_by_role("button", name="Start").click()
    streamed, blocking = view.locator(".sa-race-text").all()
    expect(streamed).to_contain_text(re.compile(r"\w{3}"), timeout=5_000)
    assert blocking.inner_text().strip() == ""  # silent until it is done
    shot(learner, "02-race")
    check_access(learner)
    expect(blocking).to_contain_text(re.compile(r"\w{3}"), timeout=10_000)


def test_tool_inputs_grow_and_a_cut_one_is_named(lab: Lab, learner: Page):
    lab.open(learner, "03_tool_json")
    lab.run_all(learner)
    view = cell(learner, "course.transcript(two_cities").locator(".sa-transcript").first
    expect(view.locator(".sa-state")).to_contain_text("done", timeout=30_000)
    view.scroll_into_view_if_needed()
    expect(view).to_contain_text('{"city": "Lagos"}')
    expect(view).to_contain_text('{"city": "Oslo"}')
    shot(learner, "03-two-tools")
    lab.wait_until_idle(learner)
    check_access(learner)
    view = cell(learner, "course.transcript(payment").locator(".sa-transcript").first
    view.scroll_into_view_if_needed()
    expect(view).to_contain_text("cut off", timeout=10_000)
    expect(view).to_contain_text('"amount": 12')
    shot(learner, "03-cut")
    expect(output(cell(learner, 'print("the same message'))).to_contain_text("True")


def test_a_newcomer_errs_and_then_assembles(lab: Lab, learner: Page):
    lab.open(learner, "03_tool_json")
    lab.run_all(learner)
    lab.wait_until_idle(learner)
    verdicts = cell(learner, "%%build whole_or_cut")
    write(verdicts, '%%build whole_or_cut\nMAY_RUN = {"A": 1, "B": 1}')
    expect(output(verdicts)).to_contain_text("closes its last block", timeout=20_000)
    write(verdicts, "%%build whole_or_cut\nMAY_RUN = dict(A=1, B=0, C=1, D=1, E=0, F=2)")
    expect(output(verdicts)).to_contain_text(re.compile("passed", re.I), timeout=20_000)

    answers = ROOT / "tests" / "lessons" / "answers" / "message"
    build = cell(learner, "%%build message")
    wrong = (answers / "wrong_trusts_the_block_stop.py").read_text("utf-8")
    write(build, f"%%build message\n{wrong}")
    expect(output(build)).to_contain_text("cut at max_tokens", timeout=30_000)
    expect(output(build)).to_contain_text("content_block_stop")
    output(build).scroll_into_view_if_needed()
    shot(learner, "03-diagnosis")
    check_access(learner)
    write(build, f"%%build message\n{(answers / 'right_dicts.py').read_text('utf-8')}")
    expect(output(build)).to_contain_text(re.compile("passed", re.I), timeout=30_000)
    output(build).scroll_into_view_if_needed()
    shot(learner, "03-passed")
    assert "self.waiting" in (lab.home / "parts" / "message.py").read_text("utf-8")

    check = cell(learner, "MessageAssembler = course.part")
    check.locator(".cm-content").click()
    learner.keyboard.press("Shift+Enter")
    lab.wait_until_idle(learner)
    expect(output(check)).to_contain_text("the same message: True")


def test_tools_run_while_text_streams_and_a_frozen_one_holds_it_up(lab: Lab, learner: Page):
    lab.open(learner, "04_mid_stream_tools")
    lab.run_all(learner)
    view = cell(learner, "PROMPT = ").locator(".sa-timeline").first
    status = view.get_by_role("status")
    expect(status).to_contain_text("Done after", timeout=30_000)
    expect(status).to_contain_text("2 turns")
    view.scroll_into_view_if_needed()
    shot(learner, "04-timeline")
    lab.wait_until_idle(learner)
    check_access(learner)

    view = cell(learner, "course.compare_dispatch(").locator(".sa-timeline").first
    view.get_by_role("button", name="Start").click()
    expect(view.locator(".sa-timeline-picture")).to_contain_text("the ideal", timeout=20_000)
    expect(view.get_by_role("button", name="Start again")).to_be_enabled(timeout=20_000)
    view.scroll_into_view_if_needed()
    shot(learner, "04-compared")
    check_access(learner)

    view = cell(learner, "tools=[frozen]").locator(".sa-timeline").first
    view.get_by_role("button", name="Start").click()
    expect(view.get_by_role("status")).to_contain_text("after the ideal", timeout=20_000)
    shot(learner, "04-frozen")


def test_a_newcomer_errs_and_then_dispatches(lab: Lab, learner: Page):
    lab.open(learner, "04_mid_stream_tools")
    lab.run_all(learner)
    lab.wait_until_idle(learner)
    last = cell(learner, "@tool(once=True)")
    expect(output(last)).to_contain_text("paid: [40]")  # everything was skipped so far

    freezes = cell(learner, "%%build thaw")
    write(freezes, "%%build thaw\nasync def read_page(fetch, url):\n return await fetch(url)")
    expect(output(freezes)).to_contain_text("there is nothing to wait for", timeout=20_000)

    answers = ROOT / "tests" / "lessons" / "answers" / "dispatch"
    build = cell(learner, "%%build dispatch")
    wrong = (answers / "wrong_dispatches_at_message_stop.py").read_text("utf-8")
    write(build, f"%%build dispatch\n{wrong}")
    expect(output(build)).to_contain_text("wait for the end of the reply", timeout=30_000)
    output(build).scroll_into_view_if_needed()
    shot(learner, "04-diagnosis")
    check_access(learner)
    write(build, f"%%build dispatch\n{(answers / 'right_callbacks.py').read_text('utf-8')}")
    expect(output(build)).to_contain_text(re.compile("passed", re.I), timeout=30_000)
    output(build).scroll_into_view_if_needed()
    shot(learner, "04-passed")
    assert "add_done_callback" in (lab.home / "parts" / "dispatch.py").read_text("utf-8")

    mine = cell(learner, "dispatcher=ToolDispatcher)")
    mine.locator(".cm-content").click()
    learner.keyboard.press("Shift+Enter")
    view = mine.locator(".sa-timeline").first
    expect(view.get_by_role("status")).to_contain_text("Done after", timeout=30_000)
    learner.keyboard.press("Shift+Enter")
    lab.wait_until_idle(learner)
    expect(output(last)).to_contain_text("paid: [40]")
    shot(learner, "04-mine")


def test_a_newcomer_mends_what_breaks_in_production(lab: Lab, learner: Page):
    lab.open(learner, "06_edge_cases")
    lab.run_all(learner)
    view = cell(learner, "from helpers.recovery import Recovery").locator(".sa-timeline").first
    expect(view).to_contain_text("cut off", timeout=30_000)
    expect(view.get_by_role("status")).to_contain_text("Done after", timeout=30_000)
    view.scroll_into_view_if_needed()
    shot(learner, "06-continued")
    lab.wait_until_idle(learner)
    broken = output(cell(learner, "def next_question(content)"))
    broken.scroll_into_view_if_needed()
    shot(learner, "06-poisoned")
    check_access(learner)

    answers = ROOT / "tests" / "lessons" / "answers" / "recovery"
    build = cell(learner, "%%build recovery")
    wrong = (answers / "wrong_keeps_cut_thinking.py").read_text("utf-8")
    write(build, f"%%build recovery\n{wrong}")
    expect(output(build)).to_contain_text("takes for a forgery", timeout=30_000)
    output(build).scroll_into_view_if_needed()
    shot(learner, "06-diagnosis")
    check_access(learner)
    write(build, f"%%build recovery\n{(answers / 'right_rules.py').read_text('utf-8')}")
    expect(output(build)).to_contain_text(re.compile("passed", re.I), timeout=30_000)
    assert "def complete" in (lab.home / "parts" / "recovery.py").read_text("utf-8")

    mine = cell(learner, "tally[await verdict(history)] += 1")
    mine.locator(".cm-content").click()
    learner.keyboard.press("Shift+Enter")
    lab.wait_until_idle(learner)
    expect(output(mine)).to_contain_text("{'taken': 39}")
    shot(learner, "06-mine")

    chaos = cell(learner, "run=sturdy_agent").locator(".sa").first
    chaos.scroll_into_view_if_needed()
    chaos.get_by_role("button", name="Start").click()
    expect(chaos.get_by_role("button", name="Start again")).to_be_enabled(timeout=60_000)
    shot(learner, "06-chaos")
    check_access(learner)
    expect(learner.locator(".jp-NotebookPanel:visible .sa")).to_have_count(VIEWS["06_edge_cases"])


def test_a_newcomer_errs_and_then_retries_well(lab: Lab, learner: Page):
    lab.open(learner, "07_retries_and_timeouts")
    lab.run_all(learner)
    view = cell(learner, "course.timeline(").locator(".sa").first
    expect(view).to_contain_text("asked again", timeout=30_000)
    expect(view).to_contain_text("Done", timeout=30_000)
    view.scroll_into_view_if_needed()
    shot(learner, "07-asked-again")
    lab.wait_until_idle(learner)
    check_access(learner)
    plot = output(cell(learner, "plots.arrivals(crowds, title="))
    plot.scroll_into_view_if_needed()
    expect(plot.locator("img")).to_be_visible()
    shot(learner, "07-crowd")

    dog = cell(learner, "%%build watchdog")
    wrong = (ROOT / "tests/lessons/answers/watchdog/wrong_pings_are_life.py").read_text("utf-8")
    write(dog, f"%%build watchdog\n{wrong}")
    expect(output(dog)).to_contain_text("not that the answer does", timeout=20_000)

    answers = ROOT / "tests" / "lessons" / "answers" / "retry"
    build = cell(learner, "def worth_retrying")
    wrong = (answers / "wrong_ignores_the_date.py").read_text("utf-8")
    write(build, f"%%build retry\n{wrong}")
    expect(output(build)).to_contain_text("parsedate_to_datetime", timeout=30_000)
    output(build).scroll_into_view_if_needed()
    shot(learner, "07-diagnosis")
    check_access(learner)
    write(build, f"%%build retry\n{(answers / 'right_match.py').read_text('utf-8')}")
    expect(output(build)).to_contain_text(re.compile("passed", re.I), timeout=30_000)
    output(build).scroll_into_view_if_needed()
    shot(learner, "07-passed")
    assert "def until" in (lab.home / "parts" / "retry.py").read_text("utf-8")

    for source in ("retry = course.part", "async def answer(fault)", "await answer({"):
        again = cell(learner, source)
        again.locator(".cm-content").click()
        learner.keyboard.press("Shift+Enter")
    lab.wait_until_idle(learner)
    expect(output(again)).to_contain_text("12.60 s  answered")
    expect(output(again)).to_contain_text("given up")


def test_the_views_hold_in_the_dark(lab: Lab, learner: Page):
    lab.set_theme(learner, "JupyterLab Dark")
    try:
        for name, views in VIEWS.items():
            lab.open(learner, name)
            lab.run_all(learner)
            lab.wait_until_idle(learner)
            expect(learner.locator(".jp-NotebookPanel:visible .sa")).to_have_count(views)
            shot(learner, f"{name[:2]}-dark")
            check_access(learner)
    finally:
        lab.set_theme(learner, "JupyterLab Light")
