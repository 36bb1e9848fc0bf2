"""What is tried with `last_turn`, and what its mistakes are recognised by."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from helpers.lessons.checking.case import Case, Misconception, Namespace
from helpers.lessons.common.conversation import MODEL
from helpers.lessons.common.events import Event

__all__ = ["CASES"]

LAST_TOOLS = [{"name": "get_time", "description": "The time.", "input_schema": {"type": "object"}}]
ASKING: Event = {
    "model": MODEL,
    "max_tokens": 64,
    "messages": [{"role": "user", "content": "What time is it?"}],
}
WITH_TOOLS: Event = {**ASKING, "tools": LAST_TOOLS}


def ending(request: Event) -> Callable[[Namespace], Any]:
    """A run that makes a request the last one."""

    def run(my: Namespace) -> object:
        return my.last_turn(deepcopy(request))

    return run


def keep_asking(my: Namespace) -> object:
    """Return the caller's request after another one was made of it."""
    request = deepcopy(WITH_TOOLS)
    my.last_turn(request)
    return request


LAST_MISTAKES = (
    Misconception(
        id="gives-the-choice-alone",
        matches=lambda out: bool(out.returned) and "messages" not in out.returned,
    ),
    Misconception(
        id="takes-the-tools-away",
        matches=lambda out: not out.returned.get("tools") and "tools" in out.expected,
    ),
    Misconception(
        id="choice-is-a-string",
        matches=lambda out: isinstance(out.returned.get("tool_choice"), str),
    ),
    Misconception(
        id="asks-for-it-in-words",
        matches=lambda out: (
            out.returned["messages"] != out.expected["messages"] or "system" in out.returned
        ),
    ),
    Misconception(
        id="may-still-call",
        matches=lambda out: out.returned.get("tool_choice") != out.expected.get("tool_choice"),
    ),
)


CASES = (
    Case(
        "a request with tools",
        "If the model called a tool now, nobody would read the result.",
        "last_turn(request)",
        ending(WITH_TOOLS),
        {**WITH_TOOLS, "tool_choice": {"type": "none"}},
        LAST_MISTAKES,
    ),
    Case(
        "the request already has a tool_choice",
        "An agent may force its first turn to call a tool, and reuse the request.",
        "last_turn({**request, 'tool_choice': {'type': 'any'}})",
        ending({**WITH_TOOLS, "tool_choice": {"type": "any"}}),
        {**WITH_TOOLS, "tool_choice": {"type": "none"}},
        (
            Misconception(
                id="keeps-the-old-choice",
                matches=lambda out: out.returned["tool_choice"] == {"type": "any"},
            ),
            *LAST_MISTAKES,
        ),
    ),
    Case(
        "no tools at all",
        "The same loop also serves programs without tools.",
        "last_turn(request)",
        ending(ASKING),
        ASKING,
        (
            Misconception(
                id="choice-without-tools",
                matches=lambda out: "tool_choice" in out.returned,
            ),
            Misconception(
                id="expects-tools",
                matches=lambda out: isinstance(out.error, KeyError),
            ),
        ),
    ),
    Case(
        "leaves your request as it is",
        "The same dict is used for the next question, and there the model may call tools again.",
        "last_turn(request); request",
        keep_asking,
        WITH_TOOLS,
        (
            Misconception(
                id="changes-the-request",
                matches=lambda out: out.returned != out.expected,
            ),
        ),
    ),
)
