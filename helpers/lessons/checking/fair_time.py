"""Time that a busy machine can't falsify: for the deadlines of checks.

Other programs may keep a process from the processor for as long as they like. A wall clock
counts that as if the learner's code had done nothing. Here it isn't counted.
"""

import asyncio
import selectors
import threading
import time
from collections.abc import Callable
from typing import Any

from helpers.browser import IN_BROWSER

__all__ = ["FairLoop", "clock", "wait_for", "watch"]

STEP = 0.02  # seconds: the longest wait that counts as one
# A process that waits for what doesn't come asks for no processor time. One that computes gets
# more than this, also on a busy machine: 2 % of a core. One that waits in short steps may get
# less, so these are counted.
IDLE_SECONDS = 1.0
IDLE_SHARE = 0.02
PERIODS = 8  # looks at the clock in one deadline
# However much it does meanwhile, nothing takes that many times its deadline.
MOST = 10
# Whether the system counts what a thread computes finely enough for a short measurement.
COUNTS_FINELY = not IN_BROWSER and time.get_clock_info("thread_time").resolution < 1e-5


class Steps:
    """The short waits that have begun in this process, each of which ends by itself."""

    taken = 0


def clock() -> float:
    """Return seconds for a measurement, from any moment on.

    They are those that this thread has computed, where `COUNTS_FINELY`.
    """
    return time.thread_time() if COUNTS_FINELY else time.perf_counter()


def wait_for(event: threading.Event, steps: int) -> bool:
    """Wait for an event; say whether it came.

    Args:
        event: what another thread sets.
        steps: how many waits of half a STEP it may take. A busy machine makes each longer.
    """
    for _ in range(steps):
        Steps.taken += 1
        if event.wait(STEP / 2):
            return True
    return False


class FairLoop(asyncio.SelectorEventLoop):
    """An event loop that counts what it waits and computes, in seconds.

    A long wait is counted in short steps. A busy machine makes each step longer for every
    thread of the process alike, so that a thread has as many turns as on a quiet one.
    """

    def __init__(self) -> None:
        super().__init__()
        self.waited = 0.0  # seconds
        selector: Any = self._selector  # type: ignore[attr-defined]
        self._wait: Callable[[float], list[Any]] = selector.select
        selector.select = self._wait_a_step

    def time(self) -> float:
        """Return the seconds that it has waited and computed."""
        return self.waited + time.thread_time()

    def _wait_a_step(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        Steps.taken += 1
        step = STEP if timeout is None else min(max(timeout, 0.0), STEP)
        began = time.monotonic()
        events = self._wait(step)
        self.waited += min(time.monotonic() - began, step)
        return events


def watch(
    seconds: float,
    waited: Callable[[], float],
    done: threading.Event,
    expire: Callable[[], None],
) -> None:
    """Call `expire` unless something is done in time.

    It expires when the process has computed for so many seconds, or when its event loop has
    waited for so many, or when they have passed and it waits for what doesn't come: for a second
    it has asked for no processor time, and taken none of the `Steps`.

    Args:
        seconds: of processor time, of waiting, or on the wall clock.
        waited: returns how many seconds the event loop has waited.
        done: is set when it is done.
        expire: is called on this thread, once.
    """
    began, period = time.monotonic(), seconds / PERIODS
    used, taken = [time.process_time()], [Steps.taken]
    while not done.wait(period):
        used.append(time.process_time())
        taken.append(Steps.taken)
        passed = time.monotonic() - began
        then = max(0, len(used) - 1 - round(IDLE_SECONDS / period))  # a second ago
        idle = used[-1] - used[then] < IDLE_SHARE * IDLE_SECONDS and taken[-1] == taken[then]
        if (
            (idle and passed >= max(seconds, IDLE_SECONDS))
            or used[-1] - used[0] >= seconds
            or waited() >= seconds
            or passed > MOST * seconds
        ):
            expire()
            return
