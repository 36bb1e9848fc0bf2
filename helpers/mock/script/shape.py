"""Small checks of one value in a scenario file each; what is wrong is named by its place."""

import difflib
from typing import Any


class Mistake(ValueError):
    """Something in a file is wrong.

    place: where it stands, as a path of names and numbers: turns[0].content[1].input.
    """

    def __init__(self, place: str, message: str) -> None:
        super().__init__(message)
        self.place = place


def mapping(where: str, value: object, needed: set[str], more: set[str]) -> dict[str, Any]:
    """Return a mapping with these fields and no others; raises Mistake if it is none."""
    shown = where or "the file"
    if not isinstance(value, dict):
        raise Mistake(where, f"{shown} must be a mapping with {', '.join(sorted(needed))}.")
    known = sorted(needed | more)
    for name in value:
        if name not in known:
            place = f"{where}.{name}" if where else str(name)
            hint = suggestion([name], known)
            raise Mistake(place, f"{shown} can't hold {name!r}; it knows {', '.join(known)}{hint}.")
    for name in sorted(needed - value.keys()):
        raise Mistake(where, f"{shown} needs {name!r}.")
    return value


def suggestion(names: Any, known: Any) -> str:
    """Return the known name that is closest to one of these, in brackets; "" if none is."""
    close = [hit for name in names for hit in difflib.get_close_matches(str(name), known, 1)]
    return f" (did you mean {close[0]!r}?)" if close else ""


def list_(where: str, value: object) -> list[Any]:
    """Return a list that isn't empty; raises Mistake if it is none."""
    if not isinstance(value, list) or not value:
        raise Mistake(where, f"{where} must be a list with at least one entry.")
    return value


def string(where: str, value: object) -> str:
    """Return a text that can be sent; raises Mistake if it is none."""
    if not isinstance(value, str):
        raise Mistake(where, f"{where} must be text, not {value!r}; put it in quotes if it is.")
    if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
        raise Mistake(where, f"{where} holds half of a surrogate pair, which can't be sent.")
    return value


def one_of(where: str, value: object, known: tuple[str, ...]) -> str:
    """Return one of the known words; raises Mistake if it is another."""
    if not isinstance(value, str) or value not in known:
        raise Mistake(where, f"{where} must be one of {', '.join(known)}, not {value!r}.")
    return value


def json_value(where: str, value: object) -> None:
    """Raise Mistake unless JSON can say this value."""
    match value:
        case str():
            string(where, value)
        case None | bool() | int():
            pass
        case float() if value - value == 0:  # neither infinite nor not a number
            pass
        case list():
            for index, entry in enumerate(value):
                json_value(f"{where}[{index}]", entry)
        case dict():
            for name, entry in value.items():
                string(f"{where}.{name}", name)
                json_value(f"{where}.{name}", entry)
        case _:
            raise Mistake(where, f"{where} can't be said in JSON; put it in quotes if it is text.")
