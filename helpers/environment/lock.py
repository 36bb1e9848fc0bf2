"""The lists of packages: which pins they hold, and which of them apply to a machine."""

import ast
import hashlib
import importlib.metadata
import operator
import os
import platform
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from helpers.environment.problem import Problem

__all__ = [
    "LEARNER",
    "ROOT",
    "SITE",
    "TESTS",
    "Layer",
    "Pin",
    "applies",
    "are_installed",
    "marker_facts",
    "pins_for",
    "pip_requirement",
    "read_pins",
    "requirement",
]

ROOT = Path(__file__).resolve().parents[2]


class Layer(NamedTuple):
    """Packages that are installed together.

    file: the lock file, in the course's folder.
    stamp: the file in .venv that says from which list the layer was installed.
    space: what it takes on the disk while it is installed, in bytes.
    """

    file: str
    stamp: str
    space: float

    def text(self) -> str:
        """Return the lock file's text."""
        path = ROOT / self.file
        if not path.exists():
            raise Problem(
                f"{self.file} is missing, the list of what to install. "
                f"Get it back (git checkout {self.file}), then run the same command again."
            )
        return path.read_text(encoding="utf-8")

    def digest(self) -> str:
        """Return what tells one edition of the list from another."""
        return hashlib.sha256(self.text().encode()).hexdigest()


LEARNER = Layer("requirements.lock", "made-from.txt", 0.6e9)
# On top of the learner's layer: what only the tests need.
TESTS = Layer("requirements-test.lock", "made-from-tests.txt", 0.5e9)
# What builds the site, in an environment of its own: none of it is in the other two.
SITE = Layer("requirements-site.lock", "made-from-site.txt", 0.3e9)


class Pin(NamedTuple):
    """A line of a lock file: this version, wherever the marker applies.

    hashes: of the files that may be installed, as "sha256:…".
    """

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...] = ()


def read_pins(lock: str) -> list[Pin]:
    """Return the pins of a lock file, those for other machines included."""
    pattern = r"(?m)^([\w.-]+)==([^\s;\\]+)(?: ; ([^\\\n]+?))? *\\?$((?:\n +--hash=\S+ *\\?)*)"
    return [
        Pin(name, version, marker, tuple(re.findall(r"--hash=(\S+)", hashes)))
        for name, version, marker, hashes in re.findall(pattern, lock)
    ]


def pins_for(layer: Layer, facts: Mapping[str, str]) -> list[Pin]:
    """Return the pins of a layer that apply to a machine."""
    return [pin for pin in read_pins(layer.text()) if applies(pin.marker, facts)]


def requirement(pin: Pin) -> str:
    """Return a line that pip reads, without the marker: that has been looked at."""
    return " ".join([f"{pin.name}=={pin.version}", *(f"--hash={one}" for one in pin.hashes)]) + "\n"


def pip_requirement() -> str:
    """Return the line of the learner's list that names pip; empty if none does."""
    return "".join(requirement(pin) for pin in read_pins(LEARNER.text()) if pin.name == "pip")


def marker_facts() -> dict[str, str]:
    """Return what a dependency's marker may ask about this Python."""
    return {
        "os_name": os.name,
        "sys_platform": sys.platform,
        "platform_machine": platform.machine(),
        "platform_system": platform.system(),
        "platform_python_implementation": platform.python_implementation(),
        "implementation_name": sys.implementation.name,
        "python_full_version": "{}.{}.{}".format(*sys.version_info),
        "python_version": "{}.{}".format(*sys.version_info),
    }


def applies(marker: str, facts: Mapping[str, str]) -> bool:
    """Say whether a dependency's marker holds; an empty one always does.

    Markers are a small part of Python's own expressions, so Python's parser reads them.
    """
    operators = {
        ast.Eq: operator.eq,
        ast.NotEq: operator.ne,
        ast.Lt: operator.lt,
        ast.LtE: operator.le,
        ast.Gt: operator.gt,
        ast.GtE: operator.ge,
    }

    def numbers(version: str) -> list[int]:
        return [int(part) for part in re.sub(r"(\.0)+$", "", version).split(".")]

    def holds(node: ast.expr) -> bool:
        if isinstance(node, ast.BoolOp):
            return (all if isinstance(node.op, ast.And) else any)(map(holds, node.values))
        if not isinstance(node, ast.Compare) or len(node.ops) > 1:
            raise ValueError(marker)
        sides = [node.left, node.comparators[0]]
        values = [facts[s.id] if isinstance(s, ast.Name) else ast.literal_eval(s) for s in sides]
        compare = operators[type(node.ops[0])]
        if any(isinstance(side, ast.Name) and "version" in side.id for side in sides):
            return bool(compare(*map(numbers, values)))
        return bool(compare(*values))

    try:
        return not marker or holds(ast.parse(marker, mode="eval").body)
    except (KeyError, SyntaxError, TypeError, ValueError):
        raise Problem(f"A lock file has a condition that can't be read: {marker}") from None


def are_installed(pins: Iterable[Pin]) -> bool:
    """Say whether the Python that runs this has each pin, in its exact version."""
    try:
        return all(importlib.metadata.version(pin.name) == pin.version for pin in pins)
    except importlib.metadata.PackageNotFoundError:
        return False
