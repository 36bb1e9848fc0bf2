"""What is tried with `retry`, and what its mistakes are recognised by."""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any

import httpx

from helpers.lessons.checking.case import Case, Misconception, Namespace, Outcome

__all__ = ["CASES"]

NOW = 1_800_000_000  # seconds since 1970: a moment in January 2027
SOON = formatdate(NOW + 30, usegmt=True)
GONE = formatdate(NOW - 30, usegmt=True)


def close(returned: Any, expected: Any) -> bool:
    """Whether two results say the same, up to the last digits of a float."""
    match returned, expected:
        case dict(), dict():
            return returned.keys() == expected.keys() and all(
                close(returned[key], expected[key]) for key in expected
            )
        case [*_], [*_]:
            return len(returned) == len(expected) and all(map(close, returned, expected))
        case bool(), _:
            return returned is expected
        case int() | float(), int() | float():
            return abs(returned - expected) < 1e-6
    return bool(returned == expected)


def case(
    name: str,
    why: str,
    code: str,
    run: Callable[[Namespace], object],
    expected: object,
    *mistakes: Misconception,
) -> Case:
    """A case whose numbers needn't agree to the last digit."""
    return Case(name, why, code, run, expected, mistakes, same=close)


# Whether


@dataclass(frozen=True, eq=False)
class Failure:
    """A failure: its status, the error's type, and its headers."""

    status: int
    type: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        words = [str(self.status) if self.status else "no status", self.type]
        words += [f"{name}: {value}" for name, value in self.headers.items()]
        return ", ".join(filter(None, words))


def whether(
    name: str, why: str, failures: Mapping[Failure, bool], *mistakes: Misconception
) -> Case:
    """A case that asks for verdicts on some failures."""

    def run(my: Namespace) -> object:
        verdicts = {
            str(failure): my.worth_retrying(
                failure.status, failure.type, httpx.Headers(failure.headers)
            )
            for failure in failures
        }
        # A single verdict is given as it is, so that a missing `return` is seen for what it is.
        return verdicts if len(verdicts) > 1 else next(iter(verdicts.values()))

    code = "\n".join(
        f"worth_retrying({failure.status}, {failure.type!r}, {dict(failure.headers)})"
        for failure in failures
    )
    expected = {str(failure): again for failure, again in failures.items()}
    only = next(iter(expected.values()))
    return case(name, why, code, run, expected if len(expected) > 1 else only, *mistakes)


def says(out: Outcome, verdict: bool) -> bool:
    """Whether one of the verdicts came out like this, against what was expected."""
    if isinstance(out.returned, dict):
        return any(
            out.returned[key] is verdict and right is not verdict
            for key, right in out.expected.items()
        )
    return out.returned is verdict


WHETHER = (
    whether(
        "overloaded",
        "The API's busiest answer has a status of its own.",
        {Failure(529, "overloaded_error"): True},
        Misconception(
            id="misses-529",
            matches=lambda out: says(out, False),
        ),
    ),
    whether(
        "a server that breaks",
        "A bug, a restart, a proxy that waits for a machine that isn't there.",
        {Failure(500, "api_error"): True, Failure(502): True, Failure(503): True}
        | {Failure(504, "timeout_error"): True},
        Misconception(
            id="retries-only-when-busy",
            matches=lambda out: says(out, False),
        ),
    ),
    whether(
        "a limit",
        "Limits are met every day, and pass by the minute.",
        {Failure(429, "rate_limit_error"): True},
        Misconception(
            id="gives-up-at-429",
            matches=lambda out: says(out, False),
        ),
    ),
    whether(
        "two that pass",
        "The server was tired of waiting for the request, or two of them collided.",
        {Failure(408): True, Failure(409, "conflict_error"): True},
        Misconception(
            id="forgets-408-and-409",
            matches=lambda out: says(out, False),
        ),
    ),
    whether(
        "a request that is wrong",
        "A tool result that is missing, a model that doesn't exist, a body of 40 MB.",
        {Failure(400, "invalid_request_error"): False, Failure(404, "not_found_error"): False}
        | {Failure(413, "request_too_large"): False, Failure(422): False},
        Misconception(
            id="retries-400",
            matches=lambda out: says(out, True),
        ),
    ),
    whether(
        "a request that is refused",
        "A key that has expired, an empty account, a door that is not yours.",
        {Failure(401, "authentication_error"): False, Failure(402, "billing_error"): False}
        | {Failure(403, "permission_error"): False},
        Misconception(
            id="retries-refusals",
            matches=lambda out: says(out, True),
        ),
    ),
    whether(
        "a connection that was lost",
        "Nobody sent a status: there was nobody, or the line went dead on the way.",
        {Failure(0): True, Failure(200): True},
        Misconception(
            id="gives-up-without-a-status",
            matches=lambda out: says(out, False),
        ),
    ),
    whether(
        "an error after the 200",
        "The status line had left before the server knew.",
        {Failure(200, "overloaded_error"): True, Failure(200, "api_error"): True}
        | {Failure(200, "rate_limit_error"): True, Failure(200, "timeout_error"): True},
        Misconception(
            id="goes-by-the-status-alone",
            matches=lambda out: says(out, False),
        ),
    ),
    whether(
        "other errors after the 200",
        "What is wrong with a request may come out late, too.",
        {Failure(200, "invalid_request_error"): False, Failure(200, "billing_error"): False},
        Misconception(
            id="retries-every-error-event",
            matches=lambda out: says(out, True),
        ),
    ),
    whether(
        "the server's own word",
        "It knows which limit it was, and whether it will be lifted.",
        {Failure(429, "rate_limit_error", {"X-Should-Retry": "false"}): False}
        | {Failure(400, "invalid_request_error", {"X-Should-Retry": "true"}): True},
        Misconception(
            id="ignores-x-should-retry",
            matches=lambda out: list(out.returned.values()) == [True, False],
        ),
        Misconception(
            id="header-is-truthy",
            matches=lambda out: list(out.returned.values()) == [True, True],
        ),
        Misconception(
            id="hears-only-no",
            matches=lambda out: list(out.returned.values()) == [False, False],
        ),
    ),
)


