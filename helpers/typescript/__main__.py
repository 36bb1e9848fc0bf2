"""Run the TypeScript program against an offline API of its own.

    python -m helpers.typescript [--keep]

The SDK is fetched from npm's registry the first time. --keep stores what is printed.
"""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from helpers.mock.server import start_server
from helpers.mock.settings import Pace, Settings
from helpers.typescript import OUTPUT, PROGRAM

__all__ = ["Missing", "fetch", "main", "run"]

FOLDER = PROGRAM.parent
PACKAGES = FOLDER / "node_modules"
STAMP = PACKAGES / "made-from.txt"  # written last: without it the packages are half there
NO_NETWORK = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENOTCACHED")


class Missing(Exception):
    """Something isn't there that the person at the keyboard can get; the message says what."""


def program(name: str) -> str:
    """Return the path of a program.

    Raises:
        Missing: there is none.
    """
    if found := shutil.which(name):
        return found
    raise Missing(f"There is no {name} here: install Node.js (Debian: apt install nodejs npm).")


def fetch() -> None:
    """Fetch the packages of the lock, unless they are there.

    Raises:
        Missing: npm isn't there, or can't reach its registry.
        RuntimeError: npm fails otherwise.
    """
    lock = hashlib.sha256((FOLDER / "package-lock.json").read_bytes()).hexdigest()
    if STAMP.exists() and STAMP.read_text("utf-8") == lock:
        return
    done = subprocess.run(
        [program("npm"), "ci"], cwd=FOLDER, capture_output=True, text=True, encoding="utf-8"
    )
    if done.returncode != 0 and any(sign in done.stderr for sign in NO_NETWORK):
        raise Missing("The TypeScript SDK can't be fetched: connect once to npm's registry.")
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    STAMP.write_text(lock, "utf-8")


def run(*, seconds: float = 60) -> str:
    """Return what the program prints.

    Args:
        seconds: that it may take.

    Raises:
        Missing: Node.js or the SDK can't be had.
        RuntimeError: the program failed.
    """
    node = program("node")
    fetch()
    with start_server(Settings(pace=Pace(first_token=0.05, tokens_per_second=200))) as server:
        done = subprocess.run(
            [node, str(PROGRAM), server.base_url],
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=seconds,
        )
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return done.stdout


def main(arguments: Sequence[str]) -> int:
    """Print what the program prints; return an exit code."""
    try:
        printed = run()
    except Missing as missing:
        print(missing, file=sys.stderr)
        return 1
    print(printed, end="")
    if "--keep" in arguments:
        Path(OUTPUT).write_text(printed, "utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
