"""What a request must look like, and the error it gets if it doesn't.

Status, error type and wording are the API's own, so that a learner meets here the answer that
production would give. One idea a module:

    models.py     what each model takes and refuses, and until when
    envelope.py   size, key, version, JSON
    shape.py      shapes of values: how they are declared, and what the API says of others
    fields.py     the fields of a request
    content.py    messages and their content blocks
    tools.py      tools and tool_choice
    schemas.py    JSON Schema: is it one, and does a value fit
    output.py     the schema that an answer is to follow
    history.py    calls and their results, and who has the last word
    signing.py    seals on thinking
    thinking.py   settings of thinking, and thinking blocks that come back

Where a wording isn't known, the nearest known one is taken; the code says so.
"""

from collections.abc import Mapping
from typing import Any

from . import content, fields, history, models, output, thinking, tools
from .envelope import betas, check_headers, check_size, parse

__all__ = [
    "betas",
    "check_conversation",
    "check_fields",
    "check_headers",
    "check_request",
    "check_size",
    "parse",
]


def check_request(request: dict[str, Any], headers: Mapping[str, str] | None = None) -> None:
    """Raise ApiError unless a request that holds its whole conversation can be answered."""
    headers = headers or {}
    check_fields(request, headers)
    check_conversation(request, headers)


def check_fields(
    request: dict[str, Any], headers: Mapping[str, str], counting: bool = False
) -> None:
    """Raise ApiError unless each field of a request, for itself, is what it should be.

    counting: whether it asks for a count of tokens only.
    """
    fields.check(request, headers, counting)
    content.check(request["messages"], headers, may_be_empty=fields.continues(request))
    tools.check(request.get("tools"), request.get("tool_choice"), fields.continues(request))
    version = headers.get("anthropic-version", models.NEWEST_VERSION)
    models.check_available(request["model"], version)
    if not counting:
        fields.check_max_tokens(request)


def check_conversation(request: dict[str, Any], headers: Mapping[str, str]) -> None:
    """Raise ApiError unless all of a conversation fits together and suits the model."""
    model = models.of(request["model"])
    tools.check_forced(request.get("tools"), request.get("tool_choice"), model)
    thinking.check_settings(request, model)
    history.check(request["messages"], model)
    output.check_company(request)
    thinking.check_blocks(request, model, headers)