# What the server asks for


def asking(
    name: str,
    why: str,
    headers: Mapping[str, str],
    expected: float | None,
    *mistakes: Misconception,
    zone: str = "",
) -> Case:
    """A case that asks for the wait in some headers.

    zone: where the learner's machine believes to be; "" for where it is.
    """

    def run(my: Namespace) -> object:
        with_zone = zone and hasattr(time, "tzset")
        before = os.environ.get("TZ")
        if with_zone:
            os.environ["TZ"] = zone
            time.tzset()
        try:
            return my.retry_after(httpx.Headers(headers), NOW)
        finally:
            if with_zone:
                os.environ.pop("TZ")
                if before is not None:
                    os.environ["TZ"] = before
                time.tzset()

    there = f"# now: {formatdate(NOW, usegmt=True)}\n" if SOON[:9] in str(headers) else ""
    there += "# on a machine in New York\n" if zone else ""
    return case(name, why, f"{there}retry_after({dict(headers)}, now)", run, expected, *mistakes)


def nonsense(my: Namespace) -> object:
    """Return what comes of headers that say nothing."""
    return {
        value: my.retry_after(httpx.Headers({"Retry-After": value}), NOW)
        for value in ("soon", "", "-5", "nan")
    }


def is_number(out: Outcome) -> bool:
    """Whether a number came back."""
    return isinstance(out.returned, int | float)


TRIPS = Misconception(
    id="expects-the-header",
    matches=lambda out: isinstance(out.error, KeyError | TypeError | ValueError),
)

ASKED = (
    asking(
        "seconds",
        "The plain form.",
        {"Retry-After": "7"},
        7.0,
        Misconception(
            id="returns-text",
            matches=lambda out: isinstance(out.returned, str),
        ),
        Misconception(
            id="no-seconds",
            matches=lambda out: out.error is not None or out.returned is None,
        ),
    ),
    asking(
        "none", "Most failures say nothing about when.", {"Content-Type": "text/html"}, None, TRIPS
    ),
    asking(
        "half a second",
        "The standard says whole seconds; servers have not all read it.",
        {"Retry-After": "0.5"},
        0.5,
        Misconception(
            id="whole-seconds-only",
            matches=lambda out: True,
        ),
    ),
    asking(
        "milliseconds",
        "The API's own clients know a finer header.",
        {"Retry-After-Ms": "250"},
        0.25,
        Misconception(
            id="milliseconds-as-seconds",
            matches=lambda out: out.returned == 250,
        ),
        Misconception(
            id="ignores-milliseconds",
            matches=lambda out: out.error is not None or out.returned is None,
        ),
    ),
    asking(
        "both",
        "Where both are there, the finer one says it better.",
        {"Retry-After": "2", "Retry-After-Ms": "1500"},
        1.5,
        Misconception(
            id="the-coarse-one-wins",
            matches=lambda out: out.returned == 2,
        ),
    ),
    asking(
        "a date",
        "The other form of the standard: proxies and older servers send it.",
        {"Retry-After": SOON},
        30.0,
        Misconception(
            id="counts-backwards",
            matches=lambda out: is_number(out) and abs(out.returned + 30) < 1,
        ),
        Misconception(
            id="returns-the-moment",
            matches=lambda out: is_number(out) and abs(out.returned - NOW - 30) < 1,
        ),
        Misconception(
            id="reads-the-clock",
            matches=lambda out: is_number(out) and abs(out.returned) > 60,
        ),
        Misconception(
            id="ignores-the-date",
            matches=lambda out: out.error is not None or out.returned is None,
        ),
    ),
    asking(
        "a date, elsewhere",
        "HTTP's dates are all in GMT, wherever the reader is.",
        {"Retry-After": SOON},
        30.0,
        Misconception(
            id="reads-the-date-as-local-time",
            matches=lambda out: True,
        ),
        zone="America/New_York",
    ),
    asking(
        "a date that has passed",
        "The answer was long on its way, or the clocks differ.",
        {"Retry-After": GONE},
        None,
        Misconception(
            id="waits-negative",
            matches=lambda out: is_number(out) and out.returned <= 0,
        ),
    ),
    case(
        "nonsense",
        "Headers are written by people.",
        'for value in ("soon", "", "-5", "nan"): retry_after({"Retry-After": value}, now)',
        nonsense,
        dict.fromkeys(("soon", "", "-5", "nan")),
        Misconception(
            id="trips-over-nonsense",
            matches=lambda out: out.error is not None,
        ),
        Misconception(
            id="believes-nonsense",
            matches=lambda out: isinstance(out.returned, dict),
        ),
    ),
)


