"""Work in a task, as a stream of what it tells."""

import asyncio
from contextlib import aclosing

import pytest

from helpers.streams.emit import emit_events
from helpers.streams.event_queue import EventQueue


async def test_what_work_raises_comes_after_all_that_it_has_told():
    events = EventQueue()

    async def work() -> None:
        events.put("one", "a")
        events.put("two")
        raise ValueError("no more")

    told = []
    with pytest.raises(ValueError, match="no more"):
        async for named in emit_events(work(), events):
            told.append(named)
    assert told == [("a", "one"), ("", "two")]


async def test_leaving_cancels_the_work_and_waits_for_its_end():
    events, ended = EventQueue(), []

    async def work() -> None:
        events.put("one")
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.append(True)

    async with aclosing(emit_events(work(), events)) as told:
        assert await anext(told) == ("", "one")
    assert ended == [True]
