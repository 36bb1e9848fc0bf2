"""Cases of `retry`: how long, and when no more."""

import time
from collections.abc import Sequence
from typing import Any

import httpx

from helpers.lessons.checking.case import Case, Misconception, Namespace, Outcome
from helpers.lessons.nb07_retries_and_timeouts.retry.checks.harness import (
    GONE,
    NOW,
    Failure,
    case,
    close,
    is_number,
)

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


def decide(my: Namespace) -> object:
    """Return some first waits, and whether they were slept as well."""
    for _ in range(3):  # a busy machine may make it wait once
        began = time.monotonic()
        seconds = wait(my)
        if time.monotonic() - began < 0.3:
            return [seconds, wait(my, random=1), wait(my)]
    return f"{seconds} s, and it took them"


def at_the_end(my: Namespace) -> object:
    """Return what follows the last attempt, with and without a request of the server's."""
    asked = Failure(429, "rate_limit_error", {"Retry-After": "1"})
    return [wait(my, 7), wait(my, 7, asked)]


def never_again(my: Namespace) -> object:
    """Return the waits for failures that stay."""
    return {str(failure): wait(my, 1, failure) for failure in HOPELESS}


HOPELESS = (
    Failure(400, "invalid_request_error"),
    Failure(401, "authentication_error"),
    Failure(429, "rate_limit_error", {"X-Should-Retry": "false", "Retry-After": "2"}),
)
TWENTY = Failure(429, "rate_limit_error", {"Retry-After": "20"})
MINUTE = Failure(429, "rate_limit_error", {"Retry-After": "60"})
LONGER = Failure(429, "rate_limit_error", {"Retry-After": "61"})
HOUR = Failure(429, "rate_limit_error", {"Retry-After": "3600"})
PASSED = Failure(503, "", {"Retry-After": GONE})

WAITING = (
    case(
        "a decision, and no more",
        "The function only decides and doesn't sleep, because the caller may run on an event "
        "loop or in a test.",
        "for random in (0, 1, 0):\n    " + call(1, BUSY).replace("random=0", "random=random"),
        decide,
        [0.5, 0.375, 0.5],
        Misconception(
            id="sleeps-itself",
            matches=lambda out: isinstance(out.returned, str),
        ),
        Misconception(
            id="half-of-it-is-random",
            matches=lambda out: close(out.returned, [0.25, 0.5, 0.25]),
        ),
        Misconception(
            id="jitter-the-other-way-round",
            matches=lambda out: close(out.returned, [0.375, 0.5, 0.375]),
        ),
        Misconception(
            id="jitter-in-both-directions",
            matches=lambda out: (
                out.returned[0] == out.returned[2] and out.returned[0] < 0.5 < out.returned[1]
            ),
        ),
        Misconception(
            id="doubles-from-the-wrong-attempt",
            matches=lambda out: out.returned[0] in (0.25, 1.0),
        ),
        Misconception(
            id="jitter-adds",
            matches=lambda out: out.returned[0] == 0.5 < out.returned[1],
        ),
        Misconception(
            id="no-jitter",
            matches=lambda out: close(out.returned, [0.5, 0.5, 0.5]),
        ),
        Misconception(
            id="jitter-takes-it-all",
            matches=lambda out: 0 in out.returned,
        ),
        Misconception(
            id="rolls-its-own-dice",
            matches=lambda out: out.returned[0] != out.returned[2],
        ),
    ),
    backing_off(
        "each wait twice as long",
        "Nobody knows whether the server is down for a second or for a minute.",
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
        "Clients that failed at the same moment must not come back at the same moment.",
        (1, 2, 3),
        1,
        Misconception(
            id="no-jitter",
            matches=lambda out: close(out.returned, [0.5, 1.0, 2.0]),
        ),
    ),
    backing_off(
        "jitter below the longest wait",
        "After a long failure all clients have the longest wait. They need the jitter most.",
        (5, 6),
        1,
        Misconception(
            id="jitter-before-the-longest-wait",
            matches=lambda out: close(out.returned, [6.0, 8.0]),
        ),
    ),
    case(
        "what the server asks for",
        "The server knows when it will have room.",
        call(1, TWENTY, random=1),
        lambda my: wait(my, 1, TWENTY, random=1),
        20.0,
        Misconception(
            id="gives-up-above-its-own-limit",
            matches=lambda out: out.returned is None,
        ),
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
        "exactly a minute",
        "Many limits are for one minute, so servers often ask for exactly one minute.",
        call(1, MINUTE),
        lambda my: wait(my, 1, MINUTE),
        60.0,
        Misconception(
            id="gives-up-at-a-minute",
            matches=lambda out: out.returned is None,
        ),
    ),
    case(
        "an hour",
        "The limit is for a whole day, and a person waits.",
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
        "a second more than a minute",
        "The limit is one minute. If the wait is longer, tell the user.",
        call(1, LONGER),
        lambda my: wait(my, 1, LONGER),
        None,
        Misconception(
            id="bound-of-its-own",
            matches=lambda out: out.returned == 61,
        ),
        Misconception(
            id="comes-too-early",
            matches=is_number,
        ),
    ),
    case(
        "a time that has passed",
        "The time that the server named has already passed, so use your own wait.",
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
            id="false-for-none",
            matches=lambda out: out.returned is False,
        ),
        Misconception(
            id="retries-after-text",
            matches=is_number,
        ),
    ),
    case(
        "a failure that stays",
        "These requests fail again, also after a wait.",
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
        "A person waits, and somebody pays for each attempt.",
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
