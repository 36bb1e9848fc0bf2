"""It takes the end of the first block for the end of the answer."""

import json

import httpx

# The model thinks a while before it writes its call. Nobody is there any more when it does.
SETTINGS = {
    "pace": {"first_token": 0.05, "tokens_per_second": 400},
    "fault": {"kind": "stall", "at_event": 16, "seconds": 2.0},
}

TOOL = {
    "name": "get_weather",
    "description": "The weather in a city.",
    "input_schema": {
        "type": "object",
        "properties": {"city": {"type": "string"}, "unit": {"type": "string"}},
        "required": ["city"],
    },
}


async def run(http: httpx.AsyncClient) -> None:
    """Ask for the weather."""
    body = {
        "model": "offline-mock",
        "max_tokens": 1000,
        "stream": True,
        "tools": [TOOL],
        "messages": [{"role": "user", "content": "What's the weather in Lagos?"}],
    }
    async with http.stream("POST", "/v1/messages", json=body) as response:
        async for line in response.aiter_lines():
            if line.startswith("data:"):
                event = json.loads(line.removeprefix("data:"))
                if event["type"].endswith("_stop"):
                    return
