"""What is committed: true outputs and nothing that differs from run to run."""

import json
import re
from pathlib import Path

import nbformat
import pytest

from helpers.lessons.refresh import PREDICTED, WIDGET_VIEW, normalise
from helpers.lessons.texts import write_notebook
from helpers.providers.models import MODELS, OFFLINE_MODEL
from tests.notebooks.conftest import PATHS

pytestmark = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)


def test_it_is_normalised(path: Path):
    stored = nbformat.read(path, as_version=4)
    again = normalise(nbformat.read(path, as_version=4))
    assert json.loads(nbformat.writes(stored)) == json.loads(nbformat.writes(again))


def test_every_code_cell_has_run_in_order(path: Path):
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    counts = [cell.execution_count for cell in cells]
    assert counts == list(range(1, len(cells) + 1))


def test_it_holds_no_state_times_attachments_or_model_ids(path: Path):
    text = path.read_text("utf-8")
    notebook = json.loads(text)
    assert set(notebook["metadata"]) == {"kernelspec", "language_info"}
    assert WIDGET_VIEW not in text
    for cell in notebook["cells"]:
        assert "attachments" not in cell
        folded = {"jupyter"} if PREDICTED in cell["metadata"].get("tags", []) else set()
        assert set(cell["metadata"]) <= {"tags", *folded}
    for model in MODELS:
        assert model == OFFLINE_MODEL or model not in text
    assert not re.search(r"claude-[a-z]+-\d", text)
    assert len(text) < 150_000


def test_it_says_of_its_exercises_what_their_folders_say(path: Path):
    notebook = nbformat.read(path, as_version=4)
    stored = [cell.source for cell in notebook.cells]
    write_notebook(notebook, path.stem)
    assert [cell.source for cell in notebook.cells] == stored


def test_every_view_has_a_snapshot_and_a_text_alternative(path: Path):
    views = re.compile(r"^course\.(wire|transcript|race|switch)\(", re.MULTILINE)
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code" and views.search(cell.source):
            (output,) = [out for out in cell.outputs if "data" in out]
            assert output.data["image/svg+xml"].startswith("<svg ")
            assert output.data["text/plain"]


def test_what_a_reader_is_to_predict_is_folded(path: Path):
    """A text that asks for a prediction stands right before the cell that answers it."""
    cells = nbformat.read(path, as_version=4).cells
    asked = [
        number
        for number, cell in enumerate(cells)
        if cell.cell_type == "markdown" and "**Predict" in cell.source
    ]
    folded = [
        number
        for number, cell in enumerate(cells)
        if PREDICTED in cell.metadata.get("tags", []) and cell.cell_type == "code"
    ]
    assert [number + 1 for number in asked] == folded
    for number in folded:
        assert cells[number].metadata.jupyter.outputs_hidden is True


def test_nothing_is_ignored_by_nbval(path: Path):
    assert not re.search("nbval", path.read_text("utf-8"), re.IGNORECASE)


def test_cells_are_short_but_for_the_build_cells(path: Path):
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code" and not cell.source.startswith("%%build"):
            lines = [line for line in cell.source.splitlines() if line.strip()]
            assert len(lines) <= 20, cell.source
