"""OpenAI's APIs as the Messages API: against their own SDK, under faults, and in any order."""

import ast
import json
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import httpx2
import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai.lib.streaming.chat import ChatCompletionStreamState

from helpers.agent import RunFinished, run_agent
from helpers.client import (
    Adapter,
    ErrorEvent,
    Event,
    ProtocolError,
    StatusError,
    StreamError,
    StreamTruncated,
    stream_text,
)
from helpers.history import Conversation
from helpers.message import MessageAssembler, ToolCall
from helpers.mock.engine import MockAPI, VirtualClock
from helpers.mock.faults import FAULTS, KINDS, PLACES, QUIRKS, Fault
from helpers.mock.script import Scenario, load
from helpers.mock.script.parts import ToolUse
from helpers.mock.server import MockServer, start_server
from helpers.mock.settings import Pace, Settings
from helpers.mock.transport import in_process_transport
from helpers.providers.openai import (
    PROVIDERS,
    ChatAdapter,
    OpenStream,
    ResponsesAdapter,
    open_chat,
    open_responses,
)
from helpers.providers.requests import chat_request, responses_request
from helpers.sse import SSEDecoder
from helpers.tools import tool as agent_tool
from tests.sweeps import sweep

KEY = {"authorization": "Bearer any"}
WEATHER = "What's the weather in Lagos?"
CITIES = "What's the weather in Lagos and Oslo?"
GUIDE = "Write a short guide to server-sent events into guide.md."
SCENARIOS = load()

both = pytest.mark.parametrize("open_stream", [open_chat, open_responses])


def tool(name: str) -> dict[str, Any]:
    schema = {"type": "object", "properties": {}, "additionalProperties": True}
    return {"name": name, "description": "A tool.", "input_schema": schema}


TOOLS = [tool(name) for name in ("get_weather", "write_file", "get_time")]


def question(prompt: str, **more: Any) -> dict[str, Any]:
    messages = [{"role": "user", "content": prompt}]
    return {"model": "gpt-5.1", "max_tokens": 4000, "messages": messages} | more


def offline(settings: Settings | None = None) -> httpx.AsyncClient:
    """A client of the offline API in this process, on a clock that jumps."""
    transport = in_process_transport(httpx, MockAPI(settings, SCENARIOS, clock=VirtualClock()))
    return httpx.AsyncClient(base_url="http://mock", headers=KEY, transport=transport)


async def collect(
    open_stream: OpenStream, request: dict[str, Any], http: httpx.AsyncClient | None = None
) -> list[Event]:
    async with http or offline() as http, open_stream(http, request) as events:
        return [event async for event in events]


def assemble(events: list[Event]) -> tuple[dict[str, Any], list[ToolCall]]:
    """The message that events make, and the calls that may run."""
    assembler = MessageAssembler()
    updates = [update for event in events for update in assembler.updates(event)]
    return assembler.message, [update for update in updates if isinstance(update, ToolCall)]


def blocks(message: dict[str, Any], type: str) -> list[dict[str, Any]]:
    return [block for block in message["content"] if block["type"] == type]


# --- The same as the SDK says -------------------------------------------------------------


def summarize(message: dict[str, Any]) -> dict[str, Any]:
    """What both sides can be compared by."""
    usage = message["usage"]
    return {
        "text": "".join(block["text"] for block in blocks(message, "text")),
        "calls": [(one["id"], one["name"], one["input"]) for one in blocks(message, "tool_use")],
        "thinking": "".join(block["thinking"] for block in blocks(message, "thinking")),
        "stop_reason": message["stop_reason"],
        "refusal": (message.get("stop_details") or {}).get("explanation"),
        "usage": [
            usage["input_tokens"],
            usage["cache_creation_input_tokens"],
            usage["cache_read_input_tokens"],
            usage["output_tokens"],
        ],
        "id": (message["id"], message["model"]),
    }


def sdk() -> openai.AsyncOpenAI:
    transport = in_process_transport(httpx2, MockAPI(scenarios=SCENARIOS, clock=VirtualClock()))
    http = httpx2.AsyncClient(transport=transport)
    return openai.AsyncOpenAI(
        base_url="http://mock/v1", api_key="any", max_retries=0, http_client=http
    )


FINISH = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "content_filter": "refusal",
}


