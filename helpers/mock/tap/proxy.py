"""Passes each request on and each response back, chunk by chunk."""

import asyncio
import json
from collections.abc import AsyncIterator, MutableMapping
from typing import Any

import httpx
from starlette.requests import ClientDisconnect, Request

from ..connection import Receive, Send, hang_up, until_disconnect
from ..recordings import Writer, exchange
from ..recordings.writer import Unpacker
from .observer import Observer
from .screen import Screen

# These say something about one connection, and there are two here.
HOP_BY_HOP = (
    b"connection",
    b"keep-alive",
    b"proxy-connection",
    b"proxy-authenticate",
    b"te",
    b"trailer",
    b"transfer-encoding",
    b"upgrade",
)
CONNECT_SECONDS = 15.0


def open_client(upstream: httpx.URL) -> httpx.AsyncClient:
    """Return the client that requests go on with; it waits as long as its own client does."""
    return httpx.AsyncClient(
        timeout=httpx.Timeout(None, connect=CONNECT_SECONDS),
        limits=httpx.Limits(max_connections=None),
        trust_env=upstream.host not in ("127.0.0.1", "localhost", "::1"),  # proxies are for afar
    )


class Tap:
    """An ASGI application that passes each request on and each response back."""

    def __init__(
        self, upstream: httpx.URL, client: httpx.AsyncClient, writer: Writer, screen: Screen
    ) -> None:
        self.upstream = upstream
        self.client = client
        self.writer = writer
        self.screen = screen
        self._told = False

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Pass one request on, until it is answered or its client leaves."""
        assert scope["type"] == "http"
        request = Request(scope, receive)
        try:
            body = await request.body()
        except ClientDisconnect:
            return
        passing = asyncio.create_task(self._exchange(request, body, send))
        leaving = asyncio.create_task(until_disconnect(receive))
        try:
            await asyncio.wait({passing, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if not passing.done():
                passing.cancel(exchange.CLIENT_LEFT)
        finally:
            passing.cancel()
            leaving.cancel()
            await asyncio.gather(passing, leaving, return_exceptions=True)
        if not passing.cancelled() and (error := passing.exception()):
            raise error

    async def _exchange(self, request: Request, body: bytes, send: Send) -> None:
        observer = Observer(self.writer, self.screen, request, body)
        how = exchange.STOPPED
        try:
            how = await self._pass_on(observer, request, body, send)
        except asyncio.CancelledError as cancelled:
            if exchange.CLIENT_LEFT in cancelled.args:
                how = exchange.CLIENT_LEFT
            raise
        except OSError:
            how = exchange.CLIENT_LEFT
        finally:
            observer.end(how)
            if self.writer.problem and not self._told:
                self._told = True
                self.screen.say(self.writer.problem)

    async def _pass_on(self, observer: Observer, request: Request, body: bytes, send: Send) -> str:
        """Return how it ended, one of exchange.ENDS."""
        address = request.scope["raw_path"] + b"?" * bool(request.url.query)
        address += request.scope["query_string"]
        onward = httpx.Request(
            request.method,
            self.upstream.copy_with(raw_path=self.upstream.raw_path.rstrip(b"/") + address),
            headers=onward_headers(request.headers.raw),
            content=body,
        )
        if not body and request.method in ("GET", "HEAD"):
            onward.headers.pop("content-length", None)
        try:
            response = await self.client.send(onward, stream=True)
        except httpx.RequestError as error:
            said = f"The tap can't reach {self.upstream}: {reason(error)}."
            observer.unreachable(said)
            await send_502(said, send)
            return exchange.UNREACHABLE
        try:
            return await send_back(response, observer, request.scope, send)
        finally:
            await response.aclose()


async def send_back(
    response: httpx.Response, observer: Observer, scope: MutableMapping[str, Any], send: Send
) -> str:
    """Send a response as it comes, each chunk before anything else is done with it."""
    headers = [
        (name.lower(), value)
        for name, value in response.headers.raw
        if name.lower() not in HOP_BY_HOP
    ]
    start = {"type": "http.response.start", "status": response.status_code, "headers": headers}
    await send(start)
    # Makes the server send status and headers now, not with the first chunk.
    await send({"type": "http.response.body", "body": b"", "more_body": True})
    observer.response(response)
    try:
        async for chunk in chunks_of(response):
            at = observer.now()
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
            observer.chunk(at, chunk)
    except httpx.RequestError as drop:
        how = exchange.RESET if isinstance(drop, httpx.ReadError) else exchange.DROPPED
        await hang_up(scope, reset=how == exchange.RESET)  # as the API did
        return how
    await send({"type": "http.response.body", "body": b"", "more_body": False})
    return exchange.COMPLETE


def chunks_of(response: httpx.Response) -> AsyncIterator[bytes]:
    """Return the body's bytes as they come, packed if they are."""
    return response.aiter_raw()


def onward_headers(raw: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Return a request's headers as they go on: all but those of the connection itself."""
    headers = []
    for name, value in raw:
        if name in HOP_BY_HOP or name in (b"host", b"content-length", b"expect"):
            continue
        if name == b"accept-encoding":
            offered = [part.strip() for part in value.split(b",")]
            ours = (*[kind.encode() for kind in Unpacker.KINDS], b"identity")
            value = b", ".join(o for o in offered if o.split(b";")[0] in ours) or b"identity"
        headers.append((name, value))
    return headers


def reason(error: httpx.RequestError) -> str:
    """Return why there is no response, in words."""
    if isinstance(error, httpx.ConnectTimeout):
        return f"no answer within {CONNECT_SECONDS:.0f} seconds"
    if isinstance(error, httpx.RemoteProtocolError):
        return "it closed the connection without a response"
    return str(error).rstrip(".") or type(error).__name__


async def send_502(message: str, send: Send) -> None:
    """Send the answer to a request that could not be passed on, in the API's own shape."""
    body = {"type": "error", "error": {"type": "api_error", "message": message}}
    headers = [(b"content-type", b"application/json"), (b"x-should-retry", b"true")]
    await send({"type": "http.response.start", "status": 502, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})
