import asyncio
import functools
import json
from dataclasses import dataclass


@dataclass
class ToolStarted:
    call: object


@dataclass
class ToolFinished:
    call: object
    content: object
    is_error: bool


class ToolDispatcher:
    """The content is a list of blocks, and the end of a task is told by a callback."""

    def __init__(self, tools, emit):
        self.tools, self.emit = {tool.name: tool for tool in tools}, emit
        self.calls, self.held, self.tasks, self.blocks = [], [], [], {}

    def start(self, call):
        self.calls.append(call)
        if not getattr(self.tools.get(call.name), "idempotent", True):
            self.held.append(call)
        else:
            self.run(call)

    def release(self):
        held, self.held = self.held, []
        for call in held:
            self.run(call)

    def run(self, call):
        task = asyncio.get_running_loop().create_task(self.value(call))
        task.add_done_callback(functools.partial(self.ended, call))
        self.tasks.append(task)

    async def value(self, call):
        tool = self.tools[call.name]
        arguments = tool.arguments(json.loads(call.raw) if call.input is None else call.input)
        self.emit(ToolStarted(call))
        async with asyncio.timeout(tool.timeout):
            if tool.is_async:
                return await tool.function(**arguments)
            work = functools.partial(tool.function, **arguments)
            return await asyncio.get_running_loop().run_in_executor(None, work)

    def ended(self, call, task):
        if task.cancelled():
            return
        error = task.exception()
        if error is None:
            value = task.result()
            text = value if isinstance(value, str) else json.dumps(value)
        else:
            text = f"{error!r} in {call.name}({call.raw})"
        self.blocks[call.id] = block = {
            "type": "tool_result",
            "tool_use_id": call.id,
            "content": [{"type": "text", "text": text}],
        }
        if error is not None:
            block["is_error"] = True
        self.emit(ToolFinished(call, text, error is not None))

    async def results(self):
        if self.tasks:
            await asyncio.wait(self.tasks)
            await asyncio.sleep(0)
        unanswered = {"type": "tool_result", "content": "It never ran.", "is_error": True}
        return [
            self.blocks.get(call.id, {**unanswered, "tool_use_id": call.id})
            for call in self.calls
        ]

    async def cancel(self):
        for task in self.tasks:
            task.cancel()
        if self.tasks:
            await asyncio.wait(self.tasks)
