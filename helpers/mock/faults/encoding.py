"""Faults that write the same events in other bytes: line ends and compression."""

import re
import zlib
from collections.abc import Iterator
from dataclasses import replace

from ..plan import Plan, TimedBytes


def line_ends(plan: Plan, ending: bytes) -> Plan:
    """End lines with something else than LF; both are allowed in an event stream."""

    def render() -> Iterator[TimedBytes]:
        for chunk in plan.chunks:
            yield TimedBytes(chunk.at, chunk.data.replace(b"\n", ending))

    return replace(plan, render=render)


def gzip(plan: Plan) -> Plan:
    """Compress the body; every chunk can be read as soon as it is there.

    The same bytes for the same answer, as long as zlib's version is the same.
    """

    def render() -> Iterator[TimedBytes]:
        press, at = zlib.compressobj(wbits=31), 0.0
        for chunk in plan.chunks:
            at = chunk.at
            pressed = b""
            if chunk.data:
                pressed = press.compress(chunk.data) + press.flush(zlib.Z_SYNC_FLUSH)
            yield TimedBytes(at, pressed)
        yield TimedBytes(at, press.flush())

    headers = [*plan.headers, ("content-encoding", "gzip"), ("vary", "accept-encoding")]
    return replace(plan, headers=headers, render=render)


def accepts_gzip(accept_encoding: str) -> bool:
    """Tell whether a request's accept-encoding allows gzip."""
    weights: dict[str, bool] = {}
    for entry in accept_encoding.lower().split(","):
        name, _, weight = entry.partition(";")
        zero = re.fullmatch(r"\s*q\s*=\s*0(\.0*)?\s*", weight) is not None
        weights[name.strip()] = not zero
    return weights.get("gzip", weights.get("*", False))
