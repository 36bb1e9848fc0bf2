"""Notebook 13: the parts put together, and a build that others can trust."""

from pathlib import Path

__all__ = ["FINISHED", "MINUTES", "ORDER", "TITLE", "TURNS"]

TITLE = "Submit your build"
TURNS = "parts ─▶ agent.py"
MINUTES = (50,)
ORDER = ("main",)

# A session with the course's own build, to be looked at before one has a build.
FINISHED = Path(__file__).with_name("finished.cast")
