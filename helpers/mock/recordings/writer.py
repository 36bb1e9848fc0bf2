"""Writes a recording while things happen, with every key struck out."""

import base64
import json
import os
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .exchange import VERSION
from .scrub import Scrubber, harmless, identities, secrets


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
        said = {name: self.scrubber.text(value) for name, value in harmless(headers).items()}
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
