"""One running offline API for each test module."""

from collections.abc import Iterator

import pytest

from helpers.mock.server import MockServer, start_server
from helpers.mock.settings import Pace, Settings

QUICK = Settings(pace=Pace(first_token=0.01, tokens_per_second=5000))


@pytest.fixture(scope="module")
def running() -> Iterator[MockServer]:
    with start_server() as server:
        yield server


@pytest.fixture
def server(running: MockServer) -> MockServer:
    running.configure(QUICK)
    return running
