"""Every exercise against answers that people really write: each mistake gets its own name.

answers/right_*.py must pass. answers/wrong_returns_str.py must not: it shows the mistake
"returns-str", and its head says what that looks like.
"""

import re
from collections.abc import Iterator
from functools import cache
from html import escape
from pathlib import Path

import pytest

from helpers.lessons import LESSONS, exercise_ids, find_exercise
from helpers.lessons.checking.diagnosis import render
from helpers.lessons.checking.report import Report
from helpers.lessons.checking.runner import check
from helpers.lessons.exercise import SUPPORT, Exercise
from tests.lessons.sample_exercises import COUNT
from tests.lessons.warm import warm_starts

RIGHT = sorted(LESSONS.glob("nb*/*/answers/right_*.py"))
WRONG = sorted(LESSONS.glob("nb*/*/answers/wrong_*.py"))

# The long layer tries each wrong answer; the first, all that is right.
long = pytest.mark.long

each_exercise = pytest.mark.parametrize("exercise_id", exercise_ids())


@pytest.fixture(scope="module", autouse=True)
def warm() -> Iterator[None]:
    with warm_starts():
        yield


def owner(path: Path) -> str:
    return path.parents[1].name


def name(path: Path) -> str:
    return f"{owner(path)}/{path.stem}"


def mistake_of(path: Path) -> str:
    return path.stem.removeprefix("wrong_").replace("_", "-")


def mistakes(exercise: Exercise) -> set[str]:
    return {mistake.id for case in exercise.cases for mistake in case.misconceptions}


@each_exercise
def test_the_stub_is_not_attempted(exercise_id: str) -> None:
    exercise = find_exercise(exercise_id)
    assert check(exercise, exercise.stub).status == "not_attempted"


def is_solved(exercise: Exercise, source: str) -> bool:
    # One name more, so that the check doesn't take it for the stub and try nothing.
    return check(exercise, f"{source}\none_name_more = True\n").status == "passed"


@each_exercise
def test_no_stub_is_solved(exercise_id: str) -> None:
    exercise = find_exercise(exercise_id)
    assert not is_solved(exercise, exercise.stub)


def test_a_solved_stub_is_found() -> None:
    assert not is_solved(COUNT, COUNT.stub)
    assert is_solved(COUNT, COUNT.reference_source())


@each_exercise
def test_the_reference_passes(exercise_id: str) -> None:
    exercise = find_exercise(exercise_id)
    report = check(exercise, exercise.reference_source())
    assert report.status == "passed", report.diagnosis
    assert report.notes == ()


@pytest.mark.parametrize("path", RIGHT, ids=name)
def test_another_right_answer_passes(path: Path) -> None:
    report = check(find_exercise(owner(path)), path.read_text("utf-8"))
    assert report.status == "passed", report.diagnosis


@cache
def report_of(path: Path) -> Report:
    return check(find_exercise(owner(path)), path.read_text("utf-8"))


@long
@pytest.mark.parametrize("path", WRONG, ids=name)
def test_a_wrong_answer_gets_its_name(path: Path) -> None:
    exercise = find_exercise(owner(path))
    report = report_of(path)
    assert report.status == "failed"
    assert report.diagnosis is not None
    assert report.diagnosis.misconception == mistake_of(path), report.diagnosis
    said = (report.diagnosis.looks_like, report.diagnosis.try_next)
    assert said == exercise.words(mistake_of(path))


@long
@each_exercise
def test_no_case_claims_another_mistake(exercise_id: str) -> None:
    """A learner may unfold every failing case; none may say what the answer does not do."""
    known, claimed = mistakes(find_exercise(exercise_id)), set()
    for path in WRONG:
        if owner(path) == exercise_id:
            for case in report_of(path).cases:
                said = case.diagnosis.misconception if case.diagnosis else ""
                if said in known and said != mistake_of(path):
                    claimed.add(f"{mistake_of(path)} is called {said}")
    assert claimed == set()


@each_exercise
def test_there_are_enough_answers(exercise_id: str) -> None:
    assert sum(owner(path) == exercise_id for path in WRONG) >= 5
    assert sum(owner(path) == exercise_id for path in RIGHT) >= 2


@each_exercise
def test_each_mistake_has_its_answer_and_each_answer_its_mistake(exercise_id: str) -> None:
    exercise = find_exercise(exercise_id)
    known = mistakes(exercise)
    for mistake in known:
        assert mistake == mistake.lower() and "_" not in mistake
        looks_like, try_next = exercise.words(mistake)
        assert looks_like and try_next
    assert {exercise.wrong_answer(mistake) for mistake in known} == {
        path for path in WRONG if owner(path) == exercise_id
    }


@each_exercise
def test_an_exercise_says_what_it_must(exercise_id: str) -> None:
    exercise = find_exercise(exercise_id)
    assert exercise.id == exercise_id
    assert set(exercise.needs) <= set(exercise_ids())
    assert exercise.minutes > 0 and exercise.difficulty and exercise.title and exercise.teaches
    assert exercise.task and all(hint.strip() for hint in exercise.hints)
    taken = re.findall(
        r"^ *(?:from|import) (helpers\S*)", exercise.reference_source(), re.MULTILINE
    )
    assert set(taken) <= set(SUPPORT)
    assert len({case.name for case in exercise.cases}) == len(exercise.cases)
    assert all(case.why and case.code for case in exercise.cases)


@each_exercise
def test_what_a_notebook_stores_of_the_stub_is_small(exercise_id: str) -> None:
    exercise = find_exercise(exercise_id)
    html, text = render(exercise, check(exercise, exercise.stub))
    # The reference is stored whole, behind the last hint; this is what stands around it.
    assert len(html.encode()) - len(escape(exercise.reference_source()).encode()) < 12_000
    assert len(text.encode()) < 4_000
