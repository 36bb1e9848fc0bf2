"""What notebook 12 rests on: its references hold for any text and log, its servers end."""

import asyncio
import re

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from hypothesis import given
from hypothesis import strategies as st

from helpers import course
from helpers.sse import SSEDecoder

sse_bytes = course.part("sse_bytes").sse_bytes
replay_from = course.part("replay_from").replay_from

# Half of a surrogate pair can't be sent as UTF-8 by anybody.
texts = st.lists(
    st.sampled_from(["a", " ", ":", "\n", "\r", "\r\n", "\u2028", "\x85", "data: ", "🌧", "\ufeff"]),
    max_size=12,
).map("".join)


@given(st.lists(texts, max_size=4), st.integers(0, 99))
def test_any_text_arrives_as_it_was_sent(sent: list[str], first: int) -> None:
    decoder = SSEDecoder()
    stream = b"".join(sse_bytes(data, id) for id, data in enumerate(sent, first))
    events = decoder.feed(stream)
    assert [event.data for event in events] == [re.sub("\r\n?", "\n", data) for data in sent]
    assert [event.id for event in events] == [str(id) for id, _ in enumerate(sent, first)]


@given(st.integers(0, 20), st.integers(0, 20), st.integers(0, 20))
def test_a_reader_gets_what_is_missing_or_is_told(said: int, dropped: int, place: int) -> None:
    dropped = min(dropped, max(said - 1, 0))  # the newest one stays
    log = [(id, f"event {id}") for id in range(1, said + 1)][dropped:]
    missed = replay_from(log, str(place))
    if dropped <= place <= said:
        assert missed == [f"event {id}" for id in range(place + 1, said + 1)]
    else:
        assert missed is None


def endless() -> tuple[FastAPI, list[str]]:
    """Return an application that streams for ever, and what has become of its readers."""
    app, told = FastAPI(), []

    @app.get("/")
    async def stream() -> StreamingResponse:
        async def body():
            try:
                while True:
                    yield "tick\n"
                    await asyncio.sleep(0.01)
            finally:
                told.append("left")

        return StreamingResponse(body())

    return app, told


async def test_a_server_ends_with_its_block_and_its_readers_with_it() -> None:
    app, told = endless()
    async with asyncio.timeout(60):
        async with course.serve(app) as http:
            reading = http.stream("GET", "/")
            response = await reading.__aenter__()
            assert await anext(response.aiter_text()) == "tick\n"
            address = str(http.base_url)
        assert told == ["left"]
        async with httpx.AsyncClient(trust_env=False) as other:
            with pytest.raises(httpx.ConnectError):
                await other.get(address)


async def test_an_error_of_an_application_is_told(caplog: pytest.LogCaptureFixture) -> None:
    app = FastAPI()

    @app.get("/")
    async def raise_error() -> None:
        raise ValueError("a bug of mine")

    async with course.serve(app) as http:
        assert (await http.get("/")).status_code == 500
    assert "a bug of mine" in caplog.text
