"""Cuts, one after the other: the agent against an answer that breaks off at each byte.

A run here takes no time: the offline API answers in this process at speed zero, and what
waits, waits on a clock that jumps. Code that never ends is given up: after so much
virtual time, so many steps of the loop, or, if it never waits at all, so much real time.
"""

import asyncio
import ctypes
import inspect
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import aclosing
from copy import deepcopy
from dataclasses import replace
from functools import wraps
from typing import Any

import httpx

from helpers.agent import Retrying, RunFinished, TextDelta, TurnFinished, run_agent
from helpers.browser import IN_BROWSER
from helpers.browser.loops import alone
from helpers.history import Conversation
from helpers.mock.settings import Settings
from helpers.retry import Recovery
from helpers.session.clients import client_of
from helpers.simulation.bounded_loop import BoundedLoop, Hung, end
from helpers.simulation.cut_api import CutAPI, message_of
from helpers.simulation.virtual_time import LoopClock, simulate_tool, sleep_on
from helpers.tools import Tool
from helpers.widgets.chaos.model import Cut, Seen, arguments, judge, places

__all__ = ["CutRunner", "Worker"]

PATIENCE = 2.0  # seconds of processor time for one cut: a busy machine takes none of it
ASLEEP = 60.0  # real seconds for one cut that computes nothing
MOST_STUCK = 3  # runs that never wait, before the map is given up
SLICE_SECONDS = 0.1  # of cuts at a time, where there is no thread for them
MOST_STRIKES = 5  # at runs that never wait, before their thread is given up

Tell = Callable[["Worker", Cut | None], None]

AT_ONCE = {"first_token": 0, "duration": 0, "jitter": 0}

# Events as the API sends them; a run that gives others has something of its own to say.
OF_THE_API = {
    "message_start",
    "content_block_start",
    "content_block_delta",
    "content_block_stop",
    "message_delta",
    "message_stop",
    "ping",
    "tool_result",
}


class Stuck(Hung):
    """A run that computes for ever without waiting for anything."""

    def __init__(self) -> None:
        super().__init__(f"it computed for {PATIENCE:g} seconds without ever waiting")


