"""Tools that run what they are given: commands and code. Nothing is made up for these.

A made-up value in a search does no harm; a made-up command runs on somebody's machine. So a
command is taken from the prompt as it stands there in quotes, or there is no call.
"""

from typing import Any

from ..rules.schemas import Path, types_of
from .clues import words_of


def _set(words: str) -> frozenset[str]:
    return frozenset(words_of(words))


# Properties that hold a command in any tool.
COMMANDS = _set("command commands cmd cmdline commandline script argv")
# Words in the names of tools that run things. One of SHELLS is enough (`remote_shell`); the
# others must be all that the name says (`execute_sql`, not `execute_trade`).
SHELLS = _set("bash sh zsh shell terminal powershell pwsh cmd subprocess ssh ipython repl tmux")
SHELLS |= _set("interpreter")
LANGUAGES = _set("python node javascript js ruby perl jupyter sandbox sql")
RUN = _set("run runs running runner exec execute executes execution executor eval evaluate")
OBJECTS = _set("code command commands script query in a the it program cell tool remote local")
# Properties that hold code in a tool that runs code.
CODE = _set("code source python javascript snippet statement sql program")
ABOUT = _set("description timeout cwd workdir dir directory path folder reason explanation name")


def commands(tool: dict[str, Any]) -> frozenset[Path]:
    """Return the properties of a tool that hold what it runs; none for tools that run nothing."""
    schema = tool["input_schema"]
    properties = schema.get("properties") if isinstance(schema, dict) else None
    if not isinstance(properties, dict):
        return frozenset()
    free = [name for name, part in properties.items() if _is_free_text(part)]
    found = [name for name in free if COMMANDS & set(words_of(name))]
    own = set(words_of(tool["name"]))
    if own & (RUN | SHELLS | LANGUAGES):
        found += [name for name in free if CODE & set(words_of(name))]
    runs_all = own & (RUN | LANGUAGES) and own <= RUN | LANGUAGES | SHELLS | OBJECTS
    if (own & SHELLS or runs_all) and not found:
        required = schema.get("required")
        needed = required if isinstance(required, list) else []
        found = [name for name in free if name in needed and not ABOUT & set(words_of(name))]
    return frozenset((name,) for name in found)


def _is_free_text(schema: object) -> bool:
    """Tell whether any text may stand at a property, or a list of texts."""
    if schema is True:
        return True
    if not isinstance(schema, dict) or "enum" in schema or "const" in schema:
        return False
    choices = schema.get("anyOf") or schema.get("oneOf")
    if isinstance(choices, list):
        return any(_is_free_text(one) for one in choices)
    types = types_of(schema)
    if "array" in types:
        return _is_free_text(schema.get("items", True))
    return not types or "string" in types
