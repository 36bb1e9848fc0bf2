"""The agent against the offline API, on a clock that jumps, and against scripted replies."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from typing import Any

import httpx
import pytest

from helpers import agent
from helpers.agent import (
    AgentEvent,
    Interrupted,
    Retrying,
    RunFinished,
    TextDelta,
    ToolFinished,
    ToolStarted,
    TurnFinished,
    TurnStarted,
    run_agent,
)
from helpers.client import ErrorEvent, StreamError, StreamTruncated
from helpers.clock import RealClock
from helpers.history import Conversation
from helpers.mock.engine import MockAPI, VirtualClock
from helpers.mock.settings import Settings
from helpers.mock.transport import in_process_transport
from helpers.retry import Recovery
from helpers.tools import Tool, tool

Event = dict[str, Any]
HEADERS = {"authorization": "Bearer mock-key", "anthropic-version": "2026-10-21"}


class Setup:
    """The offline API in this process, and an agent that talks to it."""

    def __init__(self, **settings: Any) -> None:
        self.clock = VirtualClock()
        self.api = MockAPI(Settings.from_json(settings), clock=self.clock)
        self.sent: list[Event] = []

    def http(self) -> httpx.AsyncClient:
        transport = in_process_transport(httpx, self.api)
        return httpx.AsyncClient(base_url="http://mock", headers=HEADERS, transport=transport)

    async def run(self, conversation: Conversation, **options: Any) -> list[AgentEvent]:
        async with self.http() as http:
            return [event async for event in self.events(http, conversation, **options)]

    def events(self, http: httpx.AsyncClient, conversation: Conversation, **options: Any) -> Any:
        given: dict[str, Any] = {"model": "offline-mock", "clock": self.clock, "random": lambda: 0}
        return run_agent(http, conversation, **(given | options))

    def accepts(self, messages: list[Event], tools: Sequence[Tool] = ()) -> bool:
        """Say whether the API would answer these messages, with something said after them."""
        import json

        def status(messages: list[Event]) -> int:
            body = {
                "model": "offline-mock",
                "max_tokens": 100,
                "stream": True,
                "messages": messages,
                "tools": [tool.definition for tool in tools],
            }
            headers = {**HEADERS, "content-type": "application/json"}
            content = json.dumps(body).encode()
            return MockAPI().plan("POST", "/v1/messages", headers, content).status

        said = {"role": "user", "content": "And now?"}
        return status([*messages, said]) == 200


def saying(text: str) -> Conversation:
    conversation = Conversation()
    conversation.say(text)
    return conversation


def text_of(events: Sequence[AgentEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def of(kind: type, events: Sequence[AgentEvent]) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]


@tool
async def get_weather(city: str, unit: str = "celsius") -> str:
    """Give the weather in a city.

    Args:
        city: its name.
        unit: celsius or fahrenheit.
    """
    return f"31 degrees {unit} in {city}"


# --- A run, from the first event to the last ----------------------------------------------


async def test_an_answer_without_tools() -> None:
    conversation = saying("Count to three.")
    events = await Setup().run(conversation)
    assert events[0] == TurnStarted(1)
    assert "three" in text_of(events).lower()
    finished = events[-1]
    assert isinstance(finished, RunFinished)
    assert (finished.reason, finished.turns, finished.error) == ("end_turn", 1, None)
    assert finished.usage["output_tokens"] > 0
    assert [message["role"] for message in conversation.messages] == ["user", "assistant"]


async def test_tools_run_and_the_answer_uses_their_results() -> None:
    conversation = saying("What's the weather in Lagos and Oslo?")
    events = await Setup().run(conversation, tools=[get_weather])
    assert [event.turn for event in of(TurnFinished, events)] == [1, 2]
    assert "31 degrees celsius in Lagos" in text_of(events)
    roles = [message["role"] for message in conversation.messages]
    assert roles == ["user", "assistant", "user", "assistant"]
    results = conversation.messages[2]["content"]
    assert [result["content"] for result in results] == [
        "31 degrees celsius in Lagos",
        "31 degrees celsius in Oslo",
    ]
    usage = events[-1].usage
    per_turn = [event.message["usage"]["output_tokens"] for event in of(TurnFinished, events)]
    assert usage["output_tokens"] == sum(per_turn)


async def test_a_tool_starts_while_the_answer_still_streams() -> None:
    events = await Setup().run(saying("What's the weather in Lagos and Oslo?"), tools=[get_weather])
    first_start = next(i for i, e in enumerate(events) if isinstance(e, ToolStarted))
    turn_end = next(i for i, e in enumerate(events) if isinstance(e, TurnFinished))
    lagos_done = next(i for i, e in enumerate(events) if isinstance(e, ToolFinished))
    second_call = next(
        i
        for i, e in enumerate(events)
        if isinstance(e, ToolStarted) and e.call.input == {"city": "Oslo", "unit": "celsius"}
    )
    assert first_start < lagos_done < second_call < turn_end


async def test_a_question_needs_to_be_asked() -> None:
    with pytest.raises(ValueError, match="say something first"):
        await Setup().run(Conversation())
    with pytest.raises(ValueError, match="needs some text"):
        Conversation().say(" \n")


# --- Scripted replies ---------------------------------------------------------------------


def text(*pieces: str, index: int = 0) -> list[Event]:
    start = {"type": "text", "text": ""}
    deltas: list[Event] = [{"type": "text_delta", "text": piece} for piece in pieces]
    return block(start, *deltas, index=index)


def call(city: str, index: int = 1, *, id: str = "", raw: str = "") -> list[Event]:
    start = {"type": "tool_use", "id": id or f"toolu_{city}", "name": "get_weather", "input": {}}
    fragment = raw or f'{{"city": "{city}"}}'
    return block(start, {"type": "input_json_delta", "partial_json": fragment}, index=index)


def block(start: Event, *deltas: Event, index: int) -> list[Event]:
    return [
        {"type": "content_block_start", "index": index, "content_block": start},
        *({"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas),
        {"type": "content_block_stop", "index": index},
    ]


def reply(*blocks: list[Event], stop: str = "end_turn") -> list[Event]:
    return [
        {"type": "message_start", "message": {"role": "assistant", "usage": {"input_tokens": 1}}},
        *(event for block in blocks for event in block),
        {"type": "message_delta", "delta": {"stop_reason": stop}, "usage": {"output_tokens": 2}},
        {"type": "message_stop"},
    ]


Step = Event | StreamError | Callable[[], Any]


class Script:
    """Replies in the order in which they are asked for, and the requests that asked."""

    def __init__(self, *replies: Sequence[Step]) -> None:
        self.replies = list(replies)
        self.requests: list[Event] = []
        self.open = 0

    @asynccontextmanager
    async def open_stream(
        self, http: httpx.AsyncClient, request: Mapping[str, Any]
    ) -> AsyncIterator[AsyncIterator[Event]]:
        self.requests.append({**request})
        self.open += 1
        try:
            async with aclosing(self.events(self.replies.pop(0))) as events:
                yield events
        finally:
            self.open -= 1

    async def events(self, steps: Sequence[Step]) -> Any:
        for step in steps:
            await asyncio.sleep(0)
            if isinstance(step, StreamError):
                raise step
            if callable(step):
                waiting = step()
                if waiting is not None:
                    await waiting
            else:
                yield step

    async def run(self, conversation: Conversation, **options: Any) -> list[AgentEvent]:
        return [event async for event in self.agent(conversation, **options)]

    def agent(self, conversation: Conversation, **options: Any) -> Any:
        given: dict[str, Any] = {
            "model": "offline-mock",
            "open_stream": self.open_stream,
            "clock": VirtualClock(),
            "random": lambda: 0,
        }
        return run_agent(httpx.AsyncClient(verify=False), conversation, **(given | options))


CUT = StreamTruncated("the connection closed")


async def test_the_last_turn_has_to_come_to_an_answer() -> None:
    script = Script(reply(call("Lagos"), stop="tool_use"), reply(text("Enough.")))
    conversation = saying("Weather?")
    events = await script.run(conversation, tools=[get_weather], max_turns=2)
    assert "tool_choice" not in script.requests[0]
    assert script.requests[1]["tool_choice"] == {"type": "none"}
    assert events[-1].reason == "max_turns"
    assert Setup().accepts(conversation.messages, [get_weather])


async def test_a_model_that_calls_in_the_last_turn_is_not_obeyed() -> None:
    script = Script(reply(text("Let me see."), call("Lagos"), stop="tool_use"))
    conversation = saying("Weather?")
    events = await script.run(conversation, tools=[get_weather], max_turns=1)
    assert of(ToolStarted, events) == []
    assert events[-1].reason == "max_turns"
    assert conversation.messages[1]["content"] == [{"type": "text", "text": "Let me see."}]


@pytest.mark.parametrize(
    "stop", ["end_turn", "max_tokens", "stop_sequence", "model_context_window_exceeded", "new"]
)
async def test_a_reply_without_calls_ends_the_run_with_its_own_reason(stop: str) -> None:
    conversation = saying("Hello")
    events = await Script(reply(text("Half a"), stop=stop)).run(conversation)
    assert events[-1].reason == stop
    assert conversation.messages[-1]["content"] == [{"type": "text", "text": "Half a"}]


async def test_a_refusal_leaves_nothing_of_the_turn() -> None:
    script = Script(reply(text("Here is how"), call("Lagos"), text("x", index=2), stop="refusal"))
    conversation = saying("Hello")
    events = await script.run(conversation, tools=[get_weather])
    assert events[-1].reason == "refusal"
    assert [message["role"] for message in conversation.messages] == ["user"]


async def test_a_paused_turn_is_sent_back_as_it_is() -> None:
    search = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {}}
    query: Event = {"type": "input_json_delta", "partial_json": '{"query": "x"}'}
    found = {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": []}
    script = Script(
        reply(text("Searching."), block(search, query, index=1), stop="pause_turn"),
        reply(block(found, index=0), text("Found.", index=1)),
    )
    conversation = saying("Search")
    events = await script.run(conversation)
    assert events[-1].reason == "end_turn"
    assert [m["role"] for m in script.requests[1]["messages"]] == ["user", "assistant"]
    assert script.requests[1]["messages"][1]["content"][1]["input"] == {"query": "x"}
    assert [b["type"] for b in conversation.messages[1]["content"]] == [
        "text",
        "server_tool_use",
        "web_search_tool_result",
        "text",
    ]


async def test_a_call_cut_at_max_tokens_is_asked_for_again_with_more_room() -> None:
    cut = reply(text("Let me"), call("Lagos", raw='{"city": "Lag'), stop="max_tokens")
    script = Script(cut, reply(call("Lagos"), stop="tool_use"), reply(text("Hot.")))
    conversation = saying("Weather?")
    events = await script.run(conversation, tools=[get_weather], max_tokens=100)
    assert [request["max_tokens"] for request in script.requests] == [100, 200, 200]
    assert [event.restarts for event in of(Retrying, events)] == [True]
    assert len(of(ToolStarted, events)) == 1
    assert Setup().accepts(conversation.messages, [get_weather])


async def test_a_call_that_looks_whole_but_was_cut_never_runs() -> None:
    # {"amount": 12 might have become {"amount": 1200; closed by the cut, it even parses.
    cut = reply(text("Let me"), call("Lagos"), stop="max_tokens")
    events = await Script(cut).run(saying("Weather?"), tools=[get_weather], max_tokens=40_000)
    assert of(ToolStarted, events) == []
    assert events[-1].reason == "max_tokens"


async def test_calls_before_the_cut_are_answered_and_the_next_turn_goes_on() -> None:
    cut = reply(call("Lagos"), call("Oslo", 2, raw='{"ci'), stop="max_tokens")
    script = Script(cut, reply(text("Hot.")))
    conversation = saying("Weather?")
    events = await script.run(conversation, tools=[get_weather], max_tokens=100)
    assert [event.call.input for event in of(ToolStarted, events)] == [{"city": "Lagos"}]
    assert [request["max_tokens"] for request in script.requests] == [100, 200]
    assert of(Retrying, events) == []
    assert events[-1].reason == "end_turn"
    assert Setup().accepts(conversation.messages, [get_weather])


async def test_endless_cuts_come_to_an_end() -> None:
    cut = reply(call("Lagos", raw="{"), stop="max_tokens")
    script = Script(*[cut] * 20)
    events = await script.run(saying("Weather?"), tools=[get_weather], max_tokens=1000)
    assert events[-1].reason == "max_tokens"
    assert script.requests[-1]["max_tokens"] == 32_768


# --- Retries ------------------------------------------------------------------------------


async def test_a_failure_before_any_text_is_retried() -> None:
    script = Script([ErrorEvent("overloaded_error", "busy")], reply(text("Hello")))
    events = await script.run(saying("Hi"))
    assert of(Retrying, events) == [Retrying(2, 0.5, "overloaded_error in mid-stream: busy", True)]
    assert events[-1].reason == "end_turn"


async def test_waits_double_and_attempts_end() -> None:
    script = Script(*[[CUT]] * 9)
    conversation = saying("Hi")
    events = await script.run(conversation)
    assert [event.seconds for event in of(Retrying, events)] == [0.5, 1.0, 2.0]
    assert events[-1].reason == "failed"
    assert events[-1].error is CUT
    assert conversation.messages == [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}]


async def test_each_turn_has_attempts_of_its_own() -> None:
    script = Script([CUT], [CUT], reply(call("Lagos"), stop="tool_use"), [CUT], reply(text("!")))
    events = await script.run(saying("Hi"), tools=[get_weather])
    assert [event.attempt for event in of(Retrying, events)] == [2, 3, 2]


SHOWN = [*reply(text("Once upon a ti"))[:-3], CUT]


async def test_nothing_is_retried_after_text_was_shown() -> None:
    conversation = saying("A story")
    events = await Script(SHOWN).run(conversation)
    assert events[-1].reason == "failed"
    assert len(conversation.messages) == 1


async def test_a_face_may_ask_to_restart() -> None:
    script = Script(SHOWN, reply(text("Once more")))
    conversation = saying("A story")
    events = await script.run(conversation, recovery=Recovery(after_text="restart"))
    assert [event.restarts for event in of(Retrying, events)] == [True]
    assert conversation.messages[1]["content"] == [{"type": "text", "text": "Once more"}]


async def test_a_face_may_ask_to_continue() -> None:
    script = Script(SHOWN, reply(text("me, a packet")))
    conversation = saying("A story")
    events = await script.run(conversation, recovery=Recovery(after_text="continue"))
    assert [event.restarts for event in of(Retrying, events)] == [False]
    asked = script.requests[1]["messages"]
    assert [message["role"] for message in asked] == ["user", "assistant", "user"]
    assert "ended with [Once upon a ti]" in asked[2]["content"][0]["text"]
    assert Setup().accepts(conversation.messages)


async def test_models_that_take_a_prefill_continue_their_own_turn() -> None:
    cut = [*reply(text("Once upon "))[:-3], CUT]
    script = Script(cut, reply(text("a time")))
    conversation = saying("A story")
    await script.run(
        conversation, recovery=Recovery(after_text="continue"), model="claude-haiku-4-5"
    )
    asked = script.requests[1]["messages"]
    assert asked[-1] == {"role": "assistant", "content": [{"type": "text", "text": "Once upon"}]}
    texts = [block["text"] for block in conversation.messages[1]["content"]]
    assert texts == ["Once upon", "a time"]


async def test_a_retried_turn_does_not_run_its_tools_again() -> None:
    runs = []

    @tool
    async def get_weather(city: str) -> str:
        """Give the weather in a city."""
        runs.append(city)
        return "hot"

    broken = [*reply(call("Lagos", id="toolu_1"), text("x", index=2))[:-3], CUT]
    broken = [step for step in broken if not _is_text(step)]
    whole = reply(call("Lagos", id="toolu_2"), call("Oslo", 2, id="toolu_3"), stop="tool_use")
    conversation = saying("Weather?")
    events = await Script(broken, whole, reply(text("Hot"))).run(conversation, tools=[get_weather])
    assert runs == ["Lagos", "Oslo"]
    assert events[-1].reason == "end_turn"
    ids = [result["tool_use_id"] for result in conversation.messages[2]["content"]]
    assert ids == ["toolu_2", "toolu_3"]
    assert {event.call.id for event in of(ToolFinished, events)} >= {"toolu_2", "toolu_3"}


def _is_text(step: Step) -> bool:
    return isinstance(step, dict) and step.get("delta", {}).get("type") == "text_delta"


async def test_a_tool_that_must_not_run_twice_waits_for_the_whole_reply() -> None:
    runs = []

    @tool(name="get_weather", idempotent=False)
    async def pay(city: str) -> str:
        """Pay."""
        runs.append(city)
        return "paid"

    broken = [*reply(call("Lagos"), call("Oslo", 2))[:-3], CUT]
    whole = reply(call("Lagos"), call("Oslo", 2), stop="tool_use")
    events = await Script(broken, whole, reply(text("Done"))).run(saying("Pay"), tools=[pay])
    assert runs == ["Lagos", "Oslo"]
    assert events[-1].reason == "end_turn"


async def test_silence_is_given_up_and_pings_do_not_break_it() -> None:
    clock = VirtualClock()
    pings: list[Step] = []
    for _ in range(30):
        pings += [{"type": "ping"}, lambda: clock.sleep(5)]
    script = Script([reply()[0], *pings], reply(text("Hello")))
    events = await script.run(saying("Hi"), clock=clock, recovery=Recovery(idle=20))
    (retry,) = of(Retrying, events)
    assert retry.reason == "the answer brought nothing new for 20 seconds"
    script = Script([reply()[0], *pings, *reply(text("Hello"))[1:]])
    patient = Recovery(idle=20, pings_count=True)
    events = await script.run(saying("Hi"), clock=clock, recovery=patient)
    assert of(Retrying, events) == []


async def test_silence_behind_a_whole_answer_takes_nothing_away() -> None:
    clock = VirtualClock()
    whole = reply(text("Hello"))
    script = Script([*whole[:-1], lambda: clock.sleep(100), whole[-1]])
    events = await script.run(saying("Hi"), clock=clock, recovery=Recovery(idle=20))
    assert of(Retrying, events) == []
    assert (events[-1].reason, events[-1].error) == ("end_turn", None)


async def test_an_answer_that_never_ends_is_given_up() -> None:
    clock = VirtualClock()
    drip: list[Step] = [reply()[0], text()[0]]
    for _ in range(100):
        drip += [lambda: clock.sleep(10), text("a")[1]]
    script = Script(drip)
    events = await script.run(saying("Hi"), clock=clock, recovery=Recovery(total=300))
    assert "not complete after 300 seconds" in str(events[-1].error)
    assert clock.now() == pytest.approx(300)
    assert script.open == 0


# --- Interruption and cancellation --------------------------------------------------------


async def test_speaking_while_it_streams_interrupts_and_is_answered() -> None:
    setup, conversation = Setup(), saying("Explain in detail how TCP recovers from packet loss.")
    events = []
    async with setup.http() as http:
        async for event in setup.events(http, conversation):
            events.append(event)
            if isinstance(event, TextDelta) and len(of(TextDelta, events)) == 5:
                conversation.say("Count to three.")
    assert len(of(Interrupted, events)) == 1
    shown = text_of(events[: events.index(Interrupted())])
    assert conversation.messages[1]["content"][0]["text"] == shown
    assert "three" in str(conversation.messages[-1]["content"]).lower()
    assert events[-1].reason == "end_turn"
    assert setup.api.state.streams == set()


async def test_speaking_while_tools_run_cancels_them_but_for_those_that_count() -> None:
    clock = VirtualClock()

    @tool
    async def get_weather(city: str) -> str:
        """Give the weather in a city."""
        await clock.sleep(10)
        return "hot"

    @tool(idempotent=False)
    async def pay() -> str:
        """Pay."""
        await clock.sleep(5)
        return "paid"

    conversation = saying("Both")
    pay_call = block({"type": "tool_use", "id": "p", "name": "pay", "input": {}}, index=2)
    script = Script(reply(call("Lagos"), pay_call, stop="tool_use"), reply(text("Fine.")))
    events = []
    async for event in script.agent(conversation, tools=[get_weather, pay], clock=clock):
        events.append(event)
        if isinstance(event, ToolStarted) and event.call.name == "pay":
            conversation.say("Stop")
    results = conversation.messages[2]["content"]
    assert [(result["content"], result.get("is_error", False)) for result in results] == [
        ("Cancelled before it finished.", True),
        ("paid", False),
    ]
    assert len(of(Interrupted, events)) == 1
    assert Setup().accepts(conversation.messages, [get_weather, pay])


async def test_speaking_while_waiting_for_a_retry_is_answered_at_once() -> None:
    clock, conversation = VirtualClock(), saying("Hi")
    script = Script([CUT], reply(text("Hello")))
    async for event in script.agent(conversation, clock=clock):
        if isinstance(event, Retrying):
            conversation.say("Are you there?")
    assert clock.now() < 0.5
    texts = [block["text"] for block in script.requests[1]["messages"][-1]["content"]]
    assert texts == ["Are you there?"]


async def test_leaving_closes_the_stream_cancels_the_tools_and_keeps_what_may_be_kept() -> None:
    cancelled, running, never = [], asyncio.Event(), asyncio.Event()

    @tool
    async def get_weather(city: str) -> str:
        """Give the weather in a city."""
        running.set()
        try:
            await never.wait()
        finally:
            cancelled.append(city)
        return "never"

    hangs = [*reply(text("Let me see."), call("Lagos"), text("And", index=2))[:-3], never.wait]
    script, conversation = Script(hangs), saying("Weather?")
    before = asyncio.all_tasks()
    agent = script.agent(conversation, tools=[get_weather], clock=RealClock())
    async with aclosing(agent) as events:
        async for event in events:
            if isinstance(event, TextDelta) and event.text == "And":
                await running.wait()
                break
    assert script.open == 0
    assert cancelled == ["Lagos"]
    assert asyncio.all_tasks() == before
    assert [b["type"] for b in conversation.messages[1]["content"]] == ["text", "tool_use", "text"]
    assert conversation.messages[2]["content"][0]["is_error"] is True
    assert Setup().accepts(conversation.messages, [get_weather])


async def test_cancelling_the_reader_cleans_up_too() -> None:
    shown, never = asyncio.Event(), asyncio.Event()
    script, conversation = Script([*SHOWN[:-1], never.wait]), saying("A story")
    before = asyncio.all_tasks()

    async def read() -> None:
        async for event in script.agent(conversation, clock=RealClock()):
            if isinstance(event, TextDelta):
                shown.set()

    reader = asyncio.create_task(read())
    await shown.wait()
    reader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reader
    await asyncio.sleep(0)  # the loop closes the generator that nobody reads any more
    await asyncio.sleep(0)
    assert script.open == 0
    assert asyncio.all_tasks() == before
    assert conversation.messages[1]["content"] == [{"type": "text", "text": "Once upon a ti"}]


async def test_what_is_no_failure_of_the_stream_comes_out_as_it_is() -> None:
    def raise_error() -> None:
        raise LookupError("a bug")

    script = Script([reply()[0], raise_error])
    with pytest.raises(LookupError, match="a bug"):
        await script.run(saying("Hi"))
    assert script.open == 0


@pytest.mark.parametrize(
    ("field", "meant"),
    [
        ("max_turn", "max_turns"),
        ("tool", "tools"),
        ("recover", "recovery"),
        ("tools_at_onc", "tools_at_once"),
    ],
)
async def test_an_argument_that_is_misspelt_is_no_field_of_the_request(field: str, meant: str):
    conversation = Conversation()
    conversation.say("Hello.")
    run = run_agent(httpx.AsyncClient(), conversation, model="m", **{field: 3})
    with pytest.raises(TypeError, match=f"takes no {field!r}. Did you mean {meant!r}"):
        await anext(run)


async def test_no_field_of_the_api_is_taken_for_a_misspelt_argument():
    fields = (
        *("system", "thinking", "temperature", "top_p", "top_k", "stop_sequences", "tool_choice"),
        *("metadata", "service_tier", "output_config", "container", "mcp_servers", "betas"),
        *("context_management", "cache_control", "inference_geo", "speed", "stream"),
    )
    agent._refuse_misspelt(dict.fromkeys(fields))
