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

MOST_STEPS = 20_000  # subschemas looked at for one tool; more is no tool but an attack
DEEPEST = 60
NOT_READ = ("$dynamicRef", "$recursiveRef", "unevaluatedItems", "unevaluatedProperties")

Path = tuple[str | int, ...]


class SchemaProblem(Exception):
    """A schema can't be used, or no value for it can be made; says where and why."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{write_place(path)}: {why}")
        self.path = path
        self.why = why


class Fault(NamedTuple):
    """What is wrong with a value: the place in it, and a sentence's end that says what."""

    path: Path
    why: str


def write_place(path: Path) -> str:
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


def check_shape(schema: object, path: Path = ()) -> None:
    """Raise SchemaProblem unless every word of a schema has a value of the right shape."""
    if isinstance(schema, bool):
        return
    if not isinstance(schema, dict):
        raise SchemaProblem(path, f"a schema must be an object, not {_short(schema)}")
    for word, value in schema.items():
        if word in NOT_READ:
            raise SchemaProblem(path, f"its schema uses {word}, which I can't read")
        sentence, has_shape = SHAPES.get(word, ("", None))
        if has_shape is not None and not has_shape(value):
            raise SchemaProblem(path, f"in its schema, {word} must be {sentence}")
        if word in ONE_SCHEMA:
            check_shape(value, path)
        elif word in SOME_SCHEMAS:
            for part in value:
                check_shape(part, path)
        elif word in NAMED_SCHEMAS:
            for name, part in value.items():
                check_shape(part, (*path, name) if word == "properties" else path)


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return isinstance(value, int) or math.isfinite(value)


def _is_count(value: object) -> bool:
    return isinstance(value, int | float) and type_of(value) == "integer" and value >= 0


def _are_names(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value)


def _is_pattern(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        re.compile(value)
    except (re.error, OverflowError, RecursionError):
        return False
    return True


def _is_type(value: object) -> bool:
    names = value if isinstance(value, list) else [value]
    return all(isinstance(name, str) and name in TYPES for name in names) and names != []


TYPES = ("null", "boolean", "integer", "number", "string", "array", "object")
ONE_SCHEMA = frozenset(
    ["items", "additionalProperties", "contains", "not", "if", "then", "else", "propertyNames"]
)
SOME_SCHEMAS = frozenset(["allOf", "anyOf", "oneOf", "prefixItems"])
NAMED_SCHEMAS = frozenset(
    ["properties", "patternProperties", "$defs", "definitions", "dependentSchemas"]
)
SHAPES: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "type": (f"one of {', '.join(TYPES)}, or a list of them", _is_type),
    "enum": ("a list", lambda value: isinstance(value, list)),
    "examples": ("a list", lambda value: isinstance(value, list)),
    "pattern": ("a regular expression", _is_pattern),
    "patternProperties": (
        "an object with regular expressions for names",
        lambda value: isinstance(value, dict) and all(map(_is_pattern, value)),
    ),
    "$ref": ("text", lambda value: isinstance(value, str)),
    "uniqueItems": ("true or false", lambda value: isinstance(value, bool)),
    "required": ("a list of names", _are_names),
    "dependentRequired": (
        "an object with lists of names",
        lambda value: isinstance(value, dict) and all(map(_are_names, value.values())),
    ),
    "multipleOf": ("a number above 0", lambda value: _is_number(value) and value > 0),
}
LIMITS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
SHAPES |= dict.fromkeys(LIMITS, ("a number", _is_number))
SHAPES |= {
    f"{limit}{what}": ("a whole number, 0 or more", _is_count)
    for limit in ("min", "max")
    for what in ("Length", "Items", "Properties", "Contains")
}
SHAPES |= {
    word: ("a list of schemas", lambda value: isinstance(value, list)) for word in SOME_SCHEMAS
}
SHAPES |= {
    word: ("an object that holds schemas", lambda value: isinstance(value, dict))
    for word in NAMED_SCHEMAS - {"patternProperties"}
}


