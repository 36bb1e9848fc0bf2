"""Notebooks and the README say of exercises what their folders say."""

import shutil
from pathlib import Path

import nbformat
import pytest

from helpers.lessons import find_exercise, refresh
from helpers.lessons.refresh import NOTEBOOKS
from helpers.lessons.texts import README, MissingCell, header, write_notebook, write_readme

NAME = "03_tool_json"


@pytest.fixture
def notebook() -> nbformat.NotebookNode:
    return nbformat.read(NOTEBOOKS / f"{NAME}.ipynb", as_version=4)


def sources(notebook: nbformat.NotebookNode) -> list[str]:
    return [cell.source for cell in notebook.cells]


def test_the_readme_says_what_the_folders_say() -> None:
    text = README.read_text("utf-8")
    assert write_readme(text) == text
    assert write_readme(text.replace("| `sse` | 45 min |", "| `see` | 5 min |")) == text


def test_a_header_says_what_the_front_matter_says() -> None:
    assert header(find_exercise("sse")) == (
        "**Exercise `sse`** · difficulty: medium · about 20 minutes · what it teaches: to keep the "
        "state of a stream from one chunk to the next."
    )


def test_what_disagrees_is_written_again(notebook: nbformat.NotebookNode) -> None:
    true = sources(notebook)
    for old, new in (
        ("about 4 minutes", "about 40 minutes"),
        ("**About 30 minutes, then 45 in a second sitting.**", "**About 5 minutes.**"),
        ("**About 45 minutes.** To begin", "**About 7 minutes.** To begin"),
        ("Return its counts of tokens", "Well?"),
        ("# 03 · Tools, in pieces of JSON", "# 3"),
        ("### What an answer costs", "### What?"),
        ("%%build usage\ndef usage_of(events):", "%%build usage\ndef usage():"),
    ):
        for cell in notebook.cells:
            cell.source = cell.source.replace(old, new)
    assert sources(notebook) != true
    write_notebook(notebook, NAME)
    assert sources(notebook) == true


def test_a_new_exercise_needs_no_more_than_its_name_in_two_cells(
    notebook: nbformat.NotebookNode,
) -> None:
    true = sources(notebook)
    for cell in notebook.cells:
        if cell.source.startswith("%%build usage"):
            cell.source = "%%build usage"
        start, found, _ = cell.source.partition("**Exercise `usage`**")
        cell.source = start + found
    write_notebook(notebook, NAME)
    assert sources(notebook) == true


@pytest.mark.parametrize("lost", ["**Exercise `usage`**", "%%build usage"])
def test_an_exercise_without_a_cell_is_refused(notebook: nbformat.NotebookNode, lost: str) -> None:
    notebook.cells = [cell for cell in notebook.cells if lost not in cell.source]
    with pytest.raises(MissingCell, match="ORDER in its folder"):
        write_notebook(notebook, NAME)


def test_the_command_writes_texts_and_runs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / f"{NAME}.ipynb"
    shutil.copy(NOTEBOOKS / copy.name, copy)
    readme = tmp_path / "README.md"
    shutil.copy(README, readme)
    monkeypatch.setattr(refresh, "NOTEBOOKS", tmp_path)
    monkeypatch.setattr(refresh, "README", readme)
    monkeypatch.setattr(refresh, "execute", None)
    for path, old, new in (
        (copy, "about 4 minutes", "about 40 minutes"),
        (readme, "| 40 min |", "| 3 min |"),
    ):
        path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    assert refresh.main(["--texts", NAME]) == 0
    assert capsys.readouterr().out == f"README.md: stored\n{copy.name}: stored\n"
    assert copy.read_bytes() == (NOTEBOOKS / copy.name).read_bytes()
    assert readme.read_bytes() == README.read_bytes()
    assert refresh.main(["--texts"]) == 0
    assert capsys.readouterr().out == f"{copy.name}: unchanged\n"
