"""The race: one answer streamed, the same answer all at once, a clock for each."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict, dataclass
from typing import Any

import traitlets

from helpers.render.endings import Ending, failure
from helpers.svg import look, still
from helpers.widgets.answer import NOTHING, Answer, changes, snapshot
from helpers.widgets.problems import problem_of
from helpers.widgets.running import RunningView
from helpers.widgets.transcript.view import seconds
from helpers.widgets.view import assets

__all__ = ["Numbers", "Race", "RunBlocking", "RunStream", "draw", "tell", "verdict"]

# (seconds to the first token, seconds to the last, tokens) -> the events of a stream
RunStream = Callable[[float, float, int], AbstractAsyncContextManager[AsyncIterator[Any]]]
# (seconds, tokens) -> the whole answer
RunBlocking = Callable[[float, int], Awaitable[str]]

LANES = ("streamed", "blocking")


@dataclass(frozen=True)
class Numbers:
    """What the sliders set.

    Attributes:
        first_token: seconds until the streamed answer's first token.
        streamed: seconds until its last.
        blocking: seconds until the other answer is there, all at once.
        tokens: the length of both.
    """

    first_token: float = 0.2
    streamed: float = 8.0
    blocking: float = 5.0
    tokens: int = 120

    def within_reason(self) -> "Numbers":
        """Return the nearest numbers that a race can be run with."""
        streamed = _between(0.5, self.streamed, 20.0)
        return Numbers(
            first_token=_between(0.05, self.first_token, min(5.0, streamed)),
            streamed=streamed,
            blocking=_between(0.5, self.blocking, 20.0),
            tokens=round(_between(10, self.tokens, 400)),
        )


def _between(least: float, value: float, most: float) -> float:
    return min(max(least, float(value)), most)


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
        super().__init__(numbers=asdict(self._numbers), state=self._snapshot())
        if autostart:
            self.start()

    def still(self) -> str:
        """Return the race that the numbers promise, as SVG."""
        return draw(self._numbers)

    def twin(self) -> str:
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
                self.state = self._snapshot()
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
            self._answers[lane].end(self._clock())

    async def _stream(self, numbers: Numbers) -> None:
        run = self._run_stream(numbers.first_token, numbers.streamed, numbers.tokens)
        async with run as events:
            async for event in events:
                self._answers["streamed"].take(event, self._clock())

    async def _block(self, numbers: Numbers) -> None:
        words = await self._run_blocking(numbers.blocking, numbers.tokens)
        block = {"type": "text", "text": words}
        start = {"type": "content_block_start", "index": 0, "content_block": block}
        self._answers["blocking"].take(start, self._clock())

    def _show(self) -> None:
        """Send the page what has changed since the last frame."""
        for lane in LANES:
            now = snapshot(self._answers[lane])
            for update in changes(self._shown[lane], now):
                if "text" in update or "figures" in update:
                    self._feed.add({"lane": lane, **update})
            self._shown[lane] = now
        self._feed.flush()

    def _snapshot(self) -> dict[str, Any]:
        lanes = {
            lane: {**snapshot(answer), "blocks": [], "text": answer.text}
            for lane, answer in self._answers.items()
        }
        return {
            "lanes": lanes,
            "felt": self._felt,
            "verdict": verdict(self._felt, self._answers["streamed"], self._answers["blocking"]),
        }


def verdict(felt: str, streamed: Answer, blocking: Answer) -> str:
    """Return what to say to a person who found one of the two faster.

    Args:
        felt: "streamed", "blocking", or "" before they said.
        streamed: that answer, once it has ended.
        blocking: the other.
    """
    if not felt or (streamed.state, blocking.state) != ("done", "done"):
        return ""
    gaps = _gaps(
        (streamed.first_token, streamed.last_token), (blocking.first_token, blocking.last_token)
    )
    return f"You said: {felt}. {gaps} {_MEANING[felt]}"


_MEANING = {
    "streamed": "If that is how it felt, the wait you noticed was the wait for the first word.",
    "blocking": "If that is how it felt, you were waiting for the last word, "
    "as a program that parses the answer does.",
}


Moments = tuple[float | None, float | None]


def _gaps(streamed: Moments, blocking: Moments) -> str:
    """Return what differs, from the moments of the first and the last word."""
    first = _gap("first word", streamed[0], blocking[0])
    last = _gap("last word", streamed[1], blocking[1])
    return f"Streamed against blocking: {first}, {last}."


def _gap(what: str, streamed: float | None, blocking: float | None) -> str:
    if streamed is None or blocking is None:
        return f"no {what} in one of them"
    gap = blocking - streamed
    if abs(gap) < 0.05:
        return f"{what} at the same time"
    return f"{what} {seconds(abs(gap))} {'sooner' if gap > 0 else 'later'}"


def tell(numbers: Numbers) -> str:
    """Return the race in words, as the numbers promise it."""
    gaps = _gaps((numbers.first_token, numbers.streamed), (numbers.blocking, numbers.blocking))
    return "\n".join(
        [
            f"Race: the same answer of {numbers.tokens} tokens, twice.",
            f"Streamed: first word after {seconds(numbers.first_token)}, "
            f"last word after {seconds(numbers.streamed)}.",
            f"Blocking: nothing for {seconds(numbers.blocking)}, then all at once.",
            f"{gaps} Which feels faster?",
        ]
    )


def draw(numbers: Numbers) -> str:
    """Return the race as an SVG picture, as the numbers promise it: two bars, one clock."""
    left, right = 100.0, 610.0
    longest = max(numbers.streamed, numbers.blocking)
    step = next(step for step in (0.2, 0.5, 1, 2, 5) if longest / step <= 8)

    def x(at: float) -> float:
        return left + (right - left) * at / longest

    def mark(at: float, top: float, words: str, row: int = 0) -> list[str]:
        anchor = "start" if at < longest / 2 else "end"
        y = top + 36 + 15 * row
        return [
            still.line(x(at), top - 5, x(at), y - 14, look.ON_TEXT, stroke_width=2),
            still.text(x(at), y, words, fill=look.ON_TEXT, size=look.AXIS_SIZE + 1, anchor=anchor),
        ]

    parts = []
    for tick in range(int(longest / step) + 1):
        at = tick * step
        parts += [
            still.line(x(at), 40, x(at), 166),
            still.text(
                x(at), 32, f"{at:g} s", fill=look.INK_2, size=look.AXIS_SIZE, anchor="middle"
            ),
        ]
    first, done, whole = numbers.first_token, numbers.streamed, numbers.blocking
    waiting = {"stroke": look.INK_2, "stroke_dasharray": "3 3"}
    parts += [
        still.text(16, 65, "Streamed", fill=look.INK, bold=True),
        still.rect(x(0), 52, x(first) - x(0), 16, look.GROUND, **waiting),
        still.rect(x(first), 52, x(done) - x(first), 16, look.TEXT),
        *mark(first, 52, f"first word {seconds(first)}"),
        *mark(done, 52, f"last word {seconds(done)}", row=int(x(done) - x(first) < 240)),
        still.text(16, 139, "Blocking", fill=look.INK, bold=True),
        still.rect(x(0), 126, x(whole) - x(0), 16, look.GROUND, **waiting),
        *mark(whole, 126, f"all at once {seconds(whole)}"),
    ]
    parts.append(still.text(16, 192, tell(numbers).split("\n")[-1], fill=look.INK))
    return still.picture(210, "Race", tell(numbers), parts)
