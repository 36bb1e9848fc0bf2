"""What tools give that nobody expects: odd numbers, iterators, blanks. No stream ends for it."""

import asyncio
import json
import math
import sqlite3
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from decimal import Decimal
from fractions import Fraction
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.agent import RunFinished, ToolProgress
from helpers.dispatch import ToolDispatcher, ToolEvent
from helpers.message import ToolCall
from helpers.providers.openai import ChatAdapter
from helpers.providers.requests import chat_request
from helpers.tools import MAX_ROWS, Progress, materialize, number, result_content, tool
from helpers.web.wire import Encoder, LogEntry, message, sse

CALL = ToolCall(0, "toolu_0", "odd", {}, "{}")


class Scalar:
    """Like a number of numpy's."""

    def __init__(self, value: float) -> None:
        self.value = value

    def __float__(self) -> float:
        return self.value


class Broken:
    def __float__(self) -> float:
        raise RuntimeError

    def __str__(self) -> str:
        raise RuntimeError

    def __bool__(self) -> bool:
        raise RuntimeError


ODD: list[Any] = [
    *[
        math.nan,
        math.inf,
        -math.inf,
        Decimal("0.5"),
        Decimal("NaN"),
        Decimal("sNaN"),
        Fraction(1, 3),
    ],
    *[
        Scalar(0.5),
        Scalar(math.nan),
        Broken(),
        10**400,
        1j,
        "half",
        "0.5",
        b"\xff",
        {1, 2},
        object(),
    ],
    *[[math.nan], {"a": math.inf}, {1: {2: {3}}}, None, True, "\ud83d", lambda: 0, Ellipsis],
]


def strict(text: str) -> Any:
    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is no JSON")

    text.encode()
    return json.loads(text, parse_constant=refuse)


@pytest.mark.parametrize("value", ODD, ids=lambda value: type(value).__name__)
def test_a_number_is_one_that_json_has_or_none(value: Any):
    found = number(value)
    assert found is None or math.isfinite(found)
    strict(json.dumps(found, allow_nan=False))


@pytest.mark.parametrize("value", ODD, ids=lambda value: type(value).__name__)
def test_whatever_a_page_is_told_it_is_json(value: Any):
    for page in (
        {"type": "progress", "part": 1, "message": value, "done": value, "total": value},
        {"type": "result", "part": 1, "text": "x", "seconds": value},
        {"type": "figures", "dollars": value, "rate": {"deep": [value, (value,)]}},
    ):
        told = LogEntry(1, page)
        assert strict(message(told))["type"] == page["type"]
        assert strict(sse(told).decode().split("data: ")[1])["type"] == page["type"]


async def dispatch(one: Any) -> tuple[list[ToolEvent], Any]:
    events: list[ToolEvent] = []
    tools = ToolDispatcher([one], events.append)
    tools.start(CALL)
    try:
        return events, (await tools.results())[0]
    finally:
        await tools.cancel()


@pytest.mark.parametrize("value", ODD, ids=lambda value: type(value).__name__)
@pytest.mark.parametrize("threaded", [False, True])
async def test_progress_and_results_of_any_kind_are_told(value: Any, threaded: bool):
    def odd(progress: Progress) -> object:
        """Be odd."""
        progress(value, value, value)
        return value

    async def odd_async(progress: Progress) -> object:
        """Be odd."""
        return odd(progress)

    made = tool(odd) if threaded else tool(name="odd")(odd_async)
    events, result = await dispatch(made)
    progress = [event for event in events if isinstance(event, ToolProgress)]
    assert len(progress) == 1
    assert all(
        part is None or math.isfinite(part) for part in (progress[0].done, progress[0].total)
    )
    telling = Encoder(lambda: 1.0)
    pages = [
        page for event in (*events, RunFinished("end_turn", {}, 1)) for page in telling.feed(event)
    ]
    told = [strict(message(LogEntry(id, page))) for id, page in enumerate(pages)]
    assert told[-1]["type"] == "end"
    strict(json.dumps(result, allow_nan=False))


# ---- Iterators


turned = threading.Event()  # set at each turn of the loop


@asynccontextmanager
async def turning() -> AsyncIterator[None]:
    """Set the event at each turn of the loop."""

    async def turn() -> None:
        while True:
            turned.set()
            await asyncio.sleep(0.005)

    task = asyncio.create_task(turn())
    try:
        yield
    finally:
        task.cancel()


def slow_rows() -> Iterator[int]:
    """Give rows, each when the loop has turned meanwhile."""
    for row in range(4):
        turned.clear()
        assert turned.wait(60), "whoever reads this stops the loop"
        yield row


LAZY = {
    "a generator": slow_rows,
    "a map": lambda: map(int, slow_rows()),
    "in a dict": lambda: {"rows": slow_rows()},
    "in a list": lambda: [slow_rows()],
}


@pytest.mark.parametrize("way", LAZY)
@pytest.mark.parametrize("is_async", [False, True])
async def test_an_iterator_is_read_where_it_stops_nobody(way: str, is_async: bool):
    def odd() -> object:
        """Give rows."""
        return LAZY[way]()

    async def odd_async() -> object:
        """Give rows."""
        return LAZY[way]()

    async with turning():
        _, result = await dispatch(tool(name="odd")(odd_async) if is_async else tool(odd))
    assert result["content"].replace('{"rows":', "").strip("[]}") == "0,1,2,3"


