"""Thinking: which settings a model takes, and that thinking blocks come back as they were."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic_core import core_schema

from ..errors import invalid
from . import signing
from .envelope import betas
from .history import content
from .models import Facts
from .shape import MAYBE, Shape, by_type, maybe

SHOWN = {"display": maybe(("summarized", "omitted", "updates")), "block_binding": MAYBE}
SETTINGS = Shape(
    by_type(
        {
            "adaptive": SHOWN,
            "between_tools": SHOWN,
            "disabled": {},
            "enabled": {**SHOWN, "budget_tokens": Any},
        }
    )
)
BUDGET = Shape(core_schema.int_schema(ge=1024))
BINDING = "thinking-binding-controls-2026-08-01"
BLOCKS = ("thinking", "redacted_thinking")
DOCS = "https://docs.claude.com/en/docs/build-with-claude/extended-thinking"


def check_settings(request: dict[str, Any], model: Facts) -> None:
    """Raise ApiError unless the model takes what the request says about thinking."""
    thinking = request.get("thinking")
    if thinking is None:
        return
    SETTINGS.check("thinking", thinking)
    kind = thinking["type"]
    if not model.thinking and kind != "disabled":  # this wording is not verified
        raise invalid(f"'{model.id}' does not support thinking.")
    if kind not in model.thinking and model.thinking:
        raise invalid(_refusal(kind))
    if kind == "enabled":
        BUDGET.check("thinking.enabled.budget_tokens", thinking["budget_tokens"])
        if request.get("max_tokens", math.inf) <= thinking["budget_tokens"]:  # a count has none
            raise invalid(
                "`max_tokens` must be greater than `thinking.budget_tokens`. Please consult our "
                f"documentation at {DOCS}#max-tokens-and-context-window-size"
            )
        choice = request.get("tool_choice")
        if isinstance(choice, dict) and choice.get("type") in ("any", "tool"):
            raise invalid("Thinking may not be enabled when tool_choice forces tool use.")


def _refusal(kind: str) -> str:
    if kind == "adaptive":
        return "adaptive thinking is not supported on this model"
    # For `disabled` and `between_tools` the second sentence is not verified.
    return (
        f'"thinking.type.{kind}" is not supported for this model. Use "thinking.type.adaptive" '
        'and "output_config.effort" to control thinking behavior.'
    )


def check_blocks(request: dict[str, Any], model: Facts, headers: Mapping[str, str]) -> None:
    """Raise ApiError unless the thinking blocks in the conversation are as they were given.

    A turn that calls tools goes on until a user says something else than their results. In the
    one that is going on, no thinking may be changed or missing. Before it, blocks may be left
    out, but not changed.
    """
    messages = request["messages"]
    thinking = request.get("thinking") or {}
    start = _current_turn(messages)
    if thinking.get("type") == "enabled":
        _check_opening(messages, start)
    if thinking.get("type") != "disabled":
        for index in range(start, len(messages)):
            _check_ties(index, content(messages[index]))
    for index, place, block, places in _blocks(request):
        where = f"messages.{index}.content.{place}"
        if not signing.is_intact(block):
            if block["type"] == "redacted_thinking":
                raise invalid(f"{where}: Invalid `data` in `redacted_thinking` block")
            raise invalid(f"{where}: Invalid `signature` in `thinking` block")
        if not signing.is_unchanged(block):
            raise (
                make_changed_error(where)
                if index >= start
                else invalid(f"{where}: Invalid `signature` in `thinking` block")
            )
        if model.bound and not _is_lenient(thinking) and not signing.stands_at(block, places):
            raise invalid(_make_moved_error(where, block["type"], headers))


def _current_turn(messages: list[dict[str, Any]]) -> int:
    """Return the index of the message after the last one in which a user says something new."""
    for index in range(len(messages) - 1, -1, -1):
        blocks = content(messages[index])
        if messages[index]["role"] == "user" and not any(
            block["type"] == "tool_result" for block in blocks
        ):
            return index + 1
    return 0


def _check_ties(index: int, blocks: list[dict[str, Any]]) -> None:
    """Raise ApiError if thinking is missing before a call that came after some."""
    seals: list[str] = []
    for block in blocks:
        if block["type"] in BLOCKS:
            seals.append(block.get("signature") or block.get("data") or "")
        elif block["type"] == "tool_use":
            id = block["id"]
            if signing.is_tied(id) and not signing.is_tied_to(id, seals):
                raise make_changed_error(f"messages.{index}.content.0")


def _check_opening(messages: list[dict[str, Any]], start: int) -> None:
    """Raise ApiError if a turn with tools in it doesn't begin with thinking."""
    for index in range(start, len(messages)):
        blocks = content(messages[index])
        if messages[index]["role"] != "assistant" or not blocks:
            continue
        if blocks[0]["type"] not in BLOCKS and any(b["type"] == "tool_use" for b in blocks):
            raise invalid(
                f"messages.{index}.content.0.type: Expected `thinking` or `redacted_thinking`, "
                f"but found `{blocks[0]['type']}`. When `thinking` is enabled, a final "
                "`assistant` message must start with a thinking block (preceeding the lastmost "
                "set of `tool_use` and `tool_result` blocks). We recommend you include thinking "
                "blocks from previous turns. To avoid this requirement, disable `thinking`. "
                f"Please consult our documentation at {DOCS}"
            )
        return


def _blocks(
    request: dict[str, Any],
) -> Iterator[tuple[int, int, dict[str, Any], set[bytes]]]:
    """Yield each thinking block with the places where it may stand.

    These are the start of the assistant's words and every place since: an answer in several
    parts may come back as one message or as several.
    """
    messages = request["messages"]
    if not any(block["type"] in BLOCKS for message in messages for block in content(message)):
        return  # without them, no digest is worth its time
    places: set[bytes] = set()
    before = b""
    for index, place, digest in signing.places(request):
        if index >= 0 and messages[index]["role"] == "assistant":
            places.add(before)
            block = content(messages[index])[place] if content(messages[index]) else {}
            if block.get("type") in BLOCKS:
                yield index, place, block, places
        else:
            places = set()
        before = digest


def _is_lenient(thinking: Mapping[str, Any]) -> bool:
    """Whether moved blocks are to be dropped without a word; the mock just doesn't read them."""
    binding = thinking.get("block_binding")
    return isinstance(binding, dict) and binding.get("prefix_mismatch_behavior") == "drop_block"


def make_changed_error(where: str) -> Exception:
    """Return the error for thinking that isn't as it was given."""
    return invalid(
        f"{where}: `thinking` or `redacted_thinking` blocks in the latest assistant message "
        "cannot be modified. These blocks must remain as they were in the original response."
    )


def _make_moved_error(where: str, kind: str, headers: Mapping[str, str]) -> str:
    field = "data" if kind == "redacted_thinking" else "signature"
    message = (
        f"{where}: Invalid `{field}` in `{kind}` block. The block is bound to a different "
        "conversation. Remove the block, or set "
        '`thinking.block_binding.prefix_mismatch_behavior` to "drop_block".'
    )
    if BINDING not in betas(headers):
        message += f" That setting requires the `{BINDING}` value in the `anthropic-beta` header."
    return message
