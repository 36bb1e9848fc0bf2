"""The wire as a plain value: bytes, the chunks they came in, the events they became.

A recording is what a socket gave: (seconds, bytes) pairs. `view_model` runs the
course's decoder over it and notes where every byte ended up, so that a page, a
picture and a table can all be drawn from the same facts.

Everything is a range of byte offsets: a chunk, a line, an event, what the decoder
holds. Nothing is said twice.
"""

import codecs
import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any, Literal, Protocol, TypedDict

from helpers.sse import ServerSentEvent, SSEDecoder

__all__ = ["Cell", "Chunk", "Line", "Recording", "Span", "TimedBytes", "WireModel", "view_model"]

# What is drawn at most; more is counted and said. Enough for several minutes of text.
MAX_BYTES = 48 * 1024
MAX_CHUNKS = 4_000
# A field longer than this is shown by its beginning, in characters.
MAX_FIELD = 4_000
BRIEF = 32


class TimedBytes(Protocol):
    """A piece of a recording: bytes, and the seconds since the request."""

    @property
    def at(self) -> float:
        """When it came, in seconds since the request."""

    @property
    def data(self) -> bytes:
        """What came."""


Recording = Iterable[TimedBytes | tuple[float, bytes]]

# Printable ASCII is a string, one column a byte. Anything else is one cell, as
# [what is shown, bytes, kind]: a line end, a character, a tag for what can't be seen,
# or one byte in hexadecimal for what is no whole character.
CellKind = Literal["end", "char", "wide", "tag", "hex"]
Cell = str | tuple[str, int, CellKind]


class Line(TypedDict):
    """One line of the stream with its line end; its bytes follow the last line's."""

    span: int
    cells: list[Cell]


class Chunk(TypedDict):
    """One chunk, and where the decoder stands after it. Offsets are in bytes."""

    start: int
    end: int
    at: float  # seconds since the request
    events: int  # how many events have been produced by now
    event_from: int  # where the event that is being collected starts
    line_from: int  # where the line that has not ended starts
    cut: Literal["", "event", "line", "line end", "character"]  # what the end is inside of
    cut_character: str


class Span(TypedDict):
    """The bytes up to a blank line, and what they became."""

    start: int
    end: int
    kind: Literal["event", "comment", "nothing", "unfinished"]
    number: int  # 1 for the first event; 0 if it is none
    chunk: int  # index of the chunk that completed it; -1 while unfinished
    name: str
    meaning: Literal["text", "tool", "thinking", "failed", "protocol"]
    brief: str
    fields: list[tuple[str, str]]


class WireModel(TypedDict):
    """All that the wire view draws."""

    size: int
    chunk_count: int
    event_count: int
    timed: bool  # whether the chunks carry times at all
    lines: list[Line]
    chunks: list[Chunk]
    spans: list[Span]


def view_model(recording: Recording) -> WireModel:
    """Return what there is to see in a recording, as plain JSON-able values.

    Args:
        recording: the chunks in order; each has `.at` (seconds since the request) and
            `.data` (bytes), or is a pair of the two. Empty chunks are left out.
    """
    timed = [
        (float(at), bytes(data))
        for at, data in (p if isinstance(p, tuple) else (p.at, p.data) for p in recording)
        if data
    ]
    stream = b"".join(data for _, data in timed)
    chunks, spans = _decode(timed, stream)
    event_count = chunks[-1]["events"] if chunks else 0
    for chunk, character in zip(chunks, _characters_cut(stream, chunks), strict=True):
        if character is not None:
            chunk["cut"], chunk["cut_character"] = "character", character
    drawn_chunks = [c for c in chunks[:MAX_CHUNKS] if c["start"] < MAX_BYTES]
    drawn = min(MAX_BYTES, drawn_chunks[-1]["end"]) if drawn_chunks else 0
    spans = [span for span in spans if span["start"] < drawn]
    return WireModel(
        size=len(stream),
        chunk_count=len(chunks),
        event_count=event_count,
        timed=any(at > 0 for at, _ in timed),
        lines=_lines(stream[:drawn], spans, {chunk["end"] for chunk in drawn_chunks}),
        chunks=drawn_chunks,
        spans=spans,
    )


# --- where every byte ends up ---------------------------------------------------------

_PIECES = re.compile(rb"[^\r\n]*[\r\n]|[^\r\n]+")


