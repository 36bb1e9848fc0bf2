"""Collect the packages in a folder, for machines without a network."""

import argparse
import hashlib
import platform
import re
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from helpers.environment.lock import (
    LEARNER,
    TESTS,
    Layer,
    Pin,
    pins_for,
    pip_requirement,
    requirement,
)
from helpers.environment.problem import Problem
from helpers.environment.progress import run_quietly, say
from helpers.environment.which_pip import BASE, which_pip

__all__ = ["check_folder", "collect"]

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
MANYLINUX = ("2_5", "2_12", "2_17", "2_24", "2_26", "2_27", "2_28", "2_31", "2_34")
MACOS = ("10_9", "10_12", "10_13", "10_14", "10_15", "11_0", "12_0", "13_0", "14_0")


class Platform(NamedTuple):
    """A kind of machine.

    facts: what the markers of a lock file ask about it.
    tags: the names that files for it carry, as pip takes them.
    """

    facts: dict[str, str]
    tags: tuple[str, ...]


def _linux(machine: str) -> Platform:
    tags = (*(f"manylinux_{glibc}_{machine}" for glibc in MANYLINUX), f"linux_{machine}")
    old = tuple(f"manylinux{year}_{machine}" for year in ("1", "2010", "2014"))
    return Platform(_facts("posix", "linux", machine, "Linux"), (*tags, *old))


def _macos(machine: str) -> Platform:
    tags = tuple(f"macosx_{system}_{kind}" for system in MACOS for kind in (machine, "universal2"))
    return Platform(_facts("posix", "darwin", machine, "Darwin"), tags)


def _facts(os_name: str, sys_platform: str, machine: str, system: str) -> dict[str, str]:
    return {
        "os_name": os_name,
        "sys_platform": sys_platform,
        "platform_machine": machine,
        "platform_system": system,
        "platform_python_implementation": "CPython",
        "implementation_name": "cpython",
    }


PLATFORMS = {
    "linux": _linux("x86_64"),
    "linux-arm": _linux("aarch64"),
    "macos-intel": _macos("x86_64"),
    "macos-arm": _macos("arm64"),
    "windows": Platform(_facts("nt", "win32", "AMD64", "Windows"), ("win_amd64",)),
}


def collect(arguments: list[str]) -> int:
    """Carry out `course.py wheels`; return the exit code.

    Raises:
        Problem: the packages can't be had, and what to do.
        OSError: a file can't be written.
    """
    options = _parse(arguments)
    folder = Path(options.folder).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    layers = [LEARNER, TESTS] if options.tests else [LEARNER]
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        pip = _make_pip(Path(scratch), started)
        for name in options.platforms:
            for version in options.pythons:
                for patch, pins in _pin_lists(layers, PLATFORMS[name], version):
                    say(f"{name}, Python {version}: {len(pins)} packages")
                    wanted = Path(scratch) / "wanted.txt"
                    wanted.write_text("".join(map(requirement, pins)), encoding="utf-8")
                    command = [*pip, "download", "--no-deps", "--require-hashes", "-r", str(wanted)]
                    command += ["--only-binary=:all:", "--python-version", patch]
                    command += ["--implementation", "cp", "--dest", str(folder)]
                    command += [f"--platform={tag}" for tag in PLATFORMS[name].tags]
                    run_quietly([command], partial(_how_far, len(pins)), started)
    files = list(folder.glob("*.whl"))
    say(f"{folder} holds {len(files)} files, {sum(f.stat().st_size for f in files) / 1e6:.0f} MB.")
    say(f'Without a network, install from it: python3 course.py lab --wheels "{folder}"')
    return 0


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python3 course.py wheels",
        description="Collect the packages in a folder, for machines without a network.",
    )
    parser.add_argument("folder", help="where the files go; what is there already is kept")
    parser.add_argument(
        "--platforms", nargs="+", metavar="NAME", choices=[*PLATFORMS, "all"], default=[_here()],
        help=f"for which machines: {', '.join(PLATFORMS)} or all (default: one like this)",
    )  # fmt: skip
    parser.add_argument(
        "--pythons", nargs="+", metavar="VERSION", choices=[*PYTHONS, "all"],
        default=["{}.{}".format(*sys.version_info)],
        help=f"for which Pythons: {', '.join(PYTHONS)} or all (default: this one)",
    )  # fmt: skip
    parser.add_argument("--tests", action="store_true", help="also what only the tests need")
    options = parser.parse_args(arguments)
    options.platforms = list(PLATFORMS) if "all" in options.platforms else options.platforms
    options.pythons = list(PYTHONS) if "all" in options.pythons else options.pythons
    if None in options.platforms:
        raise Problem(
            f"There are no known files for a machine like this ({sys.platform}, "
            f"{platform.machine()}). Name others: --platforms {' '.join(PLATFORMS)}"
        )
    return options


