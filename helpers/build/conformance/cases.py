"""The behaviours, a case each: what is sent, and what an agent has to make of it."""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from helpers.build.conformance.bench import Bench, Failed, Run, error, refusal, visible
from helpers.build.conformance.listener import Exchange
from helpers.build.conformance.scene import (
    Event,
    encoded,
    end,
    message,
    pieces,
    start,
    text,
    tool_use,
)

__all__ = ["CASES", "Case"]


@dataclass(frozen=True)
class Case:
    """One behaviour.

    Attributes:
        id: stable, such as "streams_text".
        title: what the agent does, as a clause.
        why: what it costs if it doesn't.
        run: tries it; raises Failed.
        system: "" or the platforms that it can't be tried on.
    """

    id: str
    title: str
    why: str
    run: Callable[[Bench], Awaitable[None]]
    not_on: tuple[str, ...] = ()


CASES: list[Case] = []


def case(
    id: str, title: str, why: str, *, not_on: tuple[str, ...] = ()
) -> Callable[[Callable[[Bench], Awaitable[None]]], Callable[[Bench], Awaitable[None]]]:
    """Enter a function in the list of cases."""

    def enter(run: Callable[[Bench], Awaitable[None]]) -> Callable[[Bench], Awaitable[None]]:
        CASES.append(Case(id, title, why, run, not_on))
        return run

    return enter


def call(bench: Bench, index: int = 0) -> tuple[str, str, list[Event]]:
    """Return a random call of get_weather: its city, its id, its events."""
    city, id = bench.dice.city(), f"toolu_{bench.dice.randrange(10**9)}"
    return city, id, tool_use(index, id, "get_weather", pieces(bench.dice, {"city": city}))


def city_of(exchange: Exchange) -> str:
    """Return the city that the weather service was asked for."""
    return parse_qs(urlsplit(exchange.path).query, encoding="utf-8").get("city", [""])[0]


@case("streams_text", "shows text before the answer ends", "A person waits for the first word.")
async def streams_text(bench: Bench) -> None:
    first, second = bench.dice.word(), bench.dice.word()
    showed: list[bool] = []

    async def api(exchange: Exchange) -> None:
        await exchange.begin()
        opening = [start(bench.dice), *text(0, [f"{first} "])[:-1]]
        await exchange.send(encoded(opening))
        showed.append(await run.agent.shows(first, bench.limits.patience))
        rest = {"type": "content_block_delta", "index": 0}
        rest["delta"] = {"type": "text_delta", "text": second}
        stop = {"type": "content_block_stop", "index": 0}
        await exchange.send(encoded([rest, stop, *end()]))
        await exchange.finish()

    bench.sent = f"{first!r}, then nothing until it is on the screen, then {second!r}"
    async with bench.run(api) as run:
        await run.finish(bench.limits.patience)
        if not showed or not showed[0]:
            run.fail(f"{first!r} was not shown while the stream stood open", "the word, at once")
        if second not in run.agent.out:
            run.fail(f"{second!r} was never shown", "the rest of the answer")


@case(
    "any_chunking",
    "reads the same text however the bytes are cut",
    "A network cuts where it likes: inside a line, inside a character.",
)
async def any_chunking(bench: Bench) -> None:
    words = bench.dice.odd_sentence(8)
    events = message(bench.dice, [text(0, bench.dice.split(words))])
    for newline, most in (("\n", 1), ("\r\n", 7), ("\n", 10**6), ("\r\n", 1)):
        data = encoded(events, newline)
        size = "in one piece" if most > len(data) else f"at most {most} bytes a piece"
        bench.sent = f"{words!r}, lines ending in {newline!r}, {size}"

        async def api(exchange: Exchange, data: bytes = data, most: int = most) -> None:
            await exchange.begin()
            for chunk in bench.dice.chunks(data, most):
                await exchange.send(chunk)
                await asyncio.sleep(0)
            await exchange.finish()

        async with bench.run([api]) as run:
            await run.answered()
            if visible(words) not in visible(run.agent.out):
                run.fail(f"the screen says {run.agent.out.strip()[-200:]!r}", "the same words")


