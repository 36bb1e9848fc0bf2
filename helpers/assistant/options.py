"""The options that every command with an agent takes: which API, which model, at what cost."""

import argparse
import os

from helpers.providers.openai import PROVIDERS
from helpers.session.session import Session

__all__ = ["add_session_options", "session_for"]


def add_session_options(parser: argparse.ArgumentParser) -> None:
    """Give a command line the options that choose where requests go."""
    parser.add_argument(
        "--provider", choices=PROVIDERS, metavar="API", help=f"the API: {', '.join(PROVIDERS)}"
    )
    parser.add_argument("--model", metavar="ID", help="the model to ask")
    parser.add_argument(
        "--base-url", metavar="URL", help="a server that speaks that API, on this machine or afar"
    )
    parser.add_argument(
        "--cap", type=float, metavar="USD", help="what live requests may cost (default: 1)"
    )


def session_for(options: argparse.Namespace) -> Session:
    """Return the session that a command line asks for, on top of the environment.

    Raises:
        ValueError: one sentence on what can't be had.
    """
    environment = dict(os.environ)
    if options.provider:
        environment["COURSE_PROVIDER"] = options.provider
    if options.base_url is not None:
        environment["COURSE_BASE_URL"] = options.base_url or "an empty --base-url"
        if environment.get("COURSE_MODE") != "mock":  # there, it is a class's offline API
            environment["COURSE_MODE"] = "custom"
    session = Session(environment)
    if session.problem and options.base_url is not None:
        raise ValueError(session.problem.removesuffix(" The course stays in mock mode."))
    if options.model:
        session.use_model(options.model)
    if options.cap is not None:
        session.set_cap(options.cap)
    return session
