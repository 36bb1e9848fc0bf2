# looks like: an error's body read as a stream: it holds no event, so an error looks like an answer
#   without words
# try next: Look at `response.status_code` before the first chunk. Unless it is 200, read the body
#   and raise what it says.
import json
from contextlib import asynccontextmanager

import httpx


@asynccontextmanager
async def open_stream(http, request):
    body = {**request, "stream": True}
    async with http.stream("POST", "/v1/messages", json=body) as response:
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
