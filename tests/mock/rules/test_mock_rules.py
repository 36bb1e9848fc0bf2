"""A wrong request gets the status, the error type and the words that the API gives."""

import http.client
import json
import re
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import pytest
from exchange import HEADERS, WEATHER_TOOL, body, question
from hypothesis import given
from hypothesis import strategies as st

from helpers.mock.engine import MockAPI
from helpers.mock.rules import models as facts
from helpers.mock.rules import signing
from helpers.mock.server import MockServer

API = MockAPI()
INVALID = "invalid_request_error"
GOOD = question("Hi")
NO_KEY = {"anthropic-version": "2026-10-21"}
OLD = {"anthropic-version": "2023-06-01"}
THREADS = {"anthropic-beta": "message-threads-2026-08-12"}


def exchange(
    server: MockServer, data: bytes, headers: dict[str, str] = HEADERS, **more: Any
) -> tuple[int, dict[str, Any]]:
    """Send bytes through a socket, return status and answer; an error must have its frame."""
    connection = http.client.HTTPConnection(urlsplit(server.base_url).netloc, timeout=60)
    try:
        method, path = more.get("method", "POST"), more.get("path", "/v1/messages")
        connection.request(method, path, data, headers)
        response = connection.getresponse()
        answer = json.load(response)
        request_id = response.headers["request-id"]
    finally:
        connection.close()
    if response.status != 200:
        assert answer.keys() == {"type", "error", "request_id"}
        assert answer["type"] == "error"
        assert answer["request_id"] == request_id
        assert re.fullmatch(r"req_011C[0-9A-Za-z]{20}", request_id)
        assert response.headers["x-should-retry"] == "false"
    return response.status, answer


def ask_with(server: MockServer, change: dict[str, Any], **headers: str) -> tuple[int, str, str]:
    """Return status, error type and message for a good request with a change; `...` removes."""
    request = {name: value for name, value in (GOOD | change).items() if value is not ...}
    status, answer = exchange(server, json.dumps(request).encode(), HEADERS | headers)
    error = answer.get("error", {"type": "", "message": ""})
    return status, error["type"], error["message"]


def user(*blocks: Any) -> dict[str, Any]:
    return {"role": "user", "content": list(blocks)}


def assistant(*blocks: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": list(blocks)}


def text(words: str = "Hi", **more: Any) -> dict[str, Any]:
    return {"type": "text", "text": words} | more


def call(id: str = "toolu_1", **more: Any) -> dict[str, Any]:
    return {"type": "tool_use", "id": id, "name": "get_weather", "input": {}} | more


def result(id: str = "toolu_1", **more: Any) -> dict[str, Any]:
    return {"type": "tool_result", "tool_use_id": id, "content": "31 °C"} | more


def search(id: str = "srvtoolu_1") -> dict[str, Any]:
    return {"type": "server_tool_use", "id": id, "name": "web_search", "input": {}}


def make_search_result(id: str = "srvtoolu_1") -> dict[str, Any]:
    return {"type": "web_search_tool_result", "tool_use_id": id, "content": []}


DOCUMENT = {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "x"}}
HI = user(text())
NOT_ANSWERED = (
    "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: {}. "
    "Each `tool_use` block must have a corresponding `tool_result` block in the next message."
)
NOT_CALLED = (
    "messages.{}: unexpected `tool_use_id` found in `tool_result` blocks: {}. Each `tool_result` "
    "block must have a corresponding `tool_use` block in the previous message."
)
NOT_SERVED = (
    "messages.1: `web_search` tool use with id `srvtoolu_1` was found without a corresponding "
    "`web_search_tool_result` block"
)
PREFILL = (
    "This model does not support assistant message prefill. The conversation must end with a user "
    "message."
)
ENABLED = (
    '"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and '
    '"output_config.effort" to control thinking behavior.'
)
DISABLED = ENABLED.replace("enabled", "disabled")
FORCED = 'tool_choice: type "tool" and "any" are not supported for this model.'
PATTERN = "String should match pattern '^[a-zA-Z0-9_-]{1,128}$'"
BLOCKS = (
    "'text', 'image', 'document', 'search_result', 'thinking', 'redacted_thinking', 'tool_use', "
    "'tool_result', 'server_tool_use', 'web_search_tool_result', 'web_fetch_tool_result', "
    "'code_execution_tool_result', 'bash_code_execution_tool_result', "
    "'text_editor_code_execution_tool_result', 'tool_search_tool_result', 'container_upload'"
)
WANTS_SYSTEM = (
    'messages: Unexpected role "system". The Messages API accepts a top-level `system` parameter, '
    'not "system" as an input message role.'
)

