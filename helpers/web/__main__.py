"""The agent on a web page: `python -m helpers.web`, until Ctrl-C.

It prints one line, the page's address, once that address answers.
"""

import argparse
import asyncio
import sys
import threading
from contextlib import suppress

from helpers.assistant.agent import Agent
from helpers.assistant.options import add_session_options, session_for
from helpers.web.pages import NAMES
from helpers.web.serving import start

DEFAULT_PORT = 8765


def main() -> int:
    """Serve until stopped; return an exit code."""
    options = parse_arguments()
    try:
        agent = Agent(session_for(options))
    except ValueError as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    if agent.session.problem:
        sys.stderr.write(f"{agent.session.problem}\n")
    try:
        asyncio.run(agent.session.http().aclose())  # what it can't be made of is told here
    except ValueError as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    try:
        server = start(agent, kind="flask" if options.flask else "fastapi", port=options.port)
    except OSError as error:
        sys.stderr.write(
            f"The web server can't listen on port {options.port} ({error.strerror}): stop what "
            "uses it, or choose another with --port; 0 takes a free one.\n"
        )
        return 1
    with server, suppress(KeyboardInterrupt):
        sys.stderr.write(f"{agent.session.describe()}\nCtrl-C stops the server.\n")
        if sys.stdout is not None:  # closed by whoever started it: then nobody wants the address
            sys.stdout.write(f"{server.page(options.page)}\n")
            sys.stdout.flush()
        threading.Event().wait()
    sys.stderr.write("The web server has stopped.\n")
    return 0


def parse_arguments() -> argparse.Namespace:
    """Return the options given on the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m helpers.web", description="Show the agent on a web page of this machine."
    )
    parser.add_argument(
        "--port", type=port_number, default=DEFAULT_PORT, help="the port; 0 takes a free one"
    )
    parser.add_argument("--page", choices=NAMES, default=NAMES[0], help="the page to begin with")
    parser.add_argument("--flask", action="store_true", help="serve with Flask, not with FastAPI")
    add_session_options(parser)
    return parser.parse_args()


def port_number(text: str) -> int:
    """Return the port that a text names."""
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port; take a number from 0 to 65535")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
