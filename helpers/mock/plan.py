"""What will be sent and when, decided before the first byte leaves."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple


class TimedBytes(NamedTuple):
    """Bytes that leave together, as one network chunk.

    at: seconds since the request arrived.
    data: the bytes.
    """

    at: float
    data: bytes


class ConnectionCut(ConnectionResetError):
    """A plan ends the connection here in the ordinary way (FIN), with its body unfinished.

    Any other ConnectionResetError ends it with a reset (RST).
    """


@dataclass(frozen=True)
class Request:
    """What a client sent.

    path: without the query.
    headers: names in lower case.
    query: what came after the question mark of the path.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    query: str = ""


@dataclass(frozen=True)
class Plan:
    """One response: status and headers, and the chunks of its body with their times.

    The status line and headers leave together with the first chunk.

    render: makes the chunks. It is called anew for every reading of `chunks`, so that a plan
        can be looked at and then played, and no answer stands in memory as a whole.
    """

    status: int
    headers: list[tuple[str, str]]
    render: Callable[[], Iterator[TimedBytes]]

    @property
    def chunks(self) -> Iterator[TimedBytes]:
        """The chunks in order of time; raises ConnectionResetError where the line drops."""
        return self.render()
