"""What is tried with `main`, and what its mistakes are recognised by."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import httpx

from helpers.lessons.checking.case import Case, Misconception, Namespace, Outcome
from helpers.lessons.common.conversation import (
    ANSWER,
    ASK,
    MODEL,
    ONE_CALL,
    PATIENCE,
    READING,
    sketch,
    weather,
)
from helpers.lessons.common.events import (
    START,
    WHOLE,
    Event,
    Message,
    api_error,
    text_block,
)
from helpers.lessons.common.fake_api import Then
from helpers.lessons.common.judging_api import JudgingAPI, error_response
from helpers.lessons.common.outcomes import SLIPS, mentions, printed_by
from helpers.lessons.nb07_retries_and_timeouts.retry.reference import ATTEMPTS

__all__ = ["CASES"]


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


class Tale(list[str]):
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


def awaited(my: Namespace, *args: Any, **more: Any) -> Awaitable[Any]:
    """Return what `answer` returns, if `await` takes it."""
    found = my.answer(*args, **{"model": MODEL, **more})
    if inspect.isawaitable(found):
        return found
    raise TypeError(f"{NOT_AWAITABLE} {type(found).__name__}")


async def tell(my: Namespace, api: Service) -> Tale:
    """Have a question answered, and tell it; waits take no time."""
    tale = Tale()
    tale.api, tale.messages, tale.wrote, tale.waits = api, deepcopy([ASK]), [], []

    async def sleep(seconds: float) -> None:
        tale.waits.append(seconds)
        await asyncio.sleep(0)

    began = time.monotonic()
    async with api.client() as http:
        try:
            async with asyncio.timeout(PATIENCE):
                await awaited(
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


def newest(out: Outcome, request: int = -1) -> list[Message]:
    """The messages that a request was made with."""
    found: list[Message] = out.returned.api.asked[request]["messages"]
    return found


def raised(out: Outcome) -> bool:
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
        matches=lambda out: mentions(out, "'async_generator'", "async_generator can't be used"),
    ),
    Misconception(
        id="write-is-plain",
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
    matches=lambda out: raised(out) and requests(out) == 1,
)
SWALLOWS = Misconception(
    id="swallows-the-error",
    matches=lambda out: out.returned.ended == "the end" and not out.returned.wrote,
)


# Nothing breaks


async def overtaken(my: Namespace) -> object:
    """Tell how much was written by the time that the server sends each further piece."""
    wrote: list[str] = []
    came = asyncio.Event()

    def write(text: str) -> None:
        wrote.append(text)
        came.set()

    in_time = []

    async def before(chunk: bytes) -> None:
        if b'"text":" t' in chunk or b"message_stop" in chunk:
            with suppress(TimeoutError):
                await asyncio.wait_for(came.wait(), READING)
            in_time.append("".join(wrote))
            came.clear()

    async with Service(WHOLE, before=before).client() as http:
        await awaited(my, http, deepcopy([ASK]), [], write=write)
    return in_time


SMOOTH = (
    case(
        "an answer",
        "Most of the time, nothing breaks.",
        telling(ANSWER),
        ["wrote 'Take water.'", "requests: 1", "user: text", "assistant: text", "the end"],
        Misconception(
            id="prints-it",
            matches=lambda out: bool(out.printed) and not out.returned.wrote,
        ),
        Misconception(
            id="writes-nothing",
            matches=lambda out: not out.returned.wrote,
        ),
        Misconception(
            id="answer-not-kept",
            matches=lambda out: len(out.returned.messages) == 1,
        ),
        Misconception(
            id="adds-the-answer-again",
            matches=lambda out: len(out.returned.messages) > 2,
        ),
    ),
    case(
        "each piece as it comes",
        "A person waits for the first word.",
        overtaken,
        ["One", "One two", "One two three"],
        Misconception(
            id="writes-at-the-end",
            matches=lambda out: out.returned[0] == "",
        ),
    ),
    case(
        "a call, and what comes of it",
        "An agent is a loop: its first turn is rarely its last.",
        telling(ONE_CALL, ANSWER),
        [
            "wrote 'Let me look.Take water.'",
            "requests: 2",
            "user: text",
            "assistant: text, call A",
            "user: result for A",
            "assistant: text",
            "the end",
        ],
        Misconception(
            id="one-assembler-for-all",
            matches=lambda out: bool(out.returned.waits) or "message" in out.returned.ended,
        ),
        Misconception(
            id="stops-at-the-tools",
            matches=lambda out: len(out.returned.messages) < 4,
        ),
    ),
)


# Before any text

ASKS_AT_ONCE = Misconception(
    id="asks-again-at-once",
    matches=lambda out: not out.returned.waits and requests(out) > 1 and out.returned.seconds < 0.3,
)
SLEEPS_ITSELF = Misconception(
    id="sleeps-itself",
    matches=lambda out: not out.returned.waits and out.returned.seconds >= 0.3,
)
ANSWERED_LATE = ["requests: 2", "user: text", "assistant: text", "the end"]
SLOW_DOWN = Busy(429, "rate_limit_error", "Slow down", (("retry-after", "20"),))
WRONG_KEY = Busy(401, "authentication_error", "invalid x-api-key")
INSIDE = [START, {"type": "ping"}, api_error("overloaded_error", "Overloaded")]

BEFORE_TEXT = (
    case(
        "busy for a moment",
        "The commonest failure of all: it is over before a person has noticed.",
        telling(Busy(), ANSWER),
        ["wrote 'Take water.'", "waited 0.5 s", *ANSWERED_LATE],
        NEVER_ASKS_AGAIN,
        SWALLOWS,
        ASKS_AT_ONCE,
        SLEEPS_ITSELF,
    ),
    case(
        "an overload inside the stream",
        "The status was sent before anybody knew.",
        telling(INSIDE, ANSWER),
        ["wrote 'Take water.'", "waited 0.5 s", *ANSWERED_LATE],
        NEVER_ASKS_AGAIN,
        Misconception(
            id="goes-by-the-status-alone",
            matches=lambda out: requests(out) == 1,
        ),
    ),
    case(
        "nobody listens",
        "A laptop wakes up before its network does.",
        telling(Broken(), ANSWER),
        ["wrote 'Take water.'", "waited 0.5 s", *ANSWERED_LATE],
        Misconception(
            id="expects-a-response",
            matches=lambda out: isinstance(out.error, LookupError | AttributeError | NameError),
        ),
        NEVER_ASKS_AGAIN,
    ),
    case(
        "the server says when",
        "It knows when there will be room; you can only guess.",
        telling(SLOW_DOWN, ANSWER),
        ["wrote 'Take water.'", "waited 20.0 s", *ANSWERED_LATE],
        Misconception(
            id="forgets-the-headers",
            matches=lambda out: out.returned.waits == [0.5],
        ),
    ),
    case(
        "busy twice",
        "Each time that it didn't help, it is more likely that it won't for a while.",
        telling(Busy(), Busy(), ANSWER),
        ["wrote 'Take water.'", "waited 0.5 s", "waited 1.0 s", "requests: 3", *ANSWERED_LATE[1:]],
        Misconception(
            id="never-counts",
            matches=lambda out: out.returned.waits == [0.5, 0.5],
        ),
        Misconception(
            id="asks-again-once",
            matches=raised,
        ),
    ),
    case(
        "a wrong key",
        "It is as wrong the seventh time; and the person wants to know.",
        telling(WRONG_KEY),
        ["wrote ''", "requests: 1", "user: text", "raised"],
        SWALLOWS,
        Misconception(
            id="sleeps-for-none",
            matches=lambda out: None in out.returned.waits or mentions(out, "NoneType"),
        ),
        Misconception(
            id="forgets-the-status",
            matches=lambda out: requests(out) == ATTEMPTS,
        ),
        Misconception(
            id="asks-again-whatever",
            matches=lambda out: requests(out) > 1,
        ),
    ),
    case(
        "busy for good",
        "Somebody is waiting, and somebody pays.",
        telling(Busy()),
        [
            "wrote ''",
            *(f"waited {seconds} s" for seconds in (0.5, 1.0, 2.0, 4.0, 8.0, 8.0)),
            "requests: 7",
            "user: text",
            "raised",
        ],
        SWALLOWS,
        Misconception(
            id="no-bound",
            matches=lambda out: requests(out) > ATTEMPTS,
        ),
        Misconception(
            id="gives-up-early",
            matches=lambda out: requests(out) < ATTEMPTS,
        ),
    ),
)


# After text was shown

HALF = (START, *text_block(0, "One", " two")[:3])
# Text, and a call whose input stops in the middle.
HALF_A_CALL = tuple(ONE_CALL[:6])
REST = [START, *text_block(0, " three."), *WHOLE[-2:]]

SHOWS_TWICE = Misconception(
    id="shows-text-twice",
    matches=lambda out: len(newest(out)) == 1,
)
GIVES_UP_AFTER_TEXT = Misconception(
    id="gives-up-after-text",
    matches=lambda out: raised(out) and requests(out) == 1,
)

AFTER_TEXT = (
    case(
        "broken off in mid-sentence",
        "A train goes into a tunnel.",
        telling(Broken(HALF), REST),
        [
            "wrote 'One two three.'",
            "waited 0.5 s",
            "requests: 2",
            "user: text",
            "assistant: text",
            "user: text",
            "assistant: text",
            "the end",
        ],
        GIVES_UP_AFTER_TEXT,
        SHOWS_TWICE,
        Misconception(
            id="forgets-what-was-shown",
            matches=lambda out: not any(message["role"] == "assistant" for message in newest(out)),
        ),
        Misconception(
            id="puts-words-in-its-mouth",
            matches=lambda out: newest(out)[-1]["role"] == "assistant",
        ),
    ),
    case(
        "a body that ends too early",
        "A proxy closed the connection politely; nothing looks broken.",
        telling(Broken(HALF, "close"), REST),
        [
            "wrote 'One two three.'",
            "waited 0.5 s",
            "requests: 2",
            "user: text",
            "assistant: text",
            "user: text",
            "assistant: text",
            "the end",
        ],
        GIVES_UP_AFTER_TEXT,
        SHOWS_TWICE,
    ),
    case(
        "broken off in mid-call",
        "The call never came whole: nobody has run it, so nobody can answer it.",
        telling(Broken(HALF_A_CALL), REST),
        [
            "wrote 'Let me look. three.'",
            "waited 0.5 s",
            "requests: 2",
            "user: text",
            "assistant: text",
            "user: text",
            "assistant: text",
            "the end",
        ],
        GIVES_UP_AFTER_TEXT,
        SHOWS_TWICE,
        Misconception(
            id="keeps-a-cut-call",
            matches=lambda out: "call" in str(out.returned),
        ),
    ),
    case(
        "the next turn doesn't come",
        "The first turn has come whole, and is in `messages` with its results.",
        telling(ONE_CALL, Busy(), ANSWER),
        [
            "wrote 'Let me look.Take water.'",
            "waited 0.5 s",
            "requests: 3",
            "user: text",
            "assistant: text, call A",
            "user: result for A",
            "assistant: text",
            "the end",
        ],
        NEVER_ASKS_AGAIN,
        Misconception(
            id="keeps-a-turn-twice",
            matches=lambda out: len(newest(out)) > 3,
        ),
    ),
    case(
        "busy in two turns",
        "An agent of thirty turns meets more than one busy moment.",
        telling(Busy(), ONE_CALL, Busy(), ANSWER),
        [
            "wrote 'Let me look.Take water.'",
            "waited 0.5 s",
            "waited 0.5 s",
            "requests: 4",
            "user: text",
            "assistant: text, call A",
            "user: result for A",
            "assistant: text",
            "the end",
        ],
        Misconception(
            id="one-count-for-all",
            matches=lambda out: out.returned.waits == [0.5, 1.0],
        ),
    ),
)


# Whoever asked has gone


async def stopped(my: Namespace) -> object:
    """Tell what is left of an answer that is stopped in the middle."""
    silent, messages = Broken(HALF, "wait"), deepcopy([ASK])
    api, wrote = Service(silent), asyncio.Event()
    ended = "ended as if nothing had happened"

    async def ask(http: httpx.AsyncClient) -> None:
        await awaited(my, http, messages, [], write=lambda _: wrote.set(), sleep=sleep)

    async def sleep(seconds: float) -> None:
        await asyncio.sleep(0)

    async with api.client() as http:
        task = asyncio.create_task(ask(http))
        waiting = asyncio.create_task(wrote.wait())
        await asyncio.wait({task, waiting}, timeout=PATIENCE / 2, return_when="FIRST_COMPLETED")
        waiting.cancel()
        task.cancel()
        await asyncio.wait({task}, timeout=READING)
        if not task.done():
            ended = "goes on"
            task.cancel()
        elif task.cancelled():
            ended = "cancelled"
        elif task.exception():
            raise task.exception() or RuntimeError
        closed = all(body.closed for body in api.bodies)
    return [
        ended,
        f"requests: {len(api.asked)}",
        "socket closed" if closed else "socket still open",
    ]


async def unread(my: Namespace) -> object:
    """Tell what becomes of an answer that nobody reads."""
    api = Service(WHOLE)

    def write(text: str) -> None:
        raise BrokenPipeError("nobody reads")

    async def sleep(seconds: float) -> None:
        await asyncio.sleep(0)

    ended = "the end"
    async with api.client() as http:
        try:
            async with asyncio.timeout(PATIENCE):
                await awaited(my, http, deepcopy([ASK]), [], write=write, sleep=sleep)
        except BrokenPipeError:
            ended = "BrokenPipeError"
    return [f"requests: {len(api.asked)}", ended]


async def read_aloud(my: Namespace) -> object:
    """Return what a run with a failure prints."""
    return await printed_by(tell(my, Service(Busy(), ONE_CALL, ANSWER)))


GONE = (
    case(
        "stopped in mid-sentence",
        "Ctrl-C arrives as a cancellation; the bill stops when the socket closes.",
        stopped,
        ["cancelled", "requests: 1", "socket closed"],
        Misconception(
            id="swallows-cancellation",
            matches=lambda out: out.returned[0] != "cancelled",
        ),
        code="task.cancel()",
    ),
    case(
        "nobody reads",
        "`python agent.py … | head -1`: from here on, every token is paid for nothing.",
        unread,
        ["requests: 1", "BrokenPipeError"],
        Misconception(
            id="asks-for-nobody",
            matches=lambda out: out.returned[0] != "requests: 1",
        ),
    ),
    case(
        "quiet",
        "What it prints would stand in the middle of somebody's page.",
        read_aloud,
        "",
        Misconception(
            id="prints-too",
            matches=lambda out: bool(out.returned),
        ),
    ),
)


CASES = (*SMOOTH, *BEFORE_TEXT, *AFTER_TEXT, *GONE)
