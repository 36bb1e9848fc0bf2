"""Tools: what a model is told of a function, and what reaches it of a model's input."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum
from functools import partial, wraps
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal, Optional

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from helpers.mock.errors import ApiError
from helpers.mock.rules import tools as rules
from helpers.tools import (
    Progress,
    Tool,
    ToolError,
    ToolInputError,
    error_content,
    result_content,
    tool,
)

unhurried = settings(deadline=None)  # a busy machine is no failure


class Unit(Enum):
    CELSIUS = "celsius"
    KELVIN = "kelvin"


class Place(BaseModel):
    name: str
    near: Place | None = None


@dataclass
class Box:
    width: int
    label: str = "box"


@tool
def weather(city: str, days: int = 1, unit: Literal["C", "F"] = "C") -> str:
    """Tell the weather of the next days.

    Use it whenever the weather matters.

    Args:
        city: where, such as "Lagos".
        days: how many days,
            at most ten.

    Returns:
        A sentence.
    """
    return f"{city}: {days} days in {unit}"


@tool(name="plan-a-trip", idempotent=False, timeout=5.0, status="Planning {days} days in {city}")
async def plan(
    city: Annotated[str, Field(description="the town", min_length=1)],
    days: int,
    *,
    place: Place,
    box: Box,
    unit: Unit = Unit.CELSIUS,
    start: Optional[date] = None,  # noqa: UP045
    tags: list[str] | None = None,
    weights: dict[str, float] | None = None,
    progress: Progress,
) -> str:
    """Plan a trip."""
    progress("half way", done=1, total=2)
    await asyncio.sleep(0)
    return f"{type(place).__name__} {type(box).__name__} {unit} {start}"


@tool
def everything(
    schema: int, copy: str, self_: bool, model_config: float, _hidden: Any = None
) -> str:
    """Take parameters whose names pydantic's models have for themselves."""
    return ""


TOOLS = [weather, plan, everything]
PLAN = {"city": "Ife", "days": "3", "place": {"name": "A"}, "box": {"width": "2"}}


# What the model is told


def test_a_definition_is_made_of_the_signature_and_the_docstring() -> None:
    assert weather.definition == {
        "name": "weather",
        "description": "Tell the weather of the next days.\n\nUse it whenever the weather matters.",
        "input_schema": {
            "type": "object",
            "properties": {
                "city": {"type": "string", "description": 'where, such as "Lagos".'},
                "days": {
                    "type": "integer",
                    "default": 1,
                    "description": "how many days,\nat most ten.",
                },
                "unit": {"type": "string", "enum": ["C", "F"], "default": "C"},
            },
            "required": ["city"],
            "additionalProperties": False,
        },
    }


def test_options_rename_it_and_say_how_it_runs() -> None:
    assert (plan.name, plan.once, plan.timeout) == ("plan-a-trip", True, 5.0)
    assert (weather.name, weather.once, weather.timeout) == ("weather", False, None)
    assert plan.is_async
    assert not weather.is_async


def test_an_annotation_may_describe_and_limit_a_parameter() -> None:
    schema = plan.input_schema["properties"]["city"]
    assert schema == {"type": "string", "description": "the town", "minLength": 1}


def test_the_annotation_wins_over_the_docstring() -> None:
    @tool
    def look(at: Annotated[str, Field(description="by the type")]) -> str:
        """Look.

        Args:
            at: by the docstring.
        """
        return at

    assert look.input_schema["properties"]["at"]["description"] == "by the type"


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_the_api_takes_the_definition(tool: Tool) -> None:
    definition = json.loads(json.dumps(tool.definition))
    assert definition == tool.definition
    rules.check([definition], {"type": "tool", "name": tool.name}, continues=False)
    jsonschema.Draft202012Validator.check_schema(definition["input_schema"])
    assert definition["input_schema"]["additionalProperties"] is False


def test_the_rules_would_see_a_definition_that_is_wrong() -> None:
    with pytest.raises(ApiError, match="should match pattern"):
        rules.check([{**weather.definition, "name": "a b"}], None, continues=False)


