"""A web server beside a notebook or a test, in a thread, on this machine alone.

with start() as server:
    print(server.url)          # http://127.0.0.1:40123
    print(server.page("react"))
"""

import asyncio
import socket
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import urlsplit

import uvicorn

from helpers.assistant.agent import Agent
from helpers.web.runs import GRACE, Run, Runs

__all__ = ["HOST", "WebServer", "config_of", "start"]

HOST = "127.0.0.1"  # never any other: whoever reaches the server can spend the key's money
START_SECONDS = 30
STOP_SECONDS = 10


class WebServer:
    """A running server; made by `start`.

    Attributes:
        url: its address, without a slash at the end.
        runs: what it answers now. They live on the server's own event loop.
    """

    def __init__(
        self, url: str, runs: Runs, close: Callable[[], None], proxies: set[str] | None = None
    ) -> None:
        self.url = url
        self.runs = runs
        self._proxies = proxies
        self._close = close

    def page(self, name: str = "fetch", behind: str = "") -> str:
        """Return the address of a page: "eventsource", "fetch", "websocket" or "react".

        Args:
            name: the page's.
            behind: the address of a user's server on a hub, with a slash at its end. There,
                jupyter-server-proxy leads here; pages of that origin are let in.

        Raises:
            RuntimeError: this kind of server lets no proxy in, or the address is none.
        """
        if not behind:
            return f"{self.url}/{name}"
        place = urlsplit(behind)
        if self._proxies is None or place.scheme not in ("http", "https") or not place.netloc:
            raise RuntimeError(f"no proxy leads from {behind!r} to this server.")
        self._proxies.add(f"{place.scheme}://{place.netloc}".lower())
        return f"{behind}proxy/{urlsplit(self.url).port}/{name}"

    @property
    def under_way(self) -> list[Run]:
        """The answers that are not over."""
        return self.runs.under_way

    def close(self) -> None:
        """Stop the server, and every answer; harmless when it has stopped already."""
        self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def start(
    agent: Agent | None = None,
    *,
    kind: Literal["fastapi", "flask"] = "fastapi",
    port: int = 0,
    grace: float = GRACE,
    heartbeat: float | None = None,
) -> WebServer:
    """Start a server in a thread, and return once it listens.

    Args:
        agent: what answers; by default the course's, in the mode of the environment.
        kind: what serves.
        port: 0 takes a free one.
        grace: seconds for which an answer goes on when its last reader has left.
        heartbeat: seconds of silence after which an event stream gets a comment; by default
            15, with Flask 3.

    Raises:
        OSError: the port is taken.
        RuntimeError: the server did not start.
    """
    listener = socket.create_server((HOST, port), backlog=1024)
    beat = {} if heartbeat is None else {"heartbeat": heartbeat}
    serve = _serve_flask if kind == "flask" else _serve_fastapi
    try:
        return serve(listener, agent, {"grace": grace, **beat})
    except BaseException:
        listener.close()
        raise


def _url(listener: socket.socket) -> str:
    return f"http://{HOST}:{listener.getsockname()[1]}"


def _serve_fastapi(
    listener: socket.socket, agent: Agent | None, options: dict[str, float]
) -> WebServer:
    from helpers.web.with_fastapi import make_app

    app = make_app(agent, **options)
    runs: Runs = app.state.runs
    url = _url(listener)
    ready = threading.Event()
    loops: list[asyncio.AbstractEventLoop] = []

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            loops.append(asyncio.get_running_loop())
            ready.set()

    server = Server(config_of(app))

    def run() -> None:
        try:
            asyncio.run(server.serve(sockets=[listener]))
        finally:
            listener.close()
            ready.set()

    thread = threading.Thread(target=run, name="web server", daemon=True)
    thread.start()

    def close() -> None:
        if thread.is_alive() and not server.should_exit:
            # The answers first: a server waits for its connections to end.
            closing = asyncio.run_coroutine_threadsafe(runs.close(), loops[0])
            try:
                closing.result(STOP_SECONDS)
            finally:
                server.should_exit = True
        thread.join(STOP_SECONDS)

    if not ready.wait(START_SECONDS) or not server.started:
        server.should_exit = True
        raise RuntimeError("The web server did not start: `python -m helpers.web` shows why.")
    return WebServer(url, runs, close, app.state.proxies)


def _serve_flask(
    listener: socket.socket, agent: Agent | None, options: dict[str, float]
) -> WebServer:
    from werkzeug.serving import WSGIRequestHandler, make_server

    from helpers.web import with_flask

    class Handler(WSGIRequestHandler):
        protocol_version = "HTTP/1.1"  # chunks, as every server between here and a reader has them

        def log(self, *words: Any) -> None:
            """Say nothing of each request."""

    app = with_flask.make_app(agent, **options)
    # The development server will do on this machine, for it has threads.
    server = make_server(HOST, 0, app, threaded=True, fd=listener.fileno(), request_handler=Handler)
    thread = threading.Thread(target=lambda: server.serve_forever(0.05), daemon=True)
    thread.start()
    url = _url(listener)

    def close() -> None:
        if thread.is_alive():
            with_flask.close(app)
            server.shutdown()
            thread.join(STOP_SECONDS)
            server.server_close()
            listener.close()

    return WebServer(url, app.extensions["runs"], close)


def config_of(app: Any) -> uvicorn.Config:
    """Return how uvicorn serves an application of this course."""
    return uvicorn.Config(
        app,
        # The older implementation uses what the websockets library is about to drop.
        ws="websockets-sansio",
        ws_max_size=128 * 1024,
        log_config=None,
        log_level="error",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )
