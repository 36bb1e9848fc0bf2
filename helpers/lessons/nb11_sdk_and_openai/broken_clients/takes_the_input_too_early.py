"""It takes a call's input from the event that opens it, where it is always empty."""

import json
from typing import Any

import httpx

SETTINGS = {"pace": {"first_token": 0.05, "tokens_per_second": 400}}

TOOL = {
    "name": "get_weather",
    "description": "The weather in a city.",
    "input_schema": {
        "type": "object",
        "properties": {"city": {"type": "string"}, "unit": {"type": "string"}},
        "required": ["city"],
    },
}
WEATHER = {"Lagos": "31 °C and sunny"}


async def run(http: httpx.AsyncClient) -> None:
    """Ask for the weather, and run what comes."""
    body: dict[str, Any] = {
        "model": "offline-mock",
        "max_tokens": 1000,
        "stream": True,
        "tools": [TOOL],
        "messages": [{"role": "user", "content": "What's the weather in Lagos?"}],
    }
    content: list[dict[str, Any]] = []
    async with http.stream("POST", "/v1/messages", json=body) as response:
        async for line in response.aiter_lines():
            if not line.startswith("data:"):
                continue
            match json.loads(line.removeprefix("data:")):
                case {"type": "content_block_start", "content_block": block}:
                    content.append(block)
                case {"type": "content_block_delta", "delta": {"text": piece}}:
                    content[-1]["text"] += piece
    call = content[-1]
    city = call["input"].get("city", "")
    result = {
        "type": "tool_result",
        "tool_use_id": call["id"],
        "content": WEATHER.get(city, f"Error: there is no city called {city!r}."),
    }
    body["messages"] += [
        {"role": "assistant", "content": content},
        {"role": "user", "content": [result]},
    ]
    async with http.stream("POST", "/v1/messages", json=body) as response:
        await response.aread()
