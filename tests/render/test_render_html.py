"""What a browser gets of a model's text: styled, and never anything that runs."""

import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.render.html import ALLOWED, MarkdownHtml
from helpers.render.markdown import LONGEST
from tests.sweeps import examples

VOID = {"hr"}
CLASSES = re.compile(
    r"md-((fence|code)( md-in[0-8])?( md-quoted)?|long|blank|faint|bullet|item( md-in[0-8])?)"
)


class Page(HTMLParser):
    """Reads HTML as a browser would, and objects to whatever isn't on the list."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.links: list[str] = []
        self.within: list[str] = []
        self.feed(html)
        self.close()
        assert self.within == []  # each line stands by itself

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ALLOWED
        given = dict(attrs)
        assert set(given) <= ALLOWED[tag]
        if "class" in given:
            assert CLASSES.fullmatch(given["class"] or "")
        if tag == "a":
            assert "a" not in self.within
            assert (given["rel"], given["target"]) == ("noopener noreferrer", "_blank")
            url = given["href"] or ""
            assert urlsplit(url).scheme in ("http", "https", "mailto")
            assert url.isascii() and "@" not in urlsplit(url).netloc
            self.links.append(url)
        if tag not in VOID:
            self.within.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.within.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError("a comment")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError("a declaration")

    def handle_pi(self, data: str) -> None:
        raise AssertionError("a processing instruction")

    def unknown_decl(self, data: str) -> None:
        raise AssertionError("a declaration")


def lines(text: str) -> list[str]:
    markdown = MarkdownHtml()
    html = markdown.feed(text) + markdown.close()
    for line in html:
        Page(line)
    return html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**b**, *i*, `c`, ~~s~~", "<strong>b</strong>, <em>i</em>, <code>c</code>, <s>s</s>"),
        ("a < b & c", "a &lt; b &amp; c"),
        ("&amp; &lt;b&gt; &#106;", "&amp;amp; &amp;lt;b&amp;gt; &amp;#106;"),
        ("**not finished", "**not finished"),
    ],
)
def test_what_stands_in_a_line(text: str, html: str):
    assert lines(text) == [f'<p dir="auto">{html}</p>']


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("# Title", '<h3 dir="auto">Title</h3>'),
        ("###### Deep", '<h6 dir="auto">Deep</h6>'),
        ("***", "<hr>"),
        ("> said", '<blockquote dir="auto">said</blockquote>'),
        (
            "  - item",
            '<p class="md-item md-in2" dir="auto"><span class="md-bullet">• </span>item</p>',
        ),
        ("- [x] done", 'md-in1" dir="auto"><span class="md-bullet">• [x] </span>done</p>'),
        ("    1. a", '<pre class="md-code md-in2">1. a</pre>'),
        ("   1. a", '<p class="md-item md-in2"'),
        ("> 1. a", '<blockquote class="md-item md-in1" dir="auto"><span class="md-bullet">1. '),
    ],
)
def test_kinds_of_lines(text: str, html: str):
    (line,) = lines(text)
    assert html in line


def test_code_is_left_as_it_is_until_its_fence_closes():
    assert lines("```py\n  *x* <b>\n\n```\n*x*") == [
        '<p class="md-fence">py</p>',
        '<pre class="md-code">  *x* &lt;b&gt;</pre>',
        '<pre class="md-code"></pre>',
        '<p dir="auto"><em>x</em></p>',
    ]


def test_a_fence_that_is_never_closed_is_code_to_the_end():
    *_, last = lines("````\n```\n<script>")
    assert last == '<pre class="md-code">&lt;script&gt;</pre>'


def test_a_line_is_plain_until_it_is_finished_and_is_not_changed_after_that():
    markdown = MarkdownHtml()
    assert markdown.feed("one **tw") == []
    assert markdown.open == "one **tw"
    assert markdown.feed("o**\nthr") == ['<p dir="auto">one <strong>two</strong></p>']
    assert markdown.open == "thr"
    assert markdown.close() == ['<p dir="auto">thr</p>']
    assert (markdown.open, markdown.close()) == ("", [])


def test_another_text_begins_outside_of_the_code_of_the_first():
    markdown = MarkdownHtml()
    markdown.feed("```\ncode")
    markdown.close()
    assert markdown.feed("*x*\n") == ['<p dir="auto"><em>x</em></p>']


# --- Hostile text -----------------------------------------------------------------------------

HOSTILE = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<style>*{display:none}</style>",
    "<math><mtext></mtext><mglyph><style><img src onerror=alert(1)>",
    "<!-- --><![CDATA[<script>]]><?php ?><!doctype html>",
    "</p></div></body><h1>x",
    '"><script>alert(1)</script>',
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "# <script>alert(1)</script>",
    "- <img src=x onerror=alert(1)>",
    "> <b onmouseover=alert(1)>x</b>",
    "```<script>\n<script>alert(1)</script>",
    "`<script>alert(1)</script>`",
    "**<script>**alert(1)</script>",
    "[<img src=x onerror=alert(1)>](https://a.b)",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](java&Tab;script:alert(1))",
    "[x](java%0ascript:alert(1))",
    "[x](\x01javascript:alert(1))",
    "[x](vbscript:x)",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](file:///etc/passwd)",
    "[x](/runs)",
    "[x](//evil.example)",
    "[x](\\\\evil.example)",
    "[x](https:evil.example)",
    "[x](https://good.example@evil.example)",
    "[x](https://evil.example\u202egpj.exe)",
    "[x](mailto:a@b.c?body=secret)",
    "[x](ht\ntps://a.b)",
    '[x](https://a.b" onmouseover="alert(1))',
    "[x](https://a.b 'title\" onmouseover=\"alert(1)')",
    "[a [b](javascript:alert(1)) c](https://a.b)",
    "[![x](javascript:alert(1))](https://a.b)",
    "[![x](https://a.b/?secret)](javascript:alert(1))",
    "![x](https://a.b/pixel.gif)",
    '![x" onerror="alert(1)](x)',
    "<javascript:alert(1)>",
    "<https://a.b/\" onclick='alert(1)'>",
    "[x][1]\n\n[1]: javascript:alert(1)",
    "a\x00b\x1b[2J\u202ec\u2066d\ud800e\ufefff",
    "[" * 3000 + "](" * 3000,
    "<" * 9000,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_shows_and_does_nothing(text: str):
    for line in lines(text):
        page = Page(line)
        assert {urlsplit(url).hostname for url in page.links} <= {"a.b"}
        shown = page.text.replace("\u200c", "").replace("\u200d", "")
        assert all(character.isprintable() for character in shown)


@pytest.mark.parametrize("text", HOSTILE[:9])
def test_html_in_a_text_is_shown_as_text(text: str):
    # Whoever asks how a tag is written sees it.
    assert "".join(Page(line).text for line in lines(text)).startswith("<")


def test_a_link_shows_where_it_leads():
    (line,) = lines("[https://good.example](https://evil.example/x)")
    page = Page(line)
    assert page.links == ["https://evil.example/x"]
    assert page.text == "https://good.example (https://evil.example/x)"


def test_a_name_that_imitates_another_is_no_link_and_shows_its_true_letters():
    (line,) = lines("<https://\u0430pple.com>")  # the first letter is Cyrillic
    page = Page(line)
    assert page.links == []
    assert "%D0%B0pple.com" in page.text


def test_a_picture_is_a_link_and_is_not_fetched():
    (line,) = lines("![a plot](https://a.b/x.png?secret=1)")
    assert Page(line).links == ["https://a.b/x.png?secret=1"]
    assert "<img" not in line


def test_a_line_that_nobody_wrote_is_shown_in_pieces_as_it_is():
    text = "**x** " * LONGEST
    html = lines(text + "\n*y*")
    assert html[-1] == '<p dir="auto"><em>y</em></p>'
    assert "".join(Page(line).text for line in html[:-1]) == text
    assert max(map(len, html)) < 2 * LONGEST


# --- Any text, cut anywhere -------------------------------------------------------------------

SIGNS = "a \n*`#->[]()<&\"'\\!/=\x00\u202e\u0430日😀"
PHRASES = [
    *("\r\n", "**", "```\n", "~~~", "# ", "](", "&lt;", "javascript:", "https://a.b"),
    *("<script>", " onload=", "x" * 40),
]
PIECES = st.sampled_from([*SIGNS, *PHRASES])
TEXTS = st.lists(PIECES, max_size=40).map("".join) | st.text(max_size=60)


@given(TEXTS, st.data())
def test_the_html_is_safe_and_the_same_however_the_text_is_cut(text: str, data: st.DataObject):
    whole = lines(text)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    markdown = MarkdownHtml()
    cut = [
        line
        for begin, end in zip([0, *cuts], [*cuts, len(text)], strict=True)
        for line in markdown.feed(text[begin:end])
    ]
    assert cut + markdown.close() == whole


@settings(max_examples=examples(50))
@given(st.text(alphabet="ab1 <>&#*_`~[]()!\"'\\/=:-\n"))
def test_no_letter_is_lost_but_the_titles_of_links_and_a_languages_ticks(text: str):
    if "[" not in text and "```" not in text and "~~~" not in text:
        shown = "".join(Page(line).text for line in lines(text))
        assert re.findall("[ab]", shown) == re.findall("[ab]", text)
