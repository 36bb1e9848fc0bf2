"""A recording: what went over the wire between a client and an API, in a file a person can read.

One JSON object a line, in the order in which things happened. The first line says that this is a
recording; each other belongs to one exchange, by its number:

    {"exchange": 1, "request": {"method": "POST", "path": "/v1/messages", "json": {...}, ...}}
    {"exchange": 1, "response": {"at": 0.21, "status": 200, "headers": {...}}}
    {"exchange": 1, "at": 0.35, "text": "event: message_start\\n..."}   a network chunk
    {"exchange": 1, "at": 0.36, "base64": "8J+R"}                      one that is no whole text
    {"exchange": 1, "note": "Event 7 (...): ..."}                      a violation of the protocol
    {"exchange": 1, "end": "complete", "at": 1.9}

Times are in seconds since the request. The tap writes such files; the offline API replays them.
"""

import base64
import json
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..chance import fingerprint
from ..plan import ConnectionCut, Plan, Request, TimedBytes
from ..response import request_id
from .scrub import Scrubber, identities, kept, secrets

VERSION = 1

COMPLETE = "complete"
DROPPED = "dropped"  # the API closed the connection inside the answer
RESET = "reset"  # the API's connection broke inside the answer
CLIENT_LEFT = "client left"
UNREACHABLE = "unreachable"
STOPPED = "stopped"  # the tap was
ENDS = (COMPLETE, DROPPED, RESET, CLIENT_LEFT, UNREACHABLE, STOPPED)

# What two requests must agree in to be the same question, and what they had better agree in.
CONVERSATION = (
    *("messages", "system", "thread", "stream"),
    *("input", "instructions", "previous_response_id", "conversation", "prompt"),
)
CIRCUMSTANCES = ("tools", "tool_choice", "model", "max_tokens", "thinking", "stop_sequences")


class RecordingError(ValueError):
    """A file is no recording that can be used; the message says which, where, and why."""


@dataclass(frozen=True)
class Exchange:
    """One request and its response, with the time of every chunk.

    method, path, headers, body: the request; the body is a JSON value, text, or None.
    status, answer_headers: the response. A status of 0 means that none came.
    headers_at: when the response began.
    chunks: its body as the network cut it.
    end: how it ended, one of ENDS; at `end_at`.
    notes: the violations of the protocol that the tap saw.
    """

    number: int
    method: str
    path: str
    headers: Mapping[str, str]
    body: Any
    status: int
    answer_headers: Mapping[str, str]
    headers_at: float
    chunks: tuple[TimedBytes, ...]
    end: str
    end_at: float
    notes: tuple[str, ...]

    @property
    def is_stream(self) -> bool:
        """Whether the response is a stream of events."""
        return self.answer_headers.get("content-type", "").startswith("text/event-stream")

    def plan(self) -> Plan:
        """Return the response as it was: the same bytes in the same chunks at the same times."""
        source = fingerprint([self.method, self.path, self.body], 0)
        headers = dict(self.answer_headers) | {"request-id": request_id(source)}
        return Plan(self.status, list(headers.items()), self._render)

    def _render(self) -> Iterator[TimedBytes]:
        # The response begins, and ends, when it did, also if no byte came with that.
        if not self.chunks or self.headers_at < self.chunks[0].at:
            yield TimedBytes(self.headers_at, b"")
        yield from self.chunks
        if not self.chunks or self.end_at > self.chunks[-1].at:
            yield TimedBytes(self.end_at, b"")
        if self.end != COMPLETE:
            kind = ConnectionResetError if self.end == RESET else ConnectionCut
            raise kind(f"The recorded connection ended here ({self.end}).")


