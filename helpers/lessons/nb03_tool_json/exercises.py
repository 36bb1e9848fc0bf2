"""Notebook 03: from events to one message, and which of its tool calls may run."""

import inspect
import json
import time
from collections.abc import Callable, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any, NamedTuple

from helpers.lessons.checking.part import Case, Misconception, Namespace, Outcome, Part
from helpers.lessons.common.outcomes import mentions
from helpers.lessons.common.verdicts import verdict_case

__all__ = ["PARTS"]

Event = dict[str, Any]


# An answer, as the API sends it


START: Event = {
    "type": "message_start",
    "message": {
        "model": "offline-mock",
        "id": "msg_01ABC",
        "type": "message",
        "role": "assistant",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 40, "cache_read_input_tokens": 0, "output_tokens": 1},
    },
}
STOP: Event = {"type": "message_stop"}
PING: Event = {"type": "ping"}


def begin(index: int, block: Event) -> Event:
    """The start of a content block."""
    return {"type": "content_block_start", "index": index, "content_block": block}


def delta(index: int, change: Event) -> Event:
    """A change to a content block."""
    return {"type": "content_block_delta", "index": index, "delta": change}


def end(index: int) -> Event:
    """The stop of a content block."""
    return {"type": "content_block_stop", "index": index}


def said(index: int, piece: str) -> Event:
    """A piece of text."""
    return delta(index, {"type": "text_delta", "text": piece})


def typed(index: int, fragment: str) -> Event:
    """A piece of a tool's input."""
    return delta(index, {"type": "input_json_delta", "partial_json": fragment})


def text(index: int, *pieces: str) -> list[Event]:
    """A whole block of text."""
    block = {"type": "text", "text": ""}
    return [begin(index, block), *(said(index, piece) for piece in pieces), end(index)]


def tool_use(index: int, name: str, given: Event | None = None) -> Event:
    """The block that a tool call starts with."""
    return {"type": "tool_use", "id": f"toolu_0{index}", "name": name, "input": given or {}}


def tool(index: int, name: str, *fragments: str) -> list[Event]:
    """A whole tool call; as on the wire, its first fragment is always empty."""
    return [
        begin(index, tool_use(index, name)),
        *(typed(index, fragment) for fragment in ("", *fragments)),
        end(index),
    ]


def done(stop_reason: str = "tool_use", output_tokens: int = 18) -> list[Event]:
    """How an answer ends."""
    return [
        {
            "type": "message_delta",
            "delta": {"stop_reason": stop_reason, "stop_sequence": None},
            "usage": {"output_tokens": output_tokens},
        },
        STOP,
    ]


