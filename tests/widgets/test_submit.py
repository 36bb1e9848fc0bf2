"""The way to a submission: step by step, with what a person can mend said in words."""

import asyncio
import json
import threading
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import course
from helpers.lessons import find_exercise
from helpers.lessons.learner import progress
from helpers.submission import steps
from helpers.submission.conformance.suite import Result
from helpers.submission.recording import CannotRecord, Cast
from helpers.submission.steps import Ready
from helpers.submission.ttft import Measured
from helpers.widgets.submit import view as submit
from helpers.widgets.submit.model import STEPS, rows, sentence
from helpers.widgets.submit.snapshot import draw, tell
from helpers.widgets.submit.view import SubmitView
from tests.sweeps import examples

NOTE = (
    "A character of three bytes came in two chunks. My decoder showed a replacement sign for it. "
    "Now it keeps the bytes until the character is whole."
)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A learner's folder, with nothing in it."""
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "my"))
    return tmp_path / "my"


def run_steps(view: SubmitView, *chosen: str) -> dict[str, str]:
    """Do some steps to their end; return the state of each."""
    view.start(*chosen)
    assert view.wait(600)
    return {step["id"]: step["state"] for step in view.state["steps"]}


def words(view: SubmitView, id: str) -> str:
    """Return all that a step says."""
    [step] = [step for step in view.state["steps"] if step["id"] == id]
    return "\n".join((step["words"], *step["details"]))


def quickly(monkeypatch: pytest.MonkeyPatch, *results: Result, record: Any = None) -> None:
    """Let the slow steps take no time."""

    async def try_agent(file: Path, seeds: list[int]) -> AsyncGenerator[Result]:
        for result in results:
            yield result

    times = (0.3, 0.4)
    cast = Cast(80, 24, "python agent.py", ((0.1, "Hello.\r\n"),))
    found = Measured("mock", "offline-mock", times, times, "a machine", "3.11")

    def write_agent() -> Ready:
        file = progress.home() / "build" / "agent.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(progress.source("retry") or "print('Hello.')\n", encoding="utf-8")
        return Ready(file, {"retry": "yours"})

    monkeypatch.setattr(steps, "build_agent", write_agent)
    monkeypatch.setattr(submit, "tried", try_agent)
    monkeypatch.setattr(submit, "record", record or (lambda *_: cast))
    monkeypatch.setattr(submit, "measured", lambda *_: found)


def result(passed: bool = True, case: str = "loops") -> Result:
    return Result(case, f"does {case}", "", 7, passed, "a word", "nothing", "the word")


# The value


def test_it_rests_in_the_same_picture_and_words() -> None:
    view, other = course.submit(), course.submit()
    assert (view.snapshot(), view.text_alternative()) == (
        other.snapshot(),
        other.text_alternative(),
    )
    ElementTree.fromstring(view.snapshot())
    assert view.text_alternative().startswith("Submit your build: 0 of 6 steps done.")
    assert all(
        step.name in view.snapshot() and step.does in view.text_alternative() for step in STEPS
    )
    assert [row[1] for row in rows(STEPS)[1:]] == [step.name for step in STEPS]


def test_a_sentence_says_how_far_it_is() -> None:
    finished = [replace(step, state="done") for step in STEPS]
    assert sentence(finished) == "✓ All 6 steps done."
    failed = [*finished[:4], replace(STEPS[4], state="failed"), STEPS[5]]
    assert sentence(failed) == "✕ 4 of 6 steps done; look at: check the note."
    assert sentence([replace(STEPS[0], state="running"), *STEPS[1:]]) == "Running: bundle."


@given(st.text(max_size=200), st.lists(st.text(max_size=60), max_size=3))
@settings(max_examples=examples(50))
def test_whatever_a_step_says_the_picture_is_a_picture(said: str, details: list[str]) -> None:
    failed = [replace(STEPS[0], state="failed", words=said, details=tuple(details)), *STEPS[1:]]
    ElementTree.fromstring(draw(failed))
    assert tell(failed)


# The steps, for real


