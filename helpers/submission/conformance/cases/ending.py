"""How it ends, where the key goes, and what it is made of."""

import asyncio
from contextlib import suppress

from helpers.submission.conformance.cases.registry import case
from helpers.submission.conformance.harness import Failed, Harness
from helpers.submission.conformance.listener import Exchange
from helpers.submission.conformance.wire_events import call, encoded, message, start, text

__all__: list[str] = []  # the registry has them


@case(
    "closes",
    "ends when the message ends, and closes its socket",
    "A connection that stays open costs a slot, and the program never ends.",
)
async def closes(harness: Harness) -> None:
    last = harness.values.word()
    closed: list[bool] = []

    async def api(exchange: Exchange) -> None:
        await exchange.begin()
        await exchange.send(encoded(message(harness.values, [text(0, [last])])))
        with suppress(TimeoutError):
            async with asyncio.timeout(harness.limits.patience):
                await exchange.gone.wait()
        closed.append(exchange.gone.is_set())

    harness.sent = "a whole message, and then a body that doesn't end"
    async with harness.run([api]) as run:
        code = await run.finish()
        if code != 0 or closed != [True]:
            run.fail(f"it ended with {code}, socket closed: {closed}", "0, and a closed socket")
        run.must_show({last: "in the answer"})


@case(
    "interrupted",
    "stops cleanly on Ctrl-C",
    "The bill stops when the socket closes, not when the window does.",
    not_on=("win32",),
)
async def interrupted(harness: Harness) -> None:
    first = harness.values.word()
    closed = asyncio.Event()

    async def api(exchange: Exchange) -> None:
        await exchange.begin()
        await exchange.send(encoded([start(harness.values), *text(0, [f"{first} "])[:-1]]))
        with suppress(TimeoutError):
            async with asyncio.timeout(3 * harness.limits.patience):
                await exchange.gone.wait()
            closed.set()

    harness.sent = f"{first!r}, then silence; Ctrl-C once the word is on the screen"
    async with harness.run([api, api]) as run:
        await run.begins()
        if not await run.agent.shows(first, harness.limits.patience):
            run.fail(f"{first!r} was not shown", "the word, and then a stop")
        run.agent.interrupt()
        await run.finish()
        if "Traceback" in run.agent.err:
            run.fail("it ended with a traceback", "a word, or silence")
        try:  # the listener sees the closing a moment later
            async with asyncio.timeout(harness.limits.patience):
                await closed.wait()
        except TimeoutError:
            run.fail("the socket stayed open", "a closed socket")


@case(
    "key",
    "sends the key to the API and nowhere else",
    "Everybody who has the key can spend your money.",
)
async def key(harness: Harness) -> None:
    first = harness.values.word()
    _, _, calls = call(harness.values, 1)

    async def elsewhere(exchange: Exchange) -> None:
        place = f"{harness.trap}/v1/messages"
        await exchange.reply(307, "moved", {"location": place})

    harness.sent = "a call, whose result goes to an API that redirects to another address"
    blocks = [text(0, [f"{first} "]), calls]
    turns = [harness.streams(message(harness.values, blocks, "tool_use")), *[elsewhere] * 9]
    async with harness.run(turns) as run:
        await run.finish(2 * harness.limits.patience)
        if run.key not in str(run.asked[0].headers):
            run.fail("the API was not given the key", "the key of ANTHROPIC_API_KEY")
        if not run.weather:
            run.fail("the weather service was never asked", "a question")
        for place, exchanges in (("weather service", run.weather), ("new address", run.elsewhere)):
            for exchange in exchanges:
                if run.key in f"{exchange.path}{exchange.headers}{exchange.body!r}":
                    run.fail(f"the {place} was sent the key", "the key for the API alone")
        if run.key in run.agent.out + run.agent.err:
            run.fail("the key is on the screen", "the key for the API alone")
        run.must_show({first: "before the call"})


@case(
    "by_hand",
    "works without an SDK, in one process, on its own",
    "This build is about doing it by hand.",
)
async def by_hand(harness: Harness) -> None:
    last = harness.values.word()
    harness.sent = "an answer, while the interpreter notes what the file imports and starts"
    async with harness.run([harness.says(last)] * 9) as run:
        try:
            await run.finish()
        finally:  # what it did says more than that it ended without an answer
            if run.agent.notes:
                raise Failed(f"it {', '.join(sorted(set(run.agent.notes)))}", "the file alone")
        for exchange in run.asked:
            if marks := [name for name in exchange.headers if name.startswith("x-stainless")]:
                run.fail(f"its requests carry an SDK's headers: {marks[0]}", "requests of its own")
        run.must_show({last: "in the answer"})
