"""The decoder against the standard, against itself, and against two others in wide use.

The standard is section 9.2 of WHATWG HTML, "Server-sent events".
"""

import codecs
import re
import subprocess
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import NamedTuple

import httpx
import httpx_sse
import pytest
from anthropic._streaming import SSEDecoder as AnthropicDecoder
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from helpers.sse import BYTE_ORDER_MARK, EventTooLarge, ServerSentEvent, SSEDecoder

unhurried = settings(deadline=None)  # a busy machine is no failure


def decode(*chunks: bytes) -> list[ServerSentEvent]:
    decoder = SSEDecoder()
    return [event for chunk in chunks for event in decoder.feed(chunk)]


def byte_by_byte(stream: bytes) -> list[bytes]:
    return [stream[i : i + 1] for i in range(len(stream))]


def message(data: str, id: str = "") -> ServerSentEvent:
    return ServerSentEvent("message", data, id)


# --- The examples of the standard, in its order -------------------------------------------


def test_whatwg_three_messages() -> None:
    stream = (
        b"data: This is the first message.\n\n"
        b"data: This is the second message, it\ndata: has two lines.\n\n"
        b"data: This is the third message.\n\n"
    )
    assert decode(stream) == [
        message("This is the first message."),
        message("This is the second message, it\nhas two lines."),
        message("This is the third message."),
    ]


def test_whatwg_named_events() -> None:
    stream = (
        b"event: add\ndata: 73857293\n\nevent: remove\ndata: 2153\n\nevent: add\ndata: 113411\n\n"
    )
    assert decode(stream) == [
        ("add", "73857293", ""),
        ("remove", "2153", ""),
        ("add", "113411", ""),
    ]


def test_whatwg_stock_ticker() -> None:
    assert decode(b"data: YHOO\ndata: +2\ndata: 10\n\n") == [message("YHOO\n+2\n10")]


def test_whatwg_four_blocks() -> None:
    stream = b": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\n"
    assert decode(stream + b"data:  third event\n\n") == [
        message("first event", "1"),
        message("second event"),
        message(" third event"),
    ]
    # "The end of the stream is not enough to trigger the dispatch of the last event."
    assert len(decode(stream + b"data:  third event\n")) == 2


def test_whatwg_two_events_with_little_data() -> None:
    assert decode(b"data\n\ndata\ndata\n\ndata:") == [message(""), message("\n")]


def test_whatwg_space_after_the_colon_is_optional() -> None:
    assert decode(b"data:test\n\ndata: test\n\n") == [message("test"), message("test")]


# --- Byte order mark ----------------------------------------------------------------------


@pytest.mark.parametrize("cut", range(6))
def test_a_byte_order_mark_at_the_start_is_dropped(cut: int) -> None:
    stream = BYTE_ORDER_MARK + b"data: a\n\n"
    assert decode(stream[:cut], b"", stream[cut:]) == [message("a")]
    assert decode(*byte_by_byte(stream)) == [message("a")]


def test_a_second_byte_order_mark_is_part_of_the_field_name() -> None:
    assert decode(BYTE_ORDER_MARK * 2 + b"data: a\ndata: b\n\n") == [message("b")]


def test_a_byte_order_mark_further_on_is_kept() -> None:
    mark = BYTE_ORDER_MARK
    assert decode(b"data: " + mark + b"a\n\n") == [message("\ufeffa")]
    assert decode(b"\n" + mark + b"data: a\n\n") == []
    assert decode(b"data: a\n\n", mark + b"data: b\ndata: c\n\n") == [message("a"), message("c")]


def test_half_a_byte_order_mark_is_an_ordinary_line() -> None:
    assert decode(b"\xef", b"\xbb", b"\ndata: a\n\n") == [message("a")]


# --- Line ends ----------------------------------------------------------------------------


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"], ids=["LF", "CR", "CRLF"])
def test_each_of_the_three_line_ends(end: bytes) -> None:
    stream = end.join([b"event: e", b"data: a", b"data: b", b"", b"data: c", b"", b""])
    expected = [("e", "a\nb", ""), message("c")]
    assert decode(stream) == expected
    assert decode(*byte_by_byte(stream)) == expected


