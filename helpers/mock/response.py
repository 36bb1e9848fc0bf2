"""How the Messages API writes what it sends: status, headers, JSON, an error, one event."""

import json
from typing import Any

from .chance import dice, identifier
from .plan import Plan, TimedBytes

PING = b'event: ping\ndata: {"type": "ping"}\n\n'
EVENT_STREAM = "text/event-stream; charset=utf-8"
JSON = "application/json"

# The API writes its JSON compact and its text as it is, in UTF-8 and without \u escapes.
_write = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode

LIMITS = {
    "requests": 4000,
    "tokens": 2_400_000,
    "input-tokens": 2_000_000,
    "output-tokens": 400_000,
}
# Nothing is used up, so the moment when all is available again is past; a fixed one keeps the
# answer to a request the same on every day.
RESET = "2026-01-01T00:00:00Z"


def headers(content_type: str, request_id: str) -> list[tuple[str, str]]:
    """Return the headers that the API sends with every answer."""
    limits = []
    for name, limit in LIMITS.items():
        limits += [
            (f"anthropic-ratelimit-{name}-limit", str(limit)),
            (f"anthropic-ratelimit-{name}-remaining", str(limit)),
            (f"anthropic-ratelimit-{name}-reset", RESET),
        ]
    return [
        ("content-type", content_type),
        ("cache-control", "no-cache"),
        ("request-id", request_id),
        ("anthropic-organization-id", "00000000-0ff1-14e0-a9a1-000000000000"),
        *limits,
    ]


def json_plan(status: int, body: dict[str, Any], request_id: str, at: float = 0.0) -> Plan:
    """Return a response of one JSON object that leaves as a whole, `at` seconds from now."""
    data = _write(body).encode()
    return Plan(status, headers(JSON, request_id), lambda: iter([TimedBytes(at, data)]))


def request_id(source: str) -> str:
    """Return the id that the answer to a request carries in its header."""
    return identifier(dice(source, "request-id"), "req_011C", 20)


def error_plan(
    status: int,
    error_type: str,
    message: str,
    request_id: str,
    details: dict[str, str] | None = None,
) -> Plan:
    """Return an error response in the API's shape."""
    error: dict[str, Any] = {"type": error_type, "message": message}
    if details is not None:
        error["details"] = details
    body = {"type": "error", "error": error, "request_id": request_id}
    plan = json_plan(status, body, request_id)
    retry = status in (408, 409, 429) or status >= 500
    plan.headers.append(("x-should-retry", "true" if retry else "false"))
    return plan


def encode(event: dict[str, Any], padding: int = 0) -> bytes:
    """Return the bytes of one event.

    padding: spaces before the last brace. The API puts 0 to 15 there, without saying why; a
        parser of JSON doesn't see them, a comparison of bytes does.
    """
    data = _write(event)
    return f"event: {event['type']}\ndata: {data[:-1]}{' ' * padding}}}\n\n".encode()
