"""Bytes cut into the blocks of an event stream, and the JSON in one."""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple, TypeGuard


class RawEvent(NamedTuple):
    """One block of an event stream: what its lines say, None for a line that isn't there."""

    name: str | None
    data: str | None


class Reader:
    """Cuts bytes into the blocks of an event stream, each when its blank line is there."""

    def __init__(self) -> None:
        self._held = bytearray()  # a line that has not ended
        self._after_cr = False
        self._name: str | None = None
        self._data: list[str] = []
        self._lines = 0  # of the block that has not ended

    def feed(self, data: bytes) -> Iterator[RawEvent]:
        """Yield the blocks that these bytes complete.

        Raises UnicodeDecodeError where a line is not UTF-8.
        """
        for piece in re.split(rb"(\r\n|\r|\n)", data):
            if piece not in (b"\r\n", b"\r", b"\n"):
                self._held += piece
                self._after_cr = self._after_cr and not piece
                continue
            if piece == b"\n" and self._after_cr:  # the second half of a CRLF cut in two
                self._after_cr = False
                continue
            self._after_cr = piece == b"\r"
            line, self._held = bytes(self._held), bytearray()
            if line:
                self._line(line.decode())
            elif self._lines:
                block = RawEvent(self._name, "\n".join(self._data) if self._data else None)
                self._name, self._data, self._lines = None, [], 0
                if block != (None, None):  # a comment alone is no event
                    yield block

    @property
    def is_unfinished(self) -> bool:
        """Whether bytes wait for the end of their line or for the blank line."""
        return bool(self._held or self._lines)

    def _line(self, line: str) -> None:
        self._lines += 1
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "event":
            self._name = value
        elif field == "data":
            self._data.append(value)


def bracket_name(raw: RawEvent) -> str:
    """Return an event's name in brackets, for a sentence about it."""
    return f" ({raw.name[:40]})" if raw.name else ""


def parse(raw: RawEvent) -> dict[str, Any]:
    """Return the JSON object in an event; raises ValueError with a sentence if there is none."""
    if raw.data is None:
        raise ValueError("it has no data: line, so readers drop it.")
    if raw.data == "[DONE]":
        raise ValueError("[DONE] ends a chat completion's stream; it has no place in this one.")
    try:
        value = json.loads(raw.data, parse_constant=not_json)
    except RecursionError:
        raise ValueError("its data is nested too deeply to be read.") from None
    except ValueError as error:
        raise ValueError(f"its data is not JSON: {error}.") from None
    if not isinstance(value, dict):
        raise ValueError(f"its data is {kind_of(value)}, not a JSON object.")
    return value


def not_json(constant: str) -> None:
    """Refuse NaN and Infinity, which Python's reader would take."""
    raise ValueError(f"{constant} is not a JSON value")


def kind_of(value: object) -> str:
    """Return what a JSON value is, in words."""
    if value is None:
        return "null"
    words = {str: "a string", bool: "a boolean", list: "a list", dict: "an object"}
    return words.get(type(value), "a number")


def is_count(value: object) -> TypeGuard[int]:
    """Tell whether a JSON value is a whole number from 0."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
