"""Blocks in their containers: code is code wherever it stands, however the text was cut."""

import re
from html import unescape
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from long_answers import ANSWERS

from helpers.agent import MessageStopped, TextDelta
from helpers.render.html import MarkdownHtml
from helpers.render.markdown import MarkdownLines
from helpers.web.wire import Encoder

FENCED = "```"


def code_of(text: str) -> list[str]:
    """Return the lines of code in a text that say something."""
    lines, code = MarkdownLines(), []
    for line in map(lines.line, text.split("\n")):
        said = "".join(span.text for span in line.spans[line.start :])
        if line.kind == "code" and said.strip():
            code.append(said)
    return code


# CommonMark's own examples (spec 0.31.2, CC BY-SA 4.0), with the code that is in them. All that
# have code were compared; the four that differ have a tab in their code, or a <div> before it.
COMMONMARK = {
    4: ("  - foo\n\n\tbar\n", []),
    5: ("- foo\n\n\t\tbar\n", ["  bar"]),
    6: (">\t\tfoo\n", ["  foo"]),
    7: ("-\t\tfoo\n", ["  foo"]),
    8: ("    foo\n\tbar\n", ["foo", "bar"]),
    9: (" - foo\n   - bar\n\t - baz\n", []),
    48: ("    ***\n", ["***"]),
    49: ("Foo\n    ***\n", []),
    69: ("    # foo\n", ["# foo"]),
    107: ("    a simple\n      indented code block\n", ["a simple", "  indented code block"]),
    108: ("  - foo\n\n    bar\n", []),
    109: ("1.  foo\n\n    - bar\n", []),
    110: ("    <a/>\n    *hi*\n\n    - one\n", ["<a/>", "*hi*", "- one"]),
    113: ("Foo\n    bar\n", []),
    114: ("    foo\nbar\n", ["foo"]),
    119: ("```\n<\n >\n```\n", ["<", " >"]),
    120: ("~~~\n<\n >\n~~~\n", ["<", " >"]),
    121: ("``\nfoo\n``\n", []),
    122: ("```\naaa\n~~~\n```\n", ["aaa", "~~~"]),
    124: ("````\naaa\n```\n``````\n", ["aaa", "```"]),
    126: ("```\n", []),
    127: ("`````\n\n```\naaa\n", ["```", "aaa"]),
    128: ("> ```\n> aaa\n\nbbb\n", ["aaa"]),
    131: (" ```\n aaa\naaa\n```\n", ["aaa", "aaa"]),
    133: ("   ```\n   aaa\n    aaa\n  aaa\n   ```\n", ["aaa", " aaa", "aaa"]),
    134: ("    ```\n    aaa\n    ```\n", ["```", "aaa", "```"]),
    135: ("```\naaa\n  ```\n", ["aaa"]),
    137: ("```\naaa\n    ```\n", ["aaa", "    ```"]),
    138: ("``` ```\naaa\n", []),
    139: ("~~~~~~\naaa\n~~~ ~~\n", ["aaa", "~~~ ~~"]),
    140: ("foo\n```\nbar\n```\nbaz\n", ["bar"]),
    146: ("~~~ aa ``` ~~~\nfoo\n~~~\n", ["foo"]),
    147: ("```\n``` aaa\n```\n", ["``` aaa"]),
    236: (">     code\n\n>    not code\n", ["code"]),
    237: ("> ```\nfoo\n```\n", []),
    254: ("1.  A paragraph\n\n        indented code\n", ["indented code"]),
    263: ("1.  foo\n\n    ```\n    bar\n    ```\n\n    baz\n\n    > bam\n", ["bar"]),
    270: ("- foo\n\n      bar\n", ["bar"]),
    273: (
        "1.     indented code\n\n   paragraph\n\n       more code\n",
        ["indented code", "more code"],
    ),
    318: ("- a\n- ```\n  b\n\n\n  ```\n- c\n", ["b"]),
    321: ("* a\n  > b\n  ```\n  c\n  ```\n* d\n", ["c"]),
    324: ("1. ```\n   foo\n   ```\n\n   bar\n", ["foo"]),
}


@pytest.mark.parametrize("number", COMMONMARK)
def test_code_is_what_commonmark_calls_code(number: int):
    text, code = COMMONMARK[number]
    assert code_of(text) == code


