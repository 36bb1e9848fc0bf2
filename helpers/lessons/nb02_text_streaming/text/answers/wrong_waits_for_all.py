# looks like: a loop that collects first and gives afterwards: right at the end, and silent until
#   then
# try next: Find where the code holds all of it, such as `http.post`, `aread()`, a list or a
#   `join`, and pass each piece on from inside the loop.
import json
from contextlib import asynccontextmanager

import httpx


@asynccontextmanager
async def open_stream(http, request):
    body = {**request, "stream": True}
    response = await http.post("/v1/messages", json=body)
    if response.status_code != 200:
        raise RuntimeError(f"HTTP {response.status_code}: {response.text}")
    yield events_of(response)


async def events_of(response):
    decoder = SSEDecoder()
    async for chunk in response.aiter_bytes():
        for sse in decoder.feed(chunk):
            event = json.loads(sse.data)
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
