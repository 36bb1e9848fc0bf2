"""An answer as one value: what is said, where it was cut off, and what it cost.

The streamed answer (wire.py) and the whole one (`to_json`) are two renderings of the same
Reply, so they can't disagree.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from . import tokens
from .chance import dice, identifier


@dataclass(frozen=True)
class Text:
    """Something to say."""

    text: str


@dataclass(frozen=True)
class ToolUse:
    """A tool to call: its name and its input."""

    name: str
    input: dict[str, Any]


Part = Text | ToolUse


class Delta(NamedTuple):
    """A piece of a block: what the wire shows of it, and how many tokens it took to write."""

    body: dict[str, Any]
    tokens: int


@dataclass(frozen=True)
class Block:
    """A content block, ready to be sent either way.

    opening: the block as content_block_start announces it.
    deltas: what fills it, one content_block_delta each.
    content: the block as it stands in the finished message.
    tokens: the output tokens it took to write, also those that no delta shows.
    """

    opening: dict[str, Any]
    deltas: tuple[Delta, ...]
    content: dict[str, Any]
    tokens: int


@dataclass(frozen=True)
class Reply:
    """A finished answer."""

    id: str
    model: str
    blocks: tuple[Block, ...]
    stop_reason: str
    stop_sequence: str | None
    input_tokens: int

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
    blocks: list[Block] = []
    left: int = request["max_tokens"]
    stop_reason, stop_sequence = "end_turn", None
    for part in parts:
        if isinstance(part, Text):
            said, stop_sequence = until_stop_sequence(part.text, request.get("stop_sequences"))
            pieces = tokens.split(said)
            needed = len(pieces)
            block = text_block(pieces[:left])
        else:
            stop_reason = "tool_use"
            tool_id = identifier(numbers, "toolu_01", 22)
            pieces = tokens.cut_anywhere(json.dumps(part.input, ensure_ascii=False), numbers)
            needed = len(pieces)
            block = tool_use_block(tool_id, part, pieces[:left])
        if block.tokens:
            blocks.append(block)
        if needed > left:
            stop_reason, stop_sequence = "max_tokens", None
            break
        if stop_sequence is not None:
            stop_reason = "stop_sequence"
            break
        left -= needed
    return Reply(
        id=message_id,
        model=request["model"],
        blocks=tuple(blocks),
        stop_reason=stop_reason,
        stop_sequence=stop_sequence,
        input_tokens=tokens.count_request(request),
    )


def until_stop_sequence(text: str, sequences: Sequence[str] | None) -> tuple[str, str | None]:
    """Return the text before the first stop sequence in it, and which one that was."""
    found = [(text.index(one), one) for one in sequences or () if one in text]
    if not found:
        return text, None
    end, sequence = min(found)
    return text[:end], sequence


def text_block(pieces: Sequence[str]) -> Block:
    """Return a text block that comes in these pieces."""
    return Block(
        opening={"type": "text", "text": ""},
        deltas=tuple(Delta({"type": "text_delta", "text": piece}, 1) for piece in pieces),
        content={"type": "text", "text": "".join(pieces)},
        tokens=len(pieces),
    )


def tool_use_block(tool_id: str, call: ToolUse, pieces: Sequence[str]) -> Block:
    """Return a tool call whose input comes in these pieces of JSON, after an empty one.

    When the pieces stop short of the whole input, the block holds the keys whose values were
    complete: the API checks each value before it sends it, so a cut value never goes out.
    (Documented; exactly where the fragments stop then is not, and this is our choice.)
    """
    written = "".join(pieces)
    pairs = dict(call.input)
    document = json.dumps(pairs, ensure_ascii=False)
    while pairs and not written.startswith(document):
        pairs.popitem()
        document = json.dumps(pairs, ensure_ascii=False)[:-1]  # cut short: never closed
    if not pairs:
        document = ""  # no argument at all is sent as one empty fragment, not as "{}"
    frame = {"type": "tool_use", "id": tool_id, "name": call.name}
    caller = {"caller": {"type": "direct"}}
    fragments = [("", 0)] + [(piece, 1) for piece in clip(pieces, len(document))]
    return Block(
        opening=frame | {"input": {}} | caller,
        deltas=tuple(
            Delta({"type": "input_json_delta", "partial_json": fragment}, cost)
            for fragment, cost in fragments
        ),
        content=frame | {"input": pairs} | caller,
        tokens=len(pieces),
    )


def clip(pieces: Iterable[str], length: int) -> list[str]:
    """Return the first `length` characters of the pieces, in the same pieces."""
    kept = []
    for piece in pieces:
        if length <= 0:
            break
        kept.append(piece[:length])
        length -= len(piece)
    return kept


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
        "stop_details": None,
        "usage": {
            "input_tokens": reply.input_tokens,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 0,
            "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
            "output_tokens": reply.output_tokens,
            "service_tier": "standard",
            "inference_geo": "not_available",
        },
    }
