"""OpenAI's two endpoints, seen by OpenAI's own SDK, and byte by byte through a socket."""

import json
import re
import socket
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx2
import openai
import pytest

from helpers.mock.engine import MockAPI, VirtualClock
from helpers.mock.script import Scenario, Turn, load
from helpers.mock.script.parts import Stop
from helpers.mock.server import MockServer
from helpers.mock.settings import Pace, Settings
from helpers.mock.transport import in_process_transport
from helpers.providers.models import DEFAULT_OPENAI_MODEL

QUICK = Pace(first_token=0.01, tokens_per_second=5000)
COUNT = "Count to three."
LAGOS = "What's the weather in Lagos?"
DEMO = "Show me what streaming looks like."
OVERLOADED = "The engine is currently overloaded, please try again later."
WEATHER = {
    "name": "get_weather",
    "description": "Get the current weather in a city.",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}, "unit": {"type": "string"}},
        "required": ["city"],
    },
}
CHAT_TOOLS: Any = [{"type": "function", "function": WEATHER}]
RESPONSES_TOOLS: Any = [{"type": "function"} | WEATHER]


def chat(prompt: str, **more: Any) -> Any:
    return {"model": "gpt-4o", "messages": [{"role": "user", "content": prompt}]} | more


def ask(prompt: str, **more: Any) -> Any:
    return {"model": "gpt-5.1", "input": prompt} | more


@pytest.fixture
def client(server: MockServer) -> Iterator[openai.OpenAI]:
    address = f"{server.base_url}/v1"
    with openai.OpenAI(base_url=address, api_key="any", max_retries=0) as client:
        yield client


@pytest.fixture(params=["socket", "in process"])
async def async_client(request: Any, server: MockServer) -> AsyncIterator[openai.AsyncOpenAI]:
    if request.param == "socket":
        options: Any = {"base_url": f"{server.base_url}/v1"}
    else:
        transport = in_process_transport(httpx2, MockAPI(clock=VirtualClock()))
        options = {
            "base_url": "http://offline/v1",
            "http_client": httpx2.AsyncClient(transport=transport),
        }
    async with openai.AsyncOpenAI(api_key="any", max_retries=0, **options) as client:
        yield client


# --- Chat completions, through the SDK -----------------------------------------------------


def test_chat_chunks(client: openai.OpenAI) -> None:
    with client.chat.completions.create(**chat(COUNT), stream=True) as stream:
        chunks = list(stream)
    deltas = [chunk.choices[0].delta for chunk in chunks]
    assert (deltas[0].role, deltas[0].content) == ("assistant", "")
    assert [delta.content for delta in deltas[1:-1]] == ["One", ",", " two", ",", " three", "."]
    reasons = [chunk.choices[0].finish_reason for chunk in chunks]
    assert reasons == [None] * 7 + ["stop"]
    assert all(chunk.usage is None for chunk in chunks)
    assert len({chunk.id for chunk in chunks}) == 1


def test_chat_whole(client: openai.OpenAI) -> None:
    whole = client.chat.completions.create(**chat(COUNT))
    assert whole.choices[0].message.content == "One, two, three."
    assert whole.choices[0].finish_reason == "stop"
    assert whole.model == "gpt-4o"
    assert whole.usage is not None
    assert whole.usage.completion_tokens == 6
    assert whole.usage.total_tokens == whole.usage.prompt_tokens + 6


@pytest.mark.parametrize("prompt", [COUNT, LAGOS, DEMO])
def test_chat_streamed_equals_whole(client: openai.OpenAI, prompt: str) -> None:
    request = chat(prompt, tools=CHAT_TOOLS, n=2)
    whole = client.chat.completions.create(**request)
    with client.chat.completions.stream(
        **request, stream_options={"include_usage": True}
    ) as stream:
        streamed = stream.get_final_completion()
    assert streamed.id == whole.id
    assert streamed.usage == whole.usage
    for one, other in zip(streamed.choices, whole.choices, strict=True):
        assert one.finish_reason == other.finish_reason
        assert one.message.content == other.message.content
        assert plain_calls(one.message) == plain_calls(other.message)


def plain_calls(message: Any) -> list[tuple[str, str, str]]:
    calls = message.tool_calls or []
    return [(call.id, call.function.name, call.function.arguments) for call in calls]


