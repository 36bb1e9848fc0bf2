"""Cases of `text`: the ends of a stream."""

import json
from collections.abc import Callable
from typing import Any

import httpx

from helpers.lessons.checking.case import Case, Misconception, Namespace, Outcome
from helpers.lessons.common.events import WHOLE, api_error, wire
from helpers.lessons.common.fake_api import Body, Server
from helpers.lessons.nb02_text_streaming.text.checks.harness import (
    HALF,
    LEAVES_OPEN,
    LISTING,
    case,
    story,
)


def says(*words: str) -> Callable[[Any, Any], bool]:
    """Whether a story is as expected and its exception holds one of these words."""

    def same(told: Any, expected: Any) -> bool:
        *texts, end, socket = told
        return bool(
            [*texts, socket] == [*expected[:-2], expected[-1]]
            and end.startswith("raised ")
            and any(word in end for word in words)
        )

    return same


def ending(outcome: Outcome) -> str:
    """How a story ended."""
    return str(outcome.returned[-2])


def telling(server: Callable[[], Server]) -> Callable[[Namespace], Any]:
    """A run that tells the story of one answer."""

    async def run(my: Namespace) -> object:
        return await story(my, server())

    return run


def refusal(status: int, type: str, message: str, why: str) -> Case:
    """A case with an HTTP error."""
    body = json.dumps(api_error(type, message)).encode()
    return case(
        f"HTTP {status} in place of a stream",
        why,
        "async with open_stream(http, request) as events: …",
        telling(lambda: Server(Body([body]), status=status)),
        [f"raised an exception that says: {type}", "socket closed"],
        Misconception(
            id="error-body-not-read",
            matches=lambda out: isinstance(out.error, httpx.ResponseNotRead),
        ),
        LEAVES_OPEN,
        Misconception(
            id="knows-only-some-statuses",
            matches=lambda out: status in (400, 500) and str(status) not in ending(out),
        ),
        Misconception(
            id="only-the-status",
            matches=lambda out: ending(out).startswith("raised") and str(status) in ending(out),
        ),
        Misconception(
            id="ignores-status",
            matches=lambda out: out.error is None,
        ),
        same=says(type, message),
    )


ENDINGS = (
    case(
        "message_stop, and the body stays open",
        "If there is a proxy, the end of the body can come late, or never.",
        LISTING,
        telling(lambda: Server(Body(wire(WHOLE), then="wait"))),
        ["text: One", "text:  two", "text:  three", "the end", "socket closed"],
        Misconception(
            id="waits-after-the-end",
            matches=lambda out: bool(out.timed_out) or "still waiting" in ending(out),
        ),
        LEAVES_OPEN,
    ),
    case(
        "the connection breaks",
        "A laptop is closed, a train enters a tunnel, a server restarts.",
        LISTING,
        telling(lambda: Server(Body(wire(HALF), then="reset"))),
        ["text: One", "raised an exception", "socket closed"],
        LEAVES_OPEN,
        Misconception(
            id="swallows-errors",
            matches=lambda out: ending(out) == "the end",
        ),
        same=says(""),
    ),
    refusal(
        429,
        "rate_limit_error",
        "This request would exceed your rate limit of 50 requests a minute.",
        "Programs reach limits every day. The answer says which limit it is, and for how long.",
    ),
    refusal(529, "overloaded_error", "Overloaded", "A busy API refuses before it starts."),
    refusal(
        400,
        "invalid_request_error",
        "max_tokens: Field required",
        "A wrong request stays wrong. The answer says what is missing.",
    ),
    refusal(500, "api_error", "Internal server error", "Every server fails sometimes."),
    case(
        "an error event after the 200",
        "The server sent the status before it failed. Keep the text that came before the error.",
        LISTING,
        telling(lambda: Server(Body(wire([*HALF, api_error("overloaded_error", "Overloaded")])))),
        ["text: One", "raised an exception that says: overloaded_error", "socket closed"],
        LEAVES_OPEN,
        Misconception(
            id="ignores-error-event",
            matches=lambda out: ending(out) == "the end",
        ),
        Misconception(
            id="loses-the-reason",
            matches=lambda out: ending(out).startswith("raised"),
        ),
        same=says("overloaded_error", "Overloaded"),
    ),
    case(
        "a clean end in mid-answer",
        "When a proxy times out, it closes the connection without an error. The message is "
        "incomplete.",
        LISTING,
        telling(lambda: Server(Body(wire(HALF)))),
        ["text: One", "raised an exception that says: incomplete", "socket closed"],
        LEAVES_OPEN,
        Misconception(
            id="end-of-bytes-is-success",
            matches=lambda out: ending(out) == "the end",
        ),
        same=says(""),
    ),
)
