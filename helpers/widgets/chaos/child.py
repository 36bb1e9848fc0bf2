"""The cuts of a chaos map in a process of their own: the kernel stays free, and Stop ends it.

What the process makes comes in lines of JSON:

    {"answers": ["…"], "every": 8}    the agent has run without a cut; the bytes are in base64
    {"cut": [0, 8, "ended", "…"]}     a cut has been made
    {"done": true, "problem": ""}     there are no more, and why

A run that computes in C without end stops even that process: the system ends it, the cut counts
as hung, and another process goes on behind it.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from base64 import b64decode, b64encode
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from helpers.browser import IN_BROWSER
from helpers.lessons.checking.runner import start_python
from helpers.mock.settings import Settings
from helpers.retry import Recovery
from helpers.simulation.chaos_runs import ASLEEP, MOST_STUCK, PATIENCE, CutRunner, Worker
from helpers.widgets.chaos.model import Cut, places
from helpers.widgets.chaos.portable import NotPortable, Portable, portable

__all__ = ["ChildWorker", "main", "worker_of"]

LOOK_SECONDS = 0.02
# Of processor time for one cut, after which even code in C is ended; what is written in Python
# has been thrown out by then.
LAST_SECONDS = 4 * PATIENCE
SILENCE_SECONDS = ASLEEP + 15.0  # where the system can't do that


def worker_of(runner: CutRunner, every: int, most: int | None = None) -> "ChildWorker | Worker":
    """Return what makes the cuts: a process, or a thread where the agent can't leave this one.

    Args:
        runner: makes the runs.
        every: bytes between two cuts.
        most: cuts at most; there are more bytes between them, then.
    """
    if IN_BROWSER:  # a browser's kernel has no processes
        return Worker(runner, every, most)
    try:
        job = job_of(runner)
    except NotPortable:
        return Worker(runner, every, most)
    return ChildWorker(job, every, most)


def job_of(runner: CutRunner) -> dict[str, Any]:
    """Return a runner as JSON.

    Raises:
        NotPortable: it holds something that can't be written down.
    """
    agent = portable(runner.run, runner.tools)
    job = {
        "agent": agent._asdict(),
        "body": runner.body,
        "settings": runner.settings.to_json(),
        "headers": runner.headers,
        "fault": runner.fault,
        "recovery": asdict(runner.recovery) if runner.recovery else None,
        "max_turns": runner.max_turns,
    }
    try:
        same = json.loads(json.dumps(job["body"])) == job["body"]
    except (TypeError, ValueError, RecursionError):
        same = False
    if not same:
        raise NotPortable("the request is no JSON")
    return job


def _runner_of(job: Mapping[str, Any]) -> CutRunner:
    run, tools = Portable(**job["agent"]).load()
    return CutRunner(
        job["body"],
        tools,
        Settings.from_json(job["settings"]),
        job["headers"],
        run=run,
        fault=job["fault"],
        recovery=Recovery(**job["recovery"]) if job["recovery"] else None,
        max_turns=job["max_turns"],
    )


class ChildWorker:
    """A process that makes the cuts; what Worker is for a thread.

    Args:
        job: the runner, from `job_of`.
        every: bytes between two cuts.
        most: cuts at most; there are more bytes between them, then.

    Attributes:
        every: bytes between two cuts.
        cuts: those made so far.
        answers: the bytes of each answer without a cut.
        problem: why there are no more cuts.
        done: whether it has ended.
    """

    def __init__(self, job: Mapping[str, Any], every: int, most: int | None = None) -> None:
        self.every = every
        self.cuts: list[Cut] = []
        self.answers: tuple[bytes, ...] = ()
        self.problem = ""
        self.done = False
        self._job = {**job, "most": most}
        self._lost = 0
        self._heard = time.monotonic()
        self._process = self._start()

    def stop(self) -> None:
        """End at once."""
        self.done = True
        _end(self._process)

    def look(self) -> None:
        """Go on behind a process that is silent for too long. Call it now and then."""
        if not self.done and time.monotonic() - self._heard > SILENCE_SECONDS:
            self._heard = time.monotonic()
            _end(self._process)  # its reader sees the end

    def wait(self) -> None:
        """Block until it has ended."""
        while not self.done:
            time.sleep(LOOK_SECONDS)
            self.look()

    def _start(self) -> "subprocess.Popen[bytes]":
        process = start_python(__name__)
        self._heard = time.monotonic()
        job = {**self._job, "every": self.every, "first": len(self.cuts)}
        for work in (self._read, self._throw_away):
            threading.Thread(target=work, args=(process,), daemon=True).start()
        with suppress(OSError):  # it died at once: its reader will tell
            assert process.stdin
            process.stdin.write(json.dumps(job).encode())
            process.stdin.close()
        return process

    def _read(self, process: "subprocess.Popen[bytes]") -> None:
        """Take what a process tells, to its end."""
        assert process.stdout
        told = False
        for line in process.stdout:
            self._heard = time.monotonic()
            match json.loads(line):
                case {"answers": list(answers), "every": int(every)}:
                    self.answers, self.every = tuple(map(b64decode, answers)), every
                case {"cut": [int(answer), int(at), str(outcome), str(words)]}:
                    self.cuts.append(Cut(answer, at, outcome, words))
                case {"done": True, "problem": str(problem)}:
                    self.problem, told = problem, True
        _end(process)
        process.stdout.close()
        if told or self.done:
            self.done = True
        else:
            self._go_on()

    def _throw_away(self, process: "subprocess.Popen[bytes]") -> None:
        """Read what the code prints, so that it never waits for that."""
        assert process.stderr
        with process.stderr as printed:
            while os.read(printed.fileno(), 65536):
                pass

    def _go_on(self) -> None:
        """The system has ended the process in the middle of a cut: that one is hung."""
        self._lost += 1
        if not self.answers:
            self.problem = "Even without a cut it computes for ever, and nothing can stop it."
        elif self._lost >= MOST_STUCK:
            self.problem = f"{MOST_STUCK} runs computed without ever waiting."
        if self.answers:
            answer, at = places(self.answers, self.every)[len(self.cuts)]
            words = f"It computed for {LAST_SECONDS:g} seconds, and nothing could stop it."
            self.cuts.append(Cut(answer, at, "hung", words))
        if self.problem or len(self.cuts) == len(places(self.answers, self.every)):
            self.done = True
        else:
            self._process = self._start()


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End a process and all that it has started."""
    if os.name == "posix":
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


