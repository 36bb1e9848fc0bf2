async def run_agent(http, messages, tools, *, model, max_turns=10, **fields):
    left = max_turns
    results = True
    while results:
        left -= 1
        body = dict(fields, model=model, messages=messages[:])
        body.setdefault("max_tokens", 2048)
        if tools:
            body["tools"] = [one.definition for one in tools]
            if not left:
                body["tool_choice"] = {"type": "none"}
        turn = Turn(tools)
        try:
            async with open_stream(http, body) as events:
                async for event in events:
                    turn.take(event)
                    yield event
            results = await turn.results()
        except BaseException:
            await turn.dispatcher.cancel()
            raise
        messages.extend(turn.as_messages(results))
        for result in results:
            yield result


class Turn:
    def __init__(self, tools):
        self.assembler = MessageAssembler()
        self.dispatcher = ToolDispatcher(tools, print_nothing)

    def take(self, event):
        for update in self.assembler.feed(event):
            if isinstance(update, ToolCall):
                self.dispatcher.start(update)

    async def results(self):
        self.dispatcher.release()
        return await self.dispatcher.results()

    def as_messages(self, results):
        answered = [result["tool_use_id"] for result in results]
        content = []
        for block in self.assembler.message["content"]:
            kind = block["type"]
            if kind == "tool_use" and block["id"] not in answered:
                continue
            if kind in ("text", "thinking") and not block["signature" if kind == "thinking" else "text"]:
                continue
            content.append(block)
        pairs = [("assistant", content), ("user", results)]
        return [{"role": role, "content": blocks} for role, blocks in pairs if blocks]


def print_nothing(event):
    pass
