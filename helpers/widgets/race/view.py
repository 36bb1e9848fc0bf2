"""The race: one answer streamed, the same answer all at once, a clock for each."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict
from typing import Any

import traitlets

from helpers.render.endings import DONE, Ending, failure
from helpers.widgets.answer import NOTHING, Answer, changes, state_of
from helpers.widgets.problems import problem_of
from helpers.widgets.race.model import LANES, Numbers
from helpers.widgets.race.snapshot import draw, tell, verdict
from helpers.widgets.running import RunningView
from helpers.widgets.view import assets

__all__ = ["Race", "RunBlocking", "RunStream"]

# (seconds to the first token, seconds to the last, tokens) -> the events of a stream
RunStream = Callable[[float, float, int], AbstractAsyncContextManager[AsyncIterator[Any]]]
# (seconds, tokens) -> the whole answer
RunBlocking = Callable[[float, int], Awaitable[str]]


class Race(RunningView):
    """Two columns, the same answer: which feels faster?

    Args:
        run_stream: opens a streamed answer of the given pace.
        run_blocking: gives a whole answer after the given time.
        first_token: seconds until the streamed answer's first token.
        streamed: seconds until its last.
        blocking: seconds until the other answer is there.
        tokens: the length of both answers.
        autostart: whether to start at once, without a click.
    """

    _esm, _css = assets("race").values()
    numbers = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        run_stream: RunStream,
        run_blocking: RunBlocking,
        *,
        first_token: float = 0.2,
        streamed: float = 8.0,
        blocking: float = 5.0,
        tokens: int = 120,
        autostart: bool = False,
    ) -> None:
        self._run_stream = run_stream
        self._run_blocking = run_blocking
        self._numbers = Numbers(first_token, streamed, blocking, tokens).within_reason()
        self._answers = {lane: Answer() for lane in LANES}
        self._shown = dict.fromkeys(LANES, NOTHING)
        self._felt = ""
        super().__init__(numbers=asdict(self._numbers), state=self._state_now())
        if autostart:
            self.start()

    def snapshot(self) -> str:
        """Return the race that the numbers promise, as SVG."""
        return draw(self._numbers)

    def text_alternative(self) -> str:
        """Return the race that the numbers promise, in words."""
        return tell(self._numbers)

    def _receive(self, widget: object, message: dict[str, Any], buffers: object) -> None:
        match message:
            case {"op": "number", "name": str(name), "value": int(value) | float(value)}:
                if name in self.numbers:
                    self._numbers = Numbers(**{**self.numbers, name: value}).within_reason()
                    self.numbers = asdict(self._numbers)
                    # A number that was held at its bound changes no trait: say it anyway.
                    self.send({"op": "numbers"})
            case {"op": "felt", "lane": str(lane)} if lane in LANES:
                self._felt = lane
                self.state = self._state_now()
            case _:
                super()._receive(widget, message, buffers)

    def _runs(self) -> bool:
        return any(answer.is_running for answer in self._answers.values())

    def _begin(self) -> None:
        self._answers = {lane: Answer(begun=True) for lane in LANES}
        self._shown = dict.fromkeys(LANES, NOTHING)
        self._felt = ""

    async def _work(self) -> None:
        numbers = self._numbers
        await asyncio.gather(
            self._lane("streamed", self._stream, numbers),
            self._lane("blocking", self._block, numbers),
        )

    def _end(self, how: Ending | None) -> None:
        for lane in LANES:  # one that ended before keeps its own end
            self._answers[lane].end(self._clock(), how)

    async def _lane(
        self, lane: str, run: Callable[[Numbers], Awaitable[None]], numbers: Numbers
    ) -> None:
        try:
            await run(numbers)
        except Exception as error:  # one that fails does not end the other
            self._answers[lane].end(self._clock(), failure(problem_of(error)))
        else:
            self._answers[lane].end(self._clock(), DONE)

    async def _stream(self, numbers: Numbers) -> None:
        run = self._run_stream(numbers.first_token, numbers.streamed, numbers.tokens)
        async with run as events:
            async for event in events:
                # It stops at `max_tokens`. Here this is its goal, and not a cut.
                if event.get("type") != "message_stop":
                    self._answers["streamed"].take(event, self._clock())

    async def _block(self, numbers: Numbers) -> None:
        words = await self._run_blocking(numbers.blocking, numbers.tokens)
        block = {"type": "text", "text": words}
        start = {"type": "content_block_start", "index": 0, "content_block": block}
        self._answers["blocking"].take(start, self._clock())

    def _show(self) -> None:
        """Send the page what has changed since the last frame."""
        for lane in LANES:
            now = state_of(self._answers[lane])
            for update in changes(self._shown[lane], now):
                if "text" in update or "figures" in update:
                    self._feed.add({"lane": lane, **update})
            self._shown[lane] = now
        self._feed.flush()

    def _state_now(self) -> dict[str, Any]:
        lanes = {
            lane: {**state_of(answer), "blocks": [], "text": answer.text}
            for lane, answer in self._answers.items()
        }
        return {
            "lanes": lanes,
            "felt": self._felt,
            "verdict": verdict(self._felt, self._answers["streamed"], self._answers["blocking"]),
        }
