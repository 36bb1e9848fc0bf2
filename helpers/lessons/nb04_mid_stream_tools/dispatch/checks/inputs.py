"""Cases of `dispatch`: what is in a call, and in a result."""

import json
from typing import Any

from helpers.lessons.checking.case import Misconception, Namespace
from helpers.lessons.common.outcomes import words_of
from helpers.lessons.nb04_mid_stream_tools.dispatch.checks.harness import (
    CANCELS_OTHERS,
    GIVES_NONE,
    LAGOS,
    OSLO,
    Turn,
    call,
    case,
    errors,
    get_weather,
    result,
    same_results,
    words,
)
from helpers.tools import tool


async def no_input(my: Namespace) -> object:
    """Call a tool without arguments."""

    @tool
    async def get_time() -> str:
        """Tell the time."""
        return "12:00"

    return await Turn(my, get_time).finish(NO_INPUT)


async def data(my: Namespace) -> object:
    """Run a tool that returns a dict."""

    @tool
    async def count_words(text: str) -> dict[str, int]:
        """Count words."""
        return {"words": 2, "café": 1}

    (block,) = await Turn(my, count_words).finish(call(1, "count_words", {"text": "un café"}))
    return block["content"]


def same_json(returned: Any, expected: Any) -> bool:
    """Whether a text says the same as another, in JSON."""
    try:
        return bool(json.loads(words(returned)) == json.loads(expected))
    except ValueError:
        return False


async def give_text_number(my: Namespace) -> object:
    """Give a number as text, as models do."""
    given = call(1, "get_weather", {"city": "Lagos", "days": "3"})
    return await Turn(my, get_weather).finish(given)


async def wrong_type(my: Namespace) -> object:
    """Give what is no number."""
    given = call(1, "get_weather", {"city": "Lagos", "days": "a few"})
    return await Turn(my, get_weather).finish(given)


async def give_broken_input(my: Namespace) -> object:
    """Call a tool with an input that didn't parse."""
    return await Turn(my, get_weather).finish(BROKEN)


def shows_input(returned: Any, expected: Any) -> bool:
    """Whether an error shows the raw input; inside of JSON, its quotes are escaped."""
    if errors(returned) != [True]:
        return False
    return '"city": Lagos' in words(returned[0]["content"]).replace("\\", "")


async def unknown_tool(my: Namespace) -> object:
    """Call a tool that isn't there, and one that is."""
    return await Turn(my, get_weather).finish(UNKNOWN, OSLO)


NO_INPUT = call(1, "get_time", {}, raw="")
BROKEN = call(1, "get_weather", None, raw='{"city": Lagos}')
UNKNOWN = call(1, "get_wether", {"city": "Lagos"})

INPUT_CASES = (
    case(
        "a call without arguments",
        "The assembler has already turned the empty JSON into an empty dict.",
        'dispatcher.start(ToolCall(1, id, "get_time", input={}, raw=""))',
        no_input,
        [result(NO_INPUT, "12:00")],
        Misconception(
            id="parses-it-again",
            matches=lambda out: "Expecting value" in words_of(out),
        ),
        Misconception(
            id="empty-input-is-no-input",
            matches=lambda out: errors(out.returned) == [True],
        ),
        same=same_results,
    ),
    case(
        "a tool that returns a dict",
        "A result's content is text or blocks. The API refuses a dict with status 400.",
        'results[0]["content"]',
        data,
        '{"words": 2, "café": 1}',
        Misconception(
            id="content-is-data",
            matches=lambda out: not isinstance(out.returned, str | list),
        ),
        Misconception(
            id="content-is-a-repr",
            matches=lambda out: "'words': 2" in out.returned,
        ),
        same=same_json,
    ),
    case(
        "a number that comes as text",
        'Models sometimes write `"3"` for 3. The tool should get a number.',
        'tool.arguments({"city": "Lagos", "days": "3"})',
        give_text_number,
        [result(LAGOS, "Lagos: fine for 3 days")],
        Misconception(
            id="skips-the-arguments-check",
            matches=lambda out: not out.timed_out,
        ),
        same=same_results,
    ),
    case(
        "an input that doesn't fit",
        "If the model learns what is wrong, it corrects its call in the next turn.",
        'tool.arguments({"city": "Lagos", "days": "a few"})  # raises ToolInputError',
        wrong_type,
        [result(LAGOS, "days: input should be a valid integer", is_error=True)],
        GIVES_NONE,
        Misconception(
            id="checks-outside-the-try",
            matches=lambda out: out.error is not None,
        ),
        Misconception(
            id="check-without-a-reason",
            matches=lambda out: errors(out.returned) == [True],
        ),
        same=same_results,
    ),
    case(
        "an input that is no JSON",
        "With `eager_input_streaming`, the API doesn't check the JSON. If it is broken, input "
        "is None.",
        'dispatcher.start(ToolCall(1, id, "get_weather", None, raw=\'{"city": Lagos}\'))',
        give_broken_input,
        [result(BROKEN, '{"city": Lagos}', is_error=True)],
        Misconception(
            id="runs-on-nothing",
            matches=lambda out: (
                errors(out.returned) == [False] or "required" in str(out.returned).lower()
            ),
        ),
        Misconception(
            id="raw-is-lost",
            matches=lambda out: errors(out.returned) == [True],
        ),
        same=shows_input,
    ),
    case(
        "a tool that isn't there",
        "Models invent names, and old conversations call tools that no longer exist.",
        'dispatcher.start(ToolCall(1, id, "get_wether", …))',
        unknown_tool,
        [result(UNKNOWN, "get_wether", is_error=True), result(OSLO, "Oslo: fine for 1 day")],
        Misconception(
            id="unknown-tool-crashes",
            matches=lambda out: out.error is not None,
        ),
        Misconception(
            id="unknown-tool-unanswered",
            matches=lambda out: len(out.returned) < 2,
        ),
        CANCELS_OTHERS,
        Misconception(
            id="unknown-tool-unnamed",
            matches=lambda out: errors(out.returned) == [True, False],
        ),
        same=same_results,
    ),
)
