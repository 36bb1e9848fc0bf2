"""API keys: mended or refused where they enter, and struck out of every error's words.

A key from a file or from a `.env` of Windows often has a line end behind it. No header can hold
that, and an HTTP library that says so prints the whole header. So a key is cleaned before any
library sees it, and what an error or an HTTP library's log says is searched for keys before
anybody reads it.
"""

import json
import logging
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

__all__ = ["HIDDEN", "clean_headers", "clean_key", "keep_out_of_logs", "strike"]

# White space at either end, also what is invisible: byte order marks, zero-width spaces.
AROUND = re.compile(r"^[\s\ufeff\u200b\u2060]+|[\s\ufeff\u200b\u2060]+$")
KEY = re.compile(r"[\x20-\x7e]*")
# Other headers may hold any letter of Latin-1.
VALUE = re.compile(r"[\t\x20-\x7e\xa0-\xff]*")

CREDENTIAL = re.compile(r".*(authorization|cookie|key|token|secret|password).*", re.IGNORECASE)
HIDDEN = "[key]"
SHORTEST = 8  # shorter values are no secrets, and could be any word of a sentence
SHORTEST_PART = 6  # of a key that the end of an error's words has cut

# The loggers of httpx and httpx2. A filter of a logger doesn't see what its children log.
LOGGERS = [
    *(f"httpx{edition}" for edition in ("", "2")),
    *(
        f"httpcore{edition}.{part}"
        for edition in ("", "2")
        for part in ("connection", "http11", "http2", "proxy", "socks")
    ),
]


def clean_key(text: str, source: str) -> str:
    """Return a key without the white space around it.

    Args:
        text: the key as it was given.
        source: where it comes from, for the sentence that refuses it.

    Raises:
        ValueError: no header can hold it; the sentence does not repeat it.
    """
    key = AROUND.sub("", text)
    if not KEY.fullmatch(key):
        raise ValueError(
            f"{source} holds a character that no key has, such as a line end in the middle: "
            "copy the key again."
        )
    return key


def clean_headers(headers: Mapping[str, Any]) -> dict[str, Any]:
    """Return headers whose values can be sent.

    Raises:
        ValueError: a value can't be sent; the sentence names the header alone.
    """
    return {name: _clean_value(name, value) for name, value in headers.items()}


def _clean_value(name: str, value: object) -> bytes:
    text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
    if CREDENTIAL.fullmatch(name):
        return clean_key(text, f"The header {name}").encode()
    text = text.strip()
    if not VALUE.fullmatch(text):
        raise ValueError(f"The header {name} holds a character that no header can hold.")
    return text.encode("latin-1")


def strike(error: BaseException, headers: Mapping[str, str]) -> None:
    """Strike the request's keys out of the words of an error and of its causes.

    Args:
        error: what went wrong; servers and proxies may repeat in it what they were sent.
        headers: those of the request.
    """
    secrets = sorted(_secrets(headers), key=len, reverse=True)
    cause: BaseException | None = error
    while secrets and cause is not None:
        cause.args = tuple(_without(secrets, one) for one in cause.args)
        cause = cause.__cause__ or cause.__context__


class _KeyFilter(logging.Filter):
    """Strikes keys out of what is logged, before any handler gets it."""

    def __init__(self) -> None:
        super().__init__()
        self.secrets: set[str] = set()

    def filter(self, record: logging.LogRecord) -> bool:
        words = record.getMessage()
        record.msg = _without(sorted(self.secrets, key=len, reverse=True), words)
        record.args = None
        return True


_KEY_FILTER = _KeyFilter()


def keep_out_of_logs(headers: Mapping[str, str]) -> None:
    """Strike the keys of a request out of all that an HTTP library logs from now on.

    At the level DEBUG a library logs the headers that a server sends back, and a server may
    repeat in them what it was sent.
    """
    secrets = _secrets(headers)
    # An error quotes what it couldn't read, and the log quotes the error.
    _KEY_FILTER.secrets |= secrets | {repr(secret)[1:-1] for secret in secrets}
    for name in LOGGERS:
        logging.getLogger(name).addFilter(_KEY_FILTER)  # once: a logger knows its filters


def _secrets(headers: Mapping[str, str]) -> set[str]:
    """Return the values that nobody may read, in each form in which they may be written."""
    values = [value for name, value in headers.items() if CREDENTIAL.fullmatch(name)]
    parts = {part for value in values for part in (value, *value.split())}
    return {form for part in parts if len(part) >= SHORTEST for form in _forms(part)}


def _forms(secret: str) -> Iterator[str]:
    sent = secret.encode("latin-1", "replace")
    yield secret
    yield repr(sent)[2:-1]
    yield sent.decode("utf-8", "replace")
    yield repr(secret)[1:-1]
    yield json.dumps(secret)[1:-1]
    yield quote(secret, safe="")


def _without(secrets: list[str], words: object) -> object:
    if not isinstance(words, str):
        return words
    for secret in secrets:
        words = _without_end(secret, words.replace(secret, HIDDEN))
    return words


def _without_end(secret: str, words: str) -> str:
    """Return words that don't end in the beginning of a secret: a quotation may be cut."""
    bare = words.rstrip("'\"")
    for length in range(len(secret) - 1, SHORTEST_PART - 1, -1):
        if bare.endswith(secret[:length]):
            return bare[:-length] + HIDDEN + words[len(bare) :]
    return words
