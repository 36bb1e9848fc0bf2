"""What this machine has to spare: how many submissions can be looked at side by side."""

import os
from contextlib import suppress
from pathlib import Path

__all__ = ["at_once"]

EACH = 1 << 30  # bytes; an evaluation mostly takes a third of that
CGROUP = Path("/sys/fs/cgroup")


def at_once(wanted: int) -> int:
    """Return how many of some submissions to look at side by side.

    Each keeps about one core busy, so there is one for each core, if there is memory for it.
    """
    room = _free_memory()
    fits = wanted if room is None else room // EACH
    return max(1, min(wanted, _cores(), fits))


def _cores() -> int:
    """Return the cores that this process may use."""
    if hasattr(os, "process_cpu_count"):  # since Python 3.13
        return os.process_cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _free_memory() -> int | None:
    """Return how many bytes are free, also within a container; None if nobody says it."""
    found = []
    with suppress(OSError, ValueError, StopIteration, IndexError):
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()
        line = next(line for line in lines if line.startswith("MemAvailable:"))
        found.append(int(line.split()[1]) * 1024)
    with suppress(OSError, ValueError):
        most, taken = ((CGROUP / f"memory.{name}").read_text() for name in ("max", "current"))
        found.append(int(most) - int(taken))
    return min(found, default=None)
