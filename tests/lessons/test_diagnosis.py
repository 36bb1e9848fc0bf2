"""What a report looks like: structure first, and nothing lost without styles."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from sample_exercises import COUNT

from helpers.lessons.checking.diagnosis import render, render_sentence
from helpers.lessons.checking.runner import Limits, check

VOID = {"br", "hr", "img", "meta"}


class Page(HTMLParser):
    """Holds what a reader sees without styles, and whether every element is closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.opened: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag not in VOID:
            self.opened.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.opened.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.opened:
            self.seen.append(data)

    @property
    def text(self) -> str:
        return "".join(self.seen)


def render_report(source: str, *notes: str) -> tuple[Page, str]:
    html, text = render(COUNT, check(COUNT, source, limits=Limits(case_seconds=0.3)), notes)
    page = Page(html)
    assert page.opened == []
    # Nothing that a sanitiser would have to take out, and nothing that needs a kernel.
    assert not re.search(r"<script|\bon\w+=|javascript:|\bid=|\bhref=", html)
    return page, text


def test_passed() -> None:
    page, text = render_report(COUNT.reference_source(), "Saved.")
    assert page.text.startswith("✓ passed 4 of 4 · Counting")
    assert page.text.count("✓ passed · up to") == 4
    assert "Saved." in page.text and "Hint" not in page.text
    assert text.splitlines() == [
        "✓ passed 4 of 4 · Counting",
        *(f"  ✓ passed · up to {n}" for n in (1, 2, 3, 4)),
        "Saved.",
    ]


def test_failed() -> None:
    page, text = render_report("def count(n): return list(range(n))[::-1]")
    assert page.text.startswith("passed 1 of 4 · Counting")
    assert ("details", "open", None) in page.attributes
    assert page.attributes.count(("details", "open", None)) == 1
    for row in (
        "what was runcount(2)",
        "what came back[1, 0]",
        "what was expected[0, 1]",
        "this looks likecounting down",
        "try nextCount up.",
    ):
        assert row in page.text
    assert text.splitlines()[:9] == [
        "passed 1 of 4 · Counting",
        "  ✓ passed · up to 1",
        "  ✕ failed · up to 2",
        "      what was run       count(2)",
        "      what came back     [⟦1, 0⟧]",
        "      what was expected  [⟦0, 1⟧]",
        "      this looks like    counting down",
        "      try next           Count up.",
        "  ✕ failed · up to 3",
    ]


def test_the_hints_unfold_one_by_one() -> None:
    page, text = render_report("def count(n): return []")
    after = page.text[page.text.index("Hint 1") :]
    assert after == (
        "Hint 1Count up.Hint 2From 0.Show one wayLike this:def count(n):\n    return list(range(n))"
    )
    # Unfolding is up to the reader, and plain text can't fold.
    assert "From" not in text and "range" not in text


def test_not_attempted() -> None:
    page, text = render_report(COUNT.stub)
    assert page.text.startswith("not attempted yet · Counting")
    assert "up to 3: Somebody wants 3 numbers." in page.text
    assert "✕" not in page.text and "✕" not in text
    assert "Show one way" in page.text


def test_broken() -> None:
    page, text = render_report("def count(n) return 1")
    assert page.text.startswith("✕ your cell does not run yet · Counting")
    assert "line 1 of your cell: def count(n) return 1" in page.text
    assert text.splitlines()[2] == "      what came back     ⟦SyntaxError: expected ':'⟧"


def test_a_hang_shows_what_was_not_run() -> None:
    page, _ = render_report("def count(n):\n    while n > 1: pass\n    return [0]")
    assert "✓ passed · up to 1" in page.text
    assert "✕ failed · up to 2" in page.text
    assert page.text.count("· not run · ") == 2
    assert "still running after 0.3 s" in page.text


@pytest.mark.parametrize("nasty", ["</code><script>x</script>", "$x$ & `y`", "<!--", "\x00\u202e"])
def test_the_learners_text_stays_text(nasty: str) -> None:
    page, _ = render_report(f"def count(n):\n    print({nasty!r})\n    return {nasty!r}")
    assert repr(nasty) in page.text
    page, _ = render_report(f"def count(n): raise ValueError({nasty!r})")
    page, _ = render_report(f"def count(n): return 1 / 0  # {nasty!r}")
    page, _ = render_report(f"x = ({nasty!r}")


def test_the_reference_is_escaped(tmp_path: Path) -> None:
    reference = tmp_path / "reference.py"
    reference.write_text('def count(n):\n    return "<b>&amp;</b>"\n', "utf-8")
    exercise = replace(COUNT, reference=reference)
    html, _ = render(exercise, check(COUNT, COUNT.stub))
    assert 'return "<b>&amp;</b>"' in Page(html).text


def test_a_sentence() -> None:
    html, text = render_sentence("Say `one` & <all>.")
    assert Page(html).text == "Say one & <all>."
    assert text == "Say `one` & <all>."


def test_it_is_the_same_each_time() -> None:
    source = "import time\ndef count(n): return {time: object()}"
    assert render(COUNT, check(COUNT, source)) == render(COUNT, check(COUNT, source))
