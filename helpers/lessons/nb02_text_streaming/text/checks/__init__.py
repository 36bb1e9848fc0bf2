"""What is tried with `text`, and what its mistakes are recognised by."""

from helpers.lessons.checking.case import Misconception, Namespace
from helpers.lessons.common.events import WHOLE, wire
from helpers.lessons.common.outcomes import capture_print
from helpers.lessons.nb02_text_streaming.text.checks.endings import ENDINGS
from helpers.lessons.nb02_text_streaming.text.checks.events import EVENT_CASES
from helpers.lessons.nb02_text_streaming.text.checks.harness import JOINING, case, receiving
from helpers.lessons.nb02_text_streaming.text.checks.pieces import TEXT_CASES
from helpers.lessons.nb02_text_streaming.text.checks.request import REQUEST_CASES
from helpers.lessons.nb02_text_streaming.text.checks.ways_out import WAYS_OUT

__all__ = ["CASES"]


async def read_aloud(my: Namespace) -> object:
    """Return what reading an answer prints."""
    return await capture_print(receiving(wire(WHOLE))(my))


QUIET = case(
    "quiet",
    "Your functions must not print: the text would appear in the user's page.",
    JOINING,
    read_aloud,
    "",
    Misconception(
        id="prints-too",
        matches=lambda out: bool(out.returned),
    ),
)


CASES = (*REQUEST_CASES, *EVENT_CASES, *TEXT_CASES, *WAYS_OUT, *ENDINGS, QUIET)
