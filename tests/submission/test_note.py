"""The note: three to five sentences about something that breaks in production."""

import pytest

from helpers.submission.note import note_problems, sentences

GOOD = """# The hardest edge case

The stream broke off after the first half of a tool's input, and the SDK said nothing (e.g. no
exception). My agent had already put the cut call into its history. The next request was a 400!
I now keep only what the API takes back: text, signed thinking, and calls with a result.
"""


def test_a_good_note_is_left_alone():
    assert note_problems(GOOD) == []
    assert len(sentences(GOOD)) == 4


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("   \n", "is empty"),
        ("# Retries\n", "0 sentences"),
        ("The retries were hard to get right.", "1 sentence;"),
        ("Retries are hard to do. " * 3, "same sentence twice"),
        ("It was hard. So hard. Very hard.", "hardly a sentence"),
        ("I like the sea very much. The sky is blue today. Cats are nice animals.", "no edge case"),
        ("One retry is a thing here, number %d. " * 9 % tuple(range(9)), "9 sentences"),
        ("retry " * 1000, "at most 2,000"),
    ],
)
def test_what_a_note_lacks_is_said(text: str, words: str):
    assert any(words in problem for problem in note_problems(text)), note_problems(text)


def test_dots_that_end_nothing_do_not_count():
    text = "It took 1.5 s vs. 0.3 s before the retry. See agent.py for it, e.g. line 7. I was glad."
    assert len(sentences(text)) == 3
