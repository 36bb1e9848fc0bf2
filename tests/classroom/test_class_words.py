"""What a board says of a mistake: the exercise's own words, or general ones that name no code."""

import re
from pathlib import Path

from helpers.classroom.words import GENERAL, words
from helpers.lessons import find_exercise
from helpers.lessons.checking import explain, facts


def test_an_exercises_own_mistake_has_its_own_words():
    own = find_exercise("sse").words("forgets-the-rest")
    assert words("sse", "forgets-the-rest") == own and own.looks_like and own.try_next


def test_each_general_mistake_has_words_for_the_room():
    sources = "".join(Path(str(one.__file__)).read_text("utf-8") for one in (explain, facts))
    named = set(re.findall(r'(?:return |Diagnosis|Fact|diagnosis)\(\s*"([a-z-]+)"', sources))
    assert len(named) > 30
    assert named == set(GENERAL)
    for said in GENERAL.values():
        assert said.looks_like and said.try_next.endswith((".", "?"))
    assert words("sse", "still-running") == GENERAL["still-running"]


def test_a_mistake_that_nobody_knows_has_no_words():
    assert words("sse", "no-such-mistake") == ("", "")
    assert words("sse", "x" * 300) == ("", "")
