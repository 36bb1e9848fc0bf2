# looks like: an error of `write` treated as one of the API: the answer is asked for again, for
#   nobody
# try next: Let BrokenPipeError out before you come to `except Exception`; your own slips
#   (TypeError, NameError, …) belong there, too.
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
    attempt = 1
    while True:
        came, turn, shown = [], MessageAssembler(), ""
        try:
            agent = run_agent(http, messages, tools, model=model)
            async with noted(http, came), aclosing(agent) as events:
                async for event in events:
                    if event["type"] == "tool_result":
                        turn, shown, attempt = MessageAssembler(), "", 1
                        came.clear()
                        continue
                    turn.feed(event)
                    text = event.get("delta", {}).get("text", "")
                    if text:
                        shown += text
                        write(text)
            return
        except (TypeError, NameError):
            raise
        except Exception as error:
            seconds = seconds_to_wait(
                attempt,
                came[-1].status_code if came else 0,
                getattr(error, "type", ""),
                came[-1].headers if came else {},
                text_shown=False,
                random=chance(),
                now=now(),
            )
            if seconds is None:
                raise
        if shown.strip():
            half = kept(turn.message["content"], [])
            messages.append({"role": "assistant", "content": half})
            messages.append(continuation(shown))
        attempt += 1
        await sleep(seconds)
