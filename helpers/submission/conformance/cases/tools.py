"""Calls: put together, started in mid-stream, and answered whatever comes of them."""

import asyncio
import json
from contextlib import suppress

from helpers.submission.conformance.cases.registry import case
from helpers.submission.conformance.harness import Answer, Harness, Run, city_of
from helpers.submission.conformance.listener import Exchange
from helpers.submission.conformance.wire_events import (
    call,
    encoded,
    end,
    message,
    pieces,
    start,
    text,
    tool_use,
)

__all__: list[str] = []  # the registry has them


@case(
    "tool_json",
    "puts a tool's input together from fragments",
    "A fragment is no JSON, and a wrong city gives a wrong answer.",
)
async def tool_json(harness: Harness) -> None:
    odd = harness.values.choice(["“é”", chr(34) + "ü" + chr(92), "漢字 🌦️"])
    city = f"{harness.values.city()} {odd}"
    id, weather = f"toolu_{harness.values.randrange(10**9)}", harness.values.word()
    calls = tool_use(0, id, "get_weather", pieces(harness.values, {"city": city}))
    last = harness.values.word()
    harness.sent = f"a call of get_weather for {city!r}, in fragments of at most 5 characters"
    turns = [harness.streams(message(harness.values, [calls], "tool_use")), harness.says(last)]
    async with harness.run(turns, harness.weather(lambda city: weather)) as run:
        await run.finish()
        cities = [city_of(exchange) for exchange in run.weather]
        if cities != [city]:
            run.fail(f"the weather service was asked for {cities}", f"one question, for {city!r}")
        [result] = run.results(1) or [{}]
        if result.get("tool_use_id") != id or weather not in json.dumps(result.get("content")):
            run.fail(f"the result was {json.dumps(result)[:200]}", f"{weather!r} for {id}")
        await run.expect_answer()
        run.must_show({last: "in the second turn"})


@case(
    "interleaved",
    "keeps calls apart by their index where their fragments alternate",
    "Compatible servers send two calls at the same time; a mixed input is wrong.",
)
async def interleaved(harness: Harness) -> None:
    calls = [call(harness.values, index) for index in range(2)]
    weather = {city: harness.values.word() for city, _, _ in calls}
    last = harness.values.word()
    queues = [list(events) for *_, events in calls]
    events = [queue.pop(0) for queue in queues]
    while any(queues):
        queue = harness.values.choice([queue for queue in queues if queue])
        events.append(queue.pop(0))
    harness.sent = f"calls for {' and '.join(weather)}, whose fragments come in turns"
    stream = [start(harness.values), *events, *end("tool_use")]
    turns = [harness.streams(stream), harness.says(last)]
    async with harness.run(turns, harness.weather(weather.get)) as run:
        await run.finish()
        cities = sorted(city_of(exchange) for exchange in run.weather)
        if cities != sorted(weather):
            run.fail(f"the weather service was asked for {cities}", f"{sorted(weather)}")
        found = {
            str(block.get("tool_use_id")): block.get("content")
            for content in run.contents(1)
            for block in content
        }
        for city, id, _ in calls:
            if weather[city] not in json.dumps(found.get(id)):
                run.fail(f"for {city}: {found.get(id)!r:.120}", f"{weather[city]!r}")
        await run.expect_answer()
        run.must_show({last: "in the second turn"})


@case(
    "empty_input",
    "treats a call without input like a call with an empty input",
    'A tool without parameters sends "", which is no JSON.',
)
async def empty_input(harness: Harness) -> None:
    first, last = harness.values.word(), harness.values.word()
    id = f"toolu_{harness.values.randrange(10**9)}"
    blocks = [text(0, [f"{first} "]), tool_use(1, id, "get_weather", [])]
    harness.sent = f"{first!r} and a call of get_weather whose input is the empty string"
    turns = [harness.streams(message(harness.values, blocks, "tool_use")), harness.says(last)]
    async with harness.run(turns) as run:
        await run.expect_answer()
        if [block.get("tool_use_id") for block in run.results(1)] != [id]:
            run.fail("the call has no result", f"a tool_result for {id}; it may be an error")
        run.check_history()
        run.must_show({first: "before the call", last: "in the second turn"})


@case(
    "mid_stream",
    "starts a tool while the answer still streams",
    "Otherwise each tool waits for the end of the answer.",
)
async def mid_stream(harness: Harness) -> None:
    first, last = harness.values.word(), harness.values.word()
    _, _, calls = call(harness.values)
    asked = asyncio.Event()
    early: list[bool] = []

    async def api(exchange: Exchange) -> None:
        await exchange.begin()
        await exchange.send(encoded([start(harness.values), *calls, *text(1, [f"{first} "])[:-1]]))
        try:
            async with asyncio.timeout(harness.limits.patience):
                await asked.wait()
            early.append(True)
        except TimeoutError:
            early.append(False)
        stop = {"type": "content_block_stop", "index": 1}
        await exchange.send(encoded([stop, *end("tool_use")]))
        await exchange.finish()

    def weather(city: str) -> str:
        asked.set()
        return "fair"

    harness.sent = f"a call, then {first!r}, and no more until the tool has started"
    async with harness.run([api, harness.says(last)], harness.weather(weather)) as run:
        await run.finish(harness.limits.patience)
        if early != [True]:
            run.fail("the tool didn't start while the stream was open", "a start in mid-stream")
        run.must_show({first: "after the call"})


