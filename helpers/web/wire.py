"""What a page is told, and how that looks on the wire.

    AgentEvent ──▶ RunState ──▶ Encoder.feed ──▶ [LogEntry, …] ──▶ merged ──▶ sse / message
                                what has changed  neighbours as one       bytes

A page has no use for the agent's own events, and works nothing out: it draws what it is told.
So each thing that is told is a small JSON object:

    part      all that is shown of a text, a thought or a tool, but for what grows; its state
              "superseded" means that it goes: the turn was asked for again
    text      of a text: finished lines as HTML, and what comes behind them of the line in progress
    more      of a thought, or of a tool's input: what comes behind what there is
    now       whether something is waited for, and a sentence on that
    figures   time to first token, tokens, dollars
    end       the last one: done, stopped or failed, and why

Text comes from a model, so it is foreign input: lines are sanitized here, and everything else
is plain text that a page must show as text.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from helpers.agent import AgentEvent, MessageStopped
from helpers.render.cost import tokens_read
from helpers.render.endings import Ending
from helpers.render.html import MarkdownHtml
from helpers.render.run_parts import Block, Item, Note
from helpers.render.run_state import RunState
from helpers.tools import number, to_text

__all__ = ["HEARTBEAT", "RETRY", "Encoder", "LogEntry", "Page", "merge", "message", "sse"]

Page = dict[str, Any]  # one thing that a page is told; `type` says which

# A comment: it keeps proxies from giving up, and lets the server notice that nobody listens.
HEARTBEAT = b": still here\n\n"
# After so many milliseconds an EventSource comes back when its connection broke.
RETRY = b"retry: 1000\n\n"

SHOWN_OF_RESULT = 4_000  # characters
LONGEST_JOINED = 32_768  # characters: readers have limits for one event


@dataclass(frozen=True, slots=True)
class LogEntry:
    """Something that a page is told, with its place among all that it is told."""

    id: int
    page: Page


def sse(told: LogEntry) -> bytes:
    """Return it as a server-sent event, whose id lets a reader come back here."""
    # JSON has no line ends of its own, so one `data` line holds it.
    return b"id: %d\ndata: %s\n\n" % (told.id, _json(told.page).encode())


def message(told: LogEntry) -> str:
    """Return it as a WebSocket message."""
    return _json({"id": told.id, **told.page})


def _json(page: Page) -> str:
    options: dict[str, Any] = {"ensure_ascii": False, "separators": (",", ":")}
    try:
        text = json.dumps(page, allow_nan=False, **options)
    except (TypeError, ValueError, RecursionError):  # a stranger's agent may tell anything
        text = json.dumps(_plain(page), allow_nan=False, **options)
    # A lone surrogate, which JSON may hold and UTF-8 may not.
    return text.encode("utf-8", "replace").decode()


def _plain(value: object, depth: int = 8) -> object:
    """Return a value in what JSON has; no reader may lose an answer for a number it hasn't."""
    match value:
        case None | bool() | str():
            return value
        case dict() if depth:
            return {to_text(name): _plain(part, depth - 1) for name, part in value.items()}
        case list() | tuple() | set() | frozenset() if depth:
            return [_plain(part, depth - 1) for part in value]
        case dict() | list() | tuple() | set() | frozenset() | bytes():
            return to_text(value)
    try:
        is_number = float(value) is not None  # type: ignore[arg-type]
    except Exception:
        is_number = False
    return number(value) if is_number else to_text(value)


def merge(told: Iterable[LogEntry]) -> list[LogEntry]:
    """Return the same with neighbours joined where a page can't tell the difference.

    Only what grows is joined: a reader who comes late or reads slowly
    gets less to read and misses nothing. The joined one has the later id.
    """
    result: list[LogEntry] = []
    for one in told:
        if result and (joined := _join(result[-1].page, one.page)):
            result[-1] = LogEntry(one.id, joined)
        else:
            result.append(one)
    return result


