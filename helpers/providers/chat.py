"""The chunks of a chat completion, told as events of the Messages API.

    chunk ──▶ ChatAdapter.feed ──▶ [event, …]
                      └──▶ Calls: fragments of tool calls, put where they belong

A chunk is a difference to the message so far, and nothing says where a part of it ends.
Many servers speak this API, and each leaves out or repeats something else. What is
certain: calls have an index, or come one after another; a whole JSON object can't go on;
and at the end of the stream all is complete.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from helpers.providers.events import (
    Blocks,
    as_json,
    is_whole,
    message_end,
    message_start,
    stop_reason,
    usage,
)
from helpers.wire.failures import ProtocolError, StreamTruncated, error_of, error_of_reason
from helpers.wire.payloads import REASONING_FIELDS, Event

__all__ = ["ChatAdapter"]

TEXTS = ("thinking", "text")


class ChatAdapter:
    """Tell the chunks of a chat completion as events of the Messages API.

    Args:
        tools: the names of the tools that may be called. A name in this list is known to be
            whole, so the call is told at once; another one might still grow.

    Attributes:
        complete: whether a finish reason has come.
        finished: whether message_stop has been told.
    """

    def __init__(self, tools: Collection[str] = ()) -> None:
        self.complete = False
        self.finished = False
        self._blocks = Blocks()
        self._calls = Calls(self._blocks, tools)
        self._begun = False
        self._choice: object = None  # the index of the choice that is told
        self._reason = ""
        self._refusal = ""
        self._usage: dict[str, Any] = {}

    def feed(self, chunk: Event) -> list[Event]:
        """Take the next chunk; return the events that it means.

        Raises:
            ErrorEvent: the chunk is an error.
            ProtocolError: it contradicts those before it.
        """
        if error := error_of(chunk):
            raise error
        # What was counted so far may stand in any chunk, and in several places of it.
        self._count(chunk, *[one for one in chunk.values() if isinstance(one, dict)])
        events: list[Event] = []
        for choice in self._choices(chunk.get("choices")):
            self._count(choice)
            if not self._begun:
                self._begun = True
                self._calls.message_id = str(chunk.get("id") or "")
                events.append(message_start(chunk))
            delta = choice.get("delta")
            if not delta and not self._blocks.count:  # some send all at once, as without stream
                delta = choice.get("message")
            events += self._delta(delta if isinstance(delta, dict) else {})
            if reason := choice.get("finish_reason"):
                events += self._finish(str(reason))
        return events

    def close(self, *, done: bool = False) -> list[Event]:
        """Take the end of the stream; return the end of the message.

        Raises:
            StreamTruncated: no finish reason has come, and the server hasn't said that this
                is the end, or a call is cut.
        """
        if self.finished:
            return []
        if not self.complete and not (done and self._has_whole_parts()):
            raise StreamTruncated("the stream ended before a finish_reason")
        events = [*self._calls.end(), *self._blocks.stop_all()]
        reason = stop_reason(self._reason or "stop", calls=self._calls.any)
        self.complete = self.finished = True
        return [*events, *message_end(reason, self._refusal, usage(self._usage))]

    def _count(self, *holders: Event) -> None:
        for holder in holders:
            counts = holder.get("usage")
            if isinstance(counts, dict):
                self._usage |= {name: n for name, n in counts.items() if n is not None}

    def _choices(self, choices: object) -> Iterator[dict[str, Any]]:
        """Give the parts of the first choice; another one would be another answer."""
        for choice in choices if isinstance(choices, list) else []:
            if isinstance(choice, dict):
                index = choice.get("index") or 0
                if self._choice is None:
                    self._choice = index
                if index == self._choice:
                    yield choice

    def _delta(self, delta: dict[str, Any]) -> list[Event]:
        events: list[Event] = []
        for kind, piece in _pieces(delta):
            if kind == "refusal":
                self._refusal += str(piece)
                continue
            if kind not in self._blocks.open:
                events += self._stop_texts() + self._calls.settle()
                # Some servers want their reasoning back, so its field's name is kept.
                signature = _reasoning_field(delta) if kind == "thinking" else ""
                events.append(self._blocks.start_text(kind, kind, signature))
            events.append(self._blocks.piece(kind, kind, piece))
        for fragment in _fragments(delta):
            told = self._calls.feed(fragment)
            if any(event["type"] == "content_block_start" for event in told):
                events += self._stop_texts()
            events += told
        return events

    def _finish(self, reason: str) -> list[Event]:
        if failure := error_of_reason(reason):
            raise failure
        self._reason = self._reason or reason
        self.complete = True
        # Text or arguments may still come behind it, so what isn't whole stays open.
        return [*self._stop_texts(), *self._calls.settle()]

    def _stop_texts(self) -> list[Event]:
        return [event for kind in TEXTS for event in self._blocks.stop(kind)]

    def _has_whole_parts(self) -> bool:
        told = self._blocks.count > 0 or self._calls.any or bool(self._refusal)
        return told and not self._calls.cut


@dataclass
class Call:
    """A tool call, while its fragments come.

    Attributes:
        key: that of its block.
        index, id: what the server calls it by; None or "" if it doesn't.
        started: whether its block has begun, so that its name can't grow any more.
    """

    key: str
    index: object
    id: str
    name: str = ""
    pieces: list[str] = field(default_factory=list)
    started: bool = False

    @property
    def arguments(self) -> str:
        """The arguments so far."""
        return "".join(self.pieces)

    @property
    def is_whole(self) -> bool:
        """Whether its arguments are a whole object."""
        end = self.pieces[-1].rstrip() if self.pieces else "-"
        return (not end or end.endswith("}")) and is_whole(self.arguments)


class Calls:
    """Put fragments of tool calls where they belong; tell each call as a block.

    Attributes:
        message_id: what made-up ids begin with.
    """

    def __init__(self, blocks: Blocks, tools: Collection[str]) -> None:
        self.message_id = ""
        self._blocks = blocks
        self._tools = tools
        self._calls: list[Call] = []
        self._by_index: dict[object, Call] = {}
        self._ids_change = False  # this server gives a new id to each fragment

    @property
    def any(self) -> bool:
        """Whether there are calls."""
        return any(call.name for call in self._calls)

    @property
    def cut(self) -> bool:
        """Whether the arguments of a call are no whole object."""
        return any(call.arguments.strip() and not call.is_whole for call in self._calls)

    def feed(self, fragment: Any) -> list[Event]:
        """Take a fragment; return the events that it means.

        Raises:
            ProtocolError: it is no part of a tool call.
        """
        match fragment:
            case {"function": dict(function)}:
                pass
            case {"index": _} | {"id": _}:
                function = {}
            case _:
                raise ProtocolError(f"this is no tool call: {str(fragment)[:80]}")
        index, id, name = fragment.get("index"), fragment.get("id"), function.get("name")
        if not isinstance(index, str | int | None) or not isinstance(name, str | None):
            raise ProtocolError("the index or the name of a tool call makes no sense")
        id, name, arguments = str(id or ""), name or "", as_json(function.get("arguments"))
        call = self._call_of(index, id, name)
        events: list[Event] = []
        if call is None or self._begins_another(call, id, name, arguments):
            call = Call(f"call {len(self._calls)}", index, id, name)
            events += self.settle()
            self._calls.append(call)
            self._by_index[index] = call
        else:
            self._ids_change |= bool(id and call.id and id != call.id)
            call.id = call.id or id
            if not call.started and name:  # in pieces, or as much of it as there is by now
                call.name = name if name.startswith(call.name) else call.name + name
        return events + self._add(call, arguments)

    def settle(self) -> list[Event]:
        """Return the events for which something else can follow: of what can't go on."""
        events = [event for call in self._calls if call.name for event in self._start(call)]
        for call in self._calls:
            if call.key in self._blocks.open and call.is_whole:
                events += self._blocks.stop(call.key)
        return events

    def end(self) -> list[Event]:
        """Return the events of calls that have not begun: now their names are whole.

        Raises:
            ProtocolError: a call has no name.
        """
        if any(not call.name and (call.id or call.arguments.strip()) for call in self._calls):
            raise ProtocolError("a tool call has no name")
        return [event for call in self._calls if call.name for event in self._start(call)]

    def _call_of(self, index: object, id: str, name: str) -> Call | None:
        """Return the call that a fragment belongs to, if its own words can tell."""
        last = self._calls[-1] if self._calls else None
        if index in self._by_index and index is not None:
            return self._by_index[index]
        if index is None:
            same = [call for call in self._calls if id and call.id == id]
            return same[-1] if same else last
        # An index that comes late is that of the call that had none.
        return last if last and last.index is None and not (id or name) else None

    def _begins_another(self, call: Call, id: str, name: str, arguments: str) -> bool:
        """Say whether a fragment begins another call than the one that was found."""
        if not name or not call.name:
            return False
        other_id = bool(id and call.id and id != call.id) and not self._ids_change
        if call.is_whole:  # which can't go on
            return name != call.name or other_id or bool(arguments.strip())
        if name == call.name:  # repeated; only without an index does the id tell calls apart
            return other_id and call.index is None
        return other_id or bool(call.pieces) or (name in self._tools and call.name in self._tools)

    def _add(self, call: Call, arguments: str) -> list[Event]:
        """Tell the next arguments of a call, or keep them until its name is whole."""
        events: list[Event] = []
        ready = bool(call.name) and (bool(arguments.strip()) or self._is_whole_name(call.name))
        if ready:
            events += self._start(call)
        if arguments:
            if call.started and (arguments.strip() or call.key in self._blocks.open):
                events.append(self._blocks.piece(call.key, "partial_json", arguments))
            call.pieces.append(arguments)
        return events

    def _start(self, call: Call) -> list[Event]:
        """Begin a call's block, with the arguments that had to wait for it."""
        if call.started:
            return []
        call.started = True
        start = self._blocks.start_call(call.key, call.id, call.name, self.message_id)
        waiting = [self._blocks.piece(call.key, "partial_json", piece) for piece in call.pieces]
        return [start, *waiting]

    def _is_whole_name(self, name: str) -> bool:
        """Say whether a name is a tool's, and can't become another's by growing."""
        grown = [tool for tool in self._tools if tool.startswith(name)]
        return grown == [name]


