"""Shapes of values, and the API's words for a value that has another.

The API's sentences are those of pydantic, so its core checks the shapes that are declared here
and in the modules beside this one. A shape is one of TYPES, a tuple of the words that a value can
be, or what a function returns. The core alone is imported: the rest takes three times as long.
"""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic_core import ErrorDetails, PydanticCustomError, SchemaValidator, ValidationError
from pydantic_core import core_schema as core

from ..errors import invalid

TYPES: dict[Any, core.CoreSchema] = {
    Any: core.any_schema(),
    bool: core.bool_schema(),
    dict: core.dict_schema(),
    float: core.float_schema(),
    list: core.list_schema(),
    str: core.str_schema(),
}
MAYBE = core.typed_dict_field(core.any_schema(), required=False)  # a field that isn't looked into
TOLD_FIRST = ("missing", "extra_forbidden")


class Shape:
    """A shape that values can be checked for."""

    def __init__(self, shape: Any) -> None:
        self._validator = SchemaValidator(_core(shape))

    def check(self, where: str, value: object) -> None:
        """Raise ApiError unless a value has this shape.

        where: the path of the value, "" for the request itself.
        """
        try:
            self._validator.validate_python(value, strict=True)
        except ValidationError as error:
            raise invalid(_sentence(where, error.errors(include_url=False))) from None


def maybe(shape: Any) -> core.TypedDictField:
    """Return the shape of a field that may be missing, or null."""
    return core.typed_dict_field(core.nullable_schema(_core(shape)), required=False)


def record(**fields: Any) -> core.CoreSchema:
    """Return the shape of an object with these fields and no others."""

    def shorten(value: Any) -> Any:
        # pydantic notes each unknown field, and there may be a million: the first is enough.
        if not isinstance(value, dict) or len(value) <= len(fields):
            return value
        extra = next(name for name in value if name not in fields)
        return {name: value[name] for name in fields if name in value} | {extra: value[extra]}

    shapes = {name: _core(shape) for name, shape in fields.items()}
    for name, shape in shapes.items():
        if shape["type"] != "typed-dict-field":
            shapes[name] = core.typed_dict_field(shape)
    closed = core.typed_dict_schema(shapes, extra_behavior="forbid")
    return core.no_info_before_validator_function(shorten, closed)


def by_type(shapes: Mapping[str, Any]) -> core.CoreSchema:
    """Return the shape of an object whose field `type` names one of these shapes.

    shapes: the other fields of each, or the type dict for any fields.
    """
    choices = {
        name: _core(dict) if fields is dict else record(type=Any, **fields)
        for name, fields in shapes.items()
    }
    return core.tagged_union_schema(choices, "type", from_attributes=False)


def alone(type: str, fields: Mapping[str, Any]) -> core.CoreSchema:
    """Return the shape of an object of this type only; paths within don't name the type."""
    return core.chain_schema([by_type({type: dict}), record(type=Any, **fields)])


def entries(shape: Any) -> core.CoreSchema:
    """Return the shape of a list of such values."""
    return core.list_schema(_core(shape), fail_fast=True)


def text_or_list(
    shape: Any, sentence: str = "Input should be a valid string or list"
) -> core.CoreSchema:
    """Return the shape of a text, or of a list of such values.

    sentence: what the API says of anything else.
    """

    def look(value: object, check: Callable[[object], object]) -> object:
        if not isinstance(value, str | list):
            raise PydanticCustomError("text_or_list", sentence)
        return value if isinstance(value, str) else check(value)

    return core.no_info_wrap_validator_function(look, entries(shape))


def such_that(
    holds: Callable[[Any], object], shape: Any, sentence: str, path: str | None = None
) -> core.CoreSchema:
    """Return the shape of those such values for which something holds.

    sentence: what the API says of the others.
    path: the place that the API names there, if it is not the value's own.
    """

    def look(value: object) -> object:
        if not holds(value):
            raise PydanticCustomError("such_that", sentence, {"path": path})
        return value

    return core.no_info_after_validator_function(look, _core(shape))


def _core(shape: Any) -> Any:
    """Return a shape as pydantic's core takes it."""
    if isinstance(shape, tuple):
        return core.literal_schema(list(shape))
    return shape if isinstance(shape, dict) else TYPES[shape]


def _sentence(where: str, mistakes: list[ErrorDetails]) -> str:
    """Return what the API says of the outermost mistake; missing and unknown fields are first."""
    mistake = min(mistakes, key=lambda one: (len(one["loc"]), one["type"] not in TOLD_FIRST))
    path, sentence = [where] * bool(where) + [str(step) for step in mistake["loc"]], mistake["msg"]
    match mistake["type"]:
        case "union_tag_not_found":
            path, sentence = [*path, "type"], "Field required"
        case "such_that":
            path = [mistake["ctx"]["path"]] if mistake["ctx"]["path"] else path
    return f"{'.'.join(path)}: {sentence}"
