"""Scenario files: read from YAML, checked, and every mistake named by file, line and field."""

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from ..settings import Settings, SettingsError
from .parts import (
    Json,
    Page,
    Part,
    RedactedThinking,
    SearchResults,
    ServerToolUse,
    Stop,
    Text,
    Thinking,
    ToolUse,
    Whole,
)

FOLDER = Path(__file__).parents[1] / "scenarios"
STOP_REASONS = ("max_tokens", "model_context_window_exceeded", "pause_turn", "refusal")
REFUSALS = ("bio", "cyber", "frontier_llm", "general_harms", "reasoning_extraction")
SEARCH_ERRORS = (
    "invalid_tool_input",
    "max_uses_exceeded",
    "query_too_long",
    "request_too_large",
    "too_many_requests",
    "unavailable",
)
# What each type of citation says beside the text it cites: (needed, null unless given).
CITATIONS = {
    "web_search_result_location": ({"url"}, {"title"}),
    "char_location": (
        {"document_index", "start_char_index", "end_char_index"},
        {"document_title", "file_id"},
    ),
    "page_location": (
        {"document_index", "start_page_number", "end_page_number"},
        {"document_title", "file_id"},
    ),
    "content_block_location": (
        {"document_index", "start_block_index", "end_block_index"},
        {"document_title", "file_id"},
    ),
    "search_result_location": (
        {"search_result_index", "source", "start_block_index", "end_block_index"},
        {"title"},
    ),
}


def words(text: str) -> frozenset[str]:
    """Return the words of a text, in lower case."""
    return frozenset(re.findall(r"\w+", text.casefold()))


class ScenarioError(ValueError):
    """A scenario file can't be used; the message says which file, where, and why."""


@dataclass(frozen=True)
class Turn:
    """What one turn of the assistant says, and what it says when the tool before it failed."""

    content: tuple[Part, ...]
    content_if_error: tuple[Part, ...]


@dataclass(frozen=True)
class Scenario:
    """A prompt that the offline API knows, and its answers.

    prompt: the prompt as a person would write it; it is what the fallback suggests.
    when: sets of words; the scenario fits a prompt that holds all words of one of them.
    turns: the answers; a conversation that goes on longer gets the last one again.
    without_tool: the answer to a request that doesn't offer the tool a turn wants to call.
    settings: what it changes in the offline API's settings, as JSON, while it answers.
    listed: whether the answer to an unknown prompt suggests it.
    """

    name: str
    prompt: str
    when: tuple[frozenset[str], ...]
    turns: tuple[Turn, ...]
    without_tool: tuple[Part, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)
    listed: bool = True


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
    except Wrong as error:
        raise ScenarioError(f"{name}, line {find(error.place, lines)}: {error}") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f", line {mark.line + 1}" if mark else ""
        raise ScenarioError(f"{name}{line}: this is not YAML: {error.problem}.") from None
    except (ValueError, yaml.YAMLError, RecursionError) as error:
        raise ScenarioError(f"{name} can't be read: {error}.") from None


class Wrong(ValueError):
    """Something in a file is wrong.

    place: where it stands, as a path of names and numbers: turns[0].content[1].input.
    """

    def __init__(self, place: str, message: str) -> None:
        super().__init__(message)
        self.place = place


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
                raise Wrong(inner, f"{inner} is given a second time.")
            lines[inner] = key.start_mark.line + 1
            note_lines(value, inner, lines)


def find(place: str, lines: Mapping[str, int]) -> int:
    """Return the line of a place, or of the nearest one around it."""
    while place not in lines and place:
        place = place[: max(place.rfind("."), place.rfind("["), 0)]
    return lines.get(place, 1)


def _scenario(name: str, data: object) -> Scenario:
    needed, more = {"prompt", "when", "turns"}, {"about", "without_tool", "settings", "listed"}
    fields = _object("", data, needed, more)
    when = []
    for index, line in enumerate(_list("when", fields["when"])):
        when.append(words(_string(f"when[{index}]", line)))
        if not when[-1]:
            raise Wrong(f"when[{index}]", f"when[{index}] must hold a word, or any prompt fits.")
    turns = []
    for index, entry in enumerate(_list("turns", fields["turns"])):
        where = f"turns[{index}]"
        turn = _object(where, entry, {"content"}, {"content_if_error"})
        content = _parts(f"{where}.content", turn["content"])
        if_error = content
        if "content_if_error" in turn:
            if_error = _parts(f"{where}.content_if_error", turn["content_if_error"])
        turns.append(Turn(content, if_error))
    without_tool: tuple[Part, ...] = ()
    if "without_tool" in fields:
        without_tool = _parts("without_tool", fields["without_tool"])
        for part in without_tool:
            if isinstance(part, ToolUse | ServerToolUse):
                raise Wrong("without_tool", f"without_tool can't call {part.name}: it isn't there.")
    said = [part for turn in turns for part in (*turn.content, *turn.content_if_error)]
    if not without_tool and any(isinstance(part, ToolUse | ServerToolUse) for part in said):
        raise Wrong(
            "turns", "a turn calls a tool, so without_tool must say what to answer instead."
        )
    settings = _settings(fields.get("settings", {}))
    prompt = _string("prompt", fields["prompt"])
    listed = fields.get("listed", True)
    if not isinstance(listed, bool):
        raise Wrong("listed", f"listed must be true or false, not {listed!r}.")
    return Scenario(name, prompt, tuple(when), tuple(turns), without_tool, settings, listed)


