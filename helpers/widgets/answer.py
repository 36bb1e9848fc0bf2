"""An answer as far as it has arrived: a plain value, built event by event.

    answer = Answer("waiting")
    for at, event in timed_events:
        answer = apply(answer, event, at)

No I/O and no clock: times are arguments, in seconds since the request. Views draw it,
and send a page only what has changed.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from helpers.render.endings import DONE, STOPPED, Ending, ending, failure

__all__ = [
    "RUNNING",
    "Answer",
    "Block",
    "apply",
    "changes",
    "end",
    "ending_of",
    "figures",
    "fold",
    "snapshot",
]

Event = Mapping[str, Any]
Update = dict[str, Any]

# The states in which more may come. The others are ready, done, stopped and failed.
RUNNING = ("waiting", "streaming")


@dataclass(frozen=True)
class Block:
    """One content block.

    Attributes:
        index: its number on the wire.
        kind: text, thinking, tool, or other (shown by its name alone).
        name: the tool's name; "redacted" for thinking that nobody may read; for other
            blocks, their type on the wire.
        text: the text, the thinking, or the tool's input as JSON, as far as it came.
        state: open, closed (its stop has come), complete (the model has moved on), cut.
        began: when it opened, in seconds since the request.
        ended: when it closed.
    """

    index: int
    kind: str
    name: str = ""
    text: str = ""
    state: str = "open"
    began: float = 0.0
    ended: float | None = None


@dataclass(frozen=True)
class Answer:
    """All that has been received of one answer, and when.

    Attributes:
        state: ready, waiting, streaming, done, stopped or failed.
        blocks: the content blocks in the order in which they opened.
        first_token: when the first token came, in seconds since the request.
        last_token: when the latest token came.
        began: when the model began to write: the first token, or hidden thinking.
        deltas: how many deltas came that carry something.
        usage: the API's count of tokens; exact once `counted`.
        counted: whether the API has said how many tokens the answer has.
        stop_reason: why the model stopped, once it has said so.
        ended: when the stream ended, in seconds since the request.
        problem: one sentence on what went wrong.
    """

    state: str = "ready"
    blocks: tuple[Block, ...] = ()
    first_token: float | None = None
    last_token: float | None = None
    began: float | None = None
    deltas: int = 0
    usage: Mapping[str, Any] = field(default_factory=dict)
    counted: bool = False
    stop_reason: str | None = None
    ended: float | None = None
    problem: str = ""

    @property
    def tokens(self) -> int:
        """Output tokens: the API's count, or one a delta until it has come."""
        count = self.usage.get("output_tokens")
        return count if self.counted and isinstance(count, int) else self.deltas

    @property
    def rate(self) -> float | None:
        """Tokens a second after the first, over the time from the first to the last."""
        if self.began is None or self.last_token is None or self.tokens < 2:
            return None
        seconds = self.last_token - self.began
        return (self.tokens - 1) / seconds if seconds > 0 else None

    @property
    def text(self) -> str:
        """The text of all text blocks."""
        return "".join(block.text for block in self.blocks if block.kind == "text")


def apply(answer: Answer, event: Event, at: float) -> Answer:
    """Return the answer with one more event of its stream.

    Args:
        answer: what had been received before.
        event: an event dict as it came; ping and unknown types change nothing.
        at: when it came, in seconds since the request.
    """
    match event:
        case {"type": "message_start", "message": {"usage": Mapping() as usage}}:
            return replace(answer, usage=dict(usage))
        case {
            "type": "content_block_start",
            "index": int(index),
            "content_block": Mapping() as content,
        }:
            return _open(answer, index, content, at)
        case {"type": "content_block_delta", "index": int(index), "delta": Mapping() as delta}:
            return _grow(answer, index, delta, at)
        case {"type": "content_block_stop", "index": int(index)}:
            return _with_states(answer, {"open": "closed"}, at, index)
        case {"type": "message_delta"}:
            return _close(answer, event, at)
        case {"type": "message_stop"}:
            return end(answer, "done", at)
        case {"type": "error", "error": {"type": str(name), "message": str(message)}}:
            return end(answer, "failed", at, f"{name} in mid-stream: {message}")
    return answer


def fold(timed_events: Iterable[tuple[float, Event]]) -> Answer:
    """Return the answer that so many (seconds since the request, event) pairs make."""
    answer = Answer("waiting")
    for at, event in timed_events:
        answer = apply(answer, event, at)
    return answer


def end(answer: Answer, state: str, at: float, problem: str = "") -> Answer:
    """Return the answer after its stream ended; the first end stands.

    Args:
        answer: what had been received until then.
        state: done, stopped or failed.
        at: when, in seconds since the request.
        problem: one sentence, when it failed.
    """
    if answer.ended is not None:
        return answer
    finished = "complete" if state == "done" else "cut"
    answer = _with_states(answer, {"open": finished, "closed": "complete"}, at)
    return replace(answer, state=state, ended=at, problem=_sendable(problem))


def _sendable(words: str) -> str:
    """Return words that any encoder takes: half a surrogate pair becomes U+FFFD."""
    return re.sub("[\ud800-\udfff]", "\ufffd", words)


def _kind(content: Mapping[str, Any]) -> tuple[str, str]:
    """Return the block's kind and name."""
    type = str(content.get("type", "unknown"))
    if type == "text":
        return "text", ""
    if type in ("thinking", "redacted_thinking"):
        return "thinking", "redacted" if type == "redacted_thinking" else ""
    if type.endswith("tool_use"):  # the client's own, the server's, an MCP server's
        return "tool", _sendable(str(content.get("name", "tool")))
    return "other", _sendable(type)


