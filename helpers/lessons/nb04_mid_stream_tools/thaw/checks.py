"""What is tried with `thaw`, and what its mistakes are recognised by."""

import asyncio
import inspect

from helpers.lessons.checking.case import Case, Misconception, Namespace
from helpers.lessons.common.outcomes import mentions
from helpers.lessons.nb04_mid_stream_tools.blocking import ONE_THREAD, Blocking, Meeting

__all__ = ["CASES"]


async def thaw(my: Namespace) -> object:
    """Read a page that takes its time."""
    block = Blocking()

    def fetch(url: str) -> str:
        block()
        return f"the page of {url}"

    page = await my.read_page(fetch, "example.org")
    return [page, block.report()]


async def thaw_error(my: Namespace) -> object:
    """Read a page that is not there."""

    def fetch(url: str) -> str:
        raise OSError(f"{url} is not there")

    try:
        return await my.read_page(fetch, "example.org")
    except OSError as error:
        return f"raised OSError: {error}"


async def thaw_two(my: Namespace) -> object:
    """Read two pages, each of which waits for the other."""
    both = Meeting()

    def fetch(url: str) -> str:
        return f"{url}: {both()}"

    return await asyncio.gather(my.read_page(fetch, "one"), my.read_page(fetch, "two"))


CASES = (
    Case(
        "the loop goes on",
        "While a page loads, tokens arrive, and somebody may press Stop.",
        'await read_page(fetch, "example.org")',
        thaw,
        ["the page of example.org", "the loop went on"],
        (
            Misconception(
                id="awaits-a-plain-value",
                about=(TypeError,),
                matches=lambda out: mentions(out, "can't be used in 'await'"),
            ),
            Misconception(
                id="calls-it-too-early",
                about=(TypeError,),
                matches=lambda out: mentions(
                    out,
                    "object is not callable",
                    "a coroutine was expected",
                    "a coroutine or an awaitable is required",
                ),
            ),
            Misconception(
                id="missing-await",
                matches=lambda out: inspect.isawaitable(out.returned[0]),
            ),
            Misconception(
                id="returns-no-page",
                matches=lambda out: out.returned[0] is None,
            ),
            Misconception(
                id="waits-without-await",
                matches=lambda out: out.returned[1] == "the loop stood still",
            ),
        ),
    ),
    Case(
        "a page that is not there",
        "An exception in the thread must reach the caller.",
        'await read_page(fetch, "example.org")  # fetch raises OSError',
        thaw_error,
        "raised OSError: example.org is not there",
        (
            Misconception(
                id="loses-the-error",
                matches=lambda out: not out.timed_out,
            ),
        ),
    ),
    Case(
        "two pages at once",
        "Two tools that block should not wait for each other.",
        'await gather(read_page(fetch, "one"), read_page(fetch, "two"))',
        thaw_two,
        ["one: together", "two: together"],
        (ONE_THREAD,),
    ),
)
