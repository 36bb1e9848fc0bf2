"""What waits between an agent and a reader who is slower: everything, in little room.

An agent can't wait for its reader: it would start tools late, and miss what the user says. So
its events wait here. Up to a limit each waits by itself. Above it, a delta joins the one of the
same block that waits already, and how far a tool is replaces what the same tool told before. So
no character is lost, and what waits grows with the blocks and calls of an answer, not with its
tokens.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any

from helpers.dispatch import ToolProgress
from helpers.message import InputDelta, TextDelta, ThinkingDelta

__all__ = ["DELTAS", "LIMIT", "EventQueue"]

LIMIT = 64  # events; above it deltas are joined

# The field that holds what a delta says.
DELTAS = {TextDelta: "text", ThinkingDelta: "thinking", InputDelta: "fragment"}


@dataclass(slots=True)
class _Waiting:
    """An event that waits, whose it is, and what joined it."""

    of: str
    event: Any
    joined: list[str] = field(default_factory=list)

    def whole(self) -> Any:
        """Return the event with all that joined it."""
        if not self.joined:
            return self.event
        name = DELTAS[type(self.event)]
        return replace(self.event, **{name: "".join([getattr(self.event, name), *self.joined])})


class EventQueue:
    """Events of one agent or of several, in their order, for one reader.

    Args:
        limit: how many may wait before deltas are joined.

    Attributes:
        deepest: the most that have waited.
    """

    def __init__(self, limit: int = LIMIT) -> None:
        self.limit = limit
        self.deepest = 0
        self._waiting: deque[_Waiting] = deque()
        self._joinable: dict[object, _Waiting] = {}  # what still waits and may grow
        self._news = asyncio.Event()
        self._closed = False

    @property
    def depth(self) -> int:
        """How many events wait now."""
        return len(self._waiting)

    def put(self, event: Any, of: str = "") -> None:
        """Add an event, at once; `of` names the agent whose it is."""
        key = _key(event, of)
        if key is not None and self.depth >= self.limit and key in self._joinable:
            self._join(self._joinable[key], event)
            return
        if key is None:  # what comes behind it must not get in front of it
            self._joinable.clear()
        waiting = _Waiting(of, event)
        self._waiting.append(waiting)
        if key is not None:
            self._joinable[key] = waiting
        self.deepest = max(self.deepest, self.depth)
        self._news.set()

    def close(self) -> None:
        """End the queue; what waits in it is still given."""
        self._closed = True
        self._news.set()

    def __aiter__(self) -> AsyncIterator[tuple[str, Any]]:
        return self

    async def __anext__(self) -> tuple[str, Any]:
        """Return the next event with its agent's name, until the queue is closed."""
        while not self._waiting:
            if self._closed:
                raise StopAsyncIteration
            self._news.clear()
            await self._news.wait()
        waiting = self._waiting.popleft()
        key = _key(waiting.event, waiting.of)
        if self._joinable.get(key) is waiting:
            del self._joinable[key]
        return waiting.of, waiting.whole()

    def _join(self, waiting: _Waiting, event: Any) -> None:
        if isinstance(event, ToolProgress):
            waiting.event = event
        else:
            # Joined when it is taken: joining two strings again and again is quadratic.
            waiting.joined.append(getattr(event, DELTAS[type(event)]))


def _key(event: Any, of: str) -> object:
    """Return what two events must have in common to be joined; None for those that never are."""
    if type(event) in DELTAS:
        return of, type(event), event.index
    return (of, event.call.id, event.call.index) if isinstance(event, ToolProgress) else None
