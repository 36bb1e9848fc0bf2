"""When to try again, how long to wait for that, and when to give up."""

import asyncio
import json
import math
import socket
from contextlib import closing
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.agent import AgentEvent, Retrying, RunFinished, run_agent
from helpers.client import (
    ConnectFailed,
    ErrorEvent,
    ProtocolError,
    StatusError,
    StreamError,
    StreamStalled,
    StreamTruncated,
    open_stream,
)
from helpers.clock import race
from helpers.history import Conversation
from helpers.mock.engine import MockAPI, VirtualClock
from helpers.mock.settings import Settings
from helpers.mock.transport import in_process_transport
from helpers.parts.retry import backoff, retry_after
from helpers.retry import Recovery, Watchdog, worth_retrying

HEADERS = {"authorization": "Bearer mock-key", "anthropic-version": "2026-10-21"}
NOW = datetime(2026, 11, 6, 8, 49, 37, tzinfo=UTC).timestamp()


def refusal(status: int = 429, /, **headers: str) -> StatusError:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return StatusError(status, "some_error", "no", httpx.Headers(named))


# --- What is worth another attempt --------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "worth"),
    [
        *((status, False) for status in (400, 401, 402, 403, 404, 413, 422)),
        *((status, True) for status in (408, 409, 429, 500, 502, 503, 504, 529, 599)),
        (204, False),  # no stream, and no error either
        (304, False),
    ],
)
def test_the_status_says_what_is_worth_a_retry(status: int, worth: bool) -> None:
    assert worth_retrying(refusal(status)) is worth


@pytest.mark.parametrize("status", [400, 408, 429, 529])
def test_the_server_knows_better_than_its_status(status: int) -> None:
    assert worth_retrying(refusal(status, x_should_retry="true")) is True
    assert worth_retrying(refusal(status, x_should_retry="false")) is False
    assert worth_retrying(refusal(status, x_should_retry="perhaps")) is (status != 400)


@pytest.mark.parametrize(
    ("type", "worth"),
    [
        ("overloaded_error", True),
        ("api_error", True),
        ("rate_limit_error", True),
        ("timeout_error", True),
        ("conflict_error", True),
        ("invalid_request_error", False),
        ("authentication_error", False),
        ("billing_error", False),
        ("unknown_error", False),
        ("", False),
    ],
)
def test_an_error_inside_a_200_has_only_its_type(type: str, worth: bool) -> None:
    assert worth_retrying(ErrorEvent(type, "said the server")) is worth


@pytest.mark.parametrize("error", [ConnectFailed, StreamTruncated, StreamStalled])
def test_a_broken_connection_is_worth_a_retry(error: type[StreamError]) -> None:
    assert worth_retrying(error("gone"))


@pytest.mark.parametrize("error", [ProtocolError("no JSON"), StreamError("something new")])
def test_what_is_not_the_protocol_will_not_become_it(error: StreamError) -> None:
    assert not worth_retrying(error)


# --- How long to wait ---------------------------------------------------------------------


def test_waits_double_up_to_the_longest() -> None:
    waits = [backoff(attempt, random=0) for attempt in range(1, 8)]
    assert waits == [0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0]


@given(
    attempt=st.integers(1, 10**9),
    first=st.floats(0, 1e6),
    longest=st.floats(0, 1e6),
    random=st.floats(0, 1),
)
def test_jitter_takes_up_to_a_quarter_and_no_wait_is_too_long(
    attempt: int, first: float, longest: float, random: float
) -> None:
    whole = backoff(attempt, 0, first, longest)
    wait = backoff(attempt, random, first, longest)
    assert 0.75 * whole <= wait <= whole <= longest
    assert whole <= backoff(attempt + 1, 0, first, longest)


def test_attempts_end() -> None:
    recovery = Recovery(attempts=3)
    cut = StreamTruncated("gone")
    waits = [recovery.wait(cut, attempt, random=0, wall_time=NOW) for attempt in (1, 2, 3, 4)]
    assert waits == [0.5, 1.0, None, None]


