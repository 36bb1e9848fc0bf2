"""The agent's loop, in the form that a learner writes.

helpers/agent.py is what the course's faces run on. It also asks again after a failure, hears
the user in mid-answer and tells all of it in events of its own; for that it builds on other
modules. This one is the loop alone.
"""

from collections.abc import AsyncGenerator, Iterable, Sequence
from typing import Any

import httpx

from helpers.client import StreamTruncated, open_stream
from helpers.lessons.nb04_mid_stream_tools.dispatch.reference import ToolDispatcher
from helpers.message import MessageAssembler, ToolCall

__all__ = ["run_agent"]


async def run_agent(
    http: httpx.AsyncClient,
    messages: list[dict[str, Any]],
    tools: Sequence[Any],
    *,
    model: str,
    max_turns: int = 10,
    **fields: Any,
) -> AsyncGenerator[dict[str, Any]]:
    """Answer the last user message, with as many turns and tools as that takes.

    Yields every event of every turn as it comes, and each tool_result once a turn's tools
    are done. Adds whole turns to `messages`, which can be sent at any time.
    """
    for turn in range(1, max_turns + 1):
        request = {"model": model, "max_tokens": 4096, **fields, "messages": [*messages]}
        if tools:
            request["tools"] = [tool.definition for tool in tools]
            if turn == max_turns:  # nobody would read the results of further calls
                request["tool_choice"] = {"type": "none"}
        reply, calls = MessageAssembler(), []
        dispatcher = ToolDispatcher(tools, lambda _: None)
        try:
            async with open_stream(http, request) as events:
                async for event in events:
                    for update in reply.feed(event):
                        if isinstance(update, ToolCall):
                            calls.append(update.id)
                            dispatcher.start(update)
                    yield event
            if reply.stop_reason == "tool_use" and not calls:
                raise StreamTruncated("the model stopped to use a tool, but no call came")
            dispatcher.release()
            results = await dispatcher.results()
        finally:
            await dispatcher.cancel()
        # From here on nothing waits, so the turn enters whole or not at all.
        if content := sendable(reply.message["content"], calls):
            messages.append({"role": "assistant", "content": content})
        if results:
            messages.append({"role": "user", "content": results})
        for result in results:
            yield result
        if not results:
            return


def sendable(content: Iterable[dict[str, Any]], calls: Sequence[str]) -> list[dict[str, Any]]:
    """Return the blocks of a turn that may be sent again; `calls` are those with a result."""
    blocks = []
    for block in content:
        match block:
            case {"type": "tool_use", "id": id}:
                keep = id in calls  # the others were cut off
            case {"type": "thinking", "signature": signature}:
                keep = bool(signature)  # it comes last, so without it the thinking was cut
            case {"type": "text", "text": text}:
                keep = bool(text.strip())
            case _:
                keep = True
        if keep:
            blocks.append(block)
    return blocks