@case(
    "parallel",
    "runs the tools of a turn side by side",
    "Three tools of a second each should take one second.",
)
async def parallel(harness: Harness) -> None:
    first, last = harness.values.word(), harness.values.word()
    both = asyncio.Event()
    together: list[bool] = []

    async def sky(exchange: Exchange) -> None:
        if len(run.weather) > 1 and not run.weather[0].gone.is_set():  # it still waits
            both.set()
        try:
            async with asyncio.timeout(harness.limits.patience):
                await both.wait()
            together.append(True)
        except TimeoutError:
            together.append(False)
        await exchange.reply(200, {"city": city_of(exchange), "weather": "fair"})

    harness.sent = "two calls; the weather answers the first when it has been asked for the second"
    blocks = [text(0, [f"{first} "]), *(call(harness.values, index)[2] for index in (1, 2))]
    turns = [harness.streams(message(harness.values, blocks, "tool_use")), harness.says(last)]
    async with harness.run(turns, sky) as run:
        await run.finish(harness.limits.patience)
        if len(together) < 2 or not together[0]:
            run.fail("the second tool waited for the first", "both at once")
        run.must_show({first: "before the calls"})


@case(
    "call_order",
    "gives results back in call order, in one message",
    "The API refuses other forms, and a model would use the wrong result.",
)
async def call_order(harness: Harness) -> None:
    calls = [call(harness.values, index) for index in range(3)]
    weather = {city: harness.values.word() for city, _, _ in calls}
    done = {city: asyncio.Event() for city, _, _ in calls}
    order = [city for city, _, _ in calls]
    last = harness.values.word()

    async def sky(exchange: Exchange) -> None:
        city = city_of(exchange)
        place = order.index(city) if city in done else len(order)
        if place + 1 < len(order):  # the last one first, but nobody waits for ever
            with suppress(TimeoutError):
                async with asyncio.timeout(2):
                    await done[order[place + 1]].wait()
        body = {"city": city, "weather": weather.get(city, "unknown")}
        await exchange.reply(200, body, {"connection": "close"})
        if city in done:  # once the agent has taken it, and hung up as it was told
            with suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await exchange.gone.wait()
            done[city].set()

    harness.sent = f"three calls, for {', '.join(order)}; the weather answers the last one first"
    blocks = [events for *_, events in calls]
    turns = [harness.streams(message(harness.values, blocks, "tool_use")), harness.says(last)]
    async with harness.run(turns, sky) as run:
        await run.finish(harness.limits.patience)
        results = run.results(1)
        ids = [block.get("tool_use_id") for block in results]
        if ids != [id for _, id, _ in calls]:
            run.fail(f"results for {ids!r:.200}", f"results for {[id for _, id, _ in calls]}")
        for (city, _, _), block in zip(calls, results, strict=True):
            if weather[city] not in json.dumps(block.get("content")):
                run.fail(f"for {city}: {block.get('content')!r:.120}", f"{weather[city]!r}")
        run.check_history()
        run.must_show({last: "in the second turn"})


def check_error_result(run: Run, request: int, what: str) -> None:
    """Look whether a request tells the model of a failed tool.

    Raises:
        Failed: it doesn't.
    """
    if len(run.asked) <= request:
        run.fail(f"it ended after {what}", "a next request, with is_error in the result")
    results = run.results(request)
    if len(results) != 1 or results[0].get("is_error") is not True:
        run.fail(f"{what} became {json.dumps(results)[:160]}", "a result with is_error: true")


@case(
    "tool_fails",
    "tells the model when a tool fails, and goes on",
    "The run goes on without the service: the model can say so, or answer without it.",
)
async def tool_fails(harness: Harness) -> None:
    last = harness.values.word()
    kinds = ["an HTTP 500", "a reset connection", "a refused connection"]
    turns = [
        harness.streams(message(harness.values, [call(harness.values)[2]], "tool_use"))
        for _ in range(3)
    ]

    def refusing(then: Answer) -> Answer:
        async def answer(exchange: Exchange) -> None:
            run.close_weather()
            await then(exchange)

        return answer

    async def sky(exchange: Exchange) -> None:
        if len(run.asked) == 1:
            await exchange.reply(500, "the weather service has an error", {"connection": "close"})
        else:
            await exchange.cut(reset=True)

    harness.sent = f"a call each, which the weather service answers with {', '.join(kinds)}"
    async with harness.run([*turns[:2], refusing(turns[2]), harness.says(last)], sky) as run:
        await run.finish(harness.limits.patience)
        if not run.weather:
            run.fail("the weather service was never asked", "a question for each call")
        for request, kind in enumerate(kinds, 1):
            check_error_result(run, request, f"{kind} of the weather service")
        run.check_history()
        await run.expect_answer()
        run.must_show({last: "in the last turn"})


@case(
    "tool_nonsense",
    "tells the model when a tool's service sends broken JSON",
    "Half an answer that is treated as complete is wrong.",
)
async def tool_nonsense(harness: Harness) -> None:
    city, _, calls = call(harness.values)
    last, weather = harness.values.word(), harness.values.word()
    whole = json.dumps({"city": city, "weather": weather})
    broken = whole[: -harness.values.randint(2, 4)].encode()

    async def sky(exchange: Exchange) -> None:
        await exchange.reply(200, broken, {"content-type": "application/json"})

    harness.sent = f"a call; the weather service answers {broken.decode()!r}"
    turns = [harness.streams(message(harness.values, [calls], "tool_use")), harness.says(last)]
    async with harness.run(turns, sky) as run:
        await run.finish(harness.limits.patience)
        if not run.weather:
            run.fail("the weather service was never asked", "a question")
        check_error_result(run, 1, "broken JSON of the weather service")
        await run.expect_answer()
        run.must_show({last: "in the second turn"})
