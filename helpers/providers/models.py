"""The models that the course knows, and what a request to them costs."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

__all__ = [
    "AS_OF",
    "DEFAULT_LIVE_MODEL",
    "DEFAULT_OPENAI_MODEL",
    "MODELS",
    "OFFLINE_MODEL",
    "Model",
    "price",
    "takes_prefill",
]

_data = tomllib.loads((Path(__file__).parent / "models.toml").read_text("utf-8"))

# The day on which the prices below were read.
AS_OF: date = _data["as_of"]
OFFLINE_MODEL = "offline-mock"
DEFAULT_LIVE_MODEL: str = _data["default"]
DEFAULT_OPENAI_MODEL: str = _data["default_openai"]


@dataclass(frozen=True)
class Model:
    """One model: its id on the wire, its name, its prices.

    Attributes:
        input: US dollars for a million prompt tokens.
        output: US dollars for a million tokens of the answer.
        cache_read: the same for prompt tokens read from the cache, where published.
        long_prompt: other prices for prompts above so many tokens, where published.
    """

    id: str
    name: str
    input: float
    output: float
    cache_read: float | None = None
    long_prompt: Mapping[str, float] | None = None


MODELS: dict[str, Model] = {entry["id"]: Model(**entry) for entry in _data["model"]}


def price(model_id: str, usage: Mapping[str, Any]) -> float | None:
    """Return what a request cost, in US dollars; None for an unknown model.

    Args:
        model_id: the model's id on the wire.
        usage: the API's usage object; absent or null counts are taken as zero, and
            tokens written to the cache as fresh ones.
    """
    model = MODELS.get(model_id)
    if model is None:
        return None
    fresh = (usage.get("input_tokens") or 0) + (usage.get("cache_creation_input_tokens") or 0)
    cached = usage.get("cache_read_input_tokens") or 0
    input, output, cache_read = model.input, model.output, model.cache_read
    if model.long_prompt and fresh + cached > model.long_prompt["above"]:
        input, output = model.long_prompt["input"], model.long_prompt["output"]
        cache_read = model.long_prompt.get("cache_read")
    if cache_read is None:  # not published here: the full price is the upper bound
        cache_read = input
    tokens_out = usage.get("output_tokens") or 0
    return (fresh * input + cached * cache_read + tokens_out * output) / 1_000_000


def takes_prefill(model: str) -> bool:
    """Say whether a model goes on from an unfinished turn of its own.

    From 4.6 on, models refuse that; so is a model treated that isn't in the file.
    """
    facts = [entry for entry in _data["facts"]["model"] if entry.get("prefill")]
    return any(model in (entry["id"], *entry.get("also", ())) for entry in facts)