def _settings(value: object) -> Mapping[str, Any]:
    try:
        Settings.from_json(value)
    except SettingsError as error:
        field = str(error).split(maxsplit=1)[0]
        raise Wrong(f"settings.{field}", f"settings: {error}") from None
    assert isinstance(value, Mapping)
    return value


def _parts(where: str, value: object) -> tuple[Part, ...]:
    parts: list[Part] = []
    for index, entry in enumerate(_list(where, value)):
        place = f"{where}[{index}]"
        if parts and isinstance(parts[-1], Stop):
            raise Wrong(place, f"{place} comes after stop_reason, which must be the last entry.")
        if not isinstance(entry, dict):
            raise Wrong(place, f"{place} must be a mapping: one of {', '.join(ENTRIES)}.")
        kind = next((kind for kind in ENTRIES if kind in entry), None)
        if kind is None:
            raise Wrong(
                place, f"{place} needs one of {', '.join(ENTRIES)}{_meant(entry, ENTRIES)}."
            )
        parts += ENTRIES[kind](place, entry)
    return tuple(parts)


# One function for each kind of entry in a turn's content; each returns the parts it stands for.


def _text(where: str, entry: dict[str, Any]) -> list[Part]:
    fields = _object(where, entry, {"text"}, {"citations"})
    citations: tuple[dict[str, Any], ...] = ()
    if "citations" in fields:
        cited = _list(f"{where}.citations", fields["citations"])
        places = [f"{where}.citations[{index}]" for index in range(len(cited))]
        citations = tuple(map(_citation, places, cited))
    return [Text(_said(where, "text", fields), citations)]


def _citation(where: str, entry: object) -> dict[str, Any]:
    default = "web_search_result_location"
    kind = entry.get("type", default) if isinstance(entry, dict) else default
    needed, more = CITATIONS[_one_of(f"{where}.type", kind, tuple(CITATIONS))]
    fields = _object(where, entry, needed | {"cited_text"}, more | {"type"})
    for name, value in fields.items():
        place = f"{where}.{name}"
        if name.endswith(("_index", "_number")):
            if not isinstance(value, int) or isinstance(value, bool) or value < 0:
                raise Wrong(place, f"{place} must be a whole number from 0, not {value!r}.")
        elif value is not None or name in needed:
            _string(place, value)
    return {"type": kind} | dict.fromkeys(sorted(more)) | fields


def _json(where: str, entry: dict[str, Any]) -> list[Part]:
    fields = _object(where, entry, {"json"}, {"cut"})
    _check_json(f"{where}.json", fields["json"])
    cut = fields.get("cut", 1.0)
    if not isinstance(cut, float) or not 0 < cut <= 1:
        raise Wrong(f"{where}.cut", f"{where}.cut must be a share such as 0.5, not {cut!r}.")
    return [Json(fields["json"], cut)]


def _thinking(where: str, entry: dict[str, Any]) -> list[Part]:
    return [Thinking(_said(where, "thinking", _object(where, entry, {"thinking"}, set())))]


def _redacted_thinking(where: str, entry: dict[str, Any]) -> list[Part]:
    fields = _object(where, entry, {"redacted_thinking"}, set())
    return [RedactedThinking(_said(where, "redacted_thinking", fields))]


def _tool_use(where: str, entry: dict[str, Any]) -> list[Part]:
    fields = _object(where, entry, {"tool_use"}, {"input"})
    return [ToolUse(_string(f"{where}.tool_use", fields["tool_use"]), _input(where, fields))]


def _server_tool_use(where: str, entry: dict[str, Any]) -> list[Part]:
    fields = _object(where, entry, {"server_tool_use"}, {"input"})
    name = _string(f"{where}.server_tool_use", fields["server_tool_use"])
    return [ServerToolUse(name, _input(where, fields))]


def _web_search(where: str, entry: dict[str, Any]) -> list[Part]:
    fields = _object(where, entry, {"web_search"}, {"results", "error"})
    query = _string(f"{where}.web_search", fields["web_search"])
    return [ServerToolUse("web_search", {"query": query}), *_found(where, fields)]


def _web_search_results(where: str, entry: dict[str, Any]) -> list[Part]:
    fields = _object(where, entry, {"web_search_results"}, set())
    return _found(where, {"results": fields["web_search_results"]}, "web_search_results")


