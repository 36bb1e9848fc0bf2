"""Each content block, byte by byte where it matters: how it opens, fills, and stops."""

import json
from typing import Any

import pytest
from exchange import HEADERS, question, read_events

from helpers.mock.engine import MockAPI
from helpers.mock.messages import message
from helpers.mock.plan import TimedBytes
from helpers.mock.rules import signing
from helpers.mock.script import Scenario, Turn
from helpers.mock.script.parts import (
    Page,
    Part,
    RedactedThinking,
    SearchResults,
    ServerToolUse,
    Stop,
    Text,
    Thinking,
    ToolUse,
    Whole,
)
from helpers.mock.settings import Pace, Settings

SEARCH: Any = {"type": "web_search_20260318", "name": "web_search"}
WRITE: Any = {"name": "write", "input_schema": {"type": "object"}}
EVEN = Settings(Pace(first_token=1, tokens_per_second=10, jitter=0))
PAGE = Page(
    "A page", "https://example.org", "Ten words about how blocks are told apart.", "May 2026"
)


def chunks(content: list[Part], **request: Any) -> list[TimedBytes]:
    turn = Turn(tuple(content), tuple(content))
    api = MockAPI(EVEN, [Scenario("say", "say", (frozenset({"say"}),), (turn,), ())])
    sent = {"tools": [SEARCH, WRITE], "stream": True} | request
    plan = api.plan("POST", "/v1/messages", HEADERS, json.dumps(question("say", **sent)).encode())
    found = list(plan.chunks)
    assert plan.status == 200, found
    return found


def events(content: list[Part], **request: Any) -> list[dict[str, Any]]:
    return read_events(b"".join(chunk.data for chunk in chunks(content, **request)))


def of_block(found: list[dict[str, Any]], index: int) -> list[dict[str, Any]]:
    """Return what a block opens with, and its deltas."""
    shown = [event for event in found if event.get("index") == index]
    assert [shown[0]["type"], shown[-1]["type"]] == ["content_block_start", "content_block_stop"]
    return [shown[0]["content_block"], *(event["delta"] for event in shown[1:-1])]


def end(found: list[dict[str, Any]]) -> dict[str, Any]:
    assert [event["type"] for event in found[-2:]] == ["message_delta", "message_stop"]
    return found[-2]


def thinking(display: str | None = None) -> dict[str, Any]:
    more = {"display": display} if display else {}
    return {"thinking": {"type": "adaptive"} | more}


THOUGHT: list[Part] = [Thinking("Let me see."), Text("Yes.")]


def test_summarized_thinking_ends_with_one_signature() -> None:
    found = events(THOUGHT, **thinking("summarized"))
    opening, *deltas, last = of_block(found, 0)
    assert opening == {"type": "thinking", "thinking": "", "signature": ""}
    assert {delta["type"] for delta in deltas} == {"thinking_delta"}
    assert "".join(delta["thinking"] for delta in deltas) == "Let me see."
    assert len(deltas) > 1
    assert last["type"] == "signature_delta"
    block = {"type": "thinking", "thinking": "Let me see.", "signature": last["signature"]}
    assert signing.is_valid(block)
    assert not signing.is_valid(block | {"thinking": "Let me see!"})


@pytest.mark.parametrize("asked", [thinking(), thinking("omitted")])
def test_omitted_thinking_is_one_empty_delta_and_a_signature(asked: dict[str, Any]) -> None:
    found = events(THOUGHT, **asked)
    _, empty, last = of_block(found, 0)
    assert empty == {"type": "thinking_delta", "thinking": ""}
    assert signing.is_valid({"type": "thinking", "thinking": "", **last})
    assert of_block(found, 1)[0] == {"type": "text", "text": ""}


