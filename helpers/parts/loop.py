"""Turn after turn, until the model calls no tool any more; the part `loop`.

helpers/agent.py, which the course's front ends run, makes its requests as this does, and adds
what a person needs who waits: events of its own, further attempts, a word in between.
"""

from collections.abc import AsyncGenerator, Iterable, Sequence
from typing import Any

import httpx

from helpers.client import StreamTruncated, open_stream
from helpers.message import MessageAssembler, ToolCall
from helpers.parts.dispatch import ToolDispatcher

__all__ = ["called_nothing", "run_agent", "turn_request"]


async def run_agent(
    http: httpx.AsyncClient,
    messages: list[dict[str, Any]],
    tools: Sequence[Any],
    *,
    model: str,
    max_turns: int = 10,
    **fields: Any,
) -> AsyncGenerator[dict[str, Any]]:
    """Answer the last user message. Use as many turns and tools as necessary.

    Yields every event of every turn as it comes, and each tool_result once a turn's tools
    are done. Adds whole turns to `messages`, which can be sent at any time.
    """
    definitions = [tool.definition for tool in tools]
    for turn in range(1, max_turns + 1):
        fixed = {"model": model, "max_tokens": 4096, **fields}
        request = turn_request(fixed, messages, definitions, last=turn == max_turns)
        reply, calls = MessageAssembler(), []
        dispatcher = ToolDispatcher(tools, lambda _: None)
        try:
            async with open_stream(http, request) as events:
                async for event in events:
                    for update in reply.feed(event):
                        if isinstance(update, ToolCall):  # yours may tell more than calls
                            calls.append(update.id)
                            dispatcher.start(update)
                    yield event
            if reply.message.get("stop_reason") == "tool_use" and not calls:
                raise called_nothing()
            dispatcher.release()
            results = await dispatcher.results()
        finally:
            await dispatcher.cancel()
        # From here on nothing waits, so the turn enters whole or not at all.
        if content := whole_blocks(reply.message["content"], calls):
            messages.append({"role": "assistant", "content": content})
        if results:
            messages.append({"role": "user", "content": results})
        for result in results:
            yield result
        if not results:
            return


def turn_request(
    fixed: dict[str, Any],
    messages: Sequence[dict[str, Any]],
    definitions: Sequence[dict[str, Any]],
    last: bool,
) -> dict[str, Any]:
    """Return the request for a turn; in the last one, the model can't call tools any more."""
    request = {**fixed, "messages": [*messages]}
    if definitions:
        request["tools"] = [*definitions]
        if last:  # nobody would read the results of further calls
            request["tool_choice"] = {"type": "none"}
    return request


def called_nothing() -> StreamTruncated:
    """Return the error of a model that stops for its tools and has called none."""
    return StreamTruncated("the model stopped to use a tool, but no call came")


def whole_blocks(content: Iterable[dict[str, Any]], calls: Sequence[str]) -> list[dict[str, Any]]:
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
