"""Cases of `main`: whoever asked has gone."""

import asyncio
from copy import deepcopy

import httpx

from helpers.lessons.checking.case import Misconception, Namespace
from helpers.lessons.common.conversation import ANSWER, ASK, ONE_CALL, PATIENCE, READING
from helpers.lessons.common.events import WHOLE
from helpers.lessons.common.outcomes import capture_print
from helpers.lessons.nb13_submit_your_build.main.checks.harness import (
    HALF,
    Broken,
    Busy,
    Service,
    case,
    require_awaitable,
    tell,
)


async def stop_midway(my: Namespace) -> object:
    """Tell what is left of an answer that is stopped in the middle."""
    silent, messages = Broken(HALF, "wait"), deepcopy([ASK])
    api, wrote = Service(silent), asyncio.Event()
    ended = "ended as if nothing had happened"

    async def ask(http: httpx.AsyncClient) -> None:
        await require_awaitable(my, http, messages, [], write=lambda _: wrote.set(), sleep=sleep)

    async def sleep(seconds: float) -> None:
        await asyncio.sleep(0)

    async with api.client() as http:
        task = asyncio.create_task(ask(http))
        waiting = asyncio.create_task(wrote.wait())
        await asyncio.wait({task, waiting}, timeout=PATIENCE / 2, return_when="FIRST_COMPLETED")
        waiting.cancel()
        task.cancel()
        await asyncio.wait({task}, timeout=READING)
        if not task.done():
            ended = "goes on"
            task.cancel()
        elif task.cancelled():
            ended = "cancelled"
        elif task.exception():
            raise task.exception() or RuntimeError
        closed = all(body.closed for body in api.bodies)
    return [
        ended,
        f"requests: {len(api.asked)}",
        "socket closed" if closed else "socket still open",
    ]


async def unread(my: Namespace) -> object:
    """Tell what becomes of an answer that nobody reads."""
    api = Service(WHOLE)

    def write(text: str) -> None:
        raise BrokenPipeError("nobody reads")

    async def sleep(seconds: float) -> None:
        await asyncio.sleep(0)

    ended = "the end"
    async with api.client() as http:
        try:
            async with asyncio.timeout(PATIENCE):
                await require_awaitable(my, http, deepcopy([ASK]), [], write=write, sleep=sleep)
        except BrokenPipeError:
            ended = "BrokenPipeError"
    return [f"requests: {len(api.asked)}", ended]


async def read_aloud(my: Namespace) -> object:
    """Return what a run with a failure prints."""
    return await capture_print(tell(my, Service(Busy(), ONE_CALL, ANSWER)))


GONE = (
    case(
        "stopped in mid-sentence",
        "Ctrl-C cancels the task. Close the socket: until then, you pay.",
        stop_midway,
        ["cancelled", "requests: 1", "socket closed"],
        Misconception(
            id="swallows-cancellation",
            matches=lambda out: out.returned[0] != "cancelled",
        ),
        code="task.cancel()",
    ),
    case(
        "nobody reads",
        "An example is `python agent.py … | head -1`. You pay for every further token, and "
        "nobody reads it.",
        unread,
        ["requests: 1", "BrokenPipeError"],
        Misconception(
            id="asks-for-nobody",
            matches=lambda out: out.returned[0] != "requests: 1",
        ),
    ),
    case(
        "quiet",
        "Your function must not print: the text would appear in the user's page.",
        read_aloud,
        "",
        Misconception(
            id="prints-too",
            matches=lambda out: bool(out.returned),
        ),
    ),
)
