"""The same answer in the dialects of many servers: what came of each run of the agent.

Each case is the bytes of one answer. What it may mean is judged by what the agent does
with it: which tools ran, what was shown, and whether it was asked for again.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.agent import (
    AgentEvent,
    Retrying,
    RunFinished,
    TextDelta,
    ToolFinished,
    run_agent,
)
from helpers.client import Event, StreamError
from helpers.history import Conversation
from helpers.providers.openai import PROVIDERS
from helpers.retry import Recovery
from helpers.tools import tool
from tests.sweeps import examples, sweep

ANTHROPIC, CHAT, RESPONSES = PROVIDERS

START: Event = {
    "type": "message_start",
    "message": {"id": "msg_1", "role": "assistant", "content": [], "usage": {"input_tokens": 5}},
}
STOP: Event = {"type": "message_stop"}
END = b"data: [DONE]\n\n"
LAGOS, OSLO = '{"city":"Lagos"}', '{"city":"Oslo"}'


def sse(*payloads: Event | bytes) -> bytes:
    """Payloads as a stream; bytes go as they are."""
    return b"".join(
        one if isinstance(one, bytes) else f"data: {json.dumps(one)}\n\n".encode()
        for one in payloads
    )


def block(index: int, start: Event, *deltas: Event) -> list[Event]:
    return [
        {"type": "content_block_start", "index": index, "content_block": start},
        *[{"type": "content_block_delta", "index": index, "delta": one} for one in deltas],
        {"type": "content_block_stop", "index": index},
    ]


def text(words: str, index: int = 0) -> list[Event]:
    return block(index, {"type": "text", "text": ""}, {"type": "text_delta", "text": words})


def tool_use(arguments: str = LAGOS, index: int = 0, id: str = "toolu_1") -> list[Event]:
    start = {"type": "tool_use", "id": id, "name": "get_weather", "input": {}}
    return block(index, start, {"type": "input_json_delta", "partial_json": arguments})


def end(reason: str | None = "end_turn", **more: Any) -> Event:
    return {"type": "message_delta", "delta": {"stop_reason": reason}, "usage": {}} | more


def chunk(delta: Event | None = None, finish: str | None = None, **more: Any) -> Event:
    choice = {"index": 0, "delta": delta or {}, "finish_reason": finish}
    return {"id": "c", "model": "m", "choices": [choice], **more}


def call(**fragment: Any) -> Event:
    """A chunk with a fragment of a call; name and arguments go into its function."""
    function = {name: fragment.pop(name) for name in ("name", "arguments") if name in fragment}
    return chunk({"tool_calls": [{**fragment, "function": function}]})


def weather(arguments: Any = LAGOS, **fragment: Any) -> Event:
    return call(name="get_weather", arguments=arguments, **fragment)


CREATED: Event = {"type": "response.created", "response": {"id": "r"}}
COMPLETED: Event = {"type": "response.completed", "response": {"id": "r"}}

PLAIN = {
    ANTHROPIC: sse(START, *text("done"), end(), STOP),
    CHAT: sse(chunk({"content": "done"}), chunk({}, "stop"), END),
    RESPONSES: sse(
        CREATED,
        {"type": "response.output_text.delta", "output_index": 0, "delta": "done"},
        COMPLETED,
    ),
}

# --- A run ----------------------------------------------------------------------------------


@dataclass
class Outcome:
    """What came of a run.

    Attributes:
        ran: the city of each call of the tool, in order.
        requests: how often the API was asked.
    """

    ran: list[str] = field(default_factory=list)
    requests: list[Any] = field(default_factory=list)
    events: list[AgentEvent] = field(default_factory=list)

    @property
    def last(self) -> RunFinished:
        last = self.events[-1]
        assert isinstance(last, RunFinished)
        return last

    @property
    def text(self) -> str:
        return "".join(event.text for event in self.events if isinstance(event, TextDelta))

    @property
    def retries(self) -> list[str]:
        return [event.reason for event in self.events if isinstance(event, Retrying)]


Answer = bytes | Iterable[bytes | Exception]


class Body(httpx.AsyncByteStream):
    """A body of chunks, some of which may be what breaks it."""

    def __init__(self, answer: Answer) -> None:
        self.pieces = [answer] if isinstance(answer, bytes) else list(answer)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            if isinstance(piece, Exception):
                raise piece
            yield piece


RAN: ContextVar[list[str]] = ContextVar("RAN")  # what the tools of one run have done


@tool
def get_weather(city: str = "nowhere") -> str:
    """Look up the weather in a city."""
    RAN.get().append(city)
    return f"rain in {city}"


@tool
def get_time() -> str:
    """Tell the time."""
    RAN.get().append("time")
    return "noon"


async def play(provider: str, *answers: Answer, content_type: str = "text/event-stream") -> Outcome:
    """Run the agent against these answers; a plain one comes after the last."""
    outcome = Outcome()
    RAN.set(outcome.ran)
    left = list(answers)

    async def answer(request: httpx.Request) -> httpx.Response:
        outcome.requests.append(json.loads(request.content))
        if not left:
            headers = {"content-type": "text/event-stream"}
            return httpx.Response(200, headers=headers, stream=Body(PLAIN[provider]))
        return httpx.Response(200, headers={"content-type": content_type}, stream=Body(left.pop(0)))

    conversation = Conversation()
    conversation.say("Hi.")
    transport = httpx.MockTransport(answer)
    async with httpx.AsyncClient(transport=transport, base_url="http://any") as http:
        run = run_agent(
            http,
            conversation,
            model="m",
            tools=[get_weather, get_time],
            open_stream=PROVIDERS[provider],
            recovery=Recovery(attempts=3, first_wait=0, after_text="restart"),
        )
        outcome.events = [event async for event in run]
    return outcome


def run_play(provider: str, *answers: Answer, **options: Any) -> Outcome:
    return asyncio.run(play(provider, *answers, **options))


def cases(table: dict[str, Any]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", table.values(), ids=table)


# --- Calls of a chat completion -------------------------------------------------------------

ONE = {
    "without an id": [weather(index=0)],
    "an empty id": [weather(index=0, id="")],
    "a null id": [weather(index=0, id=None)],
    "an object for arguments": [weather({"city": "Lagos"}, index=0, id="a")],
    "no index": [weather('{"city"', id="a"), call(arguments=':"Lagos"}')],
    "an index that comes late": [weather('{"city"', id="a"), call(index=0, arguments=':"Lagos"}')],
    "an index that comes once": [weather('{"city"', index=0), call(arguments=':"Lagos"}')],
    "a name after its id": [call(index=0, id="a", arguments=""), weather(index=0)],
    "an id after its name": [weather("", index=0), call(index=0, id="a", arguments=LAGOS)],
    "arguments before the name": [
        call(index=0, id="a", arguments='{"ci'),
        weather('ty":"Lagos"}', index=0),
    ],
    "a name in pieces": [
        call(index=0, id="a", name="get_", arguments=""),
        call(index=0, name="weather", arguments=""),
        call(index=0, arguments=LAGOS),
    ],
    "a name that grows": [
        call(index=0, id="a", name="get"),
        call(index=0, id="a", name="get_weather", arguments=LAGOS),
    ],
    "name and id in each fragment": [
        weather('{"city"', index=0, id="a"),
        weather(':"La', index=0, id="a"),
        weather('gos"}', index=0, id="a"),
        weather("", index=0, id="a"),
    ],
    "a new id in each fragment": [
        weather("", index=0, id="a"),
        call(index=0, id="b", arguments='{"city"'),
        call(index=0, id="c", name=None, arguments=':"Lagos"}'),
        call(index=0, id="d", arguments=""),
    ],
    "a new id and the name in each fragment": [
        weather("", index=0, id="a"),
        weather('{"city"', index=0, id="b"),
        weather(':"Lagos"}', index=0, id="c"),
        weather("", index=0, id="d"),
    ],
    "null for what is empty": [
        weather(None, index=0, id="a"),
        call(index=0, id=None, name=None, arguments=None),
        call(index=0, id=None, name=None, arguments=LAGOS),
    ],
    "a fragment without a function": [
        {**weather(index=0, id="a")},
        chunk({"tool_calls": [{"index": 0}]}),
    ],
    "one call in place of a list": [
        chunk(
            {
                "tool_calls": {
                    "index": 0,
                    "id": "a",
                    "function": {"name": "get_weather", "arguments": LAGOS},
                }
            }
        )
    ],
    "the older form": [
        chunk({"function_call": {"name": "get_weather", "arguments": '{"city"'}}),
        chunk({"function_call": {"arguments": ':"Lagos"}'}}),
    ],
    "a message in place of a delta": [
        {
            "choices": [
                {
                    "message": {
                        "tool_calls": [
                            {"id": "a", "function": {"name": "get_weather", "arguments": LAGOS}}
                        ]
                    }
                }
            ]
        }
    ],
    "another choice beside it": [
        {
            "choices": [
                {"index": 0, "delta": weather(index=0)["choices"][0]["delta"]},
                {"index": 1, "delta": weather(OSLO, index=0)["choices"][0]["delta"]},
            ]
        }
    ],
}


FINISHES = ["tool_calls", "stop", "end_turn", "tool_use", "eos", "new"]


@pytest.mark.parametrize(("name", "finish"), sweep(product(ONE, FINISHES), first=2 * len(ONE)))
def test_one_call_runs_once_with_its_input(name: str, finish: str) -> None:
    outcome = run_play(CHAT, sse(*ONE[name], chunk({}, finish), END))
    assert (outcome.ran, outcome.text, outcome.last.error) == (["Lagos"], "done", None)
    turn, results = outcome.requests[1]["messages"][1:]
    assert turn["tool_calls"][0]["id"] == results["tool_call_id"] != ""


TWO = {
    "interleaved": [
        weather("", index=0, id="a"),
        weather("", index=1, id="b"),
        call(index=0, arguments='{"city":"La'),
        call(index=1, arguments='{"city":"Os'),
        call(index=0, arguments='gos"}'),
        call(index=1, arguments='lo"}'),
    ],
    "the same id": [weather(index=0, id="a"), weather(OSLO, index=1, id="a")],
    "no ids": [weather(index=0), weather(OSLO, index=1)],
    "no index, ids": [weather(id="a"), weather(OSLO, id="b")],
    "no index, the same id": [weather(id="a"), weather(OSLO, id="a")],
    "neither": [weather(), weather(OSLO)],
    "no index, interleaved by id": [
        weather("", id="a"),
        weather("", id="b"),
        call(id="a", arguments=LAGOS),
        call(id="b", arguments=OSLO),
    ],
    "one index for both": [weather(index=0, id="a"), weather(OSLO, index=0, id="b")],
    "one index, in fragments": [
        weather("", index=0, id="a"),
        call(index=0, arguments=LAGOS),
        weather("", index=0, id="b"),
        call(index=0, arguments=OSLO),
    ],
    "one index and no ids": [weather(index=0), weather(OSLO, index=0)],
    "indexes from one, with a gap": [weather(index=1, id="a"), weather(OSLO, index=3, id="b")],
    "in one chunk": [
        chunk(
            {
                "tool_calls": [
                    {"index": i, "function": {"name": "get_weather", "arguments": one}}
                    for i, one in enumerate((LAGOS, OSLO))
                ]
            }
        )
    ],
    "text between them": [
        weather('{"city":', index=0, id="a"),
        chunk({"content": "Hm."}),
        call(index=0, arguments='"Lagos"}'),
        weather(OSLO, index=1, id="b"),
    ],
}


@cases(TWO)
def test_two_calls_run_once_each(case: list[Event]) -> None:
    outcome = run_play(CHAT, sse(*case, chunk({}, "tool_calls"), END))
    assert (sorted(outcome.ran), outcome.last.error) == (["Lagos", "Oslo"], None)
    turn, *results = outcome.requests[1]["messages"][1:]
    ids = [one["id"] for one in turn["tool_calls"]]
    assert len(set(ids)) == 2
    assert ids == [result["tool_call_id"] for result in results]
    for made, result in zip(turn["tool_calls"], results, strict=True):
        city = json.loads(made["function"]["arguments"])["city"]
        assert result["content"] == f"rain in {city}"


def test_two_tools_without_arguments_in_one_index() -> None:
    calls = [call(index=0, name="get_time"), call(index=0, name="get_weather")]
    outcome = run_play(CHAT, sse(*calls, chunk({}, "tool_calls"), END))
    assert sorted(outcome.ran) == ["nowhere", "time"]


LATE = {
    "arguments": [
        weather('{"city"', index=0, id="a"),
        chunk({}, "tool_calls"),
        call(index=0, arguments=':"Lagos"}'),
    ],
    "all arguments": [
        weather("", index=0, id="a"),
        chunk({}, "tool_calls"),
        call(index=0, arguments=LAGOS),
    ],
    "a whole call": [chunk({"content": ""}, "stop"), weather(index=0, id="a")],
    "arguments behind the usage": [
        weather('{"city"', index=0, id="a"),
        chunk({}, "tool_calls", usage={"prompt_tokens": 1}),
        call(index=0, arguments=':"Lagos"}'),
    ],
    "no reason at all": [weather(index=0, id="a")],
    "an empty reason": [weather(index=0, id="a"), chunk({}, "")],
}


@cases(LATE)
def test_a_call_is_complete_at_the_end_of_the_stream(case: list[Event]) -> None:
    outcome = run_play(CHAT, sse(*case, END))
    assert (outcome.ran, outcome.text, outcome.last.error) == (["Lagos"], "done", None)


def test_text_behind_the_finish_is_shown() -> None:
    outcome = run_play(
        CHAT, sse(chunk({"content": "Hel"}), chunk({}, "stop"), chunk({"content": "lo"}), END)
    )
    assert (outcome.text, outcome.last.reason) == ("Hello", "end_turn")


@pytest.mark.parametrize("provider", [ANTHROPIC, CHAT])
@pytest.mark.parametrize("reason", ["max_tokens", "refusal", "model_context_window_exceeded"])
def test_nothing_runs_of_a_reply_that_was_cut_or_refused(provider: str, reason: str) -> None:
    words = {"max_tokens": "length", "refusal": "content_filter"}
    answer = {
        ANTHROPIC: sse(START, *tool_use(), end(reason), STOP),
        CHAT: sse(weather(index=0, id="a"), chunk({}, words.get(reason, "model_length")), END),
    }
    assert run_play(provider, answer[provider], answer[provider]).ran == []


@pytest.mark.parametrize("reason", ["end_turn", "stop_sequence", "tool_use", "eos"])
def test_a_whole_message_runs_its_calls(reason: str) -> None:
    outcome = run_play(
        ANTHROPIC, sse(START, *tool_use(), *tool_use(OSLO, 1, "b"), end(reason), STOP)
    )
    assert (sorted(outcome.ran), outcome.text) == (["Lagos", "Oslo"], "done")


def test_half_a_call_without_a_reason_is_asked_for_again() -> None:
    outcome = run_play(CHAT, sse(weather('{"city":"La', index=0, id="a"), END))
    assert (outcome.ran, len(outcome.retries), outcome.text) == ([], 1, "done")


SAME_ID = {
    ANTHROPIC: [sse(START, *tool_use(one, id="a"), end("tool_use"), STOP) for one in (LAGOS, OSLO)],
    CHAT: [sse(weather(one, index=0, id="a"), chunk({}, "stop"), END) for one in (LAGOS, OSLO)],
}


@pytest.mark.parametrize("provider", SAME_ID)
def test_an_id_may_come_again_in_a_later_turn(provider: str) -> None:
    outcome = run_play(provider, *SAME_ID[provider])
    assert outcome.ran == ["Lagos", "Oslo"]
    finished = [event.content for event in outcome.events if isinstance(event, ToolFinished)]
    assert finished == ["rain in Lagos", "rain in Oslo"]


@st.composite
def fragments(draw: st.DrawFn) -> tuple[list[str], list[Event]]:
    """Draw calls, cut into fragments that come in any order that keeps each call's own."""
    cities = draw(st.lists(st.text(min_size=1, max_size=5), min_size=1, max_size=4))
    with_id = draw(st.sampled_from(["each", "first", "none", "empty", "null", "same", "new"]))
    repeats_name = draw(st.booleans())
    lines: list[list[Event]] = []
    for index, city in enumerate(cities):
        whole = json.dumps({"city": city}, ensure_ascii=draw(st.booleans()))
        cuts = sorted(draw(st.lists(st.integers(1, len(whole) - 1), max_size=4)))
        line = []
        for number, (a, b) in enumerate(zip([0, *cuts], [*cuts, len(whole)], strict=True)):
            ids = {
                "each": f"id_{index}",
                "first": None if number else f"id_{index}",
                "empty": "",
                "same": "id",
                "new": f"id_{index}_{number}",
            }
            known = {} if with_id == "none" else {"id": ids.get(with_id)}
            named = {"name": "get_weather"} if repeats_name or not number else {}
            line.append(call(index=index, arguments=whole[a:b], **known, **named))
        lines.append(line)
    order = draw(st.permutations([index for index, line in enumerate(lines) for _ in line]))
    return cities, [lines[index].pop(0) for index in order]


