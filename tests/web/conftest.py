"""One offline API for each module, and servers of the agent before it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from helpers.assistant.agent import Agent
from helpers.mock.server import MockServer, start_server
from helpers.mock.settings import Pace, Settings
from helpers.session.session import Session
from helpers.web.serving import WebServer, start
from tests.processes import connections_to

QUICK = Settings(pace=Pace(first_token=0.01, tokens_per_second=2000))
# So slow that no answer ends before a test does.
SLOW = Settings(pace=Pace(first_token=0.01, tokens_per_second=5))


@pytest.fixture(scope="module")
def mock() -> Iterator[MockServer]:
    with start_server(QUICK) as running:
        yield running


@pytest.fixture
def slow(mock: MockServer) -> Iterator[MockServer]:
    mock.configure(SLOW)
    yield mock
    mock.configure(QUICK)


@pytest.fixture
def agent(mock: MockServer) -> Agent:
    return Agent(Session({"COURSE_MODE": "mock", "COURSE_BASE_URL": mock.base_url}))


@pytest.fixture
def serve(agent: Agent) -> Iterator[Callable[..., WebServer]]:
    """Start servers that end with the test."""
    with ExitStack() as stack:

        def start_one(own: Agent | None = None, **options: Any) -> WebServer:
            return stack.enter_context(start(own or agent, **options))

        yield start_one


@pytest.fixture
def upstream(mock: MockServer) -> Callable[[], int]:
    """Say how many answers the API has under way: connections that are open to it."""

    status = f"{mock.base_url}/mock/status"

    def under_way() -> int:
        return int(httpx.get(status, trust_env=False, verify=False).json()["under_way"])

    return under_way


@pytest.fixture
def connections(mock: MockServer) -> Callable[[], int]:
    """Say how many connections to the API are open here; it hears a little later of an end."""
    return lambda: len(connections_to(urlsplit(mock.base_url).port))
