"""Requests that leave the tab: through the page's fetch, which streams and can be aborted."""

import asyncio
from collections.abc import AsyncIterator
from types import ModuleType
from typing import Any

__all__ = ["fetch"]

# The page sets these itself, and refuses to be told.
THE_PAGES_OWN = {"host", "connection", "content-length", "accept-encoding", "user-agent"}
# Anthropic's API answers a page only if it says that it knows what it does: the key is in a page.
DIRECT = "anthropic-dangerous-direct-browser-access"


async def fetch(library: ModuleType, request: Any) -> Any:
    """Send a request and return its response, whose body streams.

    Args:
        library: httpx or httpx2, whichever the request comes from.
        request: as a transport gets it.
    """
    import js  # type: ignore[import-not-found, unused-ignore]
    from pyodide.ffi import JsException, to_js  # type: ignore[import-not-found, unused-ignore]

    content = await request.aread()
    headers = {name: value for name, value in request.headers.items() if name not in THE_PAGES_OWN}
    if "anthropic-version" in headers:
        headers[DIRECT] = "true"
    abort = js.AbortController.new()
    options = {"method": request.method, "headers": headers, "signal": abort.signal}
    if content:
        options["body"] = to_js(content)
    options = to_js(options, dict_converter=js.Object.fromEntries)
    silence = request.extensions.get("timeout", {}).get("read")
    try:
        async with asyncio.timeout(silence):
            answer = await js.fetch(str(request.url), options)
    except TimeoutError:
        abort.abort()
        raise library.ReadTimeout("No answer came in time.", request=request) from None
    except JsException:
        raise library.ConnectError(
            f"The page can't reach {request.url.host}: it is not there, or it answers no pages.",
            request=request,
        ) from None

    class Body(library.AsyncByteStream):  # type: ignore[name-defined, misc]
        async def __aiter__(self) -> AsyncIterator[bytes]:
            reader = answer.body.getReader()
            while True:
                try:
                    async with asyncio.timeout(silence):
                        read = await reader.read()
                except TimeoutError:
                    abort.abort()
                    raise library.ReadTimeout("Nothing more came in time.") from None
                except JsException as error:
                    raise library.ReadError(f"The connection broke: {error}") from None
                if read.done:
                    return
                yield read.value.to_bytes()

        async def aclose(self) -> None:
            abort.abort()  # the server sees the connection close

    found = [(str(pair[0]), str(pair[1])) for pair in answer.headers]
    # The page has decoded the body already.
    found = [(name, value) for name, value in found if name.lower() != "content-encoding"]
    return library.Response(answer.status, headers=found, stream=Body(), request=request)
