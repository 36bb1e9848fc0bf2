"""Tools that run while the answer still streams.

    ToolCall ──▶ ToolDispatcher.start ──▶ ToolStarted, ToolProgress, ToolFinished
                          └──▶ .results(): a tool_result for each call, in call order

Nothing here waits for a tool but `results`: whoever reads the stream calls `start` and
reads on, so no tool, however slow, delays a token.

The part `dispatch` (helpers/parts/dispatch.py) is the base. What this adds:

- places: so many tools run at once, further calls wait;
- progress, and how long a run took; deadlines on a clock that may jump;
- a turn that is asked for again: runs are kept for the calls they would repeat;
- an interruption, which lets a tool finish that must not run twice;
- tools of every kind: in a thread that never ends, in a browser, with lazy results.
"""

import asyncio
import contextvars
import inspect
import json
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from helpers.browser import IN_BROWSER
from helpers.clock import Clock, RealClock, TimeLimit, cancel_and_wait, with_timeout
from helpers.message import ToolCall
from helpers.parts import dispatch as part
from helpers.parts.dispatch import Run
from helpers.tools import (
    Tool,
    ToolError,
    error_content,
    is_lazy,
    materialize,
    number,
    result_content,
    to_text,
)

__all__ = ["ToolDispatcher", "ToolEvent", "ToolFinished", "ToolProgress", "ToolStarted"]

Content = str | list[dict[str, Any]]

CANCELLED = "Cancelled before it finished."
UNKNOWN_OUTCOME = "Cancelled before it finished; it may have taken effect or not."


@dataclass(frozen=True, slots=True)
class ToolStarted(part.ToolStarted):
    """A tool runs; `status` says what it does, in words for a person."""

    status: str


@dataclass(frozen=True, slots=True)
class ToolProgress:
    """A running tool tells how far it is: so much done of a total, if it knows."""

    call: ToolCall
    message: str
    done: float | None = None
    total: float | None = None


@dataclass(frozen=True, slots=True)
class ToolFinished(part.ToolFinished):
    """A tool has given its result, or failed, after so many seconds."""

    seconds: float


ToolEvent = ToolStarted | ToolProgress | ToolFinished


class ToolDispatcher(part.ToolDispatcher):
    """Run the calls of one turn, side by side, as soon as each is complete.

    Args:
        tools: what may be called.
        emit: takes each ToolEvent as it happens; it must not block.
        limit: how many tools run at once; further calls wait for a place.
        timeout: seconds that a tool may take, unless it names a deadline of its own.
        clock: measures that time.
    """

    def __init__(
        self,
        tools: Iterable[Tool],
        emit: Callable[[ToolEvent], None],
        *,
        limit: int = 8,
        timeout: float = 30.0,
        clock: Clock | None = None,
    ) -> None:
        super().__init__(tools, emit)
        self._places = asyncio.Semaphore(limit)
        self._timeout = timeout
        self._clock = clock or RealClock()
        self._begun: dict[Run, float] = {}
        self._over: dict[Run, float] = {}
        self._started: dict[Run, ToolStarted] = {}
        self._earlier: list[Run] = []  # for calls of a reply that broke off

    @property
    def calls(self) -> list[ToolCall]:
        """The calls so far, in the order of their blocks."""
        return sorted((run.call for run in self._runs), key=lambda call: call.index)

    def start(self, call: ToolCall) -> None:
        """Run the tool of a call, or let it wait for `release` if it must not run twice."""
        run = next((run for run in self._earlier if _identify(run.call) == _identify(call)), None)
        if run is None:
            super().start(call)
        else:  # the reply that broke off had asked for the same
            self._earlier.remove(run)
            self._runs.append(run)
            self._serve(run, call)

    def restart(self) -> None:
        """Prepare for the same turn once more; runs are kept for the calls they'd repeat."""
        self._earlier += [run for run in self._runs if run.task is not None]
        self._runs = []

    async def results(self) -> list[dict[str, Any]]:
        """Wait for all tools; return a tool_result for each call, in call order."""
        await self._cancel(self._earlier + [run for run in self._runs if run.task is None])
        return await super().results()

    async def interrupt(self) -> None:
        """Cancel what may be cancelled; a run that must not be repeated may finish."""
        once = {tool.name for tool in self._tools.values() if not tool.idempotent}
        await self._cancel([run for run in self._runs if not (run.task and run.call.name in once)])

    async def cancel(self) -> None:
        """Cancel every run, and return once they have ended."""
        await self._cancel(self._runs + self._earlier)

    def _serve(self, run: Run, call: ToolCall) -> None:
        """Let an earlier run stand for a call, and tell of it what has happened so far."""
        run.call = call
        if started := self._started.get(run):
            self._emit(replace(started, call=call))
        if run.finished:
            run.finished = replace(run.finished, call=call)
            self._emit(run.finished)

    async def _work(self, run: Run) -> None:
        """Run a tool to its end, once there is a place for it."""
        async with self._places:
            self._begun[run] = self._clock.now()
            await super()._work(run)

    async def _content(self, run: Run) -> Content:
        """Return what the tool of a run gives back, or raise what keeps it from that."""
        call = run.call
        tool = self._tools.get(call.name)
        if tool is None:
            known = ", ".join(self._tools) or "none"
            raise ToolError(f"There is no tool {call.name!r}. The tools are: {known}.")
        if call.input is None:  # the answer that the API's documentation asks for
            raise ToolError(json.dumps({"INVALID_JSON": call.raw}))
        arguments = tool.arguments(call.input)
        if tool.progress_parameter:
            arguments[tool.progress_parameter] = self._progress_of(run)
        self._started[run] = ToolStarted(call, tool.status_line(call.input))
        self._tell(run, self._started[run])
        seconds = self._timeout if tool.timeout is None else tool.timeout
        try:
            value = await with_timeout(
                self._clock, seconds, self._call_and_time(run, tool, arguments)
            )
        except TimeLimit:
            raise ToolError(f"{tool.name} did not finish within {seconds:g} seconds.") from None
        return result_content(value)

    async def _call_and_time(self, run: Run, tool: Tool, arguments: dict[str, Any]) -> object:
        """Call a tool, and note when it is over: a blocked loop hears of that only later."""
        try:
            return await _call(tool, arguments)
        finally:
            self._over[run] = self._clock.now()

    def _words(self, error: Exception) -> str:
        return error_content(error)

    def _progress_of(self, run: Run) -> Callable[..., None]:
        """Return what a tool calls, from any thread, to tell how far it is."""
        loop = asyncio.get_running_loop()

        def tell(message: str, done: float | None, total: float | None) -> None:
            if run.finished is None:  # a thread that was given up may still talk
                self._tell(run, ToolProgress(run.call, message, done, total))

        def progress(message: str, done: float | None = None, total: float | None = None) -> None:
            # A tool may give anything: Decimals, numpy's numbers, NaN after a division.
            told = to_text(message), number(done), number(total)
            with suppress(RuntimeError):  # the loop has ended, and the thread goes on
                loop.call_soon_threadsafe(tell, *told)

        return progress

    def _finish(self, run: Run, content: Content, is_error: bool) -> None:
        over = self._over.pop(run, self._clock.now())
        seconds = over - self._begun.get(run, over)
        run.finished = ToolFinished(run.call, content, is_error, seconds)
        self._tell(run, run.finished)

    def _tell(self, run: Run, event: ToolEvent) -> None:
        """Emit an event, unless the reply that asked for the run has broken off."""
        if run in self._runs:
            self._emit(event)

    async def _cancel(self, runs: list[Run]) -> None:
        """Cancel runs that have not finished; each gets a result that says so."""
        await cancel_and_wait(*[run.task for run in runs if run.task is not None])
        for run in runs:
            if run.finished is None:
                tool = self._tools.get(run.call.name)
                unsure = run in self._started and tool is not None and not tool.idempotent
                self._begun.pop(run, None)  # it took no time that would say anything
                self._finish(run, UNKNOWN_OUTCOME if unsure else CANCELLED, True)


