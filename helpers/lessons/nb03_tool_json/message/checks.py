"""What is tried with `message`, and what its mistakes are recognised by."""

import inspect
import json
import time
from collections.abc import Callable, Sequence
from copy import deepcopy
from functools import partial
from typing import Any

from helpers.lessons.checking.case import Case, Misconception, Namespace
from helpers.lessons.common.cases import case_with
from helpers.lessons.common.events import (
    PING,
    Event,
    begin,
    delta,
    done,
    end,
    said,
    text_block,
    typed,
)
from helpers.lessons.common.outcomes import mentions
from helpers.lessons.nb03_tool_json.replies import (
    LAGOS,
    NO_INPUT,
    ONE_TOOL,
    START,
    TOOL_USE,
    TWO_TOOLS,
    listing,
    not_json,
    parsed_a_fragment,
    tool,
    tool_use,
)

__all__ = ["CASES"]
PAYMENT = ('{"to": "Ada', '", "amou', 'nt": 12')  # of 1200, cut at max_tokens


def is_call(value: object) -> bool:
    """Whether a value has the attributes of a complete call."""
    return hasattr(value, "name") and hasattr(value, "input")


def fed(my: Namespace, events: Sequence[Event]) -> tuple[Any, list[tuple[str, Any]]]:
    """Feed a new assembler; return it, and each call with the type of the event it came at."""
    assembler = my.MessageAssembler()
    calls = []
    for event in deepcopy(list(events)):
        updates = assembler.feed(event)
        if not isinstance(updates, list):
            raise NoList(updates)
        for update in updates:
            if isinstance(update, dict) and "name" in update and "input" in update:
                raise NoToolCall
            if is_call(update):
                calls.append((event["type"], update))
    return assembler, calls


class NoList(TypeError):
    """What `feed` returned is no list."""

    def __init__(self, value: object) -> None:
        super().__init__(f"feed returned {describe(value)}, not a list")
        self.value = value


class NoToolCall(TypeError):
    """A call came as a dict."""

    def __init__(self) -> None:
        super().__init__("feed returned a call as a dict, which has no .name and no .input")


def describe(value: object) -> str:
    """What a value is, in few words."""
    if inspect.isgenerator(value):
        return "a generator"
    return "None" if value is None else f"one {type(value).__name__}"


def calls_of(events: Sequence[Event]) -> Callable[[Namespace], object]:
    """A run that returns the name and the input of each complete call."""

    def run(my: Namespace) -> object:
        return [(call.name, call.input) for _, call in fed(my, events)[1]]

    return run


def message_of(events: Sequence[Event]) -> Callable[[Namespace], object]:
    """A run that returns the message."""

    def run(my: Namespace) -> object:
        return fed(my, events)[0].message

    return run


def content_of(events: Sequence[Event]) -> Callable[[Namespace], object]:
    """A run that returns the content of the message."""

    def run(my: Namespace) -> object:
        return fed(my, events)[0].message["content"]

    return run


def without_nulls(message: Any) -> Any:
    """Return a message without its null fields, which say as much as missing ones."""
    if not isinstance(message, dict):
        return message
    return {name: value for name, value in message.items() if value is not None}


def same_message(returned: Any, expected: Any) -> bool:
    """Whether both say the same."""
    return bool(without_nulls(returned) == without_nulls(expected))


# Mistakes in the shape, which can show in any case


SHAPE = (
    Misconception(
        id="returns-none",
        matches=lambda out: isinstance(out.error, NoList) and out.error.value is None,
    ),
    Misconception(
        id="is-a-generator",
        matches=lambda out: isinstance(out.error, NoList) and inspect.isgenerator(out.error.value),
    ),
    Misconception(
        id="returns-one-call",
        matches=lambda out: isinstance(out.error, NoList) and is_call(out.error.value),
    ),
    Misconception(
        id="call-is-a-dict",
        matches=lambda out: isinstance(out.error, NoToolCall),
    ),
    Misconception(
        id="message-is-a-method",
        matches=lambda out: callable(out.returned) or mentions(out, "'method' object"),
    ),
)


