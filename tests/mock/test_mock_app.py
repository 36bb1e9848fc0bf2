"""The ASGI application, called as a server calls it."""

import asyncio
from typing import Any

import pytest

from helpers.mock import app
from helpers.mock.connection import EXTENSION
from helpers.mock.engine import MockAPI


class Transport:
    """A connection that only remembers whether it was closed."""

    closed = False

    def close(self) -> None:
        self.closed = True


async def test_a_client_that_stops_in_mid_request_is_hung_up_on(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(app, "BODY_SECONDS", 0.05)
    parts = [{"type": "http.request", "body": b'{"model":', "more_body": True}]

    async def receive() -> dict[str, Any]:
        if parts:
            return parts.pop()
        await asyncio.Event().wait()  # the rest never comes
        raise AssertionError

    async def send(message: dict[str, Any]) -> None:
        raise AssertionError(f"nothing is to be sent, but {message}")

    transport = Transport()
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/v1/messages",
        "query_string": b"",
        "headers": [],
        "extensions": {EXTENSION: transport},
    }
    async with asyncio.timeout(60):
        await app.App(MockAPI())(scope, receive, send)
    assert transport.closed
