"""Runs for the timeline: the agent's, those of a learner's dispatcher, and recorded ones."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import aclosing
from dataclasses import replace
from functools import wraps
from typing import Any

import httpx

from helpers.agent import RunFinished, TurnFinished, TurnStarted, run_agent
from helpers.client import open_stream
from helpers.clock import Clock
from helpers.dispatch import ToolFinished, ToolStarted
from helpers.history import Conversation
from helpers.message import MessageAssembler, ToolCall
from helpers.streams.emit import emit_events
from helpers.streams.event_queue import EventQueue
from helpers.tools import Tool, ToolInputError, error_content, result_content

__all__ = ["Pairs", "agent_run", "own_run", "replay", "until_first_turn"]

# (seconds since the start, event)
Pairs = Sequence[tuple[float, Any]]


async def agent_run(
    http: httpx.AsyncClient,
    body: dict[str, Any],
    tools: Iterable[Tool],
    *,
    strategy: str = "parallel",
    **options: Any,
) -> AsyncGenerator[Any]:
    """Give the events of the course's agent.

    Args:
        http: a client for the API.
        body: the request; its messages are the conversation.
        tools: what the model may call.
        strategy: when tools run, one of STRATEGIES. The agent needs nothing new for any of
            them: a tool that must not run twice waits for the end of the turn anyway.
        options: others of run_agent's, such as `clock` or `max_turns`.
    """
    tools = list(tools)
    if strategy == "end_of_turn":
        tools = [replace(tool, idempotent=False) for tool in tools]
    if strategy != "parallel":
        options["tools_at_once"] = 1
    fields = {name: value for name, value in body.items() if name not in ("messages", "stream")}
    run = run_agent(http, Conversation(body["messages"]), **fields, tools=tools, **options)
    async with aclosing(run) as events:
        async for event in events:
            yield event


async def until_first_turn(events: AsyncGenerator[Any]) -> AsyncGenerator[Any]:
    """Give events up to the end of the first turn, then close the rest."""
    async with aclosing(events):
        async for event in events:
            yield event
            if isinstance(event, TurnFinished):
                return


async def replay(pairs: Pairs, clock: Clock) -> AsyncGenerator[Any]:
    """Give recorded events again, at the times at which they came."""
    start = clock.now()
    for at, event in pairs:
        await clock.sleep(max(at - (clock.now() - start), 0))
        yield event


async def own_run(
    http: httpx.AsyncClient,
    body: dict[str, Any],
    tools: Iterable[Tool],
    dispatcher: Callable[..., Any],
    *,
    max_turns: int = 10,
) -> AsyncGenerator[Any]:
    """Give the events of the barest agent, around a dispatcher of the learner's own.

    When tools run is seen at the tools themselves, so the dispatcher may emit what it likes.

    Args:
        http: a client for the API.
        body: the request; its messages are the conversation.
        tools: what the model may call.
        dispatcher: a class like ToolDispatcher.
        max_turns: requests at most.
    """
    events = EventQueue()
    work = _turns(http, body, list(tools), dispatcher, max_turns, events)
    async with aclosing(emit_events(work, events)) as told:
        async for _, event in told:
            yield event


async def _turns(
    http: httpx.AsyncClient,
    body: dict[str, Any],
    tools: list[Tool],
    dispatcher: Callable[..., Any],
    max_turns: int,
    events: EventQueue,
) -> None:
    body = {**body, "messages": list(body["messages"])}
    if tools:
        body["tools"] = [tool.definition for tool in tools]
    reply = MessageAssembler()
    number = 0
    for number in range(1, max_turns + 1):
        events.put(TurnStarted(number))
        reply, complete = MessageAssembler(), list[ToolCall]()
        watched = [_watch(tool, complete, events) for tool in tools]
        dispatch = dispatcher(watched, lambda _: None)
        try:
            async with open_stream(http, body) as stream:
                async for event in stream:
                    for update in reply.updates(event):
                        events.put(update)
                        if isinstance(update, ToolCall):
                            complete.append(update)
                            dispatch.start(update)
            dispatch.release()
            results = await dispatch.results()
        finally:
            await dispatch.cancel()
        events.put(TurnFinished(number, reply.message, str(reply.stop_reason)))
        if not results:
            break
        body["messages"] += [
            {"role": "assistant", "content": reply.message["content"]},
            {"role": "user", "content": results},
        ]
    events.put(RunFinished(str(reply.stop_reason), {**reply.usage}, number))


def _watch(tool: Tool, complete: list[ToolCall], events: EventQueue) -> Tool:
    """Return a tool that tells when its function starts and ends, from whatever thread."""
    loop, here, served = asyncio.get_running_loop(), threading.get_ident(), set[str]()

    def tell(event: Any) -> None:
        if threading.get_ident() == here:  # not later: the turn may be over by then
            events.put(event)
        else:
            loop.call_soon_threadsafe(events.put, event)

    def serves(call: ToolCall, given: dict[str, Any]) -> bool:
        try:
            return call.input is not None and tool.arguments(call.input) == given
        except ToolInputError:
            return False

    def note_start(given: dict[str, Any]) -> tuple[ToolCall | None, float]:
        free = [call for call in complete if call.name == tool.name and call.id not in served]
        call = next((call for call in free if serves(call, given)), next(iter(free), None))
        if call is not None:
            served.add(call.id)
            status = tool.status_line(call.input or {})
            tell(ToolStarted(call, status))
        return call, loop.time()

    def note_end(call: ToolCall | None, began: float, value: object, failed: bool) -> None:
        if call is not None:
            content = error_content(value) if isinstance(value, BaseException) else None
            seconds = loop.time() - began
            tell(ToolFinished(call, content or result_content(value), failed, seconds))

    @wraps(tool.function)
    async def run_async(*args: Any, **kwargs: Any) -> Any:
        call, began = note_start(kwargs)
        await asyncio.sleep(0)  # it is seen to start, even if it blocks the loop from now on
        try:
            value = await tool.function(*args, **kwargs)
        except BaseException as error:  # a cancelled run has ended, too
            note_end(call, began, error, True)
            raise
        note_end(call, began, value, False)
        return value

    @wraps(tool.function)
    def run(*args: Any, **kwargs: Any) -> Any:
        call, began = note_start(kwargs)
        try:
            value = tool.function(*args, **kwargs)
        except BaseException as error:
            note_end(call, began, error, True)
            raise
        note_end(call, began, value, False)
        return value

    return replace(tool, function=run_async if tool.is_async else run)