async def chat_says(request: dict[str, Any]) -> dict[str, Any]:
    state: Any = ChatCompletionStreamState()
    async with sdk() as client:
        async for chunk in await client.chat.completions.create(**chat_request(request)):
            state.handle_chunk(chunk)
    completion = state.current_completion_snapshot
    (choice,) = completion.choices
    cached = completion.usage.prompt_tokens_details.cached_tokens
    return {
        "text": choice.message.content or "",
        "calls": [
            (call.id, call.function.name, arguments(call.function.arguments))
            for call in choice.message.tool_calls or []
        ],
        "thinking": "",
        "stop_reason": "refusal" if choice.message.refusal else FINISH[choice.finish_reason],
        "refusal": choice.message.refusal,
        "usage": [
            completion.usage.prompt_tokens - cached,
            0,
            cached,
            completion.usage.completion_tokens,
        ],
        "id": (completion.id, completion.model),
    }


async def responses_say(request: dict[str, Any]) -> dict[str, Any]:
    async with sdk() as client:
        async for event in await client.responses.create(**responses_request(request)):
            last: Any = event
    response = last.response
    calls = [item for item in response.output if item.type == "function_call"]
    parts = [part for item in response.output if item.type == "message" for part in item.content]
    refusal = "".join(part.refusal for part in parts if part.type == "refusal")
    thoughts = [item for item in response.output if item.type == "reasoning"]
    reason = "tool_use" if calls else "refusal" if refusal else "end_turn"
    if response.status == "incomplete":
        reasons = {"max_output_tokens": "max_tokens", "content_filter": "refusal"}
        reason = reasons[response.incomplete_details.reason]
    details = response.usage.input_tokens_details
    fresh = response.usage.input_tokens - details.cached_tokens - details.cache_write_tokens
    return {
        "text": response.output_text,
        "calls": [(call.call_id, call.name, arguments(call.arguments)) for call in calls],
        "thinking": "".join(part.text for item in thoughts for part in item.summary),
        "stop_reason": reason,
        "refusal": refusal or None,
        "usage": [
            fresh,
            details.cache_write_tokens,
            details.cached_tokens,
            response.usage.output_tokens,
        ],
        "id": (response.id, response.model),
    }


def arguments(raw: str) -> Any:
    """Arguments as a message has them: those that were cut off are none."""
    try:
        return json.loads(raw)
    except ValueError:
        return {}


def tools_of(scenario: Scenario) -> list[dict[str, Any]]:
    parts = [part for turn in scenario.turns for part in turn.content]
    return [tool(name) for name in {part.name: 0 for part in parts if isinstance(part, ToolUse)}]


def results(message: dict[str, Any], **more: Any) -> dict[str, Any]:
    answers = [
        {"type": "tool_result", "tool_use_id": block["id"], "content": f"{number} degrees"} | more
        for number, block in enumerate(blocks(message, "tool_use"))
    ]
    return {"role": "user", "content": answers}


@pytest.mark.parametrize(
    ("open_stream", "says"), [(open_chat, chat_says), (open_responses, responses_say)]
)
@pytest.mark.parametrize("scenario", sweep(SCENARIOS, first=6), ids=lambda scenario: scenario.name)
@pytest.mark.parametrize("limit", [4000, pytest.param(25, marks=pytest.mark.long)])
async def test_each_turn_of_a_scenario_is_what_the_sdk_says(
    scenario: Scenario,
    limit: int,
    open_stream: OpenStream,
    says: Callable[[dict[str, Any]], Any],
) -> None:
    request = question(scenario.prompt, max_tokens=limit, thinking={"display": "summarized"})
    if tools := tools_of(scenario):
        request["tools"] = tools
    for left in reversed(range(5)):
        if not left:  # some would call their tools for ever
            request["tool_choice"] = {"type": "none"}
        message, calls = assemble(await collect(open_stream, request))
        assert summarize(message) == await says(request)
        # What may run is what the message holds, and nothing of an answer that was cut.
        held = blocks(message, "tool_use")
        if message["stop_reason"] != "max_tokens":
            assert [call.input for call in calls] == [block["input"] for block in held]
        if message["stop_reason"] != "tool_use":
            break
        turn = {"role": "assistant", "content": message["content"]}
        request["messages"] = [*request["messages"], turn, results(message)]
    assert message["stop_reason"] != "tool_use"


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    with start_server(Settings(Pace(first_token=0.01, tokens_per_second=5000))) as server:
        yield server


@pytest.fixture
async def http(server: MockServer) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=server.base_url, headers=KEY, trust_env=False) as http:
        yield http


@both
async def test_two_calls_and_their_results_over_a_socket(
    open_stream: OpenStream, http: httpx.AsyncClient
) -> None:
    request = question(CITIES, tools=TOOLS, system="Be brief.")
    async with open_stream(http, request) as events:
        message, calls = assemble([event async for event in events])
    assert [call.input and call.input["city"] for call in calls] == ["Lagos", "Oslo"]
    turn = {"role": "assistant", "content": message["content"]}
    request["messages"] += [turn, results(message)]
    async with open_stream(http, request) as events:
        text = "".join([piece async for piece in stream_text(events)])
    assert "In Lagos: 0 degrees. In Oslo: 1 degrees." in text


