"""Is this seat ready for a class? One line, and a cure for each ✕: `python3 course.py ready`."""

import asyncio
import os
import shutil
import socket
import sys
import webbrowser
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import NamedTuple

import httpx

from helpers.classroom.acts import Ready
from helpers.classroom.seat import Seat, load_seat
from helpers.lessons.learner import machine, progress
from helpers.session.clients import class_client
from helpers.session.session import Session

__all__ = ["Look", "looks", "main"]

ROOT = Path(__file__).resolve().parents[2]
MEGABYTES_NEEDED = 200  # for copies, parts, recordings, and what a browser keeps
DAY = 24 * 3600.0
CLOCK_SECONDS = 300.0  # a clock that is this far from the class's is wrong


class Look(NamedTuple):
    """One thing that was looked at.

    Attributes:
        name: a word for it, which a class's board may show if something is wrong.
        detail: what was found; "" if there is nothing to add.
        cure: one sentence on what to do; "" if all is well.
    """

    name: str
    detail: str = ""
    cure: str = ""


def main() -> int:
    """Print the line and the cures, tell the class if there is one; return an exit code."""
    if len(sys.argv) > 1:
        sys.stderr.write("python3 course.py ready takes no options: it looks at this machine.\n")
        return 2
    # A console of another encoding shows a question mark for what it doesn't have.
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    seat = load_seat(progress.home(), lambda order: None)
    found = looks(asyncio.run(class_time(seat)) if seat else None)
    sys.stdout.write(line(found) + "\n")
    for one in found:
        if one.cure:
            sys.stdout.write(f"✕ {one.name}: {one.cure}\n")
    if seat:
        symptoms = tuple(one.name for one in found if one.cure)
        told = asyncio.run(seat.tell_now(Ready(symptoms)))
        sys.stdout.write(
            "Your class knows.\n" if told else "Your class can't be reached now: it hears later.\n"
        )
    return int(any(one.cure for one in found))


def line(found: Iterable[Look]) -> str:
    """Return all that was looked at, in one line."""
    return " · ".join(
        f"{'✕' if one.cure else '✓'} {one.name}{' ' if one.detail else ''}{one.detail}"
        for one in found
    )


def looks(true_time: float | None = None) -> list[Look]:
    """Look at this machine: Python, packages, folder, space, offline API, browser, port, clock.

    Args:
        true_time: what another machine says that the time is.
    """
    session = Session({})
    found = [
        Look(one.symptom, _detail(one.symptom), "" if one.good else one.advice)
        for one in machine.check(session)
    ]
    session.close()
    return [*found, _space(), _browser(), _port(), _clock(true_time)]


async def class_time(seat: Seat) -> float | None:
    """Return what time it is at the class; None if it can't be reached."""
    try:
        async with class_client(seat.address) as http:
            told = (await http.get("/")).headers.get("date", "")
        return parsedate_to_datetime(told).timestamp()
    except (httpx.HTTPError, OSError, ValueError):
        return None


def _detail(symptom: str) -> str:
    return ".".join(map(str, sys.version_info[:3])) if symptom == "python" else ""


def _space() -> Look:
    folder = progress.home()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free // 1_000_000
    if free >= MEGABYTES_NEEDED:
        return Look("space", f"{free / 1000:.0f} GB" if free >= 1000 else f"{free} MB")
    return Look("space", f"{free} MB", f"Make room: {MEGABYTES_NEEDED} MB are needed at {folder}.")


def _browser() -> Look:
    if os.environ.get("JUPYTERHUB_USER"):
        return Look("browser", "of the hub")
    try:
        webbrowser.get()
    except webbrowser.Error:
        return Look(
            "browser",
            "",
            "Install Firefox, Chrome or Edge; or name yours in the environment variable BROWSER.",
        )
    return Look("browser")


def _port() -> Look:
    """Listen as JupyterLab does, and call there by both names of this machine."""
    try:
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            for name in ("127.0.0.1", "localhost"):
                socket.create_connection((name, port), timeout=10).close()
    except OSError as error:
        reason = error.strerror or "no answer"
        return Look(
            "port",
            "",
            f"Let programs listen on 127.0.0.1 ({reason}): a firewall or a VPN forbids it, or "
            "the hosts file doesn't name localhost.",
        )
    return Look("port")


def _clock(true_time: float | None) -> Look:
    now = datetime.now(UTC).timestamp()
    shown = datetime.now().strftime("%H:%M")
    made = (ROOT / "pyproject.toml").stat().st_mtime
    if now < made - DAY or (true_time is not None and abs(now - true_time) > CLOCK_SECONDS):
        return Look("clock", shown, "Set this machine's date and time: certificates need them.")
    return Look("clock", shown)


if __name__ == "__main__":
    sys.exit(main())
