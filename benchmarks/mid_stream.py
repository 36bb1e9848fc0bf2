"""What it saves to run tools while the answer streams, and whether a token is ever late.

    python benchmarks/mid_stream.py [runs]

A server on this machine sends every event at its time. In scenario one, a tool's call is
complete at 0.6 s; in scenario two, a second one's at 1.2 s. Both have text until 2.0 s, tools
that take 1.0 s, and a second turn of 0.2 s. The ideal is to be done 0.2 s after the text
and the tools are. Each text says when it was due, on the clock that all processes of a
machine share, so its reader can tell how late it came.

Each contender runs in a process of its own and warms up first. Walls and starts are
medians over the runs. Of the worst token of each run, the median and the worst are shown:
a tool that delays tokens does so in every run, a machine that has other work in some. The
loop that runs its tools at the end of the turn has nothing to do while it reads: its
lateness is the machine's and the server's.
"""

# ruff: noqa: T201, D103 (a script whose output is its purpose)

import asyncio
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

import httpx
import uvicorn
from anthropic import AsyncAnthropic, beta_async_tool

from helpers.agent import RunFinished, TextDelta, run_agent
from helpers.history import Conversation
from helpers.tools import Tool, tool

TOOL_SECONDS = 1.0
SECOND_TURN = 0.2
TOKEN = 0.02  # seconds from one text delta to the next

# When each block ends, in seconds; the next one begins at once.
SCENARIOS = {
    "one": [("text", 0.4), ("tool_use", 0.6), ("text", 2.0)],
    "two": [("text", 0.4), ("tool_use", 0.6), ("text", 1.0), ("tool_use", 1.2), ("text", 2.0)],
}
MOST_WALL = {"one": 2.25, "two": 2.45}
MOST_LATE = 0.020

Event = dict[str, Any]
SAY = {"role": "user", "content": "What is the weather?"}


def ideal(scenario: str) -> float:
    blocks = SCENARIOS[scenario]
    tools_done = max(end + TOOL_SECONDS for type, end in blocks if type == "tool_use")
    return max(blocks[-1][1], tools_done) + SECOND_TURN


# --- The server -----------------------------------------------------------------------------


def schedule(blocks: list[tuple[str, float]], stop_reason: str) -> list[tuple[float, Event]]:
    """Return a turn's events, each with its time in seconds; a text delta's text is that time."""
    message = {
        "id": "msg_01",
        "type": "message",
        "role": "assistant",
        "model": "offline-mock",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 1, "output_tokens": 1},
    }
    events: list[tuple[float, Event]] = [(0.0, {"type": "message_start", "message": message})]
    begin = 0.0
    for index, (type, end) in enumerate(blocks):
        times = [begin + TOKEN * step for step in range(1, round((end - begin) / TOKEN) + 1)]
        if type == "text":
            block: Event = {"type": "text", "text": ""}
            deltas = [{"type": "text_delta", "text": f"{at:.3f}"} for at in times]
        else:
            name = "weather" if begin < 1 else "forecast"
            block = {"type": "tool_use", "id": f"toolu_{index}", "name": name, "input": {}}
            pieces = ['{"city": "Lag', *["o" for _ in times[2:]], 's"}']
            deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in pieces]
        events.append(
            (begin, {"type": "content_block_start", "index": index} | {"content_block": block})
        )
        for at, delta in zip(times, deltas, strict=True):
            events.append((at, {"type": "content_block_delta", "index": index, "delta": delta}))
        events.append((end, {"type": "content_block_stop", "index": index}))
        begin = end
    delta = {"stop_reason": stop_reason, "stop_sequence": None}
    usage = {"output_tokens": 9}
    events.append((begin, {"type": "message_delta", "delta": delta, "usage": usage}))
    return [*events, (begin, {"type": "message_stop"})]


