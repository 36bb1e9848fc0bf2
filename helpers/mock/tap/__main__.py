"""The tap: stands between any client and any compatible API, and records what goes through.

    python3 course.py tap --upstream https://api.anthropic.com [--port N] [--out FILE]

Everything passes as it is and as it comes, chunk by chunk. Beside that, each exchange goes into
a file (recording.py) and onto the terminal (terminal.py), and what its stream does against its
protocol is said in words (protocol.py).

One thing is changed on the way: of the ways to pack a body, the tap offers the API only those
that it can unpack itself. A packed body passes packed and is recorded unpacked.
"""

import argparse
import asyncio
import contextlib
import json
import os
import socket
import sys
import time
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from starlette.requests import ClientDisconnect, Request

from ..connection import Protocol, hang_up
from ..recordings import recording
from ..recordings.recording import Tape, Unpacker, Writer
from .protocol import Stream, checker_for
from .screen import PERIOD, Row, Screen

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

HOST = "127.0.0.1"  # never any other: whoever reaches the tap sees what passes
ROOT = Path(__file__).parents[3]

# These say something about one connection, and there are two here.
HOP_BY_HOP = (
    b"connection",
    b"keep-alive",
    b"proxy-connection",
    b"proxy-authenticate",
    b"te",
    b"trailer",
    b"transfer-encoding",
    b"upgrade",
)
CONNECT_SECONDS = 15.0


class Problem(Exception):
    """What the person at the keyboard can mend; the message says what and how."""


def main() -> int:
    """Serve until stopped; return the exit code."""
    options = parse_arguments()
    try:
        upstream = upstream_url(options.upstream)
        with listen(options.port) as listener:
            refuse_a_circle(upstream, listener.getsockname()[1])
            writer = open_recording(options.out)
            with contextlib.suppress(KeyboardInterrupt):
                asyncio.run(serve(upstream, listener, writer))
            writer.close()
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 1
    print(f"The tap has stopped; the recording is {writer.path}.", file=sys.stderr)
    return 0


def parse_arguments() -> argparse.Namespace:
    """Return the options given on the command line."""
    parser = argparse.ArgumentParser(
        prog="python3 course.py tap",
        description="Pass requests on to an API, and record and check every stream.",
    )
    parser.add_argument(
        "--upstream", required=True, help="the API's address, such as https://api.anthropic.com"
    )
    parser.add_argument("--port", default="0", help="the port to listen on; 0 takes a free one")
    parser.add_argument("--out", type=Path, help="the file to record in (default: one in my/)")
    return parser.parse_args()


def upstream_url(text: str) -> httpx.URL:
    """Return the API's address; raises Problem if it is none to pass requests on to."""
    try:
        _ = urlsplit(text).port  # finds brackets and ports that httpx lets pass
        url = httpx.URL(text)
    except (httpx.InvalidURL, ValueError):
        url = httpx.URL("")
    if url.scheme not in ("http", "https") or not url.host:
        shown = "The value" if "@" in text else repr(text)
        raise Problem(
            f"--upstream: {shown} is not an address; "
            "write one like https://api.anthropic.com or http://127.0.0.1:8000."
        )
    if url.userinfo or url.query or url.fragment:
        raise Problem(
            "--upstream takes an address without a name, a password, a query or a fragment; "
            "the client gives the key."
        )
    return url


def listen(port: str) -> socket.socket:
    """Return a listening socket; raises Problem if the port can't be had."""
    if not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise Problem(f"--port: {port!r} is not a port; take a number from 0 to 65535.")
    try:
        return socket.create_server((HOST, int(port)), backlog=1024)
    except OSError as error:
        raise Problem(
            f"The tap can't listen on port {port} ({os.strerror(error.errno or 0)}): stop what "
            "uses it, choose another with --port, or leave --port out to get a free one."
        ) from None


def refuse_a_circle(upstream: httpx.URL, port: int) -> None:
    """Raise Problem if the tap would pass each request on to itself, for ever."""
    if upstream.port == port and upstream.host in (HOST, "localhost", "0.0.0.0"):
        raise Problem(
            f"--upstream: {upstream} is the tap itself; name the API, or another port for the tap "
            "with --port."
        )


def open_recording(path: Path | None) -> Writer:
    """Begin the recording; raises Problem if the file can't be made."""
    if path is None:
        home = Path(os.environ.get("COURSE_HOME") or ROOT / "my").expanduser()
        path = home / "recordings" / time.strftime("%Y-%m-%d-%H%M%S.jsonl")
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
    try:
        return Writer(path)
    except FileExistsError:
        raise Problem(
            f"{path} is there already, and the tap writes over nothing: "
            "choose another name with --out, or move it away."
        ) from None
    except OSError as error:
        raise Problem(
            f"{path} can't be written ({error.strerror}): choose another file with --out."
        ) from None


