"""Verdicts that were found before: who has changed nothing isn't tried again.

my/verified/<what tells this submission and this course from all others>.json
"""

import datetime
import hashlib
import json
import os
import platform
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path

from helpers.lessons.learner import progress
from helpers.submission.sandbox import container
from helpers.submission.submission_files import Submission, read
from helpers.submission.verdict import NoCheck, Verdict
from helpers.submission.verify import judge

__all__ = ["verify_once"]

COURSE = ("*.py", "*.css", "*.toml", "*.yaml")
LARGEST = 100_000  # bytes of a verdict


def verify_once(
    path: Path,
    *,
    seeds: int = 3,
    say: Callable[[str], None] = lambda words: None,
    stop: threading.Event | None = None,
    again: bool = False,
) -> Verdict:
    """Look at a submission, unless it and the course are as they were when that was done before.

    Args:
        path: its folder, or a .zip of it.
        seeds, say, stop: see verify.
        again: whether to look at it in any case.

    Raises:
        CannotRead: there is no submission.
    """
    given = read(path)
    file = progress.home() / "verified" / f"{_key(given, seeds)}.json"
    if not again and (found := _read_verdict(file)) is not None:
        return replace(found, name=given.name)
    verdict = judge(given, seeds=seeds, say=say, stop=stop)
    if verdict.complete:
        with suppress(OSError):  # who can't keep it looks at it again next time
            _keep(file, verdict)
    return verdict


def _key(given: Submission, seeds: int) -> str:
    """Return what a verdict rests on."""
    python, contained = platform.python_version(), str(bool(container()))
    rests_on = (given.digest(), _course(), str(seeds), python, contained)
    return hashlib.sha256("\n".join(rests_on).encode()).hexdigest()[:32]


@cache
def _course() -> str:
    """Return what tells one version of the course from another."""
    helpers = Path(__file__).parents[1]
    whole = hashlib.sha256()
    for path in sorted(path for kind in COURSE for path in helpers.rglob(kind)):
        whole.update(path.relative_to(helpers).as_posix().encode() + path.read_bytes())
    return whole.hexdigest()


def _read_verdict(file: Path) -> Verdict | None:
    """Return the verdict in a file; None if there is none that can be read."""
    try:
        if file.stat().st_size > LARGEST:
            return None
        return Verdict.from_json(json.loads(file.read_bytes()))
    except (OSError, ValueError, RecursionError, NoCheck):
        return None


def _keep(file: Path, verdict: Verdict) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    given = {**verdict.to_json(), "kept": datetime.date.today().isoformat()}
    part = file.with_suffix(f".{threading.get_ident()}.part")
    part.write_text(json.dumps(given, indent=1) + "\n", encoding="utf-8")
    os.replace(part, file)
