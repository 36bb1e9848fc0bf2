"""Find the pip that works for an environment."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

__all__ = ["BASE", "which_pip"]

# The Python that environments are made of; the one that runs this may be an environment's own.
BASE: str = getattr(sys, "_base_executable", sys.executable)


def which_pip(home: Path, python: Path, run: Callable[[list[str]], None]) -> list[str]:
    """Return the command of an environment's own pip, or of that of the Python it is from.

    Args:
        home: the environment's folder.
        python: the environment's Python.
        run: runs a command. Where neither has a pip that can do it, it brings one: that takes as
            long as all packages.
    """
    own = [str(python), "-m", "pip"]
    if list(home.glob("[Ll]ib/**/site-packages/pip")):
        return own
    if can_install_elsewhere(BASE):
        return [BASE, "-m", "pip", "--python", str(python)]
    run([str(python), "-m", "ensurepip"])
    return own


def can_install_elsewhere(python: str) -> bool:
    """Say whether a Python has a pip that installs in another Python's environment."""
    command = [python, "-m", "pip", "--version"]
    found = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    version = re.match(r"pip (\d+)\.(\d+)", found)
    return version is not None and tuple(map(int, version.groups())) >= (22, 3)
