"""Tools beside the stream: in parallel, in order, and never a crash, a hang or a leak."""

import asyncio
import contextvars
import heapq
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import clock
from helpers.dispatch import (
    CANCELLED,
    UNKNOWN_OUTCOME,
    ToolDispatcher,
    ToolEvent,
    ToolFinished,
    ToolProgress,
    ToolStarted,
)
from helpers.message import ToolCall
from helpers.mock.engine import VirtualClock
from helpers.tools import Progress, Tool, ToolError, tool

ROOT = Path(__file__).resolve().parent.parent
SOON = 60  # seconds: what must happen at once does so within them, also on a busy machine


def call(index: int, name: str, id: str = "", **input: Any) -> ToolCall:
    return ToolCall(index, id or f"toolu_{index}", name, input, json.dumps(input))


class Turn:
    """A dispatcher on a clock that jumps, and the events that it emits."""

    def __init__(self, *tools: Tool, **options: Any) -> None:
        self.events: list[ToolEvent] = []
        self.dispatcher = ToolDispatcher(tools, self.events.append, **options)
        self.start = self.dispatcher.start

    def list_types(self, id: str) -> list[str]:
        """Return the types of a call's events, in order."""
        return [type(event).__name__ for event in self.events if event.call.id == id]

    async def results(self) -> list[dict[str, Any]]:
        async with asyncio.timeout(SOON):
            return await self.dispatcher.results()

    async def contents(self) -> list[Any]:
        return [result["content"] for result in await self.results()]

    async def failure(self) -> str:
        """Return the content of the only result, which is an error."""
        (result,) = await self.results()
        assert result["is_error"] is True
        assert isinstance(result["content"], str)
        return result["content"]


class Door:
    """What a tool waits for until a test opens it, and how often one came by."""

    def __init__(self) -> None:
        self.open, self.entered, self.left, self.cancelled = asyncio.Event(), 0, 0, 0

    def tool(self, **options: Any) -> Tool:
        @tool(name="door", status="At {place}", **options)
        async def door(place: str = "here", number: float | bool = 0) -> str:
            """Wait at the door."""
            self.entered += 1
            try:
                await self.open.wait()
            except asyncio.CancelledError:
                self.cancelled += 1
                raise
            self.left += 1
            return f"came through {self.left}"

        return door


async def a_moment() -> None:
    """Let everything happen that needs no time."""
    for _ in range(30):
        await asyncio.sleep(0)


def alone() -> bool:
    return asyncio.all_tasks() == {asyncio.current_task()}


def napping(time: VirtualClock) -> Tool:
    @tool
    async def nap(seconds: float, name: str = "") -> str:
        """Sleep."""
        await time.sleep(seconds)
        return f"{name} slept {seconds:g}"

    return nap


# --- Side by side -------------------------------------------------------------------------


def makespan(seconds: Sequence[float], limit: int) -> float:
    """Return when the last one is done if each begins as soon as there is a place."""
    places = [0.0] * limit
    for each in seconds:
        heapq.heappush(places, heapq.heappop(places) + each)
    return max(places)


@given(seconds=st.lists(st.integers(1, 20), min_size=1, max_size=9), limit=st.integers(1, 5))
def test_tools_run_side_by_side_and_answer_in_call_order(seconds: list[int], limit: int) -> None:
    time, running, most = VirtualClock(), 0, 0

    @tool
    async def nap(seconds: float) -> str:
        """Sleep."""
        nonlocal running, most
        running += 1
        most = max(most, running)
        await time.sleep(seconds)
        running -= 1
        return f"slept {seconds:g}"

    async def run() -> None:
        turn = Turn(nap, limit=limit, timeout=1000, clock=time)
        for index, each in enumerate(seconds):
            turn.start(call(index, "nap", seconds=each))
        results = await turn.results()
        assert results == [
            {"type": "tool_result", "tool_use_id": f"toolu_{i}", "content": f"slept {each}"}
            for i, each in enumerate(seconds)
        ]
        assert most == min(limit, len(seconds))
        assert time.now() == makespan(seconds, limit)
        for i, each in enumerate(seconds):
            assert turn.list_types(f"toolu_{i}") == ["ToolStarted", "ToolFinished"]
            finished = next(
                e for e in turn.events if isinstance(e, ToolFinished) and e.call.index == i
            )
            assert finished.seconds == each
        assert alone()

    asyncio.run(run())