def test_line_ends_may_be_mixed() -> None:
    stream = b"data: a\rdata: b\ndata: c\r\n\rdata: d\n\r\ndata: e\r\r\n"
    expected = [message("a\nb\nc"), message("d"), message("e")]
    assert decode(stream) == expected
    assert decode(*byte_by_byte(stream)) == expected


def test_an_event_is_dispatched_at_cr_without_waiting_for_lf() -> None:
    decoder = SSEDecoder()
    assert decoder.feed(b"data: a\r\n\r") == [message("a")]
    assert decoder.feed(b"") == []
    assert decoder.feed(b"\n") == []
    assert decoder.feed(b"data: b\r\n\r\n") == [message("b")]


def test_lf_after_a_split_crlf_is_no_blank_line() -> None:
    # A phantom blank line after `data: a` would cut this event in two.
    assert decode(b"data: a\r", b"\ndata: b\r", b"\n\r", b"\n") == [message("a\nb")]


def test_two_lf_after_cr_are_one_line_end_and_one_blank_line() -> None:
    assert decode(b"data: a\r", b"\n\n") == [message("a")]


@pytest.mark.parametrize("char", "\v\f\x1c\x1d\x1e\x85\u2028\u2029")
def test_what_str_splitlines_takes_for_a_line_end_stays_in_the_data(char: str) -> None:
    # Such a character is legal in JSON as it is; str.splitlines would tear the data apart.
    stream = f"data: a{char}b\n\n".encode()
    assert decode(stream) == [message(f"a{char}b")]
    assert decode(*byte_by_byte(stream)) == [message(f"a{char}b")]


# --- Fields -------------------------------------------------------------------------------


def test_only_one_leading_space_is_dropped() -> None:
    assert decode(b"data:  a\ndata:\tb\ndata: \ndata: c \n\n") == [message(" a\n\tb\n\nc ")]


def test_only_the_first_colon_divides() -> None:
    assert decode(b"data: a: b\ndata::c\n\n") == [message("a: b\n:c")]


def test_comments_and_unknown_names_are_ignored() -> None:
    stream = b": comment\n:\ndata: a\n:data: b\nfoo: c\nData: d\n data: e\ndata : f\n\n"
    assert decode(stream) == [message("a")]


def test_a_name_without_a_colon_has_an_empty_value() -> None:
    assert decode(b"event: e\nevent\ndata\nid: 1\nid\n\n") == [message("")]


def test_the_last_event_name_counts() -> None:
    assert decode(b"event: a\nevent: b\ndata\n\n") == [("b", "", "")]


def test_an_id_with_nul_is_ignored() -> None:
    assert decode(b"id: 1\nid: 2\0\nid: \0\ndata: a\n\n") == [message("a", "1")]


def test_an_id_persists_until_the_next() -> None:
    stream = b"id: 1\ndata: a\n\ndata: b\n\nid: 2\ndata: c\n\nid\ndata: d\n\n"
    assert [event.id for event in decode(stream)] == ["1", "1", "2", ""]


def test_an_id_is_no_last_event_id_before_the_blank_line() -> None:
    decoder = SSEDecoder()
    decoder.feed(b"id: 1\ndata: a\n")
    assert decoder.last_event_id == ""
    decoder.feed(b"\n")
    assert decoder.last_event_id == "1"
    decoder.feed(b"id: 2\n")
    assert decoder.last_event_id == "1"


def test_a_block_without_data_still_sets_the_last_event_id() -> None:
    decoder = SSEDecoder()
    assert decoder.feed(b"id: 7\n\n") == []
    assert decoder.last_event_id == "7"
    assert decoder.feed(b"data: a\n\n") == [message("a", "7")]


@pytest.mark.parametrize("value", ["0", "10", "00030", "999999999999999"])
def test_retry_of_digits_is_taken(value: str) -> None:
    decoder = SSEDecoder()
    assert decoder.feed(f"retry: {value}\n".encode()) == []
    assert decoder.retry == int(value)


