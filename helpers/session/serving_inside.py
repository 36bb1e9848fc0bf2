"""A web application in this process, behind an httpx client: for a tab, which has no sockets.

What serving.py is elsewhere: the answer streams, a reader who stops reading is noticed, and so is
one who has left.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx

__all__ = ["serve"]

ROOM = 64  # messages that wait for a reader, where a socket has bytes
ADDRESS = "http://127.0.0.1:8000"
CLOSING_SECONDS = 5


class _Exchange(httpx.AsyncByteStream):
    """One request to an application, and its answer.

    Args:
        app: the application.
        scope: of the request.
        sent: its body.
    """

    def __init__(self, app: Any, scope: dict[str, Any], sent: bytes) -> None:
        self._waiting = [{"type": "http.request", "body": sent, "more_body": False}]
        self._chunks: asyncio.Queue[bytes | None] = asyncio.Queue(ROOM)
        self._left = asyncio.Event()
        self.start: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self.work = asyncio.create_task(self._answer(app, scope))

    async def _answer(self, app: Any, scope: dict[str, Any]) -> None:
        try:
            await app(scope, self._receive, self._send)
        finally:
            if not self.start.done():
                self.start.set_result({"status": 500, "headers": []})
            await self._put(None)

    async def _receive(self) -> dict[str, Any]:
        if self._waiting:
            return self._waiting.pop()
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.start.set_result(message)
        elif message.get("body"):
            await self._put(message["body"])

    async def _put(self, chunk: bytes | None) -> None:
        """Hand a chunk on, unless the reader leaves while there is no room."""
        if self._left.is_set():
            return
        put, left = (
            asyncio.ensure_future(one)
            for one in (self._chunks.put(chunk), self._wait_for_disconnect())
        )
        await asyncio.wait({put, left}, return_when=asyncio.FIRST_COMPLETED)
        put.cancel()
        left.cancel()

    async def _wait_for_disconnect(self) -> None:
        await self._left.wait()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (chunk := await self._chunks.get()) is not None:
            yield chunk
        with suppress(asyncio.CancelledError):
            await asyncio.wait({self.work})
        if self.work.cancelled() or self.work.exception():
            raise httpx.RemoteProtocolError(
                "peer closed connection without sending complete message body"
                " (incomplete chunked read)"
            )

    async def aclose(self) -> None:
        """Leave."""
        self._left.set()


class _Inside(httpx.AsyncBaseTransport):
    def __init__(self, app: Any) -> None:
        self._app = app
        self.exchanges: list[_Exchange] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": url.scheme,
            "path": url.path,
            "raw_path": url.raw_path.split(b"?")[0],
            "query_string": url.query,
            "root_path": "",
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "client": ("127.0.0.1", 50000),
            "server": (url.host, url.port or 80),
            "state": {},
        }
        exchange = _Exchange(self._app, scope, await request.aread())
        self.exchanges.append(exchange)
        try:
            start = await exchange.start
        except asyncio.CancelledError:
            await exchange.aclose()
            raise
        headers = start.get("headers", [])
        return httpx.Response(start["status"], headers=headers, stream=exchange)


@asynccontextmanager
async def serve(app: Any) -> AsyncGenerator[httpx.AsyncClient]:
    """Run an ASGI application on this event loop; give an HTTP client for it.

    Args:
        app: such as a FastAPI application.
    """
    inside = _Inside(app)
    async with _lifespan(app):
        try:
            async with httpx.AsyncClient(base_url=ADDRESS, transport=inside, timeout=30) as http:
                yield http
        finally:
            for exchange in inside.exchanges:
                await exchange.aclose()
            works = {exchange.work for exchange in inside.exchanges}
            if works:
                _, late = await asyncio.wait(works, timeout=CLOSING_SECONDS)
                for work in late:
                    work.cancel()


@asynccontextmanager
async def _lifespan(app: Any) -> AsyncGenerator[None]:
    """Start an application, and tell it in the end that it stops."""
    up, down, stop = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def receive() -> dict[str, Any]:
        if not up.is_set():
            return {"type": "lifespan.startup"}
        await stop.wait()
        return {"type": "lifespan.shutdown"}

    async def send(message: dict[str, Any]) -> None:
        (up if "startup" in message["type"] else down).set()

    async def live() -> None:
        scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}
        with suppress(Exception):  # an application need not know of this
            await app(scope, receive, send)
        up.set()
        down.set()

    living = asyncio.create_task(live())
    await up.wait()
    try:
        yield
    finally:
        stop.set()
        await down.wait()
        await living