def test_omitted_thinking_takes_its_time_and_its_tokens() -> None:
    sent = chunks(THOUGHT, **thinking("omitted"))
    times = {json.loads(chunk.data.split(b"data: ")[1])["type"]: chunk.at for chunk in sent[:5]}
    assert times["content_block_start"] == 1
    assert times["content_block_delta"] == pytest.approx(1.4)  # the signature: four tokens later
    usage = end(events(THOUGHT, **thinking("omitted")))["usage"]
    assert usage["output_tokens_details"] == {"thinking_tokens": 4}
    assert usage["output_tokens"] == 4 + 2


@pytest.mark.parametrize(
    ("model", "asked", "shown"),
    [
        ("offline-mock", {}, None),
        ("offline-mock", {"type": "disabled"}, None),
        ("offline-mock", {"type": "adaptive"}, ""),
        ("claude-sonnet-5-5", {}, None),
        ("claude-sonnet-5-5", {"type": "adaptive", "display": "summarized"}, "Let me see."),
        ("claude-opus-5-5", {}, ""),  # thinks, asked or not
        ("claude-fable-5-2", {"type": "adaptive"}, ""),
        ("claude-opus-4-7", {"type": "adaptive"}, ""),
        ("claude-opus-4-6", {"type": "adaptive"}, "Let me see."),
        ("claude-haiku-4-5", {"type": "enabled", "budget_tokens": 1024}, "Let me see."),
        ("claude-haiku-4-5-20251001", {"type": "enabled", "budget_tokens": 1024}, "Let me see."),
        (
            "claude-haiku-4-5",
            {"type": "enabled", "budget_tokens": 1024, "display": "omitted"},
            "",
        ),
    ],
)
def test_thinking_shows_as_the_model_and_the_request_say(
    model: str, asked: dict[str, Any], shown: str | None
) -> None:
    request = question("say", model=model) | ({"thinking": asked} if asked else {})
    reply = message.to_json(message.compose(THOUGHT, request, "any"))
    found = [block["thinking"] for block in reply["content"] if block["type"] == "thinking"]
    assert found == ([] if shown is None else [shown])


def test_thinking_between_tools_comes_after_a_result() -> None:
    request = question("say", thinking={"type": "between_tools"})
    assert len(message.compose(THOUGHT, request, "any").blocks) == 1
    result = {"type": "tool_result", "tool_use_id": "toolu_1"}
    request["messages"] += [{"role": "user", "content": [result]}]
    assert len(message.compose(THOUGHT, request, "any").blocks) == 2


def test_thinking_that_max_tokens_cuts_is_signed_all_the_same() -> None:
    found = events(THOUGHT, max_tokens=2, **thinking("summarized"))
    *_, first, second, last = of_block(found, 0)
    assert first["thinking"] + second["thinking"] == "Let me"
    assert signing.is_valid({"type": "thinking", "thinking": "Let me", **last})
    assert end(found)["delta"]["stop_reason"] == "max_tokens"


def test_redacted_thinking_is_all_in_its_opening() -> None:
    found = events([RedactedThinking("Nobody reads this."), Text("Yes.")], **thinking())
    (opening,) = of_block(found, 0)
    assert signing.is_valid(opening)
    assert opening["data"].startswith("E")
    assert end(found)["usage"]["output_tokens_details"]["thinking_tokens"] > 2
    assert of_block(events([RedactedThinking("Nobody."), Text("Yes.")]), 0)[0]["type"] == "text"


def test_a_tool_call_after_thinking_is_tied_to_it() -> None:
    content: list[Part] = [Thinking("Let me see."), ToolUse("write", {"a": 1})]
    found = events(content, **thinking())
    signature = of_block(found, 0)[-1]["signature"]
    assert signing.is_tied_to(of_block(found, 1)[0]["id"], [signature])


CITATION = {
    "type": "web_search_result_location",
    "url": "https://example.org",
    "title": "A page",
    "cited_text": "Ten words",
}


