"""The form: what has committed, what is being written, and what a program gets in the end."""

import json
import time
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from streams import BEGIN, END, Event, closing, delta, opener, start, stop

from helpers import course
from helpers.widgets.answer import Answer
from helpers.widgets.form.model import Cell, Form, Row, fold
from helpers.widgets.form.snapshot import draw, tell
from helpers.widgets.form.view import FormView
from tests.sweeps import examples

HOSTILE = "</text><script>alert(1)</script> & \x00\x0b ]]> \"'"


class Step(BaseModel):
    text: str
    minutes: int


class Oven(BaseModel):
    degrees: int
    fan: bool


class Recipe(BaseModel):
    title: str
    note: str | None = None
    oven: Oven
    tags: list[str]
    prep_steps: list[Step]


RECIPE = {
    "title": "Bread",
    "oven": {"degrees": 230, "fan": False},
    "tags": ["slow", "plain"],
    "prep_steps": [{"text": "Knead", "minutes": 10}, {"text": "Wait", "minutes": 90}],
    "note": None,
}
TEXT = json.dumps(RECIPE)
PARTLY = TEXT[: TEXT.index("ead", 60)]  # in the middle of "Knead"


def write(text: str, *ending: Event) -> list[Event]:
    """Return a stream that thinks and then writes a text, a character at a time."""
    thought = [start(0, type="thinking", thinking=""), delta("hm", 0, "thinking"), stop(0)]
    return [BEGIN, *thought, start(1), *[delta(piece, 1) for piece in text], stop(1), *ending]


def fill(text: str, *ending: Event) -> Form:
    return fold(Recipe, ((0.01 * n, event) for n, event in enumerate(write(text, *ending))))


def under_way(text: str) -> Form:
    form = Form(Recipe, answer=Answer(begun=True))
    for number, event in enumerate(write(text)[:-1]):
        form.take(event, 0.01 * number)
    return form


def read_rows(form: Form) -> dict[str, list[tuple[str, str, str]]]:
    return {
        row.name: [(cell.label, cell.text, cell.state) for cell in row.cells] for row in form.rows()
    }


def refusal() -> Event:
    ending = closing("refusal")
    details = {"type": "refusal", "category": None, "explanation": "Bread is too hot."}
    return ending | {"delta": ending["delta"] | {"stop_details": details}}


def test_an_empty_form_shows_what_is_to_come_in_the_order_of_the_wire() -> None:
    form = Form(Recipe)
    assert [row.name for row in form.rows()] == ["Title", "Oven", "Tags", "Prep steps", "Note"]
    assert form.rows()[1] == Row("Oven", (Cell("Degrees"), Cell("Fan")))
    assert form.rows()[3] == Row("Prep steps", (Cell(""),))


def test_fields_commit_one_by_one_and_the_last_is_being_written() -> None:
    assert read_rows(under_way(PARTLY)) == {
        "Title": [("", "Bread", "committed")],
        "Oven": [("Degrees", "230", "committed"), ("Fan", "no", "committed")],
        "Tags": [("", "slow", "committed"), ("", "plain", "committed")],
        "Prep steps 1": [("Text", "Kn", "writing"), ("Minutes", "", "pending")],
        "Note": [("", "", "pending")],
    }


def test_a_whole_answer_is_an_instance_of_the_class() -> None:
    form = fill(TEXT, closing(), END)
    assert (form.state, form.value) == ("valid", Recipe.model_validate(RECIPE))
    assert read_rows(form)["Prep steps 2"] == [
        ("Text", "Wait", "committed"),
        ("Minutes", "90", "committed"),
    ]
    assert read_rows(form)["Note"] == [("", "none", "committed")]
    times = [row.at for row in form.rows()]
    assert times == sorted(times, key=lambda at: at or 0)
    assert form.first == times[0]


@pytest.mark.parametrize(
    ("ending", "state", "words"),
    [
        ([closing("max_tokens"), END], "cut", "cut off by max_tokens; 5 fields had committed"),
        ([], "cut", "The stream broke off"),
        ([refusal(), END], "refused", "Bread is too hot. Don't use what came before."),
        ([closing(), END], "invalid", "There is no Recipe."),
    ],
)
def test_an_answer_that_does_not_end_is_none(ending: list[Event], state: str, words: str) -> None:
    form = fill(PARTLY, *ending)
    assert (form.state, form.value) == (state, None)
    assert read_rows(form)["Prep steps 1"] == [("Text", "Kn", "lost"), ("Minutes", "", "lost")]
    assert read_rows(form)["Title"] == [("", "Bread", "committed")]
    assert words in tell("Bake.", form)


