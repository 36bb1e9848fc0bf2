# ruff: noqa: F821 (what earlier parts define)
async def run_agent(http, messages, tools, *, model, max_turns=10, **fields):
    """Nothing of the other parts is used but what their stubs promise."""
    for turn in range(1, max_turns + 1):
        request = {"model": model, "max_tokens": 4096, **fields, "messages": [*messages]}
        if tools:
            request["tools"] = [tool.definition for tool in tools]
            if turn == max_turns:
                request["tool_choice"] = {"type": "none"}
        assembler = MessageAssembler()
        dispatcher = ToolDispatcher(tools, lambda event: None)
        called = []
        try:
            async with open_stream(http, request) as events:
                async for event in events:
                    for call in assembler.feed(event):
                        called.append(call.id)
                        dispatcher.start(call)
                    yield event
            if assembler.message.get("stop_reason") == "tool_use" and not called:
                raise ValueError("the model stopped to use a tool, but no call came")
            dispatcher.release()
            results = await dispatcher.results()
        finally:
            await dispatcher.cancel()
        content = [block for block in assembler.message["content"] if fits(block, called)]
        if content:
            messages.append({"role": "assistant", "content": content})
        if results:
            messages.append({"role": "user", "content": results})
        for result in results:
            yield result
        if not results:
            return


def fits(block, called):
    match block:
        case {"type": "tool_use", "id": id}:
            return id in called
        case {"type": "thinking"}:
            return block["signature"] != ""
        case {"type": "text", "text": text}:
            return text.strip() != ""
    return True
