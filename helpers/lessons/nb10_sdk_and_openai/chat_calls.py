"""Notebook 10: a streamed chat completion, and the calls in it."""

import json
from copy import deepcopy
from typing import Any

from helpers.lessons.checking.part import Case, Misconception, Namespace, Outcome, Part

__all__ = ["PARTS"]

NOTEBOOK = "10_sdk_and_openai"

CHAT_STUB = '''\
def read_chat(chunks):
    """Return the text of a streamed chat completion, its calls, and its finish_reason.

    chunks: dicts, as they came.
    A call is a dict with "id", "name" and "arguments" (an object). There are calls only
    if the finish_reason says "tool_calls": others may have been cut.
    """
    text, calls, finish_reason = "", [], None
    ...
    return text, calls, finish_reason
'''

CHAT_REFERENCE = '''\
import json


def read_chat(chunks):
    """Return the text of a streamed chat completion, its calls, and its finish_reason."""
    text, calls, finish_reason = "", {}, None
    for chunk in chunks:
        for choice in chunk["choices"]:  # the one with the usage has none
            delta = choice["delta"]
            text += delta.get("content") or ""
            finish_reason = choice["finish_reason"] or finish_reason
            for piece in delta.get("tool_calls") or []:
                # Only the first piece of a call has its id and its name; all have its index.
                call = calls.setdefault(piece["index"], {"arguments": ""})
                if "id" in piece:
                    call |= {"id": piece["id"], "name": piece["function"]["name"]}
                call["arguments"] += piece["function"].get("arguments") or ""
    if finish_reason != "tool_calls":
        return text, [], finish_reason
    for call in calls.values():
        call["arguments"] = json.loads(call["arguments"] or "{}")
    return text, [*calls.values()], finish_reason
'''

Chunk = dict[str, Any]


