"""How `loop` is tried, and the mistakes that several of its cases know."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Sequence
from copy import deepcopy
from functools import partial
from typing import Any

import httpx

from helpers.lessons.checking.case import Misconception, Namespace
from helpers.lessons.common.cases import case_with
from helpers.lessons.common.conversation import ASK, MODEL, PATIENCE, sketch
from helpers.lessons.common.events import Block, Event, Message
from helpers.lessons.common.fake_api import Then
from helpers.lessons.common.judging_api import JudgingAPI, error_response
from helpers.lessons.common.outcomes import mentions
from helpers.mock.errors import ApiError
from helpers.mock.rules import check_request
from helpers.tools import Tool
from helpers.wire.failures import InvalidRequest

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


class Trace(list[str]):
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


def require_generator(my: Namespace, *args: Any, **more: Any) -> Any:
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
) -> Trace:
    """Run a conversation from one end to the other, and tell it."""
    tale = Trace()
    tale.api, tale.given = api, []
    tale.messages = deepcopy([ASK]) if messages is None else messages
    async with api.client() as http:
        try:
            async with asyncio.timeout(PATIENCE):
                async for event in require_generator(my, http, tale.messages, list(tools), **more):
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
        about=(
            TypeError,
            "returns-where-yield",
        ),
        matches=lambda out: mentions(out, NOT_A_GENERATOR),
    ),
    Misconception(
        id="tools-not-definitions",
        matches=lambda out: mentions(out, "the request is no JSON"),
    ),
    Misconception(
        id="stream-not-entered",
        about=(TypeError,),
        matches=lambda out: mentions(out, "_AsyncGeneratorContextManager"),
    ),
    Misconception(
        id="missing-await",
        about=(
            TypeError,
            AttributeError,
        ),
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
