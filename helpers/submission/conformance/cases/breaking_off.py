"""Answers that break off, or seem to: what was shown stays, and half is never whole."""

import asyncio
import json
import re
from contextlib import suppress

from helpers.submission.conformance.cases.registry import case
from helpers.submission.conformance.harness import Harness, Run, city_of, error
from helpers.submission.conformance.listener import Exchange
from helpers.submission.conformance.wire_events import encoded, end, message, start, text, tool_use

__all__: list[str] = []  # the registry has them

SILENCE = 2  # seconds that an agent is told to put up with
CUT = re.compile(r"(?i)max.?tokens")


def check_rest(run: Run, code: int, rest: str) -> None:
    """Look whether an answer that broke off was completed, or is said to be incomplete.

    Raises:
        Failed: neither.
    """
    if code == 0 and rest not in run.agent.out:
        run.fail("it ended with 0 after half an answer", "the rest, or another exit code")
    if code != 0 and not run.agent.err.strip():
        run.fail(f"it ended with {code} and not a word", "a sentence on standard error")


@case(
    "no_text_twice",
    "shows a text once, also when the stream breaks after it",
    "A person has read the text; the second time, it disturbs or even differs.",
)
async def no_text_twice(harness: Harness) -> None:
    first, second = harness.values.word(), harness.values.word()
    opening = [start(harness.values), *text(0, [f"{first} "])[:-1]]
    broken = encoded([*opening, error("overloaded_error", "busy")])

    async def again(exchange: Exchange) -> None:
        said = json.dumps(exchange.json.get("messages", []))
        parts = [f"{second}."] if first in said else [f"{first} ", f"{second}."]
        await harness.streams(message(harness.values, [text(0, parts)]))(exchange)

    harness.sent = f"{first!r} and then overloaded_error; each later request gets the whole text"
    async with harness.run([harness.sends([broken]), again, again]) as run:
        await run.finish(harness.limits.patience)
        count = run.agent.out.count(first)
        if count != 1:
            run.fail(f"{first!r} was shown {count} times", "once")


@case(
    "error_behind_text",
    "treats an answer that an error ends as incomplete",
    "If an answer looks complete, nobody asks for the rest.",
)
async def error_behind_text(harness: Harness) -> None:
    first, second = harness.values.word(), harness.values.word()
    opening = [start(harness.values), *text(0, [f"{first} "])[:-1]]
    broken = encoded([*opening, error("overloaded_error", "busy")])
    harness.sent = f"{first!r} and then overloaded_error; {second!r} to each later request"
    async with harness.run([harness.sends([broken]), *[harness.says(second)] * 2]) as run:
        check_rest(run, await run.finish(harness.limits.patience), second)
        run.must_show({first: "before the error"})
        run.check_history()


@case(
    "truncated",
    "notices that a stream without an end was cut",
    "Half an answer that looks complete is worse than no answer.",
)
async def truncated(harness: Harness) -> None:
    first, second = harness.values.word(), harness.values.word()
    opening = encoded([start(harness.values), *text(0, [f"{first} "])])
    harness.sent = f"{first!r}, and then a clean end of the body without message_stop"
    async with harness.run([harness.sends([opening]), *[harness.says(second)] * 2]) as run:
        check_rest(run, await run.finish(harness.limits.patience), second)
        run.must_show({first: "before the cut"})
        run.check_history()


@case(
    "silence",
    "ends a silence that is longer than --read-timeout, and says so",
    "A connection can break without a message; nobody should wait for ever.",
    waits=True,
)
async def silence(harness: Harness) -> None:
    first, second = harness.values.word(), harness.values.word()
    opening = encoded([start(harness.values), *text(0, [f"{first} "])[:-1]])
    left: list[bool] = []

    async def silent(exchange: Exchange) -> None:
        await exchange.begin()
        await exchange.send(opening)
        with suppress(TimeoutError):
            async with asyncio.timeout(SILENCE + harness.limits.patience):
                await exchange.gone.wait()
        left.append(exchange.gone.is_set())

    harness.sent = f"--read-timeout {SILENCE}; {first!r}, and then silence on an open connection"
    arguments = ("--read-timeout", str(SILENCE))
    turns = [silent, *[harness.says(second)] * 2]
    async with harness.run(turns, arguments=arguments) as run:
        code = await run.finish(SILENCE + harness.limits.patience)
        if left[:1] == [False]:
            run.fail(
                f"it still waited after {SILENCE + harness.limits.patience:.0f} s",
                f"an end of the waiting after {SILENCE} s, or soon after",
            )
        check_rest(run, code, second)
        run.must_show({first: "before the silence"})
        if not run.agent.err.strip():
            run.fail("it said nothing about it", "a sentence on standard error")


@case(
    "whole_answer",
    "keeps a whole answer when the connection breaks after it",
    "An agent that asks again pays twice, and shows the answer twice.",
)
async def whole_answer(harness: Harness) -> None:
    words = harness.values.word()
    *opening, stop = [start(harness.values), *text(0, [f"{words} "])]

    async def api(exchange: Exchange) -> None:
        await exchange.begin()
        await exchange.send(encoded(opening))
        await run.agent.shows(words, harness.limits.patience)
        await exchange.send(encoded([stop, *end()]))
        await exchange.cut()

    harness.sent = f"{words!r} to its message_stop, and then a connection that breaks"
    async with harness.run([api] * 4) as run:
        await run.finish(harness.limits.patience)
        if len(run.asked) != 1:
            run.fail(f"it sent {run.count_requests()}", "one: the answer was whole")
        await run.expect_answer()
        run.must_show({words: "in the answer"})


@case(
    "max_tokens",
    "says so when max_tokens has cut the answer",
    "A person can't see that more sentences are missing.",
)
async def max_tokens(harness: Harness) -> None:
    words = harness.values.sentence(4)
    harness.sent = f"{words!r}, and stop_reason max_tokens"
    events = message(harness.values, [text(0, harness.values.split(words))], "max_tokens")
    async with harness.run([harness.streams(events)] * 4) as run:
        code = await run.finish()
        run.must_show({words: "in the answer"})
        if not CUT.search(run.agent.err + run.agent.out):
            run.fail("nothing says that the answer was cut", "the API's word for it: max_tokens")
        if code == 0:
            run.fail("it ended with 0, as if the answer were whole", "another exit code")


@case(
    "cut_call",
    "never runs a call that was cut",
    'A partial parser makes {"amount": 12 look finished.',
)
async def cut_call(harness: Harness) -> None:
    first, last = harness.values.word(), harness.values.word()
    city = harness.values.city()
    fragments = harness.values.split(json.dumps({"city": city})[:-4], 5)
    events = tool_use(1, f"toolu_{harness.values.randrange(10**9)}", "get_weather", fragments)
    harness.sent = (
        f"a call for {city!r} whose JSON ends too early, closed, and stop_reason max_tokens"
    )
    blocks = [text(0, [f"{first} "]), events]
    turns = [
        harness.streams(message(harness.values, blocks, "max_tokens")),
        *[harness.says(last)] * 3,
    ]
    async with harness.run(turns) as run:
        await run.finish()
        if run.weather:
            run.fail(f"the tool ran, for {city_of(run.weather[0])!r}", "no run")
        run.must_show({first: "before the call"})
        run.check_history()