@settings(max_examples=examples(60))
@given(fragments(), st.sampled_from(["tool_calls", "stop", "eos", None]), st.data())
def test_any_interleaving_of_fragments_gives_the_same_calls(
    drawn: tuple[list[str], list[Event]], finish: str | None, data: st.DataObject
) -> None:
    cities, chunks = drawn
    place = data.draw(st.integers(0, len(chunks)))
    stream = sse(*chunks[:place], b": alive\n\n", *chunks[place:], chunk({}, finish), END)
    outcome = run_play(CHAT, stream)
    assert sorted(outcome.ran) == sorted(cities)
    assert outcome.last.error is None


# --- What is a whole answer -----------------------------------------------------------------

ALIVE = {
    "an empty data line": b"data:\n\n",
    "a blank data line": b"data: \n\n",
    "a comment": b": OPENROUTER PROCESSING\n\n",
    "a ping without data": b"event: ping\n\n",
    "a ping with an empty data line": b"event: ping\ndata:\n\n",
    "a ping without a type": b"event: ping\ndata: {}\n\n",
    "a ping that is no JSON": b"event: ping\ndata: 2026-11-28\n\n",
    "another name for it": b"event: keepalive\ndata: keepalive\n\n",
    "an unknown field": b"foo: bar\n\n",
}
AROUND = {
    ANTHROPIC: ([START, *text("a")], [*text("b", 1), end(), STOP]),
    CHAT: ([chunk({"content": "a"})], [chunk({"content": "b"}), chunk({}, "stop"), END]),
    RESPONSES: (
        [CREATED, {"type": "response.output_text.delta", "delta": "a"}],
        [{"type": "response.output_text.delta", "delta": "b"}, COMPLETED],
    ),
}


