"""Structured output: a schema that the API takes, fields as they commit, and honest ends."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from helpers.agent import Interrupted, Retrying, TurnFinished
from helpers.message import BlockStarted, InputDelta, MessageStopped, TextDelta, ThinkingDelta
from helpers.structured import fields
from helpers.structured.answer import (
    Invalid,
    NoAnswer,
    Refused,
    StructuredAnswer,
    Truncated,
    format_of,
    schema_of,
)
from tests.sweeps import examples


class Step(BaseModel):
    text: str
    minutes: int = Field(ge=1, description="How long.")


class Recipe(BaseModel):
    """A recipe."""

    title: str = Field(max_length=30)
    level: Literal["easy", "hard"]
    when: date | None = None
    steps: list[Step] = Field(min_length=1)


PANCAKES = {
    "title": "Pancakes",
    "level": "easy",
    "steps": [{"text": "Mix", "minutes": 5}, {"text": "Fry", "minutes": 10}],
}
WRITTEN = json.dumps(PANCAKES)


def test_a_class_becomes_a_schema_that_the_api_takes():
    assert schema_of(Recipe) == {
        "type": "object",
        "description": "A recipe.",
        "properties": {
            "title": {"type": "string", "description": "(maxLength: 30)"},
            "level": {"type": "string", "enum": ["easy", "hard"]},
            "when": {
                "anyOf": [{"type": "string", "format": "date"}, {"type": "null"}],
                "default": None,
            },
            "steps": {"type": "array", "items": {"$ref": "#/$defs/Step"}, "minItems": 1},
        },
        "required": ["title", "level", "steps"],
        "additionalProperties": False,
        "$defs": {
            "Step": {
                "type": "object",
                "properties": {
                    "text": {"type": "string"},
                    "minutes": {"type": "integer", "description": "How long. (minimum: 1)"},
                },
                "required": ["text", "minutes"],
                "additionalProperties": False,
            }
        },
    }
    assert format_of(Recipe) == {"format": {"type": "json_schema", "schema": schema_of(Recipe)}}


class Open(BaseModel):
    prices: dict[str, int]


class Anything(BaseModel):
    values: list[Any]


class Pair(BaseModel):
    pair: tuple[int, str]


class Tree(BaseModel):
    branches: list["Tree"]


@pytest.mark.parametrize(
    ("model", "why"),
    [
        (Open, "prices has keys that nobody knows beforehand"),
        (Anything, r"values\[\] can be anything"),
        (Pair, "pair is a tuple"),
        (Tree, "Tree holds itself"),
    ],
)
def test_a_class_that_no_schema_can_say_is_named(model: type[BaseModel], why: str):
    with pytest.raises(TypeError, match=f"^{model.__name__} can't be an output format: {why}"):
        schema_of(model)


@settings(max_examples=examples(60), deadline=None)
@given(st.integers(1, len(WRITTEN)))
def test_fields_commit_in_order_however_the_text_is_cut(size: int):
    answer = StructuredAnswer(Recipe)
    pieces = [WRITTEN[at : at + size] for at in range(0, len(WRITTEN), size)]
    committed = [field for piece in pieces for field in answer.feed(TextDelta(0, piece))]
    assert [(field.path, field.value) for field in committed] == [
        (("title",), "Pancakes"),
        (("level",), "easy"),
        (("steps", 0, "text"), "Mix"),
        (("steps", 0, "minutes"), 5),
        (("steps", 1, "text"), "Fry"),
        (("steps", 1, "minutes"), 10),
    ]
    assert answer.fields == tuple(committed)
    assert answer.finish("end_turn") == Recipe.model_validate(PANCAKES)


def test_only_text_belongs_to_the_answer():
    answer = StructuredAnswer(Step)
    assert answer.feed(ThinkingDelta(0, '{"text": "no"')) == []
    assert answer.feed(InputDelta(1, "{")) == []
    assert answer.feed('{"text": "yes",') == [fields.Field(("text",), "yes")]
    assert answer.text == '{"text": "yes",'


@pytest.mark.parametrize("stop_reason", ["max_tokens", "model_context_window_exceeded", None])
def test_a_cut_answer_is_none_even_if_its_fields_look_whole(stop_reason: str | None):
    answer = StructuredAnswer(Step)
    answer.feed('{"text": "Mix", "minutes": 1')  # or 15
    with pytest.raises(Truncated, match="1 field had committed") as caught:
        answer.finish(stop_reason)
    assert caught.value.fields == (fields.Field(("text",), "Mix"),)
    assert caught.value.text == '{"text": "Mix", "minutes": 1'


def test_a_refusal_says_what_the_api_says():
    answer = StructuredAnswer(Step)
    answer.feed('{"text": "Mix')
    details = {"type": "refusal", "category": "bio", "explanation": "It asks for a toxin."}
    with pytest.raises(Refused, match=r"It asks for a toxin\.") as caught:
        answer.finish("refusal", details)
    assert caught.value.category == "bio"
    with pytest.raises(Refused, match="gave no reason"):
        answer.finish("refusal", {"category": None, "explanation": None})


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"text": "Mix", "minutes": 0}', r"^minutes: Input should be greater than or equal to 1"),
        ('{"text": "Mix"}', r"^minutes: Field required"),
        ('{"text": "Mix", "text": "Fry"}', "comes twice"),
        ("Sure! {}", "not the JSON it should be"),
        ('{"text": "Mix"', r"^the answer: Invalid JSON"),  # a stop sequence cut it
        ("", r"^the answer: Invalid JSON"),
        ('{"minutes": "x"}', r"And 1 more\.$"),
    ],
)
def test_a_whole_answer_is_held_to_the_class(text: str, why: str):
    answer = StructuredAnswer(Step)
    answer.feed(text)
    with pytest.raises(Invalid, match=why) as caught:
        answer.finish("end_turn")
    assert isinstance(caught.value, NoAnswer)


# ---- After a turn with tools


def finish_turn(reason: str) -> TurnFinished:
    return TurnFinished(1, {"content": []}, reason)


CALL_BLOCK = {"type": "tool_use", "id": "t", "name": "look", "input": {}}


@pytest.mark.parametrize(
    "before",
    [
        [TextDelta(0, "Let me look."), finish_turn("tool_use")],
        [TextDelta(0, '{"title": "no'), BlockStarted(1, CALL_BLOCK), finish_turn("tool_use")],
        [TextDelta(0, "Looking."), MessageStopped({"stop_reason": "tool_use"})],
        [
            TextDelta(0, "One."),
            finish_turn("tool_use"),
            TextDelta(0, "Two."),
            finish_turn("tool_use"),
        ],
        [TextDelta(0, "Hm."), BlockStarted(1, {"type": "server_tool_use", "name": "web_search"})],
        [TextDelta(0, WRITTEN[:30]), Retrying(2, 0.1, "it broke", True)],
        [TextDelta(0, WRITTEN[:30]), Interrupted()],
        [TextDelta(0, WRITTEN), finish_turn("tool_use")],
    ],
)
def test_the_answer_is_what_comes_after_the_last_call(before: list[Any]):
    answer = StructuredAnswer(Recipe)
    for update in before:
        answer.feed(update)
    assert answer.text == ""
    assert answer.fields == ()
    for at in range(0, len(WRITTEN), 7):
        answer.feed(TextDelta(0, WRITTEN[at : at + 7]))
    assert answer.finish("end_turn") == Recipe(**PANCAKES)
    assert json.loads(answer.text) == PANCAKES


@pytest.mark.parametrize(
    "between",
    [
        Retrying(2, 0.1, "it broke", False),  # the text goes on
        finish_turn("pause_turn"),
        BlockStarted(1, {"type": "text", "text": ""}),
        MessageStopped({"stop_reason": "end_turn"}),
    ],
)
def test_an_answer_in_two_parts_is_one(between: object):
    answer = StructuredAnswer(Recipe)
    answer.feed(TextDelta(0, WRITTEN[:20]))
    answer.feed(between)
    answer.feed(TextDelta(0, WRITTEN[20:]))
    assert answer.finish("end_turn") == Recipe(**PANCAKES)


# ---- Words beside a reference


class Oven(BaseModel):
    """An oven."""

    degrees: int


class Dish(BaseModel):
    oven: Oven = Field(description="Where it is baked.")
    other: Oven
    maybe: Oven | None = Field(default=None, description="If there are two.")


def test_a_description_beside_a_reference_is_kept_and_nothing_stands_beside_one():
    schema = schema_of(Dish)
    assert schema["properties"]["oven"]["description"] == "Where it is baked."
    assert schema["properties"]["oven"]["properties"] == {"degrees": {"type": "integer"}}
    assert schema["properties"]["other"] == {"$ref": "#/$defs/Oven"}
    assert schema["properties"]["maybe"]["description"] == "If there are two."

    def references(part: object) -> Iterator[dict[str, Any]]:
        if isinstance(part, dict):
            if "$ref" in part:
                yield part
            for inner in part.values():
                yield from references(inner)
        elif isinstance(part, list):
            for inner in part:
                yield from references(inner)

    assert all(set(one) == {"$ref"} for one in references(schema))
    assert list(references(schema))
