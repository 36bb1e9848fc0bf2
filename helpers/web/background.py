"""An event loop in a thread of its own, for a server that has only threads.

a thread of the server ── call ──▶ the loop: runs, readers, connections to the API
                       ◀─ items ──
"""

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator
from concurrent.futures import CancelledError
from contextlib import suppress
from typing import Any, TypeVar

__all__ = ["Background"]

T = TypeVar("T")


class Background:
    """A running event loop; everything on it is asked for from other threads."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="background loop", daemon=True
        )
        # Once it ends, the loop takes no more: nobody would ever hear of what it takes last.
        self._taking = threading.Lock()
        self._ends = False
        self._thread.start()

    def call(self, function: Callable[[], T]) -> T:
        """Call a function on the loop and return what it returns or raises."""

        async def run() -> T:
            return function()

        return self.wait(run())

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the loop and return what it returns or raises.

        Raises:
            CancelledError: the loop ends, or has ended.
        """
        with self._taking:
            if self._ends:
                work.close()
                raise CancelledError
            taken = asyncio.run_coroutine_threadsafe(work, self._loop)
        return taken.result()

    def items(self, source: AsyncGenerator[T]) -> Iterator[T]:
        """Give the items of an asynchronous generator; leaving closes it."""
        try:
            while True:
                try:
                    yield self.wait(anext(source))
                except (StopAsyncIteration, CancelledError):
                    return
        finally:
            with suppress(CancelledError):
                self.wait(source.aclose())

    def close(self) -> None:
        """End the loop; what still runs on it is cancelled."""
        with self._taking:
            if self._ends:
                return
            self._ends = True
        asyncio.run_coroutine_threadsafe(_cancel_all(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


async def _cancel_all() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)
