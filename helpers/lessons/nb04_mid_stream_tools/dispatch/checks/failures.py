"""Cases of `dispatch`: failures."""

import asyncio
from typing import Any

from helpers.lessons.checking.case import Misconception, Namespace
from helpers.lessons.common.outcomes import mentions
from helpers.lessons.nb04_mid_stream_tools.dispatch.checks.harness import (
    BOAT,
    CANCELS_OTHERS,
    GIVES_NONE,
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
    soon,
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
HOUR = call(1, "back_up", {"path": "a.txt"})
AFTER_A_WHILE = result(SLOW, "Oslo: fine, after a while")


async def failing_tool(my: Namespace) -> object:
    """Run a tool that fails beside one that doesn't."""
    return await Turn(my, book_boat, take_time).finish(BOAT, SLOW)


async def deadline(my: Namespace) -> object:
    """Run a tool past its deadline beside one that has none."""
    return await Turn(my, wait_long, take_time).finish(LATE, SLOW)


async def deadline_while_reading(my: Namespace) -> object:
    """Return whether a tool ends at its deadline though nobody waits for it yet."""
    ended: list[str] = []

    @tool(timeout=0.05)
    async def wait_long(city: str) -> str:
        """Take far too long."""
        try:
            await asyncio.sleep(10)
        finally:
            ended.append(city)
        return "at last"

    turn = Turn(my, wait_long)
    turn.start(LATE)
    in_time = await soon(lambda: ended)
    await turn.cancel()
    return "ended while the reply came" if in_time else "still running"


async def an_hour(my: Namespace) -> object:
    """Run a tool that takes an hour by the clock of the loop."""
    loop: Any = asyncio.get_running_loop()
    time, begun = loop.time, asyncio.Event()

    @tool
    async def back_up(path: str) -> str:
        """Make a backup."""
        loop.time = lambda: time() + 3600
        begun.set()
        await asyncio.sleep(0.01)
        return "done after an hour"

    turn = Turn(my, back_up)
    turn.start(HOUR)
    turn.release()
    await soon(begun.is_set)
    return await turn.results()


async def ask_twice(my: Namespace) -> object:
    """Ask for the results twice."""
    turn = Turn(my, get_weather)
    return [ids(await turn.finish(LAGOS)), ids(await turn.results())]


FAILURE_CASES = (
    case(
        "a tool that fails",
        "The model should learn of a failure. The turn goes on.",
        "await dispatcher.results()  # the first tool raises, the second is fine",
        failing_tool,
        [result(BOAT, "no boat goes today", is_error=True), AFTER_A_WHILE],
        Misconception(
            id="exception-escapes",
            matches=lambda out: mentions(out, "no boat goes today", "unhandled errors"),
        ),
        GIVES_NONE,
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
        "A tool that never ends stops the turn for ever. `tool.timeout` says when to give up.",
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
        "the deadline counts from the start",
        "The model writes for another minute. The timeout must end the tool before that.",
        "dispatcher.start(call)  # its tool has timeout=0.05\n…  # the next events",
        deadline_while_reading,
        "ended while the reply came",
        Misconception(
            id="deadline-from-results",
            matches=lambda out: out.returned == "still running",
        ),
    ),
    case(
        "a tool that may take an hour",
        "If a tool has no timeout, there is no limit: a backup may take an hour.",
        "await dispatcher.results()  # the tool has no timeout, and takes an hour",
        an_hour,
        [result(HOUR, "done after an hour")],
        Misconception(
            id="own-time-limit",
            matches=lambda out: errors(out.returned) == [True],
        ),
        same=same_results,
    ),
    case(
        "asked twice",
        "After an interruption, the loop calls `results()` again to keep finished results.",
        "await dispatcher.results()\nawait dispatcher.results()",
        ask_twice,
        [[LAGOS.id], [LAGOS.id]],
        Misconception(
            id="results-only-once",
            matches=lambda out: not out.timed_out,
        ),
    ),
)
