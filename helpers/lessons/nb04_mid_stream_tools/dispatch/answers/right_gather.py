import asyncio
import json
from dataclasses import dataclass


@dataclass
class ToolStarted:
    call: object


@dataclass
class ToolFinished:
    call: object
    content: str
    is_error: bool


class ToolDispatcher:
    """Every call has a task from the start; those that must wait do so on an event."""

    def __init__(self, tools, emit):
        self._tools = list(tools)
        self._emit = emit
        self._whole = asyncio.Event()
        self._tasks = []

    def start(self, call):
        self._tasks.append((call, asyncio.ensure_future(self._serve(call))))

    def release(self):
        self._whole.set()

    async def results(self):
        ends = await asyncio.gather(*(task for _, task in self._tasks), return_exceptions=True)
        return [
            self._block(call, "cancelled", True)
            if isinstance(end, BaseException)
            else self._block(call, *end)
            for (call, _), end in zip(self._tasks, ends)
        ]

    async def cancel(self):
        tasks = [task for _, task in self._tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, call):
        tool = next((tool for tool in self._tools if tool.name == call.name), None)
        if tool and not tool.idempotent:
            await self._whole.wait()
        try:
            end = await self._outcome(tool, call), False
        except Exception as error:
            end = str(error) or type(error).__name__, True
        self._emit(ToolFinished(call, *end))
        return end

    async def _outcome(self, tool, call):
        if not tool:
            return_to_model = f"unknown tool {call.name!r}"
            raise KeyError(return_to_model)
        if call.input is None:
            raise ValueError(json.dumps({"INVALID_JSON": call.raw}))
        arguments = tool.arguments(call.input)
        self._emit(ToolStarted(call))
        work = tool(**arguments) if tool.is_async else asyncio.to_thread(tool, **arguments)
        value = await asyncio.wait_for(work, tool.timeout)
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

    def _block(self, call, content, is_error):
        return {
            "type": "tool_result",
            "tool_use_id": call.id,
            "content": content,
            "is_error": is_error,
        }