def read(path: Path) -> list[Exchange]:
    """Return the exchanges of a recording in the order of their numbers.

    A last line without an end is what a killed tap leaves behind, and is left out.

    Raises RecordingError if the file can't be read or is no recording.
    """
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise RecordingError(f"{path} can't be read: {error.strerror}.") from None
    lines.pop()
    parts: dict[int, list[dict[str, Any]]] = {}
    for number, line in enumerate(lines, start=1):
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError):
            entry = None
        if number == 1:
            _check_first(path, entry)
            continue
        try:
            _check_entry(entry)
        except ValueError as error:
            raise RecordingError(f"{path}, line {number}: {error}") from None
        parts.setdefault(entry["exchange"], []).append(entry)
        if len(parts[entry["exchange"]]) == 1 and "request" not in entry:
            raise RecordingError(
                f"{path}, line {number}: exchange {entry['exchange']} has no request before this."
            )
    if not lines:
        raise RecordingError(f"{path} is empty, so it is no recording of the tap.")
    return [_exchange(number, parts[number]) for number in sorted(parts)]


def _check_first(path: Path, entry: Any) -> None:
    version = entry.get("recording") if isinstance(entry, dict) else None
    if version is None:
        raise RecordingError(
            f'{path} is no recording of the tap: its first line is not {{"recording": 1}}.'
        )
    if version != VERSION:
        raise RecordingError(
            f"{path} is a recording of version {version!r}; this course reads version {VERSION}."
        )


def _check_entry(entry: Any) -> None:
    """Raise ValueError with a sentence unless this is a line of a recording."""
    if not isinstance(entry, dict):
        raise ValueError("this is not a JSON object, so the file is damaged.")
    if not isinstance(entry.get("exchange"), int):
        raise ValueError("exchange must be a number.")
    match entry:
        case {"request": {"method": str(), "path": str(), "headers": dict() as headers}}:
            _check_headers("request", headers)
        case {"response": {"at": at, "status": int() as status, "headers": dict() as headers}}:
            _check_time(at)
            _check_headers("response", headers)
            if not 200 <= status <= 599:
                raise ValueError(f"status must be from 200 to 599, not {status}.")
        case {"text": str(), "at": at}:
            _check_time(at)
        case {"base64": str() as data, "at": at}:
            _check_time(at)
            try:
                base64.b64decode(data, validate=True)
            except ValueError:
                raise ValueError("base64 holds something else.") from None
        case {"note": str()}:
            pass
        case {"end": str() as end, "at": at}:
            _check_time(at)
            if end not in ENDS:
                raise ValueError(f"end must be one of {', '.join(ENDS)}, not {end!r}.")
        case _:
            raise ValueError(
                "this is no whole request, response, text, base64, note or end of an exchange."
            )


def _check_headers(what: str, headers: dict[str, Any]) -> None:
    for name, value in headers.items():
        if not isinstance(value, str) or not (name + value).isascii() or "\n" in name + value:
            raise ValueError(f"the {what}'s header {name!r} must be one line of ASCII.")


def _check_time(at: object) -> None:
    if isinstance(at, bool) or not isinstance(at, int | float) or not 0 <= at < 1e6:
        raise ValueError(f"at must be a number of seconds from 0, not {at!r}.")


def _exchange(number: int, entries: Iterable[dict[str, Any]]) -> Exchange:
    request: dict[str, Any] = {}
    response: dict[str, Any] = {"status": 0, "headers": {}, "at": 0.0}
    chunks: list[TimedBytes] = []
    notes: list[str] = []
    end: dict[str, Any] = {"end": STOPPED}
    for entry in entries:
        if "request" in entry:
            request = entry["request"]
        elif "response" in entry:
            response = entry["response"]
        elif "note" in entry:
            notes.append(entry["note"])
        elif "end" in entry:
            end = entry
        else:
            text = entry.get("text")
            data = text.encode() if text is not None else base64.b64decode(entry["base64"])
            chunks.append(TimedBytes(entry["at"], data))
    last = chunks[-1].at if chunks else response["at"]
    return Exchange(
        number=number,
        method=request["method"],
        path=request["path"],
        headers=request["headers"],
        body=request.get("json", request.get("text")),
        status=response["status"],
        answer_headers=response["headers"],
        headers_at=response["at"],
        chunks=tuple(sorted(chunks, key=lambda chunk: chunk.at)),
        end=end["end"],
        end_at=max(end.get("at", last), last),
        notes=tuple(notes),
    )


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


