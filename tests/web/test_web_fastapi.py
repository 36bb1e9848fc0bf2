"""The agent behind FastAPI, with real sockets on both sides of it."""

import asyncio
import json
import selectors
import socket
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from agents import Reader, Scripted, read, until

from helpers.assistant.agent import Agent
from helpers.mock.server import MockServer
from helpers.session.session import Session
from helpers.sse import SSEDecoder
from helpers.web.serving import WebServer

WEATHER = "What's the weather in Lagos and Oslo?"
LONG = "Explain in detail how a TCP connection recovers from a lost packet."
KEY = "sk-test-key-that-must-never-show"

Serve = Callable[..., WebServer]


def client(server: WebServer) -> httpx.AsyncClient:
    limits = httpx.Limits(max_connections=None)
    options = {"trust_env": False, "verify": False, "timeout": 30, "limits": limits}
    return httpx.AsyncClient(base_url=server.url, **options)


async def begin(http: httpx.AsyncClient, prompt: str = LONG) -> str:
    response = await http.post("/runs", json={"prompt": prompt})
    assert response.status_code == 201
    return f"/runs/{response.json()['id']}"


async def test_an_answer_with_tools_is_told_to_its_end(serve: Serve, mock: MockServer):
    async with client(serve()) as http:
        reader = await read(http, f"{await begin(http, WEATHER)}/events")
    assert reader.end is not None and reader.end["outcome"] == "done"
    assert reader.end["figures"]["tokens_out"] > 50
    assert reader.kinds.count("waiting") == 2 and reader.kinds.count("tool done") == 2
    assert reader.kinds.count("tool running") >= 8
    assert "In Oslo: 4 °C" in reader.lines[-1] and reader.lines[-1].startswith("<p")


async def test_a_stream_says_to_everybody_on_the_way_not_to_keep_it(serve: Serve):
    server = serve(Scripted(["x"], wait=lambda _: asyncio.sleep(60)), heartbeat=0.05)
    async with client(server) as http:
        address = f"{await begin(http)}/events"
        async with http.stream(
            "GET", address, headers={"Accept-Encoding": "gzip, br, zstd"}
        ) as response:
            headers = response.headers
            raw = b""
            async for chunk in response.aiter_raw():
                raw += chunk
                if raw.count(b": still here") > 2:
                    break
        await http.delete(address.removesuffix("/events"))
    assert headers["content-type"] == "text/event-stream; charset=utf-8"
    assert headers["cache-control"] == "no-cache, no-transform"
    assert headers["x-accel-buffering"] == "no"
    assert "content-encoding" not in headers and "content-length" not in headers
    assert raw.startswith(b"retry: 1000\n\n")


@pytest.mark.parametrize("how", ["runs", "ask"])
async def test_a_reader_who_leaves_cancels_the_request_to_the_api(
    serve: Serve, slow: MockServer, upstream: Callable[[], int], how: str
):
    server = serve(grace=0.3)
    async with client(server) as http:
        if how == "ask":
            leaving = http.stream("POST", "/ask", json={"prompt": LONG})
        else:
            leaving = http.stream("GET", f"{await begin(http)}/events")
        async with leaving as response:
            chunks = response.aiter_raw()
            while b'"type":"text"' not in await anext(chunks):
                pass
            [run] = server.under_way
            assert upstream() == 1 and not run.over
        await until(lambda: upstream() == 0)
        await until(lambda: run.over)
        assert run.told[-1].page["note"] == "■ Nobody was reading."


async def test_who_comes_back_within_the_grace_finds_the_answer_still_under_way(
    serve: Serve, slow: MockServer, upstream: Callable[[], int], connections: Callable[[], int]
):
    server = serve(grace=600.0)
    async with client(server) as http:
        address = await begin(http)
        reader, decoder = Reader(), SSEDecoder()
        for _ in range(3):
            headers = {"Last-Event-ID": str(reader.ids[-1])} if reader.ids else {}
            decoder = SSEDecoder()
            async with http.stream("GET", f"{address}/events", headers=headers) as response:
                before = len(reader.ids)
                async for chunk in response.aiter_raw():
                    reader.feed(decoder, chunk)
                    if len(reader.ids) > before + 2:
                        break
        assert upstream() == connections() == 1
        [run] = server.under_way
        assert run.told[reader.ids[-1] - 1].id == reader.ids[-1]
        assert (await http.delete(address)).status_code == 204
        assert connections() == 0  # DELETE answers when the connection is closed
        await until(lambda: upstream() == 0)
        await read(http, f"{address}/events", have=reader.ids[-1], into=reader)
        assert reader.end is not None and reader.end["outcome"] == "stopped"
        whole = await read(http, f"{address}/events")
    assert reader.seen == whole.seen


