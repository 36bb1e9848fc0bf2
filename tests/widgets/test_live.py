"""The loop of the streams and its frames."""

import asyncio
import logging
import threading
import time
from typing import Any

import pytest

from helpers.widgets import live


def on_the_loop(function: Any, *args: Any) -> Any:
    """Call a function on the loop of the streams and wait for what it returns."""
    result: list[Any] = []
    called = threading.Event()

    def run() -> None:
        result.append(function(*args))
        called.set()

    live.call(run)
    assert called.wait(60)
    return result[0]


def test_start_returns_at_once_and_wait_sees_the_end() -> None:
    gate = threading.Event()

    async def work() -> None:
        await asyncio.to_thread(gate.wait, 600)

    began = time.monotonic()
    running = live.start(work())
    assert time.monotonic() - began < 60
    assert not running.wait(0.05)
    assert not running.done
    gate.set()
    assert running.wait(60)
    assert running.done


def test_it_streams_while_this_thread_is_busy() -> None:
    ticks: list[float] = []

    async def work() -> None:
        for _ in range(5):
            await asyncio.sleep(0.01)
            ticks.append(time.monotonic())

    running = live.start(work())
    deadline = time.monotonic() + 60
    while len(ticks) < 5 and time.monotonic() < deadline:
        sum(range(1000))  # as a busy cell does: no sleep, no await
    assert running.wait(60)
    assert len(ticks) == 5


def endless() -> tuple[live.Running, list[str]]:
    seen: list[str] = []

    async def work() -> None:
        seen.append("entered")
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            await asyncio.sleep(0.01)  # closing takes a moment
            seen.append("closed")

    return live.start(work()), seen


def test_stop_from_any_thread_and_twice() -> None:
    running, seen = endless()
    threads = [threading.Thread(target=running.stop) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert running.wait(60)
    assert seen[0] == "entered"
    running.stop()  # after the end it does nothing
    assert running.done


def test_stop_at_once_still_lets_it_close_what_it_holds() -> None:
    for _ in range(50):
        running, seen = endless()
        running.stop()
        assert running.wait(60)
        assert seen == ["entered", "closed"]


def test_a_fault_of_ours_is_reported_and_ends_the_wait(caplog: pytest.LogCaptureFixture) -> None:
    async def work() -> None:
        raise ZeroDivisionError("ours")

    with caplog.at_level(logging.ERROR, logger="asyncio"):
        assert live.start(work()).wait(60)
        on_the_loop(lambda: None)  # the report is made on the loop, right after
    assert "ZeroDivisionError: ours" in caplog.text


def test_a_frame_carries_all_that_came_since_the_last() -> None:
    sent: list[dict[str, Any]] = []
    feed = live.Feed(sent.append)
    feed.reset()
    for piece in ("one ", "two ", "three"):
        feed.add({"text": piece})
    feed.add({"figures": {}})
    feed.flush()
    feed.flush()  # nothing new: nothing sent
    feed.add({"text": "four"})
    feed.flush()
    assert sent == [
        {"op": "reset"},
        {"op": "frame", "run": 1, "at": 0, "updates": [{"text": "one two three"}, {"figures": {}}]},
        {"op": "frame", "run": 1, "at": 2, "updates": [{"text": "four"}]},
    ]


def test_what_was_sent_is_never_changed_afterwards() -> None:
    sent: list[dict[str, Any]] = []
    feed = live.Feed(sent.append)
    feed.add({"text": "one"})
    feed.flush()
    feed.add({"text": " two"})
    feed.flush()
    assert [frame["updates"] for frame in sent] == [[{"text": "one"}], [{"text": " two"}]]


@pytest.mark.parametrize(("have", "updates"), [(0, ["a", "b", "c"]), (2, ["c"])])
def test_a_page_gets_again_what_it_missed(have: int, updates: list[str]) -> None:
    sent: list[dict[str, Any]] = []
    feed = live.Feed(sent.append)
    for name in "abc":
        feed.add({"name": name})
        feed.flush()
    sent.clear()
    feed.resync(have)
    on_the_loop(lambda: None)
    assert [frame["at"] for frame in sent] == [have]
    assert [update["name"] for update in sent[0]["updates"]] == updates


def test_a_page_that_has_all_gets_nothing() -> None:
    sent: list[dict[str, Any]] = []
    feed = live.Feed(sent.append)
    feed.add({"name": "a"})
    feed.flush()
    sent.clear()
    feed.resync(1)
    feed.resync(7)
    on_the_loop(lambda: None)
    assert sent == []


def test_frames_come_at_the_frame_rate_however_many_updates_there_are() -> None:
    sent: list[dict[str, Any]] = []
    feed = live.Feed(sent.append)

    async def work() -> None:
        frames = asyncio.create_task(feed.run())
        for number in range(300):
            feed.add({"number": number})
            await asyncio.sleep(0.001)
        frames.cancel()
        feed.flush()

    began = time.monotonic()
    assert live.start(work()).wait(60)
    took = time.monotonic() - began
    assert len(sent) <= took * live.FRAMES_PER_SECOND + 2
    assert [update["number"] for frame in sent for update in frame["updates"]] == list(range(300))
