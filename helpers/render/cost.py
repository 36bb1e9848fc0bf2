"""The line under an answer: what it took."""

from collections.abc import Mapping
from typing import Any

__all__ = ["amount", "count", "footer", "tokens_read", "tokens_words"]

INPUTS = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")


def footer(
    *,
    turns: int,
    usage: Mapping[str, Any],
    seconds: float,
    dollars: float | None,
    offline: bool,
    counted: bool = True,
) -> str:
    """Return one line: turns, tokens, cost, time.

    Args:
        turns: how many requests were answered.
        usage: the API's usage object, summed over the turns; absent counts are zero.
        seconds: from the first request to the end.
        dollars: what it cost in US dollars; None if the model's price is unknown.
        offline: whether the offline API answered, which costs nothing.
        counted: whether the API has counted all tokens; else they are marked as an estimate.
    """
    if offline:
        cost = "no cost (mock)"
    else:
        cost = "price unknown" if dollars is None else amount(dollars)
    return " · ".join(
        [count(turns, "turn"), tokens_words(usage, counted), cost, f"{seconds:.1f} s"]
    )


def tokens_read(usage: Mapping[str, Any]) -> int:
    """Return how many tokens were read, those of the cache included."""
    return sum(usage.get(name) or 0 for name in INPUTS)


def tokens_words(usage: Mapping[str, Any], counted: bool = True) -> str:
    """Return in words how many tokens were read and written; about, if they aren't counted."""
    about = "" if counted else "~"
    return f"{tokens_read(usage):,} tokens in, {about}{usage.get('output_tokens') or 0:,} out"


def amount(dollars: float) -> str:
    """Return an amount of US dollars; below a cent down to a millionth."""
    return f"${dollars:.6f}" if dollars < 0.01 else f"${dollars:.4f}"


def count(number: int, noun: str) -> str:
    """Return a number with its noun."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