@pytest.mark.long
def test_who_wrote_no_part_has_a_submission_all_the_same(home: Path) -> None:
    (home).mkdir()
    (home / "note.md").write_text(NOTE, encoding="utf-8")
    view = course.submit(seeds=1, runs=2)
    assert view.note == NOTE
    assert set(run_steps(view).values()) == {"done"}, view.text_alternative()
    assert "every part of it is the course's own" in words(view, "bundle")
    assert "behaviours, tried once" in words(view, "check")
    assert "mock" in words(view, "measure")
    assert "python3 course.py verify" in words(view, "package")
    files = {path.name for path in (home / "submission").iterdir()}
    assert {"agent.py", "recording.cast", "ttft.json", "note.md", "manifest.json"} <= files
    assert view.pictures.keys() == {"record", "measure"}
    for svg, alt in view.pictures.values():
        ElementTree.fromstring(svg)
        assert alt
    ElementTree.fromstring(view.snapshot())


def test_whose_a_part_is_is_said() -> None:
    progress.save(
        "retry", (find_exercise("retry").answers / "right_plain.py").read_text(encoding="utf-8")
    )
    progress.save("main", find_exercise("main").reference_source())
    view = course.submit()
    assert run_steps(view, "bundle")["bundle"] == "done"
    assert "yours are retry; the course's own are sse" in words(view, "bundle")
    assert words(view, "bundle").count("main") == 1  # built as the course's own is


def manifest(home: Path) -> dict[str, Any]:
    held: dict[str, Any] = json.loads((home / "submission" / "manifest.json").read_text("utf-8"))
    return held


