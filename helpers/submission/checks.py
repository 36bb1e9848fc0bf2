"""What was looked at, as checks: first the files by themselves, then beside what was found here.

All of it runs inside the container (evaluation.py), since each file may be anything at all.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from helpers.submission import consistency
from helpers.submission.conformance.suite import Result
from helpers.submission.manifest import OPTIONAL, suite_version
from helpers.submission.manifest import problems as manifest_problems
from helpers.submission.note import note_problems
from helpers.submission.own import Own, own_parts
from helpers.submission.recording import Cast
from helpers.submission.report import NoReport, results_in
from helpers.submission.verdict import Check, check_of

__all__ = ["Found", "before", "behind", "find_own_parts", "seeds_of"]

Made = Iterator[tuple[str, Callable[[], Check]]]  # what is looked at, and what does it
OTHER = "it was made with another version of the course"


@dataclass
class Found:
    """What was found by running the agent here.

    Attributes:
        results: what came of each behaviour.
        fresh: how often each was tried with values that nobody knew.
        own_seed: the one of the report's own seeds that was tried, if there is any.
        again: behaviours that needed a second try.
        outside: what the agent tried outside its own folder.
        session, no_session: what was recorded, or why nothing was.
        agent_ms, no_measurement: its median time to the first token, or why there is none.
        gave_up: why not everything was tried.
    """

    results: list[Result] = field(default_factory=list)
    fresh: int = 0
    own_seed: int | None = None
    again: set[str] = field(default_factory=set)
    outside: list[str] = field(default_factory=list)
    session: Cast | None = None
    no_session: str = ""
    agent_ms: float | None = None
    no_measurement: str = ""
    gave_up: str = ""


def before(files: consistency.Files) -> Made:
    """Yield what is looked at without running anything."""
    if not files:
        return
    secrets = consistency.secret_problems
    yield "secrets", lambda: check_of("secrets", secrets(files), "None in sight.")
    if "manifest.json" in files:
        manifest = consistency.load_json(files, "manifest.json")
        yield (
            "manifest",
            lambda: check_of("manifest", manifest_problems(manifest, files), "All hashes fit."),
        )
    if "agent.py" in files:
        good = "One file; no SDK in sight."
        yield "agent", lambda: check_of("agent", consistency.agent_problems(files), good)
        yield "own", lambda: _own(find_own_parts(files))
    if "note.md" in files:
        note = files["note.md"].decode("utf-8", "replace")
        good = "It names an edge case of production."
        yield "note", lambda: check_of("note", note_problems(note), good)


def behind(files: consistency.Files, found: Found) -> Made:
    """Yield what is looked at once the agent has run."""
    about = _about(files)
    mode = "live" if about.get("mode") == "live" else "mock"
    same_kit = about.get("suite") == suite_version()
    if found.results or found.gave_up:
        yield "behaviour", lambda: _behaviour(found)
        yield "outside", lambda: _outside(found)
    if {"conformance.json", "report.html"} <= files.keys():
        yield "report", lambda: _report(files, found, same_kit=same_kit)
    looks = {
        "recording": lambda: _recording(files, found, mode, same_kit=same_kit),
        "ttft": lambda: _first_token(files, found, mode, same_kit=same_kit),
    }
    for id, look in looks.items():
        if set(OPTIONAL[id]) <= files.keys():
            yield id, look
        else:
            yield id, partial(_explain_absence, id, about, files)


def _explain_absence(id: str, about: Mapping[str, Any], files: consistency.Files) -> Check:
    """Say what is not there, and why."""
    absent = [name for name in OPTIONAL[id] if name not in files]
    reasons = about.get("left_out")
    why = reasons.get(id) if isinstance(reasons, dict) else None
    if isinstance(why, str) and len(absent) == len(OPTIONAL[id]):
        return check_of(id, [], "Left out; its author says:", told=why)
    words = f"{' and '.join(absent)} {'is' if len(absent) == 1 else 'are'} missing."
    return check_of(id, [words], "")


def _about(files: consistency.Files) -> Mapping[str, Any]:
    manifest = consistency.load_json(files, "manifest.json")
    return manifest if isinstance(manifest, dict) else {}


def seeds_of(files: consistency.Files) -> list[int]:
    """Return the seeds that the conformance report rests on; none if there is no report."""
    try:
        report = consistency.load_json(files, "conformance.json")
        return sorted({one.seed for one in results_in(report)})
    except NoReport:
        return []


def find_own_parts(files: consistency.Files) -> Own:
    """Return which parts are the author's own, as far as that can be seen."""
    given = _about(files).get("owners")
    named = given.items() if isinstance(given, dict) else ()
    owners = {str(name): str(owner) for name, owner in named}
    return own_parts(files.get("agent.py", b""), owners)


