"""Nobody fails because the machine was busy."""

import asyncio
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers.submission.bundle import course_agent
from helpers.submission.conformance import suite
from helpers.submission.conformance.cases import Case, cases_here
from helpers.submission.conformance.harness import Failed, Harness
from helpers.submission.conformance.process import Limits
from helpers.submission.conformance.starvation import Starvation
from helpers.submission.conformance.suite import PATIENCE, Result, tried

PATIENT = 120  # seconds, on the busiest machine


@pytest.fixture
def hogs() -> Iterator[list[subprocess.Popen[bytes]]]:
    """More programs that compute than the machine has processors for."""
    spin = [sys.executable, "-c", "while True: pass"]
    running = [subprocess.Popen(spin) for _ in range(3 * (os.cpu_count() or 1))]
    yield running
    for one in running:
        one.kill()
        one.wait()


async def test_a_process_that_gets_no_processor_is_starved(hogs: list[subprocess.Popen[bytes]]):
    starvation = Starvation(hogs[0].pid)
    async with asyncio.timeout(PATIENT):
        while not starvation.is_grave:  # noqa: ASYNC110  nobody tells of it
            await asyncio.sleep(0.05)
    await starvation.end()


@pytest.fixture
def ended_pid() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        return process.pid


async def test_one_that_has_ended_is_watched_without_harm(ended_pid: int):
    starvation = Starvation(ended_pid)
    await asyncio.sleep(0.3)
    await starvation.end()
    assert starvation.seconds >= 0


def case_that(run: object) -> Case:
    return Case("any", "does anything", "No reason.", run)  # type: ignore[arg-type]


async def results_of(case: Case) -> list[Result]:
    return [one async for one in tried(Path(__file__), [1], cases=[case])]


async def test_what_failed_on_a_busy_machine_is_tried_again_with_more_patience():
    patience = []

    async def run(harness: Harness) -> None:
        patience.append(harness.limits.patience)
        harness.starved = len(patience) < 3
        if harness.starved:
            raise Failed("too slow", "in time")

    [result] = await results_of(case_that(run))
    assert result.passed
    assert patience == [times * Limits.patience for times in PATIENCE]


@pytest.mark.parametrize(
    ("starved", "sure", "tries"),
    [(True, False, len(PATIENCE)), (False, False, 1), (True, True, 1)],
    ids=["busy", "quiet", "busy, and no matter"],
)
async def test_what_a_busy_machine_can_not_explain_fails_at_once(
    starved: bool, sure: bool, tries: int
):
    seen = []

    async def run(harness: Harness) -> None:
        seen.append(1)
        harness.starved = starved
        raise Failed("too slow", "in time", sure=sure)

    [result] = await results_of(case_that(run))
    assert not result.passed and len(seen) == tries


@pytest.mark.long
async def test_six_suites_at_once_find_no_fault_in_the_courses_agent(tmp_path: Path):
    file = tmp_path / "agent.py"
    file.write_text(course_agent(), encoding="utf-8")
    cases = [case for case in cases_here() if not case.waits]

    async def find_failures(seed: int) -> list[Result]:
        return [one async for one in tried(file, [seed], cases=cases) if not one.passed]

    seeds = random.sample(range(10**9), 6)
    assert await asyncio.gather(*map(find_failures, seeds)) == [[]] * 6
    assert suite.AT_ONCE > 1
