import asyncio
import random
import time
from contextlib import aclosing, asynccontextmanager


@asynccontextmanager
async def noted(http, responses):
    """Append each response of a client to a list, as long as the block lasts."""

    async def note(response):
        responses.append(response)

    http.event_hooks["response"].append(note)
    try:
        yield
    finally:
        http.event_hooks["response"].remove(note)


async def answer(
    http,
    messages,
    tools,
    *,
    model,
    write,
    sleep=asyncio.sleep,
    chance=random.random,
    now=time.time,
):
    """Answer the last of `messages`; `write` gets each piece of text as it comes.

    A request that failed is sent again, once `sleep` has waited as long as your
    `seconds_to_wait` says; `chance()` and `now()` are for it. If that says None, the error
    comes out. What broke off after text was shown isn't asked for again: it stays in
    `messages`, and the model is asked to go on from there.
    An error of `write` comes out at once: nobody reads any more.
    """
    ...
