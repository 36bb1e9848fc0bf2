"""How a decoder is run in the cases of `sse`."""

from collections.abc import Callable
from typing import Any

from helpers.lessons.checking.case import Case, Misconception, Namespace
from helpers.lessons.checking.fair_time import clock
from helpers.lessons.nb01_sse_by_hand.sse.checks.mistakes import same_events
from helpers.sse import ServerSentEvent

__all__ = [
    "about_as_long",
    "byte_by_byte",
    "byte_order_mark",
    "event",
    "growth",
    "line_ends",
    "one_chunk",
    "own_run",
    "some_chunks",
    "two_decoders",
]


def event(data: str, name: str = "message", id: str = "") -> ServerSentEvent:
    """One expected event."""
    return ServerSentEvent(name, data, id)


def one_chunk(
    name: str,
    why: str,
    chunk: bytes,
    expected: list[ServerSentEvent],
    *misconceptions: Misconception,
) -> Case:
    """A case that feeds all bytes at once."""

    def run(my: Namespace) -> object:
        return my.SSEDecoder().feed(chunk)

    code = f"SSEDecoder().feed({chunk!r})"
    return Case(name, why, code, run, expected, misconceptions, same_events)


def some_chunks(
    name: str,
    why: str,
    chunks: tuple[bytes, ...],
    expected: list[list[ServerSentEvent]],
    *misconceptions: Misconception,
) -> Case:
    """A case that feeds one decoder in several calls and keeps their lists apart."""

    def run(my: Namespace) -> object:
        decoder = my.SSEDecoder()
        return [decoder.feed(chunk) for chunk in chunks]

    code = f"decoder = SSEDecoder()\n[decoder.feed(chunk) for chunk in {chunks!r}]"
    return Case(name, why, code, run, expected, misconceptions, same_events)


def own_run(
    name: str,
    why: str,
    code: str,
    run: Callable[[Namespace], object],
    expected: object,
    *misconceptions: Misconception,
    same: Callable[[Any, Any], bool] = same_events,
) -> Case:
    """A case that does something else."""
    return Case(name, why, code, run, expected, misconceptions, same)


def byte_by_byte(my: Namespace) -> object:
    """Feed a stream in single bytes."""
    stream = b"event: greeting\ndata: hello\n\ndata: world\n\n"
    decoder = my.SSEDecoder()
    return [event for byte in stream for event in decoder.feed(bytes([byte]))]


def two_decoders(my: Namespace) -> object:
    """Feed a decoder while another one is in mid-event."""
    one, two = my.SSEDecoder(), my.SSEDecoder()
    return [one.feed(b"data: o"), two.feed(b"data: two\n\n"), one.feed(b"ne\n\n")]


def line_ends(my: Namespace) -> object:
    """Feed a stream of CRLF and a stream of CR."""
    return [
        my.SSEDecoder().feed(b"data: one\r\n\r\n"),
        my.SSEDecoder().feed(b"data: two\r\r: and so on"),
    ]


def byte_order_mark(my: Namespace) -> object:
    """Feed a stream with a byte order mark, in one piece and cut inside the mark."""
    decoder = my.SSEDecoder()
    return [
        my.SSEDecoder().feed(b"\xef\xbb\xbfdata: one\n\n"),
        decoder.feed(b"\xef\xbb"),
        decoder.feed(b"\xbfdata: two\n\n"),
    ]


def growth(my: Namespace) -> object:
    """Return how many times longer a call takes when the line is long already.

    Both times are taken on the same machine, a moment apart, and each is the shortest of
    several, so a machine that is slow or busy makes no verdict wrong.
    """
    decoder = my.SSEDecoder()
    decoder.feed(b"data: ")
    early = shortest(decoder)
    decoder.feed(b"x" * 1_000_000)
    late = shortest(decoder)
    # Some clocks, such as a browser's, are too coarse to see the early calls at all.
    return round(late / max(early, 5e-6))


def shortest(decoder: Any) -> float:
    """Return the seconds that some small chunks take, the shortest of several times."""
    seconds: list[float] = []
    # A pause of the whole process hits one of five; a slow decoder is not asked more often.
    while len(seconds) < 5 or (len(seconds) < 50 and sum(seconds) < 0.1):
        start = clock()
        for _ in range(20):
            decoder.feed(b"sixteen more of ")
        seconds.append(clock() - start)
    return min(seconds)


def about_as_long(returned: Any, expected: Any) -> bool:
    """Whether a call takes about as long as before; one that reads all again is far off."""
    return bool(returned < 6 * expected)
