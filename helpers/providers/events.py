"""What OpenAI's two adapters share: blocks that are numbered, ends, usage, identity.

The two APIs know the parts of an answer by keys of their own, or not at all; here they
become the content blocks of a message, and what was counted gets the Messages API's names.
"""

import json
from typing import Any

from helpers.wire.failures import ProtocolError, error_of_reason
from helpers.wire.payloads import Event
from helpers.wire.tool_input import can_be_written, read_input

__all__ = ["Blocks", "as_json", "is_whole", "message_end", "message_start", "stop_reason", "usage"]

# Why an answer ended, in lower case, as servers say it and as the Messages API does.
STOP_REASONS = {
    **dict.fromkeys(("stop", "eos", "eos_token", "none", "null", "completed"), "end_turn"),
    **dict.fromkeys(("length", "max_length", "max_output_tokens", "max_tokens"), "max_tokens"),
    **dict.fromkeys(("tool_calls", "tool_call", "function_call"), "tool_use"),
    **dict.fromkeys(("content_filter", "safety", "sensitive", "recitation"), "refusal"),
    "model_length": "model_context_window_exceeded",
}

EMPTY_BLOCKS = {
    "text": {"type": "text", "text": ""},
    "thinking": {"type": "thinking", "thinking": "", "signature": ""},
}


class Blocks:
    """The content blocks of a message that is being told.

    Attributes:
        open: the indexes of the blocks that have not been stopped, by their keys.
        count: how many blocks have begun.
    """

    def __init__(self) -> None:
        self.open: dict[str, int] = {}
        self.count = 0
        self._ids: set[str] = set()

    def start(self, key: str, block: dict[str, Any]) -> Event:
        """Begin a block; return the event that says so."""
        if key in self.open:
            raise ProtocolError("a part of the answer begins twice")
        index = self.open[key] = self.count
        self.count += 1
        return {"type": "content_block_start", "index": index, "content_block": block}

    def start_text(self, key: str, kind: str, signature: str = "") -> Event:
        """Begin a block of text, or of thinking with what stands for its signature."""
        signed = {"signature": signature} if signature else {}
        return self.start(key, EMPTY_BLOCKS[kind] | signed)

    def start_call(self, key: str, id: str, name: str, message_id: str) -> Event:
        """Begin a call; its id is made up if it is missing, or stands for another call."""
        if not id or id in self._ids:
            id = f"{message_id or 'call'}_{self.count}"
        self._ids.add(id)
        return self.start(key, {"type": "tool_use", "id": id, "name": name, "input": {}})

    def piece(self, key: str, kind: str, piece: object) -> Event:
        """Tell the next piece of an open block: "text", "thinking" or "partial_json"."""
        index = self.open.get(key)
        if index is None or not isinstance(piece, str):
            raise ProtocolError("a piece of the answer is no text, or belongs to no open part")
        type = "input_json_delta" if kind == "partial_json" else f"{kind}_delta"
        delta = {"type": type, kind: piece}
        return {"type": "content_block_delta", "index": index, "delta": delta}

    def stop(self, key: str) -> list[Event]:
        """End a block, if it is open."""
        index = self.open.pop(key, None)
        return [] if index is None else [{"type": "content_block_stop", "index": index}]

    def stop_all(self) -> list[Event]:
        """End whatever is open."""
        return [event for key in list(self.open) for event in self.stop(key)]


def as_json(arguments: object) -> str:
    """Return a call's arguments as the text that they should have come as.

    Raises:
        ProtocolError: they are neither text nor an object.
    """
    if isinstance(arguments, str | None):
        return arguments or ""
    if isinstance(arguments, dict) and can_be_written(arguments):
        return json.dumps(arguments)
    raise ProtocolError("the arguments of a tool call are neither text nor an object")


def is_whole(arguments: str) -> bool:
    """Say whether arguments are a whole object, to which no other fragment can belong."""
    return arguments.rstrip().endswith("}") and read_input(arguments) is not None


def message_start(answer: Event) -> Event:
    """Return the event that begins a message; its usage is told at the end."""
    message: dict[str, Any] = {
        "id": str(answer.get("id") or ""),
        "type": "message",
        "role": "assistant",
        "model": str(answer.get("model") or ""),
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 0, "output_tokens": 0},
    }
    return {"type": "message_start", "message": message}


def stop_reason(reason: str, *, calls: bool) -> str:
    """Return a reason to stop in the Messages API's word; unknown ones stay as they are.

    Args:
        reason: why the answer ended, in the server's word.
        calls: whether there are calls in it. Some servers say "stop" all the same.

    Raises:
        ErrorEvent: the reason is a failure.
    """
    if failure := error_of_reason(reason):
        raise failure
    known = STOP_REASONS.get(reason.lower(), reason)
    return "tool_use" if known == "end_turn" and calls else known


def message_end(reason: str, refusal: str, counts: dict[str, int]) -> list[Event]:
    """Return the two events that end a message.

    Args:
        reason: why it ended, in the Messages API's word.
        refusal: the words in which the model refused, or "".
        counts: the usage, in the names of the Messages API; empty if it isn't known.
    """
    reason = "refusal" if refusal else reason
    delta: dict[str, Any] = {"stop_reason": reason, "stop_sequence": None}
    if reason == "refusal":
        details = {"type": "refusal", "category": None, "explanation": refusal or None}
        delta["stop_details"] = details
    return [{"type": "message_delta", "delta": delta, "usage": counts}, {"type": "message_stop"}]


def usage(counts: object) -> dict[str, int]:
    """Return token counts as the Messages API has them; {} if nothing was counted.

    OpenAI counts the tokens of the cache in the prompt's. Some gateways count them beside:
    then they are more than the prompt, or the total says so.
    """
    if not isinstance(counts, dict) or not counts:
        return {}
    taken = _count(counts, "prompt_tokens", "input_tokens")
    made = _count(counts, "completion_tokens", "output_tokens")
    found = [counts.get("prompt_tokens_details"), counts.get("input_tokens_details")]
    details = {**counts, **next((one for one in found if isinstance(one, dict)), {})}
    read = _count(
        details,
        *("cached_tokens", "cache_read_input_tokens", "prompt_cache_hit_tokens"),
    )
    written = _count(details, "cache_write_tokens", "cache_creation_input_tokens")
    cached = read + written
    beside = (
        cached > taken or _count(counts, "total_tokens") == taken + cached + made > taken + made
    )
    return {
        "input_tokens": taken if beside else taken - cached,
        "cache_creation_input_tokens": written,
        "cache_read_input_tokens": read,
        "output_tokens": made,
    }


def _count(counts: dict[str, Any], *names: str) -> int:
    """Return the first count that stands under one of these names; none is below zero."""
    found = (counts.get(name) for name in names)
    return next((max(0, count) for count in found if type(count) is int), 0)
