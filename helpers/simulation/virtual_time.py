"""A run on time that jumps: what will happen, known beforehand and the same every time.

    pairs = simulate(run)      # run(clock) gives events; pairs are (seconds, event)

The loop here waits for nothing. Once everyone sleeps, its time jumps to the one who
wakes first, so `asyncio.sleep` in a tool takes as long on this clock as it would on a
real one, and nothing on yours. So does `time.sleep`, which stops the whole loop when a
coroutine calls it, as it does in earnest.
"""

import asyncio
import threading
import time
import types
from collections.abc import AsyncIterator, Callable, Coroutine, Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial, wraps
from typing import Any

from helpers.browser import IN_BROWSER
from helpers.browser.loops import alone
from helpers.tools import Tool

__all__ = ["LoopClock", "VirtualTimeLoop", "simulate", "simulate_tool", "sleep_on"]

# Real seconds to wait for a thread that nobody here knows of.
PATIENCE = 10.0


class LoopClock:
    """The time of the running loop, whatever it goes by."""

    def now(self) -> float:
        """Return the loop's time in seconds."""
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        """Return that much later."""
        await asyncio.sleep(seconds)


class VirtualTimeLoop(asyncio.BaseEventLoop):
    """An event loop without sockets, whose time jumps to the next timer."""

    def __init__(self) -> None:
        super().__init__()
        self._now = 0.0
        self._woken = threading.Event()
        self._selector = self  # BaseEventLoop asks it how long there is nothing to do

    def time(self) -> float:
        """Return the seconds since it was made."""
        return self._now

    def select(self, timeout: float | None) -> list[object]:
        """Let that much time pass; without a limit, wait for another thread."""
        if timeout is not None:
            self.pass_time(timeout)
        elif not self._woken.wait(PATIENCE):
            raise RuntimeError("The simulation waits for something that doesn't come.")
        self._woken.clear()
        return []

    def pass_time(self, seconds: float) -> None:
        """Move on, to the nanosecond: sums of fractions would differ in their last digit."""
        self._now = round(self._now + max(seconds, 0.0), 9)

    def _process_events(self, event_list: list[object]) -> None:
        pass

    def _write_to_self(self) -> None:
        self._woken.set()

    def run_in_executor(  # type: ignore[override]
        self, executor: Any, func: Any, *args: Any
    ) -> Any:
        """Run what would have had a thread, and give its result when it would have come."""
        return self.create_task(_as_in_a_thread(self, lambda: func(*args)))


async def _as_in_a_thread(loop: VirtualTimeLoop, function: Callable[[], Any]) -> Any:
    """Call a function that sleeps while the loop goes on."""
    began = loop.time()
    try:
        return function()
    finally:
        # It has slept by moving the clock: put that back, and let the others live through it.
        seconds, loop._now = loop.time() - began, began
        await asyncio.sleep(seconds)


def simulate_tool(tool: Tool, *, unblocked: bool = False) -> Tool:
    """Return a tool that behaves on a jumping loop as its original does on a real one.

    Args:
        tool: the original, sync or async.
        unblocked: let an async tool stop nobody but itself, as if it never blocked.
    """
    function = tool.function
    if tool.is_async and not unblocked:
        return tool

    @wraps(function)
    async def run(*args: Any, **kwargs: Any) -> Any:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualTimeLoop)
        if tool.is_async:
            return await _unblock(loop, function(*args, **kwargs))
        return await _as_in_a_thread(loop, lambda: function(*args, **kwargs))

    return replace(tool, function=run)


@types.coroutine
def _unblock(loop: VirtualTimeLoop, work: Coroutine[Any, Any, Any]) -> Generator[Any, Any, Any]:
    """Run a coroutine; wherever it blocks the loop, let it sleep instead."""
    step: Callable[[], Any] = partial(work.send, None)
    try:
        while True:
            began = loop.time()
            try:
                awaited, done = step(), False
            except StopIteration as result:
                awaited, done = result.value, True
            seconds, loop._now = loop.time() - began, began
            if seconds:
                yield from asyncio.sleep(seconds).__await__()
            if done:
                return awaited
            try:
                yield awaited
                step = partial(work.send, None)
            except BaseException as error:  # a cancellation, say: the work's own affair
                step = partial(work.throw, error)
    finally:
        work.close()


_one_at_a_time = threading.Lock()  # there is only one time.sleep


@contextmanager
def sleep_on(loop: VirtualTimeLoop) -> Iterator[None]:
    """Let time.sleep on this thread move the loop's time instead of waiting."""
    wait, here = time.sleep, threading.get_ident()

    def sleep(seconds: float) -> None:
        if threading.get_ident() == here:
            loop.pass_time(seconds)
        else:
            wait(seconds)

    with _one_at_a_time:
        time.sleep = sleep  # type: ignore[assignment]
        try:
            yield
        finally:
            time.sleep = wait


def simulate(run: Callable[[LoopClock], AsyncIterator[Any]]) -> list[tuple[float, Any]]:
    """Return the events of a run, each with its seconds since the start.

    Args:
        run: gives the events; it runs on a thread and a loop of its own, and waits on the
            clock that it is given. Its tools have gone through `simulated`.
    """
    pairs: list[tuple[float, Any]] = []
    raised: list[BaseException] = []

    async def collect() -> None:
        async for event in run(LoopClock()):
            pairs.append((asyncio.get_running_loop().time(), event))

    def work() -> None:
        loop = VirtualTimeLoop()
        try:
            with sleep_on(loop):
                loop.run_until_complete(collect())
                loop.run_until_complete(loop.shutdown_asyncgens())
        except BaseException as error:  # for the thread that waits
            raised.append(error)
        finally:
            loop.close()

    if IN_BROWSER:
        with alone():
            work()
    else:
        thread = threading.Thread(target=work, name="simulation")
        thread.start()
        thread.join()
    if raised:
        raise raised[0]
    return pairs