@pytest.mark.parametrize(
    "value", ["", "-1", "+1", "1.5", "1_0", "1e3", " 1", "1 ", "1s", "\u0661", "\u00b2", "9" * 5000]
)
def test_retry_of_anything_else_is_ignored(value: str) -> None:
    # U+0661 is a digit and U+00B2 (superscript two) nearly one; the standard says ASCII.
    decoder = SSEDecoder()
    decoder.feed(b"retry: 10\n")
    decoder.feed(f"retry: {value}\n\n".encode())
    assert decoder.retry == 10


def test_an_event_without_data_is_not_dispatched_and_its_name_is_forgotten() -> None:
    assert decode(b"event: ping\n\ndata: a\n\n") == [message("a")]


def test_an_event_with_empty_data_is_dispatched() -> None:
    assert decode(b"event: ping\ndata\n\n") == [("ping", "", "")]
    assert decode(b"data:\n\n") == [message("")]


@pytest.mark.parametrize("tail", [b"data: b", b"data: b\n", b"data: b\r", b"event: e\ndata: b\r\n"])
def test_an_unterminated_last_event_is_discarded(tail: bytes) -> None:
    assert decode(b"data: a\n\n" + tail) == [message("a")]


# --- UTF-8 --------------------------------------------------------------------------------


def test_a_character_may_be_split_anywhere() -> None:
    text = "é — 日本 🙂 \U0010ffff"
    stream = f"event: {text}\nid: {text}\ndata: {text}\n\n".encode()
    for cut in range(len(stream)):
        assert decode(stream[:cut], stream[cut:]) == [(text, text, text)]
    assert decode(*byte_by_byte(stream)) == [(text, text, text)]


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"\xff", "\ufffd"),
        (b"\x80", "\ufffd"),  # a continuation byte alone
        (b"\xe2\x82", "\ufffd"),  # a character cut short: one replacement for what fits
        (b"\xf0\x9f\x99", "\ufffd"),
        (b"\xc0\x80", "\ufffd\ufffd"),  # overlong
        (b"\xed\xa0\x80", "\ufffd\ufffd\ufffd"),  # a surrogate
        (b"\xf4\x90\x80\x80", "\ufffd\ufffd\ufffd\ufffd"),  # past U+10FFFF
        (b"\xf0\x80\x80\x41", "\ufffd\ufffd\ufffdA"),
    ],
)
def test_bad_utf8_becomes_replacement_characters_as_the_standard_counts_them(
    raw: bytes, text: str
) -> None:
    stream = b"data: <" + raw + b">\ndata: " + raw + b"\n\n"
    assert decode(stream) == [message(f"<{text}>\n{text}")]
    assert decode(*byte_by_byte(stream)) == [message(f"<{text}>\n{text}")]


@unhurried
@given(st.binary())
def test_lines_decode_as_the_whole_stream_would(raw: bytes) -> None:
    raw = raw.replace(b"\r", b"").replace(b"\n", b"")
    assert decode(b"data: " + raw + b"\n\n")[0].data == raw.decode("utf-8", "replace")


# --- What is held back --------------------------------------------------------------------


def test_pending_is_the_line_that_has_not_ended() -> None:
    decoder = SSEDecoder()
    assert decoder.pending == b""
    decoder.feed(b"data: a\nda")
    assert decoder.pending == b"da"
    decoder.feed(b"ta: \xf0\x9f")
    assert decoder.pending == b"data: \xf0\x9f"
    decoder.feed(b"\x99\x82\r")
    assert decoder.pending == b""
    decoder.feed(b"\n\nx")
    assert decoder.pending == b"x"


def test_a_byte_at_a_time_through_a_long_line() -> None:
    # A decoder that copies its buffer on every chunk would move 20 GB here.
    stream = b"data: " + b"x" * 200_000 + b"\n\n"
    assert decode(*byte_by_byte(stream)) == [message("x" * 200_000)]


# --- The limit ----------------------------------------------------------------------------


class Outcome(NamedTuple):
    events: list[ServerSentEvent]
    too_large: bool


def outcome(chunks: Iterable[bytes], limit: int) -> Outcome:
    """What comes out until the decoder gives up; a last empty chunk lets it say so."""
    decoder = SSEDecoder()
    decoder.max_event_bytes = limit
    events: list[ServerSentEvent] = []
    try:
        for chunk in [*chunks, b""]:
            events += decoder.feed(chunk)
    except EventTooLarge:
        return Outcome(events, True)
    return Outcome(events, False)


