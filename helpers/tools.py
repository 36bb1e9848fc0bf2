"""Tools: typed Python functions that a model may call.

    @tool
    def weather(city: str, days: int = 1) -> str:
        \"\"\"Tell the weather of the next days.

        Args:
            city: where, such as "Lagos".
        \"\"\"

The signature and the docstring become the definition that the model reads, and what
the model writes is held to them before the function sees it.
"""

import inspect
import math
import re
import reprlib
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol, cast, get_args, get_type_hints, overload

import docstring_parser
from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import ArgsKwargs, from_json, to_json

__all__ = [
    "Progress",
    "Tool",
    "ToolError",
    "ToolInputError",
    "error_content",
    "is_lazy",
    "materialize",
    "number",
    "result_content",
    "to_text",
    "tool",
]

NAME = re.compile(r"[a-zA-Z0-9_-]{1,128}")  # what the API takes for a tool's name

# What a tool_result may contain besides text. Other lists of dicts are data like any other.
BLOCKS = ("text", "image", "document", "search_result", "tool_reference")

# What a model or a person is told has an end, however long the values in it are.
MAX_ERROR_CHARS = 2_000
MAX_ERRORS = 5
MAX_VALUE_CHARS = 60
MAX_STATUS_CHARS = 160

MAX_ROWS = 100_000  # of an iterator, which may never end
DEEPEST_LAZY = 3  # levels of lists and dicts in which an iterator is looked for

NO_OUTPUT = "(no output)"  # the API refuses an empty text block


class ToolError(Exception):
    """What a tool raises to tell the model, in its own words, why it has no result."""


class ToolInputError(ValueError):
    """The model's arguments don't fit the tool; the text helps it to mend its call."""


class Progress(Protocol):
    """A parameter of this type is no argument of the model's: a tool tells how far it is."""

    def __call__(self, message: str, done: float | None = None, total: float | None = None) -> None:
        """Tell it: a message, and if known how much is done of a total."""


