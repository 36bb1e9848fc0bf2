"""What a stream does that its protocol doesn't allow, in words.

A checker is fed with the events of one stream and answers with sentences, none when all is well.
It is pure: no socket, no clock. What the documentation allows is no violation: unknown kinds of
events, blocks and deltas, a ping anywhere, spaces in the JSON, any kind of line end.

The tap (tap.py) shows the sentences while a stream passes; tests hold every scenario to them.
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, Protocol, TypeGuard

# The block that a delta belongs to, and the field that the delta must carry.
DELTAS = {
    "text_delta": (("text",), "text"),
    "citations_delta": (("text",), "citation"),
    "thinking_delta": (("thinking",), "thinking"),
    "signature_delta": (("thinking",), "signature"),
    "input_json_delta": (("tool_use", "server_tool_use", "mcp_tool_use"), "partial_json"),
}
FILLED = {kind for kinds, _ in DELTAS.values() for kind in kinds}  # blocks known to have deltas


class RawEvent(NamedTuple):
    """One block of an event stream: what its lines say, None for a line that isn't there."""

    name: str | None
    data: str | None


class Reader:
    """Cuts bytes into the blocks of an event stream, each when its blank line is there."""

    def __init__(self) -> None:
        self._held = bytearray()  # a line that has not ended
        self._after_cr = False
        self._name: str | None = None
        self._data: list[str] = []
        self._lines = 0  # of the block that has not ended

    def feed(self, data: bytes) -> Iterator[RawEvent]:
        """Yield the blocks that these bytes complete.

        Raises UnicodeDecodeError where a line is not UTF-8.
        """
        for piece in re.split(rb"(\r\n|\r|\n)", data):
            if piece not in (b"\r\n", b"\r", b"\n"):
                self._held += piece
                self._after_cr = self._after_cr and not piece
                continue
            if piece == b"\n" and self._after_cr:  # the second half of a CRLF cut in two
                self._after_cr = False
                continue
            self._after_cr = piece == b"\r"
            line, self._held = bytes(self._held), bytearray()
            if line:
                self._line(line.decode())
            elif self._lines:
                block = RawEvent(self._name, "\n".join(self._data) if self._data else None)
                self._name, self._data, self._lines = None, [], 0
                if block != (None, None):  # a comment alone is no event
                    yield block

    @property
    def unfinished(self) -> bool:
        """Whether bytes wait for the end of their line or for the blank line."""
        return bool(self._held or self._lines)

    def _line(self, line: str) -> None:
        self._lines += 1
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "event":
            self._name = value
        elif field == "data":
            self._data.append(value)


class Checker(Protocol):
    """The rules of one kind of stream."""

    summary: str  # how the stream ended in its own words, such as a stop reason

    def event(self, raw: RawEvent) -> Iterator[str]:
        """Yield what is wrong with the next event."""

    def end(self) -> Iterator[str]:
        """Yield what is missing, now that the stream has ended."""


class Stream:
    """One stream of bytes, read and held to its rules.

    events: how many have come.
    """

    def __init__(self, checker: Checker) -> None:
        self.checker = checker
        self.reader = Reader()
        self.events = 0
        self._readable = True

    @property
    def summary(self) -> str:
        """How the stream ended in its own words; empty as long as it hasn't."""
        return self.checker.summary

    def feed(self, data: bytes) -> list[str]:
        """Return what is wrong with the events that these bytes complete."""
        said: list[str] = []
        if not self._readable:
            return said
        try:
            for raw in self.reader.feed(data):
                self.events += 1
                said += [f"Event {self.events}{named(raw)}: {s}" for s in self.checker.event(raw)]
        except UnicodeDecodeError as error:
            self._readable = False
            wrong = error.object[error.start : error.end].hex(" ")
            said.append(f"After event {self.events}: the bytes {wrong} are not UTF-8.")
        return said

    def end(self) -> list[str]:
        """Return what is missing at the end of the bytes."""
        if not self._readable:
            return []
        said = [f"At the end: {sentence}" for sentence in self.checker.end()]
        if self.reader.unfinished:
            said.append("At the end: the last event has no blank line after it, so it is lost.")
        return said


