# looks like: a context manager that keeps its reader's exception to itself
# try next: Around a `yield`, use `finally` and no `except`; and `__aexit__` must not return True.
import json

import httpx


class StreamFailed(Exception):
    pass


class open_stream:
    """Both the context manager and the iterator."""

    def __init__(self, http, request):
        self.http = http
        self.body = dict(request, stream=True)

    async def __aenter__(self):
        request = self.http.build_request("POST", "/v1/messages", json=self.body)
        self.response = await self.http.send(request, stream=True)
        if self.response.status_code != 200:
            await self.response.aread()
            error = self.response.json()["error"]
            raise StreamFailed(self.response.status_code, error["type"], error["message"])
        self.decoder = SSEDecoder()
        self.chunks = self.response.aiter_bytes()
        self.ready = []
        self.done = False
        return self

    async def __aexit__(self, *exception):
        await self.response.aclose()
        return True

    def __aiter__(self):
        return self

    async def __anext__(self):
        while not self.ready:
            if self.done:
                raise StopAsyncIteration
            try:
                chunk = await anext(self.chunks)
            except StopAsyncIteration:
                raise StreamFailed("the answer is incomplete") from None
            self.ready += [json.loads(sse.data) for sse in self.decoder.feed(chunk)]
        event = self.ready.pop(0)
        if event["type"] == "error":
            raise StreamFailed(event["error"]["type"], event["error"]["message"])
        self.done = event["type"] == "message_stop"
        return event


async def stream_text(events):
    async for event in events:
        if event["type"] == "content_block_delta" and event["delta"]["type"] == "text_delta":
            yield event["delta"]["text"]