@case(
    "unknown_events",
    "goes on after pings, comments and what it doesn't know",
    "The API adds events; a client must not stop at one.",
)
async def unknown_events(bench: Bench) -> None:
    first, second = bench.dice.sentence(3), bench.dice.sentence(3)
    odd: list[Event] = [
        {"type": "ping"},
        {"type": f"{bench.dice.word()}_event", "data": {"a": 1}},
    ]
    strange = {"type": f"{bench.dice.word()}_delta", "value": 1}
    blocks = [
        *text(0, [first]),
        *odd,
        {"type": "content_block_start", "index": 1, "content_block": {"type": bench.dice.word()}},
        {"type": "content_block_delta", "index": 1, "delta": strange},
        {"type": "content_block_stop", "index": 1},
        *text(2, [second]),
    ]
    data = encoded([start(bench.dice), *odd, *blocks, *end()])
    data = b": a comment\n\nid: 7\nretry: 10\n\n" + data
    bench.sent = (
        "two blocks of text; around them pings, a comment, unknown events, an unknown block"
    )

    async def api(exchange: Exchange) -> None:
        await exchange.begin()
        for chunk in bench.dice.chunks(data):
            await exchange.send(chunk)
        await exchange.finish()

    async with bench.run([api]) as run:
        await run.answered()
        shown = visible(run.agent.out)
        if visible(first) not in shown or visible(second) not in shown:
            run.fail(f"the screen says {run.agent.out.strip()[-200:]!r}", f"{first!r}, {second!r}")


@case(
    "tool_json",
    "puts a tool's input together from fragments",
    "A fragment is no JSON; a wrong city is a wrong answer.",
)
async def tool_json(bench: Bench) -> None:
    city = f"{bench.dice.city()} {bench.dice.choice(['“é”', chr(34) + 'ü' + chr(92), '漢字 🌦️'])}"
    id, weather = f"toolu_{bench.dice.randrange(10**9)}", bench.dice.word()
    calls = tool_use(0, id, "get_weather", pieces(bench.dice, {"city": city}))
    last = bench.dice.word()

    async def sky(exchange: Exchange) -> None:
        await exchange.reply(200, weather)

    bench.sent = f"a call of get_weather for {city!r}, in fragments of at most 5 characters"
    turns = [
        bench.streams(message(bench.dice, [calls], "tool_use")),
        bench.streams(message(bench.dice, [text(0, [last])])),
    ]
    async with bench.run(turns, sky) as run:
        code = await run.finish()
        cities = [city_of(exchange) for exchange in run.weather]
        if cities != [city]:
            run.fail(f"the weather service was asked for {cities}", f"one question, for {city!r}")
        [result] = run.results(1) or [{}]
        if result.get("tool_use_id") != id or weather not in json.dumps(result.get("content")):
            run.fail(f"the result was {json.dumps(result)[:200]}", f"{weather!r} for {id}")
        if code != 0 or last not in run.agent.out:
            run.fail(f"it ended with {code}", "the answer to the second request on the screen")


@case(
    "mid_stream",
    "starts a tool while the answer still streams",
    "Otherwise each tool waits for the end of the answer.",
)
async def mid_stream(bench: Bench) -> None:
    _, _, calls = call(bench)
    asked = asyncio.Event()
    early: list[bool] = []

    async def api(exchange: Exchange) -> None:
        await exchange.begin()
        await exchange.send(encoded([start(bench.dice), *calls, *text(1, ["So "])[:-1]]))
        try:
            await asyncio.wait_for(asked.wait(), bench.limits.patience)
            early.append(True)
        except TimeoutError:
            early.append(False)
        stop = {"type": "content_block_stop", "index": 1}
        await exchange.send(encoded([stop, *end("tool_use")]))
        await exchange.finish()

    async def sky(exchange: Exchange) -> None:
        asked.set()
        await exchange.reply(200, bench.dice.word())

    bench.sent = "a call, then text that doesn't go on until the tool has started"
    turns = [api, bench.streams(message(bench.dice, [text(0, ["Done."])]))]
    async with bench.run(turns, sky) as run:
        await run.finish(bench.limits.patience)
        if early != [True]:
            run.fail("the tool didn't start while the stream was open", "a start in mid-stream")


