import json
from contextlib import asynccontextmanager

import httpx


def open_stream(http, request):
    """Return an async context manager that posts `request` to /v1/messages.

    It gives an async iterator of all events, as dicts, and it closes the connection
    however its block is left. Raises what the API says if the status is not 200 or an
    `error` event comes, and an exception of its own if the answer ends too early.
    """
    ...


async def stream_text(events):
    """Yield the pieces of text among the events, each as it arrives."""
    ...