def test_a_tool_without_parameters_takes_an_empty_object() -> None:
    @tool
    def now() -> str:
        """Tell the time."""
        return "noon"

    rules.check([now.definition], None, continues=False)
    assert now.input_schema["properties"] == {}
    assert now.arguments({}) == {}
    with pytest.raises(ToolInputError, match=r"^zone: There is no such field\.$"):
        now.arguments({"zone": "UTC"})


@pytest.mark.parametrize(
    "docstring",
    [
        "Add.\n\nArgs:\n    left: one number.\n",
        "Add.\n\nArgs:\n    left (int): one number.\n\nRaises:\n    ValueError: never.\n",
        "Add.\n\nParameters\n----------\nleft : int\n    one number.\n",
        "Add.\n\n:param left: one number.\n:returns: a sum\n",
    ],
    ids=["Google", "Google with types", "NumPy", "reST"],
)
def test_docstrings_are_read_in_the_styles_in_use(docstring: str) -> None:
    def add(left: int) -> int:
        return left

    add.__doc__ = docstring
    made = tool(add)
    assert made.description == "Add."
    assert made.input_schema["properties"]["left"]["description"] == "one number."


def test_progress_is_no_part_of_the_schema() -> None:
    assert plan.progress_parameter == "progress"
    assert weather.progress_parameter == ""
    assert "progress" not in plan.input_schema["properties"]

    @tool
    def maybe(progress: Progress | None = None) -> str:
        """Tell how far it is if somebody listens."""
        return "silent" if progress is None else "told"

    assert maybe.progress_parameter == "progress"
    assert maybe.input_schema["properties"] == {}
    assert maybe.arguments({}) == {}


# What the function gets


def test_arguments_are_converted_and_have_their_defaults() -> None:
    assert weather.arguments({"city": "Lagos", "days": "3"}) == {
        "city": "Lagos",
        "days": 3,
        "unit": "C",
    }
    arguments = plan.arguments({**PLAN, "unit": "kelvin", "start": "2026-11-20"})
    assert arguments == {
        "city": "Ife",
        "days": 3,
        "place": Place(name="A"),
        "box": Box(width=2),
        "unit": Unit.KELVIN,
        "start": date(2026, 11, 20),
        "tags": None,
        "weights": None,
    }


def test_the_function_runs_on_its_arguments() -> None:
    assert weather.function(**weather.arguments({"city": "Lagos"})) == "Lagos: 1 days in C"


def test_calling_a_tool_calls_its_function() -> None:
    assert weather("Lagos", days=2) == "Lagos: 2 days in C"
    trip = plan("Ife", 3, place=Place(name="A"), box=Box(2))  # its progress goes nowhere
    assert asyncio.run(trip) == "Place Box Unit.CELSIUS None"


def test_a_direct_call_may_listen_to_the_progress() -> None:
    @tool
    def count(progress: Progress, upto: int) -> int:
        """Count."""
        for number in range(upto):
            progress("counting", number, upto)
        return upto

    heard: list[object] = []

    def listen(message: str, done: float | None = None, total: float | None = None) -> None:
        heard.append((message, done, total))

    assert count(listen, 2) == 2
    assert count(upto=2) == 2
    assert count(progress=listen, upto=1) == 1
    assert heard == [("counting", 0, 2), ("counting", 1, 2), ("counting", 0, 1)]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (
            {"days": "three"},
            "city: Field required. days: Input should be a valid integer, "
            "unable to parse string as an integer, got 'three'.",
        ),
        ({"citi": "Ife", "city": "Ife"}, "citi: There is no such field."),
        ({"city": "Ife", "unit": "K"}, "unit: Input should be 'C' or 'F', got 'K'."),
        ({"city": None}, "city: Input should be a valid string, got None."),
        (
            {"city": "Ife", "days": math.nan},
            "days: Input should be a finite number, got nan.",
        ),
        ([1], "The input should be an object, got [1]."),
        (None, "The input should be an object, got None."),
        ("city", "The input should be an object, got 'city'."),
    ],
)
def test_wrong_arguments_are_told_in_words_that_help(given: Any, told: str) -> None:
    with pytest.raises(ToolInputError) as caught:
        weather.arguments(given)
    assert str(caught.value) == told


