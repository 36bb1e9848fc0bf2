"""The agent behind Flask: the same addresses and pages, but for the WebSocket.

Flask speaks WSGI, where each reader holds a thread and a response is an iterator that the
server pulls. The agent itself stays where it belongs, on an event loop (background.py). What
that costs, and no setting changes it:

- **A thread for each reader.** A hundred readers are a hundred threads, and behind gunicorn's
  plain workers a single one blocks the whole worker: use threads there.
- **Who has left is noticed when something is written to them.** While the model is silent,
  that is the heartbeat; so it beats faster here.
- **No WebSocket.** WSGI has none.
"""

from collections.abc import AsyncGenerator
from concurrent.futures import CancelledError
from typing import Any

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from helpers.assistant.agent import Agent
from helpers.web.background import Background
from helpers.web.pages import NAMES, page, static
from helpers.web.requests import (
    EVENT_STREAM,
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
from helpers.web.runs import GRACE, Run, Runs
from helpers.web.wire import HEARTBEAT, RETRY, sse

__all__ = ["close", "make_app"]

HEARTBEAT_SECONDS = 3.0


def make_app(
    agent: Agent | None = None,
    *,
    grace: float = GRACE,
    heartbeat: float = HEARTBEAT_SECONDS,
) -> Flask:
    """Return the WSGI application; `close` ends what it began.

    Args:
        agent: what answers.
        grace: seconds for which an answer goes on when its last reader has left.
        heartbeat: seconds of silence after which an event stream gets a comment.
    """
    own = agent or Agent()
    own.open()
    background = Background()
    runs = Runs(own.answer, dollars=own.dollars, grace=grace)
    app = Flask(__name__, static_folder=None)
    app.extensions |= {"runs": runs, "background": background, "agent": own}

    def stream_response(run: Run, after: int, patience: float) -> Response:
        body = background.items(_chunks(run, after, patience, heartbeat))
        return Response(body, headers={**EVENT_STREAM, "X-Run-Id": run.id})

    @app.before_request
    def own_pages_only() -> None:
        check_origin(_headers())

    @app.errorhandler(Refused)
    def answer_refusal(refusal: Refused) -> tuple[Response, int, dict[str, str]]:
        return jsonify(error=refusal.words), refusal.status, PAGE

    @app.errorhandler(CancelledError)
    def answer_no_more(_: CancelledError) -> tuple[Response, int, dict[str, str]]:
        return jsonify(error="The server is stopping."), 503, PAGE

    @app.errorhandler(HTTPException)
    def no_such_address(problem: HTTPException) -> tuple[Response, int, dict[str, str]]:
        return jsonify(error=f"{problem.name}."), problem.code or 500, PAGE

    @app.post("/runs")
    def start() -> tuple[dict[str, str], int]:
        question = read_request()
        return {"id": background.call(lambda: runs.start(question)).id}, 201

    @app.get("/runs/<id>/events")
    def events(id: str) -> Response:
        run = runs.find(id)
        after = last_event_id(_headers(), request.args)
        if run.over and after >= len(run.told):
            return Response(status=204)
        return stream_response(run, after, grace)

    @app.delete("/runs/<id>")
    def stop(id: str) -> Response:
        run = runs.find(id)
        background.call(run.stop)
        background.wait(run.wait_for_end())
        return Response(status=204)

    @app.post("/ask")
    def ask() -> Response:
        question = read_request()
        return stream_response(background.call(lambda: runs.start(question)), 0, 0)

    @app.get("/about")
    def about() -> dict[str, Any]:
        return own.about()

    @app.get("/")
    @app.get("/<name>")
    def pages(name: str = NAMES[0]) -> Response:
        if name == "websocket":
            raise Refused(404, "Flask has no WebSocket: that page needs FastAPI.")
        return _file(*page(name))

    @app.get("/static/<name>")
    def files(name: str) -> Response:
        return _file(*static(name))

    return app


def close(app: Flask) -> None:
    """Stop every answer of an application, and its event loop."""
    background: Background = app.extensions["background"]
    runs: Runs = app.extensions["runs"]
    agent: Agent = app.extensions["agent"]
    background.wait(runs.close())
    background.wait(agent.close())
    background.close()


def read_request() -> Ask:
    """Return what the request asks, without ever reading more than it may have.

    Raises:
        Refused: it isn't anything that can be asked.
    """
    read_json_type(_headers())
    body = request.stream.read(LONGEST_BODY + 1)
    if len(body) > LONGEST_BODY:
        raise too_long()
    return read_ask(body)


def _headers() -> dict[str, str]:
    return {name.lower(): value for name, value in request.headers.items()}


def _file(body: bytes, kind: str) -> Response:
    return Response(body, content_type=kind, headers=PAGE)


async def _chunks(run: Run, after: int, patience: float, heartbeat: float) -> AsyncGenerator[bytes]:
    """Give the bytes of a run's stream; leaving is the reader leaving."""
    with run.reader(patience):
        yield RETRY
        async for batch in run.follow(after, heartbeat=heartbeat):
            yield b"".join(map(sse, batch)) or HEARTBEAT
