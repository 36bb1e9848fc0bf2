"""Errors and headers in OpenAI's own shape.

Nothing of this was checked against the live API: shapes are those of the official SDK and of
published captures, error messages those that people quote.
"""

from dataclasses import replace
from random import Random
from typing import Any

from ..chance import below, dice
from ..errors import ApiError
from ..faults import refusal
from ..plan import Plan
from ..response import json_plan

# The Messages API's errors as OpenAI has them: type, code, and the words of its documentation.
ERRORS = {
    "api_error": (
        "server_error",
        None,
        "The server had an error while processing your request. Sorry about that!",
    ),
    "overloaded_error": (
        "server_error",
        "server_is_overloaded",
        "The engine is currently overloaded, please try again later.",
    ),
    "timeout_error": ("server_error", None, "Request timed out."),
    "rate_limit_error": ("requests", "rate_limit_exceeded", "Rate limit reached for requests."),
    "authentication_error": (
        "invalid_request_error",
        "invalid_api_key",
        "Incorrect API key provided.",
    ),
    "billing_error": (
        "insufficient_quota",
        "insufficient_quota",
        "You exceeded your current quota, please check your plan and billing details.",
    ),
}


class OpenAIError(ApiError):
    """A request is refused as OpenAI refuses it.

    param: the part of the request that is wrong, or None.
    code: what is wrong with it, in one word for programs, or None.
    """

    def __init__(
        self,
        message: str,
        param: str | None = None,
        code: str | None = None,
        status: int = 400,
        type: str = "invalid_request_error",
    ) -> None:
        super().__init__(status, type, message)
        self.param = param
        self.code = code


def missing(name: str) -> OpenAIError:
    """Return the error for a request that lacks something."""
    return OpenAIError(f"Missing required parameter: '{name}'.", name, "missing_required_parameter")


def as_openai_error(error: dict[str, Any], status: int = 500) -> OpenAIError:
    """Return an error of the Messages API as one of OpenAI's."""
    same = ("invalid_request_error", None, error["message"])
    kind, code, words = ERRORS.get(error["type"], same)
    if error["message"] != refusal.words_of(error["type"]):
        words = error["message"]  # someone chose the words
    # OpenAI has no status 529; it answers 503 when it is overloaded.
    return OpenAIError(words, None, code, 503 if status == 529 else status, kind)


def error_object(error: ApiError) -> dict[str, Any]:
    """Return what an error says, in OpenAI's four fields."""
    return {
        "message": error.message,
        "type": error.type,
        "param": getattr(error, "param", None),
        "code": getattr(error, "code", None),
    }


def error_plan(error: ApiError, source: str) -> Plan:
    """Return an error response in OpenAI's shape."""
    plan = json_plan(error.status, {"error": error_object(error)}, "")
    return replace(plan, headers=openai_headers(plan.headers, source))


def openai_headers(headers: list[tuple[str, str]], source: str) -> list[tuple[str, str]]:
    """Return headers with OpenAI's own in place of the Messages API's."""
    kept = [
        (name, value)
        for name, value in headers
        if not name.startswith("anthropic-") and name not in ("request-id", "cache-control")
    ]
    limits = {"requests": 10_000, "tokens": 2_000_000}
    return [
        *kept,
        ("openai-organization", "offline-mock"),
        ("openai-processing-ms", "20"),
        ("openai-version", "2020-10-01"),
        *((f"x-ratelimit-limit-{name}", str(limit)) for name, limit in limits.items()),
        *((f"x-ratelimit-remaining-{name}", str(limit)) for name, limit in limits.items()),
        *((f"x-ratelimit-reset-{name}", "0s") for name in limits),
        ("x-request-id", hex_id(dice(source, "request-id"), "req_", 32)),
    ]


def hex_id(numbers: Random, prefix: str, length: int) -> str:
    """Return an id of OpenAI's newer kind: the prefix and hexadecimal digits."""
    return prefix + "".join(f"{below(numbers, 16):x}" for _ in range(length))
