"""What each model takes and refuses, read from helpers/providers/models.toml, where it is dated."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

from ..errors import ApiError

_data = tomllib.loads((Path(__file__).parents[2] / "providers" / "models.toml").read_text("utf-8"))


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


@dataclass(frozen=True)
class Retired:
    """A model that the API no longer answers.

    facts: what it took while it was there.
    on: the last day.
    instead: the model that stands for it.
    """

    facts: Facts
    on: date
    instead: str


def _read() -> Mapping[str, Facts]:
    defaults = _data["facts"]["default"]
    found = {}
    for entry in _data["facts"]["model"]:
        for id in [entry["id"], *entry.get("also", [])]:
            found[id] = _facts(id, defaults | entry)
    return found


def _read_retired() -> Mapping[str, Retired]:
    defaults = _data["facts"]["default"] | _data["facts"]["retired"]
    return {
        id: Retired(_facts(id, defaults | entry), entry["on"], entry["instead"])
        for entry in _data["retired"]
        for id in [entry["id"], *entry.get("also", [])]
    }


def _facts(id: str, entry: Mapping[str, Any]) -> Facts:
    values = {field.name: entry[field.name] for field in fields(Facts)}
    return Facts(**values | {"id": id, "thinking": tuple(entry["thinking"])})


MODELS: Mapping[str, Facts] = _read()
RETIRED: Mapping[str, Retired] = _read_retired()
NEWEST_VERSION = "2026-10-21"  # of the API; all retired models are older


def known(model: str) -> Facts | None:
    """Return the facts about a model, also a retired one; None if there never was one."""
    return RETIRED[model].facts if model in RETIRED else MODELS.get(model)


def of(model: str) -> Facts:
    """Return the facts about a model; raises ApiError (404) if there never was one of that id."""
    if (facts := known(model)) is None:
        raise unknown(model)
    return facts


def check_available(model: str, version: str) -> None:
    """Raise ApiError (404) unless the API answers for a model to clients of a version.

    A retired model is there for clients that speak the version of its time.
    """
    of(model)
    if model in RETIRED and version >= NEWEST_VERSION:
        gone = RETIRED[model]
        raise not_found(
            model,
            f"{gone.facts.name} was retired on {gone.on.isoformat()}; {gone.instead} stands for "
            "it. (Offline it answers requests with the header anthropic-version: 2023-06-01.)",
        )


def unknown(model: str) -> ApiError:
    """Return the error for a model that never was: the API's own words, and what may help."""
    from difflib import get_close_matches  # imported late: no healthy request needs it

    if re.match(r"(gpt-|chatgpt-|o\d)", model):
        hint = "That is a model of OpenAI's: ask it at /v1/chat/completions or /v1/responses."
    elif close := get_close_matches(model, [*MODELS, *RETIRED], n=1):
        near = close[0]
        hint = f"Do you mean {RETIRED[near].instead if near in RETIRED else near}?"
    else:
        hint = f"There are {', '.join(list(MODELS)[:6])} and more: GET /v1/models lists them."
    return not_found(model, hint)


def not_found(model: str, hint: str) -> ApiError:
    """Return the API's 404 for a model, with a hint behind its own words."""
    return ApiError(404, "not_found_error", f"model: {model}. {hint}")
