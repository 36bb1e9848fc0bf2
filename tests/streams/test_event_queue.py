"""Events between an agent and a slow reader: none is lost, none is late, and few wait."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import httpx
from hypothesis import given
from hypothesis import strategies as st

from helpers.agent import AgentEvent, RunFinished, TextDelta, ToolFinished, ToolStarted, run_agent
from helpers.dispatch import ToolProgress
from helpers.history import Conversation
from helpers.message import BlockStopped, InputDelta, ThinkingDelta, ToolCall
from helpers.streams.backpressure import BoundedQueue, through
from helpers.streams.event_queue import LIMIT, EventQueue
from helpers.tools import Progress, tool

CALL = ToolCall(1, "toolu_1", "look", {}, "{}")

deltas = st.builds(TextDelta, st.integers(0, 1), st.text(max_size=3)) | st.builds(
    InputDelta, st.integers(0, 1), st.text(max_size=3)
)
others = st.builds(BlockStopped, st.integers(0, 1), st.just({})) | st.builds(
    ToolProgress, st.just(CALL), st.text(max_size=3)
)


def list_texts(events: list[Any]) -> list[Any]:
    """Return what each block says up to each of its ends, in which no delta is seen any more."""
    blocks: dict[Any, str] = {}
    told: list[Any] = []
    for event in events:
        match event:
            case TextDelta(index, piece) | InputDelta(index, piece):
                key = type(event), index
                blocks[key] = blocks.get(key, "") + piece
            case BlockStopped():
                told.append((event, dict(blocks)))
    return [*told, {key: text for key, text in blocks.items() if text}]


@given(st.lists(deltas | others, max_size=60), st.integers(1, 5), st.randoms())
def test_nothing_is_lost_and_ends_stay_behind_what_they_end(
    events: list[Any], limit: int, chance: Any
):
    async def play() -> list[Any]:
        queue, got = EventQueue(limit), []
        for event in events:
            queue.put(event)
            while queue.depth and chance.random() < 0.3:
                got.append((await anext(queue))[1])
        queue.close()
        return got + [event async for _, event in queue]

    got = asyncio.run(play())
    assert list_texts(got) == list_texts(events)
    progress = [event for event in events if isinstance(event, ToolProgress)]
    assert [e for e in got if isinstance(e, ToolProgress)][-1:] == progress[-1:]
    if len(events) <= limit:
        assert got == events


@given(st.lists(deltas | st.builds(ThinkingDelta, st.just(0), st.text()), min_size=1))
def test_what_waits_is_bounded_however_much_comes(events: list[Any]):
    queue = EventQueue(4)
    for event in events * 20:
        queue.put(event)
    assert queue.deepest <= 4 + 5  # one for each kind and block


async def test_agents_are_told_apart():
    queue = EventQueue(1)
    for name in ("a", "b", "a", "b"):
        queue.put(TextDelta(0, name), name)
    queue.close()
    assert [pair async for pair in queue] == [("a", TextDelta(0, "aa")), ("b", TextDelta(0, "bb"))]


# ---- An agent with a reader who takes its time

WORDS = [f"word-{place} " for place in range(3_000)]


def wire(events: list[dict[str, Any]]) -> bytes:
    return b"".join(
        f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode() for event in events
    )


def begin(index: int, **block: Any) -> dict[str, Any]:
    return {"type": "content_block_start", "index": index, "content_block": block}


def piece(index: int, **delta: Any) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": index, "delta": delta}


def end(reason: str) -> list[dict[str, Any]]:
    return [
        {"type": "message_delta", "delta": {"stop_reason": reason}, "usage": {"output_tokens": 9}},
        {"type": "message_stop"},
    ]


START = {"type": "message_start", "message": {"id": "m", "role": "assistant", "content": []}}
CALLED = [
    START,
    begin(0, type="tool_use", id="toolu_1", name="look", input={}),
    piece(0, type="input_json_delta", partial_json="{}"),
    {"type": "content_block_stop", "index": 0},
    begin(1, type="text", text=""),
    *[piece(1, type="text_delta", text=word) for word in WORDS],
    {"type": "content_block_stop", "index": 1},
    *end("tool_use"),
]
ANSWERED = [
    START,
    begin(0, type="text", text=""),
    *[piece(0, type="text_delta", text=word) for word in WORDS],
    {"type": "content_block_stop", "index": 0},
    *end("end_turn"),
]


async def in_pieces(body: bytes) -> AsyncIterator[bytes]:
    for at in range(0, len(body), 4096):
        await asyncio.sleep(0)
        yield body[at : at + 4096]


async def test_a_slow_reader_holds_nothing_up_and_misses_nothing():
    bodies = iter([wire(CALLED), wire(ANSWERED)])
    ran = asyncio.Event()

    @tool
    async def look(progress: Progress) -> str:
        """Look."""
        for place in range(1_000):
            progress(f"{place}")
            await asyncio.sleep(0)
        ran.set()
        return "seen"

    def answer(request: httpx.Request) -> httpx.Response:
        head = {"content-type": "text/event-stream"}
        return httpx.Response(200, headers=head, content=in_pieces(next(bodies)))

    conversation = Conversation()
    conversation.say("hi")
    queue: BoundedQueue[AgentEvent] = BoundedQueue(64)
    got: list[AgentEvent] = []
    async with httpx.AsyncClient(
        base_url="http://mock", transport=httpx.MockTransport(answer)
    ) as http:
        agent = run_agent(http, conversation, model="m", tools=[look])
        waiting = agent  # its frame holds the queue, once it has begun
        deepest = 0
        async with aclosing(through(agent, queue)) as events:
            async for event in events:
                got.append(event)
                if isinstance(event, ToolStarted):
                    async with asyncio.timeout(30):
                        await ran.wait()  # it ran on while nobody read
                frame = waiting.ag_frame
                if frame is not None:
                    inner = frame.f_locals["events"]
                    deepest = max(deepest, inner.deepest)
                await asyncio.sleep(0.001)
    text = "".join(event.text for event in got if isinstance(event, TextDelta))
    assert text == "".join(WORDS) * 2
    assert isinstance(got[-1], RunFinished)
    assert [event.content for event in got if isinstance(event, ToolFinished)] == ["seen"]
    assert LIMIT <= deepest < LIMIT + 30
    assert queue.deepest <= 64
    assert len(got) < 1_000


async def test_a_burst_is_joined_and_what_comes_in_its_time_is_not():
    conversation = Conversation()
    conversation.say("hi")
    head = {"content-type": "text/event-stream"}
    bodies = iter([wire(ANSWERED), in_pieces(wire(ANSWERED))])
    transport = httpx.MockTransport(
        lambda request: httpx.Response(200, headers=head, content=next(bodies))
    )
    async with httpx.AsyncClient(base_url="http://mock", transport=transport) as http:
        events = [event async for event in run_agent(http, conversation, model="m")]
        burst = [event.text for event in events if isinstance(event, TextDelta)]
        assert "".join(burst) == "".join(WORDS)
        assert len(burst) <= LIMIT
        conversation.say("again")
        events = [event async for event in run_agent(http, conversation, model="m")]
        pieces = [event.text for event in events if isinstance(event, TextDelta)]
        assert pieces == WORDS