# How long, and when no more


BUSY = Failure(529, "overloaded_error")


def wait(
    my: Namespace,
    attempt: int = 1,
    failure: Failure = BUSY,
    *,
    text_shown: bool = False,
    random: float = 0.0,
) -> Any:
    """Ask for one wait."""
    return my.seconds_to_wait(
        attempt,
        failure.status,
        failure.type,
        httpx.Headers(failure.headers),
        text_shown=text_shown,
        random=random,
        now=NOW,
    )


def call(attempt: str | int, failure: Failure, text_shown: bool = False, random: float = 0) -> str:
    """Return such a call as a learner would write it."""
    return (
        f"seconds_to_wait({attempt}, {failure.status}, {failure.type!r}, {dict(failure.headers)}, "
        f"text_shown={text_shown}, random={random:g}, now=now)"
    )


def backing_off(
    name: str, why: str, attempts: Sequence[int], random: float, *mistakes: Misconception
) -> Case:
    """A case that asks for the waits after some attempts."""
    plain = [min(0.5 * 2 ** (attempt - 1), 8.0) for attempt in attempts]
    expected = [seconds * (1 - 0.25 * random) for seconds in plain]

    def run(my: Namespace) -> object:
        return [wait(my, attempt, random=random) for attempt in attempts]

    def shares(out: Outcome) -> list[float]:
        return [got / full for got, full in zip(out.returned, plain, strict=True)]

    jitter = (
        Misconception(
            id="jitter-adds",
            matches=lambda out: (
                len({round(share, 6) for share in shares(out)}) == 1 and 1.001 < shares(out)[0] < 2
            ),
        ),
        Misconception(
            id="jitter-takes-it-all",
            matches=lambda out: len(set(shares(out))) == 1 and shares(out)[0] < 0.2,
        ),
        Misconception(
            id="rolls-its-own-dice",
            matches=lambda out: (
                len({round(share, 6) for share in shares(out)}) > 1
                and all(0.7 < share < 1.3 for share in shares(out))
            ),
        ),
    )
    code = f"for attempt in {list(attempts)}:\n    {call('attempt', BUSY, random=random)}"
    return case(name, why, code, run, expected, *mistakes, *jitter)


def decided(my: Namespace) -> object:
    """Return the first wait, and whether it was slept as well."""
    for _ in range(3):  # a busy machine may make it wait once
        began = time.monotonic()
        seconds = wait(my)
        if time.monotonic() - began < 0.3:
            return seconds
    return f"{seconds} s, and it took them"


def at_the_end(my: Namespace) -> object:
    """Return what follows the last attempt, with and without a request of the server's."""
    asked = Failure(429, "rate_limit_error", {"Retry-After": "1"})
    return [wait(my, 7), wait(my, 7, asked)]


def never_again(my: Namespace) -> object:
    """Return the waits for what no wait can mend."""
    return {str(failure): wait(my, 1, failure) for failure in HOPELESS}


HOPELESS = (
    Failure(400, "invalid_request_error"),
    Failure(401, "authentication_error"),
    Failure(429, "rate_limit_error", {"X-Should-Retry": "false", "Retry-After": "2"}),
)
TWENTY = Failure(429, "rate_limit_error", {"Retry-After": "20"})
HOUR = Failure(429, "rate_limit_error", {"Retry-After": "3600"})
PASSED = Failure(503, "", {"Retry-After": GONE})

