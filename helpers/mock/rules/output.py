"""The schema that an answer is to follow: which part of JSON Schema the API takes.

Where the API's own words have been seen they stand here; sentences that were not seen are
marked as ours.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from ..errors import invalid
from .schemas import SchemaProblem, check_shape
from .shape import Shape, alone

FORMAT = Shape(alone("json_schema", {"schema": dict}))

# Limits that the grammar behind an answer can't hold, by the type they belong to.
NUMBER = ("exclusiveMaximum", "exclusiveMinimum", "maximum", "minimum", "multipleOf")
UNSUPPORTED = {
    "number": NUMBER,
    "integer": NUMBER,
    "string": ("maxLength", "minLength"),
    "array": ("contains", "maxContains", "maxItems", "minContains", "prefixItems", "uniqueItems"),
    "object": ("maxProperties", "minProperties", "patternProperties", "propertyNames"),
}
WORDS = ("oneOf", "not", "if", "then", "else")
FORMATS = (
    "date",
    "date-time",
    "duration",
    "email",
    "hostname",
    "ipv4",
    "ipv6",
    "time",
    "uri",
    "uuid",
)
SCALARS = (str, int, float, bool, type(None))
MOST_OPTIONAL = 24
MOST_UNIONS = 16


def check(where: str, value: Any) -> None:
    """Raise ApiError unless this is a format for answers with a schema that works.

    where: output_config.format, or output_format as the beta had it.
    """
    FORMAT.check(where, value)
    place, schema = f"{where}.schema", value["schema"]
    try:
        check_shape(schema)
        _check_circles(place, schema)
        for part in _parts(schema):
            _check_part(place, part)
    except SchemaProblem as problem:  # ours
        raise invalid(f"{place}: JSON schema is invalid: {problem.why}") from None
    except RecursionError:  # ours
        raise invalid(f"{place}: JSON schema is nested too deeply") from None
    _check_size(schema)


def check_company(request: Mapping[str, Any]) -> None:
    """Raise ApiError if a format is asked for beside what can't go with it.

    Documented, in other words than these: citations, and an answer whose beginning is given.
    """
    if find_schema(request) is None:
        return
    messages = request["messages"]
    if messages and messages[-1]["role"] == "assistant":
        raise invalid("output_config.format: assistant message prefill is not supported")
    for message in messages:
        content = message["content"] if isinstance(message["content"], list) else []
        for block in content:
            cited = block.get("citations")
            if isinstance(cited, dict) and cited.get("enabled") is True:
                raise invalid("citations are not supported with output_config.format")


def find_schema(request: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the schema that a request wants its answer to follow, or None."""
    config = request.get("output_config") or {}
    given = config.get("format") or request.get("output_format")
    return given["schema"] if given else None


def _parts(schema: object) -> Iterator[dict[str, Any]]:
    """Yield a schema and all that stand within it."""
    if not isinstance(schema, dict):
        return
    yield schema
    for word in ("properties", "$defs", "definitions"):
        for part in schema.get(word, {}).values():
            yield from _parts(part)
    for word in ("anyOf", "allOf"):
        for part in schema.get(word, []):
            yield from _parts(part)
    yield from _parts(schema.get("items"))


def _check_part(where: str, schema: dict[str, Any]) -> None:
    for word in WORDS:
        if word in schema:
            raise invalid(f"{where}: Schema type '{word}' is not supported")
    if not str(schema.get("$ref", "#")).startswith("#"):  # ours
        raise invalid(f"{where}: External $ref is not supported: '{schema['$ref']}'")
    for value in schema.get("enum", []):
        if not isinstance(value, SCALARS):  # ours
            raise invalid(f"{where}: enum values must be strings, numbers, booleans or null")
    kinds = schema.get("type")
    if kinds is None and not schema.keys() & {"$ref", "anyOf", "allOf", "enum", "const"}:  # ours
        raise invalid(f"{where}: Schema must have a 'type', 'anyOf', 'allOf', 'enum' or 'const'")
    for kind in kinds if isinstance(kinds, list) else [kinds]:
        if found := [word for word in UNSUPPORTED.get(str(kind), ()) if word in schema]:
            one = len(found) == 1
            named = f"property '{found[0]}' is" if one else f"properties {', '.join(found)} are"
            raise invalid(f"{where}: For '{kind}' type, {named} not supported")
        if kind == "object":
            _check_object(where, schema)
        least = schema.get("minItems", 0)
        if kind == "array" and least not in (0, 1):
            raise invalid(
                f"{where}: For 'array' type, 'minItems' values other than 0 or 1 are not "
                f"supported (got: {least})"
            )
        if kind == "string" and schema.get("format", "date") not in FORMATS:  # ours
            raise invalid(
                f"{where}: For 'string' type, format '{schema['format']}' is not supported"
            )


def _check_object(where: str, schema: dict[str, Any]) -> None:
    more = schema.get("additionalProperties")
    if more is None:
        raise invalid(
            f"{where}: For 'object' type, 'additionalProperties' must be explicitly set to false"
        )
    if more is not False:
        said = "true" if more is True else "object"  # the second is ours
        raise invalid(
            f"{where}: For 'object' type, 'additionalProperties: {said}' is not supported. "
            "Please set 'additionalProperties' to false"
        )


def _check_circles(where: str, schema: dict[str, Any]) -> None:
    """Raise ApiError if a definition leads back to itself."""
    definitions = {**schema.get("definitions", {}), **schema.get("$defs", {})}
    leads = {
        name: {str(inner["$ref"]).rpartition("/")[2] for inner in _parts(part) if "$ref" in inner}
        for name, part in definitions.items()
    }

    def follow(name: str, path: tuple[str, ...], clear: set[str]) -> None:
        if name in path:
            circle = " -> ".join((*path[path.index(name) :], name))
            raise invalid(f"{where}: Circular reference detected in schema definitions: {circle}")
        if name not in clear:
            for other in sorted(leads.get(name, ())):
                follow(other, (*path, name), clear)
            clear.add(name)

    clear: set[str] = set()
    for name in leads:
        follow(name, (), clear)
    for part in _parts(schema):
        if part.get("$ref") == "#":  # the whole within itself; the wording for it is ours
            raise invalid(f"{where}: Circular reference detected in schema definitions: # -> #")


def _check_size(schema: dict[str, Any]) -> None:
    """Raise ApiError if a schema leaves too much open."""
    objects = [part for part in _parts(schema) if "properties" in part]
    optional = sum(
        len(part["properties"].keys() - set(part.get("required", []))) for part in objects
    )
    if optional > MOST_OPTIONAL:
        raise invalid(
            f"Schemas contains too many optional parameters ({optional}), which would make "
            "grammar compilation inefficient. Reduce the number of optional parameters in your "
            f"tool schemas (limit: {MOST_OPTIONAL})."
        )
    unions = sum(
        isinstance(entry, dict) and ("anyOf" in entry or isinstance(entry.get("type"), list))
        for part in objects
        for entry in part["properties"].values()
    )
    if unions > MOST_UNIONS:
        raise invalid(
            f"Schemas contains too many parameters with union types ({unions} parameters with "
            "type arrays or anyOf). This causes exponential compilation cost. Reduce the number "
            f"of nullable or union-typed parameters (limit: {MOST_UNIONS} parameters with unions)."
        )
