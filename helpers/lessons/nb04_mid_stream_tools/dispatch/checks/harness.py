"""How `dispatch` is tried, and the mistakes that several of its cases know."""

import asyncio
import inspect
import json
from collections.abc import Callable
from functools import partial
from typing import Any

from helpers.lessons.checking.case import Misconception, Namespace
from helpers.lessons.common.cases import case_with
from helpers.lessons.common.events import Block
from helpers.lessons.common.outcomes import mentions, words_of
from helpers.message import ToolCall
from helpers.tools import Tool, ToolError, tool

# What is awaited is there at once, unless a tool takes its time; in seconds. It is less
# than a case may take, so that a wait is seen for what it is.
PATIENCE = 1.2
# How long something that should happen at once is waited for, in seconds.
SOON = 0.25

IS_A_COROUTINE = "has to return at once, and gave a coroutine"
NOT_AWAITABLE = "can't be awaited"
NEVER_ENDED = "nothing came back within"


def call(index: int, name: str, given: Block | None, raw: str | None = None) -> ToolCall:
    """A call that is complete; ids are in no order, as in real life."""
    raw = json.dumps(given) if raw is None else raw
    return ToolCall(index, f"toolu_0{index % 3 + 1}", name, given, raw)


class Turn:
    """A learner's dispatcher at work, and what it tells."""

    def __init__(self, my: Namespace, *tools: Tool) -> None:
        self.told: list[Any] = []
        self.dispatcher = my.ToolDispatcher(list(tools), self.told.append)

    def start(self, *calls: ToolCall) -> None:
        """Start calls; nothing here may wait."""
        for one in calls:
            at_once("start(call)", self.dispatcher.start(one))

    def release(self) -> None:
        """Say that the reply is whole."""
        at_once("release()", self.dispatcher.release())

    async def results(self) -> Any:
        """Wait for the results, but not for ever."""
        return await patiently("results()", self.dispatcher.results())

    async def cancel(self) -> None:
        """Cancel, and wait for it, but not for ever."""
        await patiently("cancel()", self.dispatcher.cancel())

    async def finish(self, *calls: ToolCall) -> Any:
        """Have a whole turn."""
        self.start(*calls)
        self.release()
        return await self.results()


def at_once(what: str, given: object) -> None:
    """Refuse a coroutine."""
    if inspect.iscoroutine(given):
        given.close()
        raise TypeError(f"{what} {IS_A_COROUTINE}")


async def patiently(what: str, given: Any) -> Any:
    """Wait for something that should come."""
    if not inspect.isawaitable(given):
        raise TypeError(f"{what} gave a {type(given).__name__}, which {NOT_AWAITABLE}")
    task = asyncio.ensure_future(given)
    done, _ = await asyncio.wait({task}, timeout=PATIENCE)
    if not done:
        task.cancel()
        raise RuntimeError(f"{what}: {NEVER_ENDED} {PATIENCE:g} s")
    return task.result()


async def soon(condition: Callable[[], object]) -> bool:
    """Let everybody have a turn until a condition holds, or for a little while."""
    loop = asyncio.get_running_loop()  # its time, which a busy machine doesn't shorten
    end_of_patience = loop.time() + SOON
    while not condition():
        if loop.time() > end_of_patience:
            return False
        await asyncio.sleep(0.001)
    return True


def result(one: ToolCall, content: str, is_error: bool = False) -> Block:
    """A tool_result; of an error, the words that have to be in it."""
    block = {"type": "tool_result", "tool_use_id": one.id, "content": content}
    return {**block, "is_error": True} if is_error else block


def words(content: object) -> str:
    """The text of a result, however it is packed."""
    if isinstance(content, list):
        return "".join(part.get("text", "") for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else f"no text: {content!r}"


def same_results(returned: Any, expected: Any) -> bool:
    """Whether these are the results that the API and the model need."""
    is_list = isinstance(returned, list)
    return is_list and len(returned) == len(expected) and all(map(same_result, returned, expected))


def same_result(block: Block, expected: Block) -> bool:
    """Whether a result is the expected one, or an error that says what it has to say."""
    content = words(block.get("content"))
    failed = expected.get("is_error", False)
    return (
        {**block, "is_error": block.get("is_error", False), "content": ""}
        == {**expected, "is_error": failed, "content": ""}
    ) and (
        expected["content"].lower() in content.lower() if failed else content == expected["content"]
    )


def ids(blocks: Any) -> list[Any]:
    """Whom each result is for."""
    return [block["tool_use_id"] for block in blocks]


def errors(blocks: Any) -> list[bool]:
    """Which results are marked as errors."""
    return [bool(block.get("is_error")) for block in blocks]


# Mistakes in the shape of the methods, which can show in any case
SHAPE = (
    Misconception(
        id="start-is-async",
        matches=lambda out: mentions(out, IS_A_COROUTINE),
    ),
    Misconception(
        id="results-is-not-async",
        about=(
            TypeError,
            "missing-async",
        ),
        matches=lambda out: mentions(out, NOT_AWAITABLE),
    ),
    Misconception(
        id="runs-a-loop-in-the-loop",
        about=(TypeError,),
        matches=lambda out: any(
            sign in words_of(out)
            for sign in ("cannot be called from a running event loop", "is already running")
        ),
    ),
    Misconception(
        id="awaited-twice",
        matches=lambda out: mentions(out, "cannot reuse already awaited"),
    ),
    Misconception(
        id="async-in-a-thread",
        about=(TypeError,),
        matches=lambda out: any(
            sign in words_of(out) for sign in ("coroutine object", "type coroutine is not JSON")
        ),
    ),
    Misconception(
        id="awaits-a-plain-function",
        about=(TypeError,),
        matches=lambda out: "used in 'await'" in words_of(out),
    ),
)


case = partial(case_with, SHAPE)


@tool
async def get_weather(city: str, days: int = 1) -> str:
    """Tell the weather of a city."""
    await asyncio.sleep(0)
    return f"{city}: fine for {days} day{'s' * (days > 1)}"


LAGOS = call(1, "get_weather", {"city": "Lagos"})
OSLO = call(2, "get_weather", {"city": "Oslo"})


# Mistakes that show in more than one case
WAITS_FOR_NOTHING = Misconception(
    id="waits-for-nothing",
    matches=lambda out: isinstance(out.error, ValueError | TypeError),
)
CANCELS_OTHERS = Misconception(
    id="failure-cancels-others",
    matches=lambda out: (
        errors(out.returned) == [True, True] or isinstance(out.error, asyncio.CancelledError)
    ),
)
SHARED = Misconception(
    id="shared-between-dispatchers",
    about=(
        "class-level-state",
        "mutable-default",
    ),
    matches=lambda out: (
        isinstance(out.error, RuntimeError) if out.error else len(out.returned) > len(out.expected)
    ),
)


@tool
async def book_boat(name: str) -> str:
    """Book a boat."""
    await asyncio.sleep(0)
    raise ToolError("no boat goes today")


GIVES_NONE = Misconception(
    id="failure-gives-none",
    matches=lambda out: None in out.returned,
)
BOAT = call(1, "book_boat", {"name": "Ada"})