class CutRunner:
    """An agent and the offline API, for one run after the other.

    Args:
        body: the request; its messages are the conversation.
        tools: what the model may call; they run on virtual time.
        settings: of the offline API.
        headers: of each request.
        run: the agent: `run(http, messages, tools, model=..., max_turns=...)`, which gives
            events as the API does and adds turns to `messages`. None: the course's own.
        fault: how answers end: "reset", or "close", which looks like an end.
        recovery: how the course's agent deals with failures.
        max_turns: requests at most.
    """

    def __init__(
        self,
        body: Mapping[str, Any],
        tools: Iterable[Tool],
        settings: Settings,
        headers: Mapping[str, str],
        *,
        run: Callable[..., Any] | None = None,
        fault: str = "reset",
        recovery: Recovery | None = None,
        max_turns: int = 10,
    ) -> None:
        self.body = dict(body)
        self.tools = list(tools)
        self.headers = {"content-type": "application/json", **headers}
        self.run = run
        self.recovery = recovery
        self.max_turns = max_turns
        self.settings = settings
        self.fault = fault
        self._api = CutAPI(settings, fault)
        self._seen = Seen()
        self.healthy: Seen | None = None
        self.answers: tuple[bytes, ...] = ()

    def begin(self) -> str:
        """Run once without a cut; say what is wrong if that fails."""
        healthy = self._see(None)
        if healthy.error is not None:
            return (
                f"Even without a cut it ends with {type(healthy.error).__name__}: {healthy.error}"
            )
        if healthy.hung or healthy.refusal:
            why = healthy.hung or f"the API refuses what is sent: {healthy.refusal}"
            return f"Even without a cut, {why}"
        if not self._api.answers:
            return "Even without a cut it asks the API for nothing."
        if not healthy.turns():
            return "Even without a cut it adds nothing to `messages`."
        self.healthy, self.answers = healthy, tuple(self._api.answers)
        return ""

    def cut(self, answer: int, at: int) -> Cut:
        """Run once; that answer breaks off after so many bytes."""
        assert self.healthy is not None
        seen = self._see((answer, at))
        return Cut(answer, at, *judge(seen, self.healthy, answer))

    def _see(self, place: tuple[int, int] | None) -> Seen:
        given = deepcopy(self.body["messages"])
        once = frozenset(tool.name for tool in self.tools if not tool.idempotent)
        seen = self._seen = Seen(given, len(given), once=once)
        self._api.begin(place)
        loop = BoundedLoop()
        try:
            with alone(), sleep_on(loop):
                try:
                    loop.run_until_complete(self._act(seen))
                except Hung as why:
                    seen.hung = str(why)
                except Exception as error:  # whatever a learner's code raises
                    seen.error = error
                finally:
                    end(loop)
        except Hung as why:  # it came late
            seen.hung = str(why)
        seen.requests = self._api.requests
        seen.refusal = next(iter(self._api.refusals), "") or self._refusal(seen)
        return seen

    def _refusal(self, seen: Seen) -> str:
        """Return what the API says to these messages and one more of the user."""
        messages = [*seen.messages, {"role": "user", "content": "And now?"}]
        body = {**self.body, **self._definitions(), "stream": True, "messages": messages}
        try:
            content = httpx.Request("POST", "http://mock", json=body).content
        except (TypeError, ValueError) as error:
            return f"the history is no JSON: {error}"
        plan = self._api.healthy("POST", "/v1/messages", self.headers, content)
        return "" if plan.status == 200 else message_of(b"".join(c.data for c in plan.chunks))

    def _definitions(self) -> dict[str, Any]:
        return {"tools": [tool.definition for tool in self.tools]} if self.tools else {}

    # One run

    async def _act(self, seen: Seen) -> None:
        tools = [self._count_runs(tool, seen) for tool in self.tools]
        async with client_of(self._api, self.headers) as http:
            if self.run is None:
                await self._act_ours(http, tools, seen)
            else:
                await self._act_theirs(self.run, http, tools, seen)

    async def _act_ours(self, http: httpx.AsyncClient, tools: list[Tool], seen: Seen) -> None:
        conversation = Conversation(seen.messages)
        fields = {k: v for k, v in self.body.items() if k not in ("messages", "stream", "tools")}
        events = run_agent(
            http,
            conversation,
            tools=tools,
            max_turns=self.max_turns,
            recovery=self.recovery,
            clock=LoopClock(),
            random=lambda: 0.5,
            **fields,
        )
        whole = ""  # the text of turns that are over
        try:
            async with aclosing(events):
                async for event in events:
                    match event:
                        case TextDelta(text=text):
                            seen.shown += text
                        case Retrying(restarts=True):
                            seen.shown, seen.told = whole, True
                        case TurnFinished():
                            whole = seen.shown
                        case RunFinished(error=error):
                            seen.error = error
        finally:
            seen.messages = conversation.messages

    async def _act_theirs(
        self, run: Callable[..., Any], http: httpx.AsyncClient, tools: list[Tool], seen: Seen
    ) -> None:
        events = run(http, seen.messages, tools, **self._fields_for(run))
        if inspect.iscoroutine(events):
            events.close()
        if not hasattr(events, "__aiter__"):
            raise TypeError("run must be an async generator: an async function that yields.")
        try:
            async for event in events:
                match event:
                    case {"type": "content_block_delta", "delta": {"text": str(text)}}:
                        seen.shown += text
                    case {"type": str(type)} if type in OF_THE_API:
                        pass
                    case _:
                        seen.told = True
        except (Exception, asyncio.CancelledError):
            # Not for a GeneratorExit: that comes to a run which can't be ended any more.
            if hasattr(events, "aclose"):
                await events.aclose()
            raise

    def _fields_for(self, run: Callable[..., Any]) -> dict[str, Any]:
        """Return the keyword arguments for a learner's agent: the fields that it takes."""
        given = {"model": self.body["model"], "max_turns": self.max_turns}
        parameters = inspect.signature(run).parameters
        takes_all = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
        others = {
            name: value
            for name, value in self.body.items()
            if name not in (*given, "messages", "stream", "tools")
            and (takes_all or name in parameters)
        }
        return {**given, **others}

    def _count_runs(self, tool: Tool, seen: Seen) -> Tool:
        """Return a tool that counts its runs, and sleeps on virtual time."""
        acted = simulate_tool(tool)

        @wraps(tool.function)
        async def run(*args: Any, **kwargs: Any) -> Any:
            seen.runs[tool.name, arguments(kwargs)] += 1
            result = acted.function(*args, **kwargs)
            return await result if inspect.isawaitable(result) else result

        return replace(acted, function=run)


