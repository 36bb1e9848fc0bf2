"""Cases of `loop`: the history."""

import asyncio
from copy import deepcopy

from helpers.lessons.checking.case import Misconception, Namespace
from helpers.lessons.common.conversation import (
    ANSWER,
    ASK,
    LAGOS_INPUT,
    ONE_CALL,
    PLAIN,
    kinds,
    tool_use,
    weather,
)
from helpers.lessons.common.events import (
    START,
    Event,
    Message,
    answer_end,
    begin,
    delta,
    end,
    input_delta,
    text_block,
)
from helpers.lessons.nb05_agent_loop.loop.checks.harness import (
    API,
    RUNNING,
    calls_in,
    case,
    require_generator,
    story,
    telling,
    verdict,
)
from helpers.mock.rules import signing
from helpers.tools import tool


def thinking_call(request: Event) -> list[Event]:
    """An answer with thinking in it, signed as the API signs it, and a call tied to that."""
    thought = "Lagos, so a city by the sea."
    signature = signing.sign(thought, request)
    hidden = signing.redact("And a secret.", request)
    id = signing.tie("toolu_01AbCdEfGhIjKlMnOpQrSt", [signature, hidden])
    opened = {"type": "thinking", "thinking": "", "signature": ""}
    return [
        START,
        {"type": "content_block_start", "index": 0, "content_block": opened},
        delta(0, {"type": "thinking_delta", "thinking": thought}),
        delta(0, {"type": "signature_delta", "signature": signature}),
        {"type": "content_block_stop", "index": 0},
        {
            "type": "content_block_start",
            "index": 1,
            "content_block": {"type": "redacted_thinking", "data": hidden},
        },
        {"type": "content_block_stop", "index": 1},
        *tool_use(id, LAGOS_INPUT, index=2),
        *answer_end("tool_use"),
    ]


async def thinking(my: Namespace) -> object:
    """Tell of an answer that thinks and calls, and what the API says when it comes back."""
    api = API(thinking_call, ANSWER)
    tale = await story(my, api, [weather()], thinking={"type": "adaptive"})
    turns = [
        message["content"]
        for message in tale.messages
        if isinstance(message, dict) and message.get("role") == "assistant"
    ]
    tale[:] = [kinds(turns[0])[:-1] + "…" if turns else "no turn", *api.refusals, tale.ended]
    return tale