@cases(ALIVE)
@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_sign_of_life_says_nothing(provider: str, case: bytes) -> None:
    before, after = AROUND[provider]
    outcome = run_play(provider, sse(case, *before, case, *after))
    assert (outcome.text, outcome.last.reason, len(outcome.requests)) == ("ab", "end_turn", 1)


WHOLE: dict[str, tuple[str, list[Event | bytes]]] = {
    "[DONE] in place of message_stop": (ANTHROPIC, [START, *text("a"), end(), END]),
    "[DONE] behind message_stop": (ANTHROPIC, [START, *text("a"), end(), STOP, END]),
    "neither": (ANTHROPIC, [START, *text("a"), end()]),
    "[DONE] behind a response": (RESPONSES, [CREATED, *AROUND[RESPONSES][0][1:], COMPLETED, END]),
    "no [DONE]": (CHAT, [chunk({"content": "a"}), chunk({}, "stop")]),
    "[DONE] without a reason": (CHAT, [chunk({"content": "a"}), END]),
    "message_start twice": (ANTHROPIC, [START, START, *text("a"), START, end(), STOP]),
    "a block's stop twice": (ANTHROPIC, [START, *text("a"), text("a")[-1], end(), STOP]),
    "a block's stop left out": (ANTHROPIC, [START, *text("a")[:-1], end(), STOP]),
    "a delta left out": (
        ANTHROPIC,
        [START, *text("a"), {"type": "message_delta", "usage": {}}, end(), STOP],
    ),
    "response.created left out": (RESPONSES, [*AROUND[RESPONSES][0][1:], COMPLETED]),
    "response.created twice": (RESPONSES, [CREATED, CREATED, *AROUND[RESPONSES][0][1:], COMPLETED]),
    "parts": (CHAT, [chunk({"content": [{"type": "text", "text": "a"}]}), chunk({}, "stop"), END]),
    "a part": (CHAT, [chunk({"content": {"type": "text", "text": "a"}}), chunk({}, "stop"), END]),
    "a first chunk without a choice": (
        CHAT,
        [{"id": "", "model": "", "choices": []}, chunk({"content": "a"}), chunk({}, "stop"), END],
    ),
}


