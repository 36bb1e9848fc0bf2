"""Check a cell in a child process, so that nothing in it can hang or end the kernel."""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from helpers.browser import IN_BROWSER
from helpers.lessons import find_needs
from helpers.lessons.checking import sandbox
from helpers.lessons.checking.case import Case, Outcome
from helpers.lessons.checking.explain import (
    WHOLE_CELL,
    Flood,
    explain,
    explain_loading,
    explain_silence,
    explain_syntax,
)
from helpers.lessons.checking.report import CaseResult, Diagnosis, Report, plain
from helpers.lessons.checking.stub import is_untouched
from helpers.lessons.checking.values import format_value, shorten
from helpers.lessons.checking.where import CELL, describe
from helpers.lessons.exercise import Exercise

__all__ = ["Limits", "check"]


@dataclass(frozen=True)
class Limits:
    """How far a check lets a cell go.

    Attributes:
        case_seconds: for each case, and for loading the cell; a time that a busy machine
            doesn't shorten (helpers/lessons/checking/fair_time.py).
        total_seconds: for everything, from the moment the child is ready, by the wall clock.
        start_seconds: for the child to get ready: Python starts, the lesson is imported.
        output_bytes: printed by one case, or written past Python by all of them.
        memory_bytes: address space, where the platform can limit it.
    """

    case_seconds: float = 2.0
    total_seconds: float = 60.0
    start_seconds: float = 60.0
    output_bytes: int = 200_000
    memory_bytes: int = 2 * 1024**3


# The child stops itself at the deadline of a case, or the system does. Where neither can (it has
# stopped itself, say), the parent ends it after so many times the deadline.
PATIENCE = 12
# What a child that has ended may still have to say comes within so many seconds.
GRACE_SECONDS = 5.0
# How a child ends when the system's limit on its processor time ends it.
PROCESSOR_TIME_IS_UP = -getattr(signal, "SIGPROF", 0) or None
# What Python or the check itself says of one line, whatever else is wrong.
CERTAIN = ("asks-for-input", "import-fails", "missing-name", "not-written-yet", "unknown-name")
# A browser's Python needs so many times the time of a machine's own.
SLOWER = 3
NO_LIMITS = "Checked in this very kernel: nothing here can stop a loop that never ends."


