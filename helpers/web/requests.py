"""What a browser asks for, held to what may be asked.

A server on this machine is open to every page that the browser has open. Three checks keep
others out, and they cost nothing:

- **Host** must be this machine. A stranger's name can be made to lead here (DNS rebinding);
  the browser then sends that name. On a hub it is the hub, once its user has opened a page
  there: requests then come through the hub's proxy, which lets that user alone through.
- **Origin**, which a browser sends and a page can't forge, must be the server's own. Else any
  page could start answers that cost money, or read them over a WebSocket.
- **Content-Type** must be JSON. A form on another page can't send that without being asked.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

__all__ = [
    "EVENT_STREAM",
    "LONGEST_BODY",
    "PAGE",
    "Ask",
    "Refused",
    "check_origin",
    "last_event_id",
    "read_ask",
    "read_json_type",
]

LONGEST_PROMPT = 20_000  # characters
LONGEST_BODY = 128 * 1024  # bytes; a prompt of the longest kind in the longest encoding fits

LOOPBACK = ("127.0.0.1", "localhost", "::1")

# What stands at the head of every event stream.
EVENT_STREAM = {
    "Content-Type": "text/event-stream; charset=utf-8",
    # Whoever keeps it in a cache would show an old answer; no-transform forbids packing,
    # for gzip holds tokens back until it has enough of them.
    "Cache-Control": "no-cache, no-transform",
    # nginx collects an answer before it passes it on, unless it is told not to.
    "X-Accel-Buffering": "no",
}

# What stands at the head of every page. Model text that should ever become HTML by mistake
# still can't run, load or send anything.
PAGE = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "connect-src 'self'",
            "img-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            # A notebook on this machine may show the page.
            "frame-ancestors 'self' http://127.0.0.1:* http://localhost:*",
        )
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Refused(Exception):
    """A request that is not followed: a status, and one sentence for a person."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.words = words


@dataclass(frozen=True)
class Ask:
    """What a person asks.

    Attributes:
        prompt: their words.
        after: the run whose conversation this goes on with, or "" to begin one.
    """

    prompt: str
    after: str = ""


def check_origin(headers: Mapping[str, str], proxies: Collection[str] = ()) -> None:
    """Hold a request to this machine, and to pages that came from this server.

    Args:
        headers: by name in lower case.
        proxies: origins whose proxy leads here, such as "https://hub.example.org".

    Raises:
        Refused: the request comes from elsewhere.
    """
    host = headers.get("host", "").lower()
    through = {proxy for proxy in proxies if proxy.partition("://")[2] == host}
    if _hostname(f"//{host}") not in LOOPBACK and not through:
        raise Refused(421, "This server answers on this machine only: open http://127.0.0.1.")
    origin = headers.get("origin")
    if origin is not None and origin.lower() not in {f"http://{host}", *through}:
        raise Refused(403, "Another page has asked for this: only the server's own pages may.")


def _hostname(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def read_json_type(headers: Mapping[str, str]) -> None:
    """Hold a request with a body to JSON, of a size that can be meant.

    Raises:
        Refused: it is something else, or too long.
    """
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Refused(415, "Send JSON, with the header Content-Type: application/json.")
    size = headers.get("content-length", "")
    if size.isascii() and size.isdigit() and (len(size) > 9 or int(size) > LONGEST_BODY):
        raise too_long()


def too_long() -> Refused:
    """Return the refusal of a prompt that is too long."""
    return Refused(413, f"The prompt is too long: it may have {LONGEST_PROMPT:,} characters.")


def read_ask(body: bytes | str) -> Ask:
    """Return what a request's body asks for.

    Raises:
        Refused: it isn't anything that can be asked.
    """
    if len(body) > LONGEST_BODY:
        raise too_long()
    try:
        value: Any = json.loads(body)
    except (ValueError, RecursionError):
        raise Refused(400, "The request is no JSON that can be read.") from None
    match value:
        case {"prompt": str(prompt), **others}:
            after = others.get("after") or ""
        case _:
            raise Refused(400, 'The request needs a prompt: {"prompt": "Say hello."}.')
    if not isinstance(after, str):
        raise Refused(400, "`after` is the id of an earlier run, as text.")
    prompt = prompt.strip()
    if not prompt:
        raise Refused(400, "The prompt is empty: type a question first.")
    if len(prompt) > LONGEST_PROMPT:
        raise too_long()
    # A lone surrogate can't be sent on as UTF-8.
    return Ask(prompt.encode("utf-8", "replace").decode(), after)


def last_event_id(headers: Mapping[str, str], query: Mapping[str, str]) -> int:
    """Return the id of the last event that a reader has; 0 if it has none.

    A browser's EventSource sends it as a header when it comes back. A page that was loaded
    anew has to say it in the address, as `?after=17`.

    Raises:
        Refused: it is no id of ours.
    """
    text = headers.get("last-event-id") or query.get("after") or "0"
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise Refused(400, "Last-Event-ID is the number of an event of this run.")
    return int(text)
