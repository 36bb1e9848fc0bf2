"""Which parts of an agent are its author's own, compared with the course's by structure."""

import ast
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from helpers.lessons import find_exercise
from helpers.submission.bundle import MARK, PARTS
from helpers.submission.structure import NotComparable, Shape, shape_of

__all__ = ["Own", "find_hidden_code", "is_the_courses", "own_parts", "read_callee"]

# Other people's solutions of the parts share up to 0.6 with the course's, and mostly nothing;
# the course's own with other names and texts shares 1, and 0.8 with what the course was earlier.
THE_COURSES = 0.7
WORTH_SAYING = 0.2
SMALLEST = 40  # runs of kinds: less code than that may be alike by chance
RUNS_TEXT = ("exec", "eval", "compile", "marshal.loads", "runpy.run_path", "runpy.run_module")
HEAD = rf"(?m)^{re.escape(MARK)}\n# (\w+) \((yours|the course's)\): [^\n]*\n{re.escape(MARK)}\n"


@dataclass(frozen=True)
class Own:
    """What a comparison came to.

    Attributes:
        total: how many parts there are, by the manifest.
        own: how many are the author's own, as far as that can be seen.
        alike: parts said to be the author's that are built as the course's -> how much of them.
        partly: parts of which less is, but worth saying -> how much.
        hidden: why the file can't be compared; "" if it can.
    """

    total: int
    own: int
    alike: Mapping[str, float]
    partly: Mapping[str, float]
    hidden: str = ""

    @property
    def count(self) -> str:
        """How many of how many, such as "3 of 8"."""
        return f"{'?' if self.hidden else self.own} of {self.total}"


def own_parts(agent: bytes, owners: Mapping[str, str]) -> Own:
    """Compare the parts that are said to be "yours" with the course's.

    Args:
        agent: agent.py.
        owners: whose each part is, by the manifest.
    """
    sections = _sections(agent.decode("utf-8", "replace"))
    claimed = [
        part
        for part, owner in owners.items()
        if owner == "yours" and sections.get(part, ("yours", ""))[0] == "yours"
    ]
    if claimed and (hidden := find_hidden_code(agent)):
        return Own(len(owners), 0, {}, {}, hidden)
    try:
        shares = {
            part: _share(sections[part][1] if part in sections else agent) for part in claimed
        }
    except NotComparable:
        return Own(len(owners), 0, {}, {}, "it is no Python")
    alike = {part: share for part, share in shares.items() if share >= THE_COURSES}
    partly = {part: share for part, share in shares.items() if WORTH_SAYING <= share < THE_COURSES}
    return Own(len(owners), len(claimed) - len(alike), alike, partly)


def is_the_courses(source: str) -> bool:
    """Say whether a part is built as the course's own, whatever its names and comments are."""
    with suppress(NotComparable):
        return _share(source) >= THE_COURSES
    return False


def _share(source: str | bytes) -> float:
    """Return how much of some code is built as the course's.

    Raises:
        NotComparable: it is no Python.
    """
    shape = shape_of(source)
    return len(shape & _the_courses()) / len(shape) if len(shape) >= SMALLEST else 0.0


def find_hidden_code(agent: bytes) -> str:
    """Say where a file runs code that nobody can read in it; "" if it doesn't, or is no Python."""
    try:
        tree = ast.parse(agent)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and read_callee(node) in RUNS_TEXT:
            return f"line {node.lineno} runs code that is no source ({read_callee(node)})"
    return ""


def read_callee(node: ast.Call) -> str:
    """Return what a call calls, such as "exec" or "marshal.loads"; "" for what has no name."""
    match node.func:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=ast.Name(id="builtins" | "__builtins__"), attr=name):
            return name
        case ast.Attribute(value=ast.Name(id=module), attr=name):
            return f"{module}.{name}"
        case ast.Attribute(attr=name):
            return f".{name}"
    return ""


def _sections(source: str) -> dict[str, tuple[str, str]]:
    """Return the parts of a bundled file: name -> owner and code."""
    pieces = re.split(HEAD, source)[1:]
    found: dict[str, tuple[str, str]] = {}
    for name, owner, text in zip(pieces[::3], pieces[1::3], pieces[2::3], strict=True):
        found.setdefault(name, (owner, text.strip()))
    return found


@cache
def _the_courses() -> Shape:
    """Return how the course's own agent is built, and all that it takes from the library."""
    helpers = Path(__file__).parents[1]
    patterns = ("*.py", "parts/*.py", "wire/*.py", "submission/single_file/*.py")
    files = {file for pattern in patterns for file in helpers.glob(pattern)}
    files |= {find_exercise(part).reference for part in PARTS}
    return frozenset().union(*(shape_of(file.read_bytes()) for file in files))
