"""One answer, whatever breaks on the way: the parts put together, as a learner does it."""

import asyncio
import random
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from typing import Any

import httpx

from helpers.message import MessageAssembler
from helpers.parts.loop import run_agent
from helpers.parts.recovery import continuation, kept
from helpers.parts.retry import seconds_to_wait

__all__ = ["answer"]

# Mistakes in a program, and a reader who has gone: another request helps with neither.
FINAL = (TypeError, NameError, AttributeError, LookupError, AssertionError, BrokenPipeError)


@asynccontextmanager
async def noted(http: httpx.AsyncClient, responses: list[httpx.Response]) -> AsyncGenerator[None]:
    """Append each response of a client to a list, as long as the block lasts."""

    async def note(response: httpx.Response) -> None:
        responses.append(response)

    http.event_hooks["response"].append(note)
    try:
        yield
    finally:
        http.event_hooks["response"].remove(note)


async def answer(
    http: httpx.AsyncClient,
    messages: list[dict[str, Any]],
    tools: Sequence[Any],
    *,
    model: str,
    write: Callable[[str], None],
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    chance: Callable[[], float] = random.random,
    now: Callable[[], float] = time.time,
) -> None:
    """Answer the last user message; `write` gets each piece of text as it comes.

    A failed request is sent again after a wait. If an answer broke off after text was shown,
    the text stays, and the model is asked to continue.
    """
    attempt = 1
    while True:
        turn, shown = MessageAssembler(), ""
        came: list[httpx.Response] = []
        agent = run_agent(http, messages, tools, model=model)
        try:
            async with noted(http, came), aclosing(agent) as events:
                async for event in events:
                    match event:
                        case {"type": "tool_result"}:
                            # The turn has come whole and is in `messages`: now for the next.
                            turn, shown, attempt = MessageAssembler(), "", 1
                            came.clear()
                            continue
                        case {"type": "content_block_delta", "delta": {"text": str(text)}}:
                            shown += text
                            write(text)
                    turn.feed(event)
            return
        except FINAL:
            raise
        except Exception as error:
            seconds = seconds_to_wait(
                attempt,
                came[-1].status_code if came else 0,
                getattr(error, "type", ""),
                came[-1].headers if came else {},
                text_shown=False,  # nothing of it is asked for twice: see below
                random=chance(),
                now=now(),
            )
            if seconds is None:
                raise
        if shown.strip():
            messages.append({"role": "assistant", "content": kept(turn.message["content"], ())})
            messages.append(continuation(shown))
        attempt += 1
        await sleep(seconds)
