"""An answer as server-sent events: which ones, with which bytes, at which time."""

from collections.abc import Iterator
from random import Random
from typing import Any

from ..chance import below
from ..plan import TimedBytes
from ..response import PING, encode
from .message import Reply, to_json, usage_at_end, usage_at_start

SILENCE_BEFORE_PING = 15.0  # seconds; seen between 15 and 30, the documentation names none
LONGEST_PADDING = 15


def events(reply: Reply) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the events of a reply, each with the number of tokens written before it."""
    written = 0
    for index, block in enumerate(reply.blocks):
        where = {"index": index}
        opening = {"type": "content_block_start"} | where | {"content_block": block.opening}
        yield written, opening
        if index == 0:
            yield written, {"type": "ping"}
        end = written + block.tokens
        for delta in block.deltas:
            yield written, {"type": "content_block_delta"} | where | {"delta": delta.body}
            written += delta.tokens
        written = end
        yield written, {"type": "content_block_stop"} | where
    yield written, message_delta(reply)
    yield written, {"type": "message_stop"}


def message_start(reply: Reply) -> dict[str, Any]:
    """Return the event that opens the stream: the message, still empty."""
    nothing_yet: dict[str, Any] = {"content": [], "stop_reason": None, "stop_sequence": None}
    nothing_yet |= {"stop_details": None, "usage": usage_at_start(reply)}
    return {"type": "message_start", "message": to_json(reply) | nothing_yet}


def message_delta(reply: Reply) -> dict[str, Any]:
    """Return the event that says why the answer ended and what it cost in all."""
    return {
        "type": "message_delta",
        "delta": {
            "stop_reason": reply.stop_reason,
            "stop_sequence": reply.stop_sequence,
            "stop_details": reply.stop_details,
        },
        "usage": usage_at_end(reply),
    }


def stream(reply: Reply, times: list[float], numbers: Random) -> Iterator[TimedBytes]:
    """Yield the events of a reply as bytes with their times, pings included.

    times: when each token is written, and when the answer ends (Pace.token_times).

    message_start leaves half-way to the first token: the request is accepted, the model is
    reading it. From then on an event leaves when the token that follows what was sent so far
    is written. So a block stops just when the next one starts.
    """
    last = times[0] / 2
    yield TimedBytes(last, encode(message_start(reply), below(numbers, LONGEST_PADDING + 1)))
    for written, event in events(reply):
        at = times[written]
        while at - last > SILENCE_BEFORE_PING:
            last += SILENCE_BEFORE_PING
            yield TimedBytes(last, PING)
        last = at
        if event["type"] == "ping":
            yield TimedBytes(at, PING)
        else:
            yield TimedBytes(at, encode(event, below(numbers, LONGEST_PADDING + 1)))
