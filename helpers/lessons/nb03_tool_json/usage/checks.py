"""What is tried with `usage`, and what its mistakes are recognised by."""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from helpers.lessons.checking.case import Case, Misconception, Namespace
from helpers.lessons.common.events import PING, STOP, Event
from helpers.lessons.nb03_tool_json.replies import ONE_TOOL, START, listing

__all__ = ["CASES"]


def usage_delta(**counts: int | None) -> Event:
    """A message_delta with these counts."""
    return {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": counts}


def same_usage(returned: Any, expected: Any) -> bool:
    """Whether both say the same; a count of 0 may be left out."""
    return isinstance(returned, dict) and {
        name: count for name, count in returned.items() if count != 0
    } == {name: count for name, count in expected.items() if count}


USAGE_MISTAKES = (
    Misconception(
        id="renames-the-counts",
        matches=lambda out: (
            isinstance(out.returned, dict)
            and bool(out.returned)
            and not any(str(name).endswith("_tokens") for name in out.returned)
        ),
    ),
    Misconception(
        id="takes-the-largest",
        matches=lambda out: out.returned["input_tokens"] == 40 > out.expected["input_tokens"],
    ),
    Misconception(
        id="expects-usage-everywhere",
        matches=lambda out: isinstance(out.error, KeyError | TypeError),
    ),
    Misconception(
        id="adds-usage-up",
        matches=lambda out: out.returned["output_tokens"] > out.expected["output_tokens"],
    ),
    Misconception(
        id="reads-only-the-start",
        matches=lambda out: out.returned["output_tokens"] == 1,
    ),
    Misconception(
        id="null-is-a-count",
        matches=lambda out: None in out.returned.values(),
    ),
    Misconception(
        id="reads-only-the-end",
        matches=lambda out: (
            isinstance(out.returned, dict)
            and not {"input_tokens", "output_tokens"} <= set(out.returned)
        ),
    ),
    Misconception(
        id="changes-the-event",
        matches=lambda out: "event" in str(out.returned),
    ),
    Misconception(
        id="keeps-the-first-prompt",
        matches=lambda out: (
            out.returned["input_tokens"] == 40
            and out.returned["output_tokens"] == out.expected["output_tokens"]
            and out.expected["input_tokens"] != 40
        ),
    ),
    Misconception(
        id="null-counts-nothing",
        matches=lambda out: out.returned["input_tokens"] == 0,
    ),
    Misconception(
        id="stops-at-the-first-delta",
        matches=lambda out: out.returned["output_tokens"] == 9 < out.expected["output_tokens"],
    ),
    Misconception(
        id="invents-counts",
        matches=lambda out: (
            out.returned["output_tokens"] not in (1, 9, out.expected["output_tokens"])
        ),
    ),
)


def usage_case(name: str, why: str, events: Sequence[Event], expected: Event) -> Case:
    """A case that asks for the usage of one answer."""

    def run(my: Namespace) -> object:
        given = deepcopy(list(events))
        usage = my.usage_of(given)
        return usage if given == events else f"an event was changed: {usage}"

    began = f"# message_start: {START['message']['usage']}\n"
    code = f"{began}{listing(events)}usage_of(events)"
    return Case(name, why, code, run, expected, USAGE_MISTAKES, same_usage)


CASES = (
    usage_case(
        "an answer with a tool call",
        "The prompt is counted at the start, the answer at the end.",
        [*ONE_TOOL[:2], PING, *ONE_TOOL[2:]],
        {"input_tokens": 40, "cache_read_input_tokens": 0, "output_tokens": 18},
    ),
    usage_case(
        "counts that come twice",
        "Some servers report more than once while they write.",
        [START, usage_delta(output_tokens=9), usage_delta(output_tokens=25), STOP],
        {"input_tokens": 40, "cache_read_input_tokens": 0, "output_tokens": 25},
    ),
    usage_case(
        "a prompt that grows",
        "The API can search by itself. The model reads the results, and you pay for them as input.",
        [START, usage_delta(input_tokens=12284, output_tokens=510), STOP],
        {"input_tokens": 12284, "cache_read_input_tokens": 0, "output_tokens": 510},
    ),
    usage_case(
        "a count that is corrected",
        "Some servers estimate the prompt first, and count it later.",
        [START, usage_delta(input_tokens=35, output_tokens=7), STOP],
        {"input_tokens": 35, "cache_read_input_tokens": 0, "output_tokens": 7},
    ),
    usage_case(
        "a count that is null",
        "If a server doesn't count something, its field is null or missing.",
        [
            START,
            usage_delta(input_tokens=None, cache_read_input_tokens=None, output_tokens=7),
            STOP,
        ],
        {"input_tokens": 40, "cache_read_input_tokens": 0, "output_tokens": 7},
    ),
)
