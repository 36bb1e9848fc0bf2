"""What came of a case: what the cases and the mistakes of several lessons ask for."""

from collections.abc import Awaitable
from contextlib import redirect_stdout
from io import StringIO

import httpx

from helpers.lessons.checking.case import Outcome

# A slip in the code rather than a decision to raise: shown with its line.
SLIPS = (
    AttributeError,
    LookupError,
    NameError,
    NotImplementedError,
    TypeError,
    httpx.StreamError,  # a body that was not read, or read twice
)


def mentions(outcome: Outcome, *words: str) -> bool:
    """Whether the exception that came out holds one of these words."""
    return outcome.error is not None and any(word in str(outcome.error) for word in words)


def words_of(outcome: Outcome) -> str:
    """What came back, or the exception in its place, as text."""
    return str(outcome.returned if outcome.error is None else outcome.error)


async def capture_print(work: Awaitable[object]) -> str:
    """Return what is printed while some work is done."""
    with redirect_stdout(StringIO()) as printed:
        await work
    return printed.getvalue()
