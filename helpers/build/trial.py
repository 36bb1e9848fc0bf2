"""Tries an agent out and reports; it runs behind the wall of sandbox.py.

It gets its job as a line of JSON on its standard input, and reports in lines of JSON:

    {"result": {…}}     what came of a case with a seed; "again" is true at a second try
    {"gave_up": "why"}  the rest of the job was not worth the time
    {"recording": "…"}  a session with the agent; {"no_recording": "why"} if there is none
    {"measured": {…}}   its times to the first token; {"no_measurement": "why"}
    {"done": true}

The agent can't write reports: it has pipes of its own, and this process can't be looked into.
"""

import asyncio
import json
import os
import sys
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from helpers.build.conformance.cases import here
from helpers.build.conformance.process import Limits
from helpers.build.conformance.suite import tried
from helpers.build.processes import adopt_orphans, end
from helpers.build.recording import CannotRecord, record
from helpers.build.ttft import CannotMeasure, measured

__all__ = ["main"]

WORTH_GOING_ON = 0.25  # of the behaviours; who hangs or does nothing shall not cost minutes
RECORDING_SECONDS = 30.0


def tell(report: Mapping[str, Any], to: int) -> None:
    """Write a report."""
    data = json.dumps(report).encode() + b"\n"
    while data:
        data = data[os.write(to, data) :]


def try_out(job: Mapping[str, Any], file: Path, to: int) -> None:
    """Do a job.

    Args:
        job: "seeds" of the suite, and optionally "cases", "patience" (seconds); "prompt" of a
            recording; "runs" of a measurement. What is missing is not done.
        file: the agent.
        to: where the reports go.
    """
    limits = Limits(patience=job.get("patience", Limits.patience))
    chosen = job.get("cases")
    cases = [case for case in here() if chosen is None or case.id in chosen]

    async def suite(seed: int) -> int:
        """Report on each case; return how many passed."""
        bad = []
        async for result in tried(file, [seed], limits=limits, cases=cases):
            if result.passed:
                tell({"result": result.to_json()}, to)
            else:
                bad.append(result)
        if len(cases) - len(bad) >= len(cases) * WORTH_GOING_ON:
            # This machine may be busy: what failed has a second chance, alone and with patience.
            patient = replace(limits, patience=2 * limits.patience)
            again = [case for case in cases if case.id in {result.case for result in bad}]
            bad = []
            async for result in tried(file, [seed], limits=patient, cases=again, at_once=1):
                bad += [] if result.passed else [result]
                if result.passed:
                    tell({"result": result.to_json(), "again": True}, to)
        for result in bad:
            tell({"result": result.to_json()}, to)
        return len(cases) - len(bad)

    for seed in job.get("seeds", ()):
        passed = asyncio.run(suite(seed))
        if passed < len(cases) * WORTH_GOING_ON:
            tell({"gave_up": f"It did {passed} of {len(cases)}, so that was all."}, to)
            tell({"done": True}, to)
            return
    if job.get("prompt"):
        try:
            session = record(file, job["prompt"], seconds=RECORDING_SECONDS, limits=limits)
            tell({"recording": session.text()}, to)
        except CannotRecord as problem:
            tell({"no_recording": str(problem)}, to)
    if job.get("runs"):
        try:
            tell({"measured": measured(file, job["runs"], limits=limits).to_json()}, to)
        except CannotMeasure as problem:
            tell({"no_measurement": str(problem)}, to)
    tell({"done": True}, to)


def main() -> None:
    """Do the job on standard input, and end with all that was started."""
    adopt_orphans()
    reports = os.dup(1)
    os.dup2(2, 1)  # whatever else is printed is no report
    job = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with tempfile.TemporaryDirectory(prefix="agent-file-", ignore_cleanup_errors=True) as name:
        file = Path(name) / "agent.py"
        file.write_text(job["agent"], encoding="utf-8", newline="")
        try:
            try_out(job, file, reports)
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
