"""Cases of `text`: the pieces of text."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from copy import deepcopy
from typing import Any

from helpers.lessons.checking.case import Misconception, Namespace
from helpers.lessons.common.events import (
    END,
    PIECES,
    START,
    WHOLE,
    Event,
    delta,
    input_delta,
    text_block,
    wire,
)
from helpers.lessons.common.fake_api import Body, Server
from helpers.lessons.nb02_text_streaming.text.checks.harness import (
    CHUNK_IS_EVENT,
    JOINING,
    READING,
    REQUEST,
    case,
    receiving,
    require_context,
)


async def race(my: Namespace) -> object:
    """Tell in which order pieces arrive and are given; the server waits for its reader."""
    told: list[str] = []
    given = asyncio.Event()

    async def before(chunk: bytes) -> None:
        for piece in PIECES:
            if f'"text":"{piece}"'.encode() in chunk:
                if told:
                    with suppress(TimeoutError):
                        async with asyncio.timeout(READING):
                            await given.wait()
                given.clear()
                told.append(f"arrived: {piece}")

    async with Server(Body(wire(WHOLE), before=before)).client() as http:
        async with require_context(my, http, deepcopy(REQUEST)) as events:
            pieces = my.stream_text(events)
            if inspect.iscoroutine(pieces):  # an `async def` without a `yield`
                whole = await pieces
                return told if whole is None else whole
            async for piece in pieces:
                told.append(f"given: {piece}")
                given.set()
    return told


def picking(events: Sequence[Event]) -> Callable[[Namespace], Any]:
    """A run that collects what stream_text picks; an empty piece is no news."""

    async def replay() -> AsyncIterator[Event]:
        for event in deepcopy(events):
            yield event

    async def run(my: Namespace) -> object:
        return [piece async for piece in my.stream_text(replay()) if piece != ""]

    return run


OTHER_DELTAS = [
    START,
    delta(0, {"type": "thinking_delta", "thinking": "Easy."}),
    delta(0, {"type": "signature_delta", "signature": "EqQBCgIYAhIM"}),
    delta(1, {"type": "citations_delta", "citation": {"type": "char_location"}}),
    *text_block(1, "One", " two"),
    input_delta(2, '{"up_to": 3}'),
    *END,
]
TWO_BLOCKS = [
    START,
    *text_block(0, "One", "", " two"),
    *text_block(1, " three"),
    *END,
]
EMOJI = "¡Uno, dos, tres! 👋🏽"
SEPARATORS = "One\u2028two\u2029three\x85"

TEXT_CASES = (
    case(
        "each piece at once",
        "The time to the first token is the wait that a reader feels.",
        "async for piece in stream_text(events): …",
        race,
        [f"{who}: {piece}" for piece in PIECES for who in ("arrived", "given")],
        Misconception(
            id="prints-text",
            matches=lambda out: "One" in out.printed and "given: One" not in out.returned,
        ),
        Misconception(
            id="returns-text",
            matches=lambda out: "arrived: One" not in out.returned,
        ),
        Misconception(
            id="waits-for-all",
            matches=lambda out: out.returned[1].startswith("arrived"),
        ),
    ),
    case(
        "deltas that are no text",
        "Thinking, signatures, citations and tool input come as deltas, too.",
        "[piece async for piece in stream_text(events)]",
        picking(OTHER_DELTAS),
        ["One", " two"],
        Misconception(
            id="every-delta-is-text",
            matches=lambda out: (
                isinstance(out.error, KeyError) if out.error else len(out.returned) > 2
            ),
        ),
    ),
    case(
        "two blocks, and an empty piece",
        "After a tool call or a citation, the answer continues in a new block.",
        "[piece async for piece in stream_text(events)]",
        picking(TWO_BLOCKS),
        ["One", " two", " three"],
        Misconception(
            id="stops-early",
            matches=lambda out: out.returned == out.expected[: len(out.returned)],
        ),
    ),
    case(
        "one byte at a time",
        "A network may cut anywhere: a field, a number, a character.",
        JOINING,
        receiving([bytes([byte]) for byte in b"".join(wire([START, *text_block(0, EMOJI), *END]))]),
        EMOJI,
        CHUNK_IS_EVENT,
        Misconception(
            id="decoder-for-each-chunk",
            matches=lambda out: isinstance(out.error, RuntimeError) or out.returned == "",
        ),
    ),
    case(
        "a line separator in the text",
        "JSON may contain U+2028 as it is. The character comes from copied documents.",
        JOINING,
        receiving(wire([START, *text_block(0, SEPARATORS), *END])),
        SEPARATORS,
        Misconception(
            id="reads-lines",
            matches=lambda out: isinstance(out.error, ValueError) or out.returned is not None,
        ),
    ),
    case(
        "a compressed body",
        "By default, a client accepts gzip, and many servers use it.",
        JOINING,
        receiving(wire(WHOLE), compresses=True),
        "".join(PIECES),
        Misconception(
            id="reads-raw",
            matches=lambda out: isinstance(out.error, Exception) or out.returned == "",
        ),
    ),
)
