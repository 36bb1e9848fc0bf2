"""The format of an answer as OpenAI's requests have it: text, any JSON, or JSON by a schema.

Both endpoints say the same in other places: `response_format` in chat completions, where the
schema stands one level deeper, and `text.format` in responses.
"""

import re
from collections.abc import Iterator
from typing import Any

from ..rules.schemas import SchemaProblem, check_shape
from .checks import expect, expect_one_of
from .errors import OpenAIError, missing

NAME = re.compile(r"[a-zA-Z0-9_-]+")
TYPES = ("json_object", "json_schema", "text")
Context = tuple[str, ...]


def check(where: str, value: object, said: str, inner: str = "") -> dict[str, Any]:
    """Return what a checked format adds to a request of the Messages API; {} for text.

    where: the field, such as response_format.
    said: all that the request says, in which `json` must occur for plain JSON.
    inner: the field within it that holds the schema's name, if it isn't the format itself.

    Raises OpenAIError if the API would refuse it.
    """
    if value is None:
        return {}
    expect(where, value, "an object")
    assert isinstance(value, dict)
    if "type" not in value:
        raise missing(f"{where}.type")
    expect_one_of(f"{where}.type", value["type"], TYPES)
    if value["type"] == "text":
        return {}
    if value["type"] == "json_object":
        if "json" not in said.lower():
            field = "input" if where.startswith("text") else "messages"
            raise OpenAIError(
                f"'{field}' must contain the word 'json' in some form, to use '{where}' of type "
                "'json_object'.",
                field,
            )
        return {"output_config": {"format": {"type": "json_schema", "schema": {"type": "object"}}}}
    place = f"{where}.{inner}" if inner else where
    if inner and inner not in value:
        raise missing(place)
    asked = value[inner] if inner else value
    expect(place, asked, "an object")
    for name, kind in (("name", "a string"), ("schema", "an object")):
        if name not in asked:
            raise missing(f"{place}.{name}")
        expect(f"{place}.{name}", asked[name], kind)
    if not NAME.fullmatch(asked["name"]):
        raise OpenAIError(
            f"Invalid '{place}.name': string does not match pattern. Expected a string that "
            "matches the pattern '^[a-zA-Z0-9_-]+$'.",
            f"{place}.name",
            "invalid_value",
        )
    fault = _fault(asked["schema"], strict=asked.get("strict") is True)
    if fault:
        param = f"{where}.schema" if not inner else where
        raise OpenAIError(
            f"Invalid schema for response_format '{asked['name']}': {fault}",
            param,
            "invalid_json_schema",
        )
    return {"output_config": {"format": {"type": "json_schema", "schema": asked["schema"]}}}


def _fault(schema: dict[str, Any], strict: bool) -> str:
    """Return what is wrong with a schema, in the API's words; "" if nothing is."""
    try:
        check_shape(schema)
        if not strict:
            return ""
        if schema.get("type") != "object":
            got = f'type: "{schema.get("type")}"'
            return f"schema must be a JSON Schema of 'type: \"object\"', got '{got}'."
        for context, part in _objects(schema, ()):
            where = f"In context=({', '.join(map(repr, context))}{',' * (len(context) == 1)})"
            if part.get("additionalProperties") is not False:
                return (
                    f"{where}, 'additionalProperties' is required to be supplied and to be false."
                )
            lacking = [
                name for name in part.get("properties", {}) if name not in part.get("required", [])
            ]
            if lacking:
                return (
                    f"{where}, 'required' is required to be supplied and to be an array including "
                    f"every key in properties. Missing '{lacking[0]}'."
                )
    except SchemaProblem as problem:  # the wording is ours
        return f"{problem.why}."
    except RecursionError:  # ours, too
        return "the schema is nested too deeply."
    return ""


def _objects(schema: object, context: Context) -> Iterator[tuple[Context, dict[str, Any]]]:
    """Yield the objects in a schema with the way that leads to each."""
    if not isinstance(schema, dict):
        return
    if schema.get("type") == "object" or "properties" in schema:
        yield context, schema
    for word in ("properties", "$defs", "definitions"):
        for name, part in schema.get(word, {}).items():
            yield from _objects(part, (*context, word, name))
    for index, part in enumerate(schema.get("anyOf", [])):
        yield from _objects(part, (*context, "anyOf", str(index)))
    yield from _objects(schema.get("items"), (*context, "items"))
