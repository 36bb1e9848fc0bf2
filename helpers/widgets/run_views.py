"""Live views of an agent's run: what `course` hands out to see its events and tools."""

from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING, Any

import httpx

from helpers.clock import RealClock
from helpers.providers.models import OFFLINE_MODEL, price
from helpers.session import clients
from helpers.session.clients import (
    MOCK_HEADERS,
    as_body,
    client_on,
    http,
    mock_client,
    mock_settings,
    request,
    visible,
)

if TYPE_CHECKING:
    from helpers.retry import Recovery
    from helpers.team import Member
    from helpers.tools import Tool
    from helpers.widgets.cards.view import CardsView
    from helpers.widgets.chaos.view import ChaosView
    from helpers.widgets.timeline.view import TimelineView


def dispatch_times(
    body: dict[str, Any] | str, *, tools: "Iterable[Tool]" = (), **changes: Any
) -> list[tuple[str, float, float]]:
    """Return how long one turn with tools takes under each strategy of dispatch.

    The run goes by a clock that jumps, as in `simulate`.

    Args:
        body: a request, or just a prompt.
        tools: what the model may call.
        changes: fields of the mock's settings, such as `pace`.

    Returns:
        For each strategy: its name, the seconds to the end of the first turn, and how many of
        them came after the ideal end.
    """
    from helpers.widgets.timeline.model import distance, first_turn, fold

    times = []
    for strategy in ("end_of_turn", "serial", "parallel"):
        turn = first_turn(fold(simulate(body, tools=tools, strategy=strategy, **changes)))
        times.append((strategy, turn.ended or 0.0, distance(turn) or 0.0))
    return times


def simulate(
    body: dict[str, Any] | str,
    *,
    tools: "Iterable[Tool]" = (),
    dispatcher: Any = None,
    strategy: str = "parallel",
    max_turns: int = 10,
    recovery: "Recovery | None" = None,
    unblocked: bool = False,
    **changes: Any,
) -> list[tuple[float, Any]]:
    """Run the agent against the offline API in no time; return its events with their times.

    Times are in seconds since the start, and the same on every machine: the run goes by a
    clock that jumps, also for what its tools sleep. They do run, so mind what they do.

    Args:
        body: a request, or just a prompt.
        tools: what the model may call.
        dispatcher: a class like ToolDispatcher, to be used instead of the agent's own.
        strategy: "end_of_turn", "serial" (mid-stream) or "parallel" (mid-stream, too).
        max_turns: requests at most.
        recovery: how the agent deals with failures.
        unblocked: let tools stop nobody but themselves, as if none ever blocked the loop.
        changes: fields of the mock's settings, such as `pace` or `fault`.
    """
    from helpers.simulation.virtual_time import LoopClock, simulate, simulate_tool

    body, settings = as_body(body), mock_settings(visible(changes))
    acted = [simulate_tool(tool, unblocked=unblocked) for tool in tools]

    async def run(clock: LoopClock) -> AsyncGenerator[Any]:
        async with client_on(settings, clock) as client:
            async for event in agent_events(
                client,
                body,
                acted,
                dispatcher,
                max_turns,
                strategy=strategy,
                recovery=recovery,
                clock=clock,
                random=lambda: 0.5,
            ):
                yield event

    return simulate(run)


def timeline(
    body: dict[str, Any] | str | list[tuple[float, Any]],
    *,
    tools: "Iterable[Tool]" = (),
    dispatcher: Any = None,
    max_turns: int = 10,
    recovery: "Recovery | None" = None,
    autostart: bool = True,
    **changes: Any,
) -> "TimelineView":
    """Return the timeline of an agent's run: its answers and tools on one clock, live.

    Args:
        body: a request, or just a prompt. Or a recorded run to be played again: pairs of
            seconds and event, such as `simulate` returns.
        tools: what the model may call. In mock mode they run once more beforehand, on a
            clock that jumps, so that the view knows its length and its ideal.
        dispatcher: a class like ToolDispatcher, such as yours, to dispatch the calls.
        max_turns: requests at most.
        recovery: how the agent deals with failures.
        autostart: start at once, without a press on Start; in mock mode only.
        changes: fields of the mock's settings, such as `pace` or `fault`.
    """
    from helpers.simulation.timeline_runs import replay
    from helpers.widgets.timeline.model import fold, ideal_finish
    from helpers.widgets.timeline.view import Run, TimelineView

    if isinstance(body, list):
        pairs = body
        recorded = Run(lambda: replay(pairs, RealClock()), expected=fold(pairs))
        return TimelineView({"run": recorded}, autostart=autostart)
    asked, tools, changes = as_body(body), list(tools), visible(changes)

    async def run() -> AsyncGenerator[Any]:
        async with http(mock=changes) as client:
            async for event in agent_events(
                client, asked, tools, dispatcher, max_turns, recovery=recovery
            ):
                yield event

    if clients.session.mode != "mock":
        at_most = clients.session.estimate(asked)
        return TimelineView({"run": Run(run)}, at_most=at_most, autostart=False)
    _ = clients.session.mock_url  # its start is no part of the time to first token
    options = {"tools": tools, "max_turns": max_turns, "recovery": recovery, **changes}
    expected = fold(simulate(asked, dispatcher=dispatcher, **options))
    free = fold(simulate(asked, unblocked=True, **options))
    return TimelineView(
        {"run": Run(run, expected=expected, ideal=ideal_finish(free))}, autostart=autostart
    )