def test_chat_helper_events(client: openai.OpenAI) -> None:
    with client.chat.completions.stream(**chat(LAGOS, tools=CHAT_TOOLS)) as stream:
        kinds = {event.type for event in stream}
    assert kinds == {
        "chunk",
        "content.delta",
        "content.done",
        "tool_calls.function.arguments.delta",
        "tool_calls.function.arguments.done",
    }


async def test_chat_usage_comes_when_asked_for(async_client: openai.AsyncOpenAI) -> None:
    stream = await async_client.chat.completions.create(
        **chat(COUNT), stream=True, stream_options={"include_usage": True}
    )
    chunks = [chunk async for chunk in stream]
    assert chunks[-1].choices == []
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.completion_tokens == 6
    assert all(chunk.usage is None and chunk.choices for chunk in chunks[:-1])


async def test_chat_a_tool_call_and_its_result(async_client: openai.AsyncOpenAI) -> None:
    messages: list[Any] = [{"role": "user", "content": LAGOS}]
    request: Any = {"model": "o4-mini", "tools": CHAT_TOOLS, "messages": messages}
    async with async_client.chat.completions.stream(**request) as stream:
        turn = (await stream.get_final_completion()).choices[0]
    assert turn.finish_reason == "tool_calls"
    assert turn.message.tool_calls is not None
    (call,) = turn.message.tool_calls
    assert re.fullmatch(r"call_[0-9A-Za-z]{24}", call.id)
    arguments = json.loads(call.function.arguments)
    assert (call.function.name, arguments) == ("get_weather", {"city": "Lagos", "unit": "celsius"})
    result = {"role": "tool", "tool_call_id": call.id, "content": "31 °C, humid"}
    said = turn.message.to_dict()
    messages += [{name: said[name] for name in ("role", "content", "tool_calls")}, result]
    async with async_client.chat.completions.stream(**request) as stream:
        answer = (await stream.get_final_completion()).choices[0]
    assert answer.finish_reason == "stop"
    assert "31 °C, humid" in (answer.message.content or "")


async def test_chat_ends_where_it_is_told(async_client: openai.AsyncOpenAI) -> None:
    create = async_client.chat.completions.create
    short = (await create(**chat(COUNT, max_completion_tokens=3))).choices[0]
    assert (short.message.content, short.finish_reason) == ("One, two", "length")
    older = (await create(**chat(COUNT, max_tokens=3))).choices[0]
    assert (older.message.content, older.finish_reason) == ("One, two", "length")
    stopped = (await create(**chat(COUNT, stop=["three", "two"]))).choices[0]
    assert (stopped.message.content, stopped.finish_reason) == ("One, ", "stop")
    with pytest.raises(openai.LengthFinishReasonError):
        async with async_client.chat.completions.stream(**chat(COUNT, max_tokens=3)) as stream:
            await stream.get_final_completion()


def test_a_cut_call_shows_its_arguments_so_far(client: openai.OpenAI) -> None:
    request = chat(LAGOS, tools=CHAT_TOOLS)
    whole = client.chat.completions.create(**request)
    assert whole.usage is not None
    most = whole.usage.completion_tokens - 1
    cut = client.chat.completions.create(**request, max_tokens=most)
    assert cut.choices[0].finish_reason == "length"
    (called,), (cut_off,) = (
        plain_calls(whole.choices[0].message),
        plain_calls(cut.choices[0].message),
    )
    assert cut_off[2]
    assert json.loads(called[2])["city"] == "Lagos"
    with pytest.raises(ValueError, match=r"delimiter|Unterminated|Expecting"):
        json.loads(cut_off[2])


# --- Responses, through the SDK --------------------------------------------------------------

LIFE_OF_A_TEXT = [
    "response.created",
    "response.in_progress",
    "response.output_item.added",
    "response.content_part.added",
    *["response.output_text.delta"] * 6,
    "response.output_text.done",
    "response.content_part.done",
    "response.output_item.done",
    "response.completed",
]


def test_responses_events(client: openai.OpenAI) -> None:
    with client.responses.create(**ask(COUNT), stream=True) as stream:
        events = list(stream)
    assert [event.type for event in events] == LIFE_OF_A_TEXT
    assert [event.sequence_number for event in events] == list(range(len(events)))
    deltas = [event.delta for event in events if event.type == "response.output_text.delta"]
    assert deltas == ["One", ",", " two", ",", " three", "."]
    assert events[-1].response.output_text == "One, two, three."


