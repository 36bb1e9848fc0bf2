"""The live view of growing JSON: exactly json's scalars, in order, however it is cut."""

import json
import math
import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from helpers.structured import fields
from helpers.structured.fields import Field, FieldsView

unhurried = settings(deadline=None)  # a busy machine is no failure

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters())  # halves of surrogate pairs too
)
KEYS = st.text(st.characters(), max_size=5)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=20,
)


@st.composite
def texts(draw: st.DrawFn) -> str:
    """JSON as anybody might write it: compact or spread out, escaped or not."""
    return json.dumps(
        draw(VALUES),
        ensure_ascii=draw(st.booleans()),
        indent=draw(st.sampled_from([None, 0, "\t", " \r\n"])),
        separators=draw(st.sampled_from([(",", ":"), (", ", " : ")])),
    )


def cut(text: str, cuts: list[int]) -> list[str]:
    """Cut a text at some places; an empty fragment is a fragment too."""
    places = [0, *sorted(place % (len(text) + 1) for place in cuts), len(text)]
    return [text[start:end] for start, end in pairwise(places)]


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[Field]:
    """What a view should give of a value."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list) and value:
        for index, inner in enumerate(value):
            yield from leaves(inner, (*path, index))
    else:
        yield Field(path, value)


def exact(found: list[Field]) -> list[tuple[object, ...]]:
    """Fields to compare: 1, 1.0 and True are three values, and so are 0.0 and -0.0."""
    return [(field.path, type(field.value), repr(field.value)) for field in found]


def read(*fragments: str) -> tuple[FieldsView, list[Field]]:
    view = FieldsView()
    return view, [field for fragment in fragments for field in view.feed(fragment)]


@unhurried
@given(texts(), st.lists(st.integers(0, 10_000), max_size=30))
@example('{"a": "\\ud83d\\ude00"}', list(range(40)))
@example('{"a": "x\\\\", "b": "\\"", "c": -1.5e+3}', list(range(40)))
def test_any_fragmenting_gives_the_scalars_of_json_loads(text: str, cuts: list[int]) -> None:
    view, found = read(*cut(text, cuts), "\n")  # its end is the end of a bare number
    assert view.broken == ""
    assert view.finished
    assert exact(found) == exact(list(leaves(json.loads(text))))


@unhurried
@given(texts(), st.integers(0, 10_000))
def test_what_commits_before_a_cut_is_a_beginning_of_it_all(text: str, place: int) -> None:
    whole = exact(read(text, "\n")[1])
    early = exact(read(text[: place % (len(text) + 1)])[1])
    assert early == whole[: len(early)]


@unhurried
@given(texts(), st.lists(st.integers(0, 10_000), max_size=30))
def test_a_field_commits_with_the_character_that_ends_it(text: str, cuts: list[int]) -> None:
    by_character, whole = FieldsView(), FieldsView()
    for fragment in cut(text, cuts):
        one_by_one = [field for char in fragment for field in by_character.feed(char)]
        assert exact(whole.feed(fragment)) == exact(one_by_one)


@unhurried
@given(st.text(), st.lists(st.text(), max_size=5))
def test_no_text_makes_it_raise_and_a_broken_view_stays_silent(text: str, more: list[str]) -> None:
    view, _ = read(text)
    if view.broken:
        reason = view.broken
        assert [view.feed(fragment) for fragment in more] == [[] for _ in more]
        assert view.broken == reason


@unhurried
@given(texts(), st.integers(0, 10_000), st.sampled_from('{}[]:,"\\x0-tn \x00'))
def test_it_reads_to_the_end_only_what_json_takes(text: str, place: int, char: str) -> None:
    place %= len(text) + 1
    damaged = text[:place] + char + text[place:]
    view, found = read(damaged, "\n")
    try:
        value = json.loads(damaged)
    except ValueError:
        assert view.broken or not view.finished
    else:
        # Damage may make two keys equal; json keeps the last, the view stops there.
        if "comes twice" not in view.broken:
            assert view.finished
            assert exact(found) == exact(list(leaves(value)))


def test_each_kind_of_field_commits_as_soon_as_its_end_was_seen() -> None:
    view = FieldsView()
    given = ['{"s": "a', 'b"', ', "n": 12', "3", ",", ' "t": true', "}"]
    assert [view.feed(fragment) for fragment in given] == [
        [],
        [Field(("s",), "ab")],
        [],
        [],
        [Field(("n",), 123)],
        [],
        [Field(("t",), True)],
    ]
    assert view.finished


def test_empty_brackets_are_fields() -> None:
    assert read('{"a": {}, "b": [[], {"c": [ ]}]}')[1] == [
        Field(("a",), {}),
        Field(("b", 0), []),
        Field(("b", 1, "c"), []),
    ]


def test_numbers_are_int_and_float_of_any_size() -> None:
    huge = 10**4_000
    values = [field.value for field in read(f"[{huge}, -0, -0.0, 1e3, 0.1, 1E-7]")[1]]
    assert values == [huge, 0, 0.0, 1000.0, 0.1, 1e-7]
    assert [type(value) for value in values] == [int, int, float, float, float, float]
    assert math.copysign(1, values[2]) == -1


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{} x", "expected nothing more, got 'x'"),
        ("{}{}", "expected nothing more, got {"),
        ('"a""', "expected nothing more, got '\"'"),
        ('{"a" 1}', "expected :, got 1"),
        ("{1: 2}", "expected a key or }, got 1"),
        ('{"a": 1,}', "expected a key, got }"),
        ('{"a": 1]', "expected a comma or }, got ]"),
        ("[1}", "expected a comma or ], got }"),
        ("[1,]", "expected a value, got ]"),
        ("[,1]", "expected a value or ], got ,"),
        ("]", "expected a value, got ]"),
        ('["a\nb"]', '"a\nb": Invalid control character at'),
        ('["\\x"]', '"\\x": Invalid \\escape'),
        ("[nil]", "nil: Expecting value"),
        ("[01]", "01: Extra data"),
        ("[+1]", "+1: Expecting value"),
        ("[NaN]", "NaN is not JSON"),
        ("[-Infinity]", "-Infinity is not JSON"),
        ('{"a": 1, "\\u0061": 2}', 'the key "\\u0061" comes twice'),
        ("[" * 101, "nested deeper than 100 levels"),
        ("[" + "x" * 1_000 + "]", "x" * 39 + "…: Expecting value"),
    ],
)
def test_broken_json_says_what_was_expected(text: str, why: str) -> None:
    for fragments in ([text], list(text)):
        view, _ = read(*fragments)
        assert view.broken == why


def test_fields_before_the_break_are_given() -> None:
    view, found = read('{"a": 1, "b": 2, oh no')
    assert found == [Field(("a",), 1), Field(("b",), 2)]
    assert not view.finished


def test_an_integer_too_long_for_python_breaks_it_in_words() -> None:
    view, _ = read("[" + "9" * 5_000 + "]")
    assert "integer string conversion" in view.broken


def test_depth_is_counted_in_open_brackets_only() -> None:
    assert read("[" + "[1]," * 500 + "1]")[0].finished
    assert read("[" * 100 + "]" * 100)[0].finished


@pytest.mark.parametrize(
    "make",
    [
        lambda: json.dumps({"content": "x" * 1_000_000}),
        lambda: json.dumps({"content": 'a "quoted"\\ line\n' * 50_000}),
        lambda: json.dumps([{"name": "Ada", "n": index, "tags": []} for index in range(25_000)]),
        lambda: "[" + "1" * 4_000 + " " * 1_000_000 + "]",
    ],
    ids=["one string", "escapes", "objects", "spaces"],
)
@pytest.mark.long
def test_each_character_is_looked_at_once(
    make: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the patterns match and what json parses, of a megabyte in tiny fragments."""
    text = make()  # here: it is large
    looked_at = 0
    end, parsed = fields._end, fields._parse

    def counting_end(pattern: re.Pattern[str], text: str, at: int) -> int:
        nonlocal looked_at
        stop = end(pattern, text, at)
        looked_at += stop - at
        return stop

    def count_and_parse(token: str) -> Any:
        nonlocal looked_at
        looked_at += len(token)
        return parsed(token)

    monkeypatch.setattr(fields, "_end", counting_end)
    monkeypatch.setattr(fields, "_parse", count_and_parse)
    view, found = read(*[text[at : at + 20] for at in range(0, len(text), 20)])
    assert view.finished
    assert exact(found) == exact(list(leaves(json.loads(text))))
    assert looked_at <= 2 * len(text)


def test_what_is_open_can_be_shown():
    view = FieldsView()
    for fragment, place in [('{"a": [', ("a", 0)), ("1, {", ("a", 1, "")), ("}]}", ())]:
        view.feed(fragment)
        assert view.place == place


def test_what_is_being_written_can_be_shown():
    view = FieldsView()
    assert view.writing is None
    for fragment, writing in [
        ('{"ci', None),  # a key is no value
        ('ty": "La', Field(("city",), '"La')),
        ("gos\\", Field(("city",), '"Lagos')),
        ('n", "days": [1', Field(("days", 0), "1")),
        ("2", Field(("days", 0), "12")),
        ("]}", None),
    ]:
        view.feed(fragment)
        assert view.writing == writing
