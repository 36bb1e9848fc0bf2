"""The offline API takes back what it has said: every scenario, model and setting of thinking."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from exchange import HEADERS, WEATHER_TOOL, question

from helpers.mock.engine import MockAPI
from helpers.mock.messages.thinking import display
from helpers.mock.rules.models import MODELS, list_models
from helpers.mock.script import load
from helpers.mock.script.parts import ServerToolUse, ToolUse
from tests.sweeps import sweep

TURNS = 3
SCENARIOS = load()
API = MockAPI()
THINKING: dict[str, dict[str, Any]] = {
    "unsaid": {},
    "disabled": {"thinking": {"type": "disabled"}},
    "enabled": {"thinking": {"type": "enabled", "budget_tokens": 1024}},
    "enabled and omitted": {
        "thinking": {"type": "enabled", "budget_tokens": 1024, "display": "omitted"}
    },
    "adaptive": {"thinking": {"type": "adaptive", "display": "summarized"}},
    "between_tools": {"thinking": {"type": "between_tools"}},
}
ADAPTIVE = THINKING["adaptive"]
# Prompts that no scenario knows, for the tools that a person brings.
OWN_PROMPTS = ("What is 17 plus 25?", "weather in Oslo and Lima", "Hello, who are you?", "...")
# One scenario is long for its own sake; its answer is no other than that of a short one.
PROMPTS = [one.prompt for one in SCENARIOS if one.name != "count_to_two_thousand"]
PROMPTS += OWN_PROMPTS
OWN_TOOLS = [
    WEATHER_TOOL,
    {
        "name": "add",
        "input_schema": {
            "type": "object",
            "properties": {"a": {"type": "number"}, "b": {"type": "number"}},
            "required": ["a", "b"],
        },
    },
]


def tools_of(prompt: str) -> list[dict[str, Any]]:
    """Return the tools that a prompt's scenario calls; for other prompts, a person's own."""
    scenario = next((one for one in SCENARIOS if one.prompt == prompt), None)
    if scenario is None:
        return OWN_TOOLS
    tools: dict[str, dict[str, Any]] = {}
    for part in (part for turn in scenario.turns for part in turn.content):
        if isinstance(part, ToolUse):
            properties: dict[str, Any] = {name: {} for name in part.input}
            schema = {"type": "object", "properties": properties}
            tools[part.name] = {"name": part.name, "input_schema": schema}
        elif isinstance(part, ServerToolUse):
            tools[part.name] = {"type": f"{part.name}_20260318", "name": part.name}
    return list(tools.values()) or OWN_TOOLS


def settings(model: str) -> list[str]:
    """Return the settings of thinking that a model takes."""
    taken = MODELS[model].thinking
    return [name for name in THINKING if name == "unsaid" or name.split()[0] in taken]


def replies(prompt: str, model: str, thinking: str, tools: bool) -> Iterator[dict[str, Any]]:
    """Yield the answers of a conversation in which each is sent back as it came."""
    request = question(prompt, model=model, max_tokens=8000) | THINKING[thinking]
    if tools:
        request["tools"] = tools_of(prompt)
    for _ in range(TURNS):
        reply = get_answer(request)
        yield reply
        if not reply["content"]:  # refused without a word: there is nothing to send back
            return
        request["messages"].append({"role": "assistant", "content": reply["content"]})
        if after := next_message(reply, prompt):
            request["messages"].append(after)


def get_answer(request: dict[str, Any]) -> dict[str, Any]:
    """Return the whole answer to a request, which must not be refused."""
    plan = API.plan("POST", "/v1/messages", HEADERS, json.dumps(request).encode())
    reply: dict[str, Any] = json.loads(b"".join(chunk.data for chunk in plan.chunks))
    assert plan.status == 200, (reply, request["messages"][1:])
    return reply


def next_message(reply: dict[str, Any], prompt: str) -> dict[str, Any] | None:
    """Return what a client says next; None where a paused turn goes on by itself."""
    calls = [block["id"] for block in reply["content"] if block["type"] == "tool_use"]
    if calls:
        results = [{"type": "tool_result", "tool_use_id": id, "content": "23 °C"} for id in calls]
        return {"role": "user", "content": results}
    if reply["stop_reason"] == "pause_turn":
        return None
    return {"role": "user", "content": prompt}


def thinks(reply: dict[str, Any]) -> bool:
    """Tell whether an answer begins with thinking."""
    return reply["content"][0]["type"] in ("thinking", "redacted_thinking")


def likes() -> dict[object, str]:
    """Return one model for each set of facts: others of the same facts answer the same."""
    kinds: dict[object, str] = {}
    for id, facts in list_models().items():
        shown = display(question("", model=id)), display(question("", model=id) | ADAPTIVE)
        plain = replace(facts, id="", name="", released=date.min, retires=None, instead="")
        kinds.setdefault((plain, shown), id)
    return kinds


def check(prompt: str, model: str, thinking: str, tools: bool) -> None:
    """Play a conversation; with `enabled`, each turn must begin with thinking."""
    opens = True
    for reply in replies(prompt, model, thinking, tools):
        if thinking.startswith("enabled") and opens and reply["content"]:
            assert thinks(reply), (thinking, prompt)
        opens = reply["stop_reason"] not in ("tool_use", "pause_turn")


@pytest.mark.long
@pytest.mark.parametrize("tools", [False, True], ids=["without tools", "with tools"])
@pytest.mark.parametrize("model", likes().values())
def test_it_takes_back_what_it_said(model: str, tools: bool) -> None:
    for thinking in settings(model):
        for prompt in PROMPTS:
            check(prompt, model, thinking, tools)


@pytest.mark.parametrize("model", sweep(list_models(), first=6))
def test_every_model_takes_back_calls_and_thinking(model: str) -> None:
    for thinking in settings(model):
        for prompt in ("What's the weather in Lagos?", OWN_PROMPTS[0]):
            check(prompt, model, thinking, tools=True)


def test_an_answer_that_broke_off_goes_on_with_thinking() -> None:
    prompt = "What's the weather in Lagos?"
    asked = (
        "Your previous response was interrupted and ended with [I'll look up]. "
        "Continue from where you left off."
    )
    request = question(prompt, model="claude-sonnet-4-6", tools=[WEATHER_TOOL], max_tokens=4000)
    request |= THINKING["enabled"]
    request["messages"] += [
        {"role": "assistant", "content": "I'll look up"},
        {"role": "user", "content": asked},
    ]
    reply = get_answer(request)
    assert thinks(reply) and reply["stop_reason"] == "tool_use"
    after = next_message(reply, prompt)
    assert after
    request["messages"] += [{"role": "assistant", "content": reply["content"]}, after]
    assert get_answer(request)["stop_reason"] == "end_turn"