@both
async def test_a_failed_result_is_known_as_one(open_stream: OpenStream) -> None:
    request = question(WEATHER, tools=TOOLS)
    message, _ = assemble(await collect(open_stream, request))
    turn = {"role": "assistant", "content": message["content"]}
    request["messages"] += [turn, results(message, is_error=True)]
    message, _ = assemble(await collect(open_stream, request))
    assert "Error: 0 degrees" in summarize(message)["text"]


@both
async def test_the_connection_serves_the_next_request(
    open_stream: OpenStream, http: httpx.AsyncClient
) -> None:
    sockets = set()
    for _ in range(3):
        async with open_stream(http, question("Count to three.")) as events:
            assert [event async for event in events]
        (connection,) = http._transport._pool.connections  # type: ignore[attr-defined]
        sockets.add(id(connection))
    assert len(sockets) == 1


@both
async def test_a_cut_call_is_closed_and_never_complete(open_stream: OpenStream) -> None:
    events = await collect(open_stream, question(GUIDE, tools=TOOLS, max_tokens=60))
    message, calls = assemble(events)
    assert message["stop_reason"] == "max_tokens"
    assert blocks(message, "tool_use") and calls == []
    types = [event["type"] for event in events]
    assert types.count("content_block_start") == types.count("content_block_stop")
    assert types[-3:] == ["content_block_stop", "message_delta", "message_stop"]


@pytest.mark.parametrize("open_stream", PROVIDERS.values(), ids=PROVIDERS)
async def test_the_agent_runs_on_every_provider(open_stream: OpenStream) -> None:
    @agent_tool
    def get_weather(city: str, unit: str) -> str:
        """Look up the weather in a city."""
        return f"rain in {city}"

    conversation = Conversation()
    conversation.say(CITIES)
    async with offline() as http:
        http.headers["anthropic-version"] = "2026-10-21"
        run = run_agent(
            http, conversation, model="offline-mock", tools=[get_weather], open_stream=open_stream
        )
        *_, last = [event async for event in run]
    assert isinstance(last, RunFinished)
    assert (last.reason, last.turns) == ("end_turn", 2)
    assert "In Lagos: rain in Lagos. In Oslo: rain in Oslo." in str(conversation.messages[-1])


# --- Any chunking, any fault ----------------------------------------------------------------


def raw(path: str, body: dict[str, Any]) -> bytes:
    headers = {**KEY, "content-type": "application/json"}
    plan = MockAPI(scenarios=SCENARIOS).plan("POST", path, headers, json.dumps(body).encode())
    return b"".join(chunk.data for chunk in plan.chunks)


STREAMS = {
    ChatAdapter: raw("/v1/chat/completions", chat_request(question(CITIES, tools=TOOLS))),
    ResponsesAdapter: raw("/v1/responses", responses_request(question(CITIES, tools=TOOLS))),
}


def decode(adapter: Adapter, chunks: list[bytes]) -> list[Event]:
    decoder, events = SSEDecoder(), []
    for chunk in chunks:
        for sse in decoder.feed(chunk):
            if sse.data == "[DONE]":
                return events + adapter.close(done=True)
            events += adapter.feed(json.loads(sse.data))
    return events + adapter.close()