async def test_a_tool_runs_before_anyone_asks_for_results() -> None:
    door = Door()
    turn = Turn(door.tool())
    turn.start(call(0, "door", place="the gate"))
    await a_moment()
    assert turn.events == [ToolStarted(call(0, "door", place="the gate"), "At the gate")]
    door.open.set()
    await a_moment()
    assert isinstance(turn.events[1], ToolFinished)
    assert await turn.contents() == ["came through 1"]


async def test_results_are_in_the_order_of_blocks_not_of_starts() -> None:
    time = VirtualClock()
    turn = Turn(napping(time), clock=time)
    for index in (3, 1, 2):
        turn.start(call(index, "nap", seconds=index))
    assert [result["tool_use_id"] for result in await turn.results()] == [
        "toolu_1",
        "toolu_2",
        "toolu_3",
    ]
    assert [call.index for call in turn.dispatcher.calls] == [1, 2, 3]


async def test_no_calls_have_no_results() -> None:
    turn = Turn()
    assert (await turn.results(), turn.dispatcher.calls, turn.events) == ([], [], [])


async def test_a_tool_that_blocks_its_thread_does_not_block_the_loop() -> None:
    enough = threading.Event()

    @tool
    def block() -> bool:
        """Block until the loop has ticked."""
        return enough.wait(SOON)

    turn = Turn(block)
    turn.start(call(0, "block"))
    for _ in range(50):
        await asyncio.sleep(0.001)
    enough.set()  # only a loop that goes on gets here in time
    assert await turn.contents() == ["true"]


async def test_a_decorated_async_function_is_awaited() -> None:
    async def answer() -> str:
        return "came"

    @tool
    def wait_for_answer() -> Any:
        """Wait, as a decorator that is no coroutine function would."""
        return answer()

    turn = Turn(wait_for_answer)
    turn.start(call(0, "wait_for_answer"))
    assert await turn.contents() == ["came"]


async def test_the_loop_ticks_while_tools_sleep_in_their_threads() -> None:
    all_here = threading.Barrier(3, timeout=SOON)  # broken if they ran one after the other
    ticked = threading.Event()

    @tool
    def sleep() -> None:
        """Sleep until the loop has ticked ten times."""
        all_here.wait()
        assert ticked.wait(SOON)

    turn = Turn(sleep)
    for index in range(3):
        turn.start(call(index, "sleep"))
    results = asyncio.ensure_future(turn.results())
    for _ in range(10):
        await asyncio.sleep(0.01)
    assert not results.done()
    ticked.set()
    assert [result["content"] for result in await results] == ["(no output)"] * 3


async def test_a_sync_tool_runs_in_a_daemon_thread_with_the_callers_context() -> None:
    variable = contextvars.ContextVar("variable", default="nothing")
    variable.set("something")

    @tool
    def look() -> list[object]:
        """Look around."""
        thread = threading.current_thread()
        return [thread is threading.main_thread(), thread.daemon, variable.get()]

    turn = Turn(look)
    turn.start(call(0, "look"))
    assert await turn.contents() == ['[false,true,"something"]']


# --- What can go wrong --------------------------------------------------------------------


async def test_a_wrong_name_is_answered_with_the_right_ones() -> None:
    turn = Turn(Door().tool())
    turn.start(call(0, "doof"))
    assert await turn.failure() == "There is no tool 'doof'. The tools are: door."
    assert turn.list_types("toolu_0") == ["ToolFinished"]
    turn = Turn()
    turn.start(call(0, "door"))
    assert await turn.failure() == "There is no tool 'door'. The tools are: none."