def test_a_list_that_breaks_off_between_entries_says_so() -> None:
    text = TEXT[: TEXT.index('"Wait"') - len('{"text": ')]
    form = fill(text, closing("max_tokens"), END)
    assert read_rows(form)["Prep steps …"] == [("", "", "lost")]
    assert list(read_rows(form)) == [
        "Title",
        "Oven",
        "Tags",
        "Prep steps 1",
        "Prep steps …",
        "Note",
    ]


def test_a_value_that_does_not_fit_the_class_is_no_instance() -> None:
    form = fill(TEXT.replace("90", '"long"'), closing(), END)
    assert (form.state, form.value) == ("invalid", None)
    assert "prep_steps.1.minutes" in form.problem


@settings(max_examples=examples(80), deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"])), st.booleans(), st.integers(0, 400))
@example("\\", True, 12)
@example('"', True, 12)
@example("😀", True, 17)  # between the halves of an escaped pair
def test_a_growing_text_is_never_wrong(title: str, ascii_only: bool, length: int) -> None:
    text = json.dumps({"title": title}, ensure_ascii=ascii_only)[:length]
    cell = under_way(text).rows()[0].cells[0]
    so_far = cell.text.removeprefix("…")
    assert cell.state in ("pending", "writing", "committed")
    assert so_far == "(empty)" or so_far in title
    ElementTree.fromstring(draw(HOSTILE, under_way(text)))


def test_the_snapshot_is_xml_and_the_text_alternative_tells_all() -> None:
    form = fill(TEXT.replace("Bread", "</text>"), closing(tokens=40), END)
    tree = ElementTree.fromstring(draw(HOSTILE, form))
    assert {node.tag.split("}")[1] for node in tree.iter()} <= {
        "svg", "title", "desc", "rect", "line", "text",
    }  # fmt: skip
    assert tell("Bake.", form).split("\n")[:4] == [
        "You: Bake.",
        "[Thought for 20 ms]",
        "✓ Title: </text> (after 230 ms)",
        "✓ Oven: Degrees:\u00a0230 · Fan:\u00a0no (after 630 ms)",
    ]
    assert tell("Bake.", form).split("\n")[-2:] == [
        "✓ An instance of Recipe: every field fits the class.",
        "first field 230 ms · end 1.9 s · 10 fields · 40 tokens · stop reason end_turn",
    ]


def view_of(events: list[Event], **options: Any) -> FormView:
    return FormView(Recipe, "Bake.", opener(events), **options)


def test_the_view_ends_with_the_instance() -> None:
    view = view_of(write(TEXT, closing(), END))
    assert view.wait(60)
    assert view.state["state"] == "valid"
    assert view.form.value == Recipe.model_validate(RECIPE)
    assert view.state["rows"][0]["name"] == "Title"
    view.start()
    assert view.wait(60)
    assert view.state["fields"] == 10


def test_stop_and_failure_leave_what_came() -> None:
    view = FormView(Recipe, "Bake.", opener(write(PARTLY)[:-1], hang=True))
    deadline = time.monotonic() + 60
    while len(view.form.fields) < 5:
        assert time.monotonic() < deadline
        time.sleep(0.005)
    view.stop()
    assert view.wait(60)
    assert view.state["state"] == "stopped"
    assert "There is no Recipe" in view.state["verdict"]
    view = FormView(Recipe, "Bake.", opener(write(PARTLY)[:-1], then=OSError("gone")))
    assert view.wait(60)
    assert (view.state["state"], view.form.problem) == ("failed", "OSError: gone.")


def test_the_course_knows_the_form_beforehand_and_streams_it() -> None:
    view = course.form(Recipe, "Write a recipe for pancakes.", pace={"tokens_per_second": 5000})
    assert "An instance of Recipe" in view.text_alternative()
    assert "✓ Title: Pancakes for a slow morning" in view.text_alternative()
    assert view.wait(60)
    assert view.form.value is not None
    assert repr(view) == "<FormView>"


class Loose(BaseModel):
    anything: dict[str, int]


def test_a_class_that_is_no_format_is_refused_at_once() -> None:
    with pytest.raises(TypeError, match="Loose can't be an output format"):
        course.form(Loose, "Write a recipe for pancakes.")