def _identify(call: ToolCall) -> tuple[str, str]:
    """Return what a call asks for, as JSON: Python takes 1, 1.0 and True for the same."""
    input = call.raw if call.input is None else json.dumps(call.input, sort_keys=True)
    return call.name, input


async def _call(tool: Tool, arguments: dict[str, Any]) -> object:
    """Call a tool's function, in a thread if it may block; await what it has to give."""
    function = partial(tool.function, **arguments)
    threads = sys.platform != "emscripten"  # a browser kernel has none
    try:
        if tool.is_async or not threads:
            value = function()
        else:
            # What it gives back may be lazy, and belongs to the thread that made it.
            value = await in_thread(_in_context(lambda: materialize(function())))
        # A decorated async function looks like a sync one, and returns a coroutine.
        value = await value if inspect.isawaitable(value) else value
        if isinstance(value, AsyncIterator):
            return [row async for row in value]
        if tool.is_async and threads and is_lazy(value):
            return await in_thread(_in_context(lambda: materialize(value)))
        return materialize(value)
    except Exception:
        raise
    except BaseException as error:
        task = asyncio.current_task()
        if isinstance(error, asyncio.CancelledError) and task and task.cancelling():
            raise  # we cancel it; else it is the tool's own, which concerns nobody else
        raise _portable(error) from error


def _in_context(function: Callable[[], object]) -> Callable[[], object]:
    """Return a function that runs elsewhere with the context variables of this place."""
    return partial(contextvars.copy_context().run, function)


async def in_thread(function: Callable[[], object]) -> object:
    """Return what a blocking function returns, while the event loop goes on.

    The thread is a daemon of its own, not one of a pool: a function that never returns
    takes no place from others, and doesn't keep the program from ending.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[object] = loop.create_future()

    def settle(value: object, error: BaseException | None) -> None:
        if not future.done():  # nobody waits any more if it was cancelled
            if error is None:
                future.set_result(value)
            else:
                future.set_exception(error)

    def work() -> None:
        value, error = None, None
        try:
            value = function()
        except BaseException as raised:
            error = _portable(raised)
        with suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(settle, value, error)

    if IN_BROWSER:  # it has no threads: everybody waits
        work()
    else:
        threading.Thread(target=work, name="tool", daemon=True).start()
    return await future


def _portable(error: BaseException) -> Exception:
    """Return an error as one that a task or a future can carry.

    A SystemExit or a KeyboardInterrupt would end the event loop, a CancelledError looks
    like our own cancellation, and a StopIteration can't travel at all.
    """
    if isinstance(error, Exception) and not isinstance(error, StopIteration):
        return error
    return ToolError(error_content(error))
