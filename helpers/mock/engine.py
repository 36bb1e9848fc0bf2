"""The offline API itself, without a socket: it decides, then waits and sends.

`plan` is the whole behaviour and takes no time; `play` is the only place that waits, on a
clock that is handed in. With a VirtualClock the same bytes come at the same (virtual) times,
and nobody waits for them.
"""

import asyncio
import heapq
import itertools
import json
import math
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from typing import Any, Protocol

from . import access, control
from .chance import fingerprint
from .delivery import deliver
from .errors import ApiError, invalid
from .faults import Attempts, Break
from .messages import create as messages
from .messages import listing
from .messages.answer import Scenario, load
from .openai import chat as openai_chat
from .openai import frame as openai_frame
from .openai import responses as openai_responses
from .plan import Plan, Request, TimedBytes
from .recordings import recording
from .response import error_plan, request_id
from .settings import Settings, SettingsError
from .threads import Threads

__all__ = ["Clock", "MockAPI", "Plan", "RealClock", "TimedBytes", "VirtualClock"]

Handler = Callable[["MockAPI", Request], Plan]
NO_CHANGES: Mapping[str, Any] = {}

# What answers a request, by path and method. Each API of the mock is a module of its own.
ROUTES: dict[str, dict[str, Handler]] = {
    "/v1/messages": {"POST": messages.create},
    "/v1/messages/count_tokens": {"POST": listing.count_tokens},
    listing.MODELS: {"GET": listing.list_models},
    "/v1/chat/completions": {"POST": openai_chat.create},
    "/v1/responses": {"POST": openai_responses.create},
    "/mock/settings": {"GET": control.show_settings, "PUT": control.change_settings},
    "/mock/status": {"GET": control.show_status},
    "/mock/break": {"POST": control.break_streams},
}

NAP = 0.25  # seconds; how late POST /mock/break may be noticed
LONGEST_BURST = 100  # chunks; an answer without any pauses must not hold up the others


class Clock(Protocol):
    """Time as the engine sees it."""

    def now(self) -> float:
        """Return the time in seconds from any fixed start."""

    def sleep(self, seconds: float) -> Awaitable[None]:
        """Return that much later."""


class RealClock:
    """The time that passes."""

    def now(self) -> float:
        """Return seconds from a fixed start; never goes back."""
        return time.monotonic()

    def sleep(self, seconds: float) -> Awaitable[None]:
        """Wait."""
        return asyncio.sleep(seconds)


class VirtualClock:
    """Time that jumps to the next sleeper as soon as everyone sleeps.

    Several tasks may sleep on it: they wake in the order of their deadlines, as they would in
    real time. A task counts as asleep when it sleeps here; one that waits for a real socket or
    timer is not waited for.
    """

    # Passes of the event loop without any news before the time jumps: enough for a chunk to
    # travel through a few queues and tasks to whoever sleeps next.
    QUIET_PASSES = 10

    def __init__(self) -> None:
        self._now = 0.0
        self._sleepers: list[tuple[float, int]] = []  # a heap of deadlines, ties in order
        self._order = itertools.count()
        self._news = 0

    def now(self) -> float:
        """Return the virtual time in seconds since the clock was made."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Return when the virtual time has come, as soon as nobody has anything to do before."""
        # To the nanosecond: sums of fractions would differ in their last digit otherwise.
        me = (round(self._now + max(seconds, 0.0), 9), next(self._order))
        heapq.heappush(self._sleepers, me)
        self._news += 1
        try:
            quiet, seen = 0, self._news
            while quiet < self.QUIET_PASSES or self._sleepers[0] != me:
                await asyncio.sleep(0)
                quiet, seen = (quiet + 1, seen) if seen == self._news else (0, self._news)
            self._now = max(self._now, me[0])
        finally:
            self._sleepers.remove(me)
            heapq.heapify(self._sleepers)
            self._news += 1


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
        recordings: Sequence[recording.Exchange] = (),
    ) -> None:
        self.settings = settings or Settings()
        self.scenarios = load() if scenarios is None else scenarios
        self.clock: Clock = clock or RealClock()
        self.attempts = Attempts()
        self.streams: set[Break] = set()  # one for each answer that is being sent
        self.recordings = recordings
        self.threads = Threads()

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
            if self.recordings and (found := recording.find(self.recordings, request)):
                settings, source = self.settings_for(request), fingerprint(found.number, 0)
                return deliver(self, request, settings, found.plan(), source)
            return find_handler(request)(self, request)
        except ApiError as error:
            asked = [request.method, request.path, request.body.hex()]
            source = fingerprint(asked, self.settings.seed)
            if openai_frame.speaks_openai(request):
                return openai_frame.error_plan(error, source)
            told = (error.status, error.type, error.message, request_id(source), error.details)
            return error_plan(*told)

    def settings_for(self, request: Request, scenario: Mapping[str, Any] = NO_CHANGES) -> Settings:
        """Return the settings with what the request's `mock-settings` header changes in them.

        scenario: what the scenario that answers the request changes before that, as JSON.
        Raises ApiError if the header says something that is not possible.
        """
        base = Settings.from_json(scenario, base=self.settings) if scenario else self.settings
        header = request.headers.get("mock-settings")
        if header is None:
            return base
        try:
            return Settings.from_json(json.loads(header), base=base)
        except SettingsError as error:
            raise invalid(f"In the header mock-settings, {error}") from None
        except (ValueError, RecursionError) as error:
            raise invalid(f"The header mock-settings is not valid JSON: {error}.") from None

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
        now = self.clock.now
        start = now()
        fate = Break()
        self.streams.add(fate)
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
                            await self.clock.sleep(min(wait, NAP))
                        if fate.ends():
                            return
                if fate.ends():
                    break
                due.append(data)
        except ConnectionResetError as drop:
            dropped = drop
        finally:
            self.streams.discard(fate)
        if due:
            yield due
        if dropped:
            raise dropped


def find_handler(request: Request) -> Handler:
    """Return what answers a request; raises ApiError if nothing does."""
    methods = ROUTES.get(request.path)
    if request.path.startswith(f"{listing.MODELS}/"):
        methods = {"GET": listing.show_model}
    if methods is None:
        raise ApiError(404, "not_found_error", no_endpoint(request))
    if request.method not in methods:
        raise ApiError(405, "invalid_request_error", "Method Not Allowed")
    return methods[request.method]


def no_endpoint(request: Request) -> str:
    """Return the sentences for an address that nothing answers: what there is instead."""
    known = [f"{method} {path}" for path, methods in ROUTES.items() for method in methods]
    hint = ""
    if "/v1/v1/" in request.path:
        hint = " The address says /v1 twice: leave it out of your client's base URL."
    elif f"/v1{request.path}" in ROUTES:
        hint = f" You may mean /v1{request.path}: put /v1 into your client's base URL."
    return (
        f"Not Found: the offline API has no {request.method} {request.path}.{hint} "
        f"It answers {', '.join(known)} and GET {listing.MODELS}/ID."
    )
