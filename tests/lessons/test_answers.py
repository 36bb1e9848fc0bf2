"""Every part against answers that people really write: each mistake gets its own name.

answers/<part>/right_*.py must pass. answers/<part>/wrong_*.py must not, and its first line
names the misconception that it shows: `# misconception: returns-str`.
"""

import re
from collections.abc import Iterator
from html import escape
from pathlib import Path

import pytest

from helpers.lessons import LESSONS, MODULES, find_part
from helpers.lessons.checking.case import Misconception
from helpers.lessons.checking.diagnosis import render
from helpers.lessons.checking.runner import check
from helpers.lessons.exercise import SUPPORT, Exercise
from tests.lessons.warm import warm_starts

ANSWERS = Path(__file__).parent / "answers"
RIGHT = sorted([*ANSWERS.glob("*/right_*.py"), *LESSONS.glob("nb*/*/answers/right_*.py")])
WRONG = sorted([*ANSWERS.glob("*/wrong_*.py"), *LESSONS.glob("nb*/*/answers/wrong_*.py")])

# The long layer tries each wrong answer; the first, all that is right.
long = pytest.mark.long

each_part = pytest.mark.parametrize("part_id", MODULES)


@pytest.fixture(scope="module", autouse=True)
def warm() -> Iterator[None]:
    with warm_starts():
        yield


def owner(path: Path) -> str:
    return path.parent.parent.name if path.parent.name == "answers" else path.parent.name


def name(path: Path) -> str:
    return f"{owner(path)}/{path.stem}"


def named_mistake(path: Path) -> str:
    if path.parent.name == "answers":
        return path.stem.removeprefix("wrong_").replace("_", "-")
    first = path.read_text("utf-8").partition("\n")[0]
    assert first.startswith("# misconception: "), f"{name(path)} doesn't name its misconception"
    return first.removeprefix("# misconception: ").strip()


def mistakes(part: Exercise) -> set[Misconception]:
    return {mistake for case in part.cases for mistake in case.misconceptions}


@each_part
def test_the_stub_is_not_attempted(part_id: str) -> None:
    part = find_part(part_id)
    assert check(part, part.stub).status == "not_attempted"


@each_part
def test_the_reference_passes(part_id: str) -> None:
    part = find_part(part_id)
    report = check(part, part.reference_source())
    assert report.status == "passed", report.diagnosis
    assert report.notes == ()


@pytest.mark.parametrize("path", RIGHT, ids=name)
def test_another_right_answer_passes(path: Path) -> None:
    report = check(find_part(owner(path)), path.read_text("utf-8"))
    assert report.status == "passed", report.diagnosis


@long
@pytest.mark.parametrize("path", WRONG, ids=name)
def test_a_wrong_answer_gets_its_name(path: Path) -> None:
    part = find_part(owner(path))
    report = check(part, path.read_text("utf-8"))
    assert report.status == "failed"
    assert report.diagnosis is not None
    assert report.diagnosis.misconception == named_mistake(path), report.diagnosis
    assert named_mistake(path) in {mistake.id for mistake in mistakes(part)}


@each_part
def test_there_are_enough_answers(part_id: str) -> None:
    wrong = [named_mistake(path) for path in WRONG if owner(path) == part_id]
    assert len(wrong) >= 5
    assert len(set(wrong)) == len(wrong), "two wrong answers show the same misconception"
    assert sum(owner(path) == part_id for path in RIGHT) >= 2


def test_no_answer_is_left_over() -> None:
    assert {owner(path) for path in (*RIGHT, *WRONG)} <= set(MODULES)


@each_part
def test_a_part_says_what_it_must(part_id: str) -> None:
    part = find_part(part_id)
    assert part.id == part_id
    assert set(part.needs) <= set(MODULES)
    assert part.minutes > 0 and part.difficulty and part.title and part.teaches
    assert all(hint.strip() for hint in part.hints)
    taken = re.findall(r"^ *(?:from|import) (helpers\S*)", part.reference_source(), re.MULTILINE)
    assert set(taken) <= set(SUPPORT)
    assert len({case.name for case in part.cases}) == len(part.cases)
    assert all(case.why and case.code for case in part.cases)
    # The same mistake may show in another way in another case, but it has one name.
    ids = {mistake.id for mistake in mistakes(part)}
    assert len({(mistake.id, part.words(mistake.id)) for mistake in mistakes(part)}) == len(ids)


@each_part
def test_what_a_notebook_stores_of_the_stub_is_small(part_id: str) -> None:
    part = find_part(part_id)
    html, text = render(part, check(part, part.stub))
    # The reference is stored whole, behind the last hint; this is what stands around it.
    assert len(html.encode()) - len(escape(part.reference_source()).encode()) < 12_000
    assert len(text.encode()) < 4_000
