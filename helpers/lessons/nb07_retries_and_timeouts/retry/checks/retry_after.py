"""Cases of `retry`: what the server asks for."""

import os
import time
from collections.abc import Mapping
from email.utils import formatdate

import httpx

from helpers.lessons.checking.case import Case, Misconception, Namespace
from helpers.lessons.nb07_retries_and_timeouts.retry.checks.harness import (
    GONE,
    NOW,
    case,
    is_number,
)

SOON = formatdate(NOW + 30, usegmt=True)


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


TRIPS = Misconception(
    id="expects-the-header",
    matches=lambda out: isinstance(out.error, KeyError | TypeError | ValueError),
)

RETURNS_THE_MOMENT = Misconception(
    id="returns-the-moment",
    matches=lambda out: is_number(out) and abs(out.returned - NOW) < 31,
)
READS_THE_CLOCK = Misconception(
    id="reads-the-clock",
    matches=lambda out: is_number(out) and abs(out.returned) > 60,
)
IGNORES_THE_DATE = Misconception(
    id="ignores-the-date",
    matches=lambda out: out.error is not None or out.returned is None,
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
        "none",
        "Most failures don't say how long to wait.",
        {"Content-Type": "text/html"},
        None,
        TRIPS,
    ),
    asking(
        "half a second",
        "The standard says whole seconds, but some servers send fractions.",
        {"Retry-After": "0.5"},
        0.5,
        Misconception(
            id="whole-seconds-only",
            matches=lambda out: isinstance(out.error, ValueError) or out.returned != 0.5,
        ),
    ),
    asking(
        "milliseconds",
        "The API's own clients also read a more exact header.",
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
        "If both headers are there, use the more exact one.",
        {"Retry-After": "2", "Retry-After-Ms": "1500"},
        1.5,
        Misconception(
            id="the-coarse-one-wins",
            matches=lambda out: out.returned == 2,
        ),
    ),
    asking(
        "a date that has passed",
        "The answer came late, or the clocks differ.",
        {"Retry-After": GONE},
        None,
        Misconception(
            id="counts-backwards",
            matches=lambda out: is_number(out) and abs(out.returned - 30) < 1,
        ),
        RETURNS_THE_MOMENT,
        Misconception(
            id="waits-negative",
            matches=lambda out: is_number(out) and -31 < out.returned <= 0,
        ),
        READS_THE_CLOCK,
        IGNORES_THE_DATE,
    ),
    asking(
        "a date",
        "The standard has a second form, a date. Proxies and older servers send it.",
        {"Retry-After": SOON},
        30.0,
        Misconception(
            id="counts-backwards",
            matches=lambda out: is_number(out) and abs(out.returned + 30) < 1,
        ),
        RETURNS_THE_MOMENT,
        READS_THE_CLOCK,
        IGNORES_THE_DATE,
    ),
    asking(
        "a date, elsewhere",
        "All dates in HTTP are in GMT, also if the reader is in another time zone.",
        {"Retry-After": SOON},
        30.0,
        Misconception(
            id="reads-the-date-as-local-time",
            matches=lambda out: is_number(out) or out.returned is None,
        ),
        zone="America/New_York",
    ),
    asking(
        "nonsense in milliseconds",
        "People also write `retry-after-ms`, and make mistakes in it.",
        {"Retry-After-Ms": "soon"},
        None,
        Misconception(
            id="trips-over-milliseconds",
            matches=lambda out: isinstance(out.error, ValueError),
        ),
    ),
    case(
        "nonsense",
        "People write headers, and make mistakes.",
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
