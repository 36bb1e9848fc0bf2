"""Calls that block a thread, and whether the event loop goes on meanwhile."""

import asyncio
import threading

from helpers.browser import IN_BROWSER
from helpers.browser.loops import would_have_a_thread
from helpers.lessons.checking.case import Misconception
from helpers.lessons.checking.fair_time import wait_for

# How often a blocking call looks whether something happens beside it. It counts looks, not
# time: a busy machine slows both sides down.
LOOKS = 20
# How many turns the loop has to get meanwhile.
TURNS = 5


class Blocking:
    """Something that blocks until the event loop has had a few turns; or for a while.

    went_on: whether the loop had them while it blocked.
    """

    def __init__(self) -> None:
        self.went_on = False
        self._turns = 0
        self._loop_lives = threading.Event()
        self._ticking = asyncio.create_task(self._tick())

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(0.001)
            self._turns += 1
            if self._turns >= TURNS:
                self._loop_lives.set()

    def __call__(self) -> None:
        """Block."""
        self._turns = 0  # those before don't count
        self._loop_lives.clear()
        if IN_BROWSER:  # without threads nothing goes on; but what was handed over would have one
            self.went_on = would_have_a_thread()
            return
        self.went_on = wait_for(self._loop_lives, LOOKS)

    def report(self) -> str:
        """What became of the loop."""
        self._ticking.cancel()
        return "the loop went on" if self.went_on else "the loop stood still"


class Meeting:
    """Where two threads meet, if both come while the other waits."""

    def __init__(self) -> None:
        self._here = 0
        self._lock = threading.Lock()
        self._both = threading.Event()

    def __call__(self) -> str:
        """Wait for the other thread; say whether it came."""
        if IN_BROWSER:
            return "together" if would_have_a_thread() else "alone"
        with self._lock:
            self._here += 1
            if self._here == 2:
                self._both.set()
        if wait_for(self._both, LOOKS):
            return "together"
        with self._lock:
            self._here -= 1
        return "alone"


ONE_THREAD = Misconception(
    id="one-thread-for-all",
    matches=lambda out: "alone" in str(out.returned) or bool(out.timed_out),
)
