"""Thinking in tags is told from text, in whatever pieces the stream comes."""

import json
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import course
from helpers.render.tags import Piece, TagSplitter
from tests.sweeps import examples

# Tags, beginnings of tags, and what only looks like one.
BITS = ["<thinking>", "</thinking>", "<", "</", "<think", "<think>", "ing>", " ", "a < b", "日"]
TEXTS = st.lists(st.sampled_from(BITS) | st.text(max_size=3), max_size=12).map("".join)


def join(pieces: list[Piece]) -> list[Piece]:
    """Join neighbours of the same kind."""
    whole: list[Piece] = []
    for kind, text in pieces:
        if whole and whole[-1][0] == kind:
            whole[-1] = (kind, whole[-1][1] + text)
        else:
            whole.append((kind, text))
    return whole


def split(*chunks: str, tag: str = "thinking") -> list[Piece]:
    splitter = TagSplitter(tag)
    pieces = [piece for chunk in chunks for piece in splitter.feed(chunk)]
    return join(pieces + splitter.close())


def reference(text: str) -> list[Piece]:
    """Split a whole text the obvious way."""
    pieces: list[Piece] = []
    while text:
        before, opening, text = text.partition("<thinking>")
        pieces.append(("text", before))
        inside, _, text = text.partition("</thinking>") if opening else ("", "", "")
        pieces.append(("thinking", inside))
    return join([piece for piece in pieces if piece[1]])


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("<thinking>Odd?</thinking>Yes.", [("thinking", "Odd?"), ("text", "Yes.")]),
        ("So <thinking>a<b</thinking>!", [("text", "So "), ("thinking", "a<b"), ("text", "!")]),
        ("if a < b and a <think", [("text", "if a < b and a <think")]),
        ("a</thinking>b", [("text", "a</thinking>b")]),
        ("<thinking>never <thinking> closed</", [("thinking", "never <thinking> closed</")]),
        ("<<thinking>x<</thinking>", [("text", "<"), ("thinking", "x<")]),
        ("<thinking></thinking>", []),
        ("", []),
    ],
)
def test_every_character_by_itself_and_all_at_once(text: str, pieces: list[Piece]):
    assert split(text) == split(*text) == pieces


@settings(max_examples=examples(100), deadline=None)
@given(TEXTS, st.lists(st.integers(0, 60)))
def test_no_cut_changes_the_result(text: str, places: list[int]):
    cuts = [0, *sorted(min(place, len(text)) for place in places), len(text)]
    assert split(*[text[a:b] for a, b in pairwise(cuts)]) == reference(text)


def test_only_what_may_become_the_tag_waits():
    splitter = TagSplitter()
    assert splitter.feed("a <") == [("text", "a ")]
    assert splitter.feed("b") == [("text", "<b")]
    assert splitter.feed("<thinking") == []
    assert splitter.feed("s>") == [("text", "<thinkings>")]
    assert splitter.feed("<thinking>") == []
    assert splitter.kind == "thinking"
    assert splitter.feed("a<thinking>b") == [("thinking", "a<thinking>b")]


def test_the_tag_has_the_name_that_it_is_given():
    assert split("<think>x</thi", "nk>y", tag="think") == [("thinking", "x"), ("text", "y")]


def test_the_offline_apis_answer_with_tags():
    chunks = course.planned_chunks("Think in tags: is 97 a prime number?")
    events = [json.loads(line[6:]) for chunk in chunks for line in chunk.data.split(b"\n")[1:2]]
    texts = [event["delta"].get("text", "") for event in events if "delta" in event]
    (thinking, thought), (text, answer) = split(*texts)
    assert (thinking, text) == ("thinking", "text")
    assert thought.startswith("To be prime") and thought.endswith("leaves 6.")
    assert answer.startswith("Yes, 97 is prime")
