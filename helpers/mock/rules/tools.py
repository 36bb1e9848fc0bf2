"""The tools that a request offers, and which of them it wants called."""

import re
from typing import Any

from ..errors import invalid
from . import shape
from .models import Facts

NAME = r"^[a-zA-Z0-9_-]{1,128}$"
# Tools that the API itself defines, by name and date. Their other fields aren't looked into.
DEFINED = re.compile(r"(?!custom$)[a-z0-9_]+(_\d{8})?")
ALLOWED = (
    "type",
    "description",
    "cache_control",
    "eager_input_streaming",
    "strict",
    "allowed_callers",
    "defer_loading",
    "input_examples",
)


def check(tools: object, choice: object, continues: bool) -> None:
    """Raise ApiError unless these are tools, no two of one name, and a choice among them.

    continues: whether the tools stand in a thread instead.
    """
    names: list[str] = []
    for index, tool in enumerate(shape.list_("tools", [] if tools is None else tools)):
        kind = shape.dictionary(f"tools.{index}", tool).get("type") or "custom"
        if kind == "custom":
            _check_custom(f"tools.{index}.custom", tool)
        elif not isinstance(kind, str) or not DEFINED.fullmatch(kind):
            shape.tag(f"tools.{index}", tool, ("custom", "web_search_20250305"))
        if isinstance(name := tool.get("name"), str):
            names.append(name)
    if len(set(names)) < len(names):
        raise invalid("tools: Tool names must be unique.")
    if choice is not None:
        _check_choice(choice, None if continues else names)


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


def _check_custom(where: str, tool: dict[str, Any]) -> None:
    shape.fields(where, tool, ("name", "input_schema"), ALLOWED)
    if not re.fullmatch(NAME, shape.string(f"{where}.name", tool["name"])):
        raise invalid(f"{where}.name: String should match pattern '{NAME}'")
    if tool.get("description") is not None:
        shape.string(f"{where}.description", tool["description"])
    schema = shape.dictionary(f"{where}.input_schema", tool["input_schema"])
    if "type" not in schema:
        raise invalid(f"{where}.input_schema.type: Field required")
    shape.one_of(f"{where}.input_schema.type", schema["type"], ("object",))


def _check_choice(value: object, names: list[str] | None) -> None:
    choice = shape.dictionary("tool_choice", value)
    kind = shape.tag("tool_choice", choice, ("auto", "any", "tool", "none"))
    needed = ("type", "name") if kind == "tool" else ("type",)
    allowed = () if kind == "none" else ("disable_parallel_tool_use",)
    shape.fields(f"tool_choice.{kind}", choice, needed, allowed)
    if kind == "tool":
        shape.string("tool_choice.tool.name", choice["name"])
    if kind == "any" and names == []:
        raise invalid("tool_choice.any may only be specified while providing tools")