def _decode(timed: Sequence[tuple[float, bytes]], stream: bytes) -> tuple[list[Chunk], list[Span]]:
    """Feed the decoder up to each line end, to learn which byte completes what."""
    decoder = SSEDecoder()
    decoder.max_event_bytes = len(stream) + 1  # a recording is in memory already
    chunks: list[Chunk] = []
    spans: list[Span] = []
    number = at_byte = event_from = line_from = 0
    for index, (at, data) in enumerate(timed):
        start = at_byte
        for piece in _PIECES.findall(data):
            events = decoder.feed(piece)
            at_byte += len(piece)
            if piece == b"\n" and stream[at_byte - 2 : at_byte - 1] == b"\r":
                # The other half of a CRLF: its line, and maybe its event, is over.
                if spans and spans[-1]["end"] == at_byte - 1 == event_from:
                    spans[-1]["end"] = event_from = at_byte
                line_from = at_byte
                continue
            if not piece.endswith((b"\r", b"\n")):
                continue
            content = stream[line_from : at_byte - 1]
            if line_from == 0:
                content = content.removeprefix(codecs.BOM_UTF8)
            line_from = at_byte
            if not content:
                number += len(events)
                lines = stream[event_from : at_byte - 1]
                spans.append(_span(event_from, at_byte, index, events, number, lines))
                event_from = at_byte
        chunks.append(
            Chunk(
                start=start,
                end=at_byte,
                at=round(at, 4),
                events=number,
                event_from=event_from,
                line_from=line_from,
                cut=_cut(stream, at_byte, event_from, line_from),
                cut_character="",
            )
        )
    if event_from < len(stream):
        rest = _span(event_from, len(stream), -1, [], 0, stream[event_from:])
        rest["kind"] = "unfinished"
        rest["name"] = "unfinished"
        spans.append(rest)
    return chunks, spans


def _cut(
    stream: bytes, end: int, event_from: int, line_from: int
) -> Literal["", "event", "line", "line end"]:
    if stream[end - 1 : end + 1] == b"\r\n":
        return "line end"
    if line_from < end:
        return "line"
    return "event" if event_from < end else ""


def _span(
    start: int,
    end: int,
    chunk: int,
    events: Sequence[ServerSentEvent],
    number: int,
    lines: bytes,
) -> Span:
    if events:
        event = events[0]  # a blank line dispatches one at most
        payload = _json(event.data)
        fields = [("event", _escape(event.event)), ("data", _pretty(payload, event.data))]
        if event.id:
            fields.append(("id", _escape(event.id)))
        return Span(
            start=start,
            end=end,
            kind="event",
            number=number,
            chunk=chunk,
            name=_escape(event.event, 60),
            meaning=_meaning(payload),
            brief=_brief(payload, event.data),
            fields=fields,
        )
    texts = [line.decode("utf-8", "replace") for line in lines.splitlines() if line]
    only_comments = bool(texts) and all(text.startswith(":") for text in texts)
    return Span(
        start=start,
        end=end,
        kind="comment" if only_comments else "nothing",
        number=0,
        chunk=chunk,
        name="comment" if only_comments else "no data",
        meaning="protocol",
        brief=_escape(texts[0].removeprefix(":").strip() if texts else "blank line", BRIEF),
        fields=[("line", _escape(text)) for text in texts[:20]],
    )


# --- what an event says ---------------------------------------------------------------


