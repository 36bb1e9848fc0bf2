"""Run sheets of classes: one file of facts, and what is written from it agrees with the course."""

import json
import re
from pathlib import Path

import nbformat
import pytest

from helpers.classroom.orders import order_of
from helpers.lessons import find_exercise
from helpers.lessons.learner import progress
from helpers.lessons.learner.map import Map
from helpers.lessons.learner.path_map import PathMap, map_of
from helpers.lessons.prepare import prepare
from helpers.lessons.teaching import UnknownPath, path_names, run_sheet
from helpers.lessons.teaching.__main__ import FOLDER, pages
from helpers.lessons.teaching.notebook import (
    FOLDER as NOTEBOOKS,
)
from helpers.lessons.teaching.notebook import (
    MissingPlace,
    cells_of,
    exercises_of,
    path_notebook,
)
from helpers.lessons.teaching.origin import origin, step_of
from helpers.lessons.teaching.places import (
    Sections,
    find_notebook,
    from_json,
    notebook_name,
    path_of,
    place_of,
    sections,
    to_json,
)
from helpers.lessons.teaching.sheets import KINDS, RunSheet, Step, kit
from tests.lessons.test_english import LONGEST, PRIVATE, sentences

SHEETS = [run_sheet(name) for name in path_names()]
STEPS = {slot.step.id: slot.step for sheet in SHEETS for slot in sheet.slots}
each_sheet = pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
each_step = pytest.mark.parametrize("step", STEPS.values(), ids=lambda step: step.id)


@each_sheet
def test_the_minutes_add_up(sheet: RunSheet):
    for session in sheet.sessions:
        assert session.minutes == sum(slot.minutes for slot in session.slots)
        for slot in session.slots:
            exercises = sum(find_exercise(id).minutes for id in exercises_of(slot.step))
            assert exercises <= slot.minutes, slot.step.id
            assert slot.step.cut is None or slot.step.cut.minutes < slot.minutes, slot.step.id
    assert len(sheet.discussion) == 3
    assert all(find_exercise(id).minutes for id in sheet.homework)


def test_the_paths_are_those_of_the_guide():
    hours = [sum(session.minutes for session in sheet.sessions) for sheet in SHEETS]
    assert hours[:4] == [30, 75, 180, 240] and len(SHEETS[4].sessions) == 2
    assert len(kit().symptoms) == 10


@each_step
def test_a_steps_places_exist_and_print_what_is_expected(step: Step):
    assert step.kind in KINDS
    assert bool(step.notebook) == bool(step.sections)
    if step.kind != "pause":
        assert step.say and step.ask and step.do
    if not step.notebook:
        return
    cells = nbformat.read(NOTEBOOKS / f"{step.notebook}.ipynb", as_version=4).cells
    shown = "\n".join(
        out.get("text") or out.get("data", {}).get("text/plain", "")
        for number in cells_of(step)
        for out in cells[number].get("outputs", [])
    )
    assert step.predictions
    for prediction in step.predictions:
        assert prediction.shows in shown, prediction
        # What the board offers with one click is a question that it can ask.
        asked = {"kind": "ask", "question": prediction.question, "choices": prediction.choices}
        assert order_of(asked)
        assert len(set(prediction.choices)) == len(prediction.choices) > prediction.right >= 0


def test_all_steps_are_taken_by_some_path():
    text = (Path(cells_of.__code__.co_filename).parent / "paths.toml").read_text("utf-8")
    assert set(re.findall(r"(?m)^\[steps\.(\w+)\]", text)) == set(STEPS)


def test_what_is_not_there_is_named():
    with pytest.raises(UnknownPath, match=r"no path '90'.*30, 75"):
        run_sheet("90")
    with pytest.raises(MissingPlace, match=r"no section 'Nowhere'; it has: .*See it"):
        cells_of(Step("a", "A", "demo", "01_sse_by_hand", ("Nowhere",)))
    with pytest.raises(MissingPlace, match="no cell with 'no such code'"):
        cells_of(Step("a", "A", "demo", "01_sse_by_hand", (), ("no such code",)))


def test_the_documents_say_what_the_file_says():
    written = {path for path in FOLDER.rglob("*") if path.suffix in (".md", ".html")}
    assert written == set(pages())
    for path, text in pages().items():
        assert path.read_text("utf-8") == text, "run python3 course.py teaching"


def test_links_in_the_documents_lead_somewhere():
    for path, text in pages().items():
        for target in re.findall(r"\]\(([^)#]+)\)", text):
            assert (path.parent / target).exists(), f"{path.name}: {target}"


@pytest.mark.parametrize("path", [path for path in pages() if path.suffix == ".md"])
def test_the_words_are_short_and_the_fields_own(path: Path):
    text = re.sub(r"`[^`]*`", "code", pages()[path])
    assert [one for one in sentences(text) if len(one.split()) > LONGEST] == []
    assert PRIVATE.findall(text) == []


