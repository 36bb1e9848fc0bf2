"""The official SDK assembles every scenario, block by block, to the message sent whole."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import anthropic
import httpx2
import pytest
from exchange import WEATHER_TOOL

from helpers.mock.engine import MockAPI, VirtualClock
from helpers.mock.script import load
from helpers.mock.server import MockServer
from helpers.mock.transport import in_process_transport
from tests.sweeps import sweep

TOOLS: list[Any] = [
    WEATHER_TOOL,
    {"name": "get_time", "input_schema": {"type": "object", "properties": {}}},
    {
        "name": "write_file",
        "input_schema": {
            "type": "object",
            "properties": {"path": {"type": "string"}, "content": {"type": "string"}},
            "required": ["path", "content"],
        },
    },
    {"type": "web_search_20260318", "name": "web_search"},
    {"type": "web_fetch_20260318", "name": "web_fetch"},
]
REQUEST: Any = {
    "model": "claude-sonnet-5-5",
    "max_tokens": 4000,
    "tools": TOOLS,
    "thinking": {"type": "adaptive", "display": "summarized"},
}
SCENARIOS = {scenario.name: scenario.prompt for scenario in load()}
# The stop reasons of each conversation, turn by turn, where it is more than one answer.
ENDS = {
    "compare_weather": ["tool_use", "end_turn"],
    "computer_worm": ["refusal"],
    "every_block": ["tool_use", "max_tokens"],
    "http_streaming_history": ["pause_turn", "end_turn"],
    "umbrella": ["tool_use", "end_turn"],
    "weather_in_lagos": ["tool_use", "end_turn"],
    "weather_in_two_cities": ["tool_use", "end_turn"],
    "weather_then_haiku": ["tool_use", "end_turn"],
    "what_time_is_it": ["tool_use", "end_turn"],
    "wild_mushrooms": ["refusal"],
    "write_guide": ["tool_use", "end_turn"],
}


@pytest.fixture
def client(server: MockServer) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(base_url=server.base_url, api_key="any", max_retries=0) as client:
        yield client


@pytest.fixture
async def async_client() -> AsyncIterator[anthropic.AsyncAnthropic]:
    http = httpx2.AsyncClient(transport=in_process_transport(httpx2, MockAPI(clock=VirtualClock())))
    async with anthropic.AsyncAnthropic(api_key="any", max_retries=0, http_client=http) as client:
        yield client


def go_on(messages: list[Any], answer: Any) -> bool:
    """Put an answer and the results of its tools to a conversation; whether it goes on."""
    messages.append({"role": "assistant", "content": answer.to_dict()["content"]})
    calls = [block for block in answer.content if block.type == "tool_use"]
    if answer.stop_reason == "tool_use":
        results = [
            {"type": "tool_result", "tool_use_id": call.id, "content": f"{call.name} did it"}
            for call in calls
        ]
        messages.append({"role": "user", "content": results})
    return answer.stop_reason in ("tool_use", "pause_turn")


@pytest.mark.parametrize("name", sweep(SCENARIOS, first=6))
def test_sync(client: anthropic.Anthropic, name: str) -> None:
    messages: list[Any] = [{"role": "user", "content": SCENARIOS[name]}]
    ends = []
    while True:
        with client.messages.stream(**REQUEST, messages=messages) as stream:
            streamed = stream.get_final_message()
        assert streamed.to_dict() == client.messages.create(**REQUEST, messages=messages).to_dict()
        ends.append(streamed.stop_reason)
        if not go_on(messages, streamed):
            break
    assert ends == ENDS.get(name, ["end_turn"])


@pytest.mark.parametrize("name", sweep(SCENARIOS, first=6))
async def test_async(async_client: anthropic.AsyncAnthropic, name: str) -> None:
    messages: list[Any] = [{"role": "user", "content": SCENARIOS[name]}]
    while True:
        async with async_client.messages.stream(**REQUEST, messages=messages) as stream:
            streamed = await stream.get_final_message()
        whole = await async_client.messages.create(**REQUEST, messages=messages)
        assert streamed.to_dict() == whole.to_dict()
        if not go_on(messages, streamed):
            break


def test_every_event_of_the_helper_is_there(client: anthropic.Anthropic) -> None:
    messages: list[Any] = [{"role": "user", "content": SCENARIOS["every_block"]}]
    with client.messages.stream(**REQUEST, messages=messages) as stream:
        seen = {event.type for event in stream}
        message = stream.get_final_message()
    assert seen >= {"text", "citation", "thinking", "signature", "input_json", "message_stop"}
    assert [type(block).__name__ for block in message.content] == [
        "ThinkingBlock",
        "RedactedThinkingBlock",
        "ParsedTextBlock",
        "ServerToolUseBlock",
        "WebSearchToolResultBlock",
        "ServerToolUseBlock",
        "WebSearchToolResultBlock",
        "ParsedTextBlock",
        "ServerToolUseBlock",
        "WebFetchToolResultBlock",
        "ToolUseBlock",
        "ToolUseBlock",
    ]
    usage = message.usage
    assert usage.server_tool_use is not None
    assert usage.server_tool_use.web_search_requests == 2
    assert usage.server_tool_use.web_fetch_requests == 1
    assert usage.output_tokens_details is not None
    assert 0 < usage.output_tokens_details.thinking_tokens < usage.output_tokens


def test_the_cache_of_a_conversation(client: anthropic.Anthropic) -> None:
    system: Any = [
        {"type": "text", "text": "Be brief. " * 600, "cache_control": {"type": "ephemeral"}}
    ]
    messages: list[Any] = [{"role": "user", "content": "Count to three."}]
    first = client.messages.create(**REQUEST, system=system, messages=messages)
    go_on(messages, first)
    messages.append({"role": "user", "content": "Count to three, again."})
    with client.messages.stream(**REQUEST, system=system, messages=messages) as stream:
        second = stream.get_final_message()
    written = first.usage.cache_creation_input_tokens
    assert first.usage.cache_read_input_tokens == second.usage.cache_creation_input_tokens == 0
    assert second.usage.cache_read_input_tokens == written
    assert written is not None
    assert written > 1024


def test_the_tool_runner_calls_two_tools_at_once(client: anthropic.Anthropic) -> None:
    @anthropic.beta_tool
    def get_weather(city: str, unit: str = "celsius") -> str:
        """Get the current weather in a city."""
        return {"Lagos": "31 °C", "Oslo": "4 °C"}[city]

    runner = client.beta.messages.tool_runner(
        model="claude-sonnet-5-5",
        max_tokens=1000,
        tools=[get_weather],
        messages=[{"role": "user", "content": SCENARIOS["weather_in_two_cities"]}],
    )
    assert "In Lagos: 31 °C. In Oslo: 4 °C." in runner.until_done().content[0].text
