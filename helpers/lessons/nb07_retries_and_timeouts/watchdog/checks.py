"""What is tried with `watchdog`, and what its mistakes are recognised by."""

from helpers.lessons.checking.case import Case, Misconception, Namespace, Outcome

__all__ = ["CASES"]

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
    matches=never,
)


CASES = (
    watchdog_case(
        "an answer that ends well",
        "Most answers end normally.",
        QUICK,
        None,
        Misconception(
            id="barks-after-the-end",
            matches=lambda out: isinstance(out.returned, int | float),
        ),
    ),
    watchdog_case(
        "silence",
        "A router drops the connection and sends no message about it.",
        SILENT,
        12,
        ONLY_ON_EVENTS,
        Misconception(
            id="waits-for-the-total",
            matches=lambda out: out.returned == 60,
        ),
        Misconception(
            id="counts-from-the-request",
            matches=lambda out: out.returned == 10,
        ),
    ),
    watchdog_case(
        "only pings",
        "The server works, but the machine that writes the answer doesn't.",
        PINGED,
        12,
        Misconception(
            id="pings-are-life",
            matches=lambda out: out.returned == 60,
        ),
        ONLY_ON_EVENTS,
        Misconception(
            id="barks-at-the-next-event",
            matches=lambda out: out.returned == 15,
        ),
    ),
    watchdog_case(
        "an event that comes too late",
        "The watchdog gave up the stream after 12 seconds. Nobody reads this event.",
        LATE,
        12,
        Misconception(
            id="forgives-late-events",
            matches=lambda out: never(out) or out.returned > 30,
        ),
        Misconception(
            id="barks-at-the-next-event",
            matches=lambda out: out.returned == 30,
        ),
    ),
    watchdog_case(
        "a very slow answer",
        "Each gap is shorter than the limit, but the answer never ends.",
        DRIP,
        60,
        Misconception(
            id="counts-from-the-first-event",
            matches=lambda out: out.returned == 61,
        ),
        Misconception(
            id="no-total",
            matches=lambda out: never(out) or out.returned > 60,
        ),
    ),
    watchdog_case(
        "no event at all",
        "The server accepted the request. After that nothing came.",
        MUTE,
        10,
        ONLY_ON_EVENTS,
        Misconception(
            id="starts-with-the-first-event",
            matches=lambda out: out.error is not None or out.returned != 10,
        ),
    ),
    watchdog_case(
        "slow, but complete",
        "Thirty-five seconds are long, but within both limits.",
        LONG,
        None,
        Misconception(
            id="barks-after-the-end",
            matches=lambda out: isinstance(out.returned, int | float),
        ),
    ),
)
