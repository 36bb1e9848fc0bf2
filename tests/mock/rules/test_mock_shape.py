"""A value has its shape, or the API's sentence tells where it hasn't."""

import copy
import math
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import SchemaValidator, ValidationError

from helpers.mock.errors import ApiError
from helpers.mock.rules.shape import (
    MAYBE,
    Shape,
    alone,
    by_type,
    entries,
    maybe,
    record,
    such_that,
    text_or_list,
)

CALL = {"id": str, "input": dict, "more": MAYBE}
BLOCK = by_type({"call": CALL, "text": {"text": such_that(bool, str, "empty", path="messages")}})
MESSAGE = record(
    failed=maybe(bool),
    share=such_that(lambda value: value <= 1, float, "at most 1"),
    content=text_or_list(BLOCK),
)
GOOD = {"share": 1, "content": [{"type": "call", "id": "a", "input": {}}]}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from([*GOOD]), inner),
)


def complaint(shape: Any, value: object, where: str = "w") -> str:
    with pytest.raises(ApiError) as caught:
        Shape(shape).check(where, value)
    assert (caught.value.status, caught.value.type) == (400, "invalid_request_error")
    return caught.value.message


@pytest.mark.parametrize(
    ("shape", "value", "sentence"),
    [
        (str, 5, "w: Input should be a valid string"),
        (str, None, "w: Input should be a valid string"),
        (bool, 1, "w: Input should be a valid boolean"),
        (bool, "true", "w: Input should be a valid boolean"),
        (float, "1", "w: Input should be a valid number"),
        (float, True, "w: Input should be a valid number"),
        (list, (), "w: Input should be a valid list"),
        (dict, [], "w: Input should be a valid dictionary"),
        (("a",), "b", "w: Input should be 'a'"),
        (("a", "b", "c"), ["a"], "w: Input should be 'a', 'b' or 'c'"),
        (entries(str), ["a", 5, None], "w.1: Input should be a valid string"),
        (text_or_list(str), 5, "w: Input should be a valid string or list"),
        (text_or_list(str), [5], "w.0: Input should be a valid string"),
        (text_or_list(str, "Neither"), None, "w: Neither"),
        (record(a=str), [], "w: Input should be a valid dictionary"),
        (record(a=str), {}, "w.a: Field required"),
        (record(a=maybe(str)), {"a": 5}, "w.a: Input should be a valid string"),
        (record(), {"": 5}, "w.: Extra inputs are not permitted"),
        (BLOCK, "call", "w: Input should be a valid dictionary"),
        (BLOCK, SimpleNamespace(type="text"), "w: Input should be a valid dictionary"),
        (BLOCK, {}, "w.type: Field required"),
        (
            BLOCK,
            {"type": 5},
            "w: Input tag '5' found using 'type' does not match any of the expected tags: "
            "'call', 'text'",
        ),
        (BLOCK, {"type": "call", "id": "a"}, "w.call.input: Field required"),
        (BLOCK, {"type": "text", "text": ""}, "messages: empty"),
        (MESSAGE, GOOD | {"share": 2}, "w.share: at most 1"),
        (
            alone("text", {"text": str}),
            {"type": "image"},
            "w: Input tag 'image' found using 'type' does not match any of the expected tags: "
            "'text'",
        ),
        (alone("text", {"text": str}), {"type": "text"}, "w.text: Field required"),
    ],
)
def test_what_has_another_shape_is_told_in_the_apis_words(
    shape: Any, value: object, sentence: str
) -> None:
    assert complaint(shape, value) == sentence


@pytest.mark.parametrize(
    ("shape", "value"),
    [
        (float, 1),
        (list, [5]),
        (dict, {"type": 5}),
        (text_or_list(str), "a"),
        (record(a=maybe(str)), {"a": None}),
        (record(a=MAYBE), {}),
        (by_type({"open": dict}), {"type": "open", "more": 5}),
        (MESSAGE, GOOD),
    ],
)
def test_what_has_the_shape_passes(shape: Any, value: object) -> None:
    Shape(shape).check("w", value)


def test_the_request_itself_has_no_path() -> None:
    assert complaint(record(a=str), {}, where="") == "a: Field required"


def test_the_outermost_mistake_is_told_and_fields_come_before_what_they_hold() -> None:
    wrong: dict[str, Any] = {"failed": 5, "content": [{"type": "call"}, 5], "more": 1}
    assert complaint(MESSAGE, wrong) == "w.share: Field required"
    wrong["share"] = 2
    assert complaint(MESSAGE, wrong) == "w.more: Extra inputs are not permitted"
    del wrong["more"]
    assert complaint(MESSAGE, wrong) == "w.failed: Input should be a valid boolean"
    del wrong["failed"]
    assert complaint(MESSAGE, wrong) == "w.share: at most 1"
    wrong["share"] = 1
    assert complaint(MESSAGE, wrong) == "w.content.0.call.id: Field required"


def test_many_mistakes_are_not_noted_one_by_one() -> None:
    fields = {f"a{number}": 1 for number in range(1000)}
    assert complaint(MESSAGE, fields | GOOD) == "w.a0: Extra inputs are not permitted"
    assert complaint(MESSAGE, fields) == "w.share: Field required"
    for shape, value in ((record(a=str), fields), (entries(str), [5] * 1000)):
        with pytest.raises(ValidationError) as caught:
            SchemaValidator(shape).validate_python(value, strict=True)
        assert caught.value.error_count() <= 2


@given(JSON, st.sampled_from([MESSAGE, BLOCK, entries(BLOCK), alone("call", CALL)]))
def test_any_json_is_taken_or_refused_and_stays_as_it_is(value: object, shape: Any) -> None:
    before = copy.deepcopy(value)
    try:
        Shape(shape).check("w", value)
    except ApiError as error:
        assert ": " in error.message
    assert repr(value) == repr(before)


def test_not_a_number_is_a_number_to_json() -> None:
    assert complaint(MESSAGE, GOOD | {"share": math.nan}) == "w.share: at most 1"
