"""Message threads: a request brings what is new; the SDK's tool_runner with its defaults."""

import json
from typing import Any

import anthropic
import httpx2
import pytest
from exchange import HEADERS, WEATHER_TOOL, question
from hypothesis import given
from hypothesis import strategies as st

from helpers.mock import threads
from helpers.mock.engine import MockAPI, VirtualClock
from helpers.mock.server import MockServer
from helpers.mock.threads import Threads
from helpers.mock.transport import in_process_transport

PROMPT = "What's the weather in Lagos?"
BETA = {"anthropic-beta": "message-threads-2026-08-12"}
CREATE = {"type": "create"}
RUN: Any = {
    "model": "claude-sonnet-5-5",
    "max_tokens": 1000,
    "messages": [{"role": "user", "content": PROMPT}],
}


@anthropic.beta_tool
def get_weather(city: str, unit: str = "celsius") -> str:
    """Get the current weather in a city.

    Args:
        city: The city.
        unit: The unit of the temperature.
    """
    return f"31 degrees {unit} in {city}"


@anthropic.beta_async_tool
async def get_weather_later(city: str, unit: str = "celsius") -> str:
    """Get the current weather in a city."""
    return f"31 degrees {unit} in {city}"


get_weather_later.name = "get_weather"


class Log:
    """What a client sent, request by request."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.betas: list[str | None] = []

    def note(self, request: httpx2.Request) -> None:
        self.bodies.append(json.loads(request.content))
        self.betas.append(request.headers.get("anthropic-beta"))

    async def note_async(self, request: httpx2.Request) -> None:
        self.note(request)


OPTIONS: list[dict[str, Any]] = [
    {},
    {"stream": True},
    {"stream": True, "run_tools_eagerly": True},
    {"thread": False},
    {"thread": False, "stream": True},
]


def check(log: Log, last: Any, options: dict[str, Any]) -> None:
    assert last.stop_reason == "end_turn"
    assert "31 degrees celsius in Lagos" in last.content[-1].text
    first, second = log.bodies
    if options.get("thread") is False:
        assert len(second["messages"]) == 3
        assert "thread" not in first
    else:
        assert first["thread"] == CREATE
        assert second["thread"]["type"] == "continue"
        assert len(second["messages"]) == 1
        assert "tools" not in second
        assert log.betas == [BETA["anthropic-beta"]] * 2


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_tool_runner(server: MockServer, options: dict[str, Any]) -> None:
    log = Log()
    http = httpx2.Client(event_hooks={"request": [log.note]})
    with anthropic.Anthropic(
        base_url=server.base_url, api_key="any", max_retries=0, http_client=http
    ) as client:
        runner: Any = client.beta.messages.tool_runner(**RUN, tools=[get_weather], **options)
        last = None
        for item in runner:
            last = item.get_final_message() if options.get("stream") else item
    check(log, last, options)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
async def test_async_tool_runner(server: MockServer, options: dict[str, Any]) -> None:
    log = Log()
    http = httpx2.AsyncClient(event_hooks={"request": [log.note_async]})
    async with anthropic.AsyncAnthropic(
        base_url=server.base_url, api_key="any", max_retries=0, http_client=http
    ) as client:
        tools = [get_weather_later]
        runner: Any = client.beta.messages.tool_runner(**RUN, tools=tools, **options)
        last = None
        async for item in runner:
            last = await item.get_final_message() if options.get("stream") else item
    check(log, last, options)


async def test_the_sdk_sends_all_again_when_a_thread_is_lost() -> None:
    log = Log()
    api = MockAPI(clock=VirtualClock())
    http = httpx2.AsyncClient(
        transport=in_process_transport(httpx2, api), event_hooks={"request": [log.note_async]}
    )
    async with anthropic.AsyncAnthropic(api_key="any", http_client=http) as client:
        thread = client.beta.messages.thread(model="claude-opus-5-5", max_tokens=100)
        await thread.send({"role": "user", "content": "Count to three."})
        api.state.threads = Threads()
        said: Any = await thread.send({"role": "user", "content": "Once more: count to three."})
    kinds = [body["thread"]["type"] for body in log.bodies]
    assert kinds == ["create", "continue", "create"]
    assert len(log.bodies[2]["messages"]) == 3
    assert said.content[-1].text == "One, two, three."


class Client:
    """Sends requests to an API in this process."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.api = MockAPI(clock=self.clock)

    def send(self, **change: Any) -> tuple[int, dict[str, Any]]:
        request = {k: v for k, v in (question(PROMPT) | change).items() if v is not ...}
        plan = self.api.plan("POST", "/v1/messages", HEADERS | BETA, json.dumps(request).encode())
        return plan.status, json.loads(b"".join(chunk.data for chunk in plan.chunks))

    def follow(self, id: str, *content: Any, **change: Any) -> tuple[int, dict[str, Any]]:
        messages = [{"role": "user", "content": list(content)}] if content else []
        thread = {"type": "continue", "previous_message_id": id}
        return self.send(messages=messages, thread=thread, **change)


