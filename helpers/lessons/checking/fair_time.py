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

__all__ = ["FairLoop", "watch"]

STEP = 0.02  # seconds: the longest wait that counts as one
# A process that waits for nothing but itself asks for no processor time, and its loop stands
# still. One that computes gets more than this on a busy machine: 2 % of a core. One that waits
# in many short steps may get less, but its loop goes on.
IDLE_SECONDS = 1.0
IDLE_SHARE = 0.02
PERIODS = 8  # looks at the clock in one deadline
# However much it does meanwhile, nothing takes that many times its deadline.
MOST = 10


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
    waited for so many, or when they have passed and nothing goes on: for a second it has asked
    for no processor time, and its loop, if it has one, has stood still.

    Args:
        seconds: of processor time, of waiting, or on the wall clock.
        waited: returns how many seconds the event loop has waited.
        done: is set when it is done.
        expire: is called on this thread, once.
    """
    began, period = time.monotonic(), seconds / PERIODS
    used, waits = [time.process_time()], [waited()]
    while not done.wait(period):
        used.append(time.process_time())
        waits.append(waited())
        passed = time.monotonic() - began
        second = max(0, len(used) - 1 - round(IDLE_SECONDS / period))  # when the last one began
        idle = used[-1] - used[second] < IDLE_SHARE * IDLE_SECONDS and waits[-1] == waits[second]
        if (
            (idle and passed >= max(seconds, IDLE_SECONDS))
            or used[-1] - used[0] >= seconds
            or waits[-1] >= seconds
            or passed > MOST * seconds
        ):
            expire()
            return
