"""A conversation as a whole: each call has its result, each result its call, in order."""

from collections.abc import Iterable
from itertools import takewhile, zip_longest
from typing import Any

from ..errors import invalid
from .models import Facts


def check(messages: list[dict[str, Any]], model: Facts) -> None:
    """Raise ApiError unless the messages follow each other as they must."""
    if messages and messages[0]["role"] != "user":
        raise invalid('messages: first message must use the "user" role')
    # What the system says in between takes no part in calls and results.
    spoken = [pair for pair in enumerate(messages) if pair[1]["role"] != "system"]
    known: set[str] = set()  # ids of calls so far
    served: set[str] = set()  # ids of calls to server tools so far
    called: list[str] = []  # ids of the calls in the message before
    following = [message for _, message in spoken[1:]]
    for (index, message), after in zip_longest(spoken, following):
        blocks = content(message)
        if message["role"] == "user":
            _check_results(index, blocks, called)
        called = _check_calls(index, blocks, known, served)
        _check_answered(index, called, after)
        _check_served(index, blocks, after)
    _check_last(spoken[-1][1] if spoken else None, model)


def content(message: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the blocks of a message; text alone has none."""
    return message["content"] if isinstance(message["content"], list) else []


def _ids(blocks: Iterable[dict[str, Any]], kind: str, field: str = "id") -> list[str]:
    return [block[field] for block in blocks if block["type"] == kind]


def _check_results(index: int, blocks: list[dict[str, Any]], called: list[str]) -> None:
    seen: set[str] = set()
    for place, block in enumerate(blocks):
        if block["type"] != "tool_result":
            continue
        where, id = f"messages.{index}.content.{place}", block["tool_use_id"]
        if id not in called:
            raise invalid(
                f"{where}: unexpected `tool_use_id` found in `tool_result` blocks: {id}. Each "
                "`tool_result` block must have a corresponding `tool_use` block in the previous "
                "message."
            )
        if id in seen:
            raise invalid(
                f"{where}: each tool_use must have a single result. Found multiple "
                f"`tool_result` blocks with id: {id}"
            )
        seen.add(id)


def _check_calls(
    index: int, blocks: list[dict[str, Any]], known: set[str], served: set[str]
) -> list[str]:
    """Return the ids of a message's calls, all of them new."""
    for place, block in enumerate(blocks):
        where = f"messages.{index}.content.{place}"
        if block["type"] in ("tool_use", "server_tool_use"):
            if block["id"] in known:
                raise invalid(f"{where}: `tool_use` ids must be unique")
            known.add(block["id"])
        if block["type"] == "server_tool_use":
            served.add(block["id"])
        elif block["type"].endswith("_tool_result") and block.get("tool_use_id") not in served:
            if block["type"] in ("mcp_tool_result", "advisor_tool_result"):
                continue
            raise invalid(
                f"{where}: unexpected `tool_use_id` found in `{block['type']}` blocks: "
                f"{block['tool_use_id']}. Each `{block['type']}` block must have a "
                "corresponding `server_tool_use` block before it."
            )
    return _ids(blocks, "tool_use")


def _check_answered(index: int, called: list[str], after: dict[str, Any] | None) -> None:
    """Raise ApiError unless the next message begins with a result for each call."""
    blocks = content(after) if after and after["role"] == "user" else []
    first = takewhile(lambda block: block["type"] == "tool_result", blocks)
    answered = _ids(first, "tool_result", "tool_use_id")
    if missing := [id for id in called if id not in answered]:
        raise invalid(
            f"messages.{index}: `tool_use` ids were found without `tool_result` blocks "
            f"immediately after: {', '.join(missing)}. Each `tool_use` block must have a "
            "corresponding `tool_result` block in the next message."
        )


def _check_served(index: int, blocks: list[dict[str, Any]], after: dict[str, Any] | None) -> None:
    """Raise ApiError if someone speaks while a server tool still works.

    Then only results may come, or nothing: the turn is sent back to go on.
    """
    if after is None or after["role"] != "user":
        return
    if content(after) and all(block["type"] == "tool_result" for block in content(after)):
        return
    results = [b["tool_use_id"] for b in blocks if b["type"].endswith("_tool_result")]
    for block in blocks:
        if block["type"] == "server_tool_use" and block["id"] not in results:
            name = block["name"]
            if name.startswith("tool_search_tool"):
                name = "tool_search"
            raise invalid(
                f"messages.{index}: `{block['name']}` tool use with id `{block['id']}` was found "
                f"without a corresponding `{name}_tool_result` block"
            )


def _check_last(last: dict[str, Any] | None, model: Facts) -> None:
    """Raise ApiError if the assistant has the last word and the model can't go on from there.

    A paused turn goes on in any case. Nothing in it says that it was paused, so every turn that
    used a server tool is taken for one.
    """
    if last is None or last["role"] != "assistant":
        return
    if any(block["type"] == "server_tool_use" for block in content(last)):
        return
    if not model.prefill:
        raise invalid(
            "This model does not support assistant message prefill. The conversation must end "
            "with a user message."
        )
    text = last["content"]
    if isinstance(text, list):
        text = text[-1].get("text", "") if text else ""
    if text != text.rstrip():
        raise invalid("messages: final assistant content cannot end with trailing whitespace")
