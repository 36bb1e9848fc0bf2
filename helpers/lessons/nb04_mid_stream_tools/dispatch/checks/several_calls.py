"""Cases of `dispatch`: several calls."""

from typing import Any

from helpers.lessons.checking.case import Misconception, Namespace
from helpers.lessons.nb04_mid_stream_tools.blocking import ONE_THREAD, Blocking, Meeting
from helpers.lessons.nb04_mid_stream_tools.dispatch.checks.harness import (
    Turn,
    call,
    case,
    errors,
    ids,
    result,
    same_results,
    soon,
    words,
)
from helpers.tools import tool

FORGETS_THE_SLOW = Misconception(
    id="forgets-who-is-slow",
    matches=lambda out: (
        len(out.returned) < len(out.expected)
        or "together" in out.returned  # and the other one has no page yet
        or any(errors(out.returned))
    ),
)


KEYED_BY_NAME = Misconception(
    id="keyed-by-name",
    matches=lambda out: (
        isinstance(out.error, LookupError)
        if out.error
        else len(set(find_ids(out.returned))) < len(out.expected[0])
    ),
)


def find_ids(returned: Any) -> list[Any]:
    """The ids in what came back, each as often as it is there."""
    return returned[0] if isinstance(returned[0], list) else ids(returned)


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
    return [*(words(each["content"]) for each in blocks), block.report()]


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
        "Two pages of one second each should take one second, not two.",
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
        "Many tools are plain functions: they read a file or ask a database.",
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
        "Two threads can work at the same time.",
        "dispatcher.start(first)\ndispatcher.start(second)  # both block",
        both_block,
        ["together", "together"],
        ONE_THREAD,
    ),
    case(
        "the last one finishes first",
        "The API accepts results in any order. But then two runs of a conversation differ.",
        "await dispatcher.results()  # finished in the order 3, 2, 1",
        last_is_first,
        [result(one, f"page {one.index}") for one in THREE],
        KEYED_BY_NAME,
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
        "A model may want to throw the dice twice, or to read the same page again.",
        "dispatcher.start(first)\ndispatcher.start(second)  # same name, same input",
        same_call_twice,
        [[one.id for one in TWICE], "ran 2 times"],
        KEYED_BY_NAME,
    ),
)
