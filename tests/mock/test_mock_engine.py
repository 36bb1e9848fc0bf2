"""The plan: same request, same bytes, same times; and the clock that plays it."""

import asyncio
import re
import subprocess
import sys
import time
from itertools import pairwise
from typing import Any

import pytest
from exchange import HEADERS, body, read_events
from hypothesis import given
from hypothesis import strategies as st

from helpers.mock.chance import dice
from helpers.mock.chunking import CHUNKINGS, recut
from helpers.mock.engine import MockAPI, RealClock, VirtualClock
from helpers.mock.faults import FAULTS, OF_EVENTS, QUIRKS, SLOW_START_SECONDS, STALL_SECONDS
from helpers.mock.plan import TimedBytes
from helpers.mock.settings import Pace, Settings

DEMO = "Show me what streaming looks like."


def plan_of(settings: Settings, prompt: str = DEMO, **more: Any) -> list[TimedBytes]:
    plan = MockAPI(settings).plan(
        "POST", "/v1/messages", HEADERS, body(prompt, **{"stream": True} | more)
    )
    return list(plan.chunks)


def join_chunks(chunks: list[TimedBytes]) -> bytes:
    return b"".join(chunk.data for chunk in chunks)


HEALTHY = plan_of(Settings())


def test_same_request_same_bytes_and_times() -> None:
    assert plan_of(Settings()) == HEALTHY


def test_key_order_in_the_request_means_nothing() -> None:
    reordered = body(DEMO, stream=True).replace(b'"model": "offline-mock", ', b"")
    reordered = reordered[:-1] + b', "model": "offline-mock"}'
    plan = MockAPI().plan("POST", "/v1/messages", HEADERS, reordered)
    assert list(plan.chunks) == HEALTHY


def test_a_plan_can_be_read_twice() -> None:
    plan = MockAPI().plan("POST", "/v1/messages", HEADERS, body(DEMO, stream=True))
    assert list(plan.chunks) == list(plan.chunks)


def test_another_seed_changes_bytes_but_not_words() -> None:
    other = plan_of(Settings(seed=1))
    assert join_chunks(other) != join_chunks(HEALTHY)

    def read_texts(chunks: list[TimedBytes]) -> list[str]:
        return [
            e["delta"].get("text", "") for e in read_events(join_chunks(chunks)) if "delta" in e
        ]

    assert read_texts(other) == read_texts(HEALTHY)


def test_padding_goes_from_0_to_15_spaces() -> None:
    lines = [line for line in join_chunks(HEALTHY).split(b"\n") if line.startswith(b"data: ")]
    paddings = {len(re.search(rb"( *)}$", line)[1]) for line in lines}
    assert paddings == set(range(16))


@given(
    st.floats(0, 100),
    st.floats(1, 1000),
    st.floats(0, 1),
    st.integers(0, 200),
    st.integers(),
)
def test_token_times_are_in_order_and_end_on_time(
    first: float, rate: float, jitter: float, count: int, seed: int
) -> None:
    pace = Pace(first, rate, jitter)
    times = pace.token_times(count, dice(str(seed), "pace"))
    assert len(times) == count + 1
    assert times[0] == first
    assert times[-1] == pytest.approx(first + count / rate)
    assert all(earlier <= later for earlier, later in pairwise(times))
    assert Pace(first, jitter=jitter, duration=first + 8).token_times(count + 1, dice("", "pace"))[
        -1
    ] == pytest.approx(first + 8)


def test_a_whole_answer_comes_when_the_stream_would_have_ended() -> None:
    (whole,) = plan_of(Settings(), stream=False)
    assert whole.at == HEALTHY[-1].at


def test_silence_is_broken_by_pings_every_15_seconds() -> None:
    chunks = plan_of(
        Settings(Pace(first_token=2, tokens_per_second=0.025, jitter=0)), "Count to three."
    )
    pings = [
        chunk.at for chunk in chunks if chunk.data == b'event: ping\ndata: {"type": "ping"}\n\n'
    ]
    assert pings[0] == chunks[1].at == 2
    assert all(round(later.at - earlier.at, 9) <= 15 for earlier, later in pairwise(chunks))
    assert len(pings) == 1 + 6 * 2  # six gaps of 40 s


@given(
    st.lists(st.tuples(st.floats(0, 9), st.binary(max_size=50)), max_size=20),
    st.sampled_from(sorted(CHUNKINGS)),
    st.integers(),
)
def test_every_chunking_keeps_the_bytes(
    raw: list[tuple[float, bytes]], name: str, seed: int
) -> None:
    chunks = [TimedBytes(at, data) for at, data in sorted(raw)]
    cut = list(CHUNKINGS[name](chunks, dice(str(seed), "chunking")))
    assert join_chunks(cut) == join_chunks(chunks)
    assert all(earlier.at <= later.at for earlier, later in pairwise(cut))


def test_a_chunk_leaves_when_its_last_byte_is_there() -> None:
    chunks = [TimedBytes(1, b"abc"), TimedBytes(2, b"de")]
    assert list(recut(chunks, iter([2, 2, 2]))) == [(1, b"ab"), (2, b"cd"), (2, b"e")]


def test_chunkings_differ() -> None:
    sizes = {
        name: [len(chunk.data) for chunk in plan_of(Settings(chunking=name))] for name in CHUNKINGS
    }
    total = len(join_chunks(HEALTHY))
    assert sizes["byte"] == [1] * total
    assert sizes["whole"] == [total]
    assert sizes["event"] == [len(chunk.data) for chunk in HEALTHY]
    assert len(set(sizes["random"])) > 20


