"""What stands around a request: its size, its key, the version it speaks, its JSON."""

import json
from collections.abc import Mapping
from typing import Any

from ..errors import ApiError, invalid

LARGEST = 32 * 2**20  # bytes
SAMPLING_ENDS = "2026-10-21"
VERSIONS = ("2023-01-01", "2023-06-01", SAMPLING_ENDS)


def check_size(headers: Mapping[str, str], body: bytes) -> None:
    """Raise ApiError if a request is over 32 MB, also when it only says so."""
    said = headers.get("content-length", "")
    if len(body) > LARGEST or (said.isascii() and said.isdigit() and int(said) > LARGEST):
        raise ApiError(413, "request_too_large", "Request exceeds the maximum size")


def check_headers(headers: Mapping[str, str]) -> None:
    """Raise ApiError unless the headers carry a key and an API version.

    Any key will do, but one with the word "invalid" in it: that is how a wrong key is tried.

    headers: names in lower case.
    """
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if key := headers.get("x-api-key"):  # counts if both are there
        refusal = "invalid x-api-key"
    elif scheme.lower() == "bearer" and (key := token.strip()):
        refusal = "Invalid bearer token"
    else:
        raise ApiError(401, "authentication_error", "x-api-key header is required")
    if "invalid" in key.lower():
        raise ApiError(401, "authentication_error", refusal)
    version = headers.get("anthropic-version")
    if not version:
        raise invalid("anthropic-version: header is required")
    if version not in VERSIONS:  # this wording is not verified
        raise invalid(f'anthropic-version: "{version}" is not a valid version')


def betas(headers: Mapping[str, str]) -> set[str]:
    """Return the beta features that a request asks for."""
    return {name.strip() for name in headers.get("anthropic-beta", "").split(",")} - {""}


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
