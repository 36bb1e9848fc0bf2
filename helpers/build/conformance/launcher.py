"""Runs an agent's file, and notes what a file without an SDK has no reason to do.

    python -I launcher.py NOTES agent.py ARGUMENTS...

A hook of the interpreter sees each import, each other program that is started, and each
connection. It is a witness, not a wall: who wants to get past it, can (containment is the
sandbox's task).
"""

import os
import runpy
import signal
import sys
from typing import Any

SDKS = ("anthropic", "openai", "langchain", "litellm", "google", "mistralai", "helpers")
STARTS = ("subprocess.Popen", "os.exec", "os.posix_spawn", "os.spawn", "os.startfile", "os.system")
LOOPBACK = ("127.", "::1", "localhost", "0.0.0.0")


def note(file: int, words: str) -> None:
    """Write a line at once: the process may end at any moment."""
    os.write(file, (words + "\n").encode("utf-8", "replace"))


def watch(file: int) -> None:
    """Note what happens from now on."""
    seen: set[str] = set()

    def hook(event: str, given: tuple[Any, ...]) -> None:
        words = ""
        if event == "import":
            top = str(given[0]).split(".")[0]
            words = f"imports {top}" if top in SDKS else ""
        elif event in STARTS:
            words = f"starts another program ({event})"
        elif event == "socket.connect" and isinstance(given[1], tuple):
            host = str(given[1][0])
            words = "" if host.startswith(LOOPBACK) else f"connects to {host}"
        if words and words not in seen:
            seen.add(words)
            note(file, words)

    sys.addaudithook(hook)


def main() -> None:
    """Run the file as if it had been started itself."""
    notes, agent = sys.argv[1:3]
    sys.argv = sys.argv[2:]
    # Whoever started this may have ignored Ctrl-C, as a notebook's kernel does between two
    # cells, and a program inherits that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    watch(os.open(notes, os.O_WRONLY | os.O_CREAT | os.O_APPEND))
    runpy.run_path(agent, run_name="__main__")


if __name__ == "__main__":
    main()
