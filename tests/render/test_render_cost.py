"""The line under an answer."""

import pytest

from helpers.render.cost import amount, footer

USAGE = {"input_tokens": 1000, "cache_read_input_tokens": 234, "output_tokens": None}


def test_offline_answers_cost_nothing():
    line = footer(turns=1, usage=USAGE, seconds=0.04, dollars=None, offline=True)
    assert line == "1 turn · 1,234 tokens in, 0 out · no cost (mock) · 0.0 s"


def test_live_answers_tell_what_they_cost():
    usage = USAGE | {"output_tokens": 5}
    line = footer(turns=2, usage=usage, seconds=12.34, dollars=0.00214, offline=False)
    assert line == "2 turns · 1,234 tokens in, 5 out · $0.002140 · 12.3 s"


def test_an_unknown_price_is_not_made_up():
    assert "price unknown" in footer(turns=1, usage={}, seconds=1, dollars=None, offline=False)


@pytest.mark.parametrize(
    ("dollars", "words"),
    [
        (0, "$0.000000"),
        (0.0000354, "$0.000035"),
        (0.00999, "$0.009990"),
        (0.01, "$0.0100"),
        (12.5, "$12.5000"),
    ],
)
def test_small_amounts_are_not_rounded_to_nothing(dollars: float, words: str):
    assert amount(dollars) == words
