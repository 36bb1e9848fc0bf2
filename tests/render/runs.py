"""Runs of the agent of every kind: each stop reason, failure, retry, interruption, pause."""

import asyncio
import json
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

import httpx

from helpers.agent import AgentEvent, Retrying, RunFinished, ToolStarted, run_agent
from helpers.history import Conversation
from helpers.render.endings import STOPPED, Ending, ending
from helpers.retry import Recovery
from helpers.tools import ToolError, tool

Wire = dict[str, Any]
Pairs = list[tuple[float, AgentEvent]]


def begin(index: int = 0, **block: Any) -> Wire:
    return {"type": "content_block_start", "index": index, "content_block": block}


def block(index: int, opening: Wire, **delta: Any) -> list[Wire]:
    return [
        begin(index, **opening),
        {"type": "content_block_delta", "index": index, "delta": delta},
        {"type": "content_block_stop", "index": index},
    ]


def text(words: str, index: int = 0) -> list[Wire]:
    return block(index, {"type": "text", "text": ""}, type="text_delta", text=words)


def thinking(words: str, index: int = 0) -> list[Wire]:
    opening = {"type": "thinking", "thinking": ""}
    return block(index, opening, type="thinking_delta", thinking=words)


def call(raw: str = "{}", index: int = 1, name: str = "look") -> list[Wire]:
    opening = {"type": "tool_use", "id": f"toolu_{index}", "name": name, "input": {}}
    return block(index, opening, type="input_json_delta", partial_json=raw)


def end(reason: str) -> list[Wire]:
    usage = {"output_tokens": 9}
    return [
        {"type": "message_delta", "delta": {"stop_reason": reason}, "usage": usage},
        {"type": "message_stop"},
    ]


USAGE = {"input_tokens": 7, "cache_read_input_tokens": 3, "output_tokens": 1}
HEAD = {"id": "m", "role": "assistant", "content": [], "usage": USAGE}
START = {"type": "message_start", "message": HEAD}
OVERLOADED = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
ANSWER = [START, *text("Fine."), *end("end_turn")]
ASKED = [START, *text("Let me see."), *call(), *end("tool_use")]
BOTH = [START, *call(index=0), *call(index=1, name="fail"), *end("tool_use")]
WAITED = [START, *text("I wait."), *call(name="wait"), *text("So", 2)]


@dataclass(frozen=True)
class Case:
    """What the API answers, and what everybody must tell of it.

    Attributes:
        replies: one after the other; an int is a status, and what has no end breaks off.
        reason: how the run ends.
        tools: what became of the tools, by the calls that count.
        tokens: those read and written.
        after_text: what the agent does when a reply breaks off that has shown text.
        says: what the user says while a tool runs.
    """

    replies: list[Any]
    reason: str
    tools: list[str] = field(default_factory=list)
    tokens: tuple[int, int] = (10, 9)
    after_text: Any = "stop"
    says: str = ""


