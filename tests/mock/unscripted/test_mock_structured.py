"""Answers that are JSON by a schema: what is refused, what comes, and what the SDKs make of it."""

import json
from collections.abc import AsyncIterator
from typing import Any, Literal

import anthropic
import httpx2
import openai
import pydantic
import pytest
from exchange import HEADERS, WEATHER_TOOL, question, read_events
from pydantic import BaseModel

from helpers.mock.engine import MockAPI, VirtualClock
from helpers.mock.rules.schemas import Judge
from helpers.mock.transport import in_process_transport

PANCAKES = "Write a recipe for pancakes."
MUSHROOMS = "Write a recipe for the wild mushrooms I picked."


class Step(BaseModel):
    text: str
    minutes: int


class Recipe(BaseModel):
    title: str
    level: Literal["easy", "medium", "hard"]
    ingredients: list[str]
    steps: list[Step]


def make_schema(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    """Return the schema of an object as the API wants it."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(required or properties),
        "additionalProperties": False,
    }


TEXT = {"type": "string"}
SCHEMA = make_schema(
    {
        "vegan": {"type": "boolean"},
        "title": TEXT,
        "steps": {
            "type": "array",
            "items": make_schema({"minutes": {"type": "integer"}, "text": TEXT}),
        },
    },
    "title",
    "steps",
)


def ask(prompt: str, schema: object, **more: Any) -> tuple[int, dict[str, Any]]:
    config = {"format": {"type": "json_schema", "schema": schema}}
    sent = question(prompt, **({"output_config": config} | more))
    body = json.dumps(sent).encode()
    plan = MockAPI().plan("POST", "/v1/messages", HEADERS, body)
    return plan.status, json.loads(b"".join(chunk.data for chunk in plan.chunks))


def ask_for_text(prompt: str, schema: object, **more: Any) -> str:
    status, message = ask(prompt, schema, **more)
    assert status == 200, message
    return "".join(block["text"] for block in message["content"] if block["type"] == "text")


def refusal(schema: object, **more: Any) -> str:
    status, told = ask(PANCAKES, schema, **more)
    assert status == 400, told
    assert told["error"]["type"] == "invalid_request_error"
    return str(told["error"]["message"])


# --- The Messages API ---------------------------------------------------------------------------


def test_a_scenarios_value_is_told_by_the_schema_required_properties_first() -> None:
    text = ask_for_text(PANCAKES, SCHEMA)
    recipe = json.loads(text)
    assert list(recipe) == ["title", "steps", "vegan"]
    assert list(recipe["steps"][0]) == ["minutes", "text"]
    assert recipe["steps"][1]["minutes"] == 10
    assert Judge(SCHEMA).accepts(recipe, SCHEMA)
    assert text == json.dumps(recipe, ensure_ascii=False, separators=(",", ":"))


def test_without_a_schema_the_same_value_stands_in_a_fence() -> None:
    text = ask_for_text(PANCAKES, None, output_config={})
    before, _, fenced = text.partition("```json\n")
    assert before == "Here is the JSON you asked for:\n\n"
    assert json.loads(fenced.removesuffix("\n```"))["servings"] == 4


@pytest.mark.parametrize(
    ("prompt", "schema"),
    [
        ("Ada Lovelace lives in London.", make_schema({"name": TEXT, "city": TEXT})),
        ("Three colours.", {"type": "array", "items": {"enum": ["red", "green", "blue"]}}),
        ("Yes or no?", {"type": "boolean"}),
        (PANCAKES, {"type": "array", "items": TEXT}),
        (PANCAKES, make_schema({"wine": {"anyOf": [TEXT, {"type": "null"}]}})),
        (PANCAKES, make_schema({"steps": {"type": "array", "items": TEXT, "minItems": 1}})),
        (
            "Nest.",
            make_schema({"a": {"$ref": "#/$defs/A"}}) | {"$defs": {"A": make_schema({"b": TEXT})}},
        ),
        ("Nothing.", make_schema({}, "missing")),  # what can't be promised is JSON at least
    ],
)
def test_any_prompt_gets_a_value_that_fits(prompt: str, schema: dict[str, Any]) -> None:
    value = json.loads(ask_for_text(prompt, schema))
    assert "missing" in schema.get("required", []) or Judge(schema).accepts(value, schema)


def test_thinking_comes_before_and_tools_come_first() -> None:
    _, message = ask(
        PANCAKES, SCHEMA, model="claude-sonnet-5-5",
        thinking={"type": "adaptive", "display": "summarized"},
    )  # fmt: skip
    assert [block["type"] for block in message["content"]] == ["thinking", "text"]
    _, message = ask("What's the weather in Lagos?", SCHEMA, tools=[WEATHER_TOOL])
    assert [block["type"] for block in message["content"]] == ["tool_use"]


def test_the_stream_carries_it_as_text() -> None:
    sent = question(PANCAKES, stream=True, output_config=None)
    sent["output_config"] = {"format": {"type": "json_schema", "schema": SCHEMA}}
    plan = MockAPI().plan("POST", "/v1/messages", HEADERS, json.dumps(sent).encode())
    events = read_events(b"".join(chunk.data for chunk in plan.chunks))
    pieces = [event["delta"].get("text", "") for event in events if "delta" in event]
    assert len(pieces) > 20
    assert "".join(pieces) == ask_for_text(PANCAKES, SCHEMA)


def test_a_limit_and_a_refusal_leave_json_that_does_not_end() -> None:
    status, cut = ask(PANCAKES, SCHEMA, max_tokens=20)
    assert (status, cut["stop_reason"]) == (200, "max_tokens")
    whole = ask_for_text(PANCAKES, SCHEMA)
    assert whole.startswith(cut["content"][0]["text"])
    status, refused = ask(MUSHROOMS, SCHEMA)
    assert (status, refused["stop_reason"]) == (200, "refusal")
    assert refused["stop_details"]["category"] == "general_harms"
    for message in (cut, refused):
        assert message["content"][0]["text"].startswith('{"title":"')
        with pytest.raises(json.JSONDecodeError):
            json.loads(message["content"][0]["text"])


INTEGER = {"type": "integer", "minimum": 1, "maximum": 5}
LIST = {"type": "array", "items": TEXT}
SELF = {"$defs": {"A": make_schema({"a": {"$ref": "#/$defs/A"}})}}


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        (
            {"type": "object", "properties": {}},
            "For 'object' type, 'additionalProperties' must be explicitly set to false",
        ),
        (
            {"type": "object", "additionalProperties": True},
            "For 'object' type, 'additionalProperties: true' is not supported. "
            "Please set 'additionalProperties' to false",
        ),
        (
            make_schema({"a": INTEGER}),
            "For 'integer' type, properties maximum, minimum are not supported",
        ),
        (
            make_schema({"a": LIST | {"maxItems": 3}}),
            "For 'array' type, property 'maxItems' is not supported",
        ),
        (
            make_schema({"a": LIST | {"minItems": 2}}),
            "For 'array' type, 'minItems' values other than 0 or 1 are not supported (got: 2)",
        ),
        (
            make_schema({"a": {"type": ["string", "null"], "maxLength": 3}}),
            "For 'string' type, property 'maxLength' is not supported",
        ),
        (make_schema({"a": {"oneOf": [TEXT]}}), "Schema type 'oneOf' is not supported"),
        (
            make_schema({"a": {"$ref": "#/$defs/A"}}) | SELF,
            "Circular reference detected in schema definitions: A -> A",
        ),
        (make_schema({"a": {}}), "Schema must have a 'type', 'anyOf', 'allOf', 'enum' or 'const'"),
        (
            make_schema({"a": {"type": "text"}}),
            "JSON schema is invalid: in its schema, type must be one of null, boolean, integer, "
            "number, string, array, object, or a list of them",
        ),
        (
            make_schema({"a": {"$ref": "other.json"}}),
            "External $ref is not supported: 'other.json'",
        ),
        ("object", "Input should be a valid dictionary"),
    ],
)
def test_what_the_api_does_not_take_is_refused_in_its_words(schema: Any, words: str) -> None:
    assert refusal(schema) == f"output_config.format.schema: {words}"


def test_a_schema_that_leaves_too_much_open_is_refused() -> None:
    optional = {f"a{number}": TEXT for number in range(26)}
    assert "too many optional parameters (25)" in refusal(make_schema(optional, "a0"))
    unions = {f"a{number}": {"type": ["string", "null"]} for number in range(17)}
    assert "(17 parameters with type arrays or anyOf)" in refusal(make_schema(unions))


def test_what_cannot_go_with_a_format_is_refused() -> None:
    assert refusal(SCHEMA, output_config={"format": {"type": "json"}}).endswith("'json_schema'")
    source = {"type": "text", "media_type": "text/plain", "data": "x"}
    document = {"type": "document", "source": source, "citations": {"enabled": True}}
    cited = [{"role": "user", "content": [document, {"type": "text", "text": PANCAKES}]}]
    assert "citations" in refusal(SCHEMA, messages=cited)
    begun = [{"role": "user", "content": PANCAKES}, {"role": "assistant", "content": "{"}]
    assert "prefill" in refusal(SCHEMA, model="claude-haiku-4-5", messages=begun)


# --- The official SDKs --------------------------------------------------------------------------


def in_process() -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=in_process_transport(httpx2, MockAPI(clock=VirtualClock())))


@pytest.fixture
async def claude() -> AsyncIterator[anthropic.AsyncAnthropic]:
    async with anthropic.AsyncAnthropic(api_key="any", http_client=in_process()) as client:
        yield client


@pytest.fixture
async def gpt() -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(
        api_key="any", base_url="http://offline/v1", http_client=in_process(), max_retries=0
    ) as client:
        yield client


def for_claude(prompt: str, **more: Any) -> Any:
    return question(prompt, model="claude-sonnet-5-5", **more)


def for_gpt(prompt: str, **more: Any) -> Any:
    return {"model": "gpt-4o", "messages": [{"role": "user", "content": prompt}]} | more


def is_pancakes(recipe: Any) -> bool:
    assert isinstance(recipe, Recipe)
    return recipe.ingredients == ["flour", "milk", "eggs", "salt"] and len(recipe.steps) == 3


async def test_anthropics_parse_and_stream(claude: anthropic.AsyncAnthropic) -> None:
    parsed = await claude.messages.parse(**for_claude(PANCAKES), output_format=Recipe)
    assert is_pancakes(parsed.parsed_output)
    async with claude.messages.stream(**for_claude(PANCAKES), output_format=Recipe) as stream:
        streamed = await stream.get_final_message()
    assert streamed.parsed_output == parsed.parsed_output
    beta = await claude.beta.messages.parse(**for_claude(PANCAKES), output_format=Recipe)
    assert beta.parsed_output == parsed.parsed_output


@pytest.mark.parametrize(("prompt", "most"), [(PANCAKES, 20), (MUSHROOMS, 1000)])
async def test_anthropics_parse_has_no_word_for_json_that_does_not_end(
    claude: anthropic.AsyncAnthropic, prompt: str, most: int
) -> None:
    with pytest.raises(pydantic.ValidationError, match="EOF while parsing"):
        await claude.messages.parse(**for_claude(prompt, max_tokens=most), output_format=Recipe)


async def test_openais_parse_and_stream(gpt: openai.AsyncOpenAI) -> None:
    parsed = await gpt.chat.completions.parse(**for_gpt(PANCAKES), response_format=Recipe)
    assert is_pancakes(parsed.choices[0].message.parsed)
    async with gpt.chat.completions.stream(**for_gpt(PANCAKES), response_format=Recipe) as stream:
        streamed = await stream.get_final_completion()
    assert is_pancakes(streamed.choices[0].message.parsed)
    response = await gpt.responses.parse(model="gpt-5.1", input=PANCAKES, text_format=Recipe)
    assert is_pancakes(response.output_parsed)


async def test_openais_parse_says_how_it_ended(gpt: openai.AsyncOpenAI) -> None:
    with pytest.raises(openai.LengthFinishReasonError):
        await gpt.chat.completions.parse(
            **for_gpt(PANCAKES, max_completion_tokens=20), response_format=Recipe
        )
    with pytest.raises(openai.ContentFilterFinishReasonError):
        await gpt.chat.completions.parse(**for_gpt(MUSHROOMS), response_format=Recipe)


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ({"input": PANCAKES, "max_output_tokens": 20}, "max_output_tokens"),
        ({"input": MUSHROOMS}, "content_filter"),
    ],
)
async def test_responses_that_do_not_end_are_incomplete(
    gpt: openai.AsyncOpenAI, question: Any, reason: str
) -> None:
    form: Any = {"format": {"type": "json_schema", "name": "r", "schema": SCHEMA}}
    response = await gpt.responses.create(model="gpt-5.1", text=form, **question)
    assert response.incomplete_details is not None
    assert (response.status, response.incomplete_details.reason) == ("incomplete", reason)
    # Its own parse doesn't look at that.
    with pytest.raises(pydantic.ValidationError, match="EOF while parsing"):
        await gpt.responses.parse(model="gpt-5.1", text_format=Recipe, **question)


async def test_openais_plain_json(gpt: openai.AsyncOpenAI) -> None:
    asked: Any = {"type": "json_object"}
    with pytest.raises(openai.BadRequestError, match="must contain the word 'json'"):
        await gpt.chat.completions.create(**for_gpt(PANCAKES), response_format=asked)
    prompt = f"{PANCAKES} Answer in JSON."
    answer = await gpt.chat.completions.create(**for_gpt(prompt), response_format=asked)
    assert json.loads(answer.choices[0].message.content or "")["servings"] == 4


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"type": "xml"}, "Supported values are: 'json_object', 'json_schema', and 'text'"),
        ({"type": "json_schema"}, "Missing required parameter: 'response_format.json_schema'"),
        ({"name": "a b", "schema": SCHEMA}, "does not match pattern"),
        (
            {"name": "r", "strict": True, "schema": {"type": "object", "properties": {}}},
            r"In context=\(\), 'additionalProperties' is required to be supplied and to be false",
        ),
        ({"name": "r", "strict": True, "schema": SCHEMA}, "Missing 'vegan'"),
        (
            {"name": "r", "strict": True, "schema": make_schema({"a": {"type": "object"}})},
            r"In context=\('properties', 'a'\), 'additionalProperties'",
        ),
        ({"name": "r", "strict": True, "schema": {"type": "array"}}, "got 'type: \"array\"'"),
    ],
)
async def test_openais_own_refusals(gpt: openai.AsyncOpenAI, form: Any, words: str) -> None:
    form = {"type": "json_schema", "json_schema": form} if "name" in form else form
    with pytest.raises(openai.BadRequestError, match=words):
        await gpt.chat.completions.create(**for_gpt(PANCAKES), response_format=form)


async def test_a_schema_that_is_not_strict_may_leave_more_open(gpt: openai.AsyncOpenAI) -> None:
    form: Any = {"type": "json_schema", "json_schema": {"name": "r", "schema": SCHEMA}}
    answer = await gpt.chat.completions.create(**for_gpt(PANCAKES), response_format=form)
    assert "title" in json.loads(answer.choices[0].message.content or "")
