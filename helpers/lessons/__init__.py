"""The exercises of the course: a folder for each, in the folder of its notebook.

exercise ──▶ runner (a child process: sandbox) ──▶ report ──▶ diagnosis ──▶ the notebook
"""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path

from helpers.lessons.exercise import Exercise, read_exercise

__all__ = [
    "LESSONS",
    "UnknownExercise",
    "exercise_ids",
    "find_exercise",
    "find_needs",
    "lesson_names",
]

LESSONS = Path(__file__).resolve().parent


class UnknownExercise(ValueError):
    """There is no exercise with this id; the message names those that there are."""


@cache
def lesson_names() -> tuple[str, ...]:
    """Return the names of the notebooks' folders here, in the order of the notebooks."""
    return tuple(sorted(path.name for path in LESSONS.glob("nb[0-9][0-9]_*")))


@cache
def _folders() -> Mapping[str, Path]:
    """Return the folder of each exercise; a notebook says in which order they come."""
    return {
        exercise_id: LESSONS / name / exercise_id
        for name in lesson_names()
        for exercise_id in import_module(f"helpers.lessons.{name}").ORDER
    }


def exercise_ids() -> tuple[str, ...]:
    """Return the ids of all exercises, in the order of the notebooks."""
    return tuple(_folders())


@cache
def find_exercise(exercise_id: str) -> Exercise:
    """Return the exercise with this id.

    Args:
        exercise_id: such as "sse".

    Raises:
        UnknownExercise: there is none.
    """
    if exercise_id not in _folders():
        known = ", ".join(_folders())
        raise UnknownExercise(f"There is no exercise {exercise_id!r}. The exercises are: {known}.")
    return read_exercise(_folders()[exercise_id])


def find_needs(exercise: Exercise) -> list[Exercise]:
    """Return the exercises that an exercise needs, with those that they need, earliest first."""
    found: list[Exercise] = []
    for exercise_id in exercise.needs:
        other = find_exercise(exercise_id)
        found += [one for one in (*find_needs(other), other) if one not in found]
    return found