def counted(**counts: int | None) -> Event:
    """A message_delta with these counts."""
    return {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": counts}


LAGOS = ('{"city', '": "La', 'gos"', "}")
OSLO = ('{"ci', 'ty": "Oslo"}')
PAYMENT = ('{"to": "Ada', '", "amou', 'nt": 12')  # of 1200, cut at max_tokens

ONE_TOOL = [START, *text(0, "I'll look", " it up."), *tool(1, "get_weather", *LAGOS), *done()]
TWO_TOOLS = [START, *tool(0, "get_weather", *LAGOS), *tool(1, "get_weather", *OSLO), *done()]
NO_INPUT = [START, *tool(0, "get_time"), *done()]


# What outcomes have in common


def not_json(out: Outcome, *words: str) -> bool:
    """Whether a parser refused what it was given, in one of these words."""
    return isinstance(out.error, json.JSONDecodeError) and mentions(out, *words)


def parsed_a_fragment(out: Outcome) -> bool:
    """Whether what a parser refused is the beginning of an input, or the middle of one."""
    if not isinstance(out.error, json.JSONDecodeError):
        return False
    return bool(out.error.doc) and "}{" not in out.error.doc


def listing(events: Sequence[Event]) -> str:
    """Events as comments above what is run: a line for each block, as the notebook shows them."""
    lines = [""]

    def line_of(index: int) -> None:
        if not lines[-1].startswith(f"{index} "):
            lines.append(f"{index} goes on: ")

    for event in events:
        match event:
            case {"type": "content_block_start", "index": index, "content_block": block}:
                about = [str(index), block["type"], block.get("name", "")]
                began = block.get("text") or block.get("input")
                lines.append(f"{' '.join(filter(None, about))}: ")
                lines[-1] += f"(begins with {began!r}) " if began else ""
            case {"type": "content_block_delta", "index": index, "delta": change}:
                line_of(index)
                lines[-1] += f"{piece(change)}|"
            case {"type": "content_block_stop", "index": index}:
                line_of(index)
                lines[-1] += " stop"
            case {"type": "message_delta", "delta": {"stop_reason": reason}, "usage": usage}:
                lines.append(f"message_delta: {reason} {usage}")
            case {"type": "message_start" | "message_stop"}:
                pass
            case _:
                lines.append(str(event["type"]))
    return "".join(f"# {line}\n" for line in lines if line)


def piece(change: Event) -> str:
    """What a delta brings, in a few characters."""
    match change:
        case {"text": str(words)} | {"partial_json": str(words)} | {"thinking": str(words)}:
            return words
    return f"({change['type']})"


# A small exercise: what an answer costs


USAGE_STUB = '''\
def usage_of(events):
    """Return the counts of tokens of one answer, as a dict."""
    ...
'''

USAGE_REFERENCE = '''\
def usage_of(events):
    """Return the counts of tokens of one answer, as a dict."""
    usage = {}
    for event in events:
        match event:
            case {"type": "message_start", "message": {"usage": counts}}:
                usage |= counts
            case {"type": "message_delta", "usage": counts}:
                usage |= {name: count for name, count in counts.items() if count is not None}
    return usage
'''

USAGE_MISTAKES = (
    Misconception(
        id="expects-usage-everywhere",
        looks_like="a field asked for in an event that doesn't have it: most events say nothing "
        "about tokens",
        try_next="Look at `type` first. Two types carry a usage, and in one of them it is inside "
        "`message`.",
        matches=lambda out: isinstance(out.error, KeyError | TypeError),
    ),
    Misconception(
        id="adds-usage-up",
        looks_like="counts that are added up: each event says how many tokens there are by then, "
        "so a sum counts the early ones again",
        try_next="Let a new count take the place of the one before it.",
        matches=lambda out: out.returned["output_tokens"] > out.expected["output_tokens"],
    ),
    Misconception(
        id="reads-only-the-start",
        looks_like="the counts of `message_start` alone: it is written before the answer is",
        try_next="`message_delta`, near the end, has the later counts; take them too.",
        matches=lambda out: out.returned["output_tokens"] == 1,
    ),
    Misconception(
        id="null-is-a-count",
        looks_like="a null taken for a count: it says that the server has nothing to add",
        try_next="Skip a value that is `None`, so that the count from before stays.",
        matches=lambda out: None in out.returned.values(),
    ),
    Misconception(
        id="reads-only-the-end",
        looks_like="a dict that replaces the one before it: `message_delta` may leave out what "
        "hasn't changed, such as the tokens of the prompt",
        try_next="Keep the counts of `message_start`, and put the later ones over them one by one.",
        matches=lambda out: (
            isinstance(out.returned, dict) and not set(out.expected) <= set(out.returned)
        ),
    ),
    Misconception(
        id="changes-the-event",
        looks_like="counts written into the event's own dict, which others read as well",
        try_next="Begin with a dict of your own: `{**counts}` makes one.",
        matches=lambda out: "event" in str(out.returned),
    ),
    Misconception(
        id="invents-counts",
        looks_like="a number made from the events that passed, not from what the API counted: a "
        "delta may hold several tokens, or none",
        try_next="Read `usage`. It is what the bill is made from.",
        matches=lambda out: isinstance(out.returned, dict | int),
    ),
)


def usage_case(name: str, why: str, events: Sequence[Event], expected: Event) -> Case:
    """A case that asks for the usage of one answer."""

    def run(my: Namespace) -> object:
        given = deepcopy(list(events))
        usage = my.usage_of(given)
        return usage if given == events else f"an event was changed: {usage}"

    began = f"# message_start: {START['message']['usage']}\n"
    code = f"{began}{listing(events)}usage_of(events)"
    return Case(name, why, code, run, expected, USAGE_MISTAKES)


USAGE = Part(
    id="usage",
    title="What an answer costs",
    notebook="03_tool_json",
    minutes=4,
    difficulty="gentle",
    teaches="You know that counts of tokens are totals, and where they come from.",
    stub=USAGE_STUB,
    reference=USAGE_REFERENCE,
    cases=(
        usage_case(
            "an answer with a tool call",
            "The prompt is counted at the start, the answer at the end.",
            [*ONE_TOOL[:2], PING, *ONE_TOOL[2:]],
            {"input_tokens": 40, "cache_read_input_tokens": 0, "output_tokens": 18},
        ),
        usage_case(
            "counts that come twice",
            "Some servers report more than once while they write.",
            [START, counted(output_tokens=9), counted(output_tokens=25), STOP],
            {"input_tokens": 40, "cache_read_input_tokens": 0, "output_tokens": 25},
        ),
        usage_case(
            "a prompt that grows",
            "What a search of the API's own finds is read by the model, and billed as input.",
            [START, counted(input_tokens=12284, output_tokens=510), STOP],
            {"input_tokens": 12284, "cache_read_input_tokens": 0, "output_tokens": 510},
        ),
        usage_case(
            "a count that is null",
            "Fields that a server doesn't count are null or missing.",
            [START, counted(cache_read_input_tokens=None, output_tokens=7), STOP],
            {"input_tokens": 40, "cache_read_input_tokens": 0, "output_tokens": 7},
        ),
    ),
    hints=(
        "Two types of events carry a usage: `message_start` (inside its `message`) and "
        "`message_delta` (beside its `delta`). Everything else passes by.",
        "Start with an empty dict. Each usage is laid over it, name by name, and nulls are left "
        "out. `a | b` and `a.update(b)` both lay one dict over another.",
        "One `match` with two cases:",
    ),
    module=__name__,
    in_build=False,
)


# A small exercise: find the bug


BUG_STUB = '''\
import json


def inputs_of(events):
    """Return the input of each tool call, by the index of its block."""
    inputs, buffer = {}, ""
    for event in events:
        match event:
            case {"delta": {"type": "input_json_delta", "partial_json": fragment}}:
                buffer += fragment
            case {"type": "content_block_stop", "index": index} if buffer:
                inputs[index] = json.loads(buffer)
    return inputs
'''

BUG_REFERENCE = '''\
import json


def inputs_of(events):
    """Return the input of each tool call, by the index of its block."""
    inputs, buffers = {}, {}
    for event in events:
        match event:
            case {"type": "content_block_start", "index": index, "content_block": block}:
                if block["type"] == "tool_use":
                    buffers[index] = ""
            case {"index": index, "delta": {"partial_json": fragment}} if index in buffers:
                buffers[index] += fragment
            case {"type": "content_block_stop", "index": index} if index in buffers:
                inputs[index] = json.loads(buffers[index] or "{}")
    return inputs
'''

BUG_MISTAKES = (
    Misconception(
        id="one-buffer-for-all",
        looks_like="one buffer for all blocks, so that the second input is stuck to the first",
        try_next="Give each block a buffer of its own, found by the block's index.",
        matches=lambda out: not_json(out, "Extra data"),
    ),
    Misconception(
        id="parses-the-empty-string",
        looks_like="an empty string given to a JSON parser: a call without arguments sends no "
        "JSON at all",
        try_next="No fragment, or only empty ones, means an empty object.",
        matches=lambda out: not_json(out, "Expecting value") and mentions(out, "char 0"),
    ),
    Misconception(
        id="parses-each-fragment",
        looks_like="a fragment given to a JSON parser before the rest of it has come",
        try_next="Only collect while the block is open, and parse at its stop.",
        matches=parsed_a_fragment,
    ),
    Misconception(
        id="drops-empty-input",
        looks_like="a call that is lost because nothing was sent for its input: it wants to run "
        "as much as the others do",
        try_next="Decide by the type of the block, from `content_block_start`, and not by whether "
        "text came for it.",
        matches=lambda out: set(out.returned) < set(out.expected),
    ),
    Misconception(
        id="swallows-the-error",
        looks_like="an input that couldn't be read and was taken for an empty one: the tool would "
        "run without its arguments",
        try_next="Look at what was given to the parser when it failed; catching the error hides "
        "the bug and keeps it.",
        matches=lambda out: {} in [out.returned[key] for key in out.expected if out.expected[key]],
    ),
)


ONE_OPEN_BLOCK = Misconception(
    id="one-open-block",
    looks_like="a buffer that is cleared when another block starts, although its own block is "
    "still open",
    try_next="Keep the buffers in a dict: `buffers[index]`.",
    matches=lambda out: not out.timed_out,
)


def bug_case(
    name: str,
    why: str,
    events: Sequence[Event],
    expected: dict[int, Any],
    mistakes: tuple[Misconception, ...] = BUG_MISTAKES,
) -> Case:
    """A case that asks for the inputs in one answer."""

    def run(my: Namespace) -> object:
        return my.inputs_of(deepcopy(list(events)))

    return Case(name, why, f"{listing(events)}inputs_of(events)", run, expected, mistakes)


SIDE_BY_SIDE = [
    START,
    begin(0, tool_use(0, "get_weather")),
    typed(0, '{"city": "La'),
    begin(1, tool_use(1, "get_weather")),
    typed(1, '{"city":'),
    typed(0, 'gos"}'),
    end(0),
    typed(1, ' "Oslo"}'),
    end(1),
    *done(),
]

FIND_THE_BUG = Part(
    id="find_the_bug",
    title="Find the bug",
    notebook="03_tool_json",
    minutes=5,
    difficulty="gentle",
    teaches="You know what must be kept for each block, and what a call without input sends.",
    stub=BUG_STUB,
    reference=BUG_REFERENCE,
    cases=(
        bug_case(
            "one call",
            "This has worked in every demo.",
            ONE_TOOL,
            {1: {"city": "Lagos"}},
        ),
        bug_case(
            "two calls",
            "The recording from above: two cities, asked for in one answer.",
            TWO_TOOLS,
            {0: {"city": "Lagos"}, 1: {"city": "Oslo"}},
        ),
        bug_case(
            "a call without arguments",
            "`What time is it?` needs no input, and its stream holds no JSON.",
            NO_INPUT,
            {0: {}},
        ),
        bug_case(
            "two blocks open at once",
            "The API sends one after the other; a gateway that translates may not.",
            SIDE_BY_SIDE,
            {0: {"city": "Lagos"}, 1: {"city": "Oslo"}},
            (ONE_OPEN_BLOCK,),
        ),
    ),
    hints=(
        "Print `buffer` where it is parsed, for the answer with two calls. What is in front of "
        "the second input, and who should have taken it away?",
        "Make the buffer a dict by index, with an entry for each block of type `tool_use` from its "
        "start on. Then a block without fragments still has its entry, an empty one, which stands "
        "for `{}`.",
        "Three events, one dict:",
    ),
    module=__name__,
    in_build=False,
)


# A small exercise: whole or cut


VERDICT_STUB = """\
MAY_RUN = {
    "A": ...,
    "B": ...,
    "C": ...,
    "D": ...,
    "E": ...,
    "F": ...,
}
"""

VERDICT_REFERENCE = """\
MAY_RUN = {
    "A": 1,  # closed, and the message ended because the model wants its tool run
    "B": 0,  # closed because max_tokens was reached, in the middle of a number
    "C": 1,  # the empty string is a whole input, {}
    "D": 1,  # the second call is cut, but by beginning it the model had finished the first
    "E": 0,  # whole JSON or not: nothing came after the stop that confirms it
    "F": 2,  # the second block confirms the first, message_delta the second
}
"""


class Verdict(NamedTuple):
    """One reply of the exercise: what it is, how many of its calls may run, and a mistake."""

    letter: str
    what: str
    calls: int
    id: str
    looks_like: str
    try_next: str


VERDICTS = (
    Verdict(
        "A",
        "a call, then message_delta with stop_reason tool_use",
        1,
        "distrusts-a-whole-call",
        "a call held back although the model asked for it to be run",
        "`message_delta` with the stop reason `tool_use` says that all calls are complete.",
    ),
    Verdict(
        "B",
        "a call that ends in the middle of a number, then max_tokens",
        0,
        "trusts-the-block-stop",
        "a `content_block_stop` taken for a proof: a reply that is cut off closes its last block, "
        "too",
        "Read on: what does `message_delta` say about why it stopped?",
    ),
    Verdict(
        "C",
        "a call without arguments, then tool_use",
        1,
        "empty-is-broken",
        "an empty input taken for a broken one",
        "A tool without arguments sends the empty string, and the stop reason is `tool_use`.",
    ),
    Verdict(
        "D",
        "two calls; max_tokens cuts the second",
        1,
        "judges-the-whole-reply",
        "one verdict for all calls of a reply: each block has its own",
        "Ask of each call whether the model went on to something else after it.",
    ),
    Verdict(
        "E",
        "a call whose JSON is whole; the connection is lost right after its stop",
        0,
        "json-decides",
        "JSON that parses taken for a call that is complete: nothing has come that confirms it",
        "Which event after the stop says that the model has moved on? In this reply there is none.",
    ),
    Verdict(
        "F",
        "two whole calls, then tool_use",
        2,
        "counts-one-call",
        "one call where there are two",
        "Count the blocks of type `tool_use`; every one of them is confirmed by what follows.",
    ),
)


def lettered(verdict: Verdict) -> Case:
    """A case that asks for one letter."""
    return verdict_case(
        "MAY_RUN",
        "reply",
        verdict.letter,
        verdict.what,
        verdict.calls,
        mistake=(verdict.id, verdict.looks_like, verdict.try_next),
        how="Write how many of its calls may run: 0, 1 or 2.",
    )


WHOLE_OR_CUT = Part(
    id="whole_or_cut",
    title="Whole or cut?",
    notebook="03_tool_json",
    minutes=4,
    difficulty="medium",
    teaches="You can say when a call is complete, and what does not prove it.",
    stub=VERDICT_STUB,
    reference=VERDICT_REFERENCE,
    cases=tuple(map(lettered, VERDICTS)),
    hints=(
        "Cover the input with your hand: what it looks like decides nothing. Look at what comes "
        "after each call's block.",
        "A call is complete when another block begins after it, or when `message_delta` says "
        "`tool_use`. In B the message ends for another reason, in E it doesn't end at all.",
        "The verdicts, with a reason for each:",
    ),
    module=__name__,
    in_build=False,
)


# The part: one message, and the calls that are complete


STUB = '''\
import json
from dataclasses import dataclass


@dataclass
class ToolCall:
    """A tool call that is complete: it may run."""

    index: int  # of its block
    id: str
    name: str
    input: dict | None  # None if what came is no JSON object
    raw: str  # what came


class MessageAssembler:
    """Put a message together from its events."""

    def __init__(self):
        # What must be remembered from one event to the next?
        ...

    def feed(self, event):
        """Take the next event; return a list with each ToolCall that is complete now."""
        ...

    @property
    def message(self):
        """The message so far, as the API would have sent it without streaming."""
        ...
'''


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
        looks_like="a `feed` that returns nothing at all, or nothing when no call is complete",
        try_next="Let every way out of `feed` return a list, also when it is empty.",
        matches=lambda out: isinstance(out.error, NoList) and out.error.value is None,
    ),
    Misconception(
        id="is-a-generator",
        looks_like="a `yield` in `feed`: nothing of a generator runs until somebody takes from it",
        try_next="Append to a list where you yield now, and return the list at the end.",
        matches=lambda out: isinstance(out.error, NoList) and inspect.isgenerator(out.error.value),
    ),
    Misconception(
        id="returns-one-call",
        looks_like="one call where a list was asked for: one event can complete two",
        try_next="Return a list, with one call in it or none or several.",
        matches=lambda out: isinstance(out.error, NoList) and is_call(out.error.value),
    ),
    Misconception(
        id="call-is-a-dict",
        looks_like="a call as a dict, so that nobody can ask for `call.name`",
        try_next="Make a `ToolCall(index, id, name, input, raw)` of it, as the stub defines it.",
        matches=lambda out: isinstance(out.error, NoToolCall),
    ),
    Misconception(
        id="message-is-a-method",
        looks_like="a `message` that has to be called: the `@property` above it is missing",
        try_next="Put `@property` back above `def message(self)`.",
        matches=lambda out: callable(out.returned) or mentions(out, "'method' object"),
    ),
)


