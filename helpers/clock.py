"""Time as an argument: whoever waits is told which clock to wait on.

The same code then runs on the time that passes, and in tests on one that jumps.
"""

import asyncio
import time
from collections.abc import Awaitable, Coroutine
from typing import Any, Protocol, TypeVar

__all__ = ["Clock", "RealClock", "TimeLimit", "cancel_and_wait", "race", "with_timeout"]

T = TypeVar("T")

# Work that ignores its cancellation can't be ended from outside; it isn't waited for either.
GRACE_SECONDS = 1.0


class TimeLimit(Exception):
    """Work took longer than it may. (TimeoutError could have come from the work itself.)"""


class Clock(Protocol):
    """What can tell the time and wait."""

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


async def race(work: Coroutine[Any, Any, T], *alarms: Coroutine[Any, Any, object]) -> T:
    """Return what the work returns, unless an alarm ends it by raising its exception.

    Whichever is still running then has been cancelled, and has ended.
    """
    task = asyncio.ensure_future(work)
    others = [asyncio.ensure_future(alarm) for alarm in alarms]
    try:
        await asyncio.wait([task, *others], return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            for alarm in others:
                if alarm.done():
                    alarm.result()
        return await task
    finally:
        await cancel_and_wait(task, *others)


async def with_timeout(clock: Clock, seconds: float, work: Coroutine[Any, Any, T]) -> T:
    """Return what the work returns, or cancel it when its time is up.

    Args:
        clock: measures the time.
        seconds: how long the work may take.
        work: a coroutine that has not begun.

    Raises:
        TimeLimit: it took longer.
    """
    return await race(work, _time_is_up(clock, seconds))


async def _time_is_up(clock: Clock, seconds: float) -> None:
    await clock.sleep(seconds)
    raise TimeLimit(f"not done after {seconds:g} seconds")


async def cancel_and_wait(*tasks: asyncio.Future[Any]) -> None:
    """Cancel tasks and return once they have ended; done ones are left as they are."""
    running = [task for task in tasks if not task.done()]
    for task in running:
        task.cancel()
    if running:
        await asyncio.wait(running, timeout=GRACE_SECONDS)
    for task in tasks:
        if task.done() and not task.cancelled():
            task.exception()  # looked at, so that asyncio doesn't report it as lost
