"""What is tried with `results_message`, and what its mistakes are recognised by."""

import json
from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any

from helpers.lessons.checking.case import Case, Misconception, Namespace, Outcome
from helpers.lessons.common.events import Block, Message

__all__ = ["CASES"]


def call(id: str, name: str = "get_weather", **given: Any) -> Block:
    """A call as it stands in a message."""
    return {"type": "tool_use", "id": id, "name": name, "input": given}


def answers(*results: Block) -> Message:
    """The message that answers these calls."""
    return {"role": "user", "content": [{"type": "tool_result", **result} for result in results]}


def answering(content: Sequence[Block], outcomes: dict[str, Any]) -> Callable[[Namespace], Any]:
    """A run that asks for the results of these calls."""

    def run(my: Namespace) -> object:
        return my.results_message(deepcopy(list(content)), dict(outcomes))

    return run


def same_results(returned: Any, expected: Any) -> bool:
    """Whether these are the same results; an error may be told in any words."""
    given, wanted = returned["content"], expected["content"]
    if {**returned, "content": None} != {**expected, "content": None} or len(given) != len(wanted):
        return False
    for one, other in zip(given, wanted, strict=True):
        failed = other.get("is_error", False)
        text = text_of(one.get("content", ""))
        if one.get("is_error", False) is not failed or text is None:
            return False
        if failed and other["content"] not in text:
            return False
        if not failed and loosely(text) != loosely(other["content"]):
            return False
        if {**one, "is_error": failed, "content": ""} != {
            **other,
            "is_error": failed,
            "content": "",
        }:
            return False
    return True


def text_of(content: Any) -> str | None:
    """The text of a content as the API takes it, a string or text blocks; None of another."""
    if isinstance(content, str):
        return content
    if isinstance(content, list) and all(block.get("type") == "text" for block in content):
        return "".join(block["text"] for block in content)
    return None


def loosely(text: str) -> Any:
    """Return what a text says as JSON, or the text: how JSON is spaced makes no difference."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def ids_of(out: Outcome) -> list[Any]:
    """The ids that a message with results is for."""
    return [result.get("tool_use_id") for result in out.returned["content"]]


LOOK: Block = {"type": "text", "text": "I'll look at both."}
HM: Block = {"type": "thinking", "thinking": "Two cities.", "signature": "EqQBCgIYAhIM"}
LAGOS, OSLO = call("toolu_01A", city="Lagos"), call("toolu_01B", city="Oslo")
ANSWERING = "results_message(content, outcomes)"

LACKS_A_RESULT = Misconception(
    id="no-result-for-a-failure",
    matches=lambda out: len(out.returned["content"]) < len(out.expected["content"]),
)
RAISES = Misconception(
    id="fails-with-its-tool",
    matches=lambda out: isinstance(out.error, Exception),
)
SHAPE_OF_RESULTS = (
    Misconception(
        id="no-message-around",
        matches=lambda out: (
            isinstance(out.returned, list) and all("role" not in one for one in out.returned)
        ),
    ),
    Misconception(
        id="one-message-per-result",
        matches=lambda out: isinstance(out.returned, list),
    ),
    Misconception(
        id="results-from-the-assistant",
        matches=lambda out: out.returned["role"] == "assistant",
    ),
    Misconception(
        id="another-role",
        matches=lambda out: out.returned["role"] != "user",
    ),
    Misconception(
        id="text-before-results",
        matches=lambda out: any(
            b["type"] in ("text", "thinking", "tool_use") for b in out.returned["content"]
        ),
    ),
    Misconception(
        id="another-field",
        matches=lambda out: any(id in (None, "get_weather") for id in ids_of(out)),
    ),
)


CASES = (
    Case(
        "one call",
        "The most common turn of an agent.",
        ANSWERING,
        answering([LAGOS], {"toolu_01A": "31 °C"}),
        answers({"tool_use_id": "toolu_01A", "content": "31 °C"}),
        SHAPE_OF_RESULTS,
        same=same_results,
    ),
    Case(
        "two calls; the second was faster",
        "Tools that run side by side end in any order. The message also contains text and "
        "thinking.",
        ANSWERING,
        answering([HM, LOOK, LAGOS, OSLO], {"toolu_01B": "4 °C", "toolu_01A": "31 °C"}),
        answers(
            {"tool_use_id": "toolu_01A", "content": "31 °C"},
            {"tool_use_id": "toolu_01B", "content": "4 °C"},
        ),
        (
            Misconception(
                id="every-block-is-a-call",
                matches=lambda out: isinstance(out.error, KeyError),
            ),
            Misconception(
                id="in-completion-order",
                matches=lambda out: ids_of(out) == ["toolu_01B", "toolu_01A"],
            ),
            *SHAPE_OF_RESULTS,
        ),
        same=same_results,
    ),
    Case(
        "a tool that raised",
        "Models use wrong names, dates and units. They correct them if the result says what is "
        "wrong.",
        ANSWERING,
        answering([LAGOS, OSLO], {"toolu_01A": ValueError("no such city"), "toolu_01B": "4 °C"}),
        answers(
            {"tool_use_id": "toolu_01A", "content": "no such city", "is_error": True},
            {"tool_use_id": "toolu_01B", "content": "4 °C"},
        ),
        (
            RAISES,
            LACKS_A_RESULT,
            Misconception(
                id="failure-is-a-result",
                matches=lambda out: not out.returned["content"][0].get("is_error"),
            ),
            Misconception(
                id="failure-without-a-reason",
                matches=lambda out: "no such" not in str(out.returned["content"][0]["content"]),
            ),
        ),
        same=same_results,
    ),
    Case(
        "a tool that was cancelled",
        "The user pressed Stop, and goes on talking.",
        ANSWERING,
        answering([LAGOS, OSLO], {"toolu_01B": "4 °C"}),
        answers(
            {"tool_use_id": "toolu_01A", "content": "", "is_error": True},
            {"tool_use_id": "toolu_01B", "content": "4 °C"},
        ),
        (RAISES, LACKS_A_RESULT),
        same=same_results,
    ),
    Case(
        "values that are no text",
        "A tool returns what Python has: a dict, a number, nothing found.",
        ANSWERING,
        answering([LAGOS, OSLO], {"toolu_01A": {"sunny": True}, "toolu_01B": 0}),
        answers(
            {"tool_use_id": "toolu_01A", "content": '{"sunny": true}'},
            {"tool_use_id": "toolu_01B", "content": "0"},
        ),
        (
            Misconception(
                id="nothing-is-a-failure",
                matches=lambda out: out.returned["content"][1].get("is_error") is True,
            ),
            Misconception(
                id="content-is-no-text",
                matches=lambda out: any(
                    text_of(r.get("content", "")) is None for r in out.returned["content"]
                ),
            ),
            Misconception(
                id="content-is-a-repr",
                matches=lambda out: "True" in out.returned["content"][0]["content"],
            ),
        ),
        same=same_results,
    ),
)
