# looks like: an event of a type that the code doesn't expect, treated as an error
# try next: Ask for `type` before any other field, and let pass what you don't know.
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
            match event["type"]:
                case "message_start" | "message_delta":
                    yield event
                case "content_block_start" | "content_block_delta" | "content_block_stop":
                    yield event
                case "message_stop":
                    yield event
                    return
                case "error":
                    raise RuntimeError(event["error"]["type"])
                case other:
                    raise ValueError(f"unknown event: {other}")
    raise RuntimeError("the stream ended before message_stop")


async def stream_text(events):
    async for event in events:
        match event:
            case {"type": "content_block_delta", "delta": {"type": "text_delta", "text": text}}:
                yield text
