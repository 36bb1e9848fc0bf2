"""Answers under way, and who reads them.

    one task drives the agent ──▶ the run's events, numbered, in a list
                                       ▲       ▲          ▲
                                  reader at 3  at 17   at 17 (slow)

A reader is a place in that list and nothing more. So a hundred of them cost little, a slow one
slows nobody and makes no queue grow, one who was cut off comes back to where they were, and
one who comes late reads it all. What a reader has missed comes joined (`merge`).

Who pays for an answer that nobody reads? When the last reader has left and does not come back
within the grace, the run is cancelled, and with it the request to the API.
"""

import asyncio
import secrets
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import aclosing, contextmanager, suppress
from dataclasses import replace
from typing import Any

from helpers.agent import AgentEvent
from helpers.history import Conversation
from helpers.render.endings import STOPPED, failure
from helpers.session.metering import SpendingCapReached
from helpers.web.requests import Ask, Refused
from helpers.web.wire import Encoder, LogEntry, Page, merge

__all__ = ["Answer", "Run", "Runs"]

# Starts the agent on a conversation whose last words are the user's.
Answer = Callable[[Conversation], AsyncGenerator[AgentEvent]]

GRACE = 5.0  # seconds; an EventSource needs one to come back, a phone in a lift some more
FRAME = 1 / 60  # seconds; nobody sees more, and a fast answer is less work for all
MOST_AT_ONCE = 500  # events in a batch
HEARTBEAT_SECONDS = 15.0  # proxies give up after 30 to 60 of silence
LAST_WORDS_SECONDS = 1.0  # in which readers may hear that the server stops

MOST_UNDER_WAY = 200  # runs
MOST_KEPT = 50_000  # events of runs that are over, for readers who come back


class Run:
    """One answer: what was told of it so far, and the task that makes more.

    Attributes:
        id: cannot be guessed, so who has it was given it.
        told: everything that its readers are told, from the first on; ids count from 1.
        readers: how many read it now.
        deserted: set while that is nobody.
    """

    def __init__(self, conversation: Conversation, telling: Encoder) -> None:
        self.id = secrets.token_urlsafe(12)
        self.conversation = conversation
        self.told: list[LogEntry] = []
        self.readers = 0
        self.deserted = asyncio.Event()
        self.deserted.set()
        self._telling = telling
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._leaving: asyncio.TimerHandle | None = None
        self._until = 0.0  # when the last grace ends that a reader who left was given
        self._why = ""

    @property
    def over(self) -> bool:
        """Whether nothing more will be told."""
        return bool(self.told) and self.told[-1].page["type"] == "end"

    def start(self, events: AsyncGenerator[AgentEvent], grace: float) -> None:
        """Drive the agent; within the grace, somebody has to come and read."""
        self._task = asyncio.create_task(self._drive(events))
        # A task that is cancelled before its first step runs nothing of its own, not even this.
        self._task.add_done_callback(lambda _: self._end())
        self._wait_for_readers(grace)

    def stop(self, why: str = "Stopped.") -> None:
        """Cancel the answer, and with it the request to the API; harmless when it is over."""
        if self._task is not None and not self.over:
            self._why = self._why or why
            self._task.cancel()

    async def wait_for_end(self) -> None:
        """Wait until the answer is over and its connection is closed."""
        if self._task is not None:
            await asyncio.wait({self._task})

    # ---- Encoder

    async def _drive(self, events: AsyncGenerator[AgentEvent]) -> None:
        telling = self._telling
        try:
            async with aclosing(events):
                async for event in events:
                    self._tell(telling.feed(event))
        except SpendingCapReached as reached:
            self._tell(telling.end(failure(str(reached))))
        except Exception as error:  # whoever reads must learn that nothing more comes
            self._tell(telling.end(failure(f"{type(error).__name__}: {error}")))

    def _end(self) -> None:
        """Leave nobody waiting: whatever ended the task, the last thing told is an end."""
        if not self.over:
            self._tell(self._telling.end(replace(STOPPED, sentence=self._why)))
        if self._leaving is not None:
            self._leaving.cancel()

    def _tell(self, pages: list[Page]) -> None:
        if pages and not self.over:
            first = len(self.told) + 1
            self.told += [LogEntry(id, page) for id, page in enumerate(pages, first)]
            news, self._news = self._news, asyncio.Event()
            news.set()

    # ---- Reading

    @contextmanager
    def reader(self, grace: float) -> Iterator[None]:
        """Be a reader; without any, a run goes on for the grace of those who left.

        Args:
            grace: seconds in which this reader may come back.
        """
        self.readers += 1
        self.deserted.clear()
        if self._leaving is not None:
            self._leaving.cancel()
        try:
            yield
        finally:
            self.readers -= 1
            if not self.readers:
                self.deserted.set()
            if not self.over:
                now = asyncio.get_running_loop().time()
                self._until = max(self._until, now + grace)
                if not self.readers:
                    self._wait_for_readers(self._until - now)

    def _wait_for_readers(self, seconds: float) -> None:
        if seconds <= 0:
            self.stop("Nobody was reading.")
        else:
            loop = asyncio.get_running_loop()
            self._leaving = loop.call_later(seconds, self.stop, "Nobody was reading.")

    async def follow(
        self, after: int = 0, *, heartbeat: float = HEARTBEAT_SECONDS
    ) -> AsyncIterator[list[LogEntry]]:
        """Give what a reader has not been told, in batches, until the run is over.

        While the reader is busy with a batch, nothing is collected for it: the next batch is
        made of the list, when the reader asks.

        Args:
            after: the id of the last event that the reader has.
            heartbeat: an empty batch comes after so many seconds of silence.
        """
        while True:
            news = self._news
            if after < len(self.told):
                # Never all at once: who comes late must not need as much memory as the answer.
                batch = merge(self.told[after : after + MOST_AT_ONCE])
                after = batch[-1].id
                yield batch
                await asyncio.sleep(FRAME)
            elif self.over:
                return
            else:
                try:
                    async with asyncio.timeout(heartbeat):
                        await news.wait()
                except TimeoutError:
                    yield []


