"""An answer as far as it has arrived: the events of one stream, read as those of a run.

    answer = Answer(begun=True)
    for at, event in timed_events:
        answer.take(event, at)

A stream that is shown may be anything, also one that a learner reads wrongly. So this takes what
it can of each event, where `message.MessageAssembler` would refuse it; `render.run_state` makes
a value of it. No I/O and no clock: times are arguments, in seconds since the request. Views send
a page only what has changed from one state to the next.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from helpers.message import (
    CUT_OR_REFUSED,
    BlockStarted,
    BlockStopped,
    InputDelta,
    MessageStopped,
    TextDelta,
    ThinkingDelta,
    ToolCall,
    UsageUpdated,
)
from helpers.render.endings import DONE, STOPPED, Ending, ending, failure
from helpers.render.run_parts import Block
from helpers.render.run_state import RunState

__all__ = ["NOTHING", "Answer", "changes", "figures", "fold", "state_of"]

Event = Mapping[str, Any]
Update = dict[str, Any]

KINDS = {"call": "tool"}
STATES = {"done": "complete"}
NOTHING: dict[str, Any] = {"blocks": []}  # what a page has before its first state


@dataclass
class Answer:
    """All that has been received of one answer, and when.

    Attributes:
        begun: whether it has been asked for.
        run: what its events make.
        counted: whether the API has said how many tokens the answer has.
        stop_reason: why the model stopped, once it has said so.
    """

    begun: bool = False
    run: RunState = field(default_factory=RunState)
    counted: bool = False
    stop_reason: str | None = None

    @property
    def state(self) -> str:
        """ready, waiting, streaming, done, stopped or failed."""
        if self.run.ending is not None:
            return self.run.ending.state
        return "streaming" if self.run.items else "waiting" if self.begun else "ready"

    @property
    def is_running(self) -> bool:
        """Whether more may come."""
        return self.begun and self.run.ending is None

    @property
    def blocks(self) -> list[Block]:
        """The content blocks in the order in which they opened."""
        return self.run.blocks

    @property
    def usage(self) -> dict[str, int]:
        """The API's count of tokens; exact once `counted`."""
        return self.run.usage

    @property
    def tokens(self) -> int:
        """Output tokens: the API's count, or an estimate until it has come."""
        return self.run.tokens.get("output_tokens", 0)

    @property
    def first_token(self) -> float | None:
        """When the first token came, in seconds since the request."""
        return self.run.request.first_token if self.run.request else None

    @property
    def last_token(self) -> float | None:
        """When the latest token came."""
        return self.run.request.last_token if self.run.request else None

    @property
    def rate(self) -> float | None:
        """Tokens a second after the first, over the time from the first to the last.

        Hidden thinking counts as writing: it may be thousands of tokens unseen.
        """
        thought = next((block.began for block in self.blocks if block.kind == "thinking"), None)
        moments = [at for at in (thought, self.first_token) if at is not None]
        began = min(moments, default=None)
        if began is None or self.last_token is None or self.tokens < 2:
            return None
        seconds = self.last_token - began
        return (self.tokens - 1) / seconds if seconds > 0 else None

    @property
    def text(self) -> str:
        """The text of all text blocks."""
        return "".join(block.text for block in self.blocks if block.kind == "text")

    def take(self, event: Event, at: float) -> None:
        """Go on by one event of the stream.

        Args:
            event: an event dict as it came; ping and unknown types change nothing.
            at: when it came, in seconds since the request.
        """
        run = self.run
        match event:
            case {"type": "message_start", "message": {"usage": Mapping() as usage}}:
                run.take(UsageUpdated(dict(usage)), at)
            case {
                "type": "content_block_start",
                "index": int(index),
                "content_block": Mapping() as content,
            }:
                self._move_on(at)
                names = {name for name in ("type", "name") if name in content}
                said = {name: _sendable(str(content[name])) for name in names}
                run.take(BlockStarted(index, {**content, **said}), at)
                self._begin(index, content, at)
            case {"type": "content_block_delta", "index": int(index), "delta": Mapping() as delta}:
                if run.block(index) is not None:  # one that never opened is nobody's
                    self._grow(index, delta, at)
            case {"type": "content_block_stop", "index": int(index)}:
                run.take(BlockStopped(index, {}), at)
            case {"type": "message_delta"}:
                self._close(event, at)
            case {"type": "message_stop"}:
                self.end(at)
            case {"type": "error", "error": {"type": str(name), "message": str(message)}}:
                self.end(at, failure(_sendable(f"{name} in mid-stream: {message}")))

    def end(self, at: float, how: Ending | None = None) -> None:
        """End it, at the end of its stream; the first end stands.

        Args:
            at: when, in seconds since the request.
            how: if not as the model has said.
        """
        if how is None:
            self._finish(at)
            how = ending(self.stop_reason) if self.stop_reason else DONE
        self.run.end(how, at)

    def _move_on(self, at: float) -> None:
        """Take the calls that have closed for complete: something has followed them."""
        for block in self.run.calls:
            if block.state == "closed":
                self.run.take(ToolCall(block.index, "", block.name, None, block.text), at)

    def _finish(self, at: float) -> None:
        """Close what is still open: nothing can follow, also where a stop is missing."""
        for block in self.blocks:
            if block.state == "open":
                self.run.take(BlockStopped(block.index, {}), at)
        self._move_on(at)

    def _begin(self, index: int, content: Event, at: float) -> None:
        """Take what a block holds from its beginning."""
        block = self.run.block(index)
        if block is None:
            return
        begun = content.get("input") if block.kind == "call" else content.get(block.kind)
        if begun and block.kind == "call":
            self.run.take(InputDelta(index, _sendable(json.dumps(begun))), at)
        elif begun:
            self._grow(index, {"type": f"{block.kind}_delta", block.kind: str(begun)}, at)

    def _grow(self, index: int, delta: Event, at: float) -> None:
        match delta:
            case {"type": "text_delta", "text": str(piece)}:
                self.run.take(TextDelta(index, _sendable(piece)), at)
            case {"type": "thinking_delta", "thinking": str(piece)}:
                self.run.take(ThinkingDelta(index, _sendable(piece)), at)
            case {"type": "input_json_delta", "partial_json": str(piece)}:
                self.run.take(InputDelta(index, _sendable(piece)), at)

    def _close(self, event: Event, at: float) -> None:
        match event:
            case {"delta": {"stop_reason": str(reason)}}:
                # A block's own stop proves nothing: at max_tokens a tool's input is cut, too.
                if reason not in CUT_OR_REFUSED:
                    self._finish(at)
                self.stop_reason = _sendable(reason)
                self.run.take(MessageStopped({"stop_reason": self.stop_reason}), at)
        match event:
            case {"usage": Mapping() as usage}:
                self.run.take(UsageUpdated(dict(usage)), at)
                self.counted = self.counted or "output_tokens" in usage


