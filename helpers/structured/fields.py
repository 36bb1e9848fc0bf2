"""A live view of JSON that is still being written: each field once its end was seen.

    view = FieldsView()
    view.feed('{"city": "Lag')        # []
    view.feed('os", "days": 3')       # [Field(("city",), "Lagos")]
    view.feed("1}")                   # [Field(("days",), 31)]

For showing only: what commits here has not been validated and must never start a tool.

Parsing all of the text again at each fragment would cost the square of its length. Here
each character is looked at once, and `json` parses each token once, when it has ended.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from helpers.wire.tool_input import not_json

__all__ = ["Field", "FieldsView"]

# A field carries its path, so without a limit the paths alone could be a text's square.
MAX_DEPTH = 100

SPACE = " \t\n\r"
PUNCTUATION = "[]{}:,"
STRING = re.compile(r'(?:[^"\\]++|\\.)*+', re.DOTALL)  # up to its end, or half an escape
WORD = re.compile(r'[^][{}:," \t\n\r]*+')  # a number, true, false, null, or nonsense


@dataclass(frozen=True, slots=True)
class Field:
    """A string, number, bool or null, or an empty {} or [], and the keys that lead to it."""

    path: tuple[str | int, ...]
    value: Any


class FieldsView:
    """Read growing JSON and give each field as soon as it can't change any more.

    A number at the top level never commits: nothing says that it has ended.

    Attributes:
        broken: "", or why it stopped reading.
        finished: whether the JSON was read to its end.
    """

    def __init__(self) -> None:
        self.broken = ""
        self.finished = False
        self._path: list[str | int] = []  # the key or index in each open bracket
        self._keys: list[set[str]] = []  # what keys each open object has so far
        self._expected = "a value"
        self._pieces: list[str] = []  # a string or word that has not ended yet
        self._backslash = ""  # an escape's first half

    @property
    def writing(self) -> Field | None:
        """The value that has begun and not ended, as the JSON it has so far; for showing."""
        if self._pieces and self._expected in ("a value", "a value or ]"):
            return Field(tuple(self._path), "".join(self._pieces))
        return None

    @property
    def place(self) -> tuple[str | int, ...]:
        """The keys and indexes of all brackets that are open now."""
        return tuple(self._path)

    def feed(self, fragment: str) -> list[Field]:
        """Take the next fragment; return the fields that it completes. Never raises."""
        fields: list[Field] = []
        if not self.broken:
            try:
                for token in self._tokens(fragment):
                    fields += self._take(token)
            except ValueError as error:
                self.broken = str(error)
        return fields

    def _tokens(self, fragment: str) -> Iterator[str]:
        """Give the tokens that end in this fragment; keep the one that doesn't."""
        text = self._backslash + fragment
        self._backslash = ""
        at = 0
        while at < len(text):
            if not self._pieces:
                first = text[at]
                at += 1
                if first in SPACE:
                    continue
                if first in PUNCTUATION:
                    yield first
                    continue
                if self.finished:
                    raise ValueError(f"expected {self._expected}, got {first!r}")
                self._pieces.append(first)
            in_string = self._pieces[0] == '"'
            start, at = at, _end(STRING if in_string else WORD, text, at)
            self._pieces.append(text[start:at])
            if at == len(text):
                break
            if in_string:
                if text[at] == "\\":
                    self._backslash = "\\"
                    break
                self._pieces.append('"')
                at += 1
            token = "".join(self._pieces)
            self._pieces.clear()
            yield token

    def _take(self, token: str) -> Iterator[Field]:
        """Go on by one token, which may complete a field."""
        match self._expected, token:
            case (("a value" | "a value or ]"), "{"):
                self._open("", "a key or }")
                self._keys.append(set())
            case (("a value" | "a value or ]"), "["):
                self._open(0, "a value or ]")
            case (("a value" | "a value or ]"), _) if token not in PUNCTUATION:
                yield Field(tuple(self._path), _parse(token))
                self._end_value()
            case (("a key" | "a key or }"), _) if token.startswith('"'):
                key = _parse(token)
                if key in self._keys[-1]:  # the field that is out already would change
                    raise ValueError(f"the key {_short(token)} comes twice")
                self._keys[-1].add(key)
                self._path[-1] = key
                self._expected = ":"
            case ":", ":":
                self._expected = "a value"
            case "a comma or }", ",":
                self._expected = "a key"
            case "a comma or ]", ",":
                self._path.append(int(self._path.pop()) + 1)
                self._expected = "a value"
            case ("a key or }", "}") | ("a value or ]", "]"):
                self._close(token)
                yield Field(tuple(self._path), {} if token == "}" else [])
            case ("a comma or }", "}") | ("a comma or ]", "]"):
                self._close(token)
            case _:
                raise ValueError(f"expected {self._expected}, got {_short(token)}")

    def _open(self, first: str | int, expected: str) -> None:
        if len(self._path) == MAX_DEPTH:
            raise ValueError(f"nested deeper than {MAX_DEPTH} levels")
        self._path.append(first)
        self._expected = expected

    def _close(self, bracket: str) -> None:
        self._path.pop()
        if bracket == "}":
            self._keys.pop()
        self._end_value()

    def _end_value(self) -> None:
        """Expect what may follow a value: it depends on the bracket around it."""
        if not self._path:
            self._expected = "nothing more"
            self.finished = True
        elif isinstance(self._path[-1], int):
            self._expected = "a comma or ]"
        else:
            self._expected = "a comma or }"


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    assert match is not None  # both patterns match the empty string too
    return match.end()


# Python's json takes NaN and Infinity, which JSON doesn't have.
_DECODER = json.JSONDecoder(parse_constant=not_json)


def _parse(token: str) -> Any:
    try:
        return _DECODER.decode(token)
    except json.JSONDecodeError as error:
        raise ValueError(f"{_short(token)}: {error.msg}") from None


def _short(token: str) -> str:
    return token if len(token) <= 40 else token[:39] + "…"
