"""Text in pieces the size of tokens.

These are not the tokens of any model. They have about the same size, and they are the same
every time, which is all that a stream needs to look and move like the real one.
"""

import re
from collections.abc import Iterator
from random import Random
from typing import Any, NamedTuple

from ..chance import below

# A word with the space before it (a long word in several pieces), what follows an apostrophe,
# up to three punctuation marks, or white space. Every character is one of these, so that
# nothing is lost.
TOKEN = re.compile(r"['’]\w{1,2}(?!\w)| ?\w{1,9}(?!\w)| ?\w{1,6}| ?[^\w\s]{1,3}|\s{1,8}")

# Addressed to the API, not to the model.
UNREAD = ("cache_control", "eager_input_streaming", "signature")
PICTURE = 1600  # tokens, about what a picture of a megapixel takes; its base64 says nothing


def split(text: str) -> list[str]:
    """Cut text into token-like pieces; joined, they are the text again."""
    return TOKEN.findall(text)


def cut_anywhere(text: str, numbers: Random) -> list[str]:
    """Cut text into pieces of 1 to 12 characters without regard to what they mean."""
    pieces, start = [], 0
    while start < len(text):
        end = start + 1 + below(numbers, 12)
        pieces.append(text[start:end])
        start = end
    return pieces


def count(value: Any) -> int:
    """Estimate the tokens in a JSON value: those of all texts and names within it."""
    match value:
        case str():
            return len(split(value))
        case list():
            return sum(count(item) for item in value)
        case {"type": "base64"}:
            return PICTURE
        case dict():
            return sum(count(key) + count(item) for key, item in value.items() if key not in UNREAD)
        case _:
            return 1


class Piece(NamedTuple):
    """A part of a request, in the order in which the model reads it.

    mark: the cache_control at its end, or None.
    begins_answer: whether an assistant's message begins with it.
    """

    tokens: int
    mark: dict[str, Any] | None = None
    begins_answer: bool = False


def pieces(request: dict[str, Any]) -> Iterator[Piece]:
    """Yield the parts of a request: a few tokens for the frame, tools, system, messages."""
    yield Piece(3)
    for name in ("tools", "system"):
        if name in request:
            value = request[name]
            for entry in value if isinstance(value, list) else [value]:
                yield Piece(count(entry), _mark(entry))
    for message in request["messages"]:
        begins_answer = message["role"] == "assistant"
        blocks = message["content"] if isinstance(message["content"], list) else []
        own = count(message) - count(blocks)
        yield Piece(own, None, begins_answer)
        for block in blocks:
            yield Piece(count(block), _mark(block))


def count_request(request: dict[str, Any]) -> int:
    """Estimate the input tokens of a request."""
    return sum(piece.tokens for piece in pieces(request))


def _mark(entry: object) -> dict[str, Any] | None:
    mark = entry.get("cache_control") if isinstance(entry, dict) else None
    return mark if isinstance(mark, dict) else None
