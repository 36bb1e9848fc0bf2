"""What is tried with `may_start`, and what its mistakes are recognised by."""

from collections.abc import Sequence
from copy import deepcopy

from helpers.lessons.checking.case import Case, Misconception, Namespace
from helpers.lessons.common.events import (
    PING,
    STOP,
    Event,
    begin,
    end,
    input_delta,
    text_block,
    text_delta,
)

__all__ = ["CASES"]

START: Event = {"type": "message_start", "message": {"role": "assistant", "content": []}}


def tool_block(index: int, *fragments: str) -> list[Event]:
    """A tool call: two events more than fragments."""
    block = {"type": "tool_use", "id": f"toolu_0{index}", "name": "get_weather", "input": {}}
    pieces = [input_delta(index, piece) for piece in fragments or ('{"city": ', '"Lagos"}')]
    return [begin(index, block), *pieces, end(index)]


def ending(stop_reason: str) -> list[Event]:
    """How an answer ends."""
    return [{"type": "message_delta", "delta": {"stop_reason": stop_reason}}, STOP]


def may_start_case(name: str, why: str, events: Sequence[Event], expected: dict[int, int]) -> Case:
    """A case that asks when the tools of one answer may start."""
    stops = {
        event["index"]: n for n, event in enumerate(events) if event["type"] == "content_block_stop"
    }
    others = [e["index"] for e in events if e.get("content_block", {}).get("type") == "text"]
    pings = [n for n, event in enumerate(events) if event == PING]
    last = next((n for n, event in enumerate(events) if event == STOP), None)

    def run(my: Namespace) -> object:
        return my.may_start(deepcopy(list(events)))

    mistakes = (
        Misconception(
            id="counts-from-one",
            matches=lambda out: (
                bool(expected)
                and out.returned == {i: n + 1 for i, n in expected.items()}
                and last not in out.returned.values()
            ),
        ),
        Misconception(
            id="counts-one-too-few",
            matches=lambda out: (
                bool(pings)
                and bool(expected)
                and out.returned == {i: n - 1 for i, n in expected.items()}
            ),
        ),
        Misconception(
            id="leaves-pings-out-of-the-count",
            matches=lambda out: (
                bool(pings)
                and out.returned
                == {i: n - sum(ping < n for ping in pings) for i, n in expected.items()}
            ),
        ),
        Misconception(
            id="starts-at-block-stop",
            matches=lambda out: any(stops.get(i) == n for i, n in out.returned.items()),
        ),
        Misconception(
            id="starts-before-its-input",
            matches=lambda out: any(n < stops.get(i, -1) for i, n in out.returned.items()),
        ),
        Misconception(
            id="a-ping-confirms",
            matches=lambda out: any(n in pings for n in out.returned.values()),
        ),
        Misconception(
            id="counts-every-block",
            matches=lambda out: any(i in others for i in out.returned),
        ),
        Misconception(
            id="runs-a-cut-call",
            matches=lambda out: (
                set(out.returned) > set(out.expected)
                and all(isinstance(n, int) for n in out.returned.values())
            ),
        ),
        Misconception(
            id="waits-for-message-stop",
            matches=lambda out: last in out.returned.values(),
        ),
        Misconception(
            id="waits-for-the-end",
            matches=lambda out: any(
                n > expected[i] and events[n]["type"] in ("message_delta", "content_block_stop")
                for i, n in out.returned.items()
            ),
        ),
        Misconception(
            id="loses-the-last-call",
            matches=lambda out: set(out.returned) < set(out.expected),
        ),
    )
    return Case(name, why, "may_start(events)", run, expected, mistakes)


TEXT: Event = {"type": "text", "text": ""}

CASES = (
    may_start_case(
        "a call, then text, and pings",
        "The model writes the next block, so the call is complete. A ping proves nothing.",
        [
            *(START, PING, PING),
            *tool_block(0),
            *(PING, PING),
            *(begin(1, TEXT), PING, text_delta(1, "Let me look."), end(1)),
            *ending("tool_use"),
        ],
        {0: 9},
    ),
    may_start_case(
        "no pings",
        "The same answer without pings. Most answers look like this.",
        [START, *tool_block(0), *text_block(1, "Let me look."), *ending("tool_use")],
        {0: 5},
    ),
    may_start_case(
        "the call is the last block",
        "This is the usual place of a call: only the end of the message follows.",
        [START, *text_block(0, "Let me look."), *tool_block(1), *ending("tool_use")],
        {1: 8},
    ),
    may_start_case(
        "two calls",
        "The first one runs while the second is still being written.",
        [START, *tool_block(0), *tool_block(1), *ending("tool_use")],
        {0: 5, 1: 9},
    ),
    may_start_case(
        "cut at max_tokens",
        "The last block is closed, but its input may be incomplete.",
        [START, *tool_block(0), *tool_block(1, '{"city": "Os'), *ending("max_tokens")],
        {0: 5},
    ),
    may_start_case(
        "the connection is lost",
        "Nothing proves that the last call is complete.",
        [START, *text_block(0, "Let me look."), *tool_block(1)],
        {},
    ),
    may_start_case(
        "no call at all",
        "Most answers contain no call.",
        [
            START,
            *text_block(0, "Let me look."),
            *text_block(1, "Let me look."),
            *ending("end_turn"),
        ],
        {},
    ),
)