@given(st.data())
@pytest.mark.parametrize("adapter", [ChatAdapter, ResponsesAdapter])
def test_any_chunking_gives_the_same_events(adapter: Any, data: Any) -> None:
    stream = STREAMS[adapter]
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=20)))
    chunks = [stream[i:j] for i, j in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert decode(adapter(), chunks) == decode(adapter(), [stream])


@pytest.mark.long
@pytest.mark.parametrize("adapter", [ChatAdapter, ResponsesAdapter])
def test_a_stream_cut_anywhere_is_truncated_or_whole(adapter: Any) -> None:
    stream, whole = STREAMS[adapter], decode(adapter(), [STREAMS[adapter]])
    for end in range(len(stream)):
        try:
            events = decode(adapter(), [stream[:end]])
        except StreamTruncated:
            continue
        # Only the usage, and what marks the end, may be missing from an answer that is whole.
        assert assemble(events)[0] | {"usage": 0} == assemble(whole)[0] | {"usage": 0}
        assert assemble(events)[1] == assemble(whole)[1]


def faults() -> Iterator[Any]:
    """Every kind of fault that breaks a stream, at every place where it can strike."""
    breaking = {name: fault for name, fault in FAULTS.items() if fault.kind not in QUIRKS}
    for name, fault in breaking.items():
        yield pytest.param(fault, id=name)
        if "at" in KINDS[fault.kind].takes:
            given = {**fault.to_json(), "at": None}
            yield pytest.param(Fault(**{**given, "at_event": 2}), id=f"{name} at_event")
            for place in PLACES:
                yield pytest.param(Fault(**{**given, "at": place}), id=f"{name} {place}")


@pytest.mark.long
@both
@pytest.mark.parametrize("fault", list(faults()))
async def test_each_fault_ends_in_a_name_or_in_a_message(
    open_stream: OpenStream, fault: Fault
) -> None:
    request = question(CITIES, tools=TOOLS)
    whole, _ = assemble(await collect(open_stream, request))
    try:
        events = await collect(open_stream, request, offline(Settings(fault=fault)))
    except StreamError as error:
        assert str(error)
        return
    message, _ = assemble(events)
    if fault.kind in ("long_line", "large_tool_input"):
        assert message["stop_reason"] == whole["stop_reason"]
    elif fault.at == "after_message_delta":  # only the usage can be missing
        assert message["content"] == whole["content"]
    else:
        assert summarize(message) == summarize(whole)


@both
async def test_an_error_in_mid_stream_has_the_name_that_retries_go_by(
    open_stream: OpenStream,
) -> None:
    settings = Settings(fault=Fault("error", at_event=4))
    with pytest.raises(ErrorEvent) as caught:
        await collect(open_stream, question("Count to three."), offline(settings))
    assert caught.value.type == "overloaded_error"
    assert caught.value.request_id.startswith("req_")


@both
async def test_a_refused_request_is_a_status_error(open_stream: OpenStream) -> None:
    with pytest.raises(StatusError) as caught:
        await collect(open_stream, question("Hi", model="no-such-model"))
    assert (caught.value.status, caught.value.type) == (404, "invalid_request_error")
    assert caught.value.request_id.startswith("req_")
    assert "no-such-model" in str(caught.value)


# --- Chunks as other servers send them --------------------------------------------------------


def chunk(delta: dict[str, Any] | None = None, finish: str | None = None, **more: Any) -> Event:
    choice = {"index": 0, "delta": delta or {}, "finish_reason": finish}
    return {"id": "chatcmpl-1", "model": "m", "choices": [choice], **more}


def call(index: object, arguments: Any = None, *, id: str = "", name: str = "") -> Event:
    fragment: dict[str, Any] = {"function": {}}
    fragment |= {"index": index} if index is not None else {}
    if id:
        fragment |= {"id": id, "type": "function"}
        fragment["function"]["name"] = name
    if arguments is not None:
        fragment["function"]["arguments"] = arguments
    return chunk({"tool_calls": [fragment]})


def feed(adapter: Adapter, *payloads: Event) -> list[Event]:
    return [event for payload in payloads for event in adapter.feed(payload)]


def chat_message(*chunks: Event) -> tuple[dict[str, Any], list[ToolCall]]:
    adapter = ChatAdapter()
    return assemble(feed(adapter, *chunks) + adapter.close())


def test_text_before_and_after_the_calls_keeps_its_place() -> None:
    message, calls = chat_message(
        chunk({"role": "assistant", "content": ""}),
        chunk({"content": "Let me look."}),
        call(0, "", id="a", name="look"),
        call(0, '{"x": 1}'),
        call(1, '{"x"', id="b", name="look"),
        call(1, ": 2}"),
        chunk({"content": "Done."}),
        chunk(finish="tool_calls"),
    )
    types = [block["type"] for block in message["content"]]
    assert types == ["text", "tool_use", "tool_use", "text"]
    assert [(one.id, one.input) for one in calls] == [("a", {"x": 1}), ("b", {"x": 2})]


@pytest.mark.parametrize(("tools", "arguments"), [(["look"], ""), ([], "{"), (["look"], "{")])
def test_a_whole_call_is_complete_as_soon_as_the_next_one_begins(
    tools: list[str], arguments: str
) -> None:
    adapter = ChatAdapter(tools)
    events = adapter.feed(call(0, "{}", id="a", name="look"))
    assert assemble(events)[1] == []
    events += adapter.feed(call(1, arguments, id="b", name="look"))
    assert [one.id for one in assemble(events)[1]] == ["a"]


def test_a_call_that_can_go_on_is_not() -> None:
    adapter = ChatAdapter(["look"])
    events = feed(
        adapter, call(0, '{"x": ', id="a", name="look"), call(1, "{}", id="b", name="look")
    )
    assert assemble(events)[1] == []
    events += feed(adapter, call(0, "1}"), chunk(finish="tool_calls")) + adapter.close()
    assert [one.input for one in assemble(events)[1]] == [{"x": 1}, {}]


@pytest.mark.parametrize(
    "second",
    [
        [call(1, "{}", id="b", name="look")],
        [call(0, "{}", id="b", name="look")],  # each call has the same index
        [call(None, "{}", id="b", name="look")],  # or none
        [call(1, "{", id="b", name="look"), call(1, "}", id="b", name="look")],  # id repeated
    ],
)
def test_a_second_call_in_any_dialect(second: list[Event]) -> None:
    _, calls = chat_message(
        call(0, "{}", id="a", name="look"),
        *second,
        chunk(finish="tool_calls"),
    )
    assert [(one.id, one.input) for one in calls] == [("a", {}), ("b", {})]


def test_calls_that_end_with_stop_are_to_be_run() -> None:
    # So the API does when the request itself names the tool.
    message, calls = chat_message(call(0, "{}", id="a", name="look"), chunk(finish="stop"))
    assert (message["stop_reason"], len(calls)) == ("tool_use", 1)


@pytest.mark.parametrize(
    ("reason", "stop_reason"),
    [
        ("stop", "end_turn"),
        ("length", "max_tokens"),
        ("tool_calls", "tool_use"),
        ("function_call", "tool_use"),
        ("content_filter", "refusal"),
        ("brand_new", "brand_new"),
        *[("end_turn", "end_turn"), ("eos", "end_turn"), ("STOP", "end_turn")],
        *[("max_tokens", "max_tokens"), ("MAX_TOKENS", "max_tokens"), ("tool_use", "tool_use")],
        ("model_length", "model_context_window_exceeded"),
    ],
)
def test_why_a_completion_ended(reason: str, stop_reason: str) -> None:
    message, _ = chat_message(chunk({"content": "Hi"}), chunk(finish=reason))
    assert message["stop_reason"] == stop_reason


def test_words_of_refusal_explain_the_stop() -> None:
    message, _ = chat_message(chunk({"refusal": "I "}), chunk({"refusal": "won't."}, "stop"))
    assert message["content"] == []
    assert message["stop_reason"] == "refusal"
    assert message["stop_details"]["explanation"] == "I won't."


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning"])
def test_reasoning_of_other_servers_is_thinking(name: str) -> None:
    message, _ = chat_message(chunk({name: "Hm."}), chunk({"content": "Hi"}), chunk({}, "stop"))
    assert [block["type"] for block in message["content"]] == ["thinking", "text"]
    assert message["content"][0]["thinking"] == "Hm."


USAGE = {
    "prompt_tokens": 10,
    "completion_tokens": 3,
    "prompt_tokens_details": {"cached_tokens": 4},
}


@pytest.mark.parametrize(
    "end",
    [
        [chunk(finish="stop"), {"choices": [], "usage": USAGE}],
        [chunk(finish="stop", usage=USAGE)],
        [chunk(finish="stop", usage=USAGE), {"choices": [], "usage": USAGE}],  # told twice
        [chunk({"content": ""}, usage={"completion_tokens": 1}), chunk(finish="stop", usage=USAGE)],
    ],
)
def test_usage_is_told_once_with_the_end(end: list[Event]) -> None:
    adapter = ChatAdapter()
    events = feed(adapter, chunk({"content": "Hi"}), *end)
    assert adapter.complete and not adapter.finished  # more may come behind the finish
    events += adapter.close()
    assert adapter.finished and adapter.close() == []
    assert [event["type"] for event in events[-2:]] == ["message_delta", "message_stop"]
    assert sum(event["type"] == "message_delta" for event in events) == 1
    assert events[-2]["usage"] == {
        "input_tokens": 6,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 4,
        "output_tokens": 3,
    }


def test_the_end_waits_for_usage_but_not_for_ever() -> None:
    adapter = ChatAdapter()
    events = feed(adapter, chunk({"content": "Hi"}), chunk(finish="stop"))
    assert [event["type"] for event in events[-2:]] == ["content_block_delta", "content_block_stop"]
    assert not adapter.finished
    assert [event["type"] for event in adapter.close()] == ["message_delta", "message_stop"]
    assert adapter.finished


def test_an_end_without_a_reason_is_truncated() -> None:
    adapter = ChatAdapter()
    feed(adapter, chunk({"content": "Hi"}))
    with pytest.raises(StreamTruncated):
        adapter.close()


@pytest.mark.parametrize(
    "chunks",
    [
        [call(0, "{}")],  # no call has begun
        [call(0, 5, id="a", name="look")],  # arguments that are no text
        [call(0, ["x"], id="a", name="look")],
        [call(0, "{}", id="a")],  # its name never comes
        [call([0], "{}", id="a", name="look")],
        [chunk({"content": [5]})],
        [chunk({"content": 5})],
        [chunk({"tool_calls": "look"})],
    ],
)
def test_chunks_that_cannot_be_trusted_are_refused(chunks: list[Event]) -> None:
    with pytest.raises(ProtocolError):
        chat_message(*chunks, chunk(finish="tool_calls"))


@pytest.mark.parametrize(
    ("error", "type"),
    [
        ({"type": "server_error", "code": None, "message": "Oops"}, "api_error"),
        ({"type": "server_error", "code": "server_is_overloaded"}, "overloaded_error"),
        ({"type": "requests", "code": "rate_limit_exceeded"}, "rate_limit_error"),
        ({"type": "insufficient_quota"}, "billing_error"),
        ({"type": "brand_new", "code": 502}, "api_error"),
        ({"type": "brand_new"}, "brand_new"),
        ({"type": "invalid_request_error", "code": "context_length"}, "invalid_request_error"),
        ({"message": "Oops"}, "unknown_error"),
        ("Oops", "unknown_error"),
    ],
)
@pytest.mark.parametrize("adapter", [ChatAdapter, ResponsesAdapter])
def test_errors_by_name(adapter: Any, error: Any, type: str) -> None:
    payload = {"error": error} if adapter is ChatAdapter else {"type": "error", "error": error}
    with pytest.raises(ErrorEvent) as caught:
        adapter().feed(payload)
    assert caught.value.type == type


# --- Events of a response ---------------------------------------------------------------------

CREATED = {"type": "response.created", "response": {"id": "resp_1", "model": "m"}}
COMPLETED = {"type": "response.completed", "response": {"usage": None}}


def add_item(index: int, **item: Any) -> Event:
    return {"type": "response.output_item.added", "output_index": index, "item": item}


FRAGMENT = {"type": "response.function_call_arguments.delta", "output_index": 0, "delta": "{"}
LOOK = add_item(0, type="function_call", call_id="a", name="look", arguments="")


def response_message(*events: Event) -> tuple[dict[str, Any], list[ToolCall]]:
    return assemble(feed(ResponsesAdapter(), CREATED, *events))


def test_parts_of_reasoning_and_text_are_blocks() -> None:
    def delta(type: str, piece: str, **place: int) -> Event:
        return {"type": f"response.{type}.delta", "output_index": 0, "delta": piece, **place}

    message, _ = response_message(
        delta("reasoning_summary_text", "One", summary_index=0),
        delta("reasoning_summary_text", " two", summary_index=0),
        {"type": "response.reasoning_summary_text.done", "output_index": 0, "summary_index": 0},
        delta("reasoning_summary_text", "Three", summary_index=1),
        delta("reasoning_text", "Four", content_index=0) | {"output_index": 1},
        delta("output_text", "Hi", content_index=0) | {"output_index": 2},
        {"type": "response.brand_new", "output_index": 2},
        COMPLETED,
    )
    said = [block.get("thinking") or block.get("text") for block in message["content"]]
    assert said == ["One two", "Three", "Four", "Hi"]
    assert message["stop_reason"] == "end_turn"


@pytest.mark.parametrize(
    "end",
    [
        {"type": "response.function_call_arguments.done", "arguments": '{"x": 1}'},
        {
            "type": "response.output_item.done",
            "item": {"type": "function_call", "arguments": '{"x": 1}'},
        },
    ],
)
def test_arguments_that_come_only_at_the_end(end: Event) -> None:
    message, calls = response_message(LOOK, end | {"output_index": 0}, COMPLETED)
    assert message["stop_reason"] == "tool_use"
    assert [one.input for one in calls] == [{"x": 1}]


@pytest.mark.parametrize(
    ("details", "stop_reason"),
    [
        ({"reason": "max_output_tokens"}, "max_tokens"),
        ({"reason": "content_filter"}, "refusal"),
        ({"reason": "steered"}, "steered"),
        (None, "incomplete"),
    ],
)
def test_an_incomplete_response_runs_nothing(details: Any, stop_reason: str) -> None:
    end = {"type": "response.incomplete", "response": {"incomplete_details": details}}
    message, calls = response_message(LOOK, end)
    assert (message["stop_reason"], calls) == (stop_reason, [])


def test_a_failed_response_is_an_error() -> None:
    error = {"code": "server_error", "message": "Oops"}
    with pytest.raises(ErrorEvent, match="api_error in mid-stream: Oops"):
        response_message({"type": "response.failed", "response": {"error": error}})


@pytest.mark.parametrize(
    "events",
    [
        [{}],
        [LOOK, LOOK],
        [FRAGMENT, COMPLETED],  # the name of the call never comes
        [LOOK, {"type": "response.function_call_arguments.delta", "output_index": 0, "delta": {}}],
        [add_item(0, type="function_call", call_id="a"), COMPLETED],
        [{"type": "response.output_text.delta", "output_index": 0, "delta": 5}],
    ],
)
def test_events_that_cannot_be_trusted_are_refused(events: list[Event]) -> None:
    with pytest.raises(ProtocolError):
        response_message(*events)


# Words that the adapters look at, so that arbitrary JSON gets far into them.
words = st.sampled_from(
    [
        *("id", "index", "function", "name", "arguments", "delta", "content", "refusal", "type"),
        *("choices", "finish_reason", "tool_calls", "usage", "error", "message", "prompt_tokens"),
        *("output_index", "content_index", "item", "call_id", "response", "incomplete_details"),
        *("response.created", "response.output_text.delta", "response.completed", "error"),
        *("response.function_call_arguments.delta", "response.output_item.added", "stop"),
        *("function_call", "response.incomplete", "response.failed", "prompt_tokens_details"),
    ]
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | words | st.just(""),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=4),
    max_leaves=12,
)