@cases(WHOLE)
def test_a_whole_answer_is_taken_as_one(case: tuple[str, list[Event | bytes]]) -> None:
    provider, payloads = case
    outcome = run_play(provider, sse(*payloads))
    assert (outcome.text, outcome.last.reason, len(outcome.requests)) == ("a", "end_turn", 1)


def test_parts_that_are_thoughts_are_thinking() -> None:
    thought = {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}
    outcome = run_play(
        CHAT,
        sse(chunk({"content": [thought, {"type": "text", "text": "a"}]}), chunk({}, "stop"), END),
    )
    assert outcome.text == "a"


def bare(events: Iterable[Event], *names: str) -> list[Event]:
    """Leave out what is zero or empty, as servers in Go do."""
    return [
        {
            name: bare([value])[0] if isinstance(value, dict) else value
            for name, value in event.items()
            if value not in (0, "", None) and name not in names
        }
        for event in events
    ]


def test_what_is_zero_or_empty_may_be_left_out() -> None:
    thoughts = block(
        0,
        {"type": "thinking", "thinking": "", "signature": ""},
        {"type": "thinking_delta", "thinking": "Hm."},
        {"type": "signature_delta", "signature": ""},
    )
    empty = [{"type": "text_delta", "text": ""}, {"type": "text_delta", "text": "a"}]
    answer = [*thoughts, *block(1, {"type": "text", "text": ""}, *empty), end(), STOP]
    outcome = run_play(ANTHROPIC, sse(START, *bare(answer)))
    assert (outcome.text, outcome.last.error) == ("a", None)
    made = [tool_use("")[0], tool_use("")[1], *tool_use()[1:], end("tool_use"), STOP]
    assert run_play(ANTHROPIC, sse(START, *bare(made))).ran == ["Lagos"]


