"""The offline API as a program: `python3 course.py mock`, or `python -m helpers.mock`.

It prints one line, its address, once that address accepts connections.
"""

import argparse
import asyncio
import contextlib
import gc
import logging
import os
import socket
import sys
import threading
from pathlib import Path
from typing import Any

HOST = "127.0.0.1"  # never any other: the offline API is for this machine alone


def main() -> int:
    """Serve until stopped; return the exit code."""
    options = parse_arguments()
    try:
        listener = socket.create_server((HOST, options.port), backlog=1024)
    except OSError as error:
        print(cannot_listen(options.port, error), file=sys.stderr)
        return 1
    if options.parent_pipe:
        threading.Thread(target=exit_with_parent, daemon=True).start()
    # Imported late: a port in use should be reported before the server is loaded.
    from .app import App
    from .engine import MockAPI
    from .recordings import RecordingError
    from .recordings import read as read_recording
    from .script import FOLDER, ScenarioError, load

    try:
        # A person's own scenarios come first: they win where two fit a prompt equally well.
        scenarios = load(*options.scenario, FOLDER)
        recordings = [one for path in options.recording for one in read_recording(path)]
    except (ScenarioError, RecordingError) as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{error.filename} can't be read: {error.strerror}.", file=sys.stderr)
        return 1
    with contextlib.suppress(KeyboardInterrupt):
        serve(listener, App(MockAPI(scenarios=scenarios, recordings=recordings)))
    print("The offline API has stopped.", file=sys.stderr)
    return 0


def parse_arguments() -> argparse.Namespace:
    """Return the options given on the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m helpers.mock", description="Serve the offline API on this machine."
    )
    parser.add_argument(
        "--port", type=port_number, default=0, help="the port to listen on; 0 takes a free one"
    )
    parser.add_argument(
        "--scenario",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="a scenario of your own, or a folder of them; may be given several times",
    )
    parser.add_argument(
        "--recording",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="a recording of the tap, to be replayed; may be given several times",
    )
    parser.add_argument(
        "--parent-pipe", action="store_true", help="stop when standard input comes to its end"
    )
    return parser.parse_args()


def port_number(text: str) -> int:
    """Return the port that a text names."""
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port; take a number from 0 to 65535")
    return int(text)


def cannot_listen(port: int, error: OSError) -> str:
    """Return the sentence that says why there is no server and what to do."""
    if port == 0:
        return f"This machine gives no port on {HOST}: {error.strerror}."
    return (
        f"The offline API can't listen on port {port} ({error.strerror}): stop what uses it, "
        "choose another with --port, or leave --port out to get a free one."
    )


def serve(listener: socket.socket, app: Any) -> None:
    """Answer requests with an ASGI application until SIGINT or SIGTERM."""
    import uvicorn

    from .connection import Protocol

    # A dropped connection is a response left unfinished (see app.py), which uvicorn would report.
    logging.getLogger("uvicorn.error").addFilter(
        lambda record: "without completing response" not in record.getMessage()
    )
    config = uvicorn.Config(
        app,
        http=Protocol,
        lifespan="off",
        ws="none",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=0,
    )
    server = uvicorn.Server(config)
    config.load()
    # What is loaded stays, so the collector need not look at it; and the answers of a class hold
    # much that is no garbage: to go through it often would make every stream late.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)

    async def run() -> None:
        # Told inside the event loop: Ctrl-C during its making would end in a traceback.
        print(f"http://{HOST}:{listener.getsockname()[1]}", flush=True)
        await server.serve(sockets=[listener])

    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(run())


def exit_with_parent() -> None:
    """End this process when the one that started it is gone.

    The parent holds the other end of standard input and never writes to it. However it ends,
    also by SIGKILL, the system closes that end.
    """
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
