"""What a stream does that its protocol doesn't allow, in words.

A checker is fed with the events of one stream and answers with sentences, none when all is well.
It is pure: no socket, no clock. What the documentation allows is no violation: unknown kinds of
events, blocks and deltas, a ping anywhere, spaces in the JSON, any kind of line end.

The tap shows the sentences while a stream passes; tests hold every scenario to them.
"""

from collections.abc import Iterable, Iterator
from typing import Protocol

from .events import RawEvent, Reader, bracket_name
from .messages_checker import MessagesChecker
from .openai_checkers import ChatChecker, ResponsesChecker


class Checker(Protocol):
    """The rules of one kind of stream."""

    summary: str  # how the stream ended in its own words, such as a stop reason

    def event(self, raw: RawEvent) -> Iterator[str]:
        """Yield what is wrong with the next event."""

    def end(self) -> Iterator[str]:
        """Yield what is missing, now that the stream has ended."""


class Stream:
    """One stream of bytes, read and held to its rules.

    events: how many have come.
    """

    def __init__(self, checker: Checker) -> None:
        self.checker = checker
        self.reader = Reader()
        self.events = 0
        self._readable = True

    @property
    def summary(self) -> str:
        """How the stream ended in its own words; empty as long as it hasn't."""
        return self.checker.summary

    def feed(self, data: bytes) -> list[str]:
        """Return what is wrong with the events that these bytes complete."""
        said: list[str] = []
        if not self._readable:
            return said
        try:
            for raw in self.reader.feed(data):
                self.events += 1
                said += [
                    f"Event {self.events}{bracket_name(raw)}: {s}" for s in self.checker.event(raw)
                ]
        except UnicodeDecodeError as error:
            self._readable = False
            wrong = error.object[error.start : error.end].hex(" ")
            said.append(f"After event {self.events}: the bytes {wrong} are not UTF-8.")
        return said

    def end(self) -> list[str]:
        """Return what is missing at the end of the bytes."""
        if not self._readable:
            return []
        said = [f"At the end: {sentence}" for sentence in self.checker.end()]
        if self.reader.is_unfinished:
            said.append("At the end: the last event has no blank line after it, so it is lost.")
        return said


def check(chunks: Iterable[bytes], path: str = "/v1/messages") -> list[str]:
    """Return everything that is wrong with a whole stream.

    chunks: its bytes, cut anywhere.
    path: the endpoint that it comes from, which decides the rules.
    """
    stream = Stream(checker_for(path))
    return [sentence for chunk in chunks for sentence in stream.feed(chunk)] + stream.end()


def checker_for(path: str) -> Checker:
    """Return the rules for the streams of an endpoint; those of any event stream if unknown."""
    if path.endswith("/messages"):
        return MessagesChecker()
    if path.endswith("/chat/completions"):
        return ChatChecker()
    if path.endswith("/responses"):
        return ResponsesChecker()
    return AnyChecker()


class AnyChecker:
    """The rules of an event stream of which nothing else is known."""

    summary = ""

    def event(self, raw: RawEvent) -> Iterator[str]:
        """Yield nothing: any event will do."""
        yield from ()

    def end(self) -> Iterator[str]:
        """Yield nothing: any end will do."""
        yield from ()
