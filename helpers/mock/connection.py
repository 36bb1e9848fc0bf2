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


class Protocol(AutoHTTPProtocol):  # type: ignore[misc, valid-type]
    """uvicorn's protocol, with the transport in the scope of each request."""

    app: Callable[..., Awaitable[None]]

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Begin a connection."""
        super().connection_made(transport)
        app = self.app

        def with_transport(
            scope: MutableMapping[str, Any], receive: object, send: object
        ) -> Awaitable[None]:
            scope["extensions"] = {**scope.get("extensions", {}), EXTENSION: transport}
            return app(scope, receive, send)

        self.app = with_transport


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
