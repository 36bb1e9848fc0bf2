"""Cases of `main`: before any text."""

from helpers.lessons.checking.case import Misconception
from helpers.lessons.common.conversation import ANSWER
from helpers.lessons.common.events import START, api_error
from helpers.lessons.common.outcomes import mentions
from helpers.lessons.nb13_submit_your_build.main.checks.harness import (
    NEVER_ASKS_AGAIN,
    Broken,
    Busy,
    case,
    raises,
    requests,
    telling,
)
from helpers.parts.retry import ATTEMPTS

SWALLOWS = Misconception(
    id="swallows-the-error",
    matches=lambda out: out.returned.ended == "the end" and not out.returned.wrote,
)


ASKS_AT_ONCE = Misconception(
    id="asks-again-at-once",
    matches=lambda out: not out.returned.waits and requests(out) > 1 and out.returned.seconds < 0.3,
)
SLEEPS_ITSELF = Misconception(
    id="sleeps-itself",
    matches=lambda out: not out.returned.waits and out.returned.seconds >= 0.3,
)
ANSWERED_LATE = ["requests: 2", "user: text", "assistant: text", "the end"]
SLOW_DOWN = Busy(429, "rate_limit_error", "Slow down", (("retry-after", "20"),))
WRONG_KEY = Busy(401, "authentication_error", "invalid x-api-key")
INSIDE = [START, {"type": "ping"}, api_error("overloaded_error", "Overloaded")]

BEFORE_TEXT = (
    case(
        "busy for a moment",
        "This is the most common failure. It is over before a person notices.",
        telling(Busy(), ANSWER),
        ["wrote 'Take water.'", "waited 0.5 s", *ANSWERED_LATE],
        NEVER_ASKS_AGAIN,
        SWALLOWS,
        ASKS_AT_ONCE,
        SLEEPS_ITSELF,
    ),
    case(
        "an overload inside the stream",
        "The server sent the status before it knew of the failure.",
        telling(INSIDE, ANSWER),
        ["wrote 'Take water.'", "waited 0.5 s", *ANSWERED_LATE],
        NEVER_ASKS_AGAIN,
        Misconception(
            id="goes-by-the-status-alone",
            matches=lambda out: requests(out) == 1,
        ),
    ),
    case(
        "nobody listens",
        "A laptop wakes up before its network does.",
        telling(Broken(), ANSWER),
        ["wrote 'Take water.'", "waited 0.5 s", *ANSWERED_LATE],
        Misconception(
            id="expects-a-response",
            matches=lambda out: isinstance(out.error, LookupError | AttributeError | NameError),
        ),
        NEVER_ASKS_AGAIN,
    ),
    case(
        "the server says when",
        "The server knows when it will have room. You can only guess.",
        telling(SLOW_DOWN, ANSWER),
        ["wrote 'Take water.'", "waited 20.0 s", *ANSWERED_LATE],
        Misconception(
            id="forgets-the-headers",
            matches=lambda out: out.returned.waits == [0.5],
        ),
    ),
    case(
        "busy twice",
        "After each failure, the server will probably stay busy for longer. So wait longer.",
        telling(Busy(), Busy(), ANSWER),
        ["wrote 'Take water.'", "waited 0.5 s", "waited 1.0 s", "requests: 3", *ANSWERED_LATE[1:]],
        Misconception(
            id="never-counts",
            matches=lambda out: out.returned.waits == [0.5, 0.5],
        ),
        Misconception(
            id="asks-again-once",
            matches=raises,
        ),
    ),
    case(
        "a wrong key",
        "A wrong key stays wrong. Don't try again; tell the person.",
        telling(WRONG_KEY),
        ["wrote ''", "requests: 1", "user: text", "raised"],
        SWALLOWS,
        Misconception(
            id="sleeps-for-none",
            matches=lambda out: None in out.returned.waits or mentions(out, "NoneType"),
        ),
        Misconception(
            id="forgets-the-status",
            matches=lambda out: requests(out) == ATTEMPTS,
        ),
        Misconception(
            id="asks-again-whatever",
            matches=lambda out: requests(out) > 1,
        ),
    ),
    case(
        "busy all the time",
        "A person waits, and somebody pays for each attempt.",
        telling(Busy()),
        [
            "wrote ''",
            *(f"waited {seconds} s" for seconds in (0.5, 1.0, 2.0, 4.0, 8.0, 8.0)),
            "requests: 7",
            "user: text",
            "raised",
        ],
        SWALLOWS,
        Misconception(
            id="no-bound",
            matches=lambda out: requests(out) > ATTEMPTS,
        ),
        Misconception(
            id="gives-up-early",
            matches=lambda out: requests(out) < ATTEMPTS,
        ),
    ),
)
