"""The agent in the terminal: `python3 course.py agent "What's the weather in Lagos?"`.

With a prompt it answers and ends; without one it holds a conversation. This module reads
the command line and gives every trouble its sentence. Behind it, each with one idea:

    chat          the conversation: a prompt, its answer, the next prompt
    events        what each thing that happens looks like, in words
    screen        how that gets to any output, live_screen to a terminal
    assistant     what the agent can do
"""

import argparse
import asyncio
import errno
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from helpers.terminal.chat import Talk


def main() -> int:
    """Run the agent as the command line says; return an exit code."""
    if sys.stdout is None:  # closed by whoever started it, as by >&-
        complain("The answer can't be written: standard output is closed.")
        return 1
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    typed = sys.stdin is not None and sys.stdin.isatty()
    live = typed and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    try:
        options = parse_arguments()
        # Imported here, because that takes a while in which Ctrl-C may be pressed already.
        from helpers.terminal.chat import run_live, run_plain

        talk = prepare(options)
        prompt = " ".join(options.prompt).strip()
        if not prompt and not typed:
            prompt = sys.stdin.read().strip() if sys.stdin else ""
            if not prompt:
                raise ValueError("There is no prompt: write one behind the command, in quotes.")
        return asyncio.run(run_live(talk, prompt)) if live else run_plain(talk, prompt)
    except KeyboardInterrupt:
        return 130  # as programs do that Ctrl-C has ended
    except (ValueError, RuntimeError) as problem:
        complain(str(problem))
        return 1
    except OSError as error:
        return gave_up_writing(error)


def gave_up_writing(error: OSError) -> int:
    """Return an exit code: nobody reads any more, as behind `| head -1`, or the disk is full."""
    # Python flushes standard output once more when it ends, which would fail again.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if error.errno not in (errno.EPIPE, errno.EINVAL):  # the second is what Windows says
        complain(f"The answer can't be written: {error.strerror or error}.")
    return 1


def complain(words: str) -> None:
    """Tell the person something that is no part of the answer."""
    if sys.stderr is not None:
        with suppress(OSError):  # nobody reads it, either
            sys.stderr.write(f"{words}\n")


def prepare(options: argparse.Namespace) -> "Talk":
    """Return the conversation that the command line asks for.

    Raises:
        ValueError: one sentence on what is wrong with it.
    """
    folder = Path(options.folder).expanduser()
    try:
        with os.scandir(folder):
            pass
    except OSError as error:
        raise ValueError(f"The folder {folder} can't be read: {error.strerror}.") from None
    from helpers.assistant.agent import Agent
    from helpers.assistant.options import session_for
    from helpers.assistant.tools import agent_tools
    from helpers.mock.settings import Fault, Settings
    from helpers.terminal.chat import Talk

    session = session_for(options)
    if session.problem:
        complain(session.problem)
    if options.fault:
        if session.mode != "mock":
            raise ValueError("--fault works in mock mode only: a real API has faults of its own.")
        session.use_mock(Settings(fault=Fault(options.fault, times=1)))
    seen = folder.resolve()
    agent = Agent(
        session,
        tools=lambda: agent_tools(seen),
        place="in a terminal",
        thinks=False,
        max_turns=options.max_turns,
    )
    return Talk(agent, seen)


def parse_arguments() -> argparse.Namespace:
    """Return the options given on the command line."""
    from helpers.assistant.options import add_session_options
    from helpers.mock.faults import KINDS

    parser = argparse.ArgumentParser(
        prog="python3 course.py agent",
        description="An agent in the terminal: it answers a prompt, or talks if there is none.",
    )
    parser.add_argument("prompt", nargs="*", help="what to ask; without it, a conversation begins")
    parser.add_argument(
        "--folder", default=".", metavar="DIR", help="what the agent may read (default: this one)"
    )
    add_session_options(parser)
    parser.add_argument(
        "--fault",
        choices=KINDS,
        metavar="KIND",
        help=f"break each answer of the offline API once: {', '.join(KINDS)}",
    )
    parser.add_argument(
        "--max-turns", type=turns, default=10, metavar="N", help="turns for one answer, up to 100"
    )
    return parser.parse_intermixed_args()


def turns(text: str) -> int:
    """Return the number of turns that a text names."""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 100:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to 100")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
