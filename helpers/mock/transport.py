"""The engine inside this process, behind an httpx client: no socket, no thread.

A browser kernel has neither, and a test on a VirtualClock wants neither. httpx and httpx2
have the same shape, so one implementation serves both.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from dataclasses import replace
from types import ModuleType
from typing import Any, cast

from .engine import MockAPI
from .plan import ConnectionCut, Plan, TimedBytes


def in_process_transport(library: ModuleType, api: MockAPI) -> Any:
    """Return a transport whose every request is answered by `api`.

    library: httpx or httpx2, whichever the client comes from.

    For `library.AsyncClient(transport=...)`. A dropped connection is the library's ReadError,
    an unfinished body its RemoteProtocolError, a silence longer than the client's read timeout
    its ReadTimeout; all as on a socket, but the timeout is measured on the engine's clock.
    Closing the response ends the answer.
    """

    class Body(library.AsyncByteStream):  # type: ignore[name-defined, misc]
        def __init__(self, first: bytes, chunks: AsyncGenerator[bytes]) -> None:
            self.first = first
            self.chunks = chunks

        async def __aiter__(self) -> AsyncIterator[bytes]:
            if self.first:
                yield self.first
            try:
                async for chunk in self.chunks:
                    if chunk:
                        yield chunk
            except ConnectionResetError as drop:
                raise map_drop(library, drop) from drop

        async def aclose(self) -> None:
            await self.chunks.aclose()

    class InProcessTransport(library.AsyncBaseTransport):  # type: ignore[name-defined, misc]
        async def handle_async_request(self, request: Any) -> Any:
            sent = await request.aread()
            address = request.url.raw_path.decode()
            plan = api.plan(request.method, address, headers_of(request), sent)
            patience = request.extensions.get("timeout", {}).get("read")
            if patience is not None:
                plan = with_timeout(plan, patience, library.ReadTimeout)
            chunks = api.play(plan)
            try:
                # The status line waits for the first bytes, as on a socket.
                first: bytes | None = b""
                begun = False
                while first == b"":
                    first = await anext(chunks, None)
                    begun = True
            except ConnectionResetError as drop:
                if not begun:
                    raise map_drop(library, drop) from drop
                # An empty chunk came before: the headers have left.
                first, chunks = b"", dropping(drop)
            body = Body(first or b"", chunks)
            return library.Response(plan.status, headers=plan.headers, stream=body)

    return InProcessTransport()


def blocking_transport(library: ModuleType, api: MockAPI) -> Any:
    """Return the same for a client without async; nobody waits, so no clock is asked.

    library: httpx or httpx2, whichever the client comes from.
    """

    class Body(library.SyncByteStream):  # type: ignore[name-defined, misc]
        def __init__(self, plan: Plan) -> None:
            self.plan = plan

        def __iter__(self) -> Iterator[bytes]:
            try:
                yield from (chunk.data for chunk in self.plan.chunks if chunk.data)
            except ConnectionResetError as drop:
                raise map_drop(library, drop) from drop

    class BlockingTransport(library.BaseTransport):  # type: ignore[name-defined, misc]
        def handle_request(self, request: Any) -> Any:
            address = request.url.raw_path.decode()
            plan = api.plan(request.method, address, headers_of(request), request.read())
            return library.Response(plan.status, headers=plan.headers, stream=Body(plan))

    return BlockingTransport()


def headers_of(request: Any) -> dict[str, str]:
    """Return a request's headers; without a network, the host is a name that says nothing."""
    return {name: value for name, value in request.headers.items() if name.lower() != "host"}


def map_drop(library: ModuleType, drop: ConnectionResetError) -> Exception:
    """Return a connection's end as the library tells it."""
    wrong = library.RemoteProtocolError if isinstance(drop, ConnectionCut) else library.ReadError
    return cast("Exception", wrong(str(drop)))


async def dropping(drop: ConnectionResetError) -> AsyncGenerator[bytes]:
    """Yield nothing and drop the connection."""
    raise drop
    yield b""


def with_timeout(plan: Plan, seconds: float, error: type[Exception]) -> Plan:
    """Return the plan as a client sees it that gives up after `seconds` of silence."""

    def render() -> Iterator[TimedBytes]:
        last = 0.0
        for chunk in plan.chunks:
            if chunk.at - last > seconds:
                yield TimedBytes(last + seconds, b"")  # nothing but time passes
                raise error(f"Nothing came for {seconds:g} seconds.")
            last = chunk.at
            yield chunk

    return replace(plan, render=render)
