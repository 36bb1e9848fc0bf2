# looks like: a response that is closed only where all goes well: an exception jumps over the line
#   that closes it
# try next: Close it in a `finally`, or let `async with http.stream(…)` do it: both see every way
#   out.
import json
from contextlib import asynccontextmanager

import httpx


@asynccontextmanager
async def open_stream(http, request):
    post = http.build_request("POST", "/v1/messages", json={**request, "stream": True})
    response = await http.send(post, stream=True)
    if response.status_code != 200:
        raise RuntimeError((await response.aread()).decode())
    yield events_of(response)
    await response.aclose()


async def events_of(response):
    decoder = SSEDecoder()
    async for chunk in response.aiter_bytes():
        for sse in decoder.feed(chunk):
            event = json.loads(sse.data)
            if event["type"] == "error":
                await response.aclose()
                raise RuntimeError(event["error"]["type"])
            yield event
            if event["type"] == "message_stop":
                await response.aclose()
                return
    raise RuntimeError("the answer is incomplete")


async def stream_text(events):
    async for event in events:
        match event:
            case {"type": "content_block_delta", "delta": {"type": "text_delta", "text": text}}:
                yield text
