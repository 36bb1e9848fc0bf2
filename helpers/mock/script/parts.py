"""What an answer is made of, as a scenario says it: before ids, tokens and bytes."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Text:
    """Something to say, with the sources it cites (citations as the API writes them)."""

    text: str
    citations: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class Json:
    """A value to answer with as JSON: bare by a request's schema, else with words around it.

    cut: how much of its text is said, 1 for all: where a refusal strikes in the middle.
    """

    value: Any
    cut: float = 1.0


@dataclass(frozen=True)
class Thinking:
    """What the model thinks first; the answer holds it only if the request asks for it."""

    text: str


@dataclass(frozen=True)
class RedactedThinking:
    """Thinking that nobody may read: all that shows of it is how long it took."""

    text: str


@dataclass(frozen=True)
class ToolUse:
    """A tool to call: its name and its input."""

    name: str
    input: dict[str, Any]


@dataclass(frozen=True)
class ServerToolUse:
    """A tool that the API runs itself; what it gave is the next part, or the next answer."""

    name: str
    input: dict[str, Any]


@dataclass(frozen=True)
class Page:
    """A page that a web search found; its text is for the model alone."""

    title: str
    url: str
    text: str = ""
    page_age: str | None = None


@dataclass(frozen=True)
class SearchResults:
    """What the web search before it found, or the code of the error it ended in."""

    pages: tuple[Page, ...] = ()
    error: str | None = None


@dataclass(frozen=True)
class Whole:
    """Any other block, sent as it is within its content_block_start.

    A block of a type that ends in _tool_result gets the id of the call it answers.
    """

    block: dict[str, Any]


@dataclass(frozen=True)
class Stop:
    """The end, where it is not the usual one; nothing comes after it.

    details: what stop_details holds, for a refusal.
    """

    reason: str
    details: dict[str, Any] | None = None


Part = (
    Text
    | Json
    | Thinking
    | RedactedThinking
    | ToolUse
    | ServerToolUse
    | SearchResults
    | Whole
    | Stop
)
