# looks like: an `await` that is missing: a coroutine is only a promise of its result
# try next: Put `await` in front of the call whose result that line uses.
import json
from contextlib import asynccontextmanager

import httpx


@asynccontextmanager
async def open_stream(http, request):
    body = {**request, "stream": True}
    request = http.build_request("POST", "/v1/messages", json=body)
    response = http.send(request, stream=True)
    try:
        if response.status_code != 200:
            text = (await response.aread()).decode()
            raise RuntimeError(f"HTTP {response.status_code}: {text}")
        yield events_of(response)
    finally:
        await response.aclose()


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
