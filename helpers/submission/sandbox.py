"""Where foreign code runs: behind bubblewrap if the machine has it, and with limits everywhere.

    verify ─▶ bubblewrap ─▶ evaluation.py ─▶ the agent, between listeners on loopback

The whole evaluation goes inside the container, since a network of one's own has a loopback of
its own; and since what opens, reads and draws a stranger's files is safest where the stranger's
code is.
"""

import json
import os
import queue
import re
import shutil
import site
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from helpers.submission.plain import plain
from helpers.submission.processes import descendants, end, end_those_in

__all__ = ["Bounds", "Stopped", "container", "describe_container", "evaluate"]

ROOT = Path(__file__).parents[2]
SCRATCH = 256 * 1024 * 1024  # bytes
HANDED_IN = "/tmp/handed-in"  # where the submission's files stand inside the container
SECRET = re.compile(r"KEY|TOKEN|SECRET|PASSW")  # in the name of a variable
PERIOD = 0.25 if sys.platform == "linux" else 1.0  # seconds between two looks at the processes
# What a Python may need, where it is there.
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache", "/nix/store")
PROBE = "import socket, httpx, h11, helpers; socket.create_server(('127.0.0.1', 0)); print('here')"


class Stopped(Exception):
    """An evaluation was stopped, or ended before its time; the message says why."""


@dataclass(frozen=True)
class Bounds:
    """What an evaluation may take in all, whatever single runs may take.

    Attributes:
        seconds: by the clock.
        processes: at once; an evaluation itself needs about ten.
        memory: bytes that they hold in memory together.
        report: bytes that it may report.
    """

    seconds: float = 600.0
    processes: int = 40
    memory: int = 3 << 30
    report: int = 50_000_000


