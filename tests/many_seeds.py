"""The conformance suite in earnest: the reference on many seeds, each broken build on all cases.

    python tests/many_seeds.py --seeds 100     about 10 minutes on two cores
    python tests/many_seeds.py --seeds 1 --broken

The tests run a part of it each time (tests/submission/test_conformance.py).
"""

# ruff: noqa: T201

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from helpers.submission.bundle import course_agent  # noqa: E402
from helpers.submission.conformance.process import Limits  # noqa: E402
from helpers.submission.conformance.suite import Result, tried  # noqa: E402
from tests.submission.broken import BROKEN, break_source  # noqa: E402

PATIENCE = 20.0  # seconds; this may run beside other things for minutes


async def failures(source: str, seeds: Iterable[int]) -> tuple[int, list[Result]]:
    """Return how many cases were tried, and those that failed."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "agent.py"
        file.write_text(source, encoding="utf-8")
        results = [result async for result in tried(file, seeds, limits=Limits(patience=PATIENCE))]
    return len(results), [result for result in results if not result.passed]


async def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=100, help="how many, drawn afresh")
    parser.add_argument("--broken", action="store_true", help="the broken builds instead")
    chosen = parser.parse_args()
    seeds = random.sample(range(10**9), chosen.seeds)
    source = course_agent()
    start, wrong = time.monotonic(), 0
    if not chosen.broken:
        count, failed = await failures(source, seeds)
        wrong = len(failed)
        for result in failed:
            print(f"{result.case} with seed {result.seed}: {result.sent}: {result.seen}")
        print(f"the reference: {count - wrong} of {count} cases on {len(seeds)} seeds")
    for name, broken in BROKEN.items() if chosen.broken else ():
        count, failed = await failures(break_source(source, broken), seeds)
        found = {result.case for result in failed}
        is_right = found == broken.fails and len(failed) == len(found) * len(seeds)
        wrong += not is_right
        print(f"{'as it should' if is_right else 'WRONG'}: {name}: {', '.join(sorted(found))}")
        for result in () if is_right else failed:
            if result.case not in broken.fails:
                print(f"    {result.case} with seed {result.seed}: {result.seen}")
    print(f"{time.monotonic() - start:.0f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
