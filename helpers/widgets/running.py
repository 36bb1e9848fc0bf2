"""A view with something that runs behind it: Start, Stop, frames, and a final state."""

import asyncio
import time
from typing import Any

import traitlets

from helpers.widgets import live
from helpers.widgets.view import View

__all__ = ["RunningView"]


class RunningView(View):
    """What views of a running stream share.

    A subclass defines `_run`, which does the work on the loop of the streams; `_show`,
    which adds what has changed to the feed; and `_runs`, which says whether a clock on
    the page should count. The final state stands in the trait `state`.
    """

    state = traitlets.Dict().tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        self._feed = live.Feed(self.send)
        self._running: live.Running | None = None
        self._began = 0.0
        super().__init__(**traits)
        self.on_msg(self._receive)

    def start(self) -> None:
        """Begin, unless it is running; return at once."""
        if self._running is None or self._running.done:
            self._running = live.start(self._run())

    def stop(self) -> None:
        """End it; what has arrived stays."""
        if self._running is not None:
            self._running.stop()

    def wait(self, timeout: float | None = None) -> bool:
        """Block until it has ended; say whether it has.

        Args:
            timeout: at most so many seconds.
        """
        ended = self._running is not None and self._running.wait(timeout)
        # Once more, as an output of the cell that waits: what is stored is then final.
        self.send_state(["state"])
        return ended

    def close(self) -> None:
        """Stop, and remove the view."""
        self.stop()
        super().close()

    async def _run(self) -> None:
        raise TypeError(f"{type(self).__name__} has nothing to run")

    def _show(self) -> None:
        raise TypeError(f"{type(self).__name__} has nothing to show")

    def _runs(self) -> bool:
        return False

    def _clock(self) -> float:
        """Return the seconds since it began."""
        return time.monotonic() - self._began

    def _tell_time(self) -> None:
        """Let a page that has just opened set its clock."""
        if self._runs():
            self._feed.add({"clock": self._clock()})

    async def _frames(self) -> None:
        while True:
            await asyncio.sleep(1 / live.FRAMES_PER_SECOND)
            self._show()

    def _receive(self, _: object, message: dict[str, Any], __: object) -> None:
        match message:
            case {"op": "start"}:
                self.start()
            case {"op": "stop"}:
                self.stop()
            case {"op": "resync", "have": int(have)}:
                live.call(self._tell_time)
                self._feed.resync(have)
