"""Find a Python that has every package, or make .venv.

.venv may be a link. Nothing is deleted but what this command made for this very folder: a
file in .venv says for which one.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from helpers.environment.installer import Installer
from helpers.environment.lock import LEARNER, ROOT, Layer, are_installed, marker_facts, pins_for
from helpers.environment.problem import Problem
from helpers.environment.progress import say
from helpers.environment.turns import LOCK_NAME, turn

__all__ = ["VENV", "environment", "python_in", "write_whole"]

VENV = ROOT / ".venv"
# Says for which folder .venv was made. Where it is missing, somebody else made it.
OWNER = "made-for.txt"


def environment(*layers: Layer, wheels: Path | None = None) -> str:
    """Return a Python that has every package of the layers.

    Args:
        layers: what it has to have, in the order of installation.
        wheels: a folder to install from; None for the package index.

    Raises:
        Problem: it can't be had, and what to do.
        OSError: a file can't be read or written.
    """
    if not lacking(layers):
        return str(python_in(VENV))
    if are_installed(pin for layer in layers for pin in pins_for(layer, marker_facts())):
        return sys.executable
    check_means(lacking(layers))
    home = VENV.resolve()
    with turn(home, lambda: say("Another command installs in .venv: this one waits for it.")):
        if missing := lacking(layers):  # the other command may have installed them
            install(home, missing, wheels)
    return str(python_in(VENV))


def python_in(home: Path) -> Path:
    """Return where the Python of an environment is."""
    return home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def lacking(layers: Sequence[Layer]) -> list[Layer]:
    """Return the layers that .venv doesn't have in today's edition."""
    version = python_version(VENV)
    return [layer for layer in layers if not has(layer, version)]


def has(layer: Layer, version: str) -> bool:
    """Say whether the Python of .venv has a layer."""
    wanted, found = list_inputs(layer, version), read_lines(VENV / layer.stamp)
    if VENV.is_symlink():  # another folder's environment will do
        return found[::2] == wanted[::2]
    return found == wanted


def list_inputs(layer: Layer, version: str) -> list[str]:
    """Return what a layer in .venv depends on: its list, the folder, the Python."""
    return [layer.digest(), str(ROOT), version]


def python_version(home: Path) -> str:
    """Return the version of an environment's Python, if that still runs."""
    command = [str(python_in(home)), "-I", "-S", "-c", "import sys; print(sys.version.split()[0])"]
    try:
        return subprocess.check_output(command, stderr=subprocess.DEVNULL).decode().strip()
    except (OSError, subprocess.CalledProcessError):
        return "no Python"


def read_lines(path: Path) -> list[str]:
    """Return a file's lines; none if there is no such file."""
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def check_means(layers: Sequence[Layer]) -> None:
    """Look for what an installation needs, before anything is touched.

    Raises:
        Problem: it isn't there.
    """
    if not shutil.which("uv") and not all(map(importlib.util.find_spec, ["venv", "ensurepip"])):
        raise Problem(
            "This Python can't make environments: its venv module is not installed. "
            "On Debian or Ubuntu: sudo apt install python3-venv. Then run the same command again."
        )
    if VENV.exists() and not VENV.is_dir():
        raise Problem("There is a file named .venv: rename it, then run the same command again.")
    place = next(folder for folder in (VENV.resolve(), *VENV.resolve().parents) if folder.exists())
    free, needed = shutil.disk_usage(place).free, sum(layer.space for layer in layers)
    if free < needed:
        raise Problem(
            f"The installation needs about {needed / 1e9:.1f} GB, and {free / 1e9:.1f} GB are free "
            "on this disk: free some, then run the same command again."
        )


def install(home: Path, layers: Sequence[Layer], wheels: Path | None) -> None:
    """Install layers in .venv; make it, if it isn't there or isn't whole."""
    started = time.monotonic()
    total = sum(len(pins_for(layer, marker_facts())) for layer in layers)
    installer = Installer(home, python_in(home), started, wheels)
    installer.check_folder(layers)
    say(f"Installing {total} packages in .venv, with {installer.tool}. This happens once.")
    if must_be_made(home):
        clear(home)
        write_whole(home / OWNER, str(ROOT).encode())
        installer.make()
    version = python_version(home)
    for layer in layers:
        (home / layer.stamp).unlink(missing_ok=True)
        installer.install(layer)
        # Written last: a layer without it is half installed.
        write_whole(home / layer.stamp, "\n".join(list_inputs(layer, version)).encode())
    # Editors and notebooks opened in other ways find helpers too.
    (installer.packages_in_place()[0].parent / "course.pth").write_text(str(ROOT), "utf-8")
    say(f"Ready after {time.monotonic() - started:.0f} s.")


def must_be_made(home: Path) -> bool:
    """Say whether .venv has to be made; one that is whole is only brought up to its lists.

    Raises:
        Problem: it belongs to another folder, or to somebody else.
    """
    owner, linked = "\n".join(read_lines(home / OWNER)), VENV.is_symlink()
    if linked and owner not in ("", str(ROOT)):
        raise Problem(
            f".venv is a link to {home}, which serves the course in {owner} and has other "
            "packages. Remove the link alone (what it leads to stays), then run the same command "
            "again."
        )
    version = python_version(home)
    if owner:
        # Made for this folder; but a folder that was copied or renamed breaks its programs.
        # Without the learner's layer, an installation was stopped in its middle.
        return read_lines(home / LEARNER.stamp)[1:] != [str(ROOT), version]
    if {path.name for path in home.iterdir()} <= {LOCK_NAME}:
        return True
    if linked or version == "no Python":
        raise Problem(
            f".venv holds what this command did not make{f' (it is a link to {home})' * linked}: "
            f"{'remove the link' if linked else 'rename the folder'}, then run the same command "
            "again."
        )
    return False


def clear(home: Path) -> None:
    """Delete what is in an environment of ours, but for the file that holds our turn."""
    for path in home.iterdir():
        if path.name == LOCK_NAME:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that no one ever finds half of it, not even after a power cut."""
    part = path.with_name(path.name + ".part")
    part.write_bytes(content)
    os.replace(part, path)