async def test_an_iterator_that_fails_is_an_error_and_one_without_an_end_ends():
    @tool(name="odd")
    def fails() -> object:
        """Fail."""
        return (1 // (1 - row) for row in range(3))

    @tool(name="odd")
    def endless() -> object:
        """Never end."""
        return iter(int, 1)

    _, failed = await dispatch(fails)
    assert failed["is_error"] and "ZeroDivisionError" in failed["content"]
    _, cut = await dispatch(endless)
    assert cut["is_error"] and f"{MAX_ROWS:,}" in cut["content"]


async def test_an_iterator_stays_in_its_thread_and_an_async_one_on_the_loop():
    @tool(name="odd")
    def rows() -> object:
        """Read a database, which is no other thread's business."""
        database = sqlite3.connect(":memory:")

        def give() -> Iterator[tuple[int]]:
            with closing(database):
                yield from database.execute("select 1 union select 2")

        return give()

    @tool(name="odd")
    async def agen() -> object:
        """Give rows in their time."""

        async def give() -> AsyncIterator[str]:
            for row in "ab":
                await asyncio.sleep(0)
                yield f"{row} {threading.current_thread() is threading.main_thread()}"

        return give()

    assert (await dispatch(rows))[1]["content"] == "[[1],[2]]"
    assert (await dispatch(agen))[1]["content"] == '["a True","b True"]'


@given(
    st.recursive(st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3), max_leaves=9)
)
def test_what_is_no_iterator_stays_as_it_is(value: Any):
    assert materialize(value) is value
    assert materialize(iter([value])) == [value]


# ---- Blanks


def text(words: Any) -> dict[str, Any]:
    return {"type": "text", "text": words}


@pytest.mark.parametrize(
    ("value", "content"),
    [
        ([text("")], "(no output)"),
        ([text(" \n"), text("")], "(no output)"),
        ([text(None)], "(no output)"),
        ([text(""), text("a")], [text("a")]),
        ([{"type": "search_result", "content": [text("")]}], "(no output)"),
        (
            [{"type": "search_result", "content": [text(""), text("b")]}],
            [{"type": "search_result", "content": [text("b")]}],
        ),
        ([text(""), {"type": "image", "source": {}}], [{"type": "image", "source": {}}]),
        (None, "(no output)"),
        ([], "[]"),
    ],
)
def test_no_empty_text_block_goes_to_the_api(value: Any, content: Any):
    assert result_content(value) == content


# ---- Reasoning that a server wants back


def read_reasoning(field: str) -> list[dict[str, Any]]:
    """Return the blocks of a turn in which a server has shown its reasoning."""
    adapter = ChatAdapter()
    function = {"name": "look", "arguments": "{}"}
    call = {"index": 0, "id": "call_1", "type": "function", "function": function}
    events = [
        event
        for delta, finish in (
            ({field: "I should "}, None),
            ({field: "look."}, None),
            ({"tool_calls": [call]}, None),
            ({}, "tool_calls"),
        )
        for event in adapter.feed(
            {
                "id": "c",
                "model": "m",
                "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
            }
        )
    ]
    from helpers.message import MessageAssembler

    assembler = MessageAssembler()
    for event in [*events, *adapter.close()]:
        assembler.feed(event)
    blocks: list[dict[str, Any]] = assembler.message["content"]
    return blocks


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
async def test_reasoning_goes_back_to_the_server_that_showed_it(field: str):
    from helpers.client import open_stream
    from helpers.history import Conversation

    conversation = Conversation()
    conversation.say("Look.")
    conversation.take()
    answered = {"type": "tool_result", "tool_use_id": "call_1", "content": "seen"}
    conversation.add_turn(read_reasoning(field), [answered])
    request = {"model": "m", "messages": conversation.messages}
    sent = chat_request(request)["messages"]
    assert sent[1][field] == "I should look."
    assert sent[1]["tool_calls"][0]["id"] == "call_1"
    # Once the user has said something else, some servers refuse what they wanted before.
    conversation.say("And now?")
    later = chat_request({"model": "m", "messages": conversation.messages})["messages"]
    assert field not in later[1]
    # And the Messages API gets no thinking that it has not signed.
    bodies: list[dict[str, Any]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        bodies.append(json.loads(request.content))
        head = {"content-type": "text/event-stream"}
        stop = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}}
        return httpx.Response(200, headers=head, content=f"data: {json.dumps(stop)}\n\n")

    async with (
        httpx.AsyncClient(base_url="http://mock", transport=httpx.MockTransport(answer)) as http,
        open_stream(http, {**request, "max_tokens": 9}) as events,
    ):
        async for _ in events:
            pass
    kinds = [block["type"] for block in bodies[0]["messages"][1]["content"]]
    assert kinds == ["tool_use"]


def test_thinking_that_is_signed_never_goes_to_another_api():
    turn = [
        {"type": "thinking", "thinking": "Hm.", "signature": "EpAB"},
        {"type": "tool_use", "id": "t", "name": "look", "input": {}},
    ]
    messages = [{"role": "user", "content": "hi"}, {"role": "assistant", "content": turn}]
    sent = chat_request({"model": "m", "messages": messages})["messages"][1]
    assert set(sent) == {"role", "content", "tool_calls"}