@pytest.mark.parametrize("prompt", [COUNT, LAGOS, DEMO])
def test_responses_streamed_equals_whole(client: openai.OpenAI, prompt: str) -> None:
    request = ask(prompt, tools=RESPONSES_TOOLS, instructions="Be brief.")
    whole = client.responses.create(**request)
    with client.responses.create(**request, stream=True) as stream:
        *_, last = stream
    assert last.response.to_dict() == whole.to_dict()
    with client.responses.stream(**request) as stream:
        helped = stream.get_final_response()
    assert helped.output_text == whole.output_text
    assert helped.usage == whole.usage


async def test_responses_events_async(async_client: openai.AsyncOpenAI) -> None:
    stream = await async_client.responses.create(**ask(COUNT), stream=True)
    assert [event.type async for event in stream] == LIFE_OF_A_TEXT
    whole = await async_client.responses.create(**ask(COUNT))
    assert (whole.status, whole.output_text) == ("completed", "One, two, three.")
    assert whole.usage is not None
    assert whole.usage.output_tokens == 6


async def test_responses_a_tool_call_and_its_result(async_client: openai.AsyncOpenAI) -> None:
    items: list[Any] = [{"role": "user", "content": LAGOS}]
    request: Any = {"model": "gpt-5.1", "tools": RESPONSES_TOOLS, "input": items}
    async with async_client.responses.stream(**request) as stream:
        kinds = [event.type async for event in stream]
        turn = await stream.get_final_response()
    assert "response.function_call_arguments.delta" in kinds
    assert "response.function_call_arguments.done" in kinds
    said, call = turn.output
    assert said.type == "message"
    assert call.type == "function_call"
    assert (call.name, json.loads(call.arguments)["city"]) == ("get_weather", "Lagos")
    items += [item.to_dict() for item in turn.output]
    items += [{"type": "function_call_output", "call_id": call.call_id, "output": "31 °C, humid"}]
    answer = await async_client.responses.create(**request)
    assert "31 °C, humid" in answer.output_text


async def test_responses_cut_at_the_limit(async_client: openai.AsyncOpenAI) -> None:
    request = ask(DEMO, max_output_tokens=16)
    stream = await async_client.responses.create(**request, stream=True)
    *_, item, last = [event async for event in stream]
    assert (item.type, item.item.status) == ("response.output_item.done", "incomplete")
    assert last.type == "response.incomplete"
    assert last.response.incomplete_details.reason == "max_output_tokens"
    assert last.response.usage.output_tokens == 16
    whole = await async_client.responses.create(**request)
    assert whole.to_dict() == last.response.to_dict()


async def test_responses_go_on_from_the_previous_one(async_client: openai.AsyncOpenAI) -> None:
    create = async_client.responses.create
    request: Any = {"model": "gpt-5.1", "tools": RESPONSES_TOOLS}
    turn = await create(**request, input=LAGOS)
    call = turn.output[-1]
    assert call.type == "function_call"
    result: Any = {"type": "function_call_output", "call_id": call.call_id, "output": "31 °C"}
    answer = await create(**request, input=[result], previous_response_id=turn.id)
    assert "31 °C" in answer.output_text
    assert answer.previous_response_id == turn.id
    with pytest.raises(openai.BadRequestError, match="No tool output found for function call"):
        await create(**request, input="And now?", previous_response_id=turn.id)
    unkept = await create(**request, input=COUNT, store=False)
    with pytest.raises(openai.BadRequestError) as gone:
        await create(**request, input="And now?", previous_response_id=unkept.id)
    assert gone.value.code == "previous_response_not_found"