def _json(data: str) -> Any:
    """Return the value of some JSON, None if it is none."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def _pretty(payload: Any, data: str) -> str:
    if payload is None:
        return _escape(data)
    try:
        return _escape(json.dumps(payload, indent=2, ensure_ascii=False))
    except RecursionError:
        return _escape(data)


def _part(payload: Any, *path: str) -> str:
    """Return the text at a path of keys, "" if there is none."""
    for key in path:
        payload = payload.get(key) if isinstance(payload, dict) else None
    return payload if isinstance(payload, str) else ""


_MEANINGS: dict[str, Literal["text", "tool", "thinking"]] = {
    "text_delta": "text",
    "citations_delta": "text",
    "input_json_delta": "tool",
    "thinking_delta": "thinking",
    "signature_delta": "thinking",
}


def _meaning(payload: Any) -> Literal["text", "tool", "thinking", "failed", "protocol"]:
    if _part(payload, "type") == "error":
        return "failed"
    return _MEANINGS.get(_part(payload, "delta", "type"), "protocol")


def _brief(payload: Any, data: str) -> str:
    """Return the few characters that tell this event from its neighbours."""
    match _part(payload, "type"):
        case "content_block_delta":
            for key in ("text", "partial_json", "thinking", "signature"):
                if isinstance(payload["delta"], dict) and key in payload["delta"]:
                    return f"“{_escape(_part(payload, 'delta', key), BRIEF)}”"
            return _escape(_part(payload, "delta", "type"), BRIEF)
        case "content_block_start":
            kind = _part(payload, "content_block", "type")
            name = _part(payload, "content_block", "name")
            return _escape(f"{kind} {name}".strip(), BRIEF)
        case "message_delta":
            return _escape(_part(payload, "delta", "stop_reason"), BRIEF)
        case "error":
            return _escape(_part(payload, "error", "type"), BRIEF)
        case "":
            return _escape(data, BRIEF)
    return ""


# --- bytes as a person can see them ---------------------------------------------------


def _invisible(character: str) -> bool:
    """Whether it would not be seen, or would hide what stands beside it."""
    return unicodedata.category(character) in {
        *("Cc", "Cf", "Cn", "Co", "Cs", "Mn", "Me", "Zl", "Zp")
    } or (character != " " and unicodedata.category(character) == "Zs")


def _escape(text: str, limit: int = MAX_FIELD) -> str:
    """Return text with escapes for what can't be seen, and its end left out if long."""
    more = len(text) - limit
    if more > 0:
        text = text[:limit]
    shown = "".join(
        json.dumps(c)[1:-1] if c != "\n" and _invisible(c) else c
        for c in (text.replace("\n", "⏎") if limit < MAX_FIELD else text)
    )
    if more <= 0:
        return shown
    return shown + (f"\n… and {more:,} more characters" if limit == MAX_FIELD else "…")


# A whole character of more than one byte, as RFC 3629 allows them.
_MULTI_BYTE = (
    rb"[\xc2-\xdf][\x80-\xbf]"
    rb"|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]"
    rb"|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}"
)
_CHARACTERS = re.compile(_MULTI_BYTE)
_TOKENS = re.compile(rb"[ -~]+|" + _MULTI_BYTE + rb"|\r\n|[\x00-\xff]")


def _characters_cut(stream: bytes, chunks: Sequence[Chunk]) -> list[str | None]:
    """Return for each chunk the character that its end is inside of, or None."""
    inside: dict[int, str] = {}
    for match in _CHARACTERS.finditer(stream):
        character = match[0].decode()
        name = f"U+{ord(character):04X}" if _invisible(character) else character
        inside |= dict.fromkeys(range(match.start() + 1, match.end()), name)
    # The stream itself may end in the middle of one; nobody will know which.
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    decoder.decode(stream[-3:])
    if decoder.getstate()[0]:
        inside[len(stream)] = ""
    return [inside.get(chunk["end"]) for chunk in chunks]


def _lines(stream: bytes, spans: Sequence[Span], chunk_ends: set[int]) -> list[Line]:
    lines: list[Line] = []
    cells: list[Cell] = []
    span = 0

    def finish() -> None:
        nonlocal cells
        lines.append(Line(span=span, cells=cells))
        cells = []

    for match in _TOKENS.finditer(stream):
        token = match[0]
        if not cells:
            while spans[span]["end"] <= match.start():
                span += 1
        if token in (b"\r", b"\n", b"\r\n"):
            cells.extend((("␍" if byte == 13 else "⏎"), 1, "end") for byte in token)
            finish()
        elif token[0] < 0x80:
            if len(token) > 1 or 32 <= token[0] < 127:
                cells.append(token.decode())
            else:
                cells.append((f"U+{token[0]:04X}", 1, "tag"))
        elif len(token) == 1 or not chunk_ends.isdisjoint(range(match.start() + 1, match.end())):
            # No character, or one that came in two chunks: nobody has seen it whole.
            cells.extend((f"{byte:02X}", 1, "hex") for byte in token)
        else:
            character = token.decode()
            if _invisible(character):
                cells.append((f"U+{ord(character):04X}", len(token), "tag"))
            else:
                wide = unicodedata.east_asian_width(character) in "WF"
                cells.append((character, len(token), "wide" if wide else "char"))
    if cells:
        finish()
    return lines
