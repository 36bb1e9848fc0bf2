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


class Half:
    """What has come of the turn under way."""

    def __init__(self):
        self.text = ""
        self.turn = MessageAssembler()

    def take(self, event):
        self.turn.feed(event)
        match event:
            case {"delta": {"type": "text_delta", "text": text}}:
                self.text += text
                return text

    def messages(self):
        if not self.text.strip():
            return []
        content = kept(self.turn.message["content"], set())
        return [{"role": "assistant", "content": content}, continuation(self.text)]


class Patience:
    """How often it was tried, and with what success."""

    def __init__(self, chance, now):
        self.chance, self.now = chance, now
        self.failures = 0

    def after(self, error, responses):
        self.failures += 1
        status, headers = 0, {}
        if responses:
            status, headers = responses[-1].status_code, responses[-1].headers
        type = getattr(error, "type", "")
        dice = {"text_shown": False, "random": self.chance(), "now": self.now()}
        return seconds_to_wait(self.failures, status, type, headers, **dice)


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
    patience = Patience(chance, now)
    done = False
    while not done:
        half, responses = Half(), []
        try:
            async with noted(http, responses):
                async for event in run_agent(http, messages, tools, model=model):
                    if event["type"] == "tool_result":
                        half = Half()
                        responses.clear()
                        patience.failures = 0
                    elif text := half.take(event):
                        write(text)
            done = True
        except BrokenPipeError:
            raise
        except Exception as error:
            seconds = patience.after(error, responses)
            if seconds is None:
                raise
            messages.extend(half.messages())
            await sleep(seconds)
