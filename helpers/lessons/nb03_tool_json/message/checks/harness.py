"""How `message` is tried, and the mistakes that several of its cases know."""

import inspect
from collections.abc import Callable, Sequence
from copy import deepcopy
from functools import partial
from typing import Any

from helpers.lessons.checking.case import Case, Misconception, Namespace
from helpers.lessons.common.cases import case_with
from helpers.lessons.common.events import Event
from helpers.lessons.common.outcomes import mentions
from helpers.lessons.nb03_tool_json.replies import listing


def is_call(value: object) -> bool:
    """Whether a value has the attributes of a complete call."""
    return hasattr(value, "name") and hasattr(value, "input")


def feed_all(my: Namespace, events: Sequence[Event]) -> tuple[Any, list[tuple[str, Any]]]:
    """Feed a new assembler; return it, and each call with the type of the event it came at."""
    assembler = my.MessageAssembler()
    calls = []
    for event in deepcopy(list(events)):
        updates = assembler.feed(event)
        if not isinstance(updates, list):
            raise NoList(updates)
        for update in updates:
            if isinstance(update, dict) and "name" in update and "input" in update:
                raise NoToolCall
            if is_call(update):
                calls.append((event["type"], update))
    return assembler, calls


class NoList(TypeError):
    """What `feed` returned is no list."""

    def __init__(self, value: object) -> None:
        super().__init__(f"feed returned {describe(value)}, not a list")
        self.value = value


class NoToolCall(TypeError):
    """A call came as a dict."""

    def __init__(self) -> None:
        super().__init__("feed returned a call as a dict, which has no .name and no .input")


def describe(value: object) -> str:
    """What a value is, in few words."""
    if inspect.isgenerator(value):
        return "a generator"
    return "None" if value is None else f"one {type(value).__name__}"


def calls_of(events: Sequence[Event]) -> Callable[[Namespace], object]:
    """A run that returns the name and the input of each complete call."""

    def run(my: Namespace) -> object:
        return [(call.name, call.input) for _, call in feed_all(my, events)[1]]

    return run


def content_of(events: Sequence[Event]) -> Callable[[Namespace], object]:
    """A run that returns the content of the message."""

    def run(my: Namespace) -> object:
        return feed_all(my, events)[0].message["content"]

    return run


# Mistakes in the shape, which can show in any case


SHAPE = (
    Misconception(
        id="returns-none",
        matches=lambda out: isinstance(out.error, NoList) and out.error.value is None,
    ),
    Misconception(
        id="is-a-generator",
        about=("yields-where-return",),
        matches=lambda out: isinstance(out.error, NoList) and inspect.isgenerator(out.error.value),
    ),
    Misconception(
        id="returns-one-call",
        matches=lambda out: isinstance(out.error, NoList) and is_call(out.error.value),
    ),
    Misconception(
        id="call-is-a-dict",
        matches=lambda out: isinstance(out.error, NoToolCall),
    ),
    Misconception(
        id="message-is-a-method",
        matches=lambda out: callable(out.returned) or mentions(out, "'method' object"),
    ),
)


case = partial(case_with, SHAPE)


FEED = "for event in events: assembler.feed(event)\n"
CALLS = (
    "calls = [call for event in events for call in assembler.feed(event)]\n"
    "[(call.name, call.input) for call in calls]"
)


def content_case(
    name: str, why: str, events: Sequence[Event], expected: list[Event], *mistakes: Misconception
) -> Case:
    """A case that asks for the content of one message."""
    code = f'{listing(events)}{FEED}assembler.message["content"]'
    return case(name, why, code, content_of(events), expected, *mistakes)


def calls_case(
    name: str, why: str, events: Sequence[Event], expected: list[Any], *mistakes: Misconception
) -> Case:
    """A case that asks for the complete calls of one answer."""
    return case(name, why, listing(events) + CALLS, calls_of(events), expected, *mistakes)


def texts(value: Any) -> list[str]:
    """The text of each block."""
    return [block["text"] for block in value if block["type"] == "text"]


LAGOS_CALL = ("get_weather", {"city": "Lagos"})
