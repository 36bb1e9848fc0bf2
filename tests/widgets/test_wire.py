"""The wire view without a page: where every byte ends up, the picture and the table."""

import asyncio
import itertools
import json
import threading
import xml.etree.ElementTree as ET
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.sse import SSEDecoder
from helpers.svg.snapshot import image
from helpers.widgets.wire.model import MAX_BYTES, MAX_CHUNKS, WireModel
from helpers.widgets.wire.snapshot import columns_of, draw, wrap_cells
from helpers.widgets.wire.view import Wire, describe, view_model

ANSWER = (
    b'event: ping\ndata: {"type": "ping"}\n\n'
    b": keep-alive\n\n"
    b"event: content_block_delta\n"
    b'data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"} }\n\n'
    b"event: content_block_delta\n"
    b'data: {"type":"content_block_delta","delta":{"type":"input_json_delta","partial_json":"{"}}'
    b"\n\n"
    b"id: 7\ndata: plain\ndata: words\n\n"
    b"event: nothing\n\n"
    b"data: cut o"
)


def split(stream: bytes, cuts: list[int]) -> list[tuple[float, bytes]]:
    edges = [0, *sorted(cut % (len(stream) + 1) for cut in cuts), len(stream)]
    pairs = itertools.pairwise(edges)
    return [(0.1 * i, stream[a:b]) for i, (a, b) in enumerate(pairs)]


# Bytes as they could come: whole lines of a stream, and whatever else.
fragments = st.sampled_from(
    [
        *(b"data: a", b"data:", b"event: e", b"id: 1", b": hi", b"retry: 5"),
        *(b"\n", b"\n\n", b"\r", b"\r\n", b"\xe2\x80", b"\xff", b"\xef\xbb\xbf"),
        *(text.encode() for text in ("data: é", "👋", "\u2028")),
    ]
)
streams = st.lists(fragments | st.binary(max_size=3), max_size=30).map(b"".join)
cuts = st.lists(st.integers(0, 10_000), max_size=12)


def test_it_names_every_block_of_the_stream() -> None:
    model = view_model([(0.0, ANSWER)])
    kinds = [
        (span["kind"], span["number"], span["name"], span["meaning"]) for span in model["spans"]
    ]
    assert kinds == [
        ("event", 1, "ping", "protocol"),
        ("comment", 0, "comment", "protocol"),
        ("event", 2, "content_block_delta", "text"),
        ("event", 3, "content_block_delta", "tool"),
        ("event", 4, "message", "protocol"),
        ("nothing", 0, "no data", "protocol"),
        ("unfinished", 0, "unfinished", "protocol"),
    ]
    assert [span["brief"] for span in model["spans"][:4]] == ["", "keep-alive", "“Hi”", "“{”"]
    assert model["spans"][4]["fields"] == [
        ("event", "message"),
        ("data", "plain\nwords"),
        ("id", "7"),
    ]
    assert model["event_count"] == 4
    json.dumps(model)


def test_data_that_is_json_is_shown_indented() -> None:
    fields = dict(view_model([(0, ANSWER)])["spans"][0]["fields"])
    assert fields["data"] == '{\n  "type": "ping"\n}'


@given(streams, cuts)
def test_events_are_at_the_bytes_where_the_decoder_gives_them(
    stream: bytes, cuts: list[int]
) -> None:
    model = view_model(split(stream, cuts))
    spans, decoder, given_at = model["spans"], SSEDecoder(), []
    for offset in range(len(stream)):
        given_at += [(offset + 1, e) for e in decoder.feed(stream[offset : offset + 1])]
    events = [span for span in spans if span["kind"] == "event"]
    # A CRLF ends the line at its CR; its LF belongs to the same event.
    assert [span["end"] - (stream[: span["end"]].endswith(b"\r\n")) for span in events] == [
        at for at, _ in given_at
    ]
    # The spans cover every byte once.
    assert [span["start"] for span in spans] == [0, *(span["end"] for span in spans)][: len(spans)]
    assert (spans[-1]["end"] if spans else 0) == len(stream)


@given(streams, cuts)
def test_any_chunking_gives_the_same_events(stream: bytes, cuts: list[int]) -> None:
    def what(model: WireModel) -> list[object]:
        return [{**span, "chunk": span["chunk"] >= 0} for span in model["spans"]]

    assert what(view_model(split(stream, cuts))) == what(view_model([(0, stream)]))


@given(streams, cuts)
def test_after_each_chunk_it_stands_where_the_decoder_stands(
    stream: bytes, cuts: list[int]
) -> None:
    recording = [(at, data) for at, data in split(stream, cuts) if data]
    decoder, produced = SSEDecoder(), 0
    for chunk, (_, data) in zip(view_model(recording)["chunks"], recording, strict=True):
        produced += len(decoder.feed(data))
        waiting = stream[chunk["line_from"] : chunk["end"]]
        assert chunk["events"] == produced
        assert decoder.pending == waiting.removeprefix(
            b"\xef\xbb\xbf" if chunk["line_from"] == 0 else b""
        )
        assert (chunk["cut"] in ("line", "character")) >= bool(decoder.pending)


