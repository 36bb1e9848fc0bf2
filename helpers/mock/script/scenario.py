"""A scenario: a prompt that the offline API knows, and its answers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .parts import Part


def words(text: str) -> frozenset[str]:
    """Return the words of a text, in lower case."""
    return frozenset(re.findall(r"\w+", text.casefold()))


@dataclass(frozen=True)
class Turn:
    """What one turn of the assistant says, and what it says when the tool before it failed."""

    content: tuple[Part, ...]
    content_if_error: tuple[Part, ...]


@dataclass(frozen=True)
class Scenario:
    """A prompt that the offline API knows, and its answers.

    prompt: the prompt as a person would write it; it is what the fallback suggests.
    when: sets of words; the scenario fits a prompt that holds all words of one of them.
    turns: the answers; a conversation that goes on longer gets the last one again.
    without_tool: the answer to a request that doesn't offer the tool a turn wants to call.
    settings: what it changes in the offline API's settings, as JSON, while it answers.
    listed: whether the answer to an unknown prompt suggests it.
    """

    name: str
    prompt: str
    when: tuple[frozenset[str], ...]
    turns: tuple[Turn, ...]
    without_tool: tuple[Part, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)
    listed: bool = True