def answer(message: dict[str, Any], words: str = "31 °C") -> dict[str, Any]:
    return {"type": "tool_result", "tool_use_id": message["content"][-1]["id"], "content": words}


def test_a_thread_gives_the_answers_of_the_whole_conversation() -> None:
    client = Client()
    _, called = client.send(tools=[WEATHER_TOOL], thread=CREATE)
    assert client.send(tools=[WEATHER_TOOL]) == (200, called)
    _, threaded = client.follow(called["id"], answer(called))
    messages = [
        *question(PROMPT)["messages"],
        {"role": "assistant", "content": called["content"]},
        {"role": "user", "content": [answer(called)]},
    ]
    assert client.send(tools=[WEATHER_TOOL], messages=messages) == (200, threaded)
    assert "31 °C" in threaded["content"][0]["text"]


def test_the_rules_hold_for_the_whole_conversation() -> None:
    client = Client()
    _, called = client.send(tools=[WEATHER_TOOL], thread=CREATE)
    status, refused = client.follow(called["id"], {"type": "text", "text": "Well?"})
    assert status == 400
    assert "without `tool_result` blocks immediately after" in refused["error"]["message"]
    status, refused = client.follow(called["id"])
    assert (status, refused["error"]["type"]) == (400, "invalid_request_error")


def test_only_a_thread_is_kept() -> None:
    client = Client()
    _, said = client.send()
    status, refused = client.follow(said["id"], {"type": "text", "text": "And now?"})
    assert (status, refused["error"]) == (
        404,
        {
            "type": "not_found_error",
            "message": "No thread state was found for the requested previous_message_id.",
            "details": {"error_code": "thread_not_found"},
        },
    )
    assert len(client.api.state.threads) == 0


async def test_a_thread_ends_some_time_after_its_last_use() -> None:
    client = Client()
    _, said = client.send(thread=CREATE)
    await client.clock.sleep(299)
    status, again = client.follow(said["id"], {"type": "text", "text": "And now?"})
    assert status == 200
    await client.clock.sleep(299)
    assert client.follow(again["id"], {"type": "text", "text": "And now?"})[0] == 200
    assert client.follow(said["id"], {"type": "text", "text": "And now?"})[0] == 404


@pytest.mark.parametrize("name", ["system", "tools"])
def test_what_the_thread_keeps_is_not_sent_again(name: str) -> None:
    client = Client()
    _, said = client.send(thread=CREATE)
    value: Any = {"system": "Be brief.", "tools": [WEATHER_TOOL]}[name]
    status, refused = client.follow(said["id"], {"type": "text", "text": "Hm"}, **{name: value})
    assert status == 400
    assert refused["error"]["message"].startswith(f"{name}: ")


def test_what_must_stay_the_same() -> None:
    client = Client()
    _, said = client.send(thread=CREATE)
    change: Any = {"output_config": {"effort": "low"}, "model": "claude-opus-5-5"}
    status, refused = client.follow(said["id"], {"type": "text", "text": "Hm"}, **change)
    assert (status, refused["error"]["message"]) == (
        400,
        "thread: differing fields: model, output_config",
    )
    assert refused["error"]["details"] == {"error_code": "thread_fingerprint_mismatch"}


@pytest.mark.parametrize(
    ("thread", "message"),
    [
        ({"type": "continue"}, "thread.continue.previous_message_id: Field required"),
        ({"type": "create", "id": 1}, "thread.create.id: Extra inputs are not permitted"),
        ({}, "thread.type: Field required"),
        ("create", "thread: Input should be a valid dictionary"),
    ],
)
def test_a_wrong_thread(thread: Any, message: str) -> None:
    status, refused = Client().send(thread=thread)
    assert (status, refused["error"]["message"]) == (400, message)


def test_many_threads_stay_within_bounds() -> None:
    client = Client()
    client.api.state.threads = Threads(most_turns=3)
    ids = [client.send(thread=CREATE, system=f"{number}")[1]["id"] for number in range(5)]
    assert len(set(ids)) == 5
    more = {"type": "text", "text": "And now?"}
    assert [client.follow(id, more)[0] for id in ids[:2]] == [404, 404]
    assert client.follow(ids[4], more)[0] == 200
    assert len(client.api.state.threads) == 3


@given(
    st.lists(st.tuples(st.integers(0, 9), st.text(max_size=50), st.floats(0, 1000)), max_size=40)
)
def test_what_is_kept_never_passes_its_bounds(turns: list[tuple[int, str, float]]) -> None:
    kept = Threads(most_turns=4, most_bytes=600)
    now = 0.0
    for number, words, pause in turns:
        now += pause
        kept.keep(f"msg_{number}", {"messages": [{"role": "user", "content": words}]}, [], now)
        assert len(kept) <= 4
        assert 0 <= kept.bytes <= 600
        assert kept.bytes == sum(turn.size for turn in kept._turns.values())


def test_the_stated_bounds() -> None:
    assert (threads.SECONDS, threads.MOST_TURNS, threads.MOST_BYTES) == (300, 10_000, 64 * 2**20)
