"""Switches: the booleans of an input that a prompt asks for, or against."""

import re
from typing import Any

from ..rules.schemas import Path
from .clues import without_quotes, words_of
from .schema_reader import LONGEST_TEXT, SchemaReader, find_parts, type_for

NOT = frozenset(["no", "not", "without", "don't", "never", "non", "nor", "dont"])
OFF = frozenset(["false", "off", "no"])
# Words in the name of a switch that say nothing of it, and some that a prompt holds anyway.
IDLE = frozenset(words_of("is has include should want with only use be get in on of to a the"))
VAGUE = frozenset(
    words_of("all any new full run file files i n o x v r f q s long short first last")
)


def truths(reader: SchemaReader, schema: object, path: Path) -> dict[Path, Any]:
    """Return the booleans that the prompt names: true, or false after a `no`."""
    found: dict[Path, Any] = {}
    for option in reader.variants(reader.flat(schema, path), path):
        kind = type_for(option)
        if kind == "object" and len(path) < 5:
            for name, part in find_parts(option, "properties").items():
                found |= truths(reader, part, (*path, name))
        elif kind == "boolean" and path:
            told = _read_switch(str(path[-1]), reader.prompt)
            if told is not None:
                found[path] = told
    return found


def _read_switch(name: str, prompt: str) -> bool | None:
    """Return whether a prompt asks for a switch of this name or against it; None for neither.

    All telling words of the name must stand close together: "run the tests" says nothing of
    run_in_background.
    """
    wanted = [word for word in words_of(name) if word not in IDLE]
    if not wanted or (wanted[0] in VAGUE and len(wanted) == 1):
        return None
    plain = without_quotes(prompt[:LONGEST_TEXT]).casefold().replace("’", "'")
    heard = re.findall(r"[\w']+", plain)
    places = [
        next((at for at, one in enumerate(heard) if _says(one, word)), None) for word in wanted
    ]
    found = [at for at in places if at is not None]
    if len(found) < len(wanted) or max(found) - min(found) > len(wanted) + 2:
        return None
    before, after = heard[max(min(found) - 3, 0) : min(found)], heard[max(found) + 1 :][:2]
    return not (NOT & set(before) or OFF & set(after))


def _says(heard: str, word: str) -> bool:
    """Return whether a word that was heard is this one: "recursively" for `recursive`."""
    return word in words_of(heard) or (len(word) > 4 and heard.startswith(word))