def _open(answer: Answer, index: int, content: Mapping[str, Any], at: float) -> Answer:
    kind, name = _kind(content)
    answer = _with_states(answer, {"closed": "complete"}, at)  # the model has moved on
    block = Block(index, kind, name, began=at)
    answer = replace(answer, state="streaming", blocks=(*answer.blocks, block))
    if kind == "thinking" and answer.began is None:
        answer = replace(answer, began=at)  # it may write thousands of tokens unseen
    begun = content.get("input") if kind == "tool" else content.get(kind, "")
    if begun:
        return _append(answer, index, json.dumps(begun) if kind == "tool" else str(begun), at)
    return answer


def _grow(answer: Answer, index: int, delta: Mapping[str, Any], at: float) -> Answer:
    match delta:
        case {"type": "text_delta", "text": str(piece)}:
            pass
        case {"type": "thinking_delta", "thinking": str(piece)}:
            pass
        case {"type": "input_json_delta", "partial_json": str(piece)}:
            pass
        case _:  # signatures, citations, and what is yet to come
            return answer
    return _append(answer, index, piece, at) if piece else answer


def _append(answer: Answer, index: int, piece: str, at: float) -> Answer:
    blocks = list(answer.blocks)
    for place in reversed(range(len(blocks))):
        if blocks[place].index == index:
            blocks[place] = replace(blocks[place], text=blocks[place].text + _sendable(piece))
            break
    else:
        return answer  # a delta of a block that never opened
    return replace(
        answer,
        state="streaming",
        blocks=tuple(blocks),
        first_token=at if answer.first_token is None else answer.first_token,
        began=at if answer.began is None else answer.began,
        last_token=at,
        deltas=answer.deltas + 1,
    )


def _close(answer: Answer, event: Event, at: float) -> Answer:
    match event:
        case {"delta": {"stop_reason": str(reason)}}:
            # A block's own stop proves nothing: at max_tokens a tool's input is cut, too.
            cut = reason in ("max_tokens", "model_context_window_exceeded")
            last = answer.blocks[-1].index if answer.blocks else None
            if cut and last is not None:
                answer = _with_states(answer, {"open": "cut", "closed": "cut"}, at, last)
            answer = _with_states(answer, {"closed": "complete"}, at)
            answer = replace(answer, stop_reason=_sendable(reason))
    match event:
        case {"usage": Mapping() as usage}:  # cumulative: it replaces, never adds
            answer = replace(
                answer,
                usage={**answer.usage, **usage},
                counted=answer.counted or "output_tokens" in usage,
            )
    return answer


def _with_states(
    answer: Answer, states: Mapping[str, str], at: float, index: int | None = None
) -> Answer:
    """Move blocks from one state to the next: all of them, or the one of that index."""
    blocks = tuple(
        replace(
            block,
            state=states[block.state],
            ended=at if block.ended is None else block.ended,
        )
        if block.state in states and index in (None, block.index)
        else block
        for block in answer.blocks
    )
    return answer if blocks == answer.blocks else replace(answer, blocks=blocks)


def figures(answer: Answer) -> dict[str, Any]:
    """Return what stands in a view's footer, as JSON."""
    how = ending_of(answer)
    return {
        "state": answer.state,
        "word": how.label if how else "",
        "note": how.note if how and how != STOPPED else "",
        "first_token": answer.first_token,
        "rate": answer.rate,
        "tokens": answer.tokens,
        "counted": answer.counted,
        "stop_reason": answer.stop_reason,
        "ended": answer.ended,
        "problem": answer.problem,
    }


def ending_of(answer: Answer) -> Ending | None:
    """Return how an answer ended; None while it may go on."""
    match answer.state:
        case "done":
            return ending(answer.stop_reason) if answer.stop_reason else DONE
        case "stopped":
            return STOPPED
        case "failed":
            return failure(answer.problem)
    return None


def _face(block: Block) -> dict[str, Any]:
    """Return what of a block is shown and may change, but for its text."""
    seconds = None if block.ended is None else block.ended - block.began
    return {"state": block.state, "seconds": seconds}


def snapshot(answer: Answer) -> dict[str, Any]:
    """Return the whole answer as JSON, for a page that has nothing yet."""
    blocks = [
        {"kind": block.kind, "name": block.name, "text": block.text, **_face(block)}
        for block in answer.blocks
    ]
    return {**figures(answer), "blocks": blocks}


def changes(before: Answer, after: Answer) -> list[Update]:
    """Return the updates that lead a page from one value to a later one.

    {"block": n, "kind", "name"} opens a block, {"block": n, "text"} appends to it,
    {"block": n, "state", "seconds"} says how far it is, {"figures": {...}} replaces them.
    """
    updates: list[Update] = []
    for number, block in enumerate(after.blocks):
        if number < len(before.blocks):
            old = before.blocks[number]
        else:
            old = Block(block.index, block.kind, block.name, began=block.began)
            updates.append({"block": number, "kind": block.kind, "name": block.name})
        if block.text != old.text:
            updates.append({"block": number, "text": block.text[len(old.text) :]})
        if _face(block) != _face(old):
            updates.append({"block": number, **_face(block)})
    if figures(before) != figures(after):
        updates.append({"figures": figures(after)})
    return updates
