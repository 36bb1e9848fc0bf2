"""What each model takes and refuses, and until when: read from helpers/providers/models.toml."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from pathlib import Path

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
    retires: the day from which the API no longer answers; None if none is announced.
    instead: the model that stands for it from then on.
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
    retires: date | None = None
    instead: str = ""

    @property
    def retired(self) -> bool:
        """Whether the API no longer answers for it today."""
        return self.retires is not None and self.retires <= today()


def today() -> date:
    """Return the date that decides which models are retired, the same all over the world."""
    return datetime.now(UTC).date()


def _read() -> Mapping[str, Facts]:
    defaults = _data["facts"]["default"]
    entries = [defaults | entry for entry in _data["facts"]["model"]]
    entries += [defaults | _data["facts"]["retired"] | entry for entry in _data["retired"]]
    names = [field.name for field in fields(Facts)]
    found = {}
    for entry in entries:
        values = {name: entry[name] for name in names if name in entry}
        values["thinking"] = tuple(entry["thinking"])
        for id in [entry["id"], *entry.get("also", [])]:
            found[id] = Facts(**values | {"id": id})
    return found


MODELS: Mapping[str, Facts] = _read()  # all there are and were
NEWEST_VERSION = "2026-10-21"  # of the API
DEFAULT_OPENAI: str = _data["default_openai"]  # the course begins with it; no facts are known


def list_models() -> dict[str, Facts]:
    """Return the models that the API answers for today, the newest first."""
    return {id: model for id, model in MODELS.items() if not model.retired}


def find_model(model: str) -> Facts | None:
    """Return the facts about a model, also a retired one; None if there never was one."""
    return MODELS.get(model)


def of(model: str) -> Facts:
    """Return the facts about a model; raises ApiError (404) if there never was one of that id."""
    if (facts := find_model(model)) is None:
        raise unknown(model)
    return facts


def check_available(model: str, version: str) -> None:
    """Raise ApiError (404) unless the API answers for a model to clients of a version.

    A retired model is there for clients that speak the version of its time.
    """
    facts = of(model)
    if facts.retired and version >= NEWEST_VERSION:
        raise not_found(
            model,
            f"{facts.name} was retired on {facts.retires}; {facts.instead} stands for "
            "it. (Offline it answers requests with the header anthropic-version: 2023-06-01.)",
        )


def unknown(model: str) -> ApiError:
    """Return the error for a model that never was: the API's own words, and what may help."""
    from difflib import get_close_matches  # imported late: no healthy request needs it

    if re.match(r"(gpt-|chatgpt-|o\d)", model):
        hint = "That is a model of OpenAI's: ask it at /v1/chat/completions or /v1/responses."
    elif close := get_close_matches(model, MODELS, n=1):
        near = MODELS[close[0]]
        hint = f"Do you mean {near.instead if near.retired else near.id}?"
    else:
        hint = (
            f"There are {', '.join(list(list_models())[:6])} and more: GET /v1/models lists them."
        )
    return not_found(model, hint)


def not_found(model: str, hint: str) -> ApiError:
    """Return the API's 404 for a model, with a hint behind its own words."""
    return ApiError(404, "not_found_error", f"model: {model}. {hint}")
