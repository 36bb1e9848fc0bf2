"""What is tried with `sse`, and what its mistakes are recognised by."""

import time
from collections.abc import Callable
from typing import Any

from helpers.lessons.checking.case import Case, Misconception, Namespace
from helpers.lessons.nb01_sse_by_hand.sse.checks.mistakes import (
    BYTE_AFTER_CR,
    COMMENT_ENDS_IT,
    CRLF_IS_TWO,
    CRLF_REPLACED_PER_CHUNK,
    DATA_NOT_CLEARED,
    DECODES_EACH_CHUNK,
    DECODES_EACH_CHUNK_STRICTLY,
    EMPTY_CHUNK,
    EMPTY_DATA_NOT_GIVEN,
    EMPTY_NAME,
    EVERY_LF_AFTER_CR,
    EXPECTS_A_COLON,
    FLAG_STAYS,
    FORGETS_FIELDS,
    FORGETS_ID,
    FORGETS_THE_REST,
    GIVES_NOTHING,
    GIVES_UNFINISHED_EVENTS,
    HIDES_BAD_BYTES,
    ID_AS_NUMBER,
    IGNORES_ID,
    JOINS_WITHOUT_NEWLINE,
    KEEPS_FINAL_NEWLINE,
    KEEPS_LAST_DATA_LINE,
    KEEPS_THE_MARK,
    KEEPS_THE_SPACE,
    LOSES_ID_OF_EMPTY_BLOCK,
    MARK_ANYWHERE,
    MARK_IN_ONE_PIECE,
    MATCHES_START_OF_NAME,
    MIXES_BYTES_AND_TEXT,
    NAME_LEAKS,
    NEEDS_DATA,
    NEEDS_SPACE,
    NO_DEFAULT_NAME,
    NO_LONE_CR,
    OLD_CR,
    ON_THE_WHOLE,
    ONE_EVENT_PER_CHUNK,
    ONE_EVENT_PER_DATA_LINE,
    ONLY_LF,
    OTHER_ENCODING,
    PHANTOM_EVENT,
    READS_FROM_THE_START,
    RETRY_AS_NUMBER,
    RETURNS_EARLIER_EVENTS,
    RETURNS_NONE,
    RETURNS_ONE_EVENT,
    SAME_LIST,
    SHARED_BETWEEN_DECODERS,
    SKIPS_NAME_WITHOUT_COLON,
    SPLITS_AT_EVERY_COLON,
    SPLITS_TEXT_LINES,
    STRICT_UTF_8,
    STRIPS_SPACES,
    TAKES_ID_WITH_NUL,
    TRIPS_OVER_UNKNOWN_LINES,
    WAITS_AFTER_CR,
    same_events,
)
from helpers.sse import ServerSentEvent

__all__ = ["CASES"]


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
        start = time.perf_counter()
        for _ in range(20):
            decoder.feed(b"sixteen more of ")
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def about_as_long(returned: Any, expected: Any) -> bool:
    """Whether a call takes about as long as before; one that reads all again is far off."""
    return bool(returned < 6 * expected)


