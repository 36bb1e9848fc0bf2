"""How `main` is tried, and the mistakes that several of its cases know."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import httpx

from helpers.lessons.checking.case import Case, Misconception, Namespace, Outcome
from helpers.lessons.common.conversation import ASK, MODEL, PATIENCE, sketch, weather
from helpers.lessons.common.events import START, Event, Message, text_block
from helpers.lessons.common.fake_api import Then
from helpers.lessons.common.judging_api import JudgingAPI, error_response
from helpers.lessons.common.outcomes import SLIPS, mentions

# The other end


@dataclass(frozen=True)
class Busy:
    """An answer that is an error."""

    status: int = 529
    type: str = "overloaded_error"
    message: str = "Overloaded"
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Broken:
    """An answer that breaks off after these events; without any, nobody listens."""

    events: tuple[Event, ...] = ()
    then: Then = "reset"


Reply = list[Event] | Busy | Broken

# A client that never gives up is stopped here.
MOST_REQUESTS = 12


class Service(JudgingAPI):
    """An API that has its troubles.

    Args:
        replies: what each request gets; the last one is given again and again.
        before: awaited before each chunk.
    """

    def __init__(
        self, *replies: Reply, before: Callable[[bytes], Awaitable[None]] | None = None
    ) -> None:
        enough = error_response(400, "invalid_request_error", "This is enough.")
        super().__init__(MOST_REQUESTS, enough, before)
        self._replies = replies

    def answer(self, sent: Event) -> httpx.Response:
        """Give the next reply."""
        match self._replies[min(len(self.asked), len(self._replies)) - 1]:
            case Busy() as busy:
                return error_response(busy.status, busy.type, busy.message, busy.headers)
            case Broken(events=()):
                raise httpx.ConnectError("connection refused")
            case Broken(events, then):
                return self.stream(events, then)
            case events:
                return self.stream(events)


# What is tried with the learner's function

NOT_AWAITABLE = "`await` takes no"


class Trace(list[str]):
    """What came of a question, in lines; and where it can be looked up.

    Attributes:
        api: the other end.
        messages: the caller's list.
        wrote: the pieces of text.
        waits: what `sleep` was called with.
        ended: how it ended.
        seconds: how long it really took.
    """

    api: Service
    messages: list[Message]
    wrote: list[Any]
    waits: list[Any]
    ended: str
    seconds: float


def require_awaitable(my: Namespace, *args: Any, **more: Any) -> Awaitable[Any]:
    """Return what `answer` returns, if `await` takes it."""
    found = my.answer(*args, **{"model": MODEL, **more})
    if inspect.isawaitable(found):
        return found
    raise TypeError(f"{NOT_AWAITABLE} {type(found).__name__}")


async def tell(my: Namespace, api: Service) -> Trace:
    """Have a question answered, and tell it; waits take no time."""
    tale = Trace()
    tale.api, tale.messages, tale.wrote, tale.waits = api, deepcopy([ASK]), [], []

    async def sleep(seconds: float) -> None:
        tale.waits.append(seconds)
        await asyncio.sleep(0)

    began = time.monotonic()
    async with api.client() as http:
        try:
            async with asyncio.timeout(PATIENCE):
                await require_awaitable(
                    my,
                    http,
                    tale.messages,
                    [weather()],
                    write=tale.wrote.append,
                    sleep=sleep,
                    chance=lambda: 0.0,
                    now=lambda: 0.0,
                )
            tale.ended = "the end"
        except SLIPS:
            raise
        except TimeoutError:
            tale.ended = "still waiting"
        except Exception as error:
            if not api.asked:
                raise
            tale.ended = f"raised: {error}"
    tale.seconds = time.monotonic() - began
    tale.append(f"wrote {''.join(map(str, tale.wrote))!r}")
    tale += [
        f"waited {seconds if seconds is None else round(seconds, 3)} s" for seconds in tale.waits
    ]
    tale += [f"requests: {len(api.asked)}", *sketch(tale.messages)]
    tale.append(tale.ended.partition(":")[0])
    return tale


def telling(*replies: Reply) -> Callable[[Namespace], Any]:
    """A run that tells of a question to a service with these replies."""

    async def run(my: Namespace) -> object:
        return await tell(my, Service(*replies))

    return run


def requests(out: Outcome) -> int:
    """How many requests there were."""
    return len(out.returned.api.asked)


def raises(out: Outcome) -> bool:
    """Whether an error came out."""
    return bool(out.returned.ended.startswith("raised"))


# Mistakes in the shape of the function, which can show in any case
SHAPE = (
    Misconception(
        id="no-coroutine",
        matches=lambda out: mentions(out, NOT_AWAITABLE),
    ),
    Misconception(
        id="awaits-the-loop",
        about=(TypeError,),
        matches=lambda out: mentions(out, "'async_generator'", "async_generator can't be used"),
    ),
    Misconception(
        id="write-is-plain",
        about=(TypeError,),
        matches=lambda out: mentions(out, "NoneType can't be used in 'await'"),
    ),
)

REFUSED = Misconception(
    id="history-is-refused",
    matches=lambda out: bool(out.returned.api.refusals),
)


def case(
    name: str,
    why: str,
    run: Callable[[Namespace], Any],
    expected: Any,
    *mistakes: Misconception,
    code: str = "await answer(http, messages, tools, model=model, write=write, sleep=sleep)",
) -> Case:
    """A case that also knows the mistakes in shape."""
    return Case(name, why, code, run, expected, (*SHAPE, *mistakes, REFUSED))


NEVER_ASKS_AGAIN = Misconception(
    id="never-asks-again",
    matches=lambda out: raises(out) and requests(out) == 1,
)


HALF = (START, *text_block(0, "One", " two")[:3])
