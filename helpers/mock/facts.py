"""What each model takes and refuses, read from helpers/models.toml, where it is dated."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from .errors import ApiError

_data = tomllib.loads((Path(__file__).parents[1] / "models.toml").read_text("utf-8"))


@dataclass(frozen=True)
class Facts:
    """One model.

    released: the day it came out; where that isn't known, the day of its generation.
    context: the tokens it can read.
    max_output: the most that max_tokens may be.
    thinking: the values of thinking.type that it takes.
    prefill: whether the last message may be the assistant's.
    forced_tools: whether tool_choice may be "any" or "tool".
    bound: whether its thinking blocks are refused once the conversation before them changed.
    """

    id: str
    name: str
    released: date
    context: int
    max_output: int
    thinking: tuple[str, ...]
    prefill: bool
    forced_tools: bool
    bound: bool


def _read() -> Mapping[str, Facts]:
    defaults = _data["facts"]["default"]
    found = {}
    for entry in _data["facts"]["model"]:
        fields = defaults | {name: value for name, value in entry.items() if name != "also"}
        fields["thinking"] = tuple(fields["thinking"])
        for id in [fields.pop("id"), *entry.get("also", [])]:
            found[id] = Facts(id, **fields)
    return found


MODELS: Mapping[str, Facts] = _read()


def of(model: str) -> Facts:
    """Return the facts about a model; raises ApiError (404) if the API has none of that id."""
    if model not in MODELS:
        raise ApiError(404, "not_found_error", f"model: {model}")
    return MODELS[model]
