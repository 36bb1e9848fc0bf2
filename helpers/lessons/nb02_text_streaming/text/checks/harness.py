"""How `text` is tried, and the mistakes that several of its cases know."""

import asyncio
import inspect
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from copy import deepcopy
from functools import partial
from typing import Any

import httpx

from helpers.lessons.checking.case import Misconception, Namespace, Outcome
from helpers.lessons.common.cases import case_with
from helpers.lessons.common.events import WHOLE, Event
from helpers.lessons.common.fake_api import Body, Server
from helpers.lessons.common.outcomes import SLIPS, mentions

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


def require_context(
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
                async with require_context(my, http, deepcopy(REQUEST)) as events:
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


def leaves_open(outcome: Outcome) -> bool:
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
        id="gives-the-response",
        matches=lambda out: mentions(out, "got Response"),
    ),
    Misconception(
        id="yields-after-the-block",
        matches=lambda out: isinstance(out.error, httpx.StreamClosed),
    ),
    Misconception(
        id="parses-the-event",
        about=(TypeError,),
        matches=lambda out: mentions(out, "JSON object must be", "not ServerSentEvent"),
    ),
    Misconception(
        id="no-yield",
        matches=lambda out: mentions(out, "is not an async iterator", "generator didn't yield"),
    ),
    Misconception(
        id="missing-await",
        about=(AttributeError,),
        matches=lambda out: mentions(out, "'coroutine' object has no attribute"),
    ),
    Misconception(
        id="missing-async",
        about=(
            TypeError,
            "plain-def-under-async-decorator",
        ),
        matches=lambda out: mentions(
            out,
            "does not support the context manager protocol",
            "'async_generator' object is not iterable",
            "'async_generator' object is not an iterator",
        ),
    ),
    Misconception(
        id="stream-not-entered",
        about=(TypeError,),
        matches=lambda out: mentions(out, "_AsyncGeneratorContextManager"),
    ),
    Misconception(
        id="feeds-text",
        about=(TypeError,),
        matches=lambda out: mentions(out, "bytes") and not mentions(out, "JSON object"),
    ),
)

LEAVES_OPEN = Misconception(
    id="leaves-socket-open",
    matches=leaves_open,
)
CHUNK_IS_EVENT = Misconception(
    id="chunk-is-an-event",
    matches=lambda out: isinstance(out.error, ValueError) or isinstance(out.returned, list),
)


case = partial(case_with, SHAPE)
LISTING = "async with open_stream(http, request) as events: [event async for event in events]"


def receiving(chunks: Sequence[bytes], compresses: bool = False) -> Callable[[Namespace], Any]:
    """A run that joins what both functions make of these chunks."""

    async def run(my: Namespace) -> object:
        server = Server(Body(chunks), compresses=compresses)
        async with server.client() as http:
            async with require_context(my, http, deepcopy(REQUEST)) as events:
                return "".join([piece async for piece in my.stream_text(events)])

    return run


JOINING = '"".join([piece async for piece in stream_text(events)])'
