"""An API without a network: it answers as it is told and keeps what it was asked."""

import asyncio
import json
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, Literal

import httpx

from helpers.lessons.common.events import START

Then = Literal["close", "reset", "wait"]

BASE_URL = "http://api.example"


class Body(httpx.AsyncByteStream):
    """A body that is sent chunk by chunk, and that knows whether its socket was closed.

    Args:
        chunks: sent one by one.
        then: after the last one, close cleanly, break, or stay open and silent.
        before: awaited before each chunk.
    """

    def __init__(
        self,
        chunks: Sequence[bytes],
        then: Then = "close",
        before: Callable[[bytes], Awaitable[None]] | None = None,
    ) -> None:
        self.closed = False
        self.silent = asyncio.Event()
        self.chunks = chunks
        self._then = then
        self._before = before

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Send the chunks."""
        for chunk in self.chunks:
            await asyncio.sleep(0)  # a socket, too, lets others run while it waits
            if self._before:
                await self._before(chunk)
            yield chunk
        if self._then == "reset":
            raise httpx.ReadError("connection reset by peer")
        if self._then == "wait":
            self.silent.set()
            await asyncio.Event().wait()

    async def aclose(self) -> None:
        """Close the socket."""
        self.closed = True


class Server(httpx.AsyncBaseTransport):
    """An API without a network: it answers as it is told and keeps what it was asked.

    Args:
        body: what a request for a stream gets.
        status: with another one than 200, the body is an error's.
        compresses: as a server may when the client says that it can read gzip.
    """

    def __init__(self, body: Body, status: int = 200, compresses: bool = False) -> None:
        self.body = body
        self.asked: list[tuple[str, str, Any]] = []
        self._status = status
        self._compresses = compresses

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer as the API would."""
        content = (await request.aread()).decode("utf-8", "replace")
        try:
            sent = json.loads(content)
        except ValueError:
            sent = content
        self.asked.append((request.method, str(request.url), sent))
        headers = {"content-type": "application/json", "request-id": "req_011CABC"}
        if self._status == 200 and not (isinstance(sent, dict) and sent.get("stream") is True):
            message = {**START["message"], "stop_reason": "end_turn"}
            return httpx.Response(200, headers=headers, json=message)
        if self._status == 200:
            headers["content-type"] = "text/event-stream; charset=utf-8"
        if self._compresses and "gzip" in request.headers.get("accept-encoding", ""):
            headers["content-encoding"] = "gzip"
            self.body.chunks = compress(self.body.chunks)
        return httpx.Response(self._status, headers=headers, stream=self.body)

    def client(self) -> httpx.AsyncClient:
        """A client whose requests all come here."""
        return httpx.AsyncClient(transport=self, base_url=BASE_URL)

    @property
    def socket(self) -> str:
        """What became of the connection."""
        return "socket closed" if self.body.closed else "socket still open"


def compress(chunks: Sequence[bytes]) -> list[bytes]:
    """The same chunks as gzip, each complete as soon as it has arrived."""
    packer = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
    packed = [packer.compress(chunk) + packer.flush(zlib.Z_SYNC_FLUSH) for chunk in chunks]
    return [*packed, packer.flush()]
