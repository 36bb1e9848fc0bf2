"""Cases of `text`: the events of an answer."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any

from helpers.lessons.checking.case import Misconception, Namespace, Outcome
from helpers.lessons.common.events import NEW, PING, WHOLE, Event, wire
from helpers.lessons.common.fake_api import Body, Server
from helpers.lessons.common.outcomes import SLIPS
from helpers.lessons.nb02_text_streaming.text.checks.harness import (
    CHUNK_IS_EVENT,
    LISTING,
    REQUEST,
    case,
    require_context,
)


def fails(out: Outcome) -> bool:
    """Whether reading ended with an exception, behind some events."""
    return isinstance(out.returned[-1], str) and out.returned[-1].startswith("raised ")


RAISES_AT_THE_END = Misconception(
    id="raises-at-the-end",
    matches=lambda out: fails(out) and out.returned[:-1] == out.expected,
)
RAISES_AFTER_A_CHUNK = Misconception(
    id="raises-after-a-chunk",
    matches=lambda out: fails(out) and out.returned[:-1] == out.expected[: len(out.returned) - 1],
)
FILTERS = Misconception(
    id="filters-events",
    matches=lambda out: bool(out.returned) and all(it in out.expected for it in out.returned),
)


def reading(events: Sequence[Event], at_once: bool = False) -> Callable[[Namespace], Any]:
    """A run that collects what open_stream gives; all its bytes may come as one chunk."""
    chunks = [b"".join(wire(events))] if at_once else wire(events)

    async def run(my: Namespace) -> object:
        async with Server(Body(chunks)).client() as http:
            given: list[Any] = []
            async with require_context(my, http, deepcopy(REQUEST)) as stream:
                try:
                    async for event in stream:
                        given.append(event)
                except SLIPS:
                    raise
                except Exception as error:
                    if isinstance(error, ValueError) or not given:
                        raise
                    given.append(f"raised {type(error).__name__}: {error}")
            return given

    return run


WITH_UNKNOWN = [*WHOLE[:2], PING, *WHOLE[2:4], NEW, *WHOLE[4:]]

EVENT_CASES = (
    case(
        "every event, as a dict",
        "The next parts need every event: starts, deltas, stops, usage.",
        LISTING,
        reading(WHOLE),
        WHOLE,
        RAISES_AT_THE_END,
        Misconception(
            id="lacks-the-last-event",
            matches=lambda out: out.returned == WHOLE[:-1],
        ),
        RAISES_AFTER_A_CHUNK,
        Misconception(
            id="not-parsed",
            matches=lambda out: bool(out.returned) and not isinstance(out.returned[0], dict),
        ),
        FILTERS,
        CHUNK_IS_EVENT,
    ),
    case(
        "all events in one chunk",
        "If the model is fast or the reader is slow, several events wait and then come together.",
        LISTING,
        reading(WHOLE, at_once=True),
        WHOLE,
        Misconception(
            id="one-event-of-each-chunk",
            matches=lambda out: (
                (out.returned[:-1] if fails(out) else out.returned) in (WHOLE[:1], WHOLE[-1:])
            ),
        ),
    ),
    case(
        "a ping, and a type from next year",
        "Pings come at any time. The API's documentation says that new types will come, too.",
        LISTING,
        reading(WITH_UNKNOWN),
        WITH_UNKNOWN,
        Misconception(
            id="rejects-unknown",
            matches=lambda out: out.error is not None or fails(out),
        ),
        FILTERS,
    ),
)
