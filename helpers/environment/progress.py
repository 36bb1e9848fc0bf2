"""Run programs that take their time, and tell how far they are."""

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

from helpers.environment.lock import ROOT
from helpers.environment.problem import DISK_FULL, Problem, explain_installer

__all__ = ["run_quietly", "say"]

LOG = ROOT / ".venv-install.log"
PERIOD = 0.5  # seconds between two looks at the programs
PLAIN_PERIOD = 10  # seconds between two lines of progress where no line can be drawn over


def run_quietly(
    commands: Sequence[list[str]], progress: Callable[[str], str], started: float, folder: str = ""
) -> None:
    """Run installers side by side and tell how far they are; their own words go to the log.

    Args:
        commands: what to run.
        progress: says how far they are, given their words so far.
        started: when all began, on the monotonic clock in seconds.
        folder: where they take the packages from; empty for the package index.

    Raises:
        Problem: one failed.
    """
    terminal = sys.stdout.isatty()
    environ = {**os.environ, "PIP_USER": "0", "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"}
    processes: list[subprocess.Popen[bytes]] = []
    with LOG.open("ab") as log:
        log.truncate(0)  # each adds its lines to the end
        try:
            for command in commands:
                processes.append(
                    subprocess.Popen(
                        command,
                        stdin=subprocess.DEVNULL,
                        stdout=log,
                        stderr=subprocess.STDOUT,
                        env=environ,
                    )
                )
            running, told = processes, time.monotonic()
            while running and not any(process.returncode for process in processes):
                with contextlib.suppress(subprocess.TimeoutExpired):
                    running[0].wait(PERIOD)
                running = [process for process in processes if process.poll() is None]
                line = f"{progress(read_log())}  {time.monotonic() - started:.0f} s"
                if terminal:
                    draw_over(line)
                elif running and time.monotonic() - told > PLAIN_PERIOD:
                    say(line)
                    told = time.monotonic()
            failed = any(process.returncode for process in processes)
        finally:
            for process in processes:
                process.terminate()  # nothing happens to one that has ended
                process.wait()
            if terminal:
                draw_over("")
    if failed:
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
