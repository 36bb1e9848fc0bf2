"""What is tried with `loop`, and what its mistakes are recognised by."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from copy import deepcopy
from functools import partial
from typing import Any

import httpx

from helpers.lessons.checking.case import Misconception, Namespace, Outcome
from helpers.lessons.common.cases import case_with
from helpers.lessons.common.conversation import (
    ANSWER,
    ASK,
    CALL_AND_TEXT,
    LAGOS_INPUT,
    MODEL,
    ONE_CALL,
    PATIENCE,
    PLAIN,
    READING,
    TWO_CALLS,
    kinds,
    sketch,
    tool_use,
    weather,
)
from helpers.lessons.common.events import (
    NEW,
    PING,
    START,
    Block,
    Event,
    Message,
    api_error,
    delta,
    done,
    text_block,
)
from helpers.lessons.common.fake_api import Then
from helpers.lessons.common.judging_api import JudgingAPI, error_response
from helpers.lessons.common.outcomes import mentions, printed_by
from helpers.mock.errors import ApiError
from helpers.mock.rules import check_request, signing
from helpers.tools import Tool, tool
from helpers.wire.failures import InvalidRequest

__all__ = ["CASES"]

# A model that goes on for ever is stopped here, so that a loop without a bound ends, too.
MOST_REQUESTS = 6
Reply = list[Event] | Callable[[Event], list[Event]]


class API(JudgingAPI):
    """The other end of a conversation.

    Args:
        replies: the events of each answer, or what makes them of the request; the last one
            is given again and again.
        then: what becomes of the connection after the last of `replies`.
        before: awaited before each chunk.
    """

    def __init__(
        self,
        *replies: Reply,
        then: Then = "close",
        before: Callable[[bytes], Awaitable[None]] | None = None,
    ) -> None:
        enough = error_response(529, "overloaded_error", "Overloaded")
        super().__init__(MOST_REQUESTS, enough, before)
        self._replies = replies
        self._then = then

    def answer(self, sent: Event) -> httpx.Response:
        """Give the next reply."""
        number = min(len(self.asked), len(self._replies))
        reply = self._replies[number - 1]
        events = reply(sent) if callable(reply) else reply
        return self.stream(events, self._then if number == len(self._replies) else "close")


def verdict(messages: Sequence[Message]) -> str:
    """Return what the API says to these messages, once the user has spoken."""
    asked = [*messages]
    if asked and isinstance(asked[-1], dict) and asked[-1].get("role") == "assistant":
        asked.append({"role": "user", "content": "Go on."})
    try:
        check_request({"model": MODEL, "max_tokens": 64, "messages": asked})
    except ApiError as error:
        return f"refused: {error.message}"
    return "accepted"


# What is tried with the learner's loop

# A slip in the code rather than a decision to raise: shown with its line.
SLIPS = (AttributeError, LookupError, NameError, NotImplementedError, TypeError, InvalidRequest)
NOT_A_GENERATOR = "`async for` takes no"


class Story(list[str]):
    """What happened in a conversation, in lines; and where it can be looked up.

    Attributes:
        api: the other end.
        messages: the caller's list.
        given: what the loop yielded.
        ended: how it ended.
    """

    api: API
    messages: list[Message]
    given: list[Any]
    ended: str


def started(my: Namespace, *args: Any, **more: Any) -> Any:
    """Return what run_agent returns, if `async for` takes it."""
    events = my.run_agent(*args, **{"model": MODEL, "max_turns": 4, **more})
    if hasattr(type(events), "__anext__"):
        return events
    if inspect.iscoroutine(events):
        events.close()
    raise TypeError(f"{NOT_A_GENERATOR} {type(events).__name__}")


async def story(
    my: Namespace,
    api: API,
    tools: Sequence[Tool] = (),
    messages: list[Message] | None = None,
    **more: Any,
) -> Story:
    """Run a conversation from one end to the other, and tell it."""
    tale = Story()
    tale.api, tale.given = api, []
    tale.messages = deepcopy([ASK]) if messages is None else messages
    async with api.client() as http:
        try:
            async with asyncio.timeout(PATIENCE):
                async for event in started(my, http, tale.messages, list(tools), **more):
                    tale.given.append(event)
            tale.ended = "the end"
        except SLIPS:
            raise
        except TimeoutError:
            tale.ended = "still waiting"
        except Exception as error:
            if not str(error) and not api.asked:
                raise
            tale.ended = f"raised {type(error).__name__}: {error}"
    tale += sketch(tale.messages)
    tale.append(f"requests: {len(api.asked)}")
    tale.append(tale.ended)
    return tale


def second_request(out: Outcome) -> list[Message]:
    """The messages that the second turn was asked with."""
    found: list[Message] = out.returned.api.asked[1]["messages"]
    return found


def brought(out: Outcome) -> list[Message]:
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


def calls_in(messages: Sequence[Message]) -> list[Block]:
    """All calls in these messages."""
    return [
        one
        for message in messages
        if isinstance(message.get("content"), list)
        for one in message["content"]
        if one.get("type") == "tool_use"
    ]


# Mistakes in the shape of the function, which can show in any case
SHAPE = (
    Misconception(
        id="no-generator",
        matches=lambda out: mentions(out, NOT_A_GENERATOR),
    ),
    Misconception(
        id="tools-not-definitions",
        matches=lambda out: mentions(out, "the request is no JSON"),
    ),
    Misconception(
        id="stream-not-entered",
        matches=lambda out: mentions(out, "_AsyncGeneratorContextManager"),
    ),
    Misconception(
        id="missing-await",
        matches=lambda out: mentions(out, "'coroutine'", "NoneType can't be used in 'await'"),
    ),
)


case = partial(case_with, SHAPE)


RUNNING = "async for event in run_agent(http, messages, tools, model=model): …"


def telling(api: Callable[[], API], *tools: Callable[[], Tool], **more: Any) -> Any:
    """A run that tells a conversation; both ends are made anew each time."""

    async def run(my: Namespace) -> object:
        return await story(my, api(), [make() for make in tools], **more)

    return run


# One turn

WITH_UNKNOWN = [*PLAIN[:2], PING, *PLAIN[2:4], NEW, *PLAIN[4:]]


async def passing(my: Namespace) -> object:
    """Return what is given of one answer."""
    tale = await story(my, API(WITH_UNKNOWN))
    return tale.given if tale.ended == "the end" else [*tale.given, tale.ended]


async def race(my: Namespace) -> object:
    """Tell in which order events arrive and are given; the server waits for its reader."""
    order: list[str] = []
    given = asyncio.Event()

    async def before(chunk: bytes) -> None:
        for piece in ("One", " two"):
            if f'"text":"{piece}"'.encode() in chunk:
                if order:
                    with suppress(TimeoutError):
                        await asyncio.wait_for(given.wait(), READING)
                given.clear()
                order.append(f"arrived: {piece}")

    api = API(PLAIN, before=before)
    async with api.client() as http:
        async for event in started(my, http, deepcopy([ASK]), []):
            match event:
                case {"delta": {"type": "text_delta", "text": piece}}:
                    order.append(f"given: {piece}")
                    given.set()
    return order


ASKS_AGAIN = Misconception(
    id="asks-without-end",
    matches=lambda out: (
        len(out.returned.api.asked) > 1
        if isinstance(out.returned, Story)
        else out.returned[:-1] == out.expected and "HTTP" in out.returned[-1]
    ),
)
ONE_TURN = (
    case(
        "every event, as it is",
        "Whoever shows the answer needs them all, `stream_text` for one.",
        RUNNING,
        passing,
        WITH_UNKNOWN,
        ASKS_AGAIN,
        Misconception(
            id="yields-text",
            matches=lambda out: any(isinstance(one, str) for one in out.returned),
        ),
        Misconception(
            id="yields-updates",
            matches=lambda out: (
                bool(out.returned) and not all(isinstance(one, dict) for one in out.returned)
            ),
        ),
        Misconception(
            id="filters-events",
            matches=lambda out: (
                len(out.returned) < len(out.expected)
                and all(one in out.expected for one in out.returned)
            ),
        ),
    ),
    case(
        "each event at once",
        "A turn can take a minute. Nobody wants to watch a blank page for so long.",
        RUNNING,
        race,
        ["arrived: One", "given: One", "arrived:  two", "given:  two"],
        Misconception(
            id="collects-the-turn",
            matches=lambda out: out.returned[1].startswith("arrived"),
        ),
    ),
    case(
        "the answer stands in the list",
        "The next question will be about this answer.",
        RUNNING,
        telling(lambda: API(PLAIN)),
        ["user: text", "assistant: text", "requests: 1", "the end"],
        Misconception(
            id="message-as-it-came",
            matches=lambda out: len(out.returned.messages[1]) > 2,
        ),
        ASKS_AGAIN,
        Misconception(
            id="answer-not-kept",
            matches=lambda out: len(out.returned.messages) == 1,
        ),
        same=lambda told, expected: told == expected and verdict(told.messages) == "accepted",
    ),
)


# Tools


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
                await asyncio.wait_for(running.wait(), READING)
            order.append("the answer ends")
            over.set()

    @tool
    async def get_weather(city: str) -> str:
        """Tell the weather in a city."""
        order.append("the tool starts")
        running.set()
        with suppress(TimeoutError):
            await asyncio.wait_for(over.wait(), READING)
        order.append("the tool ends")
        return "fine"

    api = API(CALL_AND_TEXT, before=before)
    async with api.client() as http:
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                async for event in started(my, http, deepcopy([ASK]), [get_weather], max_turns=2):
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
    *done("tool_use"),
]


def sender() -> Tool:
    """A tool that must not run twice."""

    @tool(once=True)
    async def send_letter(to: str) -> str:
        """Send a letter."""
        return f"sent to {to}"

    return send_letter


LETTER = [START, *tool_use("toolu_01A", '{"to": "Ada"}', "send_letter", 0), *done("tool_use")]

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
            matches=lambda out: not calls_in(brought(out)),
        ),
        Misconception(
            id="results-from-the-assistant",
            matches=lambda out: any(
                results_in([message]) for message in brought(out) if message["role"] == "assistant"
            ),
        ),
        Misconception(
            id="text-before-results",
            matches=lambda out: any(
                message["content"][0]["type"] == "text" and results_in([message])
                for message in brought(out)
                if isinstance(message["content"], list) and message["role"] == "user"
            ),
        ),
        Misconception(
            id="results-not-sent",
            matches=lambda out: not results_in(brought(out)),
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
            matches=lambda out: sum(bool(results_in([m])) for m in brought(out)) > 1,
        ),
        Misconception(
            id="in-completion-order",
            matches=lambda out: (
                [r["tool_use_id"][-1] for r in results_in(brought(out))] == ["B", "A"]
            ),
        ),
        LOST_RESULTS,
    ),
    case(
        "each result is given, too",
        "A page that shows the call wants to show what came of it.",
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
        "Models get names and values wrong, and correct themselves if told.",
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
        "It waits until the whole answer is there, and then for you.",
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


# The history


def thinking_call(request: Event) -> list[Event]:
    """An answer with thinking in it, signed as the API signs it, and a call tied to that."""
    thought = "Lagos, so a city by the sea."
    signature = signing.sign(thought, request)
    hidden = signing.redact("And a secret.", request)
    id = signing.tie("toolu_01AbCdEfGhIjKlMnOpQrSt", [signature, hidden])
    opened = {"type": "thinking", "thinking": "", "signature": ""}
    return [
        START,
        {"type": "content_block_start", "index": 0, "content_block": opened},
        delta(0, {"type": "thinking_delta", "thinking": thought}),
        delta(0, {"type": "signature_delta", "signature": signature}),
        {"type": "content_block_stop", "index": 0},
        {
            "type": "content_block_start",
            "index": 1,
            "content_block": {"type": "redacted_thinking", "data": hidden},
        },
        {"type": "content_block_stop", "index": 1},
        *tool_use(id, LAGOS_INPUT, index=2),
        *done("tool_use"),
    ]


async def thinking(my: Namespace) -> object:
    """Tell of an answer that thinks and calls, and what the API says when it comes back."""
    api = API(thinking_call, ANSWER)
    tale = await story(my, api, [weather()], thinking={"type": "adaptive"})
    turns = [
        message["content"]
        for message in tale.messages
        if isinstance(message, dict) and message.get("role") == "assistant"
    ]
    tale[:] = [kinds(turns[0])[:-1] + "…" if turns else "no turn", *api.refusals, tale.ended]
    return tale


CUT_CALL = [
    START,
    *text_block(0, "Let me look."),
    *tool_use("toolu_01A", '{"city": "La'),
    *done("max_tokens"),
]
CUT_THINKING = [
    START,
    {
        "type": "content_block_start",
        "index": 0,
        "content_block": {"type": "thinking", "thinking": "", "signature": ""},
    },
    delta(0, {"type": "thinking_delta", "thinking": "Let me see, Lagos is"}),
    {"type": "content_block_stop", "index": 0},
    *done("max_tokens"),
]
NOTHING = [START, *done("end_turn")]


async def watched(my: Namespace) -> object:
    """Return at which moments the list could not have been sent."""
    messages, moments = deepcopy([ASK]), list[str]()

    def look(moment: str) -> None:
        if verdict(messages) != "accepted" and len(moments) < 3:
            moments.append(f"refused {moment}")

    @tool
    async def get_weather(city: str) -> str:
        """Tell the weather in a city."""
        await asyncio.sleep(0.01)
        look("while the tool runs")
        return "fine"

    async with API(ONE_CALL, ANSWER).client() as http:
        async for event in started(my, http, messages, [get_weather]):
            look(f"at {event['type']}")
    look("at the end")
    return moments


async def earlier(my: Namespace) -> object:
    """Return an earlier conversation after another turn, and a second run on it."""
    before: list[Message] = [
        {"role": "user", "content": "Hello."},
        {"role": "assistant", "content": [{"type": "text", "text": "Good morning."}]},
        ASK,
    ]
    messages = deepcopy(before)
    await story(my, API(ONE_CALL, ANSWER), [weather()], messages)
    changed = [f"changed: {kinds(m['content'])}" for m in messages[:3] if m not in before]
    messages.append({"role": "user", "content": "And in Oslo?"})
    tale = await story(my, API(PLAIN), [weather()], messages)
    return [*changed, *tale[3:]]


HISTORY = (
    case(
        "thinking goes back as it came",
        "The API signs what the model thought before a call, and wants to see it again.",
        "async for event in run_agent(…, thinking={'type': 'adaptive'}): …",
        thinking,
        ["thinking, redacted_thinking, call …", "the end"],
        Misconception(
            id="drops-thinking",
            matches=lambda out: "thinking, redacted_thinking" not in out.returned[0],
        ),
        Misconception(
            id="changes-thinking",
            matches=lambda out: bool(out.returned.api.refusals),
        ),
    ),
    case(
        "a call that was cut off",
        "`max_tokens` ends an answer anywhere, and closes its last block.",
        RUNNING,
        telling(lambda: API(CUT_CALL, ANSWER), weather),
        ["user: text", "assistant: text", "requests: 1", "the end"],
        Misconception(
            id="goes-on-after-the-cut",
            matches=lambda out: len(out.returned.api.asked) > 1,
        ),
        Misconception(
            id="cut-call-in-history",
            matches=lambda out: bool(calls_in(out.returned.messages)),
        ),
        Misconception(
            id="forgets-a-cut-answer",
            matches=lambda out: len(out.returned.messages) == 1,
        ),
    ),
    case(
        "thinking that was cut off",
        "Its signature comes last, so it has none.",
        RUNNING,
        telling(lambda: API(CUT_THINKING, ANSWER)),
        ["user: text", "requests: 1", "the end"],
        Misconception(
            id="unsigned-thinking",
            matches=lambda out: "thinking" in str(out.returned),
        ),
        Misconception(
            id="empty-turn",
            matches=lambda out: len(out.returned.messages) > 1,
        ),
    ),
    case(
        "an answer of nothing",
        "After a tool's result some models have nothing to add.",
        RUNNING,
        telling(lambda: API(NOTHING, ANSWER)),
        ["user: text", "requests: 1", "the end"],
        Misconception(
            id="empty-turn",
            matches=lambda out: len(out.returned.messages) > 1,
        ),
    ),
    case(
        "the list can be sent at any moment",
        "Who is interrupted saves it, shows it, or asks the next question with it.",
        "async for event in run_agent(…): is_accepted(messages)",
        watched,
        [],
        Misconception(
            id="turn-without-its-results",
            matches=lambda out: bool(out.returned),
        ),
    ),
    case(
        "an earlier conversation, and a later one",
        "The same list is the conversation of a whole evening.",
        "run_agent(http, messages, …); messages.append(…); run_agent(http, messages, …)",
        earlier,
        [
            "assistant: text, call A",
            "user: result for A",
            "assistant: text",
            "user: text",
            "assistant: text",
            "requests: 1",
            "the end",
        ],
        Misconception(
            id="changes-earlier-messages",
            matches=lambda out: str(out.returned[0]).startswith("changed"),
        ),
    ),
)


# The bound


def goes_on(request: Event) -> list[Event]:
    """What a model says that calls tools for as long as it may."""
    choice = request.get("tool_choice")
    if request.get("tools") and not (isinstance(choice, dict) and choice.get("type") == "none"):
        return [
            START,
            *tool_use(f"toolu_{len(request['messages']):02}", LAGOS_INPUT, index=0),
            *done("tool_use"),
        ]
    return ANSWER


async def bounded(my: Namespace) -> object:
    """Tell what a model is asked that never stops by itself."""
    api = API(goes_on)
    tale = await story(my, api, [weather()], max_turns=3)
    tale[:] = [
        f"request {number}: {may_call(request)}" for number, request in enumerate(api.asked, 1)
    ]
    tale.append(tale.ended)
    return tale


def may_call(request: Event) -> str:
    """Say whether a request lets the model call tools."""
    match request:
        case {"tools": [_, *_], "tool_choice": {"type": "none"}}:
            return "no calls"
        case {"tools": [_, *_]}:
            return "may call"
    return "has no tools"


BOUND = (
    case(
        "a model that calls for ever",
        "A tool that fails in the same way each time is enough for that.",
        "run_agent(http, messages, tools, model=model, max_turns=3)",
        bounded,
        ["request 1: may call", "request 2: may call", "request 3: no calls", "the end"],
        Misconception(
            id="no-bound",
            matches=lambda out: len(out.returned.api.asked) >= MOST_REQUESTS,
        ),
        Misconception(
            id="one-turn-too-many",
            matches=lambda out: len(out.returned.api.asked) == 4,
        ),
        Misconception(
            id="one-turn-too-few",
            matches=lambda out: len(out.returned.api.asked) == 2,
        ),
        Misconception(
            id="raises-at-max-turns",
            matches=lambda out: (
                out.returned.ended.startswith("raised") and not out.returned.api.refusals
            ),
        ),
        Misconception(
            id="takes-the-tools-away",
            matches=lambda out: out.returned[2] == "request 3: has no tools",
        ),
        Misconception(
            id="ends-without-an-answer",
            matches=lambda out: out.returned[2] == "request 3: may call",
        ),
    ),
)


# Leaving early


async def leave(my: Namespace) -> object:
    """Tell what is left of a turn that the reader leaves in mid-text."""
    api, messages = API(PLAIN), deepcopy([ASK])
    async with api.client() as http:
        events = started(my, http, messages, [])
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
                await asyncio.wait_for(slow.running.wait(), READING)

    api = API(CALL_AND_TEXT, before=before)
    async with api.client() as http:
        events = started(my, http, messages, [slow.tool()])
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
        async for _ in started(my, http, messages, [slow.tool()]):
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


def broken(*replies: list[Event], then: Then = "close") -> Any:
    """A run that tells of an answer that breaks, in any words for how it ended."""

    async def run(my: Namespace) -> object:
        tale = await story(my, API(*replies, then=then), [weather()])
        raised = tale.ended.startswith("raised")
        tale[:] = ["raised" if raised else tale.ended, *sketch(tale.messages)]
        return tale

    return run


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
        "Stop was pressed: from here on, every token is paid for and read by nobody.",
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
        "The first turn is done and paid for. It should not be lost.",
        RUNNING,
        broken(ONE_CALL, PLAIN[:3], then="reset"),
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
        "an error event after a call",
        "The call was complete; the turn isn't, and will be asked for again.",
        RUNNING,
        broken([*CALL_AND_TEXT[:-2], api_error("overloaded_error", "Overloaded")]),
        ["raised", "user: text"],
        SWALLOWS,
        HALF_A_TURN,
    ),
)


async def read_aloud(my: Namespace) -> object:
    """Return what a conversation prints."""
    return await printed_by(story(my, API(ONE_CALL, ANSWER), [weather()]))


QUIET = case(
    "quiet",
    "What it prints would stand in the middle of somebody's page.",
    RUNNING,
    read_aloud,
    "",
    Misconception(
        id="prints-too",
        matches=lambda out: bool(out.returned),
    ),
)


CASES = (*ONE_TURN, *TOOLS, *HISTORY, *BOUND, *LEAVING, QUIET)
