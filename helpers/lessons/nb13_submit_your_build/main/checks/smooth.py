"""Cases of `main`: nothing breaks."""

import asyncio
from contextlib import suppress
from copy import deepcopy

from helpers.lessons.checking.case import Misconception, Namespace
from helpers.lessons.common.conversation import ANSWER, ASK, ONE_CALL, READING
from helpers.lessons.common.events import WHOLE
from helpers.lessons.nb13_submit_your_build.main.checks.harness import (
    Service,
    case,
    require_awaitable,
    telling,
)


async def overtaken(my: Namespace) -> object:
    """Tell how much was written by the time that the server sends each further piece."""
    wrote: list[str] = []
    came = asyncio.Event()

    def write(text: str) -> None:
        wrote.append(text)
        came.set()

    in_time = []

    async def before(chunk: bytes) -> None:
        if b'"text":" t' in chunk or b"message_stop" in chunk:
            with suppress(TimeoutError):
                async with asyncio.timeout(READING):
                    await came.wait()
            in_time.append("".join(wrote))
            came.clear()

    async with Service(WHOLE, before=before).client() as http:
        await require_awaitable(my, http, deepcopy([ASK]), [], write=write)
    return in_time


SMOOTH = (
    case(
        "an answer",
        "Most of the time, nothing breaks.",
        telling(ANSWER),
        ["wrote 'Take water.'", "requests: 1", "user: text", "assistant: text", "the end"],
        Misconception(
            id="prints-it",
            matches=lambda out: bool(out.printed) and not out.returned.wrote,
        ),
        Misconception(
            id="writes-nothing",
            matches=lambda out: not out.returned.wrote,
        ),
        Misconception(
            id="answer-not-kept",
            matches=lambda out: len(out.returned.messages) == 1,
        ),
        Misconception(
            id="adds-the-answer-again",
            matches=lambda out: len(out.returned.messages) > 2,
        ),
    ),
    case(
        "each piece as it comes",
        "A person waits for the first word.",
        overtaken,
        ["One", "One two", "One two three"],
        Misconception(
            id="writes-at-the-end",
            matches=lambda out: out.returned[0] == "",
        ),
    ),
    case(
        "a call, and its result",
        "An agent is a loop: its first turn is rarely its last.",
        telling(ONE_CALL, ANSWER),
        [
            "wrote 'Let me look.Take water.'",
            "requests: 2",
            "user: text",
            "assistant: text, call A",
            "user: result for A",
            "assistant: text",
            "the end",
        ],
        Misconception(
            id="one-assembler-for-all",
            matches=lambda out: bool(out.returned.waits) or "message" in out.returned.ended,
        ),
        Misconception(
            id="stops-at-the-tools",
            matches=lambda out: len(out.returned.messages) < 4,
        ),
    ),
)
