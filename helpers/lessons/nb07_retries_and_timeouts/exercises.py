"""Notebook 07: whether to ask again, how long to wait first, and when to give up."""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from helpers.lessons.checking.part import Case, Misconception, Namespace, Outcome, Part
from helpers.lessons.common.verdicts import verdict_case

__all__ = ["PARTS"]

NOTEBOOK = "07_retries_and_timeouts"


# A small exercise: once more, or not


VERDICT_STUB = """\
ASK_AGAIN = {
    "A": ...,
    "B": ...,
    "C": ...,
    "D": ...,
    "E": ...,
    "F": ...,
    "G": ...,
    "H": ...,
    "I": ...,
    "J": ...,
}
"""

VERDICT_REFERENCE = """\
ASK_AGAIN = {
    "A": True,  # overloaded now says nothing about a moment later
    "B": False,  # the same wrong request is wrong again
    "C": True,  # the limit is per minute, and the answer says when to come back
    "D": False,  # the same status, but the server says that waiting is no help
    "E": False,  # a key doesn't become right by being sent again
    "F": True,  # the status was sent before anybody knew; nothing was shown yet
    "G": False,  # a second answer would stand behind the first half of another
    "H": True,  # nobody has heard the request
    "I": False,  # nobody has heard the answer: the money may have gone
    "J": True,  # the same key: the bank takes it for the same payment
}
"""


class Verdict(NamedTuple):
    """One failure of the exercise: what happened, whether to ask again, and a mistake."""

    letter: str
    what: str
    again: bool
    id: str
    looks_like: str
    try_next: str


VERDICTS = (
    Verdict(
        "A",
        "status 529, overloaded_error",
        True,
        "gives-up-on-overload",
        "an overload taken for a final answer: the next moment may be a quiet one",
        "Ask whether the same request could succeed a second later.",
    ),
    Verdict(
        "B",
        "status 400, invalid_request_error",
        False,
        "retries-400",
        "a wrong request sent again: it is as wrong as it was",
        "Ask what a second would change about it.",
    ),
    Verdict(
        "C",
        "status 429, rate_limit_error, retry-after: 2",
        True,
        "gives-up-on-limits",
        "a limit taken for a final answer, although the server says when to come back",
        "Read the header: it is an invitation.",
    ),
    Verdict(
        "D",
        "status 429, rate_limit_error, x-should-retry: false",
        False,
        "decides-by-status-alone",
        "a status that outweighs the server's own word: this limit is on money, and won't be "
        "lifted by waiting",
        "Read the header. Whoever wrote it knows which limit it was.",
    ),
    Verdict(
        "E",
        "status 401, authentication_error",
        False,
        "retries-refusals",
        "a key that was refused, shown again; keys have been locked for less",
        "Ask who has to do something before it can work.",
    ),
    Verdict(
        "F",
        "status 200, then an error event, overloaded_error, before any text",
        True,
        "trusts-the-200",
        "a 200 taken for success: it was sent before the first token, and nothing was shown since",
        "Go by the error's type, and ask what the reader has seen so far.",
    ),
    Verdict(
        "G",
        "status 200, half a sentence on the screen, then the connection is lost",
        False,
        "retries-after-text",
        "an answer begun anew behind the half of another one, which the reader has on the screen",
        "Imagine the page after the second attempt.",
    ),
    Verdict(
        "H",
        "no status: the connection was refused",
        True,
        "gives-up-on-connections",
        "a failure without a status taken for hopeless: the request has reached nobody, so it "
        "can't do harm, either",
        "Ask whether anything has happened on the other side.",
    ),
    Verdict(
        "I",
        "a tool that pays a bill; no answer came within its time limit",
        False,
        "repeats-a-payment",
        "silence taken for failure: the answer was lost, and the payment may not have been",
        "Ask what is known about the bill now, and what a second call might do.",
    ),
    Verdict(
        "J",
        "the same, and each call carries an idempotency key that names this payment",
        True,
        "forgets-the-key",
        "a call that may be repeated held back: two calls with one key are one payment",
        "Ask what the bank does when it has seen the key before.",
    ),
)


def lettered(verdict: Verdict) -> Case:
    """A case that asks for one letter."""
    return verdict_case(
        "ASK_AGAIN",
        "failure",
        verdict.letter,
        verdict.what,
        verdict.again,
        mistake=(verdict.id, verdict.looks_like, verdict.try_next),
        how="Write True to ask again, False to leave it.",
    )


