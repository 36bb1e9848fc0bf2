"""An answer as the API sends it: the events of a stream, and their bytes."""

import json
from collections.abc import Iterable
from typing import Any

__all__ = [
    "END",
    "NEW",
    "PIECES",
    "PING",
    "START",
    "STOP",
    "WHOLE",
    "Block",
    "Event",
    "Message",
    "answer_end",
    "api_error",
    "begin",
    "delta",
    "end",
    "input_delta",
    "text_block",
    "text_delta",
    "wire",
]

Event = dict[str, Any]
Block = dict[str, Any]
Message = dict[str, Any]


def begin(index: int, block: Block) -> Event:
    """The start of a content block."""
    return {"type": "content_block_start", "index": index, "content_block": block}


def delta(index: int, change: Event) -> Event:
    """A change to a content block."""
    return {"type": "content_block_delta", "index": index, "delta": change}


def end(index: int) -> Event:
    """The stop of a content block."""
    return {"type": "content_block_stop", "index": index}


def text_delta(index: int, piece: str) -> Event:
    """A piece of text."""
    return delta(index, {"type": "text_delta", "text": piece})


def input_delta(index: int, fragment: str) -> Event:
    """A piece of a tool's input."""
    return delta(index, {"type": "input_json_delta", "partial_json": fragment})


def text_block(index: int, *pieces: str) -> list[Event]:
    """A whole block of text."""
    block = {"type": "text", "text": ""}
    return [begin(index, block), *(text_delta(index, piece) for piece in pieces), end(index)]


def answer_end(stop_reason: str, output_tokens: int = 9) -> list[Event]:
    """The end of an answer."""
    return [
        {
            "type": "message_delta",
            "delta": {"stop_reason": stop_reason, "stop_sequence": None},
            "usage": {"output_tokens": output_tokens},
        },
        STOP,
    ]


START: Event = {
    "type": "message_start",
    "message": {
        "model": "offline-mock",
        "id": "msg_01ABC",
        "type": "message",
        "role": "assistant",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 11, "output_tokens": 1},
    },
}
STOP: Event = {"type": "message_stop"}
PING: Event = {"type": "ping"}
NEW: Event = {"type": "mood", "mood": {"calm": 0.9}}
END = answer_end("end_turn")
PIECES = ("One", " two", " three")
WHOLE = [START, *text_block(0, *PIECES), *END]


def wire(events: Iterable[Event]) -> list[bytes]:
    """The bytes of each event."""
    return [
        f"event: {event['type']}\n"
        f"data: {json.dumps(event, ensure_ascii=False, separators=(',', ':'))}\n\n".encode()
        for event in events
    ]


def api_error(type: str, message: str) -> Event:
    """An error in the API's own words."""
    return {
        "type": "error",
        "error": {"type": type, "message": message},
        "request_id": "req_011CABC",
    }
