"""Cases of `text`: the request that goes out."""

from contextlib import suppress
from copy import deepcopy

from helpers.lessons.checking.case import Misconception, Namespace
from helpers.lessons.common.events import WHOLE, wire
from helpers.lessons.common.fake_api import BASE_URL, Body, Server
from helpers.lessons.nb02_text_streaming.text.checks.harness import (
    REQUEST,
    case,
    require_context,
    story,
)


async def ask(my: Namespace) -> object:
    """Return what the server was asked, whatever came of it."""
    server = Server(Body(wire(WHOLE)))
    with suppress(Exception):
        await story(my, server)
    if server.asked:
        return server.asked[0]
    return await story(my, server)


async def keep_request(my: Namespace) -> object:
    """Return the caller's request after it was sent."""
    request = deepcopy(REQUEST)
    async with Server(Body(wire(WHOLE))).client() as http:
        async with require_context(my, http, request) as events:
            # What goes wrong in reading has cases of its own.
            with suppress(RuntimeError, ValueError, OSError):
                async for _ in events:
                    pass
    return request


REQUEST_CASES = (
    case(
        "asks for a stream",
        "Without `stream: true` the API answers once, at the end.",
        "async with open_stream(http, request): pass",
        ask,
        ("POST", f"{BASE_URL}/v1/messages", {**REQUEST, "stream": True}),
        Misconception(
            id="another-method",
            matches=lambda out: isinstance(out.returned, tuple) and out.returned[0] != "POST",
        ),
        Misconception(
            id="another-address",
            matches=lambda out: (
                isinstance(out.returned, tuple) and out.returned[1] != out.expected[1]
            ),
        ),
        Misconception(
            id="not-json",
            matches=lambda out: not isinstance(out.returned[2], dict),
        ),
        Misconception(
            id="no-stream-flag",
            matches=lambda out: out.returned[2].get("stream") is not True,
        ),
    ),
    case(
        "leaves your request as it is",
        "The same dict is sent again in the next turn, or by a retry, or by another task.",
        "async with open_stream(http, request) as events: …; request",
        keep_request,
        REQUEST,
        Misconception(
            id="changes-request",
            matches=lambda out: out.returned != out.expected,
        ),
    ),
)
