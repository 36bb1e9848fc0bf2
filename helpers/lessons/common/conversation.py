"""A conversation about the weather: what is asked, what the model says, how it is told."""

import asyncio
from collections.abc import Sequence

from helpers.lessons.common.events import (
    END,
    START,
    Event,
    Message,
    answer_end,
    begin,
    end,
    input_delta,
    text_block,
)
from helpers.tools import Tool, tool

MODEL = "offline-mock"
# An answer that is over is over at once; this leaves time to tidy up, in seconds.
PATIENCE = 1.2
# How long the server waits for an event to be passed on, or for a tool, in seconds.
READING = 0.3

# What the model says


def tool_use(id: str, given: str, name: str = "get_weather", index: int = 1) -> list[Event]:
    """A block with a call; its input as JSON text."""
    opened = {"type": "tool_use", "id": id, "name": name, "input": {}}
    return [begin(index, opened), input_delta(index, given), end(index)]


ASK: Message = {"role": "user", "content": "What's the weather in Lagos?"}
LAGOS_INPUT, OSLO_INPUT = '{"city": "Lagos"}', '{"city": "Oslo"}'
PLAIN = [START, *text_block(0, "One", " two"), *END]
ONE_CALL = [
    START,
    *text_block(0, "Let me look."),
    *tool_use("toolu_01A", LAGOS_INPUT),
    *answer_end("tool_use"),
]
TWO_CALLS = [
    *ONE_CALL[:-2],
    *tool_use("toolu_01B", OSLO_INPUT, index=2),
    *answer_end("tool_use"),
]
# After its call the model has more to say, so that the tool has time to run.
CALL_AND_TEXT = [*ONE_CALL[:-2], *text_block(2, "One", " moment."), *answer_end("tool_use")]
ANSWER = [START, *text_block(0, "Take water."), *END]


def weather(sleeps: dict[str, float] | None = None) -> Tool:
    """The tool of these conversations; it may be slow for some cities."""

    @tool
    async def get_weather(city: str) -> str:
        """Tell the weather in a city."""
        await asyncio.sleep((sleeps or {}).get(city, 0))
        return f"fine in {city}"

    return get_weather


def sketch(messages: Sequence[Message]) -> list[str]:
    """Tell messages in a line each."""
    return [
        f"{message.get('role')}: {kinds(message.get('content'))}"
        if isinstance(message, dict)
        else f"not a message: {message!r}"
        for message in messages
    ]


def kinds(content: object) -> str:
    """Tell a message's content."""
    if isinstance(content, str):
        return "text"
    if not isinstance(content, list):
        return repr(content)
    return ", ".join(describe_block(one) for one in content) or "nothing"


def describe_block(one: object) -> str:
    """Tell one block."""
    match one:
        case {"type": "tool_use", "id": id}:
            return f"call {str(id)[-1]}"
        case {"type": "tool_result", "tool_use_id": id, "is_error": True}:
            return f"error for {str(id)[-1]}"
        case {"type": "tool_result", "tool_use_id": id}:
            return f"result for {str(id)[-1]}"
        case {"type": str(kind)}:
            return kind
    return f"no block: {one!r}"
