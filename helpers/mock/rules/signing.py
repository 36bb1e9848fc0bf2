"""Seals on thinking: how a changed, moved or dropped thinking block is found out.

The API gives every thinking block a signature and checks it when the block comes back. What
is inside isn't documented; here it is a keyed hash of the text and of all that came before
it: system prompt, tools and messages. Nothing is remembered: a block proves itself, also to a
server that was started anew.

A message can lose its thinking blocks without a trace, so the ids of tool calls that follow
thinking are sealed too (`tie`); they alone tell that something must stand before them.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from ..chance import BASE62

KEY = b"the offline API"  # no secret: it keeps out mistakes, not forgers
SIGNATURE_HEAD = b"\x12\xa4\x01\x0a\x02\x18\x02\x12\x0c"  # real ones begin with EqQBCgIYAhIM
REDACTED_HEAD = b"\x12\xa4\x01\x0a\x02\x18\x02\x1a\x0c"
SIZE = 167  # bytes, as the head says
CARRIERS = ("cache_control", "eager_input_streaming")  # say how to carry it, not what is said
MARK, TIE = 5, 5  # characters at the end of a tied id


def sign(thinking: str, request: Mapping[str, Any]) -> str:
    """Return the signature of a thinking block.

    thinking: the text that the block shows, "" where thinking is omitted.
    request: what the block answers.
    """
    return _seal(SIGNATURE_HEAD, thinking, last_place(request))


def redact(thinking: str, request: Mapping[str, Any]) -> str:
    """Return the data of a redacted_thinking block that stands for this thinking."""
    return _seal(REDACTED_HEAD, thinking, last_place(request))


def tie(tool_id: str, seals: Iterable[str]) -> str:
    """Return the id of a tool call, tied to the thinking blocks before it in the same reply.

    seals: the signatures (of redacted blocks the data) in order; without any, nothing changes.
    """
    seals = list(seals)
    if not seals:
        return tool_id
    marked = tool_id[: -MARK - TIE]
    marked += _letters(MARK, "tied", marked)
    return marked + _letters(TIE, marked, *seals)


def is_tied(tool_id: str) -> bool:
    """Whether the call with this id was made after some thinking."""
    start, mark = tool_id[: -MARK - TIE], tool_id[-MARK - TIE : -TIE]
    return mark == _letters(MARK, "tied", start)


def is_tied_to(tool_id: str, seals: Iterable[str]) -> bool:
    """Whether it was exactly the thinking with these seals."""
    return tool_id[-TIE:] == _letters(TIE, tool_id[:-TIE], *seals)


def is_intact(block: Mapping[str, Any]) -> bool:
    """Whether the seal of a thinking or redacted_thinking block is one that was given."""
    return _read(block) is not None


def is_unchanged(block: Mapping[str, Any]) -> bool:
    """Whether a thinking block still shows the text that its signature was made for."""
    seal = _read(block)
    if seal is None:
        return False
    return block.get("type") == "redacted_thinking" or seal.mind == _mind(block.get("thinking"))


def stands_at(block: Mapping[str, Any], places: Container[bytes]) -> bool:
    """Whether one of these is the place in a conversation that a block was made for."""
    seal = _read(block)
    return seal is not None and seal.place in places


def is_valid(block: Mapping[str, Any], places: Container[bytes] | None = None) -> bool:
    """Whether a block is as it was given and, with `places`, where it was given."""
    return is_unchanged(block) and (places is None or stands_at(block, places))


def last_place(request: Mapping[str, Any]) -> bytes:
    """Return the digest of a whole conversation."""
    *_, (_, _, place) = places(request)
    return place


def places(request: Mapping[str, Any]) -> Iterator[tuple[int, int, bytes]]:
    """Yield message and block number of each block, and a digest of all up to its end.

    First comes (-1, -1) with that of the system prompt and the tools alone. The digest doesn't
    see how a message is written down: text alone and a list of one text are the same, and so
    are blocks with and without cache_control or fields that are null. Nor does it see thinking:
    earlier thinking may be left out (documented), and each block of it has a seal of its own.
    """
    system = request.get("system") or None
    if isinstance(system, str):
        system = [{"type": "text", "text": system}]
    frame = [_plain(system), _plain(request.get("tools") or None)]
    digest = hashlib.sha256(json.dumps(frame, sort_keys=True).encode("utf-8", "surrogatepass"))
    yield -1, -1, digest.digest()[:16]
    for number, message in enumerate(request.get("messages", ())):
        if not isinstance(message, Mapping):
            continue
        content = message.get("content")
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
        for index, block in enumerate(blocks if isinstance(blocks, list) else []):
            kind = block.get("type") if isinstance(block, Mapping) else None
            if kind not in ("thinking", "redacted_thinking"):
                shown = json.dumps([message.get("role"), _plain(block)], sort_keys=True)
                digest.update(shown.encode("utf-8", "surrogatepass"))
            yield number, index, digest.digest()[:16]


def _plain(value: Any) -> Any:
    """Return a block without what may come and go between two requests."""
    if isinstance(value, Mapping):
        kept = {k: v for k, v in value.items() if v is not None and k not in CARRIERS}
        if kept.get("type") == "tool_use":
            kept.pop("caller", None)
        if not kept.get("citations", True):
            del kept["citations"]
        return {k: _plain(v) for k, v in kept.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value


class Seal(NamedTuple):
    """What is written in a signature: a digest of the place and one of the text."""

    place: bytes
    mind: bytes


def _read(block: Mapping[str, Any]) -> Seal | None:
    """Return what the seal of a block says; None if it isn't one."""
    redacted = block.get("type") == "redacted_thinking"
    head = REDACTED_HEAD if redacted else SIGNATURE_HEAD
    written = block.get("data" if redacted else "signature")
    try:
        raw = base64.b64decode(written, validate=True) if isinstance(written, str) else b""
    except ValueError:
        return None
    start = len(head)
    seal = Seal(raw[start : start + 16], raw[start + 16 : start + 48])
    return seal if hmac.compare_digest(raw, _write(head, seal)) else None


def _seal(head: bytes, thinking: str, place: bytes) -> str:
    return base64.b64encode(_write(head, Seal(place, _mind(thinking)))).decode()


def _write(head: bytes, seal: Seal) -> bytes:
    shown = head + seal.place + seal.mind
    tag = hmac.digest(KEY, shown, "sha256")
    return shown + hashlib.shake_256(tag).digest(SIZE - len(shown))


def _mind(thinking: object) -> bytes:
    return hashlib.sha256(str(thinking).encode("utf-8", "surrogatepass")).digest()


def _letters(count: int, *texts: str) -> str:
    tag = hmac.digest(KEY, json.dumps(texts).encode(), "sha256")
    return "".join(BASE62[byte % 62] for byte in tag[:count])
