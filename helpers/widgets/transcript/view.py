"""The transcript: an answer as the user of a product would see it arrive."""

import math
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

import traitlets

from helpers.render.endings import Ending, failure
from helpers.render.run_parts import Block
from helpers.svg import look, still
from helpers.widgets.answer import NOTHING, Answer, changes, figures, fold, snapshot
from helpers.widgets.running import RunningView
from helpers.widgets.view import assets

__all__ = ["OpenEvents", "Price", "Transcript", "draw", "seconds", "tell"]

Event = Mapping[str, Any]
# Opens a request and gives its events: lambda: open_stream(http, request).
OpenEvents = Callable[[], AbstractAsyncContextManager[AsyncIterator[Any]]]
# What a usage object comes to in US dollars: partial(models.price, model_id).
Price = Callable[[Mapping[str, Any]], float | None]

# Why there is no thinking to read, by a thinking block's name.
UNSEEN = {"": "not shown by the API", "redacted": "hidden by the API for safety"}

# The box of the answer keeps its height while it fills: at least, at most so many lines.
LINES = (6, 14)
THOUGHT_LINES = 8  # thinking that is longer scrolls
COLUMNS = 88


class Transcript(RunningView):
    """An answer that grows while it arrives, with Start and Stop.

    Args:
        prompt: what was asked; it is only shown.
        open_events: opens the request and gives its events; called at each Start.
        expected: (seconds since the request, event) pairs of the same answer, known
            beforehand; the still and the text twin show them.
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
                "lines": _height(self._expected),
            },
            state=self._snapshot(),
        )
        if autostart:
            self.start()

    @property
    def answer(self) -> Answer:
        """What has been received so far."""
        return self._answer

    def still(self) -> str:
        """Return the picture of the expected answer, as SVG."""
        return draw(self.prompt, self._expected, self._cost(self._expected), self._max_tokens)

    def twin(self) -> str:
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
        now = self._snapshot()
        for update in changes(self._shown, now):
            self._feed.add(update)
        self._shown = now
        self._feed.flush()

    def _snapshot(self) -> dict[str, Any]:
        return {**snapshot(self._answer), "cost": self._cost(self._answer)}

    def _cost(self, answer: Answer) -> float | None:
        return self._price(answer.usage) if self._price and answer.counted else None


def seconds(value: float | None) -> str:
    """Return a duration in the unit that fits: 284 ms, 1.9 s."""
    if value is None:
        return "–"
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.1f} s"


_WORDS = {
    "ready": "press Start",
    "waiting": "waiting for the first token",
    "streaming": "streaming",
}


def footer(answer: Answer, cost: float | None, max_tokens: int | None) -> list[str]:
    """Return the footer's entries, such as "TTFT 284 ms"."""
    about = "" if answer.counted else "~"
    how = answer.run.ending
    entries = [how.label if how else _WORDS[answer.state]]
    if answer.run.ended is not None:
        entries[0] += f" after {seconds(answer.run.ended)}"
    if answer.state == "ready":
        return entries
    entries.append(f"TTFT {seconds(answer.first_token)}")
    if answer.rate is not None:
        entries.append(f"{about}{answer.rate:.0f} tok/s")
    share = f" ({100 * answer.tokens / max_tokens:.0f}% of max_tokens)" if max_tokens else ""
    entries.append(f"{about}{answer.tokens} tokens{share}")
    if cost is not None:
        entries.append(f"${cost:.6f}")
    if answer.stop_reason:
        entries.append(f"stop reason {answer.stop_reason}")
    return entries


def _note(answer: Answer) -> str:
    """Return what stands under an answer that did not end as it should."""
    return str(figures(answer)["note"])


def _summary(block: Block) -> str:
    """Return what stands in a block's one line."""
    took = "" if block.seconds is None else f" for {seconds(block.seconds)}"
    match block.kind, block.state:
        case "thinking", "open":
            return "Thinking"
        case "thinking", _:
            unseen = UNSEEN.get(block.name, UNSEEN[""])
            return f"Thought{took}" + ("" if block.text else f", {unseen}")
        case "call", "done":
            return f"Tool {block.name}: input complete"
        case "call", "cut":
            return f"Tool {block.name}: input cut off"
        case "call", _:
            return f"Tool {block.name}: input arriving"
    return block.name