def test_the_place_of_a_nested_mistake_is_told() -> None:
    wrong = {**PLAN, "place": {"name": "A", "near": {"name": 3}}, "box": {"width": 1, "depth": 2}}
    with pytest.raises(ToolInputError) as caught:
        plan.arguments(wrong)
    assert "place.near.name: Input should be a valid string, got 3." in str(caught.value)
    assert "box.depth: " in str(caught.value)


def deep(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {"name": "bottom"}
    for _ in range(levels):
        value = {"name": "x", "near": value}
    return value


@pytest.mark.parametrize(
    "make",
    [
        lambda: {"city": "x" * 5_000_000, "days": "x" * 5_000_000},
        lambda: {"x" * 5_000_000: 1},
        lambda: {f"field {number}": number for number in range(10_000)},
        lambda: {**PLAN, "place": deep(100_000)},
        lambda: {**PLAN, "city": deep(100_000)},
        lambda: {**PLAN, "tags": [[]] * 10_000},
        lambda: {**PLAN, "city": "\ud800"},
        lambda: {**PLAN, "\ud800": 1},
        lambda: {**PLAN, "place": {"name": "A", "\x1b[2J": 1}, "tags": ["\x1b[2J", {}]},
        lambda: {**PLAN, "weights": {"a": math.inf, "b": -math.inf, "c": 10**400}},
        lambda: {**PLAN, "days": 1e400},
        lambda: {**PLAN, "days": 10**4_000, "city": 3},
    ],
    ids=range(12),
)
def test_hostile_input_gets_a_short_answer(make: Callable[[], Any]) -> None:
    given = make()  # here: some of it is large
    for each in (weather, plan):
        with pytest.raises(ToolInputError) as caught:
            each.arguments(given)
        told = str(caught.value)
        assert 0 < len(told) <= 2_000
        assert "\x1b" not in told
        told.encode()
        assert len(each.status_line(given)) <= 160


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters()), inner),
    max_leaves=10,
)
INPUTS = JSON | st.fixed_dictionaries(
    {},
    optional={name: JSON for tool in TOOLS for name in tool.input_schema["properties"]},
)


@unhurried
@given(INPUTS, st.sampled_from(TOOLS))
def test_any_input_is_taken_or_refused_in_words(given: Any, tool: Tool) -> None:
    try:
        arguments = tool.arguments(given)
    except ToolInputError as error:
        assert 0 < len(error_content(error)) <= 2_000
        error_content(error).encode()
    else:
        assert set(arguments) == set(tool.input_schema["properties"])
    line = tool.status_line(given)
    assert line.isprintable()
    assert 0 < len(line) <= 160


@unhurried
@given(st.text(), st.integers(), st.sampled_from(["C", "F"]))
def test_what_fits_the_schema_is_taken_as_it_is(city: str, days: int, unit: str) -> None:
    given = {"city": city, "days": days, "unit": unit}
    jsonschema.validate(given, weather.input_schema)
    assert weather.arguments(given) == given


def test_names_that_models_have_for_themselves_are_free() -> None:
    given = {"schema": 1, "copy": "a", "self_": True, "model_config": 1.5, "_hidden": [1]}
    assert everything.arguments(given) == given


# What can be a tool


class Shelf:
    def __init__(self, books: list[str]) -> None:
        self.books = books

    def find(self, title: str) -> bool:
        """Say whether a book is there."""
        return title in self.books

    async def read(self, title: str) -> str:
        """Read a book."""
        return title


def test_a_bound_method_can_be_a_tool() -> None:
    find, read = tool(Shelf(["Emma"]).find), tool(Shelf([]).read, name="read_book")
    assert find.input_schema["required"] == ["title"]
    assert find.function(**find.arguments({"title": "Emma"})) is True
    assert read.is_async
    assert read.name == "read_book"


def list_files(folder: PurePosixPath, pattern: str = "*", progress: Progress | None = None) -> str:
    """List files.

    Args:
        folder: where.
        pattern: which.
    """
    return f"{folder}/{pattern}"


