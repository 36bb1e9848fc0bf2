"""Notebook 12: the parts put together, and a build that others can trust."""

import asyncio
import inspect
import json
import time
from collections.abc import Awaitable, Callable
from contextlib import redirect_stdout, suppress
from copy import deepcopy
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import httpx

from helpers.lessons.checking.part import Case, Misconception, Namespace, Outcome, Part
from helpers.lessons.common.fake_api import (
    BASE_URL,
    START,
    WHOLE,
    Body,
    Then,
    api_error,
    block,
    wire,
)
from helpers.lessons.common.outcomes import SLIPS, mentions
from helpers.lessons.nb05_agent_loop.exercises import (
    ANSWER,
    ASK,
    MODEL,
    ONE_CALL,
    PATIENCE,
    READING,
    Event,
    Message,
    sketch,
    weather,
)
from helpers.lessons.nb07_retries_and_timeouts.retry_reference import ATTEMPTS
from helpers.mock.errors import ApiError
from helpers.mock.rules import check_request

__all__ = ["FINISHED", "PARTS"]

NOTEBOOK = "12_submit_your_build"
# A session with the course's own build, to be looked at before one has a build.
FINISHED = Path(__file__).with_name("finished.cast")

STUB = '''\
import asyncio
import random
import time
from contextlib import aclosing, asynccontextmanager


@asynccontextmanager
async def noted(http, responses):
    """Append each response of a client to a list, as long as the block lasts."""

    async def note(response):
        responses.append(response)

    http.event_hooks["response"].append(note)
    try:
        yield
    finally:
        http.event_hooks["response"].remove(note)


async def answer(
    http,
    messages,
    tools,
    *,
    model,
    write,
    sleep=asyncio.sleep,
    chance=random.random,
    now=time.time,
):
    """Answer the last of `messages`; `write` gets each piece of text as it comes.

    A request that failed is sent again, once `sleep` has waited as long as your
    `seconds_to_wait` says; `chance()` and `now()` are for it. If that says None, the error
    comes out. What broke off after text was shown isn't asked for again: it stays in
    `messages`, and the model is asked to go on from there.
    An error of `write` comes out at once: nobody reads any more.
    """
    ...
'''


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