def test_citations_come_before_the_text_they_belong_to() -> None:
    found = events([Text("It has ten words.", (CITATION, CITATION)), Text("Indeed.")])
    opening, one, two, *rest = of_block(found, 0)
    assert opening == {"citations": [], "type": "text", "text": ""}
    assert one["type"] == two["type"] == "citations_delta"
    assert one["citation"].pop("encrypted_index")
    assert one["citation"] == CITATION
    assert {delta["type"] for delta in rest} == {"text_delta"}
    assert of_block(found, 1)[0] == {"type": "text", "text": ""}


def test_several_tools_are_called_in_one_answer() -> None:
    found = events([ToolUse("write", {"path": "a"}), ToolUse("write", {"path": "b"})])
    ids = {of_block(found, index)[0]["id"] for index in (0, 1)}
    assert len(ids) == 2
    assert all(one.startswith("toolu_01") for one in ids)
    assert end(found)["delta"]["stop_reason"] == "tool_use"


LONG: Any = {"path": "notes.md", "content": "one line, and then another one\n" * 4}


def test_the_pieces_of_a_value_leave_together_when_it_is_complete() -> None:
    sent = chunks([ToolUse("write", LONG)])
    times: dict[float, str] = {}
    for chunk in sent:
        event = json.loads(chunk.data.split(b"data: ")[1])
        if event["type"] == "content_block_delta":
            times[chunk.at] = times.get(chunk.at, "") + event["delta"]["partial_json"]
    bursts = [text for text in times.values() if text]
    assert "".join(bursts) == json.dumps(LONG)
    assert len(bursts) == 2
    assert bursts[0].startswith('{"path": "notes.md"')
    assert sent[-1].at == pytest.approx(max(times) + 0.1)


def test_an_eager_tool_gets_each_piece_as_it_is_written() -> None:
    sent = chunks([ToolUse("write", LONG)], tools=[WRITE | {"eager_input_streaming": True}])
    deltas = [chunk.at for chunk in sent if b"partial_json" in chunk.data]
    assert deltas[0] == deltas[1] == 1
    assert len(set(deltas)) == len(deltas) - 1


@pytest.mark.parametrize("max_tokens", range(1, 20))
def test_an_eager_input_is_cut_anywhere(max_tokens: int) -> None:
    eager = {"tools": [WRITE | {"eager_input_streaming": True}]}
    found = events([ToolUse("write", LONG)], max_tokens=max_tokens, **eager)
    fragments = [delta["partial_json"] for delta in of_block(found, 0)[1:]]
    assert fragments[0] == ""
    assert len(fragments) == max_tokens + 1
    assert json.dumps(LONG).startswith("".join(fragments))
    assert end(found)["delta"]["stop_reason"] == "max_tokens"


@pytest.mark.parametrize(
    ("own", "is_eager"), [({}, True), ({"eager_input_streaming": False}, False)]
)
def test_the_beta_header_makes_tools_eager_that_say_nothing_else(
    own: dict[str, Any], is_eager: bool
) -> None:
    content = (ToolUse("write", LONG),)
    scenario = Scenario(
        "say", "say", (frozenset({"say"}),), (Turn(content, content),), (Stop("x"),)
    )
    headers = HEADERS | {"anthropic-beta": "fine-grained-tool-streaming-2025-05-14"}
    request = question("say", tools=[WRITE | own], stream=True, max_tokens=4)
    sent = json.dumps(request).encode()
    plan = MockAPI(EVEN, [scenario]).plan("POST", "/v1/messages", headers, sent)
    found = read_events(b"".join(chunk.data for chunk in plan.chunks))
    joined = "".join(delta["partial_json"] for delta in of_block(found, 0)[1:])
    assert (joined not in ("", '{"path": "notes.md"')) == is_eager


def test_no_arguments_are_one_empty_fragment_also_for_an_eager_tool() -> None:
    found = events([ToolUse("write", {})], tools=[WRITE | {"eager_input_streaming": True}])
    assert of_block(found, 0)[1:] == [{"type": "input_json_delta", "partial_json": ""}]


