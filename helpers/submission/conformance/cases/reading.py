"""From bytes to the text on the screen: what a decoder has to take, and when it is shown."""

from helpers.submission.conformance.cases.registry import case
from helpers.submission.conformance.harness import Harness
from helpers.submission.conformance.listener import Exchange
from helpers.submission.conformance.wire_events import (
    Event,
    call,
    encoded,
    end,
    in_data_lines,
    message,
    start,
    text,
)

__all__: list[str] = []  # the registry has them


@case("streams_text", "shows text before the answer ends", "A person waits for the first word.")
async def streams_text(harness: Harness) -> None:
    first, second = harness.values.word(), harness.values.word()
    showed: list[bool] = []

    async def api(exchange: Exchange) -> None:
        await exchange.begin()
        opening = [start(harness.values), *text(0, [f"{first} "])[:-1]]
        await exchange.send(encoded(opening))
        showed.append(await run.agent.shows(first, harness.limits.patience))
        rest = {"type": "content_block_delta", "index": 0}
        rest["delta"] = {"type": "text_delta", "text": second}
        stop = {"type": "content_block_stop", "index": 0}
        await exchange.send(encoded([rest, stop, *end()]))
        await exchange.finish()

    harness.sent = f"{first!r}, then nothing until it is on the screen, then {second!r}"
    async with harness.run(api) as run:
        await run.finish(harness.limits.patience)
        if not showed or not showed[0]:
            run.fail(f"{first!r} was not shown while the stream stood open", "the word, at once")
        if second not in run.agent.out:
            run.fail(f"{second!r} was never shown", "the rest of the answer")


@case(
    "any_chunking",
    "reads the same text, no matter how the bytes are cut",
    "A network cuts where it likes: inside a line, inside a character.",
)
async def any_chunking(harness: Harness) -> None:
    ways = {"in single bytes": 1, "in up to 7 bytes a piece": 7, "in one piece": 10**6}
    sent = {harness.values.odd_sentence(4): how for how in ways}
    harness.sent = "; ".join(f"{words!r} {how}" for words, how in sent.items())
    parts: list[bytes] = harness.values.chunks(encoded([start(harness.values)]), 9)
    for index, (words, how) in enumerate(sent.items()):
        parts += harness.values.chunks(
            encoded(text(index, harness.values.split(words, 20))), ways[how]
        )
    parts.append(encoded(end()))
    async with harness.run([harness.sends(parts)]) as run:
        await run.expect_answer()
        run.must_show(sent)


@case(
    "line_ends",
    "ends a line at LF, CRLF and CR, and nowhere else",
    "Some servers send CRLF, and U+2028 is a character like any other.",
)
async def line_ends(harness: Harness) -> None:
    ends = {"with CRLF": "\r\n", "with CR": "\r", "with U+2028 and U+0085 in it": "\n"}
    sent = {harness.values.sentence(4): how for how in ends}
    harness.sent = "; ".join(f"{words!r} {how}" for words, how in sent.items())
    parts = [encoded([start(harness.values)])]
    for index, (words, how) in enumerate(sent.items()):
        first, *others = words.split()
        odd = " ".join([first, "\u2028\u0085", *others]) if "U+" in how else words
        data = encoded(text(index, harness.values.split(odd, 20)), ends[how])
        parts += harness.values.chunks(data, 4)
    parts.append(encoded(end()))
    async with harness.run([harness.sends(parts)]) as run:
        await run.expect_answer()
        run.must_show(sent)


@case(
    "data_lines",
    "joins the data lines of one event",
    "The format allows several, and a proxy may use it.",
)
async def data_lines(harness: Harness) -> None:
    words = harness.values.sentence(4)
    harness.sent = f"{words!r}, each event's JSON spread over several data lines"
    data = in_data_lines(message(harness.values, [text(0, harness.values.split(words))]))
    async with harness.run([harness.sends(harness.values.chunks(data))]) as run:
        await run.expect_answer()
        run.must_show({words: "over several data lines an event"})


@case(
    "unknown_events",
    "goes on after pings, comments and what it doesn't know",
    "The API adds events; a client must not stop at one.",
)
async def unknown_events(harness: Harness) -> None:
    first, second = harness.values.sentence(3), harness.values.sentence(3)
    odd: list[Event] = [
        {"type": "ping"},
        {"type": f"{harness.values.word()}_event", "data": {"a": 1}},
    ]
    strange = {"type": f"{harness.values.word()}_delta", "value": 1}
    blocks = [
        *text(0, [first]),
        *odd,
        {
            "type": "content_block_start",
            "index": 1,
            "content_block": {"type": harness.values.word()},
        },
        {"type": "content_block_delta", "index": 1, "delta": strange},
        {"type": "content_block_stop", "index": 1},
        *text(2, [second]),
    ]
    data = encoded([start(harness.values), *odd, *blocks, *end()])
    data = b": a comment\n\nid: 7\nretry: 10\n\n" + data
    harness.sent = (
        "two blocks of text; around them pings, a comment, unknown events, an unknown block"
    )
    async with harness.run([harness.sends(harness.values.chunks(data))]) as run:
        await run.expect_answer()
        run.must_show({first: "before them", second: "after them"})


@case(
    "keepalives",
    "accepts an event without data as a sign that the stream is alive",
    "Proxies send such events so that nobody closes the connection.",
)
async def keepalives(harness: Harness) -> None:
    first, second = harness.values.sentence(2), harness.values.sentence(2)
    alive = [b"event: ping\n\n", b"event: ping\ndata:\n\n", b"data:\n\n", b":\n\n"]
    harness.values.shuffle(alive)
    *opening, stop = text(0, [first])
    more = {"type": "content_block_delta", "index": 0}
    more["delta"] = {"type": "text_delta", "text": f" {second}"}
    parts = [encoded([start(harness.values), *opening]), *alive, encoded([more, stop, *end()])]
    harness.sent = f"{first!r}, then events without data, then {second!r}"
    async with harness.run([harness.sends(parts)]) as run:
        await run.expect_answer()
        run.must_show({first: "before them", second: "after them"})


@case(
    "stops_twice",
    "treats two stop events like one",
    "Some gateways send the stop twice; a tool must not run twice for that.",
)
async def stops_twice(harness: Harness) -> None:
    first, last = harness.values.word(), harness.values.word()
    city, _, calls = call(harness.values, 1)
    words = text(0, [f"{first} "])
    stop = {"type": "message_stop"}
    events = [start(harness.values), *words, words[-1], *calls, calls[-1], *end("tool_use"), stop]
    harness.sent = f"{first!r} and a call for {city!r}, each block's stop twice, message_stop twice"
    async with harness.run([harness.streams(events), harness.says(last)]) as run:
        await run.expect_answer()
        if len(run.weather) != 1:
            run.fail(f"the tool ran {len(run.weather)} times", "once")
        run.must_show({first: "before the first stop", last: "in the next turn"})
        if len(run.asked) != 2:
            run.fail(f"{len(run.asked)} requests", "2 requests")
