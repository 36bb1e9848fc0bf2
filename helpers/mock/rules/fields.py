"""The fields of a request, each for itself."""

from collections.abc import Mapping
from typing import Any

from ..errors import invalid
from . import models, output, shape
from .content import check_text_blocks
from .envelope import SAMPLING_ENDS, betas

SHARED = (
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
CREATE = (
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


def continues(request: Mapping[str, Any]) -> bool:
    """Whether a request brings only what is new in a thread."""
    thread = request.get("thread")
    return isinstance(thread, dict) and thread.get("type") == "continue"


def check(request: dict[str, Any], headers: Mapping[str, str], counting: bool) -> None:
    """Raise ApiError unless a request has the fields it needs, and no others.

    messages, tools and tool_choice are only known to be there; others look into them.
    """
    asked = betas(headers)
    needed = ["model", "messages"] + ([] if counting else ["max_tokens"])
    allowed = [*(SHARED if counting else CREATE)]
    if asked:
        allowed += BETA
    if THREADS in asked and not counting:
        allowed.append("thread")
    if not counting and headers.get("anthropic-version", SAMPLING_ENDS) < SAMPLING_ENDS:
        allowed += SAMPLING
    shape.fields("", request, needed, allowed)
    shape.string("model", request["model"])
    if "max_tokens" in request:
        shape.integer("max_tokens", request["max_tokens"], least=1)
    # null says the same as leaving a field out
    for name, value in request.items():
        if value is not None and name in CHECKS:
            CHECKS[name](name, value)


def check_max_tokens(request: Mapping[str, Any]) -> None:
    """Raise ApiError if more tokens are allowed than the model can write."""
    model = models.of(request["model"])
    if request["max_tokens"] > model.max_output:
        raise invalid(
            f"max_tokens: {request['max_tokens']} > {model.max_output}, which is the maximum "
            f"allowed number of output tokens for {model.id}"
        )


def _check_system(where: str, value: object) -> None:
    if not isinstance(value, str):
        check_text_blocks(where, shape.list_(where, value))


def _check_stop_sequences(where: str, value: object) -> None:
    for index, sequence in enumerate(shape.list_(where, value)):
        if not shape.string(f"{where}.{index}", sequence).strip():
            raise invalid("stop_sequences: each stop sequence must contain non-whitespace")


def _check_metadata(where: str, value: object) -> None:
    shape.fields(where, shape.dictionary(where, value), (), ("user_id",))


def _check_output_config(where: str, value: object) -> None:
    config = shape.dictionary(where, value)
    shape.fields(where, config, (), ("effort", "format", "task_budget"))
    if config.get("effort") is not None:
        efforts = ("low", "medium", "high", "xhigh", "max")
        shape.one_of(f"{where}.effort", config["effort"], efforts)
    if config.get("format") is not None:
        output.check(f"{where}.format", config["format"])


def _check_service_tier(where: str, value: object) -> None:
    shape.one_of(where, value, ("auto", "standard_only"))


def _check_cache_control(where: str, value: object) -> None:
    control = shape.dictionary(where, value)
    shape.tag(where, control, ("ephemeral",))


def _check_thread(where: str, value: object) -> None:
    thread = shape.dictionary(where, value)
    if shape.tag(where, thread, ("create", "continue")) == "create":
        shape.fields(f"{where}.create", thread, ("type",), ())
    else:
        shape.fields(f"{where}.continue", thread, ("type", "previous_message_id"), ())
        shape.string(f"{where}.continue.previous_message_id", thread["previous_message_id"])


def _check_share(where: str, value: object) -> None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number:
        raise invalid(f"{where}: Input should be a valid number")
    if not 0 <= value <= 1:  # type: ignore[operator]
        raise invalid(f"{where}: range: 0..1")


CHECKS = {
    "stream": shape.boolean,
    "system": _check_system,
    "stop_sequences": _check_stop_sequences,
    "metadata": _check_metadata,
    "output_config": _check_output_config,
    "output_format": output.check,
    "service_tier": _check_service_tier,
    "cache_control": _check_cache_control,
    "thread": _check_thread,
    "temperature": _check_share,
    "top_p": _check_share,
}
