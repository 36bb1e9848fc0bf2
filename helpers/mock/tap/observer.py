"""Observes one exchange that passes the tap: records it, counts and checks."""

import json
import time
import zlib
from collections.abc import Mapping

import httpx
from starlette.requests import Request

from ..recordings import Writer, exchange
from ..recordings.writer import Tape, Unpacker
from .protocol import Stream, checker_for
from .screen import Row, Screen


class Observer:
    """Records, counts and checks one exchange."""

    def __init__(self, writer: Writer, screen: Screen, request: Request, body: bytes) -> None:
        self.started = time.monotonic()
        self.screen = screen
        headers = join_headers(request.headers.raw)
        address = request.url.path + "?" * bool(request.url.query) + request.url.query
        self.tape: Tape = writer.exchange(request.method, address, headers, body)
        self.path = request.url.path
        self.asked_for_stream = wants_stream(body)
        title = f"{request.method} {self.tape.scrubber.address(address)}"
        self.row = Row(self.tape.number, title, started=self.started)
        self.stream: Stream | None = None
        self.unpacker = Unpacker("")
        screen.begin(self.row)

    def now(self) -> float:
        """Return the seconds since the request."""
        return time.monotonic() - self.started

    def response(self, response: httpx.Response) -> None:
        """See a response begin."""
        headers = join_headers(response.headers.raw)
        self.row.status = response.status_code
        self.row.seconds = self.now()
        self.tape.response(self.row.seconds, response.status_code, headers)
        self.unpacker = Unpacker(headers.get("content-encoding", ""))
        kind = headers.get("content-type", "no content type")
        if kind.startswith("text/event-stream"):
            self.stream = Stream(checker_for(self.path))
        elif self.asked_for_stream and response.is_success:
            self._note(f"The request asked for a stream, and the answer is {kind}.")

    def chunk(self, at: float, data: bytes) -> None:
        """See a chunk of the body."""
        self.row.seconds = at
        self.row.chunks += 1
        self.row.bytes += len(data)
        try:
            text = self.unpacker.feed(data)
        except zlib.error as error:
            self.unpacker = Unpacker("")
            self._note(f"The body can't be unpacked: {error}.")
            return
        self.tape.chunk(at, text)
        if self.stream is not None:
            for sentence in self.stream.feed(text):
                self._note(sentence)
            self.row.events = self.stream.events

    def unreachable(self, sentence: str) -> None:
        """See that there was no response."""
        self.row.status = 502
        self._note(sentence)

    def end(self, how: str) -> None:
        """See the exchange end, one of exchange.ENDS."""
        self.row.seconds = self.now()
        ours = how in (exchange.CLIENT_LEFT, exchange.STOPPED)  # then nothing is missing
        if self.stream is not None and not ours:
            for sentence in self.stream.end():
                self._note(sentence)
        self.tape.end(self.row.seconds, how)
        said = self.stream.summary if self.stream is not None else ""
        said = self.tape.scrubber.text(said)
        self.row.outcome = (said or how) if how == exchange.COMPLETE else how
        self.screen.end(self.row)

    def _note(self, sentence: str) -> None:
        self.tape.note(sentence)
        self.screen.note(self.row, self.tape.scrubber.text(sentence))


def join_headers(raw: list[tuple[bytes, bytes]]) -> Mapping[str, str]:
    """Return headers by name in lower case; several of one name stand in one value."""
    found: dict[str, str] = {}
    for name, value in raw:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        found[key] = f"{found[key]}, {text}" if key in found else text
    return found


def wants_stream(body: bytes) -> bool:
    """Tell whether a request asks for a stream."""
    try:
        request = json.loads(body)
    except (ValueError, RecursionError):
        return False
    return isinstance(request, dict) and request.get("stream") is True
