"""What ruff and mypy find, found here first. The rules are in pyproject.toml."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


# Without what it keeps from run to run, mypy alone computes for more than a minute.
COMMANDS = ["ruff check", "ruff format --check", pytest.param("mypy", marks=pytest.mark.long)]


@pytest.mark.parametrize("command", COMMANDS)
def test_nothing_to_mend(command: str):
    done = subprocess.run(
        [sys.executable, "-m", *command.split()],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout
