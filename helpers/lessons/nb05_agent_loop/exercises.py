"""Notebook 05: turn after turn, until there is an answer."""

import asyncio
import inspect
import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import redirect_stdout, suppress
from copy import deepcopy
from io import StringIO
from pathlib import Path
from typing import Any

import httpx

from helpers.lessons.checking.part import Case, Misconception, Namespace, Outcome, Part
from helpers.lessons.common.fake_api import (
    BASE_URL,
    END,
    NEW,
    PING,
    START,
    Body,
    Then,
    api_error,
    block,
    delta,
    wire,
)
from helpers.lessons.common.outcomes import mentions
from helpers.mock import signing
from helpers.mock.errors import ApiError
from helpers.mock.rules import check_request
from helpers.tools import Tool, tool
from helpers.wire.failures import InvalidRequest

__all__ = ["PARTS"]

NOTEBOOK = "05_agent_loop"

Event = dict[str, Any]
Block = dict[str, Any]
Message = dict[str, Any]

MODEL = "offline-mock"


# A small exercise: the message with the results


RESULTS_STUB = '''\
def results_message(content, outcomes):
    """Return the user message that answers the calls among an assistant's blocks.

    outcomes: by a call's id, what its tool returned, or the exception that it raised.
    A call may have none: its tool was cancelled.
    """
    ...
'''

RESULTS_REFERENCE = '''\
import json


def results_message(content, outcomes):
    """Return the user message that answers the calls among an assistant's blocks.

    outcomes: by a call's id, what its tool returned, or the exception that it raised.
    A call may have none: its tool was cancelled.
    """
    results = []
    for block in content:
        if block["type"] != "tool_use":
            continue
        outcome = outcomes.get(block["id"], RuntimeError("cancelled before it finished"))
        failed = isinstance(outcome, BaseException)
        if failed:
            outcome = f"{type(outcome).__name__}: {outcome}"
        elif not isinstance(outcome, str):
            outcome = json.dumps(outcome, ensure_ascii=False)
        result = {"type": "tool_result", "tool_use_id": block["id"], "content": outcome}
        results.append({**result, "is_error": True} if failed else result)
    return {"role": "user", "content": results}
'''


def call(id: str, name: str = "get_weather", **given: Any) -> Block:
    """A call as it stands in a message."""
    return {"type": "tool_use", "id": id, "name": name, "input": given}


def answers(*results: Block) -> Message:
    """The message that answers these calls."""
    return {"role": "user", "content": [{"type": "tool_result", **result} for result in results]}


def answering(content: Sequence[Block], outcomes: dict[str, Any]) -> Callable[[Namespace], Any]:
    """A run that asks for the results of these calls."""

    def run(my: Namespace) -> object:
        return my.results_message(deepcopy(list(content)), dict(outcomes))

    return run


def same_results(returned: Any, expected: Any) -> bool:
    """Whether these are the same results; an error may be told in any words."""
    given, wanted = returned["content"], expected["content"]
    if {**returned, "content": None} != {**expected, "content": None} or len(given) != len(wanted):
        return False
    for one, other in zip(given, wanted, strict=True):
        failed = other.get("is_error", False)
        if one.get("is_error", False) is not failed or not isinstance(one["content"], str):
            return False
        if failed and (other["content"] not in one["content"] or not one["content"].strip()):
            return False
        if not failed and loosely(one["content"]) != loosely(other["content"]):
            return False
        if {**one, "is_error": failed, "content": ""} != {
            **other,
            "is_error": failed,
            "content": "",
        }:
            return False
    return True


