"""Cases of `message`: the message."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any

from helpers.lessons.checking.case import Case, Misconception, Namespace
from helpers.lessons.common.events import Event, answer_end, text_block
from helpers.lessons.nb03_tool_json.message.checks.harness import FEED, case, feed_all, texts
from helpers.lessons.nb03_tool_json.replies import ONE_TOOL, START, listing, parses_a_fragment


def message_of(events: Sequence[Event]) -> Callable[[Namespace], object]:
    """A run that returns the message."""

    def run(my: Namespace) -> object:
        return feed_all(my, events)[0].message

    return run


def without_nulls(message: Any) -> Any:
    """Return a message without its null fields, which say as much as missing ones."""
    if not isinstance(message, dict):
        return message
    return {name: value for name, value in message.items() if value is not None}


def same_message(returned: Any, expected: Any) -> bool:
    """Whether both say the same."""
    return bool(without_nulls(returned) == without_nulls(expected))


def message_case(
    name: str,
    why: str,
    events: Sequence[Event],
    expected: Event,
    *mistakes: Misconception,
    **more: Callable[[Any, Any], bool],
) -> Case:
    """A case that asks for the message of one answer."""
    code = f"{listing(events)}{FEED}assembler.message"
    return case(name, why, code, message_of(events), expected, *mistakes, **more)


def whole(content: list[Event], stop_reason: str = "tool_use", output_tokens: int = 18) -> Event:
    """The message with this content."""
    usage = {**START["message"]["usage"], "output_tokens": output_tokens}
    return {
        **START["message"],
        "content": content,
        "stop_reason": stop_reason,
        "usage": usage,
    }


def text_at_any_moment(my: Namespace) -> object:
    """Return the content while the answer is under way."""
    assembler = my.MessageAssembler()
    contents = []
    for event in deepcopy(ONE_TOOL[:4]):
        assembler.feed(event)
        contents.append(deepcopy(assembler.message["content"]))
    return contents[1:]


def input_at_any_moment(my: Namespace) -> object:
    """Return the input of a call while it is under way."""
    assembler = my.MessageAssembler()
    for event in deepcopy(ONE_TOOL[:9]):
        assembler.feed(event)
    return assembler.message["content"][1]["input"]


MESSAGE_CASES = (
    message_case(
        "a text",
        "Without streaming, the same message would come as a whole.",
        [START, *text_block(0, "One", " two", " three"), *answer_end("end_turn", 9)],
        whole([{"type": "text", "text": "One two three"}], "end_turn", 9),
        Misconception(
            id="no-message",
            matches=lambda out: out.returned is None and out.error is None,
        ),
        Misconception(
            id="content-is-a-dict",
            matches=lambda out: isinstance(out.returned["content"], dict),
        ),
        Misconception(
            id="keeps-the-last-piece",
            matches=lambda out: texts(out.returned["content"]) == [" three"],
        ),
        Misconception(
            id="forgets-how-it-ended",
            matches=lambda out: not out.returned.get("stop_reason"),
        ),
        Misconception(
            id="adds-usage-up",
            matches=lambda out: out.returned["usage"]["output_tokens"] > 9,
        ),
        Misconception(
            id="forgets-the-prompts-usage",
            matches=lambda out: "input_tokens" not in out.returned["usage"],
        ),
        Misconception(
            id="ignores-the-last-usage",
            matches=lambda out: out.returned["usage"]["output_tokens"] == 1,
        ),
        same=same_message,
    ),
    case(
        "at any moment",
        "A reader who presses Stop keeps what has come so far.",
        listing(ONE_TOOL[1:4]) + "for event in events: assembler.feed(event); assembler.message",
        text_at_any_moment,
        [[{"type": "text", "text": said}] for said in ("", "I'll look", "I'll look it up.")],
        Misconception(
            id="text-joined-at-the-stop",
            matches=lambda out: [texts(content) for content in out.returned] == [[""]] * 3,
        ),
        Misconception(
            id="message-only-at-the-end",
            matches=lambda out: out.error is not None or out.returned[0] == [],
        ),
    ),
    case(
        "in the middle of a call",
        "An incomplete input doesn't count yet. The block keeps `{}` until the input is complete.",
        listing(ONE_TOOL[5:9]) + "for event in events: assembler.feed(event)\n"
        'assembler.message["content"][1]["input"]',
        input_at_any_moment,
        {},
        Misconception(
            id="parses-each-fragment",
            matches=parses_a_fragment,
        ),
        Misconception(
            id="input-grows-as-text",
            matches=lambda out: isinstance(out.returned, str | list),
        ),
        Misconception(
            id="no-input-before-the-stop",
            matches=lambda out: out.returned is None or isinstance(out.error, KeyError),
        ),
        Misconception(
            id="parses-half-an-input",
            matches=lambda out: isinstance(out.returned, dict),
        ),
    ),
)
