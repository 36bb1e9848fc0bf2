"""A part of an answer as a content block: what the wire shows of it, piece by piece."""

import base64
import hashlib
import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from random import Random
from typing import Any, NamedTuple

from ..chance import identifier
from ..rules import signing
from ..script.parts import (
    Json,
    Part,
    RedactedThinking,
    SearchResults,
    ServerToolUse,
    Stop,
    Text,
    Thinking,
    ToolUse,
    Whole,
)
from . import tokens

DIRECT = {"type": "direct"}  # who calls a tool: the model itself


class Delta(NamedTuple):
    """A piece of a block: what the wire shows of it, and the tokens written until the next."""

    body: dict[str, Any]
    tokens: int


@dataclass(frozen=True)
class Block:
    """A content block, ready to be sent either way.

    opening: the block as content_block_start announces it.
    deltas: what fills it, one content_block_delta each.
    content: the block as it stands in the finished message.
    tokens: the output tokens it took to write, also those that no delta shows.
    thinking_tokens: how many of them were thinking.
    read_tokens: the input tokens that came in with it: what a server tool found.
    complete: whether max_tokens left it whole.
    """

    opening: dict[str, Any]
    deltas: tuple[Delta, ...]
    content: dict[str, Any]
    tokens: int
    thinking_tokens: int = 0
    read_tokens: int = 0
    complete: bool = True


class Writer:
    """Writes the parts of one answer as blocks, one after the other.

    request: what is answered.
    display: how thinking is shown, "summarized" or "omitted"; None leaves it out.
    numbers: what ids and fragment boundaries are drawn from.
    """

    def __init__(self, request: dict[str, Any], display: str | None, numbers: Random) -> None:
        self.request = request
        self.display = display
        self.numbers = numbers
        self.eager = {
            tool.get("name")
            for tool in request.get("tools") or []
            if tool.get("eager_input_streaming") is True
        }
        self.seals: list[str] = []  # of the thinking so far, to which tool calls are tied
        self.server_call = last_server_call(request["messages"])

    def write(self, part: Part, left: int) -> Block | None:
        """Return the block of a part, cut after `left` tokens; None if it has none."""
        match part:
            case Text(text="") | Thinking(text="") | RedactedThinking(text="") | Stop():
                return None
            case Json():  # becomes a text before it gets here: structured.py
                return None
            case Text():
                return text_block(part, left)
            case Thinking():
                return self._thinking(part.text, left)
            case RedactedThinking():
                return self._redact(part.text, left)
            case ToolUse():
                tool_id = signing.tie(identifier(self.numbers, "toolu_01", 22), self.seals)
                frame = {"type": "tool_use", "id": tool_id, "name": part.name}
                return self._call(frame, part, left)
            case ServerToolUse():
                self.server_call = identifier(self.numbers, "srvtoolu_01", 22)
                frame = {"type": "server_tool_use", "id": self.server_call, "name": part.name}
                return self._call(frame, part, left)
            case SearchResults():
                return self._search_results(part)
            case Whole():
                return self._whole(part.block)

    def _thinking(self, text: str, left: int) -> Block | None:
        if self.display is None:
            return None
        pieces = tokens.split(text)
        written = pieces[:left]
        if self.display == "summarized":
            shown = [(piece, 1) for piece in written]
        else:  # paid for, but kept back; the signature comes when it is done
            shown = [("", len(written))]
        thinking = "".join(piece for piece, _ in shown)
        signature = signing.sign(thinking, self.request)
        self.seals.append(signature)
        deltas = [Delta({"type": "thinking_delta", "thinking": p}, cost) for p, cost in shown]
        deltas.append(Delta({"type": "signature_delta", "signature": signature}, 0))
        return Block(
            opening={"type": "thinking", "thinking": "", "signature": ""},
            deltas=tuple(deltas),
            content={"type": "thinking", "thinking": thinking, "signature": signature},
            tokens=len(written),
            thinking_tokens=len(written),
            complete=len(written) == len(pieces),
        )

    def _redact(self, text: str, left: int) -> Block | None:
        if self.display is None:
            return None
        needed = tokens.count(text)
        data = signing.redact(text, self.request)
        self.seals.append(data)
        # It is encrypted as a whole, so all of it comes or, at max_tokens, nothing.
        cost = needed if needed <= left else 0
        return whole_block(
            {"type": "redacted_thinking", "data": data},
            tokens=cost,
            thinking_tokens=cost,
            complete=needed <= left,
        )

    def _call(self, frame: dict[str, Any], call: ToolUse | ServerToolUse, left: int) -> Block:
        document = json.dumps(call.input, ensure_ascii=False)
        pieces = tokens.cut_anywhere(document, self.numbers)
        return call_block(frame, call.input, pieces, left, eager=call.name in self.eager)

    def _search_results(self, results: SearchResults) -> Block:
        content: Any
        if results.error is not None:
            content = {"type": "web_search_tool_result_error", "error_code": results.error}
        else:
            content = [
                {
                    "type": "web_search_result",
                    "title": page.title,
                    "url": page.url,
                    "encrypted_content": opaque(page.url, len(page.text)),
                    "page_age": page.page_age,
                }
                for page in results.pages
            ]
        block = self._whole({"type": "web_search_tool_result", "content": content})
        block = whole_block(block.content | {"caller": DIRECT})
        read = sum(tokens.count([page.title, page.url, page.text]) for page in results.pages)
        return replace(block, read_tokens=read)

    def _whole(self, content: dict[str, Any]) -> Block:
        if content["type"].endswith("_tool_result") and "tool_use_id" not in content:
            answered = {"type": content["type"], "tool_use_id": self.server_call}
            content = answered | content
        return whole_block(dict(content))