@case(
    "parallel",
    "runs the tools of a turn side by side",
    "Three tools of a second each should take one second.",
)
async def parallel(bench: Bench) -> None:
    both = asyncio.Event()
    together: list[bool] = []

    async def sky(exchange: Exchange) -> None:
        if len(run.weather) > 1:
            both.set()
        try:
            await asyncio.wait_for(both.wait(), bench.limits.patience)
            together.append(True)
        except TimeoutError:
            together.append(False)
        await exchange.reply(200, bench.dice.word())

    bench.sent = "two calls; the weather answers the first when it has been asked for the second"
    blocks = [call(bench, index)[2] for index in range(2)]
    turns = [
        bench.streams(message(bench.dice, blocks, "tool_use")),
        bench.streams(message(bench.dice, [text(0, ["Done."])])),
    ]
    async with bench.run(turns, sky) as run:
        await run.finish(bench.limits.patience)
        if len(together) < 2 or not together[0]:
            run.fail("the second tool waited for the first", "both at once")


@case(
    "call_order",
    "gives results back in call order, in one message",
    "The API refuses other shapes; a model takes the wrong result for its own.",
)
async def call_order(bench: Bench) -> None:
    calls = [call(bench, index) for index in range(3)]
    weather = {city: bench.dice.word() for city, _, _ in calls}
    asked = {city: asyncio.Event() for city, _, _ in calls}
    done = {city: asyncio.Event() for city, _, _ in calls}
    order = [city for city, _, _ in calls]

    async def sky(exchange: Exchange) -> None:
        city = city_of(exchange)
        if city in asked:
            asked[city].set()
            place = order.index(city)
            if place + 1 < len(order):  # the last one first, but nobody waits for ever
                with suppress(TimeoutError):
                    await asyncio.wait_for(done[order[place + 1]].wait(), 2)
        await exchange.reply(200, weather.get(city, "nothing"))
        if city in done:  # once the agent has taken it
            with suppress(TimeoutError):
                await asyncio.wait_for(exchange.gone.wait(), 0.3)
            await asyncio.sleep(0.1)
            done[city].set()

    bench.sent = f"three calls, for {', '.join(order)}; the weather answers the last one first"
    turns = [
        bench.streams(message(bench.dice, [events for *_, events in calls], "tool_use")),
        bench.streams(message(bench.dice, [text(0, ["Done."])])),
    ]
    async with bench.run(turns, sky) as run:
        await run.finish(bench.limits.patience)
        results = run.results(1)
        ids = [block.get("tool_use_id") for block in results]
        if ids != [id for _, id, _ in calls]:
            run.fail(f"results for {ids}", f"results for {[id for _, id, _ in calls]}")
        for (city, _, _), block in zip(calls, results, strict=True):
            if weather[city] not in json.dumps(block.get("content")):
                run.fail(f"for {city}: {block.get('content')!r:.120}", f"{weather[city]!r}")
        check_history(run)


def check_history(run: Run) -> None:
    """Look whether the API would have taken each request.

    Raises:
        Failed: it wouldn't; with its words.
    """
    for number, exchange in enumerate(run.asked, 1):
        if said := refusal(exchange.json):
            run.fail(f"request {number} would be refused: {said}", "a history that can be sent")


@case("loops", "asks again with the results until the model ends", "An agent is a loop.")
async def loops(bench: Bench) -> None:
    turns = bench.dice.randint(2, 4)
    last = bench.dice.sentence(4)
    answers = [
        bench.streams(
            message(
                bench.dice,
                [text(0, bench.dice.split(bench.dice.sentence(3))), call(bench, 1)[2]],
                "tool_use",
            )
        )
        for _ in range(turns)
    ]
    answers.append(bench.streams(message(bench.dice, [text(0, bench.dice.split(last))])))
    bench.sent = f"{turns} turns with a call each, then the answer"
    async with bench.run(answers) as run:
        code = await run.finish()
        if len(run.asked) != turns + 1:
            run.fail(f"{len(run.asked)} requests", f"{turns + 1} requests")
        counts = [len(exchange.json.get("messages", [])) for exchange in run.asked]
        if counts != [1 + 2 * number for number in range(turns + 1)]:
            run.fail(f"requests with {counts} messages", "each with the whole conversation")
        check_history(run)
        if code != 0 or visible(last) not in visible(run.agent.out):
            run.fail(f"it ended with {code}", "the last answer on the screen, and 0")