def compare_dispatch(
    body: dict[str, Any] | str,
    *,
    tools: "Iterable[Tool]",
    autostart: bool = False,
    **changes: Any,
) -> "TimelineView":
    """Return the same turn three times on one clock: tools at its end, or in mid-stream.

    It runs on the offline API in every mode, because its times are what is compared.

    Args:
        body: a request, or just a prompt.
        tools: what the model may call; they also run beforehand, on a clock that jumps.
        autostart: start all three at once, without a click.
        changes: fields of the mock's settings, such as `pace` or `seed`.
    """
    from helpers.simulation.timeline_runs import until_first_turn
    from helpers.widgets.timeline.model import STRATEGIES, first_turn, fold, ideal_finish, under
    from helpers.widgets.timeline.view import Run, TimelineView

    body, tools = {**as_body(body), "model": OFFLINE_MODEL}, list(tools)
    changes = {"fault": None, **visible(changes)}
    expected = fold(simulate(body, tools=tools, unblocked=True, **changes))
    ideal = ideal_finish(first_turn(expected))
    _ = clients.session.mock_url  # its start is no part of any of the three

    async def run(strategy: str) -> AsyncGenerator[Any]:
        async with mock_client(changes) as client:
            events = agent_events(client, body, tools, None, 2, strategy=strategy)
            async for event in until_first_turn(events):
                yield event

    runs = {
        strategy: Run(partial(run, strategy), name, under(expected, strategy), ideal)
        for strategy, name in STRATEGIES.items()
    }
    return TimelineView(runs, title="Timelines: three ways to dispatch", autostart=autostart)


def three_ways(
    body: dict[str, Any] | str,
    *,
    tools: "Iterable[Tool]" = (),
    ways: Sequence[str] = ("by_hand", "tool_runner", "chat"),
    autostart: bool = False,
    **changes: Any,
) -> "TimelineView":
    """Return the same task by hand and by SDKs, stacked on one clock.

    It runs on the offline API in every mode, because its times are what is compared.

    Args:
        body: a request, or just a prompt.
        tools: what the model may call; they also run beforehand, on a clock that jumps.
        ways: who does it: "by_hand", "tool_runner" and "eager" (Anthropic's SDK), "chat" and
            "responses" (OpenAI's).
        autostart: start all at once, without a click.
        changes: fields of the mock's settings, such as `pace` or `fault`.

    Raises:
        ValueError: there is no such way.
    """
    from helpers.simulation.three_ways import runs
    from helpers.widgets.timeline.view import TimelineView

    settings = mock_settings(visible(changes))
    body = {**as_body(body), "model": OFFLINE_MODEL}
    return TimelineView(
        runs(ways, body, list(tools), settings, clients.session.mock_url),
        title="Timelines: the same task in several ways",
        autostart=autostart,
    )


def agent_events(
    client: httpx.AsyncClient,
    body: dict[str, Any],
    tools: "list[Tool]",
    dispatcher: Any,
    max_turns: int,
    **options: Any,
) -> AsyncGenerator[Any]:
    """Return the events of the agent, or of the barest one around another dispatcher."""
    from helpers.simulation.timeline_runs import agent_run, own_run

    if dispatcher is None:
        return agent_run(client, body, tools, max_turns=max_turns, **options)
    return own_run(client, body, tools, dispatcher, max_turns=max_turns)


