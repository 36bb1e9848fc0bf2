"""Faults in the API's own words: an error status, and an error inside a stream."""

import math
import time
from collections.abc import Iterator
from email.utils import formatdate
from typing import Any

from ..plan import Plan, TimedBytes
from ..response import encode, error_plan
from .fault import Fault

# The error types of the Messages API with their status and words.
ERRORS = {
    "invalid_request_error": (400, "Invalid request"),
    "authentication_error": (401, "invalid x-api-key"),
    "billing_error": (402, "Your credit balance is too low to access the API."),
    "permission_error": (403, "Your API key does not have permission to use this resource."),
    "not_found_error": (404, "Not Found"),
    "conflict_error": (409, "Conflict"),
    "request_too_large": (413, "Request exceeds the maximum size"),
    "rate_limit_error": (429, "Number of requests has exceeded your rate limit."),
    "api_error": (500, "Internal server error"),
    "timeout_error": (504, "Request timed out"),
    "overloaded_error": (529, "Overloaded"),
}


def refuse(fault: Fault, plan: Plan) -> Plan:
    """Refuse with an error status before any event."""
    if fault.status is not None:
        status, kind = fault.status, fault.error or type_of(fault.status)
    else:
        kind = fault.error or "api_error"
        status = ERRORS.get(kind, ERRORS["api_error"])[0]
    refusal = error_plan(
        status, kind, fault.message or words_of(kind), dict(plan.headers).get("request-id", "")
    )
    if fault.retry_after is not None:
        refusal.headers.append(("retry-after", f"{fault.retry_after:g}"))
    if fault.retry_after_date is not None:
        # A date has whole seconds only: rounded up, so that nobody comes too early.
        date = formatdate(math.ceil(time.time() + fault.retry_after_date), usegmt=True)
        refusal.headers.append(("retry-after", date))
    if fault.retry_after_ms is not None:
        refusal.headers.append(("retry-after-ms", f"{fault.retry_after_ms:g}"))
    return refusal


def error_event(fault: Fault, plan: Plan, strike: int) -> Iterator[TimedBytes]:
    """Send an error event instead of the one that is struck, and end there."""
    assert fault.error is not None
    said = fault.message or words_of(fault.error)
    error: dict[str, Any] = {
        "type": "error",
        "error": {"type": fault.error, "message": said},
    }

    for number, chunk in enumerate(plan.chunks):
        if number == strike:
            yield TimedBytes(chunk.at, encode(error))
            return
        yield chunk


def type_of(status: int) -> str:
    """Return the error type that goes with a status."""
    for kind, (known, _) in ERRORS.items():
        if known == status:
            return kind
    return "api_error" if status >= 500 else "invalid_request_error"


def words_of(kind: str) -> str:
    """Return the words that go with an error type."""
    return ERRORS.get(kind, (0, "Something went wrong."))[1]
