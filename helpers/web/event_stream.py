"""A response that goes on for as long as its reader stays.

The usual streaming response of a framework writes what a generator gives and learns late, if
at all, that nobody reads. This one listens while it writes, and leaves at once:

    for a batch of the run: write it, and wait until the reader's connection took it
    meanwhile:              listen for the reader leaving
"""

import asyncio
from contextlib import suppress

from starlette.types import Message, Receive, Scope, Send

from helpers.web.requests import EVENT_STREAM
from helpers.web.runs import HEARTBEAT_SECONDS, Run
from helpers.web.wire import HEARTBEAT, RETRY, sse

__all__ = ["EventStream"]

PATIENCE = 30.0  # seconds; a connection that takes nothing for so long is given up


class EventStream:
    """The events of a run as an ASGI response.

    Args:
        run: what is read.
        after: the id of the last event that the reader has.
        grace: how long the run may go on when this was its last reader.
        heartbeat: seconds of silence after which a comment is sent.
    """

    def __init__(
        self, run: Run, *, after: int = 0, grace: float, heartbeat: float = HEARTBEAT_SECONDS
    ) -> None:
        self.run = run
        self.after = after
        self.grace = grace
        self.heartbeat = heartbeat

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Write until the run is over or the reader has left."""
        with self.run.reader(self.grace):
            writing = asyncio.create_task(self._write(send))
            listening = asyncio.create_task(_wait_for_disconnect(receive))
            try:
                await asyncio.wait({writing, listening}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in (writing, listening):
                    task.cancel()
                await asyncio.wait({writing, listening})
            if not writing.cancelled():
                with suppress(OSError, TimeoutError):  # the reader's connection is gone
                    writing.result()

    async def _write(self, send: Send) -> None:
        # The run's name, so that a page that asked by POST can stop it and come back to it.
        headers = {**EVENT_STREAM, "X-Run-Id": self.run.id}
        raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": 200, "headers": raw})
        await send(_body(RETRY))
        async for batch in self.run.follow(self.after, heartbeat=self.heartbeat):
            chunk = b"".join(map(sse, batch)) or HEARTBEAT
            async with asyncio.timeout(PATIENCE):
                await send(_body(chunk))
        await send(_body(b"", more=False))


def _body(chunk: bytes, more: bool = True) -> Message:
    return {"type": "http.response.body", "body": chunk, "more_body": more}


async def _wait_for_disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
