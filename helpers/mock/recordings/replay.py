"""Which recorded exchange answers a request."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ..plan import Request
from .exchange import Exchange
from .scrub import Scrubber, secrets

# What two requests must agree in to be the same question, and what they had better agree in.
CONVERSATION = (
    *("messages", "system", "thread", "stream"),
    *("input", "instructions", "previous_response_id", "conversation", "prompt"),
)
CIRCUMSTANCES = ("tools", "tool_choice", "model", "max_tokens", "thinking", "stop_sequences")


def find(exchanges: Iterable[Exchange], request: Request) -> Exchange | None:
    """Return the recorded exchange that answers a request; None if there is none.

    The request must ask the same thing: the same conversation at the same address. Of several,
    the one that was asked under the most similar circumstances, and of equals the last.
    """
    scrubber = Scrubber(secrets(request.headers))
    try:
        body = scrubber.json(json.loads(request.body))
    except (ValueError, RecursionError):
        body = scrubber.text(request.body.decode("utf-8", "replace")) or None
    asked = question(request.method, request.path, body)
    fits = [
        one for one in exchanges if one.status and question(one.method, one.path, one.body) == asked
    ]
    around = circumstances(request.headers, body)

    def likeness(one: Exchange) -> int:
        then = circumstances(one.headers, one.body)
        return sum(a == b for a, b in zip(around, then, strict=True))

    return max(reversed(fits), key=likeness, default=None)


def question(method: str, path: str, body: Any) -> str:
    """Return what a request asks, the same for the same conversation."""
    if isinstance(body, dict):
        body = {name: plain(body[name]) for name in CONVERSATION if body.get(name)}
    return json.dumps([method, path.partition("?")[0], body], sort_keys=True)


def plain(value: Any) -> Any:
    """Return content without what doesn't change its meaning.

    A text may stand alone or as a list of one block; cache marks say nothing.
    """
    match value:
        case [{"type": "text", "text": str() as text}]:
            return text
        case list():
            return [plain(entry) for entry in value]
        case dict():
            return {name: plain(value[name]) for name in value if name != "cache_control"}
        case _:
            return value


def circumstances(headers: Mapping[str, str], body: Any) -> list[Any]:
    """Return what tells two requests apart that ask the same thing."""
    fields = body if isinstance(body, dict) else {}
    return [headers.get("x-stainless-retry-count"), *(fields.get(name) for name in CIRCUMSTANCES)]
