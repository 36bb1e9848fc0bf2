"""Where one network chunk ends and the next begins.

A network keeps bytes and their order, and nothing else: chunk boundaries fall where they like,
also inside an event, inside a line, inside a character. These are the ways to cut.
"""

import itertools
import sys
from collections.abc import Callable, Iterable, Iterator
from random import Random

from .chance import below
from .plan import TimedBytes

Chunking = Callable[[Iterable[TimedBytes], Random], Iterator[TimedBytes]]


def by_event(chunks: Iterable[TimedBytes], numbers: Random) -> Iterator[TimedBytes]:
    """Leave each event a chunk of its own, as the real API mostly does."""
    return iter(chunks)


def by_byte(chunks: Iterable[TimedBytes], numbers: Random) -> Iterator[TimedBytes]:
    """Send every byte alone: the hardest test of a parser."""
    return recut(chunks, itertools.repeat(1))


def whole(chunks: Iterable[TimedBytes], numbers: Random) -> Iterator[TimedBytes]:
    """Hold everything back and send it at the end, as a buffering proxy does."""
    return recut(chunks, itertools.repeat(sys.maxsize))


def at_random(chunks: Iterable[TimedBytes], numbers: Random) -> Iterator[TimedBytes]:
    """Cut anywhere: from 1 to 400 bytes a chunk, where an event has about 120."""
    return recut(chunks, (1 + below(numbers, 400) for _ in itertools.repeat(None)))


CHUNKINGS: dict[str, Chunking] = {
    "event": by_event,
    "byte": by_byte,
    "whole": whole,
    "random": at_random,
}


def cutter(chunking: str | int) -> Chunking:
    """Return the way to cut that a setting names: one of CHUNKINGS, or a number of bytes."""
    if isinstance(chunking, str):
        return CHUNKINGS[chunking]
    return lambda chunks, numbers: recut(chunks, itertools.repeat(chunking))


def recut(chunks: Iterable[TimedBytes], sizes: Iterator[int]) -> Iterator[TimedBytes]:
    """Cut the same bytes into chunks of these sizes; the last one may be shorter.

    A chunk leaves when its last byte is there. What came before a drop is still delivered.
    """
    held, at, size = bytearray(), 0.0, next(sizes)
    dropped = None
    try:
        for chunk in chunks:
            at = chunk.at
            if not chunk.data and not held:
                yield chunk  # nothing but time passes, or the headers leave alone
            held += chunk.data
            while len(held) >= size:
                yield TimedBytes(at, bytes(held[:size]))
                del held[:size]
                size = next(sizes)
    except ConnectionResetError as drop:
        dropped = drop
    if held:
        yield TimedBytes(at, bytes(held))
    if dropped:
        raise dropped
