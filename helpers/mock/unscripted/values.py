"""Writes the values of an input: those that are given, and what is made up for the rest."""

import json
import math
import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from random import Random
from typing import Any

from ..chance import below
from ..rules.schemas import Path, SchemaProblem, types_of
from .clues import Clue, words_of
from .patterns import samples
from .schema_reader import (
    LONGEST_TEXT,
    MOST_ITEMS,
    SchemaReader,
    find_parts,
    list_values,
    type_for,
)
from .slots import kind_of

DEEPEST = 12  # properties within properties; a schema may refer to itself
MADE_UP = {
    "email": ("ada@example.com", "alan@example.com", "grace@example.org"),
    "place": ("Lagos", "Oslo", "Lima", "Kyoto", "Nairobi"),
    "person": ("Ada Lovelace", "Alan Turing", "Grace Hopper", "Katherine Johnson"),
    "url": ("https://example.com/", "https://example.org/page"),
    "file": ("notes.txt", "data.csv"),
    "time": ("09:00:00", "12:00:00"),
    "sum": ("1 + 1", "2 * 3"),
    "code": ("A1", "B2", "C3"),
}


@dataclass(frozen=True)
class ToolInput:
    """A valid input.

    made_up: the properties that the prompt gave nothing for, as places in the input.
    given: what came from the prompt, by its place.
    taken: the clues that were used, by the place they went to.
    """

    input: dict[str, Any]
    made_up: tuple[Path, ...]
    given: dict[Path, Any]
    taken: dict[Path, Clue] = field(default_factory=dict)


class NoCommand(SchemaProblem):
    """A tool would run what stands at a place, and the prompt doesn't quote it."""