RETRY_OR_NOT = Part(
    id="retry_or_not",
    title="Once more, or not?",
    notebook=NOTEBOOK,
    minutes=4,
    difficulty="gentle",
    teaches="You can say of a failure whether asking again can help, and whether it can harm.",
    stub=VERDICT_STUB,
    reference=VERDICT_REFERENCE,
    cases=tuple(map(lettered, VERDICTS)),
    hints=(
        "Two questions decide each of them. Could the same request succeed a moment later? And if "
        "it is sent twice, does anything happen twice that somebody would notice?",
        "A, C, F and H are passing troubles that have left no trace. B, D and E stay as they are. "
        "G and I have left a trace; J has too, and a key that makes up for it.",
        "The verdicts, with a reason for each:",
    ),
    module=__name__,
    in_build=False,
)


# A small exercise: the watchdog


WATCHDOG_STUB = '''\
def given_up_at(events, *, idle, total):
    """Return the second at which to give a stream up; None if it ends well before.

    events: a (second, type) pair for each event, counted from the request.
    idle: so many seconds without anything but pings are too many.
    total: the whole answer may take so many seconds.
    """
    ...
'''

WATCHDOG_REFERENCE = '''\
def given_up_at(events, *, idle, total):
    """Return the second at which to give a stream up; None if it ends well before."""
    last = 0
    for second, type in events:
        if second > min(last + idle, total):
            break  # the alarm had gone off before this event came
        if type == "message_stop":
            return None
        if type != "ping":
            last = second
    return min(last + idle, total)
'''

Timed = list[tuple[int, str]]

DELTA = "content_block_delta"
QUICK: Timed = [(1, "message_start"), (2, DELTA), (3, DELTA), (4, "message_stop")]
SILENT: Timed = [(1, "message_start"), (2, DELTA)]
PINGED: Timed = [(1, "message_start"), (2, DELTA), *((n, "ping") for n in range(5, 60, 5))]
LATE: Timed = [(1, "message_start"), (2, DELTA), (30, DELTA), (31, "message_stop")]
DRIP: Timed = [(1, "message_start"), *((n, DELTA) for n in range(5, 200, 5))]
MUTE: Timed = []
LONG: Timed = [*DRIP[:7], (35, "message_stop"), (36, "ping")]


def watchdog_case(
    name: str, why: str, events: Timed, expected: int | None, *mistakes: Misconception
) -> Case:
    """A case that asks when to give up one stream, with 10 s of silence and 60 s in all."""

    def run(my: Namespace) -> object:
        return my.given_up_at(list(events), idle=10, total=60)

    told = [f"# {second:>3} s  {type}\n" for second, type in events]
    shown = told if len(told) < 9 else [*told[:4], "# and so on\n", *told[-1:]]
    code = f"{''.join(shown)}given_up_at(events, idle=10, total=60)"
    return Case(name, why, code, run, expected, mistakes)


def never(out: Outcome) -> bool:
    """Whether the stream was not given up at all."""
    return out.error is None and not out.timed_out and out.returned is None


ONLY_ON_EVENTS = Misconception(
    id="wakes-only-for-events",
    looks_like="a watchdog that looks at its watch only when an event comes: where none comes, it "
    "sleeps as well",
    try_next="Nothing after the last event is silence, too. What is due when the loop ends "
    "without a `message_stop`?",
    matches=never,
)

