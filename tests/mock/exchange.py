"""A request to the offline API and its answer read again, for tests: nothing from helpers."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

HEADERS = {"x-api-key": "any", "anthropic-version": "2026-10-21"}
WEATHER_TOOL = {
    "name": "get_weather",
    "description": "Get the current weather in a city.",
    "input_schema": {
        "type": "object",
        "properties": {"city": {"type": "string"}, "unit": {"type": "string"}},
        "required": ["city"],
    },
}


def question(prompt: str, **more: Any) -> dict[str, Any]:
    messages = [{"role": "user", "content": prompt}]
    return {"model": "offline-mock", "max_tokens": 2000, "messages": messages} | more


def body(prompt: str, **more: Any) -> bytes:
    return json.dumps(question(prompt, **more)).encode()


def read_events(stream: bytes) -> list[dict[str, Any]]:
    """Parse a whole stream by the strictest reading of what the API sends."""
    assert stream.endswith(b"\n\n")
    events = []
    for block in stream[:-2].split(b"\n\n"):
        name, data = block.split(b"\n")
        event = json.loads(data.removeprefix(b"data: "))
        assert name == b"event: " + event["type"].encode()
        events.append(event)
    return events


def assemble(events: list[dict[str, Any]]) -> dict[str, Any]:
    """Put the message together that a stream of events carries."""
    message: dict[str, Any] = {}
    fragments = ""
    for event in events:
        match event:
            case {"type": "message_start", "message": opened}:
                message = opened
            case {"type": "content_block_start", "index": index, "content_block": block}:
                assert index == len(message["content"])
                message["content"].append(block)
                fragments = ""
            case {"type": "content_block_delta", "delta": {"type": "text_delta", "text": text}}:
                message["content"][-1]["text"] += text
            case {"type": "content_block_delta", "delta": {"thinking": thinking}}:
                message["content"][-1]["thinking"] += thinking
            case {"type": "content_block_delta", "delta": {"signature": signature}}:
                assert message["content"][-1]["signature"] == ""  # exactly one
                message["content"][-1]["signature"] = signature
            case {"type": "content_block_delta", "delta": {"citation": citation}}:
                assert message["content"][-1]["text"] == ""  # before the first text_delta
                message["content"][-1]["citations"].append(citation)
            case {"type": "content_block_delta", "delta": {"partial_json": fragment}}:
                fragments += fragment
                message["content"][-1]["input"] = complete_pairs(fragments)
            case {"type": "message_delta", "delta": delta, "usage": usage}:
                message |= delta
                message["usage"] |= usage
    return message


def complete_pairs(fragments: str) -> dict[str, Any]:
    """Return the input that the fragments carry, also when the object was never closed."""
    if not fragments:
        return {}
    for ending in ("", "}", "null}", '"}', '": null}'):
        try:
            return json.loads(fragments + ending)
        except ValueError:
            continue
    return {}


async def until(condition: Callable[[], object]) -> None:
    while not condition():  # noqa: ASYNC110  what is waited for has no event to offer
        await asyncio.sleep(0.01)