async def test_reasoning_is_summarized_when_asked_for(async_client: openai.AsyncOpenAI) -> None:
    riddle = "A riddle: the more of them you take, the more you leave behind. What are they?"
    request = ask(riddle, reasoning={"effort": "high", "summary": "auto"})
    async with async_client.responses.stream(**request) as stream:
        kinds = [event.type async for event in stream]
        response = await stream.get_final_response()
    assert [item.type for item in response.output] == ["reasoning", "message"]
    thought = response.output[0]
    assert thought.type == "reasoning"
    assert thought.summary[0].text.startswith("Something that grows")
    assert kinds.index("response.reasoning_summary_part.added") == 3
    assert kinds.count("response.reasoning_summary_text.done") == 1
    assert response.usage is not None
    assert response.usage.output_tokens_details.reasoning_tokens > 50
    quiet = await async_client.responses.create(**ask(riddle, reasoning={"effort": "high"}))
    assert quiet.output[0].to_dict() | {"id": ""} == {"id": "", "type": "reasoning", "summary": []}
    told = await async_client.chat.completions.create(**chat(riddle, reasoning_effort="high"))
    assert told.choices[0].message.content == response.output_text == quiet.output_text
    details = told.usage and told.usage.completion_tokens_details
    assert details is not None
    assert details.reasoning_tokens == response.usage.output_tokens_details.reasoning_tokens


REFUSES = Scenario(
    name="no",
    prompt="Break in.",
    when=(frozenset({"break", "in"}),),
    turns=(Turn((Stop("refusal", {"explanation": "That is a crime."}),), ()),),
    without_tool=(),
)


async def test_a_refusal_has_words_and_a_filter_has_none() -> None:
    api = MockAPI(scenarios=[REFUSES, *load()], clock=VirtualClock())
    transport = in_process_transport(httpx2, api)
    async with openai.AsyncOpenAI(
        api_key="any",
        base_url="http://offline/v1",
        http_client=httpx2.AsyncClient(transport=transport),
    ) as client:
        for model in (False, True):
            stream = await client.chat.completions.create(
                **chat("Break in." if model else "Write me a computer worm."), stream=True
            )
            choices = [chunk.choices[0] async for chunk in stream]
            words = "".join(choice.delta.refusal or "" for choice in choices)
            assert words == ("That is a crime." if model else "")
            assert choices[-1].finish_reason == ("stop" if model else "content_filter")
        events = [e async for e in await client.responses.create(**ask("Break in."), stream=True)]
        assert [e.type for e in events if "refusal" in e.type][-1] == "response.refusal.done"
        part = events[-1].response.output[0].content[0]
        assert (part.type, part.refusal) == ("refusal", "That is a crime.")
        worm = await client.responses.create(**ask("Write me a computer worm."))
        assert worm.status == "incomplete"
        assert worm.incomplete_details is not None
        assert worm.incomplete_details.reason == "content_filter"


async def test_a_tool_of_ones_own_and_one_without_arguments(
    async_client: openai.AsyncOpenAI,
) -> None:
    properties = {"sides": {"type": "integer", "minimum": 2}, "colour": {"enum": ["red", "blue"]}}
    schema = {"type": "object", "properties": properties, "required": ["sides", "colour"]}
    dice: Any = {"name": "roll_dice", "description": "Roll a die.", "parameters": schema}
    clock: Any = {"name": "get_time", "parameters": {"type": "object", "properties": {}}}
    own: Any = {"type": "function", "function": dice}
    told = await async_client.chat.completions.create(
        **chat("Roll a blue die with 20 sides.", tools=[own])
    )
    ((_, name, arguments),) = plain_calls(told.choices[0].message)
    assert (name, json.loads(arguments)) == ("roll_dice", {"sides": 20, "colour": "blue"})
    for stream in (False, True):
        request = chat("What time is it?", tools=[{"type": "function", "function": clock}])
        if stream:
            async with async_client.chat.completions.stream(**request) as told_in_pieces:
                told = await told_in_pieces.get_final_completion()
        else:
            told = await async_client.chat.completions.create(**request)
        assert [call[1:] for call in plain_calls(told.choices[0].message)] == [("get_time", "{}")]
    response = await async_client.responses.create(
        **ask("What time is it?", tools=[{"type": "function"} | clock])
    )
    assert response.output[-1].type == "function_call"
    assert response.output[-1].arguments == "{}"


async def test_two_calls_at_once(async_client: openai.AsyncOpenAI) -> None:
    request = chat("What's the weather in Lagos and Oslo?", tools=CHAT_TOOLS)
    async with async_client.chat.completions.stream(**request) as stream:
        message = (await stream.get_final_completion()).choices[0].message
    calls = plain_calls(message)
    assert [json.loads(arguments)["city"] for _, _, arguments in calls] == ["Lagos", "Oslo"]
    results: Any = [
        {"role": "tool", "tool_call_id": id, "content": f"{18 + index} °C"}
        for index, (id, _, _) in enumerate(calls)
    ]
    said: Any = {name: message.to_dict()[name] for name in ("role", "content", "tool_calls")}
    told = await async_client.chat.completions.create(
        **request | {"messages": [*request["messages"], said, *results]}
    )
    assert told.choices[0].finish_reason == "stop"
    assert "18 °C" in (told.choices[0].message.content or "")