def case(
    name: str,
    why: str,
    code: str,
    run: Callable[[Namespace], Any],
    expected: Any,
    *mistakes: Misconception,
    **more: Callable[[Any, Any], bool],
) -> Case:
    """A case that also knows the mistakes in shape."""
    return Case(name, why, code, run, expected, (*SHAPE, *mistakes), **more)


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
    looks_like="calls that never come out: they are in the message, but nobody is told that a "
    "tool may run",
    try_next="Build a `ToolCall` when the model has moved on from its block, and return it from "
    "that call of `feed`.",
    matches=lambda out: out.returned == [],
)
PARSES_FRAGMENTS = Misconception(
    id="parses-each-fragment",
    looks_like="a fragment given to a JSON parser: it was cut anywhere, so it means nothing until "
    "the others have come",
    try_next="Collect the fragments of a block as they are, and parse them once, at its stop.",
    matches=lambda out: (
        parsed_a_fragment(out)
        or (isinstance(out.returned, list) and out.returned == [("get_weather", None)])
        or out.returned == [("get_weather", {})]
    ),
)
PARSES_NOTHING = Misconception(
    id="parses-the-empty-string",
    looks_like="an empty string given to a JSON parser: a call without arguments sends no JSON",
    try_next="If no text came for the input, it is `{}`.",
    matches=lambda out: not_json(out, "Expecting value") or mentions(out, "EOF while parsing"),
)
ONE_BUFFER = Misconception(
    id="one-buffer-for-all",
    looks_like="one buffer for all blocks: the second input is stuck to the first",
    try_next="Keep the fragments with the block that they belong to; every delta says its index.",
    matches=lambda out: (
        not_json(out, "Extra data")
        or ("get_weather", None) in out.returned
        or ("get_weather", {}) in out.returned
    ),
)
GIVEN_TWICE = Misconception(
    id="given-twice",
    looks_like="a call that is given more than once, so that its tool would run more than once",
    try_next="Keep a list of the calls whose blocks have stopped, and empty it when you give them.",
    matches=lambda out: len(out.returned) > len(out.expected),
)
JOINS_TEXTS = Misconception(
    id="joins-texts",
    looks_like="one text where there are two blocks of it",
    try_next="Keep the text with its block, found by the delta's index.",
    matches=lambda out: (
        isinstance(out.error, LookupError) or "".join(texts(out.expected)) in texts(out.returned)
    ),
)
RUNS_AT_STOP = Misconception(
    id="trusts-the-block-stop",
    looks_like="a call given at its `content_block_stop`, which is sent for a block that was cut, "
    "too",
    try_next="Remember the call at its stop, and give it when the next block begins or when "
    "`message_delta` says `tool_use`.",
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
        [START, *text(0, "One", " two", " three"), *done("end_turn", 9)],
        whole([{"type": "text", "text": "One two three"}], "end_turn", 9),
        Misconception(
            id="no-message",
            looks_like="no message: `message` returned nothing",
            try_next="Return a dict: what `message_start` brought, with `content`, the stop reason "
            "and the usage as they are by now.",
            matches=lambda out: out.returned is None and out.error is None,
        ),
        Misconception(
            id="keeps-the-last-piece",
            looks_like="a text that each piece replaces",
            try_next="Put each piece behind those that came before it.",
            matches=lambda out: texts(out.returned["content"]) == [" three"],
        ),
        Misconception(
            id="forgets-how-it-ended",
            looks_like="a message that doesn't say why it stopped",
            try_next="`message_delta` has a `delta` whose fields belong into the message.",
            matches=lambda out: not out.returned.get("stop_reason"),
        ),
        Misconception(
            id="adds-usage-up",
            looks_like="counts that are added up: each says how many tokens there are by then",
            try_next="Let a new count take the place of the one before it.",
            matches=lambda out: out.returned["usage"]["output_tokens"] > 9,
        ),
        Misconception(
            id="forgets-the-prompts-usage",
            looks_like="a usage that replaces the one from `message_start`, and with it the tokens "
            "of the prompt",
            try_next="Lay the later counts over the earlier ones, name by name.",
            matches=lambda out: "input_tokens" not in out.returned["usage"],
        ),
        Misconception(
            id="ignores-the-last-usage",
            looks_like="the counts of `message_start`, sent before the answer was written",
            try_next="`message_delta` brings a `usage` too: lay it over the first one.",
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
            looks_like="blocks that get into the message when they stop, or with the last event",
            try_next="Let `message` put together what is there, whenever it is asked.",
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
            looks_like="an input that is still text",
            try_next="`json.loads` makes a dict of it, once the block has stopped.",
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
            looks_like="an input that is in the call and not in the message: the next request "
            "would say that the model sent none",
            try_next="When the block has stopped, put its parsed input in the place of the empty "
            "one.",
            matches=lambda out: out.returned[1]["input"] == {},
        ),
        Misconception(
            id="scratch-in-the-message",
            looks_like="a buffer that is kept in the block itself: the API refuses fields that it "
            "doesn't know",
            try_next="Keep what only you need beside the block: in a dict by index.",
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
            looks_like="an empty input taken for a broken one: it is how a call without arguments "
            "looks",
            try_next="If no text came for the input, it is `{}`.",
            matches=lambda out: out.returned == [("get_time", None)],
        ),
        Misconception(
            id="drops-empty-input",
            looks_like="a call that is lost because nothing was sent for its input",
            try_next="Decide by the type of the block, not by whether fragments came for it.",
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
            looks_like="one call where there are two: the second takes the place of the first",
            try_next="Keep the calls whose blocks have stopped in a list.",
            matches=lambda out: len(out.returned) == 1,
        ),
    ),
    content_case(
        "text, a call, text",
        "Models explain what they do, before and behind.",
        [START, *text(0, "One."), *tool(1, "get_time"), *text(2, "Two."), *done("end_turn")],
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
    *text(2, "Found."),
    *done("end_turn"),
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
            *text(2, "One."),
            *done("end_turn"),
        ],
        [
            {"type": "thinking", "thinking": "Two cities, two calls.", "signature": SIGNATURE},
            {"type": "redacted_thinking", "data": "EmwKAhgB"},
            {"type": "text", "text": "One."},
        ],
        Misconception(
            id="drops-thinking-blocks",
            looks_like="blocks of thinking that are left out of the message",
            try_next="Keep every block, whatever its type: the start of each is the beginning of "
            "an entry in `content`.",
            matches=lambda out: len(out.returned) < 3,
        ),
        Misconception(
            id="drops-the-signature",
            looks_like="thinking without its signature, by which the API knows that it is its own",
            try_next="A `signature_delta` brings it, after the last piece of thinking.",
            matches=lambda out: not out.returned[0].get("signature"),
        ),
        Misconception(
            id="drops-what-was-thought",
            looks_like="a block of thinking without what was thought",
            try_next="Collect `thinking_delta` as you do `text_delta`.",
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
            *done("end_turn"),
        ],
        [
            {"type": "text", "text": "One and two.", "citations": SOURCES},
            {"type": "text", "text": "One.", "citations": SOURCES[:1]},
        ],
        Misconception(
            id="expects-a-list-of-citations",
            looks_like="a list that is taken for granted: a block may begin without `citations`",
            try_next='`block.setdefault("citations", [])` gives the list, old or new.',
            matches=lambda out: isinstance(out.error, KeyError | AttributeError | TypeError),
        ),
        Misconception(
            id="keeps-the-last-citation",
            looks_like="a citation that takes the place of the one before it",
            try_next="A text can have several: append each to a list.",
            matches=lambda out: (
                SOURCES[1] in (out.returned[0]["citations"], *out.returned[0]["citations"])
            ),
        ),
        Misconception(
            id="loses-citations",
            looks_like="citations that are lost: their delta isn't read, or came too early for it",
            try_next="Read `citations_delta` whenever it comes, also before the first text.",
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
            *done("end_turn"),
        ],
        [{"type": "mood", "calm": 0.9}, {"type": "text", "text": "One."}],
        Misconception(
            id="trips-over-the-unknown",
            looks_like="an exception at a type that the code doesn't know",
            try_next="Look at `type` before any other field, for events, blocks and deltas alike, "
            "and let pass what you don't know.",
            matches=lambda out: out.error is not None,
        ),
        Misconception(
            id="drops-unknown-blocks",
            looks_like="a block that is left out because its type is unknown: the next request "
            "would send a message that the model never wrote",
            try_next="Keep each block as its start brought it.",
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
            looks_like="a call for a tool that isn't yours: the API has run it already",
            try_next="Give a call only for blocks of type `tool_use`.",
            matches=lambda out: bool(out.returned[0]),
        ),
        Misconception(
            id="only-my-tools-have-input",
            looks_like="an input that is collected only for your own tools",
            try_next="Every block whose start has an `input` gets it from fragments.",
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
            *done("end_turn"),
        ],
        [{"type": "text", "text": "One more"}, {"type": "text", "text": "Two"}],
        Misconception(
            id="index-is-a-place",
            looks_like="an index used as a place in a list, which breaks when a number is skipped",
            try_next="Keep the blocks in a dict by index; `message` puts them in order.",
            matches=lambda out: isinstance(out.error, LookupError),
        ),
        Misconception(
            id="one-current-block",
            looks_like="every delta given to the block that began last",
            try_next="Take the `index` of the delta, which says whose it is.",
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
            *done(),
        ],
        [
            {"type": "text", "text": "One two"},
            tool_use(1, "get_weather", {"city": "Lagos"}),
        ],
        Misconception(
            id="ignores-the-start",
            looks_like="a block that always begins empty, whatever its start says",
            try_next="Begin with a copy of the `content_block`; only fragments that came replace "
            "its input.",
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
    *done(),
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
            looks_like="a parser that closes what is open, so that half a number looks like a "
            "whole one: 12 would be paid in place of 1200",
            try_next="Use `json.loads` on the whole text, and believe it when it refuses.",
            matches=lambda out: "amount" in str(out.returned),
        ),
        Misconception(
            id="cut-call-as-empty",
            looks_like="a cut call given with an empty input, as if the model had sent none",
            try_next="An input that doesn't parse is `None`, and a call that was cut is not given "
            "at all.",
            matches=lambda out: out.returned[0] == [("send_money", {})],
        ),
        Misconception(
            id="message-breaks-at-the-cut",
            looks_like="an exception from an input that was cut: the rest of the answer is lost "
            "with it",
            try_next="Expect that the text of an input may be no JSON, also when its block stops.",
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
            looks_like="a call given because its JSON parses; nothing has come that says the model "
            "was done with it",
            try_next="Hold it back until another block begins or `message_delta` says `tool_use`. "
            "A reason such as `max_tokens`, or none, confirms nothing.",
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
            looks_like="one verdict for all calls of an answer",
            try_next="Each call is confirmed by what follows it: the next block's start is enough.",
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
            looks_like="calls that wait for `message_stop`, which confirms nothing new",
            try_next="`message_delta` with `tool_use` confirms the last call, and a block that "
            "begins confirms those before it.",
            matches=lambda out: ("message_stop", {"city": "Oslo"}) in out.returned,
        ),
        Misconception(
            id="waits-for-message-delta",
            looks_like="calls that all wait for the end of the answer",
            try_next="Give what waits at `content_block_start`, too: something else has begun.",
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
            looks_like="an exception at an input that is no JSON: one bad call costs the answer",
            try_next="Catch the parser's `ValueError`: `input` is None, `raw` is what came.",
            matches=lambda out: out.error is not None,
        ),
        Misconception(
            id="broken-is-empty",
            looks_like="a broken input taken for an empty one: the tool would run without what the "
            "model wrote",
            try_next="`None` says that nobody knows what was meant; `{}` says that nothing was.",
            matches=lambda out: bool(out.returned[0][0] == {}),
        ),
        Misconception(
            id="drops-the-broken-call",
            looks_like="a broken call that is not given at all: the API waits for its result, and "
            "the model never hears what was wrong",
            try_next="Give it like any other, with None as its input.",
            matches=lambda out: len(out.returned) < 2,
        ),
        Misconception(
            id="raw-is-lost",
            looks_like="a broken call without the text that came, which is all there is to show",
            try_next="Put the joined fragments into `raw`.",
            matches=lambda out: [given for given, _ in out.returned] == [None, None],
        ),
        Misconception(
            id="any-json-is-an-input",
            looks_like="an input that is JSON and no object, such as a string: a tool takes named "
            "arguments",
            try_next="After parsing, ask `isinstance(value, dict)`.",
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
    for event in deepcopy([START, *text(0, "Another.")]):
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
            looks_like="blocks that both assemblers share: a dict or a list made once, in the "
            "class or as a default value, belongs to all objects",
            try_next="Make every dict and list in `__init__`.",
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
            looks_like="an event that was written into: the block or the message in it is the very "
            "object that grows",
            try_next="Make a copy at the start, `{**block}`; for lists in it, make a new list.",
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
            looks_like="an input that is parsed again at each fragment, from its first character: "
            "twice the input takes four times as long",
            try_next="Only collect in `feed` while the block is open; parse at its stop.",
            matches=lambda out: bool(out.timed_out) or out.returned >= 15,
        ),
        same=far_less,
    ),
)


