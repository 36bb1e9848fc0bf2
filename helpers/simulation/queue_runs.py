"""A stream of 2,000 tokens a second, a bounded queue, and a UI that shows 200."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Any

import httpx

from helpers.client import open_stream
from helpers.clock import Clock
from helpers.message import MessageAssembler, TextDelta, Update
from helpers.simulation.virtual_time import LoopClock, simulate
from helpers.streams.backpressure import BoundedQueue, WhenFull, through
from helpers.widgets.live import FRAMES_PER_SECOND
from helpers.widgets.queue.model import Curve, Sample

__all__ = ["PROMPT", "TOKENS", "QueueRun", "simulate_run"]

# The answer is its own ruler: each token is its number.
PROMPT = "Count to two thousand."
TOKENS = 2000
TAIL = 64  # characters of the UI that are shown
CATCH_UP = 0.05  # seconds: a timer that rang late makes no slower UI


class QueueRun:
    """A run of the stream through a queue into a UI that takes its time.

    Args:
        policy: what the queue does when it is full.
        capacity: how many events it holds.
        tokens_per_second: how fast the model writes.
        ui_per_second: how many events a second the UI can show.
        clock: measures the time, and is waited on.
    """

    def __init__(
        self,
        policy: WhenFull,
        *,
        capacity: int,
        tokens_per_second: float,
        ui_per_second: float,
        clock: Clock,
    ) -> None:
        self.policy = policy
        self._queue = BoundedQueue[Update](capacity, policy)
        self._rate = tokens_per_second
        self._rest = 1 / ui_per_second
        self._clock = clock
        self._began = clock.now()
        self._free = 0.0  # when the UI has drawn what it has
        self._first: float | None = None  # when the first token came
        self._samples: list[Sample] = []
        self._text = ""
        self._shown = 0
        self._late = self._most_late = 0.0
        self._end: tuple[str, float, str] | None = None

    def now(self) -> float:
        """Return the seconds since the request."""
        return self._clock.now() - self._began

    async def run(self, http: httpx.AsyncClient, body: dict[str, Any]) -> None:
        """Ask, and show the answer token by token until it has ended."""
        self._began = self._clock.now()
        async with aclosing(through(self._updates(http, body), self._queue)) as events:
            async for event in events:
                if isinstance(event, TextDelta):
                    self._show(event.text)
                    await self._draw()

    async def _draw(self) -> None:
        """Take as long as a UI that draws so many events a second, and no more."""
        self._free = max(self._free, self.now() - CATCH_UP) + self._rest
        await self._clock.sleep(self._free - self.now())

    async def _updates(
        self, http: httpx.AsyncClient, body: dict[str, Any]
    ) -> AsyncGenerator[Update]:
        message = MessageAssembler()
        async with open_stream(http, body) as events:
            async for event in events:
                for update in message.updates(event):
                    if self._first is None and isinstance(update, TextDelta):
                        self._first = self.now()
                    yield update

    def _show(self, text: str) -> None:
        self._text = (self._text + text)[-2 * TAIL :]
        self._shown += len(text.split())
        number = int(text.split()[-1])
        self._late = max(self.now() - self._due(number), 0.0)
        self._most_late = max(self._most_late, self._late)

    def _due(self, number: int) -> float:
        """Return when the model wrote a token, by its pace."""
        return (self._first or 0.0) + (number - 1) / self._rate

    def end(self, state: str, problem: str = "") -> None:
        """Say that the run is over, and how; the first end stands."""
        if self._end is None:
            self._end = (state, self.now(), problem)

    def sample(self) -> Curve:
        """Measure, and return all that has been measured so far."""
        state, ended, problem = self._end or ("running", None, "")
        queue = self._queue
        sample = Sample(
            self.now() if ended is None else ended,
            queue.depth,
            self._shown,
            queue.dropped,
            queue.merged,
            self._late,
        )
        if self._samples and self._samples[-1].at >= sample.at:
            self._samples.pop()
        self._samples.append(sample)
        whole = len(self._text) <= TAIL
        return Curve(
            self.policy,
            state,
            tuple(self._samples),
            self._text.lstrip() if whole else "… " + self._text[-TAIL:].partition(" ")[2],
            queue.deepest,
            self._most_late,
            None if self._first is None else self._due(TOKENS),
            ended,
            problem,
        )


def simulate_run(
    policy: WhenFull,
    client: Callable[[Clock], httpx.AsyncClient],
    body: dict[str, Any],
    **numbers: Any,
) -> Curve:
    """Return a run as it will be, measured on a clock that jumps.

    Args:
        policy: what the queue does when it is full.
        client: makes a client of an offline API that goes by this clock.
        body: the request.
        numbers: of QueueRun: capacity, tokens_per_second, ui_per_second.
    """

    async def run(clock: LoopClock) -> AsyncGenerator[Curve]:
        run_now = QueueRun(policy, clock=clock, **numbers)
        async with client(clock) as http:
            task = asyncio.create_task(run_now.run(http, body))
            while not task.done():
                await asyncio.wait({task}, timeout=1 / FRAMES_PER_SECOND)
                run_now.sample()
            task.result()
        run_now.end("done")
        yield run_now.sample()

    curve: Curve = simulate(run)[-1][1]
    return curve
