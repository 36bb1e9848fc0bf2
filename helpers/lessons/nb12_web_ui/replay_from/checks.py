"""What is tried with `replay_from`, and what its mistakes are recognised by."""

from helpers.lessons.checking.case import Case, Misconception

__all__ = ["CASES"]

SAID = [(1, "Your"), (2, "parcel"), (3, "arrives"), (4, "on"), (5, "Friday")]
LATER = SAID[2:]
TEN = [(number, f"word {number}") for number in range(1, 13)]


def replaying(
    name: str,
    why: str,
    log: list[tuple[int, str]],
    last: str | None,
    expected: list[str] | None,
    *mistakes: Misconception,
) -> Case:
    """A case that asks what a reader has missed."""
    shown = "[]" if not log else f"[{log[0]!r}, …, {log[-1]!r}]"
    code = f"log = {shown}\nreplay_from(log, {last!r})"
    shape = Misconception(
        id="returns-pairs",
        matches=lambda out: bool(out.returned) and isinstance(out.returned[0], tuple),
    )
    return Case(
        name, why, code, lambda my: my.replay_from(list(log), last), expected, (shape, *mistakes)
    )


TOO_EARLY = Misconception(
    id="repeats-the-last",
    matches=lambda out: (
        isinstance(out.returned, list) and out.returned[1:] == out.expected and out.expected != []
    ),
)
STARTS_OVER = Misconception(
    id="starts-over",
    matches=lambda out: out.returned == [event for _, event in SAID] != out.expected,
)
SKIPS_A_GAP = Misconception(
    id="hides-a-gap",
    matches=lambda out: isinstance(out.returned, list) and "arrives" in out.returned,
)


CASES = (
    replaying(
        "a new reader",
        "A page that was opened just now has no id to send.",
        SAID,
        None,
        [event for _, event in SAID],
        Misconception(
            id="gives-new-readers-nothing",
            matches=lambda out: out.returned in ([], None) and out.error is None,
        ),
        Misconception(
            id="expects-the-header",
            about=(TypeError,),
            matches=lambda out: isinstance(out.error, TypeError | AttributeError),
        ),
    ),
    replaying(
        "after a tunnel",
        "The reader has missed two words.",
        SAID,
        "3",
        ["on", "Friday"],
        TOO_EARLY,
        STARTS_OVER,
        Misconception(
            id="compares-text",
            matches=lambda out: out.returned in ([], None) or isinstance(out.error, TypeError),
        ),
    ),
    replaying(
        "past ten",
        'As text, "9" comes after "10".',
        TEN,
        "9",
        ["word 10", "word 11", "word 12"],
        TOO_EARLY,
        Misconception(
            id="compares-text",
            matches=lambda out: out.error is None and out.returned != out.expected,
        ),
    ),
    replaying(
        "nothing missed",
        "The connection broke, but no event came during this time.",
        SAID,
        "5",
        [],
        Misconception(
            id="takes-nothing-for-a-gap",
            matches=lambda out: out.returned is None,
        ),
        STARTS_OVER,
        TOO_EARLY,
    ),
    replaying(
        "the log has dropped its first events, but the reader already has them",
        "A log can't grow for ever. This log has dropped its first two events.",
        LATER,
        "3",
        ["on", "Friday"],
        Misconception(
            id="takes-ids-for-positions",
            matches=lambda out: out.returned in ([], ["Friday"]),
        ),
        TOO_EARLY,
    ),
    replaying(
        "the reader has all that was dropped",
        "The reader has event 2, and the log begins with 3. Nothing is missing in between.",
        LATER,
        "2",
        ["arrives", "on", "Friday"],
        Misconception(
            id="wants-the-last-to-be-there",
            matches=lambda out: out.returned is None,
        ),
        Misconception(
            id="takes-ids-for-positions",
            matches=lambda out: out.returned == ["Friday"],
        ),
    ),
    replaying(
        "what is missing was dropped",
        "The reader was away for too long. Tell the page to start again from the beginning.",
        LATER,
        "1",
        None,
        SKIPS_A_GAP,
        Misconception(
            id="takes-ids-for-positions",
            matches=lambda out: out.returned == ["on", "Friday"],
        ),
    ),
    replaying(
        "a new reader, and the log has dropped its first events",
        "The log has dropped its first events, so a new reader would miss them.",
        LATER,
        None,
        None,
        SKIPS_A_GAP,
    ),
    replaying(
        "an id that was never given",
        "The server was started again, and counts from 1 again.",
        SAID,
        "40",
        None,
        Misconception(
            id="waits-for-an-old-run",
            matches=lambda out: out.returned == [],
        ),
    ),
    replaying(
        "an id that is no number",
        "A client can send any text in a header.",
        SAID,
        "abc",
        None,
        Misconception(
            id="trusts-the-header",
            matches=lambda out: isinstance(out.error, ValueError),
        ),
        Misconception(
            id="starts-over-for-strangers",
            matches=lambda out: out.returned == [event for _, event in SAID],
        ),
    ),
    replaying(
        "before the first word",
        "The page came early, and the model is still thinking.",
        [],
        None,
        [],
        Misconception(
            id="needs-a-first-event",
            matches=lambda out: isinstance(out.error, IndexError) or out.returned is None,
        ),
    ),
    replaying(
        "an id, and nothing was said yet",
        "The server was started again, and this run has no event yet.",
        [],
        "1",
        None,
        Misconception(
            id="forgets-the-empty-log",
            matches=lambda out: out.returned == [] or isinstance(out.error, IndexError),
        ),
    ),
)