def test_models(client: openai.OpenAI) -> None:
    models = list(client.models.list())
    assert {"offline-mock", DEFAULT_OPENAI_MODEL} <= {model.id for model in models}
    assert {model.object for model in models} == {"model"}


# --- What is refused -----------------------------------------------------------------------


def get_error(api: MockAPI, path: str, request: Any, **headers: str) -> tuple[int, Any]:
    body = request if isinstance(request, bytes) else json.dumps(request).encode()
    plan = api.plan("POST", path, {"authorization": "Bearer any"} | headers, body)
    answer = json.loads(b"".join(chunk.data for chunk in plan.chunks))
    assert answer.keys() == {"error"}
    assert answer["error"].keys() == {"message", "type", "param", "code"}
    return plan.status, answer["error"]


CALL = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
CALLED: Any = [
    {"role": "user", "content": "x"},
    {"role": "assistant", "content": None, "tool_calls": [CALL]},
]


def result(call: str) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": call, "content": "1"}


@pytest.mark.parametrize(
    ("request_", "status", "message", "param", "code"),
    [
        ({"messages": []}, 400, "you must provide a model parameter", None, None),
        (
            {"model": "gpt-4o"},
            400,
            "Missing required parameter: 'messages'.",
            "messages",
            "missing_required_parameter",
        ),
        (
            chat("x", messages=[]),
            400,
            "Invalid 'messages': empty array.",
            "messages",
            "empty_array",
        ),
        (
            chat("x", messages="x"),
            400,
            "Invalid type for 'messages': expected an array of objects, but got a string instead.",
            "messages",
            "invalid_type",
        ),
        (
            chat("x", model="claude-sonnet-5-5"),
            404,
            "The model `claude-sonnet-5-5` does not exist or you do not have access to it.",
            None,
            "model_not_found",
        ),
        (
            chat("x", messages=[{"role": "robot", "content": "x"}]),
            400,
            "Invalid value: 'robot'. Supported values are: 'system', 'assistant', 'user', "
            "'function', 'tool', and 'developer'.",
            "messages[0].role",
            "invalid_value",
        ),
        (
            chat("x", messages=[{"role": "user", "content": None}]),
            400,
            "Invalid value for 'content': expected a string, got null.",
            "messages.[0].content",
            None,
        ),
        (
            chat("x", messages=[{"role": "user", "content": "x"}, result("call_1")]),
            400,
            "Invalid parameter: messages with role 'tool' must be a response to a preceeding "
            "message with 'tool_calls'.",
            "messages.[1].role",
            None,
        ),
        (
            chat("x", messages=[*CALLED, result("call_2")]),
            400,
            "Invalid parameter: 'tool_call_id' of 'call_2' not found in 'tool_calls' of previous "
            "message.",
            "messages.[2].tool_call_id",
            None,
        ),
        (
            chat("x", messages=[*CALLED, {"role": "user", "content": "x"}]),
            400,
            "An assistant message with 'tool_calls' must be followed by tool messages responding "
            "to each 'tool_call_id'. The following tool_call_ids did not have response messages: "
            "call_1",
            "messages.[2].role",
            None,
        ),
        (
            chat("x", max_tokens=0),
            400,
            "Invalid 'max_tokens': integer below minimum value. Expected a value >= 1, but got 0 "
            "instead.",
            "max_tokens",
            "integer_below_min_value",
        ),
        (
            chat("x", n=200),
            400,
            "Invalid 'n': integer above maximum value. Expected a value <= 128, but got 200 "
            "instead.",
            "n",
            "integer_above_max_value",
        ),
        (
            chat("x", stream_options={"include_usage": True}),
            400,
            "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
            "stream_options",
            None,
        ),
        (
            chat("x", tools=[{"type": "function", "function": {}}]),
            400,
            "Missing required parameter: 'tools[0].function.name'.",
            "tools[0].function.name",
            "missing_required_parameter",
        ),
        (b"{", 400, "We could not parse the JSON body of your request.", None, None),
    ],
)
def test_chat_refuses(
    request_: Any, status: int, message: str, param: str | None, code: str | None
) -> None:
    found, error = get_error(MockAPI(), "/v1/chat/completions", request_)
    assert (found, error["param"], error["code"]) == (status, param, code)
    assert error["message"].startswith(message)
    assert error["type"] == "invalid_request_error"