def last_server_call(messages: Sequence[dict[str, Any]]) -> str:
    """Return the id of the last server_tool_use in a conversation, "" if it holds none."""
    blocks = [b for m in messages if isinstance(m["content"], list) for b in m["content"]]
    return next((b["id"] for b in reversed(blocks) if b.get("type") == "server_tool_use"), "")


def text_block(part: Text, left: int) -> Block:
    """Return a text block: first what it cites, then its text, token by token."""
    pieces = tokens.split(part.text)
    written = pieces[:left]
    frame: dict[str, Any] = {"type": "text"}
    citations = [
        citation | {"encrypted_index": opaque(citation["cited_text"], 60)}
        if citation["type"] == "web_search_result_location"
        else citation
        for citation in part.citations
    ]
    cited: dict[str, Any] = {"citations": citations} if citations else {}
    deltas = [Delta({"type": "citations_delta", "citation": one}, 0) for one in citations]
    deltas += [Delta({"type": "text_delta", "text": piece}, 1) for piece in written]
    return Block(
        opening={name: [] for name in cited} | frame | {"text": ""},
        deltas=tuple(deltas),
        content=cited | frame | {"text": "".join(written)},
        tokens=len(written),
        complete=len(written) == len(pieces),
    )


def whole_block(
    content: dict[str, Any], tokens: int = 0, thinking_tokens: int = 0, complete: bool = True
) -> Block:
    """Return a block that has no deltas: all of it is in its content_block_start."""
    return Block(content, (), content, tokens, thinking_tokens, complete=complete)


def call_block(
    frame: dict[str, Any], input: dict[str, Any], pieces: Sequence[str], left: int, eager: bool
) -> Block:
    """Return a tool call whose input comes in these pieces of JSON, after an empty one.

    frame: the block's type, id and name.
    eager: whether the tool asks for eager_input_streaming.

    The API holds back each value of the input until it is complete and checked, so the pieces
    of one value leave together. An eager tool gets them as they are written, unchecked.

    When max_tokens cuts the input, the block holds the keys whose values were complete. The
    rest never goes out, unless the tool is eager: then a piece may end anywhere. (Documented;
    exactly where the pieces stop then is not, and this is our choice.)
    """
    written = pieces[:left]
    length = len("".join(written))
    pairs, ends = complete_pairs(input, length)
    shown = ends[-1] if ends else 0  # no argument is sent as one empty fragment, not as "{}"
    if eager and input:
        shown, ends = length, []
    fragments = clip(written, shown)
    times = [0, *leaving(fragments, ends), len(written)]
    waits = [later - earlier for earlier, later in pairwise(times)]
    caller = {"caller": DIRECT}
    return Block(
        opening=frame | {"input": {}} | caller,
        deltas=tuple(
            Delta({"type": "input_json_delta", "partial_json": fragment}, wait)
            for fragment, wait in zip(["", *fragments], waits, strict=True)
        ),
        content=frame | {"input": pairs} | caller,
        tokens=len(written),
        complete=len(written) == len(pieces),
    )


def complete_pairs(input: dict[str, Any], length: int) -> tuple[dict[str, Any], list[int]]:
    """Return the pairs that are complete in the first `length` characters of the input's JSON.

    With them comes where each one ends; the last of the input ends with the closing brace.
    """
    pairs: dict[str, Any] = {}
    ends: list[int] = []
    end = 0
    for name, value in input.items():
        end += len(json.dumps({name: value}, ensure_ascii=False)[1:-1]) + (2 if ends else 1)
        if len(ends) == len(input) - 1:
            end += 1
        if end > length:
            break
        pairs[name] = value
        ends.append(end)
    return pairs, ends


def clip(pieces: Iterable[str], length: int) -> list[str]:
    """Return the first `length` characters of the pieces, in the same pieces."""
    kept = []
    for piece in pieces:
        if length <= 0:
            break
        kept.append(piece[:length])
        length -= len(piece)
    return kept


def leaving(pieces: Sequence[str], ends: Sequence[int]) -> list[int]:
    """Return with which piece each piece leaves: the one that ends the value it begins in.

    ends: where the values end, in characters; beyond the last one nothing is held back.
    """
    reached = list(accumulate(map(len, pieces)))
    leaves = []
    for number, end in enumerate(reached):
        value = bisect_right(ends, end - len(pieces[number]))
        release = bisect_left(reached, ends[value]) if value < len(ends) else 0
        leaves.append(max(number, release))
    return leaves


def opaque(source: str, size: int) -> str:
    """Return `size` bytes that only the API can read, as base64; the same for the same source."""
    raw = hashlib.shake_256(source.encode()).digest(size + 20)
    return base64.b64encode(b"\x12" + raw).decode()
