"""Whether a submission is what it says: what can be run again is, with values nobody knew."""

import hashlib
import random
import sys
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from helpers.build import evidence
from helpers.build.conformance.cases import here
from helpers.build.conformance.suite import Result
from helpers.build.manifest import problems as manifest_problems
from helpers.build.manifest import suite_version
from helpers.build.note import problems as note_problems
from helpers.build.recording import CannotRecord, Cast
from helpers.build.report import NoReport, results_in
from helpers.build.sandbox import Bounds, Stopped, trial
from helpers.build.showing import Shown, shown_in
from helpers.build.steps import PROMPT
from helpers.build.submitted import Submission, read

__all__ = ["Check", "Verdict", "verify"]

RUNS = 2  # measurements here: enough to see that it can be measured
SECONDS_PER_SEED = 120.0  # an agent that hangs in every case takes about that long
WIDTH = 100  # characters of a line
MOST_NAMED = 3  # problems of one check that are written out


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    Attributes:
        id: stable, such as "behaviour".
        title: what was looked at.
        passed: whether it is as it should be.
        why: what was found, in a sentence or some.
    """

    id: str
    title: str
    passed: bool
    why: str


@dataclass(frozen=True)
class Verdict:
    """What there is to say about a submission.

    Attributes:
        name: of its folder.
        checks: in the order in which they were made.
        own: how many parts are the author's own, by the manifest, such as "3 of 8".
        shown: what a gallery shows of it.
    """

    name: str
    checks: tuple[Check, ...]
    own: str = ""
    shown: Shown | None = None

    @property
    def passed(self) -> bool:
        """Whether all is as it should be."""
        return all(check.passed for check in self.checks)

    @property
    def reasons(self) -> list[str]:
        """Why it didn't pass."""
        return [check.why for check in self.checks if not check.passed]

    def words(self) -> str:
        """Return it in words, a line or two for each check."""
        rows = [
            textwrap.fill(
                f"{'✓' if one.passed else '✕'} {one.title:12} {one.why}",
                WIDTH,
                subsequent_indent=" " * 15,
                break_on_hyphens=False,
            )
            for one in self.checks
        ]
        bad = sum(not one.passed for one in self.checks)
        end = f"passed: {self.name}" if self.passed else f"failed on {bad}: {self.name}"
        return "\n".join([*rows, "", end])


@dataclass
class Found:
    """What was found by running the agent here."""

    results: list[Result]
    again: set[str] = field(default_factory=set)  # cases that needed a second try
    session: Cast | None = None
    no_session: str = ""
    agent_ms: float | None = None
    no_measurement: str = ""
    gave_up: str = ""
    stopped: str = ""


def verify(
    path: Path,
    *,
    seeds: int = 3,
    say: Callable[[str], None] = lambda words: None,
    cases: Sequence[str] | None = None,
    runs: int = RUNS,
) -> Verdict:
    """Look at a submission, and run its agent within limits (see sandbox.contained).

    Args:
        path: its folder, or a .zip of it.
        seeds: how often each behaviour is tried with fresh values; one of the report's own
            seeds is tried as well.
        say: takes a sentence about each step.
        cases: the behaviours to try; by default, all of them.
        runs: how often the time to the first token is measured.

    Raises:
        CannotRead: there is no submission.
    """
    given = read(path)
    files = given.files
    agent = evidence.agent_problems(files) if "agent.py" in files else []
    found = Found([])
    own_seed = _own_seed(files)
    fresh = random.SystemRandom().sample(range(2**31), seeds)
    tries = [*([] if own_seed is None else [own_seed]), *fresh]
    runnable = "agent.py" in files and not any("no Python" in words for words in agent)
    if runnable:
        found = _run(files, tries, cases, runs, say)
    checks = tuple(_checks(given, agent, found, fresh, runnable))
    own = _own(evidence.loaded(files, "manifest.json"))
    return Verdict(given.name, checks, own, shown_in(files))


def _own_seed(files: evidence.Files) -> int | None:
    """Return one of the seeds that the conformance report rests on."""
    try:
        results = results_in(evidence.loaded(files, "conformance.json"))
    except NoReport:
        return None
    return random.SystemRandom().choice(results).seed


def _run(
    files: evidence.Files,
    seeds: list[int],
    cases: Sequence[str] | None,
    runs: int,
    say: Callable[[str], None],
) -> Found:
    """Run the agent: in the suite, for a recording, and for a measurement."""
    found = Found([])
    try:
        prompt = evidence.prompt_of(evidence.cast_in(files), PROMPT)
    except CannotRecord:
        prompt = PROMPT
    expected = {
        (case.id, seed) for case in here() if cases is None or case.id in cases for seed in seeds
    }
    job = {"agent": files["agent.py"].decode("utf-8", "replace"), "seeds": seeds, "runs": runs}
    # Windows has no pseudo-terminal to record in.
    job |= {"cases": cases, "prompt": prompt if sys.platform != "win32" else ""}
    say(f"Trying {len(expected)} behaviours, each with values of its own …")
    seen = set()
    try:
        for report in trial(job, bounds=Bounds(seconds=SECONDS_PER_SEED * (len(seeds) + 2))):
            match report:
                case {"result": dict(fields)}:
                    result = Result(**fields)
                    pair = (result.case, result.seed)
                    if pair in seen or pair not in expected:
                        raise Stopped("it brought results that nobody asked for")
                    seen.add(pair)
                    found.results.append(result)
                    if report.get("again"):
                        found.again.add(result.case)
                    if len(seen) == len(expected):
                        say("Recording it, and measuring its first token …")
                case {"gave_up": str(words)}:
                    found.gave_up = words
                case {"recording": str(text)}:
                    found.session = evidence.cast_in({"recording.cast": text.encode()})
                case {"no_recording": str(words)}:
                    found.no_session = words
                case {"measured": {"milliseconds": {"agent": {"median": float(median)}}}}:
                    found.agent_ms = median
                case {"no_measurement": str(words)}:
                    found.no_measurement = words
    except Stopped as stopped:
        found.stopped = f"The trial was stopped: {stopped}."
    except (TypeError, CannotRecord) as error:
        found.stopped = f"The trial brought what is no report: {error}."
    if not found.stopped and not found.gave_up and seen != expected:
        found.stopped = f"The trial brought {len(seen)} of {len(expected)} results."
    return found