FUNCTION_CALL = {"type": "function_call", "call_id": "call_1", "name": "f", "arguments": "{}"}
OUTPUT = {"type": "function_call_output", "call_id": "call_1", "output": "1"}


@pytest.mark.parametrize(
    ("request_", "message", "param", "code"),
    [
        (
            {"model": "gpt-4o"},
            "Missing required parameter: 'input'.",
            "input",
            "missing_required_parameter",
        ),
        (
            ask(""),
            "One of \"input\" or \"previous_response_id\" or 'prompt' or 'conversation' must be "
            "provided.",
            None,
            "missing_required_parameter",
        ),
        (
            ask(DEMO, max_output_tokens=10),
            "Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16, "
            "but got 10 instead.",
            "max_output_tokens",
            "integer_below_min_value",
        ),
        (
            ask("x", input=[OUTPUT]),
            "No tool call found for function call output with call_id call_1.",
            "input",
            None,
        ),
        (
            ask("x", input=[{"role": "user", "content": "x"}, FUNCTION_CALL]),
            "No tool output found for function call call_1.",
            "input",
            None,
        ),
        (
            ask("x", input=[{"role": "user", "content": [{"type": "text", "text": "x"}]}]),
            "Invalid value: 'text'. Supported values are: 'input_text', 'input_image', "
            "'input_file', and 'input_audio'.",
            "input[0].content[0].type",
            "invalid_value",
        ),
    ],
)
def test_responses_refuses(request_: Any, message: str, param: str | None, code: str) -> None:
    status, error = get_error(MockAPI(), "/v1/responses", request_)
    assert (status, error["param"], error["code"]) == (400, param, code)
    assert error["message"] == message


JUNK = (None, True, 7, "x", [], [None], {}, {"type": []})
ASKED = {
    "/v1/chat/completions": chat(
        COUNT,
        messages=[
            {"role": "user", "content": [{"type": "text", "text": COUNT}]},
            *CALLED[1:],
            result("call_1"),
        ],
        tools=CHAT_TOOLS,
        tool_choice={"type": "function", "function": {"name": "get_weather"}},
        stop=["x"],
        n=1,
    ),
    "/v1/responses": ask(
        COUNT,
        input=[
            {"role": "user", "content": [{"type": "input_text", "text": COUNT}]},
            FUNCTION_CALL,
            OUTPUT | {"output": [{"type": "input_text", "text": "1"}]},
        ],
        tools=RESPONSES_TOOLS,
        tool_choice={"type": "function", "name": "get_weather"},
        reasoning={"effort": "low", "summary": "auto"},
    ),
}


