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
# A process that waits for nothing but itself asks for no processor time. One that only waits
# for its turn on a busy machine gets more than this: 2 % of a core.
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
        self._waited = 0.0
        selector: Any = self._selector  # type: ignore[attr-defined]
        self._wait: Callable[[float], list[Any]] = selector.select
        selector.select = self._wait_a_step

    def time(self) -> float:
        """Return the seconds that it has waited and computed."""
        return self._waited + time.thread_time()

    def _wait_a_step(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        step = STEP if timeout is None else min(max(timeout, 0.0), STEP)
        began = time.monotonic()
        events = self._wait(step)
        self._waited += min(time.monotonic() - began, step)
        return events


def watch(seconds: float, done: threading.Event, expire: Callable[[], None]) -> None:
    """Call `expire` unless something is done in time.

    It expires when the process has computed for so many seconds, or when they have passed
    and it waits for what doesn't come: for a second it has asked for no processor time.

    Args:
        seconds: of processor time, and at least so many on the wall clock.
        done: is set when it is done.
        expire: is called on this thread, once.
    """
    began, period = time.monotonic(), seconds / PERIODS
    used = [time.process_time()]
    while not done.wait(period):
        used.append(time.process_time())
        passed = time.monotonic() - began
        recent = used[-1] - used[max(0, len(used) - 1 - round(IDLE_SECONDS / period))]
        idle = passed >= max(seconds, IDLE_SECONDS) and recent < IDLE_SHARE * IDLE_SECONDS
        if idle or used[-1] - used[0] >= seconds or passed > MOST * seconds:
            expire()
            return