@pytest.mark.parametrize(
    ("text", "code", "after"),
    [
        (f"- {FENCED}sh\n  ls *.py\n  {FENCED}\n\nafter **b**\n", ["ls *.py"], True),
        (f"> {FENCED}\n> x.__init__()\n> {FENCED}\n\nafter **b**\n", ["x.__init__()"], True),
        (f"> {FENCED}\n> x.__init__()\nafter **b**\n", ["x.__init__()"], True),
        (f"> - {FENCED}\n>   __a__\n>   {FENCED}\n\nafter **b**\n", ["__a__"], True),
        (f"- > {FENCED}\n  > __a__\n  > {FENCED}\n\nafter **b**\n", ["__a__"], True),
        (f"1. a\n   {FENCED}\n   __a__\nafter **b**\n", ["__a__"], True),
        ("- a\n\n      __b__\n\nafter **b**\n", ["__b__"], True),
        ("~~~ a`b\n__c__\n~~~\nafter **b**\n", ["__c__"], True),
        (f"{FENCED}py\n__a__\nafter **b**\n", ["__a__", "after **b**"], False),
    ],
)
def test_no_name_in_code_loses_its_underscores(text: str, code: list[str], after: bool):
    assert code_of(text) == code
    html = whole(text)
    assert ("<strong>b</strong>" in html) == after
    for line in code:
        assert f">{line}</pre>" in unescape(html)


# ---- However it is cut


def whole(text: str) -> str:
    page = MarkdownHtml()
    return "".join(page.feed(text) + page.close())


def stream(pieces: list[str]) -> str:
    """Return the HTML of a text in pieces; what was final once must stay so."""
    page, drawn = MarkdownHtml(), ""
    for piece in pieces:
        drawn += "".join(page.feed(piece))
    return drawn + "".join(page.close())


@pytest.mark.long
@pytest.mark.parametrize("name", ANSWERS)
def test_each_cut_in_two_ends_as_the_whole(name: str):
    text = ANSWERS[name]
    expected = whole(text)
    for place in range(len(text) + 1):
        page = MarkdownHtml()
        first = "".join(page.feed(text[:place]))
        assert expected.startswith(first), "what was final has changed"
        assert first + "".join(page.feed(text[place:]) + page.close()) == expected
    assert stream([*text]) == expected


@given(st.sampled_from(sorted(ANSWERS)), st.lists(st.integers(0, 1200), max_size=40))
def test_any_cuts_end_as_the_whole(name: str, places: list[int]):
    text = ANSWERS[name]
    cuts = [0, *sorted(place for place in places if place < len(text)), len(text)]
    pieces = [text[a:b] for a, b in pairwise(cuts)]
    assert stream(pieces) == whole(text)


@given(st.sampled_from(sorted(ANSWERS)), st.data())
def test_a_page_ends_as_the_whole(name: str, data: st.DataObject):
    """What a page is told, put together as the pages do it."""
    text = ANSWERS[name]
    telling, markdown = Encoder(lambda: 1.0), MarkdownHtml()
    drawn, open_line, at = "", "", 0
    while at < len(text):
        piece = text[at : at + data.draw(st.integers(1, 200))]
        pages = telling.feed(TextDelta(0, piece))
        (told,) = [page for page in pages if page["type"] == "text"]
        drawn += "".join(told["lines"])
        open_line = told["text"] if told["lines"] else open_line + told["text"]
        markdown.feed(piece)
        assert open_line == markdown.open
        at += len(piece)
    pages = telling.feed(MessageStopped({"stop_reason": "end_turn"}))
    drawn += "".join(line for page in pages for line in page.get("lines", ()))
    assert drawn == whole(text)


@pytest.mark.parametrize("name", ANSWERS)
def test_every_word_is_shown(name: str):
    """Signs of Markdown may go, but no word, and no letter of any language."""
    text = ANSWERS[name]
    bare = re.sub(r'^\[ref\].*$|"Title"', "", text, flags=re.MULTILINE)
    shown = unescape(re.sub(r"<[^>]*>", " ", whole(text)))
    for word in re.findall(r"[^\W_]+", bare):
        assert word in shown, word
    for unseen in set(bare) & set("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\U000e007f"):
        assert shown.count(unseen) == bare.count(unseen)


@given(
    st.lists(st.sampled_from(["- ", "> ", "1. ", "```", "~~~", "    ", "a", "\n", "\t", "<pre>"]))
)
def test_any_nesting_is_soon_done_and_keeps_its_words(pieces: list[str]):
    text = "".join(pieces)
    shown = unescape(re.sub(r"<[^>]*>", "", whole(text)))
    assert shown.count("a") == text.replace("<pre>", "").count("a")


def test_endless_nesting_is_cut_short():
    text = "> " * 4_000 + "a\n" + "- " * 4_000 + "b\n"
    assert len(MarkdownLines().line(text.split("\n")[0]).spans) < 100
    assert "b" in whole(text)
