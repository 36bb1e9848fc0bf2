"""The minutes that a notebook states are counted by one rule, and fit into an evening."""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from helpers.lessons import minutes
from helpers.lessons.learner.map import NOTEBOOKS, minutes_of
from helpers.lessons.minutes import LIMIT, Count, counts
from helpers.lessons.refresh import NOTEBOOKS as FOLDER


@pytest.mark.parametrize("facts", NOTEBOOKS, ids=lambda facts: facts.name)
def test_a_folder_says_what_the_rule_counts(facts) -> None:
    found = counts(nbformat.read(FOLDER / f"{facts.name}.ipynb", as_version=4))
    assert facts.minutes == tuple(count.minutes for count in found)
    assert max(facts.minutes) <= LIMIT and len(facts.minutes) <= 2


def test_what_is_counted() -> None:
    notebook = new_notebook(
        cells=[
            new_markdown_cell("# Two words\n\nand [three more](https://example.org/a/b)"),
            new_code_cell("a = 1\n\nb = 2"),
            new_markdown_cell("## Second sitting: later"),
            new_code_cell("%%build sse\nnothing of this is counted"),
            new_markdown_cell("## Go further\n\nas far as you like"),
            new_code_cell("c = 3"),
        ]
    )
    first, second = counts(notebook)
    assert first == Count(words=6, lines=2, cells=1)
    assert second == Count(words=4, cells=1, exercises=20)


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (Count(), 0),
        (Count(words=1500), 10),
        (Count(words=1503), 15),
        (Count(words=750, lines=75, cells=15, exercises=5), 20),
    ],
)
def test_a_sum_is_rounded_up_to_five_minutes(count: Count, expected: int) -> None:
    assert count.minutes == expected


def test_the_map_shows_each_sitting() -> None:
    shown = {facts.name[:2]: minutes_of(facts) for facts in NOTEBOOKS}
    assert " + " in shown["04"] and " + " not in shown["01"]


def test_the_command_says_which_folder_disagrees(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert minutes.main([]) == 0
    assert "too long" not in capsys.readouterr().out
    facts = NOTEBOOKS[0]
    monkeypatch.setattr(minutes, "NOTEBOOKS", (facts._replace(minutes=(99,)), *NOTEBOOKS[1:]))
    written = []
    monkeypatch.setattr(minutes, "_write", lambda *what: written.append(what))
    assert minutes.main([]) == 1
    assert f"nb{facts.name}: MINUTES = {facts.minutes}" in capsys.readouterr().out
    assert minutes.main(["--write"]) == 0
    assert [what[1] for what in written] == [facts.minutes]
