"""The fields of a request, each for itself."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic_core import core_schema

from ..errors import invalid
from . import models, output
from .content import SYSTEM
from .envelope import SAMPLING_ENDS, betas
from .shape import MAYBE, Shape, by_type, entries, maybe, record, such_that

SHARED: tuple[str, ...] = (
    "cache_control",
    "output_config",
    "speed",
    "system",
    "thinking",
    "tool_choice",
    "tools",
    "user_profile_id",
    "workspace_id",
)
CREATE: tuple[str, ...] = (
    *SHARED,
    "container",
    "diagnostics",
    "inference_geo",
    "metadata",
    "service_tier",
    "stop_sequences",
    "stream",
)
# Taken with any beta header: which beta brings which of them is not looked at.
BETA = (
    "betas",
    "billing_policy",
    "compaction",
    "context_management",
    "fallback_credit_token",
    "fallbacks",
    "mcp_servers",
    "output_format",
)
SAMPLING = ("temperature", "top_p", "top_k")
THREADS = "message-threads-2026-08-12"

SHARE = Shape(such_that(lambda value: 0 <= value <= 1, float, "range: 0..1"))
BLANK = "each stop sequence must contain non-whitespace"
SHAPES = {
    "stream": Shape(bool),
    "system": SYSTEM,
    "stop_sequences": Shape(entries(such_that(str.strip, str, BLANK, path="stop_sequences"))),
    "metadata": Shape(record(user_id=MAYBE)),
    "output_config": Shape(
        record(
            effort=maybe(("low", "medium", "high", "xhigh", "max")),
            format=MAYBE,
            task_budget=MAYBE,
        )
    ),
    "service_tier": Shape(("auto", "standard_only")),
    "cache_control": Shape(by_type({"ephemeral": dict})),
    "thread": Shape(by_type({"create": {}, "continue": {"previous_message_id": str}})),
    "temperature": SHARE,
    "top_p": SHARE,
}


def continues(request: Mapping[str, Any]) -> bool:
    """Whether a request brings only what is new in a thread."""
    thread = request.get("thread")
    return isinstance(thread, dict) and thread.get("type") == "continue"


def check(request: dict[str, Any], headers: Mapping[str, str], counting: bool) -> None:
    """Raise ApiError unless a request has the fields it needs, and no others.

    messages, tools and tool_choice are only known to be there; others look into them.
    """
    asked = betas(headers)
    allowed = SHARED if counting else CREATE
    if asked:
        allowed += BETA
    if THREADS in asked and not counting:
        allowed += ("thread",)
    if not counting and headers.get("anthropic-version", SAMPLING_ENDS) < SAMPLING_ENDS:
        allowed += SAMPLING
    _request(counting, allowed).check("", request)
    for name, value in request.items():
        if value is None:  # says the same as leaving the field out
            continue
        if name in SHAPES:
            SHAPES[name].check(name, value)
        if name == "output_format":
            output.check(name, value)
        if name == "output_config" and value.get("format") is not None:
            output.check(f"{name}.format", value["format"])


@cache
def _request(counting: bool, allowed: tuple[str, ...]) -> Shape:
    """Return the shape of a request of which only the model and the length are looked into."""
    length = {} if counting else {"max_tokens": core_schema.int_schema(ge=1)}
    return Shape(record(model=str, messages=Any, **length, **dict.fromkeys(allowed, MAYBE)))


def check_max_tokens(request: Mapping[str, Any]) -> None:
    """Raise ApiError if more tokens are allowed than the model can write."""
    model = models.of(request["model"])
    if request["max_tokens"] > model.max_output:
        raise invalid(
            f"max_tokens: {request['max_tokens']} > {model.max_output}, which is the maximum "
            f"allowed number of output tokens for {model.id}"
        )