WATCHDOG = Part(
    id="watchdog",
    title="When is this stream dead?",
    notebook=NOTEBOOK,
    minutes=7,
    difficulty="medium",
    teaches="You know what counts as a sign of life, and when an alarm goes off.",
    stub=WATCHDOG_STUB,
    reference=WATCHDOG_REFERENCE,
    cases=(
        watchdog_case(
            "an answer that ends well",
            "Most do.",
            QUICK,
            None,
            Misconception(
                id="barks-after-the-end",
                looks_like="an alarm for an answer that was complete: after `message_stop` nobody "
                "waits for anything",
                try_next="Let `message_stop` end the watch.",
                matches=lambda out: isinstance(out.returned, int | float),
            ),
        ),
        watchdog_case(
            "silence",
            "A router forgets the connection, and tells nobody.",
            SILENT,
            12,
            ONLY_ON_EVENTS,
            Misconception(
                id="waits-for-the-total",
                looks_like="a watchdog that knows the total only: it waits a minute for what was "
                "over after two seconds",
                try_next="Remember when something came last: the alarm is due so long after it.",
                matches=lambda out: out.returned == 60,
            ),
            Misconception(
                id="counts-from-the-request",
                looks_like="`idle` seconds counted from the request: then it is a total of ten "
                "seconds, not a limit for silence",
                try_next="Begin to count anew whenever something comes.",
                matches=lambda out: out.returned == 10,
            ),
        ),
        watchdog_case(
            "nothing but pings",
            "The server is well; the machine that writes the answer is not.",
            PINGED,
            12,
            Misconception(
                id="pings-are-life",
                looks_like="pings taken for a sign of life: they show that the connection lives, "
                "and not that the answer does",
                try_next="Let a ping pass without starting the count anew.",
                matches=lambda out: out.returned == 60,
            ),
            ONLY_ON_EVENTS,
            Misconception(
                id="barks-at-the-next-event",
                looks_like="an alarm at the moment of the next event; it was due before",
                try_next="Return when the time was up, not when somebody noticed.",
                matches=lambda out: out.returned == 15,
            ),
        ),
        watchdog_case(
            "an event that comes too late",
            "It was given up after 12 seconds, and nobody was there any more to read it.",
            LATE,
            12,
            Misconception(
                id="forgives-late-events",
                looks_like="a stream that was dead and is taken back when it moves: an alarm has "
                "closed the connection by then",
                try_next="Before you look at an event, ask whether the alarm went off before it.",
                matches=lambda out: never(out) or out.returned > 30,
            ),
            Misconception(
                id="barks-at-the-next-event",
                looks_like="an alarm at the moment of the next event; it was due before",
                try_next="Return when the time was up, not when somebody noticed.",
                matches=lambda out: out.returned == 30,
            ),
        ),
        watchdog_case(
            "a drip",
            "Each gap is fine by itself, and the answer never ends.",
            DRIP,
            60,
            Misconception(
                id="no-total",
                looks_like="a limit for silence and none for the whole: a word every five seconds "
                "keeps it going for ever",
                try_next="The alarm is due at the earlier of two moments.",
                matches=lambda out: never(out) or out.returned > 60,
            ),
        ),
        watchdog_case(
            "no event at all",
            "The request was taken, and that was the last of it.",
            MUTE,
            10,
            ONLY_ON_EVENTS,
            Misconception(
                id="starts-with-the-first-event",
                looks_like="a count that begins with the first event, so that a stream without any "
                "is never given up, or not in time",
                try_next="The watch begins with the request, at second 0.",
                matches=lambda out: out.error is not None or out.returned != 10,
            ),
        ),
        watchdog_case(
            "slow, and whole",
            "Thirty-five seconds are long, and within both limits.",
            LONG,
            None,
            Misconception(
                id="barks-after-the-end",
                looks_like="an alarm for an answer that was complete: after `message_stop` nobody "
                "waits for anything",
                try_next="Let `message_stop` end the watch.",
                matches=lambda out: isinstance(out.returned, int | float),
            ),
        ),
    ),
    hints=(
        "Keep one number: the second of the last event that was no ping. At the start it is 0, "
        "the request. From it follows when the alarm goes off, if nothing comes.",
        "The alarm is due at `min(last + idle, total)`. An event that comes later than that comes "
        "too late. When the events are over without `message_stop`, the alarm is still due.",
        "One loop, one number:",
    ),
    module=__name__,
    in_build=False,
)


# The part: whether, when, and when no more


