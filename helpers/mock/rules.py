"""What a request must look like, and the error it gets if it doesn't.

Status, error type and wording are the API's own, so that a learner meets here the answer that
production would give.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from .errors import ApiError, invalid

MODELS = re.compile(r"offline-mock|claude-[a-z0-9.-]+")
ROLES = ("user", "assistant")


def check_headers(headers: Mapping[str, str]) -> None:
    """Raise ApiError unless the headers carry a key (any key) and an API version.

    headers: names in lower case.
    """
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if not headers.get("x-api-key") and not (scheme.lower() == "bearer" and token.strip()):
        raise ApiError(401, "authentication_error", "x-api-key header is required")
    if not headers.get("anthropic-version"):
        raise invalid("anthropic-version: header is required")


def parse(body: bytes) -> dict[str, Any]:
    """Return the request that is written in the body, or raise ApiError."""
    try:
        request = json.loads(body)
        # A lone half of a surrogate pair can be written in JSON and in no encoding of text.
        json.dumps(request, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise invalid(f"The request body is not valid JSON: {error}") from None
    if not isinstance(request, dict):
        raise invalid("Input should be a valid dictionary or object to extract fields from")
    return request


def check_request(request: dict[str, Any]) -> None:
    """Raise ApiError unless the request can be answered."""
    for name in ("model", "messages", "max_tokens"):
        if name not in request:
            raise invalid(f"{name}: Field required")
    _check_model(request["model"])
    _check_max_tokens(request["max_tokens"])
    _check_messages(request["messages"])
    if not isinstance(request.get("stream", False), bool):
        raise invalid("stream: Input should be a valid boolean")
    _check_stop_sequences(request.get("stop_sequences"))
    _check_tools(request.get("tools"))


def _check_model(model: object) -> None:
    if not isinstance(model, str):
        raise invalid("model: Input should be a valid string")
    if not MODELS.fullmatch(model):
        raise ApiError(404, "not_found_error", f"model: {model}")


def _check_max_tokens(max_tokens: object) -> None:
    if not isinstance(max_tokens, int) or isinstance(max_tokens, bool):
        raise invalid("max_tokens: Input should be a valid integer")
    if max_tokens < 1:
        raise invalid("max_tokens: Input should be greater than or equal to 1")


def _check_messages(messages: object) -> None:
    if not isinstance(messages, list):
        raise invalid("messages: Input should be a valid list")
    if not messages:
        raise invalid("messages: at least one message is required")
    for index, message in enumerate(messages):
        where = f"messages.{index}"
        if not isinstance(message, dict):
            raise invalid(f"{where}: Input should be a valid dictionary")
        for name in ("role", "content"):
            if name not in message:
                raise invalid(f"{where}.{name}: Field required")
        if message["role"] == "system":
            raise invalid(
                'messages: Unexpected role "system". The Messages API accepts a top-level '
                '`system` parameter, not "system" as an input message role.'
            )
        if message["role"] not in ROLES:
            raise invalid(f"{where}.role: Input should be 'user' or 'assistant'")
        _check_content(where, message["content"], is_last=index == len(messages) - 1)


def _check_content(where: str, content: object, is_last: bool) -> None:
    if not isinstance(content, str | list):
        raise invalid(f"{where}.content: Input should be a valid string or list")
    if not content and not is_last:
        raise invalid(
            f"{where}: all messages must have non-empty content except for the optional "
            "final assistant message"
        )
    if isinstance(content, str):
        return
    for place, block in enumerate(content):
        if not isinstance(block, dict):
            raise invalid(f"{where}.content.{place}: Input should be a valid dictionary")
        if not isinstance(block.get("type"), str):
            raise invalid(f"{where}.content.{place}.type: Field required")
        if block["type"] == "text" and not isinstance(block.get("text"), str):
            raise invalid(f"{where}.content.{place}.text.text: Field required")


def _check_stop_sequences(sequences: object) -> None:
    if sequences is None:
        return
    if not isinstance(sequences, list):
        raise invalid("stop_sequences: Input should be a valid list")
    for index, sequence in enumerate(sequences):
        if not isinstance(sequence, str):
            raise invalid(f"stop_sequences.{index}: Input should be a valid string")
        if not sequence.strip():
            raise invalid("stop_sequences: each stop sequence must contain non-whitespace")


def _check_tools(tools: object) -> None:
    if tools is None:
        return
    if not isinstance(tools, list):
        raise invalid("tools: Input should be a valid list")
    for index, tool in enumerate(tools):
        if not isinstance(tool, dict):
            raise invalid(f"tools.{index}: Input should be a valid dictionary")
        if not isinstance(tool.get("name"), str):
            raise invalid(f"tools.{index}.name: Field required")
