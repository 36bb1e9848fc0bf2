"""Answers that are JSON: by the schema that a request asks for, or wrapped in words.

A scenario says what it knows as a value. Where a request has a schema, as much of that value
as fits goes in, and tool_input.py makes up the rest. Where it has none, the answer is what a
model makes of such a prompt: JSON in a fence, with words around it.
"""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from ..chance import dice, fingerprint
from ..rules.schemas import Judge, Path, SchemaProblem, types_of
from ..script.parts import Json, Part, Text, ToolUse
from . import any_json
from .clues import find, words_of
from .schema_reader import SchemaReader, type_for
from .slot_filling import SlotFiller
from .tool_input import write
from .values import ToolInput, ValueWriter

ANY_OBJECT = {"type": "object"}
LIKELY_ITEMS = 2  # in a list of which nothing says how many there are


def in_words(parts: Sequence[Part]) -> list[Part]:
    """Return an answer as a model gives it that nobody has told a schema."""
    said: list[Part] = []
    for part in parts:
        if isinstance(part, Json):
            fenced = f"```json\n{json.dumps(part.value, indent=2, ensure_ascii=False)}"
            text = fenced if part.cut < 1 else f"{fenced}\n```"
            text = text[: max(1, int(len(text) * part.cut))]
            said.append(Text(f"Here is the JSON you asked for:\n\n{text}"))
        else:
            said.append(part)
    return said


def any_value(parts: Sequence[Part], prompt: str) -> object:
    """Return an object for a prompt that wants JSON without saying by which schema.

    parts: the answer in words, which is told where the prompt names no keys.
    """
    known = next((part.value for part in parts if isinstance(part, Json)), None)
    if isinstance(known, dict):
        return known
    if (schema := any_json.schema_for(prompt)) is not None:
        try:
            return fitting(known, schema, any_json.without_keys(prompt))
        except SchemaProblem:
            pass
    words = "\n\n".join(part.text for part in parts if isinstance(part, Text))
    return {"answer": words if known is None else known}


def by_schema(
    parts: Sequence[Part], schema: dict[str, Any], prompt: str, system: str = ""
) -> list[Part]:
    """Return an answer whose text is JSON by a schema.

    system: what the request says beside the prompt, which may name the keys of any object.

    An answer that calls tools is not at its end: it calls them, and says nothing beside.
    """
    kept: list[Part] = [part for part in parts if not isinstance(part, Text | Json)]
    if any(isinstance(part, ToolUse) for part in parts):
        return kept
    known = next((part for part in parts if isinstance(part, Json)), Json(None))
    try:
        if schema == ANY_OBJECT:
            text = write_compact(any_value(parts, f"{system}\n{prompt}"))
        else:
            text = write_compact(fitting(known.value, schema, prompt))
    except SchemaProblem:
        text = "{}"  # the API promises a value that fits; here is one that is JSON at least
    text = text[: max(1, int(len(text) * known.cut))]
    place = next((at for at, part in enumerate(parts) if isinstance(part, Text | Json)), None)
    before = sum(part in kept for part in parts[:place])
    return [*kept[:before], Text(text), *kept[before:]]


def write_compact(value: object) -> str:
    """Return a value as the model writes it: compact. That is our choice."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def fitting(known: object, schema: dict[str, Any], prompt: str) -> object:
    """Return a value by a schema: what is known, what the prompt gives, and what is made up.

    Raises SchemaProblem if none can be made.
    """
    if isinstance(known, dict) and schema == {"type": "object"}:
        return known  # any object will do
    # The writer writes objects; another value stands in one as its only property.
    inner = {name: part for name, part in schema.items() if name not in ("$defs", "definitions")}
    around = {name: part for name, part in schema.items() if name not in inner}
    whole = {"type": "object", "properties": {"value": inner}, "required": ["value"]} | around
    try:
        likely = _with_likely_items(whole)
        numbers = dice(fingerprint([schema, prompt], 0), "made up")
        reader = SchemaReader(likely, prompt)
        writer = ValueWriter(reader, numbers)
        given: dict[Path, Any] = {}
        clues = find(_unquote(prompt), frozenset(_names(schema)))
        if isinstance(known, dict) and type_for(reader.flat(inner, ())) == "object":
            given = {("value", name): value for name, value in known.items()}
        elif known is not None:
            given = {("value",): known}
        else:
            given, _ = SlotFiller(reader).fill(clues)
        given = {path: _shape(value, likely, path, reader) for path, value in given.items()}
        made = _make(writer, given) or write(whole, prompt, clues, numbers)
        return _shape(made.input, whole, (), SchemaReader(whole, prompt))["value"]
    except RecursionError:
        raise SchemaProblem((), "its schema is nested too deeply") from None


def _unquote(prompt: str) -> str:
    """Return a prompt without the quotes around a whole sentence: its values are within it."""
    return re.sub(r"([\"“])([^\"”]{25,})([\"”])|(?<!\w)'([^'\n]{25,})'(?!\w)", r" \2\4 ", prompt)


def _names(schema: object) -> Iterator[str]:
    """Yield the words in the names of a schema's properties: they are no values."""
    if isinstance(schema, dict):
        properties = schema.get("properties")
        for name in properties if isinstance(properties, dict) else ():
            yield from words_of(name)
        for part in schema.values():
            yield from _names(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _names(part)


def _make(writer: ValueWriter, given: dict[Path, Any]) -> ToolInput | None:
    try:
        writer.reader.judge.steps = 0
        return writer.write(given, everything=True)
    except (SchemaProblem, OverflowError):
        return None


def _with_likely_items(schema: Any) -> Any:
    """Return a schema whose lists are not empty, so that there is something to see."""
    if isinstance(schema, list):
        return [_with_likely_items(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: _with_likely_items(part) for name, part in schema.items()}
    if made.get("type") == "array" and "items" in made:
        made["minItems"] = LIKELY_ITEMS
    return made


def _shape(value: Any, schema: object, path: Path, reader: SchemaReader) -> Any:
    """Return a value without what its schema doesn't know, in the order that the API writes.

    Required properties come first, as documented, and all in the order of the schema.

    path: where the value belongs, if `schema` is that of the whole.
    """
    for step in path:
        whole = reader.flat(schema, path)
        schema = whole.get("properties", {}).get(step, True)
    whole = reader.flat(schema, path)
    for option in reader.variants(whole, path):
        if _of_type(value, option):
            whole = option
            break
    if isinstance(value, dict) and type_for(whole) == "string":
        return next((one for one in value.values() if isinstance(one, str)), value)
    if isinstance(value, dict) and isinstance(properties := whole.get("properties"), dict):
        required = whole.get("required", [])
        names = sorted(properties, key=lambda name: name not in required)
        return {
            name: _shape(value[name], properties[name], (), reader)
            for name in names
            if name in value
        }
    if isinstance(value, list) and "items" in whole:
        return [_shape(entry, whole["items"], (), reader) for entry in value]
    return value


def _of_type(value: object, schema: dict[str, Any]) -> bool:
    types = types_of(schema)
    return not types or Judge({}).accepts(value, {"type": list(types)})