def type_of(value: object) -> str:
    """Return JSON Schema's name for the type of a value; a number may be an integer too."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "integer" if value.is_integer() else "number"
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
        self._looked_up: dict[str, Any] = {}

    def accepts(self, value: object, schema: object) -> bool:
        """Return whether a value is valid; raises SchemaProblem as `fault` does."""
        return self.fault(value, schema) is None

    def fault(self, value: object, schema: object, path: Path = (), depth: int = 0) -> Fault | None:
        """Return the first thing that is wrong with a value, or None.

        schema: one that check_shape finds nothing wrong with.
        Raises SchemaProblem if the schema never ends or refers to nothing.
        """
        self.step(path, depth)
        if isinstance(schema, dict):
            return next(self._faults(value, schema, path, depth + 1), None)
        return None if schema else Fault(path, "the schema allows no value there")

    def step(self, path: Path, depth: int) -> None:
        """Count a step; raises SchemaProblem when it is one too many or too deep."""
        self.steps += 1
        if depth > DEEPEST:
            raise SchemaProblem(path, "its schema refers to itself without end, or too deeply")
        if self.steps > MOST_STEPS:
            raise SchemaProblem(path, "its schema has too many parts to try")

    def look_up(self, reference: str, path: Path) -> Any:
        """Return the part of the root schema that a $ref names."""
        if reference in self._looked_up:
            return self._looked_up[reference]
        if not re.match(r"#(/|$)", reference):
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
        check_shape(part, path)  # it may stand where no schema was looked for
        self._looked_up[reference] = part
        return part

    def _faults(
        self, value: Any, schema: dict[str, Any], path: Path, depth: int
    ) -> Iterator[Fault]:
        yield from self._own_faults(value, schema, path)
        if isinstance(value, dict):
            yield from self._object_faults(value, schema, path, depth)
        if isinstance(value, list):
            yield from self._array_faults(value, schema, path, depth)

        def fits(part: object) -> bool:
            return self.fault(value, part, path, depth) is None

        parts = list(schema.get("allOf", []))
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
        if "anyOf" in schema and not any(map(fits, schema.get("anyOf", []))):
            yield Fault(path, "it fits none of the schemas under anyOf")
        if "oneOf" in schema and sum(map(fits, schema.get("oneOf", []))) != 1:
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
        if "enum" in schema and not any(same(value, one) for one in schema.get("enum", [])):
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
        needed = set(schema.get("required", []))
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
        first = schema.get("prefixItems", [])
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
    types = schema.get("type")
    named = types if isinstance(types, list) else [types]
    return [one for one in named if isinstance(one, str)]


def _number_faults(value: float, schema: dict[str, Any], path: Path) -> Iterator[Fault]:
    limits: Sequence[tuple[str, Callable[[float, float], bool], str]] = (
        ("minimum", lambda a, b: a >= b, "at least"),
        ("maximum", lambda a, b: a <= b, "at most"),
        ("exclusiveMinimum", lambda a, b: a > b, "more than"),
        ("exclusiveMaximum", lambda a, b: a < b, "less than"),
    )
    for word, holds, sentence in limits:
        if word in schema and not holds(value, schema[word]):
            yield Fault(path, f"it must be {sentence} {schema[word]}")
    if "multipleOf" in schema:
        step = Fraction(str(schema["multipleOf"]))
        if not math.isfinite(value) or Fraction(str(value)) % step:
            yield Fault(path, f"it must be a multiple of {schema['multipleOf']}")


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


def longest_to_test(pattern: str) -> int:
    """Return how long a text may be for this pattern to be tried on it in a moment.

    A pattern with several open repetitions can take the power of that number of steps, and one
    with a repetition in a repetition twice as many with every character.
    """
    opened = len(re.findall(r"[*+]|\{\d*,\}", pattern))
    if re.search(r"([*+]|\{\d*,\}|\|)[^()]*\)+([*+]|\{\d*,\})", pattern):
        return 20
    return int(10 ** (6 / max(opened, 1)))
