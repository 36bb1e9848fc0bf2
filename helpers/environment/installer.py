"""Install the lock files in an environment, with uv where there is one, else with pip."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from helpers.environment.lock import Layer, marker_facts, pins_for, pip_requirement
from helpers.environment.progress import run_quietly
from helpers.environment.wheels import check_folder

__all__ = ["Installer"]

# Without --no-compile, most of the wait would be for bytecode that nobody ever runs.
PIP_INSTALL = [
    *("install", "--disable-pip-version-check", "--no-input"),
    *("--no-compile", "--progress-bar", "off"),
]


class Installer:
    """uv where there is one, else pip, at work in one environment.

    Attributes:
        tool: "uv" or "pip".
    """

    def __init__(self, home: Path, python: Path, started: float, wheels: Path | None) -> None:
        self._home, self._python, self._started = home, python, started
        self._wheels = wheels.absolute() if wheels else None
        self._base: str = getattr(sys, "_base_executable", sys.executable)  # .venv's own may go
        self._uv = shutil.which("uv")
        self.tool = "uv" if self._uv else "pip"

    def check_folder(self, layers: Sequence[Layer]) -> None:
        """Look whether the folder of wheels, if one is named, holds what is to be installed.

        Raises:
            Problem: it doesn't.
        """
        if self._wheels:
            facts = marker_facts()
            check_folder(self._wheels, [pin for one in layers for pin in pins_for(one, facts)])

    def make(self) -> None:
        """Make the environment, without packages."""
        if self._uv:
            make = [self._uv, "venv", "--allow-existing", "--python", self._base]
        else:
            make = [self._base, "-m", "venv", "--without-pip"]
        self._run_quietly([*make, str(self._home)], 0)

    def install(self, lock: Path, total: int) -> None:
        """Install a lock file of so many packages."""
        if self._uv:
            self._run([self._uv, "pip", "install", "--python", str(self._python)], lock, total)
            return
        if pip := pip_requirement():  # first of all pip itself: today's makes the rest quick
            newest = self._home / "pip.txt"
            newest.write_text(pip, encoding="utf-8")
            self._run([*self._pip(), *PIP_INSTALL], newest, 0)
        self._run([*self._pip(), *PIP_INSTALL], lock, total)

    def _pip(self) -> list[str]:
        """Return what runs pip for the environment: its own, or that of the Python it is from."""
        own = [str(self._python), "-m", "pip"]
        if list(self._home.glob("[Ll]ib/**/site-packages/pip")):
            return own
        if can_install_elsewhere(self._base):
            return [self._base, "-m", "pip", "--python", str(self._python)]
        self._run_quietly([str(self._python), "-m", "ensurepip"], 0)
        return own

    def _run(self, command: list[str], lock: Path, total: int) -> None:
        if self._wheels:
            command = [*command, "--no-index", "--find-links", str(self._wheels)]
        self._run_quietly([*command, "--no-deps", "--require-hashes", "-r", str(lock)], total)

    def _run_quietly(self, command: list[str], total: int) -> None:
        before = len(self.packages_in_place())

        def progress(words: str) -> str:
            installed = len(self.packages_in_place()) - before
            if total and installed > 0:
                return f"installing {min(installed, total)} of {total}"
            found = re.findall(r"(?m)^(?:Collecting|Downloading|Building|Processing) (\S+)", words)
            if found:
                return f"fetching {min(len(found), total)} of {total}  {Path(found[-1]).name}"
            return "preparing"

        run_quietly(command, progress, self._started, str(self._wheels or ""))

    def packages_in_place(self) -> list[Path]:
        """Return the metadata folder of each package that is installed now."""
        pattern = "Lib/site-packages" if os.name == "nt" else "lib/python3*/site-packages"
        return list(self._home.glob(pattern + "/*.dist-info"))


def can_install_elsewhere(python: str) -> bool:
    """Say whether a Python has a pip that installs in another Python's environment."""
    command = [python, "-m", "pip", "--version"]
    found = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    version = re.match(r"pip (\d+)\.(\d+)", found)
    return bool(version) and tuple(map(int, version.groups())) >= (22, 3)
