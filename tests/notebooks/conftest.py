"""Notebooks run once each, solved, with every connection noted."""

import json
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode

from helpers.lessons import find_exercise
from helpers.lessons.refresh import NOTEBOOKS, execute

GUARD = Path(__file__).parent / "guard"
ROOT = NOTEBOOKS.parent
PATHS = sorted(NOTEBOOKS.glob("*.ipynb"))

# Streams behind views go on after their cell: wait for all, and store what they end in.
WAIT_FOR_VIEWS = """
from ipywidgets.widgets.widget import _instances
from helpers.widgets.transcript.view import Transcript

for view in [view for view in _instances.values() if isinstance(view, Transcript)]:
    if view.state["state"] != "ready":
        assert view.wait(60), view
"""


@dataclass(frozen=True)
class Run:
    """A notebook after a run, and what the run left behind."""

    notebook: NotebookNode
    progress: dict[str, Any]
    hosts: frozenset[str]

    def widgets(self, kind: str) -> list[dict[str, Any]]:
        """Return the final state of every view of a kind, such as "transcript.view.Transcript"."""
        models = self.notebook.metadata.widgets["application/vnd.jupyter.widget-state+json"]
        states = [model["state"] for model in models["state"].values()]
        return [
            state for state in states if state.get("_anywidget_id") == f"helpers.widgets.{kind}"
        ]


def solve(notebook: NotebookNode) -> list[str]:
    """Fill every build cell with its reference; return the parts that it builds."""
    parts = []
    for cell in notebook.cells:
        if cell.cell_type == "code" and cell.source.startswith("%%build "):
            head, _, _ = cell.source.partition("\n")
            part = find_exercise(head.removeprefix("%%build ").strip())
            cell.source = f"{head}\n{part.reference_source()}"
            parts.append(part.id)
    return parts


@pytest.fixture(scope="session")
def run_solved_edition(tmp_path_factory: pytest.TempPathFactory):
    """Run a notebook's solved edition, once for all tests of this worker."""

    @cache
    def run(path: Path) -> Run:
        home = tmp_path_factory.mktemp(path.stem)
        log = home / "connections.txt"
        notebook = nbformat.read(path, as_version=4)
        solve(notebook)
        notebook.cells.append(nbformat.v4.new_code_cell(WAIT_FOR_VIEWS))
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PYTHONPATH", os.pathsep.join([str(GUARD), str(ROOT)]))
            patch.setenv("CONNECTION_LOG", str(log))
            execute(notebook, home=home, widget_state=True)
        progress = json.loads((home / "progress.json").read_text("utf-8"))
        return Run(notebook, progress, frozenset(log.read_text("utf-8").split("\n")) - {""})

    return run
