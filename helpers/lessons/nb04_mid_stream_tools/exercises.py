"""Notebook 04: tools that run while the answer still streams."""

import asyncio
import inspect
import json
import math
import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import redirect_stdout, suppress
from copy import deepcopy
from io import StringIO
from pathlib import Path
from typing import Any

from helpers.lessons.checking.part import Case, Misconception, Namespace, Outcome, Part
from helpers.lessons.common.outcomes import mentions
from helpers.message import ToolCall
from helpers.tools import Tool, ToolError, tool

__all__ = ["PARTS"]

NOTEBOOK = "04_mid_stream_tools"

Event = dict[str, Any]
Block = dict[str, Any]


# A small exercise: how long it takes


WALLS_STUB = """\
SECONDS = {
    "after the reply, one at a time": ...,
    "after the reply, side by side": ...,
    "at once, one at a time": ...,
    "at once, side by side": ...,
}
"""

WALLS_REFERENCE = """\
SECONDS = {
    "after the reply, one at a time": 4.0,
    "after the reply, side by side": 3.0,
    "at once, one at a time": 2.5,
    "at once, side by side": 2.2,
}
"""


def wall(name: str, why: str, expected: float, *mistakes: Misconception) -> Case:
    """A case that asks for one of the four figures."""

    def run(my: Namespace) -> object:
        return my.SECONDS[name]

    def close(returned: Any, expected: Any) -> bool:
        return not isinstance(returned, bool) and math.isclose(returned, expected, abs_tol=0.05)

    missing = Misconception(
        id="not-filled-in",
        looks_like="a line that has no number yet",
        try_next="Write a number of seconds where the dots are.",
        matches=lambda out: out.returned is ... or isinstance(out.error, KeyError | TypeError),
    )
    return Case(name, why, f"SECONDS[{name!r}]", run, expected, (missing, *mistakes), close)


def figure(number: float, id: str, looks_like: str, try_next: str) -> Misconception:
    """A mistake that is known by its figure."""
    return Misconception(
        id, looks_like, try_next, lambda out: math.isclose(out.returned, number, abs_tol=0.05)
    )


PREDICT_WALLS = Part(
    id="predict_walls",
    title="How long will it take?",
    notebook=NOTEBOOK,
    minutes=4,
    difficulty="gentle",
    teaches="You can say before you measure what an early start is worth, and what it can't give.",
    stub=WALLS_STUB,
    reference=WALLS_REFERENCE,
    cases=(
        wall(
            "after the reply, one at a time",
            "The plainest loop: read it all, then call one tool after the other.",
            4.0,
            figure(
                3.0,
                "forgets-the-second-tool",
                "one tool's time: they run one after the other, so both times count",
                "The reply ends at 2.0 s. Add the seconds of each tool.",
            ),
            figure(
                2.0,
                "tools-take-no-time",
                "the end of the reply, when the tools have only begun",
                "Nothing is finished before the last tool is.",
            ),
        ),
        wall(
            "after the reply, side by side",
            "What most frameworks do.",
            3.0,
            figure(
                4.0,
                "adds-what-overlaps",
                "two times that are added although they pass at the same time",
                "Side by side, the longest one counts.",
            ),
        ),
        wall(
            "at once, one at a time",
            "A loop that runs each tool where it finds the call, and nothing else meanwhile.",
            2.5,
            figure(
                2.2,
                "two-at-once",
                "a second tool that starts when its call is there, although the first still runs",
                "Tool B has to wait for the end of tool A. When is that?",
            ),
            figure(
                4.0,
                "starts-after-the-reply",
                "tools that wait for the end of the reply: here they don't",
                "Tool A starts at 0.5 s.",
            ),
            figure(
                2.0,
                "ends-with-the-reply",
                "a turn that is over with its last word, while tool B still runs",
                "Tool B starts when tool A is done. When does B end?",
            ),
        ),
        wall(
            "at once, side by side",
            "What you are about to build.",
            2.2,
            figure(
                2.0,
                "forgets-who-outlives-the-reply",
                "the end of the reply, when one tool is still running",
                "Tool B starts at 1.2 s and takes a second.",
            ),
            figure(
                1.5,
                "forgets-the-reply",
                "the end of the first tool, before the reply has ended",
                "The turn is over when the reply and both tools are.",
            ),
        ),
    ),
    hints=(
        "Draw three lines under one clock: the reply from 0 to 2.0 s, and each tool from its start "
        "to its end. The turn is over at the end of the line that reaches furthest.",
        "Tool A's call is complete at 0.5 s, tool B's at 1.2 s. After the reply means: no start "
        "before 2.0 s. One at a time means: B starts no earlier than A ends.",
        "The four sums:",
    ),
    module=__name__,
    in_build=False,
)


# A small exercise: when a tool may start


MAY_START_STUB = '''\
def may_start(events):
    """Return {index of the call's block: number of the event at which its tool may start}."""
    ...
'''

MAY_START_REFERENCE = '''\
def may_start(events):
    """Return {index of the call's block: number of the event at which its tool may start}."""
    calls, closed, starts = set(), [], {}
    for number, event in enumerate(events):
        match event:
            case {"type": "content_block_start", "index": index, "content_block": block}:
                starts |= dict.fromkeys(closed, number)
                closed = []
                if block["type"] == "tool_use":
                    calls.add(index)
            case {"type": "content_block_stop", "index": index} if index in calls:
                closed.append(index)
            case {"type": "message_delta", "delta": {"stop_reason": "tool_use"}}:
                starts |= dict.fromkeys(closed, number)
                closed = []
    return starts
'''

START: Event = {"type": "message_start", "message": {"role": "assistant", "content": []}}
PING: Event = {"type": "ping"}
STOP: Event = {"type": "message_stop"}


def begin(index: int, block: Block) -> Event:
    """The start of a content block."""
    return {"type": "content_block_start", "index": index, "content_block": block}


def delta(index: int, change: Event) -> Event:
    """A change to a content block."""
    return {"type": "content_block_delta", "index": index, "delta": change}


def end(index: int) -> Event:
    """The stop of a content block."""
    return {"type": "content_block_stop", "index": index}


def text_block(index: int) -> list[Event]:
    """A block of text: three events."""
    piece = {"type": "text_delta", "text": "Let me look."}
    return [begin(index, {"type": "text", "text": ""}), delta(index, piece), end(index)]


def tool_block(index: int, *fragments: str) -> list[Event]:
    """A tool call: two events more than fragments."""
    block = {"type": "tool_use", "id": f"toolu_0{index}", "name": "get_weather", "input": {}}
    pieces = [
        delta(index, {"type": "input_json_delta", "partial_json": piece})
        for piece in fragments or ('{"city": ', '"Lagos"}')
    ]
    return [begin(index, block), *pieces, end(index)]


def ending(stop_reason: str) -> list[Event]:
    """How an answer ends."""
    return [{"type": "message_delta", "delta": {"stop_reason": stop_reason}}, STOP]


