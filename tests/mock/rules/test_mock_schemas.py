"""Whatever schema a tool has, what is written for it is valid, and nothing crashes or hangs."""

import json
import math
import re
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError
from referencing import Registry

from helpers.mock.chance import dice
from helpers.mock.rules.schemas import (
    FORMATS,
    Judge,
    SchemaProblem,
    check_shape,
    longest_to_test,
    same,
)
from helpers.mock.script.parts import Text, ToolUse
from helpers.mock.unscripted import own_tools
from helpers.mock.unscripted.clues import find
from helpers.mock.unscripted.patterns import samples
from helpers.mock.unscripted.tool_input import write
from tests.sweeps import examples

WORDS = ["city", "unit", "a", "limit", "to", "name", "date", "email", "query", "year", "done"]
SCHEMA_WORDS = ["type", "properties", "items", "required", "enum", "anyOf", "$ref", "minimum"]
PROMPT_WORDS = re.split(
    r"\s+",
    """weather in Oslo and Lima 17 plus 25.5 'quoted words' ada@example.com 2026-12-24 email celsius
    red limit 3 to Ada Lovelace https://example.com/a notes.txt about tides not done: " ’ ( -4 1e9
    AB-1234 tomorrow at 5pm for two, the""",
)
names = st.sampled_from(WORDS)
plain = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.floats(-5, 5),
    st.sampled_from(["", "red", "celsius", "Oslo", "a b"]),
)
patterns = st.sampled_from(
    [r"^[A-Z]{3}-\d{4}$", r"^\+?[1-9]\d{6,14}$", r"^#[0-9a-f]{6}$", "^(a|b)+$", r"\w+", "^x?$"]
)


