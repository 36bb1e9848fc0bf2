"""It tidies every piece of text, as if a piece were a line."""

import json
from typing import Any

import httpx

SETTINGS = {"pace": {"first_token": 0.05, "tokens_per_second": 400}}


async def run(http: httpx.AsyncClient) -> None:
    """Ask two questions in one conversation."""
    messages: list[dict[str, Any]] = []
    for question in ("Write a haiku about TCP retransmissions.", "Count to three."):
        messages.append({"role": "user", "content": question})
        body = {"model": "offline-mock", "max_tokens": 1000, "stream": True, "messages": messages}
        text = ""
        async with http.stream("POST", "/v1/messages", json=body) as response:
            async for line in response.aiter_lines():
                if not line.startswith("data:"):
                    continue
                match json.loads(line.removeprefix("data:")):
                    case {"delta": {"type": "text_delta", "text": piece}}:
                        text += piece.strip()
        messages.append({"role": "assistant", "content": text})
