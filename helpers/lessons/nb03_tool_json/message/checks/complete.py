"""Cases of `message`: complete, or cut."""

from collections.abc import Callable, Sequence
from typing import Any

from helpers.lessons.checking.case import Misconception, Namespace, Outcome
from helpers.lessons.common.events import Event, answer_end
from helpers.lessons.nb03_tool_json.message.checks.harness import (
    LAGOS_CALL,
    calls_case,
    case,
    feed_all,
)
from helpers.lessons.nb03_tool_json.replies import LAGOS, START, TOOL_USE, TWO_TOOLS, listing, tool

PAYMENT = ('{"to": "Ada', '", "amou', 'nt": 12')  # of 1200, cut at max_tokens


def comes_at(event: str) -> Callable[[Outcome], bool]:
    """Whether the call of a cut answer came at such an event."""
    return lambda out: any(at == event for at, *_ in out.returned[0])


RUNS_AT_STOP = Misconception(
    id="trusts-the-block-stop",
    matches=comes_at("content_block_stop"),
)
ANY_EVENT = Misconception(
    id="any-event-confirms",
    matches=comes_at("message_delta"),
)
MESSAGE_STOP = Misconception(
    id="message-stop-confirms",
    matches=comes_at("message_stop"),
)


CUT = [START, *tool(0, "send_money", *PAYMENT), *answer_end("max_tokens", 12)]
WHOLE_BUT_CUT = [START, *tool(0, "get_time"), *answer_end("max_tokens", 2)]
LOST = [START, *tool(0, "get_weather", *LAGOS)]
BROKEN = [
    START,
    *tool(0, "send_money", '{"to": "Ada", ', '"amount": 12'),
    *tool(1, "get_weather", '"Lagos"'),
    *TOOL_USE,
]
CUT_OR_REFUSED = ("refusal", "model_context_window_exceeded")
SECOND_CUT = [
    START,
    *tool(0, "get_weather", *LAGOS),
    *tool(1, "send_money", *PAYMENT),
    *answer_end("max_tokens", 30),
]


def cut(my: Namespace) -> object:
    """Return the calls of a cut answer, and what the message holds for an input."""
    assembler, calls = feed_all(my, CUT)
    content = assembler.message["content"]
    return [(at, call.name, call.input) for at, call in calls], content[0]["input"]


def no_amount(returned: Any, expected: Any) -> bool:
    """Whether nothing would be paid. How a cut input stands in the message is left open."""
    calls, given = returned
    return calls == [] and not (isinstance(given, dict) and "amount" in given)


def try_unconfirmed(my: Namespace) -> object:
    """Return the calls of two answers in which nothing confirms them."""
    return [
        [(call.name, call.input) for _, call in feed_all(my, events)[1]]
        for events in (WHOLE_BUT_CUT, LOST)
    ]


def other_reasons(my: Namespace) -> object:
    """Return how many calls each of these reasons to stop confirms."""
    whole = [START, *tool(0, "get_weather", *LAGOS)]
    return {
        reason: len(feed_all(my, [*whole, *answer_end(reason)])[1]) for reason in CUT_OR_REFUSED
    }


def when(events: Sequence[Event]) -> Callable[[Namespace], object]:
    """A run that returns the input of each call with the type of the event it came at."""

    def run(my: Namespace) -> object:
        return [(at, call.input) for at, call in feed_all(my, events)[1]]

    return run


def try_broken(my: Namespace) -> object:
    """Return what becomes of inputs that are no JSON objects."""
    return [(call.input, call.raw) for _, call in feed_all(my, BROKEN)[1]]


COMPLETE_CASES = (
    case(
        "cut at max_tokens",
        "The model wanted to write 1200, but only 12 came.",
        listing(CUT) + "calls = [call for event in events for call in assembler.feed(event)]\n"
        '(calls, assembler.message["content"][0]["input"])',
        cut,
        ([], {}),
        Misconception(
            id="partial-parser",
            matches=lambda out: "amount" in str(out.returned),
        ),
        Misconception(
            id="cut-call-as-empty",
            matches=lambda out: [call[1:] for call in out.returned[0]] == [("send_money", {})],
        ),
        Misconception(
            id="message-breaks-at-the-cut",
            matches=lambda out: out.error is not None,
        ),
        RUNS_AT_STOP,
        ANY_EVENT,
        MESSAGE_STOP,
        same=no_amount,
    ),
    case(
        "nothing confirms it",
        "The answer can be cut exactly where the JSON is complete, by max_tokens or a lost "
        "connection.",
        f"{listing(WHOLE_BUT_CUT)}# or\n{listing(LOST)}"
        "[call for event in events for call in assembler.feed(event)]",
        try_unconfirmed,
        [[], []],
        Misconception(
            id="json-decides",
            matches=lambda out: bool(out.returned[0] or out.returned[1]),
        ),
    ),
    case(
        "other reasons to stop",
        "A refusal, or a full context window, can come after a complete call, too.",
        "for reason in (…): [call for event in events for call in assembler.feed(event)]",
        other_reasons,
        dict.fromkeys(CUT_OR_REFUSED, 0),
        Misconception(
            id="any-reason-but-max-tokens",
            matches=lambda out: any(out.returned.values()),
        ),
    ),
    calls_case(
        "the second of two is cut",
        "When the model begins the second call, the first call is complete.",
        SECOND_CUT,
        [LAGOS_CALL],
        Misconception(
            id="judges-the-whole-reply",
            matches=lambda out: len(out.returned) != 1,
        ),
    ),
    case(
        "as soon as it is known",
        "If a tool starts while the model is still writing, the tool ends earlier.",
        listing(TWO_TOOLS)
        + "[(event['type'], call.input) for event in events for call in assembler.feed(event)]",
        when(TWO_TOOLS),
        [
            ("content_block_start", {"city": "Lagos"}),
            ("message_delta", {"city": "Oslo"}),
        ],
        Misconception(
            id="waits-for-message-stop",
            matches=lambda out: ("message_stop", {"city": "Oslo"}) in out.returned,
        ),
        Misconception(
            id="waits-for-message-delta",
            matches=lambda out: ("message_delta", {"city": "Lagos"}) in out.returned,
        ),
    ),
    case(
        "an input that is no object",
        "Some servers don't check what a model writes, and send it as it is.",
        listing(BROKEN)
        + "[(call.input, call.raw) for event in events for call in assembler.feed(event)]",
        try_broken,
        [(None, '{"to": "Ada", "amount": 12'), (None, '"Lagos"')],
        Misconception(
            id="raises-at-broken-json",
            matches=lambda out: out.error is not None,
        ),
        Misconception(
            id="broken-is-empty",
            matches=lambda out: bool(out.returned[0][0] == {}),
        ),
        Misconception(
            id="drops-the-broken-call",
            matches=lambda out: len(out.returned) < 2,
        ),
        Misconception(
            id="raw-is-lost",
            matches=lambda out: [given for given, _ in out.returned] == [None, None],
        ),
        Misconception(
            id="any-json-is-an-input",
            matches=lambda out: out.returned[1][0] == "Lagos",
        ),
    ),
)
