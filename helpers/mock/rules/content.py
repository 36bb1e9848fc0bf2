"""Messages and their content blocks, each for itself."""

from collections.abc import Mapping
from typing import Any

from ..errors import invalid
from .envelope import SAMPLING_ENDS, betas
from .shape import MAYBE, Shape, alone, by_type, maybe, record, such_that, text_or_list

USER, ASSISTANT = "user", "assistant"
TEXT: dict[str, Any] = {
    "text": such_that(bool, str, "text content blocks must be non-empty", path="messages"),
    "citations": MAYBE,
    "cache_control": MAYBE,
}
OTHERS_IN_RESULT = ("image", "search_result", "document", "tool_reference")
IN_RESULT = by_type({"text": TEXT, **dict.fromkeys(OTHERS_IN_RESULT, dict)})
CALL = {"id": str, "name": str, "input": dict, "caller": MAYBE}
SERVED = {"tool_use_id": str, "content": Any, "caller": MAYBE}
# What each kind of block holds beside its type and cache_control.
KINDS: dict[str, dict[str, Any]] = {
    "text": TEXT,
    "image": {"source": Any, "transformations": MAYBE},
    "document": {"source": Any, "citations": MAYBE, "context": MAYBE, "title": MAYBE},
    "search_result": {"content": Any, "source": Any, "title": Any, "citations": MAYBE},
    "thinking": {"thinking": str, "signature": str},
    "redacted_thinking": {"data": str},
    "tool_use": {**CALL, "toolset_name": MAYBE},
    "tool_result": {
        "tool_use_id": str,
        "is_error": maybe(bool),
        "content": maybe(text_or_list(IN_RESULT)),
        "toolset_name": MAYBE,
    },
    "server_tool_use": CALL,
    "web_search_tool_result": SERVED,
    "web_fetch_tool_result": SERVED,
    "code_execution_tool_result": SERVED,
    "bash_code_execution_tool_result": SERVED,
    "text_editor_code_execution_tool_result": SERVED,
    "tool_search_tool_result": SERVED,
    "container_upload": {"file_id": Any},
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
# Who sends a block; all others are the assistant's.
FROM_USER = ("image", "search_result", "tool_result")
FROM_BOTH = ("text", "document", "container_upload", *BETA_KINDS)
# The one that the fault unknown_block sends: an API takes back what it has said.
NEW_KIND = "future_block"

MESSAGES = Shape(list)
MESSAGE = Shape(record(role=Any, content=Any))
ROLE = Shape((USER, ASSISTANT))
CONTENT = Shape(text_or_list(Any))
BLOCKS: dict[str, Any] = {
    name: {**fields, "cache_control": MAYBE} for name, fields in KINDS.items()
}
BLOCK = Shape(by_type(BLOCKS))
BETA_BLOCK = Shape(by_type(BLOCKS | dict.fromkeys(BETA_KINDS, dict)))
SYSTEM = Shape(text_or_list(alone("text", TEXT), "Input should be a valid list"))


def check(messages: Any, headers: Mapping[str, str], may_be_empty: bool) -> None:
    """Raise ApiError unless these are messages.

    may_be_empty: whether there may be none, as where a thread goes on by itself.
    """
    MESSAGES.check("messages", messages)
    if not messages and not may_be_empty:
        raise invalid("messages: at least one message is required")
    for index, message in enumerate(messages):
        where = f"messages.{index}"
        MESSAGE.check(where, message)
        role, content = message["role"], message["content"]
        if role == "system" and index == 0:
            raise invalid(
                'messages: Unexpected role "system". The Messages API accepts a top-level '
                '`system` parameter, not "system" as an input message role.'
            )
        if role != "system":
            ROLE.check(f"{where}.role", role)
        CONTENT.check(f"{where}.content", content)
        is_last = index == len(messages) - 1
        if not content and not (is_last and role == ASSISTANT):
            if role == ASSISTANT:
                raise invalid(
                    f"{where}: all messages must have non-empty content except for the "
                    "optional final assistant message"
                )
            raise invalid(f"{where}: {role} messages must have non-empty content")
        if role == "system":
            SYSTEM.check(f"{where}.content", content)
        elif isinstance(content, list):
            for place, block in enumerate(content):
                _check_block(where, f"{where}.content.{place}", block, role, headers)


def _check_block(
    message: str, where: str, block: Any, role: str, headers: Mapping[str, str]
) -> None:
    if role == ASSISTANT and isinstance(block, dict) and block.get("type") == NEW_KIND:
        return
    (BETA_BLOCK if betas(headers) else BLOCK).check(where, block)
    name = block["type"]
    newest = headers.get("anthropic-version", SAMPLING_ENDS) >= SAMPLING_ENDS
    only = USER if name in FROM_USER else role if name in FROM_BOTH else ASSISTANT
    if name == "document" and newest:  # for it, the wording below is not verified
        only = USER
    if role != only:
        raise invalid(f"{message}: `{name}` blocks can only be in `{only}` messages")
    if name == "text" and newest and role == USER and block.get("citations"):  # nor is this one
        raise invalid(f"{where}.text.citations: Extra inputs are not permitted")