CUT_CALL = [
    START,
    *text_block(0, "Let me look."),
    *tool_use("toolu_01A", '{"city": "La'),
    *answer_end("max_tokens"),
]
SECOND_CUT = [
    START,
    *tool_use("toolu_01A", LAGOS_INPUT, index=0),
    *tool_use("toolu_01B", '{"city": "Os', index=1),
    *answer_end("max_tokens"),
]
CUT_THINKING = [
    START,
    {
        "type": "content_block_start",
        "index": 0,
        "content_block": {"type": "thinking", "thinking": "", "signature": ""},
    },
    delta(0, {"type": "thinking_delta", "thinking": "Let me see, Lagos is"}),
    {"type": "content_block_stop", "index": 0},
    *answer_end("max_tokens"),
]
SEARCHED = [
    START,
    begin(0, {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {}}),
    input_delta(0, '{"query": "rain in Lagos"}'),
    end(0),
    begin(1, {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": []}),
    end(1),
    *text_block(2, "It rains."),
    *answer_end("end_turn"),
]
NOTHING = [START, *answer_end("end_turn")]


async def second_cut(my: Namespace) -> object:
    """Return what the API says to the list after such an answer."""
    tale = await story(my, API(SECOND_CUT, ANSWER), [weather()])
    return verdict(tale.messages)


async def watch(my: Namespace) -> object:
    """Return at which moments the list could not have been sent."""
    messages, moments = deepcopy([ASK]), list[str]()

    def look(moment: str) -> None:
        if verdict(messages) != "accepted" and len(moments) < 3:
            moments.append(f"refused {moment}")

    @tool
    async def get_weather(city: str) -> str:
        """Tell the weather in a city."""
        await asyncio.sleep(0.01)
        look("while the tool runs")
        return "fine"

    async with API(ONE_CALL, ANSWER).client() as http:
        async for event in require_generator(my, http, messages, [get_weather]):
            look(f"at {event['type']}")
    look("at the end")
    return moments


async def earlier(my: Namespace) -> object:
    """Return an earlier conversation after another turn, and a second run on it."""
    before: list[Message] = [
        {"role": "user", "content": "Hello."},
        {"role": "assistant", "content": [{"type": "text", "text": "Good morning."}]},
        ASK,
    ]
    messages = deepcopy(before)
    await story(my, API(ONE_CALL, ANSWER), [weather()], messages)
    changed = [f"changed: {kinds(m['content'])}" for m in messages[:3] if m not in before]
    messages.append({"role": "user", "content": "And in Oslo?"})
    tale = await story(my, API(PLAIN), [weather()], messages)
    return [*changed, *tale[3:]]


HISTORY = (
    case(
        "thinking goes back as it came",
        "The API signs the thinking before a call, and requires it in the next request.",
        "async for event in run_agent(…, thinking={'type': 'adaptive'}): …",
        thinking,
        ["thinking, redacted_thinking, call …", "the end"],
        Misconception(
            id="drops-thinking",
            matches=lambda out: "thinking, redacted_thinking" not in out.returned[0],
        ),
        Misconception(
            id="changes-thinking",
            matches=lambda out: bool(out.returned.api.refusals),
        ),
    ),
    case(
        "a call that was cut off",
        "`max_tokens` ends an answer anywhere, and closes its last block.",
        RUNNING,
        telling(lambda: API(CUT_CALL, ANSWER), weather),
        ["user: text", "assistant: text", "requests: 1", "the end"],
        Misconception(
            id="goes-on-after-the-cut",
            matches=lambda out: len(out.returned.api.asked) > 1,
        ),
        Misconception(
            id="cut-call-in-history",
            matches=lambda out: bool(calls_in(out.returned.messages)),
        ),
        Misconception(
            id="forgets-a-cut-answer",
            matches=lambda out: len(out.returned.messages) == 1,
        ),
    ),
    case(
        "a second call that was cut off",
        "The first call has already run, so its result belongs into the list.",
        "async for event in run_agent(…): …\nis_accepted(messages)",
        second_cut,
        "accepted",
        Misconception(
            id="call-without-its-result",
            matches=lambda out: "without `tool_result`" in out.returned,
        ),
    ),
    case(
        "blocks that are not yours",
        "The API runs some tools itself. Send their blocks back like all others.",
        RUNNING,
        telling(lambda: API(SEARCHED)),
        [
            "user: text",
            "assistant: server_tool_use, web_search_tool_result, text",
            "requests: 1",
            "the end",
        ],
        Misconception(
            id="drops-other-blocks",
            matches=lambda out: (
                out.returned[1].startswith("assistant: ")
                and len(out.returned[1]) < len(out.expected[1])
            ),
        ),
    ),
    case(
        "thinking that was cut off",
        "The signature comes last, so thinking that was cut has no signature.",
        RUNNING,
        telling(lambda: API(CUT_THINKING, ANSWER)),
        ["user: text", "requests: 1", "the end"],
        Misconception(
            id="unsigned-thinking",
            matches=lambda out: "thinking" in str(out.returned),
        ),
        Misconception(
            id="empty-turn",
            matches=lambda out: len(out.returned.messages) > 1,
        ),
    ),
    case(
        "an answer of nothing",
        "After a tool's result some models have nothing to add.",
        RUNNING,
        telling(lambda: API(NOTHING, ANSWER)),
        ["user: text", "requests: 1", "the end"],
        Misconception(
            id="empty-turn",
            matches=lambda out: len(out.returned.messages) > 1,
        ),
    ),
    case(
        "the list can be sent at any moment",
        "After an interruption, a program may save the list, show it, or send it again.",
        "async for event in run_agent(…): is_accepted(messages)",
        watch,
        [],
        Misconception(
            id="turn-without-its-results",
            matches=lambda out: bool(out.returned),
        ),
    ),
    case(
        "an earlier conversation, and a later one",
        "The same list contains the earlier questions and the later ones.",
        "run_agent(http, messages, …); messages.append(…); run_agent(http, messages, …)",
        earlier,
        [
            "assistant: text, call A",
            "user: result for A",
            "assistant: text",
            "user: text",
            "assistant: text",
            "requests: 1",
            "the end",
        ],
        Misconception(
            id="changes-earlier-messages",
            matches=lambda out: str(out.returned[0]).startswith("changed"),
        ),
    ),
)
