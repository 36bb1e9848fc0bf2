"""The rules of a stream of the Messages API."""

import json
from collections.abc import Iterator
from typing import Any

from .events import RawEvent, is_count, kind_of, not_json, parse

# The block that a delta belongs to, and the field that the delta must carry.
DELTAS = {
    "text_delta": (("text",), "text"),
    "citations_delta": (("text",), "citation"),
    "thinking_delta": (("thinking",), "thinking"),
    "signature_delta": (("thinking",), "signature"),
    "input_json_delta": (("tool_use", "server_tool_use", "mcp_tool_use"), "partial_json"),
}
FILLED = {kind for kinds, _ in DELTAS.values() for kind in kinds}  # blocks known to have deltas


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