def with_some(*options: tuple[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=dict(options))


numbers = st.builds(
    lambda kind, low, size, strict, step: (
        {"type": kind}
        | ({} if low is None else {"exclusiveMinimum" if strict else "minimum": low})
        | ({} if size is None else {"maximum": (low or 0) + size})
        | ({} if step is None else {"multipleOf": step})
    ),
    st.sampled_from(["integer", "number"]),
    st.none() | st.integers(-100, 100) | st.floats(-9, 9).map(lambda x: round(x, 2)),
    st.none() | st.integers(25, 200),
    st.booleans(),
    st.none() | st.sampled_from([1, 2, 7, 0.5, 0.1, 2.5]),
)
texts = st.builds(
    lambda low, more, limits: (
        {"type": "string"}
        | limits
        | ({} if more is None else {"minLength": low, "maxLength": low + more})
    ),
    st.integers(0, 30),
    st.none() | st.integers(0, 20),
    st.just({}),
) | st.one_of(
    patterns.map(lambda pattern: {"type": "string", "pattern": pattern}),
    st.sampled_from(sorted(FORMATS)).map(lambda name: {"type": "string", "format": name}),
)
fixed = st.one_of(
    st.lists(plain, min_size=1, max_size=4).map(lambda values: {"enum": values}),
    plain.map(lambda value: {"const": value}),
)
leaves = st.one_of(
    numbers,
    texts,
    fixed,
    st.just({"type": "boolean"}),
    st.just({"type": ["string", "null"]}),
    st.just({"type": "null"}),
    st.just(True),
    st.just({}),
    st.just({"type": "integer", "default": 7}),
    st.just({"type": "string", "examples": ["one", "two"]}),
)


def objects(parts: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(
        lambda properties, needed, closed: (
            {
                "type": "object",
                "properties": properties,
                "required": [
                    name for name, wanted in zip(properties, needed, strict=False) if wanted
                ],
            }
            | closed
        ),
        st.dictionaries(names, parts, max_size=4),
        st.lists(st.booleans(), min_size=4, max_size=4),
        st.sampled_from([{}, {"additionalProperties": False}, {"additionalProperties": {}}]),
    )


def lists(parts: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(
        lambda items, least, more: (
            {"type": "array", "items": items, "minItems": least}
            | ({} if more is None else {"maxItems": least + more})
        ),
        parts,
        st.integers(0, 3),
        st.none() | st.integers(0, 3),
    )


def nest_schemas(parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    choices = st.lists(parts, min_size=1, max_size=3)
    return st.one_of(
        objects(parts),
        lists(parts),
        choices.map(lambda options: {"anyOf": options}),
        parts.map(lambda part: {"allOf": [part]}),
        st.just({"$ref": "#/$defs/it"}),
    )


level_one = st.one_of(leaves, nest_schemas(leaves))
schemas = st.builds(
    lambda schema, it: schema | {"$defs": {"it": it}},
    objects(st.one_of(level_one, nest_schemas(level_one))),
    leaves,
)
# What can't be satisfied, or not by me: here only honesty is asked for.
harder = st.one_of(
    schemas,
    st.recursive(
        st.one_of(leaves, st.just(False), st.just({"$ref": "#"}), st.just({"$ref": "#/$defs/x"})),
        lambda parts: st.fixed_dictionaries(
            {},
            optional={
                "type": st.sampled_from(["object", "array", "string", "number", "integer"]),
                "properties": st.dictionaries(names, parts, max_size=3),
                "required": st.lists(names, max_size=2, unique=True),
                "patternProperties": st.dictionaries(st.sampled_from(["^a", "e$"]), parts),
                "additionalProperties": parts,
                "propertyNames": parts,
                "minProperties": st.integers(0, 4),
                "dependentRequired": st.dictionaries(names, st.lists(names, max_size=2)),
                "items": parts,
                "prefixItems": st.lists(parts, max_size=2),
                "uniqueItems": st.booleans(),
                "minItems": st.integers(0, 5),
                "contains": parts,
                "minContains": st.integers(0, 3),
                "anyOf": st.lists(parts, min_size=1, max_size=2),
                "oneOf": st.lists(parts, min_size=1, max_size=2),
                "allOf": st.lists(parts, min_size=1, max_size=2),
                "not": parts,
                "if": parts,
                "then": parts,
                "else": parts,
                "$ref": st.sampled_from(["#", "#/properties/a", "#/$defs/x", "#/nowhere"]),
                "$defs": st.dictionaries(st.just("x"), parts),
                "minLength": st.integers(0, 40),
                "maxLength": st.integers(0, 40),
                "maximum": st.integers(-3, 30),
                "minimum": st.integers(-3, 30),
                "multipleOf": st.sampled_from([1, 3, 0.1]),
                "enum": st.lists(plain, min_size=1, max_size=3),
                "pattern": patterns | st.sampled_from(["(?=x)x", "(a*)*$", r"\p{L}", "["]),
                "format": st.sampled_from([*FORMATS, "unheard-of"]),
                "default": plain,
                "examples": st.lists(plain, max_size=2),
            },
        ),
        max_leaves=8,
    ),
)
anything = st.recursive(
    plain,
    lambda parts: st.one_of(
        st.lists(parts, max_size=3),
        st.dictionaries(st.sampled_from(SCHEMA_WORDS), parts, max_size=4),
    ),
    max_leaves=12,
)
prompts = st.one_of(
    st.lists(st.sampled_from(PROMPT_WORDS), max_size=14).map(" ".join),
    st.text(max_size=60),
)


def number(digits: str) -> int | Fraction:
    value = Fraction(digits)
    return int(value) if value.denominator == 1 else value


def exact(value: Any) -> Any:
    """Return a value as it is written in JSON: 2.3 is a multiple of 0.1, though its float isn't."""
    return json.loads(json.dumps(value), parse_float=number)


def judge(schema: Any) -> Draft202012Validator:
    checker = Draft202012Validator.FORMAT_CHECKER
    return Draft202012Validator(exact(schema), registry=Registry(), format_checker=checker)


def write_value(schema: Any, prompt: str) -> Any:
    return write(schema, prompt, find(prompt), dice("", "made up")).input


@given(schemas, prompts)
def test_what_is_written_is_valid(schema: Any, prompt: str) -> None:
    value = write_value(schema, prompt)
    assert [error.message for error in judge(schema).iter_errors(exact(value))] == []
    assert json.loads(json.dumps(value, allow_nan=False)) == value
    assert write_value(schema, prompt) == value


@given(harder, prompts)
def test_a_hard_schema_gets_a_valid_input_or_a_reason(schema: Any, prompt: str) -> None:
    try:
        value = write_value(schema, prompt)
    except SchemaProblem as problem:
        assert problem.why
        return
    judge(schema).validate(exact(value))


@given(anything, prompts)
@example({"properties": {"type": {"type": None}}}, "")
@example({"properties": {"path": {"type": [None, {"a": 1}]}}}, "")
def test_no_schema_however_wrong_is_the_end(schema: Any, prompt: str) -> None:
    tool = {"name": "get_weather", "input_schema": schema}
    messages = [{"role": "user", "content": prompt}]
    request = {"messages": messages, "tools": [tool], "tool_choice": {"type": "any"}}
    parts = own_tools.answer(request, prompt)
    assert parts
    for part in parts:
        assert isinstance(part, Text) or judge(schema).is_valid(exact(part.input))


@settings(max_examples=examples(150))
@given(harder, st.one_of(plain, st.lists(plain, max_size=3), st.dictionaries(names, plain)))
@example({"multipleOf": 0.1}, 0.0)
def test_the_judge_says_what_jsonschema_says(schema: Any, value: Any) -> None:
    try:
        check_shape(schema)
        said = Judge(schema).accepts(value, schema)
    except SchemaProblem:
        return
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError:
        return
    assume('"$ref"' not in json.dumps(schema))  # followed without end by the other
    if said != judge(schema).is_valid(exact(value)):
        # Only some formats are looked at, and some more closely than there.
        assert '"format"' in json.dumps(schema)
        bare = json.loads(json.dumps(schema).replace('"format"', '"title"'))
        assert Judge(bare).accepts(value, bare) == judge(bare).is_valid(exact(value))


@pytest.mark.parametrize(
    ("schema", "why"),
    [
        (False, "schema"),
        ([], "a schema must be an object"),
        ({"type": "objekt"}, "type must be one of null, boolean"),
        ({"type": "string"}, "must be of type object"),
        ({"$ref": "#"}, "refers to itself without end"),
        ({"allOf": [{"$ref": "#"}]}, "refers to itself without end"),
        ({"$ref": "https://example.com/schema"}, "only a $ref within the schema works"),
        ({"properties": {"a": {"$ref": "#"}}, "required": ["a"]}, "without end"),
        ({"properties": {"a": {"pattern": "(?<=x)y"}}, "required": ["a"]}, "match the pattern"),
        (
            {"properties": {"a": {"pattern": "["}}, "required": ["a"]},
            "pattern must be a regular expression",
        ),
        ({"properties": {"a": {"minLength": 10**9}}, "required": ["a"]}, "at least 1000000000"),
        ({"properties": {"a": {"minItems": 10**9}}, "required": ["a"]}, "1000000000 entries"),
        ({"unevaluatedProperties": False}, "unevaluatedProperties, which I can't read"),
        ({"properties": {"a": {"const": math.nan}}, "required": ["a"]}, "must be NaN"),
    ],
    ids=str,
)
def test_what_is_too_hard_is_named(schema: Any, why: str) -> None:
    with pytest.raises(SchemaProblem) as caught:
        write_value(schema, "Do it")
    assert why in str(caught.value)
    if isinstance(schema, dict) and "required" in schema:
        assert str(caught.value).startswith("a")


def test_a_schema_that_multiplies_ends_soon() -> None:
    parts = {f"d{i}": {"allOf": [{"$ref": f"#/$defs/d{i + 1}"}] * 2} for i in range(20)}
    schema = {"type": "object", "$ref": "#/$defs/d0", "$defs": parts | {"d20": {}}}
    with pytest.raises(SchemaProblem, match="too many parts"):
        write_value(schema, "Do it")


def test_no_pattern_takes_for_ever() -> None:
    schema = {
        "type": "object",
        "properties": {"a": {"type": "string", "pattern": "^(a+)+$"}},
        "required": ["a"],
    }
    assert re.fullmatch("a+", write_value(schema, f"{'a' * 60}!")["a"])


def test_a_schema_nested_a_thousand_deep() -> None:
    schema: Any = {"type": "string"}
    for _ in range(400):
        schema = {"type": "object", "properties": {"a": schema}, "required": ["a"]}
    with pytest.raises(SchemaProblem):
        write_value(schema, "Do it")


@given(patterns, st.integers(0, 50))
def test_samples_match_their_pattern(pattern: str, salt: int) -> None:
    found = list(samples(pattern, salt))
    assert found
    assert all(re.search(pattern, one) for one in found)


@pytest.mark.parametrize(
    ("pattern", "most"),
    [("abc", 1e6), (r"\d+", 1e6), (".*,.*", 1000), ("(a|b)*", 20), ("(a+)+", 20)],
)
def test_a_costly_pattern_is_tried_on_short_texts_only(pattern: str, most: int) -> None:
    assert longest_to_test(pattern) == most


def test_a_number_is_no_truth() -> None:
    assert not same(1, True)
    assert not same([0], [False])
    assert same({"a": [1]}, {"a": [1.0]})


def test_the_answer_names_the_property_that_was_too_hard() -> None:
    schema = {
        "type": "object",
        "properties": {"code": {"type": "string", "pattern": "(?=x)x"}},
        "required": ["code"],
    }
    request = {
        "messages": [{"role": "user", "content": "Open the door"}],
        "tools": [{"name": "open_door", "input_schema": schema}],
    }
    parts = own_tools.answer(request, "Open the door")
    assert parts
    assert [type(part) for part in parts] == [Text]
    assert isinstance(parts[0], Text)
    assert "In open_door, at `code`: it must match the pattern (?=x)x" in parts[0].text
    easy = {"name": "ring_at_door", "input_schema": {"type": "object"}}
    both = own_tools.answer(request | {"tools": [*request["tools"], easy]}, "Open the door")
    assert both
    assert both[-1] == ToolUse("ring_at_door", {})
