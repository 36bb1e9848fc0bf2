"""Runs for the cards view: of one agent, and of a team beforehand."""

from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import httpx

from helpers.clock import Clock
from helpers.retry import Recovery
from helpers.simulation.virtual_time import LoopClock, simulate, simulate_tool
from helpers.team import Asked, Member, TeamEvent, run_team

__all__ = ["alone", "alone_beforehand", "team_beforehand"]


async def alone(task: str, run: AsyncGenerator[Any]) -> AsyncGenerator[TeamEvent]:
    """Give the events of one agent as those of a team that is nobody else."""
    yield "", Asked(task)
    async with aclosing(run) as events:
        async for event in events:
            yield "", event


def alone_beforehand(
    task: str, pairs: Iterable[tuple[float, Any]]
) -> list[tuple[float, TeamEvent]]:
    """Return the events of one agent that are known already, with their times, likewise."""
    return [(0.0, ("", Asked(task))), *((at, ("", event)) for at, event in pairs)]


def team_beforehand(
    client: Callable[[Clock], httpx.AsyncClient],
    question: str,
    *,
    model: str,
    supervisor: Member,
    specialists: Sequence[Member],
    recovery: Recovery | None = None,
) -> list[tuple[float, TeamEvent]]:
    """Return the events of a team's run with their times, on a clock that jumps.

    Args:
        client: makes a client of an offline API that goes by this clock.
        question: what the user asks.
        model: the model's id on the wire.
        supervisor: who answers.
        specialists: who can be asked; all tools run, so mind what they do.
        recovery: how failures are dealt with.
    """

    def acting(member: Member) -> Member:
        return replace(member, tools=[simulate_tool(tool) for tool in member.tools])

    async def run(clock: LoopClock) -> AsyncGenerator[TeamEvent]:
        async with client(clock) as http:
            async for event in run_team(
                http,
                question,
                model=model,
                supervisor=acting(supervisor),
                specialists=[acting(member) for member in specialists],
                clock=clock,
                random=lambda: 0.5,
                recovery=recovery,
            ):
                yield event

    return simulate(run)
