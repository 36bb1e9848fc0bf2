"""Notebooks 00 to 03 in the real JupyterLab, in a real browser, used as a learner uses them."""

import json
import os
import re
import subprocess
import sys
import time

import pytest
from playwright.sync_api import Locator, Page, expect

from helpers.lessons import find_exercise
from tests.browser.lab import (
    FITS,
    Lab,
    cell,
    check_access,
    check_dark_views,
    click_into,
    look_in_the_dark,
    output,
    run_again,
    shot,
    write,
)

pytestmark = pytest.mark.long

# How many views each notebook has: widgets, and one under each build cell.
VIEWS = {
    "00_start_here": 3,
    "01_sse_by_hand": 3,
    "02_text_streaming": 6,
    "03_tool_json": 8,
}


def test_a_newcomer_passes_the_first_part(lab: Lab, learner: Page):
    lab.open(learner, "00_start_here")
    shot(learner, "00-before-the-first-run")
    lab.run_all(learner)
    lab.wait_until_idle(learner)
    look_in_the_dark(learner, "00_start_here", VIEWS["00_start_here"])
    expect(output(cell(learner, "course.check_machine()"))).to_contain_text("API answers")
    build = cell(learner, "%%build hello")
    expect(output(build)).to_contain_text("not attempted yet")

    write(build, "%%build hello\ndef hello_event(name):\n return f'event: hello'")
    expect(output(build)).to_contain_text("bytes are what travels", timeout=60_000)
    build.scroll_into_view_if_needed()
    shot(learner, "00-diagnosis")
    check_access(learner)

    write(build, f"%%build hello\n{find_exercise('hello').reference_source()}")
    expect(output(build)).to_contain_text(re.compile("passed", re.I), timeout=60_000)
    shot(learner, "00-passed")
    check_access(learner)
    progress = json.loads((lab.home / "progress.json").read_text("utf-8"))
    assert progress["parts"]["hello"]["passed"] is True
    assert "event: hello" in (lab.home / "parts" / "hello.py").read_text("utf-8")


def test_the_wire_is_stepped_by_keyboard_and_a_decoder_passes(lab: Lab, learner: Page):
    lab.open(learner, "01_sse_by_hand")
    lab.run_all(learner)
    lab.wait_until_idle(learner)
    look_in_the_dark(learner, "01_sse_by_hand", VIEWS["01_sse_by_hand"])
    view = cell(learner, "course.wire(").locator(".wire")
    expect(view).to_be_visible()
    view.scroll_into_view_if_needed()
    status = view.locator(".wire-status")
    expect(status).to_contain_text("Chunk 1 of")
    view.locator(".wire-bytes").focus()
    learner.keyboard.press("ArrowRight")
    expect(status).to_contain_text("Chunk 2 of")
    click_into(cell(learner, "course.wire(").locator(".cm-content"))
    learner.keyboard.press("ArrowRight")  # whoever types moves their own cursor
    learner.keyboard.press("Shift+Enter")
    lab.wait_until_idle(learner)
    view.locator(".wire-bytes").scroll_into_view_if_needed()
    expect(status).to_contain_text("Chunk 1 of")
    learner.keyboard.press("ArrowRight")
    learner.keyboard.press("ArrowRight")
    expect(status).to_contain_text("Chunk 3 of")
    view.locator(".wire-chip").first.click()
    expect(view.locator(".wire-panel")).to_contain_text("message_start")
    shot(learner, "01-wire")
    assert view.bounding_box()["height"] <= FITS  # type: ignore[index]
    check_access(learner)

    build = cell(learner, "%%build sse")
    write(build, "%%build sse\nclass SSEDecoder:\n    def feed(self, chunk):\n  pass")
    expect(output(build)).to_contain_text("IndentationError", timeout=60_000)
    shot(learner, "01-syntax-error")
    write(build, f"%%build sse\n{find_exercise('sse').reference_source()}")
    expect(output(build)).to_contain_text(re.compile("passed", re.I), timeout=60_000)
    output(build).scroll_into_view_if_needed()
    shot(learner, "01-passed")


def test_what_a_reader_is_to_predict_unfolds_when_they_run_it(lab: Lab, learner: Page):
    lab.open(learner, "01_sse_by_hand")
    asked = cell(learner, "LINE SEPARATOR}two")
    asked.scroll_into_view_if_needed()
    expect(asked.locator(".jp-OutputPlaceholder")).to_be_visible()
    expect(asked.locator(".jp-OutputArea-output")).to_be_hidden()
    click_into(asked.locator(".cm-content"))
    learner.keyboard.press("Shift+Enter")
    expect(output(asked)).to_contain_text("['one', 'two']", timeout=60_000)
    expect(asked.locator(".jp-OutputPlaceholder")).to_have_count(0)