def test_a_type_that_only_the_name_of_the_event_tells() -> None:
    events = [START, *text("a"), end(), STOP]
    named = b"".join(
        f"event: {event['type']}\ndata: {json.dumps({**event, 'type': None})}\n\n".encode()
        for event in events
    )
    assert run_play(ANTHROPIC, named).text == "a"


BREAKS = {
    "a reset": httpx.ReadError(""),
    "a hang-up": httpx.RemoteProtocolError("peer closed connection"),
    "silence": httpx.ReadTimeout(""),
    "no JSON": b"data: <html>\n\n",
    "an error": b'event: error\ndata: {"type":"error","error":{"type":"overloaded_error"}}\n\n',
    "a line of error": b"error: too late\n\n",
    "a bare error": b'{"error": {"code": 500, "message": "too late"}}\n',
}
BEFORE_THE_BREAK = {
    ANTHROPIC: sse(START, *text("a"), end()),
    CHAT: sse(chunk({"content": "a"}), chunk({}, "stop")),
    RESPONSES: sse(CREATED, *AROUND[RESPONSES][0][1:], COMPLETED),
}


@cases(BREAKS)
@pytest.mark.parametrize("provider", PROVIDERS)
def test_what_breaks_behind_a_whole_answer_takes_nothing_away(
    provider: str, case: bytes | Exception
) -> None:
    for answer in ([BEFORE_THE_BREAK[provider], case], [BEFORE_THE_BREAK[provider] + END, case]):
        outcome = run_play(provider, answer)
        assert (outcome.text, outcome.last.reason, len(outcome.requests)) == ("a", "end_turn", 1)


@cases(BREAKS)
def test_what_breaks_before_that_is_named(case: bytes | Exception) -> None:
    outcome = run_play(ANTHROPIC, [sse(START, *text("a")), case])
    assert outcome.retries or outcome.last.error


# --- Errors ---------------------------------------------------------------------------------

RETRIED: list[Any] = [408, 409, 429, 500, 502, 503, 504, 529, "429", "503"]
RETRIED += ["rate_limit_exceeded", "server_is_overloaded", "rate_limit_error", "overloaded_error"]
GIVEN_UP: list[Any] = [400, 401, 402, 403, 404, 413, 422, "400", "invalid_api_key", "billing_error"]

SHAPES: dict[str, Callable[[Any], bytes]] = {
    "code": lambda code: sse({"error": {"code": code, "message": "Oh."}}),
    "choices too": lambda code: sse(
        {"choices": [], "error": {"code": code, "message": "Oh."}}, END
    ),
    "status": lambda code: sse({"error": {"status": code, "message": "Oh."}}),
    "a word and a code": lambda code: sse({"error": "Oh.", "code": code}),
    "flat": lambda code: sse({"object": "error", "message": "Oh.", "code": code}),
    "typed": lambda code: sse({"type": "error", "error": {"code": code, "message": "Oh."}}),
    "typed and flat": lambda code: sse({"type": "error", "code": code, "message": "Oh."}),
    "a named event": lambda code: b"event: error\n" + sse({"code": code, "message": "Oh."}),
    "a line": lambda code: f"error: {json.dumps({'code': code, 'message': 'Oh.'})}\n\n".encode(),
    "a line with an error": lambda code: (
        f"error: {json.dumps({'error': {'code': code, 'message': 'Oh.'}})}\n\n".encode()
    ),
    "bare": lambda code: json.dumps({"error": {"code": code, "message": "Oh."}}).encode(),
    "bare and pretty": lambda code: json.dumps(
        {"error": {"code": code, "message": "Oh."}}, indent=2
    ).encode(),
    "bare in a list": lambda code: (
        json.dumps([{"error": {"code": code, "message": "Oh."}}], indent=2).encode() + b"\n"
    ),
}


