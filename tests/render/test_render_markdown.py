"""A line gets its style when it is finished, whatever comes after it."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.render.markdown import LONGEST, Line, MarkdownLines


def plain(line: Line) -> str:
    return "".join(span.text for span in line.spans)


def write_marks(text: str) -> str:
    """Return a line with the marks written out: {strong:text}."""
    line = MarkdownLines().line(text)
    return "".join(
        f"{{{'+'.join(sorted(span.marks))}:{span.text}}}" if span.marks else span.text
        for span in line.spans
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Some *it*, **bold** and `code`.", "Some {emphasis:it}, {strong:bold} and {code:code}."),
        ("***both***", "{emphasis+strong:both}"),
        ("snake_case_name, 2 * 3 * 4", "snake_case_name, 2 * 3 * 4"),
        ("**not finished", "**not finished"),
        ("`*code*`", "{code:*code*}"),
        ("~~gone~~", "{struck:gone}"),
        ("# Title **x** #", "{heading:Title }{heading+strong:x}"),
        ("#hashtag", "#hashtag"),
        ("[docs](https://a.b/c)", "{link:docs}{faint: (https://a.b/c)}"),
        ("<https://a.b>", "{link:https://a.b}"),
        ("![alt](x.png)", "{link:alt}{faint: (x.png)}"),
        ("- item", "{bullet:• }item"),
        ("  * nested **x**", "  {bullet:• }nested {strong:x}"),
        ("12. twelfth", "{bullet:12. }twelfth"),
        ("- [x] done", "{bullet:• [x] }done"),
        ("> said *so*", "{faint:│ }{quote:said }{emphasis+quote:so}"),
        ("> - a", "{faint:│ }{bullet:• }{quote:a}"),
        ("***", "{faint:────────────────────}"),
        ("<b>html</b> &amp; \\*stars\\*", "<b>html</b> &amp; *stars*"),
        ("", ""),
    ],
)
def test_a_line_in_its_style(text: str, shown: str):
    assert write_marks(text) == shown


def test_a_link_shows_where_it_leads():
    assert "(https://evil.example)" in write_marks("[https://good.example](https://evil.example)")


def test_code_is_left_as_it_is_until_its_fence_closes():
    lines = MarkdownLines()
    shown = [lines.line(text) for text in ["````py", "# **x**", "```", "  - y", "````", "**z**"]]
    assert [plain(line) for line in shown] == ["````py", "# **x**", "```", "  - y", "````", "z"]
    assert [line.verbatim for line in shown] == [True] * 5 + [False]


def test_rows_of_an_item_stand_under_its_text():
    assert MarkdownLines().line("  - item").indent == 4
    assert MarkdownLines().line("10. item").indent == 4
    assert MarkdownLines().line("> quoted").indent == 2


@pytest.mark.parametrize("start", ["", "# ", "- ", "> ", "```", "**", "`", "[x]("])
def test_escapes_are_taken_out_wherever_they_stand(start: str):
    shown = plain(MarkdownLines().line(f"{start}a\x1b[2Jb\x9bc\n\rd"))
    assert shown.isprintable()


@given(st.lists(st.text(alphabet=st.sampled_from("ab1 #*_`~>[]()!<&\\-.|\x1b\u202e")), max_size=5))
def test_any_line_is_shown_and_keeps_its_words(texts: list[str]):
    lines = MarkdownLines()
    for text in texts:
        shown = plain(lines.line(text))
        assert not {unicodedata.category(c) for c in shown} & {"Cc", "Cf"}
        # Signs may go, but no letter; only the titles of links aren't shown.
        if "[" not in text:
            assert re.findall("[ab]", shown) == re.findall("[ab]", text)


HOSTILE = ["*" * 9000, "[" * 9000, "> " * 4500, "`" * 9999, f"# {' ' * 9000}x", "*_" * 4500]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_line_is_soon_done(text: str):
    MarkdownLines().line(text)


def test_a_line_that_nobody_wrote_is_left_as_it_is():
    line = MarkdownLines().line("**x** " * LONGEST)
    assert (plain(line), line.verbatim) == (("**x** " * LONGEST).rstrip(), True)
