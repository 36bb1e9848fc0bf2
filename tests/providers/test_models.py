"""The models that the course knows, and the arithmetic of their prices."""

import re
from datetime import date, datetime
from typing import Any, get_args

import anthropic
import pytest
from anthropic.resources.messages.messages import DEPRECATED_MODELS
from openai.types import ChatModel

from helpers.mock.rules import models as facts
from helpers.providers.models import (
    AS_OF,
    DEFAULT_LIVE_MODEL,
    DEFAULT_OPENAI_MODEL,
    MODELS,
    OFFLINE_MODEL,
    price,
)
from helpers.session.session import API_VERSION

MILLION = 1_000_000


def test_the_two_models_that_the_course_starts_with_are_listed() -> None:
    assert OFFLINE_MODEL in MODELS
    assert DEFAULT_LIVE_MODEL in MODELS
    assert DEFAULT_LIVE_MODEL != OFFLINE_MODEL


def test_live_mode_starts_with_the_cheapest() -> None:
    live = [model for model in MODELS.values() if model.id != OFFLINE_MODEL]
    assert min(live, key=lambda model: model.output).id == DEFAULT_LIVE_MODEL


def test_the_prices_have_a_date() -> None:
    assert type(AS_OF) is date


def test_the_models_and_the_version_are_those_of_the_installed_sdks() -> None:
    known = {id for kind in get_args(anthropic.types.Model) for id in get_args(kind)}
    assert known  # the literal is the first of its union
    assert facts.list_models().keys() <= known | {OFFLINE_MODEL}
    assert known <= facts.MODELS.keys()
    with anthropic.Anthropic(api_key="none") as client:
        assert client.default_headers["anthropic-version"] == API_VERSION == facts.NEWEST_VERSION
    assert DEFAULT_OPENAI_MODEL in get_args(ChatModel)


@pytest.mark.parametrize("model", DEPRECATED_MODELS)
def test_a_model_is_retired_on_the_day_that_the_sdk_names(model: str) -> None:
    named = re.sub(r"(\d)(st|nd|rd|th),", r"\1,", DEPRECATED_MODELS[model])
    day = datetime.strptime(named, "%B %d, %Y").date()
    assert facts.MODELS[model].retires == day


def test_the_newest_models_are_listed_first() -> None:
    days = [model.released for model in facts.list_models().values() if model.id != OFFLINE_MODEL]
    assert days == sorted(days, reverse=True)


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_each_entry_is_sound(model: Any) -> None:
    assert MODELS[model.id] is model
    assert model.name
    if model.id == OFFLINE_MODEL:
        assert model.input == model.output == 0
        return
    assert 0 < model.input < model.output
    assert model.cache_read is None or 0 < model.cache_read < model.input
    if model.long_prompt:
        assert set(model.long_prompt) == {"above", "input", "output", "cache_read"}
        assert model.long_prompt["input"] > model.input
        assert model.long_prompt["output"] > model.output
        assert model.cache_read < model.long_prompt["cache_read"] < model.long_prompt["input"]


def test_a_price_is_tokens_times_the_price_of_a_million() -> None:
    assert price("claude-opus-5-5", {"input_tokens": MILLION, "output_tokens": 0}) == 4
    assert price("claude-opus-5-5", {"input_tokens": 0, "output_tokens": MILLION}) == 20
    usage = {"input_tokens": 25, "output_tokens": 15}
    assert price("claude-opus-5-5", usage) == pytest.approx(0.0004)


def test_the_offline_model_costs_nothing() -> None:
    assert price(OFFLINE_MODEL, {"input_tokens": MILLION, "output_tokens": MILLION}) == 0


def test_an_unknown_model_has_no_price() -> None:
    assert price("claude-of-next-year", {"input_tokens": 1, "output_tokens": 1}) is None


def test_absent_and_null_counts_are_zero() -> None:
    assert price("claude-opus-5-5", {}) == 0
    usage = {"input_tokens": None, "output_tokens": None, "cache_read_input_tokens": None}
    assert price("claude-opus-5-5", usage) == 0


def test_other_fields_of_the_usage_are_no_obstacle() -> None:
    usage = {
        "input_tokens": MILLION,
        "output_tokens": 0,
        "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
        "service_tier": "standard",
    }
    assert price("claude-opus-5-5", usage) == 4


def test_tokens_from_the_cache_have_their_own_price_where_it_is_known() -> None:
    usage = {"cache_read_input_tokens": MILLION}
    assert price("claude-sonnet-5-5", usage) == pytest.approx(0.10)
    assert price("claude-fable-5-2", usage) == 8  # not published here: the upper bound


def test_tokens_written_to_the_cache_cost_as_much_as_fresh_ones() -> None:
    usage = {"input_tokens": 600_000, "cache_creation_input_tokens": 400_000}
    assert price("claude-sonnet-5-5", usage) == pytest.approx(2)


def test_a_long_prompt_costs_more_from_its_first_token_on() -> None:
    just = {"input_tokens": 100_000, "output_tokens": 1000}
    above = {"input_tokens": 100_001, "output_tokens": 1000}
    assert price("claude-haiku-5-5", just) == pytest.approx(0.0105)
    assert price("claude-haiku-5-5", above) == pytest.approx(0.0525, rel=1e-4)


def test_cached_tokens_count_towards_a_long_prompt() -> None:
    usage = {
        "input_tokens": 50_000,
        "cache_creation_input_tokens": 25_000,
        "cache_read_input_tokens": 25_001,
    }
    # 75,000 fresh ones at 0.50 for a million, and 25,001 from the cache at 0.05.
    assert price("claude-haiku-5-5", usage) == pytest.approx(0.03875, rel=1e-4)
