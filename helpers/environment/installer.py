"""Install the lock files in an environment, with uv where there is one, else with pip."""

import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from helpers.environment.lock import Layer, Pin, marker_facts, pins_for, requirement
from helpers.environment.progress import run_quietly
from helpers.environment.wheels import check_folder
from helpers.environment.which_pip import BASE, which_pip

__all__ = ["Installer"]

QUIETLY = ["--disable-pip-version-check", "--no-input", "--progress-bar", "off"]
AT_ONCE = 3  # pips that fetch; each asks the index, waits, asks for the file, and waits


class Installer:
    """uv where there is one, else pip, at work in one environment.

    Attributes:
        tool: "uv" or "pip".
    """

    def __init__(self, home: Path, python: Path, started: float, wheels: Path | None) -> None:
        self._home, self._python, self._started = home, python, started
        self._scratch = home / "scratch"
        self._wheels = wheels.absolute() if wheels else None
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
            make = [self._uv, "venv", "--allow-existing", "--python", BASE]
        else:
            make = [BASE, "-m", "venv", "--without-pip"]
        self._run_quietly([[*make, str(self._home)]], 0)

    def install(self, layer: Layer) -> None:
        """Install the packages of a layer."""
        pins = pins_for(layer, marker_facts())
        shutil.rmtree(self._scratch, ignore_errors=True)  # of an installation that was stopped
        self._scratch.mkdir()
        try:
            if self._uv:
                command = [self._uv, "pip", "install", "--python", str(self._python)]
                self._install(command, pins, self._wheels, len(pins))
            else:
                self._install_with_pip(pins)
        finally:
            shutil.rmtree(self._scratch, ignore_errors=True)

    def _install_with_pip(self, pins: Sequence[Pin]) -> None:
        # Without --no-compile, most of the wait would be for bytecode that nobody ever runs.
        options = ["install", "--no-compile", *QUIETLY]
        if pip := [pin for pin in pins if pin.name == "pip"]:  # first: today's makes the rest quick
            self._install([*self._pip(), *options], pip, self._wheels, 0)
        folder = self._wheels or self._fetch(pins)
        self._install([*self._pip(), *options], pins, folder, len(pins))

    def _install(
        self, command: list[str], pins: Sequence[Pin], folder: Path | None, total: int
    ) -> None:
        """Install pins from a folder or the index; tell the total, unless it is 0."""
        if folder:
            command = [*command, "--no-index", "--find-links", str(folder)]
        self._run_quietly([[*command, *self._name(pins, "wanted.txt")]], total)

    def _fetch(self, pins: Sequence[Pin]) -> Path:
        """Fetch the files of pins, several at a time, as each is a wait; return their folder."""
        shares = [pins[first::AT_ONCE] for first in range(min(AT_ONCE, len(pins)))]
        command = [*self._pip(), "download", *QUIETLY, "--dest", str(self._scratch)]
        lists = [self._name(share, f"share-{number}.txt") for number, share in enumerate(shares)]
        self._run_quietly([[*command, *one] for one in lists], len(pins))
        return self._scratch

    def _name(self, pins: Sequence[Pin], name: str) -> list[str]:
        """Return the options that name pins, in a list that is written for it."""
        wanted = self._scratch / name
        wanted.write_text("".join(map(requirement, pins)), encoding="utf-8")
        return ["--no-deps", "--require-hashes", "-r", str(wanted)]

    def _pip(self) -> list[str]:
        return which_pip(self._home, self._python, lambda command: self._run_quietly([command], 0))

    def _run_quietly(self, commands: Sequence[list[str]], total: int) -> None:
        before = len(self.packages_in_place())
        verbs = "Downloading|Building" if self._uv else "Collecting|Processing"

        def progress(words: str) -> str:
            installed = len(self.packages_in_place()) - before
            if total and installed > 0:
                return f"installing {min(installed, total)} of {total}"
            found = re.findall(rf"(?m)^(?:{verbs}) (\S+)", words)
            if total and found:
                return f"fetching {min(len(found), total)} of {total}  {Path(found[-1]).name}"
            return "preparing"

        run_quietly(commands, progress, self._started, str(self._wheels or ""))

    def packages_in_place(self) -> list[Path]:
        """Return the metadata folder of each package that is installed now."""
        pattern = "Lib/site-packages" if os.name == "nt" else "lib/python3*/site-packages"
        return list(self._home.glob(pattern + "/*.dist-info"))
