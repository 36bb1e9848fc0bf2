"""Small checks of one value each, in the words that the API has for them."""

from collections.abc import Collection, Mapping
from typing import Any

from ..errors import invalid


def dictionary(where: str, value: object) -> dict[str, Any]:
    """Return a JSON object; raises ApiError if it is something else."""
    if not isinstance(value, dict):
        raise invalid(f"{where}: Input should be a valid dictionary")
    return value


def list_(where: str, value: object) -> list[Any]:
    """Return a JSON array; raises ApiError if it is something else."""
    if not isinstance(value, list):
        raise invalid(f"{where}: Input should be a valid list")
    return value


def string(where: str, value: object) -> str:
    """Return a text; raises ApiError if it is something else."""
    if not isinstance(value, str):
        raise invalid(f"{where}: Input should be a valid string")
    return value


def integer(where: str, value: object, least: int) -> int:
    """Return a whole number; raises ApiError if it is something else or too small."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise invalid(f"{where}: Input should be a valid integer")
    if value < least:
        raise invalid(f"{where}: Input should be greater than or equal to {least}")
    return value


def boolean(where: str, value: object) -> None:
    """Raise ApiError unless a value is true or false."""
    if not isinstance(value, bool):
        raise invalid(f"{where}: Input should be a valid boolean")


def one_of(where: str, value: object, choices: tuple[str, ...]) -> None:
    """Raise ApiError unless a value is one of the choices."""
    if value not in list(choices):  # `in list(...)`: the value may be one that can't be hashed
        *first, last = [repr(choice) for choice in choices]
        named = f"{', '.join(first)} or {last}" if first else last
        raise invalid(f"{where}: Input should be {named}")


def fields(
    where: str, value: Mapping[str, Any], needed: Collection[str], allowed: Collection[str]
) -> None:
    """Raise ApiError if a field is missing, or one is there that has no place here.

    where: the path of the object, "" for the request itself.
    """
    dot = f"{where}." if where else ""
    for name in needed:
        if name not in value:
            raise invalid(f"{dot}{name}: Field required")
    for name in value:
        if name not in needed and name not in allowed:
            raise invalid(f"{dot}{name}: Extra inputs are not permitted")


def tag(where: str, value: Mapping[str, Any], known: Collection[str]) -> str:
    """Return an object's `type`; raises ApiError if it is missing or unknown."""
    if "type" not in value:
        raise invalid(f"{where}.type: Field required")
    name = value["type"]
    if name not in list(known):
        expected = ", ".join(repr(one) for one in known)
        raise invalid(
            f"{where}: Input tag '{name}' found using 'type' does not match any of the "
            f"expected tags: {expected}"
        )
    return str(name)
