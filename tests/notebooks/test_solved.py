"""The solved edition: every part passes, every view ends as it should, nothing leaves."""

import re
from pathlib import Path

import pytest
from nbformat import NotebookNode

from helpers.lessons import exercise_ids, find_exercise
from helpers.lessons.refresh import NOTEBOOKS
from tests.notebooks.conftest import PATHS

pytestmark = [
    pytest.mark.long,
    pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem),
]


def build_outputs(notebook: NotebookNode) -> dict[str, str]:
    """Return the text alternative under each build cell, by part."""
    outputs = {}
    for cell in notebook.cells:
        if cell.cell_type == "code" and cell.source.startswith("%%build "):
            part = cell.source.partition("\n")[0].removeprefix("%%build ").strip()
            outputs[part] = "".join(out.data["text/plain"] for out in cell.outputs if "data" in out)
    return outputs


def test_every_part_passes_with_its_reference(path: Path, run_solved_edition):
    run = run_solved_edition(path)
    parts = [part for part in exercise_ids() if find_exercise(part).notebook == path.stem]
    outputs = build_outputs(run.notebook)
    assert parts
    assert list(outputs) == parts
    for part in parts:
        cases = len(find_exercise(part).cases)
        assert f"passed {cases} of {cases}" in outputs[part].lower() or re.match(
            r"passed\b", outputs[part].lower()
        ), outputs[part]
        assert run.progress["parts"][part]["passed"] is True


def test_only_loopback_is_reached(path: Path, run_solved_edition):
    hosts = run_solved_edition(path).hosts
    assert "127.0.0.1" in hosts  # the watch was on
    assert hosts <= {"127.0.0.1", "::1", "localhost", "None"}


def test_every_stream_ends_whole(path: Path, run_solved_edition):
    run = run_solved_edition(path)
    streams = [state["state"] for state in run.widgets("transcript.view.Transcript")]
    asked = sum(cell.source.count("course.transcript(") for cell in run.notebook.cells)
    assert len(streams) == asked
    outputs = [out for cell in run.notebook.cells for out in cell.get("outputs", [])]
    texts = "\n".join(out.get("data", {}).get("text/plain", "") for out in outputs)
    for state in streams:
        # One that max_tokens has cut ended whole as a stream; the view says that it was cut.
        assert state["state"] in ("done", "ready") or state["stop_reason"] == "max_tokens"
        if state["state"] != "ready":
            assert f"stop reason {state['stop_reason']}" in texts


def test_every_view_has_its_model(path: Path, run_solved_edition):
    run = run_solved_edition(path)
    code = "\n".join(cell.source for cell in run.notebook.cells if cell.cell_type == "code")
    for call, kind in (
        ("course.wire(", "wire.view.Wire"),
        ("course.race(", "race.view.Race"),
        ("course.switch(", "switch.view.Switch"),
    ):
        assert len(run.widgets(kind)) == code.count(call), call


def test_the_notebooks_are_where_the_lessons_say(path: Path):
    assert path.parent == NOTEBOOKS
    assert path.stem in {find_exercise(part).notebook for part in exercise_ids()}
