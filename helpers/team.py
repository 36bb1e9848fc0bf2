"""A team of agents: one asks, others look, and all of them stream at once.

    async for name, event in run_team(http, question, model=..., supervisor=..., specialists=[...]):
        match event: ...

There is nothing new in it. A specialist is a tool of the supervisor, and what that tool
does is run another agent. So a specialist starts as soon as the supervisor has written
its task, several of them work side by side, one that fails is an error result that the
supervisor reads, and leaving the run ends them all as it ends any other tool.
"""

from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import httpx

from helpers.agent import (
    AgentEvent,
    Retrying,
    RunFinished,
    TextDelta,
    TurnFinished,
    run_agent,
)
from helpers.history import Conversation
from helpers.streams.emit import emit_events
from helpers.streams.event_queue import EventQueue
from helpers.tools import Tool, ToolError, tool

__all__ = ["Asked", "Member", "TeamEvent", "run_team"]


@dataclass(frozen=True)
class Member:
    """An agent of a team.

    Attributes:
        name: what it is called, in the events and as the supervisor's tool `ask_<name>`.
        does: what it is good at. The supervisor's model reads it to know whom to ask.
        system: the system prompt.
        tools: what it may call.
        model: the model's id, if not the team's.
        max_tokens: the most tokens that a turn may have.
        max_turns: requests at most.
    """

    name: str
    does: str = ""
    system: str = ""
    tools: Sequence[Tool] = ()
    model: str = ""
    max_tokens: int = 4096
    max_turns: int = 10


@dataclass(frozen=True, slots=True)
class Asked:
    """A member has been given a task; its own events follow under the same name."""

    task: str


TeamEvent = tuple[str, Asked | AgentEvent]


async def run_team(
    http: httpx.AsyncClient,
    question: str,
    *,
    model: str,
    supervisor: Member,
    specialists: Sequence[Member],
    seconds: float = 120.0,
    **options: Any,
) -> AsyncGenerator[TeamEvent]:
    """Answer a question; give each event with the name of the member it is of.

    A specialist that is asked more than once is "name", then "name 2" and so on, as each
    time is a run of its own. The last event is the supervisor's RunFinished. Leaving the
    generator closes all connections and cancels all tools.

    Args:
        http: a client whose base URL and headers are set for the API.
        question: what the user asks.
        model: the model's id on the wire, for members who name none.
        supervisor: who answers, and may ask the others and use tools of its own.
        specialists: who can be asked.
        seconds: how long a specialist may take.
        options: others of run_agent's, such as `recovery` or `clock`, for every member.

    Raises:
        ValueError: two members have the same name.
        TypeError: a specialist's name can't be part of a tool's, or it says nothing of
            what it does.
    """
    names = [supervisor.name, *(member.name for member in specialists)]
    if len(set(names)) < len(names):
        raise ValueError(f"Members need different names: {', '.join(names)}.")
    events = EventQueue()
    times_asked: Counter[str] = Counter()

    async def run(
        name: str, member: Member, task: str, tools: Sequence[Tool]
    ) -> tuple[str, RunFinished]:
        """Run a member to its end; return what its last turn says, and how it ended."""
        conversation = Conversation()
        conversation.say(task)
        events.put(Asked(task), name)
        fields = {"system": member.system, **options} if member.system else options
        agent = run_agent(
            http,
            conversation,
            model=member.model or model,
            tools=tools,
            max_tokens=member.max_tokens,
            max_turns=member.max_turns,
            **fields,
        )
        said, finished = "", None
        async with aclosing(agent) as agent_events:
            async for event in agent_events:
                events.put(event, name)
                match event:
                    case TextDelta(text=text):
                        said += text
                    case TurnFinished(stop_reason="tool_use") | Retrying(restarts=True):
                        said = ""  # it was no answer yet
                    case RunFinished():
                        finished = event
        assert finished is not None  # only an exception ends a run without it
        return said, finished

    def asking(member: Member) -> Tool:
        """Return the supervisor's tool that asks a specialist."""

        async def ask(task: str) -> str:
            times_asked[member.name] += 1
            count = times_asked[member.name]
            name = member.name if count == 1 else f"{member.name} {count}"
            said, finished = await run(name, member, task, member.tools)
            if finished.reason in ("end_turn", "stop_sequence", "max_turns") and said:
                return said
            why = finished.error or finished.reason
            raise ToolError(
                f"{member.name} has no whole answer: {why}. So far: {said or 'nothing'}"
            )

        ask.__doc__ = member.does
        status = f"Asking {member.name}: {{task}}"
        return tool(name=f"ask_{member.name}", status=status, timeout=seconds)(ask)

    tools = [*supervisor.tools, *map(asking, specialists)]
    work = run(supervisor.name, supervisor, question, tools)
    async with aclosing(emit_events(work, events)) as told:
        async for named in told:
            yield named
