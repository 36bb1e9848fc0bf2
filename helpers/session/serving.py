"""A web application on a free port of this machine, for as long as a block lasts.

async with course.serve(app) as http:
    response = await http.get("/")
"""

import asyncio
import logging
import socket
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import httpx
import uvicorn

__all__ = ["serve"]

# Room for so many bytes on a socket: a reader who stops reading is noticed after a few
# thousand events, where it would take millions.
SOCKET_BYTES = 16_384
CLOSING_SECONDS = 5


class _Server(uvicorn.Server):
    """A server that leaves Ctrl-C to the notebook."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Catch none."""
        yield


class _News(logging.Filter):
    """Leaves out that a reader has left: to see that is the application's part."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether a record is to be told."""
        return record.msg != "socket.send() raised exception."


@asynccontextmanager
async def serve(app: Any) -> AsyncGenerator[httpx.AsyncClient]:
    """Run an ASGI application on this event loop; give an HTTP client for it.

    Real sockets, with little room in them. In the end whoever still reads is cut off.

    Args:
        app: such as a FastAPI application.
    """
    # Only errors are told. The client's connections are closed before the server is stopped, so
    # nothing has to be cut off; what goes on all the same gets some seconds.
    config = uvicorn.Config(
        app,
        log_config=None,
        log_level="error",
        timeout_graceful_shutdown=CLOSING_SECONDS,
        ws="websockets-sansio",
    )
    server = _Server(config)
    listening = socket.create_server(("127.0.0.1", 0))
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SOCKET_BYTES)
    port = listening.getsockname()[1]
    transport = httpx.AsyncHTTPTransport(
        limits=httpx.Limits(max_connections=None),
        socket_options=[(socket.SOL_SOCKET, socket.SO_RCVBUF, SOCKET_BYTES)],
        trust_env=False,
    )
    running = asyncio.create_task(server.serve(sockets=[listening]))
    logger = logging.getLogger("asyncio")
    logger.addFilter(news := _News())
    try:
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}", transport=transport, timeout=30
        ) as http:
            yield http
    finally:
        server.should_exit = True
        await running
        listening.close()
        logger.removeFilter(news)
