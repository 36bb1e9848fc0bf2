"""The event loop of a server that has only threads: nobody waits for a loop that has ended."""

import asyncio
import threading
from collections.abc import AsyncGenerator
from concurrent.futures import CancelledError
from typing import Any

import pytest
from agents import Scripted

from helpers.web import with_flask
from helpers.web.background import Background


def test_who_asks_while_the_loop_ends_is_not_left_waiting():
    background = Background()
    loop = background._loop
    stop, schedule = loop.stop, loop.call_soon_threadsafe
    asked, told = threading.Event(), threading.Event()

    def ask() -> None:
        with pytest.raises(CancelledError):
            background.wait(asyncio.sleep(0))
        told.set()
        asked.set()

    def schedule_late(*given: Any, **more: Any) -> asyncio.Handle:
        handle = schedule(*given, **more)
        asked.set()
        return handle

    def stop_late() -> None:
        stop()  # ends the loop after this turn: what is scheduled from here on never runs
        loop.call_soon_threadsafe = schedule_late  # type: ignore[method-assign]
        threading.Thread(target=ask, daemon=True).start()
        assert asked.wait(60)

    loop.stop = stop_late  # type: ignore[method-assign]
    background.close()
    assert told.wait(60)


def test_who_waits_when_the_loop_ends_hears_of_it():
    background = Background()
    begun, told = threading.Event(), threading.Event()

    async def work() -> None:
        begun.set()
        await asyncio.Event().wait()

    def ask() -> None:
        with pytest.raises(CancelledError):
            background.wait(work())
        told.set()

    threading.Thread(target=ask, daemon=True).start()
    assert begun.wait(60)
    background.close()
    assert told.wait(60)
    background.close()  # once more does no harm


def test_items_end_when_the_loop_ends():
    background = Background()

    async def numbers() -> AsyncGenerator[int]:
        for number in range(1000):
            yield number

    items = background.items(numbers())
    assert next(items) == 0
    background.close()
    assert [*items] == []


def test_a_server_that_stops_says_so():
    app = with_flask.make_app(Scripted(["x"]))
    with_flask.close(app)
    told = app.test_client().post("/runs", json={"prompt": "Hello."})
    assert told.status_code == 503
    assert told.json == {"error": "The server is stopping."}
