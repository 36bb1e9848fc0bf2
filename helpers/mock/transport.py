"""The engine inside this process, behind an httpx client: no socket, no thread.

A browser kernel has neither, and a test on a VirtualClock wants neither. httpx and httpx2
have the same shape, so one implementation serves both.
"""

from collections.abc import AsyncGenerator, AsyncIterator
from types import ModuleType
from typing import Any

from .engine import MockAPI


def in_process_transport(library: ModuleType, api: MockAPI) -> Any:
    """Return a transport whose every request is answered by `api`.

    library: httpx or httpx2, whichever the client comes from.

    For `library.AsyncClient(transport=...)`. A dropped connection is the library's ReadError.
    Closing the response ends the answer. Timeouts don't apply: nothing here can hang.
    """

    class Body(library.AsyncByteStream):  # type: ignore[name-defined, misc]
        def __init__(self, first: bytes, chunks: AsyncGenerator[bytes]) -> None:
            self.first = first
            self.chunks = chunks

        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield self.first
            try:
                async for chunk in self.chunks:
                    yield chunk
            except ConnectionResetError as drop:
                raise library.ReadError(str(drop)) from drop

        async def aclose(self) -> None:
            await self.chunks.aclose()

    class InProcessTransport(library.AsyncBaseTransport):  # type: ignore[name-defined, misc]
        async def handle_async_request(self, request: Any) -> Any:
            body = await request.aread()
            plan = api.plan(request.method, request.url.path, dict(request.headers), body)
            chunks = api.play(plan)
            try:
                first = await anext(chunks, b"")  # the status line waits for it, as on a socket
            except ConnectionResetError as drop:
                raise library.ReadError(str(drop), request=request) from drop
            return library.Response(plan.status, headers=plan.headers, stream=Body(first, chunks))

    return InProcessTransport()
