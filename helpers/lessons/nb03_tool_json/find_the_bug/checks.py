"""What is tried with `find_the_bug`, and what its mistakes are recognised by."""

import json
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from helpers.lessons.checking.case import Case, Misconception, Namespace
from helpers.lessons.common.events import Event, answer_end, begin, end, input_delta
from helpers.lessons.nb03_tool_json.replies import (
    NO_INPUT,
    ONE_TOOL,
    OSLO,
    START,
    TOOL_USE,
    TWO_TOOLS,
    listing,
    not_json,
    parses_a_fragment,
    tool,
    tool_use,
)

__all__ = ["CASES"]

BUG_MISTAKES = (
    Misconception(
        id="starts-from-an-empty-object",
        matches=lambda out: (
            isinstance(out.error, json.JSONDecodeError) and out.error.doc.startswith("{}{")
        ),
    ),
    Misconception(
        id="one-buffer-for-all",
        matches=lambda out: not_json(out, "Extra data"),
    ),
    Misconception(
        id="parses-the-empty-string",
        matches=lambda out: isinstance(out.error, json.JSONDecodeError) and not out.error.doc,
    ),
    Misconception(
        id="keeps-the-last-fragment",
        matches=lambda out: isinstance(out.error, json.JSONDecodeError) and out.error.doc == "}",
    ),
    Misconception(
        id="reads-the-input-of-the-start",
        matches=lambda out: out.returned == {1: {}},
    ),
    Misconception(
        id="parses-each-fragment",
        matches=parses_a_fragment,
    ),
    Misconception(
        id="drops-empty-input",
        matches=lambda out: set(out.returned) < set(out.expected),
    ),
    Misconception(
        id="swallows-the-error",
        matches=lambda out: (
            out.returned.get(0) == {}
            if out.expected == NOTHING_MADE_UP
            else {} in [out.returned[key] for key in out.expected if out.expected[key]]
        ),
    ),
)


ONE_OPEN_BLOCK = Misconception(
    id="one-open-block",
    matches=lambda out: isinstance(out.error, KeyError | ValueError) or out.error is None,
)
COMPLETES_A_CUT_INPUT = Misconception(
    id="completes-a-cut-input",
    matches=lambda out: isinstance(out.returned[0], dict) and bool(out.returned[0]),
)
COUNTS_SERVER_CALLS = Misconception(
    id="counts-server-calls",
    matches=lambda out: isinstance(out.returned, dict) and 0 in out.returned,
)
TRIPS_OVER_SERVER_CALLS = Misconception(
    id="trips-over-server-calls",
    matches=lambda out: isinstance(out.error, KeyError) and out.error.args == (0,),
)
NOTHING_MADE_UP = "an error, or no input"


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
    input_delta(0, '{"city": "La'),
    begin(1, tool_use(1, "get_weather")),
    input_delta(1, '{"city":'),
    input_delta(0, 'gos"}'),
    end(0),
    input_delta(1, ' "Oslo"}'),
    end(1),
    *TOOL_USE,
]


SEARCH = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {}}
SERVER_CALL = [
    START,
    begin(0, SEARCH),
    input_delta(0, '{"query": "rain"}'),
    end(0),
    *tool(1, "get_weather", *OSLO),
    *TOOL_USE,
]
CUT = [
    START,
    *tool(0, "get_weather", '{"city": "Lagos", "day": "to'),
    *answer_end("max_tokens", 18),
]


def cut_input(my: Namespace) -> object:
    """Return what is made of an input that was cut."""
    try:
        inputs = my.inputs_of(deepcopy(CUT))
    except ValueError:
        return NOTHING_MADE_UP
    return NOTHING_MADE_UP if isinstance(inputs, dict) and inputs.get(0) is None else inputs


CASES = (
    bug_case(
        "one call",
        "This has worked in every demo.",
        ONE_TOOL,
        {1: {"city": "Lagos"}},
    ),
    bug_case(
        "two calls",
        "The recording from above: in one answer, the model calls the tool for two cities.",
        TWO_TOOLS,
        {0: {"city": "Lagos"}, 1: {"city": "Oslo"}},
    ),
    bug_case(
        "a call without arguments",
        "`What time is it?` needs no input, so its stream contains no JSON.",
        NO_INPUT,
        {0: {}},
    ),
    bug_case(
        "two blocks open at once",
        "The API sends one block after the other. Another server, with the same API, may mix them.",
        SIDE_BY_SIDE,
        {0: {"city": "Lagos"}, 1: {"city": "Oslo"}},
        (BUG_MISTAKES[0], ONE_OPEN_BLOCK),
    ),
    bug_case(
        "a call that the API runs itself",
        "Web search is such a tool. Its block has another type, and your program runs nothing.",
        SERVER_CALL,
        {1: {"city": "Oslo"}},
        (COUNTS_SERVER_CALLS, TRIPS_OVER_SERVER_CALLS, *BUG_MISTAKES),
    ),
    Case(
        "an input that was cut",
        "`max_tokens` cut the input, and the block was closed anyway. Nobody knows the complete"
        " value.",
        f"{listing(CUT)}inputs_of(events)",
        cut_input,
        NOTHING_MADE_UP,
        (BUG_MISTAKES[-1], COMPLETES_A_CUT_INPUT),
    ),
)