case = partial(case_with, SHAPE)


FEED = "for event in events: assembler.feed(event)\n"
CALLS = (
    "calls = [call for event in events for call in assembler.feed(event)]\n"
    "[(call.name, call.input) for call in calls]"
)


def message_case(
    name: str,
    why: str,
    events: Sequence[Event],
    expected: Event,
    *mistakes: Misconception,
    **more: Callable[[Any, Any], bool],
) -> Case:
    """A case that asks for the message of one answer."""
    code = f"{listing(events)}{FEED}assembler.message"
    return case(name, why, code, message_of(events), expected, *mistakes, **more)


def content_case(
    name: str, why: str, events: Sequence[Event], expected: list[Event], *mistakes: Misconception
) -> Case:
    """A case that asks for the content of one message."""
    code = f'{listing(events)}{FEED}assembler.message["content"]'
    return case(name, why, code, content_of(events), expected, *mistakes)


def calls_case(
    name: str, why: str, events: Sequence[Event], expected: list[Any], *mistakes: Misconception
) -> Case:
    """A case that asks for the complete calls of one answer."""
    return case(name, why, listing(events) + CALLS, calls_of(events), expected, *mistakes)


def whole(content: list[Event], stop_reason: str = "tool_use", output_tokens: int = 18) -> Event:
    """The message with this content."""
    usage = {**START["message"]["usage"], "output_tokens": output_tokens}
    return {
        **START["message"],
        "content": content,
        "stop_reason": stop_reason,
        "usage": usage,
    }


def texts(value: Any) -> list[str]:
    """The text of each block."""
    return [block["text"] for block in value if block["type"] == "text"]


GIVES_NOTHING = Misconception(
    id="gives-no-calls",
    matches=lambda out: out.returned == [],
)
PARSES_FRAGMENTS = Misconception(
    id="parses-each-fragment",
    matches=lambda out: (
        parsed_a_fragment(out)
        or (isinstance(out.returned, list) and out.returned == [("get_weather", None)])
        or out.returned == [("get_weather", {})]
    ),
)
PARSES_NOTHING = Misconception(
    id="parses-the-empty-string",
    matches=lambda out: not_json(out, "Expecting value") or mentions(out, "EOF while parsing"),
)
ONE_BUFFER = Misconception(
    id="one-buffer-for-all",
    matches=lambda out: (
        not_json(out, "Extra data")
        or ("get_weather", None) in out.returned
        or ("get_weather", {}) in out.returned
    ),
)
GIVEN_TWICE = Misconception(
    id="given-twice",
    matches=lambda out: len(out.returned) > len(out.expected),
)
JOINS_TEXTS = Misconception(
    id="joins-texts",
    matches=lambda out: (
        isinstance(out.error, LookupError) or "".join(texts(out.expected)) in texts(out.returned)
    ),
)
RUNS_AT_STOP = Misconception(
    id="trusts-the-block-stop",
    matches=lambda out: bool(out.returned[0]) or out.error is not None,
)


# The message


def text_at_any_moment(my: Namespace) -> object:
    """Return the content while the answer is under way."""
    assembler = my.MessageAssembler()
    contents = []
    for event in deepcopy(ONE_TOOL[:4]):
        assembler.feed(event)
        contents.append(deepcopy(assembler.message["content"]))
    return contents[1:]


def half_written(content: Any) -> list[str]:
    """The names of fields in blocks that the API doesn't send."""
    known = {"type", "text", "citations", "id", "name", "input", "thinking", "signature", "data"}
    return [name for block in content for name in block if name not in known]