MESSAGE_PART = Part(
    id="message",
    title="Events to one message",
    notebook="03_tool_json",
    minutes=20,
    difficulty="medium",
    teaches="You can say at any moment what an answer is so far, and which calls may run.",
    stub=STUB,
    reference=Path(__file__).parents[2] / "message.py",
    cases=(
        *MESSAGE_CASES,
        *CALL_CASES,
        *COMPLETE_CASES,
        *OTHER_BLOCKS,
        *RARE_CASES,
        *LAST_CASES,
    ),
    hints=(
        "Three dicts by index do most of it: the blocks as their starts brought them (copied), the "
        "fragments of each input, and the message with its usage. `feed` only notes; `message` "
        "puts together what is there whenever it is asked. Beside them a list: calls that have "
        "stopped and wait to be confirmed.",
        "In `feed`, one `match` on `type`. At a block's start: give the waiting calls, then note "
        "the block. At a delta: look at its own `type`, and let pass what you don't know. At the "
        "stop: parse the joined fragments once (`{}` if there is no text, None if it is no "
        "object), and add the call to those that wait. At `message_delta`: lay delta and usage "
        "over what you have, and give the waiting calls if the stop reason is `tool_use`.",
        "The course's own also tells everything else that happens, as updates for those who show "
        "it, and refuses events that contradict each other; yours may be a third as long:",
    ),
    module=__name__,
    needs=("text",),
)


PARTS = (USAGE, FIND_THE_BUG, WHOLE_OR_CUT, MESSAGE_PART)