class ValueWriter:
    """Writes one input.

    numbers: what made-up values are drawn from.
    commands: the places of what the tool runs (runners.py): nothing is made up there.
    """

    def __init__(
        self, reader: SchemaReader, numbers: Random, commands: Container[Path] = ()
    ) -> None:
        self.reader = reader
        self.prompt = reader.prompt
        self.commands = commands
        self.first = below(numbers, 60)  # where the choice among made-up values begins
        self.salt = 0
        self.made_up: list[Path] = []
        self.everything = False

    def write(self, given: dict[Path, Any], everything: bool) -> ToolInput:
        """Return an input with these values in their places.

        everything: whether optional properties are written too.
        """
        self.reader.given, self.everything, self.made_up = given, everything, []
        value = self.value(self.reader.schema, ())
        try:
            json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
        except ValueError:
            raise SchemaProblem((), "a value in its schema can't be written as JSON") from None
        if not isinstance(value, dict):
            raise SchemaProblem((), "its schema must be of type object")
        made_up = [path for path in dict.fromkeys(self.made_up) if _at(value, path)]
        return ToolInput(value, tuple(made_up), given)

    def value(self, schema: object, path: Path) -> Any:
        """Return a value for a schema; raises SchemaProblem if none can be made."""
        if len(path) > DEEPEST:
            raise SchemaProblem(path, "its schema refers to itself without end")
        whole = self.reader.flat(schema, path)
        problem = None
        for variant in self.reader.variants(whole, path):
            made_up = len(self.made_up)
            candidates = self.candidates(variant, path)
            while True:
                try:
                    candidate = next(candidates)
                except StopIteration:
                    break
                except SchemaProblem as error:
                    self.reader.judge.step(path, 0)
                    problem = problem or error
                    break
                fault = self.reader.judge.fault(candidate, schema, path)
                if fault is None:
                    return candidate
                problem = problem or SchemaProblem(fault.path, fault.why)
            del self.made_up[made_up:]
        raise problem or SchemaProblem(path, "no value fits its schema")

    def candidates(self, schema: dict[str, Any], path: Path) -> Iterator[Any]:
        """Yield values worth a try, the best first."""
        if path in self.reader.given:
            yield self.reader.given[path]
        if path in self.commands:
            raise NoCommand(path, "the prompt quotes nothing to run")
        if "default" in schema and not self.reader.has_given(path):
            yield schema["default"]
        if "const" in schema:
            yield schema["const"]
        fixed = list_values(schema)
        shift = self.salt % len(fixed) if fixed else 0
        if fixed:
            self.made_up.append(path)
            yield from fixed[shift : shift + MOST_ITEMS] + fixed[:shift]
        examples = schema.get("examples")
        if isinstance(examples, list) and not self.reader.has_given(path):
            shift = self.salt % len(examples) if examples else 0
            yield from examples[shift : shift + MOST_ITEMS] + examples[:shift]
        types = types_of(schema) or [type_for(schema)]
        if "null" in types and not self.reader.has_given(path):
            yield None
        for kind in types:
            match kind:
                case "object":
                    yield self.an_object(schema, path)
                case "array":
                    yield self.a_list(schema, path)
                case "boolean":
                    self.made_up.append(path)
                    yield from (bool(self.salt % 2), not self.salt % 2)
                case "integer" | "number":
                    self.made_up.append(path)
                    yield from self.numbers(schema, whole=kind == "integer")
                case "string" | "any":
                    self.made_up.append(path)
                    yield from self.texts(schema, path)
        if types == ["any"]:
            yield from ({}, [], 1, True, None)

    def an_object(self, schema: dict[str, Any], path: Path) -> dict[str, Any]:
        """Return an object with what is required and what the prompt gives."""
        properties = find_parts(schema, "properties")
        required = [name for name in schema.get("required", []) if isinstance(name, str)]
        least = schema.get("minProperties", 0)
        value: dict[str, Any] = {}
        for name in [*properties, *(name for name in required if name not in properties)]:
            here = (*path, name)
            part = properties.get(name, self.rest(schema, name))
            if name in required:
                value[name] = self.value(part, here)
            elif self.everything or self.reader.has_given(here):
                made_up = len(self.made_up)
                try:
                    value[name] = self.value(part, here)
                except SchemaProblem:
                    self.reader.judge.step(path, 0)
                    del self.made_up[made_up:]
        more = [*properties, *(f"more_{number}" for number in range(1, MOST_ITEMS))]
        for name in more:
            if len(value) >= least:
                break
            if name not in value:
                value[name] = self.value(
                    properties.get(name, self.rest(schema, name)), (*path, name)
                )
        return value

    def rest(self, schema: dict[str, Any], name: str) -> object:
        """Return the schema of a property that isn't listed."""
        for pattern, part in find_parts(schema, "patternProperties").items():
            try:
                if re.search(pattern, name):
                    return part
            except re.error:
                continue
        return schema.get("additionalProperties", True)

    def a_list(self, schema: dict[str, Any], path: Path) -> list[Any]:
        """Return a list of as many entries as the prompt gives or the schema needs."""
        count = max(
            (
                index + 1
                for where in self.reader.given
                if len(where) > len(path)
                and where[: len(path)] == path
                # Where an object would do as well, what is given may be for that.
                and isinstance(index := where[len(path)], int)
            ),
            default=0,
        )
        least = schema.get("minItems", 0)
        contained = schema.get("minContains", 1) if "contains" in schema else 0
        count = max(count, least, contained, 1 if self.everything else 0)
        if "maxItems" in schema:
            count = min(count, schema["maxItems"])
        if count > MOST_ITEMS:
            raise SchemaProblem(path, f"it must have {count} entries")
        first = schema.get("prefixItems", [])
        values: list[Any] = []
        before = self.salt
        for index in range(int(count)):
            part = first[index] if index < len(first) else schema.get("items", True)
            if index < contained:
                part = {"allOf": [part, schema["contains"]]}
            for self.salt in range(before + index, before + index + 6):
                entry = self.value(part, (*path, index))
                if schema.get("uniqueItems") is not True or entry not in values:
                    break
            values.append(entry)
        self.salt = before
        return values

    def numbers(self, schema: dict[str, Any], whole: bool) -> Iterator[float]:
        """Yield numbers about where the limits are."""
        low = _limit(schema, ("minimum", "exclusiveMinimum"), max)
        high = _limit(schema, ("maximum", "exclusiveMaximum"), min)
        step = _limit(schema, ("multipleOf",), max) or Fraction(1)
        if step <= 0:
            return
        if whole:
            step *= step.denominator
        base = Fraction(1)
        if low is not None:
            base = max(base, low)
        if high is not None:
            base = min(base, high)
        start = math.ceil(base / step)
        for offset in (0, 1, -1, 2, -2):
            yield _plain((start + self.salt + offset) * step)
        edges = [edge for edge in (low, high) if edge is not None]
        if len(edges) == 2 and not whole:
            part = Fraction(1 + self.salt % 97, 98)
            yield _plain(edges[0] + (edges[1] - edges[0]) * part)
        for edge in edges:
            for offset in (0, 1, -1):
                yield _plain((math.floor(edge / step) + offset) * step)
            if not whole:
                yield _plain(edge)

    def texts(self, schema: dict[str, Any], path: Path) -> Iterator[str]:
        """Yield texts, in the lengths and the pattern that the schema wants."""
        least, most = schema.get("minLength", 0), schema.get("maxLength", LONGEST_TEXT)
        if least > LONGEST_TEXT:
            raise SchemaProblem(path, f"it must have at least {least} characters")
        if isinstance(pattern := schema.get("pattern"), str):
            yield from samples(pattern, self.salt)
        text = self.text(schema, path)
        yield text
        if len(text) < least:
            yield (text + " ") * (int(least) // (len(text) + 1) + 1)
            yield ((text + " ") * (int(least) // (len(text) + 1) + 1))[: int(least) - 1] + "."
        for tail in ("", str(self.salt + 1)):
            if 0 <= most < len(text) + len(tail):
                yield (text[: max(int(most) - len(tail), 0)].rstrip(" ,;:") + tail)[: int(most)]
                yield (text[: max(int(most) - len(tail), 0)] + tail)[: int(most)]

    def text(self, schema: dict[str, Any], path: Path) -> str:
        """Return a text of the kind that a property seems to want."""
        form = schema.get("format")
        kind = kind_of(path, schema)
        pick = self.first + self.salt
        day = (date(2027, 1, 4) + timedelta(days=pick % 300)).isoformat()
        match form:
            case "date-time":
                return f"{day}T09:00:00Z"
            case "date":
                return day
            case "time":
                return f"{9 + pick % 8:02}:00:00Z"
            case "uuid":
                numbers = Random(f"{path}/{pick}")
                digits = "".join("0123456789abcdef"[below(numbers, 16)] for _ in range(32))
                return (
                    f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"
                )
            case "ipv4":
                return f"192.0.2.{1 + pick % 250}"
            case "hostname":
                return f"host{pick}.example.com"
            case "email" if self.salt >= len(MADE_UP["email"]):
                return f"ada{pick}@example.com"
            case "uri":
                return f"https://example.com/{self.salt or ''}"
            case _ if kind == "date":
                return day
        if kind in MADE_UP:
            choices = MADE_UP[kind]
            text = choices[pick % len(choices)]
            words = words_of(str(path[-1])) if path else []
            if "first" in words:
                text = text.split()[0]
            elif "last" in words:
                text = text.split()[-1]
            return text if self.salt < len(choices) else f"{text} {self.salt + 1}"
        said = " ".join(self.prompt[:LONGEST_TEXT].split())
        if kind == "title" and len(said) > 60:
            said = said[:60].rsplit(" ", 1)[0]
        said = said or "something"
        return said if not self.salt else f"{said} {self.salt + 1}"


def _limit(schema: dict[str, Any], words: Iterable[str], most: Any) -> Fraction | None:
    found = [schema[word] for word in words if word in schema]
    usable = [one for one in found if isinstance(one, int | float) and math.isfinite(one)]
    return Fraction(str(most(usable))) if usable else None


def _plain(number: Fraction) -> float:
    return int(number) if number.denominator == 1 else float(number)


def _at(value: Any, path: Path) -> bool:
    """Return whether a value has something at a place."""
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return False
    return True
