"""Agents for these tests, and what a reader makes of a stream."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from typing import Any

import httpx

from helpers.agent import (
    AgentEvent,
    BlockStarted,
    MessageStarted,
    MessageStopped,
    RunFinished,
    TextDelta,
    TurnStarted,
)
from helpers.assistant.agent import Agent
from helpers.history import Conversation
from helpers.sse import SSEDecoder


class Scripted(Agent):
    """Says the same pieces to everybody, and counts who is served and who was closed."""

    def __init__(
        self, pieces: Iterable[str], wait: Callable[[int], Any] = lambda place: None
    ) -> None:
        self.pieces = [*pieces]
        self.wait = wait  # what to wait for before the piece at a place: None, or an awaitable
        self.under_way = 0
        self.closed_early = 0

    def open(self) -> None:
        pass

    async def close(self) -> None:
        pass

    def dollars(self, usage: Mapping[str, Any]) -> float | None:
        return 0.0

    def about(self) -> dict[str, Any]:
        return {"model": "scripted", "mode": "mock", "priced": True, "words": "Scripted."}

    async def answer(self, conversation: Conversation) -> AsyncGenerator[AgentEvent]:
        conversation.take()
        self.under_way += 1
        over = False
        try:
            yield TurnStarted(1)
            yield MessageStarted({})
            yield BlockStarted(0, {"type": "text", "text": ""})
            for place, piece in enumerate(self.pieces):
                if (waiting := self.wait(place)) is not None:
                    await waiting
                yield TextDelta(0, piece)
            yield MessageStopped({})
            over = True
            yield RunFinished("end_turn", {}, 1)
        finally:
            self.under_way -= 1
            self.closed_early += not over


def kind_of(page: Mapping[str, Any]) -> str:
    """Return what a page is told, in a word or two."""
    match page:
        case {"type": "part", "kind": kind, "state": state}:
            return f"{kind} {state}"
        case {"type": "now", "waiting": waiting}:
            return "waiting" if waiting else "answering"
    return str(page["type"])


class Reader:
    """What a page has after some events: the text of its lines, and the line in progress."""

    def __init__(self) -> None:
        self.ids: list[int] = []
        self.lines: list[str] = []
        self.open = ""
        self.kinds: list[str] = []
        self.end: dict[str, Any] | None = None

    def take(self, id: int, page: Mapping[str, Any]) -> None:
        assert not self.ids or id > self.ids[-1], "an event came twice, or too late"
        assert self.end is None, "something came behind the end"
        self.ids.append(id)
        # Neighbours of these kinds come joined to a reader who is late.
        kind = kind_of(page)
        joins = kind == "more" and self.kinds[-1:] == ["more"]
        if kind != "text" and not joins:
            self.kinds.append(kind)
        match page:
            case {"type": "text", "lines": lines, "text": text}:
                self.lines += filter(None, lines)
                self.open = text if lines else self.open + text
            case {"type": "end"}:
                self.end = dict(page)

    def feed(self, decoder: SSEDecoder, chunk: bytes) -> None:
        for event in decoder.feed(chunk):
            self.take(int(event.id), json.loads(event.data))

    @property
    def seen(self) -> tuple[list[str], str, list[str]]:
        return self.lines, self.open, self.kinds


async def read(
    http: httpx.AsyncClient, address: str, *, have: int = 0, into: Reader | None = None
) -> Reader:
    """Read an event stream to its end."""
    reader, decoder = into or Reader(), SSEDecoder()
    headers = {"Last-Event-ID": str(have)} if have else {}
    async with http.stream("GET", address, headers=headers) as response:
        assert response.status_code == 200, await response.aread()
        async for chunk in response.aiter_bytes():
            reader.feed(decoder, chunk)
    return reader


async def until(true: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it never came to be"
        await asyncio.sleep(0.01)
