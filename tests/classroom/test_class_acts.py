"""What a seat may tell, and what an instructor may send: nothing else gets through."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.classroom import acts, orders
from helpers.classroom.acts import At, Chosen, Hand, NoAct, Ready, Tried, act_of, seat_name
from helpers.classroom.orders import Ask, Break, NoOrder, Say, Set, Step, order_of

ACTS = [
    Tried("sse", False, "splits-on-lf"),
    Tried("sse", True),
    Tried("sse", False, "splits-on-lf", 5, 9),
    At("3_hours", 7),
    At("01_sse_by_hand", 3),
    Hand(True),
    Ready(("packages",)),
    Ready(),
    Chosen(3, 1),
]


@pytest.mark.parametrize("act", ACTS)
def test_an_act_is_read_back(act: acts.Act):
    assert act_of(json.loads(json.dumps(acts.json_of(act)))) == act


@pytest.mark.parametrize(
    "value",
    [
        {"kind": "tried", "exercise": "no such", "passed": True},
        {"kind": "tried", "exercise": "sse", "passed": 1},
        {"kind": "tried", "exercise": "sse", "passed": False, "mistake": "My own words."},
        {"kind": "tried", "exercise": "sse", "passed": False, "mistake": "x" * 61},
        {"kind": "tried", "exercise": "sse", "passed": False, "right": 10, "cases": 9},
        {"kind": "tried", "exercise": "sse", "passed": False, "right": "code", "cases": 9},
        {"kind": "tried", "exercise": "sse", "passed": False, "right": True, "cases": True},
        {"kind": "at", "notebook": "../../etc", "section": 0},
        {"kind": "at", "notebook": "01_sse_by_hand", "section": -1},
        {"kind": "at", "notebook": "01_sse_by_hand", "section": 100},
        {"kind": "ready", "symptoms": ["my disk is full of secrets"]},
        {"kind": "chosen", "question": 1, "choice": 6},
        {"kind": "code", "code": "print(1)"},
        {},
        [],
        None,
        "hand",
    ],
)
def test_what_is_no_act_is_refused(value: Any):
    with pytest.raises(NoAct):
        act_of(value)


def test_an_act_keeps_none_of_what_it_does_not_know():
    told = {"kind": "tried", "exercise": "sse", "passed": False, "code": "print(1)", "key": "sk-1"}
    assert acts.json_of(act_of(told)) == {
        "kind": "tried",
        "exercise": "sse",
        "passed": False,
        "mistake": "",
        "right": 0,
        "cases": 0,
    }


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["kind", "exercise", "passed", "section", "notebook", "up", "words"])
            | st.text(max_size=5),
            inner | st.sampled_from(["tried", "at", "hand", "ready", "set", "ask", "say", "sse"]),
            max_size=6,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_anything_is_an_act_or_is_refused(value: Any):
    try:
        act = act_of(value)
    except NoAct:
        return
    assert act_of(acts.json_of(act)) == act


@given(JSON)
def test_anything_is_an_order_or_is_refused(value: Any):
    try:
        order = order_of(value)
    except NoOrder:
        return
    assert order_of(orders.json_of(order)) == order


@pytest.mark.parametrize(
    ("given_name", "name"), [("Ada", "Ada"), ("  Ada   B. ", "Ada B."), ("Łukasz 🦊", "Łukasz 🦊")]
)
def test_a_seats_name(given_name: str, name: str):
    assert seat_name(given_name) == name


@pytest.mark.parametrize("name", ["", "  ", "x" * 25, "a\x00b", "\u202eadA", None, 3])
def test_what_is_no_name(name: Any):
    with pytest.raises(NoAct, match="one line of 1 to 24 letters"):
        seat_name(name)


@pytest.mark.parametrize(
    "order",
    [
        Set({"pace": {"first_token": 3.0, "tokens_per_second": 12.0}}),
        Break(),
        Say("Go to section 4."),
        Say(""),
        Ask("Which is first?", ("A", "B")),
        Ask(""),
        Step(3),
        Step(0, True),
    ],
)
def test_an_order_is_read_back(order: orders.Order):
    read = order_of(json.loads(json.dumps(orders.json_of(order))))
    assert type(read) is type(order)
    assert order_of(orders.json_of(read)) == read


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"kind": "set", "settings": {"fault": {"kind": "no such"}}}, "no such"),
        ({"kind": "set", "settings": {"speed": 3}}, "speed"),
        ({"kind": "say", "words": "x" * 401}, "at most 400"),
        ({"kind": "ask", "question": "Which?", "choices": ["A"]}, "2 to 6 choices"),
        ({"kind": "ask", "question": " ", "choices": ["A", "B"]}, "have words"),
        ({"kind": "run", "code": "1"}, "no such order"),
        ({"kind": "step", "step": -1}, "no such order"),
    ],
)
def test_an_order_that_can_not_be_carried_out_says_why(value: Any, words: str):
    with pytest.raises(NoOrder, match=words):
        order_of(value)
