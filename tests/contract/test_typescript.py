"""The official TypeScript SDK under Node, unchanged but for its base URL, works with the mock.

Its version is pinned in typescript/package-lock.json, which names no registry: npm's own settings
decide where packages come from. They are fetched once for each state of that file.
"""

import hashlib
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from helpers.mock.server import start_server
from helpers.mock.settings import Pace, Settings

pytestmark = pytest.mark.long

FOLDER = Path(__file__).with_name("typescript")
PACKAGES = FOLDER / "node_modules"
STAMP = PACKAGES / "made-from.txt"  # written last: without it the packages are half there
NO_NETWORK = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENOTCACHED")


def install(npm: str) -> None:
    """Fetch the packages of the lock, unless they are there."""
    lock = hashlib.sha256((FOLDER / "package-lock.json").read_bytes()).hexdigest()
    if STAMP.exists() and STAMP.read_text() == lock:
        return
    done = subprocess.run(
        [npm, "ci"], cwd=FOLDER, capture_output=True, text=True, encoding="utf-8", timeout=300
    )
    if done.returncode != 0 and any(sign in done.stderr for sign in NO_NETWORK):
        pytest.skip("the TypeScript SDK can't be fetched: connect once to npm's registry")
    assert done.returncode == 0, done.stderr
    STAMP.write_text(lock)


@pytest.fixture(scope="module")
def results() -> dict[str, Any]:
    """Everything that the client saw, from one run of it."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("no Node.js found: install it with npm (Debian: apt install nodejs npm)")
    install(npm)
    with start_server(Settings(pace=Pace(first_token=0.01, tokens_per_second=5000))) as server:
        done = subprocess.run(
            [node, "client.mjs", server.base_url],
            cwd=FOLDER,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=600,
        )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.fixture
def value(results: dict[str, Any], request: pytest.FixtureRequest) -> Any:
    """What the call named like the test gave."""
    result = results[request.node.name.removeprefix("test_")]
    assert "error" not in result, result
    return result["value"]


def test_events(value: Any) -> None:
    assert [event["type"] for event in value] == [
        "message_start",
        "content_block_start",
        *["content_block_delta"] * 6,
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]
    pieces = [event["delta"]["text"] for event in value[2:8]]
    assert "".join(pieces) == "One, two, three."


def test_whole_is_what_was_streamed(value: Any) -> None:
    assert value["streamed"].pop("parsed_output") is None  # the helper's own field
    assert value["whole"] == value["streamed"]
    assert value["whole"]["content"] == [{"type": "text", "text": "One, two, three."}]
    assert value["request_id"].startswith("req_011C")


def test_helper(value: Any) -> None:
    # As often as they come, but one after itself only once.
    assert value["events"] == [
        "connect",
        "streamEvent",
        "contentBlock",
        "streamEvent",
        "finalMessage",
        "end",
    ]
    assert value["text"] == value["final"]
    assert "👋" in value["text"]
    assert value["stop_reason"] == "end_turn"


def test_tool_loop(value: Any) -> None:
    assert value["stop_reason"] == "tool_use"
    assert value["call"]["name"] == "get_weather"
    assert value["call"]["input"] == {"city": "Lagos", "unit": "celsius"}
    assert "31 °C, humid" in value["answer"]


def test_tool_runner_with_its_defaults(value: Any) -> None:
    assert value["calls"] == [{"city": "Lagos", "unit": "celsius"}]
    assert "31 °C, humid" in value["answer"]


def test_tool_runner_streams(value: Any) -> None:
    first, second = value
    assert first.startswith("I'll look up")
    assert "31 °C, humid" in second


def test_single_bytes(value: Any, results: dict[str, Any]) -> None:
    assert value == results["helper"]["value"]["final"]


def test_leaving_early(value: Any) -> None:
    assert value is True


def test_count_tokens(value: Any) -> None:
    assert value["input_tokens"] > 0


def test_models(value: Any) -> None:
    assert set(value) == {"model"}


@pytest.mark.parametrize(
    ("call", "error", "status", "kind"),
    [
        ("max_tokens_of_0", "BadRequestError", 400, "invalid_request_error"),
        ("unknown_model", "NotFoundError", 404, "not_found_error"),
        ("no_key", "AuthenticationError", 401, "authentication_error"),
        ("overloaded_before", "OverloadedError", 529, "overloaded_error"),
        ("overloaded_inside", "APIError", None, "overloaded_error"),
        ("reset_inside", "AnthropicError", None, None),
        ("cut_inside", "AnthropicError", None, None),
    ],
)
def test_errors_are_the_sdks_own(
    results: dict[str, Any], call: str, error: str, status: int | None, kind: str | None
) -> None:
    seen = results[call]
    assert (seen.get("error"), seen.get("status"), seen.get("type")) == (error, status, kind), seen
    if status is not None:
        assert seen["request_id"].startswith("req_011C")