def _found(where: str, fields: dict[str, Any], name: str = "results") -> list[Part]:
    if "error" in fields:
        code = _one_of(f"{where}.error", fields["error"], SEARCH_ERRORS)
        if "results" in fields:
            raise Wrong(f"{where}.error", f"{where} can't hold both results and error.")
        return [SearchResults(error=code)]
    if "results" not in fields:
        return []  # a search that isn't done yet, before stop_reason: pause_turn
    pages = []
    for index, page in enumerate(_list(f"{where}.{name}", fields["results"])):
        place = f"{where}.{name}[{index}]"
        said = _object(place, page, {"title", "url"}, {"text", "page_age"})
        pages.append(Page(**{name: _string(f"{place}.{name}", said[name]) for name in said}))
    return [SearchResults(tuple(pages))]


def _block(where: str, entry: dict[str, Any]) -> list[Part]:
    block = _object(where, entry, {"block"}, set())["block"]
    if not isinstance(block, dict) or not isinstance(block.get("type"), str):
        raise Wrong(f"{where}.block", f"{where}.block must be a mapping with a type.")
    _check_json(f"{where}.block", block)
    return [Whole(block)]


def _stop(where: str, entry: dict[str, Any]) -> list[Part]:
    fields = _object(where, entry, {"stop_reason"}, {"category", "explanation"})
    reason = _one_of(f"{where}.stop_reason", fields["stop_reason"], STOP_REASONS)
    if reason != "refusal":
        for name in ("category", "explanation"):
            if name in fields:
                raise Wrong(f"{where}.{name}", f"{where}.{name} goes with a refusal only.")
        return [Stop(reason)]
    category, explanation = fields.get("category"), fields.get("explanation")
    if category is not None:
        _one_of(f"{where}.category", category, REFUSALS)
    if explanation is not None:
        _string(f"{where}.explanation", explanation)
    return [Stop(reason, {"type": reason, "category": category, "explanation": explanation})]


ENTRIES: dict[str, Callable[[str, dict[str, Any]], list[Part]]] = {
    "text": _text,
    "json": _json,
    "thinking": _thinking,
    "redacted_thinking": _redacted_thinking,
    "tool_use": _tool_use,
    "web_search": _web_search,
    "web_search_results": _web_search_results,
    "server_tool_use": _server_tool_use,
    "block": _block,
    "stop_reason": _stop,
}


def _input(where: str, fields: dict[str, Any]) -> dict[str, Any]:
    value = fields.get("input", {})
    if not isinstance(value, dict):
        raise Wrong(f"{where}.input", f"{where}.input must be a mapping of names to values.")
    _check_json(f"{where}.input", value)
    return value


def _check_json(where: str, value: object) -> None:
    match value:
        case str():
            _string(where, value)
        case None | bool() | int():
            pass
        case float() if value - value == 0:  # neither infinite nor not a number
            pass
        case list():
            for index, entry in enumerate(value):
                _check_json(f"{where}[{index}]", entry)
        case dict():
            for name, entry in value.items():
                _string(f"{where}.{name}", name)
                _check_json(f"{where}.{name}", entry)
        case _:
            raise Wrong(where, f"{where} can't be said in JSON; put it in quotes if it is text.")


def _object(where: str, value: object, needed: set[str], more: set[str]) -> dict[str, Any]:
    shown = where or "the file"
    if not isinstance(value, dict):
        raise Wrong(where, f"{shown} must be a mapping with {', '.join(sorted(needed))}.")
    known = sorted(needed | more)
    for name in value:
        if name not in known:
            place = f"{where}.{name}" if where else str(name)
            meant = _meant([name], known)
            raise Wrong(place, f"{shown} can't hold {name!r}; it knows {', '.join(known)}{meant}.")
    for name in sorted(needed - value.keys()):
        raise Wrong(where, f"{shown} needs {name!r}.")
    return value


def _meant(names: Any, known: Any) -> str:
    close = [hit for name in names for hit in difflib.get_close_matches(str(name), known, 1)]
    return f" (did you mean {close[0]!r}?)" if close else ""


def _list(where: str, value: object) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise Wrong(where, f"{where} must be a list with at least one entry.")
    return value


def _string(where: str, value: object) -> str:
    if not isinstance(value, str):
        raise Wrong(where, f"{where} must be text, not {value!r}; put it in quotes if it is.")
    if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
        raise Wrong(where, f"{where} holds half of a surrogate pair, which can't be sent.")
    return value


def _said(where: str, name: str, fields: dict[str, Any]) -> str:
    said = _string(f"{where}.{name}", fields[name]).rstrip("\n")
    if not said:
        raise Wrong(f"{where}.{name}", f"{where}.{name} is empty.")
    return said


def _one_of(where: str, value: object, known: tuple[str, ...]) -> str:
    if not isinstance(value, str) or value not in known:
        raise Wrong(where, f"{where} must be one of {', '.join(known)}, not {value!r}.")
    return value
