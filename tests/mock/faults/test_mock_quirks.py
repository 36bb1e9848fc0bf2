"""What other servers do differently, on each of the three APIs."""

import json
from collections.abc import Iterator
from itertools import pairwise, product
from typing import Any

import pytest
from exchange import HEADERS, WEATHER_TOOL, question
from hypothesis import example, given
from hypothesis import strategies as st

from helpers.mock.engine import MockAPI
from helpers.mock.faults import FAULTS, KINDS, QUIRKS, Fault, words
from helpers.mock.settings import Settings
from tests.sweeps import sweep

API = MockAPI()
TWO = "What's the weather in Oslo and Lima?"
WAVE = "👋"
FUNCTION = {
    "name": "get_weather",
    "description": WEATHER_TOOL["description"],
    "parameters": WEATHER_TOOL["input_schema"],
}
PATHS = {"messages": "/v1/messages", "chat": "/v1/chat/completions", "responses": "/v1/responses"}


def request(api: str, prompt: str, *, stream: bool = True) -> dict[str, Any]:
    said = [{"role": "user", "content": prompt}]
    match api:
        case "messages":
            return question(prompt, tools=[WEATHER_TOOL], stream=stream)
        case "chat":
            options = {"stream_options": {"include_usage": True}} if stream else {}
            tools = [{"type": "function", "function": FUNCTION}]
            return {"model": "gpt-4o", "messages": said, "tools": tools, "stream": stream} | options
    tools = [{"type": "function", **FUNCTION}]
    return {"model": "gpt-4o", "input": said, "tools": tools, "stream": stream}


def raw(api: str, prompt: str, fault: Any = None, *, stream: bool = True) -> list[bytes]:
    headers = HEADERS if api == "messages" else {"authorization": "Bearer any"}
    headers = headers | {"mock-settings": json.dumps({"fault": fault})}
    sent = json.dumps(request(api, prompt, stream=stream)).encode()
    plan = API.plan("POST", PATHS[api], headers, sent)
    assert plan.status == 200
    return [chunk.data for chunk in plan.chunks]


def events(api: str, prompt: str, fault: Any = None) -> list[dict[str, Any]]:
    found = []
    for data in raw(api, prompt, fault):
        for line in data.split(b"\n"):
            if line.startswith(b"data: {"):
                found.append(json.loads(line[6:]))
    return found


def fragments(api: str, prompt: str, fault: Any = None) -> list[dict[str, Any]]:
    """Return the fragments of tool calls in chat completions."""
    deltas = [choice["delta"] for one in events(api, prompt, fault) for choice in one["choices"]]
    return [call for delta in deltas for call in delta.get("tool_calls", [])]


def calls_of(api: str, fault: Any = None) -> dict[object, tuple[object, str, Any]]:
    """Return each call by its index: its id, its name, and its arguments as they came."""
    calls: dict[object, list[Any]] = {}
    for one in events(api, TWO, fault):
        match one:
            case {"choices": [{"delta": {"tool_calls": [call]}}, *_]}:
                known = calls.setdefault(call.get("index", 0), [None, "", ""])
                known[0] = call.get("id", known[0])
                known[1] += call["function"].get("name", "")
                given_ = call["function"].get("arguments", "")
                known[2] = given_ if isinstance(given_, dict) else known[2] + given_
            case {"type": "content_block_start", "content_block": {"type": "tool_use"} as block}:
                calls[one.get("index", 0)] = [block.get("id"), block["name"], block["input"] or ""]
            case {"delta": {"partial_json": piece}}:
                calls[one.get("index", 0)][2] += piece
            case {"type": "response.output_item.done", "item": {"type": "function_call"} as item}:
                place = one.get("output_index", 0)
                calls[place] = [item.get("call_id"), item["name"], item["arguments"]]
    return {place: (id, name, given_) for place, (id, name, given_) in calls.items()}


def inputs(calls: dict[object, tuple[object, str, Any]]) -> list[Any]:
    """Return names and inputs, whether these are text or objects."""
    return [
        (name, json.loads(given_) if isinstance(given_, str) else given_)
        for _, name, given_ in calls.values()
    ]


CALLS = [("get_weather", {"city": "Oslo"}), ("get_weather", {"city": "Lima"})]
ERRORS = [name for name in QUIRKS if name.startswith("error_")]
HARMLESS = [name for name in QUIRKS if name not in ERRORS]


SPLIT = [name for name in HARMLESS if name != "text_at_once"]


@pytest.mark.parametrize(("api", "quirk"), sweep(product(PATHS, SPLIT), first=len(SPLIT)))
def test_the_calls_stay_the_same(api: str, quirk: str) -> None:
    assert inputs(calls_of(api)) == CALLS
    assert inputs(calls_of(api, quirk)) == CALLS


ONLY_CHAT = {"ids_renewed", "late_names", "finish_early", "content_parts", "reasoning_content"}
NOT_RESPONSES = {"finish_stop", "finish_missing", "finish_unusual", "no_done"}
NOT_MESSAGES = {"cached_beside"}