# However busy the machine is, this answer is still under way when a test presses Stop.
LONG_ANSWER = (
    'course.transcript("Explain in detail how TCP recovers from loss.",'
    ' pace={"first_token": 0.1, "tokens_per_second": 3})'
)


def start_a_long_answer(lab: Lab, learner: Page) -> Locator:
    """Open notebook 02, start an answer that takes minutes, and return its view."""
    lab.open(learner, "02_text_streaming")
    write(cell(learner, "from helpers import course"), "from helpers import course")
    lab.wait_until_idle(learner)
    streaming = cell(learner, 'course.transcript("Explain')
    write(streaming, LONG_ANSWER)
    view = streaming.locator(".sa-transcript").first
    expect(view.locator(".sa-state")).to_contain_text("streaming", timeout=60_000)
    return view


def test_tokens_grow_in_the_page_and_stop_stops(lab: Lab, learner: Page):
    view = start_a_long_answer(lab, learner)
    view.scroll_into_view_if_needed()
    state, answer = view.locator(".sa-state"), view.locator(".sa-answer")
    for _ in range(3):
        size = len(answer.inner_text())
        expect(answer).to_have_text(re.compile(rf"[\s\S]{{{size + 1},}}"), timeout=60_000)
    expect(state).to_contain_text("streaming")  # it grew before the stream had ended
    view.get_by_role("button", name="Stop").click()
    expect(state).to_contain_text("stopped by you", timeout=60_000)
    stopped_at = len(answer.inner_text())
    assert 0 < stopped_at < 4000
    time.sleep(0.5)
    assert len(answer.inner_text()) == stopped_at
    shot(learner, "02-stopped")
    check_access(learner)
    view.get_by_role("button", name="Start again").click()
    expect(state).to_contain_text("streaming", timeout=60_000)
    shot(learner, "02-streaming")
    check_access(learner)
    view.get_by_role("button", name="Stop").click()
    expect(state).to_contain_text("stopped by you", timeout=60_000)


def test_stop_works_while_another_cell_runs(lab: Lab, learner: Page):
    view = start_a_long_answer(lab, learner)
    state = view.locator(".sa-state")
    computing = cell(learner, "async def events_of")
    gate = lab.home / "gate"
    waits = f"while not os.path.exists({str(gate)!r}): time.sleep(0.01)"
    write(computing, f"import os, time\n{waits}\nprint('computed')")
    try:
        running = computing.locator(".jp-InputPrompt", has_text="[*]")
        expect(running).to_be_visible(timeout=60_000)
        view.get_by_role("button", name="Stop").click()
        expect(state).to_contain_text("stopped by you", timeout=60_000)
        assert running.is_visible()  # the cell is still at it
        view.get_by_role("button", name="Start").click()
        expect(state).to_contain_text("streaming", timeout=60_000)
        assert running.is_visible()
    finally:
        gate.touch()  # or the kernel would stay busy for the next test
    expect(output(computing)).to_contain_text("computed", timeout=60_000)
    expect(state).to_contain_text("streaming")
    view.get_by_role("button", name="Stop").click()
    expect(state).to_contain_text("stopped by you", timeout=60_000)


# The streamed text has begun: what both say then.
TOLD = r"""([streamed, blocking]) =>
  /\w{3}/.test(streamed.innerText) && { blocking: blocking.innerText.trim() }"""


def test_the_race_runs_on_two_real_requests(lab: Lab, learner: Page):
    lab.open(learner, "02_text_streaming")
    write(cell(learner, "from helpers import course"), "from helpers import course")
    lab.wait_until_idle(learner)
    race = cell(learner, "course.race()")
    write(race, "course.race(streamed=8, blocking=8)")
    view = race.locator(".sa").first
    expect(view).to_be_visible(timeout=60_000)
    view.get_by_role("button", name="Start").click()
    streamed, blocking = view.locator(".sa-race-text").all()
    # In one look, and within eight seconds: the other is silent until it is done.
    both = [streamed.element_handle(), blocking.element_handle()]
    told = learner.wait_for_function(TOLD, arg=both, timeout=60_000).json_value()
    assert told["blocking"] == ""
    shot(learner, "02-race")
    check_access(learner)
    expect(blocking).to_contain_text(re.compile(r"\w{3}"), timeout=60_000)


