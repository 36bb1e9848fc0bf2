"""Time as an argument: the real one, and one that jumps to whatever happens next."""

import asyncio
import heapq
import itertools
import time
from collections.abc import Awaitable
from typing import Protocol


class Clock(Protocol):
    """Time as the engine sees it."""

    def now(self) -> float:
        """Return the time in seconds from any fixed start."""

    def sleep(self, seconds: float) -> Awaitable[None]:
        """Return that much later."""


class RealClock:
    """The time that passes."""

    def now(self) -> float:
        """Return seconds from a fixed start; never goes back."""
        return time.monotonic()

    def sleep(self, seconds: float) -> Awaitable[None]:
        """Wait."""
        return asyncio.sleep(seconds)


class VirtualClock:
    """Time that jumps to the next sleeper as soon as everyone sleeps.

    Several tasks may sleep on it: they wake in the order of their deadlines, as they would in
    real time. A task counts as asleep when it sleeps here; one that waits for a real socket or
    timer is not waited for.
    """

    # Passes of the event loop without any news before the time jumps: enough for a chunk to
    # travel through a few queues and tasks to whoever sleeps next.
    QUIET_PASSES = 10

    def __init__(self) -> None:
        self._now = 0.0
        self._sleepers: list[tuple[float, int]] = []  # a heap of deadlines, ties in order
        self._order = itertools.count()
        self._news = 0

    def now(self) -> float:
        """Return the virtual time in seconds since the clock was made."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Return when the virtual time has come, as soon as nobody has anything to do before."""
        # To the nanosecond: sums of fractions would differ in their last digit otherwise.
        me = (round(self._now + max(seconds, 0.0), 9), next(self._order))
        heapq.heappush(self._sleepers, me)
        self._news += 1
        try:
            quiet, seen = 0, self._news
            while quiet < self.QUIET_PASSES or self._sleepers[0] != me:
                await asyncio.sleep(0)
                quiet, seen = (quiet + 1, seen) if seen == self._news else (0, self._news)
            self._now = max(self._now, me[0])
        finally:
            self._sleepers.remove(me)
            heapq.heapify(self._sleepers)
            self._news += 1