async def test_bad_arguments_are_named_and_the_tool_does_not_run() -> None:
    door = Door()
    turn = Turn(door.tool())
    turn.start(call(0, "door", place=["x"], colour="red"))
    said = await turn.failure()
    assert "place" in said and "colour" in said
    assert door.entered == 0
    assert turn.list_types("toolu_0") == ["ToolFinished"]


async def test_json_that_does_not_parse_is_sent_back_and_the_tool_does_not_run() -> None:
    door = Door()
    turn = Turn(door.tool())
    turn.start(ToolCall(0, "toolu_0", "door", None, '{"place": "he'))
    assert json.loads(await turn.failure()) == {"INVALID_JSON": '{"place": "he'}
    assert door.entered == 0


class Unspeakable(Exception):
    def __str__(self) -> str:
        raise ValueError("no words")

    __repr__ = __str__


class UnspeakableBase(BaseException):
    __str__ = __repr__ = Unspeakable.__str__


ERRORS: list[Callable[[], BaseException]] = [
    lambda: ToolError("in its own words"),
    lambda: ValueError("wrong"),
    lambda: TimeoutError("of its own"),
    lambda: clock.TimeLimit("of its own"),
    lambda: ExceptionGroup("several", [ValueError("a"), KeyError("b")]),
    lambda: BaseExceptionGroup("several", [ValueError("a"), KeyboardInterrupt()]),
    lambda: RecursionError("deep"),
    lambda: MemoryError(),
    lambda: StopIteration("stop"),
    lambda: StopAsyncIteration("stop"),
    lambda: GeneratorExit(),
    lambda: KeyboardInterrupt(),
    lambda: SystemExit("usage: tool"),
    lambda: SystemExit(1),
    lambda: asyncio.CancelledError(),
    lambda: BaseException("base"),
    Unspeakable,
    UnspeakableBase,
]


@pytest.mark.parametrize("is_async", [True, False], ids=["async", "sync"])
@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error()).__name__)
async def test_whatever_a_tool_raises_is_a_result(
    error: Callable[[], BaseException], is_async: bool
) -> None:
    def fail() -> None:
        """Fail."""
        raise error()

    async def fail_async() -> None:
        """Fail."""
        await asyncio.sleep(0)
        raise error()

    turn = Turn(tool(name="fail")(fail_async if is_async else fail), tool(fine))
    turn.start(call(0, "fail"))
    turn.start(call(1, "fine"))
    failed, other = await turn.results()
    assert failed["is_error"] is True
    assert isinstance(failed["content"], str) and failed["content"]
    assert other == {"type": "tool_result", "tool_use_id": "toolu_1", "content": "fine"}
    assert turn.list_types("toolu_0") == ["ToolStarted", "ToolFinished"]
    assert alone()


def fine() -> str:
    """Be fine."""
    return "fine"


@pytest.mark.parametrize("is_async", [True, False], ids=["async", "sync"])
async def test_the_model_is_told_what_ended_a_tool(is_async: bool) -> None:
    def leave() -> None:
        """Leave."""
        sys.exit("no such file")

    async def leave_async() -> None:
        """Leave."""
        leave()

    turn = Turn(tool(name="leave")(leave_async if is_async else leave))
    turn.start(call(0, "leave"))
    assert await turn.failure() == "SystemExit: no such file"


class Mute:
    __str__ = __repr__ = Unspeakable.__str__


def circle() -> list[Any]:
    circle: list[Any] = []
    circle.append(circle)
    return circle


