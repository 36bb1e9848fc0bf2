"""The folder of an exercise: what has to be in it, and what is said where something is missing."""

import ast
import builtins
import shutil
from importlib import import_module
from pathlib import Path

import pytest

from helpers.lessons import LESSONS, exercise_ids, find_exercise, find_needs, lesson_names
from helpers.lessons.exercise import BadExercise, Exercise, Words, read_exercise, read_words
from helpers.submission.names import find_definitions, find_uses
from tests.lessons.sample_exercises import COUNT, SAMPLES

each_exercise = pytest.mark.parametrize("exercise_id", exercise_ids())


def strays(exercise: Exercise) -> set[str]:
    """Return what is in the folder of an exercise and belongs to none."""
    known = {"exercise.md", "stub.py", "answers"}
    # Many cases are a folder of modules; then there is no file of that name.
    known.add("checks" if (exercise.folder / "checks" / "__init__.py").is_file() else "checks.py")
    if exercise.reference.parent == exercise.folder:
        known.add("reference.py")
    found = {path.name for path in exercise.folder.iterdir()} - known
    found |= {path.name for path in exercise.folder.glob("checks/*") if path.suffix != ".py"}
    answers = set(exercise.answers.iterdir())
    for kind in ("right", "wrong"):
        answers -= set(exercise.answers.glob(f"{kind}_*.py"))
    return (found | {path.name for path in answers}) - {"__pycache__"}


@each_exercise
def test_the_reference_uses_no_name_that_nobody_defines(exercise_id: str) -> None:
    exercise = find_exercise(exercise_id)
    parts = [*find_needs(exercise), exercise]
    known = {*dir(builtins)}
    for part in parts:
        known |= find_definitions(ast.parse(part.reference_source()))
    assert find_uses(ast.parse(exercise.reference_source())) - known == set()


@each_exercise
def test_no_file_is_astray(exercise_id: str) -> None:
    exercise = find_exercise(exercise_id)
    assert strays(exercise) == set()
    assert exercise.reference.is_file()


def test_each_folder_is_in_its_order() -> None:
    assert len(set(exercise_ids())) == len(exercise_ids())
    for name in lesson_names():
        folders = {path.parent.name for path in LESSONS.glob(f"{name}/*/exercise.md")}
        order = import_module(f"helpers.lessons.{name}").ORDER
        assert set(order) == folders, name
        assert len(order) == len(folders), name
        parts = [find_exercise(id).kind == "part" for id in order]
        assert True not in parts[:-1], f"the part of {name} comes last"


# What these tests find, they find in a folder that has it


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(SAMPLES / "count", tmp_path / "count")


def test_a_stray_file_is_found(folder: Path) -> None:
    assert strays(read_exercise(folder)) == set()
    (folder / "notes.txt").touch()
    (folder / "answers" / "right.py").touch()
    assert strays(read_exercise(folder)) == {"notes.txt", "right.py"}
    (folder / "checks").mkdir()
    (folder / "checks" / "__init__.py").touch()
    assert strays(read_exercise(folder)) == {"notes.txt", "right.py", "checks.py"}


def test_a_mistake_without_an_answer_is_found() -> None:
    assert COUNT.words("counts-down") == Words("counting down", "Count `up`.")
    with pytest.raises(BadExercise, match=r"wrong_stumbles\.py is missing"):
        COUNT.words("stumbles")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("---\n", "", "no front matter"),
        ("minutes: 1\n", "", "does not say `minutes`"),
        ("minutes: 1\n", "minutes: many\n", "whole minutes"),
        ("minutes: 1\n", "minutes: 1\nkind: riddle\n", "part or exercise"),
        ("minutes: 1\n", "minutes: 1\nminuets: 2\n", "means nothing: minuets: 2"),
        ("title: Counting\n", "title:\n", "means nothing: title:"),
        ("## Hint 2\n", "## Hint two\n", "no heading `## Hint 2`"),
        ("Count up.\n", "", "nothing under `## Hint 1`"),
        ("Like this:\n", "", "nothing under `## One way`"),
        ("Return the numbers below `n`.\n", "", "says nothing of what there is to do"),
    ],
)
def test_a_page_that_lacks_something_says_what(
    folder: Path, before: str, after: str, said: str
) -> None:
    page = folder / "exercise.md"
    text = page.read_text("utf-8")
    assert before in text
    page.write_text(text.replace(before, after), "utf-8")
    with pytest.raises(BadExercise) as caught:
        read_exercise(folder)
    assert said in str(caught.value) and "exercise.md" in str(caught.value)


def test_a_folder_without_a_page_is_no_exercise(tmp_path: Path) -> None:
    with pytest.raises(BadExercise, match=r"exercise\.md can't be read"):
        read_exercise(tmp_path)


@pytest.mark.parametrize(
    ("head", "words"),
    [
        ("# looks like: a\n# try next: b\n", Words("a", "b")),
        (
            "# looks like: a\n#   and b\n#   and c\n# try next: d\n#   e\n# f\n",
            ("a and b and c", "d e"),
        ),
        ("# try next: b\n# looks like: a\n\n#   c\n", ("a", "b")),
    ],
)
def test_the_words_of_a_mistake_stand_at_the_head_of_its_answer(
    tmp_path: Path, head: str, words: Words
) -> None:
    answer = tmp_path / "wrong_x.py"
    answer.write_text(f"{head}x = 1\n", "utf-8")
    assert read_words(answer) == words


@pytest.mark.parametrize(
    "head", ["", "# looks like: a\n", "# try next: b\n", "\n# looks like: a\n"]
)
def test_a_head_that_lacks_something_is_refused(tmp_path: Path, head: str) -> None:
    answer = tmp_path / "wrong_x.py"
    answer.write_text(f"{head}x = 1\n", "utf-8")
    with pytest.raises(BadExercise, match="must begin with"):
        read_words(answer)
