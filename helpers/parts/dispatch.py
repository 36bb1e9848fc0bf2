"""Tools that run while the answer still streams, as the part `dispatch` has it.

helpers/dispatch.py, on which the agent runs, is this with a layer over it.
"""

import asyncio
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from helpers.message import ToolCall

__all__ = ["Run", "ToolDispatcher", "ToolFinished", "ToolStarted"]


@dataclass(frozen=True)
class ToolStarted:
    """A tool runs."""

    call: ToolCall


@dataclass(frozen=True)
class ToolFinished:
    """A tool has given its result, or failed."""

    call: ToolCall
    content: Any  # what the model reads: text
    is_error: bool


@dataclass(eq=False)
class Run:
    """One run of a tool: its call, the task that runs it, and what it came to."""

    call: ToolCall
    task: asyncio.Task[None] | None = None
    finished: ToolFinished | None = None


class ToolDispatcher:
    """Run the calls of one turn, side by side, as soon as each is complete."""

    def __init__(self, tools: Iterable[Any], emit: Callable[[Any], None]) -> None:
        self._tools = {tool.name: tool for tool in tools}
        self._emit = emit
        self._released = False
        self._runs: list[Run] = []

    def start(self, call: ToolCall) -> None:
        """Run the call's tool and return at once; if not `idempotent`, wait for `release`."""
        run = Run(call)
        self._runs.append(run)
        tool = self._tools.get(call.name)
        if self._released or tool is None or tool.idempotent:
            run.task = asyncio.create_task(self._work(run))

    def release(self) -> None:
        """The reply is whole: start the tools that waited for that."""
        self._released = True
        for run in self._runs:
            if run.task is None:
                run.task = asyncio.create_task(self._work(run))

    async def results(self) -> list[dict[str, Any]]:
        """Wait for all tools; return a tool_result for each call, in call order."""
        if tasks := self._tasks():
            await asyncio.wait(tasks)
        return [_result(run) for run in sorted(self._runs, key=lambda run: run.call.index)]

    async def cancel(self) -> None:
        """Cancel what runs, and return once it has ended."""
        for task in self._tasks():
            task.cancel()
        if tasks := self._tasks():
            await asyncio.wait(tasks)

    def _tasks(self) -> list[asyncio.Task[None]]:
        return [run.task for run in self._runs if run.task is not None]

    async def _work(self, run: Run) -> None:
        """Run a tool to its end, which is a result, whatever happens."""
        try:
            content, is_error = await self._content(run), False
        except Exception as error:  # not CancelledError: that one has to get through
            content, is_error = self._words(error), True
        self._finish(run, content, is_error)

    async def _content(self, run: Run) -> Any:
        """Return what a tool gives back, or raise what keeps it from that."""
        call = run.call
        if call.name not in self._tools:
            raise LookupError(f"no tool is called {call.name!r}; there are {list(self._tools)}")
        if call.input is None:
            raise ValueError(f"the input is no JSON object: {call.raw}")
        tool = self._tools[call.name]
        arguments = tool.arguments(call.input)
        self._emit(ToolStarted(call))
        async with asyncio.timeout(tool.timeout):
            if tool.is_async:
                value = await tool.function(**arguments)
            else:
                value = await asyncio.to_thread(tool.function, **arguments)
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

    def _words(self, error: Exception) -> str:
        """Return what the model is told of a failure."""
        return f"{type(error).__name__}: {error}".removesuffix(": ")

    def _finish(self, run: Run, content: Any, is_error: bool) -> None:
        """Note what a run came to, and tell it."""
        run.finished = ToolFinished(run.call, content, is_error)
        self._emit(run.finished)


def _result(run: Run) -> dict[str, Any]:
    """Return the block that answers a call; a run that never ended has one, too."""
    end = run.finished or ToolFinished(run.call, "Cancelled.", True)
    block = {"type": "tool_result", "tool_use_id": run.call.id, "content": end.content}
    return {**block, "is_error": True} if end.is_error else block