def _join(first: Page, second: Page) -> Page | None:
    kind = first["type"]
    if kind not in ("text", "more") or second["type"] != kind:
        return None
    if first["part"] != second["part"] or _size(first) > LONGEST_JOINED:
        return None
    if kind != "text":
        return {**first, "text": first["text"] + second["text"]}
    # What stood on the line in progress is part of the lines that finished it.
    text = second["text"] if second["lines"] else first["text"] + second["text"]
    return {**first, "lines": first["lines"] + second["lines"], "text": text}


def _size(page: Page) -> int:
    return len(page["text"]) + sum(map(len, page.get("lines", ())))


@dataclass
class _Part:
    """What a page has of a block; blocks of text that follow each other are one part.

    Attributes:
        number: counted over all turns.
        shown: all that is shown of it, but for what grows.
        sent: the pieces of its latest block that were told.
        markdown: the text in progress, of a text.
        open: what a page has of the text's last line.
        last: the text's latest block.
    """

    number: int
    shown: Page = field(default_factory=dict)
    sent: int = 0
    markdown: MarkdownHtml = field(default_factory=MarkdownHtml)
    open: str = ""
    last: Block | None = None

    def update(self, shown: Page) -> list[Page]:
        """Return what a page is told if what is shown is not what it was."""
        if shown == self.shown:
            return []
        self.shown = shown
        return [{"type": "part", "part": self.number, **shown}]

    def grown(self, block: Block) -> str:
        """Return what came for a block since this was asked last."""
        fresh, self.sent = "".join(block.pieces[self.sent :]), len(block.pieces)
        return fresh


