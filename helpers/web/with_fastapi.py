"""The agent behind FastAPI.

    POST   /runs               {"prompt": "…"} starts an answer: {"id": "…"}
    GET    /runs/{id}/events   its events as a stream, from the beginning or from Last-Event-ID
    DELETE /runs/{id}          stops it
    POST   /ask                starts an answer and streams it in its own response
    WS     /ws                 asks, reads and stops over one WebSocket
    GET    /  /about           the pages, and what they show about the agent

An EventSource comes back by itself when its connection breaks, so `/runs/{id}/events` gives a
reader some seconds. Who reads the response to their own POST, or a WebSocket, does not come
back: when they leave, the answer ends at once.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request, Response, WebSocket
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from helpers.assistant.agent import Agent
from helpers.web.event_stream import EventStream
from helpers.web.pages import NAMES, page, static
from helpers.web.requests import (
    LONGEST_BODY,
    PAGE,
    Ask,
    Refused,
    check_origin,
    last_event_id,
    read_ask,
    read_json_type,
    too_long,
)
from helpers.web.runs import GRACE, HEARTBEAT_SECONDS, Runs
from helpers.web.with_websocket import talk

__all__ = ["make_app"]


def make_app(
    agent: Agent | None = None,
    *,
    grace: float = GRACE,
    heartbeat: float = HEARTBEAT_SECONDS,
) -> FastAPI:
    """Return the ASGI application; its runs are `app.state.runs`.

    `app.state.proxies` holds the origins whose proxy leads here.

    Args:
        agent: what answers.
        grace: seconds for which an answer goes on when its last reader has left.
        heartbeat: seconds of silence after which an event stream gets a comment.
    """
    own = agent or Agent()
    runs = Runs(own.answer, dollars=own.dollars, grace=grace)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await asyncio.to_thread(own.open)  # the offline API takes a moment to start
        yield
        await runs.close()
        await own.close()

    # Without its generated documentation: that loads scripts from elsewhere.
    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.runs = runs
    app.state.proxies = set()
    app.add_middleware(OwnPagesOnly, proxies=app.state.proxies)

    @app.exception_handler(Refused)
    async def answer_refusal(request: Request, refusal: Refused) -> Response:
        return JSONResponse({"error": refusal.words}, refusal.status, PAGE)

    @app.exception_handler(HTTPException)
    async def no_such_address(request: Request, problem: HTTPException) -> Response:
        return JSONResponse({"error": f"{problem.detail}."}, problem.status_code, PAGE)

    @app.post("/runs", status_code=201)
    async def start(request: Request) -> dict[str, str]:
        return {"id": runs.start(await read_request(request)).id}

    @app.get("/runs/{id}/events")
    async def events(id: str, request: Request) -> Response:
        run = runs.find(id)
        after = last_event_id(request.headers, request.query_params)
        if run.over and after >= len(run.told):
            # The one answer that keeps an EventSource from coming back again.
            return Response(status_code=204)
        return stream_response(EventStream(run, after=after, grace=grace, heartbeat=heartbeat))

    @app.delete("/runs/{id}")
    async def stop(id: str) -> Response:
        run = runs.find(id)
        run.stop()
        await run.wait_for_end()
        return Response(status_code=204)

    @app.post("/ask")
    async def ask(request: Request) -> Response:
        run = runs.start(await read_request(request))
        return stream_response(EventStream(run, grace=0, heartbeat=heartbeat))

    @app.websocket("/ws")
    async def socket(websocket: WebSocket) -> None:
        await talk(websocket, runs)

    @app.get("/about")
    async def about() -> dict[str, Any]:
        return own.about()

    @app.get("/")
    @app.get("/{name}")
    async def pages(name: str = NAMES[0]) -> Response:
        body, kind = page(name)
        return Response(body, media_type=kind, headers=PAGE)

    @app.get("/static/{name}")
    async def files(name: str) -> Response:
        body, kind = static(name)
        return Response(body, media_type=kind, headers=PAGE)

    return app


async def read_request(request: Request) -> Ask:
    """Return what a request asks, without ever reading more than it may have.

    Raises:
        Refused: it isn't anything that can be asked.
    """
    read_json_type(request.headers)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_BODY:
            raise too_long()
    return read_ask(bytes(body))


def stream_response(stream: EventStream) -> Response:
    """Return an event stream in the shape that FastAPI hands to the server as it is."""

    class Streamed(Response):
        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            await stream(scope, receive, send)

    return Streamed()


class OwnPagesOnly:
    """Let in what comes from this machine and from the server's own pages.

    Middleware of the plain kind: one that wraps responses would stand between a stream and
    its reader.
    """

    def __init__(self, app: ASGIApp, proxies: Collection[str] = ()) -> None:
        self.app = app
        self.proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] in ("http", "websocket"):
            headers: Mapping[str, str] = {
                name.decode("latin-1").lower(): value.decode("latin-1")
                for name, value in scope["headers"]
            }
            try:
                check_origin(headers, self.proxies)
            except Refused as refusal:
                answer = JSONResponse({"error": refusal.words}, refusal.status, PAGE)
                # For a WebSocket, the server turns this into a refused handshake.
                deny = answer if scope["type"] == "http" else _deny
                await deny(scope, receive, send)
                return
        await self.app(scope, receive, send)


async def _deny(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.close", "code": 1008})