STUB = '''\
ATTEMPTS = 7  # requests for one answer, the first one included


def worth_retrying(status, type, headers):
    """Say whether the same request may succeed a moment later.

    status: of the HTTP answer; 0 if none came. 200 if the failure came after it.
    type: the API's name for the error; "" if nobody gave one (the connection was lost).
    headers: of the HTTP answer; `headers.get(name)` finds a name in any case.
    """
    ...


def retry_after(headers, now):
    """Return the seconds that a server asks to wait; None if it asks for none.

    It may do so by `retry-after-ms`, and by `retry-after` in seconds or as a date.
    now: seconds since 1970.
    """
    ...


def seconds_to_wait(attempt, status, type, headers, *, text_shown, random, now):
    """Return the seconds to wait before the next attempt, or None to give up.

    What the server asks for, but not more than a minute: then give up. Else 0.5 s
    after the first attempt, twice as long after each further one, 8 s at most; and up to
    a quarter of that taken off. Never again after text was shown.
    attempt: how many were made, from 1.
    random: a number from 0 to 1: how much of that quarter.
    """
    ...
'''

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
            looks_like="a list of statuses from a book on HTTP: 529 is in none of them",
            try_next="Ask what the statuses from 500 up have in common, and take them all.",
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
            looks_like="a retry only where the server says that it is busy: one that has broken "
            "down may be back as soon",
            try_next="Take in all statuses from 500 up; they are the server's fault, not yours.",
            matches=lambda out: says(out, False),
        ),
    ),
    whether(
        "a limit",
        "Limits are met every day, and pass by the minute.",
        {Failure(429, "rate_limit_error"): True},
        Misconception(
            id="gives-up-at-429",
            looks_like="a limit taken for a wrong request because its status begins with a 4",
            try_next="Too many requests now are not too many later: let 429 in.",
            matches=lambda out: says(out, False),
        ),
    ),
    whether(
        "two that pass",
        "The server was tired of waiting for the request, or two of them collided.",
        {Failure(408): True, Failure(409, "conflict_error"): True},
        Misconception(
            id="forgets-408-and-409",
            looks_like="two statuses below 500 that are passing troubles, and are missing here",
            try_next="Besides 429, a timeout (408) and a conflict (409) may be over in a moment.",
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
            looks_like="a request that was wrong, sent again as it is",
            try_next="Of the statuses below 500, name those few that pass, and leave the rest.",
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
            looks_like="a refusal taken for a passing trouble: a person has to do something first",
            try_next="401, 402 and 403 are about who asks. That is the same the next time.",
            matches=lambda out: says(out, True),
        ),
    ),
    whether(
        "a connection that was lost",
        "Nobody sent a status: there was nobody, or the line went dead on the way.",
        {Failure(0): True, Failure(200): True},
        Misconception(
            id="gives-up-without-a-status",
            looks_like="a comparison of statuses where there is none: 0 is not above 500, and "
            "neither is a 200 whose answer broke off",
            try_next="Where there is no error type and no status, or a 200, the connection was "
            "lost. That passes.",
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
            looks_like="a status of 200 taken for the last word, when an error event came after it",
            try_next="With a 200, the error's type is what decides.",
            matches=lambda out: says(out, False),
        ),
    ),
    whether(
        "other errors after the 200",
        "What is wrong with a request may come out late, too.",
        {Failure(200, "invalid_request_error"): False, Failure(200, "billing_error"): False},
        Misconception(
            id="retries-every-error-event",
            looks_like="a retry for any error event: their types differ as statuses do",
            try_next="Name the types that pass; there are four of them.",
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
            looks_like="a verdict that leaves out what the server says about it, in "
            "`x-should-retry`",
            try_next="Look at that header first. Only where it says neither true nor false does "
            "the status decide.",
            matches=lambda out: list(out.returned.values()) == [True, False],
        ),
        Misconception(
            id="header-is-truthy",
            looks_like='a header taken for a truth value: the text "false" is true in Python, as '
            "is any text that isn't empty",
            try_next='Compare the text: `== "true"`, `== "false"`.',
            matches=lambda out: list(out.returned.values()) == [True, True],
        ),
        Misconception(
            id="hears-only-no",
            looks_like="a server's no that is heard, and its yes that isn't",
            try_next="Take both answers from the header before you look at the status.",
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
    looks_like="a header that is taken for granted: most failures bring none",
    try_next='Ask with `headers.get("retry-after")` and let None, or "", lead to None.',
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
            looks_like="the header as it came: headers are text, and nobody can sleep for a text",
            try_next="Make a number of it with `float`.",
            matches=lambda out: isinstance(out.returned, str),
        ),
        Misconception(
            id="no-seconds",
            looks_like="a header that asks for seconds and isn't heard",
            try_next='Read `headers.get("retry-after")`, which holds "7" here.',
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
            looks_like="`int` where the server sends a fraction: it raises, or loses the fraction",
            try_next="`float` reads both.",
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
            looks_like="milliseconds slept as seconds: four minutes in place of a blink",
            try_next="Divide by 1000.",
            matches=lambda out: out.returned == 250,
        ),
        Misconception(
            id="ignores-milliseconds",
            looks_like="a header that isn't read: `retry-after-ms`",
            try_next="Look for it before `retry-after`.",
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
            looks_like="the rounded header preferred to the exact one",
            try_next="Look at `retry-after-ms` first.",
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
            looks_like="a difference taken from the wrong end: now minus then",
            try_next="What is still to come is the date minus `now`.",
            matches=lambda out: is_number(out) and abs(out.returned + 30) < 1,
        ),
        Misconception(
            id="returns-the-moment",
            looks_like="the moment itself, in seconds since 1970, where a wait was asked for",
            try_next="Take `now` away from it.",
            matches=lambda out: is_number(out) and abs(out.returned - NOW - 30) < 1,
        ),
        Misconception(
            id="reads-the-clock",
            looks_like="the clock on the wall, when the time was given as `now`: a result that "
            "differs every second can't be tested",
            try_next="Use `now`, in place of `time.time()` or `datetime.now()`.",
            matches=lambda out: is_number(out) and abs(out.returned) > 60,
        ),
        Misconception(
            id="ignores-the-date",
            looks_like="a date that is taken for a number, or not read at all",
            try_next="Where `float` raises a ValueError, try "
            "`email.utils.parsedate_to_datetime`, and take `now` from its `.timestamp()`.",
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
            looks_like="a date in GMT read as the time of this machine's zone: off by hours, and "
            "right on every server that runs in GMT",
            try_next="`parsedate_to_datetime` keeps the zone. `strptime` and `mktime` don't.",
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
            looks_like="a wait below zero, or of zero: the whole crowd comes back at once",
            try_next="A wait that is over is none: return None, so that the caller waits its own "
            "time.",
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
            looks_like="a header that can't be read taken for a failure of its own: now there are "
            "two",
            try_next="Where neither a number nor a date can be read, return None.",
            matches=lambda out: out.error is not None,
        ),
        Misconception(
            id="believes-nonsense",
            looks_like="a number that is none to wait for: less than nothing, or NaN",
            try_next="Return it only if it is above zero; NaN is not.",
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
            looks_like="jitter that makes waits longer than they are said to be",
            try_next="It takes off: between three quarters and all of the wait remain.",
            matches=lambda out: (
                len({round(share, 6) for share in shares(out)}) == 1 and 1.001 < shares(out)[0] < 2
            ),
        ),
        Misconception(
            id="jitter-takes-it-all",
            looks_like="jitter over the whole wait: some come back at once, to a server that has "
            "asked for rest",
            try_next="Take a quarter off at most: `1 - 0.25 * random` of the wait remains.",
            matches=lambda out: len(set(shares(out))) == 1 and shares(out)[0] < 0.2,
        ),
        Misconception(
            id="rolls-its-own-dice",
            looks_like="a random number of its own, when one was given as `random`: a result that "
            "differs each time can't be tested",
            try_next="Use the argument, in place of the module of that name.",
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
            looks_like="a function that sleeps where it should only say how long",
            try_next="Return the seconds. Who asks will sleep them, without blocking the others.",
            matches=lambda out: isinstance(out.returned, str),
        ),
        Misconception(
            id="doubles-from-the-wrong-attempt",
            looks_like="a doubling that is one step off: the first wait is after attempt 1",
            try_next="The exponent is 0 after the first attempt.",
            matches=lambda out: out.returned in (0.25, 1.0),
        ),
        Misconception(
            id="jitter-takes-it-all",
            looks_like="jitter over the whole wait: some come back at once, to a server that has "
            "asked for rest",
            try_next="Take a quarter off at most: `1 - 0.25 * random` of the wait remains.",
            matches=lambda out: out.returned == 0,
        ),
        Misconception(
            id="rolls-its-own-dice",
            looks_like="a random number of its own, when one was given as `random`: a result that "
            "differs each time can't be tested",
            try_next="Use the argument, in place of the module of that name.",
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
            looks_like="the same wait each time: as long as the server is down, the crowd never "
            "thins",
            try_next="Multiply by 2 for each attempt that was made before.",
            matches=lambda out: len(set(out.returned)) == 1,
        ),
        Misconception(
            id="grows-linearly",
            looks_like="waits that grow by the same step each time, not by the same factor",
            try_next="`2 ** n` doubles; `2 * n` doesn't.",
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
            looks_like="a doubling that nothing stops",
            try_next="Take the smaller of the doubled wait and 8.",
            matches=lambda out: out.returned[1] > 8,
        ),
        Misconception(
            id="gives-up-too-early",
            looks_like="an end before the seventh attempt",
            try_next="Six attempts were made, and there may be seven.",
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
            looks_like="waits without jitter: a thousand clients that failed in one moment come "
            "back in one moment",
            try_next="Take off a part of the wait that depends on `random`.",
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
            looks_like="jitter on what the server has asked for: whoever comes after 15 of 20 "
            "seconds comes too early",
            try_next="Return it as it is; jitter is for your own guesses.",
            matches=lambda out: close(out.returned, 15.0),
        ),
        Misconception(
            id="forgets-retry-after",
            looks_like="a guess, where the server has said it",
            try_next="Ask your `retry_after` first, and back off only where it returns None.",
            matches=lambda out: is_number(out) and out.returned < 1,
        ),
        Misconception(
            id="cuts-retry-after",
            looks_like="the server's wait cut down to a limit that was meant for your own",
            try_next="The 8 seconds are for the doubling alone.",
            matches=lambda out: is_number(out) and out.returned < 20,
        ),
        Misconception(
            id="adds-to-retry-after",
            looks_like="the server's wait and your own, one after the other",
            try_next="One of the two is enough, and the server's goes first.",
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
            looks_like="an hour's sleep because the server said so, with a person in front of it",
            try_next="Above a minute, return None: the person can decide better than a loop.",
            matches=lambda out: out.returned == 3600,
        ),
        Misconception(
            id="comes-too-early",
            looks_like="a shorter wait than the one asked for: it is refused again, and may count "
            "against you",
            try_next="Where the wait is too long to be waited, give up, which is None.",
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
            looks_like="no wait at all after a failure",
            try_next="Where `retry_after` has nothing to say, back off as always.",
            matches=lambda out: is_number(out) and out.returned <= 0,
        ),
        Misconception(
            id="gives-up-on-a-past-date",
            looks_like="a None of `retry_after` that is passed on, where it means that the server "
            "asks for nothing",
            try_next="There, None leads to your own wait; here, it would give up.",
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
            looks_like="an answer that begins a second time, behind the half of the first",
            try_next="Give up where `text_shown` is true, before anything else is looked at.",
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
            looks_like="a wait for something that waiting can't mend",
            try_next="Ask your `worth_retrying` first, also where there is a Retry-After.",
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
            looks_like="attempts without end",
            try_next="After attempt number `ATTEMPTS`, return None.",
            matches=lambda out: is_number(Outcome(out.returned[0])),
        ),
        Misconception(
            id="retry-after-beats-the-bound",
            looks_like="a Retry-After that is followed for ever: a server that always asks is "
            "always asked",
            try_next="Count the attempts before you look at the header.",
            matches=lambda out: is_number(Outcome(out.returned[1])),
        ),
    ),
)


RETRY = Part(
    id="retry",
    title="Once more, and when",
    notebook=NOTEBOOK,
    minutes=20,
    difficulty="medium",
    teaches="You can say after any failure whether to ask again, how long to wait first, and when "
    "it is enough.",
    stub=STUB,
    reference=Path(__file__).with_name("retry_reference.py"),
    cases=(*WHETHER, *ASKED, *WAITING),
    hints=(
        "Each function stands on the one before. `worth_retrying` reads three things in this "
        "order: the server's own word, then the status, and the type where the status says "
        "nothing. `retry_after` tries three ways to read a wait. `seconds_to_wait` first looks "
        "for reasons to give up.",
        "For the date, `email.utils.parsedate_to_datetime(text).timestamp()`; what can't be read "
        "raises ValueError, and `float` does, too. The wait of your own is `min(0.5 * 2 ** "
        "(attempt - 1), 8) * (1 - 0.25 * random)`. Give up if text was shown, if the attempts are "
        "used up, if it isn't worth it, or if the server asks for more than 60 seconds.",
        "Three short functions:",
    ),
    module=__name__,
)

PARTS = (RETRY_OR_NOT, WATCHDOG, RETRY)
