"""What takes long to make is made once in a run, for all workers."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from helpers.environment.turns import turn


def make_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Return a folder that the first worker that asks for it has made; nobody changes it."""
    run = factory.getbasetemp()
    place = (run.parent if "PYTEST_XDIST_WORKER" in os.environ else run) / name
    with turn(place, waiting=lambda: None):
        if not (place / "is-whole").exists():
            make(place / "made")
            (place / "is-whole").touch()
    return place / "made"
