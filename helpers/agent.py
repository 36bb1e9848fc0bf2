"""The agent: turns of the model and runs of its tools, as one stream of events.

    async for event in run_agent(http, conversation, model=..., tools=[...]):
        match event: ...

A front end, be it a terminal, a notebook's view or a web page, consumes these events and
nothing else. Behind them a turn goes like this:

    request ──▶ events ──▶ updates ──▶ the front end
                              └─▶ complete calls ──▶ tools, at once
    the reply's end ──▶ results ──▶ history ──▶ the next turn, if there were calls

Three things can end a reply before its end: an error, silence, and the user. None of
them leaves anything in the history that the API would refuse.

The part `loop` (helpers/parts/loop.py) is the same in its plainest form. What this adds:
further attempts, more room for a call that was cut, a user who speaks meanwhile, the API's
own tools, and an event for all of it.
"""

import asyncio
import difflib
import inspect
import random
import time
from collections import Counter
from collections.abc import (
    AsyncGenerator,
    Callable,
    Coroutine,
    Sequence,
)
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx

from helpers.client import Event, OpenStream, StreamError, StreamTruncated, open_stream
from helpers.clock import Clock, RealClock, race
from helpers.dispatch import ToolDispatcher, ToolEvent, ToolFinished, ToolProgress, ToolStarted
from helpers.history import Conversation, Message, text_of
from helpers.message import (
    CUT_OR_REFUSED,
    BlockStarted,
    BlockStopped,
    CitationDelta,
    InputDelta,
    MessageAssembler,
    MessageStarted,
    MessageStopped,
    TextDelta,
    ThinkingDelta,
    ToolCall,
    Update,
    UsageUpdated,
)
from helpers.parts.loop import called_nothing, turn_request
from helpers.providers.models import takes_prefill
from helpers.retry import Recovery, Watchdog
from helpers.streams.emit import emit_events
from helpers.streams.event_queue import EventQueue
from helpers.tools import Tool

__all__ = [
    "AgentEvent",
    "BlockStarted",
    "BlockStopped",
    "CitationDelta",
    "InputDelta",
    "Interrupted",
    "MessageStarted",
    "MessageStopped",
    "Retrying",
    "RunFinished",
    "TextDelta",
    "ThinkingDelta",
    "ToolCall",
    "ToolFinished",
    "ToolProgress",
    "ToolStarted",
    "TurnFinished",
    "TurnStarted",
    "UsageUpdated",
    "run_agent",
]

T = TypeVar("T")

# A reply cut in mid-call is asked for again with twice the room, up to this many tokens.
MOST_TOKENS = 32_768


@dataclass(frozen=True, slots=True)
class TurnStarted:
    """A request is about to be sent; turns count from 1."""

    turn: int


@dataclass(frozen=True, slots=True)
class Retrying:
    """A turn is asked for again, after so many seconds.

    Attributes:
        reason: what went wrong, for a person.
        restarts: the turn begins anew, so what was shown of it is superseded.
    """

    attempt: int
    seconds: float
    reason: str
    restarts: bool


@dataclass(frozen=True, slots=True)
class Interrupted:
    """The user has spoken: the turn ends here, and the next one will answer them."""


@dataclass(frozen=True, slots=True)
class TurnFinished:
    """A turn is over, and its tools are done."""

    turn: int
    message: dict[str, Any]
    stop_reason: str


@dataclass(frozen=True, slots=True)
class RunFinished:
    """The agent has nothing more to do.

    Attributes:
        reason: the last stop reason, or "max_turns", or "failed".
        usage: the sum over all requests, those that failed included.
        turns: how many turns there were.
        error: what the run failed of.
    """

    reason: str
    usage: dict[str, int]
    turns: int
    error: StreamError | None = None


AgentEvent = Update | ToolEvent | TurnStarted | Retrying | Interrupted | TurnFinished | RunFinished


