"""A queue with an end: who waits, what goes, and what never does."""

import asyncio
import json
import socket
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.agent import (
    AgentEvent,
    InputDelta,
    RunFinished,
    TextDelta,
    ThinkingDelta,
    ToolCall,
    TurnStarted,
)
from helpers.client import StreamTruncated, open_stream
from helpers.streams.backpressure import BoundedQueue, QueueClosed, WhenFull, through
from tests.sweeps import examples

CALL = ToolCall(1, "toolu_1", "get_weather", {"city": "Lagos"}, '{"city": "Lagos"}')
END = RunFinished("end_turn", {"output_tokens": 3}, 1)


async def source(events: list[AgentEvent]) -> AsyncGenerator[AgentEvent]:
    for event in events:
        yield event


async def take_late(events: list[AgentEvent], queue: BoundedQueue[AgentEvent]) -> list[AgentEvent]:
    """Return what a reader gets that looks only when no one else has anything to do."""
    taken = []
    async with aclosing(through(source(events), queue)) as slow:
        async for event in slow:
            taken.append(event)
            for _ in range(50):
                await asyncio.sleep(0)
    return taken


def words(count: int) -> list[AgentEvent]:
    return [TextDelta(0, f"{number} ") for number in range(count)]


def text_of(events: list[AgentEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


async def test_who_fills_a_full_queue_waits_and_nothing_is_lost():
    queue: BoundedQueue[AgentEvent] = BoundedQueue(4, "wait")
    events = [TurnStarted(1), *words(40), END]
    assert await take_late(events, queue) == events
    assert (queue.deepest, queue.dropped, queue.merged, queue.depth) == (4, 0, 0, 0)


async def test_what_finds_no_room_is_left_out():
    queue: BoundedQueue[AgentEvent] = BoundedQueue(4, "drop")
    taken = await take_late([TurnStarted(1), *words(40), CALL, *words(40), END], queue)
    assert taken[0] == TurnStarted(1)
    assert CALL in taken and taken[-1] == END
    assert queue.dropped > 0
    assert len(taken) == 83 - queue.dropped
    assert queue.deepest == 4


async def test_what_finds_no_room_joins_the_last_one():
    queue: BoundedQueue[AgentEvent] = BoundedQueue(4, "coalesce")
    events = [TurnStarted(1), *words(40), CALL, *words(40), END]
    taken = await take_late(events, queue)
    assert text_of(taken) == text_of(events)
    assert CALL in taken and taken[-1] == END
    assert queue.merged > 0
    assert len(taken) == 83 - queue.merged
    assert queue.deepest == 4


async def test_a_quick_face_loses_nothing_of_a_burst():
    queue: BoundedQueue[AgentEvent] = BoundedQueue(4, "drop")
    async with aclosing(through(source(words(40)), queue)) as events:
        assert [event async for event in events] == words(40)
    assert queue.dropped == 0


async def test_only_neighbours_of_one_block_are_joined():
    queue: BoundedQueue[AgentEvent] = BoundedQueue(1, "coalesce")
    await queue.put(TextDelta(0, "a"))
    await queue.put(TextDelta(0, "b"))
    for other in (TextDelta(1, "c"), ThinkingDelta(0, "c"), CALL):
        waits = asyncio.create_task(queue.put(other))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert not waits.done()
        waits.cancel()
    assert await queue.get() == TextDelta(0, "ab")


@pytest.mark.parametrize(
    ("first", "second", "both"),
    [
        (ThinkingDelta(2, "a"), ThinkingDelta(2, "b"), ThinkingDelta(2, "ab")),
        (InputDelta(2, '{"a'), InputDelta(2, '":1}'), InputDelta(2, '{"a":1}')),
    ],
)
async def test_every_kind_of_delta_is_joined(first: Any, second: Any, both: Any):
    queue: BoundedQueue[Any] = BoundedQueue(1, "coalesce")
    await queue.put(first)
    await queue.put(second)
    assert await queue.get() == both


def wire_delta(type: str, field: str, said: str) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": 0, "delta": {"type": type, field: said}}


@pytest.mark.parametrize(
    ("type", "field"),
    [("text_delta", "text"), ("thinking_delta", "thinking"), ("input_json_delta", "partial_json")],
)
async def test_deltas_of_the_wire_are_joined_and_stay_as_they_came(type: str, field: str):
    queue: BoundedQueue[dict[str, Any]] = BoundedQueue(1, "coalesce")
    first = wire_delta(type, field, "a")
    await queue.put(first)
    await queue.put(wire_delta(type, field, "b"))
    assert await queue.get() == wire_delta(type, field, "ab")
    assert first == wire_delta(type, field, "a")


async def test_no_event_of_the_wire_is_dropped():
    queue: BoundedQueue[dict[str, Any]] = BoundedQueue(1, "drop")
    await queue.put(wire_delta("text_delta", "text", "a"))
    waits = asyncio.create_task(queue.put(wire_delta("text_delta", "text", "b")))
    await asyncio.sleep(0)
    assert await queue.get() == wire_delta("text_delta", "text", "a")
    await waits
    assert queue.dropped == 0


EVENTS = st.lists(
    st.sampled_from(
        [TextDelta(0, "a"), TextDelta(0, "b"), TextDelta(1, "c"), ThinkingDelta(0, "d")]
    )
    | st.sampled_from([InputDelta(2, "e"), CALL, TurnStarted(1), END]),
    max_size=40,
)


@settings(max_examples=examples(60))
@given(EVENTS, st.integers(1, 5), st.sampled_from(["wait", "drop", "coalesce"]))
def test_nothing_but_deltas_goes_and_the_order_stays(
    events: list[AgentEvent], capacity: int, when_full: WhenFull
):
    async def run() -> tuple[list[AgentEvent], BoundedQueue[AgentEvent]]:
        queue: BoundedQueue[AgentEvent] = BoundedQueue(capacity, when_full)
        return await take_late(events, queue), queue

    taken, queue = asyncio.run(run())
    deltas = (TextDelta, ThinkingDelta, InputDelta)

    def others(of: list[AgentEvent]) -> list[AgentEvent]:
        return [event for event in of if not isinstance(event, deltas)]

    def list_characters(of: list[AgentEvent]) -> list[tuple[str, int, str]]:
        """Return each character that a delta says, with where it belongs."""
        fields = {"TextDelta": "text", "ThinkingDelta": "thinking", "InputDelta": "fragment"}
        return [
            (type(event).__name__, event.index, character)
            for event in of
            if isinstance(event, deltas)
            for character in getattr(event, fields[type(event).__name__])
        ]

    assert queue.deepest <= capacity
    assert others(taken) == others(events)
    assert len(list_characters(taken)) == len(list_characters(events)) - queue.dropped
    if when_full != "drop":
        assert list_characters(taken) == list_characters(events)
    if when_full == "wait":
        assert taken == events


# --- Ends -------------------------------------------------------------------------------------


async def test_leaving_ends_the_filling_and_closes_the_events():
    closed = asyncio.Event()

    async def endless() -> AsyncGenerator[AgentEvent]:
        try:
            while True:
                yield TextDelta(0, "a")
        finally:
            closed.set()

    async with aclosing(through(endless(), BoundedQueue(2))) as events:
        async for _ in events:
            break
    assert closed.is_set()


async def test_what_the_events_raise_is_raised_after_all_that_came_before():
    async def break_off() -> AsyncGenerator[AgentEvent]:
        yield TextDelta(0, "a")
        raise StreamTruncated("the connection closed")

    taken = []
    with pytest.raises(StreamTruncated):
        async for event in through(break_off(), BoundedQueue(2)):
            taken.append(event)
    assert taken == [TextDelta(0, "a")]


async def test_a_closed_queue_gives_what_it_has_and_takes_nothing():
    queue: BoundedQueue[AgentEvent] = BoundedQueue(2)
    await queue.put(END)
    queue.close()
    with pytest.raises(QueueClosed):
        await queue.put(END)
    assert [event async for event in queue] == [END]
    with pytest.raises(QueueClosed):
        await queue.get()


@pytest.mark.parametrize(("capacity", "when_full"), [(0, "wait"), (1, "forget")])
def test_a_queue_that_makes_no_sense(capacity: int, when_full: Any):
    with pytest.raises(ValueError):
        BoundedQueue(capacity, when_full)


# --- The other end of the wire ----------------------------------------------------------------

REQUEST = {"model": "m", "max_tokens": 10, "messages": [{"role": "user", "content": "Hi"}]}
COUNT = 4_000
SMALL = 4096  # bytes of a socket's buffers, which the kernel doubles


class Server:
    """Sends an answer as fast as its reader takes it, and counts what it has sent."""

    def __init__(self) -> None:
        self.sent = 0
        self.done = asyncio.Event()

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.set_write_buffer_limits(0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SMALL)
        try:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n")
            for number in range(COUNT):
                event = wire_delta("text_delta", "text", f"{number:200}")
                writer.write(f"data: {json.dumps(event)}\n\n".encode())
                await writer.drain()
                self.sent += 1
        except ConnectionError:
            pass
        finally:
            writer.close()
            self.done.set()

    async def wait_until_settled(self) -> int:
        """Return how much it has sent, once it sends no more."""
        before, still = -1, 0
        while still < 200 and not self.done.is_set():
            await asyncio.sleep(0)
            still = still + 1 if self.sent == before else 0
            before = self.sent
        return self.sent


async def stream_events(port: int) -> AsyncIterator[dict[str, Any]]:
    options = [(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)]
    transport = httpx.AsyncHTTPTransport(socket_options=options)
    url = f"http://127.0.0.1:{port}"
    async with httpx.AsyncClient(base_url=url, transport=transport, timeout=30) as http:
        async with open_stream(http, REQUEST) as events:
            async for event in events:
                yield event


@asynccontextmanager
async def busy_ui(
    queue: BoundedQueue[dict[str, Any]],
) -> AsyncIterator[Server]:
    """Take one event of an answer, and no more."""
    server = Server()
    listening = await asyncio.start_server(server, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    async with listening, asyncio.timeout(60):
        async with aclosing(through(stream_events(port), queue)) as events:
            await anext(events)
            yield server
        await server.done.wait()  # the UI left: so did the socket


async def test_a_busy_ui_makes_the_server_wait():
    queue: BoundedQueue[dict[str, Any]] = BoundedQueue(8, "wait")
    async with busy_ui(queue) as server:
        assert await server.wait_until_settled() < COUNT
        assert queue.depth == 8


async def test_a_server_needs_not_wait_for_a_busy_ui_if_deltas_are_joined():
    queue: BoundedQueue[dict[str, Any]] = BoundedQueue(8, "coalesce")
    async with busy_ui(queue) as server:
        await server.done.wait()
        assert server.sent == COUNT
        assert queue.deepest == 8
