"""One command at a time works in a folder: the second waits for the first."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

__all__ = ["LOCK_NAME", "turn"]

LOCK_NAME = "course.lock"
PERIOD = 0.2  # seconds between two attempts


@contextmanager
def turn(folder: Path, waiting: Callable[[], None]) -> Iterator[None]:
    """Hold the folder while the block runs.

    The system gives the hold back when its process ends, however it ends.

    Args:
        folder: made if it isn't there; its lock file stays.
        waiting: is called once if another command holds the folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK_NAME).open("a+b") as file:
        told = False
        while not _take(file):
            if not told:
                waiting()
                told = True
            time.sleep(PERIOD)
        yield


if os.name == "nt":
    import msvcrt

    def _take(file: IO[bytes]) -> bool:
        try:
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        except OSError:
            return False
        return True

else:
    import errno
    import fcntl

    def _take(file: IO[bytes]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            # A file system without locks (some network drives) can't make anybody wait.
            return error.errno not in (errno.EWOULDBLOCK, errno.EACCES, errno.EAGAIN)
        return True