async def serve(upstream: httpx.URL, listener: socket.socket, writer: Writer) -> None:
    """Pass requests on until SIGINT or SIGTERM."""
    import uvicorn

    screen = Screen()
    try:
        opened = open_client(upstream)
    except (ImportError, ValueError, httpx.InvalidURL):  # its text may hold a password
        opened = None
    if opened is None:
        raise Problem(
            "The shell's proxy variables can't be used (a SOCKS proxy, or an IPv6 network in "
            "NO_PROXY): unset them, or name an HTTP proxy."
        )
    async with opened as client:
        config = uvicorn.Config(
            Tap(upstream, client, writer, screen),
            http=Protocol,
            lifespan="off",
            ws="none",
            log_config=None,
            log_level=60,  # above every level: a dropped connection is told by its row
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_graceful_shutdown=0,
        )
        server = uvicorn.Server(config)
        # Told inside the event loop: Ctrl-C before that would end in a traceback.
        screen.say(f"http://{HOST}:{listener.getsockname()[1]}")
        screen.say(
            f"Point a client's base URL there. What it sends goes on to {upstream} "
            f"and is recorded in {writer.path}. Ctrl-C stops."
        )
        drawing = asyncio.create_task(keep_drawing(screen))
        try:
            await server.serve(sockets=[listener])
        finally:
            drawing.cancel()


def open_client(upstream: httpx.URL) -> httpx.AsyncClient:
    """Return the client that requests go on with; it waits as long as its own client does."""
    return httpx.AsyncClient(
        timeout=httpx.Timeout(None, connect=CONNECT_SECONDS),
        limits=httpx.Limits(max_connections=None),
        trust_env=upstream.host not in ("127.0.0.1", "localhost", "::1"),  # proxies are for afar
    )


async def keep_drawing(screen: Screen) -> None:
    """Draw the running rows anew, again and again."""
    while screen.live:
        await asyncio.sleep(PERIOD)
        screen.draw()


class Tap:
    """An ASGI application that passes each request on and each response back."""

    def __init__(
        self, upstream: httpx.URL, client: httpx.AsyncClient, writer: Writer, screen: Screen
    ) -> None:
        self.upstream = upstream
        self.client = client
        self.writer = writer
        self.screen = screen
        self._told = False

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Pass one request on, until it is answered or its client leaves."""
        assert scope["type"] == "http"
        request = Request(scope, receive)
        try:
            body = await request.body()
        except ClientDisconnect:
            return
        passing = asyncio.create_task(self._exchange(request, body, send))
        leaving = asyncio.create_task(until_disconnect(receive))
        try:
            await asyncio.wait({passing, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if not passing.done():
                passing.cancel(recording.CLIENT_LEFT)
        finally:
            passing.cancel()
            leaving.cancel()
            await asyncio.gather(passing, leaving, return_exceptions=True)
        if not passing.cancelled() and (error := passing.exception()):
            raise error

    async def _exchange(self, request: Request, body: bytes, send: Send) -> None:
        seen = Seen(self.writer, self.screen, request, body)
        how = recording.STOPPED
        try:
            how = await self._pass_on(seen, request, body, send)
        except asyncio.CancelledError as cancelled:
            if recording.CLIENT_LEFT in cancelled.args:
                how = recording.CLIENT_LEFT
            raise
        except OSError:
            how = recording.CLIENT_LEFT
        finally:
            seen.end(how)
            if self.writer.problem and not self._told:
                self._told = True
                self.screen.say(self.writer.problem)

    async def _pass_on(self, seen: "Seen", request: Request, body: bytes, send: Send) -> str:
        """Return how it ended, one of recording.ENDS."""
        address = request.scope["raw_path"] + b"?" * bool(request.url.query)
        address += request.scope["query_string"]
        onward = httpx.Request(
            request.method,
            self.upstream.copy_with(raw_path=self.upstream.raw_path.rstrip(b"/") + address),
            headers=onward_headers(request.headers.raw),
            content=body,
        )
        if not body and request.method in ("GET", "HEAD"):
            onward.headers.pop("content-length", None)
        try:
            response = await self.client.send(onward, stream=True)
        except httpx.RequestError as error:
            said = f"The tap can't reach {self.upstream}: {reason(error)}."
            seen.unreachable(said)
            await send_502(said, send)
            return recording.UNREACHABLE
        try:
            return await send_back(response, seen, request.scope, send)
        finally:
            await response.aclose()


async def send_back(
    response: httpx.Response, seen: "Seen", scope: MutableMapping[str, Any], send: Send
) -> str:
    """Send a response as it comes, each chunk before anything else is done with it."""
    headers = [
        (name.lower(), value)
        for name, value in response.headers.raw
        if name.lower() not in HOP_BY_HOP
    ]
    start = {"type": "http.response.start", "status": response.status_code, "headers": headers}
    await send(start)
    # Makes the server send status and headers now, not with the first chunk.
    await send({"type": "http.response.body", "body": b"", "more_body": True})
    seen.response(response)
    try:
        async for chunk in chunks_of(response):
            at = seen.now()
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
            seen.chunk(at, chunk)
    except httpx.RequestError as drop:
        how = recording.RESET if isinstance(drop, httpx.ReadError) else recording.DROPPED
        await hang_up(scope, reset=how == recording.RESET)  # as the API did
        return how
    await send({"type": "http.response.body", "body": b"", "more_body": False})
    return recording.COMPLETE


def chunks_of(response: httpx.Response) -> AsyncIterator[bytes]:
    """Return the body's bytes as they come, packed if they are."""
    return response.aiter_raw()


