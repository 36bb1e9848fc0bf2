"""Who may ask: any page under /v1 as the real API lets it, and none under /mock."""

import json
from typing import Any

import pytest
from exchange import HEADERS, body
from hypothesis import given
from hypothesis import strategies as st

from helpers.mock.access import DIRECT, is_loopback
from helpers.mock.engine import MockAPI
from helpers.mock.plan import Plan

API = MockAPI()
PAGE = {"origin": "https://learner.example"}
BEARER = {"authorization": "Bearer any"}


def ask(method: str, path: str, headers: dict[str, str], sent: bytes = b"") -> Plan:
    return API.plan(method, path, headers, sent)


def read_answer(plan: Plan) -> Any:
    return json.loads(b"".join(chunk.data for chunk in plan.chunks))


@pytest.mark.parametrize("path", ["/v1/messages", "/v1/models", "/v1/responses", "/v1/unknown"])
def test_a_browser_may_ask_first(path: str) -> None:
    wanted = f"content-type,x-api-key,{DIRECT},mock-settings"
    asked = PAGE | {
        "access-control-request-method": "POST",
        "access-control-request-headers": wanted,
    }
    plan = ask("OPTIONS", path, asked)
    headers = dict(plan.headers)
    assert plan.status == 200 and not list(plan.chunks)
    assert headers["access-control-allow-origin"] == "*"
    assert headers["access-control-allow-headers"] == wanted
    assert "POST" in headers["access-control-allow-methods"]


@pytest.mark.parametrize("stream", [False, True])
def test_a_page_that_says_it_knows_gets_its_answer(stream: bool) -> None:
    sent = body("Count to three.", stream=stream)
    plain = ask("POST", "/v1/messages", HEADERS, sent)
    plan = ask("POST", "/v1/messages", HEADERS | PAGE | {DIRECT: "true"}, sent)
    assert plan.status == 200
    assert dict(plan.headers)["access-control-allow-origin"] == "*"
    assert list(plan.chunks) == list(plain.chunks)
    assert "access-control-allow-origin" not in dict(plain.headers)


@pytest.mark.parametrize("said", [{}, {DIRECT: "false"}, {DIRECT: ""}])
def test_a_page_that_does_not_is_told_what_to_say(said: dict[str, str]) -> None:
    plan = ask("POST", "/v1/messages", HEADERS | PAGE | said, body("Count to three."))
    error = read_answer(plan)["error"]
    assert (plan.status, error["type"]) == (401, "authentication_error")
    assert error["message"] == f"CORS requests must set '{DIRECT}' header"
    assert dict(plan.headers)["access-control-allow-origin"] == "*"  # so that the page can read it


def test_openai_asks_pages_for_nothing() -> None:
    sent = json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]}).encode()
    plan = ask("POST", "/v1/chat/completions", BEARER | PAGE, sent)
    assert plan.status == 200 and dict(plan.headers)["access-control-allow-origin"] == "*"
    assert ask("GET", "/v1/models", BEARER | PAGE).status == 200


CONTROL = [
    ("GET", "/mock/settings"),
    ("PUT", "/mock/settings"),
    ("GET", "/mock/status"),
    ("POST", "/mock/break"),
]
OWN = "127.0.0.1:8700"


@pytest.mark.parametrize(("method", "path"), CONTROL)
@pytest.mark.parametrize(
    "headers",
    [
        {"host": OWN, "origin": "https://evil.example"},
        {"host": OWN, "origin": "http://localhost:3000"},
        {"host": OWN, "origin": f"http://{OWN}.evil.example"},
        {"host": OWN, "origin": f"https://{OWN}"},
        {"host": OWN, "origin": "null"},
        {"host": OWN, "origin": ""},
        {"host": OWN, "origin": "http://["},
        {"host": OWN, "sec-fetch-site": "cross-site"},
        {"host": OWN, "sec-fetch-site": "same-site"},
        {"host": "evil.example:8700"},
        {"host": "evil.example:8700", "origin": "http://evil.example:8700"},
        {"host": "127.0.0.1.evil.example"},
        {"host": "localhost.evil.example:8700"},
        {"host": "192.168.0.7:8700"},
        {"host": "0.0.0.0:8700"},
        {"host": ""},
        {"host": "127.0.0.1:port"},
    ],
    ids=str,
)
def test_control_is_closed_to_pages_and_other_hosts(
    method: str, path: str, headers: dict[str, str]
) -> None:
    before = API.state.settings
    plan = ask(method, path, headers, b'{"seed": 7}' if method == "PUT" else b"")
    assert (plan.status, read_answer(plan)["error"]["type"]) == (403, "permission_error")
    assert "http://127.0.0.1" in read_answer(plan)["error"]["message"]
    assert "access-control-allow-origin" not in dict(plan.headers)
    assert API.state.settings is before
    assert ask("OPTIONS", path, headers | PAGE).status >= 400


@pytest.mark.parametrize(("method", "path"), CONTROL)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"host": OWN},
        {"host": "localhost:8700"},
        {"host": "LOCALHOST"},
        {"host": "mock.localhost:8700"},
        {"host": "[::1]:8700"},
        {"host": "127.1.2.3"},
        {"host": OWN, "origin": f"http://{OWN}", "sec-fetch-site": "same-origin"},
        {"host": OWN, "sec-fetch-site": "none"},
    ],
    ids=str,
)
def test_control_is_open_to_this_machine(method: str, path: str, headers: dict[str, str]) -> None:
    sent = b"{}" if method == "PUT" else b""
    assert MockAPI().plan(method, path, headers, sent).status == 200


@given(st.text())
def test_any_host_can_be_asked_about(host: str) -> None:
    is_loopback(host)


# Addresses that nothing answers


@pytest.mark.parametrize(
    ("method", "path", "hint"),
    [
        ("POST", "/v1/messages/batches", "POST /v1/messages"),
        ("GET", "/v1/files", "GET /v1/models"),
        ("POST", "/v1/embeddings", "POST /v1/chat/completions"),
        ("POST", "/v1/v1/messages", "says /v1 twice"),
        ("POST", "/messages", "You may mean /v1/messages"),
        ("POST", "/chat/completions", "You may mean /v1/chat/completions"),
        ("POST", "/v1/complete", "POST /v1/responses"),
    ],
)
@pytest.mark.parametrize("headers", [HEADERS, BEARER], ids=["messages", "openai"])
def test_an_unknown_address_says_which_there_are(
    method: str, path: str, hint: str, headers: dict[str, str]
) -> None:
    plan = ask(method, path, headers, b"{}")
    error = read_answer(plan)["error"]
    assert plan.status == 404
    assert f"no {method} {path}" in error["message"] and hint in error["message"]
    assert ("code" in error) == (headers is BEARER and path.startswith("/v1/"))


@pytest.mark.parametrize("id", ["offline-mock", "gpt-4o", "o4-mini", "ft:gpt-4o:me::abc"])
def test_openais_clients_get_one_model(id: str) -> None:
    plan = ask("GET", f"/v1/models/{id.replace(':', '%3A')}", BEARER)
    assert (plan.status, read_answer(plan)["id"], read_answer(plan)["object"]) == (200, id, "model")
    missing = ask("GET", "/v1/models/claude-opus-5-5", BEARER)
    assert (missing.status, read_answer(missing)["error"]["code"]) == (404, "model_not_found")