@pytest.mark.parametrize(
    "stream",
    [
        b"data: " + b"x" * 100 + b"\n\n",
        b"data: " + b"x" * 100,  # a line that never ends
        b": " + b"x" * 100,
        b"data: x\n" * 20,
        b": comment\n" * 20,  # comments alone, and never a blank line
        b"event: x\r\n" * 20 + b"\r\n",
    ],
)
def test_an_event_past_the_limit_is_a_named_error(stream: bytes) -> None:
    for chunks in ([stream], byte_by_byte(stream)):
        assert outcome([b"data: before\n\n"], 64) == ([message("before")], False)
        assert outcome([b"data: before\n\n", *chunks], 64) == ([message("before")], True)
    assert outcome([b"data: before\n\n" + stream], 64) == ([message("before")], True)


def test_many_events_are_never_too_large() -> None:
    chunks = [b"data: 0123456789\n\n: ping\n\n"] * 1000
    assert outcome(chunks, 16) == ([message("0123456789")] * 1000, False)
    assert outcome([b"".join(chunks)], 16) == ([message("0123456789")] * 1000, False)


def test_an_event_of_just_the_limit_passes() -> None:
    assert outcome([b"data: 0123456789\n\n"], 16).too_large is False
    assert outcome([b"data: 0123456789\n\n"], 15).too_large is True
    # The mark is no part of the event.
    assert outcome(byte_by_byte(BYTE_ORDER_MARK + b"data: 0123456789\n\n"), 16).too_large is False


def test_past_the_limit_nothing_comes_any_more() -> None:
    decoder = SSEDecoder()
    decoder.max_event_bytes = 16
    assert decoder.feed(b"data: a\n\ndata: " + b"x" * 20 + b"\n") == [message("a")]
    for chunk in (b"", b"\n", b"\n\n", b"data: b\n\n", b"x"):
        with pytest.raises(EventTooLarge, match="larger than 16 bytes"):
            decoder.feed(chunk)


def test_the_default_limit_lets_a_long_search_result_through() -> None:
    assert len(decode(b"data: " + b"x" * 2_000_000 + b"\n\n")[0].data) == 2_000_000


# --- Properties, over hostile bytes cut anywhere ------------------------------------------

FIELDS = [
    *(
        b"data",
        b"data: a",
        b"data:  b",
        b"data:\xf0\x9f\x99\x82",
        b"event",
        b"event: e",
        b": comment",
    ),
    *(b"id", b"id: 1", b"id: 2\0", b"retry: 5", b"retry: x", b"foo: bar", b"", b"", b""),
]
LINES = st.builds(bytes.__add__, st.sampled_from(FIELDS), st.sampled_from([b"\n", b"\r", b"\r\n"]))
SHARDS = [b":", b" ", b"\n", b"\r", b"\0", BYTE_ORDER_MARK, "\u2028\x85\f".encode(), "🙂".encode()]
# Between and inside the lines: valid UTF-8, or any bytes at all.
TEXT = st.one_of(st.sampled_from(SHARDS), st.text(max_size=3).map(str.encode))
HOSTILE = st.one_of(TEXT, st.just(BYTE_ORDER_MARK[:2]), st.binary(max_size=3))


