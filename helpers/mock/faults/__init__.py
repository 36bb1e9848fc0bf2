"""What goes wrong on a network and in an API, on demand.

A fault takes the plan of a healthy answer and gives the plan of a broken one. Faults compose:
whatever the order in which they are named, those that change events come first, then those of
the connection, then those that change how the bytes are written. So a place that counts events
counts those that a client sees, and a place that counts bytes counts those on the wire.

    fault.py       a fault as a value: its kind, its place, its options; what each kind does
    event.py       the event in a chunk, as far as a fault must read it
    places.py      where a fault strikes
    refusal.py     errors in the API's own words
    connection.py  silence, and the ways in which a connection ends
    encoding.py    gzip, and other line ends
    events.py      whole events: more of them, fewer, other ones
    quirks.py      what other servers do differently
    under_way.py   what happens to an answer that is being sent already
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache

from ..chance import fingerprint
from ..plan import Plan, TimedBytes
from .connection import end, slow_start, stall
from .encoding import accepts_gzip, gzip, line_ends
from .events import OF_EVENTS, large_tool_input, malformed
from .fault import (
    FAULTS,
    KINDS,
    PLACES,
    SLOW_START_SECONDS,
    STALL_SECONDS,
    Fault,
    FaultSetting,
    each,
    words,
)
from .places import Place, find, is_stream
from .quirks import QUIRKS
from .refusal import error_event, refuse
from .under_way import Break, strike_all

__all__ = [
    "FAULTS",
    "KINDS",
    "OF_EVENTS",
    "PLACES",
    "QUIRKS",
    "SLOW_START_SECONDS",
    "STALL_SECONDS",
    "Attempts",
    "Break",
    "Fault",
    "FaultSetting",
    "accepts_gzip",
    "apply",
    "each",
    "strike_all",
    "words",
]


LINE_ENDS = {"crlf": b"\r\n", "cr": b"\r"}


class Attempts:
    """How often each request has met each fault: the one place where the offline API remembers.

    The oldest counts are forgotten when there are too many.
    """

    MOST = 10_000

    def __init__(self) -> None:
        self._counts: OrderedDict[str, int] = OrderedDict()

    def striking(self, faults: Iterable[Fault], source: str) -> list[Fault]:
        """Return the faults that strike this attempt, and count it.

        source: what tells one client's request from all others.
        """
        return [fault for fault in faults if fault.times is None or self._count(fault, source)]

    def forget(self) -> None:
        """Start counting anew."""
        self._counts.clear()

    def _count(self, fault: Fault, source: str) -> bool:
        assert fault.times is not None
        key = fingerprint([source, fault.to_json()], 0)
        count = self._counts.pop(key, 0)
        self._counts[key] = min(count + 1, fault.times)
        if len(self._counts) > self.MOST:
            self._counts.popitem(last=False)
        return count < fault.times


def apply(
    faults: Sequence[Fault],
    plan: Plan,
    tokens: int | None = None,
    *,
    may_compress: bool = False,
    retell: Callable[[Plan], Plan] = lambda plan: plan,
) -> Plan:
    """Return the plan with these faults in it.

    tokens: the length of the answer.
    may_compress: whether the request allows a compressed body.
    retell: writes errors in the words of the endpoint, if they aren't the Messages API's.
    """
    for fault in faults:
        plan = _in_events(fault, plan, tokens)
    plan = retell(plan)
    for fault in faults:
        if fault.kind == "malformed":
            plan = _struck(fault, plan, tokens, _by_event(malformed))
        elif fault.kind in QUIRKS and is_stream(plan):
            plan = _quirky(fault, plan)
    for fault in faults:
        if not _counts_bytes(fault):
            plan = _in_connection(fault, plan, tokens)
    for fault in faults:
        if fault.kind in LINE_ENDS and is_stream(plan):
            plan = line_ends(plan, LINE_ENDS[fault.kind])
    compress = [fault for fault in faults if fault.kind == "gzip"]
    if compress and (may_compress or any(fault.forced for fault in compress)):
        plan = gzip(plan)
    for fault in faults:
        if _counts_bytes(fault):
            plan = _in_connection(fault, plan, tokens)
    return plan


def _in_events(fault: Fault, plan: Plan, tokens: int | None) -> Plan:
    """Return the plan with a fault of whole events, if it is one."""
    whole = not is_stream(plan)
    # An answer that isn't streamed has no middle, and before the headers there is no event.
    if fault.kind == "status" or (
        fault.kind == "error" and (whole or fault.at == "before_headers")
    ):
        return refuse(fault, plan)
    if whole:
        return plan
    if fault.kind == "error":
        return _struck(fault, plan, tokens, _by_event(error_event))
    if fault.kind == "large_tool_input":
        return replace(plan, render=lambda: large_tool_input(fault, plan))
    if fault.kind in OF_EVENTS:
        return _struck(fault, plan, tokens, _by_event(OF_EVENTS[fault.kind]))
    return plan


def _in_connection(fault: Fault, plan: Plan, tokens: int | None) -> Plan:
    """Return the plan with a fault of the connection, if it is one."""
    if fault.kind in ("reset", "drop", "close"):
        return _struck(fault, plan, tokens, end)
    if fault.kind == "stall":
        return _struck(fault, plan, tokens, stall)
    if fault.kind == "slow_start":
        on_time = 1 if is_stream(plan) else 0
        return replace(plan, render=lambda: slow_start(fault, plan, on_time))
    return plan


def _quirky(fault: Fault, plan: Plan) -> Plan:
    """Return the plan as another server would stream it."""
    return replace(plan, render=lambda: QUIRKS[fault.kind](fault, plan))


def _counts_bytes(fault: Fault) -> bool:
    """Tell whether a fault strikes at a byte of the wire. Pings need the gaps between events."""
    return fault.at_byte is not None and fault.ping_every is None


def _by_event(
    strike: Callable[[Fault, Plan, int], Iterator[TimedBytes]],
) -> Callable[[Fault, Plan, Place], Iterator[TimedBytes]]:
    return lambda fault, plan, place: strike(fault, plan, place.chunk)


def _struck(
    fault: Fault,
    plan: Plan,
    tokens: int | None,
    strike: Callable[[Fault, Plan, Place], Iterator[TimedBytes]],
) -> Plan:
    """Return the plan with a fault at its place, which is looked for once, when first needed."""
    place = cache(lambda: find(fault, plan, tokens))

    def render() -> Iterator[TimedBytes]:
        found = place()
        return plan.chunks if found is None else strike(fault, plan, found)

    return replace(plan, render=render)
