# looks like: a cancellation that is caught and forgotten: the code that cancelled waits for an end
#   that doesn't come
# try next: Use `finally`, or `raise` at the end of the `except`.
import asyncio


async def run_agent(http, messages, tools, *, model, max_turns=10, **fields):
    for turn in range(1, max_turns + 1):
        request = {"model": model, "max_tokens": 1024, **fields, "messages": list(messages)}
        if tools:
            request["tools"] = [tool.definition for tool in tools]
        if tools and turn == max_turns:
            request["tool_choice"] = {"type": "none"}
        assembler = MessageAssembler()
        dispatcher = ToolDispatcher(tools, lambda event: None)
        called = set()
        try:
            async with open_stream(http, request) as events:
                async for event in events:
                    for update in assembler.feed(event):
                        if hasattr(update, "name") and hasattr(update, "input"):
                            called.add(update.id)
                            dispatcher.start(update)
                    yield event
            dispatcher.release()
            results = await dispatcher.results()
        except asyncio.CancelledError:
            await dispatcher.cancel()
            return
        finally:
            await dispatcher.cancel()
        content = [block for block in assembler.message["content"] if fits(block, called)]
        if content:
            messages.append({"role": "assistant", "content": content})
        if not results:
            return
        messages.append({"role": "user", "content": results})
        for result in results:
            yield result


def fits(block, called):
    if block["type"] == "tool_use":
        return block["id"] in called
    if block["type"] == "thinking":
        return block["signature"] != ""
    return block != {"type": "text", "text": ""}