@given(st.lists(st.dictionaries(words, json_values, max_size=6), max_size=5))
@pytest.mark.parametrize("adapter", [ChatAdapter, ResponsesAdapter])
def test_arbitrary_json_gives_events_or_a_named_error(adapter: Any, payloads: list[Event]) -> None:
    telling = adapter()
    try:
        for payload in payloads:
            assert all(isinstance(event["type"], str) for event in telling.feed(payload))
        telling.close()
    except StreamError:
        pass


# --- Requests ---------------------------------------------------------------------------------

PICTURE = {
    "type": "image",
    "source": {"type": "base64", "media_type": "image/png", "data": "aGk="},
}
CONVERSATION: list[dict[str, Any]] = [
    {"role": "user", "content": [{"type": "text", "text": "Look:"}, PICTURE]},
    {
        "role": "assistant",
        "content": [
            {"type": "thinking", "thinking": "Hm.", "signature": "x"},
            {"type": "text", "text": "Looking."},
            {"type": "tool_use", "id": "a", "name": "look", "input": {"x": 1}},
            {"type": "tool_use", "id": "b", "name": "look", "input": {}},
        ],
    },
    {
        "role": "user",
        "content": [
            {"type": "tool_result", "tool_use_id": "b", "content": "no", "is_error": True},
            {"type": "tool_result", "tool_use_id": "a", "content": [PICTURE]},
            {"type": "text", "text": "Go on."},
        ],
    },
]
PICTURE_URL = "data:image/png;base64,aGk="