def loosely(text: str) -> Any:
    """Return what a text says as JSON, or the text: how JSON is spaced makes no difference."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def ids_of(out: Outcome) -> list[Any]:
    """The ids that a message with results is for."""
    return [result.get("tool_use_id") for result in out.returned["content"]]


LOOK: Block = {"type": "text", "text": "I'll look at both."}
HM: Block = {"type": "thinking", "thinking": "Two cities.", "signature": "EqQBCgIYAhIM"}
LAGOS, OSLO = call("toolu_01A", city="Lagos"), call("toolu_01B", city="Oslo")
ANSWERING = "results_message(content, outcomes)"

LACKS_A_RESULT = Misconception(
    id="no-result-for-a-failure",
    looks_like="a call that gets no result because its tool had none: the API then refuses the "
    "whole conversation, from here on",
    try_next="Go by the calls, not by the outcomes: each call gets a block, with `is_error` if "
    "there is nothing better to say.",
    matches=lambda out: len(out.returned["content"]) < len(out.expected["content"]),
)
RAISES = Misconception(
    id="fails-with-its-tool",
    looks_like="a tool's failure that ends the agent: the model could have mended its call, had "
    "it heard of it",
    try_next="A tool that failed is a result like any other, with `is_error`. So is one that "
    "never finished: look outcomes up with `.get`.",
    matches=lambda out: isinstance(out.error, Exception),
)
SHAPE_OF_RESULTS = (
    Misconception(
        id="one-message-per-result",
        looks_like="a message for each result: the API wants all results of a turn in the one "
        "message that follows it",
        try_next="Collect the blocks in a list, and return one message around it.",
        matches=lambda out: isinstance(out.returned, list),
    ),
    Misconception(
        id="another-role",
        looks_like="a role that this API doesn't have: others say `tool` here, and in this one "
        "the user brings the results",
        try_next='Return `{"role": "user", "content": [...]}`.',
        matches=lambda out: out.returned["role"] != "user",
    ),
    Misconception(
        id="text-before-results",
        looks_like="a message that says something before its results: the API looks for them at "
        "its start, and finds none",
        try_next="Put the `tool_result` blocks first, and nothing else.",
        matches=lambda out: any(b["type"] != "tool_result" for b in out.returned["content"]),
    ),
    Misconception(
        id="another-field",
        looks_like="a result that doesn't say which call it is for, in the field where the API "
        "looks",
        try_next="Put the call's `id` into the result's `tool_use_id`.",
        matches=lambda out: any(id is None for id in ids_of(out)),
    ),
)


RESULTS = Part(
    id="results_message",
    title="The message with the results",
    notebook=NOTEBOOK,
    minutes=8,
    difficulty="easy",
    teaches="Each call gets its result, in one message, in call order, whatever became of its "
    "tool.",
    stub=RESULTS_STUB,
    reference=RESULTS_REFERENCE,
    cases=(
        Case(
            "one call",
            "The most common turn of an agent.",
            ANSWERING,
            answering([LAGOS], {"toolu_01A": "31 °C"}),
            answers({"tool_use_id": "toolu_01A", "content": "31 °C"}),
            SHAPE_OF_RESULTS,
            same=same_results,
        ),
        Case(
            "two calls; the second was faster",
            "Tools that run side by side end in any order. Some text and thinking stand there, "
            "too.",
            ANSWERING,
            answering([HM, LOOK, LAGOS, OSLO], {"toolu_01B": "4 °C", "toolu_01A": "31 °C"}),
            answers(
                {"tool_use_id": "toolu_01A", "content": "31 °C"},
                {"tool_use_id": "toolu_01B", "content": "4 °C"},
            ),
            (
                Misconception(
                    id="every-block-is-a-call",
                    looks_like="every block taken for a call: a text has no `id`",
                    try_next="Look at the block's `type` first.",
                    matches=lambda out: isinstance(out.error, KeyError),
                ),
                Misconception(
                    id="in-completion-order",
                    looks_like="results in the order in which their tools finished: the same "
                    "conversation would differ from run to run",
                    try_next="Walk through the blocks of the answer, not through the outcomes.",
                    matches=lambda out: ids_of(out) == ["toolu_01B", "toolu_01A"],
                ),
            ),
            same=same_results,
        ),
        Case(
            "a tool that raised",
            "Models get names, dates and units wrong, and correct themselves if told.",
            ANSWERING,
            answering(
                [LAGOS, OSLO], {"toolu_01A": ValueError("no such city"), "toolu_01B": "4 °C"}
            ),
            answers(
                {"tool_use_id": "toolu_01A", "content": "no such city", "is_error": True},
                {"tool_use_id": "toolu_01B", "content": "4 °C"},
            ),
            (
                RAISES,
                LACKS_A_RESULT,
                Misconception(
                    id="failure-is-a-result",
                    looks_like="a failure that looks like a result: the model takes its text for "
                    "what the tool found",
                    try_next="Add `is_error: True` to this block.",
                    matches=lambda out: out.returned["content"][0].get("is_error") is not True,
                ),
                Misconception(
                    id="failure-without-a-reason",
                    looks_like="a failure that doesn't say what went wrong, so the same call will "
                    "come again",
                    try_next="Put the exception's text into `content`, as a string.",
                    matches=lambda out: "no such" not in str(out.returned["content"][0]["content"]),
                ),
            ),
            same=same_results,
        ),
        Case(
            "a tool that was cancelled",
            "The user pressed Stop, and goes on talking.",
            ANSWERING,
            answering([LAGOS, OSLO], {"toolu_01B": "4 °C"}),
            answers(
                {"tool_use_id": "toolu_01A", "content": "", "is_error": True},
                {"tool_use_id": "toolu_01B", "content": "4 °C"},
            ),
            (RAISES, LACKS_A_RESULT),
            same=same_results,
        ),
        Case(
            "values that are no text",
            "A tool returns what Python has: a dict, a number, nothing found.",
            ANSWERING,
            answering([LAGOS, OSLO], {"toolu_01A": {"sunny": True}, "toolu_01B": 0}),
            answers(
                {"tool_use_id": "toolu_01A", "content": '{"sunny": true}'},
                {"tool_use_id": "toolu_01B", "content": "0"},
            ),
            (
                Misconception(
                    id="nothing-is-a-failure",
                    looks_like="an outcome that is empty or zero, taken for none at all",
                    try_next="`0` and `''` are answers. Ask whether the id is there, not whether "
                    "its value is true.",
                    matches=lambda out: out.returned["content"][1].get("is_error") is True,
                ),
                Misconception(
                    id="content-is-no-text",
                    looks_like="a Python object as content: the API takes text, or a list of "
                    "blocks",
                    try_next="`json.dumps` whatever is no string.",
                    matches=lambda out: (
                        not all(isinstance(r["content"], str) for r in out.returned["content"])
                    ),
                ),
                Misconception(
                    id="content-is-a-repr",
                    looks_like="Python's own way to write a dict: quotes and names that are no "
                    "JSON, which the model has to guess at",
                    try_next="`json.dumps(value)` in place of `str(value)`.",
                    matches=lambda out: "True" in out.returned["content"][0]["content"],
                ),
            ),
            same=same_results,
        ),
    ),
    hints=(
        "The answer's blocks lead: for each `tool_use` among them there is one `tool_result`, in "
        "the same order. The outcomes are only looked up.",
        "`outcomes.get(id, some_exception)` makes a cancelled tool one more that failed. Then "
        "three kinds are left: an exception (its text, and `is_error`), a string, and anything "
        "else (`json.dumps`).",
        "One way to write it:",
    ),
    module=__name__,
    in_build=False,
)


# A small exercise: the last turn


LAST_STUB = '''\
def last_turn(request):
    """Return the request for a turn in which the model can't call tools any more."""
    ...
'''

LAST_REFERENCE = '''\
def last_turn(request):
    """Return the request for a turn in which the model can't call tools any more."""
    if not request.get("tools"):
        return request
    return {**request, "tool_choice": {"type": "none"}}
'''

LAST_TOOLS = [{"name": "get_time", "description": "The time.", "input_schema": {"type": "object"}}]
ASKING: Event = {
    "model": MODEL,
    "max_tokens": 64,
    "messages": [{"role": "user", "content": "What time is it?"}],
}
WITH_TOOLS: Event = {**ASKING, "tools": LAST_TOOLS}


def ending(request: Event) -> Callable[[Namespace], Any]:
    """A run that makes a request the last one."""

    def run(my: Namespace) -> object:
        return my.last_turn(deepcopy(request))

    return run


def keep_asking(my: Namespace) -> object:
    """Return the caller's request after another one was made of it."""
    request = deepcopy(WITH_TOOLS)
    my.last_turn(request)
    return request


LAST_MISTAKES = (
    Misconception(
        id="takes-the-tools-away",
        looks_like="a request without its tools: the calls in its history are now calls of "
        "nothing, and a cached prompt, which begins with the tools, is void",
        try_next="Leave the tools where they are. `tool_choice` says what the model may do with "
        "them.",
        matches=lambda out: not out.returned.get("tools") and "tools" in out.expected,
    ),
    Misconception(
        id="choice-is-a-string",
        looks_like="a choice as a string, as another API has it",
        try_next='It is an object with a `type`: `{"type": "none"}`.',
        matches=lambda out: isinstance(out.returned.get("tool_choice"), str),
    ),
    Misconception(
        id="asks-for-it-in-words",
        looks_like="a request in words: the model may follow them or not, and text after results "
        "teaches it to stop early",
        try_next="Leave the messages alone; `tool_choice` can't be overlooked.",
        matches=lambda out: (
            out.returned["messages"] != out.expected["messages"] or "system" in out.returned
        ),
    ),
    Misconception(
        id="may-still-call",
        looks_like="a choice that leaves the calls to the model: `auto` is what it has without any",
        try_next='The type that forbids calls is `"none"`.',
        matches=lambda out: out.returned.get("tool_choice") != out.expected.get("tool_choice"),
    ),
)

LAST = Part(
    id="last_turn",
    title="The last turn",
    notebook=NOTEBOOK,
    minutes=4,
    difficulty="easy",
    teaches="A bound is a way to end with an answer, and not in the middle of the work.",
    stub=LAST_STUB,
    reference=LAST_REFERENCE,
    cases=(
        Case(
            "a request with tools",
            "Nobody would read the results of what it calls now.",
            "last_turn(request)",
            ending(WITH_TOOLS),
            {**WITH_TOOLS, "tool_choice": {"type": "none"}},
            LAST_MISTAKES,
        ),
        Case(
            "it had a choice already",
            "An agent may force its first turn to call a tool, and reuse the request.",
            "last_turn({**request, 'tool_choice': {'type': 'any'}})",
            ending({**WITH_TOOLS, "tool_choice": {"type": "any"}}),
            {**WITH_TOOLS, "tool_choice": {"type": "none"}},
            (
                Misconception(
                    id="keeps-the-old-choice",
                    looks_like="an earlier choice that wins over yours",
                    try_next="In `{**a, **b}` the later one counts. Put yours behind the request.",
                    matches=lambda out: out.returned["tool_choice"] == {"type": "any"},
                ),
                *LAST_MISTAKES,
            ),
        ),
        Case(
            "no tools at all",
            "The same loop answers those who have none.",
            "last_turn(request)",
            ending(ASKING),
            ASKING,
            (
                Misconception(
                    id="choice-without-tools",
                    looks_like="a choice where there is nothing to choose from, which some servers "
                    "refuse",
                    try_next="Ask first whether the request has tools.",
                    matches=lambda out: "tool_choice" in out.returned,
                ),
                Misconception(
                    id="expects-tools",
                    looks_like="a request taken to have tools",
                    try_next="`request.get('tools')`",
                    matches=lambda out: isinstance(out.error, KeyError),
                ),
            ),
        ),
        Case(
            "leaves your request as it is",
            "The same dict asks the next question, which may call tools again.",
            "last_turn(request); request",
            keep_asking,
            WITH_TOOLS,
            (
                Misconception(
                    id="changes-the-request",
                    looks_like="a choice written into the caller's own dict: from now on every "
                    "turn is the last one",
                    try_next="Return a new dict: `{**request, ...}`.",
                    matches=lambda out: out.returned != out.expected,
                ),
            ),
        ),
    ),
    hints=(
        "Tools stay in the request. Another of its fields says what the model may do with them.",
        'That field is `tool_choice`, an object: `{"type": "none"}` forbids calls. It is only '
        "allowed next to tools.",
        "One way to write it:",
    ),
    module=__name__,
    in_build=False,
)


# The part: the loop


STUB = '''\
async def run_agent(http, messages, tools, *, model, max_turns=10, **fields):
    """Answer the last of `messages`, with as many turns and tools as that takes.

    Yields every event of every turn as it comes and, once a turn's tools are done, each
    tool_result block. `messages` gets a turn together with its results, or not at all.
    The last of `max_turns` turns can't call tools. `fields` go into each request.
    """
    ...
    yield
