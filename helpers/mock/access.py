"""Who may ask: pages of any origin under /v1, as the real API lets them, and none under /mock.

A browser tells with each request which page it comes from. The Messages API answers pages that
say they know what they do; the control of the offline API belongs to this machine's own
programs. A page that makes its name resolve to this machine (DNS rebinding) still sends that
name as the host.
"""

import ipaddress
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from .errors import ApiError
from .plan import Plan, Request
from .routes import wants_openai

DIRECT = "anthropic-dangerous-direct-browser-access"
OPENAI = ("/v1/chat/completions", "/v1/responses")
OWN_PAGES = ("same-origin", "none")  # what a browser says of requests that no other page makes
DAY = "86400"  # seconds for which a browser may remember the answer


def check(request: Request) -> None:
    """Raise ApiError if whoever asks must not ask this."""
    if request.path.startswith("/mock/"):
        check_control(request.headers)
    elif not may_be_direct(request):
        raise ApiError(401, "authentication_error", f"CORS requests must set '{DIRECT}' header")


def may_be_direct(request: Request) -> bool:
    """Tell whether no page asks, or one that says that it knows what it does."""
    knows = request.headers.get(DIRECT, "").lower() == "true"
    return knows or "origin" not in request.headers or is_openai(request)


def check_control(headers: Mapping[str, str]) -> None:
    """Raise ApiError unless a request to /mock/... comes from this machine's own programs."""
    host = headers.get("host", "127.0.0.1")
    if not is_loopback(host):
        raise make_refusal(f"it names the host {host!r}, which is no name of this machine's own")
    origin = headers.get("origin")
    if origin is not None and origin.lower() != f"http://{host}".lower():
        raise make_refusal(f"it comes from a page at {origin!r}")
    if headers.get("sec-fetch-site", "none") not in OWN_PAGES:
        raise make_refusal("it comes from another page")


def make_refusal(why: str) -> ApiError:
    """Return the error for a request that must not control the offline API."""
    return ApiError(
        403,
        "permission_error",
        f"/mock/... is closed to this request: {why}. Call it from a program on this machine, "
        "at http://127.0.0.1 or http://localhost and the port.",
    )


def is_loopback(host: str) -> bool:
    """Tell whether a Host header names this machine to itself."""
    try:
        name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
        _ = urlsplit(f"//{host}").port  # raises ValueError if it is none
        if name == "localhost" or name.endswith(".localhost"):
            return True
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def is_openai(request: Request) -> bool:
    """Tell whether a request goes to an endpoint of OpenAI's, which asks pages for nothing."""
    return request.path in OPENAI or wants_openai(request.headers)


def preflight(request: Request) -> Plan | None:
    """Return the answer to a browser that asks first whether a page may ask; None otherwise."""
    if request.method != "OPTIONS" or not request.path.startswith("/v1/"):
        return None
    asked = request.headers.get("access-control-request-headers", "*")
    headers = [
        ("access-control-allow-origin", "*"),
        ("access-control-allow-methods", "GET, POST, OPTIONS"),
        ("access-control-allow-headers", asked),
        ("access-control-max-age", DAY),
        ("content-length", "0"),
    ]
    return Plan(200, headers, lambda: iter(()))


def readable(plan: Plan, request: Request) -> Plan:
    """Return a response that the page which asked for it may read."""
    if "origin" not in request.headers or not request.path.startswith("/v1/"):
        return plan
    allowed = [("access-control-allow-origin", "*"), ("access-control-expose-headers", "*")]
    return replace(plan, headers=[*plan.headers, *allowed])