FIELDS: dict[str, tuple[Any, str]] = {
    "no max_tokens": ({"max_tokens": ...}, "max_tokens: Field required"),
    "max_tokens in quotes": (
        {"max_tokens": "10"},
        "max_tokens: Input should be a valid integer",
    ),
    "max_tokens true": ({"max_tokens": True}, "max_tokens: Input should be a valid integer"),
    "max_tokens zero": (
        {"max_tokens": 0},
        "max_tokens: Input should be greater than or equal to 1",
    ),
    "max_tokens over the model's": (
        {"max_tokens": 64_001, "model": "claude-haiku-4-5"},
        "max_tokens: 64001 > 64000, which is the maximum allowed number of output tokens for "
        "claude-haiku-4-5",
    ),
    "no model": ({"model": ...}, "model: Field required"),
    "model a number": ({"model": 5}, "model: Input should be a valid string"),
    "no messages": ({"messages": ...}, "messages: Field required"),
    "messages a text": ({"messages": "Hi"}, "messages: Input should be a valid list"),
    "messages empty": ({"messages": []}, "messages: at least one message is required"),
    "stream a text": ({"stream": "yes"}, "stream: Input should be a valid boolean"),
    "stop_sequences a text": (
        {"stop_sequences": "x"},
        "stop_sequences: Input should be a valid list",
    ),
    "stop sequence blank": (
        {"stop_sequences": [" "]},
        "stop_sequences: each stop sequence must contain non-whitespace",
    ),
    "unknown field": ({"prompt": "Hi"}, "prompt: Extra inputs are not permitted"),
    "temperature": ({"temperature": 1.0}, "temperature: Extra inputs are not permitted"),
    "top_p": ({"top_p": 1}, "top_p: Extra inputs are not permitted"),
    "top_k": ({"top_k": 40}, "top_k: Extra inputs are not permitted"),
    "thread without its beta": (
        {"thread": {"type": "create"}},
        "thread: Extra inputs are not permitted",
    ),
    "system a number": ({"system": 5}, "system: Input should be a valid list"),
    "system with an image": (
        {"system": [{"type": "image"}]},
        "system.0: Input tag 'image' found using 'type' does not match any of the expected tags: "
        "'text'",
    ),
    "system text a number": (
        {"system": [{"type": "text", "text": 5}]},
        "system.0.text: Input should be a valid string",
    ),
    "metadata": ({"metadata": {"user": "x"}}, "metadata.user: Extra inputs are not permitted"),
    "service tier": (
        {"service_tier": "fast"},
        "service_tier: Input should be 'auto' or 'standard_only'",
    ),
    "effort": (
        {"output_config": {"effort": "huge"}},
        "output_config.effort: Input should be 'low', 'medium', 'high', 'xhigh' or 'max'",
    ),
}

CONTENT: dict[str, tuple[Any, str]] = {
    "message a text": (["Hi"], "messages.0: Input should be a valid dictionary"),
    "no content": ([{"role": "user"}], "messages.0.content: Field required"),
    "no role": ([{"content": "Hi"}], "messages.0.role: Field required"),
    "unknown role": (
        [{"role": "bot", "content": "Hi"}],
        "messages.0.role: Input should be 'user' or 'assistant'",
    ),
    "role system": ([{"role": "system", "content": "Hi"}], WANTS_SYSTEM),
    "field of a message": ([HI | {"id": 1}], "messages.0.id: Extra inputs are not permitted"),
    "content a number": (
        [{"role": "user", "content": 5}],
        "messages.0.content: Input should be a valid string or list",
    ),
    "user content empty": (
        [{"role": "user", "content": ""}],
        "messages.0: user messages must have non-empty content",
    ),
    "assistant content empty": (
        [HI, assistant(), HI],
        "messages.1: all messages must have non-empty content except for the optional final "
        "assistant message",
    ),
    "block a text": ([user("Hi")], "messages.0.content.0: Input should be a valid dictionary"),
    "block without type": ([user({})], "messages.0.content.0.type: Field required"),
    "unknown block": (
        [user({"type": "fallback"})],
        "messages.0.content.0: Input tag 'fallback' found using 'type' does not match any of the "
        f"expected tags: {BLOCKS}",
    ),
    "text block without text": (
        [user({"type": "text"})],
        "messages.0.content.0.text.text: Field required",
    ),
    "text block empty": ([user(text(""))], "messages: text content blocks must be non-empty"),
    "field of a block": (
        [user(text(index=0))],
        "messages.0.content.0.text.index: Extra inputs are not permitted",
    ),
    "citations in user text": (
        [user(text(citations=[{"type": "char_location"}]))],
        "messages.0.content.0.text.citations: Extra inputs are not permitted",
    ),
    "document from the assistant": (
        [HI, assistant(DOCUMENT), HI],
        "messages.1: `document` blocks can only be in `user` messages",
    ),
    "call from the user": (
        [user(call())],
        "messages.0: `tool_use` blocks can only be in `assistant` messages",
    ),
    "result from the assistant": (
        [HI, assistant(result()), HI],
        "messages.1: `tool_result` blocks can only be in `user` messages",
    ),
    "input in quotes": (
        [HI, assistant(call(input="{}")), HI],
        "messages.1.content.0.tool_use.input: Input should be a valid dictionary",
    ),
    "result a number": (
        [HI, assistant(call()), user(result(content=31))],
        "messages.2.content.0.tool_result.content: Input should be a valid string or list",
    ),
}