'''

# A model that goes on for ever is stopped here, so that a loop without a bound ends, too.
MOST_REQUESTS = 6
# An answer that is over is over at once; this leaves time to tidy up, in seconds.
PATIENCE = 1.2
# How long the server waits for an event to be passed on, or for a tool, in seconds.
READING = 0.3

Reply = list[Event] | Callable[[Event], list[Event]]


class API(httpx.AsyncBaseTransport):
    """An API without a network: it judges each request as the real one does, and answers.

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
        self.asked: list[Event] = []
        self.bodies: list[Body] = []
        self.refusals: list[str] = []
        self._replies = replies
        self._then = then
        self._before = before

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer as the API would."""
        sent = json.loads(await request.aread())
        self.asked.append(sent)
        if len(self.asked) > MOST_REQUESTS:
            return self._error(529, "overloaded_error", "Overloaded")
        try:
            check_request(sent)
        except ApiError as error:
            self.refusals.append(error.message)
            return self._error(error.status, error.type, error.message)
        number = min(len(self.asked), len(self._replies))
        reply = self._replies[number - 1]
        events = reply(sent) if callable(reply) else reply
        then = self._then if number == len(self._replies) else "close"
        self.bodies.append(Body(wire(events), then, self._before))
        headers = {"content-type": "text/event-stream; charset=utf-8"}
        return httpx.Response(200, headers=headers, stream=self.bodies[-1])

    def _error(self, status: int, type: str, message: str) -> httpx.Response:
        return httpx.Response(status, json=api_error(type, message))

    def client(self) -> httpx.AsyncClient:
        """A client whose requests all come here."""
        return httpx.AsyncClient(transport=self, base_url=BASE_URL)


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


# What the model says


def tool_use(id: str, given: str, name: str = "get_weather", index: int = 1) -> list[Event]:
    """A block with a call; its input as JSON text."""
    opened = {"type": "tool_use", "id": id, "name": name, "input": {}}
    return [
        {"type": "content_block_start", "index": index, "content_block": opened},
        delta({"type": "input_json_delta", "partial_json": given}, index),
        {"type": "content_block_stop", "index": index},
    ]


def stop(reason: str) -> list[Event]:
    """How an answer ends."""
    end = {"stop_reason": reason, "stop_sequence": None}
    return [
        {"type": "message_delta", "delta": end, "usage": {"output_tokens": 9}},
        {"type": "message_stop"},
    ]


ASK: Message = {"role": "user", "content": "What's the weather in Lagos?"}
LAGOS_INPUT, OSLO_INPUT = '{"city": "Lagos"}', '{"city": "Oslo"}'
PLAIN = [START, *block("One", " two"), *END]
ONE_CALL = [START, *block("Let me look."), *tool_use("toolu_01A", LAGOS_INPUT), *stop("tool_use")]
TWO_CALLS = [
    *ONE_CALL[:-2],
    *tool_use("toolu_01B", OSLO_INPUT, index=2),
    *stop("tool_use"),
]
# After its call the model has more to say, so that the tool has time to run.
CALL_AND_TEXT = [*ONE_CALL[:-2], *block("One", " moment.", index=2), *stop("tool_use")]
ANSWER = [START, *block("Take water."), *END]


def weather(sleeps: dict[str, float] | None = None) -> Tool:
    """The tool of these conversations; it may be slow for some cities."""

    @tool
    async def get_weather(city: str) -> str:
        """Tell the weather in a city."""
        await asyncio.sleep((sleeps or {}).get(city, 0))
        return f"fine in {city}"

    return get_weather


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


def sketch(messages: Sequence[Message]) -> list[str]:
    """Tell messages in a line each."""
    return [
        f"{message.get('role')}: {kinds(message.get('content'))}"
        if isinstance(message, dict)
        else f"not a message: {message!r}"
        for message in messages
    ]


def kinds(content: object) -> str:
    """Tell a message's content."""
    if isinstance(content, str):
        return "text"
    if not isinstance(content, list):
        return repr(content)
    return ", ".join(told(one) for one in content) or "nothing"


def told(one: object) -> str:
    """Tell one block."""
    match one:
        case {"type": "tool_use", "id": id}:
            return f"call {str(id)[-1]}"
        case {"type": "tool_result", "tool_use_id": id, "is_error": True}:
            return f"error for {str(id)[-1]}"
        case {"type": "tool_result", "tool_use_id": id}:
            return f"result for {str(id)[-1]}"
        case {"type": str(kind)}:
            return kind
    return f"no block: {one!r}"


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
        looks_like="a function that gives a result at its end, where its caller wants to watch",
        try_next="An `async def` with a `yield` in it is an async generator: `yield` each event "
        "where you have it.",
        matches=lambda out: mentions(out, NOT_A_GENERATOR),
    ),
    Misconception(
        id="tools-not-definitions",
        looks_like="tools put into the request as Python objects: what goes on the wire is what "
        "the model may know of them",
        try_next="Send `[tool.definition for tool in tools]`; the functions stay here.",
        matches=lambda out: mentions(out, "the request is no JSON"),
    ),
    Misconception(
        id="stream-not-entered",
        looks_like="`open_stream(…)` taken for the events: it is a context manager that gives them",
        try_next="Write `async with open_stream(http, request) as events:` and loop inside.",
        matches=lambda out: mentions(out, "_AsyncGeneratorContextManager"),
    ),
    Misconception(
        id="missing-await",
        looks_like="an `await` that is missing: a coroutine is only a promise of its result",
        try_next="`results()` and `cancel()` of a dispatcher are awaited; `start` and `release` "
        "are not.",
        matches=lambda out: mentions(out, "'coroutine'", "NoneType can't be used in 'await'"),
    ),
)


def case(
    name: str,
    why: str,
    code: str,
    run: Callable[[Namespace], Any],
    expected: Any,
    *mistakes: Misconception,
    **more: Callable[[Any, Any], bool],
) -> Case:
    """A case that also knows the mistakes in shape."""
    return Case(name, why, code, run, expected, (*SHAPE, *mistakes), **more)


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
    looks_like="a loop that asks again after an answer without calls",
    try_next="A turn without tool calls is the last one: `return`.",
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
            looks_like="text in place of events: whoever wants to show a tool, or count tokens, "
            "gets nothing",
            try_next="`yield event`, and leave the picking to `stream_text`.",
            matches=lambda out: any(isinstance(one, str) for one in out.returned),
        ),
        Misconception(
            id="yields-updates",
            looks_like="what `feed` returns, in place of what it was fed: the assembler's updates "
            "are yours, and the events are the caller's",
            try_next="Feed the event, look at the updates, then `yield event`.",
            matches=lambda out: (
                bool(out.returned) and not all(isinstance(one, dict) for one in out.returned)
            ),
        ),
        Misconception(
            id="filters-events",
            looks_like="events that are not passed on: what you have no use for, somebody else has",
            try_next="`yield event` for each event of the stream, right in the loop over it.",
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
            looks_like="a turn that is collected first and given afterwards",
            try_next="Put the `yield` inside the loop that reads the stream.",
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
            looks_like="the whole message put into the history, with its id and usage: the API "
            "takes back a role and a content, and refuses the rest",
            try_next='Append `{"role": "assistant", "content": …}` with the content alone.',
            matches=lambda out: len(out.returned.messages[1]) > 2,
        ),
        ASKS_AGAIN,
        Misconception(
            id="answer-not-kept",
            looks_like="an answer that nobody remembers: it is not in the list that the caller "
            "passed in, or only in a copy of it",
            try_next="`messages.append(…)` on the very list. `messages = messages + […]` makes "
            "another one.",
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
    *stop("tool_use"),
]


def sender() -> Tool:
    """A tool that must not run twice."""

    @tool(once=True)
    async def send_letter(to: str) -> str:
        """Send a letter."""
        return f"sent to {to}"

    return send_letter


LETTER = [START, *tool_use("toolu_01A", '{"to": "Ada"}', "send_letter", 0), *stop("tool_use")]

LOST_RESULTS = Misconception(
    id="no-result-for-a-failure",
    looks_like="a call without its result in the next message: the API refuses the conversation "
    "from here on",
    try_next="Take what `await dispatcher.results()` gives, all of it: it has a block for every "
    "call that you started, also for tools that failed.",
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
            looks_like="an agent that stops when its tools are done: the model never sees what "
            "they found",
            try_next="After a turn with results comes another turn: loop back to the request, "
            "which now has them.",
            matches=lambda out: (
                len(out.returned.api.asked) == 1 and out.returned.ended == "the end"
            ),
        ),
        Misconception(
            id="results-without-their-calls",
            looks_like="results sent without the turn that asked for them",
            try_next="The assistant's message comes first, with its `tool_use` blocks; the "
            "results follow.",
            matches=lambda out: not calls_in(brought(out)),
        ),
        Misconception(
            id="results-from-the-assistant",
            looks_like="results in the assistant's own message: they come from your side",
            try_next='Append a second message, `{"role": "user", "content": results}`.',
            matches=lambda out: any(
                results_in([message]) for message in brought(out) if message["role"] == "assistant"
            ),
        ),
        Misconception(
            id="text-before-results",
            looks_like="a message that says something before its results: the API looks for them "
            "at its start, and finds none",
            try_next="The content of that message is the list of results, and nothing else.",
            matches=lambda out: any(
                message["content"][0]["type"] == "text" and results_in([message])
                for message in brought(out)
                if isinstance(message["content"], list) and message["role"] == "user"
            ),
        ),
        Misconception(
            id="results-not-sent",
            looks_like="a call that stays without a result",
            try_next="Behind the assistant's message goes a user message: what "
            "`await dispatcher.results()` gives, as its content.",
            matches=lambda out: not results_in(brought(out)),
        ),
        Misconception(
            id="one-assembler-for-all",
            looks_like="two turns in one assembler: it holds one message, from its start to its "
            "stop",
            try_next="Make a new assembler, and a new dispatcher, in each turn.",
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
            looks_like="a request that offers no tools: the model can't call what it isn't told of",
            try_next="Put `[tool.definition for tool in tools]` into the request.",
            matches=lambda out: "tools" not in out.returned[0],
        ),
        Misconception(
            id="forgets-the-tools",
            looks_like="tools that are sent once: each request stands alone, and the second has "
            "calls in it that nothing explains",
            try_next="Build the request inside the loop, the same way in every turn.",
            matches=lambda out: "tools" not in out.returned[1],
        ),
        Misconception(
            id="forgets-the-fields",
            looks_like="fields of the caller's that don't reach the request, such as `system` or "
            "`thinking`",
            try_next="`{…, **fields}` in each request.",
            matches=lambda out: any("system" not in request for request in out.returned),
        ),
        Misconception(
            id="no-calls-too-early",
            looks_like="a turn that forbids calls before it is the last one",
            try_next="Set `tool_choice` only in turn number `max_turns`.",
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
            looks_like="a message for each result: the API wants all of them in the one message "
            "after the calls",
            try_next='One `{"role": "user", "content": results}` with the whole list.',
            matches=lambda out: sum(bool(results_in([m])) for m in brought(out)) > 1,
        ),
        Misconception(
            id="in-completion-order",
            looks_like="results in the order in which the tools were done",
            try_next="`await dispatcher.results()` has them in call order; leave them so.",
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
            looks_like="results that only the API gets to see",
            try_next="`yield` each of them, between the turns.",
            matches=lambda out: "tool_result" not in out.returned,
        ),
        Misconception(
            id="results-given-late",
            looks_like="results that are given when all is over",
            try_next="`yield` them as soon as their turn is in the history, before the next "
            "request.",
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
            looks_like="tools that start when the answer has ended",
            try_next="Call `dispatcher.start(call)` inside the loop over the events, for each "
            "call that `feed` returns.",
            matches=lambda out: out.returned[0] == "the answer ends",
        ),
        Misconception(
            id="waits-in-the-stream",
            looks_like="an `await` for the tools inside the loop over the events: the text stands "
            "still while they run",
            try_next="Inside that loop only `start`; `await dispatcher.results()` behind it.",
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
            looks_like="a tool's failure that ends the agent",
            try_next="Let the dispatcher run the tools: it turns what they raise into results "
            "with `is_error`.",
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
            looks_like="a dispatcher that is never told that the answer is whole: the letter is "
            "never sent",
            try_next="`dispatcher.release()` behind the loop over the events.",
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
        delta({"type": "thinking_delta", "thinking": thought}),
        delta({"type": "signature_delta", "signature": signature}),
        {"type": "content_block_stop", "index": 0},
        {
            "type": "content_block_start",
            "index": 1,
            "content_block": {"type": "redacted_thinking", "data": hidden},
        },
        {"type": "content_block_stop", "index": 1},
        *tool_use(id, LAGOS_INPUT, index=2),
        *stop("tool_use"),
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
    *block("Let me look."),
    *tool_use("toolu_01A", '{"city": "La'),
    *stop("max_tokens"),
]
CUT_THINKING = [
    START,
    {
        "type": "content_block_start",
        "index": 0,
        "content_block": {"type": "thinking", "thinking": "", "signature": ""},
    },
    delta({"type": "thinking_delta", "thinking": "Let me see, Lagos is"}),
    {"type": "content_block_stop", "index": 0},
    *stop("max_tokens"),
]
NOTHING = [START, *stop("end_turn")]


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
            looks_like="an answer that goes back without what was thought: the call was made "
            "after it, and the API says so",
            try_next="Keep every kind of block as it came, also those that you don't show.",
            matches=lambda out: "thinking, redacted_thinking" not in out.returned[0],
        ),
        Misconception(
            id="changes-thinking",
            looks_like="a thinking block that isn't as it came: its signature holds for every "
            "character",
            try_next="Take the blocks of the assembler's `message['content']` and leave them "
            "alone.",
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
            looks_like="a loop that goes on without calls, because the answer didn't end the "
            "usual way",
            try_next="What decides is whether there were calls to answer, not the name of the "
            "stop reason.",
            matches=lambda out: len(out.returned.api.asked) > 1,
        ),
        Misconception(
            id="cut-call-in-history",
            looks_like="a cut call that stands in the history: it never ran, so it has no result, "
            "and every further question is refused",
            try_next="Of the `tool_use` blocks, keep those whose call `feed` has given.",
            matches=lambda out: bool(calls_in(out.returned.messages)),
        ),
        Misconception(
            id="forgets-a-cut-answer",
            looks_like="an answer that is thrown away because its end is missing: its text was "
            "read, and counts",
            try_next="Leave out the block that was cut, and keep the others.",
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
            looks_like="thinking without its signature in the history: the API refuses it",
            try_next="Keep a thinking block only if its `signature` is not empty.",
            matches=lambda out: "thinking" in str(out.returned),
        ),
        Misconception(
            id="empty-turn",
            looks_like="a turn without content in the history: the API refuses it in the middle",
            try_next="Append the assistant's message only if something is left of it.",
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
            looks_like="a turn without content in the history: the API refuses it in the middle",
            try_next="Append the assistant's message only if something is left of it.",
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
            looks_like="an assistant's turn that enters the history before its results: whatever "
            "happens in between leaves it without them",
            try_next="First wait for the tools. Then append both messages, with no `await` and no "
            "`yield` between them.",
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
            looks_like="messages that are no longer what they were: other holders of these dicts, "
            "and the prompt's cache, notice",
            try_next="Only append to the list; write into no message that is there.",
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
            *stop("tool_use"),
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
            looks_like="a loop without a bound: it ends when the money does",
            try_next="`for turn in range(1, max_turns + 1)`",
            matches=lambda out: len(out.returned.api.asked) >= MOST_REQUESTS,
        ),
        Misconception(
            id="one-turn-too-many",
            looks_like="a count that is off by one: `max_turns` is the number of requests",
            try_next="The turn that may not call is one of them, not one more.",
            matches=lambda out: len(out.returned.api.asked) == 4,
        ),
        Misconception(
            id="one-turn-too-few",
            looks_like="a count that is off by one: there is room for another turn",
            try_next="`range(1, n + 1)` has n numbers, and the last one is `n`.",
            matches=lambda out: len(out.returned.api.asked) == 2,
        ),
        Misconception(
            id="raises-at-max-turns",
            looks_like="an exception at the bound: the work of all turns is lost to the reader",
            try_next="In the last turn, send `tool_choice: {'type': 'none'}`: the model has to "
            "come to an answer with what it has.",
            matches=lambda out: (
                out.returned.ended.startswith("raised") and not out.returned.api.refusals
            ),
        ),
        Misconception(
            id="takes-the-tools-away",
            looks_like="a last request without tools: the calls in its history are now calls of "
            "nothing, and a cached prompt, which begins with the tools, is void",
            try_next="Leave the tools in, and forbid calls: `tool_choice: {'type': 'none'}`.",
            matches=lambda out: out.returned[2] == "request 3: has no tools",
        ),
        Misconception(
            id="ends-without-an-answer",
            looks_like="a loop that stops in the middle of the work: the last tools ran for "
            "nobody, and the user gets no answer",
            try_next="In the last turn, send `tool_choice: {'type': 'none'}`: the model has to "
            "come to an answer with what it has.",
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
    looks_like="a tool that goes on running when nobody waits for it any more: whatever it does, "
    "it does for nobody",
    try_next="`await dispatcher.cancel()` in a `finally` around everything that a turn does.",
    matches=lambda out: out.returned[0] == "tool still running",
)
HALF_A_TURN = Misconception(
    id="half-a-turn-in-history",
    looks_like="half a turn in the history: the next question would be asked with a call that has "
    "no result, or with a text that nobody finished",
    try_next="Append nothing before the turn is whole: its stream has ended well and its tools "
    "are done.",
    matches=lambda out: any(line.startswith("assistant") for line in out.returned),
)
SWALLOWS = Misconception(
    id="swallows-the-error",
    looks_like="an `except` that ends the loop quietly: half an answer is passed off as a whole "
    "one",
    try_next="Let the exception through; `finally` is enough to tidy up.",
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
            looks_like="a stream that stays open when its reader has gone",
            try_next="Read inside `async with open_stream(…)`, in the generator itself; what runs "
            "in a task of its own has to be cancelled in a `finally`.",
            matches=lambda out: out.returned[0] == "socket still open",
        ),
        Misconception(
            id="half-a-turn-in-history",
            looks_like=HALF_A_TURN.looks_like,
            try_next=HALF_A_TURN.try_next,
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
            looks_like="a cancellation that is caught and forgotten: whoever cancelled waits for "
            "an end that doesn't come",
            try_next="Use `finally`, or `raise` at the end of the `except`.",
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
            looks_like="a history that loses its whole turns when a later one breaks",
            try_next="Append each turn to the caller's list as it ends, not all of them at the "
            "end.",
            matches=lambda out: len(out.returned) < len(out.expected),
        ),
        Misconception(
            id="half-a-turn-in-history",
            looks_like=HALF_A_TURN.looks_like,
            try_next=HALF_A_TURN.try_next,
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
    with redirect_stdout(StringIO()) as printed:
        await story(my, API(ONE_CALL, ANSWER), [weather()])
    return printed.getvalue()


QUIET = case(
    "quiet",
    "What it prints would stand in the middle of somebody's page.",
    RUNNING,
    read_aloud,
    "",
    Misconception(
        id="prints-too",
        looks_like="a `print` that was left in",
        try_next="Take it out; `yield` what others should see.",
        matches=lambda out: bool(out.returned),
    ),
)


LOOP = Part(
    id="loop",
    title="Turn after turn",
    notebook=NOTEBOOK,
    minutes=20,
    difficulty="medium",
    teaches="A turn enters the history whole or not at all, and the loop has an end.",
    stub=STUB,
    reference=Path(__file__).with_name("loop_reference.py"),
    cases=(*ONE_TURN, *TOOLS, *HISTORY, *BOUND, *LEAVING, QUIET),
    hints=(
        "A `for` over the turns. In each: build the request anew; a fresh assembler and a fresh "
        "dispatcher; inside the stream, feed, start and yield; behind it, release and wait for "
        "the results; then both messages into the list, one after the other, and nothing in "
        "between. No results: that was the answer.",
        "Put everything from `open_stream` to `results()` into a `try`, with `await "
        "dispatcher.cancel()` in its `finally`: leaving, cancellation and errors all pass there, "
        "and the appends behind it are only reached by whole turns. Before you append, sort out "
        "what the API won't take: calls that `feed` never gave, thinking without a signature, "
        "empty text. The last turn is `turn == max_turns`.",
        "One way to write it:",
    ),
    module=__name__,
    needs=("text", "message", "dispatch"),
)


PARTS = (RESULTS, LAST, LOOP)