# In the process


def main() -> None:
    """Make the cuts that the job on stdin asks for."""
    reports = os.dup(1)
    os.dup2(2, 1)  # what the code prints is for nobody
    job = json.loads(sys.stdin.buffer.read())
    parent = os.getppid()

    def tell(report: dict[str, Any]) -> None:
        data = json.dumps(report).encode() + b"\n"
        while data:
            data = data[os.write(reports, data) :]

    def tell_cut(worker: Worker, cut: Cut | None) -> None:
        _limit_processor(LAST_SECONDS)  # for the next one
        if cut is not None:
            tell({"cut": [cut.answer, cut.at, cut.outcome, cut.words]})
        else:
            answers = [b64encode(answer).decode() for answer in runner.answers]
            tell({"answers": answers, "every": worker.every})

    runner = _runner_of(job)
    _limit_processor(LAST_SECONDS)
    worker = Worker(runner, job["every"], job["most"], first=job["first"], tell=tell_cut)
    while not worker.done and os.getppid() == parent:
        worker.look()
        time.sleep(LOOK_SECONDS)
    if worker.unstoppable:
        os._exit(1)  # with all of it; the parent goes on behind this cut
    with suppress(OSError):  # the one who reads it is gone
        tell({"done": True, "problem": worker.problem})
    os._exit(0)


def _limit_processor(seconds: float) -> None:
    """Let the system end this process after so much processor time; not on Windows."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)