HISTORY: dict[str, tuple[Any, str]] = {
    "assistant first": (
        [assistant(text())],
        'messages: first message must use the "user" role',
    ),
    "no result": ([HI, assistant(call()), HI], NOT_ANSWERED.format("toolu_1")),
    "no message after a call": ([HI, assistant(call())], NOT_ANSWERED.format("toolu_1")),
    "one of two results missing": (
        [HI, assistant(call("a"), call("b")), user(result("a"))],
        NOT_ANSWERED.format("b"),
    ),
    "both results missing": (
        [HI, assistant(call("a"), call("b")), HI],
        NOT_ANSWERED.format("a, b"),
    ),
    "results in two messages": (
        [HI, assistant(call("a"), call("b")), user(result("a")), user(result("b"))],
        NOT_ANSWERED.format("b"),
    ),
    "text before results": (
        [HI, assistant(call()), user(text(), result())],
        NOT_ANSWERED.format("toolu_1"),
    ),
    "text between results": (
        [HI, assistant(call("a"), call("b")), user(result("a"), text(), result("b"))],
        NOT_ANSWERED.format("b"),
    ),
    "result without a call": ([user(result("x"))], NOT_CALLED.format("0.content.0", "x")),
    "result too late": (
        [HI, assistant(call()), user(result()), assistant(text()), user(result())],
        NOT_CALLED.format("4.content.0", "toolu_1"),
    ),
    "result of another call": (
        [HI, assistant(call()), user(result(), result("y"))],
        NOT_CALLED.format("2.content.1", "y"),
    ),
    "two results for a call": (
        [HI, assistant(call()), user(result(), result())],
        "messages.2.content.1: each tool_use must have a single result. Found multiple "
        "`tool_result` blocks with id: toolu_1",
    ),
    "two calls of one id": (
        [HI, assistant(call(), call()), user(result())],
        "messages.1.content.1: `tool_use` ids must be unique",
    ),
    "an id again": (
        [HI, assistant(call()), user(result()), assistant(call()), user(result())],
        "messages.3.content.0: `tool_use` ids must be unique",
    ),
    "text while a search runs": ([HI, assistant(search()), HI], NOT_SERVED),
    "text after results while a search runs": (
        [HI, assistant(search(), call()), user(result(), text())],
        NOT_SERVED,
    ),
    "search result without a search": (
        [HI, assistant(make_search_result()), HI],
        "messages.1.content.0: unexpected `tool_use_id` found in `web_search_tool_result` blocks: "
        "srvtoolu_1. Each `web_search_tool_result` block must have a corresponding "
        "`server_tool_use` block before it.",
    ),
    "partial turn appended": ([HI, assistant(text("One, tw"))], PREFILL),
    "partial turn, empty": ([HI, {"role": "assistant", "content": ""}], PREFILL),
}

