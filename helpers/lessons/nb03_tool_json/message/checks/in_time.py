"""Cases of `message`: side by side, and in time."""

import json
from copy import deepcopy
from typing import Any

from helpers.lessons.checking.case import Misconception, Namespace
from helpers.lessons.checking.fair_time import clock
from helpers.lessons.common.events import PING, begin, input_delta, text_block
from helpers.lessons.nb03_tool_json.message.checks.harness import case, texts
from helpers.lessons.nb03_tool_json.replies import ONE_TOOL, START, tool_use


def two_assemblers(my: Namespace) -> object:
    """Feed an assembler while another one is in mid-answer."""
    one, two = my.MessageAssembler(), my.MessageAssembler()
    for event in deepcopy(ONE_TOOL[:3]):
        one.feed(event)
    for event in deepcopy([START, *text_block(0, "Another.")]):
        two.feed(event)
    return [texts(each.message["content"]) for each in (one, two)]


def find_changes(my: Namespace) -> object:
    """Return whether the events are still what they were."""
    events = deepcopy([*ONE_TOOL, PING])
    assembler = my.MessageAssembler()
    for event in events[:-1]:
        assembler.feed(event)
        _ = assembler.message
    return [
        event["type"]
        for event, sent in zip(events, [*ONE_TOOL, PING], strict=True)
        if event != sent
    ]


def share_of_a_parse(my: Namespace) -> object:
    """Return what one more fragment of a long input costs, in percent of parsing it all.

    Both times are taken on the same machine, a moment apart, and each is the shortest of
    several, so a machine that is slow or busy makes no verdict wrong.
    """
    long = '{"numbers": [' + "1, " * 100_000
    assembler = my.MessageAssembler()
    for event in deepcopy([START, begin(0, tool_use(0, "add_up")), input_delta(0, long)]):
        assembler.feed(event)
    fragment = input_delta(0, "1, ")
    costs, parses = [], []
    for _ in range(5):
        started = clock()
        assembler.feed(fragment)
        costs.append(clock() - started)
        started = clock()
        json.loads(long + "1]}")
        parses.append(clock() - started)
    return round(100 * min(costs) / min(parses))


def far_less(returned: Any, expected: Any) -> bool:
    """Whether a fragment costs little; a parser that starts again costs about 100."""
    return bool(returned < 15)


LAST_CASES = (
    case(
        "two answers at once",
        "An agent that asks twice at the same time has two assemblers.",
        "one, two = MessageAssembler(), MessageAssembler()",
        two_assemblers,
        [["I'll look"], ["Another."]],
        Misconception(
            id="shared-between-assemblers",
            about=(
                "class-level-state",
                "mutable-default",
            ),
            matches=lambda out: out.error is not None or out.returned != out.expected,
        ),
    ),
    case(
        "leaves the events as they are",
        "A log, a widget and a test read the same dicts.",
        "for event in events: assembler.feed(event)\nevents == before",
        find_changes,
        [],
        Misconception(
            id="changes-the-events",
            matches=lambda out: bool(out.returned),
        ),
    ),
    case(
        "a very long input",
        "A tool that writes a file gets all of it as its input, in thousands of fragments.",
        "assembler.feed(fragment)  # its time, in percent of parsing everything",
        share_of_a_parse,
        0,
        Misconception(
            id="parses-from-the-start",
            matches=lambda out: bool(out.timed_out) or out.returned >= 15,
        ),
        same=far_less,
    ),
)
