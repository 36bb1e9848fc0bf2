"""What can keep an answer from arriving whole, by name; and how servers tell of it.

The names are the Messages API's: retries go by them. Other servers say the same with an
HTTP status as a number, with names of their own, or with a reason to stop.
"""

import re
from collections.abc import Mapping
from typing import Any

__all__ = [
    "ConnectFailed",
    "ErrorEvent",
    "InvalidRequest",
    "ProtocolError",
    "StatusError",
    "StreamError",
    "StreamStalled",
    "StreamTruncated",
    "error_of",
    "error_of_body",
    "error_of_reason",
    "request_id",
]


class StreamError(Exception):
    """The answer did not arrive whole."""


class InvalidRequest(StreamError):
    """The request can't be sent as it is, so there is no use in sending it again."""


class ConnectFailed(StreamError):
    """The server could not be reached, or hung up before its first byte."""


class StatusError(StreamError):
    """The server refused the request with an HTTP status.

    Attributes:
        status: the HTTP status code, such as 429.
        type: the API's name for the error, such as "rate_limit_error".
        request_id: what to quote when asking the provider about it.
        headers: the answer's headers, `retry-after` among them.
    """

    def __init__(self, status: int, type: str, message: str, headers: Mapping[str, str]) -> None:
        super().__init__(f"HTTP {status} {type}: {message}")
        self.status = status
        self.type = type
        self.request_id = request_id(headers)
        self.headers = headers


class ErrorEvent(StreamError):
    """The server gave up in the middle of an answer that had begun with a 200.

    Attributes:
        type: the API's name for the error, such as "overloaded_error".
        request_id: what to quote when asking the provider about it.
    """

    def __init__(self, type: str, message: str, request_id: str = "") -> None:
        super().__init__(f"{type} in mid-stream: {message}")
        self.type = type
        self.request_id = request_id  # open_events fills it in: an event has no headers


class StreamTruncated(StreamError):
    """The connection ended, cleanly or not, before the message was complete."""


class StreamStalled(StreamError):
    """No byte arrived for longer than the client's read timeout."""


class ProtocolError(StreamError):
    """What arrived is not the protocol: no event stream, no JSON, or no sense."""


# What servers call their errors, and what the Messages API calls them.
TYPES = {
    "server_is_overloaded": "overloaded_error",
    "rate_limit_exceeded": "rate_limit_error",
    "requests": "rate_limit_error",
    "tokens": "rate_limit_error",
    "insufficient_quota": "billing_error",
    "invalid_api_key": "authentication_error",
}
# The same, by a word in a name that isn't in the table above.
TYPES_BY_WORD = {
    "rate_limit": "rate_limit_error",
    "too_many_requests": "rate_limit_error",
    "overload": "overloaded_error",
    "unavailable": "overloaded_error",
    "timeout": "timeout_error",
    "server_error": "api_error",
    "internal": "api_error",
}
TYPES_BY_STATUS = {
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    408: "timeout_error",
    409: "conflict_error",
    413: "request_too_large",
    429: "rate_limit_error",
    503: "overloaded_error",
    504: "timeout_error",
    529: "overloaded_error",
}
OWN_TYPES = {*TYPES_BY_STATUS.values(), "api_error", "invalid_request_error"}

# Reasons to stop that are failures. The others are the model's, or the request's.
TYPES_BY_REASON = {
    "abort": "api_error",
    "aborted": "api_error",
    "cancelled": "api_error",
    "insufficient_system_resource": "overloaded_error",
    "malformed_function_call": "api_error",
    "timeout": "timeout_error",
}

CODES = ("code", "status", "status_code", "http_code")
LONGEST_MESSAGE = 300  # characters: an error is told in a sentence


def error_of(payload: Mapping[str, Any]) -> ErrorEvent | None:
    """Return the error that a payload of any API tells of; None if it tells of none."""
    error = payload.get("error")
    if isinstance(error, str) and error:
        return _name_error({**{name: payload.get(name) for name in CODES}, "message": error})
    if isinstance(error, dict) and error:
        return _name_error(error)
    if error or payload.get("type") == "error" or payload.get("object") == "error":
        return _name_error(payload)
    return None


def error_of_body(body: object) -> ErrorEvent | None:
    """Return the error that a body of JSON tells of, where a stream was asked for."""
    match body:
        case [dict(body)] | dict(body):
            words = body.get("message") or body.get("detail")
            return error_of(body) or (_name_error(body) if isinstance(words, str) else None)
    return None


def error_of_reason(reason: str) -> ErrorEvent | None:
    """Return the error that a reason to stop means; None if it means none."""
    reason = reason.lower()
    type = TYPES_BY_REASON.get(reason, "api_error" if reason.endswith("error") else None)
    return ErrorEvent(type, f"the server stopped with {reason[:40]!r}") if type else None


def request_id(headers: Mapping[str, str]) -> str:
    """Return the id under which the provider knows a request; OpenAI's has an x-."""
    return headers.get("request-id") or headers.get("x-request-id", "")


def _name_error(error: Mapping[str, Any]) -> ErrorEvent:
    """Return an error under the name that retries go by: a code says more than a type."""
    codes = [str(error[name]) for name in CODES if error.get(name)]
    names = [code for code in codes if not code.isdigit()]
    type = str(error.get("type") or "error")
    found = [_find_type(name) for name in names]
    found += [_type_by_status(int(code)) for code in codes if code.isdigit()]
    found += [_find_type(type), *names, *[code for code in codes if code.isdigit()]]
    found += [type if type != "error" else "unknown_error"]
    message = next((error[name] for name in ("message", "detail") if error.get(name)), "no message")
    sentence = " ".join(str(message).split())
    return ErrorEvent(next(filter(None, found)), sentence[:LONGEST_MESSAGE])


def _find_type(name: str) -> str | None:
    """Return the Messages API's name for an error, if another name for it is known."""
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()  # as in RateLimitError
    if name in OWN_TYPES:
        return name
    by_word = (type for word, type in TYPES_BY_WORD.items() if word in name)
    return TYPES.get(name) or next(by_word, None)


def _type_by_status(status: int) -> str | None:
    if not 400 <= status < 600:
        return None
    return TYPES_BY_STATUS.get(status, "api_error" if status >= 500 else "invalid_request_error")
