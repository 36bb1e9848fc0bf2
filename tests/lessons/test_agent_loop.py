"""The loop's reference on the offline API itself: wherever it is left, the history holds."""

import asyncio
from contextlib import aclosing
from typing import Any

import httpx
import pytest

from helpers import course
from helpers.client import StreamError
from helpers.lessons.common.conversation import ASK, MODEL, ONE_CALL, tool_use
from helpers.lessons.common.events import answer_end
from helpers.lessons.nb05_agent_loop.loop.checks.harness import API, verdict
from helpers.lessons.nb05_agent_loop.loop.checks.history import CUT_CALL
from helpers.mock.script import load
from helpers.parts.loop import run_agent
from helpers.tools import Tool, tool
from tests.sweeps import sweep


@tool
async def get_weather(city: str) -> str:
    """Tell the weather in a city."""
    await asyncio.sleep(0)
    return f"fine in {city}"


@tool
def check_parcel() -> str:
    """Say where the parcel is."""
    return "on its way"


@tool(idempotent=False)
async def send_letter(to: str) -> str:
    """Send a letter."""
    return f"sent to {to}"


TOOLS: list[Tool] = [get_weather, check_parcel, send_letter]
THINKING = {"type": "adaptive", "display": "summarized"}
PROMPTS = [scenario.prompt for scenario in load()]
# What the API may say to a list at any moment. Thinking is bound to the tools of its request.
FIELDS = {"tools": [one.definition for one in TOOLS], "thinking": THINKING}


def is_accepted(messages: list[dict[str, Any]]) -> bool:
    return "✓ The API would accept this" in course.history(messages, **FIELDS).words


@pytest.fixture(scope="module")
def http() -> httpx.AsyncClient:
    """One client for all: making one takes longer than most conversations."""
    return course.virtual_client()[0]


async def run(
    http: httpx.AsyncClient, messages: list[dict[str, Any]], leave_after: int | None = None
) -> int:
    """Run the loop, or leave it after so many events; return how many there were."""
    events = run_agent(http, messages, TOOLS, model=MODEL, max_turns=3, thinking=THINKING)
    count = 0
    async with aclosing(events):
        async for _ in events:
            count += 1
            if count == leave_after:
                break
    return count


@pytest.mark.parametrize("prompt", sweep(PROMPTS, first=8))
async def test_every_conversation_can_go_on(prompt: str, http: httpx.AsyncClient):
    messages = [{"role": "user", "content": prompt}]
    await run(http, messages)
    assert is_accepted(messages)
    messages.append({"role": "user", "content": "Count to three."})
    await run(http, messages)
    assert is_accepted(messages)


@pytest.mark.parametrize(
    "prompt",
    [
        "What's the weather in Lagos?",
        pytest.param("Compare the weather in Lagos and Oslo.", marks=pytest.mark.long),
        pytest.param("Do I need an umbrella in Lagos?", marks=pytest.mark.long),
    ],
)
async def test_it_can_be_left_after_every_event(prompt: str, http: httpx.AsyncClient):
    whole = [{"role": "user", "content": prompt}]
    total = await run(http, whole)
    for count in range(1, total + 1):
        messages = [{"role": "user", "content": prompt}]
        assert await run(http, messages, leave_after=count) == count
        assert is_accepted(messages), count
        assert messages == whole[: len(messages)], count


@pytest.mark.parametrize("kind", ["cut", "overloaded", "reset", "529"])
async def test_a_fault_leaves_whole_turns(kind: str):
    messages = [{"role": "user", "content": "What's the weather in Lagos?"}]
    http, _ = course.virtual_client(fault=kind)
    with pytest.raises(StreamError):
        await run(http, messages)
    assert messages == [{"role": "user", "content": "What's the weather in Lagos?"}]


@pytest.mark.parametrize("max_tokens", range(1, 24))
async def test_it_can_be_cut_at_every_token(max_tokens: int, http: httpx.AsyncClient):
    messages = [{"role": "user", "content": "What's the weather in Lagos and Oslo?"}]
    fields = {"max_tokens": max_tokens, "thinking": THINKING}
    async for _ in run_agent(http, messages, TOOLS, model=MODEL, max_turns=3, **fields):
        pass
    assert is_accepted(messages)


# The API of the checks is itself checked: it must say what the offline API says.


async def test_the_judge_of_the_checks_refuses_what_the_api_refuses():
    call = {"type": "tool_use", "id": "toolu_01A", "name": "get_weather", "input": {}}
    cut = [ASK, {"role": "assistant", "content": [call]}]
    assert verdict([ASK]) == "accepted"
    assert verdict(cut).startswith("refused: messages.1: `tool_use` ids were found without")
    assert verdict(cut).removeprefix("refused: ") in course.history(cut).words


async def test_a_model_that_stops_with_one_call_whole_and_one_cut():
    both = [*ONE_CALL[:-2], *tool_use("toolu_01B", '{"ci', index=2), *answer_end("max_tokens")]
    messages, api = [dict(ASK)], API(both, CUT_CALL)
    async with api.client() as http:
        async for _ in run_agent(http, messages, TOOLS, model=MODEL):
            pass
    assert [block["type"] for block in messages[1]["content"]] == ["text", "tool_use"]
    assert [block["tool_use_id"] for block in messages[2]["content"]] == ["toolu_01A"]
    assert [block["type"] for block in messages[3]["content"]] == ["text"]
    assert verdict(messages) == "accepted"