def check(chunks: Iterable[bytes], path: str = "/v1/messages") -> list[str]:
    """Return everything that is wrong with a whole stream.

    chunks: its bytes, cut anywhere.
    path: the endpoint that it comes from, which decides the rules.
    """
    stream = Stream(checker_for(path))
    return [sentence for chunk in chunks for sentence in stream.feed(chunk)] + stream.end()


def checker_for(path: str) -> Checker:
    """Return the rules for the streams of an endpoint; those of any event stream if unknown."""
    if path.endswith("/messages"):
        return MessagesChecker()
    if path.endswith("/chat/completions"):
        return ChatChecker()
    if path.endswith("/responses"):
        return ResponsesChecker()
    return AnyChecker()


def named(raw: RawEvent) -> str:
    """Return an event's name in brackets, for a sentence about it."""
    return f" ({raw.name[:40]})" if raw.name else ""


def parse(raw: RawEvent) -> dict[str, Any]:
    """Return the JSON object in an event; raises ValueError with a sentence if there is none."""
    if raw.data is None:
        raise ValueError("it has no data: line, so readers drop it.")
    if raw.data == "[DONE]":
        raise ValueError("[DONE] ends a chat completion's stream; it has no place in this one.")
    try:
        value = json.loads(raw.data, parse_constant=not_json)
    except RecursionError:
        raise ValueError("its data is nested too deeply to be read.") from None
    except ValueError as error:
        raise ValueError(f"its data is not JSON: {error}.") from None
    if not isinstance(value, dict):
        raise ValueError(f"its data is {kind_of(value)}, not a JSON object.")
    return value


def not_json(constant: str) -> None:
    """Refuse NaN and Infinity, which Python's reader would take."""
    raise ValueError(f"{constant} is not a JSON value")


def kind_of(value: object) -> str:
    """Return what a JSON value is, in words."""
    if value is None:
        return "null"
    words = {str: "a string", bool: "a boolean", list: "a list", dict: "an object"}
    return words.get(type(value), "a number")


