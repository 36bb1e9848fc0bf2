# looks like: an empty dict treated as a missing one: `not {}` is true in Python
# try next: Ask `call.input is None`.
import asyncio
import json
from dataclasses import dataclass


@dataclass(frozen=True)
class ToolStarted:
    call: "ToolCall"


@dataclass(frozen=True)
class ToolFinished:
    call: "ToolCall"
    content: str
    is_error: bool


class ToolDispatcher:
    def __init__(self, tools, emit):
        self.tools = {tool.name: tool for tool in tools}
        self.emit = emit
        self.calls = []
        self.tasks = {}
        self.ends = {}

    def start(self, call):
        self.calls.append(call)
        tool = self.tools.get(call.name)
        if tool is None or not tool.once:
            self.tasks[call.id] = asyncio.create_task(self.work(call))

    def release(self):
        for call in self.calls:
            if call.id not in self.tasks:
                self.tasks[call.id] = asyncio.create_task(self.work(call))

    async def results(self):
        if self.tasks:
            await asyncio.wait(self.tasks.values())
        return [self.result(call) for call in self.calls]

    async def cancel(self):
        for task in self.tasks.values():
            task.cancel()
        if self.tasks:
            await asyncio.wait(self.tasks.values())

    async def work(self, call):
        try:
            content, is_error = await self.run(call), False
        except Exception as error:
            content, is_error = f"{type(error).__name__}: {error}", True
        self.ends[call.id] = (content, is_error)
        self.emit(ToolFinished(call, content, is_error))

    async def run(self, call):
        if call.name not in self.tools:
            raise LookupError(f"there is no tool {call.name}")
        if not call.input:
            raise ValueError(f"this is no JSON object: {call.raw}")
        tool = self.tools[call.name]
        arguments = tool.arguments(call.input)
        self.emit(ToolStarted(call))
        async with asyncio.timeout(tool.timeout):
            if tool.is_async:
                value = await tool.function(**arguments)
            else:
                value = await asyncio.to_thread(tool.function, **arguments)
        return value if isinstance(value, str) else json.dumps(value)

    def result(self, call):
        content, is_error = self.ends.get(call.id, ("Cancelled.", True))
        block = {"type": "tool_result", "tool_use_id": call.id, "content": content}
        if is_error:
            block["is_error"] = True
        return block
