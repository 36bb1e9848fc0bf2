"""A long answer in a file: all of it or none of it under its name, and flat memory."""

import asyncio
import tracemalloc
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from helpers.client import OpenStream, StatusError, StreamTruncated
from helpers.mock.engine import MockAPI, VirtualClock
from helpers.mock.transport import in_process_transport
from helpers.streams.to_file import PAGE, BrokenOff, write_text

HEADERS = {"authorization": "Bearer mock-key", "anthropic-version": "2026-10-21"}
REQUEST = {
    "model": "offline-mock",
    "max_tokens": 4096,
    "messages": [{"role": "user", "content": "Count to three."}],
}


def answering(*texts: str, error: BaseException | None = None) -> OpenStream:
    """Return what gives an answer in these pieces, and then perhaps fails."""

    @asynccontextmanager
    async def open_stream(
        http: httpx.AsyncClient, request: Mapping[str, Any]
    ) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
        async def events() -> AsyncIterator[dict[str, Any]]:
            usage = {"input_tokens": 9, "output_tokens": 1}
            yield {"type": "message_start", "message": {"usage": usage}}
            for text in texts:
                delta = {"type": "text_delta", "text": text}
                yield {"type": "content_block_delta", "index": 0, "delta": delta}
            if error is not None:
                raise error
            delta = {"stop_reason": "end_turn"}
            yield {"type": "message_delta", "delta": delta, "usage": {"output_tokens": 5}}

        yield events()

    return open_stream


def files(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in folder.iterdir()}


async def write(path: Path, open_stream: OpenStream) -> Any:
    async with httpx.AsyncClient() as http:
        return await write_text(http, REQUEST, path, open_stream=open_stream)


async def test_an_answer_of_the_offline_api(tmp_path: Path):
    transport = in_process_transport(httpx, MockAPI(clock=VirtualClock()))
    async with httpx.AsyncClient(
        base_url="http://mock", headers=HEADERS, transport=transport
    ) as http:
        written = await write_text(http, REQUEST, tmp_path / "answer.md")
    assert list(files(tmp_path)) == ["answer.md"]
    text = files(tmp_path)["answer.md"]
    assert "three" in text.lower()
    assert (written.path, written.characters) == (tmp_path / "answer.md", len(text))
    assert written.stop_reason == "end_turn"
    assert written.usage["input_tokens"] > 0 < written.usage["output_tokens"]


async def test_the_text_is_written_as_it_came(tmp_path: Path):
    path = tmp_path / "answer.md"
    written = await write(path, answering("Zoë\r\n", "日本", "\ud800\n"))
    assert path.read_bytes() == "Zoë\r\n日本?\n".encode()
    assert (written.characters, written.bytes) == (9, 14)
    assert written.usage == {"input_tokens": 9, "output_tokens": 5}


async def test_what_broke_off_is_kept_apart(tmp_path: Path):
    path = tmp_path / "answer.md"
    path.write_text("the old one")
    broken = answering("One, ", "two", error=StreamTruncated("the connection closed"))
    with pytest.raises(BrokenOff, match=r"after 8 characters.*answer\.md\.part.*closed") as raised:
        await write(path, broken)
    assert path.read_text() == "the old one"
    assert raised.value.written.path.read_text() == "One, two"
    assert raised.value.written.bytes == 8


async def test_a_new_answer_takes_the_place_of_both(tmp_path: Path):
    path = tmp_path / "answer.md"
    path.write_text("the old one, which was longer")
    path.with_name("answer.md.part").write_text("what had broken off, which was longer")
    await write(path, answering("new"))
    assert files(tmp_path) == {"answer.md": "new"}


async def test_who_is_cancelled_leaves_what_there_is(tmp_path: Path):
    with pytest.raises(asyncio.CancelledError):
        await write(tmp_path / "answer.md", answering("One", error=asyncio.CancelledError()))
    assert (tmp_path / "answer.md.part").read_text() == "One"


async def test_no_answer_touches_no_file(tmp_path: Path):
    @asynccontextmanager
    async def refuse(
        http: httpx.AsyncClient, request: Mapping[str, Any]
    ) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
        raise StatusError(401, "authentication_error", "no key", {})
        yield

    with pytest.raises(StatusError):
        await write(tmp_path / "answer.md", refuse)
    assert files(tmp_path) == {}


async def test_memory_does_not_grow_with_the_answer(tmp_path: Path):
    path = tmp_path / "answer.md"
    piece = "word " * 200
    count = 5_000
    open_stream = answering(*[piece] * count)
    tracemalloc.start()
    try:
        written = await write(path, open_stream)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert written.bytes == path.stat().st_size == count * len(piece)
    assert most < written.bytes / 4
    assert written.bytes > 50 * PAGE
