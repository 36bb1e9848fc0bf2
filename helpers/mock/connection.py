"""The seam between the offline API and the HTTP server that carries it: the connection itself.

A server says what can be said in HTTP. To hang up before the status line, or with a TCP reset,
the connection must be at hand: this protocol for uvicorn puts its transport into each request's
ASGI scope, under "extensions". A server that doesn't do so still works: the response is then
left unfinished, and the server closes the connection as it sees fit.
"""

import asyncio
import socket
import struct
import sys
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

from uvicorn.protocols.http.auto import AutoHTTPProtocol

from .plan import Plan

EXTENSION = "mock.transport"

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class Protocol(AutoHTTPProtocol):  # type: ignore[misc, valid-type]
    """uvicorn's protocol, with the transport in the scope of each request.

    A connection that brings no request for PATIENCE seconds is closed, also in the middle of
    one; so is one whose head is longer than LONGEST_HEAD bytes. uvicorn would wait for ever.
    """

    PATIENCE = 60.0
    LONGEST_HEAD = 2**20  # more than a loop pass can read, so that a body is never taken for one

    app: Callable[..., Awaitable[None]]

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Begin a connection."""
        super().connection_made(transport)
        app = self.app
        loop = asyncio.get_running_loop()
        self.answering = 0
        self.unasked = 0  # bytes since the last request began
        self.quiet = loop.call_later(self.PATIENCE, transport.close)

        async def with_transport(
            scope: MutableMapping[str, Any], receive: object, send: object
        ) -> None:
            self.quiet.cancel()
            self.answering += 1
            scope["extensions"] = {**scope.get("extensions", {}), EXTENSION: transport}
            try:
                await app(scope, receive, send)
            finally:
                self.answering -= 1
                self.unasked = 0
                if not transport.is_closing():
                    self.quiet = loop.call_later(self.PATIENCE, transport.close)

        self.app = with_transport

    def data_received(self, data: bytes) -> None:
        """Take what the client sent."""
        self.unasked += 0 if self.answering else len(data)
        if self.unasked > self.LONGEST_HEAD:
            self.transport.close()
        else:
            super().data_received(data)

    def connection_lost(self, error: Exception | None) -> None:
        """End the connection."""
        self.quiet.cancel()
        super().connection_lost(error)
        self.app = self.config.loaded_app  # the other one refers to this connection: a cycle


def chunk_writer(
    scope: MutableMapping[str, Any], plan: Plan
) -> Callable[[Iterable[bytes]], bool] | None:
    """Return what writes chunks past ASGI, or None if it must not be.

    One write for all chunks that are due, and no coroutines: a third of the cost of sending each
    as a message. It returns False when the client doesn't keep up; ASGI then knows how to wait.
    """
    transport: asyncio.Transport | None = scope.get("extensions", {}).get(EXTENSION)
    said = {name.lower() for name, _ in plan.headers}
    if (
        transport is None
        or plan.status in (204, 304)
        or (scope["method"], scope["http_version"]) != ("POST", "1.1")
        or said & {"content-length", "transfer-encoding", "connection"}
    ):
        return None  # the server may not frame the body as chunks

    def write(chunks: Iterable[bytes]) -> bool:
        if transport.is_closing():
            raise ConnectionAbortedError("The client has gone away.")
        if transport.get_write_buffer_size():
            return False
        transport.write(b"".join([b"%x\r\n%b\r\n" % (len(one), one) for one in chunks if one]))
        return True

    return write


async def hang_up(scope: MutableMapping[str, Any], *, reset: bool) -> None:
    """Close a request's connection with what was sent so far: with FIN, or with a reset."""
    transport: asyncio.Transport | None = scope.get("extensions", {}).get(EXTENSION)
    if transport is None:
        return
    if not reset:
        transport.close()
        return
    # A reset throws away what has not left yet, and on some systems what was not read yet.
    while transport.get_write_buffer_size() and not transport.is_closing():  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.02)
    if not transport.is_closing():
        linger = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        transport.abort()


async def until_disconnect(receive: Receive) -> None:
    """Return when the client has gone away."""
    while (await receive())["type"] != "http.disconnect":
        pass
