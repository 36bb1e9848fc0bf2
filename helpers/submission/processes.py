"""Which processes a process has started, and how to end all of them."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

__all__ = ["adopt_orphans", "descendants", "end", "end_those_in"]

SUBREAPER, UNDUMPABLE = 36, (4, 0)  # names of prctl(2)
MOST_LOOKS = 100


def descendants(pid: int) -> dict[int, int]:
    """Return what a process has started, and what those have: id -> bytes in memory.

    Windows doesn't say; there it is always empty.
    """
    children: dict[int, list[tuple[int, int]]] = {}
    for child, parent, size in _all():
        children.setdefault(parent, []).append((child, size))
    found: dict[int, int] = {}
    waiting = [pid]
    while waiting:
        for child, size in children.get(waiting.pop(), ()):
            if child not in found:
                found[child] = size
                waiting.append(child)
    return found


def _all() -> list[tuple[int, int, int]]:
    """Return id, parent's id and bytes in memory of each process that runs."""
    found = []
    if sys.platform == "linux":
        page = os.sysconf("SC_PAGE_SIZE")
        for name in filter(str.isdigit, os.listdir("/proc")):
            with suppress(OSError, ValueError, IndexError):
                # The program's name stands in brackets, and may hold anything.
                fields = Path("/proc", name, "stat").read_bytes().rpartition(b")")[2].split()
                if fields[0] not in (b"Z", b"X"):
                    found.append((int(name), int(fields[1]), int(fields[21]) * page))
    elif os.name == "posix":
        command = ["ps", "-axo", "pid=,ppid=,rss=,stat="]
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
        for line in done.stdout.splitlines():
            with suppress(ValueError):
                child, parent, size, state = line.split()
                if not state.startswith("Z"):
                    found.append((int(child), int(parent), int(size) * 1024))
    return found


def end(pid: int, *, itself: bool = True) -> None:
    """End a process and all that it has started.

    They are stopped first, so that none of them can start another meanwhile.

    Args:
        pid: the process.
        itself: whether to end the process too, or only what it has started.
    """
    if sys.platform == "win32":
        subprocess.run(["taskkill", "/T", "/F", "/PID", str(pid)], capture_output=True, check=False)
        return
    stopped: set[int] = set()
    for _ in range(MOST_LOOKS):
        new = descendants(pid).keys() - stopped
        if itself and not stopped:
            new |= {pid}
        if not new:
            break
        for one in new:
            _signal(one, signal.SIGSTOP)
        stopped |= new
    for one in stopped:
        _signal(one, signal.SIGKILL)


def end_those_in(folder: str) -> None:
    """End what was started in a folder, or told that it is its own, and got out of sight.

    Linux alone says where a process was started.
    """
    if sys.platform != "linux":
        return
    for _ in range(MOST_LOOKS):
        found = [pid for pid, _, _ in _all() if pid != os.getpid() and _is_in(pid, folder)]
        if not found:
            return
        for pid in found:
            _signal(pid, signal.SIGKILL)


def _is_in(pid: int, folder: str) -> bool:
    place = Path("/proc", str(pid))
    with suppress(OSError):
        if os.readlink(place / "cwd").startswith(folder):
            return True
        return folder.encode() in (place / "environ").read_bytes()
    return False


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


def adopt_orphans() -> None:
    """Become the parent of whatever loses its own below here; look into me, none of you.

    Linux alone has this: there, nothing that is started from here gets out of sight, and no
    process without special rights can read this one's memory or write to its pipes.
    """
    if sys.platform == "linux":
        import ctypes

        prctl = ctypes.CDLL(None).prctl
        prctl(SUBREAPER, 1, 0, 0, 0)
        prctl(*UNDUMPABLE, 0, 0, 0)
