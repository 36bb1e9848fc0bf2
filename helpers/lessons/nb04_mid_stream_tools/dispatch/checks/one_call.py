"""Cases of `dispatch`: one call."""

from typing import Any

from helpers.lessons.checking.case import Misconception, Namespace, Outcome
from helpers.lessons.nb04_mid_stream_tools.dispatch.checks.harness import (
    LAGOS,
    SHARED,
    WAITS_FOR_NOTHING,
    Turn,
    call,
    case,
    get_weather,
    result,
    same_results,
    soon,
)
from helpers.tools import tool

FINE = result(LAGOS, "Lagos: fine for 1 day")


async def one_call(my: Namespace) -> object:
    """Have a turn with one call."""
    return await Turn(my, get_weather).finish(LAGOS)


async def no_call(my: Namespace) -> object:
    """Have a turn without calls."""
    return await Turn(my, get_weather).finish()


async def reads_on(my: Namespace) -> object:
    """Tell what happens in which order."""
    told = []

    @tool
    async def look_up(city: str) -> str:
        """Look something up."""
        told.append("the tool begins")
        return "found"

    turn = Turn(my, look_up)
    turn.start(call(1, "look_up", {"city": "Lagos"}))
    told.append("start returns")
    await soon(lambda: "the tool begins" in told)
    told.append("message_stop")
    turn.release()
    await soon(lambda: "the tool begins" in told)
    told.append("results asked for")
    await turn.results()
    return told


def begins_early(returned: Any, expected: Any) -> bool:
    """Whether the tool has begun before the end of the reply."""
    return sorted(returned[:2]) == sorted(expected[:2]) and returned[2:] == expected[2:]


def place(out: Outcome, what: str) -> int:
    """Where something stands in a story."""
    return int(out.returned.index(what))


ONE_CALL_CASES = (
    case(
        "one call",
        "The result goes back to the model with the id of its call.",
        "dispatcher.start(call)\ndispatcher.release()\nawait dispatcher.results()",
        one_call,
        [FINE],
        Misconception(
            id="dict-of-results",
            matches=lambda out: isinstance(out.returned, dict) and "role" not in out.returned,
        ),
        Misconception(
            id="message-around-the-results",
            matches=lambda out: isinstance(out.returned, dict) and "role" in out.returned,
        ),
        Misconception(
            id="results-are-no-list",
            matches=lambda out: isinstance(out.returned, tuple),
        ),
        Misconception(
            id="result-is-no-block",
            matches=lambda out: (
                isinstance(out.returned, list)
                and not all(
                    isinstance(block, dict) and block.get("type") == "tool_result"
                    for block in out.returned
                )
            ),
        ),
        Misconception(
            id="other-field-names",
            matches=lambda out: any(
                set(block) - {"is_error"} != {"type", "tool_use_id", "content"}
                for block in out.returned
            ),
        ),
        Misconception(
            id="runs-no-tool",
            matches=lambda out: out.returned == [],
        ),
        same=same_results,
    ),
    case(
        "no call at all",
        "Most turns have no call.",
        "dispatcher.release()\nawait dispatcher.results()",
        no_call,
        [],
        WAITS_FOR_NOTHING,
        SHARED,
    ),
    case(
        "it starts while you read on",
        "The text after a call may take seconds. An early start uses this time.",
        "dispatcher.start(call)\n…  # the next events\ndispatcher.release()",
        reads_on,
        ["start returns", "the tool begins", "message_stop", "results asked for"],
        Misconception(
            id="dispatches-at-message-stop",
            matches=lambda out: (
                place(out, "message_stop")
                < place(out, "the tool begins")
                < place(out, "results asked for")
            ),
        ),
        Misconception(
            id="dispatches-when-asked",
            matches=lambda out: place(out, "the tool begins") > place(out, "results asked for"),
        ),
        same=begins_early,
    ),
)