def _pieces(delta: dict[str, Any]) -> Iterator[tuple[str, object]]:
    """Give the pieces of text in a delta, with what they are."""
    yield from _parts("thinking", delta.get(_reasoning_field(delta)))
    yield from _parts("text", delta.get("content"))
    yield from _parts("refusal", delta.get("refusal"))


def _reasoning_field(delta: dict[str, Any]) -> str:
    """Return where servers of open models show their reasoning, if they do."""
    return next((name for name in REASONING_FIELDS if delta.get(name)), "")


def _parts(kind: str, content: object, depth: int = 0) -> Iterator[tuple[str, object]]:
    """Give the pieces of a content, which may be a list of parts."""
    match content:
        case None | "" | []:
            pass
        case list() if depth < 3:
            for part in content:
                yield from _parts(kind, part, depth + 1)
        case {"type": "thinking", "thinking": thoughts} if depth < 3:
            yield from _parts("thinking", thoughts, depth + 1)
        case {"type": "refusal", "refusal": words}:
            yield "refusal", words
        case {"text": words}:
            yield kind, words
        case {"type": str()}:
            pass  # a picture, a link: nothing that can be told
        case _:
            yield kind, content


def _fragments(delta: dict[str, Any]) -> list[Any]:
    """Return the fragments of tool calls in a delta, those of the older form among them."""
    calls = delta.get("tool_calls") or []
    older = [{"function": delta["function_call"]}] if delta.get("function_call") else []
    return [*(calls if isinstance(calls, list) else [calls]), *older]