def onward_headers(raw: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Return a request's headers as they go on: all but those of the connection itself."""
    headers = []
    for name, value in raw:
        if name in HOP_BY_HOP or name in (b"host", b"content-length", b"expect"):
            continue
        if name == b"accept-encoding":
            offered = [part.strip() for part in value.split(b",")]
            ours = (*[kind.encode() for kind in Unpacker.KINDS], b"identity")
            value = b", ".join(o for o in offered if o.split(b";")[0] in ours) or b"identity"
        headers.append((name, value))
    return headers


def reason(error: httpx.RequestError) -> str:
    """Return why there is no response, in words."""
    if isinstance(error, httpx.ConnectTimeout):
        return f"no answer within {CONNECT_SECONDS:.0f} seconds"
    if isinstance(error, httpx.RemoteProtocolError):
        return "it closed the connection without a response"
    return str(error).rstrip(".") or type(error).__name__


async def send_502(message: str, send: Send) -> None:
    """Send the answer to a request that could not be passed on, in the API's own shape."""
    body = {"type": "error", "error": {"type": "api_error", "message": message}}
    headers = [(b"content-type", b"application/json"), (b"x-should-retry", b"true")]
    await send({"type": "http.response.start", "status": 502, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})


async def until_disconnect(receive: Receive) -> None:
    """Return when the client has gone away."""
    while (await receive())["type"] != "http.disconnect":
        pass


class Seen:
    """One exchange as it is recorded, counted and checked."""

    def __init__(self, writer: Writer, screen: Screen, request: Request, body: bytes) -> None:
        self.started = time.monotonic()
        self.screen = screen
        headers = joined(request.headers.raw)
        address = request.url.path + "?" * bool(request.url.query) + request.url.query
        self.tape: Tape = writer.exchange(request.method, address, headers, body)
        self.path = request.url.path
        self.asked_for_stream = wants_stream(body)
        title = f"{request.method} {self.tape.scrubber.address(address)}"
        self.row = Row(self.tape.number, title, started=self.started)
        self.stream: Stream | None = None
        self.unpacker = Unpacker("")
        screen.begin(self.row)

    def now(self) -> float:
        """Return the seconds since the request."""
        return time.monotonic() - self.started

    def response(self, response: httpx.Response) -> None:
        """See a response begin."""
        headers = joined(response.headers.raw)
        self.row.status = response.status_code
        self.row.seconds = self.now()
        self.tape.response(self.row.seconds, response.status_code, headers)
        self.unpacker = Unpacker(headers.get("content-encoding", ""))
        kind = headers.get("content-type", "no content type")
        if kind.startswith("text/event-stream"):
            self.stream = Stream(checker_for(self.path))
        elif self.asked_for_stream and response.is_success:
            self._note(f"The request asked for a stream, and the answer is {kind}.")

    def chunk(self, at: float, data: bytes) -> None:
        """See a chunk of the body."""
        self.row.seconds = at
        self.row.chunks += 1
        self.row.bytes += len(data)
        try:
            text = self.unpacker.feed(data)
        except zlib.error as error:
            self.unpacker = Unpacker("")
            self._note(f"The body can't be unpacked: {error}.")
            return
        self.tape.chunk(at, text)
        if self.stream is not None:
            for sentence in self.stream.feed(text):
                self._note(sentence)
            self.row.events = self.stream.events

    def unreachable(self, sentence: str) -> None:
        """See that there was no response."""
        self.row.status = 502
        self._note(sentence)

    def end(self, how: str) -> None:
        """See the exchange end, one of recording.ENDS."""
        self.row.seconds = self.now()
        ours = how in (recording.CLIENT_LEFT, recording.STOPPED)  # then nothing is missing
        if self.stream is not None and not ours:
            for sentence in self.stream.end():
                self._note(sentence)
        self.tape.end(self.row.seconds, how)
        said = self.stream.summary if self.stream is not None else ""
        said = self.tape.scrubber.text(said)
        self.row.outcome = (said or how) if how == recording.COMPLETE else how
        self.screen.end(self.row)

    def _note(self, sentence: str) -> None:
        self.tape.note(sentence)
        self.screen.note(self.row, self.tape.scrubber.text(sentence))


def joined(raw: list[tuple[bytes, bytes]]) -> Mapping[str, str]:
    """Return headers by name in lower case; several of one name stand in one value."""
    found: dict[str, str] = {}
    for name, value in raw:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        found[key] = f"{found[key]}, {text}" if key in found else text
    return found


def wants_stream(body: bytes) -> bool:
    """Tell whether a request asks for a stream."""
    try:
        request = json.loads(body)
    except (ValueError, RecursionError):
        return False
    return isinstance(request, dict) and request.get("stream") is True


if __name__ == "__main__":
    sys.exit(main())
