import json
from contextlib import aclosing, asynccontextmanager

import httpx


class ApiError(Exception):
    def __init__(self, type, message):
        super().__init__()
        self.type = type
        self.message = message


class Incomplete(Exception):
    """The stream has no message_stop."""


@asynccontextmanager
async def open_stream(http, request):
    response = await http.send(
        http.build_request("POST", "/v1/messages", json=request | {"stream": True}),
        stream=True,
    )
    try:
        if response.is_error:
            error = json.loads(await response.aread())["error"]
            raise ApiError(error["type"], error["message"])

        async def events():
            decoder = SSEDecoder()
            stopped = False
            async for chunk in response.aiter_bytes():
                for _, data, *_ in decoder.feed(chunk):
                    event = json.loads(data)
                    match event:
                        case {"type": "error", "error": {"type": type, "message": message}}:
                            raise ApiError(type, message)
                        case {"type": "message_delta", "delta": {"stop_reason": str()}}:
                            stopped = True
                    yield event
                    if event["type"] == "message_stop":
                        return
            if not stopped:
                raise Incomplete

        async with aclosing(events()) as stream:
            yield stream
    finally:
        await response.aclose()


async def stream_text(events):
    async for event in events:
        delta = event.get("delta", {})
        if delta.get("type") == "text_delta" and delta["text"]:
            yield delta["text"]
