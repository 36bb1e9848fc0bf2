"""Cases of `loop`: the bound."""

from typing import Any

from helpers.lessons.checking.case import Misconception, Namespace
from helpers.lessons.common.conversation import ANSWER, LAGOS_INPUT, tool_use, weather
from helpers.lessons.common.events import START, Event, answer_end
from helpers.lessons.nb05_agent_loop.loop.checks.harness import API, MOST_REQUESTS, case, story


def goes_on(request: Event) -> list[Event]:
    """What a model says that calls tools for as long as it may."""
    choice = request.get("tool_choice")
    if request.get("tools") and not (isinstance(choice, dict) and choice.get("type") == "none"):
        return [
            START,
            *tool_use(f"toolu_{len(request['messages']):02}", LAGOS_INPUT, index=0),
            *answer_end("tool_use"),
        ]
    return ANSWER


async def run_to_bound_with_choice(my: Namespace) -> object:
    """Tell the same, where the caller has chosen as well."""
    return await run_to_bound(my, tool_choice={"type": "auto"})


async def run_to_bound(my: Namespace, **fields: Any) -> object:
    """Tell what a model is asked that never stops by itself."""
    api = API(goes_on)
    tale = await story(my, api, [weather()], max_turns=3, **fields)
    tale[:] = [
        f"request {number}: {may_call(request)}" for number, request in enumerate(api.asked, 1)
    ]
    tale.append(tale.ended)
    return tale


def may_call(request: Event) -> str:
    """Say whether a request lets the model call tools."""
    match request:
        case {"tools": [_, *_], "tool_choice": {"type": "none"}}:
            return "no calls"
        case {"tools": [_, *_]}:
            return "may call"
    return "has no tools"


BOUND = (
    case(
        "a model that calls for ever",
        "A tool that fails in the same way each time is enough for that.",
        "run_agent(http, messages, tools, model=model, max_turns=3)",
        run_to_bound,
        ["request 1: may call", "request 2: may call", "request 3: no calls", "the end"],
        Misconception(
            id="choice-is-no-object",
            matches=lambda out: any(
                not isinstance(request.get("tool_choice", {}), dict)
                for request in out.returned.api.asked
            ),
        ),
        Misconception(
            id="no-bound",
            matches=lambda out: len(out.returned.api.asked) >= MOST_REQUESTS,
        ),
        Misconception(
            id="one-turn-too-many",
            matches=lambda out: len(out.returned.api.asked) == 4,
        ),
        Misconception(
            id="one-turn-too-few",
            matches=lambda out: len(out.returned.api.asked) == 2,
        ),
        Misconception(
            id="raises-at-max-turns",
            matches=lambda out: (
                out.returned.ended.startswith("raised") and not out.returned.api.refusals
            ),
        ),
        Misconception(
            id="takes-the-tools-away",
            matches=lambda out: out.returned[2] == "request 3: has no tools",
        ),
        Misconception(
            id="ends-without-an-answer",
            matches=lambda out: out.returned[2] == "request 3: may call",
        ),
    ),
    case(
        "the last turn, with the caller's own tool_choice",
        "A caller may force a tool in the first turns, but the last turn still needs an answer.",
        "run_agent(…, max_turns=3, tool_choice={'type': 'auto'})",
        run_to_bound_with_choice,
        ["request 1: may call", "request 2: may call", "request 3: no calls", "the end"],
        Misconception(
            id="fields-override-the-last-turn",
            matches=lambda out: out.returned[2] == "request 3: may call",
        ),
    ),
)
