"""The same task by other people's hands: an SDK does the reading, told in the agent's events.

    request ──▶ SDK ──▶ its events ──▶ Recorder ──▶ AgentEvents ──▶ the timeline
                 └─▶ tools, when the SDK or its user runs them

What is drawn is when things happened, so the Recorder only listens: to the request that
leaves, to what is read, and to the tools.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING, Any

import httpx

from helpers.agent import RunFinished, TurnFinished, TurnStarted
from helpers.client import StreamError
from helpers.clock import Clock, RealClock
from helpers.dispatch import ToolFinished, ToolStarted
from helpers.message import MessageAssembler, ToolCall
from helpers.mock.engine import MockAPI
from helpers.mock.settings import Settings
from helpers.mock.transport import in_process_transport
from helpers.providers.openai import ChatAdapter, ResponsesAdapter
from helpers.providers.requests import chat_request, responses_request
from helpers.session.clients import MOCK_HEADERS, local_client
from helpers.session.session import MOCK_KEY
from helpers.simulation.timeline_runs import agent_run
from helpers.simulation.virtual_time import LoopClock, simulate, simulate_tool
from helpers.streams.emit import emit_events
from helpers.streams.event_queue import EventQueue
from helpers.tools import Tool, error_content, result_content
from helpers.widgets.problems import problem_of
from helpers.widgets.timeline.model import Timeline, fold, ideal_finish
from helpers.widgets.timeline.view import Run

if TYPE_CHECKING:
    from openai import AsyncOpenAI

__all__ = ["WAYS", "Api", "run_by", "runs"]

WAYS = {
    "by_hand": "By hand",
    "tool_runner": "Anthropic tool_runner",
    "eager": "tool_runner, eagerly",
    "chat": "OpenAI chat",
    "responses": "OpenAI responses",
}

MOST_TURNS = 10
# What the Messages API has; an SDK's stream holds events of its own between them.
WIRE = (
    *("message_start", "content_block_start", "content_block_delta", "content_block_stop"),
    *("message_delta", "message_stop"),
)


@dataclass(frozen=True)
class Api:
    """Where an SDK sends its requests.

    Attributes:
        base_url: without /v1.
        headers: sent with each request.
        transport: makes what answers instead of a network, for httpx or httpx2.
    """

    base_url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    transport: Callable[[ModuleType], Any] | None = None

    def client(self, library: ModuleType, **options: Any) -> Any:
        """Return a client of httpx or httpx2 for this API."""
        transport = self.transport(library) if self.transport else None
        return local_client(library, transport=transport, **options)


def runs(
    ways: Iterable[str], body: dict[str, Any], tools: list[Tool], settings: Settings, base_url: str
) -> dict[str, Run]:
    """Return what a timeline needs to show a task in several ways.

    Args:
        ways: some of WAYS.
        body: the request, in the words of the Messages API.
        tools: what the model may call.
        settings: how the offline API behaves.
        base_url: where it listens.

    Raises:
        ValueError: there is no such way.
    """
    ways = list(ways)
    if unknown := [way for way in ways if way not in WAYS]:
        raise ValueError(f"There is no way {unknown[0]!r}: {', '.join(WAYS)}.")

    def foreseen(way: str, *, unblocked: bool = False) -> Timeline:
        acted = [simulate_tool(tool, unblocked=unblocked) for tool in tools]

        def run(clock: LoopClock) -> AsyncGenerator[Any]:
            def inside(library: ModuleType) -> Any:
                return in_process_transport(library, MockAPI(settings, clock=clock))

            return run_by(way, Api("http://mock", {}, inside), body, acted, clock=clock)

        return fold(simulate(run))

    api = Api(base_url, {"mock-settings": json.dumps(settings.to_json())})
    ideal = ideal_finish(foreseen("by_hand", unblocked=True))
    return {
        way: Run(partial(run_by, way, api, body, tools), WAYS[way], foreseen(way), ideal)
        for way in ways
    }


async def run_by(
    way: str, api: Api, body: dict[str, Any], tools: list[Tool], *, clock: Clock | None = None
) -> AsyncGenerator[Any]:
    """Give the events of one run.

    Args:
        way: one of WAYS.
        api: where the requests go.
        body: the request, in the words of the Messages API.
        tools: what the model may call.
        clock: what the course's own agent goes by.
    """
    events = (
        _by_hand(api, body, tools, clock or RealClock())
        if way == "by_hand"
        else _by_sdk(way, api, body, tools)
    )
    async with aclosing(events):
        async for event in events:
            yield event


async def _by_hand(
    api: Api, body: dict[str, Any], tools: list[Tool], clock: Clock
) -> AsyncGenerator[Any]:
    headers = {**MOCK_HEADERS, **api.headers}
    async with api.client(httpx, base_url=api.base_url, headers=headers) as http:
        run = agent_run(http, body, tools, clock=clock, max_turns=MOST_TURNS)
        async with aclosing(run) as events:
            async for event in events:
                yield event


async def _by_sdk(
    way: str, api: Api, body: dict[str, Any], tools: list[Tool]
) -> AsyncGenerator[Any]:
    # They take long to import; only who asks for them pays.
    import anthropic
    import httpx2
    import openai

    told = Recorder()

    async def note_request(request: object) -> None:
        told.start_turn()

    http = api.client(httpx2, headers=api.headers, event_hooks={"request": [note_request]})
    options: Any = {"api_key": MOCK_KEY, "http_client": http, "max_retries": 0}
    if way in ("chat", "responses"):
        theirs = openai.AsyncOpenAI(base_url=f"{api.base_url}/v1", **options)
        work = _with_openai(theirs, way, body, tools, told)
    else:
        client = anthropic.AsyncAnthropic(base_url=api.base_url, **options)
        work = _with_tool_runner(client, body, tools, told, eager=way == "eager")
    async with http, aclosing(emit_events(_run_to_end(work, told), told.events)) as events:
        async for _, event in events:
            yield event


async def _run_to_end(work: Coroutine[Any, Any, None], told: "Recorder") -> None:
    try:
        await work
    except Exception as error:  # each SDK has a family of its own, and lets others through
        told.end(StreamError(problem_of(error)))
    else:
        told.end()


async def _with_tool_runner(
    client: Any, body: dict[str, Any], tools: list[Tool], told: "Recorder", *, eager: bool
) -> None:
    """Let the Anthropic SDK ask, read and run tools."""
    from anthropic import beta_async_tool

    def runnable(tool: Tool) -> Any:
        async def run(**given: Any) -> str:
            content = await told.run(tool, given)
            return content if isinstance(content, str) else str(content)

        about = {"name": tool.name, "description": tool.description}
        return beta_async_tool(run, **about, input_schema=tool.input_schema)  # type: ignore[call-overload]

    fields = {name: value for name, value in body.items() if name != "stream"}
    if tools:
        runner = client.beta.messages.tool_runner(
            **fields,
            tools=[runnable(tool) for tool in tools],
            stream=True,
            run_tools_eagerly=eager,
            max_iterations=MOST_TURNS,
        )
        async for stream in runner:
            async for event in stream:
                told.saw_sdk_event(event)
    else:
        async with client.messages.stream(**fields) as stream:
            async for event in stream:
                told.saw_sdk_event(event)


async def _with_openai(
    client: "AsyncOpenAI", way: str, body: dict[str, Any], tools: list[Tool], told: "Recorder"
) -> None:
    """Let the OpenAI SDK ask and read; the loop and the tools are its user's."""
    create: Any = client.responses.create if way == "responses" else client.chat.completions.create
    translate = responses_request if way == "responses" else chat_request
    known = {tool.name: tool for tool in tools}
    body = {**body, "tools": [tool.definition for tool in tools]} if tools else {**body}
    for _ in range(MOST_TURNS):
        adapter = ResponsesAdapter() if way == "responses" else ChatAdapter()
        async with await create(**translate(body)) as stream:
            async for chunk in stream:
                told.saw(*adapter.feed(chunk.to_dict()))
        told.saw(*adapter.close())
        if not told.calls:
            return
        # The end of the stream is the first moment at which all calls are there.
        results = await asyncio.gather(*(told.result(known, call) for call in [*told.calls]))
        body["messages"] = [
            *body["messages"],
            {"role": "assistant", "content": told.reply.message["content"]},
            {"role": "user", "content": results},
        ]


