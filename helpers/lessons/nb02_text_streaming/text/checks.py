"""What is tried with `text`, and what its mistakes are recognised by."""

import asyncio
import inspect
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from copy import deepcopy
from functools import partial
from typing import Any

import httpx

from helpers.lessons.checking.case import Case, Misconception, Namespace, Outcome
from helpers.lessons.common.cases import case_with
from helpers.lessons.common.events import (
    END,
    NEW,
    PIECES,
    PING,
    START,
    WHOLE,
    Event,
    api_error,
    delta,
    text_block,
    typed,
    wire,
)
from helpers.lessons.common.fake_api import BASE_URL, Body, Server
from helpers.lessons.common.outcomes import SLIPS, mentions, printed_by

__all__ = ["CASES"]

REQUEST = {
    "model": "offline-mock",
    "max_tokens": 64,
    "messages": [{"role": "user", "content": "Count to three."}],
}

# An answer that is over is over at once; this leaves time to tidy up, in seconds. It is
# less than a case may take, so that a wait is seen for what it is.
PATIENCE = 1.2
# How long the server waits for a piece to be passed on before it sends the next, in seconds.
READING = 0.2


HALF = WHOLE[:3]  # up to the first piece


# What is tried with the learner's functions

NOT_A_CONTEXT_MANAGER = "`async with` takes no"


def opened(
    my: Namespace, http: httpx.AsyncClient, request: Event
) -> AbstractAsyncContextManager[Any]:
    """What open_stream returns, if `async with` takes it."""
    stream: AbstractAsyncContextManager[Any] = my.open_stream(http, request)
    if hasattr(type(stream), "__aenter__"):
        return stream
    if inspect.iscoroutine(stream):
        stream.close()
    raise TypeError(f"{NOT_A_CONTEXT_MANAGER} {type(stream).__name__}")


async def story(my: Namespace, server: Server) -> list[str]:
    """Read an answer from one end to the other; tell its text and how it ended."""
    told: list[str] = []
    async with server.client() as http:
        try:
            async with asyncio.timeout(PATIENCE):
                async with opened(my, http, deepcopy(REQUEST)) as events:
                    async for event in events:
                        match event:
                            case {"delta": {"type": "text_delta", "text": text}}:
                                told.append(f"text: {text}")
            told.append("the end")
        except SLIPS:
            raise
        except TimeoutError:
            told.append("still waiting")
        except Exception as error:
            if "generator didn't yield" in str(error):
                raise
            told.append(f"raised {type(error).__name__}: {words_of(error)}")
        told.append(server.socket)
    return told


def words_of(error: BaseException) -> str:
    """All that an exception says, wherever it keeps it."""
    words = [str(error), *getattr(error, "__notes__", ())]
    kept = [str(value) for value in vars(error).values() if isinstance(value, str | dict)]
    words += [word for word in kept if word not in words[0]]
    words += [words_of(inner) for inner in getattr(error, "exceptions", ())]
    return "; ".join(word for word in words if word)


def says(*words: str) -> Callable[[Any, Any], bool]:
    """Whether a story is as expected and its exception holds one of these words."""

    def same(told: Any, expected: Any) -> bool:
        *texts, end, socket = told
        return bool(
            [*texts, socket] == [*expected[:-2], expected[-1]]
            and end.startswith("raised ")
            and any(word in end for word in words)
        )

    return same


def ending(outcome: Outcome) -> str:
    """How a story ended."""
    return str(outcome.returned[-2])


def left_open(outcome: Outcome) -> bool:
    """Whether a connection outlived its use."""
    return bool(outcome.returned[-1] == "socket still open")


# Mistakes in the shape of the two functions, which can show in any case
SHAPE = (
    Misconception(
        id="no-context-manager",
        matches=lambda out: mentions(out, NOT_A_CONTEXT_MANAGER),
    ),
    Misconception(
        id="yields-events-itself",
        matches=lambda out: mentions(out, "got dict", "generator didn't stop"),
    ),
    Misconception(
        id="no-yield",
        matches=lambda out: mentions(out, "is not an async iterator", "generator didn't yield"),
    ),
    Misconception(
        id="missing-await",
        matches=lambda out: mentions(out, "'coroutine' object has no attribute"),
    ),
    Misconception(
        id="missing-async",
        matches=lambda out: mentions(
            out,
            "does not support the context manager protocol",
            "'async_generator' object is not iterable",
            "'async_generator' object is not an iterator",
        ),
    ),
    Misconception(
        id="stream-not-entered",
        matches=lambda out: mentions(out, "_AsyncGeneratorContextManager"),
    ),
    Misconception(
        id="feeds-text",
        matches=lambda out: isinstance(out.error, TypeError) and mentions(out, "bytes"),
    ),
)

LEAVES_OPEN = Misconception(
    id="leaves-socket-open",
    matches=left_open,
)
CHUNK_IS_EVENT = Misconception(
    id="chunk-is-an-event",
    matches=lambda out: isinstance(out.error, ValueError) or isinstance(out.returned, list),
)
FILTERS = Misconception(
    id="filters-events",
    matches=lambda out: bool(out.returned) and all(it in out.expected for it in out.returned),
)


case = partial(case_with, SHAPE)


# The request


async def ask(my: Namespace) -> object:
    """Return what the server was asked, whatever came of it."""
    server = Server(Body(wire(WHOLE)))
    with suppress(Exception):
        await story(my, server)
    if server.asked:
        return server.asked[0]
    return await story(my, server)


async def keep_request(my: Namespace) -> object:
    """Return the caller's request after it was sent."""
    request = deepcopy(REQUEST)
    async with Server(Body(wire(WHOLE))).client() as http:
        async with opened(my, http, request) as events:
            async for _ in events:
                pass
    return request


REQUEST_CASES = (
    case(
        "asks for a stream",
        "Without `stream: true` the API answers once, at the end.",
        "async with open_stream(http, request): pass",
        ask,
        ("POST", f"{BASE_URL}/v1/messages", {**REQUEST, "stream": True}),
        Misconception(
            id="another-address",
            matches=lambda out: (
                isinstance(out.returned, tuple) and out.returned[:2] != out.expected[:2]
            ),
        ),
        Misconception(
            id="not-json",
            matches=lambda out: not isinstance(out.returned[2], dict),
        ),
        Misconception(
            id="no-stream-flag",
            matches=lambda out: out.returned[2].get("stream") is not True,
        ),
    ),
    case(
        "leaves your request as it is",
        "The same dict is sent again in the next turn, or by a retry, or by another task.",
        "async with open_stream(http, request) as events: …; request",
        keep_request,
        REQUEST,
        Misconception(
            id="changes-request",
            matches=lambda out: out.returned != out.expected,
        ),
    ),
)


# The events


def reading(events: Sequence[Event]) -> Callable[[Namespace], Any]:
    """A run that collects what open_stream gives."""

    async def run(my: Namespace) -> object:
        async with Server(Body(wire(events))).client() as http:
            async with opened(my, http, deepcopy(REQUEST)) as stream:
                return [event async for event in stream]

    return run


WITH_UNKNOWN = [*WHOLE[:2], PING, *WHOLE[2:4], NEW, *WHOLE[4:]]
LISTING = "async with open_stream(http, request) as events: [event async for event in events]"

EVENT_CASES = (
    case(
        "every event, as a dict",
        "The stages after this one need them all: starts, deltas, stops, usage.",
        LISTING,
        reading(WHOLE),
        WHOLE,
        Misconception(
            id="not-parsed",
            matches=lambda out: bool(out.returned) and not isinstance(out.returned[0], dict),
        ),
        FILTERS,
        CHUNK_IS_EVENT,
    ),
    case(
        "a ping, and a type from next year",
        "Pings come at any time, and the API's documentation says that new types will, too.",
        LISTING,
        reading(WITH_UNKNOWN),
        WITH_UNKNOWN,
        Misconception(
            id="rejects-unknown",
            matches=lambda out: out.error is not None,
        ),
        FILTERS,
    ),
)


