"""`python -m helpers.web`, as a person starts and stops it."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from helpers.mock.server import MockServer

pytestmark = pytest.mark.long  # each starts programs


@contextmanager
def program(*options: str, **environment: str) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [sys.executable, "-m", "helpers.web", *options],
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("kind", ["--page=fetch", "--flask"])
def test_it_says_where_it_is_serves_and_stops_at_ctrl_c(mock: MockServer, kind: str):
    with program("--port", "0", kind, COURSE_BASE_URL=mock.base_url) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:")
        page = httpx.get(address, trust_env=False, timeout=60)
        assert page.status_code == 200 and "<title>" in page.text
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "mock mode" in said and said.endswith("The web server has stopped.\n")
    assert "Traceback" not in said


def test_a_port_that_is_taken_gets_a_sentence():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with program("--port", port) as process:
            _, said = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "choose another with --port" in said and "Traceback" not in said


def test_a_cap_that_is_none_gets_a_sentence():
    with program("--cap", "-1") as process:
        _, said = process.communicate(timeout=60)
    assert process.returncode == 1 and said.startswith("The spending cap")


@pytest.mark.parametrize("provider", ["anthropic", "openai-chat", "openai-responses"])
def test_it_asks_the_model_of_the_provider_at_the_address(mock: MockServer, provider: str):
    model = "claude-sonnet-5-5" if provider == "anthropic" else "gpt-5.1"
    options = ("--port", "0", "--base-url", mock.base_url, "--provider", provider)
    with program(*options, "--model", model, COURSE_MODE="", COURSE_BASE_URL="") as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("http://127.0.0.1:")
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 0
    assert f"requests go to {mock.base_url}" in said and model in said


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--base-url", "nonsense"), "The address is no base URL"),
        (("--base-url", ""), "is no base URL"),
        (("--model", "no-such-model"), "No model 'no-such-model' here: choose one of"),
        (("--provider", "no-such-api"), "invalid choice: 'no-such-api'"),
    ],
)
def test_what_cannot_be_had_gets_a_sentence(options: tuple[str, ...], words: str):
    with program("--port", "0", *options, COURSE_MODE="", COURSE_BASE_URL="") as process:
        _, said = process.communicate(timeout=60)
    assert process.returncode in (1, 2)
    assert words in said and "Traceback" not in said and "stays in mock mode" not in said
