"""Answers with calls of tools in them, and how the exercises show what they are made of."""

import json
from collections.abc import Sequence

from helpers.lessons.checking.case import Outcome
from helpers.lessons.common.events import Event, answer_end, begin, end, input_delta, text_block
from helpers.lessons.common.outcomes import mentions

# An answer, as the API sends it


START: Event = {
    "type": "message_start",
    "message": {
        "model": "offline-mock",
        "id": "msg_01ABC",
        "type": "message",
        "role": "assistant",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 40, "cache_read_input_tokens": 0, "output_tokens": 1},
    },
}


def tool_use(index: int, name: str, given: Event | None = None) -> Event:
    """The block that a tool call starts with."""
    return {"type": "tool_use", "id": f"toolu_0{index}", "name": name, "input": given or {}}


def tool(index: int, name: str, *fragments: str) -> list[Event]:
    """A whole tool call; as on the wire, its first fragment is always empty."""
    return [
        begin(index, tool_use(index, name)),
        *(input_delta(index, fragment) for fragment in ("", *fragments)),
        end(index),
    ]


LAGOS = ('{"city', '": "La', 'gos"', "}")
OSLO = ('{"ci', 'ty": "Oslo"}')

TOOL_USE = answer_end("tool_use", 18)
ONE_TOOL = [
    START,
    *text_block(0, "I'll look", " it up."),
    *tool(1, "get_weather", *LAGOS),
    *TOOL_USE,
]
TWO_TOOLS = [
    START,
    *tool(0, "get_weather", *LAGOS),
    *tool(1, "get_weather", *OSLO),
    *TOOL_USE,
]
NO_INPUT = [START, *tool(0, "get_time"), *TOOL_USE]


# What outcomes have in common


def not_json(out: Outcome, *words: str) -> bool:
    """Whether a parser refused what it was given, in one of these words."""
    return isinstance(out.error, json.JSONDecodeError) and mentions(out, *words)


def parses_a_fragment(out: Outcome) -> bool:
    """Whether what a parser refused is the beginning of an input, or the middle of one."""
    if not isinstance(out.error, json.JSONDecodeError):
        return False
    return bool(out.error.doc) and "}{" not in out.error.doc


def listing(events: Sequence[Event]) -> str:
    """Events as comments above what is run: a line for each block, as the notebook shows them."""
    lines = [""]

    def line_of(index: int) -> None:
        if not lines[-1].startswith(f"{index} "):
            lines.append(f"{index} goes on: ")

    for event in events:
        match event:
            case {"type": "content_block_start", "index": index, "content_block": block}:
                about = [str(index), block["type"], block.get("name", "")]
                began = block.get("text") or block.get("input")
                lines.append(f"{' '.join(filter(None, about))}: ")
                lines[-1] += f"(begins with {began!r}) " if began else ""
            case {"type": "content_block_delta", "index": index, "delta": change}:
                line_of(index)
                lines[-1] += f"{piece(change)}|"
            case {"type": "content_block_stop", "index": index}:
                line_of(index)
                lines[-1] += " stop"
            case {"type": "message_delta", "delta": {"stop_reason": reason}, "usage": usage}:
                lines.append(f"message_delta: {reason} {usage}")
            case {"type": "message_start" | "message_stop"}:
                pass
            case _:
                lines.append(str(event["type"]))
    return "".join(f"# {line}\n" for line in lines if line)


def piece(change: Event) -> str:
    """What a delta brings, in a few characters."""
    match change:
        case {"text": str(words)} | {"partial_json": str(words)} | {"thinking": str(words)}:
            return words
    return f"({change['type']})"
