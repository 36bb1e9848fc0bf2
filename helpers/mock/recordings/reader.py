"""Reads a recording, and names each mistake in it by file and line."""

import base64
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..plan import TimedBytes
from .exchange import ENDS, STOPPED, VERSION, Exchange


class RecordingError(ValueError):
    """A file is no recording that can be used; the message says which, where, and why."""


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
