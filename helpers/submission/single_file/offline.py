"""A model that needs no network: `--mock` answers with a call in mid-stream, then with text.

It is a simulation, no model: whatever you ask, it looks at the weather somewhere. Its bytes are
those of the Messages API, cut anywhere, as a network does it.
"""

import asyncio
import json
import random
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx

__all__ = ["OfflineTransport"]

TOKENS_PER_SECOND = 40.0
FIRST_TOKEN = 0.25  # seconds


class OfflineTransport(httpx.AsyncBaseTransport):
    """Answers every request itself, as a stream."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer as the Messages API does; the body comes at a model's pace."""
        body = json.loads(await request.aread())
        headers = {"content-type": "text/event-stream; charset=utf-8"}
        return httpx.Response(200, headers=headers, stream=OfflineBody(answer_offline(body)))


class OfflineBody(httpx.AsyncByteStream):
    """The bytes of some events, in chunks that respect nothing, each at its time."""

    def __init__(self, events: list[dict[str, Any]]) -> None:
        self.events = events

    async def __aiter__(self) -> AsyncIterator[bytes]:
        await asyncio.sleep(FIRST_TOKEN)
        waiting = b""
        for event in self.events:
            line = json.dumps(event, ensure_ascii=False)
            waiting += f"event: {event['type']}\ndata: {line}\n\n".encode()
            cut = random.randint(0, len(waiting))
            yield waiting[:cut]
            waiting = waiting[cut:]
            if event["type"] == "content_block_delta":
                await asyncio.sleep(1 / TOKENS_PER_SECOND)
        yield waiting


def answer_offline(body: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the events of the answer: a call first, and once it has its result, a haiku."""
    last = body["messages"][-1]["content"]
    results = [] if isinstance(last, str) else [b for b in last if b["type"] == "tool_result"]
    if results:
        said = results[0]["content"]
        words = said if isinstance(said, str) else "".join(b.get("text", "") for b in said)
        text = f"\nIt is {weather_in(words)}\n\nbytes fall, one by one\n"
        text += "a chunk ends inside a word\nthe meaning arrives"
        return message([("text", text)], "end_turn", body)
    named = re.search(r"\bin ([A-Z]\w+)", str(last))
    blocks: list[tuple[str, str]] = [("text", "Let me look at the weather. ")]
    if any(tool["name"] == "get_weather" for tool in body.get("tools", ())):
        blocks.append(("get_weather", json.dumps({"city": named[1] if named else "Lagos"})))
        blocks.append(("text", "While that runs, here I am still talking to you."))
        return message(blocks, "tool_use", body)
    return message(blocks, "end_turn", body)


def weather_in(words: str) -> str:
    """Return the weather in a tool's result, which may be the service's JSON."""
    try:
        return str(json.loads(words)["weather"])
    except (ValueError, TypeError, KeyError):
        return words


def message(
    blocks: list[tuple[str, str]], stop_reason: str, body: dict[str, Any]
) -> list[dict[str, Any]]:
    """Return a message's events; a block is ("text", words) or (tool's name, its JSON)."""
    start = {
        "id": "msg_simulation",
        "type": "message",
        "role": "assistant",
        "model": body["model"],
        "content": [],
        "stop_reason": None,
        "usage": {"input_tokens": len(json.dumps(body["messages"])) // 4, "output_tokens": 1},
    }
    events: list[dict[str, Any]] = [{"type": "message_start", "message": start}]
    count = 0
    for index, (kind, words) in enumerate(blocks):
        pieces = re.findall(r"\s*\S{1,8}|\s+$", words)
        count += len(pieces)
        if kind == "text":
            block: dict[str, Any] = {"type": "text", "text": ""}
            deltas = [{"type": "text_delta", "text": piece} for piece in pieces]
        else:
            block = {"type": "tool_use", "id": f"toolu_{index}", "name": kind, "input": {}}
            deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in pieces]
        events.append({"type": "content_block_start", "index": index, "content_block": block})
        for delta in deltas:
            events.append({"type": "content_block_delta", "index": index, "delta": delta})
        events.append({"type": "content_block_stop", "index": index})
    delta = {"stop_reason": stop_reason, "stop_sequence": None}
    events.append({"type": "message_delta", "delta": delta, "usage": {"output_tokens": count}})
    return [*events, {"type": "message_stop"}]
