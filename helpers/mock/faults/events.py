"""Faults of whole events: more of them, fewer, other ones. The connection holds."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from ..plan import Plan, TimedBytes
from ..response import PING, encode
from . import event
from .fault import Fault
from .places import arriving

FRAGMENT = 32  # bytes; what tool input comes in, about

UNKNOWN_EVENT = {"type": "future_event", "note": "A type of event that nobody knows yet."}
UNKNOWN_BLOCK = {"type": "future_block", "note": "A type of block that nobody knows yet."}
UNKNOWN_DELTA = {"type": "future_delta", "note": "A type of delta that nobody knows yet."}


def malformed(fault: Fault, plan: Plan, strike: int) -> Iterator[TimedBytes]:
    """Leave the last brace out of one event."""
    for number, chunk in enumerate(plan.chunks):
        if number == strike:
            body = chunk.data.rstrip(b"\r\n")
            yield TimedBytes(chunk.at, body[:-1] + chunk.data[len(body) :])
        else:
            yield chunk


def unknown_event(fault: Fault, plan: Plan, strike: int) -> Iterator[TimedBytes]:
    """Send one event of a new type."""
    return _inject(plan, strike, [encode(UNKNOWN_EVENT)])


def pings(fault: Fault, plan: Plan, strike: int) -> Iterator[TimedBytes]:
    """Send many pings at once."""
    assert fault.count is not None
    return _inject(plan, strike, [PING] * fault.count)


def unknown_delta(fault: Fault, plan: Plan, strike: int) -> Iterator[TimedBytes]:
    """Send one delta of a new type as soon as a block is open."""
    opened: object = None
    done = False
    for number, chunk in enumerate(plan.chunks):
        if number >= strike and opened is not None and not done:
            done = True
            delta = {"type": "content_block_delta", "index": opened, "delta": UNKNOWN_DELTA}
            yield TimedBytes(chunk.at, encode(delta))
        opened = _open_after(event.read(chunk.data), opened)
        yield chunk


def unknown_block(fault: Fault, plan: Plan, strike: int) -> Iterator[TimedBytes]:
    """Send a whole block of a new type as soon as no other is open."""
    blocks, done = 0, False
    for number, chunk in enumerate(plan.chunks):
        read = event.read(chunk.data)
        starts = read.get("type") == "content_block_start"
        if number >= strike and not done and (starts or read.get("type") == "message_delta"):
            done = True
            start = {"type": "content_block_start", "index": blocks, "content_block": UNKNOWN_BLOCK}
            yield TimedBytes(chunk.at, encode(start))
            yield TimedBytes(chunk.at, encode({"type": "content_block_stop", "index": blocks}))
        blocks += starts
        yield _renumber(chunk, read) if done else chunk


def index_gap(fault: Fault, plan: Plan, strike: int) -> Iterator[TimedBytes]:
    """Skip a number from the next block on."""
    skipped = False
    for number, chunk in enumerate(plan.chunks):
        read = event.read(chunk.data)
        skipped = skipped or (number >= strike and read.get("type") == "content_block_start")
        yield _renumber(chunk, read) if skipped else chunk


def duplicate_stop(fault: Fault, plan: Plan, strike: int) -> Iterator[TimedBytes]:
    """Send the next content_block_stop twice."""
    return _stops(plan, strike, 2)


def missing_stop(fault: Fault, plan: Plan, strike: int) -> Iterator[TimedBytes]:
    """Leave the next content_block_stop out."""
    return _stops(plan, strike, 0)


def long_line(fault: Fault, plan: Plan, strike: int) -> Iterator[TimedBytes]:
    """Make the next text delta much longer."""
    assert fault.size is not None
    done = False
    for number, chunk in enumerate(plan.chunks):
        if number >= strike and not done:
            longer = event.longer(event.read(chunk.data), "x" * fault.size)
            if longer is not None:
                done = True
                chunk = TimedBytes(chunk.at, event.rewritten(chunk.data, longer))
        yield chunk


def large_tool_input(fault: Fault, plan: Plan) -> Iterator[TimedBytes]:
    """Make the input of the first tool call much longer; it stays valid JSON.

    The first string in it grows; an input without one gets one more entry.
    """
    assert fault.size is not None
    tool, written = _first_input(plan)
    offset, before, after = _where_to_grow(written)
    more = [before] if before else []
    more += ["x" * min(FRAGMENT, fault.size - at) for at in range(0, fault.size, FRAGMENT)]
    more += [after] if after else []
    done = False
    for chunk in plan.chunks:
        read = event.read(chunk.data)
        text = event.fragment(read)
        if done or text is None or event.tool_of(read) != tool:
            yield chunk
            continue
        # An input of fragments begins with an empty one, which is left alone.
        if offset > len(text) or (written and not text):
            offset -= len(text)
            yield chunk
            continue
        done = True
        for piece in (text[:offset], *more, text[offset:]):
            if piece:
                changed = event.rewritten(chunk.data, event.with_fragment(read, piece))
                yield TimedBytes(chunk.at, changed)


# Each gets the plan and the number of the event that it strikes at or after.
OF_EVENTS: dict[str, Callable[[Fault, Plan, int], Iterator[TimedBytes]]] = {
    "unknown_event": unknown_event,
    "unknown_block": unknown_block,
    "unknown_delta": unknown_delta,
    "pings": pings,
    "duplicate_stop": duplicate_stop,
    "missing_stop": missing_stop,
    "index_gap": index_gap,
    "long_line": long_line,
}


def _inject(plan: Plan, strike: int, events: list[bytes]) -> Iterator[TimedBytes]:
    for number, chunk in enumerate(plan.chunks):
        if number == strike:
            yield from (TimedBytes(chunk.at, data) for data in events)
        yield chunk


def _stops(plan: Plan, strike: int, times: int) -> Iterator[TimedBytes]:
    done = False
    for number, chunk in enumerate(plan.chunks):
        stops = event.read(chunk.data).get("type") == "content_block_stop"
        if number >= strike and stops and not done:
            done = True
            yield from [chunk] * times
        else:
            yield chunk


def _renumber(chunk: TimedBytes, read: dict[str, Any]) -> TimedBytes:
    index = read.get("index")
    if not isinstance(index, int):
        return chunk
    return TimedBytes(chunk.at, event.rewritten(chunk.data, read | {"index": index + 1}))


def _open_after(read: dict[str, Any], opened: object) -> object:
    match read.get("type"):
        case "content_block_start":
            return read.get("index")
        case "content_block_stop":
            return None
    return opened


def _first_input(plan: Plan) -> tuple[object, str]:
    """Return which tool call is the first, and its whole input."""
    tool, written, found = None, [], False
    for chunk in arriving(plan):
        read = event.read(chunk.data)
        text = event.fragment(read)
        if text is not None and not found:
            found, tool = True, event.tool_of(read)
        if text is not None and event.tool_of(read) == tool:
            written.append(text)
    return tool, "".join(written)


def _where_to_grow(written: str) -> tuple[int, str, str]:
    """Return where an input can grow, and what must stand before and after the growth."""
    for string in re.finditer(r'"(?:[^"\\]|\\.)*"', written):
        if not written[string.end() :].lstrip().startswith(":"):
            return string.start() + 1, "", ""
    if not written:
        return 0, '{"padding": "', '"}'
    rest = written[written.find("{") + 1 :].strip()
    return written.find("{") + 1, '"padding": "', '"' if rest in ("", "}") else '", '
