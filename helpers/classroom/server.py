"""The class's server: seats come with the code, the instructor with the key.

POST   /seats    {"code", "name"}     a seat; its secret goes into all that it sends
POST   /acts     [{"number", …act}]   what a seat did
GET    /seat                          all that a seat told
DELETE /seat                          it leaves, and what it told is forgotten
GET    /orders                        an event stream: what the seat has to obey
GET    /board                         an event stream: the board, for the instructor
POST   /orders   {…order}             an order to every seat, of the instructor
GET    /slides/…                      a path's slides
"""

import asyncio
import hmac
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from helpers.classroom import acts, orders
from helpers.classroom.classroom import Classroom
from helpers.classroom.guard import Guard
from helpers.lessons import LESSONS
from helpers.lessons.teaching import path_names, run_sheet

__all__ = ["make_app"]

PAGE = Path(__file__).with_name("page")
FILES = {
    "/": ("board.html", "text/html"),
    "/board.js": ("board.js", "text/javascript"),
    "/board.css": ("board.css", "text/css"),
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
SLIDES = LESSONS.parents[1] / "docs" / "teaching" / "slides"
SLIDES_KINDS = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}
PATHS = [run_sheet(name).file for name in path_names()]
LARGEST = 64 * 1024  # bytes of a body
MOST_ACTS = 200  # in one body
MOST_SEATS = 500
HEARTBEAT_SECONDS = 10.0
PAUSE_SECONDS = 0.1  # between two boards; nobody reads faster
EVENT_STREAM = {"cache-control": "no-cache, no-transform", "x-accel-buffering": "no"}

Handler = Callable[[Request], Awaitable[Response]]


class Refused(Exception):
    """A request that is not carried out.

    Attributes:
        status: of HTTP.
    """

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status