@given(st.text(max_size=40), cuts)
def test_a_cut_inside_a_character_is_flagged_exactly_there(text: str, cuts: list[int]) -> None:
    stream = text.encode("utf-8", "replace")
    edges = {0}
    for character in stream.decode():
        edges.add(max(edges) + len(character.encode()))
    for chunk in view_model(split(stream, cuts))["chunks"]:
        assert (chunk["cut"] == "character") == (chunk["end"] not in edges)


def test_a_character_in_two_chunks_is_shown_as_bytes() -> None:
    hand = "👋".encode()
    model = view_model([(0, b"data: " + hand[:2]), (1, hand[2:] + b"!\n\n")])
    assert model["lines"][0]["cells"] == [
        "data: ",
        *[(f"{byte:02X}", 1, "hex") for byte in hand],
        "!",
        ("⏎", 1, "end"),
    ]
    assert [c["cut"] for c in model["chunks"]] == ["character", ""]
    assert model["chunks"][0]["cut_character"] == "👋"


def test_a_stream_that_ends_inside_a_character_says_so() -> None:
    (chunk,) = view_model([(0, b"data: \xf0\x9f")])["chunks"]
    assert (chunk["cut"], chunk["cut_character"]) == ("character", "")


def test_what_cannot_be_seen_gets_a_tag() -> None:
    model = view_model([(0, "data: a\u2028b\u0085c\u200dd\te\x00\xa0漢\r\n".encode())])
    assert model["lines"][0]["cells"] == [
        "data: a",
        ("U+2028", 3, "tag"),
        "b",
        ("U+0085", 2, "tag"),
        "c",
        ("U+200D", 3, "tag"),
        "d",
        ("U+0009", 1, "tag"),
        "e",
        ("U+0000", 1, "tag"),
        ("U+00A0", 2, "tag"),
        ("漢", 3, "wide"),
        ("␍", 1, "end"),
        ("⏎", 1, "end"),
    ]


@pytest.mark.parametrize(
    ("chunks", "cut"),
    [
        ([b"data: a\n", b"\n"], "event"),
        ([b"data: a", b"\n\n"], "line"),
        ([b"data: a\r", b"\n\r\n"], "line end"),
        ([b"data: a\n\n", b"data: b\n\n"], ""),
    ],
)
def test_it_says_what_a_chunk_ends_inside_of(chunks: list[bytes], cut: str) -> None:
    assert view_model([(0, c) for c in chunks])["chunks"][0]["cut"] == cut


@given(streams, cuts)
def test_the_cells_are_the_bytes(stream: bytes, cuts: list[int]) -> None:
    model = view_model(split(stream, cuts))
    cells = [cell for line in model["lines"] for cell in line["cells"]]
    assert sum(len(c) if isinstance(c, str) else c[1] for c in cells) == len(stream)


@given(streams, st.integers(10, 40))
def test_rows_hold_every_cell_and_keep_to_their_width(stream: bytes, columns: int) -> None:
    def flat(cells: list[object]) -> list[object]:
        return [c for cell in cells for c in (cell if isinstance(cell, str) else [cell])]

    for line in view_model([(0, stream)])["lines"]:
        rows = wrap_cells(line["cells"], columns)
        assert [c for row in rows for c in flat(list(row))] == flat(list(line["cells"]))
        assert max(sum(map(columns_of, row)) for row in rows) <= columns


def test_it_takes_what_has_at_and_data() -> None:
    class Timed(NamedTuple):
        seconds: float
        data: bytes

        @property
        def at(self) -> float:
            return self.seconds

    class Other:
        at = 0.25
        data = b"data: x\n\n"

    assert view_model([Other(), (0.5, b""), (0.75, b"\n")])["chunks"][1]["at"] == 0.75
    assert view_model([])["chunks"] == []


def test_a_long_recording_is_cut_and_counted() -> None:
    event = b'event: content_block_delta\ndata: {"text":"' + b"a" * 60 + b'"}\n\n'
    model = view_model([(i / 100, event) for i in range(2_000)])
    assert (model["size"], model["chunk_count"], model["event_count"]) == (
        len(event) * 2000,
        2000,
        2000,
    )
    assert model["chunks"][-1]["start"] < MAX_BYTES <= model["chunks"][-1]["end"] + len(event)
    assert len(json.dumps(model)) < 8 * MAX_BYTES
    bytewise = view_model([(0, event[i : i + 1]) for i in range(len(event))] * 100)
    assert len(bytewise["chunks"]) == MAX_CHUNKS
    whole = view_model([(0, event * 2_000)])
    assert len(whole["lines"]) < 2_000
    for drawn in (model, bytewise, whole):
        ET.fromstring(draw(drawn))
        assert len(describe(drawn).splitlines()) <= 43


