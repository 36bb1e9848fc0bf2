"""Cases of `text`: the ways out."""

import asyncio
from copy import deepcopy

from helpers.lessons.checking.case import Misconception, Namespace
from helpers.lessons.common.events import wire
from helpers.lessons.common.fake_api import Body, Server
from helpers.lessons.nb02_text_streaming.text.checks.harness import (
    HALF,
    LEAVES_OPEN,
    PATIENCE,
    READING,
    REQUEST,
    case,
    leaves_open,
    require_context,
)


class ReaderFailed(Exception):
    """What goes wrong in the reader's own code."""


async def leave_early(my: Namespace) -> object:
    """Break out after the first piece."""
    server = Server(Body(wire(HALF), then="wait"))
    told = []
    async with server.client() as http:
        async with require_context(my, http, deepcopy(REQUEST)) as events:
            async for piece in my.stream_text(events):
                told.append(f"text: {piece}")
                break
        told.append(server.socket)
    return told


async def fail_inside(my: Namespace) -> object:
    """Raise in the block."""
    server = Server(Body(wire(HALF), then="wait"))
    told = []
    async with server.client() as http:
        try:
            async with require_context(my, http, deepcopy(REQUEST)) as events:
                async for _ in events:
                    raise ReaderFailed
            told.append("no exception")
        except ReaderFailed:
            told.append("raised ReaderFailed")
        told.append(server.socket)
    return told


async def cancel(my: Namespace) -> object:
    """Cancel a reader that waits for the next piece."""
    server = Server(Body(wire(HALF), then="wait"))
    async with server.client() as http:

        async def read() -> None:
            async with require_context(my, http, deepcopy(REQUEST)) as events:
                async for _ in events:
                    pass

        task = asyncio.create_task(read())
        silent = asyncio.create_task(server.body.silent.wait())
        await asyncio.wait({task, silent}, timeout=PATIENCE, return_when="FIRST_COMPLETED")
        silent.cancel()
        if task.done():
            await task
        task.cancel()
        await asyncio.wait({task}, timeout=READING)
        if not task.done():
            return ["cancelled, and still reading", server.socket]
        if not task.cancelled():
            return ["cancelled, and went on", server.socket]
        return ["cancelled", server.socket]


NO_FINALLY = Misconception(
    id="no-finally",
    matches=leaves_open,
)

WAYS_OUT = (
    case(
        "break",
        "The reader pressed Stop, and pays for every token that is still written.",
        "async for piece in stream_text(events): break",
        leave_early,
        ["text: One", "socket closed"],
        LEAVES_OPEN,
    ),
    case(
        "an exception in the block",
        "The reader's own code fails in the middle, for example while it saves a piece.",
        "async for event in events: raise ReaderFailed",
        fail_inside,
        ["raised ReaderFailed", "socket closed"],
        NO_FINALLY,
        Misconception(
            id="swallows-the-readers-error",
            matches=lambda out: out.returned[0] == "no exception",
        ),
    ),
    case(
        "cancelled while it waits",
        "A web server cancels its task when the browser goes away.",
        "task.cancel()",
        cancel,
        ["cancelled", "socket closed"],
        Misconception(
            id="swallows-cancellation",
            matches=lambda out: bool(out.timed_out) or out.returned[0] != "cancelled",
        ),
        NO_FINALLY,
    ),
)
