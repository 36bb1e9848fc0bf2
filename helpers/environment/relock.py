"""Resolve the packages that pyproject.toml names, and write the lists (for contributors)."""

import re
import shutil
import subprocess

from helpers.environment.lock import LEARNER, ROOT, SITE, TESTS, Pin, read_pins
from helpers.environment.problem import Problem
from helpers.environment.venv import write_whole

__all__ = ["direct_names", "environment_yml", "write_lists"]


def write_lists(options: list[str]) -> int:
    """Write the three lock files and environment.yml; return the exit code.

    Args:
        options: what uv is told besides, such as --upgrade.

    Raises:
        Problem: there is no uv.
    """
    uv = shutil.which("uv")
    if not uv:
        raise Problem("The command lock needs uv on the PATH: pip install uv, or see its website.")
    compile = [uv, "pip", "compile", "--quiet", "--universal"]
    compile += ["--python-version", "3.11", "--generate-hashes", "--no-annotate"]
    compile += ["--no-emit-index-url", "--custom-compile-command", "python3 course.py lock"]
    command = [*compile, "pyproject.toml"]
    code = subprocess.call([*command, "--output-file", LEARNER.file, *options], cwd=ROOT)
    if code:
        return code
    tests = ["--group", "test", "--constraints", LEARNER.file, "--output-file", TESTS.file]
    code = subprocess.call([*command, *tests, *options], cwd=ROOT)
    if code:
        return code
    site = ["--group", "site", "--constraints", LEARNER.file, "--output-file", SITE.file]
    code = subprocess.call([*compile, *site, *options], cwd=ROOT)
    if code:
        return code
    path = ROOT / TESTS.file
    write_whole(path, without(read_pins(LEARNER.text()), path.read_text("utf-8")).encode())
    pins = read_pins(LEARNER.text())
    write_whole(ROOT / "environment.yml", environment_yml(direct_names(), pins).encode())
    return 0


def without(pins: list[Pin], lock: str) -> str:
    """Return a lock file's text without the pins that another list holds."""
    known = {(pin.name, pin.version) for pin in pins}
    blocks = re.split(r"(?m)^(?=[\w.-]+==)", lock)
    return "".join(
        block
        for block in blocks
        if not any((pin.name, pin.version) in known for pin in read_pins(block))
    )


def direct_names() -> list[str]:
    """Return the packages that pyproject.toml names for learners, as the lock spells them."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    names = [re.split(r"[^\w.-]", wanted)[0] for wanted in project["project"]["dependencies"]]
    return [re.sub(r"[-_.]+", "-", name).lower() for name in names]


def environment_yml(direct: list[str], pins: list[Pin]) -> str:
    """Return a learner's pins for conda and Binder, those that the course itself names first."""

    def lines(chosen: list[Pin]) -> list[str]:
        pairs = [(f"{pin.name}=={pin.version}", pin.marker) for pin in chosen]
        return [f'      - "{name} ; {mark}"' if mark else f"      - {name}" for name, mark in pairs]

    return "\n".join(
        [
            "# For conda and Binder. Written by `python3 course.py lock` from pyproject.toml.",
            "# It holds what a learner needs. To run the tests in it, too:",
            f"#     python -m pip install --no-deps --require-hashes -r {TESTS.file}",
            "name: streaming-agents",
            "channels: [conda-forge, nodefaults]",
            "dependencies:",
            "  - python=3.12",
            "  - pip",
            "  - pip:",
            "      # What the course itself uses; pyproject.toml says what for.",
            *lines([pin for pin in pins if pin.name in direct]),
            "      # What these bring.",
            *lines([pin for pin in pins if pin.name not in direct]),
            "      # The course's own helpers.",
            "      - -e .",
            "",
        ]
    )
