"""What learners read: short sentences, and the field's own words."""

import re
from collections.abc import Iterator

import nbformat
import pytest

from helpers.lessons import exercise_ids, find_exercise
from helpers.lessons.refresh import NOTEBOOKS

LONGEST = 25  # words
# Of a link people read the words; code and tables are no sentences.
LEFT_OUT = re.compile(r"```.*?```|^    .*$|^\|.*$|^#.*$|\]\([^)]*\)", re.DOTALL | re.MULTILINE)
# Paragraphs, and the entries of lists.
PARAGRAPH = re.compile(r"\n\s*\n|\n(?=- |\d+\. )")
END = re.compile(r"(?<=[.!?:])[\"”*)]*\s+")
# Letters of an exercise are one entry each, as its checks say them.
LETTER = re.compile(r"- \*\*[A-J]\*\* ")
# The field says front end or UI; text alternative.
PRIVATE = re.compile(r"\b(?:faces?|twins?)\b")

TEXTS = {
    path.stem: "\n\n".join(
        cell.source
        for cell in nbformat.read(path, as_version=4).cells
        if cell.cell_type == "markdown"
    )
    for path in sorted(NOTEBOOKS.glob("*.ipynb"))
} | {
    exercise: "\n\n".join((found.task, *found.hints))
    for exercise in exercise_ids()
    for found in [find_exercise(exercise)]
}


def sentences(text: str) -> Iterator[str]:
    for paragraph in PARAGRAPH.split(LEFT_OUT.sub("", text)):
        if not LETTER.match(paragraph.strip()):
            yield from END.split(" ".join(paragraph.split()))


@pytest.mark.parametrize("name", TEXTS)
def test_a_sentence_is_short(name: str) -> None:
    assert [one for one in sentences(TEXTS[name]) if len(one.split()) > LONGEST] == []


@pytest.mark.parametrize("name", TEXTS)
def test_words_are_those_of_the_field(name: str) -> None:
    assert PRIVATE.findall(TEXTS[name]) == []
