"""Views with something that runs behind them: Start, Stop, frames, and a final state."""

import asyncio
import time
from typing import Any

import traitlets

from helpers.render.endings import STOPPED, Ending, failure
from helpers.widgets import live
from helpers.widgets.problems import problem_of
from helpers.widgets.view import View

__all__ = ["PictureView", "RunningView"]


class RunningView(View):
    """What views of a running stream share: start, stop, the clock and the end.

    A subclass defines what a run is, on the loop of the streams: `_begin` forgets the run
    before, `_work` does it, `_end` notes how it ended. For the page it defines `_show`, which
    adds what has changed to the feed; `_state_now`, all that a page can show, which is kept in
    the trait `state`; and `_runs`, which says whether a clock on the page should count.
    """

    frames_per_second: int = live.FRAMES_PER_SECOND
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
        self._began = time.monotonic()
        self._begin()
        self._open_page()
        self._show()
        self.state = self._state_now()
        frames = asyncio.create_task(self._frames())
        how: Ending | None = None
        try:
            how = await self._work()
        except asyncio.CancelledError:
            how = STOPPED
        except Exception as error:  # whatever a learner's code raises ends in one sentence
            how = failure(problem_of(error))
        finally:
            frames.cancel()
            self._end(how)
            self._show()
            self.state = self._state_now()

    def _begin(self) -> None:
        """Forget the run before this one."""

    async def _work(self) -> Ending | None:
        """Run; return how it ended, if the run itself does not say so."""
        raise TypeError(f"{type(self).__name__} has nothing to run")

    def _end(self, how: Ending | None) -> None:
        """Note the end: the one given, or what the run itself says."""

    def _open_page(self) -> None:
        """Let every page begin anew, too."""
        self._feed.reset()
        self._tell_time()

    def _show(self) -> None:
        raise TypeError(f"{type(self).__name__} has nothing to show")

    def _state_now(self) -> dict[str, Any]:
        raise TypeError(f"{type(self).__name__} has nothing to keep")

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
            await asyncio.sleep(1 / self.frames_per_second)
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


class PictureView(RunningView):
    """A view that the kernel draws: each frame is all of it, and needs none of those before."""

    frames_per_second = 8  # a picture is some kilobytes

    def _open_page(self) -> None:
        pass

    def _show(self) -> None:
        """Send the page all of it, as it is now."""
        self.send({"op": "picture", **self._state_now()})

    def _receive(self, widget: object, message: dict[str, Any], buffers: object) -> None:
        match message:
            case {"op": "resync"}:
                live.call(self._show)
            case _:
                super()._receive(widget, message, buffers)
