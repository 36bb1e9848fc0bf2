"""An HTTP server on loopback whose every answer is written by hand, byte by byte."""

import asyncio
import json
import socket
import struct
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

import h11

__all__ = ["Exchange", "Listener"]

LARGEST = 4 * 1024 * 1024  # bytes of a request


class Exchange:
    """One request, and the answer that a case writes to it.

    Attributes:
        method, path, headers, body: what was asked; the path with its query.
        at: when it had arrived, in seconds on the monotonic clock.
        answered: when its answer had been sent; None as long as it hasn't.
        gone: set once the other side has closed the connection.
    """

    def __init__(self, request: h11.Request, body: bytes, wire: "_Wire") -> None:
        self.method = request.method.decode()
        self.path = request.target.decode()
        self.headers = {name.decode().lower(): v.decode("latin-1") for name, v in request.headers}
        self.body = body
        self.at = time.monotonic()
        self.answered: float | None = None
        self.gone = wire.gone
        self._wire = wire

    @property
    def json(self) -> dict[str, Any]:
        """The body as an object; empty if it is none."""
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return value if isinstance(value, dict) else {}

    async def reply(
        self, status: int, body: bytes | dict[str, Any] | str, headers: dict[str, str] | None = None
    ) -> None:
        """Answer in one piece."""
        if isinstance(body, dict):
            body, headers = (
                json.dumps(body).encode(),
                {
                    "content-type": "application/json",
                    **(headers or {}),
                },
            )
        elif isinstance(body, str):
            body = body.encode()
        await self.begin(status, {**(headers or {}), "content-length": str(len(body))})
        await self.send(body)
        await self.finish()

    async def begin(self, status: int = 200, headers: dict[str, str] | None = None) -> None:
        """Send the status and the headers; by default, those of an event stream."""
        headers = headers or {"content-type": "text/event-stream; charset=utf-8"}
        await self._wire.write(h11.Response(status_code=status, headers=list(headers.items())))

    async def send(self, data: bytes) -> None:
        """Send some bytes of the body, as one chunk."""
        if data:
            await self._wire.write(h11.Data(data=data))

    async def finish(self) -> None:
        """End the body as it should end."""
        self.answered = time.monotonic()
        await self._wire.write(h11.EndOfMessage())

    async def cut(self, *, reset: bool = False) -> None:
        """Close the connection in the middle of the body.

        Args:
            reset: with a reset, as when a machine dies, rather than with an end.
        """
        self._wire.cut(reset)


class _Wire:
    """One connection, and whether the other side is still there."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.protocol = h11.Connection(h11.SERVER)
        self.gone = asyncio.Event()

    async def request(self) -> tuple[h11.Request, bytes] | None:
        """Read the next request; None if the connection has ended."""
        request, body = None, b""
        while True:
            event = self.protocol.next_event()
            if event is h11.NEED_DATA:
                data = await self.reader.read(65536)
                self.protocol.receive_data(data)
            elif isinstance(event, h11.Request):
                request = event
            elif isinstance(event, h11.Data):
                body += bytes(event.data)
                if len(body) > LARGEST:
                    return None
            elif isinstance(event, h11.EndOfMessage) and request is not None:
                return request, body
            else:
                return None

    async def watch(self) -> None:
        """Wait until the other side closes."""
        with suppress(OSError):
            while data := await self.reader.read(65536):
                self.protocol.receive_data(data)
        self.gone.set()

    async def write(self, event: h11.Event) -> None:
        data = self.protocol.send(event)
        if data and not self.gone.is_set():
            with suppress(OSError):
                self.writer.write(data)
                await self.writer.drain()

    def cut(self, reset: bool) -> None:
        plug = self.writer.get_extra_info("socket")
        if reset and plug is not None:
            plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.writer.transport.abort()
        self.writer.close()


class Listener:
    """A server on a free port of loopback; use it in `async with`.

    Args:
        answer: writes the answer to each request.

    Attributes:
        exchanges: the requests so far.
        failures: what `answer` raised, if it did.
    """

    def __init__(self, answer: Callable[[Exchange], Awaitable[None]]) -> None:
        self._answer = answer
        self._server: asyncio.Server | None = None
        self._held: socket.socket | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.exchanges: list[Exchange] = []
        self.failures: list[Exception] = []

    @property
    def url(self) -> str:
        """Its address."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def refuse(self) -> None:
        """Refuse connections from now on; the port stays taken, so that nobody else has it."""
        assert self._server is not None
        address = self._server.sockets[0].getsockname()
        self._server.close()
        self._held = socket.socket()
        self._held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._held.bind(address)  # and nobody listens

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve_connection, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._server is not None
        self._server.close()
        if self._held is not None:
            self._held.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve_connection(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        wire = _Wire(reader, writer)
        try:
            while (asked := await wire.request()) is not None:
                exchange = Exchange(*asked, wire)
                self.exchanges.append(exchange)
                watching = asyncio.create_task(wire.watch())
                try:
                    await self._answer(exchange)
                except (OSError, h11.LocalProtocolError):
                    pass  # the other side has left, or the case has cut the line
                except Exception as error:
                    self.failures.append(error)
                    break
                finally:
                    if wire.protocol.our_state is not h11.DONE:
                        wire.cut(reset=False)
                    watching.cancel()
                    await asyncio.gather(watching, return_exceptions=True)
                if wire.protocol.our_state is not h11.DONE or wire.gone.is_set():
                    break
                wire.protocol.start_next_cycle()
        except (OSError, h11.RemoteProtocolError, asyncio.CancelledError):
            pass  # it is cancelled by this listener alone, as its last act
        finally:
            wire.gone.set()
            writer.close()