# All of them, on a thread


class Worker:
    """A thread that makes the cuts, and is looked after from outside.

    Args:
        runner: makes the runs.
        every: bytes between two cuts.
        most: cuts at most; there are more bytes between them, then.
        first: how many cuts to leave out: they have been made.
        tell: takes this worker and each cut as soon as it is made, on the thread; None instead of
            a cut when the places are known.

    Attributes:
        every: bytes between two cuts.
        cuts: those made so far.
        problem: why there are no more.
        unstoppable: whether it was given up while a run still went on.
        done: whether it has ended.
    """

    def __init__(
        self,
        runner: CutRunner,
        every: int,
        most: int | None = None,
        *,
        first: int = 0,
        tell: Tell | None = None,
    ) -> None:
        self.runner = runner
        self._first = first
        self._tell = tell or (lambda worker, cut: None)
        self.every = every
        self.cuts: list[Cut] = []
        self.problem = ""
        self.done = False
        self._most = most
        self.planned = self.unstoppable = False
        self._stopped = False
        self._clock: int | None = None  # of the thread's processor time, where the system has one
        self._began = self._now()
        self._number = 0  # of the present run
        self._struck = -1  # the run that was last thrown out
        self._stuck = 0
        self._strikes = 0
        self._work_here: Iterator[None] | None = self._working() if IN_BROWSER else None
        self._thread = threading.Thread(target=self._work, name="chaos", daemon=True)
        if not IN_BROWSER:
            self._thread.start()

    @property
    def answers(self) -> tuple[bytes, ...]:
        """The bytes of each answer without a cut, once it is known how far apart the cuts are."""
        return self.runner.answers if self.planned else ()

    def stop(self) -> None:
        """End after the present cut."""
        self._stopped = True

    def look(self) -> None:
        """Throw out a run that never waits. Call it now and then while the thread works.

        In a browser's tab there is no thread: this makes the next cuts.
        """
        if self._work_here is not None:
            until = time.monotonic() + SLICE_SECONDS
            while not self.done and time.monotonic() < until:
                next(self._work_here, None)
            return
        computed, passed = (now - then for now, then in zip(self._now(), self._began, strict=True))
        if not self.done and (computed > PATIENCE or passed > ASLEEP):
            self._began = self._now()
            self._struck = self._number
            self._strikes += 1
            if self._strikes > MOST_STRIKES:  # it catches even that, and can't be ended
                self.unstoppable = self.done = True
                self.problem = "A run can't be ended: restart the kernel."
                return
            ident = ctypes.c_ulong(self._thread.ident or 0)
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ident, ctypes.py_object(Stuck))

    def _now(self) -> tuple[float, float]:
        """Return the processor time that the thread has had, and the time, in seconds."""
        if self._clock is None:
            return time.process_time(), time.monotonic()
        try:
            return time.clock_gettime(self._clock), time.monotonic()
        except OSError:  # the thread has ended
            return 0.0, time.monotonic()

    def wait(self) -> None:
        """Block until it has ended."""
        while not self.done:
            if self._work_here is None:
                self._thread.join(0.1)
            self.look()

    def _work(self) -> None:
        for _ in self._working():
            pass

    def _working(self) -> Iterator[None]:
        if not IN_BROWSER and hasattr(time, "pthread_getcpuclockid"):
            self._clock = time.pthread_getcpuclockid(threading.get_ident())
        self._began = self._now()
        try:
            for cut in self._steps():
                if cut is not None:
                    self.cuts.append(cut)
                    self._tell(self, cut)
                self._stuck += self._struck == self._number
                if self._stuck >= MOST_STUCK:
                    self.problem = f"{MOST_STUCK} runs computed without ever waiting."
                    return
                if self._stopped:
                    return
                self._number += 1
                self._began = self._now()
                yield
        except BaseException as error:  # for the one who looks after it
            self.problem = f"{type(error).__name__}: {error}"
        finally:
            self.done = True

    def _steps(self) -> Iterator[Cut | None]:
        self.problem = self.runner.begin()
        yield None
        if self.problem:
            return
        planned = places(self.runner.answers, self.every)
        while self._most is not None and len(planned) > self._most:
            self.every *= 2
            planned = places(self.runner.answers, self.every)
        self.planned = True
        self._tell(self, None)
        for answer, at in planned[self._first :]:
            yield self.runner.cut(answer, at)