def test_what_a_partial_has_given_is_out_of_the_models_reach() -> None:
    made = tool(partial(list_files, folder=PurePosixPath("/safe")))
    assert made.name == "list_files"
    assert list(made.input_schema["properties"]) == ["pattern"]
    assert made.function(**made.arguments({"pattern": "*.py"})) == "/safe/*.py"
    assert made() == "/safe/*"
    with pytest.raises(ToolInputError, match="folder: There is no such field"):
        made.arguments({"folder": "/etc"})
    assert list(tool(partial(list_files, "/x")).input_schema["properties"]) == ["pattern"]


def test_a_wrapped_function_keeps_its_own_signature() -> None:
    def loud(function: Callable[..., str]) -> Callable[..., str]:
        @wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> str:
            return function(*args, **kwargs).upper()

        return wrapper

    @tool
    @loud
    def echo(text: str) -> str:
        """Say it again."""
        return text

    assert echo.function(**echo.arguments({"text": "a"})) == "A"


def test_types_from_the_function_around_are_known() -> None:
    class Local(BaseModel):
        size: int

    @tool
    def direct(local: Local) -> int:
        """Take a type that only this function knows."""
        return local.size

    @tool(name="also")
    def with_options(local: Local) -> int:
        """Take it too."""
        return local.size

    for made in (direct, with_options):
        assert made.function(**made.arguments({"local": {"size": "3"}})) == 3


def no_docstring(a: int) -> None: ...


def no_type(a) -> None:  # type: ignore[no-untyped-def]
    """Do it."""


def star(*numbers: int) -> None:
    """Do it."""


def stars(**numbers: int) -> None:
    """Do it."""


def positional(a: int, /) -> None:
    """Do it."""


def unknown_type(a: Nowhere) -> None:  # type: ignore[name-defined]  # noqa: F821
    """Do it."""


def no_json(a: Shelf) -> None:
    """Do it."""


def callback(a: Callable[[], None]) -> None:
    """Do it."""


def yields(a: int) -> Iterator[int]:
    """Do it."""
    yield a


@pytest.mark.parametrize(
    ("function", "why"),
    [
        (no_docstring, "no_docstring can't be a tool: the model needs a docstring"),
        (no_type, "no_type can't be a tool: the parameter 'a' has no type"),
        (star, "star can't be a tool: the parameter 'numbers' can't be given by name"),
        (stars, "stars can't be a tool: the parameter 'numbers' can't be given by name"),
        (positional, "positional can't be a tool: the parameter 'a' can't be given by name"),
        (unknown_type, "unknown_type can't be a tool: name 'Nowhere' is not defined"),
        (no_json, "no_json can't be a tool: Unable to generate"),
        (callback, "callback can't be a tool: Cannot generate"),
        (yields, "yields can't be a tool: it yields"),
        (Shelf.find, "find can't be a tool: the parameter 'self' has no type"),
        (Shelf, "Shelf can't be a tool: it is not a function"),
        (len, "len can't be a tool: "),
        (lambda: None, "<lambda> can't be a tool: a name is 1 to 128 letters"),
        (3, "int can't be a tool: it is not a function"),
    ],
)
def test_what_can_be_no_tool_is_refused_in_one_sentence(function: Any, why: str) -> None:
    with pytest.raises(TypeError) as caught:
        tool(function)
    assert str(caught.value).startswith(why)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["a b", "é", "x" * 129, "a.b", "a\n"])
def test_a_name_that_the_api_refuses_is_refused_here(name: str) -> None:
    with pytest.raises(TypeError, match="a name is 1 to 128 letters"):
        tool(list_files, name=name)
    with pytest.raises(ApiError):
        rules.check([{**weather.definition, "name": name + " "}], None, continues=False)


def test_every_style_of_signature_has_types_that_a_checker_knows() -> None:
    made: Tool = tool(list_files)
    maker: Callable[[Callable[..., Any]], Tool] = tool(idempotent=False)
    assert not maker(list_files).idempotent
    assert made.idempotent


def test_its_former_name_works_with_a_warning() -> None:
    with pytest.warns(FutureWarning, match="once=True is called idempotent=False now"):
        once = tool(list_files, once=True)
    assert once.once and not once.idempotent


