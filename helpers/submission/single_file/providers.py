"""Whom the program can ask. Another API adds itself to the table, in a section of its own."""

from collections.abc import Callable
from typing import NamedTuple

import httpx

__all__ = ["PROVIDERS", "Provider"]

ANTHROPIC_MODEL = "offline-mock"


class Provider(NamedTuple):
    """An API that answers.

    Attributes:
        base_url: where it is, if nobody says anything else.
        variable: what the environment calls its key.
        model: whom it is asked for, if nobody says anything else.
        headers: makes the request's headers from the key.
        translated: makes of a transport one that speaks this API; None if the agent speaks it.
    """

    base_url: str
    variable: str
    model: str
    headers: Callable[[str], dict[str, str]]
    translated: Callable[[httpx.AsyncBaseTransport], httpx.AsyncBaseTransport] | None = None


PROVIDERS = {
    "anthropic": Provider(
        "https://api.anthropic.com",
        "ANTHROPIC_API_KEY",
        ANTHROPIC_MODEL,
        lambda key: {"x-api-key": key, "anthropic-version": "2026-10-21"},
    )
}
