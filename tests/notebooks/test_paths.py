"""The cells of a class's path run from the top, in one kernel, and show what its sheet expects."""

from pathlib import Path

import pytest

from helpers.lessons.refresh import execute
from helpers.lessons.teaching import path_names, run_sheet
from helpers.lessons.teaching.notebook import path_notebook
from tests.notebooks.conftest import solve

pytestmark = pytest.mark.long


@pytest.mark.parametrize("name", path_names())
def test_a_path_runs_and_its_exercises_pass(name: str, tmp_path: Path):
    sheet = run_sheet(name)
    notebook = path_notebook(sheet)
    exercises = solve(notebook)
    execute(notebook, home=tmp_path)
    outputs = [out for cell in notebook.cells for out in cell.get("outputs", [])]
    shown = "\n".join(
        out.get("text") or out.get("data", {}).get("text/plain", "") for out in outputs
    )
    for slot in sheet.slots:
        for prediction in slot.step.predictions:
            assert prediction.shows in shown
    assert {path.stem for path in (tmp_path / "parts").glob("*.py")} == set(exercises)