@cache
def container() -> tuple[str, ...]:
    """Return the command that keeps a program in a container; empty where there is none.

    It is tried once: it may be missing, too old, or forbidden, as in many containers.
    """
    found = shutil.which("bwrap") if sys.platform == "linux" else None
    if found is None:
        return ()
    for sized in (["--size", str(SCRATCH)], []):  # older ones can't say how large
        command = (found, *_options(sized))
        try:
            done = subprocess.run(
                [*command, sys.executable, "-P", "-c", PROBE],
                env=_environment("/tmp"),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=60,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return ()
        if done.stdout.strip() == b"here":
            return command
    return ()


def _options(sized: list[str]) -> list[str]:
    """Return bubblewrap's options: what is visible, all of it read-only but /tmp."""
    visible = {sys.prefix, sys.base_prefix, sys.exec_prefix, *site.getsitepackages()}
    visible |= {str(Path(sys.executable).resolve().parent.parent), str(ROOT / "helpers")}
    visible |= {os.path.realpath(path) for path in visible}
    options = ["--unshare-all", "--cap-drop", "ALL", "--die-with-parent", "--new-session"]
    for path in SYSTEM:
        options += ["--ro-bind-try", path, path]
    options += ["--proc", "/proc", "--dev", "/dev", *sized, "--tmpfs", "/tmp"]
    # What is inside another comes after it.
    for path in sorted(visible - {"/", "/usr", "/tmp"}):
        options += ["--ro-bind-try", path, path]
    return [*options, "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/tmp"]


def _environment(folder: str) -> dict[str, str]:
    """Return all of an evaluation's environment: nothing of this person's is in it."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    folders = dict.fromkeys(("HOME", "TMPDIR", "TEMP", "TMP"), folder)
    return {**kept, **folders, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}


def describe_container() -> list[str]:
    """Return what holds foreign code in on this machine, and what doesn't, a sentence each."""
    runs = "Each run: 20 s of processor time, 1 MB of output; after each, it is ended."
    if container():
        return [
            "Contained by bubblewrap: a network with nothing on it but its own loopback; no file "
            "of this machine but Python and the course's helpers, read-only; "
            f"{SCRATCH >> 20} MB for files of its own, gone at the end; no other process in sight.",
            f"{runs} 1 GB of memory a process, {Bounds.processes} processes.",
            "Not contained: a fault of the kernel. For code from strangers, take a virtual "
            "machine as well.",
        ]
    if sys.platform == "win32":
        return [
            runs,
            "Not contained on Windows: memory, files and network. It runs with your own rights: "
            "look at agent.py first, or verify in WSL, a container or a virtual machine.",
            *_open_secrets(),
        ]
    memory = "1 GB of memory a process, " if sys.platform == "linux" else ""
    better = "with bubblewrap (bwrap)" if sys.platform == "linux" else "on Linux with bubblewrap"
    return [
        f"{runs} {memory}1 MB a file, {Bounds.processes} processes.",
        "Not contained here: the network, all files that you may read or write, and, if you are "
        "root, this verdict itself. It runs with your own rights: look at agent.py first, or "
        f"verify {better}, in a container or in a virtual machine.",
        *_open_secrets(),
    ]


def _open_secrets(environment: Mapping[str, str] = os.environ) -> list[str]:
    """Say which variables a program with your rights can read in your other processes."""
    names = sorted(name for name in environment if SECRET.search(name.upper()))
    if not names:
        return []
    return [
        "It isn't given your environment, but can look for it in your other processes, and there "
        f"are {plain(', '.join(names), 300)}: verify from a shell without them."
    ]


def evaluate(
    job: Mapping[str, Any],
    files: Mapping[str, bytes],
    *,
    bounds: Bounds | None = None,
    stop: threading.Event | None = None,
) -> Iterator[dict[str, Any]]:
    """Run an evaluation (see evaluation.py) inside the container; yield its reports as they come.

    Leaving the iterator ends everything that was started.

    Args:
        job: what to try.
        files: what was handed in, name -> content; it can be read there, and not be changed.
        bounds: what it may take.
        stop: ends it from another thread.

    Raises:
        Stopped: it took more, or ended before it was done.
    """
    bounds = bounds or Bounds()
    with tempfile.TemporaryDirectory(prefix="evaluation-", ignore_cleanup_errors=True) as folder:
        handed_in = _laid_out(files, Path(folder))
        containing = container()
        inside = ["--ro-bind", str(handed_in), HANDED_IN] if containing else []
        given = {**job, "handed_in": HANDED_IN if containing else str(handed_in)}
        process = subprocess.Popen(
            [*containing, *inside, sys.executable, "-P", "-m", "helpers.submission.evaluation"],
            cwd=folder,
            env=_environment("/tmp" if containing else folder),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=sys.platform != "win32",
        )
        assert process.stdin is not None and process.stdout is not None
        lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        out, most = process.stdout, bounds.report

        def read() -> None:
            left = most
            while left > 0 and (line := out.readline(left)):
                left -= len(line)
                lines.put(line)
            lines.put(b"")

        reader = threading.Thread(target=read, daemon=True)
        try:
            reader.start()
            process.stdin.write(json.dumps(given).encode() + b"\n")
            process.stdin.flush()  # it stays open: its end tells the evaluation that we are gone
            yield from _reports(process.pid, lines, bounds, stop or threading.Event())
        except BrokenPipeError:
            raise Stopped("the evaluation could not be started") from None
        finally:
            end(process.pid)
            end_those_in(folder)
            process.wait()
            reader.join(10)
            with suppress(BrokenPipeError):
                process.stdin.close()
            process.stdout.close()
            handed_in.chmod(0o755)  # so that it can be cleared away


def _laid_out(files: Mapping[str, bytes], folder: Path) -> Path:
    """Return the folder in which a submission's files stand, to be read alone."""
    place = folder / "handed-in"
    place.mkdir()
    for name, content in files.items():
        (place / name).write_bytes(content)
        (place / name).chmod(0o444)
    place.chmod(0o555)
    return place


def _reports(
    pid: int, lines: "queue.SimpleQueue[bytes]", bounds: Bounds, stop: threading.Event
) -> Iterator[dict[str, Any]]:
    """Yield the reports of an evaluation while it keeps within its bounds."""
    end_of_all = time.monotonic() + bounds.seconds
    end_of_step, step, next_look = end_of_all, "", 0.0
    while True:
        try:
            line = lines.get(timeout=PERIOD)
        except queue.Empty:
            pass
        else:
            report = _read_report(line, step)
            match report:
                case {"done": _}:
                    return
                case {"at": str(words), "seconds": float(seconds)}:
                    step = f" while it {plain(words, 80)}"
                    end_of_step = min(end_of_all, time.monotonic() + seconds)
                case _:
                    yield report
        if stop.is_set():
            raise Stopped("somebody stopped it")
        now = time.monotonic()
        if now > end_of_all:
            raise Stopped(f"it was not done after {bounds.seconds:.0f} s")
        if now > end_of_step:
            raise Stopped(f"its time was up{step}")
        if now < next_look:
            continue
        next_look = now + PERIOD
        running = descendants(pid)
        if len(running) > bounds.processes:
            raise Stopped(f"it started more than {bounds.processes} processes")
        if sum(running.values()) > bounds.memory:
            raise Stopped(f"it took more than {bounds.memory >> 20} MB of memory{step}")


def _read_report(line: bytes, step: str) -> dict[str, Any]:
    try:
        report = json.loads(line)
    except (ValueError, RecursionError):
        report = None
    if not isinstance(report, dict):
        raise Stopped(f"the evaluation ended before it was done{step}")
    if "fault" in report:
        raise Stopped(f"the course itself made a mistake there ({plain(str(report['fault']), 80)})")
    return report
