"""A class's server for each test of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.classroom.serving import Serve, serving


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    with serving(tmp_path) as started:
        yield started
