"""How much the checks see: each exercise's right code with one mistake in it, given to its check.

    python3 -P tests/mutate.py            all exercises; many minutes
    python3 -P tests/mutate.py sse usage  these

A mutant that passes has survived: either a case is missing, or nobody could tell the difference.
tests/equivalent.json says why, for each of those. A file of the library does more than its
exercise asks, so there the right answers of tests/lessons/test_answers.py stand for it.
"""

# ruff: noqa: T201

import argparse
import json
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from helpers.lessons import exercise_ids, find_exercise  # noqa: E402
from helpers.lessons.checking.runner import check  # noqa: E402
from helpers.lessons.exercise import Exercise  # noqa: E402
from tests.lessons.warm import warm_starts  # noqa: E402
from tests.mutators import Mutant, mutants  # noqa: E402

PARTS = ROOT / "helpers" / "parts"  # as a learner writes them
LIST = Path(__file__).with_name("equivalent.json")


class Found(NamedTuple):
    """What came of the mutants of one exercise.

    Attributes:
        total: how many there are.
        survivors: those that passed and are on no list.
        equivalent: the names of those that passed and are listed.
        stale: what is listed and no longer occurs, or no longer passes.
    """

    total: int
    survivors: tuple[Mutant, ...]
    equivalent: frozenset[str]
    stale: frozenset[str]

    @property
    def rate(self) -> float:
        """How many of those that can be seen are seen, in percent."""
        seen = self.total - len(self.equivalent)
        return 100 * (seen - len(self.survivors)) / seen if seen else 100.0


def read_list() -> dict[str, dict[str, str]]:
    """Return the mutants that nobody can tell from right code: exercise, mutant, reason."""
    found: dict[str, dict[str, str]] = json.loads(LIST.read_text("utf-8"))
    return found


def mutants_of(exercise: Exercise) -> Iterator[Mutant]:
    """Yield the mutants of an exercise, each with a name that no other has."""
    models = [exercise.reference_source()]
    if exercise.reference.parent not in (exercise.folder, PARTS):
        models = [path.read_text("utf-8") for path in sorted(exercise.answers.glob("right_*.py"))]
    names: dict[str, int] = {}
    for model in models:
        for mutant in mutants(model):
            names[str(mutant)] = count = names.get(str(mutant), 0) + 1
            where = mutant.where if count == 1 else f"{mutant.where} #{count}"
            yield mutant._replace(where=where)


def try_all(exercise: Exercise, reasons: Mapping[str, str]) -> Found:
    """Give each mutant of an exercise to its check."""
    total, survivors, equivalent = 0, [], set()
    for mutant in mutants_of(exercise):
        total += 1
        if check(exercise, mutant.source).status != "passed":
            continue
        if str(mutant) in reasons:
            equivalent.add(str(mutant))
        else:
            survivors.append(mutant)
    stale = frozenset(set(reasons) - equivalent)
    return Found(total, tuple(survivors), frozenset(equivalent), stale)


def describe(id: str, found: Found) -> Iterator[str]:
    """Yield the lines that tell what came of an exercise."""
    killed = found.total - len(found.equivalent) - len(found.survivors)
    yield (
        f"{id:<18} {killed:>4} killed of {found.total:>4}, {len(found.equivalent):>3} equivalent, "
        f"{len(found.survivors):>3} survive: {found.rate:5.1f} %"
    )
    for mutant in found.survivors:
        yield f"    {mutant.where}"
        yield f"    - {mutant.before}"
        yield f"    + {mutant.after or '(gone)'}"
    for name in sorted(found.stale):
        yield f"    listed, and no longer a survivor: {name}"


def main() -> int:
    """Try the mutants of some exercises; return 1 if one survives or a list is stale."""
    parser = argparse.ArgumentParser(description="The exercises' checks against small mistakes.")
    parser.add_argument("exercise", nargs="*", default=[*exercise_ids()], help="by default all")
    began, reasons, right = time.monotonic(), read_list(), True
    total = killed = equivalent = 0
    with warm_starts():
        for id in parser.parse_args().exercise:
            found = try_all(find_exercise(id), reasons.get(id, {}))
            print(*describe(id, found), sep="\n", flush=True)
            right = right and not found.survivors and not found.stale
            total += found.total
            equivalent += len(found.equivalent)
            killed += found.total - len(found.equivalent) - len(found.survivors)
    rate = 100 * killed / max(1, total - equivalent)
    took = time.monotonic() - began
    print(f"{killed} killed of {total}, {equivalent} equivalent: {rate:.1f} %, {took:.0f} s")
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