@dataclass
class Encoder:
    """Turn what an agent does into what a page is told.

    Args:
        clock: tells the seconds since the run began.
        dollars: what a usage object costs; None where the price is unknown.
    """

    clock: Callable[[], float]
    dollars: Callable[[dict[str, int]], float | None] = lambda usage: None
    run: RunState = field(default_factory=RunState)
    _parts: dict[int, _Part] = field(default_factory=dict)  # by the identity of a block
    _text: _Part | None = None  # the text in progress
    _count: int = 0  # of parts
    _now: Page = field(default_factory=dict)
    _has_begun: bool = False  # a token has come

    def feed(self, event: AgentEvent) -> list[Page]:
        """Return what a page is told of an event: nothing, one thing or several."""
        pages = self._pages(self.run.take(event, self.clock()))
        first = not self._has_begun and self._first_token is not None
        if self.run.ending is None and (first or isinstance(event, MessageStopped)):
            self._has_begun = self._has_begun or first
            pages.append(self.figures())
        return pages

    def end(self, how: Ending) -> list[Page]:
        """Return the last that a page is told, of a run that is ended from without."""
        return self._pages(self.run.end(how, self.clock()))

    def figures(self) -> Page:
        """Return what the answer took so far.

        The API counts tokens at the end of a turn. Where that end has not come, or never
        comes, `counted` is false and the tokens of the answer are an estimate.
        """
        usage = self.run.tokens
        written = usage.get("output_tokens", 0)
        streamed = sum(
            (one.stopped or one.ended or 0.0) - one.first_token
            for one in self.run.requests
            if one.first_token is not None and one.ended is not None
        )
        return {
            "type": "figures",
            "first_token": _round(self._first_token),
            "seconds": _round(self.clock()),
            "rate": _round(written / streamed if written and streamed > 0.05 else None),
            "tokens_in": tokens_read(usage),
            "tokens_out": written,
            "counted": self.run.counted,
            "dollars": self.dollars(usage),
            "over": self.run.ending is not None,
        }

    @property
    def _first_token(self) -> float | None:
        began = (one.first_token for one in self.run.requests if one.first_token is not None)
        return next(began, None)

    def _pages(self, changed: list[Item]) -> list[Page]:
        """Return what a page is told of the items that have changed, and around them."""
        how = self.run.ending
        pages = self._end_text()
        # In the end, what is complete and never ran is stopped, too.
        for item in changed if how is None else self.run.items:
            if isinstance(item, Block) and item.kind != "other":
                pages += self._text_pages(item) if item.kind == "text" else self._block_pages(item)
        if how is not None:
            told = {"type": "end", "outcome": how.state, "note": how.note, "turns": self.run.turn}
            return [*pages, told | {"figures": self.figures()}]
        note = self.run.items[-1] if self.run.items and self.run.waiting else None
        words = f"{note.sign} {note.words}" if isinstance(note, Note) else ""
        now = {"type": "now", "waiting": self.run.waiting, "note": words}
        if self.run.turns and now != self._now:
            self._now = now
            pages.append(now)
        return pages

    def _new_part(self) -> _Part:
        self._count += 1
        return _Part(self._count)

    def _block_pages(self, block: Block) -> list[Page]:
        """Return what a page is told of a thought, or of a call and its tool."""
        part = self._parts.setdefault(id(block), _Part(0))
        part.number = part.number or self._new_part().number
        over = self.run.ending is not None
        pages = part.update(_tool(block, over) if block.kind == "call" else _read_thinking(block))
        if fresh := part.grown(block):
            pages.append({"type": "more", "part": part.number, "text": fresh})
        return pages

    def _text_pages(self, block: Block) -> list[Page]:
        """Return the lines that a text finishes, and what is new of the line behind them."""
        part = self._parts.get(id(block))
        if part is None:
            if not block.pieces:
                return []
            part = self._text = self._text or self._new_part()
            self._parts[id(block)] = part
            part.sent, part.last = 0, block
        if block.state == "superseded":
            return part.update({"kind": "text", "state": "superseded"})
        fresh = part.grown(block)
        if not fresh:
            return []
        pages = part.update({"kind": "text", "state": "open"})
        lines, now = part.markdown.feed(fresh), part.markdown.open
        before = "" if lines else part.open
        part.open = now
        if not now.startswith(before):  # what is open was read anew: as if a line had ended
            lines, before = ["", *lines], ""
        return [*pages, _lines(part, lines, now[len(before) :])]

    def _end_text(self) -> list[Page]:
        """Finish the last line of a text, if nothing can follow it."""
        part = self._text
        if part is None:
            return []
        last = self.run.items[-1]
        more = last is part.last or (isinstance(last, Block) and last.kind == "text")
        if more and self.run.request and self.run.request.ended is None:
            return []
        self._text = None
        lines = part.markdown.close()
        told = [_lines(part, lines, "")] if lines else []
        return [*told, *part.update({"kind": "text", "state": "done"})]


def _lines(part: _Part, lines: list[str], text: str) -> Page:
    return {"type": "text", "part": part.number, "lines": lines, "text": text}


def _read_thinking(block: Block) -> Page:
    return {"kind": "thinking", "state": block.state, "seconds": _round(block.seconds)}


def _tool(block: Block, over: bool) -> Page:
    """Return what a page shows of a call, but for its input."""
    run, state = block.run, "stopped" if over or block.state == "cut" else "input"
    if run is not None:
        state = "stopped" if run.state == "cut" else run.state
    shown: Page = {"words": block.name, "progress": None, "result": "", "seconds": None}
    if run is not None:
        shown |= {"words": run.status or block.name, "seconds": _round(run.seconds)}
        shown["result"] = _beginning(run.content)
        if run.state == "running" and run.progress:
            shown["progress"] = {"message": run.progress, "done": run.done, "total": run.total}
    state = "superseded" if block.state == "superseded" else state
    return {"kind": "tool", "name": block.name, "state": state, **shown}


def _round(number: float | None) -> float | None:
    return None if number is None else round(number, 3)


def _beginning(content: str | list[dict[str, Any]]) -> str:
    """Return a tool's result as text, cut where nobody reads on."""
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    return text if len(text) <= SHOWN_OF_RESULT else text[:SHOWN_OF_RESULT] + "…"
