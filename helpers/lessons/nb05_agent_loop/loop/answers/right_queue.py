import asyncio
import json


async def run_agent(http, messages, tools, *, model, max_turns=10, **fields):
    """The work runs in a task of its own, as in a server; a queue leads out of it."""
    queue = asyncio.Queue()

    async def work():
        for turn in range(max_turns):
            request = {"max_tokens": 500, **fields, "model": model}
            request["messages"] = json.loads(json.dumps(messages))
            if tools:
                request["tools"] = [tool.definition for tool in tools]
                if turn + 1 == max_turns:
                    request["tool_choice"] = {"type": "none"}
            reply = MessageAssembler()
            dispatcher = ToolDispatcher(tools, lambda event: None)
            try:
                async with open_stream(http, request) as events:
                    async for event in events:
                        for call in reply.feed(event):
                            if isinstance(call, ToolCall):
                                dispatcher.start(call)
                        await queue.put(event)
                dispatcher.release()
                results = await dispatcher.results()
            finally:
                await dispatcher.cancel()
            ids = {result["tool_use_id"] for result in results}
            content = []
            for block in reply.message["content"]:
                match block:
                    case {"type": "tool_use", "id": id} if id not in ids:
                        pass
                    case {"type": "thinking", "signature": ""} | {"type": "text", "text": ""}:
                        pass
                    case _:
                        content.append(block)
            new = [{"role": "assistant", "content": content}] if content else []
            new += [{"role": "user", "content": results}] if results else []
            messages.extend(new)
            for result in results:
                await queue.put(result)
            if not results:
                return

    task = asyncio.create_task(work())
    task.add_done_callback(lambda _: queue.put_nowait(None))
    try:
        while (event := await queue.get()) is not None:
            yield event
        await task
    finally:
        task.cancel()
        await asyncio.wait([task])
