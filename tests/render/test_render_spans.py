"""Foreign text never steers a terminal, and cutting it into rows loses nothing."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.render.spans import FLAG, UNSEEN, Span, columns, printable, wrap

REORDERING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
STRONG = frozenset({"strong"})


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain é 日本 👩‍👧", "plain é 日本 👩‍👧"),
        ("\x1b[31mred\x1b[0m", "�[31mred�[0m"),
        ("\x1b]0;title\x07", "�]0;title�"),
        ("\x9b2J", "�2J"),  # one character that starts a sequence, too
        ("a\r\nb\rc", "a\nbc"),
        ("a\tb", "a    b"),
        ("a\u00a0b\u2028c", "a b c"),
        ("if access \u202e⁦// checked", "if access ��// checked"),
        ("\ufeffx\x00\x7f\x08", "x���"),
        ("\ud800", "�"),
        ("\ud83d\ude00 in two halves, \ude00\ud83d", "😀 in two halves, ��"),
        (
            "Donau\u00addampf, ខ្មែរ\u200bភាសា, می\u200cخواهم",
            "Donau\u00addampf, ខ្មែរ\u200bភាសា, می\u200cخواهم",
        ),
        ("🏴󠁧󠁢󠁥󠁮󠁧󠁿 🇰🇭", "🏴󠁧󠁢󠁥󠁮󠁧󠁿 🇰🇭"),
        ("hidden\U000e0068\U000e0069", "hidden��"),
    ],
)
def test_what_would_steer_a_terminal_is_taken_out(text: str, shown: str):
    assert printable(text) == shown


@given(st.text())
def test_nothing_that_is_shown_steers_a_terminal(text: str):
    shown = printable(text)
    bare = FLAG.sub("", shown)
    assert not {unicodedata.category(c) for c in bare if c != "\n" and c not in UNSEEN} & {
        "Cc",
        "Cf",
    }
    assert not set(bare) & set(REORDERING)
    assert printable(shown) == shown
    shown.encode()  # whole characters only


def test_words_go_whole_to_the_next_row():
    rows = wrap([Span("one two "), Span("three", STRONG), Span("four five")], 12, indent=2)
    assert rows == [
        [Span("one two")],
        [Span("  "), Span("three", STRONG), Span("four")],
        [Span("  five")],
    ]


@pytest.mark.parametrize(
    ("text", "width", "rows"),
    [
        ("", 10, [""]),
        ("abcdefgh", 3, ["abc", "def", "gh"]),
        ("日本語", 4, ["日本", "語"]),
        ("日本語", 1, ["日", "本", "語"]),  # too narrow for any: one a row all the same
        ("    deep", 20, ["    deep"]),
    ],
)
def test_rows_fit(text: str, width: int, rows: list[str]):
    assert ["".join(span.text for span in row) for row in wrap([Span(text)], width)] == rows


@given(
    st.lists(st.text(alphabet="abc  日é", max_size=12), max_size=6),
    st.integers(2, 20),
    st.integers(0, 30),
)
def test_rows_lose_nothing_but_spaces(texts: list[str], width: int, indent: int):
    spans = [Span(text, frozenset({str(at % 2)})) for at, text in enumerate(texts)]
    rows = ["".join(span.text for span in row) for row in wrap(spans, width, indent)]
    assert "".join(rows).replace(" ", "") == "".join(texts).replace(" ", "")
    assert all(columns(row) <= max(width, min(indent, width // 2) + 2) for row in rows)