def places(value: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to each value within a JSON value."""
    names = value if isinstance(value, dict) else range(len(value) if type(value) is list else 0)
    for name in names:
        yield (*before, name)
        yield from places(value[name], (*before, name))


@pytest.mark.parametrize("path", ASKED)
def test_junk_anywhere_in_a_request_gets_an_answer(path: str) -> None:
    api = MockAPI()
    for *way, last in list(places(ASKED[path])):
        for junk in (*JUNK, "leave it out"):
            request = json.loads(json.dumps(ASKED[path]))
            inner = request
            for name in way:
                inner = inner[name]
            if junk == "leave it out":
                del inner[last]
            else:
                inner[last] = junk
            plan = api.plan(
                "POST", path, {"authorization": "Bearer x"}, json.dumps(request).encode()
            )
            answer = json.loads(b"".join(chunk.data for chunk in plan.chunks))
            assert plan.status in (200, 400, 404)
            assert ("error" in answer and "type" in (answer["error"] or {})) == (plan.status > 200)


def test_errors_are_the_sdks_own(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError, match="does not exist") as missing:
        client.chat.completions.create(**chat(COUNT, model="claude-sonnet-5-5"))
    assert missing.value.code == "model_not_found"
    assert re.fullmatch(r"req_[0-9a-f]{32}", missing.value.request_id or "")
    with pytest.raises(openai.BadRequestError) as bad:
        client.responses.create(**ask(DEMO, max_output_tokens=1))
    assert bad.value.param == "max_output_tokens"
    with pytest.raises(openai.AuthenticationError, match="didn't provide an API key"):
        client.responses.create(**ask(COUNT), extra_headers={"Authorization": openai.Omit()})
    with pytest.raises(openai.AuthenticationError) as wrong:
        client.with_options(api_key="invalid").responses.create(**ask(COUNT))
    assert wrong.value.code == "invalid_api_key"
    with pytest.raises(openai.APIStatusError) as large:
        client.responses.create(**ask("x" * (33 * 2**20)))
    assert (large.value.status_code, large.value.type) == (413, "invalid_request_error")


# --- What goes wrong on the way ------------------------------------------------------------


def test_faults_reach_the_sdk(server: MockServer, client: openai.OpenAI) -> None:
    server.configure(Settings(QUICK, fault="overloaded"))
    with pytest.raises(openai.APIError, match="overloaded") as broken:
        list(client.chat.completions.create(**chat(COUNT), stream=True))
    assert not isinstance(broken.value, openai.APIStatusError)
    *_, last = client.responses.create(**ask(COUNT), stream=True)
    assert (last.type, last.message) == ("error", OVERLOADED)
    server.configure(Settings(QUICK, fault="529"))
    with pytest.raises(openai.InternalServerError, match="overloaded") as refusal:
        client.responses.create(**ask(COUNT), stream=True)
    assert refusal.value.status_code == 503
    server.configure(Settings(QUICK, fault="reset"))
    with pytest.raises(openai.APIConnectionError):
        list(client.chat.completions.create(**chat(COUNT), stream=True))
    server.configure(Settings(QUICK, fault="cut"))
    chunks = list(client.chat.completions.create(**chat(COUNT), stream=True))
    assert chunks[-1].choices[0].finish_reason is None


# --- The bytes -----------------------------------------------------------------------------


def send(server: MockServer, path: str, request: Any) -> list[bytes]:
    """Return the chunks of an answer as the server cut them."""
    address = urlsplit(server.base_url)
    data = json.dumps(request).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer any\r\n"
        f"content-length: {len(data)}\r\n\r\n"
    )
    with socket.create_connection((address.hostname, address.port or 0), timeout=60) as connection:
        connection.sendall(head.encode() + data)
        with connection.makefile("rb") as answer:
            assert answer.readline() == b"HTTP/1.1 200 OK\r\n"
            headers = iter(answer.readline, b"\r\n")
            assert b"content-type: text/event-stream; charset=utf-8\r\n" in list(headers)
            chunks = []
            while size := int(answer.readline(), 16):
                chunks.append(answer.read(size))
                assert answer.read(2) == b"\r\n"
            return chunks


TEXT = r'"(?:[^"\\\x00-\x1f]|\\.)*"'
FRAME = (
    r'{"id":"chatcmpl-[0-9A-Za-z]{29}","object":"chat.completion.chunk","created":\d{10},'
    r'"model":"gpt-4o","service_tier":"default","system_fingerprint":"fp_[0-9a-f]{10}","choices":'
)
PADDING = r',"obfuscation":"[0-9A-Za-z]{0,15}"}'
OPENING = r'{"role":"assistant","content":"","refusal":null}'
WORDS = rf'{{"content":{TEXT}}}'
FIRST_OF_A_CALL = (
    r'{"tool_calls":\[{"index":0,"id":"call_[0-9A-Za-z]{24}","type":"function",'
    r'"function":{"name":"get_weather","arguments":""}}\]}'
)
MORE_OF_A_CALL = rf'{{"tool_calls":\[{{"index":0,"function":{{"arguments":{TEXT}}}}}\]}}'


def chat_line(delta: str, finish: str = "null", after: str = PADDING) -> str:
    choice = rf'{{"index":0,"delta":{delta},"logprobs":null,"finish_reason":{finish}}}'
    return FRAME + rf"\[{choice}\]" + after


def test_every_line_of_a_chat_has_its_shape(server: MockServer) -> None:
    chunks = send(server, "/v1/chat/completions", chat(LAGOS, tools=CHAT_TOOLS, stream=True))
    assert chunks.pop() == b"data: [DONE]\n\n"
    lines = []
    for chunk in chunks:
        (line,) = re.fullmatch(rb"data: ([^\r\n]*)\n\n", chunk).groups()
        lines.append(line.decode())
    shapes = [OPENING, WORDS, FIRST_OF_A_CALL, MORE_OF_A_CALL]
    kinds = [
        next(n for n, shape in enumerate(shapes) if re.fullmatch(chat_line(shape), line))
        for line in lines[:-1]
    ]
    assert kinds == sorted(kinds)
    assert kinds[:2] == [0, 1]
    assert set(kinds) == {0, 1, 2, 3}
    assert re.fullmatch(chat_line("{}", '"tool_calls"'), lines[-1])
    # The padding brings each line without it to a multiple of 16 characters.
    assert {(len(line) - len(',"obfuscation":""')) % 16 for line in lines} == {0}


def test_without_obfuscation_and_with_usage(server: MockServer) -> None:
    options = {"include_obfuscation": False, "include_usage": True}
    request = chat(COUNT, stream=True, stream_options=options)
    chunks = send(server, "/v1/chat/completions", request)
    assert chunks.pop() == b"data: [DONE]\n\n"
    usage = json.loads(chunks.pop().removeprefix(b"data: "))
    assert usage["choices"] == []
    assert usage["usage"]["completion_tokens"] == 6
    assert all(chunk.endswith(b',"usage":null}\n\n') for chunk in chunks)
    assert b"obfuscation" not in b"".join(chunks)


@pytest.mark.parametrize("padded", [True, False])
def test_every_event_of_a_response_has_its_shape(server: MockServer, padded: bool) -> None:
    request = ask(LAGOS, tools=RESPONSES_TOOLS, stream=True)
    if not padded:
        request["stream_options"] = {"include_obfuscation": False}
    for number, chunk in enumerate(send(server, "/v1/responses", request)):
        name, data = re.fullmatch(rb"event: ([\w.]+)\ndata: ([^\r\n]*)\n\n", chunk).groups()
        start = f'{{"type":"{name.decode()}","sequence_number":{number},'
        assert data.decode().startswith(start)
        event = json.loads(data)
        assert ("obfuscation" in event) == (padded and name.endswith(b".delta"))
        if "obfuscation" in event:
            assert len(event["delta"] + event["obfuscation"]) % 16 == 0
    assert name == b"response.completed"


def test_text_is_raw_utf8(server: MockServer) -> None:
    for path, request in [
        ("/v1/chat/completions", chat(DEMO, stream=True)),
        ("/v1/responses", ask(DEMO, stream=True)),
    ]:
        stream = b"".join(send(server, path, request))
        for character in ("é", "👋", "\u2028"):
            assert character.encode() in stream
        assert b"\\u" not in stream


@pytest.mark.parametrize("chunking", ["byte", "whole", "random"])
def test_any_chunking_has_the_same_bytes(chunking: str) -> None:
    for path, request in [
        ("/v1/chat/completions", chat(DEMO, stream=True)),
        ("/v1/responses", ask(DEMO, stream=True)),
    ]:
        body = json.dumps(request).encode()
        streams = []
        for settings in (Settings(), Settings(chunking=chunking)):
            plan = MockAPI(settings).plan("POST", path, {"authorization": "Bearer any"}, body)
            streams.append(b"".join(chunk.data for chunk in plan.chunks))
        assert streams[0] == streams[1]


def test_the_pace_is_that_of_the_settings() -> None:
    settings = Settings(Pace(first_token=1, tokens_per_second=10, jitter=0))
    headers = {"authorization": "Bearer any"}
    body = json.dumps(chat(COUNT, stream=True)).encode()
    plan = MockAPI(settings).plan("POST", "/v1/chat/completions", headers, body)
    times = [round(chunk.at, 6) for chunk in plan.chunks]
    assert times == [1, 1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.6]
    body = json.dumps(ask(COUNT, stream=True)).encode()
    plan = MockAPI(settings).plan("POST", "/v1/responses", headers, body)
    times = [round(chunk.at, 6) for chunk in plan.chunks]
    assert times == [0.5, 0.5, 1, 1, 1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.6, 1.6, 1.6]
