"""The map: the way through the notebooks, and what has been built on it."""

from collections.abc import Collection, Mapping
from html import escape
from importlib import import_module
from typing import NamedTuple

from helpers.lessons import find_exercise, lesson_names

__all__ = ["NOTEBOOKS", "Map", "Notebook", "builds", "in_part", "minutes_of"]


class Notebook(NamedTuple):
    """One notebook on the way.

    Attributes:
        name: its file, without its ending.
        title: what its first line says.
        turns: which arrow of the pipeline it builds.
        part: the id of its part; "" if it builds none.
        minutes: how long each of its sittings takes most people (`helpers.lessons.minutes`).
        exercises: the ids of its exercises, where it builds no part.
    """

    name: str
    title: str
    turns: str
    part: str
    minutes: tuple[int, ...]
    exercises: tuple[str, ...] = ()


def _notebook(lesson: str) -> Notebook:
    """Return what a notebook's folder says of it."""
    says = import_module(f"helpers.lessons.{lesson}")
    parts = [name for name in says.ORDER if find_exercise(name).kind == "part"]
    return Notebook(
        name=lesson.removeprefix("nb"),
        title=says.TITLE,
        turns=says.TURNS,
        part=parts[-1] if parts else "",
        minutes=says.MINUTES,
        exercises=() if parts else says.ORDER,
    )


NOTEBOOKS = tuple(map(_notebook, lesson_names()))


class Map:
    """The way through the notebooks; shows itself in a notebook and in a terminal.

    Args:
        passed: ids of the parts that the learner has built.
        part: of exercises that are done in part, how many cases passed, of how many.
    """

    def __init__(
        self, passed: Collection[str], part: Mapping[str, tuple[int, int]] | None = None
    ) -> None:
        self._passed = passed
        self._part = part or {}

    def _state(self, notebook: Notebook) -> str:
        if notebook.part:
            built = notebook.part in self._passed
            return "✓ built" if built else in_part(self._part.get(notebook.part))
        done = sum(exercise in self._passed for exercise in notebook.exercises)
        count = len(notebook.exercises)
        if done == count:
            return "✓ done"
        if count == 1:
            return in_part(self._part.get(notebook.exercises[0]))
        begun = any(exercise in self._part for exercise in notebook.exercises)
        return f"{done} of {count}" if done else "begun" if begun else "not yet"

    def __repr__(self) -> str:
        rows = [("notebook", "minutes", "from what to what", "part", "yours")]
        rows += [(n.name, minutes_of(n), n.turns, builds(n), self._state(n)) for n in NOTEBOOKS]
        widths = [max(len(row[column]) for row in rows) for column in range(5)]
        return "\n".join(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        )

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<tr><td style="text-align: left"><a href="{n.name}.ipynb">{n.name[:2]} · '
            f"{escape(n.title)}</a></td><td>{minutes_of(n)} min</td>"
            f'<td style="text-align: left">{escape(n.turns)}</td>'
            f'<td style="text-align: left">{f"<code>{n.part}</code>" if n.part else builds(n)}</td>'
            f'<td style="text-align: left">{self._state(n)}</td></tr>'
            for n in NOTEBOOKS
        )
        heads = "".join(
            f'<th scope="col" style="text-align: left">{head}</th>'
            for head in ("Notebook", "Takes", "From what to what", "Part", "Yours")
        )
        return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def in_part(cases: tuple[int, int] | None) -> str:
    """Return how far an exercise is that has not passed, such as "5 of 9 cases"."""
    return "not yet" if cases is None else f"{cases[0]} of {cases[1]} cases"


def minutes_of(notebook: Notebook) -> str:
    """Return the minutes of each sitting, such as "25 + 40"."""
    return " + ".join(map(str, notebook.minutes))


def builds(notebook: Notebook) -> str:
    """Return the part that a notebook builds, or how many exercises it has."""
    count = len(notebook.exercises)
    return notebook.part or ("1 exercise" if count == 1 else f"{count} exercises")
