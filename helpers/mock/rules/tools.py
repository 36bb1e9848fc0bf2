"""The tools that a request offers, and which of them it wants called."""

import re
from typing import Any

from pydantic_core import core_schema

from ..errors import invalid
from .models import Facts
from .shape import MAYBE, Shape, by_type, maybe, record

NAME = r"^[a-zA-Z0-9_-]{1,128}$"
# Tools that the API itself defines, by name and date. Their other fields aren't looked into.
DEFINED = re.compile(r"(?!custom$)[a-z0-9_]+(_\d{8})?")
PARALLEL = {"disable_parallel_tool_use": MAYBE}
TOOLS = Shape(list)
TOOL = Shape(dict)
OBJECT = core_schema.typed_dict_field(core_schema.literal_schema(["object"]))
CUSTOM = Shape(
    record(
        name=core_schema.str_schema(pattern=NAME),
        description=maybe(str),
        input_schema=core_schema.typed_dict_schema({"type": OBJECT}),
        type=MAYBE,
        cache_control=MAYBE,
        eager_input_streaming=MAYBE,
        strict=MAYBE,
        allowed_callers=MAYBE,
        defer_loading=MAYBE,
        input_examples=MAYBE,
    )
)
UNKNOWN = Shape(by_type({"custom": dict, "web_search_20250305": dict}))
CHOICE = Shape(
    by_type({"auto": PARALLEL, "any": PARALLEL, "tool": {"name": str, **PARALLEL}, "none": {}})
)


def check(tools: Any, choice: Any, continues: bool) -> None:
    """Raise ApiError unless these are tools, no two of one name, and a choice among them.

    continues: whether the tools stand in a thread instead.
    """
    tools = [] if tools is None else tools
    TOOLS.check("tools", tools)
    for index, tool in enumerate(tools):
        TOOL.check(f"tools.{index}", tool)
        kind = tool.get("type") or "custom"
        if kind == "custom":
            CUSTOM.check(f"tools.{index}.custom", tool)
        elif not isinstance(kind, str) or not DEFINED.fullmatch(kind):
            UNKNOWN.check(f"tools.{index}", tool)
    names = [tool["name"] for tool in tools if isinstance(tool.get("name"), str)]
    if len(set(names)) < len(names):
        raise invalid("tools: Tool names must be unique.")
    if choice is not None:
        CHOICE.check("tool_choice", choice)
        if choice["type"] == "any" and not names and not continues:
            raise invalid("tool_choice.any may only be specified while providing tools")


def check_forced(tools: object, choice: object, model: Facts) -> None:
    """Raise ApiError if a tool must be called and the model can't be made to."""
    if isinstance(choice, dict) and choice.get("type") in ("any", "tool"):
        if not model.forced_tools:
            raise invalid('tool_choice: type "tool" and "any" are not supported for this model.')
        if choice["type"] == "tool" and choice["name"] not in [
            tool.get("name")
            for tool in tools or []  # type: ignore[attr-defined]
        ]:
            raise invalid(f"Tool '{choice['name']}' not found in provided tools")