CASES = (
    one_chunk(
        "one whole event",
        "This is what the Messages API sends: a name, JSON, a blank line.",
        b'event: greeting\ndata: {"hello": "world"}\n\n',
        [event('{"hello": "world"}', "greeting")],
        *ON_THE_WHOLE,
        MIXES_BYTES_AND_TEXT,
        SPLITS_AT_EVERY_COLON,
        EXPECTS_A_COLON,
        KEEPS_THE_SPACE,
        KEEPS_FINAL_NEWLINE,
        GIVES_NOTHING,
    ),
    one_chunk(
        "two events in one chunk",
        "When a model is fast or the reader slow, events pile up and come together.",
        b"event: a\ndata: one\n\nevent: b\ndata: two\n\n",
        [event("one", "a"), event("two", "b")],
        DATA_NOT_CLEARED,
        RETURNS_ONE_EVENT,
        ONE_EVENT_PER_CHUNK,
    ),
    one_chunk(
        "an event without a name",
        "Many compatible servers send only `data:` lines; such an event is called message.",
        b"event: greeting\ndata: hello\n\ndata: world\n\n",
        [event("hello", "greeting"), event("world")],
        NAME_LEAKS,
        NO_DEFAULT_NAME,
    ),
    some_chunks(
        "an event in three chunks",
        "A chunk is what the network delivered, and it knows nothing of events.",
        (b"data: one\n\ndata: t", b"w", b"o\n\n"),
        [[event("one")], [], [event("two")]],
        RETURNS_NONE,
        SAME_LIST,
        RETURNS_EARLIER_EVENTS,
        GIVES_UNFINISHED_EVENTS,
        FORGETS_THE_REST,
    ),
    own_run(
        "byte by byte",
        "Whatever cut a network makes, it is among these.",
        'stream = b"event: greeting\\ndata: hello\\n\\ndata: world\\n\\n"\n'
        "decoder = SSEDecoder()\n"
        "[event for byte in stream for event in decoder.feed(bytes([byte]))]",
        byte_by_byte,
        [event("hello", "greeting"), event("world")],
        FORGETS_FIELDS,
        GIVES_UNFINISHED_EVENTS,
        FORGETS_THE_REST,
    ),
    own_run(
        "two decoders side by side",
        "An agent reads several answers at once, each with a decoder of its own.",
        "one, two = SSEDecoder(), SSEDecoder()\n"
        '[one.feed(b"data: o"), two.feed(b"data: two\\n\\n"), one.feed(b"ne\\n\\n")]',
        two_decoders,
        [[], [event("two")], [event("one")]],
        SHARED_BETWEEN_DECODERS,
    ),
    one_chunk(
        "a stream that breaks off",
        "A lost connection leaves half an event, and half a tool call must not run.",
        b"data: whole\n\ndata: half\n",
        [event("whole")],
        GIVES_UNFINISHED_EVENTS,
    ),
    some_chunks(
        "a chunk that ends inside a character",
        "In UTF-8 é is two bytes and a rocket is four, and the network may cut between them.",
        (b"data: \xc3\xa9t\xc3", b"\xa9\n\n"),
        [[], [event("été")]],
        OTHER_ENCODING,
        DECODES_EACH_CHUNK_STRICTLY,
        DECODES_EACH_CHUNK,
    ),
    one_chunk(
        "a character that looks like a line end",
        "JSON may hold U+2028, LINE SEPARATOR, as it is; in UTF-8 that is E2 80 A8.",
        'data: {"text": "one\u2028two"}\n\n'.encode(),
        [event('{"text": "one\u2028two"}')],
        SPLITS_TEXT_LINES,
    ),
    one_chunk(
        "a byte that is not UTF-8",
        "One bad byte from somewhere far behind the server must not cost the whole answer.",
        b"data: caf\xe9!\n\n",
        [event("caf\N{REPLACEMENT CHARACTER}!")],
        STRICT_UTF_8,
        HIDES_BAD_BYTES,
    ),
    one_chunk(
        "several data lines",
        "Text with line ends in it travels as one `data:` line for each of its lines.",
        b"data: first\ndata: second\n\n",
        [event("first\nsecond")],
        KEEPS_LAST_DATA_LINE,
        ONE_EVENT_PER_DATA_LINE,
        JOINS_WITHOUT_NEWLINE,
        KEEPS_FINAL_NEWLINE,
    ),
    one_chunk(
        "spaces around the data",
        "Some servers leave out the space after the colon; others send indented text.",
        b"data:no space\ndata:   indented \n\n",
        [event("no space\n  indented ")],
        NEEDS_SPACE,
        STRIPS_SPACES,
    ),
    one_chunk(
        "comments and unknown fields",
        "Gateways send comments to keep a quiet connection open, and formats grow.",
        b": keep-alive\n\nretry: 3000\ndataset: 7\nnonsense\ndata: hello\n\n",
        [event("hello")],
        EXPECTS_A_COLON,
        TRIPS_OVER_UNKNOWN_LINES,
        MATCHES_START_OF_NAME,
        PHANTOM_EVENT,
    ),
    one_chunk(
        "a block without data",
        "A ping may be a name alone; the standard gives no event for it and forgets the name.",
        b"event: ping\n\ndata: hello\n\n",
        [event("hello")],
        NEEDS_DATA,
        PHANTOM_EVENT,
        NAME_LEAKS,
    ),
    one_chunk(
        "empty data lines",
        "A blank line of a text is an empty data line, and a name without a colon is one, too.",
        b"data\ndata: x\n\ndata:\n\n",
        [event("\nx"), event("")],
        EXPECTS_A_COLON,
        SKIPS_NAME_WITHOUT_COLON,
        EMPTY_DATA_NOT_GIVEN,
        KEEPS_FINAL_NEWLINE,
    ),
    one_chunk(
        "an id lasts until the next one",
        "A client that lost its connection names the last id it saw, to go on from there.",
        b"id: 7\ndata: a\n\ndata: b\n\nid: 8\n\ndata: c\n\n",
        [event("a", id="7"), event("b", id="7"), event("c", id="8")],
        ID_AS_NUMBER,
        IGNORES_ID,
        FORGETS_ID,
        LOSES_ID_OF_EMPTY_BLOCK,
    ),
    one_chunk(
        "an id with a NUL in it",
        "The id goes back to the server in a header, and a header can't hold a NUL.",
        b"id: 7\ndata: a\n\nid: 8\0\ndata: b\n\n",
        [event("a", id="7"), event("b", id="7")],
        ID_AS_NUMBER,
        IGNORES_ID,
        TAKES_ID_WITH_NUL,
    ),
    own_run(
        "other line ends",
        "The standard has three: LF, CRLF and CR; servers and proxies use what they like.",
        '[SSEDecoder().feed(b"data: one\\r\\n\\r\\n"),\n'
        ' SSEDecoder().feed(b"data: two\\r\\r: and so on")]',
        line_ends,
        [[event("one")], [event("two")]],
        ONLY_LF,
        NO_LONE_CR,
    ),
    one_chunk(
        "several lines that end in CRLF",
        "CR and LF together are one line end, so no line of this event is blank.",
        b"event: greeting\r\ndata: one\r\ndata: two\r\n\r\n",
        [event("one\ntwo", "greeting")],
        CRLF_IS_TWO,
    ),
    some_chunks(
        "CRLF, cut between two chunks",
        "The cut falls there sooner or later, and the LF may be seconds away.",
        (b"event: greeting\r", b"\ndata: hello\r\n\r", b"\ndata: world\r\n\r\n"),
        [[], [event("hello", "greeting")], [event("world")]],
        WAITS_AFTER_CR,
        CRLF_REPLACED_PER_CHUNK,
    ),
    own_run(
        "a byte order mark",
        "Some programs put one in front of everything they write, above all on Windows.",
        "decoder = SSEDecoder()\n"
        '[SSEDecoder().feed(b"\\xef\\xbb\\xbfdata: one\\n\\n"),\n'
        ' decoder.feed(b"\\xef\\xbb"),\n'
        ' decoder.feed(b"\\xbfdata: two\\n\\n")]',
        byte_order_mark,
        [[event("one")], [], [event("two")]],
        KEEPS_THE_MARK,
        MARK_IN_ONE_PIECE,
    ),
    own_run(
        "a very long line",
        "A file or a search result comes as one long line, in thousands of chunks.",
        "decoder = SSEDecoder()\n"
        'decoder.feed(b"data: ")\n'
        'early = seconds(lambda: decoder.feed(b"sixteen more of "))\n'
        'decoder.feed(b"x" * 1_000_000)\n'
        'late = seconds(lambda: decoder.feed(b"sixteen more of "))\n'
        "round(late / early)  # how many times longer the same call takes now",
        growth,
        1,
        READS_FROM_THE_START,
        same=about_as_long,
    ),
    some_chunks(
        "CR, LF and LF, each in a chunk",
        "The second LF is a blank line: the event is whole, and waits for nothing more.",
        (b"data: hello\r", b"\n", b"\n"),
        [[], [], [event("hello")]],
        FLAG_STAYS,
    ),
    some_chunks(
        "CR, then LF LF in one chunk",
        "Only the first of them belongs to the CR.",
        (b"data: hello\r", b"\n\n"),
        [[], [event("hello")]],
        EVERY_LF_AFTER_CR,
    ),
    some_chunks(
        "a CR at the end of a chunk, and no LF",
        "The next chunk begins with the next line then.",
        (b"data: one\r", b"data: two\r", b"\r"),
        [[], [], [event("one\ntwo")]],
        BYTE_AFTER_CR,
    ),
    some_chunks(
        "a CR in the middle of a chunk",
        "It has nothing to do with what the next chunk begins with.",
        (b"data: one\rid: 7", b"\n\n"),
        [[], [event("one", id="7")]],
        OLD_CR,
    ),
    some_chunks(
        "an empty chunk between CR and LF",
        "Some clients give an empty chunk when a compressed block ends.",
        (b"data: a\r", b"", b"\ndata: b\r\n\r\n"),
        [[], [], [event("a\nb")]],
        EMPTY_CHUNK,
    ),
    one_chunk(
        "the mark in the middle of a text",
        "Files that were joined carry it inside; there it is a character like any other.",
        "data: a\ufeffb\n\n".encode(),
        [event("a\ufeffb")],
        MARK_ANYWHERE,
    ),
    one_chunk(
        "the mark in front of a later line",
        "The first line of the stream is the only place where it is no character of a name.",
        b"data: one\n\xef\xbb\xbfdata: none\n\n",
        [event("one")],
        MARK_ANYWHERE,
    ),
    one_chunk(
        "comments inside an event",
        "A gateway that keeps the connection open doesn't ask where an event ends.",
        b"data: one\n: still here\n:\ndata: two\n\n",
        [event("one\ntwo")],
        COMMENT_ENDS_IT,
    ),
    one_chunk(
        "a retry that is no number",
        "The standard says: if it is no number, ignore it.",
        b"retry: soon\ndata: hello\n\n",
        [event("hello")],
        RETRY_AS_NUMBER,
    ),
    one_chunk(
        "a name that is empty",
        "Some frameworks write `event:` for each event; the standard calls that message, too.",
        b"event:\ndata: hello\n\n",
        [event("hello")],
        EMPTY_NAME,
    ),
)
