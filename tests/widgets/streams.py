"""Streams for the tests of views: events as the API sends them, opened as a client does."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

Event = dict[str, Any]


def start(index: int = 0, **block: Any) -> Event:
    block = block or {"type": "text", "text": ""}
    return {"type": "content_block_start", "index": index, "content_block": block}


def delta(piece: str, index: int = 0, kind: str = "text") -> Event:
    type, key = {
        "text": ("text_delta", "text"),
        "thinking": ("thinking_delta", "thinking"),
        "tool": ("input_json_delta", "partial_json"),
    }[kind]
    return {"type": "content_block_delta", "index": index, "delta": {"type": type, key: piece}}


def stop(index: int = 0) -> Event:
    return {"type": "content_block_stop", "index": index}


BEGIN: Event = {
    "type": "message_start",
    "message": {"usage": {"input_tokens": 25, "output_tokens": 1}},
}
END: Event = {"type": "message_stop"}


def closing(reason: str = "end_turn", tokens: int = 10) -> Event:
    return {
        "type": "message_delta",
        "delta": {"stop_reason": reason},
        "usage": {"output_tokens": tokens},
    }


def text_answer(*pieces: str, tokens: int = 10) -> list[Event]:
    return [BEGIN, start(), *map(delta, pieces), stop(), closing(tokens=tokens), END]


def opener(
    events: Iterable[Event],
    *,
    gap: float = 0.0,
    then: Exception | None = None,
    hang: bool = False,
    closed: Callable[[], object] = lambda: None,
) -> Callable[[], AbstractAsyncContextManager[AsyncIterator[Event]]]:
    """Return what opens a stream of these events, as `lambda: open_stream(...)` does.

    Args:
        gap: seconds before each event.
        then: raised after the last one.
        hang: whether to fall silent after the last one.
        closed: called when the stream is closed, in whatever way.
    """

    async def give() -> AsyncIterator[Event]:
        for event in events:
            await asyncio.sleep(gap)
            yield event
        if hang:
            await asyncio.sleep(3600)
        if then is not None:
            raise then

    @asynccontextmanager
    async def open_events() -> AsyncIterator[AsyncIterator[Event]]:
        try:
            yield give()
        finally:
            closed()

    return open_events
