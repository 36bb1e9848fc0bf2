"""It says by a header what it wants; the API goes by the body."""

import httpx

SETTINGS = {"pace": {"first_token": 0.05, "tokens_per_second": 400}}


async def run(http: httpx.AsyncClient) -> None:
    """Ask, and wait for lines that begin with "data:"."""
    body = {
        "model": "offline-mock",
        "max_tokens": 1000,
        "messages": [{"role": "user", "content": "Write a haiku about TCP retransmissions."}],
    }
    headers = {"accept": "text/event-stream"}
    events = []
    async with http.stream("POST", "/v1/messages", json=body, headers=headers) as response:
        async for line in response.aiter_lines():
            if line.startswith("data:"):
                events.append(line)  # it never comes to this