class Recorder:
    """Tells what is seen of a run in the events of the agent."""

    def __init__(self) -> None:
        self.events = EventQueue()
        self.turn = 0
        self.reply = MessageAssembler()
        self.calls: list[ToolCall] = []  # of this turn, which have not run
        self.usage: dict[str, int] = {}

    def start_turn(self) -> None:
        """A request leaves: the turn before, if there was one, is over."""
        self._end_turn()
        self.turn += 1
        self.reply, self.calls = MessageAssembler(), []
        self.events.put(TurnStarted(self.turn))

    def saw(self, *events: dict[str, Any]) -> None:
        """Something has been read."""
        for event in events:
            for update in self.reply.updates(event):
                self.events.put(update)
                if isinstance(update, ToolCall):
                    self.calls.append(update)

    def saw_sdk_event(self, event: Any) -> None:
        """The Anthropic SDK has given one of its events."""
        if event.type in WIRE:
            self.saw(event.to_dict())

    async def run(self, tool: Tool, given: dict[str, Any]) -> str | list[dict[str, Any]]:
        """Run a tool with what a model has given; its failure is passed on."""
        call = self._call_of(tool.name, given)
        self.events.put(ToolStarted(call, tool.status_line(given)))
        clock = asyncio.get_running_loop()
        began = clock.time()
        try:
            arguments = tool.arguments(given)
            if tool.is_async:
                value = await tool.function(**arguments)
            else:
                value = await asyncio.to_thread(tool.function, **arguments)
        except BaseException as error:  # one that is cancelled has ended, too
            seconds = clock.time() - began
            self.events.put(ToolFinished(call, error_content(error), True, seconds))
            raise
        content = result_content(value)
        self.events.put(ToolFinished(call, content, False, clock.time() - began))
        return content

    async def result(self, known: Mapping[str, Tool], call: ToolCall) -> dict[str, Any]:
        """Run the tool of a call; return its tool_result."""
        answer = {"type": "tool_result", "tool_use_id": call.id}
        try:
            content = await self.run(known[call.name], call.input or {})
        except Exception as error:
            return {**answer, "content": error_content(error), "is_error": True}
        return {**answer, "content": content}

    def end(self, error: StreamError | None = None) -> None:
        """Nothing more is asked; it may have failed."""
        self._end_turn()
        reason = "failed" if error else str(self.reply.stop_reason)
        self.events.put(RunFinished(reason, self.usage, self.turn, error))

    def _end_turn(self) -> None:
        if not self.turn:
            return
        message = self.reply.message
        for name, count in message.get("usage", {}).items():
            if isinstance(count, int):
                self.usage[name] = self.usage.get(name, 0) + count
        self.events.put(TurnFinished(self.turn, message, str(self.reply.stop_reason)))

    def _call_of(self, name: str, given: dict[str, Any]) -> ToolCall:
        """Return the call that a run is for: whoever runs a tool shows only its arguments."""
        fits = [call for call in self.calls if call.name == name]
        same = [call for call in fits if call.input == given]
        call = (same or fits)[0]
        self.calls.remove(call)
        return call