@case(
    "retries",
    "asks again when the API is busy for a moment",
    "Overload passes; an answer that never came is lost.",
)
async def retries(bench: Bench) -> None:
    status, type = bench.dice.choice(
        [(529, "overloaded_error"), (500, "api_error"), (503, "api_error")]
    )
    last = bench.dice.word()
    bench.sent = f"an HTTP {status}, then the answer"
    turns = [
        bench.refuses(status, type, "busy", {"retry-after-ms": "50"}),
        bench.streams(message(bench.dice, [text(0, [last])])),
    ]
    async with bench.run(turns) as run:
        code = await run.finish()
        if len(run.asked) != 2 or run.asked[0].json != run.asked[-1].json:
            run.fail(f"{len(run.asked)} requests", "the same request once more")
        if code != 0 or last not in run.agent.out:
            run.fail(f"it ended with {code}", "the answer on the screen, and 0")


@case(
    "retry_after",
    "waits as long as Retry-After says",
    "Who asks again too early makes it worse, and is refused again.",
)
async def retry_after(bench: Bench) -> None:
    seconds = bench.dice.choice([2, 3])
    last = bench.dice.word()
    bench.sent = f"an HTTP 429 with retry-after: {seconds}, then the answer"
    turns = [
        bench.refuses(429, "rate_limit_error", "slow down", {"retry-after": str(seconds)}),
        bench.streams(message(bench.dice, [text(0, [last])])),
    ]
    async with bench.run(turns) as run:
        await run.finish(seconds)
        if len(run.asked) != 2:
            run.fail(f"{len(run.asked)} requests", "the same request once more")
        waited = run.asked[1].at - run.asked[0].at
        if waited < seconds - 0.05:
            run.fail(f"it asked again after {waited:.2f} s", f"at least {seconds} s")


@case(
    "no_vain_retries",
    "gives up at once where asking again is in vain, and says why",
    "A wrong key stays wrong; a person wants to know.",
)
async def no_vain_retries(bench: Bench) -> None:
    status, type = bench.dice.choice(
        [(400, "invalid_request_error"), (401, "authentication_error"), (403, "permission_error")]
    )
    words = bench.dice.word()
    bench.sent = f"an HTTP {status} that says {words!r}"
    async with bench.run([bench.refuses(status, type, words)] * 8) as run:
        code = await run.finish()
        if len(run.asked) != 1:
            run.fail(f"{len(run.asked)} requests", "one")
        if code == 0:
            run.fail("it ended with 0", "another exit code: there was no answer")
        if "Traceback" in run.agent.err:
            run.fail("it ended with a traceback", "a sentence")
        if words not in run.agent.err + run.agent.out:
            run.fail("nothing says why", f"the API's own word, {words!r}")


@case(
    "overloaded_mid_stream",
    "asks again after an error inside the stream, while nothing was shown",
    "An overload comes inside a 200 as well.",
)
async def overloaded_mid_stream(bench: Bench) -> None:
    last = bench.dice.word()
    broken = encoded([start(bench.dice), {"type": "ping"}, error("overloaded_error", "busy")])

    async def api(exchange: Exchange) -> None:
        await exchange.begin()
        await exchange.send(broken)
        await exchange.finish()

    bench.sent = "a stream that holds message_start and overloaded_error, then the answer"
    async with bench.run([api, bench.streams(message(bench.dice, [text(0, [last])]))]) as run:
        code = await run.finish()
        if len(run.asked) != 2 or last not in run.agent.out or code != 0:
            run.fail(f"{len(run.asked)} requests, ended with {code}", "one more, and its answer")


