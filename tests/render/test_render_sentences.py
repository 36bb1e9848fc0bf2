"""A voice gets whole sentences, as soon as they have ended, and nothing is left out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.render.sentences import Sentences


def cut(text: str, **options: int) -> list[str]:
    sentences = Sentences(**options)
    return sentences.feed(text) + sentences.close()


@pytest.mark.parametrize(
    "text",
    [
        # Each bar is where a sentence has to end; nowhere else does one.
        "It is late. |We go.",
        "Really?! |Yes… |No! |Good",
        "Dr. Ada met Mrs. Hopper vs. Prof. Turing. |They spoke.",
        "It costs 3.50 dollars. |Version 2.11.0 is out. |10 people came.",
        "J. S. Bach, J.R.R. Tolkien and the U.S. Senate. |Then I. |Next.",
        "Fruit, e.g. Pears, i.e. Food etc. |Then more.",
        "We met at 5 p.m. in town. |We left at 6 p.m. |It rained.",
        "See No. 5 on p. 12, Fig. B. of Jan. 3. |No. |Yes.",
        "See https://a.b/c.d?e=f. |Then write to a.b@c.de. |Done.",
        "Wait... what? |Well... |Then not.",
        'He said "stop!" and left. |"Why?" |She knew. |(It was late.) |**Bold.** |Next',
        "Use `a.b()`. |Then `c`. |End",
        "She said “Go.” |He went.",
        "1. One item. |2. Another",
        "- One\n|- Two\n|\n# Title\n|Text",
        "Ends here.\n|\nGoes on. |Really.",
        "今日は晴れです。|明日は？|「はい。」|そうです！！|終わり",
        "你好！|我叫 Ada。|\n再见。",
        "क्या हाल है? |ठीक है। |अच्छा",
    ],
)
def test_where_sentences_end(text: str):
    assert cut(text.replace("|", "")) == text.split("|")


def test_a_sentence_is_given_with_the_first_letter_of_the_next():
    sentences = Sentences()
    assert sentences.feed("It is late.") == []
    assert sentences.feed(" ") == []
    assert sentences.feed("W") == ["It is late. "]
    assert sentences.feed("e go\n") == ["We go\n"]  # and with a line's end at once
    assert sentences.close() == []


def test_a_long_sentence_is_cut_where_a_voice_would_breathe():
    text = "We walked along the river and the town, past the mill and the old bridges and on"
    assert cut(text, longest=50) == [
        "We walked along the river and the town, ",
        "past the mill and the old bridges and on",
    ]
    assert cut("one two three four", longest=10) == ["one two ", "three four"]
    assert cut("a" * 25, longest=10) == ["a" * 10, "a" * 10, "a" * 5]


PIECES = st.sampled_from([*"aB1.?!…\"')*。」, \n", "Dr.", "e.g.", " U.S. ", "... ", "3.14", "\r\n"])


@given(st.lists(PIECES, max_size=60).map("".join) | st.text(max_size=80), st.data())
def test_nothing_is_lost_however_the_text_is_cut(text: str, data: st.DataObject):
    whole = cut(text, longest=20)
    assert "".join(whole) == text
    assert all(0 < len(sentence) <= 20 for sentence in whole)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    sentences = Sentences(longest=20)
    pieces = [
        sentence
        for begin, end in zip([0, *cuts], [*cuts, len(text)], strict=True)
        for sentence in sentences.feed(text[begin:end])
    ]
    assert pieces + sentences.close() == whole