def test_cut_ends_between_two_events_without_message_stop() -> None:
    chunks = plan_of(Settings(fault="cut"))
    assert chunks == HEALTHY[: len(chunks)]
    assert 10 < len(chunks) < len(HEALTHY) - 10


@pytest.mark.parametrize("chunking", sorted(CHUNKINGS))
def test_reset_delivers_what_came_before(chunking: str) -> None:
    api = MockAPI(Settings(fault="reset", chunking=chunking))
    received = b""
    with pytest.raises(ConnectionResetError):
        for chunk in api.plan("POST", "/v1/messages", HEADERS, body(DEMO, stream=True)).chunks:
            received += chunk.data
    assert received == join_chunks(plan_of(Settings(fault="cut")))


def test_stall_is_silent_and_goes_on() -> None:
    chunks = plan_of(Settings(fault="stall"))
    assert join_chunks(chunks) == join_chunks(HEALTHY)
    gaps = [later.at - earlier.at for earlier, later in pairwise(chunks)]
    assert [gap > STALL_SECONDS for gap in gaps].count(True) == 1
    assert chunks[-1].at == HEALTHY[-1].at + STALL_SECONDS


def test_slow_start_delays_all_but_message_start() -> None:
    chunks = plan_of(Settings(fault="slow_start"))
    assert join_chunks(chunks) == join_chunks(HEALTHY)
    assert chunks[0].at == HEALTHY[0].at
    assert chunks[1].at == HEALTHY[1].at + SLOW_START_SECONDS


def test_overloaded_is_an_error_event_inside_a_200() -> None:
    chunks = plan_of(Settings(fault="overloaded"))
    assert chunks[:-1] == HEALTHY[: len(chunks) - 1]
    assert read_events(chunks[-1].data) == [
        {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    ]


@pytest.mark.parametrize("stream", [True, False])
def test_529_comes_before_any_event(stream: bool) -> None:
    api = MockAPI(Settings(fault="529"))
    plan = api.plan("POST", "/v1/messages", HEADERS, body(DEMO, stream=stream))
    assert plan.status == 529
    assert ("x-should-retry", "true") in plan.headers
    assert b'"overloaded_error"' in next(plan.chunks).data


# The others change events or how they are written, which an answer that isn't streamed hasn't got.
NOT_WHOLE = (*OF_EVENTS, *QUIRKS, "large_tool_input", "crlf", "cr", "gzip")
WHOLE = [name for name in FAULTS if FAULTS[name].kind not in NOT_WHOLE]


@pytest.mark.parametrize("name", WHOLE)
def test_a_fault_strikes_a_whole_answer_too(name: str) -> None:
    (healthy,) = plan_of(Settings(), stream=False)
    try:
        broken = plan_of(Settings(fault=name), stream=False)
    except ConnectionResetError:
        broken = []
    assert broken != [healthy]


async def test_a_virtual_clock_plays_the_plan_without_waiting() -> None:
    clock = VirtualClock()
    api = MockAPI(Settings(Pace(first_token=600, tokens_per_second=1)), clock=clock)
    plan = api.plan("POST", "/v1/messages", HEADERS, body(DEMO, stream=True))
    started = time.monotonic()
    played = [TimedBytes(clock.now(), data) async for data in api.play(plan)]
    assert time.monotonic() - started < 60  # of the 600 seconds
    assert join_chunks(played) == join_chunks(list(plan.chunks))
    assert [chunk.at for chunk in played] == [round(chunk.at, 9) for chunk in plan.chunks]


async def test_sleepers_on_a_virtual_clock_wake_in_the_order_of_time() -> None:
    clock = VirtualClock()
    woken = []

    async def sleeper(name: str, *naps: float) -> None:
        for nap in naps:
            await clock.sleep(nap)
            woken.append((name, clock.now()))

    await asyncio.gather(sleeper("a", 1, 1, 1), sleeper("b", 1.5, 1.5), sleeper("c", 0.5, 3))
    assert woken == [
        ("c", 0.5),
        ("a", 1.0),
        ("b", 1.5),
        ("a", 2.0),
        ("b", 3.0),
        ("a", 3.0),
        ("c", 3.5),
    ]


async def test_a_sleeper_that_is_cancelled_holds_nobody_up() -> None:
    clock = VirtualClock()
    nap = asyncio.create_task(clock.sleep(1))
    await asyncio.sleep(0)
    nap.cancel()
    await clock.sleep(5)
    assert clock.now() == 5


async def test_a_late_chunk_delays_no_other() -> None:
    clock = VirtualClock()
    api = MockAPI(Settings(Pace(first_token=0.1, duration=0.4)), clock=clock)
    plan = api.plan("POST", "/v1/messages", HEADERS, body("Count to three.", stream=True))
    async for data in api.play(plan):
        if b"message_start" in data:
            await clock.sleep(0.2)  # the consumer holds everything up, past several chunks
    assert clock.now() == pytest.approx(0.4)  # not 0.4 + 0.2


async def test_the_real_clock_waits() -> None:
    clock = RealClock()
    before = clock.now()
    await clock.sleep(0.05)
    assert clock.now() - before >= 0.049


def test_the_engine_needs_no_server() -> None:
    # A browser kernel has neither; -I would hide helpers, so the path is given by hand.
    script = (
        "import sys, helpers.mock.engine, helpers.mock.transport\n"
        "sys.exit(bool({'uvicorn', 'starlette', 'anthropic', 'httpx'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", script]).returncode == 0
