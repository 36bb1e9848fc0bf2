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

    If a request fails, call `seconds_to_wait`, and pass `chance()` and `now()` to it. Wait that
    number of seconds with `sleep`, and send the request again. If it returns None, raise the
    error. If an answer breaks off after text was shown, don't ask for it again. Keep the text
    in `messages`, and ask the model to continue.
    If `write` raises an error, raise it at once: nobody reads any more.
    """
    ...
