"""Tries an agent out and reports; it runs behind the wall of sandbox.py.

It gets its job as a line of JSON on its standard input, and reports in lines of JSON:

    {"result": {…}}     what came of a case with a seed
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
from pathlib import Path
from typing import Any

from helpers.build.conformance.cases import here
from helpers.build.conformance.process import Limits
from helpers.build.conformance.suite import tried
from helpers.build.processes import adopt_orphans, end
from helpers.build.recording import CannotRecord, record
from helpers.build.ttft import CannotMeasure, measured

__all__ = ["main"]


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

    async def suite() -> None:
        cases = [case for case in here() if chosen is None or case.id in chosen]
        async for result in tried(file, job["seeds"], limits=limits, cases=cases):
            tell({"result": result.to_json()}, to)

    if job.get("seeds"):
        asyncio.run(suite())
    if job.get("prompt"):
        try:
            tell({"recording": record(file, job["prompt"], limits=limits).text()}, to)
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
