"""One request and its response, as they were."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..chance import fingerprint
from ..plan import ConnectionCut, Plan, TimedBytes
from ..response import request_id

VERSION = 1
COMPLETE = "complete"
DROPPED = "dropped"  # the API closed the connection inside the answer
RESET = "reset"  # the API's connection broke inside the answer
CLIENT_LEFT = "client left"
UNREACHABLE = "unreachable"
STOPPED = "stopped"  # the tap was
ENDS = (COMPLETE, DROPPED, RESET, CLIENT_LEFT, UNREACHABLE, STOPPED)


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
