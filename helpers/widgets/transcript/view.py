"""The transcript: an answer as the user of a product would see it arrive."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

import traitlets

from helpers.render.endings import Ending, failure
from helpers.widgets.answer import NOTHING, Answer, changes, fold, state_of
from helpers.widgets.running import RunningView
from helpers.widgets.transcript.snapshot import draw, reserve_lines, tell
from helpers.widgets.view import assets

__all__ = ["OpenEvents", "Price", "Transcript"]

Event = Mapping[str, Any]
# Opens a request and gives its events: lambda: open_stream(http, request).
OpenEvents = Callable[[], AbstractAsyncContextManager[AsyncIterator[Any]]]
# What a usage object comes to in US dollars: partial(models.price, model_id).
Price = Callable[[Mapping[str, Any]], float | None]


class Transcript(RunningView):
    """An answer that grows while it arrives, with Start and Stop.

    Args:
        prompt: what was asked; it is only shown.
        open_events: opens the request and gives its events; called at each Start.
        expected: (seconds since the request, event) pairs of the same answer, known
            beforehand; the snapshot and the text alternative show them.
        price: turns a usage object into US dollars.
        at_most: the most that a run can cost, in US dollars; shown until it is known
            what it did cost.
        max_tokens: the request's limit; the footer then says how much of it was used.
        autostart: whether to start at once, without a click.
    """

    _esm, _css = assets("transcript").values()
    setup = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        prompt: str,
        open_events: OpenEvents,
        *,
        expected: Iterable[tuple[float, Event]] | None = None,
        price: Price | None = None,
        at_most: float | None = None,
        max_tokens: int | None = None,
        autostart: bool = True,
    ) -> None:
        self.prompt = prompt
        self._open_events = open_events
        self._price = price
        self._max_tokens = max_tokens
        self._expected = Answer() if expected is None else fold(expected)
        self._answer = Answer()
        self._shown = NOTHING
        super().__init__(
            setup={
                "prompt": prompt,
                "max_tokens": max_tokens,
                "priced": price is not None,
                "at_most": at_most,
                "lines": reserve_lines(self._expected),
            },
            state=self._state_now(),
        )
        if autostart:
            self.start()

    @property
    def answer(self) -> Answer:
        """What has been received so far."""
        return self._answer

    def snapshot(self) -> str:
        """Return the picture of the expected answer, as SVG."""
        return draw(self.prompt, self._expected, self._cost(self._expected), self._max_tokens)

    def text_alternative(self) -> str:
        """Return the expected answer in words."""
        return tell(self.prompt, self._expected, self._cost(self._expected), self._max_tokens)

    def _runs(self) -> bool:
        return self._answer.is_running

    def _begin(self) -> None:
        self._answer, self._shown = Answer(begun=True), NOTHING

    async def _work(self) -> Ending | None:
        async with self._open_events() as events:
            async for event in events:
                self._answer.take(event, self._clock())
        if self._answer.stop_reason is None:
            return failure("The stream ended before the message did.")
        return None

    def _end(self, how: Ending | None) -> None:
        self._answer.end(self._clock(), how)

    def _show(self) -> None:
        """Send the page what has changed since the last frame."""
        now = self._state_now()
        for update in changes(self._shown, now):
            self._feed.add(update)
        self._shown = now
        self._feed.flush()

    def _state_now(self) -> dict[str, Any]:
        return {**state_of(self._answer), "cost": self._cost(self._answer)}

    def _cost(self, answer: Answer) -> float | None:
        return self._price(answer.usage) if self._price and answer.counted else None