TOOLS: dict[str, tuple[Any, str]] = {
    "tools an object": ({"tools": {}}, "tools: Input should be a valid list"),
    "tool without name": ({"tools": [{}]}, "tools.0.custom.name: Field required"),
    "tool without schema": (
        {"tools": [{"name": "x"}]},
        "tools.0.custom.input_schema: Field required",
    ),
    "schema without type": (
        {"tools": [{"name": "x", "input_schema": {}}]},
        "tools.0.custom.input_schema.type: Field required",
    ),
    "schema of an array": (
        {"tools": [{"name": "x", "input_schema": {"type": "array"}}]},
        "tools.0.custom.input_schema.type: Input should be 'object'",
    ),
    "field of a tool": (
        {"tools": [WEATHER_TOOL | {"parameters": {}}]},
        "tools.0.custom.parameters: Extra inputs are not permitted",
    ),
    "dot in a name": (
        {"tools": [WEATHER_TOOL | {"name": "weather.get"}]},
        f"tools.0.custom.name: {PATTERN}",
    ),
    "line end in a name": (
        {"tools": [WEATHER_TOOL | {"name": "weather\n"}]},
        f"tools.0.custom.name: {PATTERN}",
    ),
    "long name": (
        {"tools": [WEATHER_TOOL | {"name": "x" * 129}]},
        f"tools.0.custom.name: {PATTERN}",
    ),
    "two tools of one name": (
        {"tools": [WEATHER_TOOL, WEATHER_TOOL]},
        "tools: Tool names must be unique.",
    ),
    "any without tools": (
        {"tool_choice": {"type": "any"}},
        "tool_choice.any may only be specified while providing tools",
    ),
    "choice of a tool that isn't there": (
        {"tools": [WEATHER_TOOL], "tool_choice": {"type": "tool", "name": "x"}},
        "Tool 'x' not found in provided tools",
    ),
    "choice without name": (
        {"tools": [WEATHER_TOOL], "tool_choice": {"type": "tool"}},
        "tool_choice.tool.name: Field required",
    ),
    "unknown choice": (
        {"tool_choice": {"type": "some"}},
        "tool_choice: Input tag 'some' found using 'type' does not match any of the expected "
        "tags: 'auto', 'any', 'tool', 'none'",
    ),
    "any on Opus 5.5": (
        {"model": "claude-opus-5-5", "tools": [WEATHER_TOOL], "tool_choice": {"type": "any"}},
        FORCED,
    ),
    "a tool on Fable 5.1": (
        {
            "model": "claude-fable-5-1",
            "tools": [WEATHER_TOOL],
            "tool_choice": {"type": "tool", "name": "get_weather"},
        },
        FORCED,
    ),
}

BUDGET = {"type": "enabled", "budget_tokens": 1024}
THINKING: dict[str, tuple[Any, str]] = {
    "enabled on the newest": ({"thinking": BUDGET}, ENABLED),
    "enabled on 4.7": ({"model": "claude-opus-4-7", "thinking": BUDGET}, ENABLED),
    "adaptive on 4.5": (
        {"model": "claude-haiku-4-5", "thinking": {"type": "adaptive"}},
        "adaptive thinking is not supported on this model",
    ),
    "disabled on always-on": (
        {"model": "claude-opus-5-5", "thinking": {"type": "disabled"}},
        DISABLED,
    ),
    "unknown type": (
        {"thinking": {"type": "on"}},
        "thinking: Input tag 'on' found using 'type' does not match any of the expected tags: "
        "'adaptive', 'between_tools', 'disabled', 'enabled'",
    ),
    "budget missing": (
        {"model": "claude-haiku-4-5", "thinking": {"type": "enabled"}},
        "thinking.enabled.budget_tokens: Field required",
    ),
    "budget too small": (
        {"model": "claude-haiku-4-5", "thinking": BUDGET | {"budget_tokens": 1023}},
        "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024",
    ),
    "budget not below max_tokens": (
        {"model": "claude-haiku-4-5", "max_tokens": 1024, "thinking": BUDGET},
        "`max_tokens` must be greater than `thinking.budget_tokens`. Please consult our "
        "documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking"
        "#max-tokens-and-context-window-size",
    ),
    "budget with adaptive": (
        {"thinking": {"type": "adaptive", "budget_tokens": 1024}},
        "thinking.adaptive.budget_tokens: Extra inputs are not permitted",
    ),
    "unknown display": (
        {"thinking": {"type": "adaptive", "display": "all"}},
        "thinking.adaptive.display: Input should be 'summarized', 'omitted' or 'updates'",
    ),
    "forced tool with thinking": (
        {
            "model": "claude-haiku-4-5",
            "thinking": BUDGET,
            "tools": [WEATHER_TOOL],
            "tool_choice": {"type": "any"},
        },
        "Thinking may not be enabled when tool_choice forces tool use.",
    ),
}