def chunk(finish_reason: str | None = None, **delta: Any) -> Chunk:
    """A chunk with one choice."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    return {"object": "chat.completion.chunk", "choices": [choice]}


def opens(index: int, id: str, name: str, arguments: str = "") -> Chunk:
    """The first piece of a call."""
    function = {"name": name, "arguments": arguments}
    call = {"index": index, "id": id, "type": "function", "function": function}
    return chunk(tool_calls=[call])


def more(index: int, arguments: str) -> Chunk:
    """A further piece of a call."""
    return chunk(tool_calls=[{"index": index, "function": {"arguments": arguments}}])


def called(id: str, name: str, **arguments: Any) -> dict[str, Any]:
    """A call as it should come out."""
    return {"id": id, "name": name, "arguments": arguments}


ROLE = chunk(role="assistant", content="")
USAGE: Chunk = {
    "object": "chat.completion.chunk",
    "choices": [],
    "usage": {"prompt_tokens": 14, "completion_tokens": 20, "total_tokens": 34},
}
LAGOS = [opens(0, "call_1", "get_weather"), more(0, '{"city"'), more(0, ': "Lagos"}')]
OSLO = [opens(1, "call_2", "get_weather"), more(1, '{"city":'), more(1, ' "Oslo"}')]


def first_call(out: Outcome) -> dict[str, Any]:
    """The first of the calls that came back."""
    call: dict[str, Any] = out.returned[1][0]
    return call


GIVES_NO_TUPLE = Misconception(
    id="gives-no-tuple",
    looks_like="a value that is no text, calls and finish_reason",
    try_next="Keep the stub's last line: it returns the three of them.",
    matches=lambda out: (
        out.error is None and not (isinstance(out.returned, tuple) and len(out.returned) == 3)
    ),
)
NEEDS_A_CHOICE = Misconception(
    id="needs-a-choice",
    looks_like="a chunk that is expected to have a choice; the one that brings the usage has none",
    try_next='Loop over `chunk["choices"]`: it may be an empty list.',
    matches=lambda out: isinstance(out.error, IndexError),
)
TRIPS_OVER_NULL = Misconception(
    id="trips-over-null",
    looks_like="a content that is expected to be text; beside a call it is null, or not there",
    try_next='`delta.get("content") or ""` is text in each of these cases.',
    matches=lambda out: (
        isinstance(out.error, TypeError) or str(out.error) in ("'content'", "'tool_calls'")
    ),
)
KEYS_BY_ID = Misconception(
    id="keys-by-id",
    looks_like="pieces told apart by an id that only the first of each call has",
    try_next="Each piece has an `index`. That says which call it belongs to.",
    matches=lambda out: (
        isinstance(out.error, KeyError)
        or (out.error is None and any(call.get("id") is None for call in out.returned[1]))
    ),
)
PARSES_PIECES = Misconception(
    id="parses-each-piece",
    looks_like="a piece of JSON that is parsed before the others have come",
    try_next="Join the pieces as text, and parse once, when all are there.",
    matches=lambda out: isinstance(out.error, json.JSONDecodeError),
)
KEEPS_TEXT = Misconception(
    id="arguments-stay-text",
    looks_like="arguments that are still JSON: a tool takes an object",
    try_next="`json.loads` turns them into one, when they are whole.",
    matches=lambda out: isinstance(first_call(out)["arguments"], str),
)
OVERWRITES = Misconception(
    id="overwrites-pieces",
    looks_like="a piece that takes the place of the one before it, where it continues it",
    try_next="Add each piece to what the call has already.",
    matches=lambda out: (
        out.error is None
        and [call.get("id") for call in out.returned[1]] == [c["id"] for c in out.expected[1]]
        and first_call(out)["arguments"] != out.expected[1][0]["arguments"]
    ),
)
LOSES_TEXT = Misconception(
    id="loses-text",
    looks_like="a text that isn't what the pieces say when they are joined",
    try_next="Add each piece as it is, and keep what came before.",
    matches=lambda out: out.returned[0] != out.expected[0],
)
FORGETS_THE_REASON = Misconception(
    id="forgets-the-reason",
    looks_like="a finish_reason that is overwritten by a later chunk, which has none",
    try_next="Keep it once it is there: the chunks before have null, and one after it no choice.",
    matches=lambda out: out.returned[2] != out.expected[2],
)
LOSES_CALLS = Misconception(
    id="loses-calls",
    looks_like="calls that have come and aren't returned",
    try_next="Print what each chunk adds, and find the one that is lost.",
    matches=lambda out: len(out.returned[1]) < len(out.expected[1]),
)
COMMON = (
    GIVES_NO_TUPLE,
    NEEDS_A_CHOICE,
    TRIPS_OVER_NULL,
    PARSES_PIECES,
    KEYS_BY_ID,
    LOSES_TEXT,
    FORGETS_THE_REASON,
    LOSES_CALLS,
    KEEPS_TEXT,
)


def reading(
    name: str,
    why: str,
    chunks: list[Chunk],
    expected: tuple[str, list[dict[str, Any]], str | None],
    *mistakes: Misconception,
) -> Case:
    """A case that asks what a stream says."""

    def run(my: Namespace) -> object:
        return my.read_chat(deepcopy(chunks))

    def shown(one: Chunk) -> str:
        if not one["choices"]:
            return "no choice"
        choice = one["choices"][0]
        reason = choice["finish_reason"]
        return json.dumps(choice["delta"]) + (f"  finish_reason {reason}" if reason else "")

    listed = "\n".join(f"#   {shown(one)}" for one in chunks)
    return Case(
        name,
        why,
        f"read_chat(chunks)  # their deltas:\n{listed}",
        run,
        expected,
        (*mistakes, *COMMON, OVERWRITES),
    )


CHAT_CALLS = Part(
    id="chat_calls",
    title="The calls in a chat completion",
    notebook=NOTEBOOK,
    minutes=10,
    difficulty="medium",
    teaches="You put tool calls together from a stream that has no events for them.",
    stub=CHAT_STUB,
    reference=CHAT_REFERENCE,
    cases=(
        reading(
            "an answer of text",
            "Most answers have no call.",
            [ROLE, chunk(content="No word"), chunk(content=" from the far"), chunk("stop")],
            ("No word from the far", [], "stop"),
        ),
        reading(
            "a chunk without a choice",
            "Whoever asks for the usage gets it in a chunk of its own, at the very end.",
            [ROLE, chunk(content="One."), chunk("stop"), USAGE],
            ("One.", [], "stop"),
        ),
        reading(
            "a call",
            "Its name comes first, and then its arguments, cut anywhere.",
            [chunk(role="assistant", content=None), *LAGOS, chunk("tool_calls")],
            ("", [called("call_1", "get_weather", city="Lagos")], "tool_calls"),
        ),
        reading(
            "arguments in the first piece",
            "Some servers send a call whole, in a single piece.",
            [ROLE, opens(0, "call_1", "get_weather", '{"city": "Oslo"}'), chunk("tool_calls")],
            ("", [called("call_1", "get_weather", city="Oslo")], "tool_calls"),
            Misconception(
                id="forgets-the-first-piece",
                looks_like="a call that opens without its arguments: the first piece may have some",
                try_next="Take the arguments of every piece, the one with the name included.",
                matches=lambda out: first_call(out)["arguments"] == {},
            ),
        ),
        reading(
            "text, and two calls",
            "The calls of one answer run side by side.",
            [ROLE, chunk(content="Both."), *LAGOS, *OSLO, chunk("tool_calls"), USAGE],
            (
                "Both.",
                [
                    called("call_1", "get_weather", city="Lagos"),
                    called("call_2", "get_weather", city="Oslo"),
                ],
                "tool_calls",
            ),
        ),
        reading(
            "two calls, piece by piece in turn",
            "Nothing says that one call ends before the next begins.",
            [
                ROLE,
                *[piece for pair in zip(LAGOS, OSLO, strict=True) for piece in pair],
                chunk("tool_calls"),
            ],
            (
                "",
                [
                    called("call_1", "get_weather", city="Lagos"),
                    called("call_2", "get_weather", city="Oslo"),
                ],
                "tool_calls",
            ),
            Misconception(
                id="adds-to-the-last-call",
                looks_like="pieces that are added to the call that was opened last",
                try_next="A piece says by its `index` which call it continues.",
                matches=lambda out: (
                    isinstance(out.error, json.JSONDecodeError)
                    or out.returned[1] != out.expected[1]
                ),
            ),
        ),
        reading(
            "a call without arguments",
            "A tool may take none.",
            [ROLE, opens(0, "call_1", "what_time_is_it"), chunk("tool_calls")],
            ("", [called("call_1", "what_time_is_it")], "tool_calls"),
            Misconception(
                id="nothing-is-broken",
                looks_like="no arguments taken for broken ones",
                try_next='`json.loads("")` raises. What should stand for nothing?',
                matches=lambda out: isinstance(out.error, json.JSONDecodeError),
            ),
            Misconception(
                id="drops-empty-calls",
                looks_like="a call dropped because it has no arguments",
                try_next="It is a call all the same, with an empty object.",
                matches=lambda out: (
                    out.returned[1] == [] or first_call(out)["arguments"] in (None, "")
                ),
            ),
        ),
        reading(
            "a call that was cut",
            "The limit of tokens is reached in the middle of the arguments.",
            [ROLE, *LAGOS[:2], chunk("length")],
            ("", [], "length"),
            Misconception(
                id="parses-what-was-cut",
                looks_like="arguments parsed although they were cut",
                try_next="Look at the finish_reason before you parse.",
                matches=lambda out: isinstance(out.error, json.JSONDecodeError),
            ),
            Misconception(
                id="runs-what-was-cut",
                looks_like="a call that is returned although the answer was cut",
                try_next='There are calls if the finish_reason is "tool_calls", and else none.',
                matches=lambda out: out.returned[1] != [],
            ),
        ),
        reading(
            "a whole call, and no end",
            "The connection closed. Perhaps another call would have come.",
            [ROLE, *LAGOS],
            ("", [], None),
            Misconception(
                id="trusts-whole-json",
                looks_like="a call that is returned because its JSON is whole; nobody has said "
                "that the answer was",
                try_next='Return calls only if the finish_reason is "tool_calls".',
                matches=lambda out: out.returned[1] != [],
            ),
        ),
    ),
    hints=(
        "Three things of a chunk can be missing or null: the choice, the content, the calls. Let "
        "each of them be nothing.",
        "Keep a dict of calls by `index`. A piece with an id opens one; every piece adds its "
        "arguments, as text. Parse at the end, and only if the finish_reason allows it.",
        "One loop, and one look at the finish_reason:",
    ),
    module=__name__,
    in_build=False,
)

PARTS = (CHAT_CALLS,)
