"""The cards view: what agents say and do, as the users of a product would see it."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from contextlib import aclosing
from pathlib import Path
from typing import Any

import traitlets

import helpers.render
from helpers.render.cost import footer
from helpers.render.html import MarkdownHtml
from helpers.widgets.cards_model import Board, Card, Item, Lane, Note, Words, apply, end, fold
from helpers.widgets.cards_still import (
    STATES,
    draw,
    footer_of,
    lane_words,
    lines_for,
    problem_line,
    tell,
)
from helpers.widgets.running import RunningView
from helpers.widgets.transcript import problem_of
from helpers.widgets.view import assets

__all__ = ["CardsView", "OpenRun", "Price"]

# The look of Markdown's lines, wherever they stand.
LINES_CSS = (Path(helpers.render.__file__).parent / "html.css").read_text("utf-8")

Update = dict[str, Any]
# Begins a run and gives its events, each with the name of its agent.
OpenRun = Callable[[], AsyncGenerator[tuple[str, Any]]]
# What so many tokens come to in US dollars: partial(models.price, model_id).
Price = Callable[[Mapping[str, Any]], float | None]


class CardsView(RunningView):
    """Text by the line, a card for each tool, and a lane for each agent, live.

    Args:
        open_run: begins the run; called at each Start.
        names: the agents who have a lane from the start; one without a name is alone.
        expected: (seconds, (name, event)) pairs of the same run, known beforehand; the
            still and the text twin show them.
        title: what the view is called for a screen reader.
        price: turns the tokens of the run into US dollars; None if it costs nothing.
        at_most: the most that a turn can cost, in US dollars.
        autostart: whether to start at once, without a click.
    """

    _esm = assets("cards")["_esm"]
    _css = assets("cards")["_css"] + LINES_CSS
    setup = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        open_run: OpenRun,
        *,
        names: Iterable[str] = ("",),
        expected: Iterable[tuple[float, tuple[str, Any]]] = (),
        title: str = "An agent and its tools",
        price: Price | None = None,
        at_most: float | None = None,
        autostart: bool = True,
    ) -> None:
        self._open_run = open_run
        self._names = tuple(names)
        self._title = title
        self._price = price
        pairs = list(expected)
        self._expected = fold(pairs, self._names) if pairs else self._fresh("ready")
        self._board = self._shown = self._fresh("ready")
        self._texts: dict[tuple[int, int], _Text] = {}
        alone = len(self._names) == 1
        known = self._expected.lanes
        lines = [
            lines_for(lane, 88 if number == 0 else 46, 6, 16 if alone else 12)
            for number, lane in enumerate(known)
        ]
        super().__init__(
            setup={
                "title": title,
                "states": STATES,
                "at_most": at_most,
                "lines": lines if pairs else [10] * len(self._names),
            },
            state=self._snapshot(),
        )
        if autostart:
            self.start()

    @property
    def board(self) -> Board:
        """What has happened so far."""
        return self._board

    def still(self) -> str:
        """Return the picture of the expected run, as SVG."""
        return draw(self._expected, self._footer(self._expected), self._title)

    def twin(self) -> str:
        """Return the expected run in words."""
        return tell(self._expected, self._footer(self._expected))

    def _fresh(self, state: str) -> Board:
        return Board(state, tuple(map(Lane, self._names)))

    def _footer(self, board: Board) -> str:
        words = footer(
            turns=board.turns,
            usage=board.tokens,
            seconds=board.ended or 0.0,
            dollars=self._price(board.tokens) if self._price else None,
            offline=self._price is None,
        )
        if board.ended is None:  # the clock on the page says how long
            words = words.rpartition(" · ")[0]
        if any(lane.deltas for lane in board.lanes):  # the API has not counted them
            words = words.replace(" in, ", " in, ~")
        return footer_of(board, words)

    def _runs(self) -> bool:
        return self._board.state == "running"

    async def _run(self) -> None:
        self._began = time.monotonic()
        self._board = self._fresh("running")
        self._shown = self._fresh("ready")
        self._texts = {}
        self._feed.reset()
        self._tell_time()
        self._show()
        self.state = self._snapshot()
        frames = asyncio.create_task(self._frames())
        state, problem = "done", ""
        try:
            async with aclosing(self._open_run()) as events:
                async for name, event in events:
                    self._board = apply(self._board, name, event, self._clock())
            if any(lane.state == "failed" for lane in self._board.lanes[:1]):
                state = "failed"
        except asyncio.CancelledError:
            state = "stopped"
        except Exception as error:  # whatever a learner's code raises ends in one sentence
            state, problem = "failed", problem_of(error)
        finally:
            frames.cancel()
            self._board = end(self._board, state, self._clock(), problem)
            self._show()
            self.state = self._snapshot()

    # What the page gets

    def _show(self) -> None:
        """Send the page what has changed since the last frame."""
        if self._board is not self._shown:
            for update in self._changes():
                self._feed.add(update)
            self._shown = self._board
        self._feed.flush()

    def _changes(self) -> list[Update]:
        before, after = self._shown, self._board
        updates: list[Update] = []
        for number, lane in enumerate(after.lanes):
            old = before.lanes[number] if number < len(before.lanes) else None
            if lane is old and after.state == before.state:
                continue
            if old is None or _lane_face(lane) != _lane_face(old):
                updates.append({"lane": number, **_lane_face(lane)})
            items = old.items if old else ()
            for place, item in enumerate(lane.items):
                was = items[place] if place < len(items) else None
                if item is not was:
                    updates += self._item_changes((number, place), was, item)
        figures = {"state": after.state, **self._figures(after)}
        if figures != {"state": before.state, **self._figures(before)}:
            updates.append({"figures": figures})
        return updates

    def _item_changes(self, place: tuple[int, int], was: Item | None, item: Item) -> list[Update]:
        where = {"lane": place[0], "item": place[1]}
        updates: list[Update] = []
        if was is None:
            updates.append({**where, **_opening(item)})
        said, before = _said(item), _said(was) if was else ""
        if isinstance(item, Words) and item.kind == "text":
            text = self._texts.setdefault(place, _Text())
            if grown := text.grow(item):
                updates.append({**where, **grown})
        elif said != before:
            # A call's input that turns out otherwise than it came is said anew.
            grows = said.startswith(before)
            updates.append({**where, "text": said[len(before) :] if grows else said, "add": grows})
        if was is None or _face(item) != _face(was):
            updates.append({**where, "face": _face(item)})
        return updates

    def _figures(self, board: Board) -> dict[str, Any]:
        return {
            "footer": self._footer(board),
            "ended": board.ended,
            "problem": f"✕ {board.problem}" if board.problem else "",
        }

    def _snapshot(self) -> dict[str, Any]:
        board = self._board
        lanes = []
        for number, lane in enumerate(board.lanes):
            items = []
            for place, item in enumerate(lane.items):
                shown: Update = {**_opening(item), "face": _face(item)}
                if isinstance(item, Words) and item.kind == "text":
                    text = self._texts.get((number, place), _Text())
                    shown |= {"html": [*text.html], "open": text.open}
                else:
                    shown |= {"text": _said(item), "add": False}
                items.append(shown)
            lanes.append({**_lane_face(lane), "items": items})
        return {"state": board.state, **self._figures(board), "lanes": lanes}


class _Text:
    """A text in Markdown: the HTML of its finished lines, and the line in progress."""

    def __init__(self) -> None:
        self.html: list[str] = []
        self.open = ""
        self._markdown = MarkdownHtml()
        self._fed = 0
        self._closed = False

    def grow(self, words: Words) -> Update:
        """Take in what has come; return the HTML of further lines, and the open one."""
        fresh = self._markdown.feed(words.text[self._fed :])
        self._fed = len(words.text)
        if words.state != "open" and not self._closed:
            self._closed = True
            fresh += self._markdown.close()
        before, self.open = self.open, self._markdown.open
        self.html += fresh
        return {"html": fresh, "open": self.open} if fresh or before != self.open else {}


def _opening(item: Item) -> Update:
    match item:
        case Words(kind=kind):
            return {"kind": kind, "name": ""}
        case Card(name=name):
            return {"kind": "card", "name": name}
        case Note():
            return {"kind": "note", "name": ""}


def _said(item: Item) -> str:
    match item:
        case Words(text=text):
            return text
        case Card(input=input):
            return input
        case Note(words=words):
            return words


def _face(item: Item) -> Update:
    """Return what of an item is shown and may change, but for its text."""
    match item:
        case Words():
            return {"state": item.state, "seconds": item.seconds}
        case Card():
            names = ("state", "status", "progress", "done", "total", "result", "began", "seconds")
            return {name: getattr(item, name) for name in names}
        case Note():
            return {"state": "done"}


def _lane_face(lane: Lane) -> Update:
    return {
        "name": lane.name,
        "task": lane.task,
        "state": lane.state,
        "words": lane_words(lane),
        "problem": problem_line(lane),
    }
