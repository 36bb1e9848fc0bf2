"""What a diagnosis shows of two values."""

from hypothesis import given
from hypothesis import strategies as st

from helpers.lessons.checking.report import Line, Span
from helpers.lessons.checking.values import ADDRESS, WIDTH, difference, format_value


def text(line: Line) -> str:
    return "".join(span.text for span in line)


def list_marks(line: Line) -> list[str]:
    return [span.text for span in line if span.differs]


def test_only_what_differs_is_marked() -> None:
    returned, expected = difference(b"data: one\n", b"data: two\n")
    assert returned == (Span("b'data: "), Span("one", True), Span("\\n'"))
    assert expected == (Span("b'data: "), Span("two", True), Span("\\n'"))


def test_what_is_missing_is_marked_on_both_sides() -> None:
    returned, expected = difference(b"data: 1\n", b"data: 1\n\n")
    assert list_marks(returned) == [""]
    assert list_marks(expected) == ["\\n"]


def test_an_escape_is_never_cut() -> None:
    returned, expected = difference("a\u2028b", "a\u2029b")
    assert list_marks(returned) == ["\\u2028"]
    assert list_marks(expected) == ["\\u2029"]


def test_values_that_look_alike_show_their_types() -> None:
    class Text(str):
        pass

    returned, expected = difference(Text("a"), "a")
    assert (text(returned), text(expected)) == ("'a'  (a Text)", "'a'  (a str)")


def test_the_difference_is_found_in_something_long() -> None:
    ours, theirs = list(range(5000)), list(range(5000))
    ours[2500] = -1
    returned, expected = difference(ours, theirs)
    assert "2499, -1, 2501" in text(returned)
    assert "2499, 2500, 2501" in text(expected)


def test_what_differs_from_run_to_run_is_left_out() -> None:
    assert not ADDRESS.search(format_value([object(), lambda: None]))


def test_a_huge_value_is_shown_quickly() -> None:
    returned, _ = difference(b"x" * 50_000_000, b"")
    assert len(text(returned)) < 2 * WIDTH


values = st.recursive(
    st.none() | st.integers() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.tuples(inner, inner),
)


@given(values, values)
def test_both_lines_fit_and_mark_something(ours: object, theirs: object) -> None:
    for line, value in zip(difference(ours, theirs), (ours, theirs), strict=True):
        assert len(list_marks(line)) == 1
        assert "\n" not in text(line)
        if len(repr(value)) <= WIDTH and ours != theirs:
            assert text(line) == repr(value)
        else:
            assert len(text(line)) <= 2 * WIDTH * len("\\U0001f600")