TABLE = {
    **FIELDS,
    **{name: ({"messages": messages}, message) for name, (messages, message) in CONTENT.items()},
    **{name: ({"messages": messages}, message) for name, (messages, message) in HISTORY.items()},
    **TOOLS,
    **THINKING,
}


@pytest.mark.parametrize("name", TABLE)
def test_refused(server: MockServer, name: str) -> None:
    change, message = TABLE[name]
    assert ask_with(server, change) == (400, INVALID, message)


def test_no_rule_is_named_twice() -> None:
    parts = (FIELDS, CONTENT, HISTORY, TOOLS, THINKING)
    assert len(TABLE) == sum(len(part) for part in parts)


ACCEPTED: dict[str, tuple[Any, dict[str, str]]] = {
    "temperature on the version before": ({"temperature": 1.0, "top_k": 5}, OLD),
    "citations on the version before": (
        {"messages": [user(text(citations=[{"type": "char_location"}]))]},
        OLD,
    ),
    "prefill on 4.5": (
        {"model": "claude-haiku-4-5", "messages": [HI, assistant(text("{"))]},
        {},
    ),
    "enabled on 4.5": ({"model": "claude-haiku-4-5", "thinking": BUDGET}, {}),
    "enabled on 4.6": ({"model": "claude-sonnet-4-6", "thinking": BUDGET}, {}),
    "adaptive on the newest": ({"thinking": {"type": "adaptive", "display": "omitted"}}, {}),
    "disabled where it can be": ({"thinking": {"type": "disabled"}}, {}),
    "auto without tools": ({"tool_choice": {"type": "auto"}}, {}),
    "any on Sonnet 5.5": (
        {"model": "claude-sonnet-5-5", "tools": [WEATHER_TOOL], "tool_choice": {"type": "any"}},
        {},
    ),
    "a tool of the API's": (
        {"tools": [{"type": "web_search_20250305", "name": "web_search", "max_uses": 5}]},
        {},
    ),
    "text after results": (
        {"messages": [HI, assistant(call("a"), call("b")), user(result("b"), result("a"), text())]},
        {},
    ),
    "result without content": (
        {
            "messages": [
                HI,
                assistant(call()),
                user({k: result()[k] for k in ("type", "tool_use_id")}),
            ]
        },
        {},
    ),
    "only results while a search runs": (
        {"messages": [HI, assistant(search(), call()), user(result())]},
        {},
    ),
    "a paused turn": ({"messages": [HI, assistant(text("Let me see."), search())]}, {}),
    "a paused turn with its result": (
        {"messages": [HI, assistant(search(), make_search_result())]},
        {},
    ),
    "roles twice": ({"messages": [HI, HI, assistant(text()), HI]}, {}),
    "the system in between": (
        {"messages": [HI, assistant(text()), {"role": "system", "content": "Be brief."}, HI]},
        {},
    ),
    "null for nothing": ({"system": None, "tools": None, "thinking": None, "stream": None}, {}),
    "most that can be written": ({"max_tokens": 128_000}, {}),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_accepted(server: MockServer, name: str) -> None:
    change, headers = ACCEPTED[name]
    assert ask_with(server, change, **headers) == (200, "", "")


@pytest.mark.parametrize(
    ("headers", "status", "error", "message"),
    [
        (NO_KEY, 401, "authentication_error", "x-api-key header is required"),
        (
            NO_KEY | {"Authorization": "Basic abc"},
            401,
            "authentication_error",
            "x-api-key header is required",
        ),
        (
            NO_KEY | {"x-api-key": "sk-invalid"},
            401,
            "authentication_error",
            "invalid x-api-key",
        ),
        (
            NO_KEY | {"Authorization": "Bearer invalid"},
            401,
            "authentication_error",
            "Invalid bearer token",
        ),
        ({"x-api-key": "any"}, 400, INVALID, "anthropic-version: header is required"),
        (
            {"x-api-key": "any", "anthropic-version": "2025-01-01"},
            400,
            INVALID,
            'anthropic-version: "2025-01-01" is not a valid version',
        ),
    ],
)
def test_headers(
    server: MockServer, headers: dict[str, str], status: int, error: str, message: str
) -> None:
    got, answer = exchange(server, body("Hi"), headers)
    assert (got, answer["error"]) == (status, {"type": error, "message": message})


@pytest.mark.parametrize("key", [{"X-Api-Key": "any"}, {"authorization": "Bearer any"}])
@pytest.mark.parametrize("version", ["2023-06-01", "2026-10-21"])
def test_either_form_of_key_and_either_version_is_accepted(
    server: MockServer, key: dict[str, str], version: str
) -> None:
    headers = key | {"Anthropic-Version": version}
    assert exchange(server, body("Hi"), headers, path="/v1/messages?beta=true")[0] == 200


@pytest.mark.parametrize(
    ("model", "hint"),
    [
        ("gpt-9", "OpenAI's: ask it at /v1/chat/completions"),
        ("o4-mini", "OpenAI's: ask it at /v1/chat/completions"),
        ("claude-opus-9", "Do you mean claude-opus-"),
        ("claude-sonnet-5.5", "Do you mean claude-sonnet-5-5?"),
        ("claude-3-5-sonet-20241022", "Do you mean claude-sonnet-5-5?"),
        ("claude-3-opus-latest", "retired on 2026-01-05; claude-opus-5-5 stands for it"),
        ("claude-sonnet-4-20250514", "retired on 2026-06-15; claude-sonnet-5-5 stands for it"),
        ("", "GET /v1/models lists them"),
        ("x" * 5000, "GET /v1/models lists them"),
    ],
)
def test_an_unknown_model_is_not_found(server: MockServer, model: str, hint: str) -> None:
    status, kind, words = ask_with(server, {"model": model})
    assert (status, kind) == (404, "not_found_error")
    assert words.startswith(f"model: {model}. ")  # the API's own words first
    assert hint in words


OLDER = {"x-api-key": "any", "anthropic-version": "2023-06-01"}


@pytest.mark.parametrize("model", [id for id in facts.MODELS if id not in facts.list_models()])
def test_a_retired_model_answers_clients_of_its_time(model: str) -> None:
    api, gone = MockAPI(), facts.MODELS[model]
    thinks = "enabled" in gone.thinking
    more: dict[str, Any] = {"temperature": 1, "max_tokens": 4000}
    if thinks:
        more["thinking"] = {"type": "enabled", "budget_tokens": 1024}
    sent = body("Count to three.", model=model, **more)
    plan = api.plan("POST", "/v1/messages", OLDER, sent)
    answer = json.loads(b"".join(chunk.data for chunk in plan.chunks))
    assert plan.status == 200 and answer["model"] == model
    assert [block["type"] for block in answer["content"]] == ["thinking"] * thinks + ["text"]
    assert api.plan("POST", "/v1/messages", HEADERS, body("Hi", model=model)).status == 404
    assert api.plan("GET", f"/v1/models/{model}", OLDER, b"").status == 200
    assert gone.instead in facts.list_models() and gone.retires <= facts.today()


SONNET = "claude-sonnet-4-5"


@pytest.mark.parametrize("day", [date(2026, 11, 29), date(2026, 11, 30)])
def test_a_model_retires_on_its_day(monkeypatch: pytest.MonkeyPatch, day: date) -> None:
    monkeypatch.setattr(facts, "today", lambda: day)
    api, is_there = MockAPI(), day < date(2026, 11, 30)

    def ask(method: str, path: str, headers: dict[str, str], sent: bytes) -> tuple[int, Any]:
        plan = api.plan(method, path, headers, sent)
        return plan.status, json.loads(b"".join(chunk.data for chunk in plan.chunks))

    for model in (SONNET, f"{SONNET}-20250929"):
        status, answer = ask("POST", "/v1/messages", HEADERS, body("Hi", model=model))
        assert status == (200 if is_there else 404)
        if not is_there:
            assert answer["error"]["message"] == (
                f"model: {model}. Claude Sonnet 4.5 was retired on 2026-11-30; claude-sonnet-5-5 "
                "stands for it. (Offline it answers requests with the header "
                "anthropic-version: 2023-06-01.)"
            )
        assert ask("POST", "/v1/messages", OLDER, body("Hi", model=model))[0] == 200
        assert ask("GET", f"/v1/models/{model}", HEADERS, b"")[0] == status
        lifecycle = ask("GET", f"/v1/models/{model}", OLDER, b"")[1]["lifecycle"]
        assert lifecycle == ("active" if is_there else "retired")
        listed = ask("GET", "/v1/models?limit=1000", HEADERS, b"")[1]["data"]
        assert (model in [one["id"] for one in listed]) == is_there
    near = ask("POST", "/v1/messages", HEADERS, body("Hi", model=f"{SONNET}x"))[1]["error"]
    assert f"Do you mean {SONNET if is_there else 'claude-sonnet-5-5'}?" in near["message"]


@pytest.mark.parametrize("model", facts.list_models())
def test_every_listed_model_answers(server: MockServer, model: str) -> None:
    assert ask_with(server, {"model": model})[0] == 200


def test_a_body_over_32_mb(server: MockServer) -> None:
    room = 32 * 2**20 - len(body(""))
    assert exchange(server, body("x" * (room + 1)))[1]["error"] == {
        "type": "request_too_large",
        "message": "Request exceeds the maximum size",
    }
    assert exchange(server, b" " * (40 * 2**20))[0] == 413
    status, answer = exchange(server, b"{" + b" " * (32 * 2**20 - 1))
    assert (status, answer["error"]["type"]) == (400, INVALID)


@pytest.mark.parametrize("data", [b"", b"{", b'{"a": 1,}', b"\xff", b'{"model": "\\ud800"}'])
def test_a_body_that_is_not_json(server: MockServer, data: bytes) -> None:
    status, answer = exchange(server, data)
    assert (status, answer["error"]["type"]) == (400, INVALID)
    assert answer["error"]["message"].startswith("The request body is not valid JSON: ")


def test_an_unknown_path_and_a_wrong_method(server: MockServer) -> None:
    status, answer = exchange(server, b"", path="/v1/nothing")
    assert (status, answer["error"]["type"]) == (404, "not_found_error")
    status, answer = exchange(server, b"", method="GET")
    assert (status, answer["error"]["message"]) == (405, "Method Not Allowed")


# Thinking that comes back. The signatures are real ones: the mock checks only what it gave.

FIRST = "What's the weather in Lagos?"
MESSAGES = [{"role": "user", "content": FIRST}]


ASKED = {"messages": MESSAGES}


def make_thinking(words: str = "Lagos, then.") -> dict[str, Any]:
    return {"type": "thinking", "thinking": words, "signature": signing.sign(words, ASKED)}


def turn(*thoughts: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a conversation in the middle of a tool-use turn that began with these thoughts."""
    id = signing.tie("toolu_01ABCDEFGHIJKLMNOPQRSTUV", [t["signature"] for t in thoughts])
    return [*MESSAGES, assistant(*thoughts, call(id)), user(result(id))]


def later(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the conversation after that turn, when the user says something new."""
    return [*messages, assistant(text("31 °C.")), user(text("Thanks"))]


def test_thinking_as_it_was_given_is_accepted(server: MockServer) -> None:
    omitted = make_thinking("")
    redacted = {"type": "redacted_thinking", "data": signing.redact("x", ASKED)}
    for messages in (
        turn(make_thinking()),
        later(turn(make_thinking())),
        turn(omitted),
        turn(make_thinking(), omitted),
    ):
        assert ask_with(server, {"messages": messages}) == (200, "", "")
    said_redacted = [*MESSAGES, assistant(redacted, text()), HI]
    assert ask_with(server, {"messages": said_redacted}) == (200, "", "")


MODIFIED = (
    "messages.1.content.0: `thinking` or `redacted_thinking` blocks in the latest assistant "
    "message cannot be modified. These blocks must remain as they were in the original response."
)
FORGED = "messages.1.content.0: Invalid `signature` in `thinking` block"
MOVED = (
    f"{FORGED}. The block is bound to a different conversation. Remove the block, or set "
    '`thinking.block_binding.prefix_mismatch_behavior` to "drop_block". That setting requires '
    "the `thinking-binding-controls-2026-08-01` value in the `anthropic-beta` header."
)


def edit_first_block(messages: list[dict[str, Any]], **change: Any) -> list[dict[str, Any]]:
    """Return the messages with the first block of the first answer changed."""
    first, *rest = messages[1]["content"]
    return [messages[0], assistant(first | change, *rest), *messages[2:]]


def test_thinking_changed_in_a_turn_that_goes_on(server: MockServer) -> None:
    messages = edit_first_block(turn(make_thinking()), thinking="Lagos, now.")
    assert ask_with(server, {"messages": messages}) == (400, INVALID, MODIFIED)


def test_thinking_dropped_from_a_turn_that_goes_on(server: MockServer) -> None:
    messages = turn(make_thinking())
    messages[1]["content"].pop(0)
    assert ask_with(server, {"messages": messages}) == (400, INVALID, MODIFIED)
    assert ask_with(server, {"messages": messages, "thinking": {"type": "disabled"}})[0] == 200
    assert ask_with(server, {"messages": later(messages)})[0] == 200  # earlier turns may lose it


def test_two_thoughts_of_a_turn_exchanged(server: MockServer) -> None:
    messages = turn(make_thinking(), make_thinking("And the unit?"))
    messages[1]["content"][:2] = reversed(messages[1]["content"][:2])
    assert ask_with(server, {"messages": messages}) == (400, INVALID, MODIFIED)


def test_thinking_changed_in_an_earlier_turn(server: MockServer) -> None:
    messages = later(edit_first_block(turn(make_thinking()), thinking="Lagos, now."))
    assert ask_with(server, {"messages": messages}) == (400, INVALID, FORGED)


@pytest.mark.parametrize("signature", ["", "EqQB", "nonsense!", "E" * 224])
def test_a_signature_that_is_none(server: MockServer, signature: str) -> None:
    messages = [*MESSAGES, assistant(make_thinking() | {"signature": signature}, text()), HI]
    assert ask_with(server, {"messages": messages}) == (400, INVALID, FORGED)


def test_thinking_with_no_signature(server: MockServer) -> None:
    block = {"type": "thinking", "thinking": "x"}
    message = "messages.1.content.0.thinking.signature: Field required"
    error = ask_with(server, {"messages": [*MESSAGES, assistant(block), HI]})
    assert error == (400, INVALID, message)


def test_a_changed_prompt_before_thinking(server: MockServer) -> None:
    messages = later(turn(make_thinking()))
    messages[0] = {"role": "user", "content": "What's the weather in Abuja?"}
    assert ask_with(server, {"messages": messages}) == (400, INVALID, MOVED)
    # Models that don't bind their thinking take it.
    assert ask_with(server, {"messages": messages, "model": "claude-haiku-5-5"})[0] == 200
    lenient = {"block_binding": {"prefix_mismatch_behavior": "drop_block"}}
    assert (
        ask_with(server, {"messages": messages, "thinking": {"type": "adaptive"} | lenient})[0]
        == 200
    )


@pytest.mark.parametrize("change", [{"system": "Be brief."}, {"tools": [WEATHER_TOOL]}])
def test_a_changed_frame_around_thinking(server: MockServer, change: dict[str, Any]) -> None:
    messages = later(turn(make_thinking()))
    assert ask_with(server, {"messages": messages} | change) == (400, INVALID, MOVED)


def test_thinking_enabled_needs_it_at_the_start_of_a_turn_with_tools(server: MockServer) -> None:
    request = {"model": "claude-haiku-4-5", "thinking": BUDGET, "messages": turn()}
    status, _, message = ask_with(server, request)
    assert status == 400
    assert message.startswith(
        "messages.1.content.0.type: Expected `thinking` or `redacted_thinking`, but found "
        "`tool_use`. When `thinking` is enabled, a final `assistant` message must start with a "
    )


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
NAMES = (
    *("model", "messages", "max_tokens", "stream", "stop_sequences", "tools", "tool_choice"),
    *("thinking", "system", "metadata", "output_config", "service_tier", "thread", "temperature"),
)
blocks = st.dictionaries(
    st.sampled_from(["type", "text", "content", "tool_use_id", "is_error", "id", "input", "data"]),
    json_values
    | st.sampled_from(
        ["text", "tool_result", "tool_use", "thinking", "server_tool_use", "web_search_tool_result"]
    ),
)
messages = st.lists(
    st.fixed_dictionaries(
        {"role": st.sampled_from(["user", "assistant"]), "content": st.lists(blocks, max_size=3)}
    )
)


@given(
    st.dictionaries(st.sampled_from(NAMES), json_values),
    st.none() | messages,
    st.none() | st.lists(st.fixed_dictionaries({"name": st.text(), "input_schema": json_values})),
    st.sampled_from([{}, OLD, THREADS]),
)
def test_any_json_gets_an_answer(change: Any, messages: Any, tools: Any, more: Any) -> None:
    request = question("What's the weather in Lagos?") | change
    request |= {"messages": messages} if messages is not None else {}
    request |= {"tools": tools} if tools is not None else {}
    plan = API.plan("POST", "/v1/messages", HEADERS | more, json.dumps(request).encode())
    assert plan.status in (200, 400, 404)
    assert list(plan.chunks)


@given(st.binary())
def test_any_bytes_get_an_answer(data: bytes) -> None:
    assert API.plan("POST", "/v1/messages", HEADERS, data).status == 400
