"""The cards view: what agents say and do, as the users of a product would see it."""

from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeGuard

import traitlets

import helpers.render
from helpers.render.cost import footer
from helpers.render.endings import Ending
from helpers.render.html import MarkdownHtml
from helpers.render.run_parts import Block, Item, Note
from helpers.widgets.cards.model import Board, Lane, about_call, fold
from helpers.widgets.cards.snapshot import (
    STATES,
    draw,
    footer_of,
    lane_words,
    lines_for,
    note_words,
    tell,
)
from helpers.widgets.running import RunningView
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
            snapshot and the text alternative show them.
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
        self._expected = fold(pairs, self._names) if pairs else self._fresh(begun=False)
        self._board = self._fresh(begun=False)
        self._shown: list[_Shown] = []
        self._figures: Update = {}
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
            state=self._state_now(),
        )
        if autostart:
            self.start()

    @property
    def board(self) -> Board:
        """What has happened so far."""
        return self._board

    def snapshot(self) -> str:
        """Return the picture of the expected run, as SVG."""
        return draw(self._expected, self._footer(self._expected), self._title)

    def text_alternative(self) -> str:
        """Return the expected run in words."""
        return tell(self._expected, self._footer(self._expected))

    def _fresh(self, begun: bool) -> Board:
        return Board([*map(Lane, self._names)], begun)

    def _footer(self, board: Board) -> str:
        words = footer(
            turns=board.turns,
            usage=board.tokens,
            seconds=board.ended or 0.0,
            dollars=self._price(board.tokens) if self._price else None,
            offline=self._price is None,
            counted=board.counted,
        )
        if board.ended is None:  # the clock on the page says how long
            words = words.rpartition(" · ")[0]
        return footer_of(board, words)

    def _runs(self) -> bool:
        return self._board.state == "running"

    def _begin(self) -> None:
        self._board = self._fresh(begun=True)
        self._shown, self._figures, self._texts = [], {}, {}

    async def _work(self) -> None:
        async with aclosing(self._open_run()) as events:
            async for name, event in events:
                self._board.take(name, event, self._clock())

    def _end(self, how: Ending | None) -> None:
        self._board.end(self._clock(), how)

    # What the page gets

    def _show(self) -> None:
        """Send the page what has changed since the last frame."""
        for number, lane in enumerate(self._board.lanes):
            if number == len(self._shown):
                self._shown.append(_Shown())
            shown = self._shown[number]
            if (about := _about_lane(lane)) != shown.about:
                self._feed.add({"lane": number, **about})
                shown.about = about
            for place, item in enumerate(lane.items):
                was = shown.items[place] if place < len(shown.items) else None
                now = _to_words(item), _about(item, lane)
                for update in self._item_changes((number, place), item, was, now):
                    self._feed.add({"lane": number, "item": place, **update})
                shown.items[place : place + 1] = [now]
        if (figures := self._describe()) != self._figures:
            self._feed.add({"figures": figures})
            self._figures = figures
        self._feed.flush()

    def _item_changes(
        self, place: tuple[int, int], item: Item, was: "_Item | None", now: "_Item"
    ) -> list[Update]:
        updates: list[Update] = [] if was else [_opening(item)]
        before = was[0] if was else ""
        if _is_text(item):
            text = self._texts.setdefault(place, _Text())
            if grown := text.grow(now[0], item.state != "open"):
                updates.append(grown)
        elif now[0] != before:
            # A call's input that turns out otherwise than it came is said anew.
            grows = now[0].startswith(before)
            updates.append({"text": now[0][len(before) :] if grows else now[0], "add": grows})
        if was is None or now[1] != was[1]:
            updates.append({"about": now[1]})
        return updates

    def _describe(self) -> Update:
        """Return what stands around the lanes."""
        board = self._board
        return {
            "state": board.state,
            "footer": self._footer(board),
            "ended": board.ended,
            "problem": board.problem,
        }

    def _state_now(self) -> dict[str, Any]:
        lanes = []
        for number, lane in enumerate(self._board.lanes):
            items = []
            for place, item in enumerate(lane.items):
                shown: Update = {**_opening(item), "about": _about(item, lane)}
                if _is_text(item):
                    text = self._texts.get((number, place), _Text())
                    shown |= {"html": [*text.html], "open": text.open}
                else:
                    shown |= {"text": _to_words(item), "add": False}
                items.append(shown)
            lanes.append({**_about_lane(lane), "items": items})
        return {**self._describe(), "lanes": lanes}


# What a page has of an item: its text, and whatever else of it may change.
_Item = tuple[str, Update]


@dataclass
class _Shown:
    """What a page has of a lane."""

    about: Update = field(default_factory=dict)
    items: list[_Item] = field(default_factory=list)


class _Text:
    """A text in Markdown: the HTML of its finished lines, and the line in progress."""

    def __init__(self) -> None:
        self.html: list[str] = []
        self.open = ""
        self._markdown = MarkdownHtml()
        self._fed = 0
        self._closed = False

    def grow(self, text: str, is_whole: bool) -> Update:
        """Take in what has come; return the HTML of further lines, and the open one."""
        fresh = self._markdown.feed(text[self._fed :])
        self._fed = len(text)
        if is_whole and not self._closed:
            self._closed = True
            fresh += self._markdown.close()
        before, self.open = self.open, self._markdown.open
        self.html += fresh
        return {"html": fresh, "open": self.open} if fresh or before != self.open else {}


def _is_text(item: Item) -> TypeGuard[Block]:
    return isinstance(item, Block) and item.kind == "text"


def _opening(item: Item) -> Update:
    match item:
        case Note():
            return {"kind": "note", "name": ""}
        case Block(kind="call", name=name):
            return {"kind": "card", "name": name}
    return {"kind": item.kind, "name": ""}


def _to_words(item: Item) -> str:
    return note_words(item) if isinstance(item, Note) else item.text


def _about(item: Item, lane: Lane) -> Update:
    """Return what of an item is shown and may change, but for its text."""
    match item:
        case Note():
            return {"state": "done"}
        case Block(kind="call"):
            return about_call(item, lane.run.ending is not None)
    return {"state": item.state, "seconds": item.seconds}


def _about_lane(lane: Lane) -> Update:
    return {
        "name": lane.name,
        "task": lane.task,
        "state": lane.state,
        "words": lane_words(lane),
        "problem": lane.problem,
    }