def test_tool_inputs_grow_and_a_cut_one_is_named(lab: Lab, learner: Page):
    lab.open(learner, "03_tool_json")
    lab.run_all(learner)
    view = cell(learner, "course.transcript(two_cities").locator(".sa-transcript").first
    expect(view.locator(".sa-state")).to_contain_text("done", timeout=60_000)
    view.scroll_into_view_if_needed()
    expect(view).to_contain_text('{"city": "Lagos"}')
    expect(view).to_contain_text('{"city": "Oslo"}')
    shot(learner, "03-two-tools")
    lab.wait_until_idle(learner)
    check_access(learner)
    view = cell(learner, "course.transcript(payment").locator(".sa-transcript").first
    view.scroll_into_view_if_needed()
    expect(view).to_contain_text("cut off", timeout=60_000)
    expect(view).to_contain_text('"amount": 12')
    shot(learner, "03-cut")
    expect(output(cell(learner, 'print("the same message'))).to_contain_text("True")


def test_a_newcomer_errs_and_then_assembles(lab: Lab, learner: Page):
    lab.open(learner, "03_tool_json")
    lab.run_all(learner)
    lab.wait_until_idle(learner)
    look_in_the_dark(learner, "03_tool_json", VIEWS["03_tool_json"])
    verdicts = cell(learner, "%%build whole_or_cut")
    write(verdicts, '%%build whole_or_cut\nMAY_RUN = {"A": 1, "B": 1}')
    expect(output(verdicts)).to_contain_text("closes its last block", timeout=60_000)
    write(verdicts, "%%build whole_or_cut\nMAY_RUN = dict(A=1, B=0, C=1, D=1, E=0, F=2)")
    expect(output(verdicts)).to_contain_text(re.compile("passed", re.I), timeout=60_000)

    answers = find_exercise("message").answers
    build = cell(learner, "%%build message")
    wrong = (answers / "wrong_trusts_the_block_stop.py").read_text("utf-8")
    write(build, f"%%build message\n{wrong}")
    expect(output(build)).to_contain_text("cut at max_tokens", timeout=60_000)
    expect(output(build)).to_contain_text("content_block_stop")
    output(build).scroll_into_view_if_needed()
    shot(learner, "03-diagnosis")
    check_access(learner)
    write(build, f"%%build message\n{(answers / 'right_dicts.py').read_text('utf-8')}")
    expect(output(build)).to_contain_text(re.compile("passed", re.I), timeout=60_000)
    output(build).scroll_into_view_if_needed()
    shot(learner, "03-passed")
    assert "self.waiting" in (lab.home / "parts" / "message.py").read_text("utf-8")

    check = run_again(learner, "def assembled(", "assembler, _ = assembled(everything)")
    lab.wait_until_idle(learner)
    expect(output(check)).to_contain_text("the same message: True")


def test_a_notebook_that_is_opened_in_the_dark_is_dark(lab: Lab, learner: Page):
    lab.set_theme(learner, "JupyterLab Dark")
    try:
        lab.open(learner, "02_text_streaming")
        lab.run_all(learner)
        lab.wait_until_idle(learner)
        check_dark_views(learner, "02_text_streaming", VIEWS["02_text_streaming"])
        assert learner.locator(".jp-NotebookPanel:visible .jp-RenderedSVG img").count() > 0
    finally:
        lab.set_theme(learner, "JupyterLab Light")


def test_a_second_lab_on_the_same_folder_opens_the_first(lab: Lab, learner: Page):
    done = subprocess.run(
        [sys.executable, "-P", "-m", "helpers.lessons.lab", "--no-browser", "--path", "75"],
        env=os.environ
        | {
            "COURSE_HOME": str(lab.home),
            "JUPYTER_DATA_DIR": str(lab.home / ".test" / "data"),  # its signatures
            "JUPYTER_RUNTIME_DIR": str(lab.home / ".test" / "runtime"),
        },
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    said, address = done.stdout.split("\n    ")
    assert "open already" in said
    learner.goto(address.strip())
    expect(learner.locator(".jp-NotebookPanel:visible h1").first).to_contain_text("75 minutes")
    lab.wait_until_idle(learner)
    run_again(learner, "from helpers import course", "course.check_machine()")
    expect(learner.locator(".jp-NotebookPanel:visible")).to_contain_text("✓ Python is 3.11")
    for title, name in (("75 minutes", "path-75"), ("Which wait feels shorter?", "path-75-race")):
        learner.get_by_role("heading", name=title).first.scroll_into_view_if_needed()
        shot(learner, name)
