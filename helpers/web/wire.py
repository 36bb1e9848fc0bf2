"""What a page is told, and how that looks on the wire.

    AgentEvent ──▶ Telling.feed ──▶ [Told, …] ──▶ merged ──▶ sse / message
                   numbers them      neighbours as one       bytes

A page has no use for the agent's own events: it wants lines that are ready to be shown, the
state of each tool, and a few figures. So each thing that is told is a small JSON object:

    turn      a request is on its way
    thinking  text of the model's thinking                  thought   it has ended
    text      finished lines as HTML, and what comes behind them of the line in progress
    tool      a call begins       input     more of its input       running   the tool works
    progress  how far it is       result    what came of it
    retry     trying again; `restarts` voids what the turn has shown
    figures   time to first token, tokens, dollars
    end       the last one: done, stopped or failed, and why

Text comes from a model, so it is foreign input: lines are sanitized here, and everything else
is plain text that a page must show as text.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from helpers.agent import (
    AgentEvent,
    BlockStarted,
    BlockStopped,
    InputDelta,
    Interrupted,
    MessageStopped,
    Retrying,
    RunFinished,
    TextDelta,
    ThinkingDelta,
    ToolCall,
    ToolFinished,
    ToolProgress,
    ToolStarted,
    TurnStarted,
    UsageUpdated,
)
from helpers.render.endings import ending, sentence
from helpers.render.html import MarkdownHtml
from helpers.tools import number, shown

__all__ = ["HEARTBEAT", "RETRY", "Page", "Telling", "Told", "merged", "message", "sentence", "sse"]

Page = dict[str, Any]  # one thing that a page is told; `type` says which

# A comment: it keeps proxies from giving up, and lets the server notice that nobody listens.
HEARTBEAT = b": still here\n\n"
# After so many milliseconds an EventSource comes back when its connection broke.
RETRY = b"retry: 1000\n\n"

INPUTS = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
SHOWN_OF_RESULT = 4_000  # characters
CHARACTERS_PER_TOKEN = 4  # about
LONGEST_JOINED = 32_768  # characters: readers have limits for one event


@dataclass(frozen=True, slots=True)
class Told:
    """Something that a page is told, with its place among all that it is told."""

    id: int
    page: Page


def sse(told: Told) -> bytes:
    """Return it as a server-sent event, whose id lets a reader come back here."""
    # JSON has no line ends of its own, so one `data` line holds it.
    return b"id: %d\ndata: %s\n\n" % (told.id, _json(told.page).encode())


def message(told: Told) -> str:
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
            return {shown(name): _plain(part, depth - 1) for name, part in value.items()}
        case list() | tuple() | set() | frozenset() if depth:
            return [_plain(part, depth - 1) for part in value]
        case dict() | list() | tuple() | set() | frozenset() | bytes():
            return shown(value)
    try:
        is_number = float(value) is not None  # type: ignore[arg-type]
    except Exception:
        is_number = False
    return number(value) if is_number else shown(value)


def merged(told: Iterable[Told]) -> list[Told]:
    """Return the same with neighbours joined where a page can't tell the difference.

    Only text, thinking and a tool's input are joined: a reader who comes late or reads slowly
    gets less to read and misses nothing. The joined one has the later id.
    """
    result: list[Told] = []
    for one in told:
        if result and (joined := _joined(result[-1].page, one.page)):
            result[-1] = Told(one.id, joined)
        else:
            result.append(one)
    return result


def _joined(first: Page, second: Page) -> Page | None:
    kind = first["type"]
    if kind not in ("text", "thinking", "input") or second["type"] != kind:
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
class Telling:
    """Turn what an agent does into what a page is told. It keeps no more than it must.

    Args:
        clock: tells the seconds since the run began.
        dollars: what a usage object costs; None where the price is unknown.
    """

    clock: Callable[[], float]
    dollars: Callable[[dict[str, int]], float | None] = lambda usage: None
    _parts: int = 0  # text, thinking and tools, counted over all turns
    _text: MarkdownHtml | None = None  # the text in progress
    _text_part: int = 0
    _open: str = ""  # what a page has of its last line
    _thinking: dict[int, tuple[int, float]] = field(default_factory=dict)  # block: part, began
    _calls: dict[int, int] = field(default_factory=dict)  # block: part
    _running: dict[str, int] = field(default_factory=dict)  # call: part
    _first: float | None = None  # when the first token came
    _began: float | None = None  # the same, for the present turn
    _streamed: float = 0.0  # seconds in which tokens came, over the turns
    _usage: dict[str, int] = field(default_factory=dict)  # of the turns before this one
    _of_turn: dict[str, int] = field(default_factory=dict)
    _characters: int = 0  # of the answer, since the API last counted

    def feed(self, event: AgentEvent) -> list[Page]:
        """Return what a page is told of an event: nothing, one thing or several."""
        match event:
            case TurnStarted(turn):
                self._calls.clear()
                return [*self._end_turn(), {"type": "turn", "turn": turn}]
            case TextDelta(text=text):
                self._characters += len(text)
                return [*self._first_token(), self._add_text(text)]
            case ThinkingDelta(index, thinking) if index in self._thinking:
                self._characters += len(thinking)
                part = self._thinking[index][0]
                return [*self._first_token(), {"type": "thinking", "part": part, "text": thinking}]
            case BlockStarted(index, {"type": "thinking" | "redacted_thinking"}):
                part = self._new_part()
                self._thinking[index] = part, self.clock()
                # Told at once, for some thinking never shows a word.
                return [*self._end_text(), {"type": "thinking", "part": part, "text": ""}]
            case BlockStarted(index, {"type": "tool_use" | "server_tool_use", "name": str(name)}):
                ended = [*self._first_token(), *self._end_text()]
                self._calls[index] = self._new_part()
                return [*ended, {"type": "tool", "part": self._calls[index], "name": name}]
            case InputDelta(index, fragment) if index in self._calls:
                self._characters += len(fragment)
                return [{"type": "input", "part": self._calls[index], "text": fragment}]
            case BlockStopped(index=index) if index in self._thinking:
                part, began = self._thinking.pop(index)
                return [
                    {"type": "thought", "part": part, "seconds": _rounded(self.clock() - began)}
                ]
            case ToolCall(index=index, id=id) if index in self._calls:
                self._running[id] = self._calls[index]
                return []
            case ToolStarted(call, status):
                part = self._running.get(call.id, 0)
                return [{"type": "running", "part": part, "status": status or call.name}]
            case ToolProgress(call, words, done, total):
                part = self._running.get(call.id, 0)
                told = {"type": "progress", "part": part, "message": words}
                return [told | {"done": done, "total": total}]
            case ToolFinished(call, content, is_error, seconds):
                part = self._running.get(call.id, 0)
                told = {"type": "result", "part": part, "text": _beginning(content)}
                return [told | {"failed": is_error, "seconds": _rounded(seconds)}]
            case UsageUpdated(usage):
                counts = {name: n for name, n in usage.items() if isinstance(n, int)}
                self._of_turn |= counts
                self._characters = 0
                return []
            case MessageStopped():
                return [*self._end_turn(), self.figures()]
            case Retrying(attempt, seconds, reason, restarts):
                self._calls.clear()
                told = {"type": "retry", "attempt": attempt, "seconds": seconds}
                ended = self._end_turn()
                return [*ended, told | {"reason": sentence(reason), "restarts": restarts}]
            case Interrupted():
                return self._end_turn()
            case RunFinished(reason, _, turns, error):
                end = ending(reason, error)
                return self.end("failed" if error else "done", end.sentence, turns)
        return []

    def end(self, outcome: str, words: str = "", turns: int = 0) -> list[Page]:
        """Return the last that a page is told.

        Args:
            outcome: "done", "stopped" or "failed".
            words: a sentence on why, if it isn't done as it should be.
            turns: how many there were.
        """
        told = {"type": "end", "outcome": outcome, "words": words, "turns": turns}
        return [*self._end_turn(), told | {"figures": self.figures()}]

    def figures(self) -> Page:
        """Return what the answer took so far.

        The API counts tokens at the end of a turn. Where that end has not come, or never
        comes, `counted` is false and the tokens of the answer are an estimate.
        """
        usage = self._sum()
        written = usage.get("output_tokens", 0) + self._characters // CHARACTERS_PER_TOKEN
        usage["output_tokens"] = written
        rate = written / self._streamed if written and self._streamed > 0.05 else None
        return {
            "type": "figures",
            "first_token": _rounded(self._first),
            "seconds": _rounded(self.clock()),
            "rate": _rounded(rate),
            "tokens_in": sum(usage.get(name, 0) for name in INPUTS),
            "tokens_out": written,
            "counted": not self._characters,
            "dollars": self.dollars(usage),
        }

    def _sum(self) -> dict[str, int]:
        names = {**self._usage, **self._of_turn}
        return {name: self._usage.get(name, 0) + self._of_turn.get(name, 0) for name in names}

    def _new_part(self) -> int:
        self._parts += 1
        return self._parts

    def _first_token(self) -> list[Page]:
        if self._began is None:
            self._began = self.clock()
        if self._first is not None:
            return []
        self._first = self._began
        return [self.figures() | {"counted": False}]

    def _add_text(self, text: str) -> Page:
        """Return the lines that a text finishes, and what is new of the line behind them."""
        if self._text is None:
            self._text, self._open = MarkdownHtml(), ""
            self._text_part = self._new_part()
        lines = self._text.feed(text)
        now, before = self._text.open, "" if lines else self._open
        self._open = now
        if not now.startswith(before):  # what is open was read anew: as if a line had ended
            lines, before = ["", *lines], ""
        return {
            "type": "text",
            "part": self._text_part,
            "lines": lines,
            "text": now[len(before) :],
        }

    def _end_text(self) -> list[Page]:
        """Finish the last line of a text, if one is in progress."""
        if self._text is None:
            return []
        lines, self._text = self._text.close(), None
        told = {"type": "text", "part": self._text_part, "lines": lines, "text": ""}
        return [told] if lines else []

    def _end_turn(self) -> list[Page]:
        """Leave nothing that looks as if it were still growing."""
        told = self._end_text()
        for part, began in self._thinking.values():
            told.append(
                {"type": "thought", "part": part, "seconds": _rounded(self.clock() - began)}
            )
        self._thinking.clear()
        if self._began is not None:
            self._streamed += self.clock() - self._began
            self._began = None
        self._usage, self._of_turn = self._sum(), {}
        return told


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 3)


def _beginning(content: str | list[dict[str, Any]]) -> str:
    """Return a tool's result as text, cut where nobody reads on."""
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    return text if len(text) <= SHOWN_OF_RESULT else text[:SHOWN_OF_RESULT] + "…"
