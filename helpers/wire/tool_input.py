"""What a tool's input says: JSON that a model has written, read once it is whole."""

import json
from typing import Any, NoReturn

__all__ = ["can_be_written", "not_json", "read_input"]

# Levels of nesting in a tool's input. Python reads and writes JSON on its stack, so what
# could be read at the edge of that could not be written back a few calls deeper.
MAX_DEPTH = 100


def read_input(raw: str) -> dict[str, Any] | None:
    """Return a tool's input from its whole JSON, or None if it isn't an object.

    NaN and Infinity, which Python's parser would take, are no JSON. An object that is nested
    a hundred levels deep is nothing that a tool asked for.
    """
    try:
        value = json.loads(raw, parse_constant=not_json)
    except (ValueError, RecursionError):
        return None
    # Without many brackets it can't be deep, which saves nearly every input the walk.
    if raw.count("{") + raw.count("[") > MAX_DEPTH and _is_too_deep(value):
        return None
    return value if isinstance(value, dict) else None


def _is_too_deep(value: object) -> bool:
    """Say whether a value has more than MAX_DEPTH levels, looking at one after another."""
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH):
        inner = [node.values() if isinstance(node, dict) else node for node in level]
        level = [node for nodes in inner for node in nodes if isinstance(node, dict | list)]
        if not level:
            return False
    return True


def can_be_written(input: dict[str, Any]) -> bool:
    """Say whether an input that came whole, in its block's start, is sound JSON."""
    try:
        return not input or read_input(json.dumps(input)) is not None
    except (ValueError, RecursionError):
        return False


def not_json(name: str) -> NoReturn:
    """Refuse NaN or Infinity, as a parser's `parse_constant`."""
    raise ValueError(f"{name} is not JSON")