def _checks(
    given: Submission, agent: list[str], found: Found, fresh: list[int], runnable: bool
) -> list[Check]:
    """Put together what was found."""
    files = given.files
    manifest = evidence.loaded(files, "manifest.json")
    about = manifest if isinstance(manifest, dict) else {}
    mode = about.get("mode") if about.get("mode") in ("mock", "live") else "mock"
    assert isinstance(mode, str)
    same_kit = about.get("suite") == suite_version()
    other = "" if same_kit else " It was made with another version of the course."
    digest = hashlib.sha256(files.get("agent.py", b"")).hexdigest()
    made = [
        _check("files", "files", list(given.problems), f"{len(files)} files, all there."),
        _check("secrets", "keys", evidence.secret_problems(files), "None in any file."),
    ]
    if "manifest.json" in files:
        problems = manifest_problems(manifest, files)
        made.append(_check("manifest", "manifest", problems, _whose(about, files)))
    if "agent.py" in files:
        made.append(_check("agent", "agent.py", agent, "One file; no SDK in sight."))
    if runnable:
        made.append(_behaviour(found, fresh))
    if "conformance.json" in files and "report.html" in files:
        problems = evidence.report_problems(files, digest, found.results, same_kit=same_kit)
        made.append(_check("report", "report", problems, f"It claims what was found here.{other}"))
    if "recording.cast" in files:
        problems = evidence.recording_problems(files, mode, found.session, same_kit=same_kit)
        if found.no_session:
            problems.append(f"It can't be recorded here. {found.no_session}")
        made.append(_check("recording", "recording", problems, _session(mode, found) + other))
    if "ttft.json" in files:
        problems = evidence.ttft_problems(files, mode, same_kit=same_kit)
        if found.no_measurement:
            problems.append(f"It can't be measured here. {found.no_measurement}")
        made.append(_check("ttft", "first token", problems, _times(files, found) + other))
    if "note.md" in files:
        problems = note_problems(files["note.md"].decode("utf-8", "replace"))
        made.append(_check("note", "note", problems, "It names an edge case of production."))
    return made


def _check(id: str, title: str, problems: list[str], good: str) -> Check:
    if not problems:
        return Check(id, title, True, good)
    more = len(problems) - MOST_NAMED
    words = " ".join(problems[:MOST_NAMED]) + (f" And {more} more." if more > 0 else "")
    return Check(id, title, False, words)


def _behaviour(found: Found, fresh: list[int]) -> Check:
    """Say what came of the suite."""
    cases = {result.case for result in found.results}
    bad = {result.case: result for result in found.results if not result.passed}
    problems = [words for words in (found.stopped, found.gave_up) if words]
    problems += [
        f"Not so: {one.title}. Seen: {one.seen}; expected: {one.expected} (seed {one.seed})."
        for one in bad.values()
    ]
    good = f"{len(cases)} of {len(cases)}, {_times_in_words(len(fresh))} with fresh values."
    if found.again:
        good += f" At the second try: {', '.join(sorted(found.again))}."
    made = _check("behaviour", "behaviour", problems, good)
    if made.passed or not cases:
        return made
    return Check(made.id, made.title, False, f"{len(cases) - len(bad)} of {len(cases)}. {made.why}")


def _times_in_words(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _own(manifest: object) -> str:
    """Return how many parts are the author's own, by the manifest."""
    owners = manifest.get("owners") if isinstance(manifest, dict) else None
    parts = list(owners.values()) if isinstance(owners, dict) else []
    return f"{parts.count('yours')} of {len(parts)}"


def _whose(manifest: dict[str, object], files: evidence.Files) -> str:
    """Say whose the parts are, by the manifest and by comparing them with the course's own."""
    words = f"All hashes fit. The author's own: {_own(manifest)} parts."
    if same := evidence.copied(files.get("agent.py", b"")):
        words += f" Word for word the course's: {', '.join(same)}."
    return words


def _session(mode: str, found: Found) -> str:
    if mode == "live":
        return (
            "It streams, with a tool in between. It is of a live answer, which can't be repeated."
        )
    if found.session is None:
        return "It streams, with a tool in between. It was not recorded again."
    return "It streams, with a tool in between, and here the agent shows the same again."


def _times(files: evidence.Files, found: Found) -> str:
    measured = evidence.measured_in(files)
    if measured is None:
        return ""
    median = measured.to_json()["milliseconds"]["agent"]["median"]
    said = "offline API" if measured.mode == "mock" else f"live, {measured.model}"
    here = "" if found.agent_ms is None else f"; here {found.agent_ms:.0f} ms, offline API"
    return f"Median {median:.0f} ms ({said}){here}."