def _here() -> str | None:
    """Return the name of this kind of machine."""
    here = {"sys_platform": sys.platform, "platform_machine": platform.machine()}
    return next(
        (name for name, one in PLATFORMS.items() if here.items() <= one.facts.items()), None
    )


def _pin_lists(layers: list[Layer], machine: Platform, version: str) -> list[tuple[str, list[Pin]]]:
    """Return the pins for a Python, once for each list that its patches may need."""
    lists: list[tuple[str, list[Pin]]] = []
    for patch in (f"{version}.99", f"{version}.0"):
        facts = {"python_version": version, "python_full_version": patch}
        pins = [pin for one in layers for pin in pins_for(one, {**machine.facts, **facts})]
        if pins not in [known for _, known in lists]:
            lists.append((patch, pins))
    return lists


def _make_pip(scratch: Path, started: float) -> list[str]:
    """Return the command of a pip in an environment of its own."""

    def run(command: list[str]) -> None:
        run_quietly([command], lambda words: "preparing", started)

    home, quietly = scratch / "pip", ["--disable-pip-version-check", "--no-input"]
    run([BASE, "-m", "venv", "--without-pip", str(home)])
    python = next(path for path in home.glob("*/python*") if path.stem == "python")
    if text := pip_requirement():  # a newer one: it needs less than half the time
        newer = scratch / "pip.txt"
        newer.write_text(text, encoding="utf-8")
        run([*which_pip(home, python, run), "install", *quietly, "-r", str(newer)])
    return [*which_pip(home, python, run), *quietly]


def _how_far(total: int, words: str) -> str:
    found = re.findall(r"(?m)^Collecting (\S+)", words)
    return f"fetching {len(found)} of {total}  {found[-1]}" if found else "preparing"


# ---- Using such a folder


def check_folder(folder: Path, pins: Iterable[Pin]) -> None:
    """Look whether a folder has a file for each pin, and no file that was changed.

    Raises:
        Problem: it hasn't, or has.
    """
    if not folder.is_dir():
        raise Problem(f"There is no folder {folder}: name the one that holds the wheels.")
    wanted = {(pin.name, pin.version): pin for pin in pins}
    missing = dict(wanted)
    for path, key in _wheels(folder):
        if key not in wanted:
            continue
        missing.pop(key, None)
        digest = f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"
        if digest not in wanted[key].hashes:
            raise Problem(
                f"{path.name} in {folder} is not the file that the course was tested with: it was "
                "changed, or only a part of it was copied. Copy it again, or delete it and collect "
                "it again (python3 course.py wheels FOLDER)."
            )
    if missing:
        name, version = min(missing)
        raise Problem(
            f"{folder} has no file for {len(missing)} of the {len(wanted)} packages (the first is "
            f"{name} {version}). Collect them where there is a network "
            "(python3 course.py wheels FOLDER)."
        )


def _wheels(folder: Path) -> Iterator[tuple[Path, tuple[str, str]]]:
    """Yield each wheel with its package's name, as the lock spells it, and its version."""
    for path in sorted(folder.glob("*.whl")):
        name, version, *_ = path.stem.split("-")
        yield path, (re.sub(r"[-_.]+", "-", name).lower(), version)
