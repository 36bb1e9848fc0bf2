"""The child process of a check: it loads the learner's code and runs the cases.

It gets its job as JSON on stdin and reports in lines of JSON on what was its stdout, each
outcome at once, so that what came before a hang or a crash is known:

    {"ready": true}                   the lesson is imported; the clock starts
    {"loaded": true}                  the cell ran to its end
    {"broken": {…}}                   or it did not, and why
    {"case": null}                    a case passed
    {"case": {…}}                     a case failed, and why
    {"note": "…"}                     something else worth knowing
    {"done": true}

What the learner's code prints goes elsewhere and can't be mistaken for a report.
"""

import asyncio
import inspect
import io
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from functools import partial
from pathlib import Path
from typing import Any

from helpers.browser import IN_BROWSER
from helpers.browser.limits import TooLong, limit_time
from helpers.lessons.checking.assemble import Sources, assemble, execute, new_module
from helpers.lessons.checking.case import Case, Namespace, Outcome
from helpers.lessons.checking.explain import Flood, InputAsked, explain, explain_loading
from helpers.lessons.checking.facts import Fact, facts_of
from helpers.lessons.checking.fair_time import FairLoop, watch
from helpers.lessons.checking.where import CELL, describe_place, where_it_hangs
from helpers.lessons.exercise import read_exercise

__all__ = ["main", "run"]

Tell = Callable[[dict[str, Any]], None]

# How much of what a case prints is kept for its diagnosis, in bytes.
KEPT_OUTPUT = 4_000
# Code in C that never returns gives no thread a turn: the system ends it this much later.
GRACE_SECONDS = 1.0
# When nobody has ended this process by then, its parent is gone.
OVERTIME_SECONDS = 5.0


class Printed(io.RawIOBase):
    """Takes what the code prints: keeps the beginning, and stops it at the limit."""

    name = "<output>"

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.kept = bytearray()
        self._left = limit

    def writable(self) -> bool:
        """Say yes: print asks."""
        return True

    def write(self, data: Any, /) -> int:
        """Take some output."""
        output = bytes(data)
        self.kept += output[: KEPT_OUTPUT - len(self.kept)]
        self._left -= len(output)
        if self._left < 0:
            raise Flood
        return len(output)

    def text(self) -> str:
        """Return what was kept."""
        return self.kept.decode("utf-8", "replace")


class NoKeyboard(io.TextIOBase):
    """A stdin at which nobody sits."""

    def readline(self, size: int = -1, /) -> str:  # type: ignore[override]
        """Refuse: `input()` comes here."""
        raise InputAsked

    def read(self, size: int | None = -1, /) -> str:
        """Refuse."""
        raise InputAsked


def _text(printed: Printed) -> io.TextIOWrapper:
    return io.TextIOWrapper(printed, encoding="utf-8", errors="replace", write_through=True)


@contextmanager
def listening(limit: int) -> Iterator[Printed]:
    """Collect what is printed, and let nobody wait for input."""
    printed = Printed(limit)
    stdin, sys.stdin = sys.stdin, NoKeyboard()
    try:
        # Warnings and logs go to stderr at times of their own: they are not shown.
        with redirect_stdout(_text(printed)), redirect_stderr(_text(Printed(limit))):
            yield printed
    finally:
        sys.stdin = stdin


class Deadline:
    """Ends the process when a step takes too long, and says first where it hangs.

    Args:
        seconds: for each step; 0: none, where the process is not ours to end.
        tell: where the last report goes.
    """

    def __init__(self, seconds: float, tell: Tell) -> None:
        self.seconds = seconds
        self.loop: FairLoop | None = None  # of the step, once it runs
        self._tell = tell
        self._lock = threading.Lock()
        self._step = 0
        self._thread = threading.get_ident()

    @contextmanager
    def over(self, report: Callable[[str], dict[str, Any]]) -> Iterator[None]:
        """Give a step its time; `report` makes the last report from where it hangs."""
        if not self.seconds:
            yield
            return
        if IN_BROWSER:
            with limit_time(self.seconds):
                yield
            return
        done, expire = threading.Event(), partial(self._expire, self._step, report)
        _limit_processor(self.seconds + GRACE_SECONDS)
        args = (self.seconds, self._waited, done, expire)
        threading.Thread(target=watch, args=args, daemon=True).start()
        try:
            yield
        finally:
            done.set()
            self.loop = None
            _limit_processor(0)
            with self._lock:
                self._step += 1

    def _waited(self) -> float:
        loop = self.loop
        return loop.waited if loop else 0.0

    def _expire(self, step: int, report: Callable[[str], dict[str, Any]]) -> None:
        where = where_it_hangs(self._thread, self.loop)
        with self._lock:
            if step == self._step:
                self._tell(report(where))
                self._tell({"done": True})
                os._exit(0)


