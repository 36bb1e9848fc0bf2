"""Faults of the connection: silence, and the ways in which it ends."""

from collections.abc import Iterator

from ..plan import ConnectionCut, Plan, TimedBytes
from ..response import PING
from .fault import MOST_PINGS, Fault
from .places import Place


def end(fault: Fault, plan: Plan, place: Place) -> Iterator[TimedBytes]:
    """End an answer: cleanly, with the body unfinished, or with a reset.

    Status line and headers leave with the first chunk. So an answer that ends at the very start
    of its body has an empty one, unless the fault strikes before the headers.
    """
    for number, chunk in enumerate(plan.chunks):
        if number < place.chunk:
            yield chunk
            continue
        if place.byte or (number == 0 and fault.at != "before_headers"):
            yield TimedBytes(chunk.at, chunk.data[: place.byte])
        break
    if fault.kind == "reset":
        raise ConnectionResetError("The offline API dropped the connection (fault: reset).")
    if fault.kind == "drop" or fault.at == "before_headers":
        raise ConnectionCut("The offline API closed the connection (fault: drop).")


def stall(fault: Fault, plan: Plan, place: Place) -> Iterator[TimedBytes]:
    """Fall silent for a while, and be late by it from then on.

    Pings fill the silence if they should; they can only come between two events, so the
    silence then begins before the event that was struck.
    """
    assert fault.seconds is not None
    cut = 0 if fault.ping_every is not None else place.byte
    late, last = 0.0, 0.0
    for number, (at, data) in enumerate(plan.chunks):
        last = at
        if number == place.chunk:
            late = fault.seconds
            if cut or (number == 0 and fault.at != "before_headers"):
                yield TimedBytes(at, data[:cut])
            yield from _pings(fault, at)
            yield TimedBytes(at + late, data[cut:])
        else:
            yield TimedBytes(at + late, data)
    if not late:  # struck at the end of the body: the end comes late
        yield from _pings(fault, last)
        yield TimedBytes(last + fault.seconds, b"")


def slow_start(fault: Fault, plan: Plan, on_time: int) -> Iterator[TimedBytes]:
    """Send so many chunks on time and the others late."""
    assert fault.seconds is not None
    for number, chunk in enumerate(plan.chunks):
        yield chunk if number < on_time else TimedBytes(chunk.at + fault.seconds, chunk.data)


def _pings(fault: Fault, start: float) -> Iterator[TimedBytes]:
    assert fault.seconds is not None
    every = fault.ping_every or fault.seconds
    for number in range(1, MOST_PINGS):
        if not number * every < fault.seconds:
            return
        yield TimedBytes(start + number * every, PING)
