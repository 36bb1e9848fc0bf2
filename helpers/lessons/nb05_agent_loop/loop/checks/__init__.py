"""What is tried with `loop`, and what its mistakes are recognised by."""

from helpers.lessons.checking.case import Misconception, Namespace
from helpers.lessons.common.conversation import ANSWER, ONE_CALL, weather
from helpers.lessons.common.outcomes import capture_print
from helpers.lessons.nb05_agent_loop.loop.checks.bound import BOUND
from helpers.lessons.nb05_agent_loop.loop.checks.harness import API, RUNNING, case, story
from helpers.lessons.nb05_agent_loop.loop.checks.history import HISTORY
from helpers.lessons.nb05_agent_loop.loop.checks.leaving import LEAVING
from helpers.lessons.nb05_agent_loop.loop.checks.one_turn import ONE_TURN
from helpers.lessons.nb05_agent_loop.loop.checks.tools import TOOLS

__all__ = ["CASES"]


async def read_aloud(my: Namespace) -> object:
    """Return what a conversation prints."""
    return await capture_print(story(my, API(ONE_CALL, ANSWER), [weather()]))


QUIET = case(
    "quiet",
    "Your function must not print: the text would appear in the user's page.",
    RUNNING,
    read_aloud,
    "",
    Misconception(
        id="prints-too",
        matches=lambda out: bool(out.returned),
    ),
)


CASES = (*ONE_TURN, *TOOLS, *HISTORY, *BOUND, *LEAVING, QUIET)