def fold(timed_events: Iterable[tuple[float, Event]]) -> Answer:
    """Return the answer that so many (seconds since the request, event) pairs make."""
    answer = Answer(begun=True)
    for at, event in timed_events:
        answer.take(event, at)
    return answer


def _sendable(words: str) -> str:
    """Return words that any encoder takes: half a surrogate pair becomes U+FFFD."""
    return re.sub("[\ud800-\udfff]", "\ufffd", words)


def figures(answer: Answer) -> dict[str, Any]:
    """Return what stands in a view's footer, as JSON."""
    how = answer.run.ending
    return {
        "state": answer.state,
        "word": how.label if how else "",
        "note": how.note if how and how != STOPPED else "",
        "first_token": answer.first_token,
        "rate": answer.rate,
        "tokens": answer.tokens,
        "counted": answer.counted,
        "stop_reason": answer.stop_reason,
        "ended": answer.run.ended,
        "problem": how.sentence if how and how.reason == "failed" else "",
    }


def state_of(answer: Answer) -> dict[str, Any]:
    """Return the whole answer as JSON, for a page that has nothing yet."""
    blocks = [
        {
            "kind": KINDS.get(block.kind, block.kind),
            "name": block.name,
            "text": block.text,
            "state": STATES.get(block.state, block.state),
            "seconds": block.seconds,
        }
        for block in answer.blocks
    ]
    return {**figures(answer), "blocks": blocks}


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Update]:
    """Return the updates that lead a page from one state to a later one.

    {"block": n, "kind", "name"} opens a block, {"block": n, "text"} appends to it,
    {"block": n, "state", "seconds"} says how far it is, {"figures": {...}} replaces them.
    """
    updates: list[Update] = []
    for number, block in enumerate(after["blocks"]):
        if number < len(before["blocks"]):
            old = before["blocks"][number]
        else:
            opening = {name: block[name] for name in ("kind", "name")}
            old = {**opening, "text": "", "state": "open", "seconds": None}
            updates.append({"block": number, **opening})
        if block["text"] != old["text"]:
            updates.append({"block": number, "text": block["text"][len(old["text"]) :]})
        if (block["state"], block["seconds"]) != (old["state"], old["seconds"]):
            updates.append({"block": number, "state": block["state"], "seconds": block["seconds"]})
    told = {name: value for name, value in after.items() if name != "blocks"}
    if any(before.get(name, told) != value for name, value in told.items()):
        updates.append({"figures": told})
    return updates
