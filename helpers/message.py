"""Events in, one message out, and on the way the calls that are complete.

    event ──▶ MessageAssembler.feed ──▶ [ToolCall, …]
                        └──▶ .message: what the API would have sent without streaming

Who shows an answer asks `updates` instead of `feed`: it returns an Update for everything
that an event says, and the complete calls are among them.

The assembler does no I/O and knows no clock. It answers two questions that a stream
leaves open:

- **What does a tool's input say?** Its JSON comes in fragments that mean nothing by
  themselves, so they are collected as they are and parsed once, when the block ends.
- **When is a call complete?** Not when its block ends: a reply that is cut off in
  mid-call closes its last block too. It is complete when the model has *moved on*: when
  something else follows, or the message ends and was neither cut off nor refused.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NoReturn

from helpers.wire.failures import ProtocolError
from helpers.wire.payloads import Event, whole_characters
from helpers.wire.tool_input import can_be_written, read_input
from helpers.wire.updates import (
    BlockStarted,
    BlockStopped,
    CitationDelta,
    InputDelta,
    MessageStarted,
    MessageStopped,
    TextDelta,
    ThinkingDelta,
    UsageUpdated,
)

__all__ = [
    "CUT_OR_REFUSED",
    "BlockStarted",
    "BlockStopped",
    "CitationDelta",
    "InputDelta",
    "MessageAssembler",
    "MessageStarted",
    "MessageStopped",
    "TextDelta",
    "ThinkingDelta",
    "ToolCall",
    "Update",
    "UsageUpdated",
    "read_input",
]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call that is complete: the model has moved on, so the tool may run.

    Attributes:
        input: what to call the tool with, or None if its JSON can't be read.
        raw: the JSON as it came.
    """

    index: int
    id: str
    name: str
    input: dict[str, Any] | None
    raw: str


Update = (
    MessageStarted
    | BlockStarted
    | TextDelta
    | ThinkingDelta
    | InputDelta
    | CitationDelta
    | BlockStopped
    | ToolCall
    | UsageUpdated
    | MessageStopped
)


# The deltas that bring text of some kind: the field that holds it, and what it says.
PIECES: dict[str, tuple[str, Callable[[int, str], Update]]] = {
    "text_delta": ("text", TextDelta),
    "thinking_delta": ("thinking", ThinkingDelta),
    "input_json_delta": ("partial_json", InputDelta),
}

# What a block holds before anything came for it, and the deltas that can't be for it.
# A block of any other type may hold what it likes, and is sent on as it came.
EMPTY: dict[str, dict[str, Any]] = {
    "text": {"text": ""},
    "thinking": {"thinking": "", "signature": ""},
    "tool_use": {"id": "", "input": {}},
    "server_tool_use": {"input": {}},
    "mcp_tool_use": {"input": {}},
}
CALLS = ("tool_use", "server_tool_use", "mcp_tool_use")
NOT_FOR_CALLS = {"text_delta", "thinking_delta", "signature_delta", "citations_delta"}
NOT_FOR = {
    "text": {"thinking_delta", "signature_delta", "input_json_delta"},
    "thinking": {"text_delta", "citations_delta", "input_json_delta"},
    "redacted_thinking": {*PIECES, "signature_delta", "citations_delta"},
    **dict.fromkeys(CALLS, NOT_FOR_CALLS),
}

# Ends that leave the last call in doubt: the message was cut off, or taken back. "steered" and
# those before it are OpenAI's words.
CUT_OR_REFUSED = {
    *("max_tokens", "model_context_window_exceeded", "refusal"),
    *("incomplete", "max_messages", "steered"),
}