class Writer:
    """Writes a recording, line by line, as things happen.

    problem: one sentence, once the file can't be written any more; nothing is raised then,
        because what is recorded must go on.
    """

    def __init__(self, path: Path) -> None:
        """Begin the file, which only its owner can read; raises OSError if that can't be."""
        self.path = path
        self.problem = ""
        self._count = 0
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._write({"recording": VERSION})

    def exchange(
        self, method: str, address: str, headers: Mapping[str, str], body: bytes
    ) -> "Tape":
        """Begin an exchange.

        address: path and query.
        headers: names in lower case.
        """
        self._count += 1
        return Tape(self, self._count, method, address, headers, body)

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def _write(self, entry: dict[str, Any]) -> None:
        if self.problem:
            return
        line = json.dumps(entry, ensure_ascii=False, separators=(",", ":")) + "\n"
        try:
            data = line.encode("utf-8", "backslashreplace")
            while data:
                data = data[os.write(self._file, data) :]
        except OSError as error:
            self.problem = (
                f"The recording stops here: {self.path} can't be written ({error.strerror})."
            )


class Tape:
    """One exchange on its way into the file, with every key struck out."""

    def __init__(
        self,
        writer: Writer,
        number: int,
        method: str,
        address: str,
        headers: Mapping[str, str],
        body: bytes,
    ) -> None:
        self.number = number
        self._writer = writer
        self._secrets = secrets(headers, address)
        self.scrubber = Scrubber(self._secrets)
        request: dict[str, Any] = {
            "method": method,
            "path": self.scrubber.address(address),
            "headers": self._headers(headers),
            **self._body(headers, body),
        }
        self._put({"request": request})

    def response(self, at: float, status: int, headers: Mapping[str, str]) -> None:
        """Write the beginning of the response; from here on its ids are struck out too."""
        self.scrubber = Scrubber(self._secrets | identities(headers))
        answer = {"at": seconds(at), "status": status, "headers": self._headers(headers)}
        self._put({"response": answer})

    def chunk(self, at: float, data: bytes) -> None:
        """Write a chunk of the body, as soon as it is sure where keys end in it."""
        for chunk in self.scrubber.feed(at, data):
            self._put({"at": seconds(chunk.at)} | readable(chunk.data))

    def note(self, sentence: str) -> None:
        """Write a violation of the protocol."""
        self._put({"note": self.scrubber.text(sentence)})

    def end(self, at: float, how: str) -> None:
        """Write how the exchange ended, one of ENDS."""
        for chunk in self.scrubber.end():
            self._put({"at": seconds(chunk.at)} | readable(chunk.data))
        self._put({"end": how, "at": seconds(at)})

    def _headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        said = {name: self.scrubber.text(value) for name, value in kept(headers).items()}
        return {name: value for name, value in said.items() if value.isascii()}

    def _body(self, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
        if not body or "content-encoding" in headers:  # packed: a key could hide in it
            return {}
        try:
            value = self.scrubber.json(json.loads(body))
        except (ValueError, RecursionError):
            return readable(self.scrubber.strike(body))
        if isinstance(value, dict) and isinstance(value.get("metadata"), dict):
            value["metadata"] = dict.fromkeys(value["metadata"], "*")  # it names the user
        return {"json": value}

    def _put(self, entry: dict[str, Any]) -> None:
        self._writer._write({"exchange": self.number} | entry)


def seconds(at: float) -> float:
    """Return a time to the microsecond, which is finer than any network's own."""
    return round(at, 6)


def readable(data: bytes) -> dict[str, str]:
    """Return bytes as text if they are whole characters, else in base 64."""
    try:
        return {"text": data.decode()}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data).decode()}


class Unpacker:
    """Unpacks a body that was packed for the way, chunk by chunk."""

    KINDS = ("gzip", "x-gzip", "deflate")

    def __init__(self, kind: str) -> None:
        # 32 + 15 reads gzip and zlib by their header.
        self._read = zlib.decompressobj(47).decompress if kind in self.KINDS else None

    def feed(self, data: bytes) -> bytes:
        """Return what these bytes say; raises zlib.error if they are damaged."""
        return self._read(data) if self._read else data
