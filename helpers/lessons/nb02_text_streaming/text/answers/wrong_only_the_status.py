# looks like: an exception with the status and without the reason, as `raise_for_status()` makes
#   one: a 400 alone doesn't say which field is wrong
# try next: Read the body first (`await response.aread()`): its `error` has a `type` and a
#   `message`. Put both into your exception.
import json
from contextlib import asynccontextmanager

import httpx


@asynccontextmanager
async def open_stream(http, request):
    body = {**request, "stream": True}
    async with http.stream("POST", "/v1/messages", json=body) as response:
        response.raise_for_status()
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
