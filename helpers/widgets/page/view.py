"""A web page of the course inside a notebook: served by the kernel, live in a frame."""

import asyncio
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import traitlets

from helpers.agent import AgentEvent
from helpers.render import run_state
from helpers.render.cost import tokens_words
from helpers.render.run_parts import Block
from helpers.svg import look, still
from helpers.widgets import live
from helpers.widgets.view import View, assets

__all__ = ["PAGES", "PageView", "Row", "draw", "fold", "tell"]

# The pages, by their addresses, with what each is called on itself.
PAGES = {
    "eventsource": "EventSource",
    "fetch": "fetch",
    "websocket": "WebSocket",
    "react": "React",
}

HEIGHT = 520  # pixels; a page keeps its height while answers arrive
COLUMNS = 96  # characters in a line of the still


@dataclass(frozen=True)
class Row:
    """One thing that the page shows.

    Attributes:
        kind: text, thinking, tool, note (how it ended, if not well), or end.
        words: what it says; of a tool, its name and input.
        result: of a tool.
        seconds: how long it took; of a text, 0.
        failed: whether a tool failed.
    """

    kind: str
    words: str
    result: str = ""
    seconds: float = 0.0
    failed: bool = False


def fold(pairs: Iterable[tuple[float, AgentEvent]]) -> list[Row]:
    """Return what a page shows in the end of a run, from top to bottom.

    Args:
        pairs: seconds since the start, and event, such as `course.simulate` returns.
    """
    state = run_state.fold(pairs)
    rows = [_row(block) for block in state.blocks if block.state != "void"]
    if state.ending is not None:
        rows += [
            Row("note", state.ending.note),
            Row("end", f"{tokens_words(state.tokens, state.counted)} · {state.ended:.1f} s"),
        ]
    return [row for row in rows if row.words]


def _row(block: Block) -> Row:
    """Return what a page shows of a block: nothing of a call that has no result."""
    if block.kind in ("text", "thinking"):
        seconds = block.seconds or 0.0 if block.kind == "thinking" else 0.0
        return Row(block.kind, block.text, seconds=seconds)
    run = block.run
    if run is None or run.seconds is None:
        return Row("tool", "")
    result = run.content if isinstance(run.content, str) else json.dumps(run.content)
    words = f"{block.name}  {block.text or '{}'}"
    return Row("tool", words, result, run.seconds, run.state == "failed")


def tell(which: str, prompt: str, rows: Iterable[Row]) -> str:
    """Return the page in words."""
    lines = [f"A page that asks through {PAGES[which]}. It is live where a kernel runs.", prompt]
    for row in rows:
        match row.kind:
            case "thinking":
                lines.append(f"▸ Thought for {row.seconds:.1f} s")
            case "tool":
                sign = "✕ failed" if row.failed else "✓"
                lines += [f"{sign} {row.words}  {row.seconds:.1f} s", f"  {row.result}"]
            case _:
                lines.append(row.words.strip())
    return "\n".join(lines)


def draw(which: str, prompt: str, rows: list[Row]) -> str:
    """Return the picture of the page, as SVG."""
    left, width = 16.0, still.WIDTH - 32.0
    parts = [still.text(left, 26, "Agent", bold=True, fill=look.INK)]
    x = left + 64
    for name, words in PAGES.items():
        chosen = name == which
        parts.append(
            still.text(x, 26, words, bold=chosen, fill=look.ON_TEXT if chosen else look.INK_2)
        )
        x += 8.2 * len(words) + 20
    parts.append(still.line(0.5, 40, still.WIDTH - 0.5, 40))
    y = 52.0
    asked = 7.0 * len(prompt) + 24
    parts += [
        still.rect(still.WIDTH - 16 - asked, y, asked, 28, look.GROUND_2, rx=6),
        still.text(still.WIDTH - 28, y + 19, prompt, fill=look.INK, anchor="end"),
    ]
    y += 52
    for row in rows:
        match row.kind:
            case "thinking":
                words = f"▸ Thought for {row.seconds:.1f} s"
                parts.append(still.text(left, y, words, fill=look.ON_THINKING))
                y += 26
            case "tool":
                colour, sign = (look.FAILED, "✕") if row.failed else (look.DONE, "✓")
                ink = look.ON_FAILED if row.failed else look.ON_DONE
                lines = still.wrapped(row.result, COLUMNS - 8)
                tall = 34 + 19 * len(lines)
                parts += [
                    still.rect(left, y - 16, width, tall, look.GROUND, stroke=look.LINE, rx=6),
                    still.rect(left, y - 16, 3, tall, colour),
                    still.text(left + 14, y + 5, sign, fill=ink, bold=True),
                    still.text(left + 32, y + 5, row.words, code=True, size=look.CODE_SIZE),
                    still.text(
                        left + width - 12,
                        y + 5,
                        f"{row.seconds:.1f} s",
                        fill=look.INK_2,
                        anchor="end",
                    ),
                ]
                for number, line in enumerate(lines):
                    parts.append(still.text(left + 32, y + 25 + 19 * number, line))
                y += tall + 12
            case "end":
                parts.append(still.text(left, y, row.words, fill=look.INK_2, size=look.AXIS_SIZE))
                y += 22
            case _:
                for line in still.wrapped(row.words.strip(), COLUMNS):
                    parts.append(still.text(left, y, line, fill=look.INK))
                    y += 20
                y += 8
    parts += [
        still.rect(left, y, width, 34, look.GROUND, stroke=look.LINE, rx=6),
        still.text(left + 12, y + 22, "Ask something", fill=look.INK_2),
        still.text(left + width - 12, y + 22, "Send", fill=look.ON_TEXT, bold=True, anchor="end"),
    ]
    title = f"Page: {PAGES[which]}"
    return still.picture(y + 50, title, tell(which, prompt, rows), parts)


class PageView(View):
    """A page of the web server in a frame; the server is started when somebody looks.

    Args:
        which: a name in PAGES.
        address: starts the server if it isn't running, and returns the page's address.
        prompt: a question, for the still and the text twin.
        expected: the run that answers it, known beforehand.

    Raises:
        ValueError: there is no such page.
    """

    _esm, _css = assets("page").values()
    setup = traitlets.Dict().tag(sync=True)
    url = traitlets.Unicode().tag(sync=True)
    problem = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        which: str,
        address: Callable[[], str],
        *,
        prompt: str,
        expected: Iterable[tuple[float, AgentEvent]],
    ) -> None:
        if which not in PAGES:
            raise ValueError(f"There is no page {which!r}: choose from {', '.join(PAGES)}.")
        self._which, self._prompt = which, prompt
        self._rows = fold(expected)
        self._address = address
        self._opening: live.Running | None = None
        super().__init__(setup={"title": f"Page: {PAGES[which]}", "height": HEIGHT})
        self.on_msg(self._receive)

    def still(self) -> str:
        """Return the picture of an answer on the page, as SVG."""
        return draw(self._which, self._prompt, self._rows)

    def twin(self) -> str:
        """Return the same in words."""
        return tell(self._which, self._prompt, self._rows)

    def wait(self, timeout: float | None = None) -> bool:
        """Block until the server has started, or failed to; say whether it has been asked to.

        Args:
            timeout: at most so many seconds.
        """
        return self._opening is not None and self._opening.wait(timeout)

    async def _open(self) -> None:
        try:
            self.url = await asyncio.to_thread(self._address)
        except (OSError, RuntimeError) as error:
            self.problem = f"The page has no server: {error}"

    def _receive(self, _: object, message: dict[str, Any], __: object) -> None:
        match message:
            case {"op": "open"} if self._opening is None:
                self._opening = live.start(self._open())
