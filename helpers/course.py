"""The notebooks' one import: `from helpers import course`.

It says which mode the course is in, registers `%%build`, and hands out what lessons work
with: clients and recordings (asking.py), live views (views.py, run_views.py), and parts.
"""

import sys
import threading
from typing import TYPE_CHECKING, Any

from helpers import asking
from helpers.asking import (
    bench,
    blocking_sdk,
    http,
    open_recording,
    openai_sdk,
    recording,
    request,
    sdk,
    serve,
)
from helpers.lessons import progress
from helpers.run_views import cards, chaos, compare_dispatch, rehearse, team, three_ways, timeline
from helpers.views import form, history, page, queue, race, switch, transcript, wire

if TYPE_CHECKING:
    from helpers.lessons.machine import Findings
    from helpers.lessons.map import Map

__all__ = [
    "bench",
    "blocking_sdk",
    "cards",
    "chaos",
    "check_machine",
    "compare_dispatch",
    "form",
    "history",
    "http",
    "map",
    "open_recording",
    "openai_sdk",
    "page",
    "part",
    "queue",
    "race",
    "recording",
    "rehearse",
    "request",
    "sdk",
    "serve",
    "switch",
    "team",
    "three_ways",
    "timeline",
    "transcript",
    "wire",
]


def __getattr__(name: str) -> Any:
    """Give `course.session`, and its mode, model and base_url, as they are now."""
    if name == "session":
        return asking.session
    if name in ("mode", "model", "base_url"):
        return getattr(asking.session, name)
    raise AttributeError(f"the course has no {name!r}")


def part(name: str) -> Any:
    """Return the names of a part: the learner's if it has passed, else the course's own.

    Args:
        name: such as "sse"; `course.part("sse").SSEDecoder`.
    """
    return progress.part_namespace(name)


def map() -> "Map":
    """Return the way through the notebooks, and which parts are built."""
    from helpers.lessons.map import Map

    return Map(set(progress.passed()))


def check_machine() -> "Findings":
    """Say whether this machine has what the course needs, and what to do if not."""
    from helpers.lessons.machine import check

    return check(asking.session)


def _open() -> None:
    """Say the mode, register `%%build`, and start the offline API in the background."""
    try:
        shell = get_ipython()  # type: ignore[name-defined]
    except NameError:  # imported by a program, not by a notebook
        return
    from helpers.lessons.build import register_magics

    register_magics(shell)
    if asking.session.mode == "mock" and sys.platform != "emscripten":
        threading.Thread(target=lambda: asking.session.mock_url, daemon=True).start()
    print(asking.session.describe())


_open()
