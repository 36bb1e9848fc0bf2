# looks like: a chunk treated as an event: the network cuts where it likes, also inside a character
# try next: Feed each chunk to one `SSEDecoder()` and parse the `data` of the events that it
#   returns.
import json
from contextlib import asynccontextmanager

import httpx


@asynccontextmanager
async def open_stream(http, request):
    body = {**request, "stream": True}
    async with http.stream("POST", "/v1/messages", json=body) as response:
        if response.status_code != 200:
            text = (await response.aread()).decode()
            raise RuntimeError(f"HTTP {response.status_code}: {text}")
        yield events_of(response)


async def events_of(response):
    async for chunk in response.aiter_bytes():
        for line in chunk.decode().splitlines():
            if not line.startswith("data:"):
                continue
            event = json.loads(line[5:])
            if event["type"] == "error":
                raise RuntimeError(f"{event['error']}")
            yield event
            if event["type"] == "message_stop":
                return
    raise RuntimeError("the stream ended before message_stop")


async def stream_text(events):
    async for event in events:
        match event:
            case {"type": "content_block_delta", "delta": {"type": "text_delta", "text": text}}:
                yield text