@pytest.mark.parametrize(
    ("provider", "shape"), sweep(product(PROVIDERS, SHAPES), first=len(SHAPES))
)
def test_an_error_is_told_and_retried_by_what_its_code_means(provider: str, shape: str) -> None:
    case = SHAPES[shape]
    for code in RETRIED:
        outcome = run_play(provider, case(code))
        assert (len(outcome.retries), outcome.text) == (1, "done"), code
        assert outcome.retries[0].endswith("in mid-stream: Oh.")
    for code in GIVEN_UP:
        outcome = run_play(provider, case(code))
        assert (outcome.retries, outcome.last.reason) == ([], "failed"), code
        assert str(outcome.last.error).endswith("in mid-stream: Oh.")


@pytest.mark.parametrize("shape", ["code", "choices too", "a line", "bare and pretty"])
@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_error_may_come_in_mid_answer(provider: str, shape: str) -> None:
    before, _ = AROUND[provider]
    outcome = run_play(provider, sse(*before) + SHAPES[shape](429))
    assert outcome.retries == ["rate_limit_error in mid-stream: Oh."]


@pytest.mark.parametrize("shape", ["bare", "bare and pretty", "bare in a list"])
@pytest.mark.parametrize("code", [429, 503, 400])
def test_an_error_may_be_the_json_of_a_200(shape: str, code: int) -> None:
    outcome = run_play(CHAT, SHAPES[shape](code), content_type="application/json; charset=utf-8")
    assert len(outcome.retries) == (code != 400)
    assert "Oh." in (outcome.retries or [str(outcome.last.error)])[0]


def test_words_alone_are_told_too() -> None:
    for answer in (b"event: error\ndata: Out of luck.\n\n", b"error: Out of luck.\n\n"):
        outcome = run_play(CHAT, answer)
        assert str(outcome.last.error) == "unknown_error in mid-stream: Out of luck."


NAMES = {
    "RateLimitError": "rate_limit_error",
    "InternalServerError": "api_error",
    "engine_overloaded_error": "overloaded_error",
    "ServiceUnavailable": "overloaded_error",
    "APITimeoutError": "timeout_error",
    "too_many_requests": "rate_limit_error",
    "insufficient_quota": "billing_error",
    "BadRequestError": "BadRequestError",
}


@pytest.mark.parametrize(("name", "type"), NAMES.items())
def test_other_names_of_errors(name: str, type: str) -> None:
    outcome = run_play(CHAT, *[sse({"error": {"type": name, "message": "Oh."}})] * 3)
    assert getattr(outcome.last.error, "type", "") == type


def test_an_error_is_one_sentence_however_long() -> None:
    outcome = run_play(CHAT, sse({"error": {"message": "Oh\n\n no. " * 1000, "code": 400}}))
    assert "\n" not in str(outcome.last.error) and len(str(outcome.last.error)) < 400


FAILED = ["error", "network_error", "insufficient_system_resource", "abort"]


@pytest.mark.parametrize("reason", FAILED)
@pytest.mark.parametrize("provider", [ANTHROPIC, CHAT])
def test_a_reason_to_stop_that_is_a_failure(provider: str, reason: str) -> None:
    answer = {
        ANTHROPIC: sse(START, *text("a"), end(reason), STOP),
        CHAT: sse(chunk({"content": "a"}), chunk({}, reason), END),
    }
    outcome = run_play(provider, answer[provider])
    assert outcome.last.reason == "end_turn"
    assert outcome.retries[0].endswith(f"the server stopped with {reason!r}")


@pytest.mark.parametrize("provider", [ANTHROPIC, CHAT])
def test_a_stop_for_a_tool_without_a_call_is_told_and_asked_again(provider: str) -> None:
    answer = {
        ANTHROPIC: sse(START, *text("a"), end("tool_use"), STOP),
        CHAT: sse(chunk({"content": "a"}), chunk({}, "tool_calls"), END),
    }
    why = "the model stopped to use a tool, but no call came"
    assert run_play(provider, answer[provider]).retries == [why]
    outcome = run_play(provider, *[answer[provider]] * 3)
    assert (outcome.last.reason, str(outcome.last.error)) == ("failed", why)


# --- Responses ------------------------------------------------------------------------------

MADE = {"type": "function_call", "call_id": "a", "name": "get_weather", "arguments": LAGOS}
MESSAGE = {"type": "message", "content": [{"type": "output_text", "text": "a"}]}


def response(type: str, **fields: Any) -> Event:
    return {"type": f"response.{type}", **fields}


