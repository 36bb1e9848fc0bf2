import asyncio
import random
import time
from contextlib import aclosing


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
    attempt=1,
):
    last = {"status": 0, "headers": {}}

    async def remember(response):
        last.update(status=response.status_code, headers=response.headers)

    shown, turn, error = "", MessageAssembler(), None
    before = http.event_hooks
    http.event_hooks = {**before, "response": [*before["response"], remember]}
    try:
        async with aclosing(run_agent(http, messages, tools, model=model)) as events:
            async for event in events:
                if event["type"] == "tool_result":
                    shown, turn, attempt = "", MessageAssembler(), 1
                    last.update(status=0, headers={})
                    continue
                if event["type"] == "content_block_delta" and "text" in event["delta"]:
                    shown += event["delta"]["text"]
                    write(event["delta"]["text"])
                turn.feed(event)
    except Exception as caught:
        if isinstance(caught, BrokenPipeError | TypeError | NameError):
            raise
        error = caught
    finally:
        http.event_hooks = before
    if error is None:
        return
    type = str(getattr(error, "type", None) or "")
    seconds = seconds_to_wait(
        attempt, last["status"], type, last["headers"],
        text_shown=False, random=chance(), now=now(),
    )
    if seconds is None:
        raise error
    if shown.strip():
        messages += [
            {"role": "assistant", "content": kept(turn.message["content"], ())},
            continuation(shown),
        ]
    await sleep(seconds)
    await answer(
        http, messages, tools, model=model, write=write,
        sleep=sleep, chance=chance, now=now, attempt=attempt + 1,
    )
