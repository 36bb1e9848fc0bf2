"""What is tried with `dispatch`, and what its mistakes are recognised by."""

import asyncio
import inspect
import json
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from typing import Any

from helpers.lessons.checking.case import Misconception, Namespace, Outcome
from helpers.lessons.common.cases import case_with
from helpers.lessons.common.events import Block
from helpers.lessons.common.outcomes import mentions, printed_by
from helpers.lessons.nb04_mid_stream_tools.blocking import ONE_THREAD, Blocking, Meeting
from helpers.message import ToolCall
from helpers.tools import Tool, ToolError, tool

__all__ = ["CASES"]

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
        matches=lambda out: mentions(out, IS_A_COROUTINE),
    ),
    Misconception(
        id="results-is-not-async",
        matches=lambda out: mentions(out, NOT_AWAITABLE),
    ),
    Misconception(
        id="runs-a-loop-in-the-loop",
        matches=lambda out: any(
            sign in f"{out.returned} {out.error}"
            for sign in ("cannot be called from a running event loop", "is already running")
        ),
    ),
    Misconception(
        id="awaited-twice",
        matches=lambda out: mentions(out, "cannot reuse already awaited"),
    ),
    Misconception(
        id="async-in-a-thread",
        matches=lambda out: any(
            sign in f"{out.returned} {out.error}"
            for sign in ("coroutine object", "type coroutine is not JSON")
        ),
    ),
    Misconception(
        id="awaits-a-plain-function",
        matches=lambda out: "used in 'await'" in f"{out.returned} {out.error}",
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
FINE = result(LAGOS, "Lagos: fine for 1 day")


# Mistakes that show in more than one case
CANCELS_OTHERS = Misconception(
    id="failure-cancels-others",
    matches=lambda out: (
        errors(out.returned) == [True, True] or isinstance(out.error, asyncio.CancelledError)
    ),
)
FORGETS_THE_SLOW = Misconception(
    id="forgets-who-is-slow",
    matches=lambda out: (
        len(out.returned) < len(out.expected)
        or "together" in out.returned  # and the other one has no page yet
        or any(errors(out.returned))
    ),
)
SHARED = Misconception(
    id="shared-between-dispatchers",
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
            matches=lambda out: (
                not all(
                    isinstance(block, dict) and block.get("type") == "tool_result"
                    for block in out.returned
                )
            ),
        ),
        Misconception(
            id="other-field-names",
            matches=lambda out: any(
                set(block) - {"is_error"} != {"type", "tool_use_id", "content"}
                for block in out.returned
            ),
        ),
        Misconception(
            id="runs-no-tool",
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
            matches=lambda out: (
                place(out, "message_stop")
                < place(out, "the tool begins")
                < place(out, "results asked for")
            ),
        ),
        Misconception(
            id="dispatches-when-asked",
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
            matches=lambda out: ids(out.returned) == sorted(one.id for one in THREE),
        ),
        Misconception(
            id="completion-order",
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
            matches=lambda out: "Expecting value" in f"{out.returned} {out.error}",
        ),
        Misconception(
            id="empty-input-is-no-input",
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
            matches=lambda out: not isinstance(out.returned, str | list),
        ),
        Misconception(
            id="content-is-a-repr",
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
            matches=lambda out: out.error is not None,
        ),
        Misconception(
            id="check-without-a-reason",
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
            matches=lambda out: (
                errors(out.returned) == [False] or "required" in str(out.returned).lower()
            ),
        ),
        Misconception(
            id="raw-is-lost",
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
            matches=lambda out: out.error is not None,
        ),
        Misconception(
            id="unknown-tool-unanswered",
            matches=lambda out: len(out.returned) < 2,
        ),
        CANCELS_OTHERS,
        Misconception(
            id="unknown-tool-unnamed",
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
            matches=lambda out: mentions(out, "no boat goes today", "unhandled errors"),
        ),
        CANCELS_OTHERS,
        Misconception(
            id="missing-result",
            matches=lambda out: len(out.returned) < 2,
        ),
        Misconception(
            id="no-is-error",
            matches=lambda out: errors(out.returned) == [False, False],
        ),
        Misconception(
            id="error-without-a-reason",
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
            matches=lambda out: bool(out.timed_out) or mentions(out, NEVER_ENDED),
        ),
        Misconception(
            id="deadline-escapes",
            matches=lambda out: isinstance(out.error, TimeoutError),
        ),
        Misconception(
            id="one-deadline-for-all",
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
            matches=lambda out: out.returned == ["paid", "thank you", "message_stop"],
        ),
        Misconception(
            id="runs-it-twice",
            matches=lambda out: out.returned.count("paid") > 1,
        ),
        Misconception(
            id="once-never-runs",
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
            matches=lambda out: out.returned[0] != "paid 0 times",
        ),
        Misconception(
            id="held-back-unanswered",
            matches=lambda out: isinstance(out.error, LookupError) or len(out.returned[1]) < 2,
        ),
        Misconception(
            id="throws-away-what-is-done",
            matches=lambda out: out.returned[2] == [True, True],
        ),
        Misconception(
            id="waits-for-the-held-back",
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
            matches=lambda out: bool(out.timed_out) or mentions(out, NEVER_ENDED),
        ),
        Misconception(
            id="cancelled-error-escapes",
            matches=lambda out: isinstance(out.error, asyncio.CancelledError),
        ),
        Misconception(
            id="cancel-does-not-wait",
            matches=lambda out: out.returned[:2] == ["begun", "cancel returns"],
        ),
        Misconception(
            id="cancelled-unanswered",
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
    return await printed_by(Turn(my, get_weather, book_boat).finish(BOAT, OSLO))


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
            matches=lambda out: out.returned == [[], []],
        ),
        Misconception(
            id="started-before-it-starts",
            matches=lambda out: "ToolStarted: pay" in out.returned[0],
        ),
        Misconception(
            id="start-is-not-told",
            matches=lambda out: "ToolStarted" not in str(out.returned),
        ),
        Misconception(
            id="told-at-the-end",
            matches=lambda out: (
                "ToolFinished" not in str(out.returned[0])
                and str(out.returned[1]).count("ToolFinished") > 1
            ),
        ),
        Misconception(
            id="failure-is-not-told",
            matches=lambda out: "ToolFinished: book_boat" not in str(out.returned),
        ),
        Misconception(
            id="failure-told-as-success",
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
            matches=lambda out: bool(out.returned),
        ),
    ),
)


CASES = (
    *ONE_CALL_CASES,
    *SEVERAL_CASES,
    *INPUT_CASES,
    *FAILURE_CASES,
    *SAFETY_CASES,
    *LAST_CASES,
)
