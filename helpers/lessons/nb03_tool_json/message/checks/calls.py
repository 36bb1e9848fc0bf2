"""Cases of `message`: calls."""

from typing import Any

from helpers.lessons.checking.case import Misconception, Namespace
from helpers.lessons.common.events import answer_end, text_block
from helpers.lessons.common.outcomes import mentions
from helpers.lessons.nb03_tool_json.message.checks.harness import (
    CALLS,
    LAGOS_CALL,
    calls_case,
    case,
    content_case,
    feed_all,
    texts,
)
from helpers.lessons.nb03_tool_json.replies import (
    LAGOS,
    NO_INPUT,
    ONE_TOOL,
    START,
    TOOL_USE,
    TWO_TOOLS,
    listing,
    not_json,
    parses_a_fragment,
    tool,
    tool_use,
)

GIVES_NOTHING = Misconception(
    id="gives-no-calls",
    matches=lambda out: out.returned == [],
)
PARSES_FRAGMENTS = Misconception(
    id="parses-each-fragment",
    matches=lambda out: (
        parses_a_fragment(out)
        or (isinstance(out.returned, list) and out.returned == [("get_weather", None)])
        or out.returned == [("get_weather", {})]
    ),
)
PARSES_NOTHING = Misconception(
    id="parses-the-empty-string",
    matches=lambda out: not_json(out, "Expecting value") or mentions(out, "EOF while parsing"),
)
ONE_BUFFER = Misconception(
    id="one-buffer-for-all",
    matches=lambda out: (
        not_json(out, "Extra data")
        or ("get_weather", None) in out.returned
        or ("get_weather", {}) in out.returned
    ),
)
GIVEN_TWICE = Misconception(
    id="given-twice",
    matches=lambda out: len(out.returned) > len(out.expected),
)
JOINS_TEXTS = Misconception(
    id="joins-texts",
    matches=lambda out: (
        isinstance(out.error, LookupError) or "".join(texts(out.expected)) in texts(out.returned)
    ),
)


def find_unknown_fields(content: Any) -> list[str]:
    """The names of fields in blocks that the API doesn't send."""
    known = {"type", "text", "citations", "id", "name", "input", "thinking", "signature", "data"}
    return [name for block in content for name in block if name not in known]


def its_fields(my: Namespace) -> object:
    """Return what else a call says besides its name and its input."""
    ((_, call),) = feed_all(my, ONE_TOOL)[1]
    return call.index, call.id


OSLO_CALL = ("get_weather", {"city": "Oslo"})

CALL_CASES = (
    calls_case(
        "a tool call",
        "Its input comes in fragments, cut anywhere.",
        ONE_TOOL,
        [LAGOS_CALL],
        PARSES_FRAGMENTS,
        PARSES_NOTHING,
        GIVES_NOTHING,
        Misconception(
            id="input-stays-text",
            matches=lambda out: isinstance(out.returned[0][1], str),
        ),
    ),
    case(
        "the fields of a call",
        "The result goes back with the id of its call.",
        f"{listing(ONE_TOOL)}{CALLS}(call.index, call.id)",
        its_fields,
        (1, "toolu_01"),
        Misconception(
            id="mixes-up-the-fields",
            matches=lambda out: out.returned == out.expected[::-1],
        ),
    ),
    content_case(
        "the same call, in the message",
        "The next request sends this message back, so it must be the same as the API's own "
        "message.",
        ONE_TOOL,
        [
            {"type": "text", "text": "I'll look it up."},
            {**tool_use(1, "get_weather"), "input": {"city": "Lagos"}},
        ],
        Misconception(
            id="input-not-in-message",
            matches=lambda out: out.returned[1]["input"] == {},
        ),
        Misconception(
            id="scratch-in-the-message",
            matches=lambda out: bool(find_unknown_fields(out.returned)),
        ),
    ),
    calls_case(
        "a call without arguments",
        "`What time is it?` needs no input, and its only fragment is empty.",
        NO_INPUT,
        [("get_time", {})],
        PARSES_NOTHING,
        Misconception(
            id="empty-is-broken",
            matches=lambda out: out.returned == [("get_time", None)],
        ),
        Misconception(
            id="drops-empty-input",
            matches=lambda out: out.returned == [],
        ),
    ),
    calls_case(
        "two calls",
        "If a model needs the weather of two cities, it calls the tool twice in one answer.",
        TWO_TOOLS,
        [LAGOS_CALL, OSLO_CALL],
        ONE_BUFFER,
        GIVEN_TWICE,
        Misconception(
            id="loses-a-call",
            matches=lambda out: len(out.returned) == 1,
        ),
    ),
    calls_case(
        "a call, then a text",
        "The text proves that the call is complete; later events must not return the call again.",
        [START, *tool(0, "get_weather", *LAGOS), *text_block(1, "One moment."), *TOOL_USE],
        [LAGOS_CALL],
        GIVEN_TWICE,
    ),
    content_case(
        "text, a call, text",
        "Models write text before and after a call.",
        [
            START,
            *text_block(0, "One."),
            *tool(1, "get_time"),
            *text_block(2, "Two."),
            *answer_end("end_turn", 18),
        ],
        [
            {"type": "text", "text": "One."},
            tool_use(1, "get_time"),
            {"type": "text", "text": "Two."},
        ],
        JOINS_TEXTS,
    ),
)