class MessageAssembler:
    """Put a message together from its events, block by block.

    Attributes:
        finished: whether message_stop has come.
    """

    def __init__(self) -> None:
        self.finished = False
        self._start: Event | None = None
        self._end: Event = {}  # what message_delta brings: stop_reason and its company
        self._usage: dict[str, Any] = {}
        self._blocks: dict[int, _Block] = {}
        self._closed_calls: list[int] = []  # closed, but the model may have been cut off

    @property
    def message(self) -> dict[str, Any]:
        """The message so far, as the API would have sent it without streaming."""
        content = [block.content() for _, block in sorted(self._blocks.items())]
        return {**(self._start or {}), **self._end, "content": content, "usage": {**self._usage}}

    @property
    def usage(self) -> dict[str, int]:
        """The counts of tokens, and whatever else was counted; the last ones count."""
        return {name: count for name, count in self._usage.items() if type(count) is int}

    @property
    def stop_reason(self) -> str | None:
        """Why the model stopped, as soon as that is known."""
        reason = self._end.get("stop_reason")
        return reason if isinstance(reason, str) else None

    @property
    def has_calls(self) -> bool:
        """Whether there is a call, of our tools or of the API's own, complete or not."""
        return any(block.start["type"] in CALLS for block in self._blocks.values())

    @property
    def incomplete(self) -> dict[int, str]:
        """The raw inputs, by index, of calls that must not run: cut off, or no JSON."""
        return {
            index: block.raw
            for index, block in self._blocks.items()
            if block.has_input and (block.input is None or index in self._closed_calls)
        }

    def feed(self, event: Event) -> list[ToolCall]:
        """Take the next event; return the calls that are complete now.

        Raises:
            ProtocolError: the event contradicts those before it.
        """
        return [update for update in self.updates(event) if isinstance(update, ToolCall)]

    def updates(self, event: Event) -> list[Update]:
        """Take the next event; return all that it says, the calls that are complete among it.

        Pings, and whatever a newer API may send, say nothing.

        Raises:
            ProtocolError: the event contradicts those before it.
        """
        if event["type"] == "content_block_delta":  # by far the most frequent comes first
            return self._delta(event)
        match event:
            case {"type": "message_start", "message": dict(message)}:
                return self._message_start(message)
            case {"type": "content_block_start", "index": int(index), "content_block": dict(block)}:
                return self._block_start(index, block)
            case {"type": "content_block_stop", "index": int(index)}:
                return self._block_stop(index)
            case {"type": "message_delta", "delta": dict(delta)}:
                return self._message_delta(delta, event.get("usage"))
            case {"type": "message_stop"}:
                return self._message_stop()
            case {"type": "message_start" | "content_block_start" | "content_block_stop"} | {
                "type": "message_delta"
            }:
                refuse(event, "it lacks a field")
        return []

    def _message_start(self, message: dict[str, Any]) -> list[Update]:
        if self._start is not None:
            refuse({"type": "message_start"}, "the message has begun already")
        self._start = {**message, "content": []}
        self._usage = _counts(message.get("usage"))
        return [MessageStarted(self.message), UsageUpdated({**self._usage})]

    def _block_start(self, index: int, block: dict[str, Any]) -> list[Update]:
        ended = self.finished or "stop_reason" in self._end
        if self._start is None or ended or index in self._blocks:
            refuse({"type": "content_block_start", "index": index}, "no block can begin here")
        opened = _open(block)
        if opened is None:
            refuse({"type": "content_block_start", "index": index}, "the block is malformed")
        updates = self._complete_calls()
        ids = [block.start.get("id") for block in self._blocks.values()]  # of any type
        if opened.start["type"] == "tool_use" and opened.start["id"] in ["", *ids]:
            # Some servers give no id, or the same one to each call: results go by it.
            opened.start["id"] = f"{opened.start['id'] or 'toolu'}_{index}"
        self._blocks[index] = opened
        kind = opened.start["type"]
        begun_with = opened.start[kind] if kind in ("text", "thinking") else ""
        if begun_with:  # it is shown like the rest, so it is told like the rest
            opened.start[kind] = ""
        updates.append(BlockStarted(index, {**opened.start}))
        if begun_with:
            delta = {"type": f"{kind}_delta", kind: begun_with}
            updates += self._delta({"type": "content_block_delta", "index": index, "delta": delta})
        return updates

    def _delta(self, event: Event) -> list[Update]:
        try:
            index, delta = event["index"], event["delta"]
            block, kind = self._blocks[index], delta["type"]
            if block.stopped:
                refuse(event, "its block is closed")
            if kind in block.not_for:
                refuse(event, f"a {kind} is not for a block of {block.start['type']}")
            # Whatever follows a closed call, in any block, shows that the model has moved on.
            updates = self._complete_calls() if self._closed_calls else []
            if kind in PIECES:
                name, update = PIECES[kind]
                piece = delta[name]
                if not isinstance(piece, str):
                    refuse(event, f"its {name} is no text")
                if block.half or not piece.isascii():
                    piece, block.half = whole_characters(block.half, piece)
                # Pieces are collected, not added up: a sum would be copied for each of them.
                block.pieces[name].append(piece)
                updates.append(update(index, piece))
            elif kind == "signature_delta":
                if not isinstance(delta["signature"], str):
                    refuse(event, "its signature is no text")
                block.signature = delta["signature"]
            elif kind == "citations_delta":
                if not isinstance(delta["citation"], dict):
                    refuse(event, "its citation is no object")
                block.citations.append(delta["citation"])
                updates.append(CitationDelta(index, delta["citation"]))
            elif kind == "compaction_delta":  # it brings the whole of what the block holds
                block.start |= {name: value for name, value in delta.items() if name != "type"}
        except (KeyError, TypeError):
            refuse(event, "its block never began, or it lacks a field")
        return updates

    def _block_stop(self, index: int) -> list[Update]:
        block = self._blocks.get(index)
        if block is None or block.stopped:
            refuse({"type": "content_block_stop", "index": index}, "no such block is open")
        block.stop()
        if block.start["type"] == "tool_use":
            self._closed_calls.append(index)
        return [BlockStopped(index, block.content())]

    def _message_delta(self, delta: dict[str, Any], usage: object) -> list[Update]:
        if self._start is None or self.finished:
            refuse({"type": "message_delta"}, "no message is open")
        self._end |= {name: value for name, value in delta.items() if value is not None}
        updates: list[Update] = []
        if "stop_reason" in self._end:
            updates += self._close_blocks()
        reason = self._end.get("stop_reason")
        if isinstance(reason, str) and reason not in CUT_OR_REFUSED:
            updates += self._complete_calls(broken_too=reason == "tool_use")
        if isinstance(usage, dict):
            # Cumulative: each count replaces the one before.
            self._usage |= {name: n for name, n in _counts(usage).items() if n is not None}
            updates.append(UsageUpdated({**self._usage}))
        return updates

    def _message_stop(self) -> list[Update]:
        if self._start is None or self.finished:
            refuse({"type": "message_stop"}, "no message is open")
        self.finished = True
        return [*self._close_blocks(), MessageStopped(self.message)]

    def _close_blocks(self) -> list[Update]:
        """Close what is still open: nothing can follow, also where a stop is missing."""
        still_open = [index for index, block in self._blocks.items() if not block.stopped]
        return [update for index in still_open for update in self._block_stop(index)]

    def _complete_calls(self, *, broken_too: bool = True) -> list[Update]:
        """Return the calls that are now known to be complete; their JSON may be broken."""
        indexes = [i for i in self._closed_calls if broken_too or self._blocks[i].input is not None]
        self._closed_calls = [i for i in self._closed_calls if i not in indexes]
        return [self._blocks[index].call(index) for index in sorted(indexes)]