def test_title_author_and_consent_stand_in_the_manifest_and_are_there_again(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quickly(monkeypatch, result())
    home.mkdir()
    (home / "note.md").write_text(NOTE, encoding="utf-8")
    view = course.submit()
    assert view.about == {"title": "", "author": "", "gallery": False}
    said = {"title": " Two\nlines " + "x" * 100, "author": "Ann \x1b[2J Ü", "gallery": True}
    view._receive(view, {"op": "about", **said}, [])
    assert set(run_steps(view).values()) == {"done"}, view.text_alternative()
    about = {"title": "Two lines " + "x" * 69 + "…", "author": "Ann \ufffd[2J Ü", "gallery": True}
    assert {name: manifest(home)[name] for name in about} == about == course.submit().about


@pytest.mark.parametrize("held", ["", "[]", "[" * 5000, '{"title": 1, "author": "", "gallery": 2}'])
def test_whatever_manifest_was_there_the_view_opens(home: Path, held: str) -> None:
    (home / "submission").mkdir(parents=True)
    (home / "submission" / "manifest.json").write_text(held, encoding="utf-8")
    assert course.submit().about == {"title": "", "author": "", "gallery": False}


def test_what_cannot_be_recorded_is_left_out_with_the_reason(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_terminal(*_: object) -> Cast:
        raise CannotRecord("Windows has no pseudo-terminal.")

    quickly(monkeypatch, result(), record=no_terminal)
    home.mkdir()
    (home / "note.md").write_text(NOTE, encoding="utf-8")
    view = course.submit()
    states = run_steps(view)
    assert states["record"] == "failed" and states["package"] == "done", view.text_alternative()
    assert "It says why there is nothing of: record." in words(view, "package")
    assert manifest(home)["left_out"] == {"recording": "Windows has no pseudo-terminal."}
    assert not (home / "submission" / "recording.cast").exists()


# What can go wrong


def test_a_part_that_cannot_be_bundled_is_named() -> None:
    progress.save("retry", "import anthropic\n")
    view = course.submit()
    states = run_steps(view)
    assert states["bundle"] == "failed" and set(states.values()) == {"failed", "waiting"}
    assert "part retry imports anthropic (line 1)" in words(view, "bundle")


@pytest.mark.parametrize(
    ("source", "said"),
    [(None, "can't be read"), ("def answer(:\n", "is no Python: line 1"), ("\0", "is no Python")],
)
def test_a_file_that_is_no_agent_is_refused(source: str | None, said: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    if source is not None:
        file.write_text(source, encoding="utf-8")
    view = course.submit(file)
    assert run_steps(view, "check") == {step.id: "waiting" for step in STEPS} | {"bundle": "failed"}
    assert said in words(view, "bundle")


def test_a_behaviour_that_fails_is_told_and_can_still_be_packed(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quickly(monkeypatch, result(), result(False, "parallel"), result(False, "parallel"))
    view = course.submit()
    view._save(NOTE)
    assert view.wait(60)
    states = run_steps(view)
    assert states["check"] == "failed" and states["package"] == "done"
    said = words(view, "check")
    assert said.count("does parallel") == 1
    assert "sent a word; saw nothing; expected the word" in said
    assert "look at: check." in view.text_alternative()


def test_without_a_note_nothing_is_packed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quickly(monkeypatch, result())
    view = course.submit()
    states = run_steps(view)
    assert states["note"] == "failed" and states["package"] == "waiting"
    assert "three to five" in words(view, "note")
    view._save("It was hard.")
    assert view.wait(60)
    assert (home / "note.md").read_text("utf-8") == "It was hard."
    assert run_steps(view, "package")["package"] == "waiting"
    view._save(NOTE)
    assert view.wait(60)
    assert run_steps(view, "package")["package"] == "done"
    assert (home / "submission" / "note.md").read_text("utf-8").strip() == NOTE


def test_a_note_that_cannot_be_saved_is_said(tmp_path: Path, monkeypatch: Any) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "file"))
    view = course.submit()
    view._save(NOTE)
    assert "could not be saved" in view.text_alternative()


def test_what_nobody_foresaw_is_told_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def record(*_: object) -> Cast:
        raise RuntimeError("the film ran out")

    quickly(monkeypatch, result(), record=record)
    view = course.submit()
    assert run_steps(view, "record")["record"] == "failed"
    assert words(view, "record") == "RuntimeError: the film ran out"
    assert run_steps(view, "bundle")["bundle"] == "done"  # and it goes on


@pytest.mark.parametrize(
    ("cast", "said"),
    [
        (Cast(80, 24, "x", ((0.1, "no"),), code=1), "ended with 1: no"),
        (Cast(80, 24, "x", ((0.1, "no"),), code=None), "ended with None"),
    ],
)
def test_a_session_that_went_wrong_is_not_kept(
    cast: Cast, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    quickly(monkeypatch, result(), record=lambda *_: cast)
    view = course.submit()
    assert run_steps(view, "record")["record"] == "failed"
    assert said in words(view, "record")
    assert "record" not in view.pictures


def test_a_key_in_a_session_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    key = "sk-ant-api03-ABCDEFGHIJKL"
    cast = Cast(80, 24, "x", ((0.1, key[:9]), (0.2, key[9:] + "\r\n")))
    quickly(monkeypatch, result(), record=lambda *_: cast)
    view = course.submit()
    assert run_steps(view, "record")["record"] == "done"
    svg, alt = view.pictures["record"]
    assert key not in svg + alt and "[key]" in alt


def test_another_build_makes_earlier_findings_void(monkeypatch: pytest.MonkeyPatch) -> None:
    quickly(monkeypatch, result())
    view = course.submit()
    assert run_steps(view, "check", "measure")["measure"] == "done"
    progress.save("retry", find_exercise("retry").reference_source() + "\nMINE = True\n")
    states = run_steps(view, "bundle")
    assert (states["bundle"], states["check"], states["measure"]) == ("done", "waiting", "waiting")
    assert view.pictures == {}


# Stop


def test_stop_ends_the_check_and_leaves_what_was_done(monkeypatch: pytest.MonkeyPatch) -> None:
    quickly(monkeypatch)
    begun, closed = threading.Event(), threading.Event()

    async def try_agent(file: Path, seeds: list[int]) -> AsyncGenerator[Result]:
        try:
            yield result()
            begun.set()
            await asyncio.Event().wait()
        finally:
            closed.set()

    monkeypatch.setattr(submit, "tried", try_agent)
    view = course.submit()
    view.start()
    view.start("note")  # it runs already: nothing happens
    assert begun.wait(60)
    view.stop()
    assert view.wait(60)
    assert closed.is_set()
    states = {step["id"]: step["state"] for step in view.state["steps"]}
    assert states == {step.id: "waiting" for step in STEPS} | {"bundle": "done"}
    assert words(view, "check") == "Stopped."
    assert view.state["running"] is False


# What a page sends


@pytest.mark.parametrize(
    "message",
    [
        {"op": "start", "step": "no such"},
        {"op": "start", "step": []},
        {"op": "note"},
        {"op": "note", "text": 7},
        {"op": "x"},
    ],
)
def test_nonsense_from_a_page_does_nothing(
    message: dict[str, Any], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Callable[..., object]] = []
    view = course.submit()
    monkeypatch.setattr(view, "_do", started.append)
    view._handle_custom_msg(message, [])
    assert started == [] and not (home / "note.md").exists()