async def app(scope: Event, receive: Callable[[], Awaitable[Event]], send: Any) -> None:
    """Answer with a turn of the scenario that the model's name asks for."""
    start = time.monotonic()
    assert scope["type"] == "http"
    body = b""
    more = True
    while more:
        part = await receive()
        body, more = body + part.get("body", b""), part.get("more_body", False)
    request = json.loads(body)
    scenario, _, pace = request["model"].partition("/")  # a warm-up runs at another pace
    if len(request["messages"]) == 1:
        events = schedule(SCENARIOS[scenario], "tool_use")
    else:
        events = schedule([("text", SECOND_TURN)], "end_turn")
    headers = [(b"content-type", b"text/event-stream")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    for at, event in events:
        due = start + at * float(pace)
        if (wait := due - time.monotonic()) > 0:
            await asyncio.sleep(wait)
        if event.get("delta", {}).get("type") == "text_delta":
            event = {**event, "delta": {"type": "text_delta", "text": f"{due:.6f} "}}
        wire = f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()
        await send({"type": "http.response.body", "body": wire, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def serve() -> None:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listener])


# --- The contenders -------------------------------------------------------------------------


@dataclass
class Seen:
    """What a contender saw in one run, on the machine's clock."""

    begun: float = field(default_factory=time.monotonic)
    late: float = 0.0
    starts: list[float] = field(default_factory=list)
    seconds: float = TOOL_SECONDS

    def token(self, due: str) -> None:
        """Take a text, which says when it was due; a late reader gets several in one."""
        self.late = max(self.late, time.monotonic() - float(due.split()[0]))

    def tool(self) -> float:
        """Note that a tool starts; return the seconds that it is to take."""
        self.starts.append(time.monotonic() - self.begun)
        return self.seconds


async def sleep(seen: Seen) -> str:
    await asyncio.sleep(seen.tool())
    return "Sunny."


def block(seen: Seen) -> str:
    time.sleep(seen.tool())
    return "Sunny."


def compute(seen: Seen) -> str:
    """Keep the interpreter busy: pure Python, which holds the global lock."""
    end = time.monotonic() + seen.tool()
    while time.monotonic() < end:
        sum(range(100))
    return "Sunny."


async def ours(
    http: httpx.AsyncClient, model: str, seen: Seen, work: Callable[[Seen], Any]
) -> None:
    conversation = Conversation([SAY])
    async for event in run_agent(http, conversation, model=model, tools=our_tools(seen, work)):
        match event:
            case TextDelta(text=text):
                seen.token(text)
            case RunFinished(reason=reason):
                assert reason == "end_turn", event


def our_tools(seen: Seen, work: Callable[[Seen], Any]) -> list[Tool]:
    if work is sleep:

        async def weather(city: str) -> str:
            """Tell the weather."""
            return await sleep(seen)
    else:

        def weather(city: str) -> str:
            """Tell the weather."""
            return str(work(seen))

    return [tool(weather), tool(name="forecast")(weather)]


async def at_end_of_turn(client: AsyncAnthropic, model: str, seen: Seen) -> None:
    # The loop that most tutorials show, with its tools side by side.
    messages: list[Any] = [SAY]
    while True:
        async with client.messages.stream(model=model, max_tokens=100, messages=messages) as stream:
            async for text in stream.text_stream:
                seen.token(text)
            message = await stream.get_final_message()
        if message.stop_reason != "tool_use":
            return
        calls = [block for block in message.content if block.type == "tool_use"]
        outputs = await asyncio.gather(*[sleep(seen) for _ in calls])
        results = [
            {"type": "tool_result", "tool_use_id": call.id, "content": output}
            for call, output in zip(calls, outputs, strict=True)
        ]
        messages.append({"role": "assistant", "content": message.content})
        messages.append({"role": "user", "content": results})


async def sdk_runner(client: AsyncAnthropic, model: str, seen: Seen, eager: bool) -> None:
    async def weather(city: str) -> str:
        """Tell the weather."""
        return await sleep(seen)

    runner = client.beta.messages.tool_runner(
        model=model,
        max_tokens=100,
        messages=[SAY],
        tools=[beta_async_tool(weather), beta_async_tool(weather, name="forecast")],
        stream=True,
        run_tools_eagerly=eager,
        thread=False,
    )
    async for stream in runner:
        async for event in stream:
            if event.type == "content_block_delta" and event.delta.type == "text_delta":
                seen.token(event.delta.text)


CONTENDERS: dict[str, Callable[[Any, str, Seen], Awaitable[None]]] = {
    "run_agent": partial(ours, work=sleep),
    "run_agent, tool blocks": partial(ours, work=block),
    "run_agent, tool computes": partial(ours, work=compute),
    "at the end of the turn": at_end_of_turn,
    "SDK runner": partial(sdk_runner, eager=False),
    "SDK runner, eager": partial(sdk_runner, eager=True),
}
# Held to the targets; what computes in pure Python takes turns with the loop, and is shown only.
HELD = ("run_agent", "run_agent, tool blocks")


async def take_part(url: str, name: str, scenario: str, runs: int) -> None:
    """Run a contender on a client that is ready and warm; print what it saw."""
    if name.startswith("run_agent"):
        client: Any = httpx.AsyncClient(base_url=url)
    else:
        client = AsyncAnthropic(base_url=url, api_key="none", max_retries=0)
    contender = CONTENDERS[name]
    results = []
    async with client:
        await contender(client, f"{scenario}/0.05", Seen(seconds=0.05))
        for _ in range(runs):
            seen = Seen()
            await contender(client, f"{scenario}/1", seen)
            wall = time.monotonic() - seen.begun
            results.append({"wall": wall, "starts": seen.starts, "late": seen.late})
    print(json.dumps(results))


# --- The race -------------------------------------------------------------------------------


def race(url: str, runs: int) -> tuple[bool, bool, bool]:
    """Run every contender in every scenario; say which targets ours keeps to.

    Returns:
        Whether the walls hold, whether no token is late in a typical run, and in any run.
    """
    walls_hold = typical_holds = all_hold = True
    for scenario in SCENARIOS:
        best = ideal(scenario)
        print(f"Scenario {scenario}: ideal {best:.1f} s\n")
        print(f"{'':26}{'wall s':>8}{'of ideal':>10}{'worst token ms':>17}{'of all':>8}", end="")
        print("   tools start at s")
        for name in CONTENDERS:
            command = [sys.executable, __file__, url, name, scenario, str(runs)]
            answer = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
            results = json.loads(answer.stdout)
            wall = statistics.median(result["wall"] for result in results)
            late = statistics.median(result["late"] for result in results)
            latest = max(result["late"] for result in results)
            starts = zip(*[result["starts"] for result in results], strict=True)
            shown = ", ".join(f"{statistics.median(times):.2f}" for times in starts)
            lateness = f"{late * 1000:17.1f}{latest * 1000:8.1f}"
            print(f"{name:26}{wall:8.3f}{wall / best:10.3f}{lateness}   {shown}")
            if name in HELD:
                walls_hold &= wall <= MOST_WALL[scenario]
                typical_holds &= late <= MOST_LATE
                all_hold &= latest <= MOST_LATE
        print()
    return walls_hold, typical_holds, all_hold


def main(runs: int) -> None:
    command = [sys.executable, __file__, "serve"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            url = f"http://127.0.0.1:{int(server.stdout.readline())}"
            verdicts = race(url, runs)
        finally:
            server.terminate()
    walls = " and ".join(f"{wall} s" for wall in MOST_WALL.values())
    in_time, typical, every = ("held" if verdict else "missed" for verdict in verdicts)
    late = f"{MOST_LATE * 1000:.0f} ms"
    print(f"run_agent, with tools that sleep or block: walls of at most {walls}: {in_time};")
    print(f"no token later than {late} in a typical run: {typical}; in any run: {every}.")
    if hasattr(os, "getloadavg") and (load := os.getloadavg()[1]) > 1:
        print(f"The machine had other work: a load of {load:.1f} on {os.cpu_count()} processors.")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["serve"]:
            serve()
        case [url, name, scenario, runs]:
            asyncio.run(take_part(url, name, scenario, int(runs)))
        case arguments:
            main(int(arguments[0]) if arguments else 3)