def run(job: dict[str, Any], tell: Tell, seconds: float) -> None:
    """Check a cell.

    Args:
        job: "folder" is the exercise's, "source" is the cell, "earlier" lists
            the `Sources` of the exercises that it needs.
        tell: takes each report.
        seconds: the deadline of each step; 0 for none.
    """
    exercise = read_exercise(Path(job["folder"]))
    cases = exercise.cases  # the lesson is imported here
    facts = facts_of(job["source"], exercise.reference_source())
    deadline = Deadline(seconds, tell)
    tell({"ready": True})
    namespace = _load_cell(job, tell, deadline)
    if namespace is None:
        return
    threads = set(threading.enumerate())
    for case in cases:
        if not _run_case(case, namespace, facts, job["output_bytes"], tell, deadline):
            break
    if any(not thread.daemon for thread in set(threading.enumerate()) - threads):
        tell({"note": "Your code leaves a thread running after its work is done."})
    tell({"done": True})


def _load_cell(job: dict[str, Any], tell: Tell, deadline: Deadline) -> Namespace | None:
    """Load the earlier parts and the cell; None if the cell doesn't run to its end."""
    module = new_module("your_cell")
    with listening(job["output_bytes"]):
        broken = assemble(module, (Sources(*part) for part in job["earlier"]))
    for part_id in broken:
        tell({"note": f"Your saved part {part_id} no longer runs, so the course's own was used."})

    def hung(where: str) -> dict[str, Any]:
        return {"broken": explain_loading(Outcome(timed_out=deadline.seconds), where).to_json()}

    printed = None
    try:
        with deadline.over(hung), listening(job["output_bytes"]) as printed:
            execute(CELL, job["source"], module)
    except BaseException as error:
        where = describe_place(error.__traceback__)
        if isinstance(error, TooLong):
            tell(hung(where))
            return None
        outcome = Outcome(error=error, printed=printed.text() if printed else "")
        tell({"broken": explain_loading(outcome, where).to_json()})
        return None
    tell({"loaded": True})
    return Namespace(module.__dict__)


def _run_case(
    case: Case,
    namespace: Namespace,
    facts: Sequence[Fact],
    output_bytes: int,
    tell: Tell,
    deadline: Deadline,
) -> bool:
    """Run one case and tell how it went; say whether the others may follow."""

    def hung(where: str) -> dict[str, Any]:
        outcome = Outcome(None, None, printed.text(), deadline.seconds, case.expected)
        return {"case": explain(case, outcome, where).to_json()}

    returned, error, right, where = None, None, False, ""
    with listening(output_bytes) as printed, deadline.over(hung):
        try:
            returned = _call(case, namespace, deadline)
            right = _is_right(case, returned)
        except BaseException as raised:
            error = raised
            where = describe_place(raised.__traceback__)
        if isinstance(error, TooLong):
            tell(hung(where))
            return False
        outcome = Outcome(returned, error, printed.text(), expected=case.expected)
        diagnosis = None if right else explain(case, outcome, where, facts).to_json()
    tell({"case": diagnosis})
    return True


def _is_right(case: Case, returned: Any) -> bool:
    try:
        return case.same(returned, case.expected)
    except Exception:
        # It can't be compared at all, so it is something else: it is shown as what it is.
        return False


def _call(case: Case, namespace: Namespace, deadline: Deadline) -> Any:
    if not inspect.iscoroutinefunction(case.run):
        return case.run(namespace)
    if IN_BROWSER:
        from helpers.browser import loops

        return loops.run(case.run(namespace))
    with asyncio.Runner(loop_factory=FairLoop if deadline.seconds else None) as runner:
        if isinstance(loop := runner.get_loop(), FairLoop):
            deadline.loop = loop
        return runner.run(case.run(namespace))


def main() -> None:
    """Do one job and end, whatever the code has left running."""
    # From here on, fd 1 and 2 are the learner's; only `tell` knows the way to the parent.
    reports = os.dup(1)
    os.dup2(2, 1)
    job = json.loads(sys.stdin.buffer.read())
    lock, process = threading.Lock(), os.getpid()

    def tell(report: dict[str, Any]) -> None:
        if os.getpid() != process:
            os._exit(0)  # the code has forked: its copy of us must not report as well
        with lock:
            data = json.dumps(report).encode() + b"\n"
            while data:
                data = data[os.write(reports, data) :]

    _ = read_exercise(Path(job["folder"])).cases  # its imports count for neither limit
    _limit_memory(job["memory_bytes"])
    _end_with_parent(job["total_seconds"])
    run(job, tell, job["case_seconds"])
    os._exit(0)


def _limit_memory(size: int) -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    for limit, value in ((resource.RLIMIT_AS, size), (resource.RLIMIT_CORE, 0)):
        # macOS refuses some; the deadline still holds.
        with suppress(ValueError, OSError):
            resource.setrlimit(limit, (value, resource.getrlimit(limit)[1]))


def _limit_processor(seconds: float) -> None:
    """Let the system end this process after so much processor time; 0 for no limit."""
    if hasattr(signal, "setitimer"):  # not on Windows
        signal.setitimer(signal.ITIMER_PROF, seconds)


def _end_with_parent(seconds: float) -> None:
    """Make sure that this process ends even if the notebook's kernel was killed."""
    import faulthandler

    # A thread in C: it fires also when Python code never gives up the lock.
    faulthandler.dump_traceback_later(
        seconds + OVERTIME_SECONDS, exit=True, file=os.open(os.devnull, os.O_WRONLY)
    )