@case(
    "no_text_twice",
    "never shows a text twice because the stream broke",
    "A person has read it; the second time is noise, or differs.",
)
async def no_text_twice(bench: Bench) -> None:
    first, second = bench.dice.word(), bench.dice.word()
    opening = [start(bench.dice), *text(0, [f"{first} "])[:-1]]
    broken = encoded([*opening, error("overloaded_error", "busy")])

    async def cut(exchange: Exchange) -> None:
        await exchange.begin()
        await exchange.send(broken)
        await exchange.finish()

    async def again(exchange: Exchange) -> None:
        said = json.dumps(exchange.json.get("messages", []))
        parts = [f"{second}."] if first in said else [f"{first} ", f"{second}."]
        await bench.streams(message(bench.dice, [text(0, parts)]))(exchange)

    bench.sent = f"{first!r} and then overloaded_error; whoever asks again gets the whole text"
    async with bench.run([cut, again, again]) as run:
        code = await run.finish(bench.limits.patience)
        count = run.agent.out.count(first)
        if count > 1:
            run.fail(f"{first!r} was shown {count} times", "once")
        if code == 0 and second not in run.agent.out:
            run.fail("it ended with 0, without the rest", "the rest, or another exit code")
        check_history(run)


@case(
    "truncated",
    "takes a stream without its end for what it is: cut",
    "Half an answer that looks whole is worse than none.",
)
async def truncated(bench: Bench) -> None:
    first, second = bench.dice.word(), bench.dice.word()
    opening = encoded([start(bench.dice), *text(0, [f"{first} "])])

    async def cut(exchange: Exchange) -> None:
        await exchange.begin()
        await exchange.send(opening)
        await exchange.finish()

    async def again(exchange: Exchange) -> None:
        await bench.streams(message(bench.dice, [text(0, [f"{second}."])]))(exchange)

    bench.sent = f"{first!r}, and then a clean end of the body without message_stop"
    async with bench.run([cut, again]) as run:
        code = await run.finish(bench.limits.patience)
        if code == 0 and second not in run.agent.out:
            run.fail("it ended with 0 after half an answer", "the rest, or another exit code")
        check_history(run)


@case(
    "cut_call",
    "never runs a call that was cut",
    'A partial parser makes {"amount": 12 look finished.',
)
async def cut_call(bench: Bench) -> None:
    last = bench.dice.word()
    city = bench.dice.city()
    fragments = bench.dice.split(json.dumps({"city": city})[:-4], 5)
    events = tool_use(0, f"toolu_{bench.dice.randrange(10**9)}", "get_weather", fragments)
    bench.sent = (
        f"a call for {city!r} whose JSON ends too early, closed, and stop_reason max_tokens"
    )
    turns = [
        bench.streams(message(bench.dice, [events], "max_tokens")),
        *[bench.streams(message(bench.dice, [text(0, [last])]))] * 3,
    ]
    async with bench.run(turns) as run:
        await run.finish()
        if run.weather:
            run.fail(f"the tool ran, for {city_of(run.weather[0])!r}", "no run")
        check_history(run)


@case(
    "history",
    "sends no history that the API refuses, also after a break",
    "One poisoned turn, and each later request is a 400.",
)
async def history(bench: Bench) -> None:
    _, _, calls = call(bench, 1)
    opening = encoded([start(bench.dice), *text(0, ["Let me look. "]), *calls[:-2]])
    reset = bench.dice.random() < 0.5

    async def cut(exchange: Exchange) -> None:
        await exchange.begin()
        for chunk in bench.dice.chunks(opening):
            await exchange.send(chunk)
        await run.agent.shows("look", bench.limits.patience)
        await exchange.cut(reset=reset)

    bench.sent = f"text and half a call, then {'a reset' if reset else 'a closed connection'}"
    good = bench.streams(message(bench.dice, [text(0, ["Done."])]))
    async with bench.run([cut, good, good, good]) as run:
        await run.finish(bench.limits.patience)
        check_history(run)