def applies(quirk: str, api: str) -> bool:
    if quirk in ONLY_CHAT:
        return api == "chat"
    if quirk == "done_everywhere":
        return api != "chat"
    if quirk == "emoji_halves":
        return False  # these answers hold none
    return not (api == "responses" and quirk in NOT_RESPONSES) and not (
        api == "messages" and quirk in NOT_MESSAGES
    )


@pytest.mark.parametrize(("api", "quirk"), sweep(product(PATHS, QUIRKS), first=len(QUIRKS)))
def test_a_quirk_shows_where_it_has_a_place_and_nowhere_else(api: str, quirk: str) -> None:
    assert (raw(api, TWO, quirk) != raw(api, TWO)) == applies(quirk, api)
    assert raw(api, TWO, quirk, stream=False) == raw(api, TWO, stream=False)
    assert raw(api, TWO, quirk) == raw(api, TWO, quirk)


@pytest.mark.parametrize("api", PATHS)
def test_calls_come_in_turn(api: str) -> None:
    def order(fault: str | None) -> list[object]:
        found = []
        for one in events(api, TWO, fault):
            kind = str(one.get("type"))
            if api == "chat":
                delta = (one["choices"] or [{"delta": {}}])[0]["delta"]
                found += [call["index"] for call in delta.get("tool_calls", [])]
            elif "partial_json" in str(one) or "function_call_arguments.delta" in kind:
                found.append(one.get("index", one.get("output_index")))
        return found

    plain, mixed = order(None), order("interleaved_calls")
    assert sorted(map(str, plain)) == sorted(map(str, mixed)) and len(set(mixed)) == 2
    assert [a != b for a, b in pairwise(mixed)].count(True) > 2
    assert [a != b for a, b in pairwise(plain)].count(True) == 1
    numbers = [one["sequence_number"] for one in events(api, TWO) if "sequence_number" in one]
    assert numbers == list(range(len(numbers)))


@pytest.mark.parametrize("api", PATHS)
@pytest.mark.parametrize(
    ("quirk", "ids"),
    [("ids_missing", None), ("ids_null", None), ("ids_empty", ""), ("ids_repeated", "call_0")],
)
def test_ids_as_other_servers_have_them(api: str, quirk: str, ids: object) -> None:
    assert [id for id, _, _ in calls_of(api, quirk).values()] == [ids, ids]
    assert len({id for id, _, _ in calls_of(api).values()}) == 2


def test_an_id_in_each_fragment_and_a_name_after_its_id() -> None:
    found = [one["id"] for one in fragments("chat", TWO, "ids_renewed")]
    assert len(found) == len(set(found)) > 4
    late = fragments("chat", TWO, "late_names")
    assert ["name" in one["function"] for one in late[:2]] == [False, True]
    assert "id" in late[0] and "id" not in late[1]


@pytest.mark.parametrize("api", PATHS)
def test_arguments_as_an_object(api: str) -> None:
    assert all(isinstance(one, dict) for _, _, one in calls_of(api, "argument_objects").values())


@pytest.mark.parametrize(
    ("quirk", "chat", "messages"),
    [
        ("finish_stop", "stop", "end_turn"),
        ("finish_missing", None, None),
        ("finish_unusual", "eos", "eos"),
    ],
)
def test_the_reason_for_the_end(quirk: str, chat: object, messages: object) -> None:
    finish = [one["choices"][0]["finish_reason"] for one in events("chat", TWO, quirk)[:-1]]
    assert finish[-1] == chat
    (delta,) = [one for one in events("messages", TWO, quirk) if one["type"] == "message_delta"]
    assert delta["delta"]["stop_reason"] == messages


def test_the_end_of_a_stream() -> None:
    assert raw("chat", TWO)[-1] == b"data: [DONE]\n\n" != raw("chat", TWO, "no_done")[-1]
    assert events("messages", TWO, "no_done")[-1]["type"] == "message_delta"
    for api in PATHS:
        assert raw(api, TWO, "done_everywhere")[-1] == b"data: [DONE]\n\n"
    kinds = [one["choices"][0] for one in events("chat", TWO, "finish_early") if one["choices"]]
    assert kinds[-2]["finish_reason"] == "tool_calls" and kinds[-1]["delta"]["tool_calls"]


@pytest.mark.parametrize("api", PATHS)
@pytest.mark.parametrize(
    ("quirk", "sign"),
    [
        ("empty_data", b"data:\n\n"),
        ("bare_ping", b"event: ping\ndata: \n\n"),
        ("bare_ping", b"event: ping\n\n"),
        ("bare_ping", b"event: ping\ndata: ping\n\n"),
        ("comments", b": keep-alive\n\n"),
    ],
)
def test_signs_of_life(api: str, quirk: str, sign: bytes) -> None:
    assert sign in raw(api, TWO, quirk)
    assert events(api, TWO, quirk) == events(api, TWO)


@pytest.mark.parametrize("api", PATHS)
def test_a_start_that_comes_twice(api: str) -> None:
    assert raw(api, TWO, "start_twice") == [raw(api, TWO)[0], *raw(api, TWO)]


