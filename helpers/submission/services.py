"""The API and the weather service, played by the course for a session with an agent.

So nobody's file needs a simulation of its own, a key, or a network to be recorded.
"""

import asyncio
import json
import random
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager

from helpers.submission.conformance.harness import city_of, error
from helpers.submission.conformance.listener import Exchange, Listener
from helpers.submission.conformance.wire_events import encoded
from helpers.submission.single_file.offline import FIRST_TOKEN, TOKENS_PER_SECOND, answer_offline
from helpers.submission.single_file.tools import OFFLINE_SECONDS, make_up_weather

__all__ = ["ENVIRONMENT", "play_services"]

ENVIRONMENT = {"ANTHROPIC_API_KEY": "none"}  # of an agent that asks the played API
START_SECONDS = 60.0  # on the busiest machine


async def answer(exchange: Exchange) -> None:
    """Answer a request to the API at a model's pace, cut anywhere."""
    asked = exchange.json
    if exchange.path.split("?")[0] != "/v1/messages" or not asked.get("messages"):
        return await exchange.reply(404, error("not_found_error", "POST /v1/messages is played"))
    asked.setdefault("model", "unknown")
    await exchange.begin()
    await asyncio.sleep(FIRST_TOKEN)
    waiting = b""
    for event in answer_offline(asked):
        waiting += encoded([event])
        cut = random.randint(0, len(waiting))
        await exchange.send(waiting[:cut])
        waiting = waiting[cut:]
        if event["type"] == "content_block_delta":
            await asyncio.sleep(1 / TOKENS_PER_SECOND)
    await exchange.send(waiting)
    await exchange.finish()


async def weather(exchange: Exchange) -> None:
    """Answer a question for the weather, after as long as a network takes."""
    await asyncio.sleep(OFFLINE_SECONDS)
    city = city_of(exchange)
    found = make_up_weather(city).partition(" (")[0]
    body = json.dumps({"city": city, "weather": found}, ensure_ascii=False)
    await exchange.reply(200, body, {"content-type": "application/json"})


@contextmanager
def play_services() -> Iterator[tuple[str, str]]:
    """Play both on loopback as long as the block lasts; give the addresses of API and weather."""
    addresses: Future[tuple[str, str]] = Future()
    loop, over = asyncio.new_event_loop(), asyncio.Event()

    async def serve() -> None:
        try:
            async with Listener(answer) as api, Listener(weather) as sky:
                addresses.set_result((api.url, sky.url))
                await over.wait()
        except OSError as problem:
            addresses.set_exception(problem)

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), daemon=True)
    thread.start()
    try:
        yield addresses.result(START_SECONDS)
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(START_SECONDS)
        loop.close()
