"""Opens, looks at and tries out what a stranger handed in; it runs in the sandbox.

It gets its job as a line of JSON on its standard input, and reports in lines of JSON:

    {"at": "…", "seconds": 20.0}  what it does now, and how long that may take
    {"file": "…", "content": "…"} what was in an archive, in base64; {"problem": "…"}
    {"check": {…}}                something that was looked at; see verdict.py
    {"own": "3 of 8"}, {"shape": "…"}, {"shown": {…}}
    {"result": {…}}               what came of a case with a seed; "again": true at a second try
    {"gave_up": "why"}            the rest of the job was not worth the time
    {"recording": "…"}            a session with the agent; {"no_recording": "why"}
    {"measured": {…}}             its times to the first token; {"no_measurement": "why"}
    {"outside": "…"}              what the agent tried outside its own folder
    {"fault": "…"}                the course itself made a mistake
    {"done": true}

The agent can't write reports: it has pipes of its own, and this process can't be looked into.
"""

import asyncio
import base64
import hashlib
import json
import os
import random
import sys
import tempfile
import threading
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from helpers.submission.processes import adopt_orphans, end
from helpers.submission.verdict import TITLES, Check

__all__ = ["main"]

WORTH_GOING_ON = 0.25  # of the behaviours; who hangs or does nothing shall not cost minutes
SECOND_CHANCES = 6  # behaviours of a seed that may have failed because the machine is busy
LOOK_SECONDS = 30.0  # for one look at files that were read, drawn or compared
RUN_SECONDS = 150.0  # until the next result of a run
RECORDING_SECONDS = 30.0

Tell = Callable[[Mapping[str, Any]], None]


def tell(report: Mapping[str, Any], to: int) -> None:
    """Write a report."""
    data = json.dumps(report).encode() + b"\n"
    while data:
        data = data[os.write(to, data) :]


def unpack(files: Mapping[str, bytes], tell: Tell) -> None:
    """Report what an archive holds."""
    from helpers.submission.archive import CannotUnpack, unpack

    tell({"at": "opens the archive", "seconds": LOOK_SECONDS})
    try:
        found, problems = unpack(b"".join(files.values()))
    except CannotUnpack as error:
        found, problems = {}, [str(error)]
    for name, content in found.items():
        tell({"file": name, "content": base64.b64encode(content).decode()})
    for words in problems:
        tell({"problem": words})


def look(job: Mapping[str, Any], folder: Path, files: Mapping[str, bytes], tell: Tell) -> None:
    """Look at a submission: its files, its agent at work, and both beside each other.

    Args:
        job: "seeds": fresh ones; and what `try_out` takes.
        folder: where the files stand.
        files: their contents.
        tell: takes the reports.
    """
    from helpers.submission import consistency
    from helpers.submission.checks import Found, before, behind, find_own_parts, seeds_of
    from helpers.submission.entry_search import find_entry
    from helpers.submission.own import find_hidden_code
    from helpers.submission.recording import CannotRecord
    from helpers.submission.steps import PROMPT
    from helpers.submission.structure import NotComparable, shape_of

    found = Found(fresh=len(job["seeds"]))
    passed = {}
    for id, make in before(files):
        passed[id] = _run_check(id, make, tell).passed
    with suppress(Exception):  # whoever can't be compared has no shape, and was told so
        tell({"own": find_own_parts(files).count})
        if not find_hidden_code(files["agent.py"]):
            shape = "\n".join(sorted(" ".join(run) for run in shape_of(files["agent.py"])))
            tell({"shape": hashlib.sha256(shape.encode()).hexdigest()})
    tell({"at": "draws its last screen", "seconds": LOOK_SECONDS})
    with suppress(Exception):  # whoever can't be shown isn't, and the checks say why
        tell({"shown": find_entry(files).to_json()})
    with suppress(NotComparable):
        shape_of(files.get("agent.py", b"\0"))
        seeds = list(job["seeds"])
        with suppress(Exception):  # a report that can't be read is told below
            found.own_seed = random.SystemRandom().choice(seeds_of(files) or [None])
        seeds = [*([] if found.own_seed is None else [found.own_seed]), *seeds]
        prompt = PROMPT
        with suppress(CannotRecord):
            prompt = consistency.prompt_of(consistency.cast_in(files), PROMPT)
        whole = {**job, "seeds": seeds, "prompt": prompt if job["record"] else ""}
        try_out(whole, folder / "agent.py", partial(_take, found, tell))
        if (folder / "agent.py").read_bytes() != files["agent.py"]:
            found.outside.append("changed agent.py while it ran")
    for id, make in behind(files, found):
        _run_check(id, make, tell)


def _run_check(id: str, make: Callable[[], Check], tell: Tell) -> Check:
    """Make a check and report it; whatever a file holds, that is a sentence."""
    tell({"at": f"looks at {TITLES[id]}", "seconds": LOOK_SECONDS})
    try:
        made = make()
    except Exception as error:  # files can hold what nobody thought of; each is one sentence
        words = f"It holds what can't be looked at ({type(error).__name__})."
        made = Check(id, TITLES[id], False, words)
    tell({"check": made.to_json()})
    return made


