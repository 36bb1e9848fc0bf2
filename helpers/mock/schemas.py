"""Whether a value is valid against a JSON Schema, in the draft that tools use, 2020-12.

The tests hold this to the package jsonschema. It is written anew because that one takes a second
to import, follows a schema that never ends, and tries any pattern however long that takes.
"""

import json
import math
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit
from uuid import UUID

from .patterns import longest_to_test

MOST_STEPS = 50_000  # subschemas looked at for one tool; more is no tool but an attack
DEEPEST = 60
NOT_READ = ("$dynamicRef", "$recursiveRef", "unevaluatedItems", "unevaluatedProperties")

Path = tuple[str | int, ...]


class SchemaProblem(Exception):
    """A schema can't be used, or no value for it can be made; says where and why."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{shown(path)}: {why}")
        self.path = path
        self.why = why


class Fault(NamedTuple):
    """What is wrong with a value: the place in it, and a sentence's end that says what."""

    path: Path
    why: str


def shown(path: Path) -> str:
    """Return a place in a tool's input as a learner would write it."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".") or "the input"


def same(one: object, other: object) -> bool:
    """Return whether two values are the same JSON; to Python, 1 and true are."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return one == other


def type_of(value: object) -> str:
    """Return JSON Schema's name for the type of a value; a number may be an integer too."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "integer" if math.isfinite(value) and value == int(value) else "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"


class Judge:
    """Reads one schema, and counts its steps so that no schema keeps it busy for long.

    root: the whole schema; a $ref is looked up in it.
    """

    def __init__(self, root: object) -> None:
        self.root = root
        self.steps = 0

    def accepts(self, value: object, schema: object) -> bool:
        """Return whether the value is valid; raises SchemaProblem as `fault` does."""
        return self.fault(value, schema) is None

    def fault(self, value: object, schema: object, path: Path = (), depth: int = 0) -> Fault | None:
        """Return the first thing that is wrong with a value, or None.

        Raises SchemaProblem if the schema makes no sense, never ends, or can't be read here.
        """
        self.step(path, depth)
        if isinstance(schema, bool):
            return None if schema else Fault(path, "the schema allows no value there")
        if not isinstance(schema, dict):
            raise SchemaProblem(path, f"a schema must be an object, not {_short(schema)}")
        try:
            return next(self._faults(value, schema, path, depth + 1), None)
        except (TypeError, AttributeError, KeyError, re.error) as error:
            raise SchemaProblem(path, f"its schema isn't valid JSON Schema ({error})") from None
        except (ValueError, OverflowError) as error:
            raise SchemaProblem(path, f"its schema can't be read ({error})") from None

    def step(self, path: Path, depth: int) -> None:
        """Count a step; raises SchemaProblem when it is one too many or too deep."""
        self.steps += 1
        if depth > DEEPEST:
            raise SchemaProblem(path, "its schema refers to itself without end")
        if self.steps > MOST_STEPS:
            raise SchemaProblem(path, "its schema has too many parts to try")

    def look_up(self, reference: object, path: Path) -> Any:
        """Return the part of the root schema that a $ref names."""
        if not isinstance(reference, str) or not re.match(r"#(/|$)", reference):
            raise SchemaProblem(path, f"only a $ref within the schema works, not {reference!r}")
        part: Any = self.root
        for step in unquote(reference[1:]).split("/")[1:]:
            name = step.replace("~1", "/").replace("~0", "~")
            if isinstance(part, dict) and name in part:
                part = part[name]
            elif isinstance(part, list) and name.isdecimal() and int(name[:9]) < len(part):
                part = part[int(name[:9])]
            else:
                raise SchemaProblem(path, f"the $ref {reference!r} leads nowhere")
        return part

    def _faults(
        self, value: Any, schema: dict[str, Any], path: Path, depth: int
    ) -> Iterator[Fault]:
        for word in NOT_READ:
            if word in schema:
                raise SchemaProblem(path, f"its schema uses {word}, which I can't read")
        yield from self._own_faults(value, schema, path)
        if isinstance(value, dict):
            yield from self._object_faults(value, schema, path, depth)
        if isinstance(value, list):
            yield from self._array_faults(value, schema, path, depth)

        def fits(part: object) -> bool:
            return self.fault(value, part, path, depth) is None

        parts = list(_list(schema, "allOf"))
        if "$ref" in schema:
            parts.append(self.look_up(schema["$ref"], path))
        if "if" in schema:
            parts.append(schema.get("then" if fits(schema["if"]) else "else", True))
        if isinstance(value, dict):
            dependent = schema.get("dependentSchemas", {})
            parts += [part for name, part in dependent.items() if name in value]
        for part in parts:
            if (found := self.fault(value, part, path, depth)) is not None:
                yield found
        if "anyOf" in schema and not any(map(fits, _list(schema, "anyOf"))):
            yield Fault(path, "it fits none of the schemas under anyOf")
        if "oneOf" in schema and sum(map(fits, _list(schema, "oneOf"))) != 1:
            yield Fault(path, "it fits not just one of the schemas under oneOf")
        if "not" in schema and fits(schema["not"]):
            yield Fault(path, "it fits the schema under not")

    def _own_faults(self, value: Any, schema: dict[str, Any], path: Path) -> Iterator[Fault]:
        """Yield what is wrong with the value itself, without looking into it."""
        kind = type_of(value)
        if (types := types_of(schema)) and not (
            kind in types or (kind == "integer" and "number" in types)
        ):
            yield Fault(path, f"it must be of type {' or '.join(types)}")
        if "const" in schema and not same(value, schema["const"]):
            yield Fault(path, f"it must be {_short(schema['const'])}")
        if "enum" in schema and not any(same(value, one) for one in _list(schema, "enum")):
            yield Fault(path, "it must be one of the values under enum")
        if kind in ("number", "integer"):
            yield from _number_faults(value, schema, path)
        if isinstance(value, str):
            yield from _size_faults(len(value), schema, path, "Length", "characters")
            if "pattern" in schema:
                pattern = schema["pattern"]
                if len(value) > longest_to_test(pattern) or not re.search(pattern, value):
                    yield Fault(path, f"it must match the pattern {pattern}")
            known = FORMATS.get(schema["format"]) if isinstance(schema.get("format"), str) else None
            if known is not None and not _passes(known, value):
                yield Fault(path, f"it must be written as the format {schema['format']} says")

    def _object_faults(
        self, value: dict[str, Any], schema: dict[str, Any], path: Path, depth: int
    ) -> Iterator[Fault]:
        yield from _size_faults(len(value), schema, path, "Properties", "properties")
        needed = set(_list(schema, "required"))
        for name, more in schema.get("dependentRequired", {}).items():
            needed |= set(more) if name in value else set()
        for name in sorted(needed - value.keys()):
            yield Fault((*path, name), "it is required")
        patterns = schema.get("patternProperties", {})
        for name, entry in value.items():
            place = (*path, name)
            parts = [part for key, part in patterns.items() if re.search(key, name)]
            if name in (properties := schema.get("properties", {})):
                parts.append(properties[name])
            if not parts:
                parts.append(schema.get("additionalProperties", True))
            for part in parts:
                if (found := self.fault(entry, part, place, depth)) is not None:
                    yield found
            if self.fault(name, schema.get("propertyNames", True), place, depth) is not None:
                yield Fault(place, "its name isn't one that propertyNames allows")

    def _array_faults(
        self, value: list[Any], schema: dict[str, Any], path: Path, depth: int
    ) -> Iterator[Fault]:
        yield from _size_faults(len(value), schema, path, "Items", "entries")
        first = _list(schema, "prefixItems")
        for index, entry in enumerate(value):
            part = first[index] if index < len(first) else schema.get("items", True)
            if (found := self.fault(entry, part, (*path, index), depth)) is not None:
                yield found
        if schema.get("uniqueItems") is True and any(
            same(one, other) for index, one in enumerate(value) for other in value[:index]
        ):
            yield Fault(path, "its entries must all differ")
        if "contains" in schema:
            part = schema["contains"]
            count = sum(self.fault(entry, part, path, depth) is None for entry in value)
            if not schema.get("minContains", 1) <= count <= schema.get("maxContains", count):
                yield Fault(path, "it doesn't contain what it must")


def types_of(schema: dict[str, Any]) -> list[str]:
    """Return the types that a schema names; none means any."""
    types = schema.get("type", [])
    types = [types] if isinstance(types, str) else types
    known = {"null", "boolean", "integer", "number", "string", "array", "object"}
    if not isinstance(types, list) or not all(isinstance(one, str) for one in types):
        raise TypeError("type must be a name or a list of names")
    if unknown := [one for one in types if one not in known]:
        raise TypeError(f"there is no type {unknown[0]!r}")
    return types


def _list(schema: dict[str, Any], word: str) -> list[Any]:
    value = schema.get(word, [])
    if not isinstance(value, list):
        raise TypeError(f"{word} must be a list")
    return value


def _number_faults(value: float, schema: dict[str, Any], path: Path) -> Iterator[Fault]:
    limits: Sequence[tuple[str, Callable[[float, float], bool], str]] = (
        ("minimum", lambda a, b: a >= b, "at least"),
        ("maximum", lambda a, b: a <= b, "at most"),
        ("exclusiveMinimum", lambda a, b: a > b, "more than"),
        ("exclusiveMaximum", lambda a, b: a < b, "less than"),
    )
    for word, holds, sentence in limits:
        if word in schema and not holds(value, _number(schema, word)):
            yield Fault(path, f"it must be {sentence} {schema[word]}")
    if "multipleOf" in schema:
        step = Fraction(str(_number(schema, "multipleOf")))
        if step <= 0:
            raise ValueError("multipleOf must be more than 0")
        if Fraction(str(value)) % step:
            yield Fault(path, f"it must be a multiple of {schema['multipleOf']}")


def _number(schema: dict[str, Any], word: str) -> float:
    value = schema[word]
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError(f"{word} must be a number")
    return value


def _size_faults(
    size: int, schema: dict[str, Any], path: Path, what: str, unit: str
) -> Iterator[Fault]:
    if size < schema.get(f"min{what}", 0):
        yield Fault(path, f"it must have at least {schema[f'min{what}']} {unit}")
    if size > schema.get(f"max{what}", size):
        yield Fault(path, f"it must have at most {schema[f'max{what}']} {unit}")


def _is_moment(text: str) -> object:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", text):
        raise ValueError
    return datetime.fromisoformat(text.upper())


def _is_date(text: str) -> object:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        raise ValueError
    return date.fromisoformat(text)


def _is_address(text: str) -> object:
    if not urlsplit(text).scheme or re.search(r"[\s<>\"{}|\\^`]", text) or not text.isascii():
        raise ValueError
    return text


def _matches(pattern: str) -> Callable[[str], object]:
    def check(text: str) -> object:
        if not re.fullmatch(pattern, text, re.ASCII):
            raise ValueError
        return text

    return check


# Each raises ValueError for a text that isn't in the format; other formats are not looked at.
FORMATS: dict[str, Callable[[str], object]] = {
    "date": _is_date,
    "date-time": _is_moment,
    "time": _matches(r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)"),
    "email": _matches(r"[^\s@<>\"]+@[\w-]+(\.[\w-]+)*"),
    "uri": _is_address,
    "uuid": lambda text: (
        _matches(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")(text) and UUID(text)
    ),
    "ipv4": _matches(r"((25[0-5]|2[0-4]\d|1?\d?\d)(\.(?!$)|$)){4}"),
    "hostname": _matches(r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9-]+)*"),
}


def _passes(check: Callable[[str], object], text: str) -> bool:
    try:
        check(text)
    except ValueError:
        return False
    return True


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else text[:59] + "…"
