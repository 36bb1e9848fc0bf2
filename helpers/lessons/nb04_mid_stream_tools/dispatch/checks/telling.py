"""Cases of `dispatch`: what it tells, and nothing else."""

import asyncio
from collections.abc import Iterable
from typing import Any

from helpers.lessons.checking.case import Misconception, Namespace
from helpers.lessons.common.outcomes import capture_print
from helpers.lessons.nb04_mid_stream_tools.dispatch.checks.harness import (
    BOAT,
    LAGOS,
    OSLO,
    SHARED,
    Turn,
    book_boat,
    call,
    case,
    get_weather,
    ids,
    soon,
    words,
)
from helpers.tools import tool


def describe_events(events: Iterable[Any]) -> list[str]:
    """The events in words."""
    lines = []
    for event in events:
        kind = type(event).__name__
        if kind not in ("ToolStarted", "ToolFinished"):
            lines.append(f"a {kind}")
            continue
        more = f", is_error={event.is_error}" if kind == "ToolFinished" else ""
        lines.append(f"{kind}: {event.call.name}{more}")
    return lines


async def tells(my: Namespace) -> object:
    """Tell of a tool that ends well, one that fails and one that is held back."""

    @tool(idempotent=False)
    async def pay(amount: int) -> str:
        """Pay."""
        return "thank you"

    turn = Turn(my, get_weather, book_boat, pay)
    turn.start(LAGOS)
    await soon(lambda: len(turn.told) >= 2)
    turn.start(call(2, "book_boat", {"name": "Ada"}))
    await soon(lambda: len(turn.told) >= 4)
    turn.start(call(3, "pay", {"amount": 12}))
    await asyncio.sleep(0.02)
    early = describe_events(turn.told)
    turn.release()
    await turn.results()
    return [early, describe_events(turn.told)[len(early) :]]


async def says_something(my: Namespace) -> object:
    """Return what the model is told of a tool that took too long."""

    @tool(timeout=0.05)
    async def wait_long(city: str) -> str:
        """Take far too long."""
        await asyncio.sleep(10)
        return "at last"

    (block,) = await Turn(my, wait_long).finish(call(1, "wait_long", {"city": "Lagos"}))
    return words(block["content"]).strip()


async def two_turns(my: Namespace) -> object:
    """Have two dispatchers."""
    one, two = Turn(my, get_weather), Turn(my, get_weather)
    one.start(LAGOS)
    blocks = await two.finish(OSLO)
    await one.results()
    return ids(blocks)


async def quiet(my: Namespace) -> object:
    """Return what a turn prints."""
    return await capture_print(Turn(my, get_weather, book_boat).finish(BOAT, OSLO))


LAST_CASES = (
    case(
        "it tells what happens",
        "A page that shows tools needs to know when each begins and ends.",
        "ToolDispatcher(tools, emit)",
        tells,
        [
            [
                "ToolStarted: get_weather",
                "ToolFinished: get_weather, is_error=False",
                "ToolStarted: book_boat",
                "ToolFinished: book_boat, is_error=True",
            ],
            ["ToolStarted: pay", "ToolFinished: pay, is_error=False"],
        ],
        Misconception(
            id="tells-nothing",
            matches=lambda out: out.returned == [[], []],
        ),
        Misconception(
            id="tells-other-things",
            matches=lambda out: any(line[:2] == "a " for part in out.returned for line in part),
        ),
        Misconception(
            id="started-before-it-starts",
            matches=lambda out: "ToolStarted: pay" in out.returned[0],
        ),
        Misconception(
            id="start-is-not-told",
            matches=lambda out: "ToolStarted" not in str(out.returned),
        ),
        Misconception(
            id="told-at-the-end",
            matches=lambda out: (
                "ToolFinished" not in str(out.returned[0])
                and str(out.returned[1]).count("ToolFinished") > 1
            ),
        ),
        Misconception(
            id="failure-is-not-told",
            matches=lambda out: "ToolFinished: book_boat" not in str(out.returned),
        ),
        Misconception(
            id="failure-told-as-success",
            matches=lambda out: "is_error=True" not in str(out.returned),
        ),
    ),
    case(
        "what a deadline says",
        "`str(TimeoutError())` is empty. Without a message, the model can't correct anything.",
        'results[0]["content"]  # the tool has timeout=0.05',
        says_something,
        "some words",
        Misconception(
            id="timeout-without-a-word",
            matches=lambda out: not out.returned,
        ),
        same=lambda said, expected: bool(said),
    ),
    case(
        "two turns at once",
        "A server has many conversations, and each has its own dispatcher.",
        "one, two = ToolDispatcher(tools, emit), ToolDispatcher(tools, emit)",
        two_turns,
        [OSLO.id],
        SHARED,
    ),
    case(
        "quiet",
        "Your class must not print: the text would appear in the user's answer.",
        "await dispatcher.results()",
        quiet,
        "",
        Misconception(
            id="prints-too",
            matches=lambda out: bool(out.returned),
        ),
    ),
)
