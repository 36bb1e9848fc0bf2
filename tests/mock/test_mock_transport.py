"""The engine behind httpx and httpx2 in this process: the same answers without a socket."""

import asyncio
import json
import socket
import threading
from collections.abc import AsyncIterator
from types import ModuleType
from typing import Any

import httpx
import httpx2
import pytest
from exchange import HEADERS, question, read_events, until

from helpers.mock.engine import MockAPI, VirtualClock
from helpers.mock.plan import Plan
from helpers.mock.server import MockServer
from helpers.mock.settings import Settings
from helpers.mock.transport import in_process_transport

DEMO = "Show me what streaming looks like."


@pytest.fixture(params=[httpx, httpx2], ids=["httpx", "httpx2"])
def library(request: Any) -> ModuleType:
    return request.param


def client(library: ModuleType, api: MockAPI) -> Any:
    return library.AsyncClient(
        transport=in_process_transport(library, api), base_url="http://mock", headers=HEADERS
    )


async def test_a_stream_is_the_plan_chunk_by_chunk(library: ModuleType) -> None:
    clock = VirtualClock()
    api = MockAPI(clock=clock)
    request = question(DEMO, stream=True)
    plan = api.plan("POST", "/v1/messages", HEADERS, json.dumps(request).encode())
    async with client(library, api) as http:
        async with http.stream("POST", "/v1/messages", json=request) as response:
            assert response.headers["request-id"] == dict(plan.headers)["request-id"]
            received = [(clock.now(), chunk) async for chunk in response.aiter_raw()]
    assert received == [(round(chunk.at, 9), chunk.data) for chunk in plan.chunks]


async def test_it_gives_the_bytes_of_the_server(library: ModuleType, server: MockServer) -> None:
    request = question(DEMO, stream=True)
    async with client(library, MockAPI(clock=VirtualClock())) as http:
        inside = await http.post("/v1/messages", json=request)
    async with library.AsyncClient(base_url=server.base_url, headers=HEADERS) as http:
        outside = await http.post("/v1/messages", json=request)
    assert inside.content == outside.content
    for name in ("content-type", "request-id", "cache-control", "anthropic-organization-id"):
        assert inside.headers[name] == outside.headers[name]


async def test_whole_answers_errors_and_settings(library: ModuleType) -> None:
    async with client(library, MockAPI(clock=VirtualClock())) as http:
        whole = await http.post("/v1/messages", json=question("Count to three."))
        assert whole.json()["content"][0]["text"] == "One, two, three."
        wrong = await http.post("/v1/messages", content=b"{")
        assert (wrong.status_code, wrong.json()["type"]) == (400, "error")
        await http.put("/mock/settings", json={"seed": 5})
        assert (await http.get("/mock/settings")).json()["seed"] == 5


async def test_a_dropped_connection_is_the_librarys_read_error(library: ModuleType) -> None:
    api = MockAPI(Settings(fault="reset"), clock=VirtualClock())
    received = b""
    async with client(library, api) as http:
        with pytest.raises(library.ReadError):
            async with http.stream(
                "POST", "/v1/messages", json=question(DEMO, stream=True)
            ) as response:
                async for chunk in response.aiter_raw():
                    received += chunk
    assert read_events(received)[-1]["type"] == "content_block_delta"


@pytest.mark.parametrize("fault", ["slow_start", "stall"])
async def test_silence_past_the_read_timeout_is_the_librarys_error(
    library: ModuleType, fault: str
) -> None:
    clock = VirtualClock()
    api = MockAPI(Settings(fault=fault), clock=clock)
    request = question(DEMO, stream=True)
    plan = api.plan("POST", "/v1/messages", HEADERS, json.dumps(request).encode())
    quiet_from = max(chunk.at for chunk in plan.chunks if chunk.at < 3)
    async with client(library, api) as http:
        with pytest.raises(library.ReadTimeout):
            await http.post("/v1/messages", json=request, timeout=5)
    assert clock.now() == round(quiet_from + 5, 9)


async def test_a_first_byte_past_the_read_timeout_fails_the_request(library: ModuleType) -> None:
    api = MockAPI(Settings.from_json({"pace": {"first_token": 60}}), clock=VirtualClock())
    async with client(library, api) as http:
        with pytest.raises(library.ReadTimeout):
            async with http.stream("POST", "/v1/messages", json=question(DEMO, stream=True)):
                raise AssertionError("there should be no response")


class Watched(MockAPI):
    """Counts the answers that are under way."""

    under_way = 0

    async def play(self, plan: Plan) -> AsyncIterator[bytes]:
        self.under_way += 1
        try:
            async for chunk in super().play(plan):
                yield chunk
        finally:
            self.under_way -= 1


async def test_closing_the_response_early_stops_the_engine(library: ModuleType) -> None:
    api = Watched()
    async with client(library, api) as http:
        async with http.stream(
            "POST", "/v1/messages", json=question(DEMO, stream=True)
        ) as response:
            async for _ in response.aiter_raw():
                assert api.under_way == 1
                break
        assert api.under_way == 0


async def test_cancelling_the_request_stops_the_engine(library: ModuleType) -> None:
    api = Watched(Settings.from_json({"pace": {"first_token": 60}}))
    async with client(library, api) as http:
        asking = asyncio.create_task(http.post("/v1/messages", json=question(DEMO, stream=True)))
        await until(lambda: api.under_way)
        asking.cancel()
        await asyncio.wait([asking])
        assert api.under_way == 0


async def test_it_needs_neither_socket_nor_thread(
    library: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("a browser kernel has none")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(threading.Thread, "start", refuse)
    async with client(library, MockAPI(clock=VirtualClock())) as http:
        answer = await http.post("/v1/messages", json=question(DEMO, stream=True))
    assert read_events(answer.content)[-1] == {"type": "message_stop"}