def check(
    exercise: Exercise,
    source: str,
    *,
    earlier: Mapping[str, str] | None = None,
    first_line: int = 1,
    limits: Limits = Limits(),
    inline: bool = IN_BROWSER,
) -> Report:
    """Run a cell against the cases of its exercise.

    Args:
        exercise: what it should solve.
        source: the cell, without its `%%build` line.
        earlier: the learner's sources of exercises that this one needs, by id. The
            reference stands in for what is missing or no longer runs.
        first_line: the number of the source's first line in the cell as it is seen.
        limits: how far the cell may go.
        inline: run it in this process: for a browser's kernel, which has no other. There a
            case has its time, and elsewhere none.
    """
    if is_untouched(source, exercise.stub):
        return Report("not_attempted", _results(exercise, []))
    # Line numbers should be those of the cell as it is seen.
    padded = "\n" * (first_line - 1) + source
    try:
        with warnings.catch_warnings(action="ignore"):
            compile(padded, CELL, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return Report("broken", _results(exercise, []), _syntax(error, padded))
    job = {
        "folder": str(exercise.folder),
        "source": padded,
        "earlier": [
            (one.id, one.reference_source(), (earlier or {}).get(one.id))
            for one in find_needs(exercise)
        ],
        "case_seconds": limits.case_seconds,
        "total_seconds": limits.total_seconds,
        "output_bytes": limits.output_bytes,
        "memory_bytes": limits.memory_bytes,
    }
    if inline:
        reports: list[dict[str, Any]] = [] if IN_BROWSER else [{"note": NO_LIMITS}]
        sandbox.run(job, reports.append, SLOWER * limits.case_seconds if IN_BROWSER else 0)
        return _report(exercise, reports)
    return _Child(exercise, limits).run(job)


def _syntax(error: Exception, source: str) -> Diagnosis:
    number = getattr(error, "lineno", None)
    lines = source.splitlines()
    where = describe(CELL, number, lines[number - 1]) if number and number <= len(lines) else ""
    return explain_syntax(error, where)


def _results(exercise: Exercise, diagnoses: list[Diagnosis | None]) -> tuple[CaseResult, ...]:
    """Return a result for each case: of the first ones what was found, the rest not run."""
    results = []
    for number, case in enumerate(exercise.cases):
        if number >= len(diagnoses):
            results.append(CaseResult(case.name, case.why, "not_run"))
            continue
        found = diagnoses[number]
        results.append(CaseResult(case.name, case.why, "failed" if found else "passed", found))
    return tuple(results)


def _add_words(exercise: Exercise, found: Diagnosis) -> Diagnosis:
    """Add what is said of a mistake that was only named."""
    if found.looks_like:
        return found
    looks_like, try_next = exercise.words(found.misconception)
    return replace(found, looks_like=looks_like, try_next=try_next)


def _after_the_first(
    cases: Sequence[Case], diagnoses: Sequence[Diagnosis | None]
) -> list[Diagnosis | None]:
    """Take back what later cases guess, once one has told a mistake of the exercise by name.

    One mistake shows in many cases, and in the later ones it may look like another.
    """
    said: list[Diagnosis | None] = []
    firsts: dict[str, Diagnosis] = {}  # by the topic
    for case, found in zip(cases, diagnoses, strict=False):
        first = found and firsts.setdefault(case.topic, found)
        named = first and not first.looks_like  # its words come later
        if found and first and named and found.misconception not in (first.misconception, *CERTAIN):
            found = replace(
                found,
                misconception="perhaps-the-same",
                looks_like="perhaps the same mistake as in the first case that failed",
                try_next="Mend that one first. What is left then is another mistake.",
            )
        said.append(found)
    return said


def _report(
    exercise: Exercise, reports: list[dict[str, Any]], end: Diagnosis | None = None
) -> Report:
    """Make the report from what the child said, and from how it ended."""
    broken = [Diagnosis.from_json(it["broken"]) for it in reports if "broken" in it]
    cases = [
        Diagnosis.from_json(it["case"]) if it["case"] else None for it in reports if "case" in it
    ]
    notes = tuple(it["note"] for it in reports if "note" in it)
    loaded = any("loaded" in it for it in reports)
    if end and loaded:
        cases.append(end)
    elif end:
        broken.append(end)
    cases = _after_the_first(exercise.cases, cases)
    results = _results(exercise, [found and _add_words(exercise, found) for found in cases])
    if broken:
        return Report("broken", results, broken[0], notes)
    first = next((case.diagnosis for case in results if case.status == "failed"), None)
    status: Any = "failed" if first else "passed"
    return Report(status, results, first, notes, loaded=True)


class _Child:
    """One child process, watched until it is gone."""

    def __init__(self, exercise: Exercise, limits: Limits) -> None:
        self._exercise = exercise
        self._limits = limits
        self._reports: list[dict[str, Any]] = []
        self._inbox: queue.Queue[bytes | None] = queue.Queue()
        self._written = bytearray()  # past sys.stdout, straight to the file descriptor
        self._process = start_python()
        self._readers = [
            threading.Thread(target=self._read_reports, daemon=True),
            threading.Thread(target=self._read_output, daemon=True),
        ]

    def run(self, job: dict[str, Any]) -> Report:
        """Hand over the job and follow it to its end."""
        try:
            for reader in self._readers:
                reader.start()
            with suppress(OSError):  # it died at once: watching will tell
                assert self._process.stdin
                self._process.stdin.write(json.dumps(job).encode())
                self._process.stdin.close()
            return _report(self._exercise, self._reports, self._watch())
        finally:
            # Also when the learner interrupts: nothing of it may stay behind.
            self._end()

    def _watch(self) -> Diagnosis | None:
        """Collect reports; return what ended it if that was not one of them."""
        started = time.monotonic()
        deadline = started + self._limits.start_seconds
        last = started  # never earlier than the end of the job
        while True:
            if len(self._written) > self._limits.output_bytes:
                return self._flood()
            try:
                line = self._inbox.get(timeout=0.05)
            except queue.Empty:
                if time.monotonic() > deadline:
                    return self._too_late()
                if self._process.poll() is not None:
                    # What it started may still hold the pipe open; what it said is in there.
                    self._kill()
                    self._readers[0].join(timeout=GRACE_SECONDS)
                    if self._inbox.empty():
                        return self._silence()
                continue
            if line is None:
                return self._silence()
            report = json.loads(line)
            if "done" in report:
                return None
            self._reports.append(report)
            if "broken" in report:
                return None
            if "ready" in report:
                last = time.monotonic() + self._limits.total_seconds
            step = time.monotonic() + self._limits.case_seconds * PATIENCE
            deadline = min(step, last)

    def _flood(self) -> Diagnosis:
        """It writes without end. What it told before that may still wait to be read."""
        self._kill()
        self._readers[0].join(timeout=GRACE_SECONDS)
        while not self._inbox.empty():
            line = self._inbox.get()
            if line and line.endswith(b"\n"):
                self._reports.append(json.loads(line))
        return self._diagnose(Outcome(error=Flood()))

    def _too_late(self) -> Diagnosis:
        """It hangs where the child can't stop itself, or all cases together take too long."""
        return self._diagnose(Outcome(timed_out=self._limits.case_seconds))

    def _silence(self) -> Diagnosis:
        """It ended, and not by itself."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=GRACE_SECONDS)
        self._readers[1].join(timeout=GRACE_SECONDS)
        if not self._reports:
            lines = self._written.decode("utf-8", "replace").strip().splitlines() or ["no word"]
            raise RuntimeError(f"the check of {self._exercise.id} could not start: {lines[-1]}")
        exit_code = self._process.poll()
        if exit_code == PROCESSOR_TIME_IS_UP:
            return self._too_late()
        case = self._case()
        expected = plain(shorten(format_value(case.expected))) if case else ()
        ran = case.code if case else WHOLE_CELL
        return explain_silence(ran, expected, -1 if exit_code is None else exit_code)

    def _diagnose(self, outcome: Outcome) -> Diagnosis:
        case = self._case()
        if case is None:
            return explain_loading(outcome, "")
        return explain(case, replace(outcome, expected=case.expected))

    def _case(self) -> Case | None:
        """The case that it was at, or None while the cell was loading."""
        if not any("loaded" in report for report in self._reports):
            return None
        done = sum("case" in report for report in self._reports)
        return self._exercise.cases[min(done, len(self._exercise.cases) - 1)]

    def _read_reports(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self._inbox.put(line)
        self._inbox.put(None)

    def _read_output(self) -> None:
        assert self._process.stderr
        # Past the limit it is read on and thrown away until somebody ends the process.
        while data := os.read(self._process.stderr.fileno(), 65536):
            if len(self._written) <= self._limits.output_bytes:
                self._written += data

    def _kill(self) -> None:
        """Kill it and all that it has started."""
        if os.name == "posix":
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        elif self._process.poll() is None:
            tree = ["taskkill", "/F", "/T", "/PID", str(self._process.pid)]
            with suppress(OSError):
                subprocess.run(tree, capture_output=True, check=False)
            self._process.kill()

    def _end(self) -> None:
        """Leave nothing of it behind."""
        self._kill()
        self._process.wait()
        for reader in self._readers:
            if reader.ident:
                reader.join(timeout=GRACE_SECONDS)
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            with suppress(OSError, ValueError):
                if pipe:
                    pipe.close()


def start_python(main: str = "helpers.lessons.checking.sandbox") -> "subprocess.Popen[bytes]":
    """Start a Python that waits for its job.

    Args:
        main: the module whose `main` reads the job from stdin.
    """
    secret = ("KEY", "TOKEN", "SECRET", "PASSWORD")
    environment = {
        name: value
        for name, value in os.environ.items()
        if not any(word in name.upper() for word in secret)
    }
    # Sets print in the same order each time, and imports are those of this process.
    environment["PYTHONHASHSEED"] = "0"
    environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    return subprocess.Popen(
        [
            *(sys.executable, "-P", "-X", "utf8", "-W", "ignore"),
            *("-c", f"from {main} import main; main()"),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        # A group of its own: the interrupt of the notebook is not for it, and it can be
        # ended with everything that it started.
        start_new_session=True,
    )
