"""Whether a submission is what it says: what can be run again is, with values nobody knew.

    bytes of a submission ─▶ evaluation, inside the container ─▶ checks ─▶ Verdict

Out here, nothing of a stranger's is opened, read as text or drawn.
"""

import base64
import hashlib
import random
import re
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from helpers.submission.plain import plain
from helpers.submission.sandbox import Bounds, Stopped, evaluate
from helpers.submission.submission_files import (
    KNOWN,
    LARGEST,
    CannotRead,
    Submission,
    missing,
    read,
)
from helpers.submission.verdict import TITLES, Check, NoCheck, Verdict, check_of, parse_shown

__all__ = ["Check", "Verdict", "judge", "row", "verify"]

RUNS = 2  # measurements here: enough to see that it can be measured
SECONDS_PER_SEED = 120.0  # an agent that hangs in every case takes about that long
MOST_PROBLEMS = 20

Say = Callable[[str], None]


def verify(
    path: Path,
    *,
    seeds: int = 3,
    say: Say = lambda words: None,
    cases: Sequence[str] | None = None,
    runs: int = RUNS,
    stop: threading.Event | None = None,
) -> Verdict:
    """Look at a submission, and run its agent within limits (see sandbox.describe_container).

    Args:
        path: its folder, or a .zip of it.
        seeds: how often each behaviour is tried with fresh values; one of the report's own
            seeds is tried as well.
        say: takes a sentence about each step.
        cases: the behaviours to try; by default, all of them.
        runs: how often the time to the first token is measured.
        stop: ends it from another thread.

    Raises:
        CannotRead: there is no submission.
    """
    given = read(path)
    return row(
        given.name,
        lambda: judge(given, seeds=seeds, say=say, cases=cases, runs=runs, stop=stop),
    )


def row(name: str, look: Callable[[], Verdict]) -> Verdict:
    """Return what a look comes to; whatever happens, there is a verdict, with its reason.

    Args:
        name: of the submission, as it can be printed.
        look: looks at it.
    """
    try:
        return look()
    except CannotRead as problem:
        return reject(name, str(problem))
    except Stopped as stopped:
        return reject(name, f"It can't be opened: {stopped}.")
    except Exception as error:  # a mistake of the course's own must not cost the others their row
        return reject(
            name,
            f"It could not be verified: the course itself made a mistake ({type(error).__name__}: "
            f"{plain(str(error), 120)}). Verify it alone, and tell whoever keeps the course.",
        )


def judge(
    given: Submission,
    *,
    seeds: int = 3,
    say: Say = lambda words: None,
    cases: Sequence[str] | None = None,
    runs: int = RUNS,
    stop: threading.Event | None = None,
) -> Verdict:
    """Do the same as `verify` with a submission that was read.

    Raises:
        Stopped: it could not be opened within its bounds.
    """
    fresh = random.SystemRandom().sample(range(2**31), seeds)
    # Windows has no pseudo-terminal to record in.
    job = {"task": "look", "seeds": fresh, "cases": cases, "runs": runs}
    job["record"] = sys.platform != "win32"
    if given.is_packed:
        given = _unpack(given, stop)
    say(f"Looking at {given.name}, and trying each behaviour with values of its own …")
    return _look_at(given, job, stop)


def reject(name: str, words: str) -> Verdict:
    """Return the verdict on what could not be looked at."""
    return Verdict(name, (Check("files", TITLES["files"], False, words),), complete=False)


def _unpack(given: Submission, stop: threading.Event | None) -> Submission:
    """Return what an archive holds; it is opened inside the container.

    Raises:
        Stopped: it could not be opened within its bounds.
    """
    files: dict[str, bytes] = {}
    problems: list[str] = []
    for report in evaluate({"task": "unpack"}, given.files, bounds=Bounds(seconds=60), stop=stop):
        match report:
            case {"file": str(name), "content": str(content)} if name in KNOWN:
                files[name] = base64.b64decode(content)[:LARGEST]
            case {"problem": str(words)} if len(problems) < MOST_PROBLEMS:
                problems.append(plain(words))
    wrong = {name for name in KNOWN if any(words.startswith(f"{name} ") for words in problems)}
    return Submission(given.name, files, (*problems, *missing({*files, *wrong})))


def _look_at(given: Submission, job: dict[str, Any], stop: threading.Event | None) -> Verdict:
    """Return what the evaluation says about a submission."""
    good = f"{len(given.files)} files, all there. What README.md says is its author's word."
    found = Verdict(given.name, (check_of("files", list(given.problems), good),))
    if agent := given.files.get("agent.py"):
        found = replace(found, agent=hashlib.sha256(agent).hexdigest())
    checks = {check.id: check for check in found.checks}
    bounds = Bounds(seconds=SECONDS_PER_SEED * (len(job["seeds"]) + 2))
    try:
        for name, value in _reports(given, job, bounds, stop):
            if isinstance(value, Check):
                checks.setdefault(value.id, value)
            else:
                found = replace(found, **{name: value})
    except (Stopped, NoCheck) as stopped:
        words = f"The evaluation was stopped: {stopped}."
        there = checks.get("behaviour")
        if there is None or there.passed:
            checks["behaviour"] = check_of("behaviour", [words], "")
        found = replace(found, complete=False)
    ordered = tuple(checks[id] for id in TITLES if id in checks)
    return replace(found, checks=ordered)


def _reports(
    given: Submission, job: dict[str, Any], bounds: Bounds, stop: threading.Event | None
) -> Iterator[tuple[str, Any]]:
    """Yield what the evaluation reports, as far as it has the form of a report.

    Raises:
        Stopped: it took more than it may.
        NoCheck: it reports something else.
    """
    for report in evaluate(job, given.files, bounds=bounds, stop=stop):
        match report:
            case {"check": check}:
                yield "check", Check.from_json(check)
            case {"own": str(words)} if re.fullmatch(r"[\d?]{1,4} of \d{1,4}", words):
                yield "own", words
            case {"shape": str(words)} if re.fullmatch(r"[0-9a-f]{64}", words):
                yield "shape", words
            case {"shown": shown}:
                yield "shown", parse_shown(shown)
