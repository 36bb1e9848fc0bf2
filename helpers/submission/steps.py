"""From passed parts to a submission, step by step; each step stands for itself."""

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from helpers.lessons.learner import progress
from helpers.submission.bundle import PARTS, bundle, default_models
from helpers.submission.conformance.cases import cases_here
from helpers.submission.conformance.suite import Result, tried
from helpers.submission.own import is_the_courses

__all__ = [
    "PROMPT",
    "CannotSubmit",
    "Ready",
    "build_agent",
    "describe_owners",
    "note",
    "read_agent",
    "try_in_suite",
]

PROMPT = "What's the weather in Lagos?"
LARGEST = 1_000_000  # bytes of an agent's file
NOTE = """\
# The hardest edge case

<!-- Three to five sentences of your own: what broke, how you saw it, what mended it. -->
"""


class CannotSubmit(Exception):
    """A step can't be done; the message says why, and what to do."""


class Ready(NamedTuple):
    """An agent's file, and whose its parts are.

    Attributes:
        file: where it is.
        owners: "yours" or "the course's", by part; of a file brought along, one entry.
    """

    file: Path
    owners: dict[str, str]


def build_agent(
    say: Callable[[str], None] = lambda words: None, *, model: str = "", openai: bool = False
) -> Ready:
    """Write my/build/agent.py from the learner's parts, and the course's where there are none.

    Args:
        say: takes a sentence about it.
        model: whom the file asks if nobody says anything else; by default, the course's choice.
        openai: whether the file speaks OpenAI's API as well.

    Raises:
        CannotBundle: a part can't become part of one file.
        CannotSubmit: the learner's folder can't be written to.
    """
    own = {part_id: text for part_id in PARTS if (text := progress.source(part_id)) is not None}
    # Whoever verifies it would see that; so it is said here, where it can still be mended.
    for part_id in [one for one, text in own.items() if is_the_courses(text)]:
        say(f"{part_id} is built as the course's own is, so it counts as the course's.")
        del own[part_id]
    models = default_models(*(["openai"] if openai else []))
    made = bundle(own, models=models | ({"anthropic": model} if model else {}))
    file = progress.home() / "build" / "agent.py"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(made.source, encoding="utf-8", newline="\n")
    except OSError as error:
        raise CannotSubmit(f"{file} can't be written: {error.strerror}.") from None
    say(f"{file}: {describe_owners(made.owners)}")
    return Ready(file, made.owners)


def read_agent(file: Path) -> Ready:
    """Return an agent that was written elsewhere, as one file.

    Raises:
        CannotSubmit: it can't be read, or is no Python.
    """
    try:
        source = file.read_bytes()
        if len(source) > LARGEST:
            raise CannotSubmit(f"{file} has {len(source):,} bytes: an agent takes less than 1 MB.")
        compile(source, file.name, "exec")
    except OSError as error:
        raise CannotSubmit(f"{file} can't be read: {error.strerror}.") from None
    except SyntaxError as error:
        raise CannotSubmit(f"{file} is no Python: line {error.lineno}: {error.msg}.") from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise CannotSubmit(f"{file} is no Python: {error}.") from None
    return Ready(file, {"agent": "yours"})


def describe_owners(owners: Mapping[str, str]) -> str:
    """Return in a sentence whose the parts are."""
    own = [part for part, owner in owners.items() if owner == "yours"]
    theirs = [part for part, owner in owners.items() if owner != "yours"]
    if not theirs:
        return "every part of it is yours."
    if not own:
        return "every part of it is the course's own, since none of yours has passed yet."
    return f"yours are {', '.join(own)}; the course's own are {', '.join(theirs)}."


def try_in_suite(
    file: Path,
    seeds: int = 3,
    *,
    say: Callable[[str], None] = lambda words: None,
    cases: Sequence[str] | None = None,
) -> list[Result]:
    """Try an agent in the whole suite, with values that nobody knew.

    Args:
        file: the agent.
        seeds: how often, each time with other values.
        say: takes a sentence about each behaviour that failed, and about how far it is.
        cases: the behaviours to try; by default, all of them.
    """
    chosen = [case for case in cases_here() if cases is None or case.id in cases]
    values = random.SystemRandom().sample(range(2**31), seeds)

    async def run() -> list[Result]:
        found: list[Result] = []
        async for result in tried(file, values, cases=chosen):
            found.append(result)
            if not result.passed:
                say(f"✕ {result.title}: {result.seen}; expected: {result.expected}")
            if len(found) % len(chosen) == 0:
                say(f"tried {len(found)} of {seeds * len(chosen)}")
        return found

    return asyncio.run(run())


def note() -> str:
    """Return the learner's note; where there is none, a file to write it into is made.

    Raises:
        CannotSubmit: it can't be read or made.
    """
    file = progress.home() / "note.md"
    try:
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(NOTE, encoding="utf-8", newline="\n")
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CannotSubmit(f"{file} can't be read or made: {error}.") from None
