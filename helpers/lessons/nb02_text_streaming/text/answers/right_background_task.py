# A task reads ahead into a queue, and its reader takes events from there.
import asyncio
import json
from contextlib import asynccontextmanager

import httpx


@asynccontextmanager
async def open_stream(http, request):
    queue = asyncio.Queue()
    task = asyncio.create_task(read(http, {**request, "stream": True}, queue))
    try:
        yield drain(queue)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def read(http, body, queue):
    try:
        async with http.stream("POST", "/v1/messages", json=body) as response:
            if response.status_code != 200:
                raise RuntimeError((await response.aread()).decode())
            decoder = SSEDecoder()
            async for chunk in response.aiter_bytes():
                for sse in decoder.feed(chunk):
                    event = json.loads(sse.data)
                    if event["type"] == "error":
                        raise RuntimeError(event["error"]["type"])
                    await queue.put(event)
                    if event["type"] == "message_stop":
                        return
            raise RuntimeError("incomplete")
    except Exception as error:
        await queue.put(error)


async def drain(queue):
    while True:
        event = await queue.get()
        if isinstance(event, Exception):
            raise event
        yield event
        if event["type"] == "message_stop":
            return


async def stream_text(events):
    async for event in events:
        if event["type"] == "content_block_delta":
            if event["delta"]["type"] == "text_delta":
                yield event["delta"]["text"]
