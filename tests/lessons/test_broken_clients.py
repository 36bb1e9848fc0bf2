"""The recordings of the broken clients are true: made again, they say the same."""

import json
from pathlib import Path
from typing import Any

import pytest

from helpers.lessons.nb11_sdk_and_openai.broken_clients import CLIENTS, recording
from helpers.lessons.nb11_sdk_and_openai.broken_clients.__main__ import record
from helpers.mock.recordings import Exchange, read
from helpers.sse import SSEDecoder


def compare_by(exchange: Exchange) -> dict[str, Any]:
    """All that is the same in every run: not when chunks came, nor where they were cut."""
    return {
        "asked": (exchange.method, exchange.path, exchange.headers, exchange.body),
        "answered": (exchange.status, exchange.answer_headers, exchange.end),
        "bytes": b"".join(chunk.data for chunk in exchange.chunks).decode(),
        "notes": exchange.notes,
    }


@pytest.fixture(scope="module")
def new_recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made-again")
    record(folder)
    return folder


@pytest.mark.parametrize("letter", CLIENTS)
@pytest.mark.long
def test_a_recording_is_what_its_client_does(letter: str, new_recordings: Path):
    stored, again = read(recording(letter)), read(new_recordings / f"{letter}.jsonl")
    assert [compare_by(one) for one in again] == [compare_by(one) for one in stored]


def events(exchange: Exchange) -> list[dict[str, Any]]:
    decoder = SSEDecoder()
    found = [sse for chunk in exchange.chunks for sse in decoder.feed(chunk.data)]
    return [json.loads(sse.data) for sse in found]


def test_each_recording_shows_its_fault():
    a, b, c, d, e = (read(recording(letter)) for letter in CLIENTS)
    # The call was cut, and a result was sent all the same.
    assert events(a[0])[-2]["delta"]["stop_reason"] == "max_tokens"
    assert a[1].body["messages"][-1]["content"][0]["type"] == "tool_result"
    # A stream was expected, and not asked for.
    assert b[0].headers["accept"] == "text/event-stream" and "stream" not in b[0].body
    assert not b[0].is_stream
    # The text was there with its spaces, and goes back without.
    pieces = [event["delta"]["text"] for event in events(c[0]) if "text" in event.get("delta", {})]
    returned = c[1].body["messages"][1]["content"]
    assert returned != "".join(pieces) and returned == "".join("".join(pieces).split())
    # The client was gone before the message was over.
    assert d[0].end == "client left" and events(d[0])[-1]["type"] == "content_block_stop"
    # The input came in pieces, and is sent back empty.
    written = [event["delta"].get("partial_json", "") for event in events(e[0]) if "delta" in event]
    assert "Lagos" in "".join(written)
    assert e[1].body["messages"][1]["content"][1]["input"] == {}


@pytest.mark.parametrize("letter", CLIENTS)
def test_a_recording_is_small_and_holds_no_key(letter: str):
    text = recording(letter).read_text("utf-8")
    assert len(text) < 25_000
    assert "Bearer" not in text and "authorization" not in text.lower()
