"""What notebook 10 says about thinking and answers, held to the offline API and the library."""

import json
import re
from typing import Any

import httpx
import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from helpers import course
from helpers.lessons import find_exercise
from helpers.lessons.common.letters import Letter
from helpers.lessons.nb10_thinking_and_structured_output.outcome.checks import (
    HALF,
    HALF_JSON,
    RECIPE,
    RECIPE_JSON,
)
from helpers.lessons.nb10_thinking_and_structured_output.sealed.checks import LETTERS
from helpers.lessons.refresh import NOTEBOOKS
from helpers.structured.answer import NoAnswer, Refused, StructuredAnswer, Truncated
from helpers.structured.fields import FieldsView
from helpers.tools import tool
from tests.sweeps import examples


@tool
def get_weather(city: str) -> str:
    """Tell the weather in a city."""
    return city


UMBRELLA = "Do I need an umbrella in Lagos?"
REDACTED_LETTER = "G"


def make_request(display: str) -> dict[str, Any]:
    thinking = {"type": "adaptive", "display": display}
    return course.request(UMBRELLA, tools=[get_weather.definition], thinking=thinking)


async def ask(body: dict[str, Any]) -> httpx.Response:
    http, _ = course.virtual_client(pace={"tokens_per_second": 10_000})
    return await http.post("/v1/messages", json=body)


def send_back(letter: str, content: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the blocks of a turn as one letter of the exercise sends them."""
    thought, *rest = content
    if letter in "BI":
        return [{**thought, "thinking": " ".join(thought["thinking"].split()[:10])}, *rest]
    if letter == "C":
        return [{**thought, "signature": ""}, *rest]
    return rest if letter in "DFGH" else content


@pytest.mark.parametrize("change", LETTERS, ids=lambda change: change.letter)
async def test_the_offline_api_refuses_what_the_exercise_says(change: Letter) -> None:
    body = make_request("omitted" if change.letter in "EF" else "summarized")
    content = (await ask(body)).json()["content"]
    assert [block["type"] for block in content] == ["thinking", "text", "tool_use"]
    if change.letter == REDACTED_LETTER:
        # No model redacts a thought before this call; its seal is all that the API looks at.
        from helpers.mock.rules import signing

        data = signing.redact(content[0]["thinking"], body)
        id = signing.tie(content[-1]["id"], [data])
        content = [{"type": "redacted_thinking", "data": data}, content[1], content[2] | {"id": id}]
        assert (await ask(with_result(body, content))).status_code == 200
    later = with_result(body, send_back(change.letter, content))
    if change.letter in "HI":
        over = [{"role": "assistant", "content": "No."}, {"role": "user", "content": "Thanks."}]
        later["messages"] += over
    assert (await ask(later)).status_code == (400 if change.right else 200)


def with_result(body: dict[str, Any], content: list[dict[str, Any]]) -> dict[str, Any]:
    result = {"type": "tool_result", "tool_use_id": content[-1]["id"], "content": "31 °C"}
    turns = [{"role": "assistant", "content": content}, {"role": "user", "content": [result]}]
    return {**body, "messages": [*body["messages"], *turns]}


def test_the_turns_are_those_of_the_notebook() -> None:
    notebook = nbformat.read(NOTEBOOKS / "10_thinking_and_structured_output.ipynb", as_version=4)
    prose = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    written = dict(re.findall(r"^- \*\*([A-I])\*\* (.*)$", prose, re.MULTILINE))
    assert written == {change.letter: change.what for change in LETTERS}


def names_of(part_id: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(find_exercise(part_id).reference_source(), names)
    return names


scalars = st.one_of(st.text(), st.integers(), st.floats(-1e6, 1e6), st.booleans(), st.none())


@settings(max_examples=examples(50))
@given(st.dictionaries(st.text(), scalars, max_size=4), st.data())
def test_the_short_answer_commits_what_the_library_commits(
    value: dict[str, Any], data: st.DataObject
) -> None:
    text = json.dumps(value, ensure_ascii=data.draw(st.booleans()), indent=1)
    text = text[: data.draw(st.integers(0, len(text)))]
    fields = {field.path[0]: field.value for field in FieldsView().feed(text) if field.path}
    short = names_of("commit")["committed"](text)
    # What is shown stays as it is. The two differ in the last field at most: with nothing
    # behind it, `null` may be shown and a number may not, and they put up with a space.
    assert {**value, **short} == value
    assert abs(len(short) - len(fields)) <= 1


class Recipe(BaseModel):
    title: str
    steps: list[str]


@pytest.mark.parametrize(
    ("text", "stop_reason"),
    [
        (RECIPE_JSON, "end_turn"),
        (HALF_JSON, "max_tokens"),
        (HALF_JSON, "model_context_window_exceeded"),
        (HALF_JSON, None),
        (HALF_JSON, "refusal"),
        ("I can't.", "refusal"),
        ('{"title": "Pancakes"}', "end_turn"),
        (f"Here: {RECIPE_JSON}", "end_turn"),
    ],
)
def test_the_short_answer_ends_as_the_library_does(text: str, stop_reason: str | None) -> None:
    answer = StructuredAnswer(Recipe)
    answer.feed(text)
    state, left = names_of("outcome")["outcome"](text, HALF, stop_reason, Recipe.model_fields)
    try:
        assert (state, left) == ("done", answer.finish(stop_reason).model_dump())
        assert left == RECIPE
    except NoAnswer as error:
        kinds = {Truncated: "cut", Refused: "refused"}
        assert state == kinds.get(type(error), "invalid")
        assert left == ({} if state == "refused" else HALF)