def test_one_attempt_means_no_retry() -> None:
    assert Recovery(attempts=1).wait(refusal(529), 1, random=0, wall_time=NOW) is None


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry_after": "7"}, 7),
        ({"retry_after": " 7 "}, 7),
        ({"retry_after": "1.5"}, 1.5),
        ({"retry_after_ms": "250"}, 0.25),
        ({"retry_after_ms": "250", "retry_after": "7"}, 0.25),
        # The three forms of a date that HTTP knows, RFC 9110, section 5.6.7.
        ({"retry_after": "Fri, 06 Nov 2026 08:49:47 GMT"}, 10),
        ({"retry_after": "Friday, 06-Nov-26 08:49:47 GMT"}, 10),
        ({"retry_after": "Fri Nov  6 08:49:47 2026"}, 10),
        ({"retry_after": "Fri, 06 Nov 2026 09:49:47 +0100"}, 10),
        # None of these is a wait.
        ({}, None),
        ({"retry_after": ""}, None),
        ({"retry_after": "0"}, None),
        ({"retry_after": "-5"}, None),
        ({"retry_after": "nan"}, None),
        ({"retry_after": "-inf"}, None),
        ({"retry_after": "soon"}, None),
        ({"retry_after": "Fri, 06 Nov 2026 08:49:37 GMT"}, None),
        ({"retry_after": "Fri, 06 Nov 1998 08:49:37 GMT"}, None),
        ({"retry_after": "Fri, 99 Nov 2026 08:49:47 GMT"}, None),
        ({"retry_after": "Fri, 06 Nov 2026 08:49:47 +9999999999"}, None),
        ({"retry_after": "Fri, 06 Nov 99999999999999999999 08:49:47 GMT"}, None),
        ({"retry_after": "Fri, 06 Nov 9999 23:59:59 -1200"}, 251_603_637_022),
        ({"retry_after_ms": "0"}, None),
        ({"retry_after_ms": "-250"}, None),
        ({"retry_after_ms": "nan"}, None),
        # What the one can't say, the other may.
        ({"retry_after_ms": "soon", "retry_after": "7"}, 7),
        ({"retry_after_ms": "0", "retry_after": "7"}, 7),
        ({"retry_after_ms": "nan", "retry_after": "7"}, 7),
    ],
)
def test_what_a_server_asks_for(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(refusal(**headers).headers, NOW) == seconds


@given(st.dictionaries(st.sampled_from(["retry-after", "retry-after-ms"]), st.text()))
def test_no_header_is_too_strange(headers: dict[str, str]) -> None:
    asked = retry_after(headers, NOW)
    assert asked is None or asked > 0


@given(st.floats(-1e6, 1e6))
def test_a_date_says_what_seconds_would(seconds: float) -> None:
    date = datetime.fromtimestamp(math.floor(NOW + seconds), UTC)
    asked = retry_after({"retry-after": format_datetime(date, usegmt=True)}, NOW)
    wait = math.floor(NOW + seconds) - NOW
    assert asked == (wait if wait > 0 else None)


@pytest.mark.parametrize("asked", ["61", "inf", "1e400", "Fri, 06 Nov 2026 08:51:00 GMT"])
def test_who_asks_for_too_long_a_wait_gets_none(asked: str) -> None:
    error = refusal(retry_after=asked)
    assert Recovery().wait(error, 1, random=0, wall_time=NOW) is None
    patient = Recovery(longest_retry_after=60)
    assert patient.wait(refusal(retry_after="60"), 1, random=0, wall_time=NOW) == 60


def test_asked_waits_are_kept_as_they_are_and_count_as_attempts() -> None:
    recovery = Recovery(attempts=2, longest_wait=1)
    error = refusal(retry_after="7")
    assert recovery.wait(error, 1, random=1, wall_time=NOW) == 7
    assert recovery.wait(error, 2, random=1, wall_time=NOW) is None


def test_an_error_inside_a_200_is_waited_for_as_any_other() -> None:
    error = ErrorEvent("overloaded_error", "busy")
    assert Recovery().wait(error, 2, random=0, wall_time=NOW) == 1.0


# --- The watchdog -------------------------------------------------------------------------

TEXT = {"type": "content_block_delta"}
PING = {"type": "ping"}


async def bark(
    recovery: Recovery, *events: tuple[float, dict[str, Any]], start: float = 0.0
) -> tuple[str, float]:
    """Return what the watchdog says about events at these times, and when."""
    clock = VirtualClock()
    await clock.sleep(start)
    dog = Watchdog(clock, recovery)

    async def bring() -> None:
        for at, event in events:
            await clock.sleep(start + at - clock.now())
            dog.saw(event)
        await asyncio.Event().wait()

    with pytest.raises(StreamStalled) as caught:
        await race(bring(), dog.bark())
    return str(caught.value), round(clock.now() - start, 6)


NOTHING_NEW = "the answer brought nothing new for 10 seconds"


async def test_silence_from_the_start() -> None:
    assert await bark(Recovery(idle=10)) == (NOTHING_NEW, 10)


async def test_whatever_comes_breaks_the_silence() -> None:
    events = [(float(at), TEXT) for at in (9, 18, 20)]
    assert await bark(Recovery(idle=10), *events) == (NOTHING_NEW, 30)


async def test_pings_do_not_break_the_silence_unless_they_count() -> None:
    pings = [(float(at), PING) for at in range(1, 25)]
    assert await bark(Recovery(idle=10), *pings) == (NOTHING_NEW, 10)
    assert await bark(Recovery(idle=10, pings_count=True), *pings) == (NOTHING_NEW, 34)


async def test_an_answer_that_never_ends() -> None:
    drip = [(5.0 * n, TEXT) for n in range(1, 30)]
    said = "the answer was not complete after 32 seconds"
    assert await bark(Recovery(idle=10, total=32), *drip) == (said, 32)


@given(
    start=st.floats(0, 1e5),
    idle=st.floats(0.001, 100),
    at=st.lists(st.floats(0.001, 100), max_size=3),
)
def test_it_barks_whatever_the_clock_says(start: float, idle: float, at: list[float]) -> None:
    # Sums of fractions are seldom exact: a watchdog that compares them may wait for ever.
    events = [(time, TEXT) for time in sorted(at)]
    said, when = asyncio.run(bark(Recovery(idle=idle, total=300), *events, start=start))
    assert "nothing new" in said
    assert 0 < when <= max([*at, 0]) + idle + 1e-6


# --- The client's own limits --------------------------------------------------------------


def a_client(recovery: Recovery, **changes: Any) -> httpx.AsyncClient:
    return httpx.AsyncClient(headers=HEADERS, **recovery.client_options() | changes)


def test_the_options_are_httpx_s() -> None:
    options = Recovery(idle=45).client_options()
    timeout = options["timeout"]
    assert (timeout.connect, timeout.read, timeout.write, timeout.pool) == (5, 45, 45, 5)
    assert options["limits"].max_connections == 20


@pytest.fixture
def silent() -> Any:
    """The address of a server that takes connections and says nothing."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


async def test_a_full_pool_is_a_failure_and_no_hang(silent: str) -> None:
    options = Recovery().client_options()
    patience = httpx.Timeout(**options["timeout"].as_dict() | {"pool": 0.05})
    limits = httpx.Limits(max_connections=1)
    async with a_client(Recovery(), base_url=silent, limits=limits, timeout=patience) as http:

        async def ask() -> None:
            async with open_stream(http, {}):
                pass

        holds_the_place = asyncio.create_task(ask())
        await asyncio.sleep(0.1)
        with pytest.raises(ConnectFailed, match="PoolTimeout"):
            await ask()
        holds_the_place.cancel()
        await asyncio.wait({holds_the_place})


async def test_a_silent_server_is_given_up(silent: str) -> None:
    async with a_client(Recovery(idle=0.1), base_url=silent) as http:
        with pytest.raises(StreamStalled, match="before the read timeout"):
            async with open_stream(http, {}):
                pass


async def test_nobody_there_is_a_failure_of_the_connection() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: nobody else gets it
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        async with a_client(Recovery(), base_url=address) as http:
            with pytest.raises(ConnectFailed):
                async with open_stream(http, {}):
                    pass


async def test_a_server_too_busy_to_accept_is_given_up() -> None:
    # A listener whose queue is full lets further connections wait: that is what a connect
    # timeout is for. How long the queue is depends on the system, so it is filled first.
    options = Recovery().client_options()
    with closing(socket.create_server(("127.0.0.1", 0), backlog=0)) as listener:
        port = listener.getsockname()[1]
        waiting = []
        try:
            for _ in range(64):
                one = socket.socket()
                one.setblocking(False)
                one.connect_ex(("127.0.0.1", port))
                waiting.append(one)
            patience = httpx.Timeout(**options["timeout"].as_dict() | {"connect": 0.2})
            address = f"http://127.0.0.1:{port}"
            async with a_client(Recovery(), base_url=address, timeout=patience) as http:
                with pytest.raises(ConnectFailed, match=r"ConnectTimeout|ConnectError"):
                    async with open_stream(http, {}):
                        pass
        finally:
            for one in waiting:
                one.close()


# --- From the header to the wait, through the agent ---------------------------------------


async def run_with_fault(
    fault: Any, recovery: Recovery | None = None, **more: Any
) -> tuple[list[AgentEvent], VirtualClock]:
    """Return what a run gives whose answers are struck by a fault, and the clock it ran on."""
    clock = VirtualClock()
    api = MockAPI(Settings.from_json({"fault": fault}), clock=clock)
    conversation = Conversation()
    conversation.say("Count to three.")
    transport = in_process_transport(httpx, api)
    async with httpx.AsyncClient(
        base_url="http://mock", headers=HEADERS, transport=transport
    ) as http:
        run = run_agent(
            http,
            conversation,
            model="offline-mock",
            clock=clock,
            recovery=recovery,
            random=lambda: 0,
            **more,
        )
        events = [event async for event in run]
    assert api.state.streams == set()
    return events, clock


def waits(events: list[AgentEvent]) -> list[float]:
    return [event.seconds for event in events if isinstance(event, Retrying)]


def end(events: list[AgentEvent]) -> RunFinished:
    last = events[-1]
    assert isinstance(last, RunFinished)
    return last


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ({"status": 529}, [0.5]),
        ({"status": 529, "times": 3}, [0.5, 1.0, 2.0]),
        ({"status": 500}, [0.5]),
        ({"status": 408}, [0.5]),
        ({"status": 429, "retry_after": 7}, [7]),
        ({"status": 429, "retry_after": 1.5, "times": 2}, [1.5, 1.5]),
        ({"status": 429, "retry_after_ms": 250}, [0.25]),
        ({"status": 529, "retry_after": 7, "retry_after_ms": 250}, [0.25]),
        ({"status": 429, "retry_after": 60}, [60]),
        ({"status": 429, "retry_after": 0}, [0.5]),
    ],
)
async def test_a_refusal_is_waited_out(asked: dict[str, Any], seconds: list[float]) -> None:
    events, clock = await run_with_fault({"kind": "status", "times": 1} | asked)
    assert end(events).reason == "end_turn"
    assert waits(events) == seconds
    healthy, quick = await run_with_fault(None)
    assert clock.now() == pytest.approx(quick.now() + sum(seconds))
    assert [e for e in events if not isinstance(e, Retrying | RunFinished)] == healthy[:-1]


async def test_a_date_is_waited_for() -> None:
    events, _ = await run_with_fault({"kind": "status", "retry_after_date": 55, "times": 1})
    assert end(events).reason == "end_turn"
    (seconds,) = waits(events)
    assert 1 < seconds <= 56  # the date was made by the clock on the wall


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ({"status": 529}, [0.5, 1.0, 2.0]),
        ({"status": 429, "retry_after": 2}, [2, 2, 2]),
        ({"status": 429, "retry_after": 61}, []),
        ({"status": 400}, []),
        ({"status": 401}, []),
        ({"status": 413}, []),
    ],
)
async def test_a_refusal_that_lasts_ends_the_run(
    asked: dict[str, Any], seconds: list[float]
) -> None:
    events, _ = await run_with_fault({"kind": "status"} | asked)
    error = end(events).error
    assert isinstance(error, StatusError)
    assert (error.status, waits(events)) == (asked["status"], seconds)


@pytest.mark.parametrize("event", [0, 1, 2, 3])
async def test_overload_inside_a_200_is_retried_before_text(event: int) -> None:
    events, _ = await run_with_fault({"kind": "error", "at_event": event, "times": 2})
    assert waits(events) == [0.5, 1.0]
    assert end(events).reason == "end_turn"


async def test_overload_inside_a_200_ends_the_run_once_text_was_shown() -> None:
    fault = {"kind": "error", "at_event": 6, "times": 1}
    events, _ = await run_with_fault(fault)
    assert (end(events).reason, waits(events)) == ("failed", [])
    events, _ = await run_with_fault(fault, Recovery(after_text="restart"))
    assert (end(events).reason, waits(events)) == ("end_turn", [0.5])


@pytest.mark.parametrize("kind", ["error", "close", "drop"])
async def test_what_breaks_behind_the_stop_reason_takes_nothing_away(kind: str) -> None:
    events, _ = await run_with_fault({"kind": kind, "at": "after_message_delta", "times": 1})
    assert (end(events).reason, waits(events)) == ("end_turn", [])


async def test_another_error_inside_a_200_is_not_retried() -> None:
    events, _ = await run_with_fault(
        {"kind": "error", "at_event": 1, "error": "invalid_request_error"}
    )
    assert isinstance(end(events).error, ErrorEvent)
    assert waits(events) == []


async def test_a_wish_of_the_server_s_beats_its_status() -> None:
    requests = []

    def serve(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        said = {
            "type": "error",
            "error": {"type": "conflict", "message": json.dumps(len(requests))},
        }
        wish = "true" if len(requests) == 1 else "false"
        status = 400 if len(requests) == 1 else 529
        return httpx.Response(status, json=said, headers={"x-should-retry": wish})

    conversation = Conversation()
    conversation.say("Hi")
    transport = httpx.MockTransport(serve)
    async with httpx.AsyncClient(base_url="http://mock", transport=transport) as http:
        run = run_agent(http, conversation, model="m", clock=VirtualClock(), random=lambda: 0)
        events = [event async for event in run]
    assert len(requests) == 2
    assert isinstance(end(events).error, StatusError)