def may_start_case(name: str, why: str, events: Sequence[Event], expected: dict[int, int]) -> Case:
    """A case that asks when the tools of one answer may start."""
    stops = {
        event["index"]: n for n, event in enumerate(events) if event["type"] == "content_block_stop"
    }
    pings = [n for n, event in enumerate(events) if event == PING]
    last = next((n for n, event in enumerate(events) if event == STOP), None)

    def run(my: Namespace) -> object:
        return my.may_start(deepcopy(list(events)))

    mistakes = (
        Misconception(
            id="starts-at-block-stop",
            looks_like="a start at `content_block_stop`: a reply that is cut off closes its last "
            "block, too, so the stop alone proves nothing",
            try_next="At the stop, only note that the block is closed. Start at the event that "
            "shows that the model went on.",
            matches=lambda out: any(stops.get(i) == n for i, n in out.returned.items()),
        ),
        Misconception(
            id="starts-before-its-input",
            looks_like="a start before the block is closed: a part of the input is still to come",
            try_next="Nothing can be called before its input is there. Wait for the block's stop, "
            "and then for one thing more.",
            matches=lambda out: any(n < stops.get(i, -1) for i, n in out.returned.items()),
        ),
        Misconception(
            id="a-ping-confirms",
            looks_like="any next event taken for a sign: a ping comes from the server's clock, "
            "not from the model",
            try_next="Name the events that confirm, and let the others pass.",
            matches=lambda out: any(n in pings for n in out.returned.values()),
        ),
        Misconception(
            id="waits-for-message-stop",
            looks_like="a start at `message_stop`, when all has been known for a while",
            try_next="Which is the first event that can't follow a call that was cut off?",
            matches=lambda out: last in out.returned.values(),
        ),
        Misconception(
            id="runs-a-cut-call",
            looks_like="an end taken for a confirmation whatever its reason: with `max_tokens` the "
            "last input may be cut, even where it parses",
            try_next="At `message_delta`, look at `stop_reason`: one value says that the model "
            "wants its tools to run.",
            matches=lambda out: set(out.returned) > set(out.expected),
        ),
        Misconception(
            id="waits-for-the-end",
            looks_like="calls that are confirmed at the end of the message only: another block "
            "says as much, and says it sooner",
            try_next="Handle `content_block_start` as well: it confirms the calls closed before.",
            matches=lambda out: any(n > expected[i] for i, n in out.returned.items()),
        ),
        Misconception(
            id="loses-the-last-call",
            looks_like="a call that never starts, because no other block follows it",
            try_next="The last call is confirmed by `message_delta`, if its reason is `tool_use`.",
            matches=lambda out: set(out.returned) < set(out.expected),
        ),
    )
    return Case(name, why, "may_start(events)", run, expected, mistakes)


MAY_START = Part(
    id="may_start",
    title="When may it start?",
    notebook=NOTEBOOK,
    minutes=6,
    difficulty="gentle",
    teaches="You know the first moment at which a tool may run, and why it is not the block's end.",
    stub=MAY_START_STUB,
    reference=MAY_START_REFERENCE,
    cases=(
        may_start_case(
            "a call, then text",
            "The model goes on writing: the call is as complete as it will ever be.",
            [START, *tool_block(0), *text_block(1), *ending("tool_use")],
            {0: 5},
        ),
        may_start_case(
            "pings in between",
            "Pings come at any time, also between a block's stop and what follows it.",
            [START, *tool_block(0), PING, *text_block(1), PING, *ending("tool_use")],
            {0: 6},
        ),
        may_start_case(
            "the call is the last block",
            "The usual place of a call: nothing follows it but the end.",
            [START, *text_block(0), *tool_block(1), *ending("tool_use")],
            {1: 8},
        ),
        may_start_case(
            "two calls",
            "The first one runs while the second is still being written.",
            [START, *tool_block(0), *tool_block(1), *ending("tool_use")],
            {0: 5, 1: 9},
        ),
        may_start_case(
            "cut at max_tokens",
            "The last block is closed, and nobody knows what its input would have become.",
            [START, *tool_block(0), *tool_block(1, '{"city": "Os'), *ending("max_tokens")],
            {0: 5},
        ),
        may_start_case(
            "the connection is lost",
            "What came last was not confirmed, and never will be.",
            [START, *text_block(0), *tool_block(1)],
            {},
        ),
        may_start_case(
            "no call at all",
            "Most answers.",
            [START, *text_block(0), *text_block(1), *ending("end_turn")],
            {},
        ),
    ),
    hints=(
        "Two things have to happen to a call, in this order: its block is closed, and then the "
        "model shows that it went on. Keep a list of calls that wait for the second.",
        "`enumerate(events)` gives the numbers. `content_block_stop` puts a call on the list. "
        "`content_block_start`, or a `message_delta` whose reason is `tool_use`, takes all off the "
        "list and writes its own number beside them. Only blocks of type `tool_use` count.",
        "One `match`, and a list of the closed ones:",
    ),
    module=__name__,
    in_build=False,
)


# A small exercise: a blocking call in an async tool


THAW_STUB = '''\
async def read_page(fetch, url):
    """Return what fetch(url) returns. `fetch` is somebody else's: it blocks for a while."""
    return fetch(url)
'''

THAW_REFERENCE = '''\
import asyncio


async def read_page(fetch, url):
    """Return what fetch(url) returns. `fetch` is somebody else's: it blocks for a while."""
    return await asyncio.to_thread(fetch, url)
'''

# How often a blocking call looks whether something happens beside it, a millisecond apart. It
# counts looks, not time: a busy machine slows both sides down.
LOOKS = 300
# How many turns the loop has to get meanwhile.
TURNS = 5


class Blocking:
    """Something that blocks until the event loop has had a few turns; or for a while.

    went_on: whether the loop had them while it blocked.
    """

    def __init__(self) -> None:
        self.went_on = False
        self._turns = 0
        self._loop_lives = threading.Event()
        self._ticking = asyncio.create_task(self._tick())

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(0.001)
            self._turns += 1
            if self._turns >= TURNS:
                self._loop_lives.set()

    def __call__(self) -> None:
        """Block."""
        self._turns = 0  # those before don't count
        self._loop_lives.clear()
        self.went_on = any(self._loop_lives.wait(0.001) for _ in range(LOOKS))

    def told(self) -> str:
        """What became of the loop."""
        self._ticking.cancel()
        return "the loop went on" if self.went_on else "the loop stood still"


async def thaw(my: Namespace) -> object:
    """Read a page that takes its time."""
    block = Blocking()

    def fetch(url: str) -> str:
        block()
        return f"the page of {url}"

    page = await my.read_page(fetch, "example.org")
    return [page, block.told()]


async def thaw_error(my: Namespace) -> object:
    """Read a page that is not there."""

    def fetch(url: str) -> str:
        raise OSError(f"{url} is not there")

    try:
        return await my.read_page(fetch, "example.org")
    except OSError as error:
        return f"raised OSError: {error}"


