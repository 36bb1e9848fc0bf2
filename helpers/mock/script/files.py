"""Scenario files: read from YAML, and every mistake named by file, line and field."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from ..settings import Settings, SettingsError
from . import shape
from .entries import parts_of
from .parts import Part, ServerToolUse, ToolUse
from .scenario import Scenario, Turn, words
from .shape import Mistake

FOLDER = Path(__file__).parents[1] / "scenarios"


class ScenarioError(ValueError):
    """A scenario file can't be used; the message says which file, where, and why."""


def load(*places: Path) -> list[Scenario]:
    """Return the scenarios of files and folders, in this order; by default the course's own.

    A folder's come in the order of their names. Of two that fit a prompt equally well the
    first one answers, so put your own before FOLDER.

    Raises ScenarioError if one can't be used.
    """
    scenarios: list[Scenario] = []
    for place in places or (FOLDER,):
        files = sorted(place.glob("*.yaml")) if place.is_dir() else [place]
        if not files:
            raise ScenarioError(f"{place} holds no scenario: there is no .yaml file in it.")
        scenarios += [read(path) for path in files]
    return scenarios


def read(path: Path) -> Scenario:
    """Return the scenario in a file; raises ScenarioError if it has none that works."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ScenarioError(f"{path} can't be read: {error.strerror}.") from None
    except ValueError as error:
        raise ScenarioError(f"{path.name} can't be read: {error}.") from None
    return _parse(path.name, text)


# Each offline API loads all of them, and a lesson makes dozens in one process.
@lru_cache(maxsize=256)
def _parse(name: str, text: str) -> Scenario:
    lines: dict[str, int] = {}
    try:
        loader = yaml.SafeLoader(text)
        node = loader.get_single_node()
        note_lines(node, "", lines)
        return _scenario(Path(name).stem, loader.construct_document(node) if node else None)
    except Mistake as error:
        raise ScenarioError(f"{name}, line {find(error.place, lines)}: {error}") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f", line {mark.line + 1}" if mark else ""
        raise ScenarioError(f"{name}{line}: this is not YAML: {error.problem}.") from None
    except (ValueError, yaml.YAMLError, RecursionError) as error:
        raise ScenarioError(f"{name} can't be read: {error}.") from None


def note_lines(node: yaml.Node | None, place: str, lines: dict[str, int]) -> None:
    """Note for each place in a document on which line it stands, from 1."""
    if node is None:
        return
    lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        for index, entry in enumerate(node.value):
            note_lines(entry, f"{place}[{index}]", lines)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue
            inner = f"{place}.{key.value}" if place else str(key.value)
            if inner in lines:
                lines[inner] = key.start_mark.line + 1
                raise Mistake(inner, f"{inner} is given a second time.")
            lines[inner] = key.start_mark.line + 1
            note_lines(value, inner, lines)


def find(place: str, lines: Mapping[str, int]) -> int:
    """Return the line of a place, or of the nearest one around it."""
    while place not in lines and place:
        place = place[: max(place.rfind("."), place.rfind("["), 0)]
    return lines.get(place, 1)


def _scenario(name: str, data: object) -> Scenario:
    needed, more = {"prompt", "when", "turns"}, {"about", "without_tool", "settings", "listed"}
    fields = shape.mapping("", data, needed, more)
    when = []
    for index, line in enumerate(shape.list_("when", fields["when"])):
        when.append(words(shape.string(f"when[{index}]", line)))
        if not when[-1]:
            raise Mistake(f"when[{index}]", f"when[{index}] must hold a word, or any prompt fits.")
    turns = []
    for index, entry in enumerate(shape.list_("turns", fields["turns"])):
        where = f"turns[{index}]"
        turn = shape.mapping(where, entry, {"content"}, {"content_if_error"})
        content = parts_of(f"{where}.content", turn["content"])
        if_error = content
        if "content_if_error" in turn:
            if_error = parts_of(f"{where}.content_if_error", turn["content_if_error"])
        turns.append(Turn(content, if_error))
    without_tool: tuple[Part, ...] = ()
    if "without_tool" in fields:
        without_tool = parts_of("without_tool", fields["without_tool"])
        for part in without_tool:
            if isinstance(part, ToolUse | ServerToolUse):
                raise Mistake(
                    "without_tool", f"without_tool can't call {part.name}: it isn't there."
                )
    said = [part for turn in turns for part in (*turn.content, *turn.content_if_error)]
    if not without_tool and any(isinstance(part, ToolUse | ServerToolUse) for part in said):
        raise Mistake(
            "turns", "a turn calls a tool, so without_tool must say what to answer instead."
        )
    settings = _settings(fields.get("settings", {}))
    prompt = shape.string("prompt", fields["prompt"])
    listed = fields.get("listed", True)
    if not isinstance(listed, bool):
        raise Mistake("listed", f"listed must be true or false, not {listed!r}.")
    return Scenario(name, prompt, tuple(when), tuple(turns), without_tool, settings, listed)


def _settings(value: object) -> Mapping[str, Any]:
    try:
        Settings.from_json(value)
    except SettingsError as error:
        field = str(error).split(maxsplit=1)[0]
        raise Mistake(f"settings.{field}", f"settings: {error}") from None
    assert isinstance(value, Mapping)
    return value