def test_a_conversation_as_chat_messages() -> None:
    body = chat_request(question("", messages=CONVERSATION, system=[{"type": "text", "text": "S"}]))
    assert body["messages"] == [
        {"role": "system", "content": "S"},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "Look:"},
                {"type": "image_url", "image_url": {"url": PICTURE_URL}},
            ],
        },
        {
            "role": "assistant",
            "content": "Looking.",
            "tool_calls": [
                {
                    "id": "a",
                    "type": "function",
                    "function": {"name": "look", "arguments": '{"x": 1}'},
                },
                {"id": "b", "type": "function", "function": {"name": "look", "arguments": "{}"}},
            ],
        },
        {"role": "tool", "tool_call_id": "b", "content": "Error: no"},
        {"role": "tool", "tool_call_id": "a", "content": ""},
        {
            "role": "user",
            "content": [
                {"type": "image_url", "image_url": {"url": PICTURE_URL}},
                {"type": "text", "text": "Go on."},
            ],
        },
    ]


def test_a_conversation_as_items() -> None:
    body = responses_request(question("", messages=CONVERSATION, system="S"))
    assert body["instructions"] == "S"
    picture = {"type": "input_image", "image_url": PICTURE_URL}
    assert body["input"] == [
        {"role": "user", "content": [{"type": "input_text", "text": "Look:"}]},
        {"role": "user", "content": [picture]},
        {"role": "assistant", "content": [{"type": "output_text", "text": "Looking."}]},
        {"type": "function_call", "call_id": "a", "name": "look", "arguments": '{"x": 1}'},
        {"type": "function_call", "call_id": "b", "name": "look", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "b", "output": "Error: no"},
        {"type": "function_call_output", "call_id": "a", "output": [picture]},
        {"role": "user", "content": [{"type": "input_text", "text": "Go on."}]},
    ]