@each_sheet
def test_slides_ask_no_server(sheet: RunSheet):
    html = pages()[FOLDER / "slides" / f"{sheet.file}.html"]
    assert set(re.findall(r'(?:src|href)="([^"]+)"', html)) == {"slides.css", "slides.js"}
    for name in ("slides.css", "slides.js"):
        assert not re.search(
            r"url\(|fetch\(|import ", (FOLDER / "slides" / name).read_text("utf-8")
        )


@each_sheet
def test_a_path_is_one_notebook_of_the_courses_own_cells(sheet: RunSheet, tmp_path: Path):
    notebook = path_notebook(sheet)
    assert json.dumps(notebook) == json.dumps(path_notebook(sheet))
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            found = origin(cell.id)
            assert found
            source = nbformat.read(NOTEBOOKS / f"{found[0]}.ipynb", as_version=4)
            (own,) = [one for one in source.cells if one.id == found[1]]
            assert own.source == cell.source
            assert own.metadata == cell.metadata


def test_a_path_becomes_a_copy_like_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))
    sheet = run_sheet("75")
    assert prepare(tmp_path / "my", sheet) == 15
    copy = tmp_path / "my" / "notebooks" / "75_minutes.ipynb"
    assert copy.exists()
    assert prepare(tmp_path / "my", sheet) == 0
    copy.write_text("mine")
    assert prepare(tmp_path / "my", sheet) == 0 and copy.read_text() == "mine"


def texts(sheet: RunSheet) -> list[str]:
    """Return a path's texts, joined for each step."""
    joined: list[str] = []
    for cell in path_notebook(sheet).cells:
        if cell.cell_type == "markdown":
            if re.match(r"# .+\n\n\*\*Step ", cell.source):
                joined.append("")
            if joined:
                joined[-1] += cell.source + "\n\n"
    return joined


@each_sheet
def test_what_refers_to_an_earlier_text_has_other_words(sheet: RunSheet):
    for slot, text in zip(sheet.slots, texts(sheet), strict=True):
        for spoken, alone in slot.step.words:
            assert alone in text and spoken not in text, slot.step.id
        for title in slot.step.sections:
            assert f"## {title}\n" in text, (slot.step.id, title)


def test_a_step_ends_with_what_its_cells_showed_and_begins_with_its_own_section():
    steps = texts(run_sheet("75"))
    assert "The name `greeting` is missing." in steps[2]  # in the notebook: the next section's cell
    assert "No gap was longer" not in steps[3]  # of the section before it
    assert "What you'll build" not in "".join(texts(run_sheet("half-day")))
    assert "`course.join()`" in steps[0]


@each_sheet
def test_a_cell_of_a_path_says_in_which_step_it_stands(sheet: RunSheet):
    last = 0
    for cell in path_notebook(sheet).cells:
        if cell.cell_type == "code":
            step = step_of(cell.id)
            assert step is not None and last <= step < len(sheet.slots)
            assert place_of(sheet.file, cell.id) == (sheet.file, step)
            # A kernel that doesn't know its file tells the section of the course's notebook.
            found = place_of("", cell.id)
            assert found and found[0] in {one.stem for one in NOTEBOOKS.glob("*.ipynb")}
            last = step


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_a_notebooks_cells_tell_which_notebook_it_is(path: Path):
    cells = [one for one in nbformat.read(path, 4).cells if one.cell_type == "code"]
    found = [find_notebook(one.id, one.source) for one in cells]
    assert set(found) <= {"", path.stem}
    assert path.stem in found[:2]  # the first one imports the course, in many of them
    assert find_notebook(cells[1].id, cells[1].source + "\n1") == ""
    assert find_notebook(cells[1].id, cells[1].source + "\n") == found[1]


def test_sections_are_the_same_where_no_notebooks_are():
    there = from_json(json.loads(json.dumps(to_json(sections()))))
    assert there == Sections(sections().cells, {}, sections().sources)


def test_places_that_nobody_knows():
    assert place_of("75_minutes", "no cell of the course") is None
    assert place_of("", None) is None
    assert path_of("01_sse_by_hand") is None
    assert notebook_name({"JPY_SESSION_NAME": "/my/3_hours (new edition 2).ipynb"}) == "3_hours"


def test_the_map_in_a_path_shows_its_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COURSE_HOME", str(tmp_path))
    progress.save("hello", "")
    progress.note_try("hello", "", 3, 3)
    progress.note_try("thaw", "", 2, 3)
    progress.note_try("poisoned", "", 0, 9)
    assert isinstance(map_of({}), Map)
    shown = map_of({"JPY_SESSION_NAME": "notebooks/75_minutes.ipynb"})
    assert isinstance(shown, PathMap)
    rows = repr(shown).splitlines()
    assert len(rows) == 1 + len(run_sheet("75").slots)
    assert re.fullmatch(r"2 +The first exercise: one event +5 min +hello +✓ passed", rows[2])
    assert rows[8].endswith("2 of 3 cases") and rows[10].endswith("not yet")
    html = shown._repr_html_()
    assert "2 of 3 cases" in html and html.count("<tr>") == len(rows)
