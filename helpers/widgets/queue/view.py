"""The queue view: a fast stream meets a slow UI, and the queue between them fills."""

from collections.abc import Callable, Sequence
from typing import Any

import httpx
import traitlets

from helpers.clock import RealClock
from helpers.render.endings import Ending
from helpers.simulation.queue_runs import QueueRun
from helpers.streams.backpressure import WhenFull
from helpers.widgets.queue.model import POLICIES, Curve, sentence, table
from helpers.widgets.queue.snapshot import TITLE, draw, span_for, tell
from helpers.widgets.running import PictureView
from helpers.widgets.view import assets

__all__ = ["QueueView"]


class QueueView(PictureView):
    """The depth of a bounded queue, drawn while a stream runs through it.

    Args:
        open_http: makes a client of the API; called at each Start.
        body: the request.
        expected: how the runs will go, known beforehand; snapshot and text alternative show them.
        when_full: what Start runs first, one of POLICIES.
        capacity: how many events the queue holds.
        tokens_per_second: how fast the model writes.
        ui_per_second: how many events a second the UI can show.
        autostart: whether to start at once, without a click.

    Raises:
        ValueError: there is no such policy.
    """

    _esm, _css = assets("queue").values()
    frames_per_second = 15  # the queue fills within a tenth of a second
    setup = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        open_http: Callable[[], httpx.AsyncClient],
        body: dict[str, Any],
        expected: Sequence[Curve],
        *,
        when_full: str = "wait",
        capacity: int = 64,
        tokens_per_second: float = 2000.0,
        ui_per_second: float = 200.0,
        autostart: bool = False,
    ) -> None:
        self._open_http = open_http
        self._body = body
        self._expected = tuple(expected)
        self._numbers: dict[str, Any] = {
            "capacity": capacity,
            "tokens_per_second": tokens_per_second,
            "ui_per_second": ui_per_second,
        }
        self._span = span_for(max((curve.ended or 0.0 for curve in expected), default=2.0))
        self._curves: dict[WhenFull, Curve] = {policy: Curve(policy) for policy in POLICIES}
        self._latest: QueueRun | None = None
        self._chosen: WhenFull = "wait"
        about = (
            f"The model writes {tokens_per_second:,g} tokens a second, the UI shows "
            f"{ui_per_second:,g} events a second, and a queue between them holds {capacity:,}."
        )
        super().__init__(
            setup={
                "policies": [[policy, name.split(":")[0]] for policy, name in POLICIES.items()],
                "chosen": when_full,
                "title": TITLE,
                "about": about,
            },
            state=self._state_now(),
        )
        self.choose(when_full)
        if autostart:
            self.start()

    @property
    def curves(self) -> dict[WhenFull, Curve]:
        """What has been measured so far, for each policy."""
        return dict(self._curves)

    def snapshot(self) -> str:
        """Return the picture of the expected runs, as SVG."""
        return draw(self._expected, capacity=self._numbers["capacity"], span=self._span)

    def text_alternative(self) -> str:
        """Return the expected runs in words."""
        return tell(self._expected, capacity=self._numbers["capacity"])

    def choose(self, policy: str) -> None:
        """Say what a full queue does in the run that Start starts.

        Raises:
            ValueError: there is no such policy.
        """
        known = next((known for known in POLICIES if known == policy), None)
        if known is None:
            raise ValueError(f"A full queue can {', '.join(POLICIES)}, but not {policy!r}.")
        self._chosen = known

    def _runs(self) -> bool:
        return any(curve.state == "running" for curve in self._curves.values())

    def _begin(self) -> None:
        self._latest = QueueRun(self._chosen, clock=RealClock(), **self._numbers)
        self._curves[self._chosen] = Curve(self._chosen, "running")

    async def _work(self) -> None:
        assert self._latest is not None
        async with self._open_http() as http:
            await self._latest.run(http, self._body)

    def _end(self, how: Ending | None) -> None:
        assert self._latest is not None
        match how:
            case None:
                self._latest.end("done")
            case Ending(reason="stopped"):
                self._latest.end("stopped")
            case _:
                self._latest.end("failed", how.sentence)
        self._measure()

    def _show(self) -> None:
        """Measure, and send the page all of it, as it is now."""
        self._measure()
        super()._show()

    def _measure(self) -> None:
        if self._latest is not None:
            curve = self._latest.sample()
            self._curves[curve.policy] = curve

    def _state_now(self) -> dict[str, Any]:
        curves = list(self._curves.values())
        latest = max(curve.now.at for curve in curves)
        last = Curve("wait") if self._latest is None else self._curves[self._latest.policy]
        span = self._span if latest <= self._span else span_for(latest)
        return {
            "svg": draw(curves, capacity=self._numbers["capacity"], span=span),
            "rows": table(curves),
            "words": sentence(last),
            "running": self._runs(),
            "begun": self._latest is not None,
            "clock": last.now.at,
        }

    def _receive(self, widget: object, message: dict[str, Any], buffers: object) -> None:
        match message:
            case {"op": "choose", "policy": str(policy)} if policy in POLICIES:
                self.choose(policy)
            case _:
                super()._receive(widget, message, buffers)