async def run_agent(
    http: httpx.AsyncClient,
    conversation: Conversation,
    *,
    model: str,
    tools: Sequence[Tool | dict[str, Any]] = (),
    max_tokens: int = 4096,
    max_turns: int = 10,
    recovery: Recovery | None = None,
    open_stream: OpenStream = open_stream,
    tools_at_once: int = 8,
    clock: Clock | None = None,
    random: Callable[[], float] = random.random,
    wall_time: Callable[[], float] = time.time,
    **fields: Any,
) -> AsyncGenerator[AgentEvent]:
    """Answer the user's last message. Use as many turns and tools as necessary.

    Leaving the generator, or cancelling who iterates it, closes the connection and
    cancels the tools. Speaking to the conversation interrupts the answer.

    Nothing waits for the reader of the events: the socket is read on, and tools run. What
    a slow reader has not taken waits in an EventQueue, where neighbouring deltas are joined
    once 64 events wait. So the reader gets each character, in fewer events, and what waits
    grows with the blocks and calls of an answer, not with its tokens.

    Args:
        http: a client whose base URL and headers are set for the API.
        conversation: what was said so far; turns are added to it as they end.
        model: the model's id on the wire.
        tools: what the model may call; of the API's own tools, such as web_search, the
            definition.
        max_tokens: the most tokens that a turn may have.
        max_turns: turns between two messages of the user; in the last one the model
            can't call tools any more, so it has to come to an answer.
        recovery: how failures are dealt with.
        open_stream: what sends a request and gives Messages events.
        tools_at_once: how many tools may run side by side.
        clock: what all waiting is done on.
        random: gives numbers from 0 to 1, for the jitter.
        wall_time: gives seconds since 1970, for dates in Retry-After.
        fields: other fields of the request, such as `system` or `thinking`.

    Raises:
        ValueError: the user has not said anything.
        TypeError: a field looks like an argument of this function, misspelt.
    """
    _refuse_misspelt(fields)
    if not conversation.messages:
        raise ValueError("The conversation is empty: say something first (conversation.say).")
    events = EventQueue()
    run = _Run(
        http=http,
        conversation=conversation,
        request={"model": model, "max_tokens": max_tokens, **fields},
        tools=[tool for tool in tools if isinstance(tool, Tool)],
        definitions=[tool.definition if isinstance(tool, Tool) else tool for tool in tools],
        max_turns=max_turns,
        recovery=recovery or Recovery(),
        open_stream=open_stream,
        tools_at_once=tools_at_once,
        clock=clock or RealClock(),
        random=random,
        wall_time=wall_time,
        events=events,
    )
    # What isn't a StreamError is not ours to turn into an event: it is raised here.
    async with aclosing(emit_events(run.answer(), events)) as told:
        async for _, event in told:
            yield event


def _refuse_misspelt(fields: dict[str, Any]) -> None:
    """Refuse what would go to the API as a field, and was meant for `run_agent`.

    Raises:
        TypeError: a field's name is nearly that of an argument.
    """
    arguments = [*inspect.signature(run_agent).parameters]
    for name in fields:
        if meant := difflib.get_close_matches(name, arguments, n=1, cutoff=0.8):
            raise TypeError(f"run_agent takes no {name!r}. Did you mean {meant[0]!r}?")


class _UserSpoke(Exception):
    """The user interrupts the turn."""