async def test_who_has_read_it_all_is_told_not_to_come_back(serve: Serve):
    async with client(serve(Scripted(["x"]))) as http:
        address = f"{await begin(http)}/events"
        last = (await read(http, address)).ids[-1]
        again = await http.get(address, headers={"Last-Event-ID": str(last)})
        assert again.status_code == 204
        beyond = await http.get(address, params={"after": last + 7})
        assert beyond.status_code == 204


async def test_a_hundred_readers_of_one_server(serve: Serve, mock: MockServer):
    async with client(serve()) as http:
        address = f"{await begin(http)}/events"
        async with asyncio.timeout(60):
            readers = await asyncio.gather(*(read(http, address) for _ in range(100)))
    seen = {json.dumps(reader.seen) for reader in readers}
    assert len(seen) == 1
    assert all(reader.end and reader.end["outcome"] == "done" for reader in readers)
    assert len(readers[0].lines) > 8


async def test_a_reader_who_takes_nothing_slows_nobody(serve: Serve):
    # More than all the buffers between two sockets can take.
    server = serve(Scripted(["x" * 1000 + "\n"] * 8_000))
    async with client(server) as http:
        address = f"{await begin(http)}/events"
        stuck = socket.socket()
        stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        place = urlsplit(server.url)
        stuck.connect((place.hostname, place.port))
        with stuck:
            stuck.sendall(f"GET {address} HTTP/1.1\r\nHost: {place.netloc}\r\n\r\n".encode())
            await until(lambda: any(run.readers for run in server.runs.kept))
            reader = await read(http, address)
            assert len(reader.lines) == 8_000
            [run] = server.runs.kept
            # The stuck one is still there, and held nobody up.
            await until(lambda: run.readers == 1)
        await until(lambda: run.readers == 0)


REFUSED: list[tuple[dict[str, Any], int, str]] = [
    ({"json": {"prompt": " \n"}}, 400, "The prompt is empty: type a question first."),
    ({"json": {"prompt": "x" * 20_001}}, 413, "The prompt is too long"),
    ({"json": {"prompt": "x" * 2**20}}, 413, "The prompt is too long"),
    ({"json": {"prompt": 7}}, 400, "The request needs a prompt"),
    ({"json": ["prompt"]}, 400, "The request needs a prompt"),
    ({"json": {"prompt": "hello", "after": 3}}, 400, "`after` is the id of an earlier run"),
    ({"json": {"prompt": "hello", "after": "gone"}}, 404, "There is no such answer"),
    ({"content": b"{", "headers": {"Content-Type": "application/json"}}, 400, "no JSON"),
    ({"content": b"[" * 60_000, "headers": {"Content-Type": "application/json"}}, 400, "no JSON"),
    ({"content": b"\xff", "headers": {"Content-Type": "application/json"}}, 400, "no JSON"),
    ({"data": {"prompt": "hello"}}, 415, "Send JSON"),
    ({"json": {"prompt": "x"}, "headers": {"Origin": "http://evil.example"}}, 403, "Another page"),
    ({"json": {"prompt": "x"}, "headers": {"Origin": "null"}}, 403, "Another page"),
    ({"json": {"prompt": "x"}, "headers": {"Host": "evil.example"}}, 421, "this machine only"),
    ({"json": {"prompt": "x"}, "headers": {"Host": "127.0.0.1.evil.example"}}, 421, "this machine"),
]


class Patient(selectors.DefaultSelector):
    """Waits for a minute where werkzeug gives the rest of a body ten milliseconds."""

    def select(self, timeout: float | None = None) -> list[Any]:
        return super().select(60 if timeout == 0.01 else timeout)


