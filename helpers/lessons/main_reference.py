"""One answer, whatever breaks on the way: the parts put together, as a learner does it."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from random import random as chance
from typing import Any

import httpx

from helpers.lessons.loop_reference import run_agent
from helpers.lessons.recovery_reference import continuation, kept
from helpers.lessons.retry_reference import seconds_to_wait
from helpers.message import MessageAssembler

__all__ = ["answer"]

# Mistakes in a program: asking again doesn't mend them.
MISTAKES = (TypeError, NameError, AttributeError, LookupError, AssertionError)


async def answer(
    http: httpx.AsyncClient,
    messages: list[dict[str, Any]],
    tools: Sequence[Any],
    *,
    model: str,
    write: Callable[[str], None],
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    random: Callable[[], float] = chance,
    now: Callable[[], float] = time.time,
) -> None:
    """Answer the last user message; `write` gets each piece of text as it comes.

    A request that failed is sent again after a wait. What broke off after text was shown
    isn't: it stays, and the model is asked to go on from there.
    """
    came: list[httpx.Response] = []

    async def note(response: httpx.Response) -> None:
        came.append(response)

    http.event_hooks = {**http.event_hooks, "response": [note]}
    attempt = 1
    while True:
        turn = MessageAssembler()
        shown = ""
        came.clear()
        try:
            async with aclosing(run_agent(http, messages, tools, model=model)) as events:
                async for event in events:
                    match event:
                        case {"type": "message_start"}:
                            turn, shown = MessageAssembler(), ""
                        case {"type": "content_block_delta", "delta": {"text": str(text)}}:
                            shown += text
                            write(text)
                        case {"type": "message_stop"}:
                            attempt = 1
                    if event["type"] != "tool_result":
                        turn.feed(event)
            return
        except MISTAKES:
            raise
        except Exception as error:
            seconds = seconds_to_wait(
                attempt,
                came[-1].status_code if came else 0,
                getattr(error, "type", ""),
                came[-1].headers if came else {},
                text_shown=False,  # nothing of it is asked for twice: see below
                random=random(),
                now=now(),
            )
            if seconds is None:
                raise
        if shown.strip():
            messages.append({"role": "assistant", "content": kept(turn.message["content"], ())})
            messages.append(continuation(shown))
        attempt += 1
        await sleep(seconds)