# What a person sees


@pytest.mark.parametrize(
    ("status", "given", "line"),
    [
        ("", {"city": "Ife"}, "weather"),
        ("Asking {city}", {"city": "Ife"}, "Asking Ife"),
        ("Asking {city}", {}, "Asking …"),
        ("{days} days, {unit}", {"city": "Ife"}, "1 days, C"),
        ("{days:.1f} days", {"days": 2.345}, "2.3 days"),
        ("{days:.1f} days", {"days": "many"}, "weather"),
        ("{nowhere}", {"city": "Ife"}, "weather"),
        ("{", {"city": "Ife"}, "weather"),
        ("{city}", {"city": "{days} {0} {city.__class__}"}, "{days} {0} {city.__class__}"),
        ("{city}", {"city": "a\n\x1b[2J\tb\u202ec"}, "a [2J b c"),
        ("{city}", {"city": "x" * 100}, "x" * 59 + "…"),
        ("{city}", {"city": ["a", {"b": 1}]}, "['a', {'b': 1}]"),
        ("{city}", "no object", "weather"),
        ("x" * 1_000, {}, "x" * 159 + "…"),
    ],
)
def test_a_status_line_is_short_and_safe(status: str, given: Any, line: str) -> None:
    def ask(city: str, days: float = 1, unit: str = "C") -> str:
        """Ask."""
        return ""

    assert tool(ask, name="weather", status=status).status_line(given) == line


# What the model gets back


class Broken(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no")

    __repr__ = __str__


def endless() -> list[object]:
    value: list[object] = []
    value.append(value)
    return value


@pytest.mark.parametrize(
    ("value", "content"),
    [
        ("text", "text"),
        ("", ""),
        (None, "(no output)"),
        (3, "3"),
        (True, "true"),
        ({"a": [1, None, "é"]}, '{"a":[1,null,"é"]}'),
        ([], "[]"),
        (Place(name="A"), '{"name":"A","near":null}'),
        (Box(1), '{"width":1,"label":"box"}'),
        (Unit.KELVIN, '"kelvin"'),
        (datetime(2026, 11, 20, tzinfo=UTC), '"2026-11-20T00:00:00Z"'),
        (PurePosixPath("/a"), '"/a"'),
        (math.nan, '"NaN"'),
        ([{"type": "text", "text": "a"}], [{"type": "text", "text": "a"}]),
        ([{"type": "city", "name": "Ife"}], '[{"type":"city","name":"Ife"}]'),
        ([{"type": "text", "text": "a"}, 3], '[{"type":"text","text":"a"},3]'),
        ("half \ud83d a pair", "half ? a pair"),
        ({"a": "\ud83d"}, "{'a': '\\ud83d'}"),
        (b"\xff", r"b'\xff'"),
        (Broken(), None),
        (object(), None),
        (endless(), '["..."]'),
    ],
)
def test_a_result_is_text_or_blocks_that_can_be_sent(value: object, content: Any) -> None:
    result = result_content(value)
    if content is not None:
        assert result == content
    json.dumps(result, ensure_ascii=False, allow_nan=False).encode()


def test_blocks_are_kept_as_they_are_now() -> None:
    blocks = [{"type": "text", "text": "before"}]
    result = result_content(blocks)
    blocks[0]["text"] = "after"
    assert result == [{"type": "text", "text": "before"}]


@pytest.mark.parametrize(
    ("error", "content"),
    [
        (ToolError("There is no such city."), "There is no such city."),
        (ToolInputError("city: Field required."), "city: Field required."),
        (ToolError(), "ToolError"),
        (KeyError("a"), "KeyError: 'a'"),
        (TimeoutError(), "TimeoutError"),
        (ValueError("bad"), "ValueError: bad"),
        (ValueError("\ud800"), "ValueError: ?"),
        (Broken(), "Broken: (Broken that can't be shown)"),
        (ToolError("x" * 5_000_000), "x" * 1_999 + "…"),
        (KeyboardInterrupt(), "KeyboardInterrupt"),
    ],
)
def test_an_error_is_told_at_a_bounded_length(error: BaseException, content: str) -> None:
    assert error_content(error) == content