@case(
    "closes",
    "ends when the message ends, and closes its socket",
    "A connection that stays open costs a slot, and the program never ends.",
)
async def closes(bench: Bench) -> None:
    last = bench.dice.word()
    closed: list[bool] = []

    async def api(exchange: Exchange) -> None:
        await exchange.begin()
        await exchange.send(encoded(message(bench.dice, [text(0, [last])])))
        try:
            await asyncio.wait_for(exchange.gone.wait(), bench.limits.patience)
            closed.append(True)
        except TimeoutError:
            closed.append(False)

    bench.sent = "a whole message, and then a body that doesn't end"
    async with bench.run([api]) as run:
        code = await run.finish()
        if code != 0 or closed != [True]:
            run.fail(f"it ended with {code}, socket closed: {closed}", "0, and a closed socket")


@case(
    "interrupted",
    "stops cleanly on Ctrl-C",
    "The bill stops when the socket closes, not when the window does.",
    not_on=("win32",),
)
async def interrupted(bench: Bench) -> None:
    first = bench.dice.word()
    closed: list[float] = []

    async def api(exchange: Exchange) -> None:
        await exchange.begin()
        await exchange.send(encoded([start(bench.dice), *text(0, [f"{first} "])[:-1]]))
        await asyncio.wait_for(exchange.gone.wait(), 3 * bench.limits.patience)
        closed.append(time.monotonic())

    bench.sent = f"{first!r}, then silence; Ctrl-C once the word is on the screen"
    async with bench.run([api, api]) as run:
        if not await run.agent.shows(first, bench.limits.patience):
            run.fail(f"{first!r} was not shown", "the word, and then a stop")
        run.agent.interrupt()
        await run.finish()
        if "Traceback" in run.agent.err:
            run.fail("it ended with a traceback", "a word, or silence")
        await asyncio.sleep(0)  # the listener sees the closing
        for _ in range(100):
            if closed:
                break
            await asyncio.sleep(0.02)
        if not closed:
            run.fail("the socket stayed open", "a closed socket")


@case(
    "key",
    "sends the key to the API and nowhere else",
    "Who has the key has the bill.",
)
async def key(bench: Bench) -> None:
    _, _, calls = call(bench)

    async def elsewhere(exchange: Exchange) -> None:
        place = f"{bench.trap}/v1/messages"
        await exchange.reply(307, "moved", {"location": place})

    bench.sent = "a call, whose result goes to an API that redirects to another address"
    turns = [bench.streams(message(bench.dice, [calls], "tool_use")), *[elsewhere] * 9]
    async with bench.run(turns) as run:
        await run.finish(2 * bench.limits.patience)
        if not run.asked or run.key not in str(run.asked[0].headers):
            run.fail("the API was not given the key", "the key of ANTHROPIC_API_KEY")
        for place, exchanges in (("weather service", run.weather), ("new address", run.elsewhere)):
            for exchange in exchanges:
                if run.key in f"{exchange.path}{exchange.headers}{exchange.body!r}":
                    run.fail(f"the {place} was sent the key", "the key for the API alone")
        if run.key in run.agent.out + run.agent.err:
            run.fail("the key is on the screen", "the key for the API alone")


@case(
    "by_hand",
    "works without an SDK, in one process, on its own",
    "This build is about doing it by hand.",
)
async def by_hand(bench: Bench) -> None:
    last = bench.dice.word()
    bench.sent = "an answer, while the interpreter notes what the file imports and starts"
    async with bench.run([bench.streams(message(bench.dice, [text(0, [last])]))] * 9) as run:
        await run.finish()
        for exchange in run.asked:
            if marks := [name for name in exchange.headers if name.startswith("x-stainless")]:
                run.fail(f"its requests carry an SDK's headers: {marks[0]}", "requests of its own")
        if run.agent.notes:
            raise Failed(f"it {', '.join(sorted(set(run.agent.notes)))}", "the file alone")


def here() -> list[Case]:
    """Return the cases that can be tried on this platform."""
    return [one for one in CASES if sys.platform not in one.not_on]
