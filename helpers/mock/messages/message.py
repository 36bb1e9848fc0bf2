"""An answer as one value: what is said, where it was cut off, and what it cost.

The streamed answer (events.py) and the whole one (`to_json`) are two renderings of the same
Reply, so they can't disagree.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..chance import dice, identifier
from ..rules.models import find_model
from ..script.parts import Part, ServerToolUse, Stop, Text, ToolUse
from .blocks import Block, Writer
from .thinking import display
from .usage import InputTokens, count_input

LARGE_WINDOW = 1_000_000  # tokens that a request and its answer may have together


@dataclass(frozen=True)
class Reply:
    """A finished answer.

    stop_details: why it was refused; None for every other end.
    prompt: the tokens of the request.
    server_tools: how often each tool of the API was used.
    """

    id: str
    model: str
    blocks: tuple[Block, ...]
    stop_reason: str
    stop_sequence: str | None
    stop_details: dict[str, Any] | None
    prompt: InputTokens
    server_tools: dict[str, int]

    @property
    def input_tokens(self) -> int:
        """All fresh input tokens: those of the request, and what the API's own tools found."""
        return self.prompt.fresh + sum(block.read_tokens for block in self.blocks)

    @property
    def output_tokens(self) -> int:
        """The tokens of all blocks."""
        return sum(block.tokens for block in self.blocks)


def compose(parts: Iterable[Part], request: dict[str, Any], source: str) -> Reply:
    """Make the reply to a request, cut where its max_tokens or a stop sequence says.

    parts: what to say if nothing cuts it short.
    source: what ids and fragment boundaries are drawn from (chance.fingerprint).
    """
    numbers = dice(source, "ids")
    message_id = identifier(numbers, "msg_01", 22)
    prompt = count_input(request)
    model = find_model(request["model"])
    window = model.context if model else LARGE_WINDOW
    room = max(window - prompt.total, 0)
    left: int = min(request["max_tokens"], room)
    at_limit = "max_tokens" if request["max_tokens"] <= room else "model_context_window_exceeded"
    writer = Writer(request, display(request), numbers)
    blocks: list[Block] = []
    server_tools: dict[str, int] = {}
    stop, stop_sequence = Stop("end_turn"), None
    for part in parts:
        if isinstance(part, Stop):
            stop = part
            break
        if isinstance(part, Text):
            said, stop_sequence = until_stop_sequence(part.text, request.get("stop_sequences"))
            part = replace(part, text=said)
        if isinstance(part, ToolUse):
            stop = Stop("tool_use")
        block = writer.write(part, left)
        if block is not None and (block.tokens or block.complete):
            blocks.append(block)
            left -= block.tokens
        if block is not None and not block.complete:
            stop, stop_sequence = Stop(at_limit), None
            break
        if isinstance(part, ServerToolUse):
            server_tools[part.name] = server_tools.get(part.name, 0) + 1
        if stop_sequence is not None:
            stop = Stop("stop_sequence")
            break
    return Reply(
        id=message_id,
        model=request["model"],
        blocks=tuple(blocks),
        stop_reason=stop.reason,
        stop_sequence=stop_sequence,
        stop_details=stop.details,
        prompt=prompt,
        server_tools=server_tools,
    )


def until_stop_sequence(text: str, sequences: Sequence[str] | None) -> tuple[str, str | None]:
    """Return the text before the first stop sequence in it, and which one that was."""
    found = [(text.index(one), one) for one in sequences or () if one in text]
    if not found:
        return text, None
    end, sequence = min(found)
    return text[:end], sequence


def usage_at_start(reply: Reply) -> dict[str, Any]:
    """Return the usage as message_start tells it: the request is read, nothing is written."""
    prompt = reply.prompt
    return {
        "input_tokens": prompt.fresh,
        "cache_creation_input_tokens": prompt.written,
        "cache_read_input_tokens": prompt.read,
        "cache_creation": {
            "ephemeral_5m_input_tokens": prompt.written_5m,
            "ephemeral_1h_input_tokens": prompt.written_1h,
        },
        "output_tokens": 1,
        "service_tier": "standard",
        "inference_geo": "not_available",
    }


def usage_at_end(reply: Reply) -> dict[str, Any]:
    """Return the usage as message_delta tells it: the totals of the whole answer."""
    usage: dict[str, Any] = {
        "input_tokens": reply.input_tokens,
        "cache_creation_input_tokens": reply.prompt.written,
        "cache_read_input_tokens": reply.prompt.read,
        "output_tokens": reply.output_tokens,
    }
    if thought := sum(block.thinking_tokens for block in reply.blocks):
        usage["output_tokens_details"] = {"thinking_tokens": thought}
    if reply.server_tools:
        usage["server_tool_use"] = {
            "web_search_requests": reply.server_tools.get("web_search", 0),
            "web_fetch_requests": reply.server_tools.get("web_fetch", 0),
        }
    return usage


def to_json(reply: Reply) -> dict[str, Any]:
    """Return the finished message as the API sends it when it doesn't stream."""
    return {
        "model": reply.model,
        "id": reply.id,
        "type": "message",
        "role": "assistant",
        "content": [block.content for block in reply.blocks],
        "stop_reason": reply.stop_reason,
        "stop_sequence": reply.stop_sequence,
        "stop_details": reply.stop_details,
        "usage": usage_at_start(reply) | usage_at_end(reply),
    }