class Runs:
    """The runs of one server.

    Args:
        answer: starts the agent.
        dollars: what a usage object costs; None where the price is unknown.
        grace: seconds for which an answer goes on without a reader.
        clock: tells seconds.
    """

    def __init__(
        self,
        answer: Answer,
        *,
        dollars: Callable[[dict[str, Any]], float | None] = lambda usage: None,
        grace: float = GRACE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.grace = grace
        self._answer = answer
        self._dollars = dollars
        self._clock = clock
        self._runs: dict[str, Run] = {}  # the oldest first

    def __len__(self) -> int:
        return len(self._runs)

    @property
    def kept(self) -> list[Run]:
        """The runs that can be read: those under way, and the latest that are over."""
        return [*self._runs.values()]

    @property
    def under_way(self) -> list[Run]:
        """The runs that are not over."""
        return [run for run in self._runs.values() if not run.over]

    def start(self, ask: Ask) -> Run:
        """Answer what a person asks, in a task of its own.

        Raises:
            Refused: there is too much to do, or the conversation can't go on like this.
        """
        self._forget()
        if len(self.under_way) >= MOST_UNDER_WAY:
            raise Refused(503, "Too many answers are under way: try again in a moment.")
        conversation = Conversation()
        if ask.after:
            before = self.find(ask.after)
            conversation = before.conversation
            if any(run.conversation is conversation for run in self.under_way):
                raise Refused(409, "The last answer is still under way: stop it first.")
        conversation.say(ask.prompt)
        began = self._clock()
        telling = Encoder(lambda: self._clock() - began, self._dollars)
        run = Run(conversation, telling)
        run.start(self._answer(conversation), max(self.grace, GRACE))
        self._runs[run.id] = run
        return run

    def find(self, id: str) -> Run:
        """Return a run by its id.

        Raises:
            Refused: there is none.
        """
        run = self._runs.get(id)
        if run is None:
            raise Refused(404, "There is no such answer, or it is too long ago: ask again.")
        return run

    async def close(self) -> None:
        """Stop every answer; wait for connections to close and readers to hear it."""
        runs = self.under_way
        for run in runs:
            run.stop("The server is stopping.")
        for run in runs:
            await run.wait_for_end()
        with suppress(TimeoutError):  # one who takes nothing can't hold up the end
            async with asyncio.timeout(LAST_WORDS_SECONDS):
                for run in self.kept:
                    await run.deserted.wait()

    def _forget(self) -> None:
        """Let go of the oldest answers, so that a server that runs for weeks stays small."""
        kept = sum(len(run.told) for run in self._runs.values() if run.over)
        for run in [run for run in self._runs.values() if run.over and not run.readers]:
            if kept <= MOST_KEPT:
                return
            kept -= len(run.told)
            del self._runs[run.id]
