"""An answer that a client begins goes on from there; JSON without a schema has something in it."""

import json
from typing import Any

import pytest
from exchange import HEADERS, question
from hypothesis import given
from hypothesis import strategies as st

from helpers.mock.engine import MockAPI
from helpers.mock.script import load
from tests.sweeps import sweep

API = MockAPI()
MODEL = "claude-haiku-4-5"  # takes a prefill
OPENAI = {"authorization": "Bearer any"}
# Texts alone: in these nothing but the prefill changes the answer.
PROMPTS = [
    "Count to three.",
    "Write a haiku about TCP.",
    "Hello there",
    "Write a recipe for pancakes.",
]


def ask_for_text(prompt: str, begun: str = "", **more: Any) -> str:
    sent = question(prompt, model=MODEL, **more)
    if begun:
        sent["messages"].append({"role": "assistant", "content": begun})
    plan = API.plan("POST", "/v1/messages", HEADERS, json.dumps(sent).encode())
    reply = json.loads(b"".join(chunk.data for chunk in plan.chunks))
    assert plan.status == 200, reply
    return "".join(block.get("text", "") for block in reply["content"])


@given(prompt=st.sampled_from(PROMPTS), share=st.floats(0.01, 1))
def test_a_prefill_is_not_repeated(prompt: str, share: float) -> None:
    whole = ask_for_text(prompt)
    begun = whole[: max(1, int(len(whole) * share))].rstrip()
    assert begun + ask_for_text(prompt, begun) == whole


@pytest.mark.parametrize("blocks", [False, True])
def test_a_prefill_may_be_text_or_blocks(blocks: bool) -> None:
    begun: Any = [{"type": "text", "text": "One,"}] if blocks else "One,"
    assert ask_for_text("Count to three.", begun) == " two, three."


def test_words_of_its_own_before_the_answer_are_not_repeated() -> None:
    assert ask_for_text("Count to three.", "Sure, here you go:") == "One, two, three."
    assert ask_for_text("Count to three.", "Sure: One, two") == ", three."


@pytest.mark.parametrize("begun", ["{", '{"title":', '{\n  "title":', '{"title": "Panc'])
def test_json_that_was_begun_becomes_json(begun: str) -> None:
    value = json.loads(begun + ask_for_text("Write a recipe for pancakes.", begun))
    assert value["servings"] == 4
    fenced = ask_for_text("Write a recipe for pancakes.", "```json", stop_sequences=["```"])
    assert json.loads(fenced)["servings"] == 4


@pytest.mark.parametrize("begun", ["{", '{"', '{"name":', "["])
def test_json_is_begun_that_no_scenario_knows(begun: str) -> None:
    prompt = "Jason is 25 years old. Return JSON with the keys name and age."
    value = json.loads(begun + ask_for_text(prompt, begun))
    assert value in ({"name": "Jason", "age": 25}, [{"name": "Jason", "age": 25}])


def chat(prompt: str, system: str = "Answer in JSON.") -> Any:
    sent = {
        "model": "gpt-4o",
        "messages": [{"role": "system", "content": system}, {"role": "user", "content": prompt}],
        "response_format": {"type": "json_object"},
    }
    plan = API.plan("POST", "/v1/chat/completions", OPENAI, json.dumps(sent).encode())
    told = json.loads(b"".join(chunk.data for chunk in plan.chunks))
    return json.loads(told["choices"][0]["message"]["content"])


@pytest.mark.parametrize(
    ("prompt", "wanted"),
    [
        ("Jason is 25 years old. Keys: name, age", {"name": "Jason", "age": 25}),
        ("With the fields `name` and `age`: Jason is 25 years old.", {"name": "Jason", "age": 25}),
        ('Jason is 25 years old. Use {"name": "...", "age": 0}', {"name": "Jason", "age": 25}),
        ("Extract JSON with name and age: Jason is 25 years old.", {"name": "Jason", "age": 25}),
    ],
)
def test_any_json_has_the_keys_that_are_asked_for(prompt: str, wanted: dict[str, Any]) -> None:
    assert chat(prompt) == wanted


def test_keys_may_stand_in_the_system_prompt() -> None:
    told = chat("Jason is 25 years old.", "Output JSON with the keys name and age.")
    assert told == {"name": "Jason", "age": 25}


@pytest.mark.parametrize("prompt", ["Say something as JSON", "Count to three.", "json", "Who won?"])
def test_any_json_is_never_empty(prompt: str) -> None:
    assert chat(prompt)["answer"]


