"""The learner's copies: always the newest edition, and never a word of theirs lost."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat.sign import NotebookNotary

from helpers.lessons.lab import main
from helpers.lessons.prepare import DIVIDED, RENAMED, copy_notebooks, rename_copies, sign
from helpers.lessons.refresh import NOTEBOOKS

ROOT = Path(__file__).resolve().parents[2]
NAME = "01_sse.ipynb"


class Course:
    """The course's notebooks and the learner's, each a text."""

    def __init__(self, root: Path) -> None:
        self.source, self.target = root / "notebooks", root / "my" / "notebooks"
        self.source.mkdir()

    def publish(self, text: str) -> None:
        (self.source / NAME).write_text(text)

    def open(self) -> list[str]:
        return [path.name for path in copy_notebooks(self.source, self.target)]

    def edit(self, text: str, name: str = NAME) -> None:
        (self.target / name).write_text(text)

    def theirs(self) -> dict[str, str]:
        return {path.name: path.read_text() for path in sorted(self.target.iterdir())}


@pytest.fixture
def course(tmp_path: Path) -> Course:
    course = Course(tmp_path)
    course.publish("one")
    assert course.open() == [NAME]
    return course


def test_a_second_start_writes_nothing(course: Course):
    assert course.open() == []
    course.edit("mine")
    assert course.open() == []
    assert course.theirs() == {NAME: "mine"}


def test_an_untouched_copy_is_refreshed(course: Course, capsys: pytest.CaptureFixture[str]):
    course.publish("two")
    assert course.open() == [NAME]
    assert course.theirs() == {NAME: "two"}
    assert capsys.readouterr().out == ""


def test_a_changed_copy_stays_and_the_new_edition_is_laid_beside_it_once(
    course: Course, capsys: pytest.CaptureFixture[str]
):
    course.edit("mine")
    course.publish("two")
    assert course.open() == ["01_sse (new edition).ipynb"]
    assert course.theirs() == {NAME: "mine", "01_sse (new edition).ipynb": "two"}
    (line,) = capsys.readouterr().out.splitlines()
    assert "yours stays" in line
    (course.target / "01_sse (new edition).ipynb").unlink()
    assert course.open() == []
    assert capsys.readouterr().out == ""


def test_a_new_edition_that_was_not_touched_makes_room_for_the_next(course: Course):
    course.edit("mine")
    for text in ("two", "three"):
        course.publish(text)
        course.open()
    assert course.theirs() == {NAME: "mine", "01_sse (new edition).ipynb": "three"}


def test_a_new_edition_that_was_worked_on_stays_too(course: Course):
    course.edit("mine")
    course.publish("two")
    course.open()
    course.edit("mine as well", "01_sse (new edition).ipynb")
    course.publish("three")
    assert course.open() == ["01_sse (new edition 2).ipynb"]
    assert sorted(course.theirs().values()) == ["mine", "mine as well", "three"]


def test_a_deleted_copy_is_made_again(course: Course):
    (course.target / NAME).unlink()
    assert course.open() == [NAME]
    assert course.theirs() == {NAME: "one"}


@pytest.mark.parametrize("record", ["", "{", "[]"])
def test_a_lost_record_costs_nobody_their_work(course: Course, record: str):
    course.edit("mine")
    (course.target.parent / ".editions.json").write_text(record)
    course.open()
    assert course.theirs() == {NAME: "mine", "01_sse (new edition).ipynb": "one"}
    assert course.open() == []


STEPS = st.one_of(
    st.tuples(st.just("publish"), st.integers(0, 3)),
    st.tuples(st.just("edit"), st.integers(0, 3)),
    st.tuples(st.just("delete"), st.integers(0, 3)),
    st.just(("open", 0)),
)


@given(st.lists(STEPS, max_size=20))
def test_whatever_happens_their_work_stays_and_the_newest_edition_reaches_them(steps):
    folder = Path(tempfile.mkdtemp())
    try:
        course = Course(folder)
        course.publish("edition 0")
        course.open()
        offered = {"edition 0"}
        for number, (step, which) in enumerate(steps):
            names = sorted(course.theirs())
            if step == "publish":
                course.publish(f"edition {which}")
            elif step == "edit" and names:
                course.edit(f"work {number}", names[which % len(names)])
            elif step == "delete" and names:
                (course.target / names[which % len(names)]).unlink()
            elif step == "open":
                before = course.theirs()
                course.open()
                after = course.theirs()
                assert {n: t for n, t in before.items() if "work" in t}.items() <= after.items()
                newest = (course.source / NAME).read_text()
                assert newest in after.values() or newest in offered
                offered.add(newest)
                assert course.open() == []
    finally:
        shutil.rmtree(folder)


OLD, NEW = "09_thinking_and_structured_output.ipynb", "10_thinking_and_structured_output.ipynb"
WHOLE = "08_production_ui.ipynb"
HALVES = ("08_what_a_ui_shows.ipynb", "09_what_a_ui_tells.ipynb")


class Renumbered(Course):
    """A course that was opened once, and has other names and one notebook more since then."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        for name in (WHOLE, OLD):
            (self.source / name).write_text("one")
        self.open()

    def renumber(self) -> None:
        for name in (WHOLE, OLD):
            (self.source / name).unlink()
        for name in (*HALVES, NEW):
            (self.source / name).write_text("two")

    def open(self) -> list[str]:
        if (self.source / NEW).exists():
            rename_copies(self.target)
        return super().open()


@pytest.fixture
def renumbered_course(tmp_path: Path) -> Renumbered:
    return Renumbered(tmp_path)