class Block:
    """A content block that has begun: its kind, and what has come of it."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.json: list[str] = []
        self.signed = False


class MessagesChecker:
    """The rules of POST /v1/messages."""

    def __init__(self) -> None:
        self.summary = ""
        self._first = True
        self._started = False
        self._ended = ""  # the event that ended the stream
        self._open: dict[int, Block] = {}
        self._blocks: list[Block] = []
        self._closed: set[int] = set()
        self._next = 0
        self._reason: object = None
        self._delta_seen = False
        self._usage: dict[str, int] = {}

    def event(self, raw: RawEvent) -> Iterator[str]:
        """Yield what is wrong with the next event."""
        try:
            event = parse(raw)
        except ValueError as sentence:
            yield str(sentence)
            return
        kind = event.get("type")
        if not isinstance(kind, str):
            yield "its data has no type."
            return
        if raw.name is None:
            yield f"the event: line is missing ({kind}); the official SDKs drop such an event."
        elif raw.name != kind:
            yield f"its event: line says {raw.name} and its data says {kind}."
        if self._ended:
            yield f"{kind} comes after {self._ended}, which ends the stream."
            return
        if self._first and kind not in ("ping", "error"):
            if kind != "message_start":
                yield f"the stream begins with {kind}, not with message_start."
            self._first = False
        match kind:
            case "message_start":
                yield from self._message_start(event)
            case "content_block_start":
                yield from self._block_start(event)
            case "content_block_delta":
                yield from self._block_delta(event)
            case "content_block_stop":
                yield from self._block_stop(event)
            case "message_delta":
                yield from self._message_delta(event)
            case "message_stop":
                yield from self._message_stop()
            case "error":
                yield from self._error(event)

    def end(self) -> Iterator[str]:
        """Yield what is missing, now that the stream has ended."""
        if self._ended:
            return
        if not self._started and self._first:
            yield "nothing came but pings, if anything."
            return
        yield from self._still_open()
        if not self._delta_seen:
            yield "message_delta is missing, so there is no stop reason and no final usage."
        yield "message_stop is missing: the answer was cut off."

    def _message_start(self, event: dict[str, Any]) -> Iterator[str]:
        if self._started:
            yield "a second message_start; a stream carries one message."
        self._started = True
        message = event.get("message")
        if not isinstance(message, dict):
            yield "message_start carries no message."
            return
        for field in ("id", "model"):
            if not isinstance(message.get(field), str):
                yield f"the message has no {field}."
        if message.get("role") != "assistant":
            yield "the message's role is not assistant."
        if message.get("content") != []:
            yield "the message's content is not an empty list yet."
        if message.get("stop_reason") is not None:
            yield "the message has a stop_reason already; it comes with message_delta."
        yield from self._count(message.get("usage"), "input_tokens")

    def _block_start(self, event: dict[str, Any]) -> Iterator[str]:
        content = event.get("content_block")
        kind = content.get("type") if isinstance(content, dict) else None
        if not isinstance(kind, str):
            yield "its content_block has no type."
            kind = ""
        index = event.get("index")
        if not is_count(index):
            yield f"its index is {json.dumps(index)}, not a whole number."
            return
        if self._delta_seen:
            yield "a block begins after message_delta, which comes after the last block."
        yield from self._still_open()
        if index in self._closed or index in self._open:
            yield f"there was a block {index} already."
        elif index != self._next:
            yield f"its index is {index}, and the next block is number {self._next}: a gap."
        self._next = max(self._next, index + 1)
        # A block that was left open has been told of.
        self._closed |= self._open.keys()
        self._open = {index: Block(kind)}
        self._blocks.append(self._open[index])

    def _block_delta(self, event: dict[str, Any]) -> Iterator[str]:
        block = self._open.get(index) if is_count(index := event.get("index")) else None
        if block is None:
            yield f"a delta for block {json.dumps(index)}, which is not open."
            return
        delta = event.get("delta")
        kind = delta.get("type") if isinstance(delta, dict) else None
        if not isinstance(delta, dict) or not isinstance(kind, str):
            yield "its delta has no type."
            return
        if kind not in DELTAS:
            return
        blocks, field = DELTAS[kind]
        if block.kind not in blocks and block.kind in FILLED:
            yield f"{kind} in a block of type {block.kind}."
        if field not in delta:
            yield f"{kind} without {field}."
        elif kind != "citations_delta" and not isinstance(delta[field], str):
            yield f"{field} is {kind_of(delta[field])}, not a string."
        elif kind == "input_json_delta":
            block.json.append(delta[field])
        elif kind == "signature_delta":
            block.signed = True

    def _block_stop(self, event: dict[str, Any]) -> Iterator[str]:
        index = event.get("index")
        if not is_count(index) or index not in self._open:
            twice = " any more" if is_count(index) and index in self._closed else ""
            yield f"content_block_stop for block {json.dumps(index)}, which is not open{twice}."
            return
        del self._open[index]
        self._closed.add(index)

    def _message_delta(self, event: dict[str, Any]) -> Iterator[str]:
        if not self._started:
            yield "message_delta before message_start."
        yield from self._still_open()
        self._delta_seen = True
        delta = event.get("delta")
        if not isinstance(delta, dict):
            yield "message_delta carries no delta."
            delta = {}
        reason = delta.get("stop_reason")
        self._reason = reason if reason is not None else self._reason
        self.summary = str(self._reason or "")
        yield from self._count(event.get("usage"), "output_tokens")
        if self._reason == "tool_use":
            yield from self._tools()
        if self._reason not in ("max_tokens", "model_context_window_exceeded"):
            for number, block in enumerate(self._blocks):
                if block.kind == "thinking" and not block.signed:
                    yield f"the thinking block {number} has no signature, so it can't be sent back."

    def _tools(self) -> Iterator[str]:
        calls = [block for block in self._blocks if block.kind == "tool_use"]
        if not calls:
            yield "stop_reason is tool_use, and no block is a tool_use."
        for number, block in enumerate(calls, start=1):
            try:
                value = json.loads("".join(block.json) or "{}", parse_constant=not_json)
            except (ValueError, RecursionError) as error:
                yield f"the input of tool call {number} is not JSON: {error}."
                continue
            if not isinstance(value, dict):
                yield f"the input of tool call {number} is {kind_of(value)}, not an object."

    def _message_stop(self) -> Iterator[str]:
        self._ended = "message_stop"
        yield from self._still_open()
        if not self._delta_seen:
            yield "message_stop without a message_delta before it."
        elif self._reason is None:
            yield "the stream stops without a stop_reason."

    def _error(self, event: dict[str, Any]) -> Iterator[str]:
        self._ended = "error"
        error = event.get("error")
        error = error if isinstance(error, dict) else {}
        self.summary = f"error: {error.get('type', 'of no type')}"
        for field in ("type", "message"):
            if not isinstance(error.get(field), str):
                yield f"the error has no {field}."

    def _still_open(self) -> Iterator[str]:
        for index in self._open:
            yield f"content_block_stop is missing for block {index}."
        self._closed |= self._open.keys()
        self._open = {}

    def _count(self, usage: object, needed: str) -> Iterator[str]:
        if not isinstance(usage, dict) or not is_count(usage.get(needed)):
            yield f"usage.{needed} is missing."
        for name, value in usage.items() if isinstance(usage, dict) else ():
            if not is_count(value):
                continue
            if value < self._usage.get(name, 0):
                yield (
                    f"usage.{name} goes down from {self._usage[name]} to {value}; "
                    "it counts the whole message so far."
                )
            self._usage[name] = value


def is_count(value: object) -> TypeGuard[int]:
    """Tell whether a JSON value is a whole number from 0."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