def test_the_request_is_left_as_it_was() -> None:
    request = question("", messages=CONVERSATION, tools=TOOLS, tool_choice={"type": "any"})
    before = json.dumps(request)
    chat_request(request)
    responses_request(request)
    assert json.dumps(request) == before


@pytest.mark.parametrize(
    ("choice", "chat", "response"),
    [
        ({"type": "auto"}, "auto", "auto"),
        ({"type": "any"}, "required", "required"),
        ({"type": "none"}, "none", "none"),
        (
            {"type": "tool", "name": "get_time"},
            {"type": "function", "function": {"name": "get_time"}},
            {"type": "function", "name": "get_time"},
        ),
    ],
)
async def test_a_choice_among_tools(choice: dict[str, Any], chat: Any, response: Any) -> None:
    request = question("Hi", tools=TOOLS, tool_choice=choice | {"disable_parallel_tool_use": True})
    for body, expected in ((chat_request(request), chat), (responses_request(request), response)):
        assert (body["tool_choice"], body["parallel_tool_calls"]) == (expected, False)
    for open_stream in (open_chat, open_responses):
        assert await collect(open_stream, request)


def test_limits_and_effort() -> None:
    request = question(
        "Hi",
        output_config={"effort": "low"},
        thinking={"type": "adaptive", "display": "summarized"},
    )
    chat = chat_request({**request, "stop_sequences": ["END"]})
    assert (chat["max_completion_tokens"], chat["stop"]) == (4000, ["END"])
    assert chat["reasoning_effort"] == "low"
    response = responses_request(request)
    assert response["max_output_tokens"] == 4000
    assert response["reasoning"] == {"effort": "low", "summary": "auto"}


