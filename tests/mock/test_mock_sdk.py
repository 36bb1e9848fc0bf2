"""The proof that it is real: the official SDK, unchanged but for base_url, works with it."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import anthropic
import httpx2
import pytest
from exchange import WEATHER_TOOL

from helpers.mock.engine import MockAPI, VirtualClock
from helpers.mock.server import MockServer
from helpers.mock.settings import Pace, Settings
from helpers.mock.transport import in_process_transport

COUNT: Any = {
    "model": "claude-sonnet-5-5",
    "max_tokens": 100,
    "messages": [{"role": "user", "content": "Count to three."}],
}
DEMO: Any = COUNT | {"messages": [{"role": "user", "content": "Show me a streaming demo."}]}
LAGOS = "What's the weather in Lagos?"
KINDS = [
    "message_start",
    "content_block_start",
    *["content_block_delta"] * 6,
    "content_block_stop",
    "message_delta",
    "message_stop",
]


@pytest.fixture
def client(server: MockServer) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(base_url=server.base_url, api_key="any", max_retries=0) as client:
        yield client


@pytest.fixture(params=["socket", "in process"])
async def async_client(request: Any, server: MockServer) -> AsyncIterator[anthropic.AsyncAnthropic]:
    if request.param == "socket":
        options: Any = {"base_url": server.base_url}
    else:
        transport = in_process_transport(httpx2, MockAPI(clock=VirtualClock()))
        options = {"http_client": httpx2.AsyncClient(transport=transport)}
    async with anthropic.AsyncAnthropic(api_key="any", max_retries=0, **options) as client:
        yield client


def text_of(event: Any) -> str:
    return event.delta.text if event.type == "content_block_delta" else ""


def test_sync_events(client: anthropic.Anthropic) -> None:
    with client.messages.create(**COUNT, stream=True) as stream:
        events = list(stream)
    assert [event.type for event in events] == KINDS
    assert "".join(map(text_of, events)) == "One, two, three."


def test_sync_helper(client: anthropic.Anthropic) -> None:
    with client.messages.stream(**COUNT) as stream:
        assert list(stream.text_stream) == ["One", ",", " two", ",", " three", "."]
        message = stream.get_final_message()
        assert stream.request_id.startswith("req_011C")
    assert message.content[0].text == "One, two, three."
    assert (message.stop_reason, message.usage.output_tokens) == ("end_turn", 6)
    assert message.model == "claude-sonnet-5-5"


def test_sync_whole(client: anthropic.Anthropic) -> None:
    whole = client.messages.create(**COUNT)
    with client.messages.stream(**COUNT) as stream:
        streamed = stream.get_final_message()
    assert whole.to_dict() == streamed.to_dict()


async def test_async_events(async_client: anthropic.AsyncAnthropic) -> None:
    async with await async_client.messages.create(**COUNT, stream=True) as stream:
        events = [event async for event in stream]
    assert [event.type for event in events] == KINDS


async def test_async_helper(async_client: anthropic.AsyncAnthropic) -> None:
    async with async_client.messages.stream(**(DEMO | {"max_tokens": 1000})) as stream:
        text = "".join([piece async for piece in stream.text_stream])
        message = await stream.get_final_message()
    assert message.content[0].text == text
    assert "👋" in text
    assert "café" in text
    assert "\u2028" in text


async def test_async_whole(async_client: anthropic.AsyncAnthropic) -> None:
    whole = await async_client.messages.create(**COUNT)
    async with async_client.messages.stream(**COUNT) as stream:
        streamed = await stream.get_final_message()
    assert whole.to_dict() == streamed.to_dict()


async def test_a_tool_call_and_its_result(async_client: anthropic.AsyncAnthropic) -> None:
    messages: list[Any] = [{"role": "user", "content": LAGOS}]
    request: Any = {"model": "offline-mock", "max_tokens": 500, "tools": [WEATHER_TOOL]}
    async with async_client.messages.stream(**request, messages=messages) as stream:
        turn = await stream.get_final_message()
    assert turn.stop_reason == "tool_use"
    assert [block.type for block in turn.content] == ["text", "tool_use"]
    call = turn.content[1]
    assert (call.name, call.input) == ("get_weather", {"city": "Lagos", "unit": "celsius"})
    result = {"type": "tool_result", "tool_use_id": call.id, "content": "31 °C, humid"}
    messages += [
        {"role": "assistant", "content": [block.to_dict() for block in turn.content]},
        {"role": "user", "content": [result]},
    ]
    async with async_client.messages.stream(**request, messages=messages) as stream:
        answer = await stream.get_final_message()
    assert answer.stop_reason == "end_turn"
    assert "31 °C, humid" in answer.content[0].text


async def test_max_tokens_and_stop_sequences(async_client: anthropic.AsyncAnthropic) -> None:
    short = await async_client.messages.create(**(COUNT | {"max_tokens": 3}))
    assert (short.content[0].text, short.stop_reason) == ("One, two", "max_tokens")
    stopped = await async_client.messages.create(**COUNT, stop_sequences=["two"])
    assert (stopped.stop_reason, stopped.stop_sequence) == ("stop_sequence", "two")


async def test_errors_are_the_sdks_own(async_client: anthropic.AsyncAnthropic) -> None:
    with pytest.raises(anthropic.BadRequestError, match="greater than or equal to 1") as bad:
        await async_client.messages.create(**(COUNT | {"max_tokens": 0}))
    assert bad.value.request_id is not None
    assert bad.value.request_id.startswith("req_011C")
    with pytest.raises(anthropic.NotFoundError, match="model: gpt-9"):
        await async_client.messages.create(**(COUNT | {"model": "gpt-9"}))
    with pytest.raises(anthropic.AuthenticationError):
        await async_client.messages.create(
            **COUNT, extra_headers={"Authorization": anthropic.Omit()}
        )


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("overloaded", anthropic.APIStatusError),
        ("reset", httpx2.ReadError),
        ("drop", httpx2.RemoteProtocolError),
        ("529", anthropic.APIStatusError),
    ],
)
def test_faults_reach_the_sdk(
    server: MockServer, client: anthropic.Anthropic, fault: str, error: type[Exception]
) -> None:
    server.configure(Settings(Pace(first_token=0.01, tokens_per_second=5000), fault=fault))
    with pytest.raises(error) as caught, client.messages.stream(**COUNT) as stream:
        stream.until_done()
    if isinstance(caught.value, anthropic.APIStatusError):
        assert caught.value.status_code == {"overloaded": 200, "529": 529}[fault]
        assert caught.value.type == "overloaded_error"


def test_a_clean_cut_looks_like_an_end_to_the_sdk(
    server: MockServer, client: anthropic.Anthropic
) -> None:
    server.configure(Settings(Pace(first_token=0.01, tokens_per_second=5000), fault="cut"))
    with client.messages.stream(**COUNT) as stream:
        message = stream.get_final_message()
    assert message.stop_reason is None
    assert message.content[0].text == "One, two"