def _take(found: Any, tell: Tell, report: Mapping[str, Any]) -> None:
    """Keep what came of running the agent; let the other side know how far it is."""
    from helpers.submission.conformance.suite import Result
    from helpers.submission.recording import Cast

    match report:
        case {"result": dict(fields)}:
            found.results.append(Result(**fields))
            if report.get("again"):
                found.again.add(fields["case"])
            tell({"at": "runs the agent", "seconds": RUN_SECONDS})
        case {"gave_up": str(words)}:
            found.gave_up = words
        case {"recording": str(text)}:
            found.session = Cast.of(text.encode("utf-8", "replace"), "The session")
        case {"no_recording": str(words)}:
            found.no_session = words
        case {"measured": {"milliseconds": {"agent": {"median": float(median)}}}}:
            found.agent_ms = median
        case {"no_measurement": str(words)}:
            found.no_measurement = words
        case {"outside": str(words)}:
            found.outside.append(words)
        case {"at": _}:
            tell(report)


def try_out(job: Mapping[str, Any], file: Path, tell: Tell) -> None:
    """Try an agent out.

    Args:
        job: "seeds" of the suite, and optionally "cases", "patience" (seconds); "prompt" of a
            recording; "runs" of a measurement. What is missing is not done.
        file: the agent.
        tell: takes the reports.
    """
    from helpers.submission.conformance.cases import cases_here
    from helpers.submission.conformance.process import Limits
    from helpers.submission.conformance.suite import tried
    from helpers.submission.recording import CannotRecord, record
    from helpers.submission.ttft import CannotMeasure, measured

    outside: list[str] = []
    limits = Limits(patience=job.get("patience", Limits.patience), outside=outside.append)
    chosen = job.get("cases")
    cases = [case for case in cases_here() if chosen is None or case.id in chosen]
    seeds = list(job.get("seeds", ()))

    async def suite(seeds: list[int], cases: list[Any]) -> set[str]:
        """Report on each case with each seed; return those that failed."""
        bad = []
        async for result in _report_results(tried(file, seeds, limits=limits, cases=cases), tell):
            bad += [] if result.passed else [result]
        failed = {result.case for result in bad}
        # This machine may be busy: what failed has a second chance, alone and with patience. Who
        # fails in more has no such excuse, and shall not cost minutes.
        second = [] if len(failed) > SECOND_CHANCES else bad
        if len(failed) <= SECOND_CHANCES:
            bad = []
        patient = replace(limits, patience=3 * limits.patience)
        for one in second:
            case = [case for case in cases if case.id == one.case]
            once_more = tried(file, [one.seed], limits=patient, cases=case, at_once=1)
            async for result in once_more:
                bad += [] if result.passed else [result]
                if result.passed:
                    tell({"result": result.to_json(), "again": True})
        for result in bad:
            tell({"result": result.to_json()})
        return {result.case for result in bad}

    tell({"at": "runs the agent", "seconds": RUN_SECONDS})
    failed: set[str] = set()
    try:
        for some in (seeds[:1], seeds[1:]):  # all others side by side, once one was worth it
            # What it doesn't do once it needn't do again.
            left = [case for case in cases if case.id not in failed]
            failed |= asyncio.run(suite(some, left)) if some else set()
            if len(cases) - len(failed) < len(cases) * WORTH_GOING_ON:
                done = len(cases) - len(failed)
                tell({"gave_up": f"It did {done} of {len(cases)}, so that was all."})
                return
        tell({"at": "records and measures the agent", "seconds": RUN_SECONDS})
        if job.get("prompt"):
            try:
                with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
                    session = record(
                        file,
                        job["prompt"],
                        seconds=RECORDING_SECONDS,
                        limits=limits,
                        folder=Path(folder),
                    )
                tell({"recording": session.text()})
            except CannotRecord as problem:
                tell({"no_recording": str(problem)})
        if job.get("runs"):
            try:
                tell({"measured": measured(file, job["runs"], limits=limits).to_json()})
            except CannotMeasure as problem:
                tell({"no_measurement": str(problem)})
    finally:
        for words in outside:
            tell({"outside": words})


async def _report_results(results: AsyncGenerator[Any], tell: Tell) -> AsyncGenerator[Any]:
    """Yield results; those that passed are reported."""
    async for result in results:
        if result.passed:
            tell({"result": result.to_json()})
        else:
            tell({"at": "runs the agent", "seconds": RUN_SECONDS})
        yield result


def main() -> None:
    """Do the job on standard input, and end with all that was started."""
    adopt_orphans()
    to = partial(tell, to=os.dup(1))
    os.dup2(2, 1)  # whatever else is printed is no report
    job = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    folder = Path(job["handed_in"])
    files = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
    try:
        match job.get("task", "try"):
            case "unpack":
                unpack(files, to)
            case "look":
                look(job, folder, files, to)
            case _:
                try_out(job, folder / "agent.py", to)
        to({"done": True})
    except Exception as error:
        to({"fault": f"{type(error).__name__}: {error}"})
    finally:
        end(os.getpid(), itself=False)


def _end_with_parent() -> None:
    """Wait until whoever gave the job is gone; then end everything."""
    sys.stdin.buffer.read()
    if sys.platform != "win32":
        end(os.getpid(), itself=False)
    os._exit(1)


if __name__ == "__main__":
    main()