def test_the_format_of_the_answer() -> None:
    schema = {"type": "object", "properties": {}, "additionalProperties": False}
    asked = {"output_config": {"format": {"type": "json_schema", "schema": schema}}}
    request = {"model": "gpt-5.1", "messages": [{"role": "user", "content": "Hi."}], **asked}
    named = {"name": "answer", "strict": False, "schema": schema}
    assert chat_request(request)["response_format"] == {
        "type": "json_schema",
        "json_schema": named,
    }
    assert responses_request(request)["text"] == {"format": {"type": "json_schema", **named}}


@pytest.mark.parametrize(
    "change",
    [
        {"tools": [{"type": "web_search_20260901", "name": "web_search"}]},
        {"messages": [{"role": "user", "content": [{"type": "document", "source": {}}]}]},
        {
            "messages": [
                {"role": "user", "content": [{"type": "image", "source": {"type": "file"}}]}
            ]
        },
    ],
)
@pytest.mark.parametrize("translate", [chat_request, responses_request])
def test_what_cannot_be_said_is_refused_in_a_sentence(
    translate: Callable[[dict[str, Any]], Any], change: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match="OpenAI's APIs") as caught:
        translate(question("Hi", **change))
    assert str(caught.value).endswith(".")


def test_a_response_has_no_stop_sequences() -> None:
    with pytest.raises(ValueError, match="no stop sequences"):
        responses_request(question("Hi", stop_sequences=["END"]))


# --- The house ----------------------------------------------------------------------------


async def test_every_provider_gives_the_same_words() -> None:
    request = question("Count to three.", model="offline-mock")
    said = set()
    async with AsyncExitStack() as stack:
        for open_stream in PROVIDERS.values():
            http = await stack.enter_async_context(offline())
            http.headers["anthropic-version"] = "2026-10-21"
            events = await stack.enter_async_context(open_stream(http, request))
            said.add("".join([piece async for piece in stream_text(events)]))
    assert len(said) == 1


NAMES = ["openai", "chat", "events", "requests", "responses"]
EARLIER = {
    *("httpx", "helpers.client"),
    *[f"helpers.wire.{name}" for name in ("failures", "payloads", "tool_input")],
}


@pytest.mark.parametrize("name", NAMES)
def test_it_stands_on_the_client_alone(name: str) -> None:
    path = Path(__file__).parents[2] / "helpers" / "providers" / f"{name}.py"
    nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    modules = {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}
    modules |= {name.name for node in nodes if isinstance(node, ast.Import) for name in node.names}
    beyond = {name for name in modules if name.partition(".")[0] not in sys.stdlib_module_names}
    assert beyond <= EARLIER | {f"helpers.providers.{name}" for name in NAMES}
