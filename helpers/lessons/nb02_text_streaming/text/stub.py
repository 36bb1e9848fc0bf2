import json
from contextlib import asynccontextmanager

import httpx


def open_stream(http, request):
    """Return an async context manager that posts `request` to /v1/messages.

    It gives an async iterator of all events, as dicts. It always closes the connection when
    the block ends, also after an error. If the status is not 200, or an `error` event comes,
    it raises an exception with the API's message. If the answer ends too early, it raises an
    exception, too.
    """
    ...


async def stream_text(events):
    """Yield the pieces of text among the events, each as it arrives."""
    ...
