# looks like: text in place of events: a program that wants to show a tool, or count tokens, gets
#   nothing
# try next: `yield event`, and leave the picking to `stream_text`.
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
                    match event:
                        case {"delta": {"text": text}}:
                            yield text
            dispatcher.release()
            results = await dispatcher.results()
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
