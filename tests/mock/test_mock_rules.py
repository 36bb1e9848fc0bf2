"""A wrong request gets the status, the error type and the words that the API gives."""

import json
import re
from typing import Any

import pytest
from exchange import HEADERS, body, question
from hypothesis import given
from hypothesis import strategies as st

from helpers.mock.engine import MockAPI

API = MockAPI()


def send(
    data: bytes, headers: dict[str, str] = HEADERS, method: str = "POST", path: str = "/v1/messages"
) -> tuple[int, dict[str, Any]]:
    plan = API.plan(method, path, headers, data)
    answer = json.loads(b"".join(chunk.data for chunk in plan.chunks))
    if plan.status != 200:
        assert answer.keys() == {"type", "error", "request_id"}
        assert answer["type"] == "error"
        assert answer["request_id"] == dict(plan.headers)["request-id"]
        assert re.fullmatch(r"req_011C[0-9A-Za-z]{20}", answer["request_id"])
    return plan.status, answer


GOOD = question("Hi")
NO_KEY = {"anthropic-version": "2026-10-21"}
INVALID = "invalid_request_error"


@pytest.mark.parametrize(
    ("headers", "status", "error"),
    [
        (NO_KEY, 401, ("authentication_error", "x-api-key header is required")),
        (
            NO_KEY | {"Authorization": "Basic abc"},
            401,
            ("authentication_error", "x-api-key header is required"),
        ),
        ({"x-api-key": "any"}, 400, (INVALID, "anthropic-version: header is required")),
    ],
)
def test_headers(headers: dict[str, str], status: int, error: tuple[str, str]) -> None:
    got, answer = send(body("Hi"), headers)
    assert (got, (answer["error"]["type"], answer["error"]["message"])) == (status, error)


@pytest.mark.parametrize("key", [{"X-Api-Key": "any"}, {"authorization": "Bearer any"}])
@pytest.mark.parametrize("version", ["2023-06-01", "2026-10-21"])
def test_either_form_of_key_and_either_version_is_accepted(
    key: dict[str, str], version: str
) -> None:
    assert send(body("Hi"), key | {"Anthropic-Version": version})[0] == 200


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"max_tokens": ...}, "max_tokens: Field required"),
        ({"max_tokens": "10"}, "max_tokens: Input should be a valid integer"),
        ({"max_tokens": True}, "max_tokens: Input should be a valid integer"),
        ({"max_tokens": 0}, "max_tokens: Input should be greater than or equal to 1"),
        ({"model": ...}, "model: Field required"),
        ({"model": 5}, "model: Input should be a valid string"),
        ({"messages": ...}, "messages: Field required"),
        ({"messages": "Hi"}, "messages: Input should be a valid list"),
        ({"messages": []}, "messages: at least one message is required"),
        ({"messages": ["Hi"]}, "messages.0: Input should be a valid dictionary"),
        ({"messages": [{"role": "user"}]}, "messages.0.content: Field required"),
        ({"messages": [{"content": "Hi"}]}, "messages.0.role: Field required"),
        (
            {"messages": [{"role": "bot", "content": "Hi"}]},
            "messages.0.role: Input should be 'user' or 'assistant'",
        ),
        (
            {"messages": [{"role": "system", "content": "Hi"}]},
            'messages: Unexpected role "system". The Messages API accepts a top-level `system` '
            'parameter, not "system" as an input message role.',
        ),
        (
            {"messages": [{"role": "user", "content": ""}, {"role": "user", "content": "Hi"}]},
            "messages.0: user messages must have non-empty content",
        ),
        ({"stream": "yes"}, "stream: Input should be a valid boolean"),
        ({"stop_sequences": "x"}, "stop_sequences: Input should be a valid list"),
        ({"tools": {}}, "tools: Input should be a valid list"),
        ({"tools": [{}]}, "tools.0.custom.name: Field required"),
    ],
)
def test_fields(change: dict[str, Any], message: str) -> None:
    request = {name: value for name, value in (GOOD | change).items() if value is not ...}
    status, answer = send(json.dumps(request).encode())
    assert (status, answer["error"]) == (400, {"type": INVALID, "message": message})


def test_an_unknown_model_is_not_found() -> None:
    status, answer = send(body("Hi", model="gpt-9"))
    assert (status, answer["error"]) == (
        404,
        {"type": "not_found_error", "message": "model: gpt-9"},
    )


@pytest.mark.parametrize("data", [b"", b"{", b'{"a": 1,}', b"\xff", b'{"model": "\\ud800"}'])
def test_a_body_that_is_not_json(data: bytes) -> None:
    status, answer = send(data)
    assert (status, answer["error"]["type"]) == (400, INVALID)
    assert answer["error"]["message"].startswith("The request body is not valid JSON: ")


def test_an_unknown_path_and_a_wrong_method() -> None:
    status, answer = send(b"", path="/v1/nothing")
    assert (status, answer["error"]["type"]) == (404, "not_found_error")
    status, answer = send(b"", method="GET")
    assert (status, answer["error"]["message"]) == (405, "Method Not Allowed")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
FIELDS = ("model", "messages", "max_tokens", "stream", "stop_sequences", "tools", "tool_choice")
blocks = st.dictionaries(
    st.sampled_from(["type", "text", "content", "tool_use_id", "is_error"]),
    json_values | st.sampled_from(["text", "tool_result", "tool_use"]),
)
messages = st.lists(
    st.fixed_dictionaries(
        {"role": st.sampled_from(["user", "assistant"]), "content": st.lists(blocks, max_size=3)}
    )
)


@given(
    st.dictionaries(st.sampled_from(FIELDS), json_values),
    st.none() | messages,
    st.none() | st.lists(st.fixed_dictionaries({"name": st.text(), "input_schema": json_values})),
)
def test_any_json_gets_an_answer(change: Any, messages: Any, tools: Any) -> None:
    request = question("What's the weather in Lagos?") | change
    request |= {"messages": messages} if messages is not None else {}
    request |= {"tools": tools} if tools is not None else {}
    plan = API.plan("POST", "/v1/messages", HEADERS, json.dumps(request).encode())
    assert plan.status in (200, 400, 404)
    assert list(plan.chunks)


@given(st.binary())
def test_any_bytes_get_an_answer(data: bytes) -> None:
    assert send(data)[0] == 400
