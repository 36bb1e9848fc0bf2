"""A whole message, for who needs no piece of it before."""

from collections.abc import AsyncIterable
from typing import Any

from helpers.client import StreamTruncated
from helpers.message import MessageAssembler

__all__ = ["final_message"]


async def final_message(events: AsyncIterable[dict[str, Any]]) -> dict[str, Any]:
    """Return the message that a stream's events make, once it is whole.

    Args:
        events: those of one answer, such as `open_stream` gives.

    Raises:
        StreamTruncated: they end before the message does.
        StreamError: the stream says that it failed.
    """
    assembler, ended = MessageAssembler(), False
    async for event in events:
        assembler.feed(event)
        ended = event.get("type") == "message_stop"
    if not ended:
        raise StreamTruncated("The stream ended before its message did (no message_stop).")
    return assembler.message
