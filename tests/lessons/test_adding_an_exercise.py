"""docs/adding-an-exercise.md: the exercise that it shows is one, and does what it says."""

import re
from pathlib import Path
from textwrap import dedent

import pytest

from helpers.lessons import LESSONS, exercise
from helpers.lessons.checking.runner import check
from helpers.lessons.exercise import Exercise, read_exercise

PAGE = (LESSONS.parents[1] / "docs" / "adding-an-exercise.md").read_text("utf-8")


def block(step: int) -> str:
    """Return the first block of code in a step of the page."""
    found = re.search(rf"^\*\*{step}\. .*?\n\n((?:    .*\n|\n)+)", PAGE, re.MULTILINE)
    assert found
    return dedent(found[1]).rstrip() + "\n"


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Exercise:
    folder = tmp_path / "field_of"
    (folder / "answers").mkdir(parents=True)
    files = ("exercise.md", "stub.py", "reference.py", "checks.py")
    for step, name in enumerate((*files, "answers/wrong_keeps_the_space.py"), 2):
        (folder / name).write_text(block(step), "utf-8")
    monkeypatch.setattr(exercise, "ROOT", tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    return read_exercise(folder)


def test_it_is_an_exercise(example: Exercise) -> None:
    assert (example.id, example.title, example.minutes) == ("field_of", "One field", 3)
    assert example.kind == "exercise"
    assert len(example.cases) == 4
    assert check(example, f"{example.stub}\nx = 1\n", inline=True).status != "passed"
    assert check(example, example.reference_source(), inline=True).status == "passed"


def test_its_wrong_answer_gets_its_name_and_its_words(example: Exercise) -> None:
    wrong = example.wrong_answer("keeps-the-space").read_text("utf-8")
    found = check(example, wrong, inline=True).diagnosis
    assert found is not None and found.misconception == "keeps-the-space"
    assert (found.looks_like, found.try_next) == example.words("keeps-the-space")
    assert found.looks_like == "the space after the colon is treated as a part of the value"


def test_the_mistakes_that_it_shows_can_all_be_told_apart(example: Exercise) -> None:
    bodies = {
        "gives-a-list": "name, _, value = line.partition(':'); return [name, value]",
        "needs-a-colon": "name, value = line.split(':', 1); return name, value.removeprefix(' ')",
        "strips-spaces": "name, _, value = line.partition(':'); return name, value.strip()",
        "cuts-at-every-colon": "name, value, *_ = [*line.split(':'), '']; return name, value[1:]",
    }
    for case in example.cases:
        assert {mistake.id for mistake in case.misconceptions} == {*bodies, "keeps-the-space"}
    # The page shows one wrong answer; a diagnosis takes its words from the file of each.
    for mistake, body in bodies.items():
        example.wrong_answer(mistake).write_text("# looks like: a\n# try next: b\n", "utf-8")
        found = check(example, f"def field_of(line): {body}", inline=True).diagnosis
        assert found is not None and found.misconception == mistake
