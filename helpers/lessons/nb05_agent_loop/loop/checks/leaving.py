"""Cases of `loop`: leaving early."""

import asyncio
from contextlib import suppress
from copy import deepcopy
from typing import Any

import httpx

from helpers.lessons.checking.case import Misconception, Namespace
from helpers.lessons.common.conversation import (
    ANSWER,
    ASK,
    CALL_AND_TEXT,
    ONE_CALL,
    PATIENCE,
    PLAIN,
    READING,
    sketch,
    tool_use,
    weather,
)
from helpers.lessons.common.events import START, Event, api_error, text_block
from helpers.lessons.common.fake_api import Then
from helpers.lessons.nb05_agent_loop.loop.checks.harness import (
    API,
    RUNNING,
    case,
    require_generator,
    story,
    verdict,
)
from helpers.tools import Tool, tool


async def leave(my: Namespace) -> object:
    """Tell what is left of a turn that the reader leaves in mid-text."""
    api, messages = API(PLAIN), deepcopy([ASK])
    async with api.client() as http:
        events = require_generator(my, http, messages, [])
        async with asyncio.timeout(PATIENCE):
            async for event in events:
                if isinstance(event, dict) and "delta" in event:
                    break
            await events.aclose()
        socket = "socket closed" if all(b.closed for b in api.bodies) else "socket still open"
    return [socket, *sketch(messages)]


class Slow:
    """A tool that ends only if it is cancelled; knows what became of it."""

    def __init__(self) -> None:
        self.running = asyncio.Event()
        self.state = "never started"

    def tool(self) -> Tool:
        """Return it as a tool."""

        @tool
        async def get_weather(city: str) -> str:
            """Tell the weather in a city."""
            self.state = "tool still running"
            self.running.set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                self.state = "tool cancelled"
                raise
            return "fine"

        return get_weather


async def leave_tools(my: Namespace) -> object:
    """Tell what is left of a turn whose reader goes while a tool runs and text comes."""
    slow, messages = Slow(), deepcopy([ASK])

    async def before(chunk: bytes) -> None:
        if b'"text":" moment."' in chunk:
            with suppress(TimeoutError):
                async with asyncio.timeout(READING):
                    await slow.running.wait()

    api = API(CALL_AND_TEXT, before=before)
    async with api.client() as http:
        events = require_generator(my, http, messages, [slow.tool()])
        async with asyncio.timeout(PATIENCE):
            async for event in events:
                if isinstance(event, dict) and event.get("delta", {}).get("text") == " moment.":
                    break
            await events.aclose()
        await asyncio.sleep(0)
        return [slow.state, *sketch(messages)]


async def cancel_tools(my: Namespace) -> object:
    """Tell what is left of a turn that is cancelled while it waits for its tool."""
    slow, messages = Slow(), deepcopy([ASK])
    api = API(ONE_CALL, ANSWER)
    ended = "ended as if nothing had happened"

    async def read(http: httpx.AsyncClient) -> None:
        async for _ in require_generator(my, http, messages, [slow.tool()]):
            pass

    async with api.client() as http:
        task = asyncio.create_task(read(http))
        waiting = asyncio.create_task(slow.running.wait())
        await asyncio.wait({task, waiting}, timeout=READING, return_when="FIRST_COMPLETED")
        waiting.cancel()
        await asyncio.sleep(0.02)  # the answer ends meanwhile, and the tools are waited for
        task.cancel()
        await asyncio.wait({task}, timeout=READING)
        if not task.done():
            ended = "goes on"
        elif task.cancelled():
            ended = "cancelled"
        elif task.exception():
            raise task.exception() or RuntimeError
        await asyncio.sleep(0)
        return [slow.state, ended, *sketch(messages), verdict(messages)]


def break_off(*replies: list[Event], then: Then = "close") -> Any:
    """A run that tells of an answer that breaks, in any words for how it ended."""

    async def run(my: Namespace) -> object:
        tale = await story(my, API(*replies, then=then), [weather()])
        raised = tale.ended.startswith("raised")
        tale[:] = ["raised" if raised else tale.ended, *sketch(tale.messages)]
        return tale

    return run


async def letters_of_a_broken_answer(my: Namespace) -> object:
    """Count how often a tool ran that must not run twice, and whose answer never ended."""
    sent: list[str] = []

    @tool(idempotent=False)
    async def send_letter(to: str) -> str:
        """Send a letter."""
        sent.append(to)
        return "sent"

    call = tool_use("toolu_01A", '{"to": "Ada"}', "send_letter", 0)
    begun = [START, *call, *text_block(1, "It is", " on its", " way.")]
    await story(my, API(begun, then="reset"), [send_letter])
    return f"sent {len(sent)} letters"


LEAVES_TOOLS = Misconception(
    id="leaves-tools-running",
    matches=lambda out: out.returned[0] == "tool still running",
)
HALF_A_TURN = Misconception(
    id="half-a-turn-in-history",
    matches=lambda out: any(line.startswith("assistant") for line in out.returned),
)
SWALLOWS = Misconception(
    id="swallows-the-error",
    matches=lambda out: out.returned[0] == "the end",
)
LEAVING = (
    case(
        "the reader leaves in mid-text",
        "The user pressed Stop. You pay for every further token, and nobody reads it.",
        "async for event in events: break\nawait events.aclose()",
        leave,
        ["socket closed", "user: text"],
        Misconception(
            id="leaves-the-stream-open",
            matches=lambda out: out.returned[0] == "socket still open",
        ),
        Misconception(
            id="half-a-turn-in-history",
            matches=HALF_A_TURN.matches,
        ),
    ),
    case(
        "the reader leaves while a tool runs",
        "The tool started in mid-stream, so it runs when Stop is pressed.",
        "async for event in events: break\nawait events.aclose()",
        leave_tools,
        ["tool cancelled", "user: text"],
        LEAVES_TOOLS,
        HALF_A_TURN,
    ),
    case(
        "cancelled while it waits for its tools",
        "A web server cancels the handler when the page is closed.",
        "task.cancel()",
        cancel_tools,
        ["tool cancelled", "cancelled", "user: text", "accepted"],
        LEAVES_TOOLS,
        HALF_A_TURN,
        Misconception(
            id="swallows-cancellation",
            matches=lambda out: out.returned[1] != "cancelled",
        ),
    ),
    case(
        "the connection breaks in the second turn",
        "The first turn is complete, and you have paid for it. Keep it.",
        RUNNING,
        break_off(ONE_CALL, PLAIN[:3], then="reset"),
        ["raised", "user: text", "assistant: text, call A", "user: result for A"],
        SWALLOWS,
        Misconception(
            id="forgets-whole-turns",
            matches=lambda out: len(out.returned) < len(out.expected),
        ),
        Misconception(
            id="half-a-turn-in-history",
            matches=lambda out: len(out.returned) > len(out.expected),
        ),
    ),
    case(
        "a tool that sends a letter, in an answer that breaks off",
        "The program will ask again, and the model will call this tool again.",
        RUNNING,
        letters_of_a_broken_answer,
        "sent 0 letters",
        Misconception(
            id="releases-too-early",
            matches=lambda out: out.returned == "sent 1 letters",
        ),
    ),
    case(
        "an error event after a call",
        "The call was complete, but the turn isn't. The program will ask for it again.",
        RUNNING,
        break_off([*CALL_AND_TEXT[:-2], api_error("overloaded_error", "Overloaded")]),
        ["raised", "user: text"],
        SWALLOWS,
        HALF_A_TURN,
    ),
)
