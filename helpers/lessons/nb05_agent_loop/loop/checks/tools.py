"""Cases of `loop`: tools."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from copy import deepcopy

from helpers.lessons.checking.case import Misconception, Namespace, Outcome
from helpers.lessons.common.conversation import (
    ANSWER,
    ASK,
    CALL_AND_TEXT,
    MODEL,
    ONE_CALL,
    PATIENCE,
    READING,
    TWO_CALLS,
    tool_use,
    weather,
)
from helpers.lessons.common.events import START, Block, Message, answer_end
from helpers.lessons.nb05_agent_loop.loop.checks.harness import (
    API,
    RUNNING,
    calls_in,
    case,
    require_generator,
    story,
    telling,
)
from helpers.tools import Tool, tool


def second_request(out: Outcome) -> list[Message]:
    """The messages that the second turn was asked with."""
    found: list[Message] = out.returned.api.asked[1]["messages"]
    return found


def find_additions(out: Outcome) -> list[Message]:
    """What the second request has more than the first."""
    return second_request(out)[len(out.returned.api.asked[0]["messages"]) :]


def results_in(messages: Sequence[Message]) -> list[Block]:
    """All results in these messages."""
    return [
        one
        for message in messages
        if isinstance(message.get("content"), list)
        for one in message["content"]
        if one.get("type") == "tool_result"
    ]


async def requests_of(my: Namespace) -> object:
    """Return what two turns were asked with, besides the messages."""
    api = API(ONE_CALL, ANSWER)
    tale = await story(my, api, [weather()], system="Be brief.")
    if not api.asked:
        return tale
    return [
        {name: value for name, value in asked.items() if name not in ("messages", "max_tokens")}
        for asked in api.asked
    ]


REQUEST = {
    "model": MODEL,
    "system": "Be brief.",
    "tools": [weather().definition],
    "stream": True,
}


async def giving(my: Namespace) -> object:
    """Return in which order turns and results are given."""
    tale = await story(my, API(ONE_CALL, ANSWER), [weather()])
    types = [one.get("type") if isinstance(one, dict) else type(one).__name__ for one in tale.given]
    wanted = ("message_start", "message_stop", "tool_result")
    return [one for one in types if one in wanted]


async def in_time(my: Namespace) -> object:
    """Tell when a tool runs that the model calls early in its answer."""
    order: list[str] = []
    running, over = asyncio.Event(), asyncio.Event()

    async def before(chunk: bytes) -> None:
        if b'"type":"message_stop"' in chunk and "the tool starts" not in order[1:]:
            with suppress(TimeoutError):
                async with asyncio.timeout(READING):
                    await running.wait()
            order.append("the answer ends")
            over.set()

    @tool
    async def get_weather(city: str) -> str:
        """Tell the weather in a city."""
        order.append("the tool starts")
        running.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(READING):
                await over.wait()
        order.append("the tool ends")
        return "fine"

    api = API(CALL_AND_TEXT, before=before)
    async with api.client() as http:
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                async for event in require_generator(
                    my, http, deepcopy([ASK]), [get_weather], max_turns=2
                ):
                    if isinstance(event, dict) and event.get("type") == "tool_result":
                        break
    return order[:3]


def failing() -> Tool:
    """A tool that always fails, under the name that the model calls."""

    @tool
    async def get_weather(city: str) -> str:
        """Tell the weather in a city."""
        raise ValueError(f"no city is called {city}")

    return get_weather


TWO_FAIL = [
    *ONE_CALL[:-2],
    *tool_use("toolu_01B", "{}", name="get_time", index=2),
    *answer_end("tool_use"),
]


def sender() -> Tool:
    """A tool that must not run twice."""

    @tool(idempotent=False)
    async def send_letter(to: str) -> str:
        """Send a letter."""
        return f"sent to {to}"

    return send_letter


LETTER = [START, *tool_use("toolu_01A", '{"to": "Ada"}', "send_letter", 0), *answer_end("tool_use")]

LOST_RESULTS = Misconception(
    id="no-result-for-a-failure",
    matches=lambda out: (
        len(results_in(out.returned.messages)) < len(calls_in(out.returned.messages))
    ),
)
TOOLS = (
    case(
        "a call, its result, the answer",
        "This is what makes an answer an agent.",
        RUNNING,
        telling(lambda: API(ONE_CALL, ANSWER), weather),
        [
            "user: text",
            "assistant: text, call A",
            "user: result for A",
            "assistant: text",
            "requests: 2",
            "the end",
        ],
        Misconception(
            id="stops-at-first-tools",
            matches=lambda out: (
                len(out.returned.api.asked) == 1 and out.returned.ended == "the end"
            ),
        ),
        Misconception(
            id="results-without-their-calls",
            matches=lambda out: not calls_in(find_additions(out)),
        ),
        Misconception(
            id="results-from-the-assistant",
            matches=lambda out: any(
                results_in([message])
                for message in find_additions(out)
                if message["role"] == "assistant"
            ),
        ),
        Misconception(
            id="text-before-results",
            matches=lambda out: any(
                message["content"][0]["type"] == "text" and results_in([message])
                for message in find_additions(out)
                if isinstance(message["content"], list) and message["role"] == "user"
            ),
        ),
        Misconception(
            id="results-not-sent",
            matches=lambda out: not results_in(find_additions(out)),
        ),
        Misconception(
            id="one-assembler-for-all",
            matches=lambda out: (
                (out.returned.ended.startswith("raised") and not out.returned.api.refusals)
                or "call A" in out.returned[3]
            ),
        ),
    ),
    case(
        "text after a call",
        "The next answer may have fewer blocks than this one.",
        RUNNING,
        telling(lambda: API(CALL_AND_TEXT, ANSWER), weather),
        [
            "user: text",
            "assistant: text, call A, text",
            "user: result for A",
            "assistant: text",
            "requests: 2",
            "the end",
        ],
        Misconception(
            id="one-assembler-for-all",
            matches=lambda out: out.returned[3] == "assistant: text, text",
        ),
    ),
    case(
        "what each request holds",
        "The API keeps nothing between two requests.",
        "async for event in run_agent(…, system='Be brief.'): …",
        requests_of,
        [REQUEST, REQUEST],
        Misconception(
            id="no-tools",
            matches=lambda out: "tools" not in out.returned[0],
        ),
        Misconception(
            id="forgets-the-tools",
            matches=lambda out: "tools" not in out.returned[1],
        ),
        Misconception(
            id="forgets-the-fields",
            matches=lambda out: any("system" not in request for request in out.returned),
        ),
        Misconception(
            id="no-calls-too-early",
            matches=lambda out: any("tool_choice" in request for request in out.returned),
        ),
    ),
    case(
        "two calls; the second tool is faster",
        "Results in call order make the same conversation every time.",
        RUNNING,
        telling(lambda: API(TWO_CALLS, ANSWER), lambda: weather({"Lagos": 0.05})),
        [
            "user: text",
            "assistant: text, call A, call B",
            "user: result for A, result for B",
            "assistant: text",
            "requests: 2",
            "the end",
        ],
        Misconception(
            id="one-message-per-result",
            matches=lambda out: sum(bool(results_in([m])) for m in find_additions(out)) > 1,
        ),
        Misconception(
            id="in-completion-order",
            matches=lambda out: (
                [r["tool_use_id"][-1] for r in results_in(find_additions(out))] == ["B", "A"]
            ),
        ),
        LOST_RESULTS,
    ),
    case(
        "each result is given, too",
        "A page that shows a call also shows its result.",
        "[event['type'] async for event in run_agent(…)]",
        giving,
        ["message_start", "message_stop", "tool_result", "message_start", "message_stop"],
        Misconception(
            id="results-not-given",
            matches=lambda out: "tool_result" not in out.returned,
        ),
        Misconception(
            id="results-given-late",
            matches=lambda out: out.returned[-1] == "tool_result",
        ),
    ),
    case(
        "the tool starts while the answer goes on",
        "This is what the last notebook was about.",
        RUNNING,
        in_time,
        ["the tool starts", "the answer ends", "the tool ends"],
        Misconception(
            id="starts-at-the-end",
            matches=lambda out: out.returned[0] == "the answer ends",
        ),
        Misconception(
            id="waits-in-the-stream",
            matches=lambda out: out.returned[1] == "the tool ends",
        ),
    ),
    case(
        "one tool fails, the other one doesn't exist",
        "Models use wrong names and values. They correct them if the result says what is wrong.",
        RUNNING,
        telling(lambda: API(TWO_FAIL, ANSWER), failing),
        [
            "user: text",
            "assistant: text, call A, call B",
            "user: error for A, error for B",
            "assistant: text",
            "requests: 2",
            "the end",
        ],
        LOST_RESULTS,
        Misconception(
            id="fails-with-its-tool",
            matches=lambda out: (
                out.error is not None
                or (out.returned.ended.startswith("raised") and not out.returned.api.refusals)
            ),
        ),
    ),
    case(
        "a tool that must not run twice",
        "The tool starts only after the answer is complete, and you wait for its result.",
        RUNNING,
        telling(lambda: API(LETTER, ANSWER), sender),
        [
            "user: text",
            "assistant: call A",
            "user: result for A",
            "assistant: text",
            "requests: 2",
            "the end",
        ],
        Misconception(
            id="never-releases",
            matches=lambda out: True,
        ),
    ),
)