@dataclass
class _Run:
    """One run of the agent: what it was given, and where it is."""

    http: httpx.AsyncClient
    conversation: Conversation
    request: dict[str, Any]
    tools: Sequence[Tool]
    definitions: Sequence[dict[str, Any]]
    max_turns: int
    recovery: Recovery
    open_stream: OpenStream
    tools_at_once: int
    clock: Clock
    random: Callable[[], float]
    wall_time: Callable[[], float]
    events: EventQueue

    turn: int = 0
    attempt: int = 1  # requests for the present turn
    last: bool = False  # the turn after which there is none
    reason: str = ""  # why the run is over; empty while it goes on

    def __post_init__(self) -> None:
        self.emit: Callable[[AgentEvent], None] = self.events.put
        self.usage: Counter[str] = Counter()
        self.user_spoke = asyncio.Event()
        self.reply = MessageAssembler()

    # The run

    async def answer(self) -> None:
        """Take turns until the model has nothing left to do, or can't go on."""
        error: StreamError | None = None
        self.conversation.on_user_message = self.user_spoke.set
        left = self.max_turns
        try:
            # Who speaks while the last turn ends is answered, too.
            while not self.reason or self.user_spoke.is_set():
                if self.user_spoke.is_set():
                    self.user_spoke.clear()
                    self.reason, left = "", self.max_turns
                self.turn, left = self.turn + 1, left - 1
                self.last = left <= 0
                await self.take_turn()
        except StreamError as failure:
            self.reason, error = "failed", failure
        finally:
            self.conversation.on_user_message = None
        self.emit(RunFinished(self.reason, {**self.usage}, self.turn, error))

    async def take_turn(self) -> None:
        """Have one reply, run its tools, and add both to the history."""
        self.emit(TurnStarted(self.turn))
        messages = self.conversation.take()
        tools = ToolDispatcher(self.tools, self.emit, limit=self.tools_at_once, clock=self.clock)
        try:
            if await self.whole_reply(messages, tools):
                await self.finish_turn(tools)
        except _UserSpoke:
            await tools.interrupt()
            await self.keep_part(tools)
            self.emit(Interrupted())
        except asyncio.CancelledError:
            await tools.cancel()
            await self.keep_part(tools)
            raise
        finally:
            await tools.cancel()

    async def finish_turn(self, tools: ToolDispatcher) -> None:
        """Wait for the tools of a whole reply, and decide whether there is a next turn."""
        message, stop_reason = self.reply.message, str(self.reply.stop_reason)
        if stop_reason not in CUT_OR_REFUSED:
            tools.release()
        if stop_reason == "refusal":  # what the model takes back is no part of the history
            await tools.cancel()
        else:
            results = await self.run_until_interruption(tools.results())
            goes_on = stop_reason in ("tool_use", "pause_turn")
            self.conversation.add_turn(message["content"], results, paused=goes_on)
        self.emit(TurnFinished(self.turn, message, stop_reason))
        match stop_reason:
            case "tool_use" | "pause_turn" if self.last:
                self.reason = "max_turns"
            case "refusal" | "model_context_window_exceeded":
                self.reason = stop_reason
            case _ if not tools.calls and stop_reason != "pause_turn":
                self.reason = "max_turns" if self.last and self.turn > 1 else stop_reason

    async def keep_part(self, tools: ToolDispatcher) -> None:
        """Add what there is of a turn to the history."""
        self.conversation.add_turn(self.reply.message["content"], await tools.results())

    # One reply

    async def whole_reply(self, messages: Sequence[Message], tools: ToolDispatcher) -> bool:
        """Ask until a reply is whole; say whether it is, or is to be continued."""
        while True:
            try:
                await self.one_reply(messages, tools)
            except StreamError as error:
                seconds = self.recovery.wait(
                    error, self.attempt, random=self.random(), wall_time=self.wall_time()
                )
                after_text = self.recovery.after_text
                shown = bool(text_of(self.reply.message).strip())
                if seconds is None or (shown and after_text == "stop"):
                    raise
                self.attempt += 1
                if shown and after_text == "continue":
                    await self.pause(seconds, error, restarts=False)
                    await self.keep_part(tools)
                    self.conversation.ask_to_continue(takes_prefill(self.request["model"]))
                    return False
                await self.restart(tools, seconds, error)
            else:
                self.attempt = 1
                if not self.gets_more_room() or tools.calls:
                    return True
                await self.restart(tools, 0, "the reply was cut off inside a tool call")

    async def one_reply(self, messages: Sequence[Message], tools: ToolDispatcher) -> None:
        """Ask once and read the reply, which may fail, fall silent or be interrupted."""
        self.reply = MessageAssembler()
        watchdog = Watchdog(self.clock, self.recovery)
        reading = self.read(self.body(messages), tools, watchdog)
        try:
            await self.run_until_interruption(reading, watchdog.bark())
        except StreamError:
            if self.reply.stop_reason is None:
                raise  # otherwise the answer is whole, and what broke behind it takes nothing away
        finally:
            self.usage.update(self.reply.usage)
        if self.reply.stop_reason == "tool_use" and not self.reply.has_calls:
            raise called_nothing()

    async def read(self, body: Event, tools: ToolDispatcher, watchdog: Watchdog) -> None:
        """Read one reply to its end; nothing in here waits for anything but the stream."""
        async with self.open_stream(self.http, body) as events:
            async for event in events:
                watchdog.saw(event)
                for update in self.reply.updates(event):
                    self.emit(update)
                    if isinstance(update, ToolCall) and not self.last:
                        tools.start(update)
        if self.reply.stop_reason is None:
            raise StreamTruncated("the message ended without a stop reason")

    def body(self, messages: Sequence[Message]) -> Event:
        """Return the request for a turn."""
        return turn_request(self.request, messages, self.definitions, self.last)

    def gets_more_room(self) -> bool:
        """Double max_tokens if the reply was cut in a call; say whether that was so."""
        room = self.request["max_tokens"]
        cut = self.reply.stop_reason == "max_tokens" and bool(self.reply.incomplete)
        if cut and room < MOST_TOKENS:
            self.request["max_tokens"] = min(2 * room, MOST_TOKENS)
            return True
        return False

    # Waiting

    async def restart(self, tools: ToolDispatcher, seconds: float, why: object) -> None:
        """Prepare to ask for the same turn again."""
        tools.restart()
        self.reply = MessageAssembler()
        await self.pause(seconds, why, restarts=True)

    async def pause(self, seconds: float, why: object, restarts: bool) -> None:
        """Tell that there will be another attempt, and wait for its time."""
        self.emit(Retrying(self.attempt, seconds, str(why), restarts))
        await self.run_until_interruption(_sleep(self.clock, seconds))

    async def run_until_interruption(
        self, work: Coroutine[Any, Any, T], *alarms: Coroutine[Any, Any, None]
    ) -> T:
        """Return what the work returns, unless the user speaks or an alarm goes off."""
        return await race(work, self.interruption(), *alarms)

    async def interruption(self) -> None:
        """Wait until the user speaks, then raise _UserSpoke."""
        await self.user_spoke.wait()
        raise _UserSpoke


async def _sleep(clock: Clock, seconds: float) -> None:
    await clock.sleep(seconds)