class Service(httpx.AsyncBaseTransport):
    """An API without a network that has its troubles; it judges each request as the real one.

    Args:
        replies: what each request gets; the last one is given again and again.
        before: awaited before each chunk.
    """

    def __init__(
        self, *replies: Reply, before: Callable[[bytes], Awaitable[None]] | None = None
    ) -> None:
        self.asked: list[Event] = []
        self.bodies: list[Body] = []
        self.refusals: list[str] = []
        self._replies = replies
        self._before = before

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer as the API would."""
        sent = json.loads(await request.aread())
        self.asked.append(sent)
        if len(self.asked) > MOST_REQUESTS:
            return _refused(Busy(400, "invalid_request_error", "This is enough."))
        try:
            check_request(sent)
        except ApiError as error:
            self.refusals.append(error.message)
            return _refused(Busy(error.status, error.type, error.message))
        match self._replies[min(len(self.asked), len(self._replies)) - 1]:
            case Busy() as busy:
                return _refused(busy)
            case Broken(events=()):
                raise httpx.ConnectError("connection refused")
            case Broken(events, then):
                body = Body(wire(events), then, self._before)
            case events:
                body = Body(wire(events), "close", self._before)
        self.bodies.append(body)
        headers = {"content-type": "text/event-stream; charset=utf-8"}
        return httpx.Response(200, headers=headers, stream=body)

    def client(self) -> httpx.AsyncClient:
        """A client whose requests all come here."""
        return httpx.AsyncClient(transport=self, base_url=BASE_URL)


def _refused(busy: Busy) -> httpx.Response:
    body = api_error(busy.type, busy.message)
    return httpx.Response(busy.status, headers=dict(busy.headers), json=body)


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
        looks_like="a function that nobody can await: a `yield` makes it a generator, and without "
        "`async` it can't wait",
        try_next="Write `async def answer(…)` without a `yield`: text leaves it through `write`.",
        matches=lambda out: mentions(out, NOT_AWAITABLE),
    ),
    Misconception(
        id="awaits-the-loop",
        looks_like="`run_agent(…)` awaited, or looped over plainly: it is an async generator",
        try_next="Write `async for event in run_agent(…):`, best inside `async with aclosing(…)`.",
        matches=lambda out: mentions(out, "'async_generator'", "async_generator can't be used"),
    ),
    Misconception(
        id="write-is-plain",
        looks_like="an `await` in front of `write`, which is a plain function",
        try_next="Call it: `write(text)`.",
        matches=lambda out: mentions(out, "NoneType can't be used in 'await'"),
    ),
)

REFUSED = Misconception(
    id="history-is-refused",
    looks_like="a conversation that the API refuses: something stands in it that was never "
    "finished, or in a wrong place",
    try_next="Pass what broke off through your `kept` with no answered calls, and leave "
    "whole turns to `run_agent`, which puts them into `messages` itself.",
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
    looks_like="an error that comes out at once, where asking again could have helped",
    try_next="Catch it, ask your `seconds_to_wait`, and raise it only if that says None.",
    matches=lambda out: raised(out) and requests(out) == 1,
)
SWALLOWS = Misconception(
    id="swallows-the-error",
    looks_like="an error that ends in silence: whoever asked takes no answer for an empty one",
    try_next="When `seconds_to_wait` says None, `raise` in the `except` lets the error out.",
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
            looks_like="text that is printed: this function may stand behind a page, a bot or a "
            "test",
            try_next="Give each piece to `write`.",
            matches=lambda out: bool(out.printed) and not out.returned.wrote,
        ),
        Misconception(
            id="writes-nothing",
            looks_like="an answer that nobody gets to see",
            try_next="Look for events of type content_block_delta whose delta has a `text`, and "
            "give that to `write`.",
            matches=lambda out: not out.returned.wrote,
        ),
        Misconception(
            id="answer-not-kept",
            looks_like="an answer that didn't enter the caller's `messages`: the next question "
            "would be asked without it",
            try_next="Pass the list itself on to `run_agent`, not a copy, and read it to its end: "
            "a turn enters once it is whole.",
            matches=lambda out: len(out.returned.messages) == 1,
        ),
        Misconception(
            id="adds-the-answer-again",
            looks_like="an answer that stands in `messages` twice: `run_agent` has put it there "
            "already",
            try_next="Append to `messages` only what broke off.",
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
            looks_like="text that is collected while it comes, and written at the end: the whole "
            "course was about not doing this",
            try_next="Call `write(text)` inside the loop over the events.",
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
            looks_like="one assembler for several turns: to it, the second message_start is an "
            "error, and nothing was wrong",
            try_next="Make a new one when a tool_result comes: its turn is over.",
            matches=lambda out: bool(out.returned.waits) or "message" in out.returned.ended,
        ),
        Misconception(
            id="stops-at-the-tools",
            looks_like="a loop that is left when the tools are done: the model has yet to hear of "
            "their results",
            try_next="Read `run_agent` to its end: it ends when the answer does.",
            matches=lambda out: len(out.returned.messages) < 4,
        ),
    ),
)


# Before any text

ASKS_AT_ONCE = Misconception(
    id="asks-again-at-once",
    looks_like="a request that is sent again without a wait: a service in trouble gets more of it",
    try_next="`await sleep(seconds)` with what `seconds_to_wait` said.",
    matches=lambda out: not out.returned.waits and requests(out) > 1 and out.returned.seconds < 0.3,
)
SLEEPS_ITSELF = Misconception(
    id="sleeps-itself",
    looks_like="a wait that goes by a clock of its own: the check had to sit through it",
    try_next="Wait with the `sleep` that you were given: `await sleep(seconds)`.",
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
            looks_like="a status of 200 taken for success",
            try_next="Catch whatever comes out of `run_agent`, and let `seconds_to_wait` decide.",
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
            looks_like="a response that is looked up where none came",
            try_next="While the list of `noted` is empty, the status is 0 and the headers are {}.",
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
            looks_like="a guess, where the server has said when to come back",
            try_next="Give `seconds_to_wait` the headers of the last response: `noted` collects "
            "them.",
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
            looks_like="attempts that nobody counts: each wait is the first",
            try_next="Add one to the attempt that `seconds_to_wait` is given, after each failure.",
            matches=lambda out: out.returned.waits == [0.5, 0.5],
        ),
        Misconception(
            id="asks-again-once",
            looks_like="a second chance, and no third",
            try_next="Put it all into a `while True:`; `seconds_to_wait` says when it is enough.",
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
            looks_like="a None of `seconds_to_wait` that is taken for a wait",
            try_next="None means to give up: `raise`, inside the `except`.",
            matches=lambda out: None in out.returned.waits or mentions(out, "NoneType"),
        ),
        Misconception(
            id="forgets-the-status",
            looks_like="a refusal taken for a lost connection: its status got lost on the way",
            try_next="Give `seconds_to_wait` the status of the last response; 0 only if none came.",
            matches=lambda out: requests(out) == ATTEMPTS,
        ),
        Misconception(
            id="asks-again-whatever",
            looks_like="a wrong request sent again and again",
            try_next="Let `seconds_to_wait` decide: None means that it is over.",
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
            looks_like="attempts without end",
            try_next="Let the error out when `seconds_to_wait` says None.",
            matches=lambda out: requests(out) > ATTEMPTS,
        ),
        Misconception(
            id="gives-up-early",
            looks_like="a bound of its own, below the one in `seconds_to_wait`",
            try_next="Leave the counting to it: `while True:`, and None ends it.",
            matches=lambda out: requests(out) < ATTEMPTS,
        ),
    ),
)


# After text was shown

HALF = (START, *block("One", " two")[:3])
# Text, and a call whose input stops in the middle.
HALF_A_CALL = tuple(ONE_CALL[:6])
REST = [START, *block(" three."), *WHOLE[-2:]]

SHOWS_TWICE = Misconception(
    id="shows-text-twice",
    looks_like="an answer that begins anew behind the half of the first: the same request was sent "
    "once more",
    try_next="Keep what was shown: append the half that came as an assistant's message, then your "
    "`continuation` of it, and ask with these.",
    matches=lambda out: len(newest(out)) == 1,
)
GIVES_UP_AFTER_TEXT = Misconception(
    id="gives-up-after-text",
    looks_like="half an answer, and an error: the rest could still have come",
    try_next="`text_shown` is about asking for the same text again. Where you only ask for the "
    "rest, it is False.",
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
            looks_like="a request to go on, without what there is to go on from",
            try_next="Two messages go into the list: the half that came, as the assistant's, and "
            "your `continuation`.",
            matches=lambda out: not any(message["role"] == "assistant" for message in newest(out)),
        ),
        Misconception(
            id="puts-words-in-its-mouth",
            looks_like="half an answer as the last message, for the model to complete: many models "
            "refuse that",
            try_next="Behind the half that came, append your `continuation`: it asks in words.",
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
            looks_like="a call in the history that was never finished",
            try_next="Pass the half through your `kept`, with no answered calls.",
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
            looks_like="a whole turn taken for one that broke off: it stands in the history twice, "
            "and the model is asked to go on with a text that it had finished",
            try_next="A tool_result says that its turn is in `messages`: from there on, nothing of "
            "the next one was shown.",
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
            looks_like="one count of attempts for all turns: a long run uses them up",
            try_next="Start with 1 again when a turn has come whole.",
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
    with redirect_stdout(StringIO()) as printed:
        await tell(my, Service(Busy(), ONE_CALL, ANSWER))
    return printed.getvalue()


GONE = (
    case(
        "stopped in mid-sentence",
        "Ctrl-C arrives as a cancellation; the bill stops when the socket closes.",
        stopped,
        ["cancelled", "requests: 1", "socket closed"],
        Misconception(
            id="swallows-cancellation",
            looks_like="a cancellation taken for one more failure: whoever pressed Stop gets a "
            "retry",
            try_next="`except Exception` lets it pass; `except BaseException` and a bare `except` "
            "don't.",
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
            looks_like="an error of `write` taken for one of the API: the answer is asked for "
            "again, for nobody",
            try_next="Let BrokenPipeError out before you come to `except Exception`; your own "
            "slips (TypeError, NameError, …) belong there, too.",
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
            looks_like="a `print` that was left in",
            try_next="Take it out.",
            matches=lambda out: bool(out.returned),
        ),
    ),
)


MAIN = Part(
    id="main",
    title="One answer, whatever breaks on the way",
    notebook=NOTEBOOK,
    minutes=20,
    difficulty="medium",
    teaches="You can put a stream, tools, retries and recovery together to one answer.",
    stub=STUB,
    reference=Path(__file__).with_name("main_reference.py"),
    cases=(*SMOOTH, *BEFORE_TEXT, *AFTER_TEXT, *GONE),
    hints=(
        "A `while True:` around a `try`. Inside the `try`, `async for` over `run_agent`, each text "
        "to `write`, each other event to a `MessageAssembler`, and `return` at the end. In the "
        "`except`: `seconds_to_wait`, and `raise` if it says None. Behind it: what to keep, one "
        "more attempt, and the wait.",
        "Before each attempt: a fresh assembler, `shown = ''`, and an empty list for `noted(http, "
        "came)`. At each tool_result these start anew, and so does the count: that turn is in "
        "`messages` already. After a failure with text on the screen, append "
        "`{'role': 'assistant', 'content': kept(turn.message['content'], ())}` and "
        "`continuation(shown)`; then the same text is asked for by nobody, so `text_shown` is "
        "False. The status is `came[-1].status_code`, or 0 if the list is empty.",
        "One way to write it:",
    ),
    module=__name__,
    needs=("sse", "text", "message", "dispatch", "loop", "recovery", "retry"),
)

PARTS = (MAIN,)
