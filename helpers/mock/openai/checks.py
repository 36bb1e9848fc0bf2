"""Small checks of one value each, in the words that OpenAI's API has for them."""

from collections.abc import Callable

from .errors import OpenAIError


def expect(name: str, value: object, kind: str) -> None:
    """Raise OpenAIError unless a value of the request is of this kind, a name in KINDS."""
    if not KINDS[kind](value):
        raise OpenAIError(
            f"Invalid type for '{name}': expected {kind}, but got {describe(value)} instead.",
            name,
            "invalid_type",
        )


def expect_number(name: str, value: object, low: int, high: int | None = None) -> None:
    """Raise OpenAIError unless a value of the request is a whole number in these bounds."""
    expect(name, value, "an integer")
    assert isinstance(value, int)
    if value < low:
        side, word, bound = "below minimum", "min", f">= {low}"
    elif high is not None and value > high:
        side, word, bound = "above maximum", "max", f"<= {high}"
    else:
        return
    raise OpenAIError(
        f"Invalid '{name}': integer {side} value. Expected a value {bound}, "
        f"but got {value} instead.",
        name,
        "integer_" + ("below_min_value" if word == "min" else "above_max_value"),
    )


def expect_one_of(name: str, value: object, known: tuple[str, ...]) -> None:
    """Raise OpenAIError unless a value of the request is one of these words."""
    expect(name, value, "a string")
    if value not in known:
        words = [f"'{word}'" for word in known]
        options = f"{', '.join(words[:-1])}, and {words[-1]}" if len(words) > 1 else words[0]
        raise OpenAIError(
            f"Invalid value: '{value}'. Supported values are: {options}.", name, "invalid_value"
        )


def expect_entries(name: str, value: object) -> None:
    """Raise OpenAIError unless a value of the request is a list of objects that isn't empty."""
    expect(name, value, "an array of objects")
    if not value:
        raise OpenAIError(
            f"Invalid '{name}': empty array. Expected an array with minimum length 1, "
            "but got an empty array instead.",
            name,
            "empty_array",
        )
    assert isinstance(value, list)
    for index, entry in enumerate(value):
        expect(f"{name}[{index}]", entry, "an object")


def describe(value: object) -> str:
    """Return what kind of JSON value this is."""
    if value is None:
        return "null"
    if isinstance(value, list) and value and all(isinstance(entry, dict) for entry in value):
        return "an array of objects"
    plain = ("a boolean", "an integer", "a decimal", "a string", "an array", "an object")
    return next(kind for kind in plain if KINDS[kind](value))


KINDS: dict[str, Callable[[object], bool]] = {
    "a boolean": lambda value: isinstance(value, bool),
    "an integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "a decimal": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "a string": lambda value: isinstance(value, str),
    "an object": lambda value: isinstance(value, dict),
    "an array": lambda value: isinstance(value, list),
    "an array of objects": lambda value: isinstance(value, list),
    "one of a string or array of objects": lambda value: isinstance(value, str | list),
}
