"""Run a program that takes its time, and tell how far it is."""

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable

from helpers.environment.lock import ROOT
from helpers.environment.problem import DISK_FULL, Problem, explain_installer

__all__ = ["run_quietly", "say"]

LOG = ROOT / ".venv-install.log"
TERMINAL_PERIOD = 0.5  # seconds between two looks at the program, on a terminal
PLAIN_PERIOD = 10  # seconds between two lines of progress where no line can be drawn over


def run_quietly(
    command: list[str], progress: Callable[[str], str], started: float, folder: str = ""
) -> None:
    """Run an installer and tell how far it is; its own words go to the log.

    Args:
        command: what to run.
        progress: says how far it is, given its words so far.
        started: when all began, on the monotonic clock in seconds.
        folder: where it takes the packages from; empty for the package index.

    Raises:
        Problem: it failed.
    """
    terminal = sys.stdout.isatty()
    environ = {**os.environ, "PIP_USER": "0", "PYTHONUTF8": "1"}
    with LOG.open("wb") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, env=environ
        )
        try:
            while process.poll() is None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(TERMINAL_PERIOD if terminal else PLAIN_PERIOD)
                line = f"{progress(read_log())}  {time.monotonic() - started:.0f} s"
                if terminal:
                    draw_over(line)
                elif process.returncode is None:
                    say(line)
        finally:
            process.terminate()  # nothing happens to one that has ended
            code = process.wait()
            if terminal:
                draw_over("")
    if code != 0:
        if shutil.disk_usage(ROOT).free < 20e6:  # then its words had no room in the log either
            raise Problem(DISK_FULL)
        raise explain_installer(read_log(), LOG.name, folder)


def read_log() -> str:
    """Return what the installer has said."""
    return LOG.read_text(encoding="utf-8", errors="replace")


def say(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)


def draw_over(line: str) -> None:
    """Put a line in the place of the terminal's last."""
    width = shutil.get_terminal_size().columns - 1
    print("\r" + line[:width].ljust(width), end="" if line else "\r", flush=True)