MESSAGE_CASES = (
    message_case(
        "a text",
        "Without streaming, this is what would have come: one message, with everything in it.",
        [START, *text_block(0, "One", " two", " three"), *done("end_turn", 9)],
        whole([{"type": "text", "text": "One two three"}], "end_turn", 9),
        Misconception(
            id="no-message",
            matches=lambda out: out.returned is None and out.error is None,
        ),
        Misconception(
            id="keeps-the-last-piece",
            matches=lambda out: texts(out.returned["content"]) == [" three"],
        ),
        Misconception(
            id="forgets-how-it-ended",
            matches=lambda out: not out.returned.get("stop_reason"),
        ),
        Misconception(
            id="adds-usage-up",
            matches=lambda out: out.returned["usage"]["output_tokens"] > 9,
        ),
        Misconception(
            id="forgets-the-prompts-usage",
            matches=lambda out: "input_tokens" not in out.returned["usage"],
        ),
        Misconception(
            id="ignores-the-last-usage",
            matches=lambda out: out.returned["usage"]["output_tokens"] == 1,
        ),
        same=same_message,
    ),
    case(
        "at any moment",
        "A reader who presses Stop keeps what has come so far.",
        listing(ONE_TOOL[1:4]) + "for event in events: assembler.feed(event); assembler.message",
        text_at_any_moment,
        [[{"type": "text", "text": said}] for said in ("", "I'll look", "I'll look it up.")],
        Misconception(
            id="message-only-at-the-end",
            matches=lambda out: out.error is not None or out.returned[0] == [],
        ),
    ),
)


# Tool calls


LAGOS_CALL = ("get_weather", {"city": "Lagos"})
OSLO_CALL = ("get_weather", {"city": "Oslo"})

CALL_CASES = (
    calls_case(
        "a tool call",
        "Its input comes in fragments, cut anywhere.",
        ONE_TOOL,
        [LAGOS_CALL],
        PARSES_FRAGMENTS,
        PARSES_NOTHING,
        GIVES_NOTHING,
        Misconception(
            id="input-stays-text",
            matches=lambda out: isinstance(out.returned[0][1], str),
        ),
    ),
    content_case(
        "the same call, in the message",
        "The next request sends this message back, so it must look as if the API had written it.",
        ONE_TOOL,
        [
            {"type": "text", "text": "I'll look it up."},
            {**tool_use(1, "get_weather"), "input": {"city": "Lagos"}},
        ],
        Misconception(
            id="input-not-in-message",
            matches=lambda out: out.returned[1]["input"] == {},
        ),
        Misconception(
            id="scratch-in-the-message",
            matches=lambda out: bool(half_written(out.returned)),
        ),
    ),
    calls_case(
        "a call without arguments",
        "`What time is it?` needs no input, and its only fragment is empty.",
        NO_INPUT,
        [("get_time", {})],
        PARSES_NOTHING,
        Misconception(
            id="empty-is-broken",
            matches=lambda out: out.returned == [("get_time", None)],
        ),
        Misconception(
            id="drops-empty-input",
            matches=lambda out: out.returned == [],
        ),
    ),
    calls_case(
        "two calls",
        "A model that needs two cities asks for both in one answer.",
        TWO_TOOLS,
        [LAGOS_CALL, OSLO_CALL],
        ONE_BUFFER,
        GIVEN_TWICE,
        Misconception(
            id="loses-a-call",
            matches=lambda out: len(out.returned) == 1,
        ),
    ),
    content_case(
        "text, a call, text",
        "Models explain what they do, before and behind.",
        [
            START,
            *text_block(0, "One."),
            *tool(1, "get_time"),
            *text_block(2, "Two."),
            *done("end_turn", 18),
        ],
        [
            {"type": "text", "text": "One."},
            tool_use(1, "get_time"),
            {"type": "text", "text": "Two."},
        ],
        JOINS_TEXTS,
    ),
)


# Blocks of other kinds


SIGNATURE = "EqQBCgIYAhIM"
SOURCES = [
    {"type": "char_location", "cited_text": cited, "document_index": 0} for cited in ("One", "Two")
]
SEARCH = {"type": "server_tool_use", "id": "srvtoolu_01", "name": "web_search", "input": {}}