# The text


async def race(my: Namespace) -> object:
    """Tell in which order pieces arrive and are given; the server waits for its reader."""
    told: list[str] = []
    given = asyncio.Event()

    async def before(chunk: bytes) -> None:
        for piece in PIECES:
            if f'"text":"{piece}"'.encode() in chunk:
                if told:
                    with suppress(TimeoutError):
                        await asyncio.wait_for(given.wait(), READING)
                given.clear()
                told.append(f"arrived: {piece}")

    async with Server(Body(wire(WHOLE), before=before)).client() as http:
        async with opened(my, http, deepcopy(REQUEST)) as events:
            pieces = my.stream_text(events)
            if inspect.iscoroutine(pieces):  # an `async def` without a `yield`
                whole = await pieces
                return told if whole is None else whole
            async for piece in pieces:
                told.append(f"given: {piece}")
                given.set()
    return told


def picking(events: Sequence[Event]) -> Callable[[Namespace], Any]:
    """A run that collects what stream_text picks; an empty piece is no news."""

    async def given() -> AsyncIterator[Event]:
        for event in deepcopy(events):
            yield event

    async def run(my: Namespace) -> object:
        return [piece async for piece in my.stream_text(given()) if piece != ""]

    return run


def receiving(chunks: Sequence[bytes], compresses: bool = False) -> Callable[[Namespace], Any]:
    """A run that joins what both functions make of these chunks."""

    async def run(my: Namespace) -> object:
        server = Server(Body(chunks), compresses=compresses)
        async with server.client() as http:
            async with opened(my, http, deepcopy(REQUEST)) as events:
                return "".join([piece async for piece in my.stream_text(events)])

    return run


OTHER_DELTAS = [
    START,
    delta(0, {"type": "thinking_delta", "thinking": "Easy."}),
    delta(0, {"type": "signature_delta", "signature": "EqQBCgIYAhIM"}),
    delta(1, {"type": "citations_delta", "citation": {"type": "char_location"}}),
    *text_block(1, "One", " two"),
    typed(2, '{"up_to": 3}'),
    *END,
]
TWO_BLOCKS = [
    START,
    *text_block(0, "One", "", " two"),
    *text_block(1, " three"),
    *END,
]
EMOJI = "¡Uno, dos, tres! 👋🏽"
SEPARATORS = "One\u2028two\u2029three\x85"
JOINING = '"".join([piece async for piece in stream_text(events)])'

TEXT_CASES = (
    case(
        "each piece at once",
        "The time to the first token is the wait that a reader feels.",
        "async for piece in stream_text(events): …",
        race,
        [f"{who}: {piece}" for piece in PIECES for who in ("arrived", "given")],
        Misconception(
            id="prints-text",
            matches=lambda out: "One" in out.printed and "given: One" not in out.returned,
        ),
        Misconception(
            id="returns-text",
            matches=lambda out: "arrived: One" not in out.returned,
        ),
        Misconception(
            id="waits-for-all",
            matches=lambda out: out.returned[1].startswith("arrived"),
        ),
    ),
    case(
        "deltas that are no text",
        "Thinking, signatures, citations and tool input come as deltas, too.",
        "[piece async for piece in stream_text(events)]",
        picking(OTHER_DELTAS),
        ["One", " two"],
        Misconception(
            id="every-delta-is-text",
            matches=lambda out: True,
        ),
    ),
    case(
        "two blocks, and an empty piece",
        "An answer goes on behind a tool call or a citation in a new block.",
        "[piece async for piece in stream_text(events)]",
        picking(TWO_BLOCKS),
        ["One", " two", " three"],
        Misconception(
            id="stops-early",
            matches=lambda out: out.returned == out.expected[: len(out.returned)],
        ),
    ),
    case(
        "one byte at a time",
        "A network may cut anywhere: a field, a number, a character.",
        JOINING,
        receiving([bytes([byte]) for byte in b"".join(wire([START, *text_block(0, EMOJI), *END]))]),
        EMOJI,
        CHUNK_IS_EVENT,
    ),
    case(
        "a line separator in the text",
        "JSON may hold U+2028 as it is, and people paste it out of documents.",
        JOINING,
        receiving(wire([START, *text_block(0, SEPARATORS), *END])),
        SEPARATORS,
        Misconception(
            id="reads-lines",
            matches=lambda out: True,
        ),
    ),
    case(
        "a compressed body",
        "A client offers gzip unless told otherwise, and servers take it up.",
        JOINING,
        receiving(wire(WHOLE), compresses=True),
        "".join(PIECES),
        Misconception(
            id="reads-raw",
            matches=lambda out: True,
        ),
    ),
)


# The ways out


class ReaderFailed(Exception):
    """What goes wrong in the reader's own code."""


async def leave_early(my: Namespace) -> object:
    """Break out after the first piece."""
    server = Server(Body(wire(HALF), then="wait"))
    told = []
    async with server.client() as http:
        async with opened(my, http, deepcopy(REQUEST)) as events:
            async for piece in my.stream_text(events):
                told.append(f"text: {piece}")
                break
        told.append(server.socket)
    return told


async def fail_inside(my: Namespace) -> object:
    """Raise in the block."""
    server = Server(Body(wire(HALF), then="wait"))
    told = []
    async with server.client() as http:
        try:
            async with opened(my, http, deepcopy(REQUEST)) as events:
                async for _ in events:
                    raise ReaderFailed
            told.append("no exception")
        except ReaderFailed:
            told.append("raised ReaderFailed")
        told.append(server.socket)
    return told


async def cancel(my: Namespace) -> object:
    """Cancel a reader that waits for the next piece."""
    server = Server(Body(wire(HALF), then="wait"))
    async with server.client() as http:

        async def read() -> None:
            async with opened(my, http, deepcopy(REQUEST)) as events:
                async for _ in events:
                    pass

        task = asyncio.create_task(read())
        silent = asyncio.create_task(server.body.silent.wait())
        await asyncio.wait({task, silent}, timeout=PATIENCE, return_when="FIRST_COMPLETED")
        silent.cancel()
        if task.done():
            await task
        task.cancel()
        await asyncio.wait({task}, timeout=READING)
        if not task.done():
            return ["cancelled, and still reading", server.socket]
        if not task.cancelled():
            return ["cancelled, and went on", server.socket]
        return ["cancelled", server.socket]


NO_FINALLY = Misconception(
    id="no-finally",
    matches=left_open,
)

WAYS_OUT = (
    case(
        "break",
        "The reader pressed Stop, and pays for every token that is still written.",
        "async for piece in stream_text(events): break",
        leave_early,
        ["text: One", "socket closed"],
        LEAVES_OPEN,
    ),
    case(
        "an exception in the block",
        "The reader's own code fails in the middle, say while it saves a piece.",
        "async for event in events: raise ReaderFailed",
        fail_inside,
        ["raised ReaderFailed", "socket closed"],
        NO_FINALLY,
        Misconception(
            id="swallows-the-readers-error",
            matches=lambda out: out.returned[0] == "no exception",
        ),
    ),
    case(
        "cancelled while it waits",
        "A web server cancels its task when the browser goes away.",
        "task.cancel()",
        cancel,
        ["cancelled", "socket closed"],
        Misconception(
            id="swallows-cancellation",
            matches=lambda out: bool(out.timed_out) or out.returned[0] != "cancelled",
        ),
        NO_FINALLY,
    ),
)


