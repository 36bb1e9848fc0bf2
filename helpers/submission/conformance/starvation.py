"""For how long a machine was too busy for a process, so that nobody fails for that."""

import asyncio
import time
from collections.abc import Coroutine, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

__all__ = ["Starvation"]

PERIOD = 0.1  # seconds between two looks
SHARE = 0.1  # of the time; a quiet machine takes far less, even with several agents at once
LEAST = 0.5  # seconds
MOST = 10  # times its seconds; so long does a wait last at most

T = TypeVar("T")


class Starvation:
    """The time in which a process could have computed, and the machine had no time for it.

    Linux says for how long each thread was ready and waited for a processor. Anywhere, this
    process is a measure itself: how much too late it wakes.

    Attributes:
        seconds: so far.
    """

    def __init__(self, pid: int) -> None:
        self.seconds = 0.0
        self._began = time.monotonic()
        self._threads = Path(f"/proc/{pid}/task")
        self._waited: dict[str, float] = {}
        self._watching = asyncio.create_task(self._watch())

    @property
    def is_grave(self) -> bool:
        """Whether a process may have been too slow for that alone."""
        passed = time.monotonic() - self._began
        return self.seconds > max(LEAST, SHARE * passed)

    async def wait(self, what: Coroutine[Any, Any, T], seconds: float) -> T:
        """Wait for something; the time in which the process was starved isn't counted.

        Raises:
            TimeoutError: it didn't come.
        """
        began, before = time.monotonic(), self.seconds
        task = asyncio.ensure_future(what)
        try:
            while True:
                passed = time.monotonic() - began
                left = seconds - (passed - (self.seconds - before))
                if left <= 0 or passed > MOST * seconds:
                    raise TimeoutError
                done, _ = await asyncio.wait({task}, timeout=left)
                if done:
                    return task.result()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def end(self) -> None:
        """Watch no longer."""
        self._watching.cancel()
        with suppress(asyncio.CancelledError):
            await self._watching

    async def _watch(self) -> None:
        while True:
            began = time.monotonic()
            await asyncio.sleep(PERIOD)
            late = time.monotonic() - began - PERIOD
            self.seconds += max(late, *self._waits(), 0.0)

    def _waits(self) -> Iterator[float]:
        """Give the seconds that each of its threads has waited since the last look."""
        yield 0.0
        with suppress(OSError, ValueError):  # it has ended, or this is no Linux
            for thread in self._threads.iterdir():
                waited = int((thread / "schedstat").read_text().split()[1]) / 1e9
                yield waited - self._waited.get(thread.name, 0.0)
                self._waited[thread.name] = waited
