"""A class's server: `python3 course.py class`. It prints the instructor's link and the seats'."""

import argparse
import asyncio
import os
import socket
import sys
import webbrowser
from contextlib import suppress
from pathlib import Path

import uvicorn

from helpers.classroom.class_link import link_file, offer, withdraw
from helpers.classroom.classroom import Classroom
from helpers.classroom.clock import plan_of
from helpers.classroom.server import make_app
from helpers.classroom.store import Store
from helpers.environment.home import home
from helpers.lessons.teaching import UnknownPath, run_sheet

ROOT = Path(__file__).resolve().parents[2]
DEFAULT_PORT = 8790
HOST = "127.0.0.1"


def main() -> int:
    """Serve until stopped; return the exit code."""
    options = parse_arguments()
    try:
        options.plan = plan_of(run_sheet(options.path)) if options.path else None
    except UnknownPath as wrong:
        sys.stderr.write(f"{wrong}\n")
        return 1
    path = options.file or home(os.environ, ROOT) / "class" / "class.sqlite"
    try:
        listener = socket.create_server((options.host, options.port), backlog=1024)
    except OSError as error:
        sys.stderr.write(
            f"The class can't listen on {options.host}, port {options.port} ({error.strerror}): "
            "stop what uses it, or choose another with --port; 0 takes a free one.\n"
        )
        return 1
    try:
        store = Store(path)
    except OSError as error:
        sys.stderr.write(f"{path} can't be opened: {error.strerror}. Choose another with --file.\n")
        return 1
    with listener, suppress(KeyboardInterrupt):
        asyncio.run(serve(listener, store, options))
    store.close()
    sys.stderr.write(f"The class has stopped. All of it is in {path}; start again to go on.\n")
    return 0


async def serve(listener: socket.socket, store: Store, options: argparse.Namespace) -> None:
    """Serve a class on a socket that listens."""
    port = listener.getsockname()[1]
    address = options.address or f"http://{find_public_name(options.host)}:{port}"
    seats = f"{address}#{store.code}"
    classroom = Classroom(store, plan=options.plan)
    config = uvicorn.Config(
        make_app(classroom, seats),
        log_config=None,
        log_level="error",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    tell(port, store.key, seats, options)
    file = None
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        while not server.started and not running.done():
            await asyncio.wait({running}, timeout=0.05)
        file = write_offer(seats)  # from now on, who stops the server lets it take the link away
        while not server.should_exit and not running.done():
            await asyncio.wait({running}, timeout=0.1)
    finally:
        if file:
            withdraw(file, seats)
        classroom.stop()  # streams end, or the server would wait for their readers
        await running


def tell(port: int, key: str, seats: str, options: argparse.Namespace) -> None:
    """Tell the links, and what listening opens; open the board."""
    link = f"http://127.0.0.1:{port}/#{key}"
    sys.stdout.write(f"Board, for you alone: {link}\nSeats join with: {seats}\n")
    sys.stdout.flush()
    if options.host != HOST:
        sys.stderr.write(
            f"Everybody who reaches this machine can call at port {port}. A seat needs the code, "
            "and the board needs your link. What is sent is not encrypted: on a network that you "
            "don't trust, let a server with https stand before it.\n"
        )
    if prefix := os.environ.get("JUPYTERHUB_SERVICE_PREFIX"):
        sys.stderr.write(
            f"From another machine, the board is at your hub's address, with {prefix}proxy/{port}/"
            f"#{key} behind it.\n"
        )
    elif not options.no_browser:
        webbrowser.open(link)


def write_offer(seats: str) -> Path | None:
    """Write the seats' link into the file that COURSE_CLASS names; return it, or None."""
    file = link_file(os.environ)
    if file is None:
        return None
    try:
        offer(file, seats)
    except OSError as error:
        sys.stderr.write(
            f"{file} can't be written ({error.strerror}): this hub's notebooks don't find the "
            "class by themselves. Give learners the link of the seats.\n"
        )
        return None
    sys.stderr.write("This hub's notebooks find the class by themselves, and offer to join it.\n")
    return file


def find_public_name(host: str) -> str:
    """Return the name under which others reach a host that is listened on."""
    return socket.gethostname() if host in ("0.0.0.0", "::", "") else host


def parse_arguments() -> argparse.Namespace:
    """Return the options given on the command line."""
    parser = argparse.ArgumentParser(
        prog="python3 course.py class", description="Serve a class, and open its board."
    )
    parser.add_argument("--port", type=port_number, default=DEFAULT_PORT, help="0 takes a free one")
    parser.add_argument(
        "--host",
        default=HOST,
        help="where to listen; 0.0.0.0 lets the whole network come in (default: this machine)",
    )
    parser.add_argument(
        "--address", default="", help="how seats reach it, if a proxy stands before it"
    )
    parser.add_argument("--path", help="show a clock against the run sheet of a path, such as 75")
    parser.add_argument("--file", type=Path, help="the class's file (default: in your folder)")
    parser.add_argument("--no-browser", action="store_true", help="only tell the links")
    return parser.parse_args()


def port_number(text: str) -> int:
    """Return the port that a text names."""
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port; take a number from 0 to 65535")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
