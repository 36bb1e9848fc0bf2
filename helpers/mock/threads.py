"""Message threads: conversations that stay here, so that a request brings only what is new.

A request with `thread: {"type": "create"}` is kept under the id of its answer; the next one names
that id and leaves out what came before. This is the only thing that the offline API remembers
from one request to the next. A thread that is gone isn't a loss: the client is told so and
sends everything again, as it must be able to with the real API.
"""

import json
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from .errors import ApiError, invalid

SECONDS = 300  # a thread ends that long after its last use
MOST_TURNS = 10_000  # kept at a time; beyond it the one longest unused is forgotten
MOST_BYTES = 64 * 2**20  # the same, by the size of what is kept, as JSON

# The thread keeps them from the request that created it.
KEPT = ("system", "tools")
# These must be the same in all requests of a thread. Which fields the API holds to that is
# documented for output_config alone; the others are our choice.
FIXED = ("model", "output_config", "thinking")


@dataclass(frozen=True)
class Turn:
    """A conversation up to and with one answer.

    fields: what the thread keeps of the request, but for its messages.
    messages: all of them; the answer is the last.
    size: bytes, as JSON.
    until: the time when it ends, in seconds on the API's clock.
    """

    fields: dict[str, Any]
    messages: list[dict[str, Any]]
    size: int
    until: float


class Threads:
    """The threads of one server, bounded in number, in size and in time."""

    def __init__(self, most_turns: int = MOST_TURNS, most_bytes: int = MOST_BYTES) -> None:
        self.most_turns = most_turns
        self.most_bytes = most_bytes
        self.bytes = 0
        self._turns: OrderedDict[str, Turn] = OrderedDict()  # the longest unused first

    def __len__(self) -> int:
        return len(self._turns)

    def whole(self, sent: dict[str, Any], now: float) -> dict[str, Any]:
        """Return a request as it would be without a thread: with its whole conversation.

        Raises ApiError if it continues a thread that isn't here, or not as it must.
        """
        request = {name: value for name, value in sent.items() if name != "thread"}
        thread = sent.get("thread")
        if thread is None or thread["type"] == "create":
            return request
        for name in KEPT:
            if request.get(name) is not None:  # this wording is not verified
                raise invalid(f"{name}: can't be set when `thread` continues; the thread keeps it")
        turn = self._find(thread["previous_message_id"], now)
        differing = [name for name in FIXED if request.get(name) != turn.fields.get(name)]
        if differing:
            raise ApiError(
                400,
                "invalid_request_error",
                f"thread: differing fields: {', '.join(differing)}",
                {"error_code": "thread_fingerprint_mismatch"},
            )
        kept = {name: turn.fields[name] for name in KEPT if name in turn.fields}
        return request | kept | {"messages": [*turn.messages, *sent["messages"]]}

    def keep(
        self, id: str, request: dict[str, Any], content: list[dict[str, Any]], now: float
    ) -> None:
        """Keep a conversation under the id of its answer.

        The same conversation gets the same answer with the same id, so that an id never stands
        for two. For that reason, and unlike with the real API, one answer may be continued twice.
        """
        messages = [*request["messages"], {"role": "assistant", "content": content}]
        fields = {name: request[name] for name in (*KEPT, *FIXED) if name in request}
        size = len(json.dumps([fields, messages]))
        self._forget(id)
        self._turns[id] = Turn(fields, messages, size, now + SECONDS)
        self.bytes += size
        while len(self) > self.most_turns or self.bytes > self.most_bytes:
            self._forget(next(iter(self._turns)))

    def messages(self, id: str, now: float) -> list[dict[str, Any]]:
        """Return all messages up to and with one answer; raises ApiError if it isn't here."""
        return self._find(id, now).messages

    def _find(self, id: str, now: float) -> Turn:
        turn = self._turns.get(id)
        if turn is None or turn.until < now:
            self._forget(id)
            raise ApiError(
                404,
                "not_found_error",
                "No thread state was found for the requested previous_message_id.",
                {"error_code": "thread_not_found"},
            )
        self._turns.move_to_end(id)
        return turn

    def _forget(self, id: str) -> None:
        turn = self._turns.pop(id, None)
        self.bytes -= turn.size if turn else 0