class ChatChecker:
    """The rules of POST /v1/chat/completions: data alone, and [DONE] at the end."""

    def __init__(self) -> None:
        self.summary = ""
        self._id: object = None
        self._done = False

    def event(self, raw: RawEvent) -> Iterator[str]:
        """Yield what is wrong with the next event."""
        if self._done:
            yield "it comes after [DONE], which ends the stream."
            return
        if raw.data == "[DONE]":
            self._done = True
            if not self.summary:
                yield "[DONE] without a finish_reason before it."
            return
        try:
            chunk = parse(raw)
        except ValueError as sentence:
            yield str(sentence)
            return
        if "error" in chunk:
            self.summary = "error"
            self._done = True
            return
        if chunk.get("object") != "chat.completion.chunk":
            yield "its object is not chat.completion.chunk."
        if self._id is not None and chunk.get("id") != self._id:
            yield "its id is another than that of the chunks before."
        self._id = chunk.get("id")
        choices = chunk.get("choices")
        if not isinstance(choices, list):
            yield "it has no list of choices."
            return
        for choice in choices:
            if isinstance(choice, dict) and isinstance(choice.get("finish_reason"), str):
                self.summary = choice["finish_reason"]

    def end(self) -> Iterator[str]:
        """Yield what is missing, now that the stream has ended."""
        if not self._done:
            yield "[DONE] is missing: the answer was cut off."


class ResponsesChecker:
    """The rules of POST /v1/responses: named and numbered events, one that ends them."""

    LAST = ("response.completed", "response.failed", "response.incomplete", "error")

    def __init__(self) -> None:
        self.summary = ""
        self._number = -1

    def event(self, raw: RawEvent) -> Iterator[str]:
        """Yield what is wrong with the next event."""
        try:
            event = parse(raw)
        except ValueError as sentence:
            yield str(sentence)
            return
        kind = event.get("type")
        if raw.name is not None and raw.name != kind:
            yield f"its event: line says {raw.name} and its data says {kind}."
        if self.summary:
            yield f"it comes after {self.summary}, which ends the stream."
        number = event.get("sequence_number")
        if self._number == -1 and kind not in ("response.created", "error"):
            yield f"the stream begins with {kind}, not with response.created."
        if not is_count(number):
            yield "it has no sequence_number."
        else:
            if self._number != -1 and number != self._number + 1:
                yield f"its sequence_number is {number} after {self._number}."
            self._number = number
        if kind in self.LAST:
            self.summary = str(kind)

    def end(self) -> Iterator[str]:
        """Yield what is missing, now that the stream has ended."""
        if not self.summary:
            yield "response.completed is missing: the answer was cut off."


class AnyChecker:
    """The rules of an event stream of which nothing else is known."""

    summary = ""

    def event(self, raw: RawEvent) -> Iterator[str]:
        """Yield nothing: any event will do."""
        yield from ()

    def end(self) -> Iterator[str]:
        """Yield nothing: any end will do."""
        yield from ()
