"""What stands around each of OpenAI's endpoints: a key, a size, and errors in its own shape."""

import functools
from collections.abc import Mapping

from .. import rules
from ..chance import fingerprint
from ..errors import ApiError
from ..plan import Plan, Request
from ..state import Endpoint, State
from .errors import OpenAIError, error_plan

MISSING_KEY = (
    "You didn't provide an API key. You need to provide your API key in an Authorization header "
    "using Bearer auth (i.e. Authorization: Bearer YOUR_KEY), or as the password field (with "
    "blank username) if you're accessing the API from your browser and are prompted for a "
    "username and password."
)


def endpoint(answer: Endpoint) -> Endpoint:
    """Make a handler refuse as OpenAI does: no key, or what `answer` raises."""

    @functools.wraps(answer)
    def create(state: State, request: Request) -> Plan:
        try:
            check_key(request.headers)
            check_size(request)
            return answer(state, request)
        except ApiError as error:
            source = fingerprint([request.path, request.body.hex()], state.settings.seed)
            return error_plan(error, source)

    return create


def check_key(headers: Mapping[str, str]) -> None:
    """Raise OpenAIError unless there is a key where OpenAI wants it.

    Any key will do, but one with the word "invalid" in it: that is how a wrong key is tried.
    """
    scheme, _, key = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise OpenAIError(MISSING_KEY, status=401)
    if "invalid" in key.lower():
        raise OpenAIError("Incorrect API key provided.", None, "invalid_api_key", 401)


def check_size(request: Request) -> None:
    """Raise OpenAIError if a request is too large; OpenAI names no limit, so it is the same."""
    try:
        rules.check_size(request.headers, request.body)
    except ApiError as error:
        raise OpenAIError(error.message, status=error.status) from None
