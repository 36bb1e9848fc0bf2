"""Cases of `loop`: one turn."""

import asyncio
from contextlib import suppress
from copy import deepcopy

from helpers.lessons.checking.case import Misconception, Namespace
from helpers.lessons.common.conversation import ASK, PLAIN, READING
from helpers.lessons.common.events import NEW, PING
from helpers.lessons.nb05_agent_loop.loop.checks.harness import (
    API,
    RUNNING,
    Trace,
    case,
    require_generator,
    story,
    telling,
    verdict,
)

WITH_UNKNOWN = [*PLAIN[:2], PING, *PLAIN[2:4], NEW, *PLAIN[4:]]


async def passing(my: Namespace) -> object:
    """Return what is given of one answer."""
    tale = await story(my, API(WITH_UNKNOWN))
    return tale.given if tale.ended == "the end" else [*tale.given, tale.ended]


async def race(my: Namespace) -> object:
    """Tell in which order events arrive and are given; the server waits for its reader."""
    order: list[str] = []
    given = asyncio.Event()

    async def before(chunk: bytes) -> None:
        for piece in ("One", " two"):
            if f'"text":"{piece}"'.encode() in chunk:
                if order:
                    with suppress(TimeoutError):
                        async with asyncio.timeout(READING):
                            await given.wait()
                given.clear()
                order.append(f"arrived: {piece}")

    api = API(PLAIN, before=before)
    async with api.client() as http:
        async for event in require_generator(my, http, deepcopy([ASK]), []):
            match event:
                case {"delta": {"type": "text_delta", "text": piece}}:
                    order.append(f"given: {piece}")
                    given.set()
    return order


ASKS_AGAIN = Misconception(
    id="asks-without-end",
    matches=lambda out: (
        len(out.returned.api.asked) > 1
        if isinstance(out.returned, Trace)
        else out.returned[:-1] == out.expected and "HTTP" in out.returned[-1]
    ),
)
ONE_TURN = (
    case(
        "every event, as it is",
        "A program that shows the answer needs all events. `stream_text` is an example.",
        RUNNING,
        passing,
        WITH_UNKNOWN,
        ASKS_AGAIN,
        Misconception(
            id="request-without-max-tokens",
            matches=lambda out: "max_tokens: Field required" in str(out.returned[-1]),
        ),
        Misconception(
            id="yields-text",
            matches=lambda out: any(
                isinstance(one, str) and not one.startswith("raised ") for one in out.returned
            ),
        ),
        Misconception(
            id="filters-events",
            matches=lambda out: (
                len(out.returned) < len(out.expected)
                and all(one in out.expected for one in out.returned)
            ),
        ),
    ),
    case(
        "each event at once",
        "A turn can take a minute. Nobody wants to watch a blank page for so long.",
        RUNNING,
        race,
        ["arrived: One", "given: One", "arrived:  two", "given:  two"],
        Misconception(
            id="collects-the-turn",
            matches=lambda out: out.returned[1].startswith("arrived"),
        ),
    ),
    case(
        "the answer stands in the list",
        "The next question will be about this answer.",
        RUNNING,
        telling(lambda: API(PLAIN)),
        ["user: text", "assistant: text", "requests: 1", "the end"],
        Misconception(
            id="message-as-it-came",
            matches=lambda out: len(out.returned.messages[1]) > 2,
        ),
        ASKS_AGAIN,
        Misconception(
            id="answer-not-kept",
            matches=lambda out: len(out.returned.messages) == 1,
        ),
        same=lambda told, expected: told == expected and verdict(told.messages) == "accepted",
    ),
)
