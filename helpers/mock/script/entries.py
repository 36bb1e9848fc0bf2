"""The entries of a turn's content: what each kind may say, and the parts that it stands for."""

from collections.abc import Callable
from typing import Any

from . import shape
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
from .shape import Mistake

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


def parts_of(where: str, value: object) -> tuple[Part, ...]:
    """Return the parts that the content of a turn stands for; raises Mistake if it can't be."""
    parts: list[Part] = []
    for index, entry in enumerate(shape.list_(where, value)):
        place = f"{where}[{index}]"
        if parts and isinstance(parts[-1], Stop):
            raise Mistake(place, f"{place} comes after stop_reason, which must be the last entry.")
        if not isinstance(entry, dict):
            raise Mistake(place, f"{place} must be a mapping: one of {', '.join(ENTRIES)}.")
        kind = next((kind for kind in ENTRIES if kind in entry), None)
        if kind is None:
            raise Mistake(
                place,
                f"{place} needs one of {', '.join(ENTRIES)}{shape.suggestion(entry, ENTRIES)}.",
            )
        parts += ENTRIES[kind](place, entry)
    return tuple(parts)


# One function for each kind of entry in a turn's content; each returns the parts it stands for.


def _text(where: str, entry: dict[str, Any]) -> list[Part]:
    fields = shape.mapping(where, entry, {"text"}, {"citations"})
    citations: tuple[dict[str, Any], ...] = ()
    if "citations" in fields:
        cited = shape.list_(f"{where}.citations", fields["citations"])
        places = [f"{where}.citations[{index}]" for index in range(len(cited))]
        citations = tuple(map(_citation, places, cited))
    return [Text(_read_words(where, "text", fields), citations)]


def _citation(where: str, entry: object) -> dict[str, Any]:
    default = "web_search_result_location"
    kind = entry.get("type", default) if isinstance(entry, dict) else default
    needed, more = CITATIONS[shape.one_of(f"{where}.type", kind, tuple(CITATIONS))]
    fields = shape.mapping(where, entry, needed | {"cited_text"}, more | {"type"})
    for name, value in fields.items():
        place = f"{where}.{name}"
        if name.endswith(("_index", "_number")):
            if not isinstance(value, int) or isinstance(value, bool) or value < 0:
                raise Mistake(place, f"{place} must be a whole number from 0, not {value!r}.")
        elif value is not None or name in needed:
            shape.string(place, value)
    return {"type": kind} | dict.fromkeys(sorted(more)) | fields


def _json(where: str, entry: dict[str, Any]) -> list[Part]:
    fields = shape.mapping(where, entry, {"json"}, {"cut"})
    shape.json_value(f"{where}.json", fields["json"])
    cut = fields.get("cut", 1.0)
    if not isinstance(cut, float) or not 0 < cut <= 1:
        raise Mistake(f"{where}.cut", f"{where}.cut must be a share such as 0.5, not {cut!r}.")
    return [Json(fields["json"], cut)]


def _thinking(where: str, entry: dict[str, Any]) -> list[Part]:
    return [
        Thinking(_read_words(where, "thinking", shape.mapping(where, entry, {"thinking"}, set())))
    ]


def _redacted_thinking(where: str, entry: dict[str, Any]) -> list[Part]:
    fields = shape.mapping(where, entry, {"redacted_thinking"}, set())
    return [RedactedThinking(_read_words(where, "redacted_thinking", fields))]


def _tool_use(where: str, entry: dict[str, Any]) -> list[Part]:
    fields = shape.mapping(where, entry, {"tool_use"}, {"input"})
    return [ToolUse(shape.string(f"{where}.tool_use", fields["tool_use"]), _input(where, fields))]


def _server_tool_use(where: str, entry: dict[str, Any]) -> list[Part]:
    fields = shape.mapping(where, entry, {"server_tool_use"}, {"input"})
    name = shape.string(f"{where}.server_tool_use", fields["server_tool_use"])
    return [ServerToolUse(name, _input(where, fields))]


def _web_search(where: str, entry: dict[str, Any]) -> list[Part]:
    fields = shape.mapping(where, entry, {"web_search"}, {"results", "error"})
    query = shape.string(f"{where}.web_search", fields["web_search"])
    return [ServerToolUse("web_search", {"query": query}), *_read_results(where, fields)]


def _web_search_results(where: str, entry: dict[str, Any]) -> list[Part]:
    fields = shape.mapping(where, entry, {"web_search_results"}, set())
    return _read_results(where, {"results": fields["web_search_results"]}, "web_search_results")


def _read_results(where: str, fields: dict[str, Any], name: str = "results") -> list[Part]:
    if "error" in fields:
        code = shape.one_of(f"{where}.error", fields["error"], SEARCH_ERRORS)
        if "results" in fields:
            raise Mistake(f"{where}.error", f"{where} can't hold both results and error.")
        return [SearchResults(error=code)]
    if "results" not in fields:
        return []  # a search that isn't done yet, before stop_reason: pause_turn
    pages = []
    for index, page in enumerate(shape.list_(f"{where}.{name}", fields["results"])):
        place = f"{where}.{name}[{index}]"
        said = shape.mapping(place, page, {"title", "url"}, {"text", "page_age"})
        pages.append(Page(**{name: shape.string(f"{place}.{name}", said[name]) for name in said}))
    return [SearchResults(tuple(pages))]


def _block(where: str, entry: dict[str, Any]) -> list[Part]:
    block = shape.mapping(where, entry, {"block"}, set())["block"]
    if not isinstance(block, dict) or not isinstance(block.get("type"), str):
        raise Mistake(f"{where}.block", f"{where}.block must be a mapping with a type.")
    shape.json_value(f"{where}.block", block)
    return [Whole(block)]


def _stop(where: str, entry: dict[str, Any]) -> list[Part]:
    fields = shape.mapping(where, entry, {"stop_reason"}, {"category", "explanation"})
    reason = shape.one_of(f"{where}.stop_reason", fields["stop_reason"], STOP_REASONS)
    if reason != "refusal":
        for name in ("category", "explanation"):
            if name in fields:
                raise Mistake(f"{where}.{name}", f"{where}.{name} goes with a refusal only.")
        return [Stop(reason)]
    category, explanation = fields.get("category"), fields.get("explanation")
    if category is not None:
        shape.one_of(f"{where}.category", category, REFUSALS)
    if explanation is not None:
        shape.string(f"{where}.explanation", explanation)
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
        raise Mistake(f"{where}.input", f"{where}.input must be a mapping of names to values.")
    shape.json_value(f"{where}.input", value)
    return value


def _read_words(where: str, name: str, fields: dict[str, Any]) -> str:
    said = shape.string(f"{where}.{name}", fields[name]).rstrip("\n")
    if not said:
        raise Mistake(f"{where}.{name}", f"{where}.{name} is empty.")
    return said
