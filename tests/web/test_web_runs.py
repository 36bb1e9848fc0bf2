"""Readers of one run: who comes late, comes back, reads slowly, or leaves."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from agents import Reader, Scripted, kind_of, until
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Message

from helpers.agent import AgentEvent
from helpers.history import Conversation
from helpers.session.metering import SpendingCapReached
from helpers.web import event_stream
from helpers.web import runs as runs_module
from helpers.web.event_stream import EventStream
from helpers.web.requests import Ask, Refused
from helpers.web.runs import Run, Runs
from helpers.web.wire import Encoder, LogEntry, merge

PIECES = [f"word {place} " + "\n" * (place % 7 == 0) for place in range(60)]
ALL = "".join(PIECES)


def log_of(pieces: list[str]) -> list[LogEntry]:
    """Return what a page is told of a whole answer, without any loop or clock."""
    telling = Encoder(lambda: 0.0)
    pages: list[dict[str, Any]] = []

    async def collect() -> None:
        conversation = Conversation()
        conversation.say("hello")
        async for event in Scripted(pieces).answer(conversation):
            pages.extend(telling.feed(event))

    asyncio.run(collect())
    return [LogEntry(id, page) for id, page in enumerate(pages, 1)]


TOLD = log_of(PIECES)
assert TOLD[-1].page["type"] == "end"


def state(told: list[LogEntry]) -> Reader:
    reader = Reader()
    for one in told:
        reader.take(one.id, one.page)
    return reader


@given(st.lists(st.integers(1, len(TOLD))))
def test_coming_back_anywhere_misses_nothing_and_doubles_nothing(cuts: list[int]):
    reader, have = Reader(), 0
    for cut in [*sorted(set(cuts)), len(TOLD)]:
        # A connection gives what is there joined, and breaks.
        for one in merge(TOLD[have:cut]):
            reader.take(one.id, one.page)
            have = one.id
    assert reader.seen == state(TOLD).seen
    assert reader.end == TOLD[-1].page


def test_joining_makes_the_most_of_what_is_there():
    assert len(TOLD) > len(PIECES)
    kinds = [kind_of(one.page) for one in merge(TOLD)]
    assert kinds == [
        *("waiting", "answering", "text open", "text", "figures"),
        *("text", "text done", "figures", "end"),
    ]


async def follow(run: Run, after: int = 0, reader: Reader | None = None) -> Reader:
    reader = reader or Reader()
    with run.reader(grace=0.01):
        async for batch in run.follow(after):
            for told in batch:
                reader.take(told.id, told.page)
    return reader


async def test_a_hundred_readers_early_late_and_back_again_see_the_same():
    runs = Runs(Scripted(PIECES, wait=lambda _: asyncio.sleep(0.002)).answer)
    run = runs.start(Ask("hello"))

    async def comes(place: int) -> Reader:
        await until(lambda: len(run.told) >= place % 50)
        return await follow(run)

    async with asyncio.timeout(60):
        readers = await asyncio.gather(*map(comes, range(100)))
    assert {str(reader.seen) for reader in readers} == {str(state(TOLD).seen)}
    assert (await follow(run)).seen == state(TOLD).seen  # also when all is over


async def test_a_slow_reader_slows_nobody_and_nothing_is_collected_for_it():
    pieces = ["x" * 50 + "\n"] * 2000
    run = Runs(Scripted(pieces).answer).start(Ask("hello"))
    slow = run.follow()
    with run.reader(grace=5):
        first = await anext(slow)
        quick = await follow(run)  # to the end, while the slow one still holds its first batch
        assert len(quick.lines) == len(pieces)
        rest = [told async for batch in slow for told in batch]
    assert len(rest) < len(run.told) / 50
    assert state([*first, *rest]).seen == quick.seen


@pytest.mark.parametrize("turns", range(12))
async def test_a_reader_that_is_cancelled_just_as_news_comes_has_left(
    turns: int, monkeypatch: pytest.MonkeyPatch
):
    more = asyncio.Event()
    run = Runs(Scripted(PIECES, wait=lambda _: more.wait()).answer).start(Ask("hello"))
    reading = asyncio.create_task(follow(run))
    await until(lambda: run.readers == 1 and bool(run.told))
    await asyncio.sleep(0.05)  # it waits for news by now; a slow machine only makes this easier
    # The pause behind the news must not be over, and the reader with it, before the cancellation.
    monkeypatch.setattr(runs_module, "FRAME", 60.0)
    more.set()
    for _ in range(turns):
        await asyncio.sleep(0)
    reading.cancel()
    await asyncio.wait({reading}, timeout=60)
    assert reading.cancelled() and not run.readers
    run.stop()
    await run.wait_for_end()


async def test_when_the_last_reader_has_left_the_grace_begins():
    agent = Scripted(PIECES, wait=lambda place: asyncio.sleep(60 if place > 2 else 0))
    runs = Runs(agent.answer)
    run = runs.start(Ask("hello"))
    with run.reader(grace=0.05):
        with run.reader(grace=0.05):
            await until(lambda: len(run.told) > 3)
        await asyncio.sleep(0.1)
        assert not run.over  # one is still there
    with run.reader(grace=0.05):  # back in time
        await asyncio.sleep(0.1)
        assert not run.over
    async with asyncio.timeout(60):
        await run.wait_for_end()
    assert run.told[-1].page["note"] == "■ Nobody was reading."
    assert (agent.under_way, agent.closed_early) == (0, 1)


async def test_one_who_leaves_for_good_does_not_cut_short_the_grace_of_another():
    run = Runs(Scripted(["x"], wait=lambda _: asyncio.sleep(60)).answer).start(Ask("hello"))
    with run.reader(grace=0):  # a POST that streams its own answer
        with run.reader(grace=60):  # an EventSource, now in a tunnel
            pass
    await asyncio.sleep(0)
    assert not run.over
    run.stop()
    await run.wait_for_end()
    alone = Runs(Scripted(["x"], wait=lambda _: asyncio.sleep(60)).answer).start(Ask("hello"))
    with alone.reader(grace=0):
        pass
    async with asyncio.timeout(60):
        await alone.wait_for_end()
    assert alone.told[-1].page["note"] == "■ Nobody was reading."


async def test_a_connection_that_takes_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(event_stream, "PATIENCE", 0.05)
    run = Runs(Scripted(["x"], wait=lambda _: asyncio.sleep(60)).answer).start(Ask("hello"))
    stuck = asyncio.Event()

    async def send(message: Message) -> None:
        if b"data:" in message.get("body", b""):
            await stuck.wait()

    async def receive() -> Message:
        await stuck.wait()
        return {"type": "http.disconnect"}

    async with asyncio.timeout(60):
        await EventStream(run, grace=0)({}, receive, send)
        await run.wait_for_end()
    assert run.readers == 0


async def test_whom_nobody_ever_reads_is_stopped_too(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(runs_module, "GRACE", 0.05)
    run = Runs(Scripted(["x"], wait=lambda _: asyncio.sleep(60)).answer, grace=0.05).start(
        Ask("hello")
    )
    async with asyncio.timeout(60):
        await run.wait_for_end()
    assert run.told[-1].page["outcome"] == "stopped"


async def test_silence_is_broken_by_empty_batches():
    silence = asyncio.Event()
    run = Runs(Scripted(["x"], wait=lambda _: silence.wait()).answer).start(Ask("hello"))
    batches = run.follow(heartbeat=0.02)
    with run.reader(grace=5):
        while await anext(batches):
            pass
        silence.set()
        assert [told async for batch in batches for told in batch][-1].page["outcome"] == "done"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (SpendingCapReached("the cap is reached: raise it"), "The cap is reached: raise it."),
        (RuntimeError("two\nlines"), "RuntimeError: two lines."),
    ],
)
async def test_whatever_breaks_ends_in_a_sentence(error: Exception, words: str):
    async def answer(conversation: Conversation) -> AsyncGenerator[AgentEvent]:
        raise error
        yield  # type: ignore[unreachable]

    reader = await follow(Runs(answer).start(Ask("hello")))
    assert reader.end and (reader.end["outcome"], reader.end["note"]) == ("failed", f"✕ {words}")


async def test_a_conversation_goes_on_and_not_twice_at_once():
    silence = asyncio.Event()
    agent = Scripted(["x"], wait=lambda _: silence.wait())
    runs = Runs(agent.answer)
    first = runs.start(Ask("hello"))
    with pytest.raises(Refused, match="still under way"):
        runs.start(Ask("and then?", after=first.id))
    silence.set()
    await first.wait_for_end()
    second = runs.start(Ask("and then?", after=first.id))
    await second.wait_for_end()
    assert second.conversation is first.conversation
    with pytest.raises(Refused, match="no such answer"):
        runs.start(Ask("hello", after="nobody"))


async def test_there_is_an_end_to_what_is_kept_and_to_what_runs(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(runs_module, "MOST_KEPT", 200)
    runs = Runs(Scripted(PIECES).answer)
    for _ in range(20):
        await runs.start(Ask("hello")).wait_for_end()
    assert len(runs) <= 5
    monkeypatch.setattr(runs_module, "MOST_UNDER_WAY", 2)
    waiting = Runs(Scripted(["x"], wait=lambda _: asyncio.sleep(60)).answer)
    for _ in range(2):
        waiting.start(Ask("hello"))
    with pytest.raises(Refused, match="Too many"):
        waiting.start(Ask("hello"))
    async with asyncio.timeout(60):
        await waiting.close()
    assert waiting.under_way == []