@pytest.mark.parametrize("api", PATHS)
def test_text_that_comes_at_once(api: str) -> None:
    prompt, told = "Count to three.", "One, two, three."
    found = events(api, prompt, "text_at_once")
    assert "".join(text_in(found)) == told
    assert len(list(text_in(found))) == 1


def text_in(found: list[dict[str, Any]]) -> Iterator[str]:
    for one in found:
        match one:
            case {"choices": [{"delta": {"content": str() as text}}, *_]} if text:
                yield text
            case {"content_block": {"text": text}} if text:
                yield text
            case {"type": "response.output_text.done", "text": text}:
                yield text
            case {"delta": {"text": text}}:
                yield text


def test_content_in_parts_and_thoughts_in_a_field() -> None:
    found = [one["choices"][0]["delta"] for one in events("chat", TWO, "content_parts")[:-1]]
    parts = [part for delta in found if delta.get("content") for part in delta["content"]]
    assert parts and all(part["type"] == "text" for part in parts)
    thought = [one["choices"][0]["delta"] for one in events("chat", TWO, "reasoning_content")[:-1]]
    told = "".join(delta.get("reasoning_content", "") for delta in thought)
    assert told == "Let me think about that."


def test_usage_in_other_places() -> None:
    chat = events("chat", TWO, "usage_elsewhere")
    assert "usage" not in chat[-1] and chat[-1]["choices"][0]["usage"]["prompt_tokens"]
    assert events("messages", TWO, "usage_elsewhere")[-2]["delta"]["usage"]["output_tokens"]
    assert events("responses", TWO, "usage_elsewhere")[-1]["usage"]["output_tokens"]
    for api in PATHS:
        told = json.dumps(events(api, TWO, "usage_missing"))
        assert '"usage": {' not in told and '"usage": null' in told
    usage = events("chat", TWO, "cached_beside")[-1]["usage"]
    assert usage["prompt_tokens_details"]["cached_tokens"] > usage["prompt_tokens"]


@pytest.mark.parametrize("api", PATHS)
def test_an_index_of_zero_is_left_out(api: str) -> None:
    told = json.dumps(events(api, TWO, "index_missing"))
    assert '"index": 0' not in told and '_index": 0' not in told


@pytest.mark.parametrize("api", PATHS)
def test_an_emoji_in_halves(api: str) -> None:
    prompt = f"What's in {WAVE} and {WAVE}?"  # the answer repeats it
    halves = b"".join(raw(api, prompt, "emoji_halves"))
    assert b"\\ud83d" in halves and b"\\udc4b" in halves
    found = events(api, prompt, "emoji_halves")
    pieces = []
    for one in found:
        delta = (one.get("choices") or [one])[0].get("delta")
        plain = isinstance(delta, dict)
        pieces.append(delta.get("text") or delta.get("content") if plain else delta)
    text = "".join(piece or "" for piece in pieces)
    assert WAVE in text.encode("utf-16", "surrogatepass").decode("utf-16")
    assert WAVE not in text


@pytest.mark.parametrize("api", PATHS)
@pytest.mark.parametrize("status", [429, 502])
def test_errors_with_a_number(api: str, status: int) -> None:
    struck = {"kind": "error_number", "status": status, "at_event": 3, "message": "Try later"}
    (*_, last) = events(api, TWO, struck)
    told = last.get("error", last)
    assert (told["code"], told["message"]) == (status, "Try later")
    assert len(raw(api, TWO, struck)) == 4
    line = raw(api, TWO, {"kind": "error_line", "status": status})[-1]
    assert line.startswith(b"error: {") and str(status).encode() in line
    bare = raw(api, TWO, {"kind": "error_bare", "status": status})[-1]
    assert json.loads(bare)["error"]["code"] == status


# The list


def test_each_quirk_is_in_the_list_and_says_what_it_does() -> None:
    for name in QUIRKS:
        assert name in KINDS and name in FAULTS
        assert words(Fault(name)).endswith(".") and len(words(Fault(name))) < 80
        assert Settings.from_json({"fault": name}).fault == name


@example(["index_missing", "late_names"], "chat", TWO, [])
@example(["index_missing", "argument_objects"], "chat", TWO, [])
@given(
    quirks=st.lists(st.sampled_from(sorted(QUIRKS)), min_size=1, max_size=4, unique=True),
    api=st.sampled_from(sorted(PATHS)),
    prompt=st.sampled_from(
        [TWO, "Count to three.", f"{WAVE}", "Write a short guide into guide.md"]
    ),
    other=st.sampled_from([[], ["crlf"], ["malformed"], ["cut"], ["reset"], ["pings"], ["529"]]),
)
def test_quirks_go_together(quirks: list[str], api: str, prompt: str, other: list[str]) -> None:
    headers = HEADERS if api == "messages" else {"authorization": "Bearer any"}
    headers = headers | {"mock-settings": json.dumps({"fault": [*quirks, *other]})}
    plan = API.plan("POST", PATHS[api], headers, json.dumps(request(api, prompt)).encode())
    try:
        told = b"".join(chunk.data for chunk in plan.chunks)
    except ConnectionResetError:
        return
    assert told