class Meeting:
    """Where two threads meet, if both come while the other waits."""

    def __init__(self) -> None:
        self._here = 0
        self._lock = threading.Lock()
        self._both = threading.Event()

    def __call__(self) -> str:
        """Wait for the other thread; say whether it came."""
        with self._lock:
            self._here += 1
            if self._here == 2:
                self._both.set()
        if any(self._both.wait(0.001) for _ in range(LOOKS)):
            return "together"
        with self._lock:
            self._here -= 1
        return "alone"


async def thaw_two(my: Namespace) -> object:
    """Read two pages, each of which waits for the other."""
    both = Meeting()

    def fetch(url: str) -> str:
        return f"{url}: {both()}"

    return await asyncio.gather(my.read_page(fetch, "one"), my.read_page(fetch, "two"))


ONE_THREAD = Misconception(
    id="one-thread-for-all",
    looks_like="one thread, or one lock, that all calls share: the second waits until the first "
    "is done",
    try_next="`asyncio.to_thread` has a pool of threads; more than one call fits in.",
    matches=lambda out: "alone" in str(out.returned) or bool(out.timed_out),
)

THAW = Part(
    id="thaw",
    title="A tool that freezes the page",
    notebook=NOTEBOOK,
    minutes=3,
    difficulty="gentle",
    teaches="You can call code that blocks without holding up everybody else.",
    stub=THAW_STUB,
    reference=THAW_REFERENCE,
    cases=(
        Case(
            "the loop goes on",
            "While a page loads, tokens arrive, and somebody may press Stop.",
            'await read_page(fetch, "example.org")',
            thaw,
            ["the page of example.org", "the loop went on"],
            (
                Misconception(
                    id="awaits-a-plain-value",
                    looks_like="an `await` in front of a call that is no coroutine: it blocks "
                    "first, and then there is nothing to wait for",
                    try_next="Hand the function itself, without calling it, to something that "
                    "runs it elsewhere.",
                    matches=lambda out: mentions(out, "can't be used in 'await'"),
                ),
                Misconception(
                    id="calls-it-too-early",
                    looks_like="the result of the call handed to a thread, when it is the function "
                    "that should be: `f(x)` calls, `f` doesn't",
                    try_next="Give function and arguments one by one: `fetch, url`.",
                    matches=lambda out: mentions(out, "object is not callable"),
                ),
                Misconception(
                    id="missing-await",
                    looks_like="a coroutine or a future that is returned and not waited for",
                    try_next="Put `await` in front of it.",
                    matches=lambda out: inspect.isawaitable(out.returned[0]),
                ),
                Misconception(
                    id="returns-no-page",
                    looks_like="a page that stays behind in its thread",
                    try_next="A plain `Thread` has no result. `asyncio.to_thread` gives one to "
                    "whoever awaits it.",
                    matches=lambda out: out.returned[0] is None,
                ),
                Misconception(
                    id="waits-without-await",
                    looks_like="a blocking call in the loop's own thread, be it `fetch` itself, or "
                    "`join()` or `result()` on a thread that runs it",
                    try_next="Only an `await` lets others run. Which function runs another one in "
                    "a thread and can be awaited?",
                    matches=lambda out: out.returned[1] == "the loop stood still",
                ),
            ),
        ),
        Case(
            "a page that is not there",
            "What goes wrong in the thread has to come back to whoever asked.",
            'await read_page(fetch, "example.org")  # fetch raises OSError',
            thaw_error,
            "raised OSError: example.org is not there",
            (
                Misconception(
                    id="loses-the-error",
                    looks_like="an exception that never leaves its thread, or is caught on the way",
                    try_next="Await what runs the thread: the exception comes out there.",
                    matches=lambda out: not out.timed_out,
                ),
            ),
        ),
        Case(
            "two pages at once",
            "Two tools that block should not queue up behind each other.",
            'await gather(read_page(fetch, "one"), read_page(fetch, "two"))',
            thaw_two,
            ["one: together", "two: together"],
            (ONE_THREAD,),
        ),
    ),
    hints=(
        "Adding `await` or `asyncio.sleep(0)` moves nothing: as long as `fetch` runs in the thread "
        "of the event loop, the loop can't. It needs another thread.",
        "`asyncio.to_thread` takes a function and its arguments, one by one, and gives something "
        "to await: the result, or the exception.",
        "One line and an import:",
    ),
    module=__name__,
    in_build=False,
)


# The part: a dispatcher


