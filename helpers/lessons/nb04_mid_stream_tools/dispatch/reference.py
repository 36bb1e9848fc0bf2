"""Tools that run while the answer still streams, in the form that a learner writes.

helpers/dispatch.py is what the agent runs on. It also limits how many tools run at once,
passes on their progress, and keeps runs for a reply that is asked for again; for that it
builds on other modules. This one stands alone.
"""

import asyncio
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from helpers.message import ToolCall

__all__ = ["ToolDispatcher", "ToolFinished", "ToolStarted"]


@dataclass(frozen=True)
class ToolStarted:
    """A tool runs."""

    call: ToolCall


@dataclass(frozen=True)
class ToolFinished:
    """A tool has given its result, or failed."""

    call: ToolCall
    content: str
    is_error: bool


class ToolDispatcher:
    """Run the calls of one turn, side by side, as soon as each is complete."""

    def __init__(
        self, tools: Iterable[Any], emit: Callable[[ToolStarted | ToolFinished], None]
    ) -> None:
        self._tools = {tool.name: tool for tool in tools}
        self._emit = emit
        self._released = False
        self._calls: list[ToolCall] = []
        self._tasks: dict[str, asyncio.Task[None]] = {}  # by the id of the call
        self._finished: dict[str, ToolFinished] = {}

    def start(self, call: ToolCall) -> None:
        """Run the call's tool and return at once; if not `idempotent`, wait for `release`."""
        self._calls.append(call)
        tool = self._tools.get(call.name)
        if self._released or tool is None or tool.idempotent:
            self._tasks[call.id] = asyncio.create_task(self._work(call))

    def release(self) -> None:
        """The reply is whole: start the tools that waited for that."""
        self._released = True
        for call in self._calls:
            if call.id not in self._tasks:
                self._tasks[call.id] = asyncio.create_task(self._work(call))

    async def results(self) -> list[dict[str, Any]]:
        """Wait for all tools; return a tool_result for each call, in call order."""
        if self._tasks:
            await asyncio.wait(self._tasks.values())
        return [self._result(call) for call in self._calls]

    async def cancel(self) -> None:
        """Cancel what runs, and return once it has ended."""
        for task in self._tasks.values():
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks.values())

    async def _work(self, call: ToolCall) -> None:
        """Run a tool to its end, which is a result, whatever happens."""
        try:
            content, is_error = await self._content(call), False
        except Exception as error:  # not CancelledError: that one has to get through
            content, is_error = f"{type(error).__name__}: {error}".removesuffix(": "), True
        self._finished[call.id] = ToolFinished(call, content, is_error)
        self._emit(self._finished[call.id])

    async def _content(self, call: ToolCall) -> str:
        """Return what a tool gives back, or raise what keeps it from that."""
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

    def _result(self, call: ToolCall) -> dict[str, Any]:
        """Return the block that answers a call; a run that never ended has one, too."""
        end = self._finished.get(call.id) or ToolFinished(call, "Cancelled.", True)
        block = {"type": "tool_result", "tool_use_id": call.id, "content": end.content}
        return {**block, "is_error": True} if end.is_error else block