def chaos(
    body: dict[str, Any] | str,
    *,
    tools: "Iterable[Tool]" = (),
    run: Callable[..., Any] | None = None,
    every: int = 8,
    fault: str = "reset",
    recovery: "Recovery | None" = None,
    max_turns: int = 10,
    autostart: bool = False,
    **changes: Any,
) -> "ChaosView":
    """Return the map of what becomes of an agent whose connection breaks, byte by byte.

    Each answer is cut once at every so many bytes, and each cut is a whole run against the
    offline API, in every mode, on time that jumps. The tools really run, thousands of times.

    Args:
        body: a request, or just a prompt.
        tools: what the model may call.
        run: the agent, such as your `run_agent(http, messages, tools, *, model, max_turns)`;
            without it, the course's own.
        every: bytes between two cuts. The snapshot takes fewer.
        fault: how an answer breaks off: "reset", or "close", which looks like its end.
        recovery: how the course's agent deals with failures.
        max_turns: requests at most.
        autostart: start at once, without a press on Start.
        changes: other fields of the mock's settings, such as `seed` or `chunking`.

    Raises:
        ValueError: `every` is less than a byte, or there is no such fault.
    """
    from helpers.simulation.chaos_runs import AT_ONCE, CutRunner
    from helpers.widgets.chaos.view import ChaosView

    if every < 1:
        raise ValueError(f"every is a number of bytes, from 1; it is {every!r}.")
    if fault not in ("reset", "close"):
        raise ValueError(f'fault is "reset" or "close" here, not {fault!r}.')
    runner = CutRunner(
        {**as_body(body), "model": OFFLINE_MODEL},
        tools,
        mock_settings({**changes, "pace": AT_ONCE, "fault": None}),
        MOCK_HEADERS,
        run=run,
        fault=fault,
        recovery=recovery,
        max_turns=max_turns,
    )
    return ChaosView(runner, every=every, autostart=autostart)


def cards(
    body: dict[str, Any] | str,
    *,
    tools: "Iterable[Tool]" = (),
    max_turns: int = 10,
    recovery: "Recovery | None" = None,
    autostart: bool = True,
    **changes: Any,
) -> "CardsView":
    """Return an agent's run as its users see it: text by the line, and a card for each tool.

    Args:
        body: a request, or just a prompt.
        tools: what the model may call. In mock mode they run once more beforehand, on a
            clock that jumps, so that the view knows its height.
        max_turns: requests at most.
        recovery: how the agent deals with failures.
        autostart: start at once, without a press on Start; in mock mode only.
        changes: fields of the mock's settings, such as `pace` or `fault`.
    """
    from helpers.simulation.cards_runs import alone, alone_beforehand
    from helpers.widgets.cards.view import CardsView

    asked, tools, changes = as_body(body), list(tools), visible(changes)
    task = str(asked["messages"][-1]["content"])

    async def run() -> AsyncGenerator[Any]:
        async with http(mock=changes) as client:
            options = {"recovery": recovery, "open_stream": clients.session.open_stream}
            events = agent_events(client, asked, tools, None, max_turns, **options)
            async with aclosing(alone(task, events)) as named:
                async for event in named:
                    yield event

    if clients.session.mode != "mock":
        cost, at_most = partial(price, asked["model"]), clients.session.estimate(asked)
        return CardsView(run, price=cost, at_most=at_most, autostart=False)
    _ = clients.session.mock_url  # its start is no part of the time to first token
    pairs = simulate(asked, tools=tools, max_turns=max_turns, recovery=recovery, **changes)
    return CardsView(run, expected=alone_beforehand(task, pairs), autostart=autostart)


def team(
    question: str = "",
    *,
    supervisor: "Member | None" = None,
    specialists: "Sequence[Member] | None" = None,
    recovery: "Recovery | None" = None,
    autostart: bool = True,
    **changes: Any,
) -> "CardsView":
    """Return a team of agents at work, each in a lane of its own.

    Args:
        question: what the user asks; without it, one that the offline API knows.
        supervisor: who answers; without it, that of a ready team.
        specialists: who can be asked; without them, those of the ready team. In mock mode
            all tools run once more beforehand, on a clock that jumps.
        recovery: how the agents deal with failures.
        autostart: start at once, without a press on Start; in mock mode only.
        changes: fields of the mock's settings, such as `pace` or `fault`.
    """
    from helpers.simulation import checkout
    from helpers.simulation.cards_runs import team_beforehand
    from helpers.team import run_team
    from helpers.widgets.cards.view import CardsView

    question, changes = question or checkout.QUESTION, visible(changes)
    members: dict[str, Any] = {
        "model": clients.session.model,
        "supervisor": supervisor or checkout.SUPERVISOR,
        "specialists": checkout.SPECIALISTS if specialists is None else tuple(specialists),
        "recovery": recovery,
    }
    names = [members["supervisor"].name, *(member.name for member in members["specialists"])]

    async def run() -> AsyncGenerator[Any]:
        async with http(mock=changes) as client:
            asked = run_team(client, question, open_stream=clients.session.open_stream, **members)
            async with aclosing(asked) as events:
                async for event in events:
                    yield event

    shown = partial(CardsView, run, names=names, title="A team of agents")
    if clients.session.mode != "mock":
        cost, at_most = (
            partial(price, clients.session.model),
            clients.session.estimate(request(question)),
        )
        return shown(price=cost, at_most=at_most, autostart=False)
    _ = clients.session.mock_url  # its start is no part of the time to first token
    client = partial(client_on, mock_settings(changes))
    expected = team_beforehand(client, question, **members)
    return shown(expected=expected, autostart=autostart)
