"""The tap: stands between any client and any compatible API, and records what goes through.

    python3 course.py tap --upstream https://api.anthropic.com [--port N] [--out FILE]

Everything passes as it is and as it comes, chunk by chunk. Beside that, each exchange goes into
a file (../recordings) and onto the terminal (screen.py), and what its stream does against its
protocol is said in words (protocol.py).

One thing is changed on the way: of the ways to pack a body, the tap offers the API only those
that it can unpack itself. A packed body passes packed and is recorded unpacked.
"""

import argparse
import asyncio
import contextlib
import os
import socket
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from ..connection import Protocol
from ..recordings import Writer
from .proxy import Tap, open_client
from .screen import PERIOD, Screen

HOST = "127.0.0.1"  # never any other: whoever reaches the tap sees what passes
ROOT = Path(__file__).parents[3]


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


async def keep_drawing(screen: Screen) -> None:
    """Draw the running rows anew, again and again."""
    while screen.live:
        await asyncio.sleep(PERIOD)
        screen.draw()


if __name__ == "__main__":
    sys.exit(main())