STUB = '''\
import asyncio
import json
from dataclasses import dataclass


@dataclass(frozen=True)
class ToolStarted:
    """A tool runs."""

    call: "ToolCall"


@dataclass(frozen=True)
class ToolFinished:
    """A tool has given its result, or failed."""

    call: "ToolCall"
    content: str
    is_error: bool


class ToolDispatcher:
    """Run the calls of one turn, side by side, as soon as each is complete."""

    def __init__(self, tools, emit):
        # `emit` is a function: it takes each ToolStarted and ToolFinished as it happens.
        ...

    def start(self, call):
        """Run the tool of a call and return at once; `once` tools wait for `release`."""
        ...

    def release(self):
        """The reply is whole: start the tools that waited for that."""
        ...

    async def results(self):
        """Wait for all tools; return a tool_result for each call, in call order.

        One that failed, was cancelled or was never started has a result, too: is_error.
        """
        ...

    async def cancel(self):
        """Cancel what runs, and return once it has ended."""
        ...
'''

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
    return len(returned) == len(expected) and all(map(same_result, returned, expected))


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
        looks_like="a `start` or `release` that has to be awaited: whoever reads the stream would "
        "wait in it, and no token comes through meanwhile",
        try_next="Write `def start`, and let a task do the waiting: `asyncio.create_task(…)` "
        "returns at once.",
        matches=lambda out: mentions(out, IS_A_COROUTINE),
    ),
    Misconception(
        id="results-is-not-async",
        looks_like="a `results` or `cancel` that is no `async def`: it can't wait for anything",
        try_next="Write `async def`, and in it `await` the tasks.",
        matches=lambda out: mentions(out, NOT_AWAITABLE),
    ),
    Misconception(
        id="runs-a-loop-in-the-loop",
        looks_like="an event loop that is to run inside the one that runs already",
        try_next="The loop is there. `asyncio.create_task(coroutine)` gives it more to do.",
        matches=lambda out: any(
            sign in f"{out.returned} {out.error}"
            for sign in ("cannot be called from a running event loop", "is already running")
        ),
    ),
    Misconception(
        id="awaited-twice",
        looks_like="a coroutine that is awaited a second time: it can run once only",
        try_next="Make a task of it at the start. A task keeps its result for everybody who asks.",
        matches=lambda out: mentions(out, "cannot reuse already awaited"),
    ),
    Misconception(
        id="async-in-a-thread",
        looks_like="an `async def` that is called and not awaited, in a thread maybe: that only "
        "makes a coroutine, and its tool never runs",
        try_next="Look at `tool.is_async`: await the one kind, and give the other to a thread.",
        matches=lambda out: any(
            sign in f"{out.returned} {out.error}"
            for sign in ("coroutine object", "type coroutine is not JSON")
        ),
    ),
    Misconception(
        id="awaits-a-plain-function",
        looks_like="an `await` in front of a tool that is a plain function",
        try_next="Look at `tool.is_async`: await the one kind, and give the other to a thread.",
        matches=lambda out: "used in 'await'" in f"{out.returned} {out.error}",
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


@tool
async def get_weather(city: str, days: int = 1) -> str:
    """Tell the weather of a city."""
    await asyncio.sleep(0)
    return f"{city}: fine for {days} day{'s' * (days > 1)}"


LAGOS = call(1, "get_weather", {"city": "Lagos"})
OSLO = call(2, "get_weather", {"city": "Oslo"})
FINE = result(LAGOS, "Lagos: fine for 1 day")


# Mistakes that show in more than one case
CANCELS_OTHERS = Misconception(
    id="failure-cancels-others",
    looks_like="one failure that ends the other tools, as a `TaskGroup` does it",
    try_next="Catch the exception inside the task, so that it never leaves it.",
    matches=lambda out: (
        errors(out.returned) == [True, True] or isinstance(out.error, asyncio.CancelledError)
    ),
)
FORGETS_THE_SLOW = Misconception(
    id="forgets-who-is-slow",
    looks_like="results that are given before the last tool is done",
    try_next="In `results`, wait for every task, then build the list.",
    matches=lambda out: (
        len(out.returned) < len(out.expected)
        or "together" in out.returned  # and the other one has no page yet
        or any(errors(out.returned))
    ),
)
SHARED = Misconception(
    id="shared-between-dispatchers",
    looks_like="calls that all dispatchers share: a list or a dict made once, in the class",
    try_next="Make every list and dict in `__init__`.",
    matches=lambda out: not out.timed_out,
)


# One call


async def one_call(my: Namespace) -> object:
    """Have a turn with one call."""
    return await Turn(my, get_weather).finish(LAGOS)


async def no_call(my: Namespace) -> object:
    """Have a turn without calls."""
    return await Turn(my, get_weather).finish()


async def reads_on(my: Namespace) -> object:
    """Tell what happens in which order."""
    told = []

    @tool
    async def look_up(city: str) -> str:
        """Look something up."""
        told.append("the tool begins")
        return "found"

    turn = Turn(my, look_up)
    turn.start(call(1, "look_up", {"city": "Lagos"}))
    told.append("start returns")
    await soon(lambda: "the tool begins" in told)
    told.append("message_stop")
    turn.release()
    await soon(lambda: "the tool begins" in told)
    told.append("results asked for")
    await turn.results()
    return told


def begins_early(returned: Any, expected: Any) -> bool:
    """Whether the tool has begun before the end of the reply."""
    return sorted(returned[:2]) == sorted(expected[:2]) and returned[2:] == expected[2:]


def place(out: Outcome, what: str) -> int:
    """Where something stands in a story."""
    return int(out.returned.index(what))


ONE_CALL_CASES = (
    case(
        "one call",
        "The result goes back to the model, tied to its call by the id.",
        "dispatcher.start(call)\ndispatcher.release()\nawait dispatcher.results()",
        one_call,
        [FINE],
        Misconception(
            id="result-is-no-block",
            looks_like="what the tool gave, and not yet the block that the API takes",
            try_next='A block is a dict: `"type": "tool_result"`, `"tool_use_id"` and `"content"`.',
            matches=lambda out: (
                not all(
                    isinstance(block, dict) and block.get("type") == "tool_result"
                    for block in out.returned
                )
            ),
        ),
        Misconception(
            id="other-field-names",
            looks_like="a block whose fields have other names than the API knows",
            try_next='The call\'s id goes into `"tool_use_id"`, the text into `"content"`.',
            matches=lambda out: any(
                set(block) - {"is_error"} != {"type", "tool_use_id", "content"}
                for block in out.returned
            ),
        ),
        Misconception(
            id="runs-no-tool",
            looks_like="a task that was never made, or made and never kept: no result is there",
            try_next="Keep each task that `start` makes, and wait for all of them in `results`.",
            matches=lambda out: out.returned == [],
        ),
        same=same_results,
    ),
    case(
        "no call at all",
        "Most turns have none, and the loop should not have to ask.",
        "dispatcher.release()\nawait dispatcher.results()",
        no_call,
        [],
        Misconception(
            id="waits-for-nothing",
            looks_like="`asyncio.wait` without tasks, which it refuses",
            try_next="Wait only if there is a task; `asyncio.gather` takes none as well.",
            matches=lambda out: isinstance(out.error, ValueError | TypeError),
        ),
        SHARED,
    ),
    case(
        "it starts while you read on",
        "The text after a call may go on for seconds: this is what a start in mid-stream is for.",
        "dispatcher.start(call)\n…  # the next events\ndispatcher.release()",
        reads_on,
        ["start returns", "the tool begins", "message_stop", "results asked for"],
        Misconception(
            id="dispatches-at-message-stop",
            looks_like="tools that wait for the end of the reply, though their calls are complete",
            try_next="Make the task in `start`. `release` is only for the tools with `once`.",
            matches=lambda out: (
                place(out, "message_stop")
                < place(out, "the tool begins")
                < place(out, "results asked for")
            ),
        ),
        Misconception(
            id="dispatches-when-asked",
            looks_like="tools that begin when their results are asked for: a coroutine runs no "
            "line before somebody awaits it",
            try_next="`asyncio.create_task(…)` in `start` makes it run by itself.",
            matches=lambda out: place(out, "the tool begins") > place(out, "results asked for"),
        ),
        same=begins_early,
    ),
)


# Several calls


async def both_wait(my: Namespace) -> object:
    """Run two async tools, each of which waits for the other."""
    running: set[str] = set()

    @tool
    async def fetch(name: str) -> str:
        """Fetch a page."""
        running.add(name)
        return "together" if await soon(lambda: len(running) == 2) else "alone"

    blocks = await Turn(my, fetch).finish(*PAGES)
    return [words(block["content"]) for block in blocks]


async def blocking_tool(my: Namespace) -> object:
    """Run a tool that blocks."""
    block = Blocking()

    @tool
    def read_file(path: str) -> str:
        """Read a file."""
        block()
        return f"the text of {path}"

    blocks = await Turn(my, read_file).finish(call(1, "read_file", {"path": "a.txt"}))
    return [*(words(each["content"]) for each in blocks), block.told()]


async def both_block(my: Namespace) -> object:
    """Run two blocking tools, each of which waits for the other."""
    both = Meeting()

    @tool
    def fetch(name: str) -> str:
        """Fetch a page."""
        return both()

    blocks = await Turn(my, fetch).finish(*PAGES)
    return [words(block["content"]) for block in blocks]


async def last_is_first(my: Namespace) -> object:
    """Run three calls of which the last one finishes first."""
    finished: list[int] = []

    @tool
    async def fetch(number: int) -> str:
        """Fetch a page."""
        await soon(lambda: len(finished) == 3 - number)
        finished.append(number)
        return f"page {number}"

    return await Turn(my, fetch).finish(*THREE)


async def same_call_twice(my: Namespace) -> object:
    """Call the same tool twice with the same input."""
    ran = []

    @tool
    async def roll_a_die(sides: int) -> str:
        """Roll a die."""
        ran.append(sides)
        return str(len(ran))

    blocks = await Turn(my, roll_a_die).finish(*TWICE)
    return [ids(blocks), f"ran {len(ran)} times"]


PAGES = [call(number, "fetch", {"name": f"page {number}"}) for number in (1, 2)]
THREE = [call(number, "fetch", {"number": number}) for number in (1, 2, 3)]
TWICE = [call(number, "roll_a_die", {"sides": 6}) for number in (1, 2)]

SEVERAL_CASES = (
    case(
        "two tools at once",
        "Two pages that take a second each should take one second, not two.",
        "dispatcher.start(first)\ndispatcher.start(second)",
        both_wait,
        ["together", "together"],
        Misconception(
            id="serial",
            looks_like="tools in a queue: the second begins when the first is done",
            try_next="Give each call a task of its own, with nothing awaited between them.",
            matches=lambda out: "alone" in out.returned,
        ),
        FORGETS_THE_SLOW,
    ),
    case(
        "a tool that blocks",
        "Many tools are plain functions: they read a file, ask a database, run a command.",
        "dispatcher.start(call)  # its tool is no async def, and blocks",
        blocking_tool,
        ["the text of a.txt", "the loop went on"],
        Misconception(
            id="blocks-the-loop",
            looks_like="a blocking function called in the loop's own thread: not a token comes "
            "through, and Stop doesn't work, until it returns",
            try_next="`await asyncio.to_thread(tool.function, **arguments)` runs it elsewhere.",
            matches=lambda out: out.returned[-1] == "the loop stood still",
        ),
    ),
    case(
        "two tools that block",
        "Threads are there to be used at the same time.",
        "dispatcher.start(first)\ndispatcher.start(second)  # both block",
        both_block,
        ["together", "together"],
        ONE_THREAD,
    ),
    case(
        "the last one finishes first",
        "The API takes results in any order, but then no two runs of a conversation are alike.",
        "await dispatcher.results()  # finished in the order 3, 2, 1",
        last_is_first,
        [result(one, f"page {one.index}") for one in THREE],
        Misconception(
            id="sorted-by-id",
            looks_like="results sorted by id: ids are random, they say nothing about the order",
            try_next="Remember the calls in the order in which they came, or sort by `call.index`.",
            matches=lambda out: ids(out.returned) == sorted(one.id for one in THREE),
        ),
        Misconception(
            id="completion-order",
            looks_like="results in the order in which the tools finished",
            try_next="Remember the calls in the order in which they came, and go through that.",
            matches=lambda out: ids(out.returned) == [one.id for one in reversed(THREE)],
        ),
        FORGETS_THE_SLOW,
        same=same_results,
    ),
    case(
        "the same call twice",
        "A model may ask for two rolls of a die, or for the same page again.",
        "dispatcher.start(first)\ndispatcher.start(second)  # same name, same input",
        same_call_twice,
        [[one.id for one in TWICE], "ran 2 times"],
        Misconception(
            id="keyed-by-name",
            looks_like="one place for each tool, or for each input, so that the second call "
            "takes the place of the first",
            try_next="A call is known by its id. Use that as the key.",
            matches=lambda out: not out.timed_out,
        ),
    ),
)


# What is in a call, and in a result


async def no_input(my: Namespace) -> object:
    """Call a tool without arguments."""

    @tool
    async def get_time() -> str:
        """Tell the time."""
        return "12:00"

    return await Turn(my, get_time).finish(NO_INPUT)


async def data(my: Namespace) -> object:
    """Run a tool that returns a dict."""

    @tool
    async def count_words(text: str) -> dict[str, int]:
        """Count words."""
        return {"words": 2, "café": 1}

    (block,) = await Turn(my, count_words).finish(call(1, "count_words", {"text": "un café"}))
    return block["content"]


def same_json(returned: Any, expected: Any) -> bool:
    """Whether a text says the same as another, in JSON."""
    try:
        return bool(json.loads(words(returned)) == json.loads(expected))
    except ValueError:
        return False


async def converted(my: Namespace) -> object:
    """Give a number as text, as models do."""
    given = call(1, "get_weather", {"city": "Lagos", "days": "3"})
    return await Turn(my, get_weather).finish(given)


async def wrong_type(my: Namespace) -> object:
    """Give what is no number."""
    given = call(1, "get_weather", {"city": "Lagos", "days": "a few"})
    return await Turn(my, get_weather).finish(given)


async def broken_input(my: Namespace) -> object:
    """Call a tool with an input that didn't parse."""
    return await Turn(my, get_weather).finish(BROKEN)


def shows_what_came(returned: Any, expected: Any) -> bool:
    """Whether an error shows the raw input; inside of JSON, its quotes are escaped."""
    if errors(returned) != [True]:
        return False
    return '"city": Lagos' in words(returned[0]["content"]).replace("\\", "")


async def unknown_tool(my: Namespace) -> object:
    """Call a tool that isn't there, and one that is."""
    return await Turn(my, get_weather).finish(UNKNOWN, OSLO)


NO_INPUT = call(1, "get_time", {}, raw="")
BROKEN = call(1, "get_weather", None, raw='{"city": Lagos}')
UNKNOWN = call(1, "get_wether", {"city": "Lagos"})

INPUT_CASES = (
    case(
        "a call without arguments",
        "Its JSON is the empty string; the part before this one has made a dict of it.",
        'dispatcher.start(ToolCall(1, id, "get_time", input={}, raw=""))',
        no_input,
        [result(NO_INPUT, "12:00")],
        Misconception(
            id="parses-it-again",
            looks_like="JSON that is parsed a second time: `raw` is empty when there are no "
            "arguments, and no JSON when it is broken",
            try_next="Use `call.input`: it is parsed already.",
            matches=lambda out: "Expecting value" in f"{out.returned} {out.error}",
        ),
        Misconception(
            id="empty-input-is-no-input",
            looks_like="an empty dict taken for a missing one: `not {}` is true in Python",
            try_next="Ask `call.input is None`.",
            matches=lambda out: errors(out.returned) == [True],
        ),
        same=same_results,
    ),
    case(
        "a tool that returns a dict",
        "The content of a tool_result is text, or a list of blocks; a dict is refused with a 400.",
        'results[0]["content"]',
        data,
        '{"words": 2, "café": 1}',
        Misconception(
            id="content-is-data",
            looks_like="the value itself as content, where the API takes text",
            try_next="Leave a str as it is, and turn the rest into JSON.",
            matches=lambda out: not isinstance(out.returned, str | list),
        ),
        Misconception(
            id="content-is-a-repr",
            looks_like="a value as Python shows it, with single quotes: a model reads that, but no "
            "program does",
            try_next="`json.dumps(value)` in place of `str(value)`.",
            matches=lambda out: "'words': 2" in out.returned,
        ),
        same=same_json,
    ),
    case(
        "a number that comes as text",
        'Models write `"3"` for 3, and the tool should not have to care.',
        'tool.arguments({"city": "Lagos", "days": "3"})',
        converted,
        [result(LAGOS, "Lagos: fine for 3 days")],
        Misconception(
            id="skips-the-arguments-check",
            looks_like="the model's input handed to the function as it is",
            try_next="`tool.arguments(call.input)` checks it, converts it and adds defaults.",
            matches=lambda out: not out.timed_out,
        ),
        same=same_results,
    ),
    case(
        "an input that doesn't fit",
        "Told what is wrong, the model mends its call in the next turn.",
        'tool.arguments({"city": "Lagos", "days": "a few"})  # raises ToolInputError',
        wrong_type,
        [result(LAGOS, "days: input should be a valid integer", is_error=True)],
        Misconception(
            id="checks-outside-the-try",
            looks_like="an input that is checked where an exception ends everything",
            try_next="Call `tool.arguments` in the same `try` that runs the tool.",
            matches=lambda out: out.error is not None,
        ),
        Misconception(
            id="check-without-a-reason",
            looks_like="a result that doesn't say which field is wrong",
            try_next="The exception's text is written for the model: put it into the content.",
            matches=lambda out: errors(out.returned) == [True],
        ),
        same=same_results,
    ),
    case(
        "an input that is no JSON",
        "With `eager_input_streaming` nobody checks what the model writes; input is None then.",
        'dispatcher.start(ToolCall(1, id, "get_weather", None, raw=\'{"city": Lagos}\'))',
        broken_input,
        [result(BROKEN, '{"city": Lagos}', is_error=True)],
        Misconception(
            id="runs-on-nothing",
            looks_like="None taken for an empty input: the tool runs, or is said to lack what the "
            "model did write",
            try_next="Ask `call.input is None` before anything else.",
            matches=lambda out: (
                errors(out.returned) == [False] or "required" in str(out.returned).lower()
            ),
        ),
        Misconception(
            id="raw-is-lost",
            looks_like="an error that doesn't show the model what it wrote",
            try_next="Put `call.raw` into the content.",
            matches=lambda out: errors(out.returned) == [True],
        ),
        same=shows_what_came,
    ),
    case(
        "a tool that isn't there",
        "Models make up names, and old conversations ask for tools that are gone.",
        'dispatcher.start(ToolCall(1, id, "get_wether", …))',
        unknown_tool,
        [result(UNKNOWN, "get_wether", is_error=True), result(OSLO, "Oslo: fine for 1 day")],
        Misconception(
            id="unknown-tool-crashes",
            looks_like="a name that is looked up without asking whether it is there",
            try_next="Look it up with `.get`, and make an error result where nothing is found.",
            matches=lambda out: out.error is not None,
        ),
        Misconception(
            id="unknown-tool-unanswered",
            looks_like="a call without a result: the API refuses the next request with a 400",
            try_next="Every call gets a result, also one that can't run.",
            matches=lambda out: len(out.returned) < 2,
        ),
        CANCELS_OTHERS,
        Misconception(
            id="unknown-tool-unnamed",
            looks_like="an error that doesn't say which name was not found",
            try_next="Tell the model the name, and better still the names that there are.",
            matches=lambda out: errors(out.returned) == [True, False],
        ),
        same=same_results,
    ),
)


# Failures and deadlines


@tool
async def book_boat(name: str) -> str:
    """Book a boat."""
    await asyncio.sleep(0)
    raise ToolError("no boat goes today")


@tool
async def take_time(city: str) -> str:
    """Take a while."""
    await asyncio.sleep(0.1)
    return f"{city}: fine, after a while"


@tool(timeout=0.05)
async def wait_long(city: str) -> str:
    """Take far too long."""
    await asyncio.sleep(10)
    return "at last"


BOAT = call(1, "book_boat", {"name": "Ada"})
SLOW = call(2, "take_time", {"city": "Oslo"})
LATE = call(1, "wait_long", {"city": "Lagos"})
AFTER_A_WHILE = result(SLOW, "Oslo: fine, after a while")


async def failing_tool(my: Namespace) -> object:
    """Run a tool that fails beside one that doesn't."""
    return await Turn(my, book_boat, take_time).finish(BOAT, SLOW)


async def deadline(my: Namespace) -> object:
    """Run a tool past its deadline beside one that has none."""
    return await Turn(my, wait_long, take_time).finish(LATE, SLOW)


async def asked_twice(my: Namespace) -> object:
    """Ask for the results twice."""
    turn = Turn(my, get_weather)
    return [ids(await turn.finish(LAGOS)), ids(await turn.results())]


FAILURE_CASES = (
    case(
        "a tool that fails",
        "A failure is news for the model, not the end of the turn.",
        "await dispatcher.results()  # the first tool raises, the second is fine",
        failing_tool,
        [result(BOAT, "no boat goes today", is_error=True), AFTER_A_WHILE],
        Misconception(
            id="exception-escapes",
            looks_like="a tool's exception that comes out of `results`, and with it the whole turn "
            "is lost",
            try_next="Catch `Exception` around the tool, inside its task, and make a result of it.",
            matches=lambda out: mentions(out, "no boat goes today", "unhandled errors"),
        ),
        CANCELS_OTHERS,
        Misconception(
            id="missing-result",
            looks_like="no result for the tool that failed: the API refuses the next request",
            try_next="Each call gets its result; an error's has `is_error`.",
            matches=lambda out: len(out.returned) < 2,
        ),
        Misconception(
            id="no-is-error",
            looks_like="an error that is passed off as a result: without `is_error` the model "
            "takes it for what it asked for",
            try_next='Add `"is_error": True` to the block.',
            matches=lambda out: errors(out.returned) == [False, False],
        ),
        Misconception(
            id="error-without-a-reason",
            looks_like="an error that doesn't say what went wrong",
            try_next="Put `str(error)` into the content.",
            matches=lambda out: errors(out.returned) == [True, False],
        ),
        same=same_results,
    ),
    case(
        "a tool that takes too long",
        "A tool without an end holds up the turn for ever; `tool.timeout` says when to give up.",
        "await dispatcher.results()  # the first tool has timeout=0.05",
        deadline,
        [result(LATE, "", is_error=True), AFTER_A_WHILE],
        Misconception(
            id="ignores-the-deadline",
            looks_like="a tool that is waited for although its time is up",
            try_next="`async with asyncio.timeout(tool.timeout):` around the tool; None means no "
            "limit.",
            matches=lambda out: bool(out.timed_out) or mentions(out, NEVER_ENDED),
        ),
        Misconception(
            id="deadline-escapes",
            looks_like="a `TimeoutError` that comes out of `results`: one slow tool, and the "
            "results of the others are lost",
            try_next="Put the deadline inside the `try` that runs the tool.",
            matches=lambda out: isinstance(out.error, TimeoutError),
        ),
        Misconception(
            id="one-deadline-for-all",
            looks_like="a deadline that ends the other tools as well",
            try_next="The deadline belongs to one tool: put it around that one.",
            matches=lambda out: errors(out.returned) == [True, True],
        ),
        same=same_results,
    ),
    case(
        "asked twice",
        "A turn that is interrupted asks once more, to keep what there is.",
        "await dispatcher.results()\nawait dispatcher.results()",
        asked_twice,
        [[LAGOS.id], [LAGOS.id]],
        Misconception(
            id="results-only-once",
            looks_like="results that are gone after they were given, or given a second time with "
            "the first ones still in the list",
            try_next="Build a new list from what you keep, and clear nothing.",
            matches=lambda out: not out.timed_out,
        ),
    ),
)


# What must not run early, and what must not run on


async def pays_once(my: Namespace) -> object:
    """Start a payment, and tell when it ran."""
    told: list[str] = []

    @tool(once=True)
    async def pay(amount: int) -> str:
        """Pay."""
        told.append("paid")
        return "thank you"

    turn = Turn(my, pay)
    turn.start(PAYMENT)
    await soon(lambda: told)
    told.append("message_stop")
    turn.release()
    return [*told[:1], *[words(block["content"]) for block in await turn.results()], *told[1:]]


async def breaks_off(my: Namespace) -> object:
    """Have a reply break off: the end of it never comes."""
    paid = []

    @tool(once=True)
    async def pay(amount: int) -> str:
        """Pay."""
        paid.append(amount)
        return "thank you"

    turn = Turn(my, pay, get_weather)
    turn.start(LAGOS, PAYMENT)
    await asyncio.sleep(0.02)
    await turn.cancel()
    blocks = await turn.results()
    await asyncio.sleep(0.02)
    return [f"paid {len(paid)} times", ids(blocks), errors(blocks)]


async def cancels(my: Namespace) -> object:
    """Cancel a running tool; tell what it has come to."""
    told: list[Any] = []

    @tool
    async def watch(path: str) -> str:
        """Watch a file."""
        told.append("begun")
        try:
            await asyncio.sleep(10)
        finally:
            await asyncio.sleep(0.02)
            told.append("tidied up")
        return "changed"

    turn = Turn(my, watch)
    turn.start(WATCH)
    await soon(lambda: told)
    await turn.cancel()
    told.append("cancel returns")
    return [*told, errors(await turn.results())]


async def cancelled_while_it_waits(my: Namespace) -> object:
    """Cancel whoever waits for the results."""
    told = []

    @tool
    async def watch(path: str) -> str:
        """Watch a file."""
        told.append("begun")
        await asyncio.sleep(10)
        return "changed"

    turn = Turn(my, watch)
    turn.start(WATCH)
    waiting = asyncio.ensure_future(turn.dispatcher.results())
    await soon(lambda: told)
    waiting.cancel()
    await asyncio.wait({waiting}, timeout=SOON)
    if not waiting.done():
        return "cancelled, and still waiting"
    if not waiting.cancelled():
        waiting.exception()
        return "cancelled, and went on"
    with suppress(RuntimeError, asyncio.CancelledError):
        await turn.cancel()
    return "cancelled"


PAYMENT = call(2, "pay", {"amount": 12})
WATCH = call(1, "watch", {"path": "a.txt"})

SAFETY_CASES = (
    case(
        "a tool that must not run twice",
        "If the reply breaks off it is asked for again, and so is the payment in it.",
        "@tool(once=True)\nasync def pay(amount: int): …",
        pays_once,
        ["message_stop", "thank you", "paid"],
        Misconception(
            id="runs-once-early",
            looks_like="a tool with `once` that runs before the reply is whole",
            try_next="In `start`, look at `tool.once`: keep such a call, and run it in `release`.",
            matches=lambda out: out.returned == ["paid", "thank you", "message_stop"],
        ),
        Misconception(
            id="runs-it-twice",
            looks_like="a tool that is started by `start` and once more by `release`",
            try_next="In `release`, start only the calls that have no task yet.",
            matches=lambda out: out.returned.count("paid") > 1,
        ),
        Misconception(
            id="once-never-runs",
            looks_like="a call that is put aside and forgotten",
            try_next="`release` has to start every call that has not been started yet, and "
            "`results` has to wait for those as well.",
            matches=lambda out: "paid" not in out.returned or "thank you" not in out.returned,
        ),
    ),
    case(
        "the reply breaks off",
        "The turn is void, but a conversation in which a call has no answer can't be sent.",
        "dispatcher.start(weather)\ndispatcher.start(pay)\nawait dispatcher.cancel()\n"
        "await dispatcher.results()",
        breaks_off,
        ["paid 0 times", [LAGOS.id, PAYMENT.id], [False, True]],
        Misconception(
            id="pays-for-a-broken-reply",
            looks_like="a tool that was held back and is run after all, when its reply is void",
            try_next="Only `release` starts what was held back. `results` and `cancel` don't.",
            matches=lambda out: out.returned[0] != "paid 0 times",
        ),
        Misconception(
            id="held-back-unanswered",
            looks_like="no result for a call that was never started",
            try_next="In `results`, go through the calls, not the tasks: what has no task gets an "
            "error result.",
            matches=lambda out: isinstance(out.error, LookupError) or len(out.returned[1]) < 2,
        ),
        Misconception(
            id="throws-away-what-is-done",
            looks_like="a cancellation that also takes back the result of a tool that was done",
            try_next="Keep what has finished; cancel only what still runs.",
            matches=lambda out: out.returned[2] == [True, True],
        ),
        Misconception(
            id="waits-for-the-held-back",
            looks_like="waiting for a call that was never started, and never will be",
            try_next="Wait for the tasks that there are.",
            matches=lambda out: bool(out.timed_out) or mentions(out, NEVER_ENDED),
        ),
    ),
    case(
        "cancel waits for the end",
        "A tool that is cancelled may have a file to close; whoever cancels relies on that.",
        "await dispatcher.cancel()\nawait dispatcher.results()",
        cancels,
        ["begun", "tidied up", "cancel returns", [True]],
        Misconception(
            id="leaves-tasks-running",
            looks_like="tools that run on after `cancel`: nobody told them to stop",
            try_next="Call `.cancel()` on each task.",
            matches=lambda out: bool(out.timed_out) or mentions(out, NEVER_ENDED),
        ),
        Misconception(
            id="cancelled-error-escapes",
            looks_like="a CancelledError that comes out of `cancel` or `results`: waiting for a "
            "cancelled task raises it",
            try_next="`asyncio.wait(tasks)` waits without raising; so does "
            "`gather(*tasks, return_exceptions=True)`.",
            matches=lambda out: isinstance(out.error, asyncio.CancelledError),
        ),
        Misconception(
            id="cancel-does-not-wait",
            looks_like="a `cancel` that returns while its tools are still tidying up: "
            "`task.cancel()` only asks",
            try_next="After asking, wait for the tasks: `await asyncio.wait(tasks)`.",
            matches=lambda out: out.returned[:2] == ["begun", "cancel returns"],
        ),
        Misconception(
            id="cancelled-unanswered",
            looks_like="no error result for a tool that was cancelled",
            try_next="What has no result by then gets one that says so, with `is_error`.",
            matches=lambda out: isinstance(out.error, LookupError) or out.returned[-1] != [True],
        ),
    ),
    case(
        "cancelled while it waits",
        "Stop, Ctrl-C or a closed browser cancel the loop where it waits: in `results`.",
        "task.cancel()  # of a task that awaits dispatcher.results()",
        cancelled_while_it_waits,
        "cancelled",
        Misconception(
            id="swallows-cancellation",
            looks_like="a CancelledError that is caught and not passed on: a bare `except`, or "
            "`except BaseException`",
            try_next="Catch `Exception`: CancelledError is none, so that it can get through.",
            matches=lambda out: bool(out.timed_out) or out.error is None,
        ),
    ),
)


# What it tells, and nothing else


def told_of(events: Iterable[Any]) -> list[str]:
    """The events in words."""
    lines = []
    for event in events:
        kind = type(event).__name__
        more = f", is_error={event.is_error}" if kind == "ToolFinished" else ""
        lines.append(f"{kind}: {event.call.name}{more}")
    return lines


async def tells(my: Namespace) -> object:
    """Tell of a tool that ends well, one that fails and one that is held back."""

    @tool(once=True)
    async def pay(amount: int) -> str:
        """Pay."""
        return "thank you"

    turn = Turn(my, get_weather, book_boat, pay)
    turn.start(LAGOS)
    await soon(lambda: len(turn.told) >= 2)
    turn.start(call(2, "book_boat", {"name": "Ada"}))
    await soon(lambda: len(turn.told) >= 4)
    turn.start(call(3, "pay", {"amount": 12}))
    await asyncio.sleep(0.02)
    early = told_of(turn.told)
    turn.release()
    await turn.results()
    return [early, told_of(turn.told)[len(early) :]]


async def two_turns(my: Namespace) -> object:
    """Have two dispatchers."""
    one, two = Turn(my, get_weather), Turn(my, get_weather)
    one.start(LAGOS)
    blocks = await two.finish(OSLO)
    await one.results()
    return ids(blocks)


async def quiet(my: Namespace) -> object:
    """Return what a turn prints."""
    with redirect_stdout(StringIO()) as printed:
        await Turn(my, get_weather, book_boat).finish(BOAT, OSLO)
    return printed.getvalue()


LAST_CASES = (
    case(
        "it tells what happens",
        "A page that shows tools needs to know when each begins and ends.",
        "ToolDispatcher(tools, emit)",
        tells,
        [
            [
                "ToolStarted: get_weather",
                "ToolFinished: get_weather, is_error=False",
                "ToolStarted: book_boat",
                "ToolFinished: book_boat, is_error=True",
            ],
            ["ToolStarted: pay", "ToolFinished: pay, is_error=False"],
        ],
        Misconception(
            id="tells-nothing",
            looks_like="an `emit` that is never called",
            try_next="Call it where a tool begins, and where it has ended.",
            matches=lambda out: out.returned == [[], []],
        ),
        Misconception(
            id="started-before-it-starts",
            looks_like="a `ToolStarted` for a tool that is only waiting: the page would show a "
            "payment that has not been made",
            try_next="Emit it in the task, right before the tool runs.",
            matches=lambda out: "ToolStarted: pay" in out.returned[0],
        ),
        Misconception(
            id="start-is-not-told",
            looks_like="no `ToolStarted`: a page would show results without their calls",
            try_next="Emit it in the task, right before the tool runs.",
            matches=lambda out: "ToolStarted" not in str(out.returned),
        ),
        Misconception(
            id="told-at-the-end",
            looks_like="a `ToolFinished` that comes when the results are asked for, not when the "
            "tool is done",
            try_next="Emit it in the tool's own task.",
            matches=lambda out: (
                "ToolFinished" not in str(out.returned[0])
                and str(out.returned[1]).count("ToolFinished") > 1
            ),
        ),
        Misconception(
            id="failure-is-not-told",
            looks_like="no `ToolFinished` for a tool that failed: on the page it runs for ever",
            try_next="Emit it after the `try`, for both ways out of it.",
            matches=lambda out: "ToolFinished: book_boat" not in str(out.returned),
        ),
        Misconception(
            id="failure-told-as-success",
            looks_like="a `ToolFinished` that says nothing of the failure",
            try_next="Give it the same `is_error` as the result.",
            matches=lambda out: "is_error=True" not in str(out.returned),
        ),
    ),
    case(
        "two turns at once",
        "A server has many conversations, each with a dispatcher.",
        "one, two = ToolDispatcher(tools, emit), ToolDispatcher(tools, emit)",
        two_turns,
        [OSLO.id],
        SHARED,
    ),
    case(
        "quiet",
        "What it prints would stand in the middle of somebody's answer.",
        "await dispatcher.results()",
        quiet,
        "",
        Misconception(
            id="prints-too",
            looks_like="a `print` that was left in",
            try_next="Take it out; `emit` is there to tell.",
            matches=lambda out: bool(out.returned),
        ),
    ),
)


DISPATCH = Part(
    id="dispatch",
    title="Tools in mid-stream",
    notebook=NOTEBOOK,
    minutes=20,
    difficulty="medium",
    teaches="You can run tools while the answer streams, and always know what became of them.",
    stub=STUB,
    reference=Path(__file__).parent / "dispatch_reference.py",
    cases=(
        *ONE_CALL_CASES,
        *SEVERAL_CASES,
        *INPUT_CASES,
        *FAILURE_CASES,
        *SAFETY_CASES,
        *LAST_CASES,
    ),
    hints=(
        "Keep three things: the calls, in order; a task for each that runs; and what each came to. "
        "`start` only makes a task, and everything that can go wrong happens inside it, where it "
        "becomes a result. `results` waits for the tasks and then goes through the calls.",
        "The coroutine behind a task: look up the tool, `tool.arguments(call.input)`, emit "
        "`ToolStarted`, then `await tool.function(**arguments)` or `asyncio.to_thread`, under "
        "`asyncio.timeout(tool.timeout)`; all that in a `try` with `except Exception`. Behind it, "
        "keep the end by `call.id` and emit `ToolFinished`. To wait, `asyncio.wait(tasks)`: it "
        "raises nothing, but refuses an empty list. A call that has no end gets an error result.",
        "One way, in a few short methods; helpers/dispatch.py, on which the course's agent runs, "
        "does more:",
    ),
    module=__name__,
    needs=("message",),
)


PARTS = (PREDICT_WALLS, MAY_START, THAW, DISPATCH)
