"""What happens when a UI is slower than the model: a queue with an end.

    events ──▶ through(events, BoundedQueue(64, "coalesce")) ──▶ a UI, at its own pace

Without an end, a queue grows for as long as the UI is behind, and what the UI shows gets
older and older. There are three ways to give it one:

- "wait": who fills the queue waits. Then nobody reads the socket, its buffers fill, and TCP
  tells the server to stop sending. Nothing is lost, and everybody is as slow as the UI.
- "drop": what finds no room is left out. The UI is never far behind, but has gaps.
- "coalesce": what finds no room joins the delta that waits last. Nothing is lost, and the
  UI catches up, because it gets more with each event.

Only deltas are dropped or joined. A call of a tool, its result or the end of a run has no
second copy, so these wait for room whatever happens. Of the wire's own events none is
dropped: the history is made of them.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, replace
from typing import Any, Generic, Literal, TypeVar, cast

from helpers.streams.event_queue import DELTAS as SAID

__all__ = ["BoundedQueue", "QueueClosed", "WhenFull", "through"]

T = TypeVar("T")

WhenFull = Literal["wait", "drop", "coalesce"]

# The field that holds what a delta says, of the wire's events.
SAID_ON_THE_WIRE = {
    "text_delta": "text",
    "thinking_delta": "thinking",
    "input_json_delta": "partial_json",
}


class QueueClosed(Exception):
    """Nothing more will come out of the queue, or may go into it."""


@dataclass(slots=True)
class _Waiting(Generic[T]):
    """An event in the queue, and what those that joined it say."""

    event: T
    joined: list[str]


class BoundedQueue(Generic[T]):
    """A queue between one who fills it and one who takes from it, in one event loop.

    Args:
        capacity: how many events may wait.
        when_full: what happens to one that finds no room.

    Attributes:
        deepest: the most events that have waited.
        dropped: events that were left out.
        merged: events that joined another.

    Raises:
        ValueError: there is no room at all, or no such way.
    """

    def __init__(self, capacity: int, when_full: WhenFull = "wait") -> None:
        if capacity < 1:
            raise ValueError(f"A queue needs room for one event at least, not {capacity}.")
        if when_full not in ("wait", "drop", "coalesce"):
            raise ValueError(f'when_full is "wait", "drop" or "coalesce", not {when_full!r}.')
        self.capacity = capacity
        self.when_full = when_full
        self.deepest = self.dropped = self.merged = 0
        self._waiting: deque[_Waiting[T]] = deque()
        self._closed = False
        self._changed = asyncio.Event()

    @property
    def depth(self) -> int:
        """How many events wait now."""
        return len(self._waiting)

    async def put(self, event: T) -> None:
        """Add an event; if there is no room, do what was agreed.

        Raises:
            QueueClosed: the queue is closed.
        """
        if self._is_full():
            await asyncio.sleep(0)  # events come in bursts: a quick UI gets its chance
        while self._is_full() and not self._closed:
            if self._do_without(event):
                return
            await self._change()
        if self._closed:
            raise QueueClosed
        self._waiting.append(_Waiting(event, []))
        self.deepest = max(self.deepest, self.depth)
        self._changed.set()

    async def get(self) -> T:
        """Take the event that has waited longest; wait for one if there is none.

        Raises:
            QueueClosed: there is none, and none will come.
        """
        while not self._waiting:
            if self._closed:
                raise QueueClosed
            await self._change()
        waiting = self._waiting.popleft()
        self._changed.set()
        return _longer(waiting.event, waiting.joined)

    def close(self) -> None:
        """End the queue; what waits in it can still be taken."""
        self._closed = True
        self._changed.set()

    def __aiter__(self) -> AsyncIterator[T]:
        return self

    async def __anext__(self) -> T:
        try:
            return await self.get()
        except QueueClosed:
            raise StopAsyncIteration from None

    def _is_full(self) -> bool:
        return len(self._waiting) >= self.capacity

    async def _change(self) -> None:
        self._changed.clear()
        await self._changed.wait()

    def _do_without(self, event: T) -> bool:
        """Do without a place for an event, if that may be; say whether it was done."""
        if self.when_full == "drop" and type(event) in SAID:
            self.dropped += 1
            return True
        last = self._waiting[-1]
        if self.when_full == "coalesce" and _kind(event) and _kind(event) == _kind(last.event):
            # Joined once they are taken: joining two strings again and again is quadratic.
            last.joined.append(_read_text(event))
            self.merged += 1
            return True
        return False


async def through(events: AsyncIterator[T], queue: BoundedQueue[T]) -> AsyncGenerator[T]:
    """Give events by way of a queue, which is filled while their reader is busy.

    Leaving the generator ends the filling, and closes the events.

    Args:
        events: what fills the queue; what they raise is raised here, after all before it.
        queue: a fresh one.
    """

    async def fill() -> None:
        try:
            async for event in events:
                await queue.put(event)
        finally:
            queue.close()

    filling = asyncio.create_task(fill())
    try:
        async for event in queue:
            yield event
        await filling
    finally:
        filling.cancel()
        await asyncio.wait({filling})
        if isinstance(events, AsyncGenerator):
            await events.aclose()


def _kind(event: Any) -> tuple[object, ...]:
    """Return what two deltas must have in common to be joined; nothing for other events."""
    if type(event) in SAID:
        return (type(event), event.index)
    match event:
        case {"type": "content_block_delta", "index": index, "delta": {"type": str(type_)}}:
            return (type_, index) if type_ in SAID_ON_THE_WIRE else ()
    return ()


def _read_text(event: Any) -> str:
    if isinstance(event, dict):
        delta = event["delta"]
        return str(delta[SAID_ON_THE_WIRE[delta["type"]]])
    return str(getattr(event, SAID[type(event)]))


def _longer(event: T, joined: list[str]) -> T:
    """Return a delta that says what it says and what joined it."""
    if not joined:
        return event
    said = "".join([_read_text(event), *joined])
    some: Any = event
    if isinstance(some, dict):
        delta = some["delta"]
        return cast(T, {**some, "delta": {**delta, SAID_ON_THE_WIRE[delta["type"]]: said}})
    return cast(T, replace(some, **{SAID[type(some)]: said}))
