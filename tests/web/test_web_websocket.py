"""The agent over a real WebSocket."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from agents import Reader, Scripted, until
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from helpers.mock.server import MockServer
from helpers.web.serving import WebServer

LONG = "Explain in detail how a TCP connection recovers from a lost packet."

Serve = Callable[..., WebServer]


def open_socket(server: WebServer, **options: Any) -> connect:
    address = server.url.replace("http", "ws", 1)
    options = {"origin": server.url, "proxy": None, "open_timeout": 20} | options
    return connect(f"{address}/ws", **options)


async def say(socket: ClientConnection, **message: Any) -> None:
    await socket.send(json.dumps(message))


async def hear(socket: ClientConnection) -> dict[str, Any]:
    async with asyncio.timeout(60):
        page = json.loads(await socket.recv())
    assert isinstance(page, dict)
    return page


async def answer(socket: ClientConnection, **ask: Any) -> Reader:
    await say(socket, type="ask", **ask)
    first = await hear(socket)
    assert first["type"] == "run" and first["run"]
    reader = Reader()
    while reader.end is None:
        page = await hear(socket)
        reader.take(page.pop("id"), page)
    return reader


async def test_one_socket_carries_one_answer_after_the_other(serve: Serve):
    async with open_socket(serve(Scripted(["one\n", "two"]))) as socket:
        for _ in range(2):
            reader = await answer(socket, prompt="hello")
            assert reader.end and reader.end["outcome"] == "done"
            assert reader.lines == ['<p dir="auto">one</p>', '<p dir="auto">two</p>']


async def test_stop_cancels_the_request_and_the_socket_stays(
    serve: Serve, slow: MockServer, upstream: Callable[[], int]
):
    async with open_socket(serve()) as socket:
        await say(socket, type="ask", prompt=LONG)
        reader = Reader()
        assert (await hear(socket))["type"] == "run"
        while reader.end is None:
            page = await hear(socket)
            reader.take(page.pop("id"), page)
            if page["type"] == "text" and page["text"]:
                await say(socket, type="stop")
        assert reader.end["outcome"] == "stopped" and reader.lines
        await until(lambda: upstream() == 0)
        await say(socket, type="stop")  # nothing is left to stop
        await say(socket, type="ask", prompt="Count to three.")
        assert (await hear(socket))["type"] == "run"


async def test_leaving_cancels_the_request_at_once(
    serve: Serve, slow: MockServer, upstream: Callable[[], int]
):
    server = serve(grace=60.0)
    async with open_socket(server) as socket:
        await say(socket, type="ask", prompt=LONG)
        while (await hear(socket))["type"] != "text":
            pass
        assert upstream() == 1
        [run] = server.under_way
        await socket.close()
        assert socket.close_code == 1000
    await until(lambda: run.over and upstream() == 0)


async def test_breaking_off_cancels_it_too(
    serve: Serve, slow: MockServer, upstream: Callable[[], int]
):
    socket = await open_socket(serve(grace=60.0))
    await say(socket, type="ask", prompt=LONG)
    while (await hear(socket))["type"] != "text":
        pass
    socket.transport.abort()  # as when a laptop is closed
    await until(lambda: upstream() == 0)


async def test_what_can_not_be_asked_gets_a_sentence_and_the_socket_stays(serve: Serve):
    async with open_socket(serve(Scripted(["x"], wait=lambda _: asyncio.sleep(60)))) as socket:
        for message, words in [
            ({"type": "ask", "prompt": " "}, "The prompt is empty: type a question first."),
            ({"type": "ask", "prompt": "x" * 30_000}, "The prompt is too long"),
            ({"type": "ask"}, "The request needs a prompt"),
            ({"type": "ask", "prompt": "x", "after": "gone"}, "There is no such answer"),
            ({"type": "sing"}, 'Send {"type": "ask"'),
        ]:
            await say(socket, **message)
            page = await hear(socket)
            assert page["type"] == "error" and words in page["error"]
        await say(socket, type="ask", prompt="hello")
        await say(socket, type="ask", prompt="and")
        while (page := await hear(socket))["type"] != "error":
            pass
        assert page["error"] == "Stop the last answer first."


@pytest.mark.parametrize(
    ("sent", "code"),
    [("{", 1007), ("[]", 1007), (b"\x00", 1003), ('"' + "x" * 200_000 + '"', 1009)],
)
async def test_what_is_no_message_closes_the_socket_with_its_code(
    serve: Serve, sent: str | bytes, code: int
):
    async with open_socket(serve(Scripted(["x"]))) as socket:
        await socket.send(sent)
        with pytest.raises(ConnectionClosed) as closed:
            async with asyncio.timeout(60):
                await socket.recv()
    assert closed.value.rcvd is not None and closed.value.rcvd.code == code


@pytest.mark.parametrize("origin", ["http://evil.example", "null"])
async def test_a_page_from_elsewhere_gets_no_socket(serve: Serve, origin: str):
    with pytest.raises(InvalidStatus) as refused:
        async with open_socket(serve(Scripted(["x"])), origin=origin):
            pass
    assert refused.value.response.status_code == 403


async def test_a_server_that_stops_says_so(serve: Serve):
    server = serve(Scripted(["x"], wait=lambda _: asyncio.sleep(60)))
    async with open_socket(server) as socket:
        await say(socket, type="ask", prompt="hello")
        assert (await hear(socket))["type"] == "run"
        await asyncio.to_thread(server.close)
        heard = []
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                heard.append(await hear(socket))
    assert heard[-1]["type"] == "end" and heard[-1]["note"] == "■ The server is stopping."
    assert closed.value.rcvd is not None and closed.value.rcvd.code == 1012
