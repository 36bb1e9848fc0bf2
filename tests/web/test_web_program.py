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
        page = httpx.get(address, trust_env=False, timeout=20)
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
