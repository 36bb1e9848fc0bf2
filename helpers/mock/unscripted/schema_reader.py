"""A JSON Schema as a writer of values needs it: its parts in one, its choices in order."""

from collections.abc import Mapping
from typing import Any

from ..rules.schemas import Judge, Path, SchemaProblem, types_of
from .clues import words_of

MOST_ITEMS = 100
LONGEST_TEXT = 5000  # of a prompt, and of a value that is made up


class SchemaReader:
    """Reads one schema.

    judge: says whether a value is valid, and counts the steps.
    given: what the prompt gives, by its place in the input; it decides between variants.
    """

    def __init__(self, schema: object, prompt: str) -> None:
        self.schema = schema
        self.prompt = prompt
        self.judge = Judge(schema)
        self.words = set(words_of(prompt))
        self.given: Mapping[Path, Any] = {}

    def flat(self, schema: object, path: Path, depth: int = 0) -> dict[str, Any]:
        """Return a schema with its $ref and allOf put into one."""
        self.judge.step(path, depth)
        if schema is True:
            return {}
        if not isinstance(schema, dict):
            raise SchemaProblem(path, "the schema allows no value there")
        parts = schema.get("allOf", [])
        if "$ref" in schema:
            parts = [self.judge.look_up(schema["$ref"], path), *parts]
        own = {name: value for name, value in schema.items() if name not in ("allOf", "$ref")}
        for part in parts:
            own = _merge(self.flat(part, path, depth + 1), own)
        return own

    def variants(self, schema: dict[str, Any], path: Path) -> list[dict[str, Any]]:
        """Return what a schema may turn into by anyOf and oneOf, the likeliest first."""
        choices = schema.get("anyOf") or schema.get("oneOf")
        if not isinstance(choices, list) or not choices:
            return [schema]
        rest = {name: value for name, value in schema.items() if name not in ("anyOf", "oneOf")}
        found = []
        for choice in choices[:MOST_ITEMS]:
            try:
                found.append(_merge(rest, self.flat(choice, path, len(path))))
            except SchemaProblem:
                continue
        return sorted(found, key=lambda one: -self.mentions(one, path))

    def mentions(self, schema: dict[str, Any], path: Path) -> float:
        """Return how much a variant has to do with the prompt."""
        if schema.get("type") == "null":
            return -0.5 if self.has_given(path) else 0.5
        properties = schema.get("properties")
        if not isinstance(properties, dict):
            return 0.0
        fixed = [
            part["const"]
            for part in properties.values()
            if isinstance(part, dict) and isinstance(part.get("const"), str)
        ]
        named = sum(bool(set(words_of(one)) & self.words) for one in fixed)
        return named + sum(0.1 for name in properties if self.has_given((*path, name)))

    def has_given(self, path: Path) -> bool:
        """Return whether the prompt gives something at a place or within it."""
        return any(where[: len(path)] == path for where in self.given)


def type_for(schema: dict[str, Any]) -> str:
    """Return the type that a schema is about, guessed from its words if it names none."""
    named = [one for one in types_of(schema) if one != "null"]
    if named:
        return named[0]
    hints = (
        ("object", ("properties", "required", "additionalProperties", "minProperties")),
        ("array", ("items", "prefixItems", "minItems", "contains")),
        ("number", ("minimum", "maximum", "multipleOf", "exclusiveMinimum")),
        ("string", ("pattern", "minLength", "maxLength", "format")),
    )
    for kind, words in hints:
        if any(word in schema for word in words):
            return kind
    return "null" if types_of(schema) else "any"


def list_values(schema: dict[str, Any]) -> list[Any]:
    """Return the values that a schema lists; none if it doesn't."""
    values = schema.get("enum")
    return values if isinstance(values, list) else []


def find_parts(schema: dict[str, Any], word: str) -> dict[str, Any]:
    """Return the schemas that a word such as `properties` holds, by name."""
    value: dict[str, Any] = schema.get(word, {})
    return value


def _merge(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Return two schemas in one; where both say something, `other` counts."""
    merged = one | other
    for word in ("properties", "patternProperties"):
        if isinstance(one.get(word), dict) and isinstance(other.get(word), dict):
            merged[word] = one[word] | other[word]
            for name in one[word].keys() & other[word].keys():
                merged[word][name] = {"allOf": [one[word][name], other[word][name]]}
    if isinstance(one.get("required"), list) and isinstance(other.get("required"), list):
        merged["required"] = [*one["required"], *other["required"]]
    for word, most in (("min", max), ("max", min), ("exclusiveMin", max), ("exclusiveMax", min)):
        for what in ("imum", "Length", "Items", "Properties"):
            name = word + what
            both = (one.get(name), other.get(name))
            if all(isinstance(limit, int | float) for limit in both):
                merged[name] = most(both)  # type: ignore[type-var]
    return merged
