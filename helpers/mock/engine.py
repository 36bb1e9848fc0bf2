"""The offline API itself, without a socket: it decides, then waits and sends.

`plan` is the whole behaviour and takes no time; `play` is the only place that waits, on a
clock that is handed in. With a VirtualClock the same bytes come at the same (virtual) times,
and nobody waits for them.
"""

import math
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing

from . import access
from .chance import fingerprint
from .clock import Clock, RealClock, VirtualClock
from .delivery import deliver
from .errors import ApiError
from .faults import Break
from .openai import errors as openai_errors
from .plan import Plan, Request, TimedBytes
from .recordings import Exchange
from .recordings import find as find_recorded
from .response import error_plan, request_id
from .routes import find_endpoint, speaks_openai
from .script import Scenario, load
from .settings import Settings
from .state import State

__all__ = ["Clock", "MockAPI", "Plan", "RealClock", "TimedBytes", "VirtualClock"]

NAP = 0.25  # seconds; how late POST /mock/break may be noticed
LONGEST_BURST = 100  # chunks; an answer without any pauses must not hold up the others


class MockAPI:
    """The offline API.

    settings: how it behaves, unless a request says otherwise in its `mock-settings` header.
    scenarios: what it can say; by default the ones in scenarios/.
    clock: what it waits on; by default the real time.
    recordings: exchanges of recordings (recording.read). A request that one of them holds is
        answered as it was then; of the settings, only faults and chunking change that.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        scenarios: Sequence[Scenario] | None = None,
        clock: Clock | None = None,
        recordings: Sequence[Exchange] = (),
    ) -> None:
        self.state = State(
            settings or Settings(),
            load() if scenarios is None else scenarios,
            clock or RealClock(),
            recordings,
        )

    def plan(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Plan:
        """Return the response to a request: what will be sent, and when.

        path: may have a query, which pages through lists and changes nothing elsewhere.
        Takes no time. It changes nothing but what /mock/... is there to change, the threads
        and, for faults that strike a number of times, the count of attempts.
        """
        lower = {name.lower(): value for name, value in headers.items()}
        path, _, query = path.partition("?")
        request = Request(method, path, lower, body, query)
        return access.preflight(request) or access.readable(self._plan(request), request)

    def _plan(self, request: Request) -> Plan:
        try:
            access.check(request)
            recorded = self.state.recordings
            if recorded and (found := find_recorded(recorded, request)):
                settings, source = self.state.settings_for(request), fingerprint(found.number, 0)
                return deliver(self.state, request, settings, found.plan(), source)
            return find_endpoint(request)(self.state, request)
        except ApiError as error:
            asked = [request.method, request.path, request.body.hex()]
            source = fingerprint(asked, self.state.settings.seed)
            if speaks_openai(request):
                return openai_errors.error_plan(error, source)
            told = (error.status, error.type, error.message, request_id(source), error.details)
            return error_plan(*told)

    async def play(self, plan: Plan) -> AsyncGenerator[bytes]:
        """Yield the chunks of a plan, each when it is due.

        Raises ConnectionResetError where the plan, or POST /mock/break, drops the connection.
        """
        async with aclosing(self.bursts(plan)) as bursts:
            async for burst in bursts:
                for data in burst:
                    yield data

    async def bursts(self, plan: Plan) -> AsyncGenerator[list[bytes]]:
        """Yield the chunks of a plan, all that are due at once: who is late catches up cheaply.

        Every chunk is due at a time counted from the start, so a late one delays no other.
        Raises ConnectionResetError where the plan, or POST /mock/break, drops the connection.
        """
        now = self.state.clock.now
        start = now()
        fate = Break()
        self.state.streams.add(fate)
        due: list[bytes] = []
        dropped = None
        try:
            for at, data in plan.chunks:
                if start + fate.late + at > now() or len(due) == LONGEST_BURST:
                    if due:
                        yield due
                        due = []
                    wait = math.inf
                    while wait > NAP:  # in naps, so that a break is noticed in a long silence too
                        wait = start + fate.late + at - now()
                        if wait > 0:
                            await self.state.clock.sleep(min(wait, NAP))
                        if fate.ends():
                            return
                if fate.ends():
                    break
                due.append(data)
        except ConnectionResetError as drop:
            dropped = drop
        finally:
            self.state.streams.discard(fate)
        if due:
            yield due
        if dropped:
            raise dropped