TEXTS = {
    "deltas": [response("output_text.delta", output_index=0, content_index=0, delta="a")],
    "its end": [response("output_text.done", output_index=0, content_index=0, text="a")],
    "the part's end": [response("content_part.done", part={"type": "output_text", "text": "a"})],
    "the item's end": [response("output_item.done", output_index=0, item=MESSAGE)],
    "the response's end": [],
    "without indexes": [response("output_text.delta", delta="a")],
}
TEXTS["everything"] = [event for events in list(TEXTS.values())[:4] for event in events]


@cases(TEXTS)
@pytest.mark.parametrize("repeated", [True, False])
def test_a_text_is_told_once_wherever_it_stands(case: list[Event], repeated: bool) -> None:
    whole = {"id": "r", **({"output": [MESSAGE]} if repeated or not case else {})}
    outcome = run_play(RESPONSES, sse(CREATED, *case, response("completed", response=whole)))
    assert (outcome.text, outcome.last.error) == ("a", None)


def test_the_rest_of_a_text_may_come_with_its_end() -> None:
    events = [response("output_text.delta", delta="He"), response("output_text.done", text="Hello")]
    assert run_play(RESPONSES, sse(CREATED, *events, COMPLETED)).text == "Hello"


ADDED = response("output_item.added", output_index=0, item={**MADE, "arguments": ""})
ARGUED = response("function_call_arguments.delta", output_index=0, delta=LAGOS)
CALLS = {
    "deltas": [ADDED, ARGUED],
    "the arguments' end": [
        ADDED,
        response("function_call_arguments.done", output_index=0, arguments=LAGOS),
    ],
    "an object": [
        ADDED,
        response("function_call_arguments.done", output_index=0, arguments={"city": "Lagos"}),
    ],
    "the item's end": [response("output_item.done", output_index=0, item=MADE)],
    "its beginning": [response("output_item.added", output_index=0, item=MADE)],
    "its beginning, and deltas": [response("output_item.added", output_index=0, item=MADE), ARGUED],
    "a name at its end": [ARGUED, response("output_item.done", output_index=0, item=MADE)],
    "the response's end": [],
    "no id": [response("output_item.done", output_index=0, item={**MADE, "call_id": None})],
    "by the item's id": [
        response("output_item.added", item={**MADE, "id": "fc", "arguments": ""}),
        response("function_call_arguments.delta", item_id="fc", delta=LAGOS),
    ],
}


@cases(CALLS)
@pytest.mark.parametrize("repeated", [True, False])
def test_a_call_runs_once_wherever_it_stands(case: list[Event], repeated: bool) -> None:
    whole = {"id": "r", **({"output": [MADE]} if repeated or not case else {})}
    outcome = run_play(RESPONSES, sse(CREATED, *case, response("completed", response=whole)))
    assert (outcome.ran, outcome.text, outcome.last.error) == (["Lagos"], "done", None)


REFUSED = {"type": "refusal", "refusal": "I won't."}
REFUSALS = {
    "deltas": [response("refusal.delta", delta="I "), response("refusal.delta", delta="won't.")],
    "its end": [response("refusal.done", refusal="I won't.")],
    "the part's end": [response("content_part.done", part=REFUSED)],
    "the item's end": [
        response("output_item.done", item={"type": "message", "content": [REFUSED]})
    ],
    "the response's end": [],
}


@cases(REFUSALS)
def test_a_refusal_is_one_wherever_it_stands(case: list[Event]) -> None:
    whole = {"output": [{"type": "message", "content": [REFUSED]}]}
    outcome = run_play(RESPONSES, sse(CREATED, *case, response("completed", response=whole)))
    assert outcome.last.reason == "refusal"
    stopped = [event.message for event in outcome.events if hasattr(event, "message")][-1]
    assert stopped["stop_details"]["explanation"] == "I won't."


@pytest.mark.parametrize(
    "told",
    [
        response("failed", response={"error": {"code": "server_error", "message": "Oh."}}),
        response("completed", response={"error": {"code": 503, "message": "Oh."}}),
        response("failed", response={"error": {"code": 502, "message": "Oh."}}),
    ],
)
def test_a_response_that_failed_is_asked_for_again(told: Event) -> None:
    outcome = run_play(RESPONSES, sse(CREATED, told))
    assert (len(outcome.retries), outcome.text) == (1, "done")
    assert outcome.retries[0].endswith("Oh.")


def test_a_failure_without_a_word_is_one_all_the_same() -> None:
    for told in (response("failed"), response("failed", response={"error": None})):
        outcome = run_play(RESPONSES, sse(CREATED, told))
        assert (outcome.last.reason, len(outcome.requests)) == ("failed", 1)


# --- Usage ----------------------------------------------------------------------------------

COUNTS = {
    "prompt_tokens": 10,
    "completion_tokens": 3,
    "prompt_tokens_details": {"cached_tokens": 4},
}
PLACES: dict[str, list[Event]] = {
    "the last chunk": [chunk({}, "stop", usage=COUNTS)],
    "a chunk without choices": [chunk({}, "stop"), {"choices": [], "usage": COUNTS}],
    "a chunk with nothing else": [chunk({}, "stop"), {"usage": COUNTS}],
    "x_groq": [chunk({}, "stop", x_groq={"usage": COUNTS})],
    "the choice": [{"choices": [{"delta": {}, "finish_reason": "stop", "usage": COUNTS}]}],
    "every chunk": [
        chunk({"content": "!"}, usage={**COUNTS, "completion_tokens": 1}),
        chunk({}, "stop", usage={**COUNTS, "completion_tokens": 2}),
        {"choices": [], "usage": COUNTS},
    ],
    "before the end": [chunk({}, usage=COUNTS), chunk({}, "stop")],
}