# The ends


def telling(server: Callable[[], Server]) -> Callable[[Namespace], Any]:
    """A run that tells the story of one answer."""

    async def run(my: Namespace) -> object:
        return await story(my, server())

    return run


def refused(status: int, type: str, message: str, why: str) -> Case:
    """A case with an HTTP error."""
    body = json.dumps(api_error(type, message)).encode()
    return case(
        f"HTTP {status} in place of a stream",
        why,
        "async with open_stream(http, request) as events: …",
        telling(lambda: Server(Body([body]), status=status)),
        [f"raised an exception that says: {type}", "socket closed"],
        Misconception(
            id="error-body-not-read",
            matches=lambda out: isinstance(out.error, httpx.ResponseNotRead),
        ),
        LEAVES_OPEN,
        Misconception(
            id="only-the-status",
            matches=lambda out: ending(out).startswith("raised") and str(status) in ending(out),
        ),
        Misconception(
            id="ignores-status",
            matches=lambda out: out.error is None,
        ),
        same=says(type, message),
    )


ENDINGS = (
    case(
        "message_stop, and the body stays open",
        "Behind a proxy the end of the body can come late, or never.",
        LISTING,
        telling(lambda: Server(Body(wire(WHOLE), then="wait"))),
        ["text: One", "text:  two", "text:  three", "the end", "socket closed"],
        Misconception(
            id="waits-after-the-end",
            matches=lambda out: bool(out.timed_out) or "still waiting" in ending(out),
        ),
        LEAVES_OPEN,
    ),
    case(
        "the connection breaks",
        "A laptop is closed, a train enters a tunnel, a server restarts.",
        LISTING,
        telling(lambda: Server(Body(wire(HALF), then="reset"))),
        ["text: One", "raised an exception", "socket closed"],
        LEAVES_OPEN,
        Misconception(
            id="swallows-errors",
            matches=lambda out: ending(out) == "the end",
        ),
        same=says(""),
    ),
    refused(
        429,
        "rate_limit_error",
        "This request would exceed your rate limit of 50 requests a minute.",
        "Limits are met every day, and the answer says which one and for how long.",
    ),
    refused(529, "overloaded_error", "Overloaded", "A busy API refuses before it starts."),
    case(
        "an error event after the 200",
        "The status line was sent before anybody knew. Text that came before it counts.",
        LISTING,
        telling(lambda: Server(Body(wire([*HALF, api_error("overloaded_error", "Overloaded")])))),
        ["text: One", "raised an exception that says: overloaded_error", "socket closed"],
        LEAVES_OPEN,
        Misconception(
            id="ignores-error-event",
            matches=lambda out: ending(out) == "the end",
        ),
        Misconception(
            id="loses-the-reason",
            matches=lambda out: ending(out).startswith("raised"),
        ),
        same=says("overloaded_error", "Overloaded"),
    ),
    case(
        "a clean end in mid-answer",
        "A proxy that times out closes politely; the bytes end, the message doesn't.",
        LISTING,
        telling(lambda: Server(Body(wire(HALF)))),
        ["text: One", "raised an exception that says: incomplete", "socket closed"],
        LEAVES_OPEN,
        Misconception(
            id="end-of-bytes-is-success",
            matches=lambda out: ending(out) == "the end",
        ),
        same=says(""),
    ),
)


# And nothing else


async def read_aloud(my: Namespace) -> object:
    """Return what reading an answer prints."""
    return await printed_by(receiving(wire(WHOLE))(my))


QUIET = case(
    "quiet",
    "What it prints would stand in the middle of somebody's page.",
    JOINING,
    read_aloud,
    "",
    Misconception(
        id="prints-too",
        matches=lambda out: bool(out.returned),
    ),
)


CASES = (*REQUEST_CASES, *EVENT_CASES, *TEXT_CASES, *WAYS_OUT, *ENDINGS, QUIET)