@dataclass(slots=True)
class _Block:
    """One content block while it grows: how it began, and what came for it since."""

    start: dict[str, Any]
    not_for: set[str]  # deltas that can't be for it
    pieces: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    citations: list[dict[str, Any]] = field(default_factory=list)
    signature: str | None = None
    half: str = ""  # of a character whose other half comes with the next piece
    stopped: bool = False
    input: dict[str, Any] | None = None

    @property
    def raw(self) -> str:
        """The JSON of a call's input as it came."""
        return "".join(self.pieces["partial_json"])

    @property
    def has_input(self) -> bool:
        """Whether this is a call, of our tools or of the API's own."""
        return isinstance(self.start.get("input"), dict)

    def stop(self) -> None:
        """Close the block; this is the one time that its JSON is parsed."""
        self.stopped = True
        raw = self.raw
        # A tool without arguments sends the empty string; some servers send all at the start.
        if raw.strip():
            self.input = read_input(raw)
        elif self.has_input:
            self.input = self.start["input"]

    def content(self) -> dict[str, Any]:
        """Return the block as it stands in the message."""
        content = {**self.start}
        for name in ("text", "thinking"):
            if self.pieces[name]:
                content[name] = str(content.get(name) or "") + "".join(self.pieces[name])
        if self.citations:
            before = content.get("citations")
            content["citations"] = [*(before if isinstance(before, list) else []), *self.citations]
        if self.signature is not None:
            content["signature"] = self.signature
        if self.pieces["partial_json"]:
            content["input"] = self.input or {}
        return content

    def call(self, index: int) -> ToolCall:
        """Return the call that this block holds."""
        return ToolCall(index, self.start["id"], self.start["name"], self.input, self.raw)


def _open(block: dict[str, Any]) -> _Block | None:
    """Return the block that begins like this, or None if it is malformed."""
    kind = block.get("type")
    if not isinstance(kind, str):
        return None
    given = block.get("input")
    if kind in CALLS and isinstance(given, str):  # some servers send the JSON as text
        block = block | {"input": read_input(given) if given.strip() else {}}
        if block["input"] is None:
            return None
    # null is as good as nothing
    start = block | {name: block.get(name) or empty for name, empty in EMPTY.get(kind, {}).items()}
    match start:
        case {"type": "text", "text": str()}:
            well_formed = isinstance(start.get("citations"), list | None)
        case {"type": "thinking", "thinking": str(), "signature": str()}:
            well_formed = True
        case {
            "type": "tool_use" | "server_tool_use" | "mcp_tool_use",
            "id": str(),
            "name": str(),
            "input": dict(input),
        }:
            well_formed = can_be_written(input)
        case _:
            well_formed = kind not in EMPTY
    return _Block(start, NOT_FOR.get(kind, set())) if well_formed else None


def _counts(usage: object) -> dict[str, Any]:
    """Return what was counted. A count below zero is a server's mistake: prices go by it."""
    counts = usage if isinstance(usage, dict) else {}
    return {
        name: max(0, count) if isinstance(count, int | float) else count
        for name, count in counts.items()
    }


def refuse(event: Event, why: str) -> NoReturn:
    """Raise the ProtocolError for an event that can't be taken."""
    where = f" for block {event['index']}" if isinstance(event.get("index"), int) else ""
    raise ProtocolError(f"{event['type']}{where} makes no sense here: {why}")
