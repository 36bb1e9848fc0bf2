"""What is tried with `find_the_bug`, and what its mistakes are recognised by."""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from helpers.lessons.checking.case import Case, Misconception, Namespace
from helpers.lessons.common.events import Event, begin, end, typed
from helpers.lessons.common.outcomes import mentions
from helpers.lessons.nb03_tool_json.replies import (
    NO_INPUT,
    ONE_TOOL,
    START,
    TOOL_USE,
    TWO_TOOLS,
    listing,
    not_json,
    parsed_a_fragment,
    tool_use,
)

__all__ = ["CASES"]

BUG_MISTAKES = (
    Misconception(
        id="one-buffer-for-all",
        matches=lambda out: not_json(out, "Extra data"),
    ),
    Misconception(
        id="parses-the-empty-string",
        matches=lambda out: not_json(out, "Expecting value") and mentions(out, "char 0"),
    ),
    Misconception(
        id="parses-each-fragment",
        matches=parsed_a_fragment,
    ),
    Misconception(
        id="drops-empty-input",
        matches=lambda out: set(out.returned) < set(out.expected),
    ),
    Misconception(
        id="swallows-the-error",
        matches=lambda out: {} in [out.returned[key] for key in out.expected if out.expected[key]],
    ),
)


ONE_OPEN_BLOCK = Misconception(
    id="one-open-block",
    matches=lambda out: isinstance(out.error, KeyError | ValueError) or out.error is None,
)


def bug_case(
    name: str,
    why: str,
    events: Sequence[Event],
    expected: dict[int, Any],
    mistakes: tuple[Misconception, ...] = BUG_MISTAKES,
) -> Case:
    """A case that asks for the inputs in one answer."""

    def run(my: Namespace) -> object:
        return my.inputs_of(deepcopy(list(events)))

    return Case(name, why, f"{listing(events)}inputs_of(events)", run, expected, mistakes)


SIDE_BY_SIDE = [
    START,
    begin(0, tool_use(0, "get_weather")),
    typed(0, '{"city": "La'),
    begin(1, tool_use(1, "get_weather")),
    typed(1, '{"city":'),
    typed(0, 'gos"}'),
    end(0),
    typed(1, ' "Oslo"}'),
    end(1),
    *TOOL_USE,
]


CASES = (
    bug_case(
        "one call",
        "This has worked in every demo.",
        ONE_TOOL,
        {1: {"city": "Lagos"}},
    ),
    bug_case(
        "two calls",
        "The recording from above: two cities, asked for in one answer.",
        TWO_TOOLS,
        {0: {"city": "Lagos"}, 1: {"city": "Oslo"}},
    ),
    bug_case(
        "a call without arguments",
        "`What time is it?` needs no input, and its stream holds no JSON.",
        NO_INPUT,
        {0: {}},
    ),
    bug_case(
        "two blocks open at once",
        "The API sends one after the other; a gateway that translates may not.",
        SIDE_BY_SIDE,
        {0: {"city": "Lagos"}, 1: {"city": "Oslo"}},
        (ONE_OPEN_BLOCK,),
    ),
)
