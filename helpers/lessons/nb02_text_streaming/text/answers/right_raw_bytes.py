# Without SSEDecoder, on the network's own bytes: it asks for them uncompressed.
import json
from contextlib import asynccontextmanager

import httpx


@asynccontextmanager
async def open_stream(http, request):
    async with http.stream(
        "POST",
        "/v1/messages",
        content=json.dumps({**request, "stream": True}),
        headers={"content-type": "application/json", "accept-encoding": "identity"},
    ) as response:
        try:
            response.raise_for_status()
        except httpx.HTTPStatusError as error:
            error.add_note((await response.aread()).decode())
            raise
        yield parsed(response.aiter_raw())


async def parsed(chunks):
    buffer = b""
    async for chunk in chunks:
        buffer += chunk
        while b"\n\n" in buffer:
            block, buffer = buffer.split(b"\n\n", 1)
            data = [line[5:] for line in block.split(b"\n") if line.startswith(b"data:")]
            event = json.loads(b"\n".join(data))
            yield event
            if event["type"] == "error":
                raise ValueError(event["error"]["type"])
            if event["type"] == "message_stop":
                return
    raise EOFError("message_stop is missing")


async def stream_text(events):
    async for event in events:
        match event:
            case {"delta": {"type": "text_delta", "text": text}}:
                yield text
