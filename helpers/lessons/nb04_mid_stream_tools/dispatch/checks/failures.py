"""Cases of `dispatch`: failures."""

import asyncio

from helpers.lessons.checking.case import Misconception, Namespace
from helpers.lessons.common.outcomes import mentions
from helpers.lessons.nb04_mid_stream_tools.dispatch.checks.harness import (
    BOAT,
    CANCELS_OTHERS,
    LAGOS,
    NEVER_ENDED,
    Turn,
    book_boat,
    call,
    case,
    errors,
    get_weather,
    ids,
    result,
    same_results,
)
from helpers.tools import tool


@tool
async def take_time(city: str) -> str:
    """Take a while."""
    await asyncio.sleep(0.1)
    return f"{city}: fine, after a while"


@tool(timeout=0.05)
async def wait_long(city: str) -> str:
    """Take far too long."""
    await asyncio.sleep(10)
    return "at last"


SLOW = call(2, "take_time", {"city": "Oslo"})
LATE = call(1, "wait_long", {"city": "Lagos"})
AFTER_A_WHILE = result(SLOW, "Oslo: fine, after a while")


async def failing_tool(my: Namespace) -> object:
    """Run a tool that fails beside one that doesn't."""
    return await Turn(my, book_boat, take_time).finish(BOAT, SLOW)


async def deadline(my: Namespace) -> object:
    """Run a tool past its deadline beside one that has none."""
    return await Turn(my, wait_long, take_time).finish(LATE, SLOW)


async def asked_twice(my: Namespace) -> object:
    """Ask for the results twice."""
    turn = Turn(my, get_weather)
    return [ids(await turn.finish(LAGOS)), ids(await turn.results())]


FAILURE_CASES = (
    case(
        "a tool that fails",
        "A failure is news for the model, not the end of the turn.",
        "await dispatcher.results()  # the first tool raises, the second is fine",
        failing_tool,
        [result(BOAT, "no boat goes today", is_error=True), AFTER_A_WHILE],
        Misconception(
            id="exception-escapes",
            matches=lambda out: mentions(out, "no boat goes today", "unhandled errors"),
        ),
        CANCELS_OTHERS,
        Misconception(
            id="missing-result",
            matches=lambda out: len(out.returned) < 2,
        ),
        Misconception(
            id="no-is-error",
            matches=lambda out: errors(out.returned) == [False, False],
        ),
        Misconception(
            id="error-without-a-reason",
            matches=lambda out: errors(out.returned) == [True, False],
        ),
        same=same_results,
    ),
    case(
        "a tool that takes too long",
        "A tool without an end holds up the turn for ever; `tool.timeout` says when to give up.",
        "await dispatcher.results()  # the first tool has timeout=0.05",
        deadline,
        [result(LATE, "", is_error=True), AFTER_A_WHILE],
        Misconception(
            id="ignores-the-deadline",
            matches=lambda out: bool(out.timed_out) or mentions(out, NEVER_ENDED),
        ),
        Misconception(
            id="deadline-escapes",
            matches=lambda out: isinstance(out.error, TimeoutError),
        ),
        Misconception(
            id="one-deadline-for-all",
            matches=lambda out: errors(out.returned) == [True, True],
        ),
        same=same_results,
    ),
    case(
        "asked twice",
        "A turn that is interrupted asks once more, to keep what there is.",
        "await dispatcher.results()\nawait dispatcher.results()",
        asked_twice,
        [[LAGOS.id], [LAGOS.id]],
        Misconception(
            id="results-only-once",
            matches=lambda out: not out.timed_out,
        ),
    ),
)
