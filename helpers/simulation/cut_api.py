"""The offline API, which breaks one of its answers off at a byte."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, suppress
from dataclasses import replace

import httpx

from helpers.mock.engine import MockAPI
from helpers.mock.faults import Fault, apply
from helpers.mock.plan import Plan
from helpers.mock.settings import Settings
from helpers.simulation.bounded_loop import Hung
from helpers.simulation.virtual_time import LoopClock

__all__ = ["CutAPI", "message_of"]

MOST_REQUESTS = 60


class _Clock(LoopClock):
    """The time of the running loop; between two runs there is none, and it stands."""

    def now(self) -> float:
        try:
            return super().now()
        except RuntimeError:
            return 0.0


class CutAPI(MockAPI):
    """The offline API, which breaks one of its answers off.

    Attributes:
        requests: how many came since the last cut was chosen.
        refusals: what was said against them.
        answers: the bytes of each healthy answer that was given.
    """

    def __init__(self, settings: Settings, fault: str) -> None:
        super().__init__(settings, clock=_Clock())
        self._fault = fault
        self._known: dict[bytes, Plan] = {}
        self.begin(None)

    def begin(self, place: tuple[int, int] | None) -> None:
        """Forget earlier requests, and choose which answer to cut, and after which byte."""
        self._place = place
        self.requests = 0
        self.refusals: list[str] = []
        self.answers: list[bytes] = []

    def plan(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Plan:
        """Return the response; the answer to one request breaks off."""
        self.requests += 1
        if self.requests > MOST_REQUESTS:
            raise Hung(f"it sent more than {MOST_REQUESTS} requests")
        plan = self.healthy(method, path, headers, body)
        data = b"".join(chunk.data for chunk in plan.chunks)
        if plan.status != 200:
            self.refusals.append(message_of(data))
            return plan
        self.answers.append(data)
        if self._place is None or self._place[0] != self.requests - 1:
            return plan
        return apply([Fault(self._fault, at_byte=self._place[1])], plan)

    def healthy(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Plan:
        """Return the response as it is without a cut; planned once for each request."""
        if body not in self._known:
            plan = super().plan(method, path, headers, body)
            chunks = list(plan.chunks)
            if len(self._known) >= 500:
                self._known.clear()
            self._known[body] = replace(plan, render=lambda: iter(chunks))
        return self._known[body]

    async def play(self, plan: Plan) -> AsyncGenerator[bytes]:
        """Yield the chunks; between two of them, tools get to start."""
        async with aclosing(super().play(plan)) as chunks:
            async for chunk in chunks:
                yield chunk
                await asyncio.sleep(0)


def message_of(data: bytes) -> str:
    """Return what a refusal says."""
    with suppress(ValueError, KeyError, TypeError):
        return str(httpx.Response(400, content=data).json()["error"]["message"])
    return data.decode("utf-8", "replace")
