"""Streams behind views: one background loop, updates in frames, Stop that works.

A cell that starts a stream returns at once. Button clicks only hand over to the loop
of the streams, so it does not matter which thread the front end calls them on, nor
whether a cell is running meanwhile.
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from functools import cache
from typing import Any

from helpers.browser import IN_BROWSER
from helpers.browser.loops import wait_on_the_page

__all__ = ["FRAMES_PER_SECOND", "Feed", "Running", "call", "start"]

# Smooth to the eye; a message per token would drown the page (and a server drops
# what is above 1,000 messages a second).
FRAMES_PER_SECOND = 30

Update = dict[str, Any]


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """Return the loop of the streams: a thread's own, or the page's in a browser."""
    if IN_BROWSER:  # it has no threads
        return asyncio.get_running_loop()
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="streams", daemon=True).start()
    return loop


def call(function: Callable[..., object], *args: object) -> None:
    """Run a function on the loop of the streams, soon, from any thread."""
    _loop().call_soon_threadsafe(function, *args)


class Running:
    """A coroutine that runs on the loop of the streams."""

    def __init__(self, coroutine: Coroutine[Any, Any, None]) -> None:
        self._coroutine = coroutine
        self._task: asyncio.Task[None] | None = None
        self._finished = threading.Event()
        call(self._start)

    def _start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._coroutine)
        self._task.add_done_callback(self._finish)

    def _finish(self, task: asyncio.Task[None]) -> None:
        self._finished.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            raise error  # a fault of ours: let the loop report it

    @property
    def done(self) -> bool:
        """Whether the coroutine has ended, in whatever way."""
        return self._finished.is_set()

    def stop(self) -> None:
        """Cancel it; it gets to close what it holds."""
        # Not before its first step: it would end without ever entering its own `try`.
        call(lambda: asyncio.get_running_loop().call_soon(self._cancel))

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def wait(self, timeout: float | None = None) -> bool:
        """Block until it has ended, at most so many seconds; say whether it has."""
        if IN_BROWSER:
            return wait_on_the_page(lambda: self.done, timeout)
        return self._finished.wait(timeout)


def start(coroutine: Coroutine[Any, Any, None]) -> Running:
    """Run a coroutine on the loop of the streams and return at once."""
    return Running(coroutine)


class Feed:
    """Numbered updates for a page: appended, sent in frames, sent again on demand.

    Args:
        send: takes a message for the page, such as a widget's `send`.

    Everything but `resync` is called on the loop of the streams.
    """

    def __init__(self, send: Callable[[dict[str, Any]], object]) -> None:
        self._send = send
        self._log: list[Update] = []
        self._sent = 0
        self._run = 0

    def reset(self) -> None:
        """Forget all updates, here and on the page."""
        self._log, self._sent = [], 0
        self._run += 1  # a page that missed this reset sees it by the next frame's number
        self._send({"op": "reset"})

    def add(self, update: Update) -> None:
        """Append an update; a piece of text joins the one before it in this frame."""
        if (
            len(self._log) > self._sent
            and update.keys() == {"text"}
            and self._log[-1].keys() == {"text"}
        ):
            self._log[-1] = {"text": self._log[-1]["text"] + update["text"]}
        else:
            self._log.append(update)

    def flush(self) -> None:
        """Send what has not been sent."""
        if self._sent < len(self._log):
            self._send_from(self._sent)
            self._sent = len(self._log)

    def _send_from(self, at: int) -> None:
        self._send({"op": "frame", "run": self._run, "at": at, "updates": self._log[at:]})

    async def run(self) -> None:
        """Flush at the frame rate until cancelled."""
        while True:
            await asyncio.sleep(1 / FRAMES_PER_SECOND)
            self.flush()

    def resync(self, have: int) -> None:
        """Send again all that a page does not have; called from any thread."""

        def send() -> None:
            self.flush()
            if have < len(self._log):
                self._send_from(have)

        call(send)
