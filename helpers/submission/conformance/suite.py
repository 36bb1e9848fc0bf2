"""All cases on one file, with the values of some seeds."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from helpers.submission.conformance.cases import Case, cases_here
from helpers.submission.conformance.harness import Failed, Harness
from helpers.submission.conformance.process import Limits, read_base_environment
from helpers.submission.conformance.warm import Warm, warm_up
from helpers.submission.conformance.wire_events import RandomValues

__all__ = ["Result", "all_pass", "tried"]

AT_ONCE = 4  # agents; each mostly waits
# A busy machine decides nothing: what failed there is tried again, with so much more patience.
PATIENCE = (1, 2, 4)


@dataclass(frozen=True)
class Result:
    """What came of one case with one seed.

    Attributes:
        case, title, why: which behaviour it is, and what it is good for.
        seed: what its values came from.
        passed: whether the agent did it.
        sent: what the case sent.
        seen, expected: what was wrong, if something was.
    """

    case: str
    title: str
    why: str
    seed: int
    passed: bool
    sent: str
    seen: str = ""
    expected: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON takes it."""
        return asdict(self)


async def tried(
    file: Path,
    seeds: Iterable[int],
    *,
    limits: Limits | None = None,
    cases: Sequence[Case] | None = None,
    at_once: int = AT_ONCE,
) -> AsyncGenerator[Result]:
    """Try an agent in all cases, with fresh values for each seed; yield results as they come.

    Args:
        file: the agent.
        seeds: where the values come from; a verdict should rest on seeds that nobody knew.
        limits: what a run may take.
        cases: those to try; by default, all that this platform can.
        at_once: agents that run side by side.
    """
    room = asyncio.Semaphore(at_once)

    async def one(case: Case, seed: int) -> Result:
        async with room:
            return await _result(file, case, seed, limits or Limits(), warm)

    chosen = cases_here() if cases is None else cases
    # Those that mostly wait begin first, so that nobody waits for them in the end.
    ordered = sorted(chosen, key=lambda case: not case.waits)
    async with warm_up(read_base_environment()) as warm:
        tasks = [asyncio.create_task(one(case, seed)) for seed in seeds for case in ordered]
        try:
            for task in asyncio.as_completed(tasks):
                yield await task
        finally:
            for waiting in tasks:
                waiting.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


def all_pass(results: Iterable[Result]) -> bool:
    """Say whether there are results, and all of them are good."""
    results = list(results)
    return bool(results) and all(result.passed for result in results)


async def _result(file: Path, case: Case, seed: int, limits: Limits, warm: Warm | None) -> Result:
    """Try a case until it is passed, or a busy machine can't be the reason that it isn't."""
    for times in PATIENCE:
        patient = replace(limits, patience=times * limits.patience)
        result, unsure = await _try_once(file, case, seed, patient, warm)
        if result.passed or not unsure:
            break
    return result


async def _try_once(
    file: Path, case: Case, seed: int, limits: Limits, warm: Warm | None
) -> tuple[Result, bool]:
    """Try a case; return what came of it, and whether a busy machine may be the reason."""
    # Each case has values of its own, whatever other cases are tried beside it.
    mixed = int.from_bytes(hashlib.sha256(f"{case.id} {seed}".encode()).digest()[:8], "big")
    harness = Harness(file, RandomValues(mixed), limits, warm)
    seen = expected = ""
    sure = False
    try:
        await case.run(harness)
    except Failed as failure:
        seen, expected, sure = failure.seen, failure.expected, failure.sure
    except OSError:
        raise  # of this machine, and no agent's fault
    except Exception as error:  # whatever a stranger's file sends, the others are tried
        seen = f"it sent what makes no sense ({type(error).__name__})"
        expected = "requests as the API takes them"
    result = Result(
        case.id, case.title, case.why, seed, not seen, harness.sent, seen=seen, expected=expected
    )
    return result, harness.starved and not sure
