"""Exercises for the tests of the machinery itself: small, and with every kind of case."""

from pathlib import Path

from helpers.lessons.exercise import read_exercise

__all__ = ["COUNT", "GREET", "LATER", "SAMPLES"]

SAMPLES = Path(__file__).parent / "samples"

COUNT = read_exercise(SAMPLES / "count")
LATER = read_exercise(SAMPLES / "later")
# It may use the names of the exercise `hello`.
GREET = read_exercise(SAMPLES / "greet")