SEARCHED = [
    START,
    begin(0, SEARCH),
    *(typed(0, fragment) for fragment in ("", '{"que', 'ry": "SSE"}')),
    end(0),
    begin(1, {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_01", "content": []}),
    end(1),
    *text_block(2, "Found."),
    *done("end_turn", 18),
]


def searched(my: Namespace) -> object:
    """Return how many calls a web search gives, and its input in the message."""
    assembler, calls = fed(my, SEARCHED)
    return len(calls), assembler.message["content"][0]["input"]


OTHER_BLOCKS = (
    content_case(
        "thinking, with its signature",
        "The next request must bring it back as it was, or it is refused with a 400.",
        [
            START,
            begin(0, {"type": "thinking", "thinking": "", "signature": ""}),
            delta(0, {"type": "thinking_delta", "thinking": "Two cities,"}),
            delta(0, {"type": "thinking_delta", "thinking": " two calls."}),
            delta(0, {"type": "signature_delta", "signature": SIGNATURE}),
            end(0),
            begin(1, {"type": "redacted_thinking", "data": "EmwKAhgB"}),
            end(1),
            *text_block(2, "One."),
            *done("end_turn", 18),
        ],
        [
            {"type": "thinking", "thinking": "Two cities, two calls.", "signature": SIGNATURE},
            {"type": "redacted_thinking", "data": "EmwKAhgB"},
            {"type": "text", "text": "One."},
        ],
        Misconception(
            id="drops-thinking-blocks",
            matches=lambda out: len(out.returned) < 3,
        ),
        Misconception(
            id="drops-the-signature",
            matches=lambda out: not out.returned[0].get("signature"),
        ),
        Misconception(
            id="drops-what-was-thought",
            matches=lambda out: out.returned[0]["thinking"] != out.expected[0]["thinking"],
        ),
    ),
    content_case(
        "citations that come before their text",
        "A source is known before the sentence that it supports is written.",
        [
            START,
            begin(0, {"citations": [], "type": "text", "text": ""}),
            *(delta(0, {"type": "citations_delta", "citation": one}) for one in SOURCES),
            said(0, "One and two."),
            end(0),
            begin(1, {"type": "text", "text": ""}),
            delta(1, {"type": "citations_delta", "citation": SOURCES[0]}),
            said(1, "One."),
            end(1),
            *done("end_turn", 18),
        ],
        [
            {"type": "text", "text": "One and two.", "citations": SOURCES},
            {"type": "text", "text": "One.", "citations": SOURCES[:1]},
        ],
        Misconception(
            id="expects-a-list-of-citations",
            matches=lambda out: isinstance(out.error, KeyError | AttributeError | TypeError),
        ),
        Misconception(
            id="keeps-the-last-citation",
            matches=lambda out: (
                SOURCES[1] in (out.returned[0]["citations"], *out.returned[0]["citations"])
            ),
        ),
        Misconception(
            id="loses-citations",
            matches=lambda out: not out.returned[0].get("citations"),
        ),
    ),
    content_case(
        "what nobody knows yet",
        "The API's documentation says that new types will come, and pings come at any time.",
        [
            START,
            PING,
            begin(0, {"type": "mood", "calm": 0.9}),
            delta(0, {"type": "mood_delta", "calm": 0.8}),
            end(0),
            {"type": "weather_report", "sky": "blue"},
            begin(1, {"type": "text", "text": ""}),
            PING,
            said(1, "One."),
            delta(1, {"type": "tone_delta", "tone": "warm"}),
            end(1),
            *done("end_turn", 18),
        ],
        [{"type": "mood", "calm": 0.9}, {"type": "text", "text": "One."}],
        Misconception(
            id="trips-over-the-unknown",
            matches=lambda out: out.error is not None,
        ),
        Misconception(
            id="drops-unknown-blocks",
            matches=lambda out: len(out.returned) < 2,
        ),
    ),
    case(
        "a tool that the API runs itself",
        "A web search looks like a tool call, and has run before you hear of it.",
        listing(SEARCHED) + "calls = [call for event in events for call in assembler.feed(event)]\n"
        '(len(calls), assembler.message["content"][0]["input"])',
        searched,
        (0, {"query": "SSE"}),
        Misconception(
            id="runs-the-apis-tools",
            matches=lambda out: bool(out.returned[0]),
        ),
        Misconception(
            id="only-my-tools-have-input",
            matches=lambda out: out.error is not None or out.returned[1] != {"query": "SSE"},
        ),
    ),
)


# What only some servers do


RARE_CASES = (
    content_case(
        "two blocks open at once, and a gap",
        "The API sends one block after the other; a gateway that translates may not.",
        [
            START,
            begin(0, {"type": "text", "text": ""}),
            begin(2, {"type": "text", "text": ""}),
            said(0, "One"),
            said(2, "Two"),
            said(0, " more"),
            end(0),
            end(2),
            *done("end_turn", 18),
        ],
        [{"type": "text", "text": "One more"}, {"type": "text", "text": "Two"}],
        Misconception(
            id="index-is-a-place",
            matches=lambda out: isinstance(out.error, LookupError),
        ),
        Misconception(
            id="one-current-block",
            matches=lambda out: not out.timed_out,
        ),
    ),
    content_case(
        "a block that begins with something in it",
        "Some compatible servers send the first word, or a whole input, with the start.",
        [
            START,
            begin(0, {"type": "text", "text": "One"}),
            said(0, " two"),
            end(0),
            begin(1, tool_use(1, "get_weather", {"city": "Lagos"})),
            end(1),
            *TOOL_USE,
        ],
        [
            {"type": "text", "text": "One two"},
            tool_use(1, "get_weather", {"city": "Lagos"}),
        ],
        Misconception(
            id="ignores-the-start",
            matches=lambda out: out.error is not None or bool(out.returned),
        ),
    ),
)


# Complete, or cut


CUT = [START, *tool(0, "send_money", *PAYMENT), *done("max_tokens", 12)]
WHOLE_BUT_CUT = [START, *tool(0, "get_time"), *done("max_tokens", 2)]
LOST = [START, *tool(0, "get_weather", *LAGOS)]
BROKEN = [
    START,
    *tool(0, "send_money", '{"to": "Ada", ', '"amount": 12'),
    *tool(1, "get_weather", '"Lagos"'),
    *TOOL_USE,
]
SECOND_CUT = [
    START,
    *tool(0, "get_weather", *LAGOS),
    *tool(1, "send_money", *PAYMENT),
    *done("max_tokens", 30),
]


def cut(my: Namespace) -> object:
    """Return the calls of a cut answer, and what the message holds for an input."""
    assembler, calls = fed(my, CUT)
    content = assembler.message["content"]
    return [(call.name, call.input) for _, call in calls], content[0]["input"]


def no_amount(returned: Any, expected: Any) -> bool:
    """Whether nothing would be paid. How a cut input stands in the message is left open."""
    calls, given = returned
    return calls == [] and not (isinstance(given, dict) and "amount" in given)


def not_confirmed(my: Namespace) -> object:
    """Return the calls of two answers in which nothing confirms them."""
    return [
        [(call.name, call.input) for _, call in fed(my, events)[1]]
        for events in (WHOLE_BUT_CUT, LOST)
    ]


def when(events: Sequence[Event]) -> Callable[[Namespace], object]:
    """A run that returns the input of each call with the type of the event it came at."""

    def run(my: Namespace) -> object:
        return [(at, call.input) for at, call in fed(my, events)[1]]

    return run


def broken(my: Namespace) -> object:
    """Return what becomes of inputs that are no JSON objects."""
    return [(call.input, call.raw) for _, call in fed(my, BROKEN)[1]]


COMPLETE_CASES = (
    case(
        "cut at max_tokens",
        "The model was writing 1200, and its 12 is all that came.",
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
            matches=lambda out: out.returned[0] == [("send_money", {})],
        ),
        Misconception(
            id="message-breaks-at-the-cut",
            matches=lambda out: out.error is not None,
        ),
        RUNS_AT_STOP,
        same=no_amount,
    ),
    case(
        "nothing confirms it",
        "max_tokens and a lost connection can strike where the JSON happens to be whole.",
        f"{listing(WHOLE_BUT_CUT)}# or\n{listing(LOST)}"
        "[call for event in events for call in assembler.feed(event)]",
        not_confirmed,
        [[], []],
        Misconception(
            id="json-decides",
            matches=lambda out: bool(out.returned[0] or out.returned[1]),
        ),
    ),
    calls_case(
        "the second of two is cut",
        "By beginning the second call, the model has finished the first.",
        SECOND_CUT,
        [LAGOS_CALL],
        Misconception(
            id="judges-the-whole-reply",
            matches=lambda out: len(out.returned) != 1,
        ),
    ),
    case(
        "as soon as it is known",
        "A tool that starts while the model writes on has a head start.",
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
        "Servers that don't check what a model writes send it on as it is.",
        listing(BROKEN)
        + "[(call.input, call.raw) for event in events for call in assembler.feed(event)]",
        broken,
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


# Side by side, and in time


def two_assemblers(my: Namespace) -> object:
    """Feed an assembler while another one is in mid-answer."""
    one, two = my.MessageAssembler(), my.MessageAssembler()
    for event in deepcopy(ONE_TOOL[:3]):
        one.feed(event)
    for event in deepcopy([START, *text_block(0, "Another.")]):
        two.feed(event)
    return [texts(each.message["content"]) for each in (one, two)]


def changed_events(my: Namespace) -> object:
    """Return whether the events are still what they were."""
    events = deepcopy([*ONE_TOOL, PING])
    assembler = my.MessageAssembler()
    for event in events[:-1]:
        assembler.feed(event)
        _ = assembler.message
    return [
        event["type"]
        for event, sent in zip(events, [*ONE_TOOL, PING], strict=True)
        if event != sent
    ]


def share_of_a_parse(my: Namespace) -> object:
    """Return what one more fragment of a long input costs, in percent of parsing it all.

    Both times are taken on the same machine, a moment apart, and each is the shortest of
    several, so a machine that is slow or busy makes no verdict wrong.
    """
    long = '{"numbers": [' + "1, " * 100_000
    assembler = my.MessageAssembler()
    for event in deepcopy([START, begin(0, tool_use(0, "add_up")), typed(0, long)]):
        assembler.feed(event)
    fragment = typed(0, "1, ")
    costs, parses = [], []
    for _ in range(5):
        started = time.perf_counter()
        assembler.feed(fragment)
        costs.append(time.perf_counter() - started)
        started = time.perf_counter()
        json.loads(long + "1]}")
        parses.append(time.perf_counter() - started)
    return round(100 * min(costs) / min(parses))


def far_less(returned: Any, expected: Any) -> bool:
    """Whether a fragment costs little; a parser that starts again costs about 100."""
    return bool(returned < 15)


LAST_CASES = (
    case(
        "two answers at once",
        "An agent that asks twice at the same time has two assemblers.",
        "one, two = MessageAssembler(), MessageAssembler()",
        two_assemblers,
        [["I'll look"], ["Another."]],
        Misconception(
            id="shared-between-assemblers",
            matches=lambda out: out.error is not None or out.returned != out.expected,
        ),
    ),
    case(
        "leaves the events as they are",
        "A log, a widget and a test read the same dicts.",
        "for event in events: assembler.feed(event)\nevents == before",
        changed_events,
        [],
        Misconception(
            id="changes-the-events",
            matches=lambda out: bool(out.returned),
        ),
    ),
    case(
        "a very long input",
        "A tool that writes a file gets all of it as its input, in thousands of fragments.",
        "assembler.feed(fragment)  # its time, in percent of parsing everything",
        share_of_a_parse,
        0,
        Misconception(
            id="parses-from-the-start",
            matches=lambda out: bool(out.timed_out) or out.returned >= 15,
        ),
        same=far_less,
    ),
)


CASES = (
    *MESSAGE_CASES,
    *CALL_CASES,
    *COMPLETE_CASES,
    *OTHER_BLOCKS,
    *RARE_CASES,
    *LAST_CASES,
)
