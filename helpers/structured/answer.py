"""Structured output: an answer that is JSON by a schema, read while it is written.

    class Recipe(BaseModel):
        title: str
        minutes: int

    body = course.request(prompt, output_config=format_of(Recipe))
    answer = StructuredAnswer(Recipe)
    async for event in events:
        for field in answer.feed(event):  # Field(("title",), "Pancakes"), as it commits
            show(field)
    recipe = answer.finish(stop_reason)  # a Recipe, or an exception that says why not

The schema binds the model only while it writes: an answer that is refused, or cut by
max_tokens, is JSON that doesn't end. So what commits is for showing; what `finish`
returns is what a program may use.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from helpers.message import BlockStarted, MessageStopped, TextDelta
from helpers.structured.fields import Field, FieldsView

__all__ = [
    "Invalid",
    "NoAnswer",
    "Refused",
    "StructuredAnswer",
    "Truncated",
    "format_of",
    "schema_of",
]

Model = TypeVar("Model", bound=BaseModel)

# What the API's schemas may say. Other limits on a value go into its description, where
# the model reads them, and `finish` holds the answer to them.
KEPT = ("type", "enum", "const", "description", "default")
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
DROPPED = ("title", "discriminator", "examples", "$defs")

# How an answer ends that was cut off, in the API's own words.
CUT = ("max_tokens", "model_context_window_exceeded")


class NoAnswer(ValueError):
    """The answer can't be used.

    Attributes:
        fields: what had committed.
        text: all that came.
    """

    def __init__(self, words: str, fields: tuple[Field, ...], text: str) -> None:
        super().__init__(words)
        self.fields = fields
        self.text = text


class Truncated(NoAnswer):
    """It was cut off, so its JSON may lack what would have come."""


class Refused(NoAnswer):
    """The model declined, at once or in mid-answer; the API asks to discard what came.

    Attributes:
        category: what it declined for, such as "cyber"; "" if the API doesn't say.
    """

    def __init__(
        self, words: str, fields: tuple[Field, ...], text: str, category: str = ""
    ) -> None:
        super().__init__(words, fields, text)
        self.category = category


class Invalid(NoAnswer):
    """It is whole, and not what the schema or the model class asks for."""


def format_of(model: type[BaseModel]) -> dict[str, Any]:
    """Return the request's `output_config` that asks for an answer of this class."""
    return {"format": {"type": "json_schema", "schema": schema_of(model)}}


def schema_of(model: type[BaseModel]) -> dict[str, Any]:
    """Return the JSON schema of a class in the part of JSON Schema that the API takes.

    Objects are closed. Limits that it doesn't take, such as those of Field(ge=1), stand
    in the description instead.

    Raises:
        TypeError: the class holds what no such schema can say; the text says where.
    """
    whole = model.model_json_schema()
    definitions = whole.get("$defs", {})
    try:
        for name in definitions:
            _check_ends(name, definitions, ())
        schema = _convert(whole, "", definitions)
        if definitions:
            schema["$defs"] = {
                name: _convert(part, f"{name}.", definitions) for name, part in definitions.items()
            }
    except TypeError as error:
        raise TypeError(f"{model.__name__} can't be an output format: {error}.") from None
    return schema


class StructuredAnswer(Generic[Model]):
    """One answer: its fields as they commit, and in the end an instance of its class.

    Of a run with tools, the answer is what the model says after the last of them: what it
    said before a call is no part of it, nor what a retry or the user has superseded.

    Args:
        model: what the answer is to be.
    """

    def __init__(self, model: type[Model]) -> None:
        self.model = model
        self._begin()

    def _begin(self) -> None:
        """Forget what has come: it was not the answer."""
        self.view = FieldsView()
        self._fields: list[Field] = []
        self._pieces: list[str] = []

    @property
    def fields(self) -> tuple[Field, ...]:
        """What has committed so far."""
        return tuple(self._fields)

    @property
    def text(self) -> str:
        """The JSON so far."""
        return "".join(self._pieces)

    def feed(self, update: object) -> list[Field]:
        """Take an update, an agent's event or a piece of text; return what it commits.

        All but text is passed over: the model may think first, and use tools.
        """
        if _voids(update):
            self._begin()
        text = update.text if isinstance(update, TextDelta) else update
        if not isinstance(text, str):
            return []
        self._pieces.append(text)
        committed = self.view.feed(text)
        self._fields += committed
        return committed

    def finish(self, stop_reason: str | None, details: Mapping[str, Any] | None = None) -> Model:
        """Return the answer, validated.

        Args:
            stop_reason: the message's; None where the stream ended before it came.
            details: the message's `stop_details`, which explain a refusal.

        Raises:
            Truncated: it was cut off.
            Refused: the model declined.
            Invalid: it doesn't fit the class, or isn't JSON.
        """
        so_far = (self.fields, self.text)
        count = f"{len(self._fields)} field{'' if len(self._fields) == 1 else 's'} had committed"
        if stop_reason is None:
            raise Truncated(f"The stream broke off; {count}.", *so_far)
        if stop_reason in CUT:
            raise Truncated(f"The answer was cut off by {stop_reason}; {count}.", *so_far)
        if stop_reason == "refusal":
            told = details or {}
            why = told.get("explanation") or "it gave no reason"
            category = told.get("category") or ""
            raise Refused(f"The model declined: {why}", *so_far, category=category)
        if self.view.broken:
            raise Invalid(f"The answer is not the JSON it should be: {self.view.broken}.", *so_far)
        try:
            return self.model.model_validate_json(self.text)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(map(str, first["loc"])) or "the answer"
            more = error.error_count() - 1
            and_more = f" And {more} more." if more else ""
            raise Invalid(f"{where}: {first['msg']}.{and_more}", *so_far) from None


