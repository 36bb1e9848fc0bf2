"""Which line of the learner's code: where it raised, or where it hangs."""

import ast
import linecache
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any

from helpers.lessons.checking.facts import PYTHON_SAYS
from helpers.lessons.checking.values import shorten

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

__all__ = [
    "CELL",
    "describe",
    "describe_place",
    "earlier_part",
    "is_slip",
    "remember",
    "where_it_hangs",
]

LIBRARY = str(Path(__file__).resolve().parents[2])

# What the code is compiled as, in place of a file's name.
CELL = "<your cell>"

Place = tuple[str, int]  # file name, line number


def earlier_part(part_id: str) -> str:
    """Return the file name of an earlier part."""
    return f"<your part {part_id}>"


def remember(filename: str, source: str) -> None:
    """Keep the source, so that tracebacks and `inspect` find it."""
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)


def describe(filename: str, number: int, text: str | None = None) -> str:
    """Return "line 4 of your cell: return 1 / 0"."""
    if text is None:
        text = linecache.getline(filename, number)
    return f"line {number} of {filename.strip('<>')}: {shorten(text.strip(), 100)}"


def describe_place(traceback: TracebackType | None) -> str:
    """Describe the innermost line of the learner's code in a traceback."""
    found = ""
    while traceback:
        filename = traceback.tb_frame.f_code.co_filename
        if _is_learners(filename):
            found = describe(filename, traceback.tb_lineno)
        traceback = traceback.tb_next
    return found


def is_slip(error: BaseException | None) -> bool:
    """Whether Python itself refused a line of the learner's code."""
    if not isinstance(error, PYTHON_SAYS):
        return False
    learners = False
    traceback = error.__traceback__
    while traceback:
        filename = traceback.tb_frame.f_code.co_filename
        # What a function of the check raises, called from that line, is part of the case.
        learners = _is_learners(filename) or (learners and not filename.startswith(LIBRARY))
        traceback = traceback.tb_next
    return learners


def where_it_hangs(thread: int, loop: "AbstractEventLoop | None" = None) -> str:
    """Describe the loop that a thread doesn't get out of, or the line where it waits.

    One look would catch any line of the loop, so it looks several times and names what
    stayed the same.
    """
    looks = []
    for _ in range(8):
        looks.append(_running(thread) or _waiting(loop))
        time.sleep(0.01)
    # A `for` mostly comes to its end by itself, so a `while` around it is suspected first.
    whiles = [[loop for place in look for loop in _around(ast.While, *place)] for look in looks]
    fors = [[loop for place in look for loop in _around(ast.For, *place)] for look in looks]
    for same in (_common(whiles), _common(fors), _common(looks)):
        if same:
            return describe(*same[-1])
    return ""


def _common(looks: list[list[Place]]) -> list[Place]:
    """The places that all looks begin with."""
    same = []
    for places in zip(*looks, strict=False):
        if len(set(places)) > 1:
            break
        same.append(places[0])
    return same


def _is_learners(filename: str) -> bool:
    return filename.startswith("<your ")


def _running(thread: int) -> list[Place]:
    """The learner's lines on a thread's stack, outermost first."""
    places: list[Place] = []
    frame: FrameType | None = sys._current_frames().get(thread)
    while frame:
        if _is_learners(frame.f_code.co_filename):
            places.insert(0, (frame.f_code.co_filename, frame.f_lineno))
        frame = frame.f_back
    return places


def _waiting(loop: "AbstractEventLoop | None") -> list[Place]:
    """The learner's lines in a coroutine that waits: those are on no thread's stack."""
    if loop is None:
        return []
    import asyncio

    for task in asyncio.all_tasks(loop):
        places = []
        waiting: Any = task.get_coro()
        while waiting is not None:
            frame = getattr(waiting, "cr_frame", None) or getattr(waiting, "ag_frame", None)
            if frame and _is_learners(frame.f_code.co_filename):
                places.append((frame.f_code.co_filename, frame.f_lineno))
            waiting = getattr(waiting, "cr_await", None) or getattr(waiting, "ag_await", None)
        if places:
            return places
    return []


def _around(kind: type[ast.stmt], filename: str, number: int) -> Iterator[Place]:
    """The statements of a kind that a line stands in, outermost first."""
    tree = ast.parse("".join(linecache.getlines(filename)))
    for node in ast.walk(tree):
        if isinstance(node, kind) and node.lineno <= number <= (node.end_lineno or 0):
            yield filename, node.lineno
