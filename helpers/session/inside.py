"""The offline API in this process, at http://mock: for a browser's tab, which has no sockets.

httpx's own transport sends there what is for that host, so that a client is made and used as
anywhere else. What is for another host leaves through the page's fetch.
"""

import asyncio
from types import ModuleType
from typing import Any
from weakref import WeakKeyDictionary

import httpx

from helpers.browser.fetching import fetch
from helpers.mock.engine import MockAPI
from helpers.mock.faults import strike_all
from helpers.mock.settings import Fault, Settings
from helpers.mock.transport import blocking_transport, in_process_transport

__all__ = ["InsideServer"]

HOST = "mock"
FAR = "From a page, a program without async reaches only the offline API: use an AsyncClient."


class InsideServer:
    """What helpers.mock.server.MockServer is, without a process.

    Args:
        settings: pace, fault and chunking.

    Attributes:
        base_url: where it answers.
    """

    base_url = f"http://{HOST}"

    def __init__(self, settings: Settings) -> None:
        self.api = MockAPI(settings)
        route(httpx, self.api)

    def configure(self, settings: Settings) -> None:
        """Give it other settings."""
        self.api.state.settings = settings
        self.api.state.attempts.forget()

    def break_streams(self) -> int:
        """Cut every answer that is under way; return how many there were."""
        return strike_all(self.api.state.streams, Fault("reset"))

    def close(self) -> None:
        """Cut every answer; there is no process to stop."""
        self.break_streams()


def route(library: ModuleType, api: MockAPI) -> None:
    """Let a library's transports answer from this process what is for the offline API.

    Args:
        library: httpx or httpx2.
        api: answers.
    """
    inside, blocking = in_process_transport(library, api), blocking_transport(library, api)
    pools: WeakKeyDictionary[Any, asyncio.Semaphore] = WeakKeyDictionary()

    async def handle_async_request(self: Any, request: Any) -> Any:
        if request.url.host != HOST:
            return await fetch(library, request)
        if self not in pools:
            pools[self] = asyncio.Semaphore(self._pool._max_connections)
        return await _with_a_place(library, pools[self], inside, request)

    def handle_request(self: Any, request: Any) -> Any:
        if request.url.host != HOST:
            raise library.ConnectError(FAR, request=request)
        return blocking.handle_request(request)

    anything: Any = library
    anything.AsyncHTTPTransport.handle_async_request = handle_async_request
    anything.HTTPTransport.handle_request = handle_request


async def _with_a_place(
    library: ModuleType, places: asyncio.Semaphore, inside: Any, request: Any
) -> Any:
    """Answer a request when the client's pool has a place for it, as it has for connections."""
    patience = request.extensions.get("timeout", {}).get("pool")
    try:
        async with asyncio.timeout(patience):
            await places.acquire()
    except TimeoutError:
        raise library.PoolTimeout("No place for a connection came free.") from None
    try:
        response = await inside.handle_async_request(request)
    except BaseException:
        places.release()
        raise
    end, open_ = response.stream.aclose, True

    async def aclose() -> None:
        nonlocal open_
        if open_:
            open_ = False
            places.release()
        await end()

    response.stream.aclose = aclose
    return response
