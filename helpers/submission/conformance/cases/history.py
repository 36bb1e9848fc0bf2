"""What an agent sends back: the whole conversation, as it was, in a form that the API takes."""

from collections.abc import Sequence
from typing import Any

from helpers.submission.conformance.cases.registry import case
from helpers.submission.conformance.harness import Harness, Run
from helpers.submission.conformance.listener import Exchange
from helpers.submission.conformance.wire_events import (
    Event,
    call,
    delta,
    encoded,
    message,
    start,
    text,
)

__all__: list[str] = []  # the registry has them

Block = dict[str, Any]


@case("loops", "asks again with the results until the model ends", "An agent is a loop.")
async def loops(harness: Harness) -> None:
    turns = harness.values.randint(2, 4)
    last = harness.values.sentence(4)
    answers = [
        harness.streams(
            message(
                harness.values,
                [
                    text(0, harness.values.split(harness.values.sentence(3))),
                    call(harness.values, 1)[2],
                ],
                "tool_use",
            )
        )
        for _ in range(turns)
    ]
    harness.sent = f"{turns} turns with a call each, then the answer"
    async with harness.run([*answers, harness.says(last)]) as run:
        await run.finish()
        if len(run.asked) != turns + 1:
            run.fail(f"{len(run.asked)} requests", f"{turns + 1} requests")
        counts = [len(run.messages(number)) for number in range(turns + 1)]
        if counts != [1 + 2 * number for number in range(turns + 1)]:
            run.fail(f"requests with {counts} messages", "each with the whole conversation")
        run.check_history()
        await run.expect_answer()
        run.must_show({last: "in the last turn"})


def check_turn(run: Run, expected: Sequence[Block]) -> None:
    """Look whether the second request holds the model's first turn as it came.

    Raises:
        Failed: it doesn't; with the first difference.
    """
    roles = [message.get("role") for message in run.messages(1)]
    sent = run.contents(1)[roles.index("assistant")] if "assistant" in roles else []
    if not sent:
        run.fail("its second request holds no blocks of the model", "the model's turn")
    kinds, wanted = [[str(block.get("type")) for block in one] for one in (sent, expected)]
    for kind in dict.fromkeys(wanted):
        if kinds.count(kind) < wanted.count(kind):
            run.fail(f"of {wanted.count(kind)} blocks of {kind} it sent {kinds.count(kind)}", "all")
    if kinds != wanted:
        run.fail(f"it sent the blocks {kinds!r:.120}", f"{wanted!r}")
    for block, original in zip(sent, expected, strict=True):
        for name, value in original.items():
            if block.get(name) != value:
                run.fail(
                    f"the {name} of a {original['type']} block became {block.get(name)!r:.120}",
                    f"{value!r:.120}",
                )


@case(
    "turn_kept",
    "sends the model's turn back as it came: each text and call, in order",
    "If the model reads other words than it wrote, its answers get worse, and the cache is lost.",
)
async def turn_kept(harness: Harness) -> None:
    last = harness.values.word()
    expected: list[Block] = []
    blocks: list[list[Event]] = []
    for index in (0, 2):
        words = harness.values.sentence(3)
        city, id, calls = call(harness.values, index + 1)
        blocks += [text(index, harness.values.split(words)), calls]
        expected.append({"type": "text", "text": words})
        expected.append(
            {"type": "tool_use", "id": id, "name": "get_weather", "input": {"city": city}}
        )
    harness.sent = "a turn of text, call, text, call"
    turns = [harness.streams(message(harness.values, blocks, "tool_use")), harness.says(last)]
    async with harness.run(turns) as run:
        await run.finish()
        check_turn(run, expected)
        await run.expect_answer()
        run.must_show({last: "in the second turn"})


@case(
    "thinking_kept",
    "sends thinking back as it came, with its signature",
    "The API refuses a turn with tools whose thinking was dropped or changed.",
)
async def thinking_kept(harness: Harness) -> None:
    thought, last = harness.values.sentence(5), harness.values.word()
    signature, hidden = (f"{harness.values.getrandbits(320):x}" for _ in range(2))
    city, id, calls = call(harness.values, 2)
    thinking = [
        {
            "type": "content_block_start",
            "index": 0,
            "content_block": {"type": "thinking", "thinking": "", "signature": ""},
        },
        *(
            delta(0, {"type": "thinking_delta", "thinking": part})
            for part in harness.values.split(thought)
        ),
        delta(0, {"type": "signature_delta", "signature": signature}),
        {"type": "content_block_stop", "index": 0},
        {
            "type": "content_block_start",
            "index": 1,
            "content_block": {"type": "redacted_thinking", "data": hidden},
        },
        {"type": "content_block_stop", "index": 1},
    ]
    expected: list[Block] = [
        {"type": "thinking", "thinking": thought, "signature": signature},
        {"type": "redacted_thinking", "data": hidden},
        {"type": "tool_use", "id": id, "name": "get_weather", "input": {"city": city}},
    ]
    harness.sent = "thinking with a signature, redacted thinking, and a call"
    blocks = [thinking, calls]
    turns = [harness.streams(message(harness.values, blocks, "tool_use")), harness.says(last)]
    async with harness.run(turns) as run:
        await run.finish()
        check_turn(run, expected)
        await run.expect_answer()
        run.must_show({last: "in the second turn"})


@case(
    "history",
    "sends no history that the API refuses, also after a break",
    "After one wrong turn, the API refuses each later request with status 400.",
)
async def history(harness: Harness) -> None:
    first, last = harness.values.word(), harness.values.word()
    _, _, calls = call(harness.values, 1)
    opening = encoded([start(harness.values), *text(0, [f"{first} "]), *calls[:-2]])
    chunks = harness.values.chunks(opening)
    reset = harness.values.random() < 0.5

    async def cut(exchange: Exchange) -> None:
        await exchange.begin()
        for chunk in chunks:
            await exchange.send(chunk)
        await run.agent.shows(first, harness.limits.patience)
        await exchange.cut(reset=reset)

    harness.sent = f"text and half a call, then {'a reset' if reset else 'a closed connection'}"
    async with harness.run([cut, *[harness.says(last)] * 3]) as run:
        await run.finish(harness.limits.patience)
        run.must_show({first: "before the break"})
        run.check_history()
