"""What the payloads of an API mean, told in events of the Messages API.

    payload ──▶ MessagesAdapter.feed ──▶ [event, …]

The Messages API's own payloads are events already. Many servers speak it with an accent:
they leave out what is zero or empty, say a thing twice, or send half a character. What
can mean only one thing is told as the API itself says it; the rest is left as it came.
"""

import json
from typing import Any, Protocol

from helpers.wire.failures import ProtocolError, StreamTruncated, error_of, error_of_reason

__all__ = ["PIECES", "REASONING_FIELDS", "Adapter", "Event", "MessagesAdapter", "whole_characters"]

# Where other servers' answers hold the model's reasoning.
REASONING_FIELDS = ("reasoning_content", "reasoning")

Event = dict[str, Any]

# The deltas that bring text of some kind, and the field that holds it.
PIECES = {
    "text_delta": "text",
    "thinking_delta": "thinking",
    "input_json_delta": "partial_json",
    "signature_delta": "signature",
}


class Adapter(Protocol):
    """What an API's payloads mean: told in events of the Messages API.

    Attributes:
        complete: whether the answer is whole: what breaks from here on takes nothing away.
        finished: whether nothing more belongs to it, so that nothing more is read.
    """

    complete: bool
    finished: bool

    def feed(self, payload: Event) -> list[Event]:
        """Take the next payload; return the events that it means."""

    def close(self, *, done: bool = False) -> list[Event]:
        """Take the end of the stream; return the events that were held back for it.

        Args:
            done: the server has said that this is the end; else the bytes just ended.

        Raises:
            StreamTruncated: the message isn't complete.
        """


class MessagesAdapter:
    """The Messages API's own events: watched for their end, and freed of accents."""

    def __init__(self) -> None:
        self.complete = False
        self.finished = False
        self._id: object = None  # of the message that has begun, in a list
        self._closed: set[int] = set()  # the indexes of blocks
        self._halves: dict[tuple[int, str], str] = {}  # of characters, by block and delta

    def feed(self, payload: Event) -> list[Event]:
        """Return the event, unless it is an error or says nothing new.

        Raises:
            ErrorEvent: it is an error, or the message stops because of one.
            ProtocolError: it is no event.
        """
        kind = payload.get("type")
        if kind == "content_block_delta":  # by far the most frequent comes first
            return self._delta(payload)
        if kind in ("content_block_start", "content_block_stop") and "index" not in payload:
            payload = {**payload, "index": 0}
        if kind == "message_delta" and "usage" in payload and "delta" not in payload:
            payload = {**payload, "delta": {}}
        match payload:
            case {"type": "message_start", "message": dict(message)}:
                if self._id == [message.get("id")]:
                    return []
                self._id = [message.get("id")]
            case {"type": "content_block_start", "index": int(index), "content_block": dict(block)}:
                return self._block_start(payload, index, block)
            case {"type": "content_block_stop", "index": int(index)}:
                return self._block_stop(index)
            case {"type": "message_delta", "delta": {"stop_reason": str(reason)}} if reason:
                if failure := error_of_reason(reason):
                    raise failure
                self.complete = True
            case {"type": "message_stop"}:
                self.complete = self.finished = True
            case {"type": str()} if kind != "error":
                pass
            case _:
                raise error_of(payload) or ProtocolError(
                    f"an event has no type: {json.dumps(payload)[:80]!r}"
                )
        return [payload]

    def close(self, *, done: bool = False) -> list[Event]:
        """Accept the end after a stop reason: some gateways leave message_stop out."""
        if not self.complete:
            raise StreamTruncated("the connection closed before the message was complete")
        self.finished = True
        return []

    def _delta(self, event: Event) -> list[Event]:
        """Return a delta whose piece is whole characters; none if nothing is left of it."""
        delta, index = event.get("delta"), event.get("index", 0)
        kind = delta.get("type") if isinstance(delta, dict) else None
        name = PIECES.get(kind) if isinstance(kind, str) else None
        if name is None or not isinstance(delta, dict) or not isinstance(index, int):
            return [event if "index" in event else {**event, "index": 0}]
        piece = delta.get(name)
        if isinstance(piece, str) and piece.isascii() and "index" in event and not self._halves:
            return [event]  # nearly always
        if piece is None:
            piece = ""
        elif isinstance(piece, dict) and name == "partial_json":
            piece = json.dumps(piece)
        if isinstance(piece, str):
            half = self._halves.pop((index, name), "")
            piece, half = whole_characters(half, piece)
            if half:
                self._halves[index, name] = half
        return [{**event, "index": index, "delta": {**delta, name: piece}}]

    def _block_start(self, event: Event, index: int, block: dict[str, Any]) -> list[Event]:
        """Return a start; what the block begins with follows as a delta, as the rest does."""
        name = str(block.get("type"))
        text = block.get(name) if name in ("text", "thinking") else None
        if not isinstance(text, str) or not text:
            return [event]
        first = self._delta(_delta(index, {"type": f"{name}_delta", name: text}))
        return [{**event, "content_block": {**block, name: ""}}, *first]

    def _block_stop(self, index: int) -> list[Event]:
        if index in self._closed:
            return []
        self._closed.add(index)
        alone = [kind for kind, name in PIECES.items() if self._halves.pop((index, name), "")]
        lost = [_delta(index, {"type": kind, PIECES[kind]: "\ufffd"}) for kind in alone]
        return [*lost, {"type": "content_block_stop", "index": index}]


def whole_characters(half: str, piece: str) -> tuple[str, str]:
    """Return a piece of text as whole characters, and the half that it may end in.

    A character outside the basic plane may come as two halves, in two pieces. One that
    stays without its other half becomes U+FFFD.

    Args:
        half: what the piece before ended in.
        piece: the next piece.
    """
    text = half + piece
    half = text[-1:] if "\ud800" <= text[-1:] <= "\udbff" else ""
    text = text.removesuffix(half)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"), half


def _delta(index: int, delta: dict[str, Any]) -> Event:
    return {"type": "content_block_delta", "index": index, "delta": delta}
