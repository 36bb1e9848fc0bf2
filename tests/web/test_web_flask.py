"""The agent behind Flask, whose readers hold a thread each."""

import asyncio
import json
from collections.abc import Callable

import httpx
from agents import Scripted, read, until

from helpers.mock.server import MockServer
from helpers.web.serving import WebServer

WEATHER = "What's the weather in Lagos and Oslo?"
LONG = "Explain in detail how a TCP connection recovers from a lost packet."

Serve = Callable[..., WebServer]


def client(server: WebServer) -> httpx.AsyncClient:
    limits = httpx.Limits(max_connections=None)
    return httpx.AsyncClient(base_url=server.url, trust_env=False, timeout=30, limits=limits)


async def begin(http: httpx.AsyncClient, prompt: str = LONG) -> str:
    response = await http.post("/runs", json={"prompt": prompt})
    assert response.status_code == 201
    return f"/runs/{response.json()['id']}"


async def test_many_threads_read_one_answer_with_tools(serve: Serve, mock: MockServer):
    async with client(serve(kind="flask")) as http:
        address = f"{await begin(http, WEATHER)}/events"
        async with asyncio.timeout(60):
            readers = await asyncio.gather(*(read(http, address) for _ in range(30)))
        assert len({json.dumps(reader.seen) for reader in readers}) == 1
        [reader, *_] = readers
        assert reader.end is not None and reader.end["outcome"] == "done"
        assert reader.kinds.count("tool done") == 2
        half = reader.ids[len(reader.ids) // 2]
        rest = await read(http, address, have=half)
        assert rest.ids[0] > half and rest.end == reader.end
        again = await http.get(address, headers={"Last-Event-ID": str(reader.ids[-1])})
        assert again.status_code == 204


async def test_a_reader_who_leaves_is_noticed_at_a_heartbeat(
    serve: Serve, slow: MockServer, upstream: Callable[[], int]
):
    async with client(serve(kind="flask", grace=0.1, heartbeat=0.05)) as http:
        for how in ("ask", "runs"):
            if how == "ask":
                leaving = http.stream("POST", "/ask", json={"prompt": LONG})
            else:
                leaving = http.stream("GET", f"{await begin(http)}/events")
            async with leaving as response:
                assert response.headers["x-accel-buffering"] == "no"
                chunks = response.aiter_raw()
                while b'"type":"text"' not in await anext(chunks):
                    pass
                assert upstream() >= 1
        await until(lambda: upstream() == 0)


async def test_stop_closes_the_connection_before_it_answers(
    serve: Serve, slow: MockServer, upstream: Callable[[], int], connections: Callable[[], int]
):
    async with client(serve(kind="flask")) as http:
        address = await begin(http)
        await until(lambda: upstream() == 1)
        assert connections() == 1
        assert (await http.delete(address)).status_code == 204
        assert connections() == 0
        await until(lambda: upstream() == 0)
        reader = await read(http, f"{address}/events")
    assert reader.end is not None and reader.end["outcome"] == "stopped"


async def test_stopping_the_server_stops_the_answers(serve: Serve):
    agent = Scripted(["x"], wait=lambda _: asyncio.sleep(60))
    server = serve(agent, kind="flask")
    async with client(server) as http:
        reading = asyncio.create_task(read(http, f"{await begin(http)}/events"))
        await until(lambda: any(run.readers for run in server.under_way))
        await asyncio.to_thread(server.close)
        reader = await reading
    assert reader.end is not None and reader.end["note"] == "■ The server is stopping."
    assert agent.under_way == 0
    server.close()  # once more does no harm


async def test_the_page_that_needs_a_websocket_says_what_it_needs(serve: Serve):
    async with client(serve(Scripted(["x"]), kind="flask")) as http:
        response = await http.get("/websocket")
    assert response.status_code == 404 and "FastAPI" in response.json()["error"]
