"""The engine behind a socket: an ASGI application.

Starlette reads the request. The response is sent on ASGI itself: the moment when a client
goes away must end the answer even while it waits for its next token, and Starlette's own
responses would notice only at the next send.
"""

import asyncio
import sys
import traceback
from collections.abc import AsyncGenerator, MutableMapping
from contextlib import aclosing
from typing import Any

from starlette.requests import ClientDisconnect, Request

from .connection import Receive, Send, chunk_writer, hang_up, until_disconnect
from .engine import MockAPI
from .plan import ConnectionCut, Plan
from .rules.envelope import LARGEST

# A client that stops in the middle of its request is not waited for any longer.
BODY_SECONDS = 60


class App:
    """An ASGI application that gives a MockAPI's answers.

    One chunk of a plan becomes one ASGI message, so that it is one chunk on the network too.
    When a plan drops the connection, the response is left unfinished and the connection is
    closed as the plan says (connection.py).
    """

    def __init__(self, api: MockAPI) -> None:
        self.api = api

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request."""
        assert scope["type"] == "http"
        request = Request(scope, receive)
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await read_body(request)
        except ClientDisconnect:
            return
        except TimeoutError:
            return await hang_up(scope, reset=False)
        answering = asyncio.create_task(self._answer(request, body, send))
        leaving = asyncio.create_task(until_disconnect(receive))
        try:
            await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            answering.cancel()
            leaving.cancel()
            await asyncio.gather(answering, leaving, return_exceptions=True)

    async def _answer(self, request: Request, body: bytes, send: Send) -> None:
        try:
            plan = self.api.plan(request.method, address(request), request.headers, body)
            async with aclosing(self.api.bursts(plan)) as bursts:
                await send_response(plan, bursts, request.scope, send)
        except ConnectionResetError as drop:
            await hang_up(request.scope, reset=not isinstance(drop, ConnectionCut))
        except OSError:
            pass  # the client has dropped the connection
        except Exception:
            traceback.print_exc(file=sys.stderr)  # our own mistake: show it, the client sees a drop


async def read_body(request: Request) -> bytes:
    """Return the body; of one that is too large, enough to show that it is.

    The rest is read and thrown away: a client that is still sending wouldn't hear the answer.
    """
    parts, size = [], 0
    async for part in request.stream():
        if size <= LARGEST:
            parts.append(part)
            size += len(part)
    return b"".join(parts)


def address(request: Request) -> str:
    """Return the path that was asked for, with its query."""
    query = request.scope["query_string"].decode("latin-1")
    return f"{request.url.path}?{query}" if query else request.url.path


async def send_response(
    plan: Plan, bursts: AsyncGenerator[list[bytes]], scope: MutableMapping[str, Any], send: Send
) -> None:
    """Send a whole response; the status line waits for the first chunk."""
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in plan.headers]
    write = chunk_writer(scope, plan)
    started = False
    async for burst in bursts:
        if not started:
            started = True
            await send({"type": "http.response.start", "status": plan.status, "headers": headers})
        elif write is not None and write(burst):
            continue
        for chunk in burst:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
    if not started:
        await send({"type": "http.response.start", "status": plan.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"", "more_body": False})
