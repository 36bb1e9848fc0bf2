"""Waiting, with alarms and limits, on time that jumps and on time that passes."""

import asyncio
import gc
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from helpers import clock
from helpers.clock import RealClock, TimeLimit, cancel_and_wait, race, with_timeout
from helpers.mock.engine import VirtualClock


class Alarm(Exception):
    """What an alarm of these tests raises."""


class Work:
    """Work that takes its time, and tells how it ended."""

    def __init__(self, clock: VirtualClock, seconds: float) -> None:
        self.clock, self.seconds, self.ended = clock, seconds, ""

    async def __call__(self, error: BaseException | None = None) -> str:
        self.ended = "cancelled"
        await self.clock.sleep(self.seconds)
        self.ended = "done"
        if error:
            raise error
        return "result"


async def ring(clock: VirtualClock, seconds: float) -> None:
    await clock.sleep(seconds)
    raise Alarm


def alone() -> bool:
    return asyncio.all_tasks() == {asyncio.current_task()}


# --- first --------------------------------------------------------------------------------


async def test_work_that_ends_first_gives_its_result_and_ends_the_alarms() -> None:
    time = VirtualClock()
    work, alarm = Work(time, 1), Work(time, 2)
    assert await race(work(), alarm(Alarm())) == "result"
    assert (work.ended, alarm.ended, time.now()) == ("done", "cancelled", 1)
    assert alone()


async def test_an_alarm_ends_the_work_with_its_own_exception() -> None:
    time = VirtualClock()
    work = Work(time, 5)
    with pytest.raises(Alarm):
        await race(work(), ring(time, 9), ring(time, 2))
    assert (work.ended, time.now()) == ("cancelled", 2)
    assert alone()


async def test_the_works_own_exception_comes_through() -> None:
    time = VirtualClock()
    with pytest.raises(KeyError):
        await race(Work(time, 1)(KeyError("x")), ring(time, 2))
    assert alone()


async def test_an_alarm_that_ends_in_silence_ends_nothing() -> None:
    time = VirtualClock()
    assert await race(Work(time, 2)(), Work(time, 1)()) == "result"
    assert time.now() == 2


async def test_who_is_cancelled_takes_work_and_alarms_along() -> None:
    work, alarm = Work(VirtualClock(), 0), Work(VirtualClock(), 0)
    forever = asyncio.Event()
    work.clock.sleep = alarm.clock.sleep = lambda _: forever.wait()  # type: ignore
    task = asyncio.ensure_future(race(work(), alarm()))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (work.ended, alarm.ended) == ("cancelled", "cancelled")
    assert alone()


async def test_work_cleans_up_before_first_returns() -> None:
    time, cleaned = VirtualClock(), []

    async def work() -> None:
        try:
            await time.sleep(10)
        finally:
            await asyncio.sleep(0.01)
            cleaned.append(True)

    with pytest.raises(Alarm):
        await race(work(), ring(time, 1))
    assert cleaned == [True]


# --- within -------------------------------------------------------------------------------


@given(seconds=st.integers(0, 1000), limit=st.integers(0, 1000))
def test_work_has_exactly_the_time_it_is_given(seconds: int, limit: int) -> None:
    assume(seconds != limit)
    time = VirtualClock()
    work = Work(time, seconds)

    async def run() -> str:
        try:
            return await with_timeout(time, limit, work())
        except TimeLimit as error:
            return str(error)

    said = asyncio.run(run())
    assert time.now() == min(seconds, limit)
    if seconds < limit:
        assert (said, work.ended) == ("result", "done")
    else:
        assert (said, work.ended) == (f"not done after {limit} seconds", "cancelled")


async def test_a_timeout_of_the_works_own_is_no_time_limit() -> None:
    time = VirtualClock()
    with pytest.raises(TimeoutError, match="of its own"):
        await with_timeout(time, 5, Work(time, 1)(TimeoutError("of its own")))
    assert not issubclass(TimeLimit, TimeoutError)


async def test_limits_hold_inside_one_another() -> None:
    time = VirtualClock()
    with pytest.raises(TimeLimit, match="after 2 seconds"):
        await with_timeout(time, 5, with_timeout(time, 2, Work(time, 9)()))
    with pytest.raises(TimeLimit, match="after 3 seconds"):
        await with_timeout(time, 3, with_timeout(time, 7, Work(time, 9)()))
    assert time.now() == 5
    assert alone()


# --- cancelled ----------------------------------------------------------------------------


async def test_tasks_have_ended_when_cancelled_returns() -> None:
    time = VirtualClock()
    work = [Work(time, 1) for _ in range(3)]
    tasks = [asyncio.ensure_future(each()) for each in work]
    await asyncio.sleep(0)
    await cancel_and_wait(*tasks)
    assert all(task.cancelled() for task in tasks)
    assert [each.ended for each in work] == ["cancelled"] * 3


async def test_tasks_that_are_done_stay_as_they_are() -> None:
    time = VirtualClock()
    task = asyncio.ensure_future(Work(time, 1)())
    await task
    await cancel_and_wait(task)
    assert task.result() == "result"
    await cancel_and_wait()


async def test_a_failure_that_nobody_asked_for_is_not_reported_as_lost() -> None:
    reports: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, report: reports.append(report))

    async def fails_when_cancelled() -> None:
        try:
            await asyncio.sleep(10)
        finally:
            raise KeyError("while it cleaned up")

    task = asyncio.ensure_future(fails_when_cancelled())
    await asyncio.sleep(0)
    await cancel_and_wait(task)
    del task
    gc.collect()
    assert reports == []


async def test_work_that_ignores_its_cancellation_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(clock, "GRACE_SECONDS", 0.05)
    enough = asyncio.Event()

    async def stubborn() -> None:
        while not enough.is_set():
            try:
                await enough.wait()
            except asyncio.CancelledError:
                continue

    task = asyncio.ensure_future(stubborn())
    await asyncio.sleep(0)
    async with asyncio.timeout(60):
        await cancel_and_wait(task)
    assert not task.done()
    enough.set()
    await task


# --- RealClock ----------------------------------------------------------------------------


async def test_the_real_clock_tells_the_time_that_passes() -> None:
    real = RealClock()
    before = real.now()
    await real.sleep(0.05)
    assert 0.045 <= real.now() - before < 60
