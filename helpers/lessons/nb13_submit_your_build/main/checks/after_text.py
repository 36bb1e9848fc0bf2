"""Cases of `main`: after text."""

from helpers.lessons.checking.case import Misconception, Outcome
from helpers.lessons.common.conversation import ANSWER, ONE_CALL
from helpers.lessons.common.events import START, WHOLE, Message, text_block
from helpers.lessons.nb13_submit_your_build.main.checks.harness import (
    HALF,
    NEVER_ASKS_AGAIN,
    Broken,
    Busy,
    case,
    raises,
    requests,
    telling,
)


def newest(out: Outcome, request: int = -1) -> list[Message]:
    """The messages that a request was made with."""
    found: list[Message] = out.returned.api.asked[request]["messages"]
    return found


# Text, and a call whose input stops in the middle.
HALF_A_CALL = tuple(ONE_CALL[:6])
REST = [START, *text_block(0, " three."), *WHOLE[-2:]]

SHOWS_TWICE = Misconception(
    id="shows-text-twice",
    matches=lambda out: len(newest(out)) == 1,
)
GIVES_UP_AFTER_TEXT = Misconception(
    id="gives-up-after-text",
    matches=lambda out: raises(out) and requests(out) == 1,
)

AFTER_TEXT = (
    case(
        "broken off in mid-sentence",
        "A train goes into a tunnel.",
        telling(Broken(HALF), REST),
        [
            "wrote 'One two three.'",
            "waited 0.5 s",
            "requests: 2",
            "user: text",
            "assistant: text",
            "user: text",
            "assistant: text",
            "the end",
        ],
        GIVES_UP_AFTER_TEXT,
        SHOWS_TWICE,
        Misconception(
            id="forgets-what-was-shown",
            matches=lambda out: not any(message["role"] == "assistant" for message in newest(out)),
        ),
        Misconception(
            id="puts-words-in-its-mouth",
            matches=lambda out: newest(out)[-1]["role"] == "assistant",
        ),
    ),
    case(
        "a body that ends too early",
        "A proxy closed the connection without an error.",
        telling(Broken(HALF, "close"), REST),
        [
            "wrote 'One two three.'",
            "waited 0.5 s",
            "requests: 2",
            "user: text",
            "assistant: text",
            "user: text",
            "assistant: text",
            "the end",
        ],
        GIVES_UP_AFTER_TEXT,
        SHOWS_TWICE,
    ),
    case(
        "broken off in mid-call",
        "The call is incomplete. No tool has run it, so it has no result.",
        telling(Broken(HALF_A_CALL), REST),
        [
            "wrote 'Let me look. three.'",
            "waited 0.5 s",
            "requests: 2",
            "user: text",
            "assistant: text",
            "user: text",
            "assistant: text",
            "the end",
        ],
        GIVES_UP_AFTER_TEXT,
        SHOWS_TWICE,
        Misconception(
            id="keeps-a-cut-call",
            matches=lambda out: "call" in str(out.returned),
        ),
    ),
    case(
        "the next turn doesn't come",
        "The first turn is complete, and is in `messages` with its results.",
        telling(ONE_CALL, Busy(), ANSWER),
        [
            "wrote 'Let me look.Take water.'",
            "waited 0.5 s",
            "requests: 3",
            "user: text",
            "assistant: text, call A",
            "user: result for A",
            "assistant: text",
            "the end",
        ],
        NEVER_ASKS_AGAIN,
        Misconception(
            id="keeps-a-turn-twice",
            matches=lambda out: len(newest(out)) > 3,
        ),
    ),
    case(
        "busy in two turns",
        "In thirty turns, an agent meets a busy server more than once.",
        telling(Busy(), ONE_CALL, Busy(), ANSWER),
        [
            "wrote 'Let me look.Take water.'",
            "waited 0.5 s",
            "waited 0.5 s",
            "requests: 4",
            "user: text",
            "assistant: text, call A",
            "user: result for A",
            "assistant: text",
            "the end",
        ],
        Misconception(
            id="one-count-for-all",
            matches=lambda out: out.returned.waits == [0.5, 1.0],
        ),
    ),
)