@pytest.mark.parametrize("kind", ["fastapi", "flask"])
async def test_what_can_not_be_asked_gets_one_sentence(
    serve: Serve, kind: str, monkeypatch: pytest.MonkeyPatch
):
    patient = SimpleNamespace(DefaultSelector=Patient, EVENT_READ=selectors.EVENT_READ)
    monkeypatch.setattr("werkzeug.serving.selectors", patient)
    server = serve(Scripted(["x"]), kind=kind)

    async def chunks() -> Any:  # a body that doesn't say how long it is
        for _ in range(20):
            yield b'{"prompt": "' + b"x" * 65_536

    endless = {"content": chunks(), "headers": {"Content-Type": "application/json"}}
    async with client(server) as http:
        for request, status, words in [*REFUSED, (endless, 413, "too long")]:
            for address in ("/runs", "/ask"):
                if request is endless and address == "/ask":
                    continue
                response = await http.post(address, **request)
                assert response.status_code == status, (request, response.text)
                error = response.json()["error"]
                assert words in error and error.endswith((".", '"}.')) and "\n" not in error
        for method, address, status in [
            ("GET", "/runs/nobody/events", 404),
            ("DELETE", "/runs/nobody", 404),
            ("GET", "/no-such-page", 404),
            ("GET", "/static/../requests.py", 404),
            ("GET", "/static/__init__.py", 404),
            ("PUT", "/runs", 405),
        ]:
            response = await http.request(method, address)
            assert response.status_code == status and response.json()["error"], address
        address = f"{await begin(http)}/events"
        response = await http.get(address, headers={"Last-Event-ID": "-1"})
        assert response.status_code == 400 and "Last-Event-ID" in response.json()["error"]


@pytest.mark.parametrize("kind", ["fastapi", "flask"])
async def test_pages_come_with_a_policy_that_runs_nothing_foreign(serve: Serve, kind: str):
    async with client(serve(Scripted(["x"]), kind=kind)) as http:
        for address in ("/", "/fetch", "/react", "/static/look.css", "/static/react.vendored.js"):
            response = await http.get(address)
            assert response.status_code == 200, address
            policy = response.headers["content-security-policy"]
            assert "default-src 'none'" in policy and "script-src 'self'" in policy
            assert "unsafe" not in policy and "*" not in policy.partition("frame-ancestors")[0]
            assert response.headers["x-content-type-options"] == "nosniff"
        assert (await http.get("/about")).json()["words"] == "Scripted."


async def test_many_rooms_of_one_house(serve: Serve):
    """Localhost by name is this machine too, and so is its own page."""
    server = serve(Scripted(["x"]))
    port = urlsplit(server.url).port
    async with client(server) as http:
        for host in (f"localhost:{port}", f"LOCALHOST:{port}", f"[::1]:{port}"):
            headers = {"Host": host, "Origin": f"http://{host.lower()}"}
            response = await http.post("/runs", json={"prompt": "x"}, headers=headers)
            assert response.status_code == 201, response.text


async def test_stopping_the_server_stops_the_answers(
    serve: Serve, slow: MockServer, upstream: Callable[[], int], connections: Callable[[], int]
):
    server = serve()
    async with client(server) as http:
        address = f"{await begin(http)}/events"
        reading = asyncio.create_task(read(http, address))
        await until(lambda: any(run.readers for run in server.under_way))
        await until(lambda: upstream() == 1)
        assert connections() == 1
        await asyncio.to_thread(server.close)
        reader = await reading
    assert reader.end is not None and reader.end["note"] == "■ The server is stopping."
    assert connections() == 0
    await until(lambda: upstream() == 0)
    server.close()  # once more does no harm


async def test_live_answers_are_priced_and_stop_at_the_cap(serve: Serve, mock: MockServer):
    session = Session({})
    session.use("custom", base_url=mock.base_url, key=KEY)
    session.use_model("claude-sonnet-5-5")
    async with client(serve(Agent(session))) as http:
        said = (await http.get("/about")).text
        assert "cost money" in said and KEY not in said
        reader = await read(http, f"{await begin(http, WEATHER)}/events")
        assert reader.end is not None
        assert reader.end["figures"]["dollars"] == pytest.approx(session.spent) != 0
        session.set_cap(session.spent)
        spent = session.spent
        reader = await read(http, f"{await begin(http)}/events")
        assert reader.end is not None and reader.end["outcome"] == "failed"
        assert "it was not sent" in reader.end["note"] and session.spent == spent
