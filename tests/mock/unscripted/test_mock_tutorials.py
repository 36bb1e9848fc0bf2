"""The prompts that people paste first get what they ask for."""

import json
import re
from itertools import pairwise
from typing import Any

import pytest
from exchange import HEADERS, WEATHER_TOOL, question
from hypothesis import given
from hypothesis import strategies as st

from helpers.mock.engine import MockAPI
from helpers.mock.script import load
from helpers.mock.unscripted.tutorials import answer

API = MockAPI()


def reply(prompt: str, **more: Any) -> list[dict[str, Any]]:
    sent = json.dumps(question(prompt, max_tokens=16_000, **more)).encode()
    plan = API.plan("POST", "/v1/messages", HEADERS, sent)
    told = json.loads(b"".join(chunk.data for chunk in plan.chunks))
    assert plan.status == 200, told
    content: list[dict[str, Any]] = told["content"]
    return content


def ask_for_text(prompt: str, **more: Any) -> str:
    text: str = reply(prompt, **more)[-1]["text"]
    assert "offline API, not a model" not in text  # the answer to what nobody knows
    return text


@pytest.mark.parametrize(
    ("prompt", "numbers"),
    [
        ("Count to 3", [1, 2, 3]),
        ("count to five, please", [1, 2, 3, 4, 5]),
        ("Can you count from 1 to 10?", list(range(1, 11))),
        ("Count down from 10", list(range(10, 0, -1))),
        ("Count down from 5 to 0", [5, 4, 3, 2, 1, 0]),
        ("Count from 10 down to 8", [10, 9, 8]),
        ("Count backwards from twenty to 18", [20, 19, 18]),
        ("Count to 100 by tens", list(range(10, 101, 10))),
        ("Count by 2s to 10", [2, 4, 6, 8, 10]),
        ("Count from 3 to -3.", [3, 2, 1, 0, -1, -2, -3]),
        ("Count to 0", [0]),
        ("Slowly count to a hundred.", list(range(1, 101))),
    ],
)
def test_it_counts_what_the_prompt_says(prompt: str, numbers: list[int]) -> None:
    assert [int(one) for one in re.findall(r"-?\d+", ask_for_text(prompt))] == numbers


@given(first=st.integers(-50, 50), last=st.integers(-50, 200))
def test_it_counts_from_anywhere_to_anywhere(first: int, last: int) -> None:
    (told,) = answer(f"Count from {first} to {last}") or ()
    numbers = [int(one) for one in re.findall(r"-?\d+", told.text)]  # type: ignore[union-attr]
    assert numbers[0] == first and numbers[-1] == last
    assert all(abs(b - a) == 1 for a, b in pairwise(numbers))


@pytest.mark.parametrize("many", ["three", "3", "five", "7", "12"])
@pytest.mark.parametrize("topic", ["the ocean", "octopuses", "penguins", "Ada Lovelace"])
def test_as_many_facts_as_are_asked_for(many: str, topic: str) -> None:
    told = ask_for_text(f"Tell me {many} interesting facts about {topic}.")
    wanted = {"three": 3, "five": 5}.get(many) or int(many)
    assert [line.split(".")[0] for line in told.split("\n")] == [
        str(n) for n in range(1, wanted + 1)
    ]


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        ("Write a short story about a robot who learns to paint.", "about a robot"),
        ("Tell me a short story.", "story"),
        ("Tell me a bedtime story about a fox", "a fox"),
        ("Write a poem about coding", "test"),
        ("Write me a short poem about the sea.", "the sea"),
        ("Write a haiku about recursion", ""),
        ("Tell me a joke", "Oct 31"),
        ("What is the capital of France?", "Paris"),
        ("Why is the sky blue?", "scatters"),
        ("Hello, Claude", "Hello!"),
        ("Hello, world", "Hello!"),
        ("What is 27 * 453?", "12,231"),
        ("What is the greatest common divisor of 1071 and 462?", "21"),
        ("Explain quantum computing in detail.", "## 1."),
    ],
)
def test_well_known_prompts(prompt: str, words: str) -> None:
    if words:
        assert words in ask_for_text(prompt)


@pytest.mark.parametrize(
    "prompt",
    [
        "Write a long guide to Python decorators",
        "Write a detailed guide about HTTP",
        "Write a comprehensive essay on streaming",
        "Write a 1000-word article about AI.",
    ],
)
def test_a_long_guide_is_long_with_or_without_tools(prompt: str) -> None:
    write_file = {"name": "x", "input_schema": {"type": "object", "properties": {}}}
    for more in ({}, {"tools": [write_file]}):
        assert len(ask_for_text(prompt, **more).split()) > 400


@pytest.mark.parametrize("prompt", ["Solve this problem: what is 17 * 23?", "Solve this problem"])
def test_a_problem_is_thought_about(prompt: str) -> None:
    shown = {"type": "adaptive", "display": "summarized"}
    thinking, text = reply(prompt, thinking=shown)
    assert "391" in thinking["thinking"] and "391" in text["text"]
    assert [block["type"] for block in reply(prompt)] == ["text"]


def test_tools_that_fit_come_first() -> None:
    assert (
        reply("weather in Oslo, then tell me a story", tools=[WEATHER_TOOL])[-1]["type"]
        == "tool_use"
    )
    assert ask_for_text("Count to 3", tools=[WEATHER_TOOL]) == "1, 2, 3."


@pytest.mark.parametrize("scenario", load(), ids=lambda one: str(one.name))
def test_scenarios_keep_their_prompts(scenario: Any) -> None:
    words = str(reply(scenario.prompt, tools=[])[:1])
    told = answer(scenario.prompt)
    assert told is None or scenario.name.startswith("count") or str(told) not in words


@given(
    st.text(max_size=80) | st.sampled_from(["count", "count to", "0 facts", "solve this: 1 / 0"])
)
def test_any_prompt_can_be_read(prompt: str) -> None:
    answer(prompt)
    answer(f"count from {prompt} to 3 facts about {prompt}")