def tell(prompt: str, answer: Answer, cost: float | None, max_tokens: int | None) -> str:
    """Return a transcript in words.

    Args:
        prompt: what was asked.
        answer: what came back, as far as it did.
        cost: US dollars, where known.
        max_tokens: the request's limit, where given.
    """
    rows = [f"You: {prompt}"]
    for block in answer.blocks:
        if block.kind == "text":
            rows.append(f"Assistant: {block.text}")
        else:
            rows.append(f"[{_summary(block)}]" + (f" {block.text}" if block.kind == "call" else ""))
    rows += filter(None, [_note(answer)])
    rows.append(" · ".join(footer(answer, cost, max_tokens)))
    return "\n".join(rows)


def draw(prompt: str, answer: Answer, cost: float | None, max_tokens: int | None) -> str:
    """Return a transcript as an SVG picture; the arguments are those of `tell`."""
    parts: list[str] = []
    y = 26.0

    def rows(lines: list[str], x: float, fill: str, code: bool = False) -> None:
        nonlocal y
        for row in lines:
            parts.append(still.text(x, y, row, fill=fill, code=code, size=13.0 - 0.5 * code))
            y += 19

    parts.append(still.text(16, y, "You", fill=look.INK_2, size=look.AXIS_SIZE))
    rows(still.wrapped(prompt, COLUMNS), 90, look.INK)
    y += 8
    parts.append(still.text(16, y, "Assistant", fill=look.INK_2, size=look.AXIS_SIZE))
    if not answer.blocks:
        rows(["…"], 90, look.INK_2)
    for block in answer.blocks:
        top = y
        match block.kind:
            case "text":
                rows(still.wrapped(block.text, COLUMNS), 90, look.INK)
                parts.append(still.rect(80, top - 12, 3, y - top - 3, look.TEXT))
            case "thinking":
                rows([_summary(block)], 90, look.ON_THINKING)
                parts.append(
                    still.line(
                        81.5, top - 12, 81.5, top + 4, look.THINKING,
                        stroke_width=3, stroke_dasharray="3 3",
                    )
                )  # fmt: skip
            case "call":
                y += 4
                rows([_summary(block)], 98, look.ON_TOOL)
                rows(still.wrapped(block.text or "{}", COLUMNS - 8), 98, look.INK_1, code=True)
                height = y - top
                parts.append(
                    still.rect(80.5, top - 11.5, 603, height, stroke=look.LINE, rx=6)
                    + still.rect(80, top - 12, 6, height + 1, look.TOOL, rx=3)
                )
                y += 6
            case _:
                rows([_summary(block)], 90, look.INK_2)
        y += 6
    if note := _note(answer):
        rows(still.wrapped(note, COLUMNS), 90, look.ON_FAILED)
        y += 6
    parts.append(still.line(16, y - 10, still.WIDTH - 16, y - 10))
    y += 10
    for row in still.wrapped(" · ".join(footer(answer, cost, max_tokens)), COLUMNS + 10):
        parts.append(still.text(16, y, row, fill=look.INK_2, size=look.AXIS_SIZE + 1))
        y += 18
    return still.picture(y - 4, "Transcript", tell(prompt, answer, cost, max_tokens), parts)


def _height(answer: Answer) -> int:
    """Return how many lines to reserve for an answer."""
    least, most = LINES
    if not answer.blocks:
        return least + 2
    count = thinking = 0.0
    for block in answer.blocks:
        match block.kind:
            case "thinking":  # a line in the end; open while it is written, to be read
                count += 2
                thinking = count + min(len(still.wrapped(block.text, COLUMNS)), THOUGHT_LINES)
            case "text":
                count += len(still.wrapped(block.text, COLUMNS)) + 1
            case "call":  # a card: its head, its input, its border and the space around it
                count += len(still.wrapped(block.text or "{}", COLUMNS - 8)) + 2.25
            case _:
                count += 2
    return min(max(least, math.ceil(count), math.ceil(thinking)), most)