@dataclass(frozen=True, eq=False)
class Tool:
    """A function, with what a model has to know to call it.

    Attributes:
        name: what the model calls it.
        description: what it does and when to use it, for the model.
        input_schema: the JSON schema of its arguments.
        function: what runs, sync or async.
        idempotent: it may run twice; if not, it waits until the reply is whole.
        timeout: seconds that it may take; None leaves that to who runs it.
        status: what it does, for a person: a format string over the arguments.
        progress_parameter: the name of the parameter that takes a Progress, or "".
    """

    name: str
    description: str
    input_schema: dict[str, Any]
    function: Callable[..., Any]
    idempotent: bool
    timeout: float | None
    status: str
    progress_parameter: str
    _validate: Callable[[ArgsKwargs], dict[str, Any]] = field(repr=False)

    @property
    def once(self) -> bool:
        """Whether it must not run twice: the opposite of `idempotent`, and its former name."""
        return not self.idempotent

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function as Python does, without validating; progress goes nowhere."""
        call = inspect.signature(self.function).bind_partial(*args, **kwargs)
        if self.progress_parameter and self.progress_parameter not in call.arguments:
            kwargs[self.progress_parameter] = _no_progress
        return self.function(*args, **kwargs)

    @property
    def definition(self) -> dict[str, Any]:
        """The tool as a request offers it."""
        fields = ("name", "description", "input_schema")
        return {name: getattr(self, name) for name in fields}

    @property
    def is_async(self) -> bool:
        """Whether calling the function gives a coroutine to await."""
        return inspect.iscoroutinefunction(self.function)

    def arguments(self, input: dict[str, Any]) -> dict[str, Any]:
        """Return the model's input as the function's arguments, converted and with defaults.

        Raises:
            ToolInputError: the input doesn't fit; its text says where, for the model.
        """
        if not isinstance(input, dict):
            got = _line(reprlib.repr(input))
            raise ToolInputError(f"The input should be an object, got {got}.")
        try:
            return self._validate(ArgsKwargs((), input))
        except ValidationError as error:
            raise ToolInputError(_mistakes(error)) from None

    def status_line(self, input: dict[str, Any]) -> str:
        """Say in one line for a person what a call with this input does. Never raises."""
        fields = self.input_schema["properties"].items()
        try:
            values = {name: schema.get("default", "…") for name, schema in fields} | input
            for name, value in values.items():
                if not isinstance(value, int | float):  # a status may want to round those
                    values[name] = _line(str(value))
            return _cut(self.status.format_map(values), MAX_STATUS_CHARS) or self.name
        except Exception:  # a status is never worth a failure
            return self.name


@overload
def tool(
    function: Callable[..., Any],
    /,
    *,
    name: str = "",
    idempotent: bool = True,
    once: bool | None = None,
    timeout: float | None = None,
    status: str = "",
) -> Tool: ...
@overload
def tool(
    *,
    name: str = "",
    idempotent: bool = True,
    once: bool | None = None,
    timeout: float | None = None,
    status: str = "",
) -> Callable[[Callable[..., Any]], Tool]: ...
def tool(
    function: Callable[..., Any] | None = None,
    /,
    *,
    name: str = "",
    idempotent: bool = True,
    once: bool | None = None,
    timeout: float | None = None,
    status: str = "",
) -> Tool | Callable[[Callable[..., Any]], Tool]:
    """Turn a typed function, or a bound method, into a Tool; with or without options.

    Args:
        function: has a docstring, and a type for each parameter.
        name: what the model calls it, if not as Python does.
        idempotent: it may run twice, as reading may and paying may not.
        once: the former name of the opposite of `idempotent`; it works until 2027-12-01.
        timeout: seconds that it may take.
        status: what it does, such as "Reading {path}".

    Raises:
        TypeError: this function can't be a tool; the text says why.
    """
    if once is not None:
        words = f"once={once} is called idempotent={not once} now; it works until 2027-12-01."
        warnings.warn(words, FutureWarning, stacklevel=2)
        idempotent = not once
    # Types may be written as strings, and name what only the function around knows.
    around = dict(sys._getframe(1).f_locals)

    def decorate(function: Callable[..., Any]) -> Tool:
        source = function.func if isinstance(function, partial) else function
        own_name = name or getattr(source, "__name__", type(source).__name__)
        try:
            if not NAME.fullmatch(own_name):
                raise TypeError("a name is 1 to 128 letters, digits, _ or -")
            parameters, hints = _parameters(function, source, around)
            described = docstring_parser.parse(inspect.getdoc(source) or "")
            if not (description := (described.description or "").strip()):
                raise TypeError("the model needs a docstring that says what it does")
            progress = [p.name for p in parameters if _takes_progress(hints[p.name])]
            parameters = [p for p in parameters if p.name not in progress]
            adapter = _adapter(parameters, hints)
            schema = adapter.json_schema(schema_generator=_WithoutTitles)
        except Exception as error:  # from typing or pydantic too: a type that isn't known
            reason = _str(error).partition("\n")[0]
            raise TypeError(f"{own_name} can't be a tool: {reason}") from None
        for param in described.params:
            if param.description and (property := schema["properties"].get(param.arg_name)):
                property.setdefault("description", param.description)
        return Tool(
            name=own_name,
            description=description,
            input_schema=schema,
            function=function,
            idempotent=idempotent,
            timeout=timeout,
            status=status,
            progress_parameter="".join(progress[:1]),
            _validate=adapter.validate_python,
        )

    return decorate if function is None else decorate(function)


def result_content(value: object) -> str | list[dict[str, Any]]:
    """Return what a tool gave back as the content of a tool_result. Never raises.

    Text and content blocks go as they are, anything else as JSON, or else as `str` has it.
    """
    if value is None:
        return NO_OUTPUT
    if isinstance(value, str):
        return _str(value)
    try:
        as_json = to_json(value, serialize_unknown=True, inf_nan_mode="strings").decode()
    except Exception:
        return _str(value)
    if isinstance(value, list) and value and all(map(_is_block, value)):
        # A copy: what the history holds must not change any more.
        return without_blanks(from_json(as_json)) or NO_OUTPUT
    return as_json


def without_blanks(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a result's blocks without texts in which nothing stands: the API refuses them."""
    kept = []
    for block in blocks:
        content = block.get("content")
        if block.get("type") == "search_result" and isinstance(content, list):
            block = {**block, "content": without_blanks(content)}
            if not block["content"]:
                continue
        if block.get("type") != "text" or str(block.get("text") or "").strip():
            kept.append(block)
    return kept


def is_lazy(value: object, depth: int = DEEPEST_LAZY) -> bool:
    """Say whether something has still to be read: an iterator, or one in a list or a dict."""
    if isinstance(value, Iterator):
        return True
    if not depth or not isinstance(value, list | tuple | dict):
        return False
    parts = value.values() if isinstance(value, dict) else value
    return any(is_lazy(part, depth - 1) for part in parts)


def materialize(value: object, depth: int = DEEPEST_LAZY) -> object:
    """Return a value whose iterators were read to their ends; that may take its time.

    Raises:
        ToolError: an iterator gives more than a model could ever read.
    """
    if not is_lazy(value, depth):
        return value
    if isinstance(value, dict):
        return {name: materialize(part, depth - 1) for name, part in value.items()}
    rows: list[object] = []
    for row in cast(Iterable[object], value):
        if len(rows) == MAX_ROWS:
            raise ToolError(f"The tool gives more than {MAX_ROWS:,} values: ask for fewer.")
        rows.append(materialize(row, depth - 1))
    return rows


