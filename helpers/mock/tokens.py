"""Text in pieces the size of tokens.

These are not the tokens of any model. They have about the same size, and they are the same
every time, which is all that a stream needs to look and move like the real one.
"""

import re
from random import Random
from typing import Any

from .chance import below

# A word with the space before it (a long word in several pieces), what follows an apostrophe,
# up to three punctuation marks, or white space. Every character is one of these, so that
# nothing is lost.
TOKEN = re.compile(r"['’]\w{1,2}(?!\w)| ?\w{1,9}(?!\w)| ?\w{1,6}| ?[^\w\s]{1,3}|\s{1,8}")


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
        case dict():
            return sum(count(key) + count(item) for key, item in value.items())
        case _:
            return 1


def count_request(request: dict[str, Any]) -> int:
    """Estimate the input tokens of a request: a few for the frame, and its contents."""
    parts = [request[name] for name in ("system", "messages", "tools") if name in request]
    return 3 + count(parts)