def _voids(update: object) -> bool:
    """Say whether the text before an update is not the answer."""
    match update:
        case BlockStarted(block={"type": str(block_type)}):
            return block_type.endswith("tool_use")
        case MessageStopped(message={"stop_reason": "tool_use"}):
            return True
    # The agent's own events, by their names: this module knows messages and no agent.
    kind = type(update).__name__
    again = kind == "Retrying" and bool(getattr(update, "restarts", False))
    called = kind == "TurnFinished" and getattr(update, "stop_reason", "") == "tool_use"
    return again or called or kind == "Interrupted"


def _convert(schema: dict[str, Any], path: str, definitions: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema as the API takes it; raises TypeError if there is none.

    path: where it stands in the answer, with a dot behind it; "" for the whole.
    definitions: what its references name.
    """
    here = path.removesuffix(".") or "the whole"
    if "$ref" in schema:
        beside = ("description", "default")
        words: dict[str, Any] = {word: schema[word] for word in beside if word in schema}
        if not words:
            return {"$ref": schema["$ref"]}
        # Nothing may stand beside a reference, so what it names is put here with these words.
        named: dict[str, Any] = definitions[schema["$ref"].rpartition("/")[2]]
        schema = named | words
    if "prefixItems" in schema:
        raise TypeError(f"{here} is a tuple; use a list, or a class with named fields")
    accepted = {word: schema[word] for word in KEPT if word in schema}
    rest = {word: value for word, value in schema.items() if word not in (*KEPT, *DROPPED)}
    choices = rest.pop("anyOf", None) or rest.pop("oneOf", None)
    if choices:
        accepted["anyOf"] = [_convert(choice, path, definitions) for choice in choices]
    if "allOf" in rest:
        accepted["allOf"] = [_convert(part, path, definitions) for part in rest.pop("allOf")]
    match accepted.get("type"):
        case "object":
            if rest.pop("additionalProperties", False) is not False or "properties" not in rest:
                raise TypeError(
                    f"{here} has keys that nobody knows beforehand, and the API takes closed "
                    "objects only; use a class, or a list of pairs"
                )
            accepted["properties"] = {
                name: _convert(part, f"{path}{name}.", definitions)
                for name, part in rest.pop("properties").items()
            }
            accepted["required"] = rest.pop("required", [])
            accepted["additionalProperties"] = False
        case "array":
            accepted["items"] = _convert(
                rest.pop("items", {}), f"{path.removesuffix('.')}[].", definitions
            )
            if rest.get("minItems") in (0, 1):
                accepted["minItems"] = rest.pop("minItems")
        case "string" if rest.get("format") in FORMATS:
            accepted["format"] = rest.pop("format")
        case None if not accepted.keys() & {"anyOf", "allOf", "enum", "const"}:
            raise TypeError(f"{here} can be anything; give it a type")
    if rest:
        limits = ", ".join(f"{word}: {json.dumps(value)}" for word, value in rest.items())
        accepted["description"] = f"{accepted.get('description', '')} ({limits})".lstrip()
    return accepted


def _check_ends(name: str, definitions: dict[str, Any], around: tuple[str, ...]) -> None:
    """Raise TypeError if a definition holds itself: the API takes no schema without an end."""
    if name in around:
        raise TypeError(f"{name} holds itself, and the API takes no recursive schema")
    for other in _references(definitions.get(name)):
        _check_ends(other, definitions, (*around, name))


def _references(schema: object) -> Iterator[str]:
    match schema:
        case {"$ref": str(reference)}:
            yield reference.rpartition("/")[2]
        case dict():
            for part in schema.values():
                yield from _references(part)
        case list():
            for part in schema:
                yield from _references(part)
