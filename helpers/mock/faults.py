"""What goes wrong on a network, on demand.

A fault takes the plan of a healthy answer and gives the plan of a broken one. `strike` is the
number of chunks (before any re-cutting: of events) that get through unharmed.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice

from .plan import Plan, TimedBytes
from .response import EVENT_STREAM, error_plan
from .wire import encode

Fault = Callable[[Plan, int], Plan]

STALL_SECONDS = 20.0
SLOW_START_SECONDS = 8.0
EVENTS_BEFORE_TOKENS = 3  # message_start, content_block_start, ping
OVERLOADED = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}


def cut(plan: Plan, strike: int) -> Plan:
    """Close the connection cleanly in mid-answer; message_stop never comes."""
    return replace(plan, render=lambda: islice(plan.chunks, strike))


def reset(plan: Plan, strike: int) -> Plan:
    """Drop the connection in mid-answer."""

    def render() -> Iterator[TimedBytes]:
        yield from islice(plan.chunks, strike)
        raise ConnectionResetError("The offline API dropped the connection (fault: reset).")

    return replace(plan, render=render)


def stall(plan: Plan, strike: int) -> Plan:
    """Fall silent in mid-answer for 20 seconds, without pings, then go on."""
    return replace(plan, render=lambda: _late(plan, strike, STALL_SECONDS))


def slow_start(plan: Plan, strike: int) -> Plan:
    """Send message_start on time and everything else 8 seconds late."""
    on_time = 1 if is_stream(plan) else 0
    return replace(plan, render=lambda: _late(plan, on_time, SLOW_START_SECONDS))


def overloaded(plan: Plan, strike: int) -> Plan:
    """Send an error event in mid-answer, after a status of 200, and end there.

    An answer that isn't streamed has no middle: it becomes a 529.
    """
    if not is_stream(plan):
        return status_529(plan, strike)

    def render() -> Iterator[TimedBytes]:
        chunks = plan.chunks
        yield from islice(chunks, strike)
        yield from (TimedBytes(chunk.at, encode(OVERLOADED)) for chunk in islice(chunks, 1))

    return replace(plan, render=render)


def status_529(plan: Plan, strike: int) -> Plan:
    """Refuse with status 529 before any event."""
    return error_plan(529, "overloaded_error", "Overloaded", dict(plan.headers)["request-id"])


FAULTS: dict[str, Fault] = {
    "cut": cut,
    "reset": reset,
    "stall": stall,
    "overloaded": overloaded,
    "529": status_529,
    "slow_start": slow_start,
}


def apply(name: str, plan: Plan, tokens: int) -> Plan:
    """Return the plan with a fault that strikes in the middle of the answer.

    tokens: the length of the answer, one event a token.
    """
    if is_stream(plan):
        return FAULTS[name](plan, EVENTS_BEFORE_TOKENS + tokens // 2)
    return FAULTS[name](replace(plan, render=lambda: _in_halves(plan)), 1)


def is_stream(plan: Plan) -> bool:
    """Tell whether the body is a stream of events."""
    return ("content-type", EVENT_STREAM) in plan.headers


def _late(plan: Plan, strike: int, seconds: float) -> Iterator[TimedBytes]:
    for number, chunk in enumerate(plan.chunks):
        yield chunk if number < strike else TimedBytes(chunk.at + seconds, chunk.data)


def _in_halves(plan: Plan) -> Iterator[TimedBytes]:
    for at, data in plan.chunks:
        middle = len(data) // 2
        yield TimedBytes(at, data[:middle])
        yield TimedBytes(at, data[middle:])
