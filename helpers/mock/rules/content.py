"""Messages and their content blocks, each for itself."""

from collections.abc import Mapping
from typing import Any

from ..errors import invalid
from . import shape
from .envelope import SAMPLING_ENDS, betas

ROLES = ("user", "assistant")
USER, ASSISTANT = "user", "assistant"


class Kind:
    """A kind of content block: who may send it, the fields it needs, those it may have."""

    def __init__(self, roles: tuple[str, ...], needed: str, allowed: str = "") -> None:
        self.roles = roles
        self.needed = ("type", *needed.split())
        self.allowed = ("cache_control", *allowed.split())


RESULT = Kind((ASSISTANT,), "tool_use_id content", "caller")
KINDS = {
    "text": Kind(ROLES, "text", "citations"),
    "image": Kind((USER,), "source", "transformations"),
    "document": Kind(ROLES, "source", "citations context title"),
    "search_result": Kind((USER,), "content source title", "citations"),
    "thinking": Kind((ASSISTANT,), "thinking signature"),
    "redacted_thinking": Kind((ASSISTANT,), "data"),
    "tool_use": Kind((ASSISTANT,), "id name input", "caller toolset_name"),
    "tool_result": Kind((USER,), "tool_use_id", "content is_error toolset_name"),
    "server_tool_use": Kind((ASSISTANT,), "id name input", "caller"),
    "web_search_tool_result": RESULT,
    "web_fetch_tool_result": RESULT,
    "code_execution_tool_result": RESULT,
    "bash_code_execution_tool_result": RESULT,
    "text_editor_code_execution_tool_result": RESULT,
    "tool_search_tool_result": RESULT,
    "container_upload": Kind(ROLES, "file_id"),
}
# Known with any beta header, and not looked into.
BETA_KINDS = (
    "mcp_tool_use",
    "mcp_tool_result",
    "mcp_tool_listing",
    "compaction",
    "fallback",
    "advisor_tool_result",
    "browser_state",
    "tool_addition",
    "tool_removal",
)
# The one that the fault unknown_block sends: an API takes back what it has said.
NEW_KIND = "future_block"


def check(messages: object, headers: Mapping[str, str], may_be_empty: bool) -> None:
    """Raise ApiError unless these are messages.

    may_be_empty: whether there may be none, as where a thread goes on by itself.
    """
    if not shape.list_("messages", messages) and not may_be_empty:
        raise invalid("messages: at least one message is required")
    assert isinstance(messages, list)
    for index, message in enumerate(messages):
        where = f"messages.{index}"
        role = _role(where, shape.dictionary(where, message), is_first=index == 0)
        content = message["content"]
        if not isinstance(content, str | list):
            raise invalid(f"{where}.content: Input should be a valid string or list")
        is_last = index == len(messages) - 1
        if not content and not (is_last and role == ASSISTANT):
            if role == ASSISTANT:
                raise invalid(
                    f"{where}: all messages must have non-empty content except for the "
                    "optional final assistant message"
                )
            raise invalid(f"{where}: {role} messages must have non-empty content")
        if role == "system" and isinstance(content, list):
            check_text_blocks(f"{where}.content", content)
        elif isinstance(content, list):
            for place, block in enumerate(content):
                _check_block(where, f"{where}.content.{place}", block, role, headers)


def _role(where: str, message: dict[str, Any], is_first: bool) -> str:
    shape.fields(where, message, ("role", "content"), ())
    role = message["role"]
    if role == "system" and is_first:
        raise invalid(
            'messages: Unexpected role "system". The Messages API accepts a top-level '
            '`system` parameter, not "system" as an input message role.'
        )
    if role != "system":
        shape.one_of(f"{where}.role", role, ROLES)
    return str(role)


def check_text_blocks(where: str, blocks: list[Any]) -> None:
    """Raise ApiError unless all blocks are text, as those of `system` must be."""
    for index, block in enumerate(blocks):
        place = f"{where}.{index}"
        kind = shape.tag(place, shape.dictionary(place, block), ("text",))
        shape.fields(place, block, KINDS[kind].needed, KINDS[kind].allowed)
        _check_text(place, block)


def _check_block(
    message: str, where: str, value: object, role: str, headers: Mapping[str, str]
) -> None:
    block = shape.dictionary(where, value)
    if role == ASSISTANT and block.get("type") == NEW_KIND:
        return
    asked = betas(headers)
    name = shape.tag(where, block, (*KINDS, *BETA_KINDS) if asked else tuple(KINDS))
    if name in BETA_KINDS:
        return
    kind, inner = KINDS[name], f"{where}.{name}"
    shape.fields(inner, block, kind.needed, kind.allowed)
    if role not in kind.roles:
        (only,) = kind.roles
        raise invalid(f"{message}: `{name}` blocks can only be in `{only}` messages")
    for field in ("id", "tool_use_id", "thinking", "signature", "data"):
        if field in kind.needed:
            shape.string(f"{inner}.{field}", block[field])
    if "name" in kind.needed:
        shape.string(f"{inner}.name", block["name"])
        shape.dictionary(f"{inner}.input", block["input"])
    newest = headers.get("anthropic-version", SAMPLING_ENDS) >= SAMPLING_ENDS
    if name == "text":
        _check_text(where, block)
        if newest and role == USER and block.get("citations"):  # this wording is not verified
            raise invalid(f"{inner}.citations: Extra inputs are not permitted")
    elif name == "document" and newest and role == ASSISTANT:  # nor is this one
        raise invalid(f"{message}: `document` blocks can only be in `user` messages")
    elif name == "tool_result":
        _check_result(inner, block)


def _check_text(where: str, block: Mapping[str, Any]) -> None:
    if not shape.string(f"{where}.text.text", block["text"]):
        raise invalid("messages: text content blocks must be non-empty")


def _check_result(where: str, block: Mapping[str, Any]) -> None:
    if block.get("is_error") is not None:
        shape.boolean(f"{where}.is_error", block["is_error"])
    content = block.get("content")
    if content is None or isinstance(content, str):
        return
    if not isinstance(content, list):
        raise invalid(f"{where}.content: Input should be a valid string or list")
    inside = ("text", "image", "search_result", "document", "tool_reference")
    for index, part in enumerate(content):
        place = f"{where}.content.{index}"
        if shape.tag(place, shape.dictionary(place, part), inside) == "text":
            shape.fields(f"{place}.text", part, KINDS["text"].needed, KINDS["text"].allowed)
            _check_text(place, part)