def make_schema(**properties: Any) -> dict[str, Any]:
    needed = list(properties)
    more = {"required": needed, "additionalProperties": False}
    return {"type": "object", "properties": properties} | more


TEXT, WHOLE = {"type": "string"}, {"type": "integer"}
NAMES = {"type": "array", "items": TEXT}


@pytest.mark.parametrize(
    ("prompt", "schema", "wanted"),
    [
        ("Jason is 25 years old", make_schema(name=TEXT, age=WHOLE), {"name": "Jason", "age": 25}),
        (
            "Extract: Jason is 25 years old.",
            make_schema(name=TEXT, age=WHOLE),
            {"name": "Jason", "age": 25},
        ),
        (
            "Extract the user from: 'Jason Liu is 25 years old and lives in Lisbon'",
            make_schema(name=TEXT, age=WHOLE, city=TEXT),
            {"name": "Jason Liu", "age": 25, "city": "Lisbon"},
        ),
        (
            "Ada Lovelace, 36, lives in London.",
            make_schema(name=TEXT, age=WHOLE, city=TEXT),
            {"name": "Ada Lovelace", "age": 36, "city": "London"},
        ),
        (
            "John Smith (john@example.com) wants our Enterprise plan.",
            make_schema(name=TEXT, email=TEXT, plan=TEXT),
            {"name": "John Smith", "email": "john@example.com", "plan": "Enterprise"},
        ),
        (
            "Alice and Bob meet on 2027-01-04.",
            make_schema(date=TEXT, participants=NAMES),
            {"date": "2027-01-04", "participants": ["Alice", "Bob"]},
        ),
    ],
)
def test_structured_output_holds_the_prompts_values(
    prompt: str, schema: dict[str, Any], wanted: dict[str, Any]
) -> None:
    config = {"format": {"type": "json_schema", "schema": schema}}
    assert json.loads(ask_for_text(prompt, output_config=config)) == wanted


# What once was a 500, and what the Responses API numbers

TOOLSETS: list[dict[str, Any]] = [
    {"type": "mcp_toolset", "mcp_server_name": "docs"},
    {"type": "mcp_toolset", "mcp_server_name": "docs", "name": None},
    {"type": "bash_20250124", "name": "bash"},
    {"type": "web_search_20250305", "name": "web_search", "max_uses": 5},
    {"type": "computer_20250124", "name": "computer", "display_width_px": 1},
    {"type": "memory_20250818", "name": "memory"},
]


@pytest.mark.parametrize("prompt", [*sweep([one.prompt for one in load()], first=5), "Run it"])
@pytest.mark.parametrize("toolset", TOOLSETS, ids=lambda one: str(one["type"]))
def test_tools_without_a_schema_are_taken(prompt: str, toolset: dict[str, Any]) -> None:
    headers = HEADERS | {"anthropic-beta": "mcp-client-2025-11-20"}
    sent = question(
        prompt, tools=[toolset], mcp_servers=[{"type": "url", "url": "x", "name": "docs"}]
    )
    plan = API.plan("POST", "/v1/messages", headers, json.dumps(sent).encode())
    assert plan.status == 200 and list(plan.chunks)


@pytest.mark.parametrize("place", [0, 1, 5, 12])
def test_an_error_in_a_response_has_its_number(place: int) -> None:
    fault = {"kind": "error", "at_event": place}
    headers = OPENAI | {"mock-settings": json.dumps({"fault": fault})}
    sent = {"model": "gpt-4o", "input": "Count to three.", "stream": True}
    plan = API.plan("POST", "/v1/responses", headers, json.dumps(sent).encode())
    events = [json.loads(chunk.data.split(b"data: ")[1]) for chunk in plan.chunks]
    assert [event["sequence_number"] for event in events] == list(range(place + 1))
    assert events[-1]["type"] == "error"


@pytest.mark.parametrize("content", [[{"type": "text", "text": ""}]])
def test_an_empty_text_in_a_tools_result_is_refused(content: Any) -> None:
    use = {"type": "tool_use", "id": "toolu_1", "name": "x", "input": {}}
    result = {"type": "tool_result", "tool_use_id": "toolu_1"}
    for given_, status in ((content, 400), ([], 200), ("", 200), (None, 200)):
        sent = question("hi")
        sent["messages"] += [
            {"role": "assistant", "content": [use]},
            {"role": "user", "content": [result | {"content": given_}]},
        ]
        plan = API.plan("POST", "/v1/messages", HEADERS, json.dumps(sent).encode())
        told = b"".join(chunk.data for chunk in plan.chunks)
        assert plan.status == status
        assert (b"text content blocks must be non-empty" in told) == (status == 400)
