"""The events of a response, told as events of the Messages API.

    event ──▶ ResponsesAdapter.feed ──▶ [event, …]

A response is a list of items, and an item may have parts. A part of a message is a block
here, and so are a function call and a part of the reasoning. The API says each of them up
to four times: in deltas, when the part is done, when its item is, and at the very end.
Some servers leave out all but one, so what hasn't been told is told when it is met.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from helpers.providers.events import Blocks, as_json, message_end, message_start, stop_reason, usage
from helpers.wire.failures import ErrorEvent, ProtocolError, StreamTruncated, error_of
from helpers.wire.payloads import Event

__all__ = ["ResponsesAdapter"]

# What a response may be incomplete for, as far as anybody knows.
INCOMPLETE = ("max_output_tokens", "content_filter", "max_messages", "steered")

# What the parts of an answer are, by their types and by the events that tell of them.
KINDS = {
    "output_text": "text",
    "text": "text",
    "refusal": "refusal",
    "reasoning_text": "thinking",
    "reasoning_summary_text": "thinking",
    "summary_text": "thinking",
}


@dataclass
class Call:
    """A function call, while the events about it come.

    Attributes:
        told: its arguments so far.
        given: its arguments, as its first event has them; deltas may repeat them.
        started: whether its block has begun, which takes a name.
    """

    id: str = ""
    name: str = ""
    told: str = ""
    given: str = ""
    started: bool = False

    def learn(self, item: Event) -> None:
        """Take what an event says of the call."""
        self.id = self.id or str(item.get("call_id") or item.get("id") or "")
        self.name = self.name or str(item.get("name") or "")
        self.given = as_json(item.get("arguments")) or self.given


class ResponsesAdapter:
    """Tell the events of a response as events of the Messages API.

    Attributes:
        complete: whether the response's last event has come.
        finished: whether message_stop has been told.
    """

    def __init__(self) -> None:
        self.complete = False
        self.finished = False
        self._blocks = Blocks()
        self._id: str | None = None  # of the response, once the message has begun
        self._parts: dict[str, str] = {}  # what was told of each part, by its key
        self._kinds: set[str] = set()  # of the parts of which something was told
        self._refusal = ""
        self._calls: dict[str, Call] = {}

    def feed(self, event: Event) -> list[Event]:
        """Take the next event; return the events that it means.

        Types that say nothing to the Messages API, and unknown ones, are ignored.

        Raises:
            ErrorEvent: the event is an error, or tells that the response failed.
            ProtocolError: it contradicts those before it.
        """
        if error := error_of(event):
            raise error
        response = event.get("response")
        response = response if isinstance(response, dict) else {}
        match event.get("type"):
            case "response.created" | "response.in_progress":
                return self._begin(response)
            case "response.completed" | "response.incomplete" | "response.failed" as type:
                return self._end(type.removeprefix("response."), response)
            case str(type):
                told = self._item_event(event) or self._part_event(event)
                return [*self._begin({}), *told] if told else []
        raise ProtocolError(f"an event has no type: {json.dumps(event)[:80]!r}")

    def close(self, *, done: bool = False) -> list[Event]:
        """Take the end of the stream, which should have announced itself.

        Raises:
            StreamTruncated: the response is not complete.
        """
        if self.finished:
            return []
        if not done or self._blocks.open or not (self._kinds or self._calls):
            raise StreamTruncated("the stream ended before the response was complete")
        return self._end("completed", {})

    def _begin(self, response: Event) -> list[Event]:
        """Begin the message, once; some servers leave out the event that does."""
        if self._id is not None:
            return []
        self._id = str(response.get("id") or "")
        return [message_start(response)]

    def _item_event(self, event: Event) -> list[Event]:
        """Take an event about a whole item, or about the arguments of a call."""
        place = _place(event)
        call = f"call {place}"
        match event:
            case {"type": "response.output_item.added", "item": {"type": "function_call"}}:
                if call in self._calls and self._calls[call].started:
                    raise ProtocolError("a part of the answer begins twice")
                return self._call(call, event["item"])
            case {"type": "response.output_item.done", "item": dict()}:
                return self._item(place, event["item"])
            case {"type": "response.function_call_arguments.delta"}:
                return self._arguments(call, event.get("delta"))
            case {"type": "response.function_call_arguments.done"}:
                return self._end_call(call, {**event, "id": None})
        return []

    def _part_event(self, event: Event) -> list[Event]:
        """Take an event about a part of an item, such as response.output_text.delta."""
        name, _, what = str(event["type"]).removeprefix("response.").rpartition(".")
        kind = KINDS.get(name)
        part_index = event.get("content_index", event.get("summary_index")) or 0
        key = f"part {_place(event)} {part_index}"
        match event:
            case {"part": dict(part)} if what == "done":
                return self._end_part(key, part)
            case {"delta": piece} if what == "delta" and kind:
                return self._piece(kind, key, piece)
            case _ if what == "done" and kind:
                return self._end_part(key, {**event, "type": kind})
        return []

    # Texts, thoughts and refusals

    def _piece(self, kind: str, key: str, piece: object) -> list[Event]:
        """Tell the next piece of a part. A refusal is no block: it explains the end."""
        if piece is None:
            return []
        if not isinstance(piece, str):
            raise ProtocolError("a piece of the answer is no text")
        self._kinds.add(kind)
        self._parts[key] = self._parts.get(key, "") + piece
        if kind == "refusal":
            self._refusal += piece
            return []
        starts = [] if key in self._blocks.open else [self._blocks.start_text(key, kind)]
        return [*starts, self._blocks.piece(key, kind, piece)]

    def _end_part(self, key: str, part: Event) -> list[Event]:
        """End a part; tell what no delta has told of it."""
        kind = KINDS.get(str(part.get("type")))
        whole, told = part.get("text") or part.get("refusal"), self._parts.get(key, "")
        if kind is None or not isinstance(whole, str):
            return self._blocks.stop(key)
        goes_on = not told or key in self._blocks.open
        rest = whole.removeprefix(told) if goes_on and whole.startswith(told) else ""
        return [*(self._piece(kind, key, rest) if rest else []), *self._blocks.stop(key)]

    # Calls

    def _call(self, key: str, item: Event) -> list[Event]:
        """Take what an item says of a call; begin its block as soon as it has a name."""
        call = self._calls.setdefault(key, Call())
        call.learn(item)
        if call.started or not call.name:
            return []
        call.started = True
        events = [self._blocks.start_call(key, call.id, call.name, self._id or "")]
        return (
            [*events, self._blocks.piece(key, "partial_json", call.told)] if call.told else events
        )

    def _arguments(self, key: str, piece: object) -> list[Event]:
        """Tell the next arguments of a call, or keep them until it has a name."""
        call = self._calls.setdefault(key, Call())
        if not isinstance(piece, str | None):
            raise ProtocolError("a piece of a call's arguments is no text")
        call.told += piece or ""
        return [self._blocks.piece(key, "partial_json", piece)] if call.started and piece else []

    def _end_call(self, key: str, item: Event) -> list[Event]:
        """End a call; tell the arguments that no delta has told."""
        events = self._call(key, item)
        call = self._calls[key]
        if key in self._blocks.open and call.given.startswith(call.told):
            events += self._arguments(key, call.given.removeprefix(call.told))
        return [*events, *self._blocks.stop(key)]

    # Items, and the end

    def _item(self, place: str, item: Event) -> list[Event]:
        """End an item; tell what is in it and hasn't been told."""
        if item.get("type") == "function_call":
            return self._end_call(f"call {place}", item)
        return [
            event
            for number, part in enumerate(_parts(item))
            for event in self._end_part(f"part {place} {number}", part)
        ]

    def _output(self, response: Event) -> Iterator[Event]:
        """Give what the end of the response says, and nothing has said before."""
        items = response.get("output")
        kinds = {*self._kinds}
        for number, item in enumerate(items if isinstance(items, list) else []):
            if not isinstance(item, dict):
                continue
            if item.get("type") != "function_call":
                new = [part for part in _parts(item) if KINDS.get(str(part["type"])) not in kinds]
                yield from self._item(f"end {number}", {**item, "content": new, "summary": None})
            else:
                yield from self._end_call(self._key_of(item) or f"call end {number}", item)

    def _key_of(self, item: Event) -> str | None:
        """Return the key of a call that was told already: by its id, or all that it says."""
        new = Call()
        new.learn(item)
        for key, call in self._calls.items():
            same = (call.name, call.told) == (new.name, new.given)
            if call.id == new.id if call.id and new.id else same:
                return key
        return None

    def _end(self, status: str, response: Event) -> list[Event]:
        status = str(response.get("status") or status)
        if response.get("error") or status in ("failed", "cancelled"):
            failed = {"message": "the response failed", "code": status}
            raise error_of({"error": response.get("error") or failed}) or ErrorEvent(status, "")
        events = [*self._begin(response), *self._output(response)]
        if any(not call.name for call in self._calls.values()):
            raise ProtocolError("a tool call has no name")
        match response.get("incomplete_details"):
            case {"reason": str(reason)}:
                reason = stop_reason(reason, calls=False) if reason in INCOMPLETE else "incomplete"
            case _ if status == "incomplete":
                reason = "incomplete"
            case _:
                events += [event for key in self._calls for event in self._end_call(key, {})]
                reason = stop_reason("stop", calls=bool(self._calls))
        self.complete = self.finished = True
        counts = usage(response.get("usage"))
        return [*events, *self._blocks.stop_all(), *message_end(reason, self._refusal, counts)]


def _place(event: Event) -> str:
    """Return what tells an item from the others: its index, or else its id."""
    item = event.get("item")
    id = event.get("item_id") or (item.get("id") if isinstance(item, dict) else None)
    return str(event.get("output_index", id or 0))


def _parts(item: Event) -> list[Event]:
    """Return the parts of an item: of a message's content, or of a reasoning's summary."""
    parts = item.get("summary") or item.get("content")
    found = parts if isinstance(parts, list) else []
    return [part for part in found if isinstance(part, dict) and part.get("type")]