def make_app(classroom: Classroom, seats: str) -> Starlette:
    """Return the class's server as an ASGI application.

    Args:
        classroom: the class.
        seats: the link with which seats join, as the board shows it.
    """
    guard = Guard()

    def seat_of(request: Request) -> str:
        seat = classroom.store.seat_of(bearer(request))
        if seat is None:
            raise Refused(401, "This seat is not known here: join again with the class's code.")
        return seat

    def check_key(request: Request) -> None:
        if not hmac.compare_digest(bearer(request).encode(), classroom.store.key.encode()):
            raise Refused(403, "Only the instructor's own link opens the board.")

    async def join(request: Request) -> Response:
        peer, now = request.client.host if request.client else "", classroom.now()
        if guard.is_shut(peer, now):
            raise Refused(429, "A wrong code was given too often: wait a minute, then try again.")
        given = await body_of(request)
        code = given.get("code") if isinstance(given, dict) else None
        right = classroom.store.code.encode()
        if not isinstance(code, str) or not hmac.compare_digest(
            code.strip().lower().encode(), right
        ):
            guard.wrong(peer, now)
            raise Refused(403, "This is not the class's code: ask for it, and type it once more.")
        if len(classroom.room.seats) >= MOST_SEATS:
            raise Refused(409, f"This class is full: it has {MOST_SEATS} seats.")
        name = acts.seat_name(given.get("name"))
        _, secret = classroom.join(name)
        return JSONResponse({"secret": secret, "name": name}, 201)

    async def take(request: Request) -> Response:
        seat, given = seat_of(request), await body_of(request)
        if not isinstance(given, list) or len(given) > MOST_ACTS:
            raise Refused(400, f"Acts come as a list of at most {MOST_ACTS}.")
        checked = [(number_of(one), acts.act_of(one)) for one in given]
        for number, act in checked:
            classroom.take(seat, number, act)
        return Response(status_code=204)

    async def show(request: Request) -> Response:
        return JSONResponse(classroom.store.acts_of(seat_of(request)))

    async def leave(request: Request) -> Response:
        classroom.leave(seat_of(request))
        return Response(status_code=204)

    async def obey(request: Request) -> Response:
        seat, last = seat_of(request), request.headers.get("last-event-id", "")
        after = int(last) if last.isascii() and last.isdigit() and len(last) < 10 else None
        return stream(orders_for(seat, after))

    async def orders_for(seat: str, after: int | None) -> AsyncGenerator[str]:
        yield ": welcome\n\n"
        while seat in classroom.room.seats and not classroom.over.is_set():
            for number, order in classroom.orders_after(after):
                yield f"id: {number}\ndata: {json.dumps(orders.json_of(order))}\n\n"
            before, after = after, classroom.last
            if before == after:
                yield ": still here\n\n"
            await next_order(after)

    async def next_order(after: int) -> None:
        """Wait for an order; most news are others' acts."""
        end = asyncio.get_running_loop().time() + HEARTBEAT_SECONDS
        while classroom.last == after and not classroom.over.is_set():
            left = end - asyncio.get_running_loop().time()
            if left <= 0:
                return
            await classroom.wait(left)

    async def look(request: Request) -> Response:
        check_key(request)
        return stream(boards())

    async def boards() -> AsyncGenerator[str]:
        while not classroom.over.is_set():
            shown = {**classroom.board(), "link": seats, "paths": PATHS}
            yield f"data: {json.dumps(shown)}\n\n"
            waiting = asyncio.ensure_future(classroom.wait(HEARTBEAT_SECONDS))
            await asyncio.sleep(PAUSE_SECONDS)
            await waiting

    async def send(request: Request) -> Response:
        check_key(request)
        return JSONResponse(
            {"number": classroom.send(orders.order_of(await body_of(request)))}, 201
        )

    def answering(handler: Handler) -> Handler:
        async def answer(request: Request) -> Response:
            try:
                return await handler(request)
            except Refused as refused:
                return JSONResponse({"error": str(refused)}, refused.status)
            except (acts.NoAct, orders.NoOrder) as wrong:
                return JSONResponse({"error": str(wrong)}, 400)

        return answer

    async def page(request: Request) -> Response:
        name, kind = FILES[request.url.path]
        headers = {"content-security-policy": POLICY, "referrer-policy": "no-referrer"}
        return Response((PAGE / name).read_bytes(), headers=headers, media_type=kind)

    async def slide(request: Request) -> Response:
        file = SLIDES / Path(request.path_params["name"]).name
        if file.suffix not in SLIDES_KINDS or not file.is_file():
            return Response("There are no such slides.", 404, media_type="text/plain")
        return Response(file.read_bytes(), media_type=SLIDES_KINDS[file.suffix])

    routes = [
        *(Route(path, page) for path in FILES),
        Route("/slides/{name}", slide),
        Route("/seats", answering(join), methods=["POST"]),
        Route("/acts", answering(take), methods=["POST"]),
        Route("/seat", answering(show)),
        Route("/seat", answering(leave), methods=["DELETE"]),
        Route("/orders", answering(obey)),
        Route("/orders", answering(send), methods=["POST"]),
        Route("/board", answering(look)),
    ]
    # A seat may be a page of another origin, such as the course in a browser. Its secret is in no
    # cookie, so that no page can use what it wasn't given.
    anywhere = Middleware(
        CORSMiddleware,
        allow_origins=["*"],
        allow_methods=["GET", "POST", "DELETE"],
        allow_headers=["authorization", "content-type", "last-event-id"],
    )
    return Starlette(routes=routes, middleware=[anywhere])


def stream(texts: AsyncGenerator[str]) -> Response:
    """Return a response that goes on for as long as somebody reads."""
    return StreamingResponse(texts, media_type="text/event-stream", headers=EVENT_STREAM)


def bearer(request: Request) -> str:
    """Return what stands in the authorization header."""
    kind, _, value = request.headers.get("authorization", "").partition(" ")
    return value.strip() if kind.lower() == "bearer" else ""


async def body_of(request: Request) -> Any:
    """Return the JSON of a request's body.

    Raises:
        Refused: it is too large, or no JSON.
    """
    data = b""
    async for part in request.stream():
        data += part
        if len(data) > LARGEST:
            raise Refused(413, f"A body has at most {LARGEST} bytes.")
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        raise Refused(400, "The body is no JSON.") from None


def number_of(act: Any) -> int:
    """Return the number that a seat gave its act.

    Raises:
        Refused: it has none.
    """
    number = act.get("number") if isinstance(act, dict) else None
    if type(number) is not int or not 0 < number < 2**53:
        raise Refused(400, "Each act has a number of its own, from 1.")
    return number