@cases(PLACES)
def test_usage_counts_wherever_it_stands(case: list[Event]) -> None:
    outcome = run_play(CHAT, sse(chunk({"content": "a"}), *case, END))
    assert outcome.last.usage == {
        "input_tokens": 6,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 4,
        "output_tokens": 3,
    }


BESIDE = {
    "more than the prompt": {"prompt_tokens": 10, "prompt_tokens_details": {"cached_tokens": 1000}},
    "by the total": {
        "prompt_tokens": 10,
        "completion_tokens": 3,
        "total_tokens": 18,
        "prompt_tokens_details": {"cached_tokens": 5},
    },
}


@cases(BESIDE)
def test_what_is_counted_beside_the_prompt_is_not_taken_from_it(case: dict[str, Any]) -> None:
    outcome = run_play(CHAT, sse(chunk({"content": "a"}), chunk({}, "stop", usage=case), END))
    assert outcome.last.usage["input_tokens"] == 10


numbers = (
    st.integers(-(10**6), 10**6) | st.none() | st.booleans() | st.floats() | st.text(max_size=2)
)
FIELDS = [
    *("prompt_tokens", "completion_tokens", "total_tokens", "input_tokens", "output_tokens"),
    *("cached_tokens", "cache_write_tokens", "prompt_cache_hit_tokens", "cache_read_input_tokens"),
    *("cache_creation_input_tokens",),
]
some = st.dictionaries(st.sampled_from(FIELDS), numbers)
details = st.fixed_dictionaries(
    {}, optional={"prompt_tokens_details": some | numbers, "input_tokens_details": some | numbers}
)
counts = st.builds(lambda a, b: {**a, **b}, some, details)


@given(st.sampled_from([*PROVIDERS]), counts)
def test_no_usage_gives_a_figure_below_zero(provider: str, counted: dict[str, Any]) -> None:
    completed = response("completed", response={"usage": counted})
    answers = {
        ANTHROPIC: [START, *text("a"), end(usage=counted), STOP],
        CHAT: [chunk({"content": "a"}), chunk({}, "stop", usage=counted), END],
        RESPONSES: [*AROUND[RESPONSES][0], completed],
    }
    outcome = run_play(provider, sse(*answers[provider]))
    assert outcome.last.error is None
    assert all(count >= 0 for count in outcome.last.usage.values())


# --- Any chunking, and characters in halves ---------------------------------------------------

HALVES = block(
    0,
    {"type": "text", "text": "Hi \ud83d"},
    *[{"type": "text_delta", "text": piece} for piece in ("\ude00!", " \ud83d", "\ude01", "")],
)
STREAMS: dict[str, tuple[str, bytes]] = {
    "halves": (ANTHROPIC, sse(START, b": hi\n\n", *HALVES, b"data:\n\n", end(), END)),
    "calls": (CHAT, sse(*TWO["interleaved"], b": hi\n\n", chunk({}, "stop"), END)),
    "an error": (CHAT, sse(chunk({"content": "a"})) + SHAPES["bare and pretty"](400) + b"\n"),
    "a line": (RESPONSES, sse(CREATED) + SHAPES["a line"](400)),
}


async def read(provider: str, chunks: Iterable[bytes]) -> tuple[list[Event], str]:
    """Return the events of a stream but for pings, and how it ended."""
    headers = {"content-type": "text/event-stream"}
    transport = httpx.MockTransport(
        lambda _: httpx.Response(200, headers=headers, stream=Body(chunks))
    )
    request = {"model": "m", "messages": [{"role": "user", "content": "Hi."}]}
    events: list[Event] = []
    async with httpx.AsyncClient(transport=transport, base_url="http://any") as http:
        try:
            async with PROVIDERS[provider](http, request) as stream:
                events += [event async for event in stream if event["type"] != "ping"]
        except StreamError as error:
            return events, str(error)
    return events, ""


@settings(max_examples=examples(60))
@given(st.sampled_from([*STREAMS]), st.data())
def test_any_chunking_comes_to_the_same(name: str, data: st.DataObject) -> None:
    provider, stream = STREAMS[name]
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=12)))
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    chunks = [piece for piece in pieces if piece]
    assert asyncio.run(read(provider, chunks)) == asyncio.run(read(provider, [stream]))


def test_halves_are_joined_in_the_events_too() -> None:
    events, error = asyncio.run(read(*STREAMS["halves"][:1], [STREAMS["halves"][1]]))
    pieces = [event["delta"]["text"] for event in events if event["type"] == "content_block_delta"]
    assert ("".join(pieces), error) == ("Hi \U0001f600! \U0001f601", "")
    assert run_play(ANTHROPIC, STREAMS["halves"][1]).text == "Hi \U0001f600! \U0001f601"


def test_half_a_character_at_the_end_of_a_block_is_marked() -> None:
    assert run_play(ANTHROPIC, sse(START, *text("Hi \ud83d"), end(), STOP)).text == "Hi \ufffd"
