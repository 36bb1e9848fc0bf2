"""What an event of an answer says: a value for each thing that may happen, for those who show it.

`helpers.message` makes them; a call that is complete is a value of its own, ToolCall there.
"""

from dataclasses import dataclass
from typing import Any

__all__ = [
    "BlockStarted",
    "BlockStopped",
    "CitationDelta",
    "InputDelta",
    "MessageStarted",
    "MessageStopped",
    "TextDelta",
    "ThinkingDelta",
    "UsageUpdated",
]


@dataclass(frozen=True, slots=True)
class MessageStarted:
    """The answer has begun: its id, its model, what the prompt cost."""

    message: dict[str, Any]


@dataclass(frozen=True, slots=True)
class BlockStarted:
    """A content block has begun, of whatever type."""

    index: int
    block: dict[str, Any]


@dataclass(frozen=True, slots=True)
class TextDelta:
    """The next piece of a text."""

    index: int
    text: str


@dataclass(frozen=True, slots=True)
class ThinkingDelta:
    """The next piece of what the model thinks."""

    index: int
    thinking: str


@dataclass(frozen=True, slots=True)
class InputDelta:
    """The next piece of a tool's input: raw JSON, cut anywhere."""

    index: int
    fragment: str


@dataclass(frozen=True, slots=True)
class CitationDelta:
    """A source of the text, which may come before the text itself."""

    index: int
    citation: dict[str, Any]


@dataclass(frozen=True, slots=True)
class BlockStopped:
    """A block is closed, as it stands in the message. It may have been cut off."""

    index: int
    block: dict[str, Any]


@dataclass(frozen=True, slots=True)
class UsageUpdated:
    """What the answer has cost so far: totals, not increments."""

    usage: dict[str, Any]


@dataclass(frozen=True, slots=True)
class MessageStopped:
    """The message is whole."""

    message: dict[str, Any]
