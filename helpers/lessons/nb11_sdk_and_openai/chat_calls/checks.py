"""What is tried with `chat_calls`, and what its mistakes are recognised by."""

import json
from copy import deepcopy
from typing import Any

from helpers.lessons.checking.case import Case, Misconception, Namespace, Outcome

__all__ = ["CASES"]

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


def call_of(id: str, name: str, **arguments: Any) -> dict[str, Any]:
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
    matches=lambda out: (
        out.error is None and not (isinstance(out.returned, tuple) and len(out.returned) == 3)
    ),
)
NEEDS_A_CHOICE = Misconception(
    id="needs-a-choice",
    matches=lambda out: isinstance(out.error, IndexError),
)
TRIPS_OVER_NULL = Misconception(
    id="trips-over-null",
    about=(TypeError,),
    matches=lambda out: (
        isinstance(out.error, TypeError) or str(out.error) in ("'content'", "'tool_calls'")
    ),
)
KEYS_BY_ID = Misconception(
    id="keys-by-id",
    matches=lambda out: (
        isinstance(out.error, KeyError)
        or (out.error is None and any(call.get("id") is None for call in out.returned[1]))
    ),
)
PARSES_PIECES = Misconception(
    id="parses-each-piece",
    matches=lambda out: isinstance(out.error, json.JSONDecodeError),
)
KEEPS_TEXT = Misconception(
    id="arguments-stay-text",
    matches=lambda out: isinstance(first_call(out)["arguments"], str),
)
OVERWRITES = Misconception(
    id="overwrites-pieces",
    matches=lambda out: (
        out.error is None
        and [call.get("id") for call in out.returned[1]] == [c["id"] for c in out.expected[1]]
        and first_call(out)["arguments"] != out.expected[1][0]["arguments"]
    ),
)
LOSES_TEXT = Misconception(
    id="loses-text",
    matches=lambda out: out.returned[0] != out.expected[0],
)
FORGETS_THE_REASON = Misconception(
    id="forgets-the-reason",
    matches=lambda out: out.returned[2] != out.expected[2],
)
LOSES_CALLS = Misconception(
    id="loses-calls",
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

    def describe_chunk(one: Chunk) -> str:
        if not one["choices"]:
            return "no choice"
        choice = one["choices"][0]
        reason = choice["finish_reason"]
        return json.dumps(choice["delta"]) + (f"  finish_reason {reason}" if reason else "")

    listed = "\n".join(f"#   {describe_chunk(one)}" for one in chunks)
    return Case(
        name,
        why,
        f"read_chat(chunks)  # their deltas:\n{listed}",
        run,
        expected,
        (*mistakes, *COMMON, OVERWRITES),
    )


NOT_MADE_UP = "an error, or no arguments"


def try_broken_arguments(my: Namespace) -> object:
    """Return what becomes of arguments that are no JSON."""
    try:
        _, calls, _ = my.read_chat(deepcopy([ROLE, *LAGOS[:2], chunk("tool_calls")]))
    except ValueError:
        return NOT_MADE_UP
    given = [call["arguments"] for call in calls]
    return next((one for one in given if isinstance(one, dict)), NOT_MADE_UP)


CASES = (
    reading(
        "an answer of text",
        "Most answers have no call.",
        [ROLE, chunk(content="No word"), chunk(content=" from the far"), chunk("stop")],
        ("No word from the far", [], "stop"),
    ),
    reading(
        "a chunk without a choice",
        "If the request asks for the usage, the usage comes in its own chunk, at the very end.",
        [ROLE, chunk(content="One."), chunk("stop"), USAGE],
        ("One.", [], "stop"),
    ),
    reading(
        "a call",
        "The name of a call comes first. Then its arguments come in pieces, cut anywhere.",
        [chunk(role="assistant", content=None), *LAGOS, chunk("tool_calls")],
        ("", [call_of("call_1", "get_weather", city="Lagos")], "tool_calls"),
    ),
    reading(
        "arguments in the first piece",
        "Some servers send a call whole, in a single piece.",
        [ROLE, opens(0, "call_1", "get_weather", '{"city": "Oslo"}'), chunk("tool_calls")],
        ("", [call_of("call_1", "get_weather", city="Oslo")], "tool_calls"),
        Misconception(
            id="forgets-the-first-piece",
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
                call_of("call_1", "get_weather", city="Lagos"),
                call_of("call_2", "get_weather", city="Oslo"),
            ],
            "tool_calls",
        ),
    ),
    reading(
        "two calls, piece by piece in turn",
        "No rule says that one call ends before the next begins.",
        [
            ROLE,
            *[piece for pair in zip(LAGOS, OSLO, strict=True) for piece in pair],
            chunk("tool_calls"),
        ],
        (
            "",
            [
                call_of("call_1", "get_weather", city="Lagos"),
                call_of("call_2", "get_weather", city="Oslo"),
            ],
            "tool_calls",
        ),
        Misconception(
            id="adds-to-the-last-call",
            matches=lambda out: (
                isinstance(out.error, json.JSONDecodeError) or out.returned[1] != out.expected[1]
            ),
        ),
    ),
    reading(
        "a call without arguments",
        "Some tools have no arguments.",
        [ROLE, opens(0, "call_1", "what_time_is_it"), chunk("tool_calls")],
        ("", [call_of("call_1", "what_time_is_it")], "tool_calls"),
        Misconception(
            id="nothing-is-broken",
            matches=lambda out: isinstance(out.error, json.JSONDecodeError),
        ),
        Misconception(
            id="drops-empty-calls",
            matches=lambda out: out.returned[1] == [] or first_call(out)["arguments"] in (None, ""),
        ),
    ),
    reading(
        "a call that was cut",
        "The answer reaches its limit of tokens in the middle of the arguments.",
        [ROLE, *LAGOS[:2], chunk("length")],
        ("", [], "length"),
        Misconception(
            id="parses-what-was-cut",
            matches=lambda out: isinstance(out.error, json.JSONDecodeError),
        ),
        Misconception(
            id="runs-what-was-cut",
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
            matches=lambda out: out.returned[1] != [],
        ),
    ),
    Case(
        "arguments that are no JSON",
        "Models sometimes write broken JSON. A tool must not run without its arguments.",
        'read_chat(chunks)  # the arguments: {"city": "La',
        try_broken_arguments,
        NOT_MADE_UP,
        (
            Misconception(
                id="makes-arguments-up",
                matches=lambda out: isinstance(out.returned, dict),
            ),
        ),
    ),
)