def test_other_names_are_those_of_notebooks():
    there = {path.stem for path in NOTEBOOKS.glob("*.ipynb")}
    assert {*RENAMED.values(), *(half for halves in DIVIDED.values() for half in halves)} <= there
    assert not there & {*RENAMED, *DIVIDED}


def test_copies_that_nobody_changed_become_the_new_ones(
    renumbered_course: Renumbered, capsys: pytest.CaptureFixture[str]
):
    renumbered_course.renumber()
    assert renumbered_course.open() == [*HALVES, NEW]
    assert renumbered_course.theirs() == dict.fromkeys((*HALVES, NEW), "two")
    assert renumbered_course.open() == []
    assert capsys.readouterr().out == ""


def test_their_work_has_the_new_name_and_the_new_edition_is_beside_it(
    renumbered_course: Renumbered, capsys: pytest.CaptureFixture[str]
):
    renumbered_course.edit("mine", OLD)
    renumbered_course.renumber()
    beside = "10_thinking_and_structured_output (new edition).ipynb"
    assert renumbered_course.open() == [*HALVES, beside]
    assert renumbered_course.theirs() == {**dict.fromkeys((*HALVES, beside), "two"), NEW: "mine"}
    (line,) = capsys.readouterr().out.splitlines()
    assert line == f"{NEW} is new in the course: yours stays, it is now {beside!r}."
    assert renumbered_course.open() == []


def test_an_edition_beside_their_work_moves_with_it(renumbered_course: Renumbered):
    beside = "09_thinking_and_structured_output (new edition).ipynb"
    renumbered_course.edit("mine", OLD)
    (renumbered_course.source / OLD).write_text("one and a half")
    assert renumbered_course.open() == [beside]
    renumbered_course.edit("mine as well", beside)
    renumbered_course.renumber()
    renumbered_course.open()
    theirs = {name: text for name, text in renumbered_course.theirs().items() if name not in HALVES}
    assert theirs == {
        NEW: "mine",
        "10_thinking_and_structured_output (new edition).ipynb": "mine as well",
        "10_thinking_and_structured_output (new edition 2).ipynb": "two",
    }


def test_a_divided_copy_that_they_worked_on_stays_beside_the_two(
    renumbered_course: Renumbered, capsys: pytest.CaptureFixture[str]
):
    renumbered_course.edit("mine", WHOLE)
    renumbered_course.renumber()
    renumbered_course.open()
    assert renumbered_course.theirs() == {**dict.fromkeys((*HALVES, NEW), "two"), WHOLE: "mine"}
    assert capsys.readouterr().out == (
        f"{WHOLE} is now {HALVES[0]} and {HALVES[1]} in the course: yours stays, beside the two.\n"
    )
    assert renumbered_course.open() == []
    assert capsys.readouterr().out == ""
    assert renumbered_course.theirs()[WHOLE] == "mine"


@pytest.mark.parametrize("record", ["", "{", "[]"])
def test_without_a_record_everything_stays(renumbered_course: Renumbered, record: str):
    renumbered_course.edit("mine", OLD)
    renumbered_course.renumber()
    (renumbered_course.target.parent / ".editions.json").write_text(record)
    renumbered_course.open()
    theirs = renumbered_course.theirs()
    assert theirs[NEW] == "mine" and theirs[WHOLE] == "one"
    assert renumbered_course.open() == []


def test_no_file_is_replaced_where_both_names_are_taken(renumbered_course: Renumbered):
    renumbered_course.edit("mine", OLD)
    renumbered_course.edit("mine, too", NEW)
    renumbered_course.renumber()
    renumbered_course.open()
    theirs = renumbered_course.theirs()
    assert theirs[OLD] == "mine" and theirs[NEW] == "mine, too"


def test_git_sees_nothing_of_the_learners(tmp_path: Path):
    def git(*arguments: str) -> str:
        return subprocess.check_output(["git", *arguments], cwd=tmp_path, text=True)

    git("init", "--quiet")
    shutil.copy(ROOT / ".gitignore", tmp_path)
    for name in ("my/notebooks/01.ipynb", "my/progress.json", ".venv/x", ".venv-install.log"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert git("status", "--porcelain", "--untracked-files=all") == "?? .gitignore\n"


def test_the_copies_are_trusted_so_that_their_pictures_show(tmp_path: Path):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")])
    notebook.cells[0].outputs = [
        nbformat.v4.new_output("display_data", {"image/svg+xml": "<svg/>"})
    ]
    nbformat.write(notebook, tmp_path / "00.ipynb")
    stored = nbformat.read(tmp_path / "00.ipynb", as_version=4)
    notary = NotebookNotary()
    try:
        assert not notary.check_signature(stored)
        sign([tmp_path / "00.ipynb"])
        assert notary.check_signature(stored)
    finally:
        notary.store.close()


def test_a_folder_that_takes_no_copies_gets_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "a file").touch()
    home = tmp_path / "a file" / "my"
    monkeypatch.setenv("COURSE_HOME", str(home))
    monkeypatch.setattr("sys.argv", ["lab", "--no-browser"])
    assert main() == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert str(home) in line and line.endswith("COURSE_HOME, then run the same command again.")


PRINT = "import os; print(os.getcwd(), os.environ['JUPYTER_CONFIG_PATH'])"


def test_prepare_becomes_the_command_that_follows(tmp_path: Path):
    done = subprocess.run(
        [sys.executable, str(ROOT / "course.py"), "prepare", sys.executable, "-c", PRINT],
        env=os.environ | {"COURSE_HOME": str(tmp_path / "my")},
        capture_output=True,
        text=True,
        timeout=600,
    )
    home = tmp_path / "my"
    assert done.stdout.splitlines()[-1] == f"{home} {home / '.jupyter'}", done.stderr