LOOKED, BOTH_RAN = ["look done"], ["look done", "fail failed"]
CASES = {
    "end_turn": Case([ANSWER], "end_turn"),
    "stop_sequence": Case([[START, *text("Fine"), *end("stop_sequence")]], "stop_sequence"),
    "thinking": Case([[START, *thinking("Hm."), *text("Fine.", 1), *end("end_turn")]], "end_turn"),
    "with a tool": Case([ASKED, ANSWER], "end_turn", LOOKED, (20, 18)),
    "with a tool that fails": Case([BOTH, ANSWER], "end_turn", BOTH_RAN, (20, 18)),
    "with a tool that isn't there": Case(
        [[START, *call(name="fly"), *end("tool_use")], ANSWER], "end_turn", ["fly failed"], (20, 18)
    ),
    "max_tokens": Case([[START, *text("I was about to"), *end("max_tokens")]], "max_tokens"),
    "refusal": Case([[START, *text("I can't"), *end("refusal")]], "refusal"),
    "refusal at once": Case([[START, *end("refusal")]], "refusal"),
    "refusal after a tool": Case(
        [ASKED, [START, *text("No"), *end("refusal")]], "refusal", LOOKED, (20, 18)
    ),
    "model_context_window_exceeded": Case(
        [[START, *text("x"), *end("model_context_window_exceeded")]],
        "model_context_window_exceeded",
    ),
    # In the last of three turns the model can't call tools; this one does, and it doesn't run.
    "max_turns": Case([ASKED] * 3, "max_turns", LOOKED * 2, (30, 27)),
    "a cut call": Case([[START, *call('{"a')[:-1], *end("max_tokens")]], "max_tokens"),
    "a pause": Case(
        [[START, *text("One moment."), *end("pause_turn")], ANSWER], "end_turn", [], (20, 18)
    ),
    "pauses without an end": Case(
        [[START, *text("Wait."), *end("pause_turn")]] * 3, "max_turns", [], (30, 27)
    ),
    "something new": Case([[START, *text("Hm."), *end("gone_fishing")]], "gone_fishing"),
    "a refused request": Case([400], "failed", [], (0, 0)),
    "overloaded, then fine": Case([529, ANSWER], "end_turn"),
    "overloaded": Case([529, 529, 529], "failed", [], (0, 0)),
    "an error in mid-stream": Case([[START, *text("So"), OVERLOADED]], "failed", [], (10, 1)),
    "a cut in mid-stream": Case([[START, *text("So")]], "failed", [], (10, 1)),
    "a cut in mid-call": Case([[START, *call('{"a')[:-1]]] * 3, "failed", [], (30, 3)),
    "a cut, then fine": Case([[START], ANSWER], "end_turn", [], (20, 10)),
    "a cut after text, then anew": Case(
        [[START, *text("So")], ANSWER], "end_turn", [], (20, 10), "restart"
    ),
    "a cut after text, then continued": Case(
        [[START, *text("So")], ANSWER], "end_turn", [], (20, 10), "continue"
    ),
    "a cut while a tool runs, which is asked for again": Case(
        [WAITED, [*WAITED, *end("tool_use")], ANSWER],
        "end_turn",
        ["wait done"],
        (30, 19),
        "restart",
    ),
    "a cut while a tool runs, which goes on": Case(
        [WAITED, ANSWER], "end_turn", ["wait done"], (20, 10), "continue"
    ),
    "an interruption": Case(
        [[*WAITED, *end("tool_use")], ANSWER], "end_turn", ["wait failed"], (20, 18), says="No!"
    ),
}


async def play(case: Case, stop_after: int | None = None) -> Pairs:
    """Return the events of a run, a tenth of a second apart; it may be left after so many."""
    waiting = iter(case.replies)
    broken = asyncio.Event()

    def respond(request: httpx.Request) -> httpx.Response:
        reply = next(waiting)
        if isinstance(reply, int):
            return httpx.Response(reply, json={"error": {"type": "x_error", "message": "Not now"}})
        body = "".join(f"event: {one['type']}\ndata: {json.dumps(one)}\n\n" for one in reply)
        return httpx.Response(200, headers={"content-type": "text/event-stream"}, content=body)

    @tool
    def look(a: str = "") -> str:
        """Look.

        Args:
            a: where
        """
        return "seen"

    @tool
    def fail() -> str:
        """Fail."""
        raise ToolError("nothing to be seen")

    @tool
    async def wait() -> str:
        """Wait until a reply has broken off."""
        await broken.wait()
        return "waited"

    conversation = Conversation()
    conversation.say("hi")
    recovery = Recovery(
        attempts=3, first_wait=0.001, longest_wait=0.001, after_text=case.after_text
    )
    pairs: Pairs = []
    async with httpx.AsyncClient(
        base_url="http://mock", transport=httpx.MockTransport(respond)
    ) as http:
        agent = run_agent(
            http,
            conversation,
            model="m",
            tools=[look, fail, wait],
            max_turns=3,
            max_tokens=32_768,
            recovery=recovery,
        )
        async with aclosing(agent):
            async for event in agent:
                pairs.append((len(pairs) / 10, event))
                if isinstance(event, Retrying):
                    broken.set()
                if isinstance(event, ToolStarted) and case.says:
                    conversation.say(case.says)
                if stop_after is not None and len(pairs) >= stop_after:
                    break
    return pairs


async def replay(pairs: Pairs) -> AsyncGenerator[AgentEvent]:
    for _, event in pairs:
        yield event
    if not isinstance(pairs[-1][1], RunFinished):
        await asyncio.Event().wait()  # it goes on until somebody stops it


def ending_of(events: Iterable[Any]) -> Ending:
    """Return how a run ended, without any reading of the rest; without an end, it was stopped."""
    finished = [event for event in events if isinstance(event, RunFinished)]
    return ending(finished[-1].reason, finished[-1].error) if finished else STOPPED