def number(value: object) -> int | float | None:
    """Return what a tool tells as a number that JSON has; None if it is none. Never raises."""
    try:
        found = float(value)  # type: ignore[arg-type]
    except Exception:  # whatever the class of a stranger's number raises
        return None
    if not math.isfinite(found):
        return None
    return value if type(value) is int else found


def to_text(value: object) -> str:
    """Return a value as text that can be shown and sent. Never raises."""
    return _str(value)


def error_content(error: BaseException) -> str:
    """Return what the model is told about a tool's failure, at a bounded length."""
    text = _str(error)
    if not (isinstance(error, ToolError | ToolInputError) and text):
        text = f"{type(error).__name__}: {text}".removesuffix(": ")
    return _cut(text, MAX_ERROR_CHARS)


class _WithoutTitles(GenerateJsonSchema):
    """Schemas in which no field has a title: it would only repeat the field's name."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def _parameters(
    function: Callable[..., Any], source: Callable[..., Any], around: dict[str, Any]
) -> tuple[list[inspect.Parameter], dict[str, Any]]:
    """Return a function's parameters and their types; `source` is where it is written."""
    if not inspect.isroutine(source):
        raise TypeError("it is not a function")
    if inspect.isgeneratorfunction(source) or inspect.isasyncgenfunction(source):
        raise TypeError("it yields, and a tool returns one result")
    hints = get_type_hints(source, localns=around, include_extras=True)
    given = function.keywords if isinstance(function, partial) else {}  # not for the model
    parameters = [p for p in inspect.signature(function).parameters.values() if p.name not in given]
    for parameter in parameters:
        if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
            raise TypeError(f"the parameter {parameter.name!r} can't be given by name")
        if parameter.name not in hints:
            raise TypeError(f"the parameter {parameter.name!r} has no type")
    return parameters, hints


def _takes_progress(hint: object) -> bool:
    return Progress in (hint, *get_args(hint))  # also: Progress | None


def _no_progress(message: str, done: float | None = None, total: float | None = None) -> None:
    """Take the progress of a tool that is called directly."""


def _adapter(parameters: list[inspect.Parameter], hints: dict[str, Any]) -> TypeAdapter[Any]:
    """Return pydantic's view of these parameters: their schema, and their validation.

    pydantic makes it from the signature of a function, so here is one that has this
    signature and gives its arguments back.
    """

    def take(**arguments: Any) -> dict[str, Any]:
        return arguments

    model: Any = take  # mypy knows a function as neither a type nor a thing with a signature
    by_name = [parameter.replace(kind=parameter.KEYWORD_ONLY) for parameter in parameters]
    model.__signature__ = inspect.Signature(by_name)
    model.__annotations__ = {parameter.name: hints[parameter.name] for parameter in parameters}
    return TypeAdapter(model, config=ConfigDict(extra="forbid", allow_inf_nan=False))


def _mistakes(error: ValidationError) -> str:
    """Tell a model what to mend: "days: Input should be …, got 'three'. city: Field required."."""
    sentences = []
    for mistake in error.errors(include_url=False, include_context=False)[:MAX_ERRORS]:
        # At a great depth, the end of the path says more than its beginning.
        where = _cut(".".join(map(str, mistake["loc"][-8:])), MAX_VALUE_CHARS)
        match mistake["type"]:
            case "missing" | "missing_keyword_only_argument":
                what = "Field required"
            case "unexpected_keyword_argument":
                what = "There is no such field"
            case _:
                what = f"{mistake['msg'][:200]}, got {_line(reprlib.repr(mistake['input']))}"
        sentences.append(f"{where}: {what}." if where else f"{what}.")
    if (more := error.error_count() - MAX_ERRORS) > 0:
        sentences.append(f"And {more} more.")
    return _str(" ".join(sentences))


def _is_block(value: object) -> bool:
    return isinstance(value, dict) and value.get("type") in BLOCKS


def _str(value: object) -> str:
    """Return str(value), also if its class is broken; with what UTF-8 can carry."""
    try:
        text = str(value)
    except Exception:
        text = f"({type(value).__name__} that can't be shown)"
    return text.encode("utf-8", "replace").decode()  # half a surrogate pair becomes "?"


def _line(text: str) -> str:
    """Return a short line of what prints: a value must not move the cursor or reverse text."""
    printed = "".join(char if char.isprintable() else " " for char in text[:1_000])
    return _cut(" ".join(printed.split()), MAX_VALUE_CHARS)


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