@st.composite
def cut_streams(
    draw: st.DrawFn, shards: st.SearchStrategy[bytes] = HOSTILE
) -> tuple[bytes, list[bytes]]:
    """A stream, and the same bytes in chunks."""
    at_least = draw(st.sampled_from([0, 8, 24]))
    stream = b"".join(draw(st.lists(LINES, min_size=at_least, max_size=40)))
    for shard in draw(st.lists(shards, max_size=4)):
        place = draw(st.integers(0, len(stream)))
        stream = stream[:place] + shard + stream[place:]
    if draw(st.booleans()):
        return stream, byte_by_byte(stream)
    cuts = sorted(draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    return stream, [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]


class Result(NamedTuple):
    events: list[ServerSentEvent]
    last_event_id: str
    retry: int | None


def by_the_standard(stream: bytes) -> Result:
    """The whole stream at once, slowly, in the words of the standard."""
    text = codecs.decode(stream, "utf-8", "replace").removeprefix("\ufeff")
    events: list[ServerSentEvent] = []
    data, event_type, id_buffer, last_event_id, retry = "", "", "", "", None
    *lines, _unterminated = re.split("\r\n|\n|\r", text)
    for line in lines:
        if line == "":
            last_event_id = id_buffer
            if data != "":
                if data.endswith("\n"):
                    data = data[:-1]
                events.append(ServerSentEvent(event_type or "message", data, last_event_id))
            data, event_type = "", ""
            continue
        field, value = line, ""
        if ":" in line:
            field, value = line[: line.index(":")], line[line.index(":") + 1 :]
            if value.startswith(" "):
                value = value[1:]
        if field == "event":
            event_type = value
        elif field == "data":
            data += value + "\n"
        elif field == "id" and "\0" not in value:
            id_buffer = value
        elif field == "retry" and re.fullmatch("[0-9]{1,15}", value):
            retry = int(value)
    return Result(events, last_event_id, retry)


@unhurried
@given(cut_streams())
@example((b"id: 1\ndata\r\r\n", [b"id: 1\ndata\r\r", b"\n"]))
def test_any_stream_in_any_chunks_gives_what_the_standard_says(
    cut: tuple[bytes, list[bytes]],
) -> None:
    stream, chunks = cut
    decoder = SSEDecoder()
    events = [event for chunk in chunks for event in decoder.feed(chunk)]
    assert Result(events, decoder.last_event_id, decoder.retry) == by_the_standard(stream)


@unhurried
@given(cut_streams())
def test_any_chunking_of_the_same_bytes_gives_the_same_events(
    cut: tuple[bytes, list[bytes]],
) -> None:
    stream, chunks = cut
    whole, cut_up = SSEDecoder(), SSEDecoder()
    assert [e for chunk in chunks for e in cut_up.feed(chunk)] == whole.feed(stream)
    assert cut_up.pending == whole.pending


@unhurried
@given(cut_streams(), st.integers(2, 40))
def test_any_chunking_reaches_the_limit_at_the_same_place(
    cut: tuple[bytes, list[bytes]], limit: int
) -> None:
    stream, chunks = cut
    # The standard has no limit: here it is, over the lines between two blank ones.
    size = 0
    too_large = False
    within = b""  # the stream up to the last blank line that is reached
    for line in re.findall(rb"[^\r\n]*(?:\r\n|\n|\r|$)", stream.removeprefix(BYTE_ORDER_MARK)):
        content = line.rstrip(b"\r\n")
        size = size + len(content) if content else 0
        if size > limit:
            too_large = True
            break
        within += line
    if stream.startswith(BYTE_ORDER_MARK):
        within = BYTE_ORDER_MARK + within
    expected = Outcome(by_the_standard(within).events, too_large)
    assert outcome(chunks, limit) == expected
    assert outcome([stream], limit) == expected


# --- Two others in wide use ---------------------------------------------------------------

Decode = Callable[[Iterable[bytes]], list[ServerSentEvent]]


def httpx_sse_decode(chunks: Iterable[bytes]) -> list[ServerSentEvent]:
    response = httpx.Response(
        200, headers={"content-type": "text/event-stream"}, content=iter(chunks)
    )
    return [
        ServerSentEvent(event.event, event.data, event.id)
        for event in httpx_sse.EventSource(response).iter_sse()
    ]


def anthropic_decode(chunks: Iterable[bytes]) -> list[ServerSentEvent]:
    return [
        ServerSentEvent(event.event or "message", event.data, event.id or "")
        for event in AnthropicDecoder().iter_bytes(iter(chunks))
    ]


both = pytest.mark.parametrize("theirs", [httpx_sse_decode, anthropic_decode])


@both
def test_departure_1_a_byte_order_mark_makes_the_first_event_vanish(theirs: Decode) -> None:
    stream = BYTE_ORDER_MARK + b"data: a\n\ndata: b\n\n"
    assert theirs([stream]) == [message("b")]
    # "Streams must be decoded using the UTF-8 decode algorithm", which strips one mark.
    assert decode(stream) == by_the_standard(stream).events == [message("a"), message("b")]


@both
def test_departure_2_after_an_id_each_further_blank_line_is_an_event(theirs: Decode) -> None:
    stream = b"id: 1\ndata: a\n\n\n\n: ping\n\n"
    assert theirs([stream]) == [message("a", "1")] + [message("", "1")] * 3
    # "If the data buffer is an empty string, set the data buffer and the event type
    # buffer to the empty string and return."
    assert decode(stream) == by_the_standard(stream).events == [message("a", "1")]


@both
@pytest.mark.parametrize("block", [b"event: ping\n\n", b"retry: 5\n\n", b"id: 1\n\n"])
def test_departure_3_an_event_without_data_is_dispatched(theirs: Decode, block: bytes) -> None:
    assert [event.data for event in theirs([block])] == [""]
    # The same sentence: without data there is no event.
    assert decode(block) == by_the_standard(block).events == []


def test_the_sdk_alone_gives_up_at_bad_utf8() -> None:
    stream = b"data: a\n\ndata: \xff\n\n"
    with pytest.raises(UnicodeDecodeError):
        anthropic_decode([stream])
    assert decode(stream) == httpx_sse_decode([stream]) == [message("a"), message("\ufffd")]


def test_the_sdk_alone_takes_a_cut_crlf_for_two_line_ends_after_cr() -> None:
    chunks = [b"id: 1\rdata: a\r\r", b"\n"]  # the blank line is CRLF, cut in two
    assert anthropic_decode(chunks) == [message("a", "1"), message("", "1")]
    assert decode(*chunks) == httpx_sse_decode(chunks) == [message("a", "1")]


def departs(stream: bytes) -> bool:
    """Whether a stream shows one of the three, so that no comparison is possible."""
    if stream.startswith(BYTE_ORDER_MARK):
        return True
    event, data, id, retry = "", False, "", False
    for line in re.split("\r\n|\n|\r", stream.decode("utf-8", "replace"))[:-1]:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            if not data and (event or id or retry):
                return True
            event, data, retry = "", False, False
        elif name == "data":
            data = True
        elif name == "event":
            event = value
        elif name == "id" and "\0" not in value:
            id = value
        elif name == "retry":
            with suppress(ValueError):
                int(value)
                retry = True
    return False


@unhurried
@given(cut_streams())
def test_otherwise_httpx_sse_agrees(cut: tuple[bytes, list[bytes]]) -> None:
    stream, chunks = cut
    assume(not departs(stream))
    assert httpx_sse_decode(chunks) == decode(*chunks)


@unhurried
@given(cut_streams(TEXT))
def test_otherwise_the_sdk_agrees(cut: tuple[bytes, list[bytes]]) -> None:
    stream, chunks = cut
    assume("\ufffd" not in stream.decode("utf-8", "replace") and b"\r\r\n" not in stream)
    assume(not departs(stream))
    assert anthropic_decode(chunks) == decode(*chunks)


# --- The house ----------------------------------------------------------------------------


def test_it_needs_nothing_beyond_the_standard_library() -> None:
    program = (
        "import sys; before = set(sys.modules); import helpers.sse\n"
        "names = {name.partition('.')[0] for name in set(sys.modules) - before}\n"
        "print(*sorted(names - sys.stdlib_module_names - {'helpers'}))\n"
        "print(*sorted(name for name in sys.modules if name.startswith('helpers')))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout.splitlines() == ["", "helpers helpers.old_names helpers.sse"]


# --- What is no event ---------------------------------------------------------------------


@given(st.integers(1, 40))
def test_what_is_no_field_is_kept_apart(size: int) -> None:
    stream = b': one\n\ndata: x\n:two\nerror: {"a": 1}\n\n{"b":\n 2}\nid: 7\nfoo\n'
    decoder = SSEDecoder()
    events = [
        event for i in range(0, len(stream), size) for event in decoder.feed(stream[i : i + size])
    ]
    assert [event.data for event in events] == ["x"]
    assert decoder.comments == 2
    assert decoder.strays == 'error:{"a": 1}\n{"b":\n 2}\nfoo\n'


def test_what_is_no_field_does_not_fill_the_memory() -> None:
    decoder = SSEDecoder()
    for _ in range(200):
        decoder.feed(b"<p>" + b"x" * 1000 + b"</p>\n\n")
    assert len(decoder.strays) < 70_000
