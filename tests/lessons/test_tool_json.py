"""Notebook 03's exercise on cut replies says what the notebook's own replies show."""

import nbformat

from helpers.lessons import find_exercise
from helpers.lessons.refresh import NOTEBOOKS


def test_the_verdicts_are_those_of_the_replies_in_the_notebook() -> None:
    notebook = nbformat.read(NOTEBOOKS / "03_tool_json.ipynb", as_version=4)
    (judged,) = [cell for cell in notebook.cells if "for call in calls]" in cell.source]
    (output,) = judged.outputs
    counts = {line[0]: line.count("({") for line in output.text.splitlines()}
    cases = find_exercise("whole_or_cut").cases
    assert counts == {case.name.removeprefix("reply "): case.expected for case in cases}
