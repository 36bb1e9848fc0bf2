"""An end for code that never ends, where no other thread and no system can end it."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["TooLong", "limit_time"]

TOOL = 4  # a number that no debugger and no profiler takes
AGAIN_SECONDS = 0.5  # after which code that catches even this gets it once more


class TooLong(BaseException):
    """Code ran past its time; no `except Exception` stops this."""


@contextmanager
def limit_time(seconds: float) -> Iterator[None]:
    """Throw code out that loops or recurses past its time."""
    watch: Any = sys.monitoring  # type: ignore[attr-defined, unused-ignore]  # since Python 3.12
    until = time.monotonic() + seconds

    def look(*_: object) -> None:
        nonlocal until
        if time.monotonic() > until:
            until += AGAIN_SECONDS
            raise TooLong

    events = watch.events.JUMP | watch.events.PY_START
    watch.use_tool_id(TOOL, "course")
    try:
        for event in (watch.events.JUMP, watch.events.PY_START):
            watch.register_callback(TOOL, event, look)
        watch.set_events(TOOL, events)
        yield
    finally:
        watch.set_events(TOOL, 0)
        watch.free_tool_id(TOOL)