def _own(own: Own) -> Check:
    """Say what the comparison with the course's own parts came to."""
    if own.hidden:
        words = f"The manifest's word; it can't be compared, since {own.hidden}."
        return check_of("own", [], "", told=words)
    partly = "".join(
        f" Of {part}, {share:.0%} is built as the course's." for part, share in own.partly.items()
    )
    if own.alike:
        named = ", ".join(f"{part} ({share:.0%})" for part, share in own.alike.items())
        words = (
            f"{own.count}. Said to be the author's own, and built as the course's, whatever its "
            f"names and comments are: {named}.{partly}"
        )
        return check_of("own", [words], "")
    return check_of("own", [], f"{own.count}; compared with the course's by structure.{partly}")


def _behaviour(found: Found) -> Check:
    """Say what came of the suite."""
    cases = {result.case for result in found.results}
    bad = {result.case: result for result in found.results if not result.passed}
    problems = [found.gave_up] if found.gave_up else []
    problems += [
        f"Not so: {one.title}. Seen: {one.seen}; expected: {one.expected} (seed {one.seed})."
        for one in bad.values()
    ]
    times = "once" if found.fresh == 1 else f"{found.fresh} times"
    good = f"{len(cases)} of {len(cases)}, {times} with fresh values."
    if found.again:
        good += f" At the second try: {', '.join(sorted(found.again))}."
    if problems and cases:
        problems[0] = f"{len(cases) - len(bad)} of {len(cases)}. {problems[0]}"
    return check_of("behaviour", problems, good, most=len(problems))  # nothing is hidden


def _outside(found: Found) -> Check:
    """Say what the agent tried with what is none of its own."""
    tried = list(dict.fromkeys(found.outside))
    hint = "Python's own hook saw it: a hint and no proof, so look into agent.py."
    problems = [f"It {words}, which is none of its own." for words in tried]
    made = check_of("outside", problems, "No file but its own was opened, as far as Python sees.")
    return made if made.passed else Check(made.id, made.title, False, f"{made.why} {hint}")


def _report(files: consistency.Files, found: Found, *, same_kit: bool) -> Check:
    digest = hashlib.sha256(files.get("agent.py", b"")).hexdigest()
    problems = consistency.report_problems(
        files, digest, found.results, same_kit=same_kit, own_seed=found.own_seed
    )
    good = f"With its own seed {found.own_seed}, the same was found here."
    told = ""
    if not same_kit:
        good, told = "It fits itself.", f"More was not checked: {OTHER}."
    elif found.own_seed is None or not found.results:
        good, told = "It fits itself.", "More was not checked: the agent was not tried here."
    return check_of("report", problems, good, told=told)


def _recording(files: consistency.Files, found: Found, mode: str, *, same_kit: bool) -> Check:
    problems, told = _excuse(consistency.recording_problems(files, mode, found.session), same_kit)
    if found.no_session:
        problems.append(f"It can't be recorded here. {found.no_session}")
    good = "It streams, with a tool in between"
    if mode == "live":
        return check_of(
            "recording",
            problems,
            f"{good}.",
            told="Told, not checked: a live answer doesn't come twice.",
        )
    if found.session is None:
        return check_of("recording", problems, f"{good}.", told="It was not recorded again here.")
    return check_of(
        "recording", problems, f"{good}, and here the agent shows the same again.", told=told
    )


def _excuse(problems: list[str], same_kit: bool) -> tuple[list[str], str]:
    """Return problems without what another version of the course excuses, and what to tell."""
    pictures = consistency.OTHER_PICTURE.values()
    left = [words for words in problems if same_kit or words not in pictures]
    return left, "" if left == problems else f"Its picture was not checked: {OTHER}."


def _first_token(files: consistency.Files, found: Found, mode: str, *, same_kit: bool) -> Check:
    problems, told = _excuse(consistency.ttft_problems(files, mode), same_kit)
    if found.no_measurement:
        problems.append(f"It can't be measured here. {found.no_measurement}")
    measured = consistency.read_measurement(files)
    if measured is None or problems:
        return check_of("ttft", problems, "")
    median = measured.to_json()["milliseconds"]["agent"]["median"]
    said = "offline API" if measured.mode == "mock" else f"live, {measured.model}"
    here = "" if found.agent_ms is None else f"; here {found.agent_ms:.0f} ms, offline API"
    if measured.mode != "mock":
        told = "Told, not checked: a live answer can't be measured again."
    elif found.agent_ms is None:
        told = "It was not measured again here."
    return check_of("ttft", [], f"Median {median:.0f} ms ({said}){here}.", told=told)
