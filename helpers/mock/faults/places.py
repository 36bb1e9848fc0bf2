"""Where in an answer a fault strikes."""

from collections.abc import Iterator
from typing import NamedTuple

from ..plan import Plan, TimedBytes
from ..response import EVENT_STREAM
from . import event
from .fault import Fault

EVENTS_BEFORE_TOKENS = 3  # message_start, content_block_start, ping


class Place(NamedTuple):
    """The chunk that a fault strikes, and the number of its bytes that come before.

    A chunk is an event here: faults strike before the bytes are cut anew.
    """

    chunk: int
    byte: int


def is_stream(plan: Plan) -> bool:
    """Tell whether the body is a stream of events."""
    return ("content-type", EVENT_STREAM) in plan.headers


def find(fault: Fault, plan: Plan, tokens: int | None = None) -> Place | None:
    """Return where a fault strikes an answer; None if the answer has no such place.

    tokens: the length of the answer, which has its middle near half of them.

    An answer that isn't a stream has no events, so their places are its middle.
    """
    if fault.at == "before_headers":
        return Place(0, 0)
    if fault.at_byte is not None:
        return at_byte(plan, fault.at_byte)
    if fault.at == "inside_character":
        return inside_character(plan)
    if not is_stream(plan):
        return at_byte(plan, sum(len(chunk.data) for chunk in arriving(plan)) // 2)
    if fault.at_event is not None:
        return at_event(plan, fault.at_event)
    if fault.at == "inside_tool_json":
        return inside_tool_json(plan)
    if fault.at == "after_message_delta":
        for number, chunk in enumerate(arriving(plan)):
            if event.ends_message(event.read(chunk.data)):
                return Place(number + 1, 0)
        return None
    middle = count(plan) // 2
    return Place(middle if tokens is None else min(middle, EVENTS_BEFORE_TOKENS + tokens // 2), 0)


def at_event(plan: Plan, number: int) -> Place | None:
    """Return the place after so many events."""
    return Place(number, 0) if number <= count(plan) else None


def at_byte(plan: Plan, number: int) -> Place | None:
    """Return the place after so many bytes of the body."""
    place = Place(0, 0)
    for index, chunk in enumerate(arriving(plan)):
        if number < len(chunk.data):
            return Place(index, number)
        number -= len(chunk.data)
        place = Place(index + 1, 0)
    return place if number == 0 else None


def inside_character(plan: Plan) -> Place | None:
    """Return the place inside the first character of several bytes."""
    for index, chunk in enumerate(arriving(plan)):
        for byte, value in enumerate(chunk.data):
            if value >= 0xC0:  # the first byte of such a character; the others are below
                length = 2 if value < 0xE0 else 3 if value < 0xF0 else 4
                return Place(index, byte + length // 2)
    return None


def inside_tool_json(plan: Plan) -> Place | None:
    """Return the place half-way through the fragments of the first tool's input."""
    first: object = None
    fragments: list[int] = []
    for index, chunk in enumerate(arriving(plan)):
        read = event.read(chunk.data)
        if event.fragment(read):
            if fragments and event.tool_of(read) != first:
                break
            first = event.tool_of(read)
            fragments.append(index)
    return Place(fragments[len(fragments) // 2], 0) if fragments else None


def count(plan: Plan) -> int:
    """Return the number of chunks that arrive."""
    return sum(1 for _ in arriving(plan))


def arriving(plan: Plan) -> Iterator[TimedBytes]:
    """Yield what arrives of an answer, also of one that another fault drops."""
    try:
        yield from plan.chunks
    except ConnectionResetError:
        return
