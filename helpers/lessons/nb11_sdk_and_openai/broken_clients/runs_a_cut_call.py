"""It runs every call whose input can be made to parse, also one that was cut."""

import json
from typing import Any

import httpx

SETTINGS = {"pace": {"first_token": 0.05, "tokens_per_second": 400}}

TOOL = {
    "name": "write_file",
    "description": "Write a file.",
    "input_schema": {
        "type": "object",
        "properties": {"path": {"type": "string"}, "content": {"type": "string"}},
        "required": ["path", "content"],
    },
    "eager_input_streaming": True,
}
QUESTION = "Write a short guide to server-sent events into guide.md."


async def run(http: httpx.AsyncClient) -> None:
    """Ask for a file, and write what comes."""
    body: dict[str, Any] = {
        "model": "offline-mock",
        "max_tokens": 60,
        "stream": True,
        "tools": [TOOL],
        "messages": [{"role": "user", "content": QUESTION}],
    }
    content: list[dict[str, Any]] = []
    raw = ""
    async with http.stream("POST", "/v1/messages", json=body) as response:
        async for line in response.aiter_lines():
            if not line.startswith("data:"):
                continue
            match json.loads(line.removeprefix("data:")):
                case {"type": "content_block_start", "content_block": block}:
                    content.append(block)
                case {"type": "content_block_delta", "delta": {"text": piece}}:
                    content[-1]["text"] += piece
                case {"type": "content_block_delta", "delta": {"partial_json": piece}}:
                    raw += piece
    call = content[-1]
    call["input"] = mend(raw)  # and nobody looks at the stop_reason
    result = {
        "type": "tool_result",
        "tool_use_id": call["id"],
        "content": f"Wrote {len(call['input']['content'])} characters to guide.md.",
    }
    body["messages"] += [
        {"role": "assistant", "content": content},
        {"role": "user", "content": [result]},
    ]
    async with http.stream("POST", "/v1/messages", json=body) as response:
        await response.aread()


def mend(raw: str) -> dict[str, Any]:
    """Return JSON with the end that it lacks."""
    for end in ("", '"}', "}"):
        try:
            found: dict[str, Any] = json.loads(raw + end)
        except ValueError:
            continue
        return found
    return {}