WAITING = (
    case(
        "a decision, and no more",
        "Who calls may be on an event loop, or in a test.",
        call(1, BUSY),
        decided,
        0.5,
        Misconception(
            id="sleeps-itself",
            matches=lambda out: isinstance(out.returned, str),
        ),
        Misconception(
            id="doubles-from-the-wrong-attempt",
            matches=lambda out: out.returned in (0.25, 1.0),
        ),
        Misconception(
            id="jitter-takes-it-all",
            matches=lambda out: out.returned == 0,
        ),
        Misconception(
            id="rolls-its-own-dice",
            matches=lambda out: 0.37 < out.returned < 0.64,
        ),
    ),
    backing_off(
        "each wait twice as long",
        "A server that is down for a second, and one that is down for a minute: nobody knows "
        "which it is.",
        (1, 2, 3, 4),
        0,
        Misconception(
            id="waits-the-same",
            matches=lambda out: len(set(out.returned)) == 1,
        ),
        Misconception(
            id="grows-linearly",
            matches=lambda out: out.returned == [0.5, 1.0, 1.5, 2.0],
        ),
    ),
    backing_off(
        "and never more than 8 s",
        "A person is waiting.",
        (5, 6),
        0,
        Misconception(
            id="no-longest-wait",
            matches=lambda out: out.returned[1] > 8,
        ),
        Misconception(
            id="gives-up-too-early",
            matches=lambda out: None in out.returned,
        ),
    ),
    backing_off(
        "with jitter",
        "Those who failed together must not come back together.",
        (1, 2, 3),
        1,
        Misconception(
            id="no-jitter",
            matches=lambda out: close(out.returned, [0.5, 1.0, 2.0]),
        ),
    ),
    case(
        "what the server asks for",
        "It knows when there will be room.",
        call(1, TWENTY, random=1),
        lambda my: wait(my, 1, TWENTY, random=1),
        20.0,
        Misconception(
            id="jitter-on-retry-after",
            matches=lambda out: close(out.returned, 15.0),
        ),
        Misconception(
            id="forgets-retry-after",
            matches=lambda out: is_number(out) and out.returned < 1,
        ),
        Misconception(
            id="cuts-retry-after",
            matches=lambda out: is_number(out) and out.returned < 20,
        ),
        Misconception(
            id="adds-to-retry-after",
            matches=lambda out: is_number(out) and out.returned > 20,
        ),
    ),
    case(
        "an hour",
        "A limit by the day; somebody is looking at a spinner.",
        call(1, HOUR),
        lambda my: wait(my, 1, HOUR),
        None,
        Misconception(
            id="sleeps-for-an-hour",
            matches=lambda out: out.returned == 3600,
        ),
        Misconception(
            id="comes-too-early",
            matches=is_number,
        ),
    ),
    case(
        "when the moment is over",
        "The server's moment is over: now it is your own wait that counts.",
        call(1, PASSED),
        lambda my: wait(my, 1, PASSED),
        0.5,
        Misconception(
            id="hammers",
            matches=lambda out: is_number(out) and out.returned <= 0,
        ),
        Misconception(
            id="gives-up-on-a-past-date",
            matches=lambda out: out.returned is None,
        ),
    ),
    case(
        "after text was shown",
        "The reader has half an answer on the screen.",
        call(1, BUSY, text_shown=True),
        lambda my: wait(my, 1, BUSY, text_shown=True),
        None,
        Misconception(
            id="retries-after-text",
            matches=is_number,
        ),
    ),
    case(
        "what no wait can mend",
        "Waiting makes a wrong request later, not better.",
        "\n".join(call(1, failure) for failure in HOPELESS),
        never_again,
        {str(failure): None for failure in HOPELESS},
        Misconception(
            id="waits-for-the-hopeless",
            matches=lambda out: any(is_number(Outcome(it)) for it in out.returned.values()),
        ),
    ),
    case(
        "the last attempt",
        "Somebody is waiting, and somebody pays.",
        f"[{call(7, BUSY)},\n {call(7, Failure(429, 'rate_limit_error', {'Retry-After': '1'}))}]",
        at_the_end,
        [None, None],
        Misconception(
            id="no-bound-on-attempts",
            matches=lambda out: is_number(Outcome(out.returned[0])),
        ),
        Misconception(
            id="retry-after-beats-the-bound",
            matches=lambda out: is_number(Outcome(out.returned[1])),
        ),
    ),
)


CASES = (*WHETHER, *ASKED, *WAITING)