VALUES: list[object] = [
    *(None, "", "\ud83d", b"\xff", {1, 2}, object(), Mute(), circle(), float("nan"), {(1, 2): 3}),
    *(fine, (n for n in "ab"), [{"type": "text", "text": "a block"}], [{"type": Mute()}]),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
async def test_whatever_a_tool_returns_can_be_sent(value: object) -> None:
    @tool
    def give() -> object:
        """Give something."""
        return value

    turn = Turn(give)
    turn.start(call(0, "give"))
    (result,) = await turn.results()
    assert "is_error" not in result
    json.dumps(result, allow_nan=False).encode()


# --- Deadlines ----------------------------------------------------------------------------


async def test_each_tool_has_its_own_deadline_or_the_common_one() -> None:
    time = VirtualClock()

    async def forever() -> None:
        """Take forever."""
        await time.sleep(1e6)

    tools = tool(name="common")(forever), tool(name="own", timeout=7)(forever)
    turn = Turn(*tools, timeout=3, clock=time)
    turn.start(call(0, "common"))
    turn.start(call(1, "own"))
    common, own = await turn.results()
    assert common["content"] == "common did not finish within 3 seconds."
    assert own["content"] == "own did not finish within 7 seconds."
    assert common["is_error"] and own["is_error"]
    assert [event.seconds for event in turn.events if isinstance(event, ToolFinished)] == [3, 7]
    assert alone()


async def test_the_wait_for_a_place_is_no_part_of_a_tools_time() -> None:
    time = VirtualClock()
    turn = Turn(napping(time), limit=1, timeout=5, clock=time)
    for index in range(4):
        turn.start(call(index, "nap", seconds=4))
    assert await turn.contents() == [" slept 4"] * 4
    assert time.now() == 16


async def test_a_thread_that_never_ends_is_given_up_and_its_place_is_free() -> None:
    enough = threading.Event()

    @tool(timeout=0.05)
    def block() -> None:
        """Block."""
        enough.wait(SOON)

    turn = Turn(block, tool(fine), limit=1)
    turn.start(call(0, "block"))
    turn.start(call(1, "fine"))
    assert await turn.contents() == ["block did not finish within 0.05 seconds.", "fine"]
    enough.set()


async def test_a_tool_that_ignores_its_cancellation_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(clock, "GRACE_SECONDS", 0.05)
    enough, ended = asyncio.Event(), asyncio.Event()

    async def stubborn() -> str:
        """Go on."""
        while not enough.is_set():
            try:
                await enough.wait()
            except asyncio.CancelledError:
                continue
        ended.set()
        return "at last"

    turn = Turn(tool(timeout=0.05)(stubborn))
    turn.start(call(0, "stubborn"))
    assert await turn.failure() == "stubborn did not finish within 0.05 seconds."

    other = Turn(tool(stubborn), timeout=100)
    other.start(call(0, "stubborn"))
    await a_moment()
    async with asyncio.timeout(SOON):
        await other.dispatcher.cancel()
    assert await other.failure() == CANCELLED
    enough.set()
    await ended.wait()
    await a_moment()
    # Once, whatever came later:
    assert other.list_types("toolu_0") == ["ToolStarted", "ToolFinished"]
    assert alone()


# --- Tools that must not run twice --------------------------------------------------------


async def test_a_once_tool_waits_until_the_reply_is_whole() -> None:
    door = Door()
    door.open.set()
    turn = Turn(door.tool(idempotent=False), tool(fine))
    turn.start(call(0, "door"))
    turn.start(call(1, "fine"))
    await a_moment()
    assert (door.entered, turn.list_types("toolu_0")) == (0, [])
    turn.dispatcher.release()
    turn.start(call(2, "door"))  # nothing to wait for any more
    assert await turn.contents() == ["came through 1", "fine", "came through 2"]


async def test_a_once_tool_never_runs_for_a_reply_that_breaks_off() -> None:
    door = Door()
    turn = Turn(door.tool(idempotent=False))
    turn.start(call(0, "door"))
    turn.dispatcher.restart()
    turn.start(call(0, "door", id="again"))
    await turn.dispatcher.interrupt()
    assert await turn.failure() == CANCELLED
    assert door.entered == 0
    assert turn.list_types("toolu_0") == []
    assert turn.list_types("again") == ["ToolFinished"]


async def test_a_once_tool_runs_once_however_often_the_reply_was_asked_for() -> None:
    door = Door()
    door.open.set()
    turn = Turn(door.tool(idempotent=False))
    for attempt in range(3):
        turn.start(call(0, "door", id=f"attempt {attempt}"))
        await a_moment()
        turn.dispatcher.restart()
    turn.start(call(0, "door", id="whole"))
    turn.dispatcher.release()
    (result,) = await turn.results()
    assert (result["tool_use_id"], door.entered) == ("whole", 1)


async def test_who_interrupts_lets_a_once_tool_finish_and_cancels_the_others() -> None:
    door, other = Door(), Door()
    plain = tool(name="plain")(other.tool().function)
    turn = Turn(door.tool(idempotent=False), plain)
    turn.start(call(0, "door"))
    turn.start(call(1, "plain"))
    turn.dispatcher.release()
    await a_moment()
    await turn.dispatcher.interrupt()
    assert (door.cancelled, other.cancelled) == (0, 1)
    asyncio.get_running_loop().call_later(0.02, door.open.set)
    assert await turn.contents() == ["came through 1", CANCELLED]


async def test_a_once_tool_that_is_cancelled_has_an_unknown_outcome() -> None:
    door = Door()
    turn = Turn(door.tool(idempotent=False), limit=1)
    turn.start(call(0, "door"))
    turn.start(call(1, "door"))  # gets no place, so it certainly had no effect
    turn.dispatcher.release()
    await a_moment()
    await turn.dispatcher.cancel()
    assert await turn.contents() == [UNKNOWN_OUTCOME, CANCELLED]
    assert all(result["is_error"] for result in await turn.results())
    assert alone()


# --- The same turn again ------------------------------------------------------------------


@pytest.mark.parametrize("when", ["running", "finished"])
async def test_a_repeated_call_takes_over_the_earlier_run(when: str) -> None:
    door = Door()
    turn = Turn(door.tool())
    turn.start(call(0, "door", place="x", number=1))
    if when == "finished":
        door.open.set()
    await a_moment()
    turn.dispatcher.restart()
    assert turn.dispatcher.calls == []
    turn.start(call(2, "door", id="again", number=1, place="x"))  # fields in another order
    door.open.set()
    (result,) = await turn.results()
    assert result == {
        "type": "tool_result",
        "tool_use_id": "again",
        "content": "came through 1",
    }
    assert door.entered == 1
    assert turn.list_types("again") == ["ToolStarted", "ToolFinished"]
    started = next(event for event in turn.events if event.call.id == "again")
    assert isinstance(started, ToolStarted) and started.status == "At x"


async def test_a_failure_is_taken_over_too() -> None:
    runs = 0

    @tool
    async def fail() -> None:
        """Fail."""
        nonlocal runs
        runs += 1
        raise ToolError("no")

    turn = Turn(fail)
    turn.start(call(0, "fail"))
    await a_moment()
    turn.dispatcher.restart()
    turn.start(call(0, "fail", id="again"))
    assert (await turn.failure(), runs) == ("no", 1)


async def test_two_equal_calls_of_one_reply_both_run() -> None:
    door = Door()
    door.open.set()
    turn = Turn(door.tool())
    turn.start(call(0, "door"))
    turn.start(call(1, "door"))
    assert await turn.contents() == ["came through 1", "came through 2"]


async def test_each_earlier_run_serves_one_call() -> None:
    door = Door()
    door.open.set()
    turn = Turn(door.tool())
    turn.start(call(0, "door"))
    await a_moment()
    turn.dispatcher.restart()
    turn.start(call(0, "door", id="first"))
    turn.start(call(1, "door", id="second"))
    assert await turn.contents() == ["came through 1", "came through 2"]
    assert door.entered == 2


@pytest.mark.parametrize(
    "other",
    [
        call(0, "fine"),
        call(0, "door", place="there", number=1),
        call(0, "door", number=True),  # which equals 1 in Python
        call(0, "door", number=1, place="here"),
        ToolCall(0, "toolu_0", "door", None, '{"number": 1'),
    ],
    ids=["name", "value", "type", "fields", "broken"],
)
async def test_another_call_takes_over_nothing(other: ToolCall) -> None:
    door = Door()
    turn = Turn(door.tool(), tool(fine))
    turn.start(call(0, "door", number=1))
    await a_moment()
    turn.dispatcher.restart()
    turn.start(other)
    await a_moment()
    door.open.set()
    await turn.results()
    assert door.entered == (1 if other.name == "fine" or other.input is None else 2)


async def test_broken_calls_are_told_apart_by_their_json() -> None:
    turn = Turn(tool(fine))
    turn.start(ToolCall(0, "a", "fine", None, "{"))
    await a_moment()
    turn.dispatcher.restart()
    turn.start(ToolCall(0, "b", "fine", None, '{"'))
    assert json.loads(await turn.failure()) == {"INVALID_JSON": '{"'}


async def test_runs_that_no_call_repeats_are_cancelled() -> None:
    door = Door()
    turn = Turn(door.tool(), tool(fine))
    turn.start(call(0, "door"))
    await a_moment()
    turn.dispatcher.restart()
    turn.start(call(0, "fine", id="other"))
    assert [result["tool_use_id"] for result in await turn.results()] == ["other"]
    assert (door.cancelled, turn.list_types("toolu_0")) == (1, ["ToolStarted"])
    assert alone()


async def test_a_run_that_waited_for_a_place_is_silent_after_its_reply_broke_off() -> None:
    door = Door()
    turn = Turn(door.tool(), limit=1)
    turn.start(call(0, "door", place="one"))
    turn.start(call(1, "door", place="two"))
    await a_moment()
    turn.dispatcher.restart()
    turn.start(call(0, "door", id="again", place="one"))
    door.open.set()
    await a_moment()  # now "two" gets its place, but no call stands for it
    assert (door.entered, turn.list_types("toolu_1")) == (2, [])
    turn.start(call(1, "door", id="again too", place="two"))
    assert await turn.contents() == ["came through 1", "came through 2"]
    assert turn.list_types("again too") == ["ToolStarted", "ToolFinished"]


async def test_progress_goes_to_the_call_that_a_run_stands_for_now() -> None:
    said: list[Progress] = []
    over = asyncio.Event()

    @tool
    async def work(progress: Progress) -> None:
        """Work."""
        said.append(progress)
        await over.wait()

    turn = Turn(work)
    turn.start(call(0, "work"))
    await a_moment()
    turn.dispatcher.restart()
    said[0]("to nobody")
    await a_moment()
    turn.start(call(0, "work", id="again"))
    said[0]("to the new call")
    await a_moment()
    over.set()
    await turn.results()
    assert turn.list_types("toolu_0") == ["ToolStarted"]
    assert turn.list_types("again") == ["ToolStarted", "ToolProgress", "ToolFinished"]


# --- Progress -----------------------------------------------------------------------------


@pytest.mark.parametrize("is_async", [True, False], ids=["async", "sync"])
async def test_progress_comes_between_start_and_end(is_async: bool) -> None:
    def work(city: str, progress: Progress) -> str:
        """Work."""
        for step in range(20):
            progress(f"{city} {step}", step, 20)
        progress("nearly")
        return "done"

    async def work_async(city: str, progress: Progress) -> str:
        """Work."""
        return work(city, progress)

    turn = Turn(tool(name="work")(work_async if is_async else work))
    the_call = call(0, "work", city="Lagos")
    turn.start(the_call)
    await turn.results()
    started, *progress, finished = turn.events
    assert isinstance(started, ToolStarted) and isinstance(finished, ToolFinished)
    steps = [ToolProgress(the_call, f"Lagos {step}", step, 20) for step in range(20)]
    assert progress == [*steps, ToolProgress(the_call, "nearly", None, None)]


async def test_a_thread_that_was_given_up_is_not_heard_any_more() -> None:
    given_up, said = threading.Event(), threading.Event()

    @tool(timeout=2)  # long enough for a thread to begin on a busy machine
    def work(progress: Progress) -> None:
        """Work."""
        progress("in time")
        given_up.wait(SOON)
        progress("too late")
        said.set()

    turn = Turn(work)
    turn.start(call(0, "work"))
    await turn.results()
    given_up.set()
    await asyncio.to_thread(said.wait, SOON)
    await a_moment()
    assert turn.list_types("toolu_0") == ["ToolStarted", "ToolProgress", "ToolFinished"]


# --- Leaving ------------------------------------------------------------------------------


async def test_cancel_ends_every_run_and_leaves_no_task() -> None:
    door, enough = Door(), threading.Event()

    @tool
    def block() -> None:
        """Block."""
        enough.wait(SOON)

    turn = Turn(door.tool(), block, limit=3)
    for index in range(2):
        turn.start(call(index, "door"))
    turn.start(call(2, "block"))
    turn.start(call(3, "door", place="no place"))
    await a_moment()
    turn.dispatcher.restart()
    turn.start(call(0, "door", id="again"))
    begun = time.monotonic()
    await turn.dispatcher.cancel()
    assert time.monotonic() - begun < SOON / 2  # it waits for no thread
    assert alone()
    assert door.cancelled == 2
    assert await turn.failure() == CANCELLED
    await turn.dispatcher.cancel()  # a second time does nothing
    assert turn.list_types("again") == ["ToolStarted", "ToolFinished"]
    enough.set()


async def test_cancel_leaves_finished_runs_as_they_are() -> None:
    turn = Turn(tool(fine))
    turn.start(call(0, "fine"))
    before = await turn.results()
    await turn.dispatcher.cancel()
    await turn.dispatcher.interrupt()
    assert await turn.results() == before
    assert turn.list_types("toolu_0") == ["ToolStarted", "ToolFinished"]


async def test_who_stops_waiting_for_results_stops_no_tool() -> None:
    door = Door()
    turn = Turn(door.tool())
    turn.start(call(0, "door"))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.02):
            await turn.dispatcher.results()
    assert door.cancelled == 0
    door.open.set()
    assert await turn.contents() == ["came through 1"]


