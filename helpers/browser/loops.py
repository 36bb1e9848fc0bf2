"""Another event loop on the one thread that there is, while the page's own waits."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from helpers.browser import IN_BROWSER

__all__ = ["PlainLoop", "alone", "run", "wait_on_the_page", "would_have_a_thread"]

T = TypeVar("T")
LOOK_SECONDS = 0.02
_handed_over = 0  # calls under way that would have a thread each


class PlainLoop(asyncio.BaseEventLoop):
    """A loop on real time, without sockets and threads."""

    def __init__(self) -> None:
        super().__init__()
        self._selector = self  # BaseEventLoop asks it how long there is nothing to do

    def select(self, timeout: float | None) -> list[object]:
        """Let that much time pass."""
        if timeout is None:
            raise RuntimeError("This waits for something that doesn't come.")
        # Not time.sleep: Pyodide's lets the page's loop run meanwhile, in the midst of this one.
        until = time.monotonic() + timeout
        while time.monotonic() < until:
            pass
        return []

    def run_in_executor(  # type: ignore[override]
        self, executor: Any, func: Callable[..., T], *args: Any
    ) -> "asyncio.Future[T]":
        """Call at once what would have had a thread."""
        global _handed_over
        future = self.create_future()
        _handed_over += 1
        try:
            future.set_result(func(*args))
        except Exception as error:
            future.set_exception(error)
        finally:
            _handed_over -= 1
        return future

    def _process_events(self, event_list: list[object]) -> None:
        pass

    def _write_to_self(self) -> None:
        pass


def would_have_a_thread() -> bool:
    """Say whether the caller was handed over, so that elsewhere the loop would go on beside it."""
    return _handed_over > 0


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end while the page's loop waits."""
    with alone(), asyncio.Runner(loop_factory=PlainLoop) as runner:
        return runner.run(work)


@contextmanager
def alone() -> Iterator[None]:
    """Let another loop run on this thread; outside of a browser's tab, do nothing."""
    if not IN_BROWSER:
        yield
        return
    outer = asyncio._get_running_loop()
    task = asyncio.current_task(outer) if outer is not None else None
    if outer is not None and task is not None:
        asyncio.tasks._leave_task(outer, task)
    asyncio._set_running_loop(None)
    try:
        yield
    finally:
        asyncio._set_running_loop(outer)
        if outer is not None and task is not None:
            asyncio.tasks._enter_task(outer, task)


def wait_on_the_page(done: Callable[[], bool], timeout: float | None) -> bool:
    """Block a cell until something is done, while the page's loop goes on; say whether it is.

    The page's engine must be able to do that (JSPI). Where it isn't, this returns at once.
    """
    from pyodide.ffi import (  # type: ignore[import-not-found, unused-ignore]
        can_run_sync,
        run_sync,
    )

    async def look() -> None:
        until = None if timeout is None else time.monotonic() + timeout
        while not done() and (until is None or time.monotonic() < until):  # noqa: ASYNC110
            await asyncio.sleep(LOOK_SECONDS)  # what is waited for has no event

    if can_run_sync():
        run_sync(look())
    return done()