# --- the picture and the table --------------------------------------------------------

HOSTILE = b'data: <img src=x onerror="alert(1)">&amp;]]>\x00\xff\xef\xbf\xbe\n\n'


@given(streams, cuts)
def test_the_snapshot_is_well_formed_whatever_came(stream: bytes, cuts: list[int]) -> None:
    ET.fromstring(draw(view_model(split(stream, cuts))))


def test_hostile_bytes_are_words_in_the_snapshot() -> None:
    svg = draw(view_model([(0, HOSTILE)]), '<script>"')
    tree = ET.fromstring(svg)
    assert {node.tag.rpartition("}")[2] for node in tree.iter()} <= {
        *("svg", "title", "desc", "rect", "line", "path", "text")
    }
    assert 'data: <img src=x onerror="alert(1)">&amp;]]>' in [node.text for node in tree.iter()]
    assert tree[0].text == '<script>"'


def test_the_snapshot_keeps_within_its_width() -> None:
    stream = ANSWER.replace(b"Hi", "漢👋 ".encode() * 100)
    tree = ET.fromstring(draw(view_model(split(stream, list(range(0, 900, 13))))))
    assert tree.get("width") == "700"
    for node in tree.iter("{http://www.w3.org/2000/svg}text"):
        x = float(node.get("x", "0"))
        assert 0 <= x <= 700
        assert x + float(node.get("textLength", "0")) <= 700
    for node in tree.iter("{http://www.w3.org/2000/svg}rect"):
        assert float(node.get("x", "0")) + float(node.get("width", "0")) <= 700


def test_the_snapshot_shows_brackets_events_and_counts() -> None:
    svg = draw(view_model([(0.1, ANSWER[:20]), (0.2, ANSWER[20:])]), "Ping")
    words = [node.text for node in ET.fromstring(svg).iter() if node.text]
    assert "2 chunks, 346 bytes, 4 events in 0.20 s" in words
    assert "chunk 1 · 20 B · 0.10 s" in words
    assert "→ event 1: ping" in words
    assert "→ a comment: no event" in words


def test_the_text_alternative_is_a_table() -> None:
    table = describe(view_model([(0.1, ANSWER[:20]), (1.2, ANSWER[20:100]), (1.3, b"\n")]), "Ping")
    assert table.splitlines() == [
        "Ping: 3 chunks, 101 bytes, 1 event.",
        "chunk  bytes  seconds  held after  cut inside  completes",
        "    1     20     0.10          20  line",
        "    2     80     1.20          50  line        ping",
        "    3      1     1.30          51  event",
    ]


# --- the widget -----------------------------------------------------------------------


def test_its_output_is_the_same_in_every_run() -> None:
    first, second = Wire([(0, ANSWER)]), Wire([(0, ANSWER)])
    assert repr(first) == repr(second) == "<Wire>"
    data, _ = first._repr_mimebundle_()
    assert data["image/svg+xml"] == image(second.snapshot())
    assert data["text/plain"] == second.text_alternative()
    assert (first.position, first.state, first.can_record) == (1, "ready", False)


def test_it_records_again_in_the_background() -> None:
    go = threading.Event()

    async def record() -> list[tuple[float, bytes]]:
        await asyncio.to_thread(go.wait, 5)
        return [(0.0, b"data: new\n\n")]

    view = Wire([(0, ANSWER)], record=record)
    view._on_message(view, {"op": "record"}, [])
    assert (view.state, view.model["size"]) == ("recording", len(ANSWER))
    running = view._running
    assert running is not None
    go.set()
    assert running.wait(60)
    assert (view.state, view.model["size"], view.position) == ("ready", 11, 1)


def test_a_recording_that_fails_says_so_in_one_sentence() -> None:
    async def record() -> list[tuple[float, bytes]]:
        raise ConnectionError("nobody listens on port 1")

    view = Wire([(0, ANSWER)], record=record)
    view.record_again()
    assert view._running is not None and view._running.wait(60)
    assert view.state == "failed"
    assert view.problem == "The recording failed: nobody listens on port 1"
    assert view.model["size"] == len(ANSWER)


def test_a_recording_can_be_stopped() -> None:
    async def record() -> list[tuple[float, bytes]]:
        await asyncio.sleep(60)
        return []

    view = Wire([(0, ANSWER)], record=record)
    view._on_message(view, {"op": "record"}, [])
    view._on_message(view, {"op": "stop"}, [])
    assert view._running is not None and view._running.wait(60)
    assert view.state == "ready"