def test_a_web_search_streams_its_query_and_holds_its_results_in_the_opening() -> None:
    content: list[Part] = [
        ServerToolUse("web_search", {"query": "blocks"}),
        SearchResults((PAGE,)),
        Text("Yes."),
    ]
    found = events(content)
    call, empty, *fragments = of_block(found, 0)
    assert call["type"] == "server_tool_use"
    assert call["id"].startswith("srvtoolu_01")
    assert call["input"] == {}
    assert empty["partial_json"] == ""
    assert json.loads("".join(f["partial_json"] for f in fragments)) == {"query": "blocks"}
    (result,) = of_block(found, 1)
    (page,) = result.pop("content")
    assert result == {
        "type": "web_search_tool_result",
        "tool_use_id": call["id"],
        "caller": {"type": "direct"},
    }
    assert len(page.pop("encrypted_content")) > len(PAGE.text)
    assert page == {
        "type": "web_search_result",
        "title": "A page",
        "url": "https://example.org",
        "page_age": "May 2026",
    }
    usage = end(found)["usage"]
    assert usage["server_tool_use"] == {"web_search_requests": 1, "web_fetch_requests": 0}
    at_start = found[0]["message"]["usage"]
    assert usage["input_tokens"] > at_start["input_tokens"] + 10
    assert end(found)["delta"]["stop_reason"] == "end_turn"


def test_a_search_that_failed_says_why() -> None:
    content: list[Part] = [ServerToolUse("web_search", {}), SearchResults(error="unavailable")]
    (result,) = of_block(events(content), 1)
    error = {"type": "web_search_tool_result_error", "error_code": "unavailable"}
    assert result["content"] == error


def test_a_search_that_max_tokens_cuts_is_not_made() -> None:
    content: list[Part] = [ServerToolUse("web_search", {"query": "blocks"}), SearchResults((PAGE,))]
    found = events(content, max_tokens=1)
    assert "server_tool_use" not in end(found)["usage"]
    assert [event["index"] for event in found if "index" in event] == [0, 0, 0]


def test_a_paused_search_gets_its_results_in_the_next_answer() -> None:
    first = [ServerToolUse("web_search", {"query": "blocks"}), Stop("pause_turn")]
    request = question("say", tools=[SEARCH])
    paused = message.to_json(message.compose(first, request, "any"))
    assert (paused["stop_reason"], paused["stop_details"]) == ("pause_turn", None)
    request["messages"] += [{"role": "assistant", "content": paused["content"]}]
    resumed = message.to_json(message.compose([SearchResults((PAGE,))], request, "any"))
    assert resumed["content"][0]["tool_use_id"] == paused["content"][0]["id"]


def test_a_refusal_in_mid_stream_gives_its_details() -> None:
    details = {"type": "refusal", "category": "cyber", "explanation": None}
    found = events([Text("Here is how"), Stop("refusal", details)])
    assert end(found)["delta"] == {
        "stop_reason": "refusal",
        "stop_sequence": None,
        "stop_details": details,
    }


def test_a_refusal_before_the_first_word_has_no_content() -> None:
    found = events([Stop("refusal", {"type": "refusal", "category": None, "explanation": None})])
    assert [event["type"] for event in found] == ["message_start", "message_delta", "message_stop"]


def test_a_full_context_window_ends_the_answer() -> None:
    request = question("word " * 199_990, model="claude-haiku-4-5", max_tokens=1000)
    reply = message.compose([Text("One, two, three.")], request, "any")
    assert reply.stop_reason == "model_context_window_exceeded"
    assert reply.prompt.total + reply.output_tokens == 200_000


def test_any_other_block_is_sent_whole() -> None:
    block = {"type": "container_upload", "file_id": "file_1"}
    assert of_block(events([Whole(block)]), 0) == [block]