def test_a_thread_may_outlive_the_event_loop(capfd: pytest.CaptureFixture[str]) -> None:
    threads: list[threading.Thread] = []
    entered, enough = threading.Event(), threading.Event()

    @tool
    def block(progress: Progress) -> str:
        """Block."""
        threads.append(threading.current_thread())
        entered.set()
        enough.wait(SOON)
        progress("to a loop that is closed")
        return "to nobody"

    async def leave() -> None:
        turn = Turn(block)
        turn.start(call(0, "block"))
        await asyncio.to_thread(entered.wait, SOON)
        await turn.dispatcher.cancel()

    asyncio.run(leave())
    enough.set()
    threads[0].join(SOON)
    assert not threads[0].is_alive()
    assert capfd.readouterr() == ("", "")


def test_a_program_can_end_while_a_tool_never_does() -> None:
    program = """
import asyncio, threading
from helpers.dispatch import ToolDispatcher
from helpers.message import ToolCall
from helpers.tools import tool

@tool
def never() -> None:
    "Never return."
    threading.Event().wait()

async def main() -> None:
    tools = ToolDispatcher([never], lambda event: print(type(event).__name__), timeout=0.1)
    tools.start(ToolCall(0, "toolu_0", "never", {}, "{}"))
    tools.start(ToolCall(1, "toolu_1", "never", {}, "{}"))
    await tools.results()
    tools.start(ToolCall(2, "toolu_2", "never", {}, "{}"))
    await asyncio.sleep(0.05)

asyncio.run(main())
"""
    ended = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.split() == [
        "ToolStarted",
        "ToolStarted",
        "ToolFinished",
        "ToolFinished",
        "ToolStarted",
    ]
