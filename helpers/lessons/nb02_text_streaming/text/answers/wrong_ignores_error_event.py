# looks like: an `error` event that passes like any other, and half an answer that looks like a
#   whole one
# try next: Raise where the event's type is `error`. Its `error` field is a dict with `type` and
#   `message`.
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
    decoder = SSEDecoder()
    async for chunk in response.aiter_bytes():
        for sse in decoder.feed(chunk):
            event = json.loads(sse.data)
            yield event
            if event["type"] == "message_stop":
                return


async def stream_text(events):
    async for event in events:
        match event:
            case {"type": "content_block_delta", "delta": {"type": "text_delta", "text": text}}:
                yield text
